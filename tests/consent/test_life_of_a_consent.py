"""The life of a consent (consent.md §6.3): what may happen in which state, and where it leads; what may not is refused."""

from datetime import date, timedelta

import pytest

from consent import determinations, life, records
from consent.transitions import (
    EVENTS,
    FROM,
    STATES,
    Happened,
    IllegalTransition,
    Life,
    fold,
    fold_possible,
    step,
)
from registry.errors import Conflict
from tests import cast as world
from tests.cast import NOON, RIDER

DAY = timedelta(days=1)
SIGNED = ("drafted", "sent_to_performer", "executed")
VERIFIED = (*SIGNED, "verified")
# What leads to each state.
WAYS = {
    "none": (), "draft": ("drafted",), "offered": ("drafted", "sent_to_performer"),
    "declined": ("drafted", "sent_to_performer", "declined"), "lapsed": ("drafted", "sent_to_performer", "lapsed"),
    "executed": SIGNED, "scheduled": (*SIGNED, "verified:scheduled"), "active": VERIFIED,
    "suspended": (*VERIFIED, "suspended"), "disputed": (*VERIFIED, "disputed"), "needs_review": (*VERIFIED, "death_recorded"),
    "expired": (*VERIFIED, "expired"), "ended": (*VERIFIED, "ended"), "exhausted": (*VERIFIED, "exhausted"),
    "annulled": (*VERIFIED, "annulled"),
}  # fmt: skip
IN_USE = ("active", "suspended", "disputed", "needs_review")
ON_FILE = ("executed", "scheduled", *IN_USE, "expired", "ended", "exhausted")
# Every pair that leads anywhere; any other is refused.
LEADS = (
    {("none", "drafted"): "draft", ("draft", "sent_to_performer"): "offered"}
    | {("offered", "declined"): "declined", ("offered", "lapsed"): "lapsed"}
    | {(state, "executed"): "executed" for state in ("none", "draft", "offered")}
    | {("executed", "returned_for_correction"): "draft", ("executed", "verified"): "active", ("scheduled", "begun"): "active"}
    | {("active", "suspended"): "suspended", ("suspended", "suspended"): "suspended", ("disputed", "suspended"): "disputed"}
    | {("needs_review", "suspended"): "suspended", ("scheduled", "suspended"): "scheduled"}
    | {("suspended", "lifted"): "active", ("disputed", "lifted"): "disputed", ("scheduled", "lifted"): "scheduled"}
    | {("needs_review", "lifted"): "needs_review"}
    | {(state, "disputed"): "disputed" for state in IN_USE}
    | {("disputed", "resolved"): "active", ("active", "amended"): "active", ("active", "reaffirmed"): "active"}
    | {(state, "expired"): "expired" for state in ("scheduled", *IN_USE)}
    | {(state, "ended"): "ended" for state in ON_FILE}
    | {(state, "annulled"): "annulled" for state in (*ON_FILE, "offered", "declined", "lapsed")}
    | {(state, "exhausted"): "exhausted" for state in IN_USE}
    | {("active", "death_recorded"): "needs_review", ("suspended", "death_recorded"): "suspended"}
    | {("disputed", "death_recorded"): "disputed", ("needs_review", "death_recorded"): "needs_review"}
)


def happened(name, number=0, cause="lock"):
    event, _, detail = name.partition(":")
    return Happened(event, NOON + number * DAY, cause=cause, detail=detail)


def lived(*names):
    return fold(happened(name, number) for number, name in enumerate(names))


def test_every_state_and_every_event_is_in_the_tables():
    assert set(WAYS) == set(STATES) and set(FROM) == set(EVENTS)


@pytest.mark.parametrize("state", STATES)
def test_each_state_is_reached(state):
    assert lived(*WAYS[state]).state == state


@pytest.mark.parametrize("event", EVENTS)
@pytest.mark.parametrize("state", STATES)
def test_what_may_happen_in_each_state_and_where_it_leads(state, event):
    before = lived(*WAYS[state])
    if (state, event) in LEADS:
        assert step(before, happened(event)).state == LEADS[state, event]
        return
    with pytest.raises(IllegalTransition) as refused:
        step(before, happened(event))
    assert f"“{STATES[state].lower()}” cannot be {EVENTS[event]}. " in refused.value.detail and refused.value.detail[-1] == "."
    assert refused.value.extra == {"state": state, "event": event}


def test_nothing_leads_out_of_never_valid_nor_from_ended_to_active():
    assert not [pair for pair in LEADS if pair[0] == "annulled"]
    assert {where for (state, _), where in LEADS.items() if state in ("ended", "declined")} == {"ended", "annulled"}


@pytest.mark.parametrize(("said", "state"), [("yes", "active"), ("silent", "needs_review"), ("no", "ended")])
def test_death_asks_what_the_consent_says_of_it(said, state):
    assert lived(*VERIFIED, f"death_recorded:{said}").state == state


def test_two_locks_suspend_until_both_are_lifted_and_a_dispute_lies_on_top():
    two = fold([*(happened(name) for name in VERIFIED), happened("suspended", 1, "a"), happened("suspended", 2, "b")])
    one = step(two, happened("lifted", 3, "a"))
    assert one.state == "suspended" and step(one, happened("lifted", 4, "b")).state == "active"
    disputed = step(one, happened("disputed", 4, "c"))
    assert disputed.state == "disputed" and step(disputed, happened("resolved", 5, "c")).state == "suspended"


def test_a_dispute_may_end_with_never_valid():
    assert lived(*VERIFIED, "disputed", "resolved:annulled").state == "annulled"


