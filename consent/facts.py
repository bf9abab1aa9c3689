"""The facts a decision is made from: the question asked, and what is on file. Values only, loaded by others.

Times carry a zone; days are legal days. A span of days is half-open: `end` is the first day no longer covered.
`recorded_at` is when the registry came to know a fact, whatever day the fact itself speaks of.
"""

import hashlib
import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

ANY: frozenset[str] = frozenset()
Value = str | bool | float | date | frozenset[str]
GLOBAL = "global"


@dataclass(frozen=True, slots=True)
class Depiction:
    """Somebody shown, heard or learned from, in one use. `person` None: a real person nobody has identified, unless
    the role is "synthetic", where there is nobody real."""

    id: str
    person: str | None
    role: str
    modality: str
    use: str
    content_flags: frozenset[str] = ANY
    depicted_age: int | None = None
    routine_reason: str | None = None

    @property
    def nobody_real(self) -> bool:
        return self.role == "synthetic" and self.person is None

    @property
    def unidentified(self) -> bool:
        return self.role != "synthetic" and self.person is None

    def as_dict(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "person": self.person,
            "role": self.role,
            "modality": self.modality,
            "use": self.use,
            "content_flags": sorted(self.content_flags),
            "depicted_age": self.depicted_age,
            "routine_reason": self.routine_reason,
        }


@dataclass(frozen=True, slots=True)
class Request:
    """May this be done? `production_line` is the production and its ancestors; `as_of` the moment in law that is asked
    about, `known_at` the moment up to which the file is read; `fixed_on` the day on which what is to be released was
    finished as it is, if it was (consent.md §6.5); `vendor` who would do it, by id, where it is not the studio itself."""

    act: str
    production: str
    production_line: tuple[str, ...]
    units: tuple[str, ...]
    media: tuple[str, ...]
    territories: tuple[str, ...]
    languages: tuple[str, ...]
    depictions: tuple[Depiction, ...]
    as_of: datetime
    known_at: datetime
    asset_sha256: str | None = None
    fixed_on: date | None = None
    vendor: str | None = None

    @property
    def day(self) -> date:
        """The legal day asked about, in UTC."""
        return self.as_of.astimezone(UTC).date()

    def as_dict(self) -> dict[str, Any]:
        """The question in canonical JSON terms: the same for the same question, in whatever order it was put."""
        depictions = sorted({canonical(one.as_dict()): one for one in self.depictions}.items())
        told = {"fixed_on": self.fixed_on.isoformat() if self.fixed_on else None, "vendor": self.vendor}
        return {
            "act": self.act,
            "production": self.production,
            "production_line": sorted({self.production, *self.production_line}),
            "units": sorted(set(self.units)),
            "media": sorted(set(self.media)),
            "territories": sorted(set(self.territories)),
            "languages": sorted({language.lower() for language in self.languages}),
            "depictions": [one.as_dict() for _, one in depictions],
            "as_of": moment(self.as_of),
            "known_at": moment(self.known_at),
            "asset_sha256": self.asset_sha256,
        } | {name: value for name, value in told.items() if value}

    @property
    def hash(self) -> str:
        return sha256(self.as_dict())


@dataclass(frozen=True, slots=True)
class Person:
    id: str
    kind: str
    birth_date: date | None = None
    death_date: date | None = None


@dataclass(frozen=True, slots=True)
class Authority:
    """On what somebody other than the person may consent, in force from `valid_from` to before `valid_to`."""

    id: str
    kind: str
    valid_from: date | None
    valid_to: date | None
    verified: bool
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Evidence:
    sha256: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Signature:
    """Somebody signed, in the capacity of an authority kind ("self" for the person), the document with this hash;
    `separate` from the other terms, or in a writing of its own."""

    signed_at: datetime
    capacity: str
    evidence_sha256: str
    recorded_at: datetime
    separate: bool = False

    @property
    def day(self) -> date:
        return self.signed_at.astimezone(UTC).date()


