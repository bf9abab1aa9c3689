"""People at the desk: added, corrected, spoken for, recorded as dead, erased – each with a reason, or not at all."""

from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction

from registry import journal
from registry.models import Authority, Event, Membership, Person
from tests import cast as people
from tests.desk import at_the_desk

pytestmark = pytest.mark.django_db
PEOPLE = "/admin/registry/person/"
BORN_IN_2012 = "2012-01-31"


@pytest.fixture
def dana(cast):
    return people.lawyer("dana", "Petit", cast.northlight, Membership.Role.DPO)


def said(cast, **changes):
    return {
        "studio": cast.northlight.public_id, "kind": "living", "alias": "K. Okoro", "legal_name": "Kemi Okoro-Lund",
        "birth_date": "1990-05-04", "reason": "Cast for Harbor",
    } | changes  # fmt: skip


def add(cast, user=None, **changes):
    return at_the_desk(user or cast.ines).post(f"{PEOPLE}add/", said(cast, **changes))


def test_a_person_is_added_and_speaks_for_themselves(cast):
    answer = add(cast, isni="0000 0001 2103 2683")
    person = Person.objects.get(alias="K. Okoro")
    assert answer.status_code == 302 and answer.url == f"{PEOPLE}{person.public_id}/"
    assert (person.legal_name, person.birth_date, person.isni) == ("Kemi Okoro-Lund", date(1990, 5, 4), "0000000121032683")
    assert list(Person.objects.named("kemi okoro-lund")) == [person]
    assert person.authorities.get().kind == "self"
    event = Event.objects.get(tag="person:added")
    assert event.reason == "Cast for Harbor" and "Kemi" not in event.body and "1990" not in event.body


@pytest.mark.parametrize(("changes", "words"), [
    ({"reason": " "}, "Say why"),
    ({"alias": ""}, "This field is required"),
    ({"alias": "K.\u202eorokO"}, "characters that cannot be seen"),
    ({"isni": "0000 0001 2103 2684"}, "its check digit does not fit"),
    ({"hand": "10.24/1234"}, "is not a valid HAND"),
    ({"birth_date": "2990-05-04"}, "lies in the future"),
    ({"kind": "deceased", "death_date": "1980-01-01"}, "before the date of birth"),
    ({"death_date": "2020-01-01"}, "said to be living"),
    ({"studio": "org_unknown"}, "not one of the available choices"),
])  # fmt: skip
def test_what_cannot_be_is_refused_and_nobody_is_added(cast, changes, words):
    answer = add(cast, **changes)
    assert answer.status_code == 422 and words in answer.content.decode()
    assert not Person.objects.filter(legal_name_digest__in=[""]).exists() and Person.objects.count() == 2
    assert not Event.objects.exists()


def test_another_studio_s_files_cannot_be_added_to(cast):
    assert add(cast, user=cast.sol).status_code == 422 and Person.objects.count() == 2


def test_a_minor_is_never_public_whatever_is_said(cast):
    add(cast, birth_date=BORN_IN_2012)
    minor = Person.objects.get(alias="K. Okoro")
    assert minor.never_public
    desk = at_the_desk(cast.ines)
    desk.post(f"{PEOPLE}{minor.public_id}/correct/", said(cast, birth_date=BORN_IN_2012, reason="Spelling"))
    minor.refresh_from_db()
    assert minor.never_public
    desk.post(f"{PEOPLE}{minor.public_id}/correct/", said(cast, birth_date="1990-01-31", reason="Wrong year"))
    minor.refresh_from_db()
    assert not minor.never_public


def test_a_correction_tells_which_facts_and_not_what_they_are(cast):
    address = f"{PEOPLE}{cast.mira.public_id}/correct/"
    desk = at_the_desk(cast.ines)
    assert "Miranda Valeska" in desk.get(address).content.decode()
    desk.post(address, {"alias": "Mira Vale", "legal_name": "Miranda Vale", "birth_date": "1974-03-02", "reason": "Married"})
    mira = Person.objects.get(pk=cast.mira.pk)
    assert (mira.alias, mira.legal_name) == ("Mira Vale", "Miranda Vale") and Person.objects.named("miranda vale").exists()
    assert "Miranda" not in Event.objects.get(tag="person:corrected").body


def test_a_death_is_recorded_once_it_happened(cast):
    address = f"{PEOPLE}{cast.mira.public_id}/death/"
    desk = at_the_desk(cast.ines)
    assert desk.post(address, {"died_on": "2999-01-01", "reason": "Notice"}).status_code == 422
    assert desk.post(address, {"died_on": "2026-01-01"}).status_code == 422
    assert Person.objects.get(pk=cast.mira.pk).kind == "living"
    assert desk.post(address, {"died_on": "2026-01-01", "reason": "Notice of the agent"}).status_code == 302
    mira = Person.objects.get(pk=cast.mira.pk)
    assert (mira.kind, mira.death_date) == ("deceased", date(2026, 1, 1))


