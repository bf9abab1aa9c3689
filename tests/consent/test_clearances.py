"""A vendor asks before the work: answered, kept as it was answered, and told without what is not the vendor's to know."""

import json
from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from consent import adoptions, clearance, determinations, endings, facts, grants, on_file, records, rulebook, subjects
from consent.models import Decision, Grant, GrantRevision, ScopeLine, Statement, Verification
from consent.paper import Paper
from registry import people as persons
from registry.append_only import AppendOnlyError
from registry.models import Authority, Person, Production, Unit
from tests import cast as people

pytestmark = pytest.mark.django_db
DOOR = "/api/v1/clearances"
LAST_DAY = date(2028, 5, 2)
AFTER_NOON = people.NOON + timedelta(hours=1)


@pytest.fixture
def vendor(cast, program):
    return program(cast.parallax)


def face(cast, **changes):
    said = {"id": "mira", "person": cast.mira.public_id, "role": "target_likeness", "modality": "face", "use": "de_aging"}
    return {name: value for name, value in (said | changes).items() if value is not None}


def question(cast, *depictions, **changes):
    return {"production": cast.harbor.public_id, "depictions": list(depictions) or [face(cast)]} | changes


def asked(api, cast, *depictions, **changes):
    answer = api.post(DOOR, question(cast, *depictions, **changes))
    assert answer.status_code == 201, answer.content
    return answer.json()


def refused(api, cast, *depictions, **changes):
    """The faults of a question that is not answered, as pointer → code; nothing of it is kept."""
    kept = Decision.objects.count()
    answer = api.post(DOOR, question(cast, *depictions, **changes))
    assert answer.status_code == 422 and answer["Content-Type"] == "application/problem+json", answer.content
    assert Decision.objects.count() == kept
    return {fault["pointer"]: fault["code"] for fault in answer.json()["errors"]}


def decided(cast, *, at=AFTER_NOON, production=None, units=(), purpose="intake"):
    shown = facts.Depiction("mira", cast.mira.public_id, "target_likeness", "face", "de_aging")
    return clearance.decide(
        clearance.Question(act="sign", depictions=(shown,), units=units), production=production or cast.harbor,
        requester=cast.parallax, purpose=purpose, at=at,
    )  # fmt: skip


def codes(told):
    return {reason["code"] for reason in told["reasons"]}


# --- the answer ---------------------------------------------------------------------------------------------------


def test_what_is_consented_to_is_permitted_and_the_answer_is_kept(cast, vendor):
    people.verified(cast)
    answer = vendor.post(DOOR, question(cast))
    told, stored = answer.json(), Decision.objects.get()
    assert answer.status_code == 201 and answer["Location"].endswith(f"{DOOR}/{stored.public_id}")
    assert (told["id"], told["outcome"], told["reasons"], told["to_clear"]) == (stored.public_id, "permit", [], [])
    assert set(told["by_territory"].values()) == {"permit"} and len(told["by_territory"]) > 240
    assert (told["hash"], stored.purpose) == (stored.decision_hash, "clearance")
    assert [one.grant.number for one in stored.revisions.all()] == ["C-0142"]
    read = vendor.get(answer["Location"]).json()
    assert read.pop("today")["same"] is True and read == told


def today(vendor, told):
    return vendor.get(f"{DOOR}/{told['id']}").json()["today"]


def test_an_answer_read_again_says_what_it_would_be_today_and_keeps_nothing_of_that(cast, vendor):
    told = asked(vendor, cast, territories=["DE"])
    assert (told["outcome"], today(vendor, told)["same"]) == ("deny", True)
    people.verified(cast)
    now, kept = today(vendor, told), vendor.get(f"{DOOR}/{told['id']}").json()
    assert (now["outcome"], now["same"], now["by_territory"]) == ("permit", False, {"DE": "permit"})
    assert kept["outcome"] == "deny" and Decision.objects.count() == 1


def test_what_is_so_today_in_one_territory_only_is_not_the_same(cast, vendor):
    people.verified(cast, lines=(replace(people.FACE_WORLD, territories=("EU",)),))
    told = asked(vendor, cast, territories=["US", "CA"])
    people.verified(cast, number="C-0143", lines=(replace(people.FACE_WORLD, territories=("CA",)),))
    now = today(vendor, told)
    assert (now["outcome"], now["same"], now["by_territory"]) == ("deny", False, {"US": "deny", "CA": "permit"})


