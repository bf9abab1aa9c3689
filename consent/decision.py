"""May it be done? Each person depicted, in each modality and territory, and the worst answer wins (consent.md §7).

Silence is not consent: what nobody granted is refused, and what somebody excluded stays excluded. The question says
as of when it is asked and up to when the file is read; nothing here looks at a clock or a database.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from consent import policy, scope, statements, wording
from consent.answers import (
    DENY,
    PERMIT,
    Decision,
    Finding,
    Gap,
    Ground,
    Obligation,
    PackUsed,
    Reason,
    apart,
    gravity,
    merged,
    outcome,
    worst,
)
from consent.dossier import Dossier, gather, locked
from consent.facts import Depiction, Person, Record, Request
from consent.offers import DISPUTE, LOCK, NO_CONSENT, Offer, best, covering, offers, uncovered
from consent.policy import Found
from consent.questions import refuse_unknown
from consent.reservations import Reservations, approvals_wanting, exclusions_in, reservations, unclear_in
from consent.rulebook import Pack
from consent.rules import ABOUT_THE_DEPICTION, OTHER_USE, UNIDENTIFIED, broken
from consent.scope import Cell
from consent.territories import TERRITORY_SET_VERSION, expand
from consent.vocabulary import ACTS_NEVER_ROUTINE, ROUTINE_USES, TECHNICAL_USES

__all__ = ["ENGINE_VERSION", "Decision", "Finding", "Reason", "decide"]

ENGINE_VERSION = "core-2"
FOR_LAWYERS_TO_SEE = frozenset({UNIDENTIFIED.id, OTHER_USE.id})


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found about one depiction in some territories, and the revision that an answer other than no stands on;
    `advice` is what the packs that only advise found."""

    depiction: Depiction
    territories: frozenset[str]
    grounds: tuple[Ground, ...]
    revision: str | None = None
    advice: tuple[Ground, ...] = ()
    offer: Offer | None = None


def decide(
    request: Request, record: Record, library: Mapping[str, Pack] | None = None, *, advised: bool = True
) -> Decision:
    """Whether what is asked may be done, with every reason why not; rule packs are looked up by hash in `library`, else
    among those shipped. Not `advised`, the packs that only advise are not asked: nothing is decided otherwise for it.
    Raises Invalid for a code nobody knows, and PackUnknown for a pack that is not there."""
    refuse_unknown(request)
    packs = policy.held(record, request, library)
    dossier = gather(request, record, packs if advised else policy.deciding(packs))
    shared = of_everybody(dossier)
    verdicts = [verdict for depiction in set(request.depictions) for verdict in judge(depiction, dossier)]
    return answer(dossier, shared, verdicts)


def of_everybody(dossier: Dossier) -> Found:
    """What bears on all that is asked: locks on the whole, and agreements that ran out."""
    found = Found(tuple(locked(dossier, statements.subjects_of(dossier.request))))
    anybody = next(iter(dossier.request.depictions), None)
    return found + policy.expired(dossier.policy, dossier.case(anybody, None)) if anybody else found


# --- one depiction -------------------------------------------------------------------------------------------------


def judge(depiction: Depiction, dossier: Dossier) -> Iterator[Verdict]:
    """First what holds whatever anybody consented to; then the consents on file, part by part of the question; and in
    each part what the rule packs say of it."""
    person = dossier.persons.get(depiction.person or "")
    case = dossier.case(depiction, person)
    locks = tuple(locked(dossier, {depiction.person}, depiction)) if depiction.person else ()
    found = Found(locks + settled(tuple(broken(ABOUT_THE_DEPICTION, case)), depiction, dossier))
    if any(ground.severity == "absolute" for ground in found.grounds):
        yield Verdict(depiction, expand(dossier.request.territories), found.grounds)
        return
    found += policy.ask(dossier.policy.of_depiction, case)
    for verdict in consents(depiction, person, dossier) if depiction.person else nobodys(depiction, dossier):
        standing = verdict.offer.standing if verdict.offer and verdict.revision else None
        there = dossier.case(depiction, person, standing, next(iter(verdict.territories)))
        all_found = found + Found(verdict.grounds, verdict.advice) + policy.ask(dossier.policy.of_territory, there)
        yield Verdict(depiction, verdict.territories, all_found.grounds, verdict.revision, all_found.advice)


