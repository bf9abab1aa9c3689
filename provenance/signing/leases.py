"""Who may work on a job, and for how long: it is claimed by one, held on to, and lost by whoever falls silent."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.conf import settings

from provenance import queue
from provenance.models import SigningJob
from provenance.signing.work import Clock, Overtaken, Work
from registry.prepared import Prepared
from registry.renewing import while_it_lasts

State = SigningJob.State


JOB = Prepared(
    lambda asset: SigningJob.objects.filter(asset__public_id=asset)
    .select_related("asset__production__studio", "asset__vendor", "asset__decision")
    .order_by()
)


def claim(asset_id: str, *, at: datetime) -> SigningJob | None:
    """1. Take the job for as long as signing a file of its size may last; None where there is nothing to take."""
    job = next(iter(JOB(asset_id)), None)
    if job is None or queue.gives_way(job, at=at):
        return None
    due = SigningJob.objects.due(at).filter(attempt__lt=SigningJob.MOST_ATTEMPTS)
    taken = {
        "state": State.SIGNING, "attempt": job.attempt + 1, "token": secrets.token_urlsafe(16), "changed_at": at,
        "leased_until": at + lease_of(job.asset.size),
    }  # fmt: skip
    if not due.filter(pk=job.pk, attempt=job.attempt).update(**taken):
        return None
    for name, value in taken.items():
        setattr(job, name, value)
    decision = job.asset.decision
    # They are the asset's own, as the door asked; then they are not read twice.
    if (decision.production_id, decision.requester_id) == (job.asset.production_id, job.asset.vendor_id):
        decision.production, decision.requester = job.asset.production, job.asset.vendor
    return job


def lease_of(size: int) -> timedelta:
    return timedelta(seconds=settings.LEASE_SECONDS + size / settings.LEASE_BYTES_PER_SECOND)


@contextmanager
def held_on_to(work: Work, clock: Clock) -> Iterator[None]:
    """Renew the lease for as long as this process lives: a film is measured for longer than a lease. A worker that is
    killed renews nothing, and one that lost its lease meanwhile raises Overtaken."""
    with while_it_lasts(lambda: renewed(work, at=clock())):
        yield
    if not renewed(work, at=clock()):
        raise Overtaken


def renewed(work: Work, *, at: datetime) -> bool:
    """Whether the job is still this attempt's; its lease then begins anew."""
    mine = SigningJob.objects.filter(pk=work.job.pk, token=work.job.token, state=State.SIGNING)
    return bool(mine.update(leased_until=at + lease_of(work.asset.size)))
