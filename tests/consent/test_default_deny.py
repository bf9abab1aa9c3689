"""Silence is not consent: what nobody granted is refused, and what no question can say is refused unread (§7)."""

from dataclasses import replace

import pytest

from consent.facts import Depiction
from consent.vocabulary import ACTS, MODALITIES, ROUTINE_REASONS, ROUTINE_USES, TECHNICAL_USES, USES
from registry.errors import Invalid
from tests.consent.world import (
    MIRA_FACE,
    NOON,
    ask,
    authority,
    codes,
    ending,
    fact,
    grant,
    line,
    question,
    revision,
    signature,
    statement,
)

UNDEFINED = sorted(set(USES) - TECHNICAL_USES - {"other"})


def test_what_is_granted_is_permitted_and_stands_on_the_revision():
    decision = ask(question(), grant())
    assert decision.outcome == "permit"
    assert decision.permits
    assert decision.reasons == ()
    assert decision.revisions == ("rev_1",)
    assert dict(decision.by_territory) == {"DE": "permit", "US": "permit"}


def test_nothing_on_file_is_a_no():
    decision = ask(question())
    assert decision.outcome == "deny"
    assert codes(decision) == {"consent.no_grant"}
    assert decision.revisions == ()


def test_the_consent_of_somebody_else_is_no_consent():
    decision = ask(question(), grant(person="per_jon"))
    assert codes(decision) == {"consent.no_grant"}


def test_somebody_of_whom_the_registry_has_no_record_has_not_consented():
    decision = ask(question(replace(MIRA_FACE, person="per_stranger")), grant())
    assert codes(decision) == {"consent.no_grant"}


@pytest.mark.parametrize("use", UNDEFINED)
def test_every_use_that_is_not_technical_needs_consent(use):
    reviewed = (fact("prd_harbor", "production.culture_reviewed"),)  # what a historical figure needs besides
    nobody = Depiction("rig", None, "synthetic", "performance", use)  # whose performance it lies on, if on any
    asked = question(replace(MIRA_FACE, use=use), nobody)
    assert codes(ask(asked, statements=reviewed)) == {"consent.no_grant"}
    assert ask(asked, grant(revision(line(uses={use}))), statements=reviewed).outcome == "permit"


@pytest.mark.parametrize("act", sorted(ACTS))
def test_every_act_needs_consent(act):
    assert ask(question(act=act)).outcome == "deny"


@pytest.mark.parametrize("act", sorted(ACTS))
def test_a_line_that_names_no_act_grants_every_act_but_training(act):
    assert ask(question(act=act), grant()).outcome == ("deny" if act == "train" else "permit")


@pytest.mark.parametrize("modality", sorted(set(MODALITIES) - {"face"}))
def test_consent_to_the_face_is_no_consent_to_anything_else(modality):
    decision = ask(question(replace(MIRA_FACE, modality=modality)), grant())
    assert codes(decision) == {"consent.out_of_scope"}


FALLS_SHORT = {
    "use": (line(uses={"voice_clone"}), "the use de-aging"),
    "no use at all": (line(uses=()), "the use de-aging"),
    "modality": (line(modalities={"voice"}), "the modality face"),
    "act": (line(acts={"generate"}), "the act signing"),
    "production": (line(productions={"prd_other"}), "the production prd_harbor"),
    "content": (line(content_excluded={"violence"}), "the content violence"),
    "unit": (line(units={"sh098"}), "the scene or shot sh114"),
    "medium": (line(media={"theatrical"}), "the medium subscription video on demand"),
    "language": (line(languages={"de"}), "the language en"),
    "territory": (line(territories={"US"}), "the territory Germany"),
    "no territory at all": (line(territories=()), "the territory Germany and United States"),
}


@pytest.mark.parametrize("block, lacking", FALLS_SHORT.values(), ids=FALLS_SHORT)
def test_a_line_that_falls_short_in_one_dimension_is_refused_and_says_in_which(block, lacking):
    violent = replace(MIRA_FACE, content_flags=frozenset({"violence", "tobacco"}))
    decision = ask(question(violent), grant(revision(block)))
    assert decision.outcome == "deny"
    assert codes(decision) == {"consent.out_of_scope"}
    [reason] = decision.reasons
    assert f"does not cover: {lacking}." in reason.text


