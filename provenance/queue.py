"""The line before the workers: how long it may grow, and in whose turn its jobs are called.

Of each vendor only so many jobs are called at once; the others wait here, not on the broker, and each that is done calls
the vendor's next. So whoever sends one file while another sends a thousand waits for a few of them, not for all.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import chain, zip_longest

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Min, Q

from provenance.models import SigningJob
from registry.errors import TooMany
from registry.models import Organisation

State = SigningJob.State
IN_LINE = (State.RECEIVED, State.SIGNING)
# Seconds; a line of thousands is minutes long.
COME_AGAIN = 30


class QueueFull(TooMany):
    """More waits to be signed than is taken in. Nothing was stored."""

    def __init__(self, sentence: str) -> None:
        super().__init__(
            "queue.full",
            f"{sentence} Nothing was stored; send it again in {COME_AGAIN} seconds, under the same Idempotency-Key.",
            retry_after=COME_AGAIN,
        )


def refuse_when_full(vendor: Organisation, *, at: datetime) -> None:
    """Raises QueueFull where the line is too long: this vendor's, all of it, or for too long a time."""
    line = SigningJob.objects.filter(state__in=IN_LINE)
    most_of_one, most, oldest = settings.QUEUE_MOST_OF_ONE, settings.QUEUE_MOST, settings.QUEUE_OLDEST_SECONDS
    if most_of_one and line.filter(vendor=vendor)[:most_of_one].count() >= most_of_one:
        raise QueueFull(f"{most_of_one} of your files wait to be signed, as many as may.")
    if not (most or oldest):
        return
    found = line.aggregate(many=Count("pk"), since=Min("not_before", filter=Q(state=State.RECEIVED)))
    if most and found["many"] >= most:
        raise QueueFull("More files wait to be signed than can be taken in at the moment.")
    if oldest and found["since"] and found["since"] < at - timedelta(seconds=oldest):
        raise QueueFull("Files have waited to be signed for too long for more to be taken in; an operator is needed.")


def may_call(vendor: Organisation) -> bool:
    """Whether a new job of the vendor is called at once, because few of theirs are called already."""
    return _free(vendor.pk) > 0


def in_turn(*, at: datetime) -> list[str]:
    """Assets whose jobs wait to be called, one of each vendor and then the next; they count as called now."""
    vendors = _waiting(at).order_by().values_list("vendor", flat=True).distinct()
    with transaction.atomic():
        lines = [_called(vendor, _free(vendor), at) for vendor in vendors]
    return [one for one in chain.from_iterable(zip_longest(*lines)) if one is not None]


def after(asset_id: str, *, at: datetime) -> list[str]:
    """The next of the same vendor, now that one is done."""
    vendor = SigningJob.objects.filter(asset__public_id=asset_id).values_list("vendor", flat=True).first()
    if vendor is None:
        return []
    with transaction.atomic():
        return _called(vendor, min(1, _free(vendor)), at)


def _waiting(at: datetime):
    return SigningJob.objects.filter(state=State.RECEIVED, called_at=None, not_before__lte=at)


def _free(vendor: int) -> int:
    called = SigningJob.objects.filter(vendor=vendor, state__in=IN_LINE, called_at__isnull=False)
    return settings.QUEUE_AT_ONCE - called.order_by("asset_id")[: settings.QUEUE_AT_ONCE].count()


def _called(vendor: int, most: int, at: datetime) -> list[str]:
    if most < 1:
        return []
    # Of two that look at once, each passes over what the other holds.
    free = _waiting(at).filter(vendor=vendor).order_by("asset_id").select_for_update(skip_locked=True, of=("self",))
    return list(_still_free(free.select_related("asset").only("asset__public_id")[:most], at))


def _still_free(jobs, at: datetime) -> Iterator[str]:
    for job in jobs:
        if SigningJob.objects.filter(pk=job.pk, called_at=None).update(called_at=at):
            yield job.asset.public_id
