"""Record that a consent has ended. No room is called from here: whoever needs to know reads it afresh, or looks for it."""

from datetime import date, datetime

from django.db import transaction

from consent import life, reopening
from consent.models import Ending, Grant
from registry import journal
from registry.errors import Invalid, NotAllowed
from registry.models import User
from registry.permissions import NotYourDesk, may_enter, may_verify

BY_TWO = "Propose it on the form “Ending that takes two lawyers”; it has effect once a second one confirms it."


class TakesTwo(NotAllowed):
    def __init__(self, what: str) -> None:
        super().__init__("ending.two_lawyers", f"{what} takes two lawyers. {BY_TWO}")


def end(
    grant: Grant,
    *,
    kind: str,
    mode: str,
    received_at: datetime,
    effective_at: datetime,
    by: User,
    at: datetime,
    reason: str,
    run_off_to: date | None = None,
    confirmed_by: User | None = None,
) -> Ending:
    """Add an ending (consent.md §6.5) under the same lock on the grant that a release takes. With a second lawyer it
    may reach back before its notice, or say that the consent never was valid."""
    refuse_unfit(
        grant, mode=mode, received_at=received_at, effective_at=effective_at, run_off_to=run_off_to, by=by, at=at,
        confirmed_by=confirmed_by,
    )  # fmt: skip
    if annuls(kind, mode) and confirmed_by is None:
        raise TakesTwo("That a consent never was valid")
    with transaction.atomic():
        locked = Grant.objects.select_for_update().get(pk=grant.pk)
        life.refuse_impossible(locked, "annulled" if annuls(kind, mode) else "ended", at=at)
        ending = Ending.objects.create(
            grant=locked,
            kind=kind,
            mode=mode,
            received_at=received_at,
            effective_at=effective_at,
            run_off_to=run_off_to,
            entered_by=by,
            confirmed_by=confirmed_by,
            recorded_at=at,
        )
        confirmed = {"confirmed_by": f"user:{confirmed_by.pk}"} if confirmed_by else {}
        journal.record(
            actor=journal.by_user(by),
            tag="grant:ended",
            subject=grant.public_id,
            organisation=grant.studio,
            details={"ending": ending.public_id, "kind": kind, "mode": mode} | confirmed,
            at=at,
            effective_at=effective_at,
            reason=reason,
        )
        reopening.note_ending(ending)
    return ending


def annuls(kind: str, mode: str) -> bool:
    """Whether such an ending says that the consent never was valid."""
    return kind == Ending.Kind.ANNULLED or mode == Ending.Mode.ANNUL


def refuse_unfit(
    grant: Grant, *, mode: str, received_at: datetime, effective_at: datetime, run_off_to: date | None, by: User,
    at: datetime, confirmed_by: User | None = None,
) -> None:  # fmt: skip
    """Raises what `end` would refuse; for whoever shows beforehand what an ending will touch."""
    if not may_enter(by, grant.studio):
        raise NotYourDesk(grant.studio, "record an ending")
    if confirmed_by is not None and (confirmed_by == by or not may_verify(confirmed_by, grant.studio)):
        raise TakesTwo("This ending")
    if received_at > at:
        raise Invalid("ending.future", "The notice cannot have been received in the future.")
    if effective_at < received_at and confirmed_by is None:
        sentence = "An ending takes effect when it is received, or later. To reach back takes two lawyers."
        raise Invalid("ending.backdated", f"{sentence} {BY_TWO}")
    if mode == Ending.Mode.RUN_OFF and run_off_to is None:
        raise Invalid("ending.run_off_date", "A run-off needs the last day of use.")
    if mode != Ending.Mode.RUN_OFF and run_off_to is not None:
        raise Invalid("ending.run_off_date", "Only a run-off has a last day of use. Choose the run-off, or leave the day out.")
