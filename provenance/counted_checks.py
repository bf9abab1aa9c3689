"""Count answered checks by the day and kind, without a word of who asked about what.

They are counted in the cache that all processes share, and written down every minute: a restart of it loses a minute's at most.
"""

from contextlib import suppress
from datetime import date, datetime, timedelta

from django.core.cache import cache
from django.db import transaction
from django.db.models import F

from provenance.models import CheckCount
from provenance.monthly import CHECKS

KEPT = 2 * 86_400  # seconds; longer than it ever waits


def note(kind: str, number: int = 1, *, at: datetime) -> None:
    """So many were answered. What the cache forgets between two steps is not counted: nobody's check fails for it."""
    if number:
        key = _key(kind, at.date())
        cache.add(key, 0, timeout=KEPT)
        with suppress(ValueError):
            cache.incr(key, number)


def write_down(*, at: datetime) -> None:
    """What was counted since goes to its day's row. Two at once take it twice from the cache and add it twice to the row:
    the cache is then below nought, and makes up for it."""
    for day in (at.date() - timedelta(days=1), at.date()):
        for kind in CHECKS:
            number = cache.get(_key(kind, day)) or 0
            if number <= 0:
                continue
            with transaction.atomic():
                CheckCount.objects.get_or_create(day=day, kind=kind)
                CheckCount.objects.filter(day=day, kind=kind).update(count=F("count") + number)
            with suppress(ValueError):
                cache.decr(_key(kind, day), number)


def _key(kind: str, day: date) -> str:
    return f"checks-{kind}-{day.isoformat()}"