# ── Who sees what ────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("role", "reads"), [
    ("legal_enter", True), ("legal_verify", True), ("dpo", True), ("business_affairs", False), ("auditor", False),
])  # fmt: skip
def test_names_and_birth_dates_are_for_those_who_need_them(cast, role, reads):
    desk = at_the_desk(people.lawyer("reader", "R", cast.northlight, role))
    page = desk.get(f"{PEOPLE}{cast.mira.public_id}/").content.decode()
    assert "M. Vale" in page
    assert ("Miranda Valeska" in page) is reads and ("2 March 1974" in page) is reads
    found = desk.get(PEOPLE, {"q": "Miranda Valeska"}).content.decode()
    assert (f"{PEOPLE}{cast.mira.public_id}/" in found) is reads
    assert "Valeska" not in b"".join(desk.get(f"{PEOPLE}export/").streaming_content).decode()


# ── Who speaks for them ──────────────────────────────────────────────────────────────────────────────────────────

PROBATE = {
    "kind": "executor", "party": "Lars Valeska", "basis": "Letters of administration, Los Angeles, 4 May 2026",
    "valid_from": "2026-05-04", "last_day": "2030-05-03", "reason": "Received from the court",
}  # fmt: skip


def record(cast, user, **changes):
    return at_the_desk(user).post(f"{PEOPLE}{cast.mira.public_id}/authority/", PROBATE | changes)


def verify(cast, user, authority, **data):
    address = f"{PEOPLE}{cast.mira.public_id}/authority/{authority.public_id}/verify/"
    return at_the_desk(user).post(address, data or {"reason": "Compared with the letters"})


def test_an_authority_is_recorded_by_one_and_verified_by_another(cast):
    assert record(cast, cast.ines).status_code == 302
    first = Authority.objects.get(kind="executor")
    assert first.recorded_by == cast.ines and first.verified_by is None and first.valid_to == date(2030, 5, 4)
    assert "Waits for a second lawyer" in at_the_desk(cast.tobi).get(f"{PEOPLE}{cast.mira.public_id}/").content.decode()
    assert verify(cast, cast.tobi, first).status_code == 302
    second = Authority.objects.get(replaces=first)
    assert (second.recorded_by, second.verified_by, second.party) == (cast.ines, cast.tobi, "Lars Valeska")
    assert verify(cast, cast.tobi, first).status_code == 409 and Authority.objects.filter(kind="executor").count() == 2


def test_whoever_recorded_it_does_not_verify_it_and_the_table_refuses_too(cast):
    record(cast, cast.tobi)
    authority = Authority.objects.get(kind="executor")
    assert verify(cast, cast.tobi, authority).status_code == 409
    assert verify(cast, cast.ines, authority).status_code == 403
    assert not Authority.objects.filter(verified_by__isnull=False).exists()
    with pytest.raises(IntegrityError), transaction.atomic():
        Authority.objects.create(
            person=cast.mira, kind="heir", recorded_by=cast.tobi, verified_by=cast.tobi, recorded_at=people.NOON
        )


@pytest.mark.parametrize("changes", [
    {"reason": ""}, {"basis": " "}, {"last_day": "2026-05-02"}, {"share_percent": "101"}, {"kind": "self"},
])  # fmt: skip
def test_an_authority_that_does_not_fit_is_refused(cast, changes):
    assert record(cast, cast.ines, **changes).status_code == 422
    assert not Authority.objects.exclude(kind="self").exists() and not Event.objects.exists()


# ── Erasing ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_erasing_destroys_the_key_and_leaves_a_record_that_names_nobody(cast, dana):
    at_the_desk(cast.ines).post(f"{PEOPLE}{cast.mira.public_id}/death/", {"died_on": "2026-01-01", "reason": "Notice"})
    answer = at_the_desk(dana).post(f"{PEOPLE}{cast.mira.public_id}/erase/", {"reason": "Request of the heirs"})
    assert answer.status_code == 302
    mira = Person.objects.get(pk=cast.mira.pk)
    assert (mira.alias, mira.legal_name, mira.birth_date, mira.legal_name_digest) == ("Erased person", "", None, "")
    assert not mira.data_key and not Person.objects.named("Miranda Valeska").exists()
    assert journal.broken_links() == []
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM registry_person WHERE id = %s", [mira.pk])
        assert "Vale" not in str(cursor.fetchone())
    again = at_the_desk(cast.ines).post(
        f"{PEOPLE}{mira.public_id}/correct/", {"alias": "M. Vale", "legal_name": "Miranda", "reason": "Back again"}
    )
    assert again.status_code == 409 and Person.objects.get(pk=mira.pk).alias == "Erased person"


@pytest.mark.parametrize(("who", "data", "status"), [
    ("ines", {"reason": "I can"}, 403), ("tobi", {"reason": "I can"}, 403), ("dana", {"reason": " "}, 422),
])  # fmt: skip
def test_nobody_is_erased_without_role_or_reason(cast, dana, who, data, status):
    user = dana if who == "dana" else getattr(cast, who)
    assert at_the_desk(user).post(f"{PEOPLE}{cast.mira.public_id}/erase/", data).status_code == status
    assert Person.objects.get(pk=cast.mira.pk).legal_name == "Miranda Valeska" and not Event.objects.exists()