def test_today_tells_no_reason_and_nothing_to_whoever_does_not_work_on_it_any_more(cast, vendor):
    told = asked(vendor, cast)
    assert set(today(vendor, told)) == {"outcome", "same", "by_territory", "asked_at"}
    cast.harbor.vendors.clear()
    assert today(vendor, told) is None


def test_nobody_consented_so_it_is_denied_and_says_what_would_be_needed(cast, vendor):
    told = asked(vendor, cast)
    assert told["outcome"] == "deny" and codes(told) == {"consent.no_grant"}
    [reason] = told["reasons"]
    assert reason["depiction"] == "mira" and "M. Vale" in reason["text"] and told["to_clear"] == [reason["to_clear"]]
    assert not Decision.objects.get().revisions.exists()


@pytest.mark.parametrize("changes", [
    {"use": "other"}, {"person": None, "unidentified": True}, {"content_flags": ["nudity"], "depicted_age": None},
], ids=["another use", "somebody unidentified", "an age nobody stated"])  # fmt: skip
def test_what_only_a_lawyer_can_tell_is_left_to_one(cast, vendor, changes):
    use = changes.get("use", "de_aging")
    people.verified(cast, lines=(replace(people.FACE_WORLD, uses=("de_aging", use)),))
    told = asked(vendor, cast, face(cast, **changes))
    assert told["outcome"] == "review", told


def test_the_worst_over_all_depictions_decides_and_each_territory_is_answered_apart(cast, vendor):
    people.verified(cast, lines=(replace(people.FACE_WORLD, territories=("EU",)),))
    told = asked(vendor, cast, territories=["DE", "US"])
    assert told["outcome"] == "deny" and told["by_territory"] == {"DE": "permit", "US": "deny"}
    both = asked(vendor, cast, face(cast), face(cast, id="jon", person=cast.jon.public_id), territories=["DE"])
    assert both["by_territory"] == {"DE": "deny"} and {reason["depiction"] for reason in both["reasons"]} == {"jon"}


def test_a_question_that_names_its_file_is_answered_by_what_is_on_record_of_it(cast, vendor):
    """A rule about a file, such as the European Union's on marks, is met for that very file."""
    people.verified(cast)
    Production.objects.update(jurisdictions=["US-CA"])
    eu = next(pack for pack in rulebook.newest() if pack.id == "eu")
    adoptions.adopt(eu.hash, studio=cast.northlight, mode="enforcing", by=cast.tobi, at=people.NOON, reason="Read")
    released = {"act": "release", "territories": ["DE"], "asset_sha256": "a" * 64}
    told = asked(vendor, cast, **released)
    assert told["outcome"] == "review" and "machine_readable_mark of the file" in str(told["missing_facts"])
    for code, subject, details in (
        ("asset.marks", "a" * 64, {"readable": True}),
        ("production.disclosure", cast.harbor.public_id, {"mode": "full", "wording": "Made younger with AI", "where": "Titles"}),
    ):
        records.state(
            code, studio=cast.northlight, subject=subject, details=details, by=cast.ines, at=timezone.now(), reason="Read back"
        )
    assert asked(vendor, cast, **released)["outcome"] == "permit"
    assert asked(vendor, cast, **released | {"asset_sha256": "b" * 64})["outcome"] == "review"
    assert clearance.replay(Decision.objects.latest("pk")) == Decision.objects.latest("pk").decision_hash


@pytest.mark.parametrize("sha256", ["a" * 63, "A" * 64, "../etc", "", None], ids=["short", "upper", "path", "empty", "null"])
def test_a_file_is_named_by_its_fingerprint(cast, vendor, sha256):
    assert set(refused(vendor, cast, asset_sha256=sha256)) == {"/asset_sha256"}


def test_a_decision_says_which_vendor_asked_and_a_studio_may_ask_for_one(cast, vendor, program):
    people.verified(cast)
    asked(vendor, cast)
    assert Decision.objects.latest("pk").request["vendor"] == cast.parallax.public_id
    asked(program(cast.northlight), cast)
    assert "vendor" not in Decision.objects.latest("pk").request


