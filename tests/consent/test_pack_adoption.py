"""A lawyer adopts a pack, facts are stated on forms, and stored decisions stand as they were: through the tables."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from consent import adoptions, clearance, determinations, facts, records, rulebook, subjects
from consent.models import Decision, PackAdoption, Statement
from registry.errors import Invalid, NotAllowed
from registry.models import CollectiveAgreement, Event, Production
from tests import cast as people

pytestmark = pytest.mark.django_db
NOON, HOUR = people.NOON, timedelta(hours=1)
CALIFORNIA = next(pack for pack in rulebook.newest() if pack.id == "us-ca")
SAG_2026 = "sag-aftra-tv-2026"
SAG_2023 = next(pack for pack in rulebook.newest() if pack.id == "sag-aftra-tv-2023")
CLONE_LINE = replace(people.FACE_WORLD, uses=("digital_double",))


@pytest.fixture
def cast(db):
    made = people.assemble()
    Production.objects.filter(pk=made.harbor.pk).update(jurisdictions=["US-CA"])
    made.harbor.refresh_from_db()
    made.grant = people.verified(made, lines=(CLONE_LINE,))
    return made


def decided(cast, *, at, act="sign", purpose="clearance"):
    shown = facts.Depiction("mira", cast.mira.public_id, "target_likeness", "face", "digital_double")
    question = clearance.Question(act=act, depictions=(shown,), territories=("US",))
    return clearance.decide(question, production=cast.harbor, requester=cast.northlight, purpose=purpose, at=at)


def adopt(cast, pack=CALIFORNIA, *, at=NOON, mode="enforcing", by=None, **more):
    told = {"studio": cast.northlight, "mode": mode, "by": by or cast.tobi, "at": at, "reason": "Read against the text"}
    return adoptions.adopt(pack.hash, **told | more)


def state(cast, code="grant.manner", *, at=NOON, by=None, studio=None, **details):
    return records.state(
        code, studio=studio or cast.northlight, subject=cast.grant.public_id, details=details, by=by or cast.ines, at=at,
        reason="From the rider",
    )  # fmt: skip


def advice(stored):
    return {(one["rule"], one["severity"]) for one in stored.answer["advice"]}


# --- adopted -------------------------------------------------------------------------------------------------------


def test_until_somebody_adopts_it_a_pack_advises_and_from_then_on_it_decides(cast):
    before = decided(cast, at=NOON + HOUR)
    assert (before.outcome, before.answer["reasons"]) == ("permit", [])
    assert ("CA-927", "review") in advice(before)
    adopt(cast, at=NOON + 2 * HOUR)
    assert decided(cast, at=NOON + HOUR).outcome == "permit"
    after = decided(cast, at=NOON + 3 * HOUR)
    assert (after.outcome, [reason["rule"] for reason in after.answer["reasons"]]) == ("review", ["CA-927"])
    assert [pack["id"] for pack in after.answer["packs"] if pack["mode"] == "enforcing"] == ["core", "us-ca"]
    adopt(cast, at=NOON + 4 * HOUR, mode="advisory")
    assert decided(cast, at=NOON + 5 * HOUR).outcome == "permit"


def test_the_pack_of_another_studio_decides_nothing_here(cast):
    adopt(cast, studio=cast.southgate, by=cast.sol)
    assert decided(cast, at=NOON + HOUR).outcome == "permit"


@pytest.mark.parametrize("who", ["ines", "ada", "sol"])
def test_only_who_may_verify_adopts_a_pack(cast, who):
    with pytest.raises(NotAllowed):
        adopt(cast, by=getattr(cast, who))
    assert not PackAdoption.objects.exists() and not Event.objects.filter(tag="pack:adopted").exists()


@pytest.mark.parametrize("changed, code", [
    ({"mode": "sometimes"}, "pack.mode"), ({"effective_at": NOON - HOUR}, "pack.backdated"),
    ({"pack": next(pack for pack in rulebook.newest() if pack.id == "core")}, "pack.core"),
    ({"pack": replace(CALIFORNIA, hash="0" * 64)}, "pack.unknown"),
])  # fmt: skip
def test_what_cannot_be_adopted_is_refused_and_leaves_nothing(cast, changed, code):
    with pytest.raises(Invalid) as refused:
        adopt(cast, **changed)
    assert refused.value.code == code
    assert not PackAdoption.objects.exists() and not Event.objects.filter(tag="pack:adopted").exists()


def test_an_adoption_is_journalled_with_its_text_and_never_changed(cast):
    row = adopt(cast)
    entry = Event.objects.get(tag="pack:adopted")
    assert row.hash == CALIFORNIA.hash and CALIFORNIA.hash in str(entry.body)
    for change in ("UPDATE consent_packadoption SET mode = 'advisory'", "DELETE FROM consent_packadoption"):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(change)
    assert PackAdoption.objects.get().mode == "enforcing"


# --- facts ---------------------------------------------------------------------------------------------------------


def test_a_fact_stated_clears_what_a_rule_asks_for_and_its_correction_takes_its_place(cast):
    adopt(cast)
    row = state(cast, replaces_work=False, at=NOON + HOUR)
    assert decided(cast, at=NOON + 2 * HOUR).outcome == "permit"
    records.correct(row, details={"replaces_work": True}, by=cast.ines, at=NOON + 3 * HOUR, reason="Misread")
    assert decided(cast, at=NOON + 4 * HOUR).outcome == "review"
    assert decided(cast, at=NOON + 2 * HOUR).outcome == "permit"


def test_what_two_lawyers_must_find_takes_two(cast):
    adopt(cast)
    told = {"studio": cast.northlight, "subject": cast.grant.public_id, "question": "grant.reasonably_specific"}
    proposal = determinations.propose(**told, answer="yes", by=cast.ines, at=NOON, reason="Scenes and ages are named")
    assert decided(cast, at=NOON + HOUR).outcome == "review"
    determinations.second(proposal, by=cast.tobi, at=NOON, reason="Agreed")
    assert decided(cast, at=NOON + HOUR).outcome == "permit"


@pytest.mark.parametrize("code, details", [
    ("grant.manner", {"mood": True}), ("grant.manner", {"replaces_work": "perhaps"}), ("grant.mood", {"mood": True}),
    ("grant.representation", {"represented_by": "a friend"}), ("grant.reasonably_specific", {"answer": "yes"}),
    ("person.residence", {"residence": "US-CA"}), ("notice.replica_creation", {"services_at": "in two days"}),
])  # fmt: skip
def test_what_is_no_fact_or_no_value_of_it_is_not_written_down(cast, code, details):
    with pytest.raises(Invalid):
        state(cast, code, **details)
    assert not Statement.objects.exists() and not Event.objects.filter(tag="record:stated").exists()


def test_only_who_may_enter_states_facts_and_only_of_the_studios_own(cast):
    with pytest.raises(NotAllowed):
        state(cast, replaces_work=False, by=cast.ada)
    with pytest.raises(subjects.NotOnThisFile):
        state(cast, replaces_work=False, studio=cast.southgate, by=cast.sol)
    assert not Statement.objects.exists() and not Event.objects.filter(tag="record:stated").exists()


# --- the production, and what was decided of it --------------------------------------------------------------------


def test_the_agreement_of_the_series_holds_for_its_episode(cast):
    agreement = CollectiveAgreement.objects.create(code="SAG-TV", version="2023", title="SAG-AFTRA TV/Theatrical")
    cast.harbor.agreements.add(agreement)
    Production.objects.filter(pk=cast.harbor.pk).update(photography_starts_on=date(2026, 5, 1))
    episode = Production.objects.create(studio=cast.northlight, title="Harbor, episode one", parent=cast.harbor)
    cast.harbor = episode
    adopt(cast, SAG_2023)
    shown = facts.Depiction("mira", cast.mira.public_id, "target_likeness", "face", "digital_double")
    cast.harbor.cast.add(cast.mira)
    question = clearance.Question(act="sign", depictions=(shown,), territories=("US",))
    _, answer = clearance.ask(question, production=episode, at=NOON + HOUR)
    assert answer.production == facts.Production(
        episode.public_id, "feature", frozenset({"US-CA"}), frozenset({"sag-tv"}), date(2026, 5, 1)
    )
    assert answer.outcome == "review"


def test_a_decision_replays_to_its_hash_after_another_adoption_another_fact_and_another_jurisdiction(cast):
    adopt(cast)
    stored = decided(cast, at=NOON + HOUR)
    adopt(cast, at=NOON + 2 * HOUR, mode="advisory")
    adopt(cast, SAG_2023, at=NOON + 2 * HOUR)
    state(cast, replaces_work=False, at=NOON + 2 * HOUR)
    Production.objects.filter(pk=cast.harbor.pk).update(jurisdictions=["GB"])
    assert clearance.replay(Decision.objects.get(pk=stored.pk)) == stored.decision_hash


def test_advice_that_changes_is_no_other_answer_and_a_pack_that_begins_to_decide_is(cast):
    stored = decided(cast, at=NOON + HOUR)
    state(cast, replaces_work=False, at=NOON + 2 * HOUR)
    again = clearance.confirm(stored, purpose="signing", at=NOON + 3 * HOUR)
    assert again == stored and Decision.objects.count() == 1
    adopt(cast, at=NOON + 4 * HOUR)
    later = clearance.confirm(stored, purpose="signing", at=NOON + 5 * HOUR)
    assert later != stored and later.outcome == "permit"


def test_the_answer_is_small_and_tells_each_territory(cast):
    shown = facts.Depiction("mira", cast.mira.public_id, "target_likeness", "face", "digital_double")
    question = clearance.Question(act="sign", depictions=(shown,), territories=("WORLD",))
    stored = clearance.decide(
        question, production=cast.harbor, requester=cast.northlight, purpose="clearance", at=NOON + HOUR
    )
    told = clearance.told(stored)
    assert len(told["by_territory"]) > 240 and set(told["by_territory"].values()) == {"permit"}
    assert sum(len(one["territories"]) for one in stored.answer["classes"]) == len(told["by_territory"])
    assert len(facts.canonical(stored.answer)) < 12_000


def test_an_answer_of_the_first_engine_is_told_as_ever(cast):
    stored = decided(cast, at=NOON + HOUR)
    reason = {
        "code": "consent.no_grant", "rule": "CORE-NO-CONSENT", "severity": "deny", "depiction": "mira", "person": None,
        "modality": "face", "territories": ["US"], "text": "None.", "to_clear": "One.", "grant": None, "line": None,
    }  # fmt: skip
    old = {
        "by_territory": {"US": "deny"}, "reasons": [reason], "findings": [], "obligations": [], "missing_facts": [],
        "to_clear": ["One."], "territory_set_version": "1", "request_hash": stored.request_hash,
    }  # fmt: skip
    told = clearance.told(Decision(answer=old, request=stored.request, as_of=NOON, recorded_at=NOON))
    assert (told["by_territory"], told["reasons"][0]["territories"], told["packs"]) == ({"US": "deny"}, ["US"], [])


def test_what_stands_already_is_not_adopted_twice(cast):
    adopt(cast)
    with pytest.raises(adoptions.AdoptedAlready):
        adopt(cast, at=NOON + HOUR)
    assert PackAdoption.objects.count() == 1 and Event.objects.filter(tag="pack:adopted").count() == 1
    adopt(cast, at=NOON + HOUR, mode="advisory")
    assert adoptions.in_force(cast.northlight, at=NOON)["us-ca"].mode == "enforcing"
    assert adoptions.in_force(cast.northlight, at=NOON + HOUR)["us-ca"].mode == "advisory"
    assert adoptions.in_force(cast.southgate, at=NOON + HOUR) == {}


# --- a newer version -----------------------------------------------------------------------------------------------


def test_a_newer_version_waits_beside_the_adopted_one_and_old_decisions_replay_by_their_hash(cast):
    first, newer = (one for one in sorted(rulebook.shipped().values(), key=lambda one: one.version) if one.id == SAG_2026)
    agreement = CollectiveAgreement.objects.create(code="SAG-TV", version="2026", title="SAG-AFTRA TV/Theatrical")
    cast.harbor.agreements.add(agreement)
    Production.objects.filter(pk=cast.harbor.pk).update(photography_starts_on=date(2026, 9, 1))
    state(cast, conspicuous=True)
    state(cast, "grant.replica_class", replica_class="EBDR", origin=cast.harbor.public_id)
    records.state(
        "grant.biometric_release", studio=cast.northlight, subject=cast.grant.public_id, by=cast.ines, at=NOON, reason="Signed",
        details={"biometrics": "none", "purpose": "Harbor", "retention": "None"}, evidence=people.RIDER,
    )  # fmt: skip
    scan = records.state(
        "replica.registered", studio=cast.northlight, subject=cast.mira.public_id, by=cast.ines, at=NOON, reason="Made",
        details={"name": "Scan", "kind": "scan", "replica_class": "EBDR", "biometrics": "none", "owner": "N", "custodian": "P",
                 "grant": cast.grant.public_id, "origin": cast.harbor.public_id},
    )  # fmt: skip
    for form, details in (("replica.access", {"who": ["The archive"], "need": "Kept"}), ("replica.custody", {
            "from_whom": "N", "to_whom": "P", "handed_at": NOON, "attested": True})):  # fmt: skip
        records.state(
            form, studio=cast.northlight, subject=scan.public_id, details=details | {"grant": cast.grant.public_id},
            by=cast.ines, at=NOON, reason="Made",
        )  # fmt: skip
    adopt(cast, first)
    shown = facts.Depiction("mira", cast.mira.public_id, "target_likeness", "face", "digital_double")
    question = clearance.Question(act="generate", depictions=(shown,), territories=("US",))
    old = clearance.decide(
        question, production=cast.harbor, requester=cast.parallax, purpose="clearance", at=NOON + HOUR
    )
    assert old.outcome == "permit", old.answer["reasons"]
    told = {"studio": cast.northlight, "mode": "enforcing", "at": NOON + 2 * HOUR}
    [change] = adoptions.would_change(newer.hash, decisions=[old], **told)
    assert (change.before, change.after, change.rules) == ("permit", "review", ("SAG-CUSTODY",))
    adopt(cast, newer, at=NOON + 3 * HOUR)
    assert clearance.confirm(old, purpose="signing", at=NOON + 4 * HOUR).outcome == "review"
    assert clearance.replay(old) == old.decision_hash


# --- before adopting -----------------------------------------------------------------------------------------------


def test_what_an_adoption_would_change_is_told_before_and_nothing_is_kept(cast):
    hurt, untouched = decided(cast, at=NOON + HOUR), decided(cast, at=NOON + HOUR, act="retain")
    told = {"studio": cast.northlight, "mode": "enforcing", "at": NOON + 2 * HOUR}
    [change] = adoptions.would_change(CALIFORNIA.hash, decisions=[hurt, untouched], **told)
    assert (change.id, change.before, change.after, change.rules) == (hurt.public_id, "permit", "review", ("CA-927",))
    assert not PackAdoption.objects.exists() and Decision.objects.count() == 2
    assert adoptions.would_change(CALIFORNIA.hash, decisions=[hurt], **told | {"studio": cast.southgate}) == ()
