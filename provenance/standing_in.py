"""In the sandbox there is no legal desk: whoever sent an asset that is held answers for it, by the acts a desk would use."""

from datetime import datetime
from typing import Any

from django.db import transaction

from consent import determinations, sandboxes
from consent.models import Decision, Grant
from consent.sandboxes import Desk
from provenance import evidence, findings, intake, likeness
from provenance.models import Asset, LikenessAnswer, MeasuredAnswer, SigningJob
from registry.errors import Conflict, NotAllowed
from registry.models import ApiClient

State = SigningJob.State
ACCEPT, REFUSE = ANSWERS = ("accept", "refuse")
# Of a file, by the right that somebody kept to approve it; what else waits for a lawyer takes two of them.
APPROVED = ("consent.approval_missing", "consent.needs_counsel")


class OnlyInTheSandbox(NotAllowed):
    def __init__(self) -> None:
        super().__init__(
            "client.not_sandbox",
            "Only a program of the sandbox may do this. About real assets the studio’s legal desk decides.",
        )


def insist(client: ApiClient) -> None:
    """Raises `OnlyInTheSandbox` for any other program."""
    if not client.sandbox:
        raise OnlyInTheSandbox


def answer(asset: Asset, said: str, *, client: ApiClient, at: datetime) -> None:
    """Accept or refuse what is held, whatever it waits for. Raises Conflict where nothing waits.

    Accepting answers all that waits now. Signing may find something else; that waits for an answer of its own.
    """
    insist(client)
    if not asset.sandbox:
        raise OnlyInTheSandbox
    job = SigningJob.objects.get(asset=asset)
    if job.state != State.HELD:
        now = job.get_state_display().lower()
        raise Conflict("asset.state", f"Nothing waits for an answer: this asset is “{now}”.", state=job.state)
    desk = sandboxes.desk(asset.production.studio, at)
    told: dict[str, Any] = {"by": desk.enters, "at": at, "reason": f"Sandbox: answered by the program {client.name}"}
    with transaction.atomic():
        intake.note(asset, "asset:sandbox_answer", by=client, at=at, answer=said)
        if said == REFUSE:
            intake.refuse(asset, **told)
        elif findings.waits(job.problem):
            evidence.answer(asset, _what_was_measured(asset), **told)
        elif likeness.waits(job.problem):
            different = LikenessAnswer.Finding.DIFFERENT
            intake.compare(asset, {one.public_id: different for one in likeness.unanswered(asset)}, **told)
        else:
            _agreed(asset, (job.problem or {}).get("decision", ""), desk, told)
            intake.reconsider(asset, **told)


def _what_was_measured(asset: Asset) -> dict[str, str]:
    """The measured numbers stand; where nothing could be measured, the declared ones."""
    stands = MeasuredAnswer.Stands
    open_ = findings.unanswered(findings.of(asset))
    return {one.public_id: stands.DECLARED if one.numbers is None else stands.MEASURED for one in open_}


def _agreed(asset: Asset, decision: str, desk: Desk, told: dict[str, Any]) -> None:
    """Put on record what the answer lacked: approvals of this very file, else a determination by both."""
    stored = Decision.objects.filter(public_id=decision).first() or asset.decision
    open_ = [one for one in stored.answer["reasons"] if one["severity"] == "review"]
    approving = {one["grant"] for one in open_ if one["code"] in APPROVED and one["grant"]}
    for grant in Grant.objects.filter(public_id__in=approving):
        determinations.approve(grant, asset_sha256=asset.sha256, answer="approved", **told)
    if any(one["grant"] not in approving for one in open_):
        proposal = determinations.propose(
            studio=desk.studio, subject=asset.sha256, question="no_consent_needed", answer="yes", **told
        )
        determinations.second(proposal, **told | {"by": desk.verifies})