def nobodys(depiction: Depiction, dossier: Dossier) -> Iterator[Verdict]:
    """Of nobody in particular, no consent is asked; what is left are the places that rules tell apart."""
    for places in scope.places_alike(expand(dossier.request.territories), dossier.policy.areas):
        yield Verdict(depiction, places, ())


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
    for cell in scope.cells(dossier.request, lines, dossier.policy.areas):
        excluded = exclusions_in(reserved, cell, depiction)
        unclear = tuple(unclear_in(reserved, cell, depiction))
        if excluded:
            yield Verdict(depiction, cell.territories, excluded)
        elif routine:
            yield Verdict(depiction, cell.territories, (*unclear, routine))
        else:
            verdict = best_offered(offered, reserved, cell, depiction, person, dossier)
            yield replace(verdict, grounds=unclear + verdict.grounds) if unclear else verdict


def routine_note(depiction: Depiction, act: str) -> Ground | None:
    """A note if this is technical, or routine for a reason from the closed list: then no consent is asked for."""
    if act in ACTS_NEVER_ROUTINE:
        return None
    reason = depiction.routine_reason
    if depiction.use in TECHNICAL_USES or (reason and depiction.use in ROUTINE_USES):
        return Ground("consent.routine", NO_CONSENT, "note", depiction, detail=reason or "")
    return None


def best_offered(
    offered: list[Offer], reserved: Reservations, cell: Cell, depiction: Depiction, person: Person | None, dossier: Dossier
) -> Verdict:
    """The best offer that covers the cell; a determination may stand in for it; rights of approval come on top."""
    offer = best(offered, cell, depiction, person, dossier)
    grounds = offer.hindrances if offer else (uncovered(offered, cell, depiction),)
    if outcome(grounds) != PERMIT and (determined := determination(depiction, grounds, dossier)):
        stops = tuple(ground for one in covering(offered, cell) for ground in one.hindrances if ground.rule in (LOCK, DISPUTE))
        grounds, offer = stops or (determined,), None
    if outcome(grounds) != DENY:
        grounds += tuple(approvals_wanting(reserved, cell, depiction, dossier))
    revision = offer.standing.revision.id if offer and outcome(grounds) != DENY else None
    return Verdict(depiction, cell.territories, grounds, revision, offer.advice if offer else (), offer)


def determination(depiction: Depiction, grounds: Iterable[Ground], dossier: Dossier) -> Ground | None:
    """Two lawyers determined that no consent is needed. It replaces a grant, never what is prohibited."""
    if depiction.person is None or any(ground.severity == "absolute" for ground in grounds):
        return None
    found = statements.no_consent_needed(dossier.statements, dossier.request, person=depiction.person)
    return Ground("consent.determined", "CORE-DETERMINATION", "note", depiction, detail=found) if found else None


# --- the whole answer ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Part:
    """The territories in which the same was found, and what that was: by each verdict that reaches them."""

    territories: tuple[str, ...]
    verdicts: tuple[Verdict, ...]


def answer(dossier: Dossier, shared: Found, verdicts: list[Verdict]) -> Decision:
    """The worst of everything, for each territory and over all; the same facts give the same answer in any order."""
    request = dossier.request
    parts = parted(expand(request.territories), verdicts)
    grounds = [*shared.grounds, *(ground for verdict in verdicts for ground in verdict.grounds)]
    advice = [*shared.advice, *(ground for verdict in verdicts for ground in verdict.advice)]
    to_do = found_in(parts, (), lambda verdict: tuple(one for one in verdict.grounds if one.code == policy.OBLIGATION))
    found = found_in(parts, shared.grounds, lambda verdict: tuple(one for one in verdict.grounds if one.severity != "obligation"))
    advised = found_in(parts, shared.advice, lambda verdict: verdict.advice)
    reasons = told(found)
    outcomes = [worst((outcome(shared.grounds), *(outcome(verdict.grounds) for verdict in part.verdicts))) for part in parts]
    return Decision(
        outcome=worst(outcomes),
        reasons=reasons,
        by_territory=tuple(
            sorted((place, there) for part, there in zip(parts, outcomes, strict=True) for place in part.territories)
        ),
        findings=findings(shared.grounds, parts),
        obligations=obligations(to_do),
        advice=told(advised),
        missing_facts=tuple(sorted({fact for ground in grounds if ground.severity != "obligation" for fact in ground.missing})),
        to_clear=tuple(dict.fromkeys(reason.to_clear for reason in reasons if reason.to_clear)),
        revisions=tuple(sorted({verdict.revision for verdict in verdicts if verdict.revision})),
        packs=tuple(
            PackUsed(one.pack.id, one.pack.version, one.pack.hash, one.mode) for one in policy.used(dossier.policy, advice)
        ),
        production=dossier.production,
        request_hash=request.hash,
        territory_set_version=TERRITORY_SET_VERSION,
        engine_version=ENGINE_VERSION,
    )