def test_what_is_left_out_comes_from_the_production(cast, vendor):
    people.verified(cast, lines=(replace(people.FACE_WORLD, territories=("FR",), media=("svod",), languages=("fr",)),))
    Production.objects.update(default_territories=["FR"], default_media=["svod"], default_languages=["fr-FR"])
    told = asked(vendor, cast)
    assert (told["outcome"], told["by_territory"]) == ("permit", {"FR": "permit"})
    kept = Decision.objects.get().request
    assert (kept["territories"], kept["media"], kept["languages"]) == (["FR"], ["svod"], ["fr-fr"])
    assert asked(vendor, cast, territories=["FR", "BE"])["by_territory"] == {"BE": "deny", "FR": "permit"}


def test_the_world_is_every_territory(cast, vendor):
    people.verified(cast, lines=(replace(people.FACE_WORLD, territories_except=("CU",)),))
    told = asked(vendor, cast, territories=["WORLD"])
    assert {place for place, outcome in told["by_territory"].items() if outcome != "permit"} == {"CU"}


# --- the moment asked about, and the moment known -----------------------------------------------------------------


@pytest.mark.parametrize(("as_of", "outcome", "found"), [
    ("2026-05-02T23:59:59Z", "deny", {"consent.not_yet"}),
    ("2026-05-03T00:00:00Z", "permit", set()),
    ("2028-05-02T23:59:59.999999Z", "permit", set()),
    ("2028-05-03T00:00:00Z", "deny", {"consent.expired"}),
    ("2028-05-03T01:30:00+02:00", "permit", set()),
    ("9999-12-31T23:59:59Z", "deny", {"consent.expired"}),
])  # fmt: skip
def test_the_moment_asked_about_is_held_against_the_term(cast, vendor, as_of, outcome, found):
    people.verified(cast)
    told = asked(vendor, cast, as_of=as_of)
    assert (told["outcome"], codes(told)) == (outcome, found)
    stored = Decision.objects.get()
    assert stored.as_of == datetime.fromisoformat(as_of) and clearance.replay(stored) == stored.decision_hash


def test_a_time_before_any_consent_is_not_asked_about(cast, vendor):
    """A year of fewer than four digits was stored so that it could not be read back, and its answer never replayed."""
    assert refused(vendor, cast, as_of="0800-12-25T00:00:00Z") == {"/as_of": "request.invalid"}
    asked(vendor, cast, as_of="1900-01-01T00:00:00Z")
    stored = Decision.objects.get()
    assert clearance.replay(stored) == stored.decision_hash


def test_a_moment_without_a_zone_that_is_none_or_that_no_calendar_has_is_refused(cast, vendor):
    for moment in ("yesterday", "2026-02-30T00:00:00Z", 12, "9999-12-31T23:59:59-23:00"):
        assert refused(vendor, cast, as_of=moment)["/as_of"].startswith("request.")


def test_what_was_recorded_later_was_not_known_then(cast):
    people.entered(cast, at=people.NOON)
    grant = Grant.objects.get()
    before = decided(cast, at=AFTER_NOON)
    grants.verify(grant.revisions.get(), by=cast.tobi, at=AFTER_NOON + timedelta(hours=1), reason="Compared")
    after = decided(cast, at=AFTER_NOON + timedelta(hours=2))
    assert (before.outcome, codes(before.answer)) == ("deny", {"consent.awaiting_verification"})
    assert after.outcome == "permit" and after.known_at == AFTER_NOON + timedelta(hours=2)
    assert clearance.replay(before) == before.decision_hash and clearance.replay(after) == after.decision_hash


# --- kept ---------------------------------------------------------------------------------------------------------


def test_what_was_answered_is_never_changed_or_taken_back(cast, vendor):
    asked(vendor, cast)
    stored = Decision.objects.get()
    stored.outcome = "permit"
    with pytest.raises(AppendOnlyError):
        stored.save()
    with pytest.raises(AppendOnlyError):
        stored.delete()
    with pytest.raises(AppendOnlyError):
        Decision.objects.update(outcome="permit")
    assert Decision.objects.get().outcome == "deny"


