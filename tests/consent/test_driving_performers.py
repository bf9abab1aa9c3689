"""Whose performance lies under a likeness or a voice: named, or said to be nobody's; else a lawyer looks (consent.md §11.6)."""

from dataclasses import replace

import pytest

from consent.facts import Depiction
from consent.vocabulary import DRIVEN_USES, DRIVING_ROLES, MODALITIES
from tests.consent.world import ask, fact, grant, line, question, revision, statement

USE = "face_replacement"
MIRA = Depiction("mira", "per_mira", "target_likeness", "face", USE)
JON = Depiction("jon", "per_jon", "driving_performer", "performance", USE)
RIG = Depiction("rig", None, "synthetic", "performance", USE)
SOMEBODY = Depiction("x", None, "driving_performer", "performance", USE)
ANYTHING = line(uses={*DRIVEN_USES, "de_aging"}, modalities=set(MODALITIES))
GRANTS = grant(revision(ANYTHING)), grant(revision(ANYTHING, id="rev_2"), id="grt_2", person="per_jon")


def rules(*depictions, statements=(), **changed):
    decision = ask(question(*depictions, **changed), *GRANTS, statements=statements)
    return decision.outcome, {(reason.rule, reason.depiction) for reason in decision.reasons if reason.severity == "review"}


@pytest.mark.parametrize("use", sorted(DRIVEN_USES))
def test_a_use_that_lies_on_a_performance_asks_whose_it_is(use):
    assert rules(replace(MIRA, use=use)) == ("review", {("CORE-DRIVER", "mira")})


@pytest.mark.parametrize("role", sorted(DRIVING_ROLES))
def test_it_is_answered_by_naming_them_and_they_consent_too(role):
    assert rules(MIRA, replace(JON, role=role)) == ("permit", set())
    decision = ask(question(MIRA, replace(JON, role=role)), GRANTS[0])
    assert decision.outcome == "deny" and {reason.depiction for reason in decision.reasons} == {"jon"}


def test_it_is_answered_by_saying_that_nobody_real_drove_it():
    assert rules(MIRA, RIG) == ("permit", set())


@pytest.mark.parametrize("depictions, open", [
    ((MIRA, replace(JON, use="de_aging")), {("CORE-DRIVER", "mira")}),
    ((MIRA, replace(RIG, use="de_aging")), {("CORE-DRIVER", "mira")}),
    ((RIG,), {("CORE-DRIVER", "rig")}),
    ((MIRA, SOMEBODY), {("CORE-UNIDENTIFIED", "x")}),
    ((replace(JON, use="de_aging"),), set()),
    ((JON,), set()),
], ids=["in another use", "nobody, in another use", "a face of nobody on whom?", "somebody", "no such use", "the driver alone"])
def test_only_a_driver_of_this_very_use_is_one(depictions, open):
    assert rules(*depictions)[1] == open


@pytest.mark.parametrize("act, asked", [
    ("generate", True), ("sign", True), ("release", True), ("capture", False), ("retain", False),
    ("continue_distribution", False),
])  # fmt: skip
def test_it_is_asked_when_something_is_made_or_shown(act, asked):
    assert (("CORE-DRIVER", "mira") in rules(MIRA, act=act)[1]) == asked


def test_two_lawyers_who_found_that_no_consent_is_needed_are_not_asked_for_the_driver():
    found = statement("determination", "per_mira", question="no_consent_needed", answer="yes")
    assert rules(MIRA, statements=(found,)) == ("permit", set())


def test_what_would_clear_it_is_said():
    decision = ask(question(MIRA), GRANTS[0])
    [wanted] = decision.to_clear
    assert wanted.startswith("Name who drove it as driving performer, body double or source performance")
    assert ask(question(MIRA), statements=(fact("per_mira", "person.residence", "GB"),)).outcome == "deny"
