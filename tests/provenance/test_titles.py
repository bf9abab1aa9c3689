"""A title's page: only where its producer made it public; shots summed once each, and what is not stated told as such."""

import csv
import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from provenance import tally
from provenance.tally import Shot
from registry.models import Production
from tests.provenance import registered
from tests.provenance.test_disclosures import DE_AGED

TOTAL = {"frames": 2256, "seconds": 94.0, "width": 1920, "height": 1080}


def operation(name="op-1", technique="de_aging", element="picture", **more):
    return {"id": name, "element": element, "technique": technique, "generative": True, "share": 0.1, "at_least": False,
            "method": "derived:regions", "measured_by": "producer", "ranges": [{"start_s": 41, "end_s": 53, "region": "r"}],
            **more}  # fmt: skip


def picture(**more):
    return DE_AGED | {"total": TOTAL} | more


def shot(*elements, operations=(), name="crd_1"):
    extent = {"elements": list(elements), "operations": list(operations)}
    return Shot(name, "a.mov", "Harbor", extent, "confirmed", "confirmed")


def of(name, *shots):
    return next(one for one in tally.sums(shots) if one.name == name)


def test_the_same_seconds_count_once_however_many_operations_touched_them():
    later = operation("op-2", "face_replacement", ranges=[{"start_s": 50, "end_s": 60, "region": "s"}])
    seen = of("performers_seen", shot(picture(), operations=[operation(), later]))
    assert (seen.seconds, seen.of_seconds, seen.shots, seen.not_stated) == (19.0, 94.0, 1, 0)
    assert seen.text == "19.0 of 94.0 seconds, in 1 shot"
    assert seen.methods == (("derived:regions", "producer", 1),)


def test_a_range_beyond_the_end_adds_nothing():
    beyond = operation(ranges=[{"start_s": 90, "end_s": 500, "region": "r"}])
    assert of("performers_seen", shot(picture(), operations=[beyond])).seconds == 4.0


@pytest.mark.parametrize(
    "silent",
    [{"ranges": [], "share": None, "method": "unknown"}, {"at_least": True}, {"ranges": [], "share": 0.2, "method": "declared"}],
)
def test_what_does_not_say_how_much_makes_a_sum_a_lower_bound_and_is_never_zero(silent):
    sums = of("performers_seen", shot(picture(), operations=[operation()]), shot(picture(), operations=[operation(**silent)]))
    assert (sums.seconds, sums.of_seconds, sums.at_least, sums.not_stated) == (12.0, 188.0, True, 1)
    assert sums.text == "at least 12.0 of 188.0 seconds, in 2 shots, 1 shot does not state how much"


def test_a_still_has_no_time_and_is_told_as_one():
    still = picture(total={"pixels": 230400, "width": 640, "height": 360}, time_share=None)
    sums = of("performers_seen", shot(still, operations=[operation(ranges=[{"region": "r"}])]))
    assert (sums.shots, sums.stills, sums.not_stated) == (1, 1, 0) and sums.text == "in 1 shot, 1 of them is a still"
    silent = of("performers_seen", shot(still, operations=[operation(ranges=[], share=None, method="unknown")]))
    assert (silent.stills, silent.not_stated) == (0, 1)


def test_shots_made_whole_are_those_generated_and_not_those_altered_throughout():
    made = {"act": "generated", "part": None, "performers": 0, "techniques": ["synthetic_character"]}
    altered = made | {"act": "altered", "techniques": ["inpaint"]}
    whole = [picture(band="full", share=1, time_share=1, done=[one]) for one in (made, altered)]
    sums = of("made_whole", *(shot(one) for one in whole))
    assert (sums.shots, sums.seconds) == (1, 94.0)


def test_processing_without_new_content_is_in_no_sum():
    plain = picture(share=0, band="none_stated", operations=[], time_share=None, done=[])
    denoised = operation(technique="denoise") | {"generative": False}
    assert [one.shots for one in tally.sums([shot(plain, operations=[denoised])])] == [0, 0, 0, 0]


# --- the page -----------------------------------------------------------------------------------------------------

EXTENT = registered.EXTENT | {"elements": [picture()], "operations": [operation()]}


@pytest.fixture
def harbor(db):
    made = registered.credential(extent=EXTENT)
    Production.objects.update(is_public=True, eidr="10.5240/1489-49A2-3956-4B2D-FE16-5")
    return made


@pytest.mark.parametrize("end", ["", ".json", ".csv"])
def test_a_title_that_is_not_public_is_answered_like_none(client, db, end):
    made = registered.credential(extent=EXTENT)
    private = client.get(f"/t/{made.asset.production.public_id}{end}")
    unknown = client.get(f"/t/prd_nobody{end}")
    assert private.status_code == unknown.status_code == 404
    assert b"Harbor" not in private.content


def test_a_public_title_sums_its_shots(client, harbor, django_assert_max_num_queries):
    with django_assert_max_num_queries(9):
        page = client.get(f"/t/{harbor.asset.production.public_id}").content.decode()
    assert "12.0 of 94.0 seconds, in 1 shot" in page and "worked out from the marked regions (1 shot)" in page
    assert "1 shot signed here" in page and f'href="/c/{harbor.public_id}"' in page
    for private in (harbor.decision.public_id, harbor.asset.public_id, harbor.asset.sha256):
        assert private not in page


def test_the_same_as_json_and_as_a_table_in_which_unknown_is_empty(client, harbor):
    registered.credential(b"two", b"other", manifest_label="urn:c2pa:2", extent=EXTENT | {
        "elements": [picture(share=None, band="unknown", method="unknown", measured_by=None, time_share=None)]})  # fmt: skip
    address = f"/t/{harbor.asset.production.public_id}"
    document = client.get(f"{address}.json").json()
    assert document["eidr"].startswith("10.5240") and len(document["shots"]) == 2
    assert {one["name"]: one["not_stated"] for one in document["sums"]}["picture"] == 1
    answer = client.get(f"{address}.csv")
    rows = list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    assert sorted((row["share"], row["of_seconds"]) for row in rows) == [("", "94.0"), ("0.0312", "94.0")]
    assert answer["Content-Disposition"].startswith("attachment")


def test_a_file_signed_again_counts_once(client, harbor):
    registered.again(harbor, b"signed again", extent=EXTENT)
    assert len(client.get(f"/t/{harbor.asset.production.public_id}.json").json()["shots"]) == 1


def test_a_title_in_spanish(client, harbor):
    page = client.get(f"/t/{harbor.asset.production.public_id}", {"lang": "es"}).content.decode()
    assert "12,0 de 94,0 segundos, en 1 plano" in page and "1 plano firmado aquí" in page


def test_the_number_of_queries_does_not_grow_with_the_shots(client, harbor, django_assert_num_queries):
    address = f"/t/{harbor.asset.production.public_id}"
    with CaptureQueriesContext(connection) as one:
        client.get(address)
    for number in range(12):
        registered.credential(f"s{number}".encode(), f"r{number}".encode(), manifest_label=f"urn:{number}")
    with django_assert_num_queries(len(one)):
        client.get(address)
