"""What a performer excluded stays excluded, whatever else is granted; what is left blank goes to a lawyer."""

from dataclasses import replace

import pytest

from tests.consent.world import MIRA_FACE, NOON, ask, codes, ending, grant, line, question, revision

OUT = "lin_out"


def carved(**named):
    return grant(revision(line(), line(OUT, "exclude", **named)))


def test_an_exclusion_wins_over_the_line_beside_it():
    decision = ask(question(), carved())
    assert decision.outcome == "deny"
    [reason] = decision.reasons
    assert (reason.code, reason.rule, reason.line, reason.territories) == (
        "consent.excluded", "CORE-EXCLUDE", OUT, ("DE", "US"),
    )  # fmt: skip
    assert decision.revisions == ()


def test_an_exclusion_in_one_consent_binds_against_every_other():
    other = grant(revision(line("lin_2"), id="rev_2"), id="grt_2")
    assert codes(ask(question(), carved(), other)) == {"consent.excluded"}


def test_an_exclusion_of_one_person_does_not_bind_another():
    jon = grant(revision(line("lin_2", "exclude"), id="rev_2"), id="grt_2", person="per_jon")
    assert ask(question(), grant(), jon).outcome == "permit"


def test_an_exclusion_refuses_what_would_otherwise_be_routine():
    tidied = replace(MIRA_FACE, use="cleanup", routine_reason="continuity")
    assert ask(question(tidied), grant()).outcome == "permit"
    decision = ask(question(tidied), carved(uses={"cleanup"}))
    assert codes(decision) == {"consent.excluded"}


TOUCHED = {
    "uses": ({"de_aging"}, {"aging_up"}),
    "modalities": ({"face"}, {"voice"}),
    "acts": ({"sign"}, {"release"}),
    "productions": ({"prd_harbor"}, {"prd_other"}),
    "units": ({"sh114"}, {"sh115"}),
    "media": ({"svod"}, {"airline"}),
    "languages": ({"en"}, {"de"}),
    "territories": ({"DE"}, {"FR"}),
    "content_excluded": ({"violence"}, {"nudity"}),
}


@pytest.mark.parametrize("dimension", TOUCHED)
def test_an_exclusion_reaches_what_it_touches_and_nothing_else(dimension):
    touching, elsewhere = TOUCHED[dimension]
    violent = replace(MIRA_FACE, content_flags=frozenset({"violence"}))
    assert codes(ask(question(violent), carved(**{dimension: touching}))) == {"consent.excluded"}
    assert ask(question(violent), carved(**{dimension: elsewhere})).outcome == "permit"


def test_an_exclusion_reaches_the_saga_it_names():
    asked = question(production_line=("prd_harbor", "prd_saga"))
    assert ask(asked, carved(productions={"prd_saga"})).outcome == "deny"


@pytest.mark.parametrize("named, asked", [("en", "en-GB"), ("en-GB", "en"), ("EN-gb", "en-GB")])
def test_an_excluded_language_is_touched_by_its_regions_and_touches_them(named, asked):
    assert codes(ask(question(languages=(asked,)), carved(languages={named}))) == {"consent.excluded"}


def test_one_excluded_medium_of_two_refuses_the_whole():
    assert ask(question(media=("theatrical", "airline")), carved(media={"airline"})).outcome == "deny"


@pytest.mark.parametrize(
    "dimension, fact",
    [("units", "unit in the request"), ("media", "medium in the request"), ("languages", "language in the request")],
)
def test_where_nobody_can_tell_whether_an_exclusion_applies_a_lawyer_must(dimension, fact):
    named = {"units": "sh115", "media": "airline", "languages": "de"}[dimension]
    decision = ask(question(**{dimension: ()}), carved(**{dimension: {named}}))
    assert decision.outcome == "review"
    assert codes(decision) == {"consent.needs_counsel"}
    assert decision.missing_facts == (fact,)
    assert fact in decision.reasons[0].text


@pytest.mark.parametrize("blank", ["uses", "modalities", "territories"])
def test_an_exclusion_that_does_not_say_what_it_excludes_goes_to_a_lawyer(blank):
    decision = ask(question(), carved(**{blank: ()}))
    assert decision.outcome == "review"
    assert codes(decision) == {"consent.needs_counsel"}
    assert decision.reasons[0].line == OUT


@pytest.mark.parametrize(
    "start, end, answer",
    [
        ("2026-07-15", None, "permit"),
        ("2026-07-14", None, "deny"),
        (None, "2026-07-15", "deny"),
        (None, "2026-07-14", "permit"),
    ],
    ids=["from tomorrow", "from today", "until today", "until yesterday"],
)
def test_an_exclusion_has_its_days(start, end, answer):
    days = {name: value and type(NOON.date()).fromisoformat(value) for name, value in (("start", start), ("end", end))}
    assert ask(question(), carved(**days)).outcome == answer


# --- whose exclusions bind -----------------------------------------------------------------------------------------

SOUND = grant(revision(line("lin_2"), id="rev_2"), id="grt_2")
RESERVING = revision(line(OUT, "exclude"))


@pytest.mark.parametrize(
    "reserving, act, answer",
    [
        (grant(RESERVING), "sign", "deny"),
        (grant(replace(RESERVING, verified_by=None, verified_at=None)), "sign", "permit"),
        (grant(replace(RESERVING, effective_from=NOON.date().replace(day=15))), "sign", "permit"),
        (grant(replace(RESERVING, term_end=NOON.date())), "sign", "permit"),
        (grant(replace(RESERVING, term_end=NOON.date())), "continue_distribution", "deny"),
        (grant(RESERVING, endings=(ending("prospective_new_use"),)), "sign", "permit"),
        (grant(RESERVING, endings=(ending("prospective_new_use"),)), "continue_distribution", "deny"),
        (grant(RESERVING, endings=(ending("annul"),)), "sign", "permit"),
    ],
    ids=[
        "active",
        "unverified",
        "from tomorrow",
        "expired",
        "expired, continuing",
        "ended",
        "ended, continuing",
        "annulled",
    ],
)
def test_the_exclusions_of_a_consent_bind_while_anything_may_be_done_under_it(reserving, act, answer):
    assert ask(question(act=act), reserving, SOUND).outcome == answer


def test_an_exclusion_without_paper_still_binds():
    assert ask(question(), grant(replace(RESERVING, evidence=(), signatures=())), SOUND).outcome == "deny"
