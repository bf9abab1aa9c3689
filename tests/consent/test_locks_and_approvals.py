"""A lock stops whatever is granted until somebody lifts it; a right of approval asks for a yes to the very file."""

from dataclasses import replace

import pytest

from tests.consent.world import (
    ASSET,
    DAY,
    JON_DRIVES,
    MIRA_FACE,
    NOON,
    SECOND,
    ask,
    codes,
    ending,
    grant,
    line,
    question,
    revision,
    statement,
)

JON = grant(revision(line("lin_j", modalities={"performance"}), id="rev_j"), id="grt_j", person="per_jon")


@pytest.mark.parametrize("subject", ["global", "prd_harbor", "prd_saga", "sh114", ASSET, "per_mira", "grt_1"])
def test_a_lock_on_anything_the_question_touches_stops_it(subject):
    asked = question(asset_sha256=ASSET, production_line=("prd_harbor", "prd_saga"))
    decision = ask(asked, grant(), statements=(statement("lock", subject),))
    assert decision.outcome == "deny"
    [reason] = decision.reasons
    assert (reason.code, reason.rule) == ("consent.locked", "CORE-LOCK")
    assert "sta_1" in reason.text


@pytest.mark.parametrize("subject", ["prd_other", "sh115", "0" * 64, "per_jon", "grt_2"])
def test_a_lock_on_something_else_stops_nothing(subject):
    assert ask(question(asset_sha256=ASSET), grant(), statements=(statement("lock", subject),)).outcome == "permit"


@pytest.mark.parametrize("acts, answer", [((), "deny"), (("sign", "generate"), "deny"), (("generate",), "permit")])
def test_a_lock_stops_the_acts_it_names_or_all(acts, answer):
    assert ask(question(), grant(), statements=(statement("lock", "global", acts=frozenset(acts)),)).outcome == answer


@pytest.mark.parametrize(
    "moment, answer",
    [(NOON - SECOND, "permit"), (NOON, "deny"), (NOON + DAY - SECOND, "deny"), (NOON + DAY, "permit")],
)
def test_a_lock_holds_from_its_moment_to_before_its_end(moment, answer):
    lock = statement("lock", "per_mira", effective_at=NOON, until=NOON + DAY)
    assert ask(question(as_of=moment), grant(), statements=(lock,)).outcome == answer


@pytest.mark.parametrize("moment, answer", [(NOON - SECOND, "deny"), (NOON, "permit"), (NOON + DAY, "permit")])
def test_a_lock_is_gone_from_the_moment_it_is_lifted(moment, answer):
    lock = statement("lock", "per_mira")
    lift = statement("lift", "per_mira", id="sta_2", refers_to="sta_1", effective_at=NOON)
    assert ask(question(as_of=moment), grant(), statements=(lift, lock)).outcome == answer


def test_lifting_one_lock_lifts_no_other_and_for_some_acts_only_those():
    lock, other = statement("lock", "per_mira"), statement("lock", "per_mira", id="sta_3")
    lift = statement("lift", "per_mira", id="sta_2", refers_to="sta_1")
    assert ask(question(), grant(), statements=(lock, other, lift)).outcome == "deny"
    partly = replace(lift, acts=frozenset({"release"}))
    assert ask(question(), grant(), statements=(lock, partly)).outcome == "deny"
    assert ask(question(act="release"), grant(), statements=(lock, partly)).outcome == "permit"


def test_a_lock_stops_even_what_is_routine():
    denoised = replace(MIRA_FACE, use="denoise")
    assert ask(question(denoised), statements=(statement("lock", "per_mira"),)).outcome == "deny"


def test_a_lock_on_one_person_is_told_of_that_person():
    decision = ask(question(MIRA_FACE, JON_DRIVES), grant(), JON, statements=(statement("lock", "per_jon"),))
    assert [(reason.code, reason.person) for reason in decision.reasons] == [("consent.locked", "per_jon")]