@pytest.mark.parametrize("later", ["an ending", "an amendment", "a lock", "a new consent", "a determination"])
def test_an_answer_is_replayed_to_the_same_hash_whatever_came_later(cast, later):
    grant = people.verified(cast)
    stored = decided(cast)
    at = AFTER_NOON + timedelta(days=1)
    happens(cast, grant, later, at)
    assert clearance.replay(stored) == stored.decision_hash
    now = decided(cast, at=at + timedelta(hours=1))
    assert clearance.replay(now) == now.decision_hash


def happens(cast, grant, later, at):
    match later:
        case "an ending":
            people.ended(cast, grant, at=at)
        case "an amendment":
            amended(cast, grant, at=at)
        case "a lock":
            determinations.lock(studio=cast.northlight, subject="global", by=cast.ines, at=at, reason="Strike")
        case "a new consent":
            people.verified(cast, number="C-0143", at=at)
        case "a determination":
            told = {"studio": cast.northlight, "subject": cast.mira.public_id, "question": "no_consent_needed"}
            proposal = determinations.propose(**told, answer="yes", by=cast.ines, at=at, reason="Fleeting")
            determinations.second(proposal, by=cast.tobi, at=at, reason="Agreed")


def amended(cast, grant, *, at, **changes):
    terms = people.terms(lines=(replace(people.FACE_WORLD, territories=("EU",)),), **changes)
    revision = grants.amend(grant, terms=terms, by=cast.ines, at=at, reason="Narrowed to Europe")
    grants.verify(revision, by=cast.tobi, at=at, reason="Compared with the paper")
    return revision


def test_an_answer_that_is_the_same_is_confirmed_by_the_stored_one(cast):
    people.verified(cast)
    stored = decided(cast)
    for hours in (1, 24, 10_000):
        again = clearance.confirm(stored, purpose="signing", at=AFTER_NOON + timedelta(hours=hours))
        assert again == stored
    assert Decision.objects.count() == 1


@pytest.mark.parametrize(("later", "outcome", "found"), [
    ("an ending", "deny", {"consent.ended"}), ("an amendment", "deny", {"consent.out_of_scope"}),
    ("a lock", "deny", {"consent.locked"}),
])  # fmt: skip
def test_an_answer_that_changed_is_stored_as_a_new_one_beside_the_old(cast, later, outcome, found):
    grant = people.verified(cast)
    stored = decided(cast)
    at = AFTER_NOON + timedelta(days=1)
    happens(cast, grant, later, at)
    changed = clearance.confirm(stored, purpose="signing", at=at + timedelta(hours=1))
    assert changed != stored and Decision.objects.count() == 2
    assert (changed.outcome, codes(changed.answer), changed.purpose) == (outcome, found, "signing")
    assert (changed.production, changed.requester) == (stored.production, stored.requester)
    assert Decision.objects.get(pk=stored.pk).outcome == "permit"
    for asked in (changed, stored):
        assert clearance.confirm(asked, purpose="release", at=at + timedelta(hours=2)) == changed
    assert Decision.objects.count() == 2 and changed.original == stored


def test_an_answer_that_still_permits_but_stands_on_another_revision_is_a_new_one(cast):
    grant = people.verified(cast)
    stored = decided(cast)
    at = AFTER_NOON + timedelta(days=1)
    revision = grants.amend(grant, terms=people.terms(), by=cast.ines, at=at, reason="The same, signed afresh")
    grants.verify(revision, by=cast.tobi, at=at, reason="Compared with the paper")
    changed = clearance.confirm(stored, purpose="signing", at=at + timedelta(hours=1))
    assert changed.permits and changed != stored
    assert [one.number for one in changed.revisions.all()] == [2] and clearance.lock_grants(changed) == [grant]


# --- what is not understood ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("changes", "pointer"), [
    ({"act": "fly"}, "/act"), ({"media": ["svod", "smoke"]}, "/media"), ({"territories": ["DE", "XX"]}, "/territories/1"),
    ({"territories": ["world"]}, "/territories/0"), ({"languages": ["en", "e n"]}, "/languages/1"),
    ({"units": ["sh114", "sh999"]}, "/units/1"), ({"depictions": []}, "/depictions"),
])  # fmt: skip
def test_unknown_codes_are_refused_where_they_stand(cast, vendor, changes, pointer):
    people.verified(cast)
    found = refused(vendor, cast, **changes)
    assert any(one == pointer or one.startswith(f"{pointer}/") for one in found), found


