"""Public lists of bits that follow the record: ended is revoked, locked is suspended, and asking tells nobody about whom."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone

from consent import determinations, endings, grants
from consent.models import Ending, Grant, GrantRevision, StatusList, StatusListEntry
from consent.receipts import checking, issuer, keys, reading, status
from consent.receipts.bitstring import ListUnreadable
from tests import cast as people
from tests.consent.receipts import believed, bit, given

pytestmark = pytest.mark.django_db
NOON = people.NOON
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def own_keys(settings, tmp_path):
    settings.DATA_DIR = tmp_path


def bits(revision, *, at=NOON):
    """Which of its bits are set."""
    return {
        entry.list.purpose for entry in revision.status_entries.all() if entry.index in status.set_places(entry.list, at=at)
    }


# ── What sets them ───────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("kind", "mode", "run_off_to", "at", "revoked"), [
    ("withdrawn", "prospective_new_use", None, NOON, False),
    ("withdrawn", "prospective_new_use", None, NOON + DAY, True),
    ("terminated", "no_new_release", None, NOON + DAY, True),
    ("revoked", "cease_all", None, NOON + DAY - timedelta(seconds=1), False),
    ("revoked", "cease_all", None, NOON + DAY, True),
    ("withdrawn", "run_off", date(2026, 8, 1), datetime(2026, 8, 1, 23, tzinfo=UTC), False),
    ("withdrawn", "run_off", date(2026, 8, 1), datetime(2026, 8, 2, tzinfo=UTC), True),
    ("annulled", "annul", None, NOON, True),
])  # fmt: skip
def test_revoked_is_what_the_rules_fold_to_ended(cast, kind, mode, run_off_to, at, revoked):
    grant = people.verified(cast)
    given(cast, grant)
    endings.end(grant, kind=kind, mode=mode, received_at=NOON, effective_at=NOON + DAY, by=cast.ines, at=NOON,
                confirmed_by=cast.tobi, reason="Letter", run_off_to=run_off_to)  # fmt: skip
    assert bits(grant.revisions.get(), at=at) == ({"revocation"} if revoked else set())
    folded = reading.standing(grant, at=at)[1].code
    assert (folded in ("withdrawn", "revoked", "terminated", "annulled")) == revoked


def test_a_revision_is_revoked_once_a_later_one_has_begun(cast):
    grant = people.verified(cast)
    given(cast, grant)
    later = grants.amend(
        grant, terms=people.terms(effective_from=date(2026, 9, 1)), by=cast.ines, at=NOON, reason="Narrower"
    )
    first, begun = grant.revisions.get(number=1), datetime(2026, 9, 1, tzinfo=UTC)
    assert bits(first, at=begun) == set()
    grants.verify(later, by=cast.tobi, at=NOON, reason="Compared")
    assert bits(first, at=begun - timedelta(seconds=1)) == set() and bits(first, at=begun) == {"revocation"}


@pytest.mark.parametrize("on", ["grant", "person", "production", "series", "studio"])
def test_a_lock_suspends_until_it_is_lifted(cast, on):
    series = type(cast.harbor).objects.create(studio=cast.northlight, title="Harbors", kind="series")
    cast.harbor.parent = series
    cast.harbor.save()
    grant = people.verified(cast)
    given(cast, grant)
    subject = {"grant": grant.public_id, "person": cast.mira.public_id, "production": cast.harbor.public_id,
               "series": series.public_id, "studio": "global"}[on]  # fmt: skip
    assert bits(grant.revisions.get()) == set()
    locked = determinations.lock(studio=cast.northlight, subject=subject, by=cast.ines, at=NOON, reason="Strike",
                                 until=NOON + 9 * DAY)  # fmt: skip
    assert bits(grant.revisions.get()) == {"suspension"} and reading.standing(grant, at=NOON)[1].code == "suspended"
    assert bits(grant.revisions.get(), at=NOON + 9 * DAY) == set()
    determinations.lift(locked, by=cast.tobi, at=NOON + DAY, reason="Settled")
    assert bits(grant.revisions.get(), at=NOON + DAY) == set()
    assert reading.standing(grant, at=NOON + DAY)[1].code == "given"


def test_a_lock_on_somebody_else_or_of_another_studio_suspends_nobody_here(cast):
    grant = people.verified(cast)
    given(cast, grant)
    determinations.lock(studio=cast.northlight, subject=cast.jon.public_id, by=cast.ines, at=NOON, reason="Dispute")
    determinations.lock(studio=cast.southgate, subject="global", by=cast.sol, at=NOON, reason="Strike")
    assert bits(grant.revisions.get()) == set()


# ── How they are handed out ──────────────────────────────────────────────────────────────────────────────────────


def path(purpose="revocation"):
    return f"/status/{StatusList.objects.get(purpose=purpose).public_id}"


def test_a_stranger_reads_the_bits_over_http(cast, client):
    now = timezone.now()
    grant = people.verified(cast, at=now)
    document = believed(client, given(cast, grant, at=now))
    assert (bit(client, document, "revocation"), bit(client, document, "suspension")) == (0, 0)
    people.ended(cast, grant, at=now)
    determinations.lock(studio=cast.northlight, subject=grant.public_id, by=cast.ines, at=now, reason="Dispute")
    cache.clear()
    assert (bit(client, document, "revocation"), bit(client, document, "suspension")) == (1, 1)


def test_the_answer_is_kept_for_five_minutes_and_the_same_for_everybody(cast, client):
    given(cast, people.verified(cast))
    first = client.get(path())
    assert first["Content-Type"] == "application/vc+jwt" and "Cookie" not in first.get("Vary", "")
    assert first["Cache-Control"].startswith("public, max-age=") and first["Access-Control-Allow-Origin"] == "*"
    assert 290 <= int(first["Cache-Control"].rpartition("=")[2]) <= 300
    client.force_login(cast.ines)
    again = client.get(path())
    assert again.content == first.content and again["ETag"] == first["ETag"]
    unchanged = client.get(path(), headers={"If-None-Match": first["ETag"]})
    assert unchanged.status_code == 304 and not unchanged.content
    assert believed(client, first.content.decode())["credentialSubject"]["ttl"] == 300_000


def test_after_five_minutes_the_record_is_read_anew(cast):
    grant = people.verified(cast)
    given(cast, grant)
    list = grant.revisions.get().status_entries.get(list__purpose="revocation").list.public_id
    before = status.served(list, at=NOON)
    people.ended(cast, grant, at=NOON)
    assert status.served(list, at=NOON + timedelta(seconds=299)) == before
    assert status.served(list, at=NOON + timedelta(seconds=300)) != before


def test_an_unknown_list_is_a_404_that_tells_nothing(client):
    for name in ("stl_unknown", "1", "rcp_x", "..", "%2e%2e", "a" * 500):
        answer = client.get(f"/status/{name}")
        assert answer.status_code == 404 and b"stl_" not in answer.content.replace(name.encode(), b"")
    assert not StatusList.objects.exists()
    assert client.post("/status/stl_unknown").status_code == 405


def test_a_list_is_the_only_address_that_speaks_of_a_receipt(cast, client):
    grant = people.verified(cast)
    document = believed(client, given(cast, grant))
    said = document["credentialSubject"]
    known = [document["id"], said["id"], said["terms"]["uid"], grant.public_id, grant.revisions.get().public_id]
    assert all(client.get(f"/status/{id}").status_code == 404 and client.get(f"/c/{id}").status_code == 404 for id in known)


def test_a_list_out_of_date_or_of_another_address_is_not_believed(cast):
    token = given(cast, people.verified(cast))
    old = {one.public_id: status.served(one.public_id, at=NOON).body for one in StatusList.objects.all()}
    later = NOON + timedelta(hours=1)
    ask = {"key_set": issuer.key_set(), "at": later}
    with pytest.raises(ListUnreadable, match="out of date"):
        checking.checked(token, status_list=lambda address: old[address.rpartition("/")[2]], **ask)
    [revocation] = [one.public_id for one in StatusList.objects.filter(purpose="revocation")]
    with pytest.raises(ListUnreadable, match="another list"):
        checking.checked(token, status_list=lambda address: old[next(id for id in old if id not in address)], **ask)
    with pytest.raises(keys.NotSignedHere):
        checking.checked(token, status_list=lambda address: old[revocation][:-9], **ask)


def test_a_full_list_is_followed_by_another(cast, monkeypatch):
    monkeypatch.setattr(status, "FULL", 1)
    for number in ("C-1", "C-2"):
        given(cast, people.verified(cast, number=number))
    assert StatusList.objects.filter(purpose="revocation").count() == 2


def test_a_taken_place_is_left_alone(cast, monkeypatch):
    throws = iter([7, 7, 7, 8])
    monkeypatch.setattr(status.secrets, "randbelow", lambda length: next(throws))
    for number in ("C-1", "C-2"):
        revision = people.verified(cast, number=number).revisions.get()
        if number == "C-1":
            status.place(revision, "revocation", at=NOON)
        else:
            assert status.place(revision, "revocation", at=NOON).index == 8
    assert sorted(StatusListEntry.objects.values_list("index", flat=True)) == [7, 8]


def test_however_many_places_are_taken_the_record_is_asked_as_often(cast, django_assert_num_queries):
    places = many(cast, 200)
    revocation, suspension = StatusList.objects.order_by("purpose")
    with django_assert_num_queries(1):
        assert status.set_places(revocation, at=NOON) == places
    with django_assert_num_queries(2):
        assert status.set_places(suspension, at=NOON) == set()


def many(cast, count, *, ended_each=10):
    """So many consents with their places; every tenth has ended. Answers with the places that are to be set."""
    Grant.objects.bulk_create(
        Grant(person=cast.mira, studio=cast.northlight, production=cast.harbor, number=f"M-{number}", entered_by=cast.ines,
              recorded_at=NOON) for number in range(count)
    )  # fmt: skip
    mine = list(Grant.objects.filter(number__startswith="M-").order_by("pk"))
    GrantRevision.objects.bulk_create(
        GrantRevision(grant=one, number=1, effective_from=date(2026, 5, 3), description="–", entered_by=cast.ines,
                      recorded_at=NOON) for one in mine
    )  # fmt: skip
    revisions = list(GrantRevision.objects.filter(grant__number__startswith="M-").order_by("pk"))
    Ending.objects.bulk_create(
        Ending(grant=one, kind="withdrawn", mode="cease_all", received_at=NOON, effective_at=NOON, entered_by=cast.ines,
               recorded_at=NOON) for one in mine[::ended_each]
    )  # fmt: skip
    for purpose in StatusList.Purpose.values:
        found = StatusList.objects.create(purpose=purpose, recorded_at=NOON)
        StatusListEntry.objects.bulk_create(
            StatusListEntry(list=found, index=index, revision=one, recorded_at=NOON)
            for index, one in enumerate(revisions)
        )
    return set(range(0, count, ended_each))
