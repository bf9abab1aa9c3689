"""What a form is: the fields of one kind of record, how many people it takes, its clocks, and the facts it states.

A form is data. What is entered on it is kept as JSON (`reading`), and becomes values again when facts are read from it.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from decimal import Decimal

from consent.legal_days import zone_named

Value = str | bool | Decimal | date | datetime | tuple[str, ...]
Values = Mapping[str, Value]

RECORD, LOCK, LIFT, DETERMINATION = "record", "lock", "lift", "determination"
PERSON, AUTHORITY, GRANT, PRODUCTION, UNIT, ASSET, REPLICA, STUDIO = (
    "person", "authority", "grant", "production", "unit", "asset", "replica", "studio",
)  # fmt: skip
AGREEMENT, VENDORS = "agreement", "vendors"


@dataclass(frozen=True, slots=True)
class Field:
    """One thing a form asks. `type` is text, long, choice, date, moment, number, bool, list or zone, or the kind of what
    is referred to by its id: person, authority, grant, production, replica, vendors (several), or record, one about the
    same subject. `private`: kept under the person's own key."""

    name: str
    label: str
    type: str = "text"
    help: str = ""
    required: bool = False
    choices: tuple[tuple[str, str], ...] = ()
    private: bool = False


@dataclass(frozen=True, slots=True)
class States:
    """A fact of the fact dictionary that a record states: about its subject, if that is one of the kinds named in
    `only`, or about whatever the field `about` names. Of several records that hold, the value standing first in
    `gravest` counts, or the `least`, or of lists what is in `common`; without any of these, the latest."""

    fact: str
    of: Callable[[Values], Value | None]
    about: str = ""
    only: tuple[str, ...] = ()
    gravest: tuple[str, ...] = ()
    least: bool = False
    common: bool = False


@dataclass(frozen=True, slots=True)
class Clock:
    """Something is due so long after, or before, what the field `since` says; a day lasts until midnight. It stops once
    the field `unless` is filled in, or a record of the form `answered_by` names this one, as its subject or in its
    field `answers`."""

    says: str
    since: str
    hours: int = 0
    days: int = 0
    business_days: int = 0
    unless: str = ""
    answered_by: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Form:
    """One kind of record, in a lawyer's words. `about` are the kinds of subject it may be about; with `many`, several
    hold side by side; `event` is what it does in the life of a consent; `check` yields a field and what is wrong."""

    code: str
    title: str
    topic: str
    about: tuple[str, ...]
    fields: tuple[Field, ...] = ()
    help: str = ""
    kind: str = RECORD
    people: int = 1
    evidence: bool = False
    many: bool = False
    states: tuple[States, ...] = ()
    clocks: tuple[Clock, ...] = ()
    question: str = ""
    event: str = ""
    acts: tuple[str, ...] = ()
    ends: str = "A correction, or its end."
    check: Callable[[Values], Iterator[tuple[str, str]]] | None = None

    @property
    def private(self) -> frozenset[str]:
        return frozenset(one.name for one in self.fields if one.private)


# --- fields, in short ----------------------------------------------------------------------------------------------


def text(name: str, label: str, help: str = "", *, required: bool = True, private: bool = False) -> Field:
    return Field(name, label, "text", help, required, private=private)


def long(name: str, label: str, help: str = "", *, required: bool = True, private: bool = False) -> Field:
    return Field(name, label, "long", help, required, private=private)


def choice(name: str, label: str, choices: Mapping[str, str], help: str = "", *, required: bool = True) -> Field:
    return Field(name, label, "choice", help, required, tuple(choices.items()))


def day(name: str, label: str, help: str = "", *, required: bool = True) -> Field:
    return Field(name, label, "date", help, required)


def moment(name: str, label: str, help: str = "", *, required: bool = True) -> Field:
    return Field(name, label, "moment", help, required)


def number(name: str, label: str, help: str = "", *, required: bool = True) -> Field:
    return Field(name, label, "number", help, required)


def yes(name: str, label: str, help: str = "") -> Field:
    """A box to tick: not ticked means no."""
    return Field(name, label, "bool", help)


def several(name: str, label: str, help: str = "", *, required: bool = True) -> Field:
    return Field(name, label, "list", help, required)


def vendors(name: str, label: str, help: str = "") -> Field:
    """Any number of the vendors who work on the studio's productions."""
    return Field(name, label, VENDORS, help)


def of(kind: str, name: str, label: str, help: str = "", *, required: bool = False) -> Field:
    return Field(name, label, kind, help, required)


def zone(help: str = "Such as America/Los_Angeles. Empty: UTC.") -> Field:
    return Field("zone", "Time zone of the place", "zone", help)


# --- what was entered, if it was -----------------------------------------------------------------------------------


def moment_in(values: Values, name: str) -> datetime | None:
    value = values.get(name)
    return value if isinstance(value, datetime) else None


def day_in(values: Values, name: str) -> date | None:
    value = values.get(name)
    return value if isinstance(value, date) and not isinstance(value, datetime) else None


def number_in(values: Values, name: str) -> Decimal:
    """The number, nought if there is none."""
    value = values.get(name)
    return value if isinstance(value, Decimal) else Decimal(0)


def zone_in(values: Values) -> tzinfo:
    return zone_named(str(values.get("zone") or ""))


def in_order(values: Values, earlier: str, later: str) -> bool:
    """Whether two days, the first before the second; so it is while either is open."""
    first, second = day_in(values, earlier), day_in(values, later)
    return first is None or second is None or first < second


# --- facts, in short -----------------------------------------------------------------------------------------------


def says(fact: str, field: str, *, about: str = "", only: tuple[str, ...] = (), gravest: tuple[str, ...] = ()) -> States:
    """The fact has the value of a field, and is not stated while the field is empty."""
    return States(fact, lambda values: values.get(field), about, only, gravest)


def always(fact: str, *, about: str = "", only: tuple[str, ...] = ()) -> States:
    """That there is such a record is the fact."""
    return States(fact, lambda values: True, about, only)


def filled(fact: str, field: str, *, about: str = "", only: tuple[str, ...] = ()) -> States:
    """The fact is so once the field is filled in."""
    return States(fact, lambda values: True if values.get(field) else None, about, only)