@pytest.mark.parametrize(("changes", "pointer"), [
    ({"use": "time_travel"}, "/depictions/0/use"), ({"role": "hero"}, "/depictions/0/role"),
    ({"modality": "aura"}, "/depictions/0/modality"), ({"content_flags": ["mild"]}, "/depictions/0/content_flags/0"),
    ({"routine_reason": "because"}, "/depictions/0/routine_reason"), ({"depicted_age": -1}, "/depictions/0/depicted_age"),
    ({"depicted_age": "thirty"}, "/depictions/0/depicted_age"), ({"id": "\u0000"}, "/depictions/0/id"),
    ({"id": "x" * 101}, "/depictions/0/id"), ({"person": None}, "/depictions/0"), ({"unidentified": True}, "/depictions/0"),
    ({"role": "synthetic"}, "/depictions/0"), ({"person": "per_nobody"}, "/depictions/0/person"),
])  # fmt: skip
def test_a_depiction_that_is_not_understood_is_refused_where_it_stands(cast, vendor, changes, pointer):
    people.verified(cast)
    assert pointer in refused(vendor, cast, face(cast, **changes))


def test_a_name_is_a_code_because_sentences_are_built_around_it(cast, vendor):
    for name in ("<b>mira</b>", "mira” and “jon", "mi\u202era", "mi\nra", "mira vale", "-", ""):
        assert "/depictions/0/id" in refused(vendor, cast, face(cast, id=name)), name
    assert asked(vendor, cast, face(cast, id="op-1.mira:2"))["reasons"][0]["depiction"] == "op-1.mira:2"


def test_one_name_is_one_person(cast, vendor):
    """Answers call people by the name a question gives them: one name for two would tell of one what is so of the other."""
    people.verified(cast)
    jon = face(cast, person=cast.jon.public_id)
    assert "/depictions/1/id" in refused(vendor, cast, face(cast), jon)
    nameless = face(cast, id=None, person=cast.jon.public_id)
    assert "/depictions/1/id" in refused(vendor, cast, face(cast, id="2"), nameless)
    twice = asked(vendor, cast, face(cast), face(cast, use="lip_sync_dub"))
    assert twice["outcome"] == "deny" and codes(twice) == {"consent.out_of_scope"}


# --- other tenants ------------------------------------------------------------------------------------------------


def elsewhere(cast):
    """Southgate's film, with a performer and a shot, on which nobody here works."""
    tide = Production.objects.create(studio=cast.southgate, title="Tide", default_territories=["WORLD"])
    nora = people.person(cast.southgate, "Nora Quill", "N. Quill", date(1980, 1, 1))
    tide.cast.add(nora)
    return tide, nora, Unit.objects.create(production=tide, code="sh900")


def test_ids_of_another_tenant_are_answered_like_ids_that_never_were(cast, vendor):
    tide, nora, unit = elsewhere(cast)

    def answer(**changes):
        told = vendor.post(DOOR, question(cast, **changes))
        document = told.json()
        document.pop("request_id")
        return told.status_code, json.dumps(document)

    pairs = [
        ({"production": tide.public_id}, {"production": "prd_neverwas"}, tide.public_id, "prd_neverwas"),
        ({"depictions": [face(cast, person=nora.public_id)]}, {"depictions": [face(cast, person="per_neverwas")]},
         nora.public_id, "per_neverwas"),
        ({"units": [unit.code]}, {"units": ["sh901"]}, unit.code, "sh901"),
        ({"units": [unit.public_id]}, {"units": ["unt_neverwas"]}, unit.public_id, "unt_neverwas"),
    ]  # fmt: skip
    for theirs, nobodys, own, none in pairs:
        status, told = answer(**theirs)
        assert (status, told.replace(own, none)) == answer(**nobodys)
        assert status in (404, 422) and "Quill" not in told and "Tide" not in told
    assert not Decision.objects.exists()


def test_somebody_of_the_studio_who_is_not_in_this_cast_is_a_stranger_too(cast, vendor):
    other = people.person(cast.northlight, "Lena Marsh", "L. Marsh", date(1985, 1, 1))
    assert refused(vendor, cast, face(cast, person=other.public_id)) == {
        "/depictions/0/person": "declaration.unknown_person"
    }


