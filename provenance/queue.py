"""The lines before the workers: how long they may grow, and in whose turn their jobs are called.

Of each vendor only so many jobs are called at once; the others wait here, not on the broker, and each that is done calls
the vendor's next. So whoever sends one file while another sends a thousand waits for a few of them, not for all.

What programs of the sandbox send stands in a line of its own. Of it, SANDBOX_AT_ONCE are called at once, whosever they are,
and only while nothing real waits: a job of the sandbox that was called before gives way.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import chain, zip_longest

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Max, Min, Q, QuerySet

from provenance.models import SigningJob
from registry.errors import TooMany
from registry.models import ApiClient

State = SigningJob.State
IN_LINE = (State.RECEIVED, State.SIGNING)
REAL, SANDBOX = Q(asset__sandbox=False), Q(asset__sandbox=True)
# Seconds; a line of thousands is minutes long.
COME_AGAIN = 30
SANDBOX_AT_ONCE = 1


class QueueFull(TooMany):
    """More waits to be signed than is taken in. Nothing was stored."""

    def __init__(self, sentence: str) -> None:
        super().__init__(
            "queue.full",
            f"{sentence} Nothing was stored; send it again in {COME_AGAIN} seconds, under the same Idempotency-Key.",
            retry_after=COME_AGAIN,
        )


def refuse_when_full(client: ApiClient, *, at: datetime) -> None:
    """Raises QueueFull where the client's line, real or of the sandbox, is too long: its vendor's, all of it, or for too
    long a time."""
    line = SigningJob.objects.filter(state__in=IN_LINE, asset__sandbox=client.sandbox)
    most_of_one, most, oldest = settings.QUEUE_MOST_OF_ONE, settings.QUEUE_MOST, settings.QUEUE_OLDEST_SECONDS
    if most_of_one and line.filter(vendor=client.organisation)[:most_of_one].count() >= most_of_one:
        raise QueueFull(f"{most_of_one} of your files wait to be signed, as many as may.")
    if not (most or oldest):
        return
    found = line.aggregate(many=Count("pk"), since=Min("not_before", filter=Q(state=State.RECEIVED)))
    if most and found["many"] >= most:
        raise QueueFull("More files wait to be signed than can be taken in at the moment.")
    if oldest and found["since"] and found["since"] < at - timedelta(seconds=oldest):
        raise QueueFull("Files have waited to be signed for too long for more to be taken in; an operator is needed.")


def may_call(client: ApiClient, *, at: datetime) -> bool:
    """Whether a new job of the client is called at once, because few are called already."""
    if client.sandbox:
        return _sandbox_free() > 0 and not real_waits(at)
    return _free(client.organisation_id) > 0


def in_turn(*, at: datetime) -> list[str]:
    """Assets whose jobs wait to be called, one of each vendor and then the next; they count as called now."""
    vendors = _waiting(at).filter(REAL).order_by().values_list("vendor", flat=True).distinct()
    with transaction.atomic():
        lines = [_called(vendor, _free(vendor), at) for vendor in vendors]
    real = [one for one in chain.from_iterable(zip_longest(*lines)) if one is not None]
    return [*real, *_called_of_sandbox(at)]


def after(asset_id: str, *, at: datetime) -> list[str]:
    """The next of the same vendor, now that one is done; where nothing real waits, the next of the sandbox too."""
    vendor = SigningJob.objects.filter(asset__public_id=asset_id).values_list("vendor", flat=True).first()
    if vendor is None:
        return []
    with transaction.atomic():
        called = _called(vendor, min(1, _free(vendor)), at)
    return [*called, *_called_of_sandbox(at)]


def gives_way(job: SigningJob, *, at: datetime) -> bool:
    """Whether a job that was called waits for its turn again: it is of the sandbox, and something real waits by now, or as
    many of the sandbox as may are being signed."""
    if not job.asset.sandbox:
        return False
    signing = SigningJob.objects.filter(SANDBOX, state=State.SIGNING, leased_until__gte=at).exclude(pk=job.pk)
    if not real_waits(at) and signing[:SANDBOX_AT_ONCE].count() < SANDBOX_AT_ONCE:
        return False
    SigningJob.objects.filter(pk=job.pk, state=State.RECEIVED, attempt=job.attempt).update(called_at=None)
    return True


def real_waits(at: datetime) -> bool:
    return SigningJob.objects.filter(REAL, state=State.RECEIVED, not_before__lte=at).exists()


def _waiting(at: datetime) -> QuerySet[SigningJob]:
    return SigningJob.objects.filter(state=State.RECEIVED, called_at=None, not_before__lte=at)


def _free(vendor: int) -> int:
    called = SigningJob.objects.filter(REAL, vendor=vendor, state__in=IN_LINE, called_at__isnull=False)
    return settings.QUEUE_AT_ONCE - called.order_by("asset_id")[: settings.QUEUE_AT_ONCE].count()


def _called(vendor: int, most: int, at: datetime) -> list[str]:
    if most < 1:
        return []
    return _taken(_waiting(at).filter(REAL, vendor=vendor).order_by("asset_id"), most, at)


def _sandbox_free() -> int:
    called = SigningJob.objects.filter(SANDBOX, state__in=IN_LINE, called_at__isnull=False)
    return SANDBOX_AT_ONCE - called[:SANDBOX_AT_ONCE].count()


def _called_of_sandbox(at: datetime) -> list[str]:
    """The longest waiting, of the vendor that was called longest ago."""
    waiting = _waiting(at).filter(SANDBOX)
    if _sandbox_free() < 1 or not (vendors := set(waiting.values_list("vendor", flat=True))) or real_waits(at):
        return []
    called = SigningJob.objects.filter(SANDBOX, vendor__in=vendors).order_by()
    last = dict(called.values_list("vendor").annotate(Max("called_at")))
    vendor = min(vendors, key=lambda one: (last[one] is not None, last[one]))
    with transaction.atomic():
        return _taken(waiting.filter(vendor=vendor).order_by("asset_id"), 1, at)


def _taken(waiting: QuerySet[SigningJob], most: int, at: datetime) -> list[str]:
    # Of two that look at once, each passes over what the other holds.
    free = waiting.select_for_update(skip_locked=True, of=("self",))
    return list(_still_free(free.select_related("asset").only("asset__public_id")[:most], at))


def _still_free(jobs, at: datetime) -> Iterator[str]:
    for job in jobs:
        if SigningJob.objects.filter(pk=job.pk, called_at=None).update(called_at=at):
            yield job.asset.public_id
