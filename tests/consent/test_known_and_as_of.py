"""Two clocks: as of when the law is asked, and up to when the file is read. What is learned late changes today's answer
and leaves last month's as it was (§6.4, scenario 2)."""

from dataclasses import replace
from datetime import UTC, date

import pytest

from consent.decision import decide
from consent.policy import standing
from consent.rulebook import CORE, shipped
from tests.consent.world import (
    ASSET,
    DAY,
    NOON,
    ON_FILE,
    SECOND,
    ask,
    authority,
    codes,
    ending,
    grant,
    harbor,
    line,
    question,
    record,
    revision,
    signature,
    statement,
)

LAST_MONTH = NOON - 30 * DAY
THEN = question(as_of=LAST_MONTH, known_at=LAST_MONTH)
LATE = {"recorded_at": NOON}  # learned today


def test_an_ending_that_arrives_late_changes_todays_answer_and_not_last_months():
    before = ask(THEN, grant())
    late = grant(endings=(ending("prospective_new_use", LAST_MONTH - DAY, **LATE),))
    assert before.outcome == "permit"
    assert ask(question(), late).outcome == "deny"
    assert ask(THEN, late).hash == before.hash


def test_what_is_known_today_may_be_asked_of_last_month():
    late = grant(endings=(ending("prospective_new_use", LAST_MONTH - DAY, **LATE),))
    assert codes(ask(question(as_of=LAST_MONTH, known_at=NOON), late)) == {"consent.ended"}
    assert ask(question(as_of=LAST_MONTH - 2 * DAY, known_at=NOON), late).outcome == "permit"


def test_what_was_known_last_month_may_be_asked_of_today():
    """What would have been said last month of a release today: the ending was not known, the end of the term was."""
    late = grant(endings=(ending("cease_all", LAST_MONTH, **LATE),))
    assert ask(question(as_of=NOON, known_at=LAST_MONTH), late).outcome == "permit"
    short = revision(term_end=date(2026, 7, 1))
    assert codes(ask(question(as_of=NOON, known_at=LAST_MONTH), grant(short))) == {"consent.expired"}


@pytest.mark.parametrize(
    "moment, known", [(NOON - DAY, False), (NOON - SECOND, False), (NOON, True), (NOON + DAY, True)]
)
def test_a_fact_is_known_from_the_moment_it_is_recorded(moment, known):
    asked = question(asset_sha256=ASSET, known_at=moment)
    ended = grant(endings=(ending("cease_all", ON_FILE, **LATE),))
    lock = statement("lock", "per_mira", **LATE)
    refusal = statement("approval", ASSET, question="lin_1", answer="refused", **LATE)
    wants_approval = grant(revision(line(effect="approval_required")))
    assert ask(asked, ended).outcome == ("deny" if known else "permit")
    assert ask(asked, grant(), statements=(lock,)).outcome == ("deny" if known else "permit")
    assert ask(asked, wants_approval, statements=(refusal,)).outcome == ("deny" if known else "review")


@pytest.mark.parametrize(
    "learned_late",
    [
        revision(recorded_at=NOON),
        revision(verified_at=NOON),
        revision(signatures=(replace(signature(), **LATE),)),
        revision(evidence=tuple(replace(paper, **LATE) for paper in revision().evidence)),
        revision(authority=authority("agent", **LATE), signatures=(signature(capacity="agent"),)),
    ],
    ids=["entered", "verified", "signature", "paper", "authority"],
)
def test_consent_counts_from_the_moment_all_of_it_is_on_file(learned_late):
    assert ask(question(known_at=NOON - SECOND), grant(learned_late)).outcome != "permit"
    assert ask(question(known_at=NOON), grant(learned_late)).outcome == "permit"


def test_of_a_consent_entered_later_nothing_was_known():
    assert codes(ask(question(known_at=NOON - SECOND), grant(revision(recorded_at=NOON)))) == {"consent.no_grant"}


def test_an_amendment_that_arrives_late_leaves_the_earlier_state_as_it_was_told():
    narrowed = revision(
        line(territories={"US"}), id="rev_2", number=2, effective_from=date(2026, 6, 1), recorded_at=NOON
    )
    assert ask(THEN, grant(revision(), narrowed)).hash == ask(THEN, grant()).hash
    assert ask(replace(THEN, known_at=NOON), grant(revision(), narrowed)).outcome == "deny"


def test_lifting_a_lock_today_does_not_lift_it_last_month():
    lock = statement("lock", "per_mira")
    lift = statement("lift", "per_mira", id="sta_2", refers_to="sta_1", effective_at=NOON, recorded_at=NOON)
    assert ask(THEN, grant(), statements=(lock, lift)).hash == ask(THEN, grant(), statements=(lock,)).hash
    assert ask(question(), grant(), statements=(lock, lift)).outcome == "permit"


def test_an_annulment_reaches_back_once_it_is_known_and_leaves_what_was_said_before():
    annulled = grant(endings=(ending("annul", NOON, kind="annulled", **LATE),))
    assert ask(THEN, annulled).hash == ask(THEN, grant()).hash
    assert ask(replace(THEN, known_at=NOON), annulled).outcome == "deny"


def test_the_same_question_of_the_same_file_has_the_same_hash_and_another_moment_another():
    assert ask(question(), grant()).hash == ask(question(), grant()).hash
    assert question().hash == question(known_at=NOON.astimezone(UTC)).hash
    assert ask(question(), grant()).hash != ask(question(as_of=NOON + SECOND), grant()).hash
    assert ask(question(), grant()).hash != ask(question(known_at=NOON + SECOND), grant()).hash


def test_the_decision_says_with_what_it_was_made():
    decision = ask(question(), grant())
    assert decision.request_hash == question().hash
    assert decision.as_dict()["engine_version"] == decision.engine_version
    assert decision.as_dict()["territory_set_version"] == decision.territory_set_version
    assert len(decision.hash) == 64


def test_a_decision_of_today_keeps_its_hash():
    """A decision on file must replay to the hash it was signed with. Where this changes on purpose, `ENGINE_VERSION`
    must change with it; where the rules of the house have a new version, the old one goes on giving the old hash."""
    known = {
        "1": "eae8eeae9493467f8144454dad5b3cb5afbd298d353382ae6f916bb3a8a4fed9",
        "2": "c19075ec78c86caa826bacb55d3ed705033ae9ebaef9c0cdb5e7ba56dcf3c993",
    }
    file = replace(record(grant()), production=harbor())
    for pack in (one for one in shipped().values() if one.id == CORE):
        decision = decide(question(), replace(file, adoptions=standing([(pack, "enforcing")])))
        assert (decision.engine_version, decision.hash) == ("core-2", known[pack.version])
    assert ask(question(), grant()).hash == known["2"]
