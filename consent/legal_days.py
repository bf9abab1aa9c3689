"""Days as law counts them, in the zone of the place: midnights, business days, and spans that keep the time of day.

Weekends are no business days. Holidays are not known here: a deadline told may be earlier than the true one, never later.
"""

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

from registry.errors import Invalid

SATURDAY = 5


def zone_named(name: str) -> tzinfo:
    """The zone of that name in the IANA database; UTC for none. Raises Invalid for a name nobody knows."""
    if not name:
        return UTC
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise Invalid("record.zone", f"“{name[:40]}” is not a time zone such as Europe/Berlin or America/Los_Angeles.")


def midnight(day: date, zone: tzinfo) -> datetime:
    """The moment the day begins there."""
    return datetime.combine(day, time(), tzinfo=zone).astimezone(UTC)


def day_of(at: datetime, zone: tzinfo) -> date:
    return at.astimezone(zone).date()


def days_on(at: datetime, days: int, zone: tzinfo = UTC) -> datetime:
    """So many days later, at the same time of day there."""
    return (at.astimezone(zone) + timedelta(days=days)).astimezone(UTC)


def business_days_on(at: datetime, days: int, zone: tzinfo = UTC) -> datetime:
    """So many business days later, at the same time of day there; the day it began is not counted."""
    there = at.astimezone(zone)
    while days:
        there += timedelta(days=1)
        days -= there.weekday() < SATURDAY
    return there.astimezone(UTC)