@pytest.mark.parametrize("dimension, narrow", [("units", "sh114"), ("media", "svod"), ("languages", "en")])
def test_a_question_that_leaves_a_dimension_open_is_not_covered_by_a_line_particular_about_it(dimension, narrow):
    particular = grant(revision(line(**{dimension: {narrow}})))
    assert ask(question(**{dimension: (narrow,)}), particular).outcome == "permit"
    decision = ask(question(**{dimension: ()}), particular)
    assert codes(decision) == {"consent.out_of_scope"}
    assert "the question names none" in decision.reasons[0].text


def test_two_consents_may_together_cover_what_neither_covers_alone():
    cinema, stream = line(media={"theatrical"}), line("lin_2", media={"svod"})
    together = ask(question(), grant(revision(cinema)), grant(revision(stream, id="rev_2"), id="grt_2"))
    assert together.outcome == "permit"
    assert together.revisions == ("rev_1", "rev_2")
    assert ask(question(), grant(revision(cinema))).outcome == "deny"


@pytest.mark.parametrize(
    "dimension, asked",
    [
        ("units", ("sh114", "sh115")),
        ("media", ("svod", "airline")),
        ("languages", ("en", "de")),
        ("territories", ("US", "DE")),
    ],
)
def test_all_that_is_asked_must_be_covered_and_not_only_some_of_it(dimension, asked):
    for covered, answer in ((asked[:1], "deny"), (asked[1:], "deny"), (asked, "permit")):
        assert ask(question(**{dimension: asked}), grant(revision(line(**{dimension: covered})))).outcome == answer


@pytest.mark.parametrize(
    "named, asked, answer",
    [
        ("en", "en", "permit"),
        ("en", "en-GB", "permit"),
        ("EN", "en-gb", "permit"),
        ("en-GB", "en", "deny"),
        ("en-GB", "en-US", "deny"),
        ("en", "eng", "deny"),
    ],
)
def test_a_language_includes_its_regional_forms_and_nothing_else(named, asked, answer):
    assert ask(question(languages=(asked,)), grant(revision(line(languages={named})))).outcome == answer


@pytest.mark.parametrize(
    "named, answer",
    [({"prd_harbor"}, "permit"), ({"prd_saga"}, "permit"), ({"prd_harbor_2"}, "deny"), ((), "permit")],
    ids=["this film", "the saga it belongs to", "its sequel", "any"],
)
def test_a_consent_for_a_saga_reaches_its_films_and_one_for_the_sequel_does_not(named, answer):
    asked = question(production_line=("prd_harbor", "prd_saga"))
    assert ask(asked, grant(revision(line(productions=named)))).outcome == answer


# --- what needs no consent -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("use", sorted(TECHNICAL_USES))
def test_what_only_processes_the_recording_needs_no_consent(use):
    decision = ask(question(replace(MIRA_FACE, use=use)))
    assert decision.outcome == "permit"
    assert [reason.code for reason in decision.reasons] == ["consent.routine"]


@pytest.mark.parametrize("reason", sorted(ROUTINE_REASONS))
@pytest.mark.parametrize("use", sorted(ROUTINE_USES - TECHNICAL_USES))
def test_routine_work_needs_no_consent_once_its_reason_is_given(use, reason):
    assert ask(question(replace(MIRA_FACE, use=use))).outcome == "deny"
    assert ask(question(replace(MIRA_FACE, use=use, routine_reason=reason))).outcome == "permit"


@pytest.mark.parametrize("use", sorted(set(USES) - ROUTINE_USES - {"other"}))
def test_a_routine_reason_makes_nothing_else_routine(use):
    assert ask(question(replace(MIRA_FACE, use=use, routine_reason="continuity"))).outcome == "deny"


@pytest.mark.parametrize("use, reason", [("denoise", None), ("cleanup", "continuity")])
@pytest.mark.parametrize("act", ["capture", "create_replica", "train"])
def test_neither_a_scan_nor_a_replica_nor_training_is_ever_routine(act, use, reason):
    """Whoever declared the use as denoising could train a model on a performer with no consent on file at all: the
    routine note came before the act was looked at. Training unstated is refused (CORE-TRAIN), and the closed list of
    §2.1 frees alterations, not scans and replicas."""
    decision = ask(question(replace(MIRA_FACE, use=use, routine_reason=reason), act=act))
    assert decision.outcome == "deny"
    assert codes(decision) == {"consent.no_grant"}


