"""From when to when a consent holds, and what an ending in each mode leaves of it (§6.3 and §6.5).

Whether a work was finished before an ending is not part of a question yet. So of what §6.5 lets continue, only the
distribution of what is released already does; everything else is refused rather than guessed.
"""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from consent.vocabulary import ACTS, ENDING_KINDS, ENDING_MODES
from tests.consent.world import (
    DAY,
    NOON,
    SECOND,
    ask,
    codes,
    ending,
    grant,
    line,
    question,
    revision,
    signature,
    statement,
)

MIDNIGHT = datetime(2026, 7, 14, tzinfo=UTC)
LAWFUL_ACTS = sorted(set(ACTS) - {"train"})


def asked_at(moment, **changed):
    return question(as_of=moment, **changed)


def severities(decision):
    return {reason.code: reason.severity for reason in decision.reasons}


# --- from when -----------------------------------------------------------------------------------------------------

BEGINS = [(MIDNIGHT - DAY, "deny"), (MIDNIGHT - SECOND, "deny"), (MIDNIGHT, "permit"), (MIDNIGHT + DAY, "permit")]


@pytest.mark.parametrize("moment, answer", BEGINS)
def test_a_consent_holds_from_its_first_day(moment, answer):
    decision = ask(asked_at(moment), grant(revision(effective_from=date(2026, 7, 14))))
    assert decision.outcome == answer
    assert codes(decision) == (set() if answer == "permit" else {"consent.not_yet"})


@pytest.mark.parametrize("moment, answer", BEGINS)
def test_a_consent_holds_from_the_day_it_was_signed_whatever_day_it_names(moment, answer):
    backdated = revision(effective_from=date(2026, 1, 1), signatures=(signature(date(2026, 7, 14)),))
    decision = ask(asked_at(moment), grant(backdated))
    assert decision.outcome == answer
    assert codes(decision) == (set() if answer == "permit" else {"consent.not_yet"})


def test_the_first_day_is_named():
    [reason] = ask(question(), grant(revision(effective_from=date(2026, 9, 1)))).reasons
    assert "begins on 1 September 2026" in reason.text


def test_of_several_starts_to_come_the_earliest_is_named():
    """A consent due in September was amended to begin in August already, and the answer still said to wait until
    September: the first revision was told instead of the first to begin."""
    late = revision(id="rev_1", number=1, effective_from=date(2026, 9, 1))
    early = revision(id="rev_2", number=2, effective_from=date(2026, 8, 1))
    [reason] = ask(question(), grant(late, early)).reasons
    assert "(revision 2)" in reason.text
    assert "begins on 1 August 2026" in reason.text


@pytest.mark.parametrize("moment, answer", BEGINS)
def test_a_line_may_begin_later_than_its_consent(moment, answer):
    assert ask(asked_at(moment), grant(revision(line(start=date(2026, 7, 14))))).outcome == answer


# --- until when ----------------------------------------------------------------------------------------------------

RUNS_OUT = [(MIDNIGHT - DAY, "permit"), (MIDNIGHT - SECOND, "permit"), (MIDNIGHT, "deny"), (MIDNIGHT + DAY, "deny")]


@pytest.mark.parametrize("moment, answer", RUNS_OUT)
def test_a_consent_holds_until_the_day_its_term_ends(moment, answer):
    decision = ask(asked_at(moment), grant(revision(term_end=date(2026, 7, 14))))
    assert decision.outcome == answer
    assert codes(decision) == (set() if answer == "permit" else {"consent.expired"})


@pytest.mark.parametrize("moment, answer", RUNS_OUT)
def test_a_line_may_end_before_its_consent(moment, answer):
    assert ask(asked_at(moment), grant(revision(line(end=date(2026, 7, 14))))).outcome == answer


def test_the_last_day_is_named():
    [reason] = ask(question(), grant(revision(term_end=date(2026, 7, 14)))).reasons
    assert "ran until 13 July 2026" in reason.text


def test_a_consent_without_a_term_does_not_run_out():
    assert ask(asked_at(datetime(2090, 1, 1, tzinfo=UTC)), grant(revision(term_end=None))).outcome == "permit"


