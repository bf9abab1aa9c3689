"""Several people in one shot, several uses of one person: each is decided apart, and the worst answer wins (§1.5)."""

from dataclasses import replace

import pytest

from tests.consent.world import (
    ELSA_FACE,
    JON_DRIVES,
    KIT_FACE,
    MIRA_FACE,
    ask,
    authority,
    codes,
    grant,
    line,
    question,
    revision,
    signature,
)

MIRA = grant()
JON = grant(revision(line("lin_j", modalities={"performance"}), id="rev_j"), id="grt_j", person="per_jon")
KIT = grant(
    revision(line("lin_k"), id="rev_k", authority=authority("guardian"), signatures=(signature(capacity="guardian"),)),
    id="grt_k",
    person="per_kit",
)
ELSA_ELSEWHERE = grant(
    revision(
        line("lin_e", uses={"posthumous"}, productions={"prd_other"}),
        id="rev_e",
        authority=authority("executor"),
        signatures=(signature(capacity="executor"),),
    ),
    id="grt_e",
    person="per_elsa",
)
UNPROVEN = replace(JON, revisions=(replace(JON.revisions[0], signatures=(signature(capacity="agent"),)),))


def people(decision):
    return {reason.person for reason in decision.reasons}


def test_everybody_who_consented_is_stood_on():
    decision = ask(question(MIRA_FACE, JON_DRIVES, KIT_FACE), MIRA, JON, KIT)
    assert decision.outcome == "permit"
    assert decision.revisions == ("rev_1", "rev_j", "rev_k")


def test_one_without_consent_among_three_is_named_alone():
    """Scenario 6: the consent of Elsa's estate is for another picture."""
    decision = ask(question(MIRA_FACE, KIT_FACE, ELSA_FACE), MIRA, KIT, ELSA_ELSEWHERE)
    assert decision.outcome == "deny"
    assert people(decision) == {"per_elsa"}
    assert codes(decision) == {"consent.out_of_scope"}
    assert "the production prd_harbor" in decision.reasons[0].text
    assert ask(question(MIRA_FACE, KIT_FACE), MIRA, KIT, ELSA_ELSEWHERE).outcome == "permit"


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
@pytest.mark.parametrize(
    "mira, jon, answer",
    [
        ((MIRA,), (JON,), "permit"),
        ((MIRA,), (UNPROVEN,), "review"),
        ((MIRA,), (), "deny"),
        ((), (UNPROVEN,), "deny"),
    ],
)
def test_the_worst_answer_wins_in_any_order(mira, jon, answer, order):
    shown = (MIRA_FACE, JON_DRIVES)
    assert ask(question(*(shown[index] for index in order)), *mira, *jon).outcome == answer


def test_what_is_found_is_told_for_each_person():
    decision = ask(question(MIRA_FACE, JON_DRIVES), MIRA)
    assert {(found.person, found.outcome, found.revision) for found in decision.findings} == {
        ("per_mira", "permit", "rev_1"),
        ("per_jon", "deny", None),
    }


def test_the_face_and_the_voice_of_one_person_are_two_questions():
    voice = replace(MIRA_FACE, id="mira's voice", role="voice_source", modality="voice", use="voice_clone")
    decision = ask(question(MIRA_FACE, voice), MIRA)
    assert [(reason.depiction, reason.modality) for reason in decision.reasons] == [("mira's voice", "voice")]
    both = grant(revision(line(), line("lin_2", uses={"voice_clone"}, modalities={"voice"})))
    assert ask(question(MIRA_FACE, voice), both).outcome == "permit"


def test_each_in_their_own_territories():
    in_america = line("lin_j", modalities={"performance"}, territories={"US"})
    abroad = replace(JON, revisions=(revision(in_america, id="rev_j"),))
    decision = ask(question(MIRA_FACE, JON_DRIVES), MIRA, abroad)
    assert dict(decision.by_territory) == {"DE": "deny", "US": "permit"}
    assert [(found.person, found.territories, found.outcome) for found in decision.findings] == [
        ("per_jon", ("DE",), "deny"),
        ("per_jon", ("US",), "permit"),
        ("per_mira", ("DE", "US"), "permit"),
    ]


def test_one_depiction_told_twice_is_one():
    assert ask(question(MIRA_FACE, MIRA_FACE), MIRA).hash == ask(question(MIRA_FACE), MIRA).hash


def test_two_depictions_under_one_id_are_both_decided():
    voice = replace(MIRA_FACE, modality="voice")
    decision = ask(question(MIRA_FACE, voice), MIRA)
    assert decision.outcome == "deny"
    assert {(found.modality, found.outcome) for found in decision.findings} == {("face", "permit"), ("voice", "deny")}


def test_a_picture_of_nobody_needs_nobody():
    decision = ask(replace(question(), depictions=()))
    assert decision.outcome == "permit"
    assert decision.findings == ()
