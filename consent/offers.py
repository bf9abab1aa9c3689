"""What the consents on file offer: the lines that may permit a use, and what hinders the consent each stands in."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from consent import lifecycle, scope
from consent.answers import DENY, PERMIT, REVIEW, Gap, Ground, gravest
from consent.dossier import Dossier
from consent.facts import Depiction, Line, Person
from consent.lifecycle import Standing
from consent.policy import Chapter, Found, ask
from consent.rules import ABOUT_THE_CONSENT, broken
from consent.scope import Cell
from consent.territories import WORLD, expand

NO_CONSENT, MAKER_CHECKER, LOCK, DISPUTE = "CORE-NO-CONSENT", "CORE-MAKER-CHECKER", "CORE-LOCK", "CORE-DISPUTE"


@dataclass(frozen=True, slots=True)
class Offer:
    """A line that may permit the use: what it falls short of everywhere, and what hinders the consent it stands in;
    `advice` is what would, if the packs that only advise decided."""

    standing: Standing
    line: Line
    gaps: tuple[Gap, ...]
    hindrances: tuple[Ground, ...]
    advice: tuple[Ground, ...] = ()

    @property
    def rank(self) -> tuple[int, int, int, float, str, str]:
        """The smaller the better: the least hindered, then the most specific, the newest, the lowest id."""
        revision = self.standing.revision
        return (
            gravest(self.hindrances),
            -specificity(self.line),
            -revision.effective_from.toordinal(),
            -revision.recorded_at.timestamp(),
            self.standing.grant.id,
            self.line.id,
        )


def offers(standings: Iterable[Standing], depiction: Depiction, person: Person | None, dossier: Dossier) -> list[Offer]:
    """The lines that fall short in nothing, but for what differs from cell to cell, the best first. If every line
    falls short, the one that comes nearest, so that it can be told what it lacks."""
    lines = [
        (standing, line, scope.lasting_gaps(line, dossier.request, depiction))
        for standing in standings
        for line in standing.revision.lines
        if line.effect != "exclude"
    ]
    fewest = min((len(gaps) for _, _, gaps in lines), default=0)
    hindering: dict[str, Found] = {}
    found = []
    for standing, line, gaps in lines:
        if len(gaps) == fewest:
            grant = standing.grant.id
            if grant not in hindering:
                own = Found(tuple(hindrances(standing, depiction, person, dossier)))
                hindering[grant] = own + by_packs(dossier.policy.of_consent, standing, depiction, person, dossier)
            found.append(Offer(standing, line, gaps, hindering[grant].grounds, hindering[grant].advice))
    found.sort(key=lambda offer: offer.rank)
    return found[:1] if fewest else found


def covering(found: Iterable[Offer], cell: Cell) -> list[Offer]:
    """The offers that cover the whole cell, the best first."""
    return [offer for offer in found if not offer.gaps and not scope.gaps_in(offer.line, cell)]


def best(
    found: Iterable[Offer], cell: Cell, depiction: Depiction, person: Person | None, dossier: Dossier
) -> Offer | None:
    """The best of the offers that cover the cell, with what the rule packs say of each there."""
    able = covering(found, cell)
    chapter = dossier.policy.of_consent_there
    if chapter:
        there = [by_packs(chapter, offer.standing, depiction, person, dossier, next(iter(cell.territories))) for offer in able]
        able = [
            replace(offer, hindrances=offer.hindrances + more.grounds, advice=offer.advice + more.advice)
            if more.grounds or more.advice
            else offer
            for offer, more in zip(able, there, strict=True)
        ]
    return min(able, key=lambda offer: offer.rank, default=None)


def by_packs(
    chapter: Chapter, standing: Standing, depiction: Depiction, person: Person | None, dossier: Dossier,
    place: str | None = None,
) -> Found:  # fmt: skip
    """What the rule packs say of a consent; of one that is refused anyway, nothing."""
    if not chapter or standing.leaves == DENY:
        return Found()
    found = ask(chapter, dossier.case(depiction, person, standing, place))
    return Found(tuple(_of(standing, found.grounds)), tuple(_of(standing, found.advice)))


def _of(standing: Standing, grounds: Iterable[Ground]) -> Iterator[Ground]:
    return (replace(ground, grant=standing.grant.id, revision=standing.revision.number) for ground in grounds)


def uncovered(found: list[Offer], cell: Cell, depiction: Depiction) -> Ground:
    """Why nothing on file covers the cell, told of the consent that comes nearest."""
    if not found:
        return Ground("consent.no_grant", NO_CONSENT, DENY, depiction)
    short = [(offer.gaps + scope.gaps_in(offer.line, cell), offer) for offer in found]
    gaps, nearest = min(short, key=lambda one: len(one[0]))
    return nearest.standing.ground("consent.out_of_scope", NO_CONSENT, DENY, depiction, nearest.line, gaps=gaps)


def hindrances(standing: Standing, depiction: Depiction, person: Person | None, dossier: Dossier) -> Iterator[Ground]:
    """What keeps a consent from being used: a lock or a dispute on it, its state, its paper, and who signed."""
    for lock in dossier.locks.get(standing.grant.id, ()):
        yield standing.ground("consent.locked", LOCK, DENY, depiction, detail=lock)
    for dispute in dossier.disputes.get(standing.grant.id, ()):
        yield standing.ground("consent.disputed", DISPUTE, REVIEW, depiction, detail=dispute)
    if standing.state != lifecycle.ACTIVE:
        yield state(standing, depiction, dossier.request.act)
    if standing.leaves == DENY:
        return
    yield from _of(standing, broken(ABOUT_THE_CONSENT, dossier.case(depiction, person, standing)))


def state(standing: Standing, depiction: Depiction, act: str) -> Ground:
    """The ground for a consent that is not simply in force; what goes on after its end is only noted."""
    if standing.leaves == PERMIT:
        finished = act == "release"
        return standing.ground(
            "consent.continues", NO_CONSENT, "note", depiction, day=standing.day, detail="fixed" if finished else ""
        )
    code = f"consent.{standing.state}"
    rule = MAKER_CHECKER if standing.state == lifecycle.AWAITING_VERIFICATION else NO_CONSENT
    return standing.ground(code, rule, standing.leaves, depiction, day=standing.day, detail=standing.detail)


def specificity(line: Line) -> int:
    """How many dimensions the line narrows down by naming them."""
    named = (line.acts, line.productions, line.units, line.media, line.languages, line.start, line.end)
    return sum(bool(one) for one in named) + (expand(line.territories, line.territories_except) != WORLD)