def parted(places: frozenset[str], verdicts: Iterable[Verdict]) -> list[Part]:
    """The territories in groups of those that no verdict tells apart."""
    reaching: dict[frozenset[str], list[Verdict]] = {}
    for verdict in verdicts:
        reaching.setdefault(verdict.territories, []).append(verdict)
    areas = list(reaching)
    return [
        Part(tuple(group), tuple(one for at in seen for one in reaching[areas[at]]))
        for seen, group in apart(places, areas).items()
    ]


def found_in(
    parts: Iterable[Part], shared: Iterable[Ground], grounds: Callable[[Verdict], tuple[Ground, ...]]
) -> dict[Ground, tuple[str, ...]]:
    """Each ground once, with all the territories in which it was found and all that it lacks."""
    where: dict[Ground, list[Part]] = {}
    lacking: dict[Ground, set[Gap]] = {}
    for part in parts:
        here = {ground: ground for ground in shared}
        for verdict in part.verdicts:
            for ground in grounds(verdict):
                same = replace(ground, gaps=()) if ground.gaps else ground
                here[same] = same
                lacking.setdefault(same, set()).update(ground.gaps)
        for ground in here:
            where.setdefault(ground, []).append(part)
    return {
        replace(ground, gaps=merged(lacking[ground])) if lacking.get(ground) else ground: tuple(
            sorted(place for part in found for place in part.territories)
        )
        for ground, found in where.items()
    }


def told(found: Mapping[Ground, tuple[str, ...]]) -> tuple[Reason, ...]:
    """The grounds in words, the gravest first."""
    return tuple(sorted({in_words(ground, places) for ground, places in found.items()}, key=reading_order))


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


def obligations(found: Mapping[Ground, tuple[str, ...]]) -> tuple[Obligation, ...]:
    """What is still to be done, with the gate it must be done by; those with a day first."""
    unmet = {
        Obligation(
            rule=ground.rule,
            gate=ground.cited.gate,
            due=ground.cited.due,
            depiction=ground.depiction.id if ground.depiction else None,
            territories=places,
            text=wording.obligation(ground.cited),
        )
        for ground, places in found.items()
        if ground.cited
    }
    return tuple(sorted(unmet, key=lambda one: (str(one.due or "9999"), one.rule, one.depiction or "", one.territories)))


def findings(shared: Iterable[Ground], parts: Iterable[Part]) -> tuple[Finding, ...]:
    """For each depiction the territories where the answer is the same, with all that was found in each of them."""
    alike: dict[Finding, list[str]] = {}
    for part in parts:
        found: dict[Depiction, list[Verdict]] = {}
        for verdict in part.verdicts:
            found.setdefault(verdict.depiction, []).append(verdict)
        for depiction, there in found.items():
            grounds = [*shared, *(ground for verdict in there for ground in verdict.grounds)]
            codes = tuple(sorted({ground.code for ground in grounds}))
            revisions = tuple(sorted({verdict.revision for verdict in there if verdict.revision}))
            finding = Finding(
                depiction.id, depiction.person, depiction.modality, depiction.use, (), outcome(grounds), codes, revisions
            )
            alike.setdefault(finding, []).extend(part.territories)
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
