"""What the desk says of an asset that waits: consent asked again, refused, compared with what it looks like, tried again."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from consent import clearance
from provenance import leftovers, likeness, turning
from provenance.declaration import remembered
from provenance.intake.noting import note
from provenance.models import Asset, LikenessAnswer, SigningJob
from provenance.refusals import not_covered, plain
from provenance.tasks import sign_asset
from registry.errors import Conflict, NotAllowed
from registry.models import Organisation, User
from registry.permissions import may_enter, may_operate

State = SigningJob.State


class NotAtThisDesk(NotAllowed):
    def __init__(self, studio: Organisation, what: str):
        super().__init__("desk.role", f"Your role at {studio} does not let you {what}. Ask a colleague who may.")


def reconsider(asset: Asset, *, by: User, at: datetime, reason: str) -> str:
    """Ask consent again for an asset that is held, and queue it if the record now permits. Gives the new state."""
    if not may_enter(by, asset.production.studio):
        raise NotAtThisDesk(asset.production.studio, "decide about held assets")
    with transaction.atomic():
        decision = clearance.confirm(asset.decision, purpose="reconsideration", at=at)
        problem = None if decision.permits else not_covered(decision, remembered(asset.declaration))
        state = {"permit": State.RECEIVED, "review": State.HELD, "deny": State.REFUSED}[decision.outcome]
        turn(asset, (State.HELD,), state, problem, at=at)
        note(asset, f"asset:{state.value if state != State.RECEIVED else 'released_to_signing'}", by=by, at=at,
                reason=reason, decision=decision.public_id)  # fmt: skip
        if state == State.RECEIVED:
            sign_asset.delay_on_commit(asset.public_id)
        if state == State.REFUSED:
            leftovers.let_go(asset)
    return state


def refuse(asset: Asset, *, by: User, at: datetime, reason: str) -> None:
    """The desk's no to an asset that is held. The vendor is told that the desk refused, not why."""
    if not may_enter(by, asset.production.studio):
        raise NotAtThisDesk(asset.production.studio, "decide about held assets")
    detail = "The studio's legal desk decided that this may not be signed."
    problem = plain("consent.refused_by_desk", detail, asset.decision)
    with transaction.atomic():
        turn(asset, (State.HELD,), State.REFUSED, problem, at=at)
        note(asset, "asset:refused", by=by, at=at, reason=reason)
        leftovers.let_go(asset)


def compare(asset: Asset, found: Mapping[str, str], *, by: User, at: datetime, reason: str) -> None:
    """A person has compared an asset with the known ones it looks like, and says of each what they found; then it goes on.

    All that waits is answered at once. Raises Conflict where something else waits than what was answered.
    """
    if not may_enter(by, asset.production.studio):
        raise NotAtThisDesk(asset.production.studio, "decide about held assets")
    with transaction.atomic():
        turn(asset, (State.HELD,), State.RECEIVED, None, at=at)
        waiting = likeness.unanswered(asset)
        if not waiting or {one.public_id for one in waiting} != set(found):
            raise Conflict("provenance.compared", "Something else waits for an answer by now. Load the page again.")
        for one in waiting:
            finding = LikenessAnswer.Finding(found[one.public_id])
            LikenessAnswer.objects.create(likeness=one, finding=finding, by=by, recorded_at=at)
        note(asset, "asset:compared", by=by, at=at, reason=reason, found=[
            {"likeness": one.public_id, "known": one.known.public_id, "distance": one.distance, "finding": found[one.public_id]}
            for one in waiting])  # fmt: skip
        sign_asset.delay_on_commit(asset.public_id)


def try_again(asset: Asset, *, by: User, at: datetime, reason: str) -> None:
    """Queue an asset whose signing failed five times, once the cause is mended."""
    studio = asset.production.studio
    if not (may_enter(by, studio) or may_operate(by, studio)):
        raise NotAtThisDesk(studio, "queue an asset again")
    with transaction.atomic():
        turn(asset, (State.DEAD,), State.RECEIVED, None, at=at)
        note(asset, "asset:queued_again", by=by, at=at, reason=reason)
        sign_asset.delay_on_commit(asset.public_id)


def turn(asset: Asset, expected: tuple[str, ...], state: str, problem: dict[str, Any] | None, *, at: datetime) -> None:
    """Move the job from an expected state; raises Conflict where somebody else moved it meanwhile."""
    if not turning.turned(asset, expected, state, problem, at=at):
        now = SigningJob.objects.get(asset=asset).get_state_display().lower()
        raise Conflict("asset.state", f"This asset is not where it was: it is now “{now}”. Load the page again.")