def test_another_use_than_those_listed_goes_to_a_lawyer_even_when_it_is_granted():
    other = replace(MIRA_FACE, use="other")
    decision = ask(question(other), grant(revision(line(uses={"other"}))))
    assert decision.outcome == "review"
    assert codes(decision) == {"consent.needs_counsel"}
    assert ask(question(other)).outcome == "deny"


def test_nobody_real_needs_no_consent():
    nobody = Depiction("extra", None, "synthetic", "face", "synthetic_character")
    assert ask(question(nobody)).outcome == "permit"


def test_somebody_real_whom_nobody_has_identified_goes_to_a_lawyer():
    stranger = Depiction("passer-by", None, "background", "face", "crowd_replica")
    decision = ask(question(stranger))
    assert decision.outcome == "review"
    assert codes(decision) == {"consent.unidentified"}
    assert decision.reasons[0].rule == "CORE-UNIDENTIFIED"


def test_calling_a_known_person_synthetic_does_not_do_without_their_consent():
    assert ask(question(replace(MIRA_FACE, role="synthetic"))).outcome == "deny"


# --- what two lawyers may determine --------------------------------------------------------------------------------


def determined(answer="yes", subject="per_mira", **changed):
    return statement("determination", subject, question="no_consent_needed", answer=answer, **changed)


def test_two_lawyers_may_determine_that_no_consent_is_needed():
    decision = ask(question(), statements=(determined(),))
    assert decision.outcome == "permit"
    assert [reason.code for reason in decision.reasons] == ["consent.determined"]
    assert decision.revisions == ()


@pytest.mark.parametrize("by", [(), ("ines",), ("ines", "ines")])
def test_one_lawyer_alone_determines_nothing(by):
    assert ask(question(), statements=(determined(by=by),)).outcome == "deny"


def test_a_determination_about_one_person_is_none_about_another():
    assert ask(question(), statements=(determined(subject="per_jon"),)).outcome == "deny"


def test_a_later_no_undoes_a_determination_and_a_no_of_the_same_moment_wins():
    later = determined("no", id="sta_2", effective_at=NOON)
    same = determined("no", id="sta_0")
    assert ask(question(), statements=(determined(), later)).outcome == "deny"
    assert ask(question(), statements=(determined(), same)).outcome == "deny"


def test_a_determination_frees_training_only_by_naming_it():
    assert ask(question(act="train"), statements=(determined(),)).outcome == "deny"
    assert ask(question(act="train"), statements=(determined(acts=frozenset({"train"})),)).outcome == "permit"


def test_a_determination_replaces_a_consent_that_ended_or_lacks_its_paper():
    ended = grant(endings=(ending("prospective_new_use"),))
    assert ask(question(), ended, statements=(determined(),)).outcome == "permit"
    bare = grant(revision(evidence=()))
    assert ask(question(), bare, statements=(determined(),)).outcome == "permit"


def test_a_determination_never_replaces_an_exclusion():
    carved = grant(revision(line(), line("lin_2", "exclude", territories={"DE"})))
    decision = ask(question(), carved, statements=(determined(),))
    assert dict(decision.by_territory) == {"DE": "deny", "US": "permit"}


@pytest.mark.parametrize("subject", ["per_mira", "prd_harbor", "grt_1", "global"])
def test_a_determination_never_replaces_a_lock(subject):
    lock = statement("lock", subject, id="sta_lock")
    decision = ask(question(), grant(), statements=(determined(), lock))
    assert decision.outcome == "deny"
    assert "consent.locked" in codes(decision)


def test_a_determination_does_not_free_a_consent_that_is_locked_and_has_ended_besides():
    """A locked consent was refused whatever counsel determined; recording its ending on top of the lock hid the lock,
    and the determination cleared what the court had stopped. An ending must never loosen an answer."""
    lock = statement("lock", "grt_1", id="sta_lock")
    ended = grant(endings=(ending("cease_all"),))
    decision = ask(question(), ended, statements=(determined(), lock))
    assert decision.outcome == "deny"
    assert "consent.locked" in codes(decision)


