"""Move an asset's job from where it is expected to be, and let what was held go on once consent answers yes."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import OuterRef, Subquery

from consent import clearance
from consent.models import Decision
from provenance.models import Asset, SigningJob
from registry import journal

State = SigningJob.State
AT_ONCE = 200


def turned(asset: Asset, expected: tuple[str, ...], state: str, problem: dict[str, Any] | None, *, at: datetime) -> bool:
    """Whether the job was in one of the states expected, and is in another now, with five attempts before it."""
    return bool(SigningJob.objects.filter(asset=asset, state__in=expected).update(
        state=state, problem=problem, attempt=0, not_before=at, called_at=at, changed_at=at, token="", leased_until=None
    ))  # fmt: skip


def let_go_on(*, at: datetime) -> list[str]:
    """Held assets whose question has been answered with yes since: queued to be signed, each on record. Gives their ids.

    What waits for another reason than consent's answer stays held, and so does what is answered with no: about that a
    lawyer decides. Nothing is signed by this: the worker asks consent again beside the key.
    """
    newest = Decision.objects.filter(original=OuterRef("asset__decision")).order_by("-pk").values("outcome")[:1]
    held = SigningJob.objects.filter(state=State.HELD).annotate(newest=Subquery(newest))
    related = ("asset__production__studio", "asset__decision__production__studio", "asset__decision__requester")
    answered = held.filter(newest=Decision.Outcome.PERMIT).select_related(*related).order_by("changed_at")
    return [job.asset.public_id for job in answered[:AT_ONCE] if _held_by_consent(job) and _goes_on(job.asset, at=at)]


def _held_by_consent(job: SigningJob) -> bool:
    problem = job.problem or {}
    if not problem.get("code", "").startswith("consent."):
        return False
    named = problem["decision"]
    return Decision.objects.filter(public_id=named, outcome=Decision.Outcome.REVIEW).exists()


def _goes_on(asset: Asset, *, at: datetime) -> bool:
    with transaction.atomic():
        decision = clearance.confirm(asset.decision, purpose="reconsideration", at=at)
        if not decision.permits or not turned(asset, (State.HELD,), State.RECEIVED, None, at=at):
            return False
        journal.record(
            actor=journal.by_system("reopening"), tag="asset:released_to_signing", subject=asset.public_id,
            organisation=asset.production.studio, at=at, details={"decision": decision.public_id},
        )  # fmt: skip
    return True
