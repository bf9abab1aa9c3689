"""A consent counts once a second lawyer has verified it, and while the signed document is on file."""

from datetime import date

import pytest

from consent.facts import Evidence
from tests.consent.world import DAY, NOON, ON_FILE, PAPER, SECOND, ask, codes, grant, question, revision, signature

OTHER_PAPER = "b" * 64


@pytest.mark.parametrize(
    "by, at, answer",
    [
        ("tobi", ON_FILE, "permit"),
        ("tobi", NOON, "permit"),
        ("tobi", NOON + SECOND, "deny"),
        ("tobi", None, "deny"),
        ("ines", ON_FILE, "deny"),
        (None, None, "deny"),
        (None, ON_FILE, "deny"),
    ],
)
def test_a_consent_counts_from_the_moment_another_lawyer_verified_it(by, at, answer):
    decision = ask(question(), grant(revision(verified_by=by, verified_at=at)))
    assert decision.outcome == answer
    if answer == "deny":
        [reason] = decision.reasons
        assert (reason.code, reason.rule) == ("consent.awaiting_verification", "CORE-MAKER-CHECKER")


def test_a_lawyer_who_verified_their_own_entry_is_told_apart_from_nobody():
    own = ask(question(), grant(revision(verified_by="ines"))).reasons[0]
    nobody = ask(question(), grant(revision(verified_by=None, verified_at=None))).reasons[0]
    assert "was verified by the lawyer who entered it" in own.text
    assert "has not been verified" in nobody.text
    assert own.to_clear == nobody.to_clear


@pytest.mark.parametrize(
    "signatures, evidence, answer",
    [
        ((signature(),), (Evidence(PAPER, ON_FILE),), "permit"),
        ((signature(),), (Evidence(OTHER_PAPER, ON_FILE),), "deny"),
        ((signature(),), (), "deny"),
        ((), (Evidence(PAPER, ON_FILE),), "deny"),
        ((), (), "deny"),
        ((signature(),), (Evidence(PAPER, NOON),), "permit"),
        ((signature(),), (Evidence(PAPER, NOON + SECOND),), "deny"),
        ((signature(paper=OTHER_PAPER), signature()), (Evidence(PAPER, ON_FILE),), "permit"),
    ],
    ids=["matching", "another hash", "no paper", "no signature", "neither", "just filed", "filed later", "one of two"],
)
def test_a_consent_counts_while_a_signed_document_with_its_very_hash_is_on_file(signatures, evidence, answer):
    decision = ask(question(), grant(revision(signatures=signatures, evidence=evidence)))
    assert decision.outcome == answer
    if answer == "deny":
        [reason] = decision.reasons
        assert (reason.code, reason.rule, reason.severity) == ("consent.evidence_missing", "CORE-EVIDENCE", "deny")


@pytest.mark.parametrize("days, answer", [(-1, "permit"), (0, "permit"), (1, "deny")])
def test_paper_signed_after_the_day_asked_about_did_not_count_on_it(days, answer):
    signed = (NOON + days * DAY).date()
    decision = ask(question(known_at=NOON + 9 * DAY), grant(revision(signatures=(signature(signed),))))
    assert decision.outcome == answer
    assert codes(decision) == (set() if answer == "permit" else {"consent.not_yet"})


def test_no_paper_and_no_verification_name_the_verification_first():
    bare = revision(verified_by=None, verified_at=None, evidence=(), term_end=date(2026, 7, 1))
    assert codes(ask(question(), grant(bare))) == {"consent.awaiting_verification"}