def test_the_requester_and_the_studio_read_an_answer_and_nobody_else(cast, vendor, program):
    people.verified(cast)
    kept = asked(vendor, cast)["id"]
    assert vendor.get(f"{DOOR}/{kept}").status_code == program(cast.northlight).get(f"{DOOR}/{kept}").status_code == 200
    cast.harbor.vendors.add(cast.umbra)
    for stranger in (cast.umbra, cast.southgate):
        theirs = program(stranger).get(f"{DOOR}/{kept}")
        never = program(stranger).get(f"{DOOR}/dec_neverwas")
        assert theirs.status_code == never.status_code == 404
        assert theirs.json()["detail"] == never.json()["detail"]
    assert program(cast.parallax, "assets:read").get(f"{DOOR}/{kept}").status_code == 403


def test_a_studios_statements_are_its_own(cast, program):
    """Both studios know the same performer, each by an id of its own; a strike at one does not stop the other."""
    tide, nora, unit = elsewhere(cast)
    tide.vendors.add(cast.parallax)
    people.verified(cast)
    determinations.lock(studio=cast.southgate, subject="global", by=cast.sol, at=people.NOON, reason="Strike")
    their_question = {"production": tide.public_id, "depictions": [face(cast, person=nora.public_id)]}
    api = program(cast.parallax)
    theirs = api.post(DOOR, their_question).json()
    assert asked(api, cast)["outcome"] == "permit" and "consent.locked" in codes(theirs)
    for row in Statement.objects.all():
        assert row.public_id not in json.dumps(asked(api, cast))
    for subject in (cast.mira, cast.harbor, cast.sh114, Grant.objects.get()):
        with pytest.raises(subjects.NotOnThisFile):
            determinations.lock(
                studio=cast.southgate, subject=subject.public_id, by=cast.sol, at=people.NOON, reason="Not theirs"
            )
    assert Statement.objects.count() == 1


# --- what is told, and what is not --------------------------------------------------------------------------------

STATES = ("waiting", "ended", "expired", "out of scope", "locked", "excluded", "approval", "determined")


@pytest.mark.parametrize("state", STATES)
def test_a_vendor_is_told_why_without_numbers_names_or_other_works(cast, vendor, program, state):
    other = Production.objects.create(studio=cast.northlight, title="Undertow")
    at = timezone.now() - timedelta(hours=1)
    how = {
        "expired": {"term_end": date(2026, 6, 1)},
        "out of scope": {"lines": (replace(people.FACE_WORLD, productions=(other,)),)},
        "excluded": {"lines": (people.FACE_WORLD, replace(people.FACE_WORLD, effect="exclude", territories=("US",)))},
        "approval": {"lines": (people.FACE_WORLD, replace(people.FACE_WORLD, effect="approval_required"))},
    }.get(state, {})  # fmt: skip
    grant = people.entered(cast, at=at) if state == "waiting" else people.verified(cast, at=at, **how)
    if state in ("ended", "locked", "determined"):
        happens(cast, grant, {"ended": "an ending", "locked": "a lock", "determined": "a determination"}[state], at)
    if state == "determined":
        people.ended(cast, grant, at=at)
    answer = vendor.post(DOOR, question(cast))
    told = answer.json()
    assert told["reasons"], told
    text = answer.content.decode() + vendor.get(f"{DOOR}/{told['id']}").content.decode()
    withheld = [grant.number, grant.public_id, "Valeska", "Miranda", "Undertow", other.public_id, "rider-mira-vale"]
    withheld += [one.public_id for one in grant.revisions.all()] + [one.last_name for one in (cast.ines, cast.tobi)]
    withheld += ["Letter of the performer", "Strike", "Fleeting"]
    assert not [one for one in withheld if one in text], text
    own = program(cast.northlight).get(f"{DOOR}/{told['id']}").json()
    if any(reason["text"].casefold().count("consent on file") for reason in told["reasons"]):
        assert grant.number in json.dumps(own["reasons"]) and grant.public_id not in json.dumps(own)