@pytest.mark.parametrize("act", LAWFUL_ACTS)
def test_after_the_term_only_the_distribution_of_what_is_released_goes_on(act):
    decision = ask(question(act=act), grant(revision(term_end=date(2026, 7, 14))))
    if act == "continue_distribution":
        assert severities(decision) == {"consent.continues": "note"}
        assert decision.revisions == ("rev_1",)
    else:
        assert severities(decision) == {"consent.expired": "deny"}
        assert decision.revisions == ()


def test_the_days_are_days_in_utc_whatever_zone_the_question_is_put_in():
    evening_in_los_angeles = datetime(2026, 7, 13, 23, tzinfo=timezone(-timedelta(hours=7)))
    expired = grant(revision(term_end=date(2026, 7, 14)))
    decision = ask(asked_at(evening_in_los_angeles), expired)
    assert codes(decision) == {"consent.expired"}
    assert decision.hash == ask(asked_at(evening_in_los_angeles.astimezone(UTC)), expired).hash


# --- amendments ----------------------------------------------------------------------------------------------------

FIRST = revision(id="rev_1", number=1)
AMENDED = revision(line(territories={"US"}), id="rev_2", number=2, effective_from=date(2026, 7, 14))


@pytest.mark.parametrize(
    "moment, answer, stood_on",
    [(MIDNIGHT - SECOND, "permit", ("rev_1",)), (MIDNIGHT, "deny", ("rev_2",)), (MIDNIGHT + DAY, "deny", ("rev_2",))],
)
def test_an_amendment_governs_from_its_own_first_day(moment, answer, stood_on):
    decision = ask(asked_at(moment), grant(FIRST, AMENDED))
    assert decision.outcome == answer
    assert decision.revisions == stood_on


def test_an_amendment_nobody_has_verified_changes_nothing():
    unverified = replace(AMENDED, verified_by=None, verified_at=None)
    assert ask(question(), grant(FIRST, unverified)).revisions == ("rev_1",)


def test_what_an_amendment_no_longer_excludes_is_no_longer_excluded():
    carved = revision(line(), line("lin_out", "exclude", territories={"DE"}))
    amended = revision(id="rev_2", number=2, effective_from=date(2026, 7, 14))
    assert ask(asked_at(MIDNIGHT - SECOND), grant(carved, amended)).outcome == "deny"
    assert ask(asked_at(MIDNIGHT), grant(carved, amended)).outcome == "permit"


def test_an_amendment_does_not_bring_back_what_has_ended():
    assert ask(question(), grant(FIRST, AMENDED, endings=(ending("cease_all"),))).outcome == "deny"


# --- endings -------------------------------------------------------------------------------------------------------

# What each mode leaves for the distribution of what is released already; for every other act it leaves nothing.
CONTINUES = {
    "prospective_new_use": ("permit", {"consent.continues": "note"}),
    "no_new_release": ("permit", {"consent.continues": "note"}),
    "run_off": ("deny", {"consent.ended": "deny"}),
    "cease_all": ("deny", {"consent.ended": "deny"}),
    "annul": ("review", {"consent.ended": "review"}),
}


def test_every_mode_of_ending_is_in_the_table():
    assert set(CONTINUES) == set(ENDING_MODES)


@pytest.mark.parametrize("mode", ENDING_MODES)
@pytest.mark.parametrize("act", LAWFUL_ACTS)
def test_what_an_ending_in_each_mode_leaves_for_each_act(mode, act):
    decision = ask(question(act=act), grant(endings=(ending(mode),)))
    if act == "continue_distribution":
        assert (decision.outcome, severities(decision)) == CONTINUES[mode]
    else:
        assert (decision.outcome, severities(decision)) == ("deny", {"consent.ended": "deny"})


MODES_THAT_BEGIN = sorted(set(ENDING_MODES) - {"annul"})
ENDS = [(NOON - DAY, "permit"), (NOON - SECOND, "permit"), (NOON, "deny"), (NOON + DAY, "deny")]


@pytest.mark.parametrize("mode", MODES_THAT_BEGIN)
@pytest.mark.parametrize("moment, answer", ENDS)
def test_an_ending_has_effect_from_its_moment(moment, answer, mode):
    decision = ask(asked_at(moment), grant(endings=(ending(mode),)))
    assert decision.outcome == answer
    assert codes(decision) == (set() if answer == "permit" else {"consent.ended"})


