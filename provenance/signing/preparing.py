"""Before the key is used: the bytes known again, consent asked beside the key, and what is to be signed written down."""

from datetime import datetime
from typing import Any

from consent import clearance
from provenance import findings, heritage, likeness, manifest, measured, plans, sequences, shelf, trust
from provenance.media.refusal import MediaRefused
from provenance.models import Ingredient, SigningPlan
from provenance.sandbox import IngredientFile
from provenance.signing.leases import held_on_to
from provenance.signing.work import Clock, Differs, NotConfirmed, Resembles, Work
from registry.prepared import Prepared


def examine(work: Work, *, clock: Clock) -> None:
    """2. Borrow the bytes and know them again by their hash: they are those that were examined at the door. Then measure
    what there is evidence for, and stop where that is not what was declared, or where a likeness was not compared."""
    if waiting := likeness.unanswered(work.asset):
        raise Resembles(waiting)
    work.source = work.lent.enter_context(
        shelf.borrowed(work.asset.storage_key, work.asset.sha256, into=work.folder)
    )
    if sequence := sequences.of(work.asset):
        with held_on_to(work, clock):
            sequences.know_again(sequence)
    work.used = {one.label: one for one in USED(work.asset.pk)}
    facts = manifest.ingredients_of(work.declaration, carries_credentials=work.asset.media["has_credentials"])
    for one in facts:
        if one.label == manifest.UPLOAD:
            path, media_type, title = work.source, work.asset.media_type, work.asset.title
        else:
            row = work.used[one.label]
            path = work.lent.enter_context(shelf.borrowed(row.storage_key, row.sha256, into=work.folder))
            media_type, title = row.media_type, row.title
        work.ingredients.append(IngredientFile(path, media_type, title, one.relation, one.label))
    _measure(work, clock)


USED = Prepared(lambda asset: Ingredient.objects.filter(asset=asset).order_by("pk"))


def _measure(work: Work, clock: Clock) -> None:
    findings.take(
        work.asset, work.declaration, work.source, folder=work.folder, clock=clock, during=lambda: held_on_to(work, clock)
    )
    rows = findings.of(work.asset)
    if waiting := findings.unanswered(rows):
        raise Differs(waiting)
    work.measurements = findings.standing(rows)


def confirm(work: Work, *, at: datetime) -> None:
    """3. Ask consent again, beside the key."""
    work.decision = clearance.confirm(work.asset.decision, purpose="signing", at=at)
    if not work.decision.permits:
        raise NotConfirmed(work.decision)


def plan(work: Work, *, at: datetime) -> None:
    """4. Write down what is about to be signed, and with which certificate, before the key is used. What the file's own
    metadata is to say is written into a copy of it."""
    asset = work.asset
    work.signer = trust.signer_for(asset, at=at)
    kept = plans.references(work.decision)
    row = SigningPlan(
        asset=asset, attempt=work.job.attempt, token=work.job.token, decision=work.decision,
        certificate_fingerprint=work.signer.fingerprint, recorded_at=at,
        references=[{"id": one.reference.id, "revision": one.revision, "salt": one.salt} for one in kept],
    )  # fmt: skip
    declaration, came = work.declaration, heritage.of(asset)
    media = measured.media(asset.media, declaration)
    facts = plans.facts(
        declaration, media=media, inherited=came.stated, carried=heritage.carried(came, media),
        carries_credentials=asset.media["has_credentials"],
        consent=plans.consent_facts(work.decision, kept, row.credential_id),
        production=asset.production, vendor=asset.vendor,
        titles={one.label: one.title for one in work.used.values()}, measurements=work.measurements,
        sequence=sequences.statement(asset),
    )  # fmt: skip
    row.manifest, work.intent = manifest.build(facts), facts.intent
    row.manifest_hash = plans.digest(row.manifest)
    row.metadata = described(work, manifest.metadata_of(row.manifest))
    row.save()
    work.plan = row


def described(work: Work, wanted: dict[str, Any]) -> dict[str, Any]:
    """Write into a copy of the file what its credentials say of AI and of releases, and tell what came of it.

    Before signing, for afterwards it would break the signature; and never into a file that has credentials already,
    whose own signature it would break. Where a file leaves no safe place for it, it is signed as it is.
    """
    why = _kept_as_it_is(work)
    copy = work.folder / "described"
    if not why:
        try:
            found = trust.sandbox().describe(work.source, copy, wanted)
        except MediaRefused as refused:
            found = {"why": refused.detail}
        why = found["why"]
    if why:
        copy.unlink(missing_ok=True)
        return {"written": False, "why": why}
    work.to_sign = copy
    return {"written": True, "properties": wanted, "sha256": found["sha256"]}


def _kept_as_it_is(work: Work) -> str:
    if work.sidecar:
        return "its bytes stay as they were received, and its credentials lie beside them"
    if work.asset.media["has_credentials"]:
        return "it carries credentials, which would no longer fit it"
    return ""
