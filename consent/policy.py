"""Which rule packs are asked in a decision, and what each says of a case.

`core` decides always. Another pack decides only while its adoption as enforcing is in force; otherwise it advises:
what it finds is told and changes nothing. Of a collective agreement that version governs which was in force on the day
that its own selection rule names (the first day of photography, say), not the one in force today.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache

from consent.answers import OUTCOME_OF, PERMIT, Cited, Ground
from consent.fact_dictionary import FACTS
from consent.facts import Adoption, Record, Request
from consent.rulebook import CORE, GATES, ONLY_ADVISES, Agreement, Pack, PackRule, PackUnknown, newest, shipped
from consent.rules import Case, Truth

ADVISORY, ENFORCING = "advisory", "enforcing"
OBLIGATION, AGREEMENT_EXPIRED = "consent.obligation", "consent.agreement_expired"


@dataclass(frozen=True, slots=True)
class Held:
    """A pack as it is asked here."""

    pack: Pack
    mode: str

    @property
    def enforcing(self) -> bool:
        return self.mode == ENFORCING


@dataclass(frozen=True, slots=True)
class Found:
    """What rules found: the grounds that count, and those that only advise."""

    grounds: tuple[Ground, ...] = ()
    advice: tuple[Ground, ...] = ()

    def __add__(self, other: "Found") -> "Found":
        return Found(self.grounds + other.grounds, self.advice + other.advice)


@dataclass(frozen=True, slots=True, eq=False)
class Lineup:
    """The packs that are asked, and those of them that are versions of collective agreements."""

    held: tuple[Held, ...]
    agreements: tuple[Held, ...]


Chapter = tuple[tuple[Held, Truth, tuple[PackRule, ...]], ...]  # each pack with whether its agreement, if any, governs
NOTHING = Found()


@dataclass(frozen=True, slots=True, eq=False)
class Policy:
    """The packs that are asked, with their rules in the order in which what they look at becomes known: the depiction;
    a consent that is offered, alone and in a territory; and the territory with the consent that is chosen."""

    lineup: Lineup
    of_depiction: Chapter
    of_consent: Chapter
    of_consent_there: Chapter
    of_territory: Chapter
    areas: frozenset[tuple[frozenset[str], frozenset[str]]]


def standing(packs: Iterable[tuple[Pack, str]]) -> tuple[Adoption, ...]:
    """These packs in these modes, whatever the day, until somebody adopts them otherwise."""
    ever = datetime.min.replace(tzinfo=UTC)
    return tuple(Adoption(pack.id, pack.hash, mode, "", ever, ever) for pack, mode in packs)


@lru_cache(maxsize=1)
def nobody_adopted() -> tuple[Adoption, ...]:
    """What is shipped, as it stands without a lawyer: core decides, and the rest advises."""
    return standing((pack, ENFORCING if pack.kind == CORE else ADVISORY) for pack in newest())


def held(record: Record, request: Request, library: Mapping[str, Pack] | None = None) -> Lineup:
    """The packs adopted by then, and core; from `library`, else of those shipped. Raises PackUnknown if somebody adopted
    what is not there."""
    adopted = tuple(
        one for one in record.adoptions if one.effective_at <= request.as_of and one.recorded_at <= request.known_at
    )
    return _of_shipped(adopted) if library is None else _lineup(adopted, library)


@lru_cache(maxsize=256)
def deciding(lineup: Lineup) -> Lineup:
    """Without the packs that only advise."""
    return Lineup(
        tuple(one for one in lineup.held if one.enforcing), tuple(one for one in lineup.agreements if one.enforcing)
    )


def arranged(lineup: Lineup, case: Case) -> Policy:
    """The policy for a question about the production of this case: what cannot bear on it is left out."""
    governing = tuple(_governs(one.pack, case) for one in lineup.agreements)
    return _arranged(lineup, governing, case.request.act, case.request.day)


@lru_cache(maxsize=256)
def _of_shipped(adopted: tuple[Adoption, ...]) -> Lineup:
    return _lineup(adopted, shipped())


def _lineup(adopted: tuple[Adoption, ...], library: Mapping[str, Pack]) -> Lineup:
    latest: dict[str, Adoption] = {}
    for one in adopted:
        before = latest.get(one.pack)
        latest[one.pack] = one if before is None else max(before, one, key=_later)
    found = {_held(one, library) for one in latest.values()}
    if CORE not in latest:
        found |= {Held(pack, ENFORCING) for pack in newest() if pack.id == CORE}
    asked = tuple(sorted(found, key=lambda one: (one.pack.id, one.pack.hash)))
    return Lineup(asked, tuple(one for one in asked if one.pack.agreement))


def _later(one: Adoption) -> tuple[datetime, datetime, bool, str]:
    return one.effective_at, one.recorded_at, one.mode == ENFORCING, one.hash


def _held(adoption: Adoption, library: Mapping[str, Pack]) -> Held:
    pack = library.get(adoption.hash)
    if pack is None or pack.id != adoption.pack:
        raise PackUnknown(adoption.pack, adoption.hash)
    return Held(pack, ENFORCING if pack.kind == CORE else adoption.mode)


@lru_cache(maxsize=256)
def _arranged(lineup: Lineup, governing: tuple[Truth, ...], act: str, day: date) -> Policy:
    governs = dict(zip(lineup.agreements, governing, strict=True))
    asked = [
        (one, governs.get(one, True), tuple(rule for rule in one.pack.rules if rule.speaks(act, day)))
        for one in lineup.held
        if governs.get(one, True) is not False
    ]
    areas = frozenset((area, frozenset[str]()) for *_, rules in asked for rule in rules for area in rule.asks.areas)

    def chapter(grant: bool, *, there: bool) -> Chapter:
        def belongs(rule: PackRule) -> bool:
            return (rule.needs_grant, _there(rule)) == (grant, there)

        chosen = ((one, truth, tuple(filter(belongs, rules))) for one, truth, rules in asked)
        return tuple((one, truth, rules) for one, truth, rules in chosen if rules)

    return Policy(
        lineup=lineup, areas=areas, of_depiction=chapter(False, there=False), of_consent=chapter(True, there=False),
        of_consent_there=chapter(True, there=True), of_territory=chapter(False, there=True),
    )  # fmt: skip


def _there(rule: PackRule) -> bool:
    """Whether the rule looks at the territory, or at a consent without being about it, so that it is asked last."""
    return bool(rule.asks.areas) or (not rule.needs_grant and any(name.startswith("grant.") for name in rule.asks.facts))


# --- what the rules say of a case ----------------------------------------------------------------------------------


def ask(chapter: Chapter, case: Case) -> Found:
    """What the rules of these packs find in the case."""
    grounds: list[Ground] = []
    advice: list[Ground] = []
    for held, governs, rules in chapter:
        connected = held.pack.connect.truth(case)
        if connected is False:
            continue
        connected = None if governs is None else connected
        found = [ground for rule in rules if (ground := _broken(rule, held.pack, case))]
        counting = [ground for ground in found if held.enforcing and ground.severity != "note"]
        if connected is None and any(OUTCOME_OF[ground.severity] != PERMIT for ground in counting):
            grounds.append(_unconnected(held.pack, case))
        elif connected:
            grounds += counting
        if connected:
            advice += [ground for ground in found if ground not in counting]
    return Found(tuple(grounds), tuple(advice))


def _broken(rule: PackRule, pack: Pack, case: Case) -> Ground | None:
    broken = rule.rule.severity(case)
    if broken is None:
        return None
    severity, certain = broken
    obligation = rule.rule.fail == "obligation"
    if obligation:
        severity = "review" if case.request.act in GATES[rule.gate] else "obligation"
    if rule.rule.fail == "note" or rule.status in ONLY_ADVISES:
        severity = "note"
    due = FACTS[rule.due].read(case) if rule.due else None
    return Ground(
        code=OBLIGATION if obligation and severity != "note" else "consent.rule" if certain else "consent.rule_unclear",
        rule=rule.id,
        severity=severity,
        depiction=case.depiction,
        missing=() if certain else rule.rule.asks_for(case),
        cited=Cited(pack.hash, rule.text, rule.to_clear, rule.citation, rule.certainty, rule.gate, due),  # type: ignore[arg-type]
    )


def _unconnected(pack: Pack, case: Case) -> Ground:
    """Something would have to be done or is lacking, and nobody can tell whether the law has to do with the case."""
    missing = pack.connect.missing(case)
    if pack.agreement and _governs(pack, case) is None:
        missing += (FACTS[pack.agreement.selected_by].wanted(case),)
    cited = Cited(pack.hash, "what it lays down is done, if it applies", "", pack.title, "")
    return Ground("consent.rule_unclear", pack.id.upper(), "review", case.depiction, missing=missing, cited=cited)


# --- collective agreements -----------------------------------------------------------------------------------------


def _governs(pack: Pack, case: Case) -> Truth:
    """Whether this version of the agreement, if it is of one, governs the production."""
    if pack.agreement is None:
        return True
    if not _made_under(pack, case):
        return False
    day = _selecting(pack.agreement, case)
    if day is None:
        return None
    return pack.agreement.covers(day)


def _selecting(agreement: Agreement, case: Case) -> date | None:
    """The day by which the version of the agreement is chosen, if it is stated."""
    day = FACTS[agreement.selected_by].read(case)
    return day if isinstance(day, date) else None


def _made_under(pack: Pack, case: Case) -> bool:
    agreements = case.production.agreements if case.production else frozenset()
    return pack.agreement is not None and not pack.agreement.codes.isdisjoint(agreements)


def expired(policy: Policy, case: Case) -> Found:
    """A ground for each agreement whose last version that is asked ran out before the day that selects it, or, of those
    that decide, may have: that day is not stated."""
    under = [one for one in policy.lineup.agreements if _made_under(one.pack, case)]
    counting = {ground for ground in _outrun([one for one in under if one.enforcing], case)}
    advising = {ground for ground in _outrun(under, case) if ground.code == AGREEMENT_EXPIRED} - counting
    return Found(tuple(counting), tuple(advising))


def _outrun(held: Iterable[Held], case: Case) -> Iterator[Ground]:
    versions: dict[frozenset[str], list[Pack]] = {}
    for one in held:
        if one.pack.agreement:
            versions.setdefault(one.pack.agreement.codes, []).append(one.pack)
    for packs in versions.values():
        last = max(packs, key=lambda pack: (pack.agreement.last is None, pack.agreement.last, pack.hash))  # type: ignore[union-attr]
        agreement = last.agreement
        day = _selecting(agreement, case) if agreement else None
        if agreement and agreement.last and day and agreement.last < day:
            cited = Cited(last.hash, last.title, "A named lawyer adopts the successor, once it is loaded.", last.title, "")
            yield Ground(AGREEMENT_EXPIRED, last.id.upper(), "review", day=agreement.last, cited=cited)
        if agreement and agreement.last and not day:
            cited = Cited(last.hash, "the version that was in force on that day governs", "", last.title, "")
            missing = (FACTS[agreement.selected_by].wanted(case),)
            yield Ground("consent.rule_unclear", last.id.upper(), "review", missing=missing, cited=cited)


def used(policy: Policy, advice: Iterable[Ground]) -> tuple[Held, ...]:
    """The packs an answer stands on: all that decide, and of those that advise the ones that had something to say."""
    advising = {ground.cited.pack for ground in advice if ground.cited}
    return tuple(one for one in policy.lineup.held if one.enforcing or one.pack.hash in advising)

