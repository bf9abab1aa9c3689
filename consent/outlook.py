"""How an answer changes with time: the same question on each later day on which something on file begins or ends.

Pure, like the decision. What will be recorded later is not known; this is what the file says today about days to come.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

from consent.answers import Decision
from consent.decision import decide
from consent.facts import Grant, Record, Request

OF_AGE = 18
MOST_DAYS = 60


@dataclass(frozen=True, slots=True)
class Change:
    """From this day on the answer is another one."""

    day: date
    decision: Decision


def changes(request: Request, record: Record) -> tuple[Change, ...]:
    """The days after the one asked about from which the outcome differs anywhere, soonest first; of at most 60 days
    on which something on file begins or ends."""
    found: list[Change] = []
    before = decide(request, record)
    for day in sorted({day for day in _days(record) if day > request.day})[:MOST_DAYS]:
        then = decide(replace(request, as_of=datetime.combine(day, time(), tzinfo=UTC)), record)
        if then.by_territory != before.by_territory:
            found.append(Change(day, then))
        before = then
    return tuple(found)


def _days(record: Record) -> Iterator[date]:
    """Every day from which on something that is on file may be otherwise."""
    for person in record.persons:
        if person.birth_date:
            yield _birthday(person.birth_date, OF_AGE)
    for grant in record.grants:
        yield from (day for day in _days_of(grant) if day)
    for statement in record.statements:
        yield _after(statement.effective_at)
        if statement.until:
            yield _after(statement.until)


def _days_of(grant: Grant) -> Iterator[date | None]:
    for revision in grant.revisions:
        yield from (revision.effective_from, revision.term_end)
        if revision.authority:
            yield revision.authority.valid_to
        for line in revision.lines:
            yield from (line.start, line.end)
    for ending in grant.endings:
        yield _after(ending.effective_at)
        yield ending.run_off_to + timedelta(days=1) if ending.run_off_to else None


def _after(at: datetime) -> date:
    """The first day that begins at or after the moment."""
    begins = at.astimezone(UTC)
    return begins.date() if begins.time() == time() else begins.date() + timedelta(days=1)


def _birthday(born: date, years: int) -> date:
    """The day from which somebody is that old; for one born on 29 February, 1 March of a common year."""
    try:
        return born.replace(year=born.year + years)
    except ValueError:
        return date(born.year + years, 3, 1)
