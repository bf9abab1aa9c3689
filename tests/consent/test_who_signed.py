"""Who signed: the person while alive, or somebody whose authority is verified, valid that day and of the right kind."""

from dataclasses import replace
from datetime import date

import pytest

from consent.decision import decide
from consent.facts import Person
from consent.vocabulary import AUTHORITY_KINDS
from tests.consent.world import (
    ELSA,
    ELSA_FACE,
    MIRA_FACE,
    NOON,
    SECOND,
    ask,
    authority,
    codes,
    ending,
    grant,
    line,
    question,
    record,
    revision,
    signature,
)

POSTHUMOUS = line(uses={"posthumous"})
SIGNED = date(2026, 5, 3)


def signed_by(kind, *lines, person="per_mira", on=SIGNED, **changed):
    made = revision(*lines, authority=authority(kind), signatures=(signature(on, capacity=kind),))
    return grant(replace(made, **changed), person=person)


def by_estate(kind="executor", **changed):
    return signed_by(kind, POSTHUMOUS, person="per_elsa", **changed)


def rules(decision):
    return {(reason.code, reason.rule, reason.severity) for reason in decision.reasons}


AUTHORITY_NOT_SHOWN = {("consent.authority", "CORE-AUTH", "review")}
CANNOT_TELL = {("consent.needs_counsel", "CORE-AUTH", "review")}


# --- in which capacity ---------------------------------------------------------------------------------------------

# For the living, for the dead; "self" needs no authority beside it.
MAY_SPEAK = {
    "self": ("permit", "review"),
    "guardian": ("review", "review"),  # a guardian speaks for minors, and Mira is an adult
    "agent": ("permit", "review"),
    "attorney_in_fact": ("permit", "review"),
    "executor": ("review", "permit"),
    "heir": ("review", "permit"),
    "trustee": ("permit", "permit"),
    "assignee": ("permit", "permit"),
    "union": ("permit", "permit"),
    "court": ("permit", "permit"),
}


def test_every_capacity_is_in_the_table():
    assert set(MAY_SPEAK) == set(AUTHORITY_KINDS)


@pytest.mark.parametrize("kind", MAY_SPEAK)
def test_who_may_speak_for_the_living(kind):
    """An heir or executor of somebody who is alive, and the guardian of an adult, were taken at their word: only that
    the authority was verified was asked, not whether such an authority can exist (§2.1, CORE-AUTH)."""
    decision = ask(question(), signed_by(kind))
    assert decision.outcome == MAY_SPEAK[kind][0]
    assert rules(decision) == (set() if decision.permits else AUTHORITY_NOT_SHOWN)


@pytest.mark.parametrize("kind", MAY_SPEAK)
def test_who_may_speak_for_the_dead(kind):
    """An agent's authority, and an attorney's, ends with the life of whom they spoke for."""
    decision = ask(question(ELSA_FACE), by_estate(kind))
    assert decision.outcome == MAY_SPEAK[kind][1]
    assert rules(decision) == (set() if decision.permits else AUTHORITY_NOT_SHOWN)


@pytest.mark.parametrize("kind", ["self", "agent", "attorney_in_fact", "executor", "heir"])
@pytest.mark.parametrize("days, living", [(-1, True), (0, True), (1, False)])
def test_the_day_of_death_is_the_last_day_of_the_living(kind, days, living):
    signed = ELSA.death_date.replace(day=ELSA.death_date.day + days)
    decision = ask(question(ELSA_FACE), by_estate(kind, signatures=(signature(signed, capacity=kind),)))
    assert decision.outcome == MAY_SPEAK[kind][0 if living else 1]


@pytest.mark.parametrize(
    "kind, answer", [("self", "review"), ("agent", "review"), ("executor", "review"), ("trustee", "permit")]
)
def test_of_the_dead_whose_day_of_death_is_not_known_nobody_can_tell_who_could_speak(kind, answer):
    undated = replace(ELSA, death_date=None)
    decision = decide(question(ELSA_FACE), record(by_estate(kind), persons=(undated,)))
    assert decision.outcome == answer
    assert rules(decision) == (set() if decision.permits else CANNOT_TELL)
    assert decision.missing_facts == (() if decision.permits else ("death_date of the person in depiction elsa",))


@pytest.mark.parametrize(
    "kind, answer", [("self", "review"), ("agent", "review"), ("heir", "permit"), ("court", "permit")]
)
def test_a_historical_figure_signs_nothing_and_an_heir_may(kind, answer):
    figure = Person("per_elsa", "fictional_historical")
    assert decide(question(ELSA_FACE), record(by_estate(kind), persons=(figure,))).outcome == answer


def test_whoever_the_registry_knows_nothing_of_may_have_died_before_signing():
    stranger = replace(MIRA_FACE, person="per_stranger")
    decision = ask(question(stranger), grant(person="per_stranger"))
    assert decision.outcome == "review"
    assert codes(decision) == {"consent.needs_counsel", "consent.rule_unclear"}


# --- on what authority ---------------------------------------------------------------------------------------------

SHOWN = {
    "verified, without dates": (authority("agent"), "permit"),
    "from that day": (authority("agent", valid_from=SIGNED), "permit"),
    "from the next day": (authority("agent", valid_from=date(2026, 5, 4)), "review"),
    "to before that day": (authority("agent", valid_to=SIGNED), "review"),
    "to before the next day": (authority("agent", valid_to=date(2026, 5, 4)), "permit"),
    "not verified": (authority("agent", verified=False), "review"),
    "for another capacity": (authority("attorney_in_fact"), "review"),
    "just recorded": (authority("agent", recorded_at=NOON), "permit"),
    "recorded later": (authority("agent", recorded_at=NOON + SECOND), "review"),
    "none": (None, "review"),
}


@pytest.mark.parametrize("shown, answer", SHOWN.values(), ids=SHOWN)
def test_authority_must_be_verified_and_valid_on_the_day_of_signing(shown, answer):
    decision = ask(question(), signed_by("agent", authority=shown))
    assert decision.outcome == answer
    assert rules(decision) == (set() if decision.permits else AUTHORITY_NOT_SHOWN)


def test_an_authority_that_has_run_out_since_does_not_undo_what_was_signed_under_it():
    shown = authority("agent", valid_to=date(2026, 6, 1))
    assert ask(question(), signed_by("agent", authority=shown)).outcome == "permit"


def test_one_who_could_speak_is_enough_among_several_who_signed():
    signatures = (signature(capacity="agent"), signature())
    assert ask(question(), signed_by("agent", signatures=signatures, authority=None)).outcome == "permit"


def test_a_signature_whose_paper_is_missing_speaks_for_nobody():
    signatures = (signature(capacity="agent"), signature(paper="b" * 64))
    decision = ask(question(), signed_by("agent", signatures=signatures, authority=None))
    assert rules(decision) == AUTHORITY_NOT_SHOWN


def test_what_she_signed_herself_still_stands_after_her_death():
    signed = replace(POSTHUMOUS)
    own = grant(revision(signed, signatures=(signature(date(2000, 1, 1)),)), person="per_elsa")
    assert ask(question(ELSA_FACE), own).outcome == "permit"


def test_heir_may_withdraw_what_the_estate_granted():
    granted = by_estate("heir")
    assert ask(question(ELSA_FACE), granted).outcome == "permit"
    withdrawn = replace(granted, endings=(ending("prospective_new_use", kind="withdrawn"),))
    assert ask(question(ELSA_FACE, as_of=NOON - SECOND), withdrawn).outcome == "permit"
    assert codes(ask(question(ELSA_FACE), withdrawn)) == {"consent.ended"}
