"""What the sweep finds of jobs: those whose workers were cut off five times, and those whose call was lost."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q

from provenance import announcing
from provenance.models import SigningJob
from provenance.refusals import plain
from provenance.signing.work import WORKER
from registry import journal

State = SigningJob.State

CALL_AGAIN = timedelta(seconds=10)


def bury(*, at: datetime) -> int:
    """Jobs whose workers were cut off five times: something in them kills whoever tries. Gives how many."""
    buried = 0
    silent = SigningJob.objects.filter(
        state=State.SIGNING, leased_until__lt=at, attempt__gte=SigningJob.MOST_ATTEMPTS
    ).select_related("asset__production__studio", "asset__decision")
    for job in silent[:100]:
        detail = "Signing was cut off five times; an operator looks into it."
        problem = plain("signing.cut_off", detail, job.asset.decision)
        with transaction.atomic():
            left = SigningJob.objects.filter(pk=job.pk, token=job.token, state=State.SIGNING)
            if left.update(state=State.DEAD, problem=problem, changed_at=at, token="", leased_until=None):
                journal.record(
                    actor=journal.by_system(WORKER), tag="asset:dead", subject=job.asset.public_id,
                    organisation=job.asset.production.studio, at=at, details={"code": problem["code"]},
                )  # fmt: skip
                announcing.noted(job.asset, "asset:dead", at=at)
                buried += 1
    return buried


def to_call(*, at: datetime, most: int = 100) -> list[str]:
    """The assets whose jobs wait and whose last call was lost, or is long ago; they count as called now."""
    waiting = SigningJob.objects.due(at).filter(attempt__lt=SigningJob.MOST_ATTEMPTS)
    unheard = Q(called_at__lt=F("not_before")) | Q(called_at__lt=F("leased_until")) | Q(called_at__lt=at - CALL_AGAIN)
    with transaction.atomic():
        # Of two sweeps at once, each passes over what the other holds, and finds it called afterwards.
        free = waiting.filter(unheard).select_for_update(skip_locked=True, of=("self",))
        jobs = list(free.select_related("asset").only("asset__public_id").order_by("not_before", "pk")[:most])
        SigningJob.objects.filter(pk__in=[job.pk for job in jobs]).update(called_at=at)
    return [job.asset.public_id for job in jobs]
