"""What is answered: the grounds found on the way, and the decision with its reasons, findings and hash. Values only."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from consent.facts import Depiction, Production, sha256

PERMIT, REVIEW, DENY = "permit", "review", "deny"
OUTCOME_OF = {"note": PERMIT, "obligation": PERMIT, "review": REVIEW, "deny": DENY, "absolute": DENY}  # mildest first
DIMENSIONS = ("use", "modality", "act", "production", "content", "date", "unit", "medium", "language", "territory")
_SEVERITIES = tuple(OUTCOME_OF)
_OUTCOMES = (PERMIT, REVIEW, DENY)


@dataclass(frozen=True, slots=True)
class Gap:
    """A dimension of the question that a consent does not cover, and the values of it that are not covered."""

    dimension: str
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Cited:
    """What a rule pack says of a rule: the pack by its hash, the requirement, what would meet it, and the source with
    how far it was read. `gate` is where an obligation must be met by, and `due` the day, where there is one."""

    pack: str
    text: str
    to_clear: str
    citation: str
    certainty: str
    gate: str = ""
    due: date | None = None


@dataclass(frozen=True, slots=True)
class Ground:
    """Something found that bears on the answer, not yet put into words. `depiction` None: it concerns the whole."""

    code: str
    rule: str
    severity: str
    depiction: Depiction | None = None
    grant: str | None = None
    revision: int | None = None
    line: str | None = None
    gaps: tuple[Gap, ...] = ()
    day: date | None = None
    detail: str = ""
    missing: tuple[str, ...] = ()
    cited: Cited | None = None


@dataclass(frozen=True, slots=True)
class Reason:
    """A ground in words: what was found in these territories, and what would clear it."""

    code: str
    rule: str
    severity: str
    depiction: str | None
    person: str | None
    modality: str | None
    territories: tuple[str, ...]
    text: str
    to_clear: str
    grant: str | None = None
    line: str | None = None

    def as_dict(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "rule": self.rule,
            "severity": self.severity,
            "depiction": self.depiction,
            "person": self.person,
            "modality": self.modality,
            "text": self.text,
            "to_clear": self.to_clear,
            "grant": self.grant,
            "line": self.line,
        }


@dataclass(frozen=True, slots=True)
class Obligation:
    """Something still to be done about a use, by the gate named (sign, release, or after) or by the day `due`."""

    rule: str
    gate: str
    due: date | None
    depiction: str | None
    territories: tuple[str, ...]
    text: str

    def as_dict(self) -> dict[str, Any]:
        return {
            "rule": self.rule,
            "gate": self.gate,
            "due": self.due.isoformat() if self.due else None,
            "depiction": self.depiction,
            "text": self.text,
        }


@dataclass(frozen=True, slots=True)
class PackUsed:
    """A version of a rule pack that an answer stands on, and whether it decided or advised."""

    id: str
    version: str
    hash: str
    mode: str

    def as_dict(self) -> dict[str, Any]:
        return {"id": self.id, "version": self.version, "hash": self.hash, "mode": self.mode}


@dataclass(frozen=True, slots=True)
class Finding:
    """The answer for one depiction in those territories where it is the same, and the revisions it stood on."""

    depiction: str
    person: str | None
    modality: str
    use: str
    territories: tuple[str, ...]
    outcome: str
    codes: tuple[str, ...]
    revisions: tuple[str, ...]

    @property
    def revision(self) -> str | None:
        return self.revisions[0] if len(self.revisions) == 1 else None

    def as_dict(self) -> dict[str, Any]:
        return {
            "depiction": self.depiction,
            "person": self.person,
            "modality": self.modality,
            "use": self.use,
            "outcome": self.outcome,
            "codes": list(self.codes),
            "revisions": list(self.revisions),
        }


@dataclass(frozen=True, slots=True)
class Decision:
    """The whole answer. The same question of the same file gives the same hash. `advice` is what rule packs that nobody
    has adopted to decide found; it changes no outcome."""

    outcome: str
    reasons: tuple[Reason, ...]
    by_territory: tuple[tuple[str, str], ...]
    findings: tuple[Finding, ...]
    obligations: tuple[Obligation, ...]
    advice: tuple[Reason, ...]
    missing_facts: tuple[str, ...]
    to_clear: tuple[str, ...]
    revisions: tuple[str, ...]
    packs: tuple[PackUsed, ...]
    production: Production | None
    request_hash: str
    territory_set_version: str
    engine_version: str

    @property
    def permits(self) -> bool:
        return self.outcome == PERMIT

    @property
    def hash(self) -> str:
        """SHA-256, in hex, of the RFC 8785 form of `as_dict`."""
        return sha256(self.as_dict())

    def as_dict(self) -> dict[str, Any]:
        """The territories stand once, in `classes` of those answered alike; what is found names classes by number."""
        listed: tuple[Reason | Obligation | Finding, ...] = (
            *self.reasons, *self.advice, *self.obligations, *self.findings,
        )  # fmt: skip
        classes = alike(dict(self.by_territory), {one.territories for one in listed})

        def placed(one: Reason | Obligation | Finding) -> dict[str, Any]:
            here = frozenset(one.territories)
            return one.as_dict() | {"classes": [at for at, places in enumerate(classes) if places[0] in here]}

        answers = dict(self.by_territory)
        return {
            "outcome": self.outcome,
            "classes": [{"outcome": answers[places[0]], "territories": list(places)} for places in classes],
            "reasons": [placed(reason) for reason in self.reasons],
            "findings": [placed(finding) for finding in self.findings],
            "obligations": [placed(obligation) for obligation in self.obligations],
            "advice": [placed(reason) for reason in self.advice],
            "missing_facts": list(self.missing_facts),
            "to_clear": list(self.to_clear),
            "revisions": list(self.revisions),
            "packs": [pack.as_dict() for pack in self.packs],
            "production": self.production.as_dict() if self.production else None,
            "request_hash": self.request_hash,
            "territory_set_version": self.territory_set_version,
            "engine_version": self.engine_version,
        }


def alike(answers: Mapping[str, str], groups: Collection[tuple[str, ...]]) -> tuple[tuple[str, ...], ...]:
    """The territories in classes that neither the answer nor any of the groups tells apart."""
    told_apart: dict[str, list[str]] = {}
    for place, there in answers.items():
        told_apart.setdefault(there, []).append(place)
    areas = [*told_apart.values(), *(group for group in groups if len(group) < len(answers))]
    return tuple(tuple(places) for places in apart(answers, areas).values())


def apart(places: Iterable[str], areas: Iterable[Iterable[str]]) -> dict[tuple[int, ...], list[str]]:
    """The places, sorted, by the numbers of the areas they lie in; in the order of the first place of each."""
    lying: dict[str, list[int]] = {place: [] for place in sorted(places)}
    for number, area in enumerate(areas):
        for place in area:
            if place in lying:
                lying[place].append(number)
    groups: dict[tuple[int, ...], list[str]] = {}
    for place, within in lying.items():
        groups.setdefault(tuple(within), []).append(place)
    return groups


def merged(gaps: Iterable[Gap]) -> tuple[Gap, ...]:
    """One gap for each dimension, with all its values, in the order in which they are told."""
    values: dict[str, set[str]] = {}
    for gap in gaps:
        values.setdefault(gap.dimension, set()).update(gap.values)
    return tuple(Gap(name, tuple(sorted(values[name]))) for name in DIMENSIONS if name in values)


def gravity(severity: str) -> int:
    """0 for a note up to 4 for what is prohibited absolutely."""
    return _SEVERITIES.index(severity)


def gravest(grounds: Iterable[Ground]) -> int:
    return max((gravity(ground.severity) for ground in grounds), default=0)


def outcome(grounds: Iterable[Ground]) -> str:
    """The worst ground decides; without any, permit."""
    return worst(OUTCOME_OF[ground.severity] for ground in grounds)


def worst(outcomes: Iterable[str]) -> str:
    return max(outcomes, key=_OUTCOMES.index, default=PERMIT)
