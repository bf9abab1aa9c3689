"""What is due when: clocks that records start, people who come of age, consents and records that run out.

Days are legal days in the zone given; each lasts until the midnight after it. Weekends are no business days, and
holidays are not known here: a deadline told may be earlier than the true one, never later.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import NamedTuple

from consent.facts import age_on
from consent.forms.shape import Clock, day_in, moment_in, zone_in
from consent.holding import Stated, holding, unanswered
from consent.legal_days import business_days_on, day_of, days_on, midnight

OF_AGE = 18
BEFORE_OF_AGE = (180, 90, 30)
RUNNING_OUT = (30, 60, 90, 180)


class Born(NamedTuple):
    """Somebody on file, with the day of birth."""

    subject: str
    on: date


class Term(NamedTuple):
    """Something that runs out: `ends` is the first day no longer covered."""

    subject: str
    ends: date


@dataclass(frozen=True, slots=True)
class Due:
    """What is due, about what, and when; `record` started the clock, if one did. Of what runs out, `within` is the span
    in days by which it is told, the narrowest that fits."""

    at: datetime
    says: str
    subject: str
    record: str = ""
    within: int | None = None

    def overdue(self, at: datetime) -> bool:
        """From the moment it is due on."""
        return self.at <= at


def due(records: Iterable[Stated], at: datetime, *, zone: tzinfo = UTC) -> list[Due]:
    """What the records that hold at `at` still ask for, the soonest first, overdue or not. A record that names a zone is
    counted there."""
    found = []
    for held in unanswered(holding(records, as_of=at, known_at=at)):
        for clock in held.record.on_form.clocks:
            moment = _due(clock, held.record, zone)
            if moment is not None:
                found.append(Due(moment, clock.says, held.record.subject, held.record.id))
    return in_order(found)


def coming_of_age(people: Iterable[Born], at: datetime, *, zone: tzinfo = UTC) -> list[Due]:
    """Those who turn 18 within 180 days, by the reminder they have come to: 180, 90 or 30 days before. Somebody born on
    29 February comes of age on 1 March of a common year."""
    found = []
    for one in people:
        birthday = midnight(comes_of_age(one.on), zone)
        if birthday > at and (within := narrowest(birthday, at, BEFORE_OF_AGE, zone)):
            found.append(Due(birthday, "Turns 18: new work needs a consent of their own", one.subject, within=within))
    return in_order(found)


def running_out(terms: Iterable[Term], at: datetime, *, zone: tzinfo = UTC) -> list[Due]:
    """What runs out within 180 days and has not yet: by 30, 60, 90 or 180 days, the narrowest that fits."""
    found = []
    for one in terms:
        end = midnight(one.ends, zone)
        if end > at and (within := narrowest(end, at, RUNNING_OUT, zone)):
            found.append(Due(end, "The consent runs out", one.subject, within=within))
    return in_order(found)


def comes_of_age(born: date) -> date:
    """The first day on which somebody is 18."""
    year = born.year + OF_AGE
    day = date(year, 3, 1) if (born.month, born.day) == (2, 29) and not _leap(year) else born.replace(year=year)
    assert age_on(born, day) == OF_AGE
    return day


def narrowest(moment: datetime, at: datetime, spans: Iterable[int], zone: tzinfo) -> int | None:
    """The smallest of the spans in days within which the moment lies, counted in days there; None if it lies beyond."""
    today = day_of(at, zone)
    return min((span for span in spans if day_of(moment, zone) <= today + timedelta(days=span)), default=None)


def in_order(found: Iterable[Due]) -> list[Due]:
    return sorted(found, key=lambda one: (one.at, one.subject, one.says, one.record))


def _due(clock: Clock, record: Stated, zone: tzinfo) -> datetime | None:
    """When it is due; None if it is done, or nothing says since when it counts."""
    values = record.values
    if clock.unless and clock.unless in values:
        return None
    there = zone_in(values) if "zone" in values else zone
    since = _since(clock, record, there)
    if since is None:
        return None
    counted = days_on(since, clock.days, there)
    return business_days_on(counted, clock.business_days, there) + timedelta(hours=clock.hours)


def _since(clock: Clock, record: Stated, zone: tzinfo) -> datetime | None:
    moment, day = moment_in(record.values, clock.since), day_in(record.values, clock.since)
    if day is not None:
        return midnight(day + timedelta(days=1), zone)
    return moment


def _leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