def test_a_studios_own_program_reads_its_consents_by_their_numbers(cast, program):
    people.verified(cast, lines=(replace(people.FACE_WORLD, territories=("EU",)),))
    told = asked(program(cast.northlight), cast)
    [reason] = told["reasons"]
    assert "Consent C-0142 (revision 1) of M. Vale" in reason["text"]
    other = asked(program(cast.parallax), cast)
    assert "Consent on file (revision 1) of M. Vale" in other["reasons"][0]["text"]
    assert "Valeska" not in json.dumps([told, other])


# --- what is read, and how often ----------------------------------------------------------------------------------


def queries(cast):
    with CaptureQueriesContext(connection) as asked_of_the_file:
        decided(cast)
    return len(asked_of_the_file)


def crowd(cast, number):
    """Other people of the studio, each with a verified consent; written without acts, which would take long."""
    known = Person.objects.count()
    extras = Person.objects.bulk_create(
        Person(studio=cast.northlight, alias=f"Extra {known + n}", data_key=b"") for n in range(number)
    )
    files = Grant.objects.bulk_create(
        Grant(person=one, studio=cast.northlight, number=one.alias, entered_by=cast.ines, recorded_at=people.NOON)
        for one in extras
    )
    revisions = GrantRevision.objects.bulk_create(
        GrantRevision(grant=one, number=1, effective_from=date(2026, 1, 1), description="Crowd", entered_by=cast.ines,
                      recorded_at=people.NOON) for one in files
    )  # fmt: skip
    ScopeLine.objects.bulk_create(
        ScopeLine(revision=one, effect="grant", uses=["de_aging"], modalities=["face"], territories=["WORLD"])
        for one in revisions
    )
    Verification.objects.bulk_create(
        Verification(revision=one, entered_by=cast.ines, verified_by=cast.tobi, recorded_at=people.NOON)
        for one in revisions
    )
    cast.harbor.cast.add(*extras)


def test_an_answer_costs_no_more_queries_for_everybody_elses_consents(cast):
    people.verified(cast)
    crowd(cast, 10)
    few = queries(cast)
    crowd(cast, 290)
    assert Grant.objects.count() == 301 and queries(cast) == few


def test_nor_for_the_persons_own_consents_revisions_and_endings(cast):
    grant = people.verified(cast)
    few = queries(cast)
    for hour in range(1, 4):
        amended(cast, grant, at=people.NOON + timedelta(minutes=hour))
        other = people.verified(cast, number=f"C-{hour}", papers=(people.RIDER, Paper("side.pdf", people.RIDER.content + b"\n")))
        people.ended(cast, other, at=people.NOON)
    assert queries(cast) == few


def test_every_field_of_a_consent_is_read_as_it_was_entered(cast):
    executor = persons.record_authority(
        cast.mira, kind="executor", party="Otto Vale", basis="Letters testamentary", by=cast.ines, at=people.NOON,
        reason="Copy received", valid_from=date(2026, 1, 1), valid_to=date(2030, 1, 1), share_percent=None,
    )  # fmt: skip
    executor = persons.verify_authority(executor, by=cast.tobi, at=people.NOON, reason="Compared")
    line = grants.Line(
        effect="exclude", uses=("de_aging", "voice_clone"), modalities=("face", "voice"), territories=("WORLD",),
        territories_except=("CU",), acts=("sign", "release"), productions=(cast.harbor,), units=("sh114",),
        media=("svod",), languages=("fr",), content_excluded=("nudity",), start=date(2026, 6, 1), end=date(2027, 6, 1),
    )  # fmt: skip
    assert all(getattr(line, one.name) for one in fields(line)), "a field of a line is left out of this test"
    grant = people.verified(cast, lines=(line, people.FACE_WORLD), authority=executor, capacity="executor")
    endings.end(
        grant, kind="withdrawn", mode="run_off", received_at=AFTER_NOON, effective_at=AFTER_NOON, by=cast.ines,
        at=AFTER_NOON, reason="Letter", run_off_to=LAST_DAY,
    )  # fmt: skip
    record = recorded(cast)

    [person], [read] = record.persons, record.grants
    assert person == facts.Person(cast.mira.public_id, "living", date(1974, 3, 2), None)
    [revision], [ending] = read.revisions, read.endings
    row, stored = grant.revisions.get(), grant.revisions.get().lines.first()
    assert (read.id, read.person) == (grant.public_id, cast.mira.public_id)
    assert revision.lines[0] == facts.Line(
        id=stored.public_id, effect="exclude", uses=frozenset({"de_aging", "voice_clone"}),
        modalities=frozenset({"face", "voice"}), territories=frozenset({"WORLD"}), territories_except=frozenset({"CU"}),
        acts=frozenset({"sign", "release"}), productions=frozenset({cast.harbor.public_id}), units=frozenset({"sh114"}),
        media=frozenset({"svod"}), languages=frozenset({"fr"}), content_excluded=frozenset({"nudity"}),
        start=date(2026, 6, 1), end=date(2027, 6, 1),
    )  # fmt: skip
    sha256 = row.evidence.get().sha256
    midnight = datetime(2026, 5, 3, tzinfo=UTC)
    assert replace(revision, lines=()) == facts.Revision(
        id=row.public_id, number=1, effective_from=date(2026, 5, 3), term_end=date(2028, 5, 3),
        entered_by=str(cast.ines.pk), verified_by=str(cast.tobi.pk), verified_at=people.NOON,
        authority=facts.Authority(executor.public_id, "executor", date(2026, 1, 1), date(2030, 1, 1), True, people.NOON),
        signatures=(facts.Signature(midnight, "executor", sha256, people.NOON, separate=True),),
        evidence=(facts.Evidence(sha256, people.NOON),), lines=(), recorded_at=people.NOON,
    )  # fmt: skip
    row = grant.endings.get()
    assert ending == facts.Ending(row.public_id, "withdrawn", "run_off", AFTER_NOON, LAST_DAY, AFTER_NOON)


