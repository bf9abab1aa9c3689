"""The release, under the locks that endings take: all of it happens, or nothing."""

import logging
from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from consent import clearance
from provenance import announcing, manifest
from provenance.models import Credential, KnownContent, SigningJob
from provenance.signing.work import Changed, Clock, NotConfirmed, Overtaken, Work, note, planned
from registry import journal

State = SigningJob.State

log = logging.getLogger(__name__)


def release(work: Work, *, clock: Clock) -> None:
    """8. Under the locks that endings take: consent once more, the lease, and the credential. All of it, or nothing."""
    with transaction.atomic():
        heads = {one.public_id: journal.head(one.public_id) for one in clearance.lock_grants(work.decision)}
        at = _moment(heads.values(), clock())
        decision = clearance.confirm(work.decision, purpose="release", at=at)
        if decision == work.decision:
            _release(work, {grant: journal.hash_at(head) for grant, head in heads.items()}, at)
    if not decision.permits:
        raise NotConfirmed(decision)
    if decision != work.decision:
        raise Changed


def _moment(heads: Iterable[journal.Head | None], now: datetime) -> datetime:
    """The moment of a release: not before what the grants' chains already hold. A clock that goes behind another
    machine's would else look past an ending that was recorded first."""
    return max([now, *(head.recorded_at for head in heads if head)])


def _release(work: Work, heads: dict[str, str], at: datetime) -> None:
    held = SigningJob.objects.filter(pk=work.job.pk, token=work.job.token, state=State.SIGNING).update(
        state=State.SIGNED, token="", leased_until=None, problem=None, step="", changed_at=at
    )
    if not held:
        raise Overtaken
    credential = _released(work, heads, at)
    announcing.superseded(credential, at=at)
    known = [KnownContent(sha256=credential.sha256, asset=work.asset, kind=KnownContent.Kind.SIGNED)]
    if bare := work.plan.metadata.get("sha256"):
        known.append(KnownContent(sha256=bare, asset=work.asset, kind=KnownContent.Kind.DESCRIBED))
    KnownContent.objects.bulk_create(known, ignore_conflicts=True)
    note(work, "asset:signed", at=at, credential=credential.public_id, decision=work.decision.public_id,
          grant_heads=heads, manifest=work.plan.manifest_hash, sha256=work.made["signed_sha256"])  # fmt: skip


def _released(work: Work, heads: dict[str, str], at: datetime) -> Credential:
    asset, made = work.asset, work.made
    of_file = (
        {"sha256": asset.sha256, "size": asset.size, "sidecar_sha256": made["signed_sha256"]}
        if work.sidecar
        else {"sha256": made["signed_sha256"], "size": made["size"]}
    )
    return Credential.objects.create(
        public_id=work.plan.credential_id, asset=asset, plan=work.plan, decision=work.decision,
        producer=asset.production.studio, title=asset.title, media_type=asset.media_type,
        storage_key=work.key, sidecar_key=work.sidecar_key, manifest_label=made["manifest_label"],
        certificate_fingerprint=work.signer.fingerprint, development_key=work.signer.development,
        time_stamped=work.time_stamped, extent=planned(work.plan, manifest.EXTENT_LABEL),
        consent=planned(work.plan, manifest.CONSENT_LABEL), grant_heads=heads, signed_at=at, **of_file,
    )  # fmt: skip


def tell(work: Work) -> None:
    """9. Say that it is done. Whoever waits asks for the asset's state, which is written down already."""
    log.info("asset signed", extra={"asset": work.asset.public_id, "attempt": work.job.attempt})