@pytest.mark.parametrize("moment", [NOON - DAY, NOON - SECOND, NOON, NOON + DAY])
@pytest.mark.parametrize("kind, mode", [("withdrawn", "annul"), ("annulled", "annul"), ("annulled", "cease_all")])
def test_what_is_annulled_never_was_valid(moment, kind, mode):
    decision = ask(asked_at(moment), grant(endings=(ending(mode, kind=kind),)))
    assert codes(decision) == {"consent.ended"}
    assert "never valid" in decision.reasons[0].text


@pytest.mark.parametrize("kind", sorted(set(ENDING_KINDS) - {"annulled"}))
def test_who_ended_it_makes_no_difference_to_what_is_left(kind):
    for act in ("sign", "continue_distribution"):
        ended = ask(question(act=act), grant(endings=(ending("prospective_new_use", kind=kind),)))
        assert ended.outcome == ("permit" if act == "continue_distribution" else "deny")


@pytest.mark.parametrize("act", ["sign", "release", "continue_distribution"])
@pytest.mark.parametrize(
    "moment, answer",
    [
        (NOON - DAY, "permit"),
        (NOON, "permit"),
        (datetime(2026, 8, 31, tzinfo=UTC) - SECOND, "permit"),
        (datetime(2026, 8, 31, tzinfo=UTC), "permit"),
        (datetime(2026, 9, 1, tzinfo=UTC) - SECOND, "permit"),
        (datetime(2026, 9, 1, tzinfo=UTC), "deny"),
    ],
)
def test_a_run_off_allows_everything_up_to_and_on_its_last_day(moment, answer, act):
    running_off = grant(endings=(ending("run_off", run_off_to=date(2026, 8, 31)),))
    decision = ask(asked_at(moment, act=act), running_off)
    assert decision.outcome == answer
    if answer == "deny":
        assert "ended on 31 August 2026" in decision.reasons[0].text


def test_a_run_off_does_not_outlast_the_term():
    running_off = grant(
        revision(term_end=date(2026, 7, 14)), endings=(ending("run_off", run_off_to=date(2026, 8, 31)),)
    )
    assert codes(ask(question(), running_off)) == {"consent.expired"}


@pytest.mark.parametrize("first, second", [("prospective_new_use", "cease_all"), ("cease_all", "prospective_new_use")])
def test_of_two_endings_the_one_that_leaves_less_decides_whichever_came_first(first, second):
    endings = (ending(first), ending(second, NOON - DAY, id="end_2"))
    decision = ask(question(act="continue_distribution"), grant(endings=endings))
    assert codes(decision) == {"consent.ended"}


def test_of_two_endings_that_leave_the_same_the_earlier_is_told():
    endings = (ending("cease_all", NOON - DAY), ending("cease_all", NOON - 3 * DAY, id="end_2"))
    assert "ended on 11 July 2026" in ask(question(), grant(endings=endings)).reasons[0].text


def test_after_the_term_an_ending_may_still_stop_the_distribution():
    expired = revision(term_end=date(2026, 7, 10))
    asked = question(act="continue_distribution")
    assert ask(asked, grant(expired)).outcome == "permit"
    assert ask(asked, grant(expired, endings=(ending("prospective_new_use"),))).outcome == "permit"
    assert ask(asked, grant(expired, endings=(ending("cease_all"),))).outcome == "deny"


@pytest.mark.parametrize("mode", ["prospective_new_use", "no_new_release"])
def test_what_continues_still_needs_its_paper_its_scope_and_no_lock(mode):
    asked = question(act="continue_distribution")
    ended = (ending(mode),)
    assert ask(asked, grant(revision(signatures=(signature(paper="b" * 64),)), endings=ended)).outcome == "deny"
    assert ask(asked, grant(revision(line(territories={"FR"})), endings=ended)).outcome == "deny"
    lock = statement("lock", "grt_1")
    assert codes(ask(asked, grant(endings=ended), statements=(lock,))) == {"consent.locked"}


def test_another_consent_in_force_is_not_touched_by_an_ending():
    other = grant(revision(id="rev_2"), id="grt_2")
    decision = ask(question(), grant(endings=(ending("cease_all"),)), other)
    assert decision.outcome == "permit"
    assert decision.revisions == ("rev_2",)


def test_an_ending_of_a_consent_nobody_verified_is_told_first():
    unverified = revision(verified_by=None, verified_at=None)
    assert codes(ask(question(), grant(unverified, endings=(ending("cease_all"),)))) == {"consent.ended"}
