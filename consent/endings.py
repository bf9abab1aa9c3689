"""Record that a consent has ended. Nothing is pushed anywhere: whoever needs to know reads it afresh."""

from datetime import date, datetime

from django.db import transaction

from consent.models import Ending, Grant
from registry import journal
from registry.errors import Invalid
from registry.permissions import NotYourDesk, may_enter


def end(
    grant: Grant,
    *,
    kind: str,
    mode: str,
    received_at: datetime,
    effective_at: datetime,
    by,
    at: datetime,
    reason: str,
    run_off_to: date | None = None,
) -> Ending:
    """Add an ending (consent.md §6.5) under the same lock on the grant that a release takes."""
    refuse_unfit(
        grant, mode=mode, received_at=received_at, effective_at=effective_at, run_off_to=run_off_to, by=by, at=at
    )
    with transaction.atomic():
        locked = Grant.objects.select_for_update().get(pk=grant.pk)
        ending = Ending.objects.create(
            grant=locked,
            kind=kind,
            mode=mode,
            received_at=received_at,
            effective_at=effective_at,
            run_off_to=run_off_to,
            entered_by=by,
            recorded_at=at,
        )
        journal.record(
            actor=journal.by_user(by),
            tag="grant:ended",
            subject=grant.public_id,
            organisation=grant.studio,
            details={"ending": ending.public_id, "kind": kind, "mode": mode},
            at=at,
            effective_at=effective_at,
            reason=reason,
        )
    return ending


def refuse_unfit(
    grant: Grant, *, mode: str, received_at: datetime, effective_at: datetime, run_off_to: date | None, by, at: datetime
) -> None:
    """Raises what `end` would refuse; for whoever shows beforehand what an ending will touch."""
    if not may_enter(by, grant.studio):
        raise NotYourDesk(grant.studio, "record an ending")
    if received_at > at:
        raise Invalid("ending.future", "The notice cannot have been received in the future.")
    if effective_at < received_at:
        raise Invalid("ending.backdated", "An ending takes effect when it is received, or later.")
    if mode == Ending.Mode.RUN_OFF and run_off_to is None:
        raise Invalid("ending.run_off_date", "A run-off needs the last day of use.")