def test_what_could_not_happen_is_passed_over_in_a_file_as_it_is():
    events = [happened(name, number) for number, name in enumerate((*VERIFIED, "expired", "suspended", "lifted", "ended"))]
    assert fold_possible(events).state == "ended" and fold_possible([]) == Life()


# --- told from what is on file -------------------------------------------------------------------------------------

ON_FILE_TESTS = pytest.mark.django_db


def state_of(grant, at=NOON):
    return life.of(grant, at=at).state


@ON_FILE_TESTS
def test_entered_verified_begun_and_run_out(cast):
    grant = world.entered(cast)
    assert state_of(grant) == "executed" and state_of(grant, NOON - DAY) == "none"
    later = world.verified(cast, number="C-2", effective_from=date(2026, 7, 16), term_end=date(2026, 7, 20))
    midnight = NOON.replace(hour=0)
    assert [state_of(later, midnight + days * DAY) for days in (1, 2, 5)] == ["scheduled", "active", "active"]
    assert state_of(later, midnight + 6 * DAY) == "expired"


@ON_FILE_TESTS
def test_returned_for_correction_and_entered_again(cast):
    grant = world.entered(cast)
    records.state(
        "grant.returned", studio=cast.northlight, subject=grant.public_id, details={"wrong": "The year"}, by=cast.tobi,
        at=NOON, reason="The paper says 2027",
    )  # fmt: skip
    assert state_of(grant) == "draft"


@ON_FILE_TESTS
def test_an_amendment_brings_an_expired_consent_back_and_an_ending_stays(cast):
    from consent import grants

    grant = world.verified(cast, term_end=date(2026, 7, 16))
    assert state_of(grant, NOON + 3 * DAY) == "expired"
    revision = grants.amend(
        grant, terms=world.terms(effective_from=date(2026, 7, 18)), by=cast.ines, at=NOON + 4 * DAY, reason="Extension"
    )
    grants.verify(revision, by=cast.tobi, at=NOON + 4 * DAY, reason="Compared")
    assert state_of(grant, NOON + 5 * DAY) == "active" and state_of(grant, NOON + 3 * DAY) == "expired"
    world.ended(cast, grant, at=NOON + 6 * DAY)
    assert state_of(grant, NOON + 7 * DAY) == "ended"


@ON_FILE_TESTS
def test_locks_and_disputes_on_the_consent_or_its_person(cast):
    grant = world.verified(cast)
    told = {"studio": cast.northlight, "by": cast.ines, "at": NOON, "reason": "Letter"}
    held = records.state("lock.legal_hold", subject=grant.public_id, details={"matter": "M", "from_on": "2026-07-01"}, **told)
    assert state_of(grant) == "active" and held.acts == ["destroy"]
    lock = determinations.lock(studio=cast.northlight, subject=cast.mira.public_id, by=cast.ines, at=NOON, reason="Strike")
    contested = {"claimant": "A niece", "position": "Forged", "opened_on": "2026-07-14"}
    dispute = records.state("lock.dispute", subject=grant.public_id, details=contested, **told)
    assert state_of(grant) == "disputed"
    resolved = {"outcome": "upheld", "resolved_on": "2026-07-15"}
    records.lift(dispute, by=cast.tobi, at=NOON + DAY, reason="Settled", details=resolved)
    assert state_of(grant, NOON + DAY) == "suspended" and state_of(grant, NOON + DAY / 2) == "disputed"
    determinations.lift(lock, by=cast.tobi, at=NOON + 2 * DAY, reason="Over")
    assert state_of(grant, NOON + 2 * DAY) == "active"


@ON_FILE_TESTS
def test_a_cap_that_is_reached_exhausts_the_consent(cast):
    grant = world.verified(cast)

    def state(code, quantity, unit="line"):
        records.state(
            code, studio=cast.northlight, subject=grant.public_id, details={"unit": unit, "quantity": quantity},
            by=cast.ines, at=NOON, reason="Usage report",
        )  # fmt: skip

    state("grant.cap", 10)
    state("grant.usage", 9)
    state("grant.usage", 5, unit="session")
    assert state_of(grant) == "active"
    state("grant.usage", 1)
    assert state_of(grant) == "exhausted"


@ON_FILE_TESTS
@pytest.mark.parametrize(("said", "state"), [
    ("yes", "active"), ("silent", "needs_review"), ("no", "ended"), (None, "needs_review"),
])  # fmt: skip
def test_death_after_the_signature(cast, said, state):
    grant = world.verified(cast)
    told = {"studio": cast.northlight, "by": cast.ines, "at": NOON, "reason": "Certificate"}
    if said:
        records.state("grant.survival", subject=grant.public_id, details={"survives_death": said}, **told)
    records.state("person.death", subject=cast.mira.public_id, details={"died_on": "2026-07-14"}, evidence=RIDER, **told)
    assert state_of(grant) == state


@ON_FILE_TESTS
def test_what_was_annulled_is_not_ended_again(cast):
    from consent import endings
    from consent.models import Ending

    grant = world.verified(cast)
    ending = {"kind": "annulled", "mode": "annul", "received_at": NOON, "effective_at": NOON, "by": cast.ines, "at": NOON}
    with pytest.raises(endings.TakesTwo):
        endings.end(grant, **ending, reason="Forged")
    assert not Ending.objects.exists()
    endings.end(grant, **ending, confirmed_by=cast.tobi, reason="Forged")
    with pytest.raises(Conflict):
        world.ended(cast, grant, at=NOON)
    assert Ending.objects.count() == 1
