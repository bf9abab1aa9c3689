"""May it be done? Each person depicted, in each modality and territory, and the worst answer wins (consent.md §7).

Silence is not consent: what nobody granted is refused, and what somebody excluded stays excluded. The question says
as of when it is asked and up to when the file is read; nothing here looks at a clock or a database.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from consent import scope, statements, wording
from consent.answers import DENY, PERMIT, Decision, Finding, Gap, Ground, Reason, gravity, merged, outcome, worst
from consent.dossier import Dossier, gather, locked
from consent.facts import Depiction, Person, Record, Request
from consent.offers import LOCK, NO_CONSENT, Offer, covering, offers, uncovered
from consent.questions import refuse_unknown
from consent.reservations import Reservations, approvals_wanting, exclusions_in, reservations, unclear_in
from consent.rules import ABOUT_THE_DEPICTION, OTHER_USE, UNIDENTIFIED, Case, broken
from consent.scope import Cell
from consent.territories import TERRITORY_SET_VERSION, expand
from consent.vocabulary import ACTS_NEVER_ROUTINE, ROUTINE_USES, TECHNICAL_USES

__all__ = ["ENGINE_VERSION", "Decision", "Finding", "Reason", "decide"]

ENGINE_VERSION = "core-1"
FOR_LAWYERS_TO_SEE = frozenset({UNIDENTIFIED.id, OTHER_USE.id})


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found about one depiction in some territories, and the revision that an answer other than no stands on."""

    depiction: Depiction
    territories: frozenset[str]
    grounds: tuple[Ground, ...]
    revision: str | None = None


def decide(request: Request, record: Record) -> Decision:
    """Whether what is asked may be done, with every reason why not. Raises Invalid for a code nobody knows."""
    refuse_unknown(request)
    dossier = gather(request, record)
    shared = tuple(locked(dossier, statements.subjects_of(request)))
    verdicts = [verdict for depiction in set(request.depictions) for verdict in judge(depiction, dossier)]
    return answer(request, shared, verdicts)


# --- one depiction -------------------------------------------------------------------------------------------------


def judge(depiction: Depiction, dossier: Dossier) -> Iterator[Verdict]:
    """First what holds whatever anybody consented to; then the consents on file, part by part of the question."""
    person = dossier.persons.get(depiction.person or "")
    locks = tuple(locked(dossier, {depiction.person}, depiction)) if depiction.person else ()
    found = locks + settled(tuple(broken(ABOUT_THE_DEPICTION, Case(dossier.request, depiction, person))), depiction, dossier)
    if depiction.person is None or any(ground.severity == "absolute" for ground in found):
        yield Verdict(depiction, expand(dossier.request.territories), found)
        return
    for verdict in consents(depiction, person, dossier):
        yield replace(verdict, grounds=found + verdict.grounds)


def settled(grounds: tuple[Ground, ...], depiction: Depiction, dossier: Dossier) -> tuple[Ground, ...]:
    """What was put before lawyers only to be looked at is settled by two of them who looked at this very file (§7.5).
    What is prohibited, or may be, is not."""
    put = tuple(ground for ground in grounds if ground.rule in FOR_LAWYERS_TO_SEE)
    found = statements.no_consent_needed(dossier.statements, dossier.request, person="") if put else None
    if found is None:
        return grounds
    note = Ground("consent.determined", "CORE-DETERMINATION", "note", depiction, detail=found)
    return (*(ground for ground in grounds if ground not in put), note)


def consents(depiction: Depiction, person: Person | None, dossier: Dossier) -> Iterator[Verdict]:
    """What the consents on file say: an exclusion wins; what is routine needs none; else the best one offered."""
    standings = dossier.standings.get(depiction.person or "", ())
    reserved = reservations(standings, depiction, dossier.request)
    routine = routine_note(depiction, dossier.request.act)
    offered = [] if routine else offers(standings, depiction, person, dossier)
    lines = reserved.lines + [offer.line for offer in offered]
    for cell in scope.cells(dossier.request, lines):
        excluded = exclusions_in(reserved, cell, depiction)
        unclear = tuple(unclear_in(reserved, cell, depiction))
        if excluded:
            yield Verdict(depiction, cell.territories, excluded)
        elif routine:
            yield Verdict(depiction, cell.territories, (*unclear, routine))
        else:
            verdict = best_offered(offered, reserved, cell, depiction, dossier)
            yield replace(verdict, grounds=unclear + verdict.grounds)


def routine_note(depiction: Depiction, act: str) -> Ground | None:
    """A note if this is technical, or routine for a reason from the closed list: then no consent is asked for."""
    if act in ACTS_NEVER_ROUTINE:
        return None
    reason = depiction.routine_reason
    if depiction.use in TECHNICAL_USES or (reason and depiction.use in ROUTINE_USES):
        return Ground("consent.routine", NO_CONSENT, "note", depiction, detail=reason or "")
    return None


