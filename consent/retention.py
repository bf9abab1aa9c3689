"""What of a consent may be destroyed, and when. A rule only: provenance/retiring.py obeys it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Hold:
    """A legal hold, from a day to before another; `until` None while nobody has lifted it."""

    since: date
    until: date | None = None

    def holds(self, day: date) -> bool:
        return self.since <= day and (self.until is None or day < self.until)


@dataclass(frozen=True, slots=True)
class Fate:
    """`may` now, or from which day on; `why` is in_force, held, kept or over. Where no day can be told, `on` is None."""

    may: bool
    why: str
    on: date | None = None


def fate(*, over_on: date | None, keep_years: int, holds: Iterable[Hold], day: date) -> Fate:
    """Whether the papers of a consent may be destroyed on a day.

    `over_on` is the first day on which nothing rests on the consent any longer (its term has run out, its run-off is
    over, no released work continues under it), None while something does. A hold in force keeps everything, however
    long ago the consent was over; once lifted, it leaves no trace.
    """
    if over_on is None or day < over_on:
        return Fate(False, "in_force")
    free_on = _years_after(over_on, keep_years)
    if any(hold.holds(day) for hold in holds):
        return Fate(False, "held")
    return Fate(True, "over", free_on) if day >= free_on else Fate(False, "kept", free_on)


def _years_after(day: date, years: int) -> date:
    """The same day of a later year; 29 February becomes 1 March of a common one."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)
