"""Where an attempt ends otherwise: refused, held for a person's answer, put off, or buried after the fifth."""

import logging
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from consent.models import Decision
from provenance import findings, keys, leftovers, likeness
from provenance.media.refusal import MediaRefused
from provenance.models import Likeness, Measured, SigningJob
from provenance.refusals import not_covered, plain
from provenance.sandbox import SandboxBusy
from provenance.signing.work import Work, note
from registry.errors import RegistryError

State = SigningJob.State

log = logging.getLogger(__name__)

FIRST_PAUSE = timedelta(seconds=5)


def not_released(work: Work, decision: Decision, *, at: datetime) -> None:
    """Consent was no longer there: refused, or held where a lawyer can answer. The vendor is told why."""
    state = State.HELD if decision.outcome == Decision.Outcome.REVIEW else State.REFUSED
    problem = not_covered(decision, work.declaration)
    with transaction.atomic():
        if _leave(work, state, problem, at=at):
            note(work, f"asset:{state.value}", at=at, decision=decision.public_id, step=work.step)
            if state == State.REFUSED:
                leftovers.let_go(work.asset)


def held(work: Work, rows: list[Measured], *, at: datetime) -> None:
    """What was measured waits for the desk. The vendor is told both numbers."""
    problem = findings.problem(rows, work.asset)
    with transaction.atomic():
        if _leave(work, State.HELD, problem, at=at):
            note(work, "asset:held", at=at, step=work.step, findings=[findings.journalled(row) for row in rows])


def held_to_compare(work: Work, rows: list[Likeness], *, at: datetime) -> None:
    """What it looks like waits for the desk to be compared."""
    problem = likeness.problem(rows, work.asset.decision.public_id)
    with transaction.atomic():
        if _leave(work, State.HELD, problem, at=at):
            note(work, "asset:held", at=at, step=work.step, likenesses=[row.public_id for row in rows])


def failed(work: Work, error: Exception, *, at: datetime) -> None:
    """Put the job off for longer each time; after the fifth attempt it lies where an operator sees it."""
    code, detail = _told(error)
    log.error("signing stopped at “%s”", work.step, exc_info=error, extra={"asset": work.asset.public_id})
    attempt = work.job.attempt
    last = attempt >= SigningJob.MOST_ATTEMPTS
    pause = FIRST_PAUSE * 2 ** (attempt - 1) if not isinstance(error, SandboxBusy) else FIRST_PAUSE
    problem = plain(code, detail, work.asset.decision)
    with transaction.atomic():
        if _leave(work, State.DEAD if last else State.RECEIVED, problem, at=at, not_before=at + pause):
            if last:
                note(work, "asset:dead", at=at, step=work.step, code=code)


def _told(error: Exception) -> tuple[str, str]:
    """What a vendor may read of it: how the studio's key stands, but neither where it lies nor what is in it."""
    if isinstance(error, keys.KeyUnavailable) and error.code not in ("key.expired", "key.not_yet"):
        return error.code, "The studio's signing key cannot be used; an operator can see in the log what it needs."
    if isinstance(error, RegistryError | MediaRefused):
        return error.code, error.detail
    return "signing.failed", "Signing stopped for a reason that an operator can see in the log."


def _leave(work: Work, state: str, problem: dict[str, Any], *, at: datetime, not_before: datetime | None = None) -> bool:
    """Give the job back in a state, unless another worker holds it by now."""
    return bool(
        SigningJob.objects.filter(pk=work.job.pk, token=work.job.token, state=State.SIGNING).update(
            state=state, problem=problem, step=work.step, changed_at=at, token="", leased_until=None,
            not_before=not_before or at,
        )  # fmt: skip
    )