def best_offered(
    offered: list[Offer], reserved: Reservations, cell: Cell, depiction: Depiction, dossier: Dossier
) -> Verdict:
    """The best offer that covers the cell; a determination may stand in for it; rights of approval come on top."""
    able = covering(offered, cell)
    grounds = able[0].hindrances if able else (uncovered(offered, cell, depiction),)
    revision = able[0].standing.revision.id if able else None
    if outcome(grounds) != PERMIT and (determined := determination(depiction, grounds, dossier)):
        locks = tuple(ground for offer in able for ground in offer.hindrances if ground.rule == LOCK)
        grounds, revision = locks or (determined,), None
    if outcome(grounds) != DENY:
        grounds += tuple(approvals_wanting(reserved, cell, depiction, dossier))
    return Verdict(depiction, cell.territories, grounds, None if outcome(grounds) == DENY else revision)


def determination(depiction: Depiction, grounds: Iterable[Ground], dossier: Dossier) -> Ground | None:
    """Two lawyers determined that no consent is needed. It replaces a grant, never what is prohibited."""
    if depiction.person is None or any(ground.severity == "absolute" for ground in grounds):
        return None
    found = statements.no_consent_needed(dossier.statements, dossier.request, person=depiction.person)
    return Ground("consent.determined", "CORE-DETERMINATION", "note", depiction, detail=found) if found else None


# --- the whole answer ----------------------------------------------------------------------------------------------


def answer(request: Request, shared: tuple[Ground, ...], verdicts: list[Verdict]) -> Decision:
    """The worst of everything, for each territory and over all; the same facts give the same answer in any order."""
    places = expand(request.territories)
    reasons = told(places, shared, verdicts)
    outcomes = dict.fromkeys(places, outcome(shared))
    for verdict in verdicts:
        there = outcome(verdict.grounds)
        for place in verdict.territories:
            outcomes[place] = worst((outcomes[place], there))
    grounds = [*shared, *(ground for verdict in verdicts for ground in verdict.grounds)]
    return Decision(
        outcome=worst(outcomes.values()),
        reasons=reasons,
        by_territory=tuple(sorted(outcomes.items())),
        findings=findings(shared, verdicts),
        obligations=(),
        missing_facts=tuple(sorted({fact for ground in grounds for fact in ground.missing})),
        to_clear=tuple(dict.fromkeys(reason.to_clear for reason in reasons if reason.to_clear)),
        revisions=tuple(sorted({verdict.revision for verdict in verdicts if verdict.revision})),
        request_hash=request.hash,
        territory_set_version=TERRITORY_SET_VERSION,
        engine_version=ENGINE_VERSION,
    )


def told(places: frozenset[str], shared: Iterable[Ground], verdicts: Iterable[Verdict]) -> tuple[Reason, ...]:
    """Each ground once, with all the territories in which it was found and all that it lacks; the gravest first."""
    found: dict[Ground, set[str]] = {ground: set(places) for ground in shared}
    lacking: dict[Ground, set[Gap]] = {}
    for verdict in verdicts:
        for ground in verdict.grounds:
            same = replace(ground, gaps=())
            found.setdefault(same, set()).update(verdict.territories)
            lacking.setdefault(same, set()).update(ground.gaps)
    reasons = {
        in_words(replace(ground, gaps=merged(lacking.get(ground, ()))), tuple(sorted(where)))
        for ground, where in found.items()
    }
    return tuple(sorted(reasons, key=reading_order))


def reading_order(reason: Reason) -> tuple[int, tuple[str, ...], tuple[str, ...]]:
    subject = (reason.code, reason.depiction, reason.modality, reason.rule, reason.person, reason.grant, reason.line)
    return -gravity(reason.severity), tuple(word or "" for word in (*subject, reason.text)), reason.territories


def in_words(ground: Ground, places: tuple[str, ...]) -> Reason:
    text, to_clear = wording.sentences(ground, places)
    depiction = ground.depiction
    return Reason(
        code=ground.code,
        rule=ground.rule,
        severity=ground.severity,
        depiction=depiction.id if depiction else None,
        person=depiction.person if depiction else None,
        modality=depiction.modality if depiction else None,
        territories=places,
        text=text,
        to_clear=to_clear,
        grant=ground.grant,
        line=ground.line,
    )


def findings(shared: tuple[Ground, ...], verdicts: Iterable[Verdict]) -> tuple[Finding, ...]:
    """For each depiction the territories where the answer is the same, with all that was found in each of them."""
    found: dict[tuple[Depiction, str], list[Verdict]] = {}
    for verdict in verdicts:
        for place in verdict.territories:
            found.setdefault((verdict.depiction, place), []).append(verdict)
    alike: dict[Finding, list[str]] = {}
    for (depiction, place), there in found.items():
        grounds = [*shared, *(ground for verdict in there for ground in verdict.grounds)]
        codes = tuple(sorted({ground.code for ground in grounds}))
        revisions = tuple(sorted({verdict.revision for verdict in there if verdict.revision}))
        finding = Finding(
            depiction.id, depiction.person, depiction.modality, depiction.use, (), outcome(grounds), codes, revisions
        )
        alike.setdefault(finding, []).append(place)
    merged = (replace(finding, territories=tuple(sorted(set(where)))) for finding, where in alike.items())
    return tuple(sorted(merged, key=finding_order))


def finding_order(one: Finding) -> tuple[str | tuple[str, ...], ...]:
    return (
        one.depiction,
        one.modality,
        one.use,
        one.person or "",
        one.territories,
        one.outcome,
        one.codes,
        one.revisions,
    )
