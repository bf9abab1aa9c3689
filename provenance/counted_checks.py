"""Count answered checks by the day and kind, without a word of who asked about what.

They are counted in the cache that all processes share, and written down every minute: a restart of it loses a minute's at most.
"""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import F

from provenance.models import CheckCount
from provenance.monthly import CHECKS
from registry import counting

KEPT = 2 * 86_400  # seconds; longer than it ever waits


def note(kind: str, number: int = 1, *, at: datetime) -> None:
    """So many were answered. What the cache forgets between two steps is not counted: nobody's check fails for it."""
    if number:
        counting.count(_key(kind, at.date()), number, seconds=KEPT)


def write_down(*, at: datetime) -> None:
    """What was counted since goes to its day's row."""
    for day in (at.date() - timedelta(days=1), at.date()):
        for kind in CHECKS:
            if number := counting.taken(_key(kind, day)):
                with transaction.atomic():
                    CheckCount.objects.get_or_create(day=day, kind=kind)
                    CheckCount.objects.filter(day=day, kind=kind).update(count=F("count") + number)


def _key(kind: str, day: date) -> str:
    return f"checks-{kind}-{day.isoformat()}"