def test_a_lock_on_one_consent_leaves_another_free():
    other = grant(revision(id="rev_2"), id="grt_2")
    decision = ask(question(), grant(), other, statements=(statement("lock", "grt_1"),))
    assert decision.outcome == "permit"
    assert decision.revisions == ("rev_2",)


# --- disputes ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("subject", ["per_mira", "grt_1"])
def test_a_dispute_puts_it_before_lawyers_and_refuses_nothing(subject):
    decision = ask(question(), grant(), statements=(statement("dispute", subject),))
    assert decision.outcome == "review"
    [reason] = decision.reasons
    assert (reason.code, reason.rule, reason.severity) == ("consent.disputed", "CORE-DISPUTE", "review")


@pytest.mark.parametrize("acts, answer", [((), "review"), (("sign", "generate"), "review"), (("generate",), "permit")])
def test_a_dispute_is_about_the_acts_it_names_or_all(acts, answer):
    assert ask(question(), grant(), statements=(statement("dispute", "grt_1", acts=frozenset(acts)),)).outcome == answer


@pytest.mark.parametrize("moment, answer", [(NOON - SECOND, "review"), (NOON, "permit")])
def test_a_dispute_is_over_from_the_moment_it_is_resolved(moment, answer):
    dispute = statement("dispute", "per_mira")
    lift = statement("lift", "per_mira", id="sta_2", refers_to="sta_1", effective_at=NOON)
    assert ask(question(as_of=moment), grant(), statements=(lift, dispute)).outcome == answer


def test_a_lock_beside_a_dispute_refuses_all_the_same():
    dispute, lock = statement("dispute", "grt_1"), statement("lock", "per_mira", id="sta_2")
    assert ask(question(), grant(), statements=(dispute, lock)).outcome == "deny"


def test_a_dispute_about_one_consent_leaves_another_free_and_a_dispute_clears_nothing():
    other = grant(revision(id="rev_2"), id="grt_2")
    decision = ask(question(), grant(), other, statements=(statement("dispute", "grt_1"),))
    assert decision.outcome == "permit" and decision.revisions == ("rev_2",)
    assert ask(question(), statements=(statement("dispute", "per_mira"),)).outcome == "deny"
    ended = grant(endings=(ending("cease_all"),))
    assert ask(question(), ended, statements=(statement("dispute", "grt_1"),)).outcome == "deny"


def test_two_lawyers_who_need_no_consent_do_not_settle_a_dispute_about_one():
    determined = statement("determination", "per_mira", id="sta_d", question="no_consent_needed", answer="yes")
    for subject in ("grt_1", "per_mira"):
        assert ask(question(), grant(), statements=(determined, statement("dispute", subject))).outcome == "review"


# --- approvals -----------------------------------------------------------------------------------------------------

ASKED = question(asset_sha256=ASSET)
NEEDS_APPROVAL = grant(revision(line(effect="approval_required")))


def approval(answer="approved", **changed):
    return statement("approval", ASSET, id="sta_a", answer=answer, question="lin_1", **changed)


def test_without_a_yes_to_the_file_a_line_that_asks_for_it_goes_to_a_lawyer():
    decision = ask(ASKED, NEEDS_APPROVAL)
    assert decision.outcome == "review"
    [reason] = decision.reasons
    assert (reason.code, reason.rule) == ("consent.approval_missing", "CORE-APPROVAL")


@pytest.mark.parametrize("under", ["lin_1", "grt_1", "per_mira"])
def test_a_yes_to_the_file_clears_it_whether_given_for_the_line_the_consent_or_the_person(under):
    decision = ask(ASKED, NEEDS_APPROVAL, statements=(replace(approval(), question=under),))
    assert decision.outcome == "permit"
    assert decision.revisions == ("rev_1",)