@dataclass(frozen=True, slots=True)
class Line:
    """One block of rights. An empty set means any; for uses, modalities and territories it means none."""

    id: str
    effect: str
    uses: frozenset[str]
    modalities: frozenset[str]
    territories: frozenset[str]
    territories_except: frozenset[str] = ANY
    acts: frozenset[str] = ANY
    productions: frozenset[str] = ANY
    units: frozenset[str] = ANY
    media: frozenset[str] = ANY
    languages: frozenset[str] = ANY
    content_excluded: frozenset[str] = ANY
    start: date | None = None
    end: date | None = None


@dataclass(frozen=True, slots=True)
class Revision:
    """One signed state of a grant. `verified_by` is the second lawyer, who compared it with the paper; `offered_at` when
    it was put before the performer, unsigned, if it was."""

    id: str
    number: int
    effective_from: date
    term_end: date | None
    entered_by: str
    verified_by: str | None
    verified_at: datetime | None
    authority: Authority | None
    signatures: tuple[Signature, ...]
    evidence: tuple[Evidence, ...]
    lines: tuple[Line, ...]
    recorded_at: datetime
    offered_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Ending:
    """The consent has ended: how, by `mode`, and when. `run_off_to` is the last day of use of a run-off."""

    id: str
    kind: str
    mode: str
    effective_at: datetime
    run_off_to: date | None
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Grant:
    id: str
    person: str
    revisions: tuple[Revision, ...]
    endings: tuple[Ending, ...] = ()


@dataclass(frozen=True, slots=True)
class Statement:
    """Somebody stated something about a subject, from `effective_at` to before `until`.

    - lock: the subject (a person, production, unit, grant, the hash of a file, or "global") may not be used for the
      acts named, or for any.
    - dispute: the subject, a person or a grant, is contested: lawyers look first at the acts named, or at any.
    - lift: the lock or dispute named by `refers_to` no longer holds.
    - approval: the subject, the hash of a file, is `answer` ("approved" or "refused") under the scope line, grant or
      person named by `question`.
    - determination: two lawyers in `by` answer `question` about the subject, a person or the hash of a file.
    - fact: `answer` is the value of the fact named by `question` (fact_dictionary.py) about the subject.
    """

    id: str
    kind: str
    subject: str
    answer: str
    acts: frozenset[str]
    by: tuple[str, ...]
    question: str
    refers_to: str | None
    effective_at: datetime
    until: datetime | None
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Production:
    """The work, with what it has from the works it is part of. `jurisdictions` has a link with it, in law; empty: nobody
    has said. `agreements` are the codes of the collective agreements it is made under."""

    id: str
    kind: str
    jurisdictions: frozenset[str] = ANY
    agreements: frozenset[str] = ANY
    photography_starts_on: date | None = None

    def as_dict(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "kind": self.kind,
            "jurisdictions": sorted(self.jurisdictions),
            "agreements": sorted(self.agreements),
            "photography_starts_on": self.photography_starts_on.isoformat() if self.photography_starts_on else None,
        }


@dataclass(frozen=True, slots=True)
class Adoption:
    """A named lawyer has adopted a version of a rule pack, known by the hash of its text, from a moment on. `mode` is
    "advisory" (it only advises) or "enforcing" (it decides). Of one pack the latest adoption counts."""

    pack: str
    hash: str
    mode: str
    adopted_by: str
    effective_at: datetime
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Record:
    """Everything on file that may bear on the question."""

    persons: tuple[Person, ...] = ()
    grants: tuple[Grant, ...] = ()
    statements: tuple[Statement, ...] = ()
    production: Production | None = None
    adoptions: tuple[Adoption, ...] = ()


def age_on(born: date, day: date) -> int:
    """Completed years; somebody born on 29 February comes of age on 1 March of a common year."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def moment(at: datetime) -> str:
    """RFC 3339 in UTC, to the microsecond: one spelling for one moment."""
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def canonical(value: dict[str, Any]) -> bytes:
    """RFC 8785 canonical JSON of what holds texts, whole numbers, yes, no and nothing, under names in ASCII: of these
    json writes the same, in a tenth of the time."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def sha256(value: dict[str, Any]) -> str:
    return hashlib.sha256(canonical(value)).hexdigest()


def known(facts: Collection[Any], at: datetime) -> tuple[Any, ...]:
    """Those of the facts that were recorded by then."""
    return tuple(fact for fact in facts if fact.recorded_at <= at)
