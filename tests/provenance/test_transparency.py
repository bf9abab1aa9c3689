"""Every month is told once, when it is over: all titles together, tests left out, small counts left open."""

import csv
from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, transaction

from provenance import counted_checks, monthly, transparency
from provenance.models import Asset, CheckCount, MonthTold
from provenance.monthly import Month
from registry import journal
from registry.models import Production
from tests.desk import at_the_desk
from tests.provenance import registered

pytestmark = pytest.mark.django_db
OVER = datetime(2026, 8, 2, tzinfo=UTC)  # July is told from then on
JULY, AUGUST = date(2026, 7, 1), date(2026, 8, 1)
FEWER, WITHHELD = {"fewer_than": 10}, {"withheld": True}


def month(*, titles=(20, 20, 20), public=True, **changes) -> Month:
    made = Month()
    for title, files in enumerate(titles):
        for _ in range(files):
            made.add_file(title=title, public=public, band="minor", elements={"picture": "minor", "voice": "none_stated"})
    for name, value in changes.items():
        setattr(made, name, value)
    return made


def test_figures_on_files_are_told_only_of_several_titles_together():
    assert monthly.told(month())["files"]["signed"] == {"count": 60}
    assert monthly.told(month(titles=(100, 100)))["files"]["signed"] == WITHHELD
    assert monthly.told(Month())["files"]["signed"] == FEWER


def test_what_is_known_of_public_titles_leaves_no_single_other_one_over():
    made = month()
    for title, files in ((7, 30), (8, 30)):
        for _ in range(files):
            made.add_file(title=title, public=False, band="full", elements={"picture": "full"})
        assert monthly.told(made)["files"]["signed"] == WITHHELD
    made.add_file(title=9, public=False, band="full", elements={})
    assert monthly.told(made)["files"]["signed"] == {"count": 121}


def test_an_element_is_told_only_where_neither_with_nor_without_is_small():
    told = monthly.told(month())["files"]["elements"]
    assert told["picture"] == WITHHELD, "all of them: that there is none without would be told"
    assert told["voice"] == FEWER
    mixed = month()
    for _ in range(15):
        mixed.add_file(title=1, public=True, band="none_stated", elements={})
    assert monthly.told(mixed)["files"]["elements"]["picture"] == {"count": 60}


def test_few_concerns_are_not_told_nor_how_long_they_took():
    few = month(received=3, outcomes=Counter(upheld=1, not_upheld=2), hours=[1.0, 2.0, 3.0], in_time=3, kept_out=40)
    told = monthly.told(few)["concerns"]
    assert set(map(str, told.values())) == {str(FEWER), str(WITHHELD)} and told["kept_out"] == WITHHELD
    many = month(received=40, outcomes=Counter(upheld=14, not_upheld=25), hours=[5.0] * 20 + [9.0] * 19, in_time=39, kept_out=40)
    told = monthly.told(many)["concerns"]
    assert told["upheld"] == {"count": 14} and told["median_hours"] == {"hours": 5.0} and told["kept_out"] == {"count": 40}


def test_a_month_is_told_once_and_what_comes_later_does_not_change_it(client):
    made = registered.credential()
    assert transparency.close(at=OVER - timedelta(seconds=1)) == []
    assert transparency.close(at=OVER) == [JULY] and transparency.close(at=OVER) == []
    before = client.get("/transparency.json").json()
    registered.again(made, b"signed later")
    transparency.close(at=OVER + timedelta(days=5))
    assert client.get("/transparency.json").json() == before and MonthTold.objects.count() == 1
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE provenance_monthtold SET figures = '{}'")
    assert journal.chain("month-2026-07").get().tag == "transparency:month_told"


def test_sandboxes_are_in_no_figure(monkeypatch):
    create = Asset.objects.create
    monkeypatch.setattr(Asset.objects, "create", lambda **values: create(**values | {"sandbox": True}))
    registered.credential()
    assert transparency.counted(JULY, AUGUST) == {} and transparency.close(at=OVER) == []


def test_checks_are_counted_by_day_and_kind_and_nothing_else(client):
    made = registered.credential()
    client.get(f"/c/{made.public_id}")
    client.get(f"/c/{made.public_id}/badge.svg")
    client.get(f"/api/v1/disclosures/{made.public_id}")
    client.get(f"/api/v1/verifications/by-hash/{'0' * 64}")
    client.post("/api/v1/disclosures/by-hash", {"sha256": ["1" * 64, "2" * 64]}, content_type="application/json")
    client.post("/verify", {"file": SimpleUploadedFile("empty.jpg", b"")})
    client.post("/api/v1/verifications", {"file": SimpleUploadedFile("a.txt", b"no credentials here")})
    at = datetime.now(UTC)
    counted_checks.write_down(at=at)
    counted_checks.write_down(at=at)
    assert dict(CheckCount.objects.values_list("kind", "count")) == {"record": 1, "hash": 3, "file": 1}
    assert {field.name for field in CheckCount._meta.get_fields()} == {"id", "day", "kind", "count"}


def test_two_that_write_down_at_once_lose_nothing():
    counted_checks.note("file", 5, at=OVER)
    cache.decr("checks-file-2026-08-02", 5)  # another has written down five, and this one had read them too
    CheckCount.objects.create(day=OVER.date(), kind="file", count=10)
    cache.decr("checks-file-2026-08-02", 5)
    counted_checks.note("file", 7, at=OVER)
    counted_checks.write_down(at=OVER)
    assert CheckCount.objects.get().count == 12


def test_a_month_in_which_nobody_counted_says_so(client):
    registered.credential()
    CheckCount.objects.create(day=AUGUST, kind="hash", count=400)
    transparency.close(at=OVER + timedelta(days=40))
    told = {one["month"]: one["figures"]["checks"]["answered"] for one in client.get("/transparency.json").json()["months"]}
    assert told == {"2026-07": {"not_counted": True}, "2026-08": {"count": 400}}
    rows = list(csv.reader(b"".join(client.get("/transparency.csv").streaming_content).decode("utf-8-sig").splitlines()))
    assert ["2026-08", "checks.kinds.file", "<10"] in rows and ["2026-07", "files.signed", "withheld"] in rows
    page = client.get("/transparency").content.decode()
    assert "August 2026" in page and "Checks answered: 400" in page and "fewer than 10" in page
    spanish = client.get("/transparency?month=2026-07&lang=es").content.decode()
    assert "Julio de 2026" in spanish and "menos de 10" in spanish and "aún no se contaban" in spanish
    for english in ("fewer", "not told", "Files signed", "Months", "Received"):
        assert english not in spanish, english
    assert client.get("/transparency?month=2025-01").status_code == 404


def test_the_desk_reads_its_own_studio_s_figures_and_no_other_s(cast):
    registered.credential(signed_at=datetime.now(UTC))
    assert Production.objects.filter(studio=cast.northlight).exists()
    own = at_the_desk(cast.ines).get("/admin/figures/").content.decode()
    assert "Northlight Pictures" in own and "Files signed: 1" in own and "<rect" in own
    other = at_the_desk(cast.sol).get("/admin/figures/").content.decode()
    assert "Northlight" not in other and "Files signed: 0" in other
    sheet = b"".join(at_the_desk(cast.sol).get("/admin/figures/figures.csv").streaming_content).decode()
    assert "Northlight" not in sheet and "Southgate Films" in sheet