def test_a_determination_does_not_free_what_is_locked_because_an_expired_consent_lies_beside_it():
    lock = statement("lock", "grt_1", id="sta_lock")
    closer = revision(line("lin_2", productions={"prd_harbor"}), id="rev_2", term_end=NOON.date())
    decision = ask(question(), grant(), grant(closer, id="grt_2"), statements=(determined(), lock))
    assert decision.outcome == "deny"
    assert "consent.locked" in codes(decision)


def test_a_determination_never_frees_what_is_prohibited():
    shown_young = replace(MIRA_FACE, content_flags=frozenset({"nudity"}), depicted_age=15)
    decision = ask(question(shown_young), statements=(determined(),))
    assert decision.outcome == "deny"
    assert decision.reasons[0].severity == "absolute"


# --- the best consent ----------------------------------------------------------------------------------------------


def test_one_good_consent_is_enough_whatever_lies_beside_it():
    broken = grant(revision(verified_by=None, verified_at=None, id="rev_2"), id="grt_2")
    unauthorised = grant(
        revision(authority=authority("agent", verified=False), signatures=(signature(capacity="agent"),), id="rev_3"),
        id="grt_3",
    )
    decision = ask(question(), broken, unauthorised, grant())
    assert decision.outcome == "permit"
    assert decision.revisions == ("rev_1",)


@pytest.mark.parametrize(
    "better, worse",
    [
        (revision(line(), id="rev_b"), revision(line(productions={"prd_harbor"}), id="rev_a", signatures=())),
        (revision(line(productions={"prd_harbor"}), id="rev_b"), revision(line(), id="rev_a")),
        (revision(id="rev_b", effective_from=NOON.date()), revision(id="rev_a")),
        (revision(id="rev_b", recorded_at=NOON), revision(id="rev_a")),
    ],
    ids=["sound before specific", "specific before general", "newer before older", "recorded later"],
)
def test_the_best_consent_is_stood_on_whatever_its_id(better, worse):
    decision = ask(question(), grant(worse, id="grt_a"), grant(better, id="grt_b"))
    assert decision.revisions == ("rev_b",)


def test_of_two_equal_consents_the_one_with_the_lower_id_is_stood_on():
    two = grant(revision(id="rev_b"), id="grt_b"), grant(revision(id="rev_a"), id="grt_a")
    assert ask(question(), *two).revisions == ("rev_a",)
    assert ask(question(), *reversed(two)).revisions == ("rev_a",)


# --- what no question can say --------------------------------------------------------------------------------------

MISSPELT = {
    "/act": {"act": "publish"},
    "/media/1": {"media": ("svod", "betamax")},
    "/territories/1": {"territories": ("US", "UK")},
    "/languages/0": {"languages": ("the English",)},
    "/territories": {"territories": ()},
    "/as_of": {"as_of": NOON.replace(tzinfo=None)},
    "/known_at": {"known_at": NOON.replace(tzinfo=None)},
}
MISSPELT_DEPICTIONS = {
    "/depictions/0/role": {"role": "hero"},
    "/depictions/0/modality": {"modality": "soul"},
    "/depictions/0/use": {"use": "deepfake"},
    "/depictions/0/content_flags": {"content_flags": frozenset({"fun"})},
    "/depictions/0/routine_reason": {"use": "cleanup", "routine_reason": "budget"},
}


@pytest.mark.parametrize("pointer, changed", MISSPELT.items())
def test_what_is_not_understood_is_refused_with_the_place_where_it_stands(pointer, changed):
    with pytest.raises(Invalid) as refused:
        ask(question(**changed), grant())
    assert [fault.pointer for fault in refused.value.errors] == [pointer]


@pytest.mark.parametrize("pointer, changed", MISSPELT_DEPICTIONS.items())
def test_what_is_not_understood_in_a_depiction_is_refused_too(pointer, changed):
    with pytest.raises(Invalid) as refused:
        ask(question(replace(MIRA_FACE, **changed)), grant())
    assert [fault.pointer for fault in refused.value.errors] == [pointer]


def test_everything_that_is_not_understood_is_told_at_once():
    with pytest.raises(Invalid) as refused:
        ask(question(act="publish", media=("betamax",)), grant())
    assert refused.value.code == "consent.question_invalid"
    assert [fault.pointer for fault in refused.value.errors] == ["/act", "/media/0"]