def recorded(cast, *, production=None, units=()):
    shown = facts.Depiction("mira", cast.mira.public_id, "target_likeness", "face", "de_aging")
    question = clearance.Question(act="sign", depictions=(shown,), units=units)
    asked_for, _ = clearance.ask(question, production=production or cast.harbor, at=AFTER_NOON + timedelta(hours=1))
    return on_file.record_for(asked_for, studio=cast.northlight)


def test_an_authority_that_nobody_verified_is_read_as_unverified(cast):
    unverified = Authority.objects.create(person=cast.mira, kind="agent", recorded_by=cast.ines, recorded_at=people.NOON)
    people.entered(cast, authority=unverified, capacity="agent")
    [revision] = recorded(cast).grants[0].revisions
    assert revision.authority == facts.Authority(unverified.public_id, "agent", None, None, False, people.NOON)
    assert (revision.verified_by, revision.verified_at) == (None, None)


def test_every_field_of_a_statement_is_read_as_it_was_stated(cast):
    until = people.NOON + timedelta(days=9)
    locked = determinations.lock(
        studio=cast.northlight, subject=cast.mira.public_id, by=cast.ines, at=people.NOON, reason="Strike",
        acts=("sign",), effective_at=AFTER_NOON, until=until,
    )  # fmt: skip
    lifted = determinations.lift(locked, by=cast.tobi, at=AFTER_NOON, reason="Over")
    ines, tobi = str(cast.ines.pk), str(cast.tobi.pk)
    sign = frozenset({"sign"})
    subject = cast.mira.public_id
    assert recorded(cast).statements == (
        facts.Statement(locked.public_id, "lock", subject, "", sign, (ines,), "", None, AFTER_NOON, until, people.NOON),
        facts.Statement(lifted.public_id, "lift", subject, "", sign, (tobi,), "", locked.public_id, AFTER_NOON, None,
                        AFTER_NOON),
    )  # fmt: skip


def test_a_lock_on_a_shot_stops_that_shot_of_its_own_production_only(cast):
    """Shots of two films may have the same code; a lock lies on one of them, by its id."""
    people.verified(cast)
    sequel = Production.objects.create(studio=cast.northlight, title="Harbor II", default_territories=["WORLD"])
    sequel.cast.add(cast.mira)
    Unit.objects.create(production=sequel, code="sh114")
    Unit.objects.create(production=cast.harbor, code="sh115")
    determinations.lock(
        studio=cast.northlight, subject=cast.sh114.public_id, by=cast.ines, at=people.NOON, reason="Dispute over the shot"
    )
    assert "consent.locked" in codes(decided(cast, units=("sh114",)).answer)
    assert decided(cast, units=("sh115",)).permits and decided(cast).permits
    assert decided(cast, production=sequel, units=("sh114",)).permits
