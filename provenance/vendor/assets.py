"""What was sent, one by one: where it stands and how it came there, what would help, and the signed file."""

from pathlib import Path

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header

from consent.vocabulary import MODALITIES, ROLES
from provenance import deliveries, evidence, findings, frame_archive, sequences, shelf
from provenance.asset_history import history
from provenance.models import Asset, Credential, Operation, OperationEvidence
from provenance.printable import bounded, printable
from provenance.techniques import TECHNIQUES
from provenance.vendor.board import named, step
from provenance.vendor.entrance import for_vendors, page
from registry.models import Organisation
from registry.receiving import size_in_words

HEADLINES = {
    "received": "Received: it waits to be signed",
    "signing": "It is being examined and signed",
    "held": "It waits for the studio’s desk",
    "refused": "Refused: nothing was signed",
    "dead": "It could not be signed",
    "signed": "Signed",
}
METHODS = {"difference": "held against what it began from", "matte": "by a matte"}


@for_vendors()
def asset(request: HttpRequest, vendor: Organisation, key: str) -> HttpResponse:
    found = found_of(vendor, key)
    credential = getattr(found, "credential", None)
    return page(
        request, "asset.html", title=named(found), asset=found, told=step(found), headline=HEADLINES[found.job.state],
        under_way=found.job.state in deliveries.UNDER_WAY, problem=bounded(found.job.problem or {}), credential=credential,
        amount=_amount(credential), steps=list(reversed(history(found))), operations=_operations(found), people=_people(found),
        takes_evidence=found.job.state in evidence.OPEN,
        evidence=list(OperationEvidence.objects.filter(operation__asset=found).select_related("operation", "known")),
        pairs=_pairs(found, credential), works_on=deliveries.works(vendor).filter(pk=found.production_id).exists(),
    )  # fmt: skip


@for_vendors()
def content(request: HttpRequest, vendor: Organisation, key: str) -> HttpResponseBase:
    """The signed file; of a frame sequence an archive of its index, its credentials and every frame."""
    found = found_of(vendor, key)
    if row := sequences.of(found):
        pieces = frame_archive.pieces(_signed(found), row)
        return StreamingHttpResponse(pieces, content_type="application/zip", headers={
            "Content-Disposition": content_disposition_header(True, f"{Path(found.title).stem or 'sequence'}.zip")})  # fmt: skip
    return _download(_signed(found).storage_key, found.title, "application/octet-stream")


@for_vendors()
def sidecar(request: HttpRequest, vendor: Organisation, key: str) -> FileResponse:
    found = found_of(vendor, key)
    stored = _signed(found).sidecar_key
    if not stored:
        raise Http404
    return _download(stored, f"{Path(found.title).stem}.c2pa", "application/c2pa")


def found_of(vendor: Organisation, key: str) -> Asset:
    sent = deliveries.sent_by(vendor).select_related("production__studio", "job", "credential", "decision", "client")
    found = sent.prefetch_related("deliveries__unit").filter(public_id=key).first()
    if found is None:
        raise Http404
    return found


def _signed(asset: Asset) -> Credential:
    credential = getattr(asset, "credential", None)
    if credential is None:
        raise Http404
    return credential


def _download(key: str, name: str, media_type: str) -> FileResponse:
    """Always as a file to keep, never shown in a page of this site."""
    return FileResponse(shelf.opened(key), as_attachment=True, filename=name, content_type=media_type)


def _amount(credential: Credential | None) -> str:
    """How much AI, in the sentence that was signed."""
    return printable(credential.extent.get("headline", {}).get("text", ""), 1000) if credential else ""


def _operations(asset: Asset) -> list[dict]:
    """What was declared to be done, each with what measuring it found."""
    measured = {one.operation_id: one for one in findings.of(asset)}
    return [
        {"label": printable(one.label), "element": one.element, "technique": TECHNIQUES[one.technique].label,
         "tool": tool_of(one),
         "measured": _measured(measured.get(one.pk))}
        for one in asset.operations.all()
    ]  # fmt: skip


def tool_of(operation: Operation) -> str:
    """With what it was done, as declared; empty where that is not stated."""
    stated = operation.statement.get("tool", {})
    return printable(" ".join(str(stated[name]) for name in ("name", "version") if stated.get(name)))


def _measured(row) -> dict | None:
    if row is None:
        return None
    return {"text": findings.sentence(row), "agrees": row.finding == findings.Finding.AGREES, "how": METHODS.get(row.kind, ""),
            "stands": row.answer.get_stands_display() if hasattr(row, "answer") else ""}  # fmt: skip


def _people(asset: Asset) -> list[dict]:
    return [
        {"who": one.person.alias if one.person else "Nobody identified", "as": ROLES.get(one.role, printable(one.role)),
         "of": MODALITIES.get(one.modality, printable(one.modality))}
        for one in asset.depictions.select_related("person")
    ]  # fmt: skip


def _pairs(asset: Asset, credential: Credential | None) -> list[tuple[str, object]]:
    pairs = [
        ("Received", f"{asset.received_at:%-d %B %Y, %H:%M} UTC"), ("Sent by", printable(asset.client.name)),
        ("Kind of file", printable(asset.media_type)), ("Size", size_in_words(asset.size)),
        ("SHA-256 of what you sent", asset.sha256), ("Id", asset.public_id),
    ]  # fmt: skip
    if credential:
        pairs += [
            ("Signed", f"{credential.signed_at:%-d %B %Y, %H:%M} UTC by {credential.producer}"),
            ("SHA-256 of the signed file", credential.sha256), ("Credential", credential.public_id),
        ]  # fmt: skip
    return pairs
