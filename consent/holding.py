"""Which records hold: each is stated, perhaps confirmed, corrected and lifted, and every step is a statement of its own.

Statements that refer to one another are a thread. Of a thread holds the latest statement with as many people behind it
as its form asks, until it is lifted. What one person drafted takes nothing's place.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from consent.facts import GLOBAL
from consent.forms.catalogue import form_named
from consent.forms.reading import values_of
from consent.forms.shape import (
    AGREEMENT,
    ASSET,
    AUTHORITY,
    DETERMINATION,
    GRANT,
    LIFT,
    PERSON,
    PRODUCTION,
    REPLICA,
    STUDIO,
    UNIT,
    Form,
    States,
    Value,
    Values,
)

PREFIXES = {
    "per_": PERSON, "aut_": AUTHORITY, "grt_": GRANT, "prd_": PRODUCTION, "unt_": UNIT, "sta_": REPLICA, "agreement:": AGREEMENT,
}  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Stated:
    """One statement on a form. `by` are the people behind it; `refers_to` the statement whose place it takes, or lifts."""

    id: str
    kind: str
    form: str
    subject: str
    details: Mapping[str, Any]
    by: tuple[str, ...]
    refers_to: str | None
    effective_at: datetime
    until: datetime | None
    recorded_at: datetime
    acts: frozenset[str] = frozenset()
    answer: str = ""

    @property
    def on_form(self) -> Form:
        return form_named(self.form)

    @property
    def values(self) -> Values:
        return values_of(self.on_form, self.details)

    @property
    def complete(self) -> bool:
        """Enough people stand behind it. That a question is answered with no counts at once."""
        no = self.kind == DETERMINATION and self.answer == "no"
        return no or len(set(self.by)) >= self.on_form.people


@dataclass(frozen=True, slots=True, eq=False)
class Held:
    """A record that holds, with the id its thread began with: others go on naming it by that."""

    thread: str
    record: Stated


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact as stated: `answer` is its value as text, as the fact dictionary spells it; `record` the statement's id."""

    subject: str
    name: str
    answer: str
    record: str


def kind_of(subject: str) -> str:
    """The kind of a subject, told by its id."""
    if subject == GLOBAL:
        return STUDIO
    return next((kind for prefix, kind in PREFIXES.items() if subject.startswith(prefix)), ASSET)


def threads(statements: Iterable[Stated], *, known_at: datetime) -> list[tuple[Stated, ...]]:
    """Each record with what came of it as far as was known, oldest first."""
    known = sorted((one for one in statements if one.recorded_at <= known_at), key=lambda one: (one.recorded_at, one.id))
    there = {one.id for one in known}
    after: dict[str | None, Stated] = {one.refers_to: one for one in known if one.refers_to in there}
    return [tuple(_thread(one, after)) for one in known if one.refers_to not in there and one.kind != LIFT]


def holding(statements: Iterable[Stated], *, as_of: datetime, known_at: datetime) -> list[Held]:
    """The records that hold at `as_of`, as far as known at `known_at`; the latest in effect last."""
    held = (_held(thread, as_of) for thread in threads(statements, known_at=known_at))
    return sorted(
        (one for one in held if one is not None),
        key=lambda one: (one.record.effective_at, one.record.recorded_at, one.record.id),
    )


def unanswered(held: Iterable[Held]) -> list[Held]:
    """Those that no other record answers: what has been answered is settled."""
    held = list(held)
    answered = {(one.record.form, str(one.record.details.get("answers", one.record.subject))) for one in held}
    return [
        one
        for one in held
        if not any((clock.answered_by, name) in answered for clock in one.record.on_form.clocks for name in _names(one))
    ]


@dataclass(frozen=True, slots=True, eq=False)
class Told:
    """One record of a thread as it stands: in_force, to_come, over, lifted, waiting for a second person, or corrected."""

    record: Stated
    state: str


def told(thread: tuple[Stated, ...], as_of: datetime) -> list[Told]:
    """What became of each record of a thread, the latest first. A draft that was confirmed is told as one with it."""
    records = [one for one in thread if one.kind != LIFT]
    shown = [one for one, after in zip(records, [*records[1:], None], strict=True) if after is None or not _confirms(after, one)]
    current = next((one for one in reversed(shown) if one.complete), None)
    lifted = thread[-1].kind == LIFT and thread[-1].effective_at <= as_of
    found = []
    for one in shown:
        if one is current:
            found.append(Told(one, "lifted" if lifted else _in_time(one, as_of)))
        elif one is shown[-1]:
            found.append(Told(one, "lifted" if lifted else "waiting"))
        else:
            found.append(Told(one, "corrected"))
    return found[::-1]


def facts(statements: Iterable[Stated], *, as_of: datetime, known_at: datetime) -> list[Fact]:
    """What the records that hold state, in the words of the fact dictionary; each fact of a subject once. Of records
    answered by another nothing is told: a removal that was carried out is asked for no longer."""
    told: dict[tuple[str, str], tuple[States, str, str]] = {}
    for one in unanswered(holding(statements, as_of=as_of, known_at=known_at)):
        for states, subject, answer in _stated(one):
            before = told.get((subject, states.fact))
            if before is not None and states.common:
                answer = _in_both(answer, before[1])
            if before is None or _outweighs(states, answer, before[1]):
                told[subject, states.fact] = states, answer, one.record.id
    return [Fact(*about, answer, record) for about, (_, answer, record) in sorted(told.items(), key=lambda one: one[0])]


def _thread(first: Stated, after: Mapping[str | None, Stated]) -> Iterator[Stated]:
    one: Stated | None = first
    while one is not None:
        yield one
        one = after.get(one.id)


def _held(thread: tuple[Stated, ...], as_of: datetime) -> Held | None:
    record = None
    for one in thread:
        if one.kind == LIFT:
            if one.effective_at <= as_of:
                return None
        elif one.complete:
            record = one
    if record is None or record.effective_at > as_of or (record.until is not None and record.until <= as_of):
        return None
    return Held(thread[0].id, record)


def _confirms(after: Stated, before: Stated) -> bool:
    return after.details == before.details and set(before.by) < set(after.by)


def _in_time(record: Stated, as_of: datetime) -> str:
    if record.effective_at > as_of:
        return "to_come"
    return "over" if record.until is not None and record.until <= as_of else "in_force"


def _names(held: Held) -> set[str]:
    return {held.thread, held.record.id}


def _stated(held: Held) -> Iterator[tuple[States, str, str]]:
    record, values = held.record, held.record.values
    for states in record.on_form.states:
        subject = str(values.get(states.about, "")) if states.about else record.subject
        value = states.of(values)
        if value is not None and subject and (not states.only or kind_of(subject) in states.only):
            yield states, subject, spelt(value)


def _outweighs(states: States, new: str, before: str) -> bool:
    """Records come the latest last, so the new one counts, unless what was told before is graver."""
    if states.least:
        return Decimal(new) <= Decimal(before)
    if states.gravest:
        return states.gravest.index(new) <= states.gravest.index(before)
    return True


def _in_both(new: str, before: str) -> str:
    return ",".join(one for one in new.split(",") if one in before.split(","))


def spelt(value: Value) -> str:
    """A value as the fact dictionary spells it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return ",".join(value)
    if isinstance(value, date):
        return value.isoformat()
    return f"{value:f}" if isinstance(value, Decimal) else value