@pytest.mark.parametrize(
    "given",
    [
        replace(approval(), subject="0" * 64),
        replace(approval(), question="lin_2"),
        replace(approval(), question="grt_2"),
        replace(approval(), question="per_jon"),
        approval(by=()),
        approval(acts=frozenset({"release"})),
        approval(effective_at=NOON + SECOND),
        approval(recorded_at=NOON + SECOND),
        approval(until=NOON),
    ],
    ids=["file", "line", "consent", "person", "by nobody", "act", "later", "not yet known", "lapsed"],
)
def test_a_yes_to_something_else_is_no_approval(given):
    assert codes(ask(ASKED, NEEDS_APPROVAL, statements=(given,))) == {"consent.approval_missing"}


def test_without_a_file_nothing_is_approved():
    assert codes(ask(question(), NEEDS_APPROVAL, statements=(approval(),))) == {"consent.approval_missing"}


def test_a_no_to_the_file_is_a_no_until_a_later_yes():
    refused = approval("refused")
    decision = ask(ASKED, NEEDS_APPROVAL, statements=(refused,))
    assert decision.outcome == "deny"
    assert codes(decision) == {"consent.approval_refused"}
    assert decision.revisions == ()
    later = replace(approval(), id="sta_b", effective_at=NOON)
    assert ask(ASKED, NEEDS_APPROVAL, statements=(later, refused)).outcome == "permit"
    same_moment = replace(approval(), id="sta_b")
    assert ask(ASKED, NEEDS_APPROVAL, statements=(same_moment, refused)).outcome == "deny"


def test_a_right_of_approval_binds_whatever_else_is_granted():
    plain = grant(revision(line("lin_2"), id="rev_2"), id="grt_2")
    assert codes(ask(ASKED, NEEDS_APPROVAL, plain)) == {"consent.approval_missing"}


def test_a_determination_replaces_a_consent_and_not_the_right_of_approval_in_it():
    bare = grant(revision(line(effect="approval_required"), evidence=()))
    determined = statement("determination", "per_mira", id="sta_d", question="no_consent_needed", answer="yes")
    assert codes(ask(ASKED, bare)) == {"consent.evidence_missing"}
    assert codes(ask(ASKED, bare, statements=(determined,))) == {"consent.approval_missing"}


def test_a_right_of_approval_of_what_is_not_asked_stands_in_nobodys_way():
    trailer = line("lin_2", "approval_required", acts={"promote"})
    assert ask(ASKED, grant(revision(line(), trailer))).outcome == "permit"
    assert codes(ask(replace(ASKED, act="promote"), grant(revision(line(), trailer)))) == {"consent.approval_missing"}


def test_where_nobody_can_tell_whether_a_right_of_approval_applies_the_missing_fact_is_told():
    """A question that named no medium was told of an approval that "there is none", though one line asked for approval
    on airlines only, and the file may even have been refused there. What cannot be told is said to be so (§7)."""
    airline = grant(revision(line(), line("lin_2", "approval_required", media={"airline"})))
    decision = ask(replace(ASKED, media=()), airline)
    assert decision.outcome == "review"
    assert codes(decision) == {"consent.needs_counsel"}
    assert decision.missing_facts == ("medium in the request",)
    assert "whether a right of approval applies" in decision.reasons[0].text


def test_a_blank_right_of_approval_goes_to_a_lawyer():
    blank = grant(revision(line(), line("lin_2", "approval_required", uses=())))
    assert codes(ask(ASKED, blank)) == {"consent.needs_counsel"}


def test_a_right_of_approval_ends_with_its_consent_but_not_for_what_continues_under_it():
    ended = replace(NEEDS_APPROVAL, endings=(ending("prospective_new_use"),))
    plain = grant(revision(line("lin_2"), id="rev_2"), id="grt_2")
    assert ask(ASKED, ended, plain).outcome == "permit"
    assert codes(ask(replace(ASKED, act="continue_distribution"), ended)) == {"consent.approval_missing"}
