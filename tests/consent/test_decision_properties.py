"""What holds of every decision, whatever is asked and whatever is on file (§7)."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from consent.answers import worst
from consent.decision import decide
from consent.facts import Record
from consent.policy import ADVISORY, ENFORCING, standing
from consent.rulebook import CORE, newest
from consent.territories import expand
from consent.vocabulary import TECHNICAL_USES
from tests.consent.strategies import endings, exclusions, locks, questions, records
from tests.consent.world import DAY, NOON, ending

BADNESS = {"permit": 0, "review": 1, "deny": 2}
much = settings(max_examples=150, deadline=None)


def severity(decision):
    return BADNESS[decision.outcome]


def shuffled(draw, values):
    return tuple(draw(st.permutations(values)))


def with_grant(record, index, changed):
    return replace(record, grants=(*record.grants[:index], changed, *record.grants[index + 1 :]))


# --- the same answer -----------------------------------------------------------------------------------------------


@much
@given(questions, records, st.data())
def test_no_order_of_anything_changes_the_hash(asked, record, data):
    draw = data.draw
    file = Record(
        shuffled(draw, record.persons),
        tuple(
            replace(
                one,
                endings=shuffled(draw, one.endings),
                revisions=shuffled(
                    draw,
                    [
                        replace(
                            revision,
                            lines=shuffled(draw, revision.lines),
                            signatures=shuffled(draw, revision.signatures),
                        )
                        for revision in one.revisions
                    ],
                ),
            )
            for one in shuffled(draw, record.grants)
        ),
        shuffled(draw, record.statements),
    )
    put = replace(
        asked,
        **{
            name: shuffled(draw, getattr(asked, name))
            for name in ("depictions", "territories", "media", "languages", "units")
        },
    )
    assert put.hash == asked.hash
    assert decide(put, file).hash == decide(asked, record).hash


@much
@given(questions, records, st.sets(st.sampled_from([pack.id for pack in newest()])))
def test_packs_that_only_advise_decide_nothing(asked, record, enforced):
    """Beside the key they are not asked at all; what a pack that decides advises besides stays."""
    packs = ((pack, ENFORCING if pack.kind == CORE or pack.id in enforced else ADVISORY) for pack in newest())
    file = replace(record, adoptions=standing(packs))
    whole, bare = decide(asked, file), decide(asked, file, advised=False)
    assert set(bare.advice) <= set(whole.advice) and {one.mode for one in bare.packs} <= {ENFORCING}
    deciding = tuple(one for one in whole.packs if one.mode == ENFORCING)
    assert replace(whole, advice=bare.advice, packs=deciding) == bare


@much
@given(questions, records, records, locks)
def test_what_was_learned_later_leaves_the_decision_as_it_was(asked, record, more, lock):
    learned = NOON + DAY
    end = ending("cease_all", NOON - DAY, id="end_9", recorded_at=learned)
    ended = tuple(replace(one, endings=(*one.endings, end)) for one in record.grants)
    granted = tuple(
        replace(one, id=f"{one.id}_x", revisions=tuple(replace(two, recorded_at=learned) for two in one.revisions))
        for one in more.grants
    )
    stated = tuple(replace(one, id=f"{one.id}_x", recorded_at=learned) for one in (*more.statements, lock))
    known_since = replace(record, grants=(*ended, *granted), statements=(*record.statements, *stated))
    assert decide(asked, known_since).hash == decide(asked, record).hash


@much
@given(questions, records)
def test_the_file_of_somebody_else_bears_on_nothing(asked, record):
    strangers = tuple(replace(one, id=f"{one.id}_x", person="per_stranger") for one in record.grants)
    assert decide(asked, replace(record, grants=record.grants + strangers)).hash == decide(asked, record).hash


# --- default deny --------------------------------------------------------------------------------------------------


@much
@given(questions, records)
def test_a_permit_stands_for_everybody_on_a_consent_a_determination_or_routine(asked, record):
    decision = decide(asked, record)
    for found in decision.findings:
        if decision.permits and found.person is not None:
            assert found.revisions or {"consent.routine", "consent.determined"} & set(found.codes)


@much
@given(questions, records)
def test_without_a_consent_or_a_determination_nothing_but_the_routine_is_permitted(asked, record):
    bare = replace(record, grants=(), statements=tuple(one for one in record.statements if one.kind != "determination"))
    decision = decide(asked, bare)
    for depiction in asked.depictions:
        routine = depiction.use in TECHNICAL_USES or depiction.routine_reason
        if depiction.person and not routine:
            assert decision.outcome == "deny"


# --- taking away, adding -------------------------------------------------------------------------------------------


def without_each_fact(asked, record):
    """The file, or the question, with one thing fewer that may have spoken for a yes: its parts, one after another."""
    for index, one in enumerate(record.persons):
        rest = record.persons[:index] + record.persons[index + 1 :]
        yield asked, replace(record, persons=rest)
        yield asked, replace(record, persons=(*rest, replace(one, birth_date=None)))
        yield asked, replace(record, persons=(*rest, replace(one, death_date=None)))
    for index, one in enumerate(record.statements):
        if one.kind == "lift" or one.answer in ("yes", "approved"):
            yield asked, replace(record, statements=record.statements[:index] + record.statements[index + 1 :])
    for index, one in enumerate(record.grants):
        if not any(line.effect != "grant" for revision in one.revisions for line in revision.lines):
            yield asked, replace(record, grants=record.grants[:index] + record.grants[index + 1 :])
        for number, revision in enumerate(one.revisions):
            for poorer in poorer_revisions(revision):
                revisions = (*one.revisions[:number], poorer, *one.revisions[number + 1 :])
                yield asked, with_grant(record, index, replace(one, revisions=revisions))
    for index, depiction in enumerate(asked.depictions):
        for poorer in (replace(depiction, depicted_age=None), replace(depiction, routine_reason=None)):
            yield replace(asked, depictions=(*asked.depictions[:index], poorer, *asked.depictions[index + 1 :])), record


def poorer_revisions(revision):
    yield replace(revision, authority=None)
    yield replace(revision, evidence=())
    yield replace(revision, signatures=())
    yield from (replace(revision, signatures=(one,)) for one in revision.signatures)
    for line in revision.lines:
        if line.effect == "grant":
            yield replace(revision, lines=tuple(one for one in revision.lines if one is not line))


@settings(max_examples=60, deadline=None)
@given(questions, records)
def test_no_fact_taken_away_turns_a_no_into_a_yes(asked, record):
    before = severity(decide(asked, record))
    for poorer, file in without_each_fact(asked, record):
        after = severity(decide(poorer, file))
        assert before == 0 or after > 0


@much
@given(questions, records, exclusions)
def test_an_exclusion_added_loosens_nothing(asked, record, exclusion):
    before = severity(decide(asked, record))
    for index, one in enumerate(record.grants):
        for number, revision in enumerate(one.revisions):
            carved = replace(revision, lines=(*revision.lines, exclusion))
            revisions = (*one.revisions[:number], carved, *one.revisions[number + 1 :])
            assert severity(decide(asked, with_grant(record, index, replace(one, revisions=revisions)))) >= before


@much
@given(questions, records, locks)
def test_a_lock_added_loosens_nothing(asked, record, lock):
    locked = replace(record, statements=(*record.statements, lock))
    assert severity(decide(asked, locked)) >= severity(decide(asked, record))


@much
@given(questions, records, endings)
def test_an_ending_added_loosens_nothing(asked, record, end):
    """Of a consent that only grants: with a consent ends what was reserved in it, and another may then be stood on."""
    before = severity(decide(asked, record))
    for index, one in enumerate(record.grants):
        if all(line.effect == "grant" for revision in one.revisions for line in revision.lines):
            ended = with_grant(record, index, replace(one, endings=(*one.endings, end)))
            assert severity(decide(asked, ended)) >= before


# --- the whole and its parts ---------------------------------------------------------------------------------------


@much
@given(questions, records)
def test_the_worst_of_the_people_decides(asked, record):
    apart = [decide(replace(asked, depictions=(one,)), record) for one in asked.depictions]
    together = decide(asked, record)
    assert together.outcome == worst(one.outcome for one in apart)
    for place, answer in together.by_territory:
        assert answer == worst(dict(one.by_territory)[place] for one in apart)
    assert together.revisions == tuple(sorted({revision for one in apart for revision in one.revisions}))


@much
@given(questions, records)
def test_territories_asked_together_are_answered_as_they_are_apart(asked, record):
    together = decide(asked, record)
    apart = {}
    for code in asked.territories:
        apart |= dict(decide(replace(asked, territories=(code,)), record).by_territory)
    assert dict(together.by_territory) == apart


@much
@given(questions, records)
def test_each_medium_language_and_unit_is_answered_and_the_worst_decides(asked, record):
    for name in ("media", "languages", "units"):
        if values := getattr(asked, name):
            apart = [decide(replace(asked, **{name: (value,)}), record).outcome for value in values]
            assert decide(asked, record).outcome == worst(apart)


@much
@given(questions, records)
def test_the_map_the_findings_the_reasons_and_the_outcome_agree(asked, record):
    decision = decide(asked, record)
    answers = dict(decision.by_territory)
    assert set(answers) == expand(asked.territories)
    assert decision.outcome == worst(answers.values())
    for place, answer in answers.items():
        found = [one for one in decision.findings if place in one.territories]
        assert answer == worst(one.outcome for one in found)
        assert len({(one.depiction, one.modality, one.use, one.person) for one in found}) == len(found)
        told = [reason for reason in decision.reasons if place in reason.territories]
        assert (answer == "permit") == all(reason.severity in ("note", "obligation") for reason in told)
        assert (answer == "deny") == any(reason.severity in ("deny", "absolute") for reason in told)
    for reason in decision.reasons:
        assert reason.text.endswith(".")
        assert bool(reason.to_clear) == (reason.severity not in ("note", "obligation"))
    words = " ".join(reason.text for reason in decision.reasons)
    assert all(fact in words for fact in decision.missing_facts)
