"""What measuring an asset's operations by their evidence found: measured once, kept, and held against what was declared.

Nothing is corrected here. Where the two do not agree, or evidence cannot be read, the asset waits for a person's answer
(`evidence.py`); until then no number is told, and nothing is signed.
"""

import hashlib
import json
import logging
import zlib
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from provenance import comparison, measured, plans, shelf, trust
from provenance.comparison import Comparison
from provenance.declaration import Declaration, OperationStatement
from provenance.extent import measure
from provenance.geometry import Media
from provenance.measurement import Measurement
from provenance.media.refusal import MediaRefused
from provenance.models import Asset, Measured, MeasuredAnswer, Operation, OperationEvidence
from provenance.printable import printable
from provenance.quantities import number
from provenance.statements import percent
from provenance.techniques import TECHNIQUES
from registry import journal
from registry.prepared import Prepared

Finding, Kind, Stands = Measured.Finding, OperationEvidence.Kind, MeasuredAnswer.Stands
FOLDER = "measured"
SIZE = ("kind", "width", "height", "orientation", "frames", "fps", "words")
CODES = {
    Finding.MORE: "extent.more_than_declared",
    Finding.NOTHING: "extent.nothing_found",
    Finding.FAILED: "extent.not_measured",
}
MEASURER = "measuring"

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class KeptFile:
    sha256: str
    key: str
    media_type: str


@dataclass(frozen=True, slots=True)
class Exhibit:
    """By what one operation is measured: a plate or a matte, held against the asset or against an output of its own."""

    operation: Operation
    kind: str
    evidence: KeptFile
    output: KeptFile

    def measured(self) -> Measured | None:
        same = {"kind": self.kind, "evidence_sha256": self.evidence.sha256, "output_sha256": self.output.sha256}
        return self.operation.measured.filter(**same).select_related("operation", "answer__by").first()


def exhibits(asset: Asset) -> list[Exhibit]:
    """The evidence of each operation that has some: the newest that was sent, else what the declaration names."""
    declared = any("evidence" in one for one in asset.declaration.get("operations", ()))
    if not declared and not SENT(asset.pk):
        return []
    lent = {one.label: KeptFile(one.sha256, one.storage_key, one.media_type) for one in asset.ingredients.all()}
    own = KeptFile(asset.sha256, asset.storage_key, asset.media_type)
    rows = asset.operations.prefetch_related("evidence")
    return [found for row in rows if (found := _sent(row, own) or _named(row, lent, own))]


SENT = Prepared(
    lambda asset: OperationEvidence.objects.filter(operation__asset=asset).order_by().values_list("pk")[:1]
)


def _sent(row: Operation, own: KeptFile) -> Exhibit | None:
    newest = max(row.evidence.all(), key=lambda one: one.pk, default=None)
    if newest is None:
        return None
    made = KeptFile(newest.output_sha256, newest.output_key, newest.output_media_type) if newest.output_key else own
    return Exhibit(row, newest.kind, KeptFile(newest.sha256, newest.storage_key, newest.media_type), made)


def _named(row: Operation, lent: Mapping[str, KeptFile], own: KeptFile) -> Exhibit | None:
    """By what the declaration names; of a plate and a matte the plate, which says more."""
    named = row.statement.get("evidence", {})
    kind = next((kind for kind in (Kind.DIFFERENCE, Kind.MATTE) if kind in named), None)
    if kind is None:
        return None
    output = named[kind].get("output")
    return Exhibit(row, kind, lent[named[kind]["input"]], lent[output] if output else own)


# --- measured -----------------------------------------------------------------------------------------------------


def take(asset: Asset, declaration: Declaration, source: Path, *, folder: Path, clock: Callable[[], datetime],
         during: Callable[[], AbstractContextManager[None]]) -> None:
    """Measure every operation that has evidence, each once for the same files; what was measured is kept at once.

    `source` is the asset's own file, `folder` one for copies. Each measuring happens within `during()`.
    """
    media = measured.media(asset.media, declaration)
    statements = {one.id: one for one in declaration.operations}
    for one in exhibits(asset):
        if one.measured() is None:
            with ExitStack() as lent, during():
                found = _measured(one, source, lent, folder, media)
            _keep(asset, one, statements[one.operation.label], found, media, folder, at=clock())


@dataclass(frozen=True, slots=True)
class _Found:
    """What the hands gave: a measurement with its picture, or why there is none."""

    measurement: Measurement | None
    picture: bytes = b""
    problem: dict[str, str] | None = None


def _measured(exhibit: Exhibit, source: Path, lent: ExitStack, folder: Path, media: Media) -> _Found:
    def path(file: KeptFile) -> Path:
        if file.sha256 == exhibit.operation.asset.sha256:
            return source
        return lent.enter_context(shelf.borrowed(file.key, file.sha256, into=folder))

    evidence, output = path(exhibit.evidence), path(exhibit.output)
    files = {"matte": evidence} if exhibit.kind == Kind.MATTE else {}
    try:
        if output != source:
            _must_be_as_large(output, exhibit.operation.asset)
        found = trust.sandbox().measure(None if files else evidence, output, **files, element=exhibit.operation.element)
    except MediaRefused as refused:
        log.info("evidence could not be measured", extra={"operation": exhibit.operation.pk, "code": refused.code})
        return _Found(None, problem={"code": refused.code, "detail": refused.detail})
    return _Found(comparison.joined(found.measurements, media), found.picture or b"")


def _must_be_as_large(output: Path, asset: Asset) -> None:
    """An output takes the asset's place in measuring, so what is found in it must lie at the same place in the asset."""
    found = measured.kept(trust.sandbox().examine(output))
    if any(found[name] != asset.media[name] for name in SIZE):
        detail = "The output of the operation must have the size, the frames and the words of the asset itself."
        raise MediaRefused("media.mismatch", detail)


def _keep(asset: Asset, exhibit: Exhibit, statement: OperationStatement, found: _Found, media: Media, folder: Path, *,
          at: datetime) -> None:
    told = {"key": "", "sha256": ""}
    if found.picture:
        made = folder / "heat-map.png"
        made.write_bytes(found.picture)
        told["sha256"] = hashlib.sha256(found.picture).hexdigest()
        told["key"] = shelf.keep_by_hash(made, FOLDER, told["sha256"])
    row = Measured(
        operation=exhibit.operation, kind=exhibit.kind, evidence_sha256=exhibit.evidence.sha256,
        output_sha256=exhibit.output.sha256, picture_key=told["key"], picture_sha256=told["sha256"],
        engine_version=plans.version(), recorded_at=at, problem=found.problem,
        **_numbers(statement, found.measurement, media),
    )  # fmt: skip
    with transaction.atomic():
        row.save()
        journal.record(
            actor=journal.by_system(MEASURER), tag="asset:measured", subject=asset.public_id,
            organisation=asset.production.studio, at=at,
            details=journalled(row),
        )  # fmt: skip


def _numbers(statement: OperationStatement, measurement: Measurement | None, media: Media) -> dict[str, Any]:
    if measurement is None:
        declared = measure(media, [statement]).operations[0].quantity
        return {"finding": Finding.FAILED, "declared": {"share": number(declared.share), "method": declared.method}}
    compared: Comparison = comparison.compare(statement, measurement, media, tolerance=settings.EXTENT_TOLERANCE)
    wire = json.dumps(measurement.to_wire(), separators=(",", ":")).encode()
    return {
        "finding": Finding(compared.finding), "declared": compared.as_dict(), "numbers": measurement.as_dict(),
        "exactly": zlib.compress(wire), "footprint_sha256": hashlib.sha256(wire).hexdigest(),
    }  # fmt: skip


# --- what counts now ----------------------------------------------------------------------------------------------


def of(asset: Asset) -> list[Measured]:
    """What was measured by the evidence that counts now, in the order of the operations."""
    return [row for one in exhibits(asset) if (row := one.measured())]


def unanswered(rows: Iterable[Measured]) -> list[Measured]:
    """What a person has to answer for before anything is signed."""
    return [one for one in rows if one.finding != Finding.AGREES and not hasattr(one, "answer")]


def standing(rows: Iterable[Measured]) -> dict[str, Measurement]:
    """The measurements that stand, by the id of their operation: those that agree, and those a person let stand."""
    return {one.operation.label: measurement(one) for one in rows if _stands(one)}


def _stands(row: Measured) -> bool:
    return row.finding == Finding.AGREES or hasattr(row, "answer") and row.answer.stands == Stands.MEASURED


def measurement(row: Measured) -> Measurement:
    return Measurement.from_wire(json.loads(zlib.decompress(bytes(row.exactly))))


# --- as it is told ------------------------------------------------------------------------------------------------


def sentence(row: Measured) -> str:
    """What was found, with both numbers, as vendor and desk read it."""
    operation, share = row.operation, row.declared["share"]
    what = f"{printable(operation.label)} ({TECHNIQUES[operation.technique].label})"
    if row.finding == Finding.FAILED:
        return f"{what} could not be measured on the {operation.element}. {row.problem['detail']}"
    declared = "declared without an extent" if share is None else f"declared {percent(share)}"
    if row.finding == Finding.NOTHING:
        within = f"nothing beyond the error of {percent(row.numbers['error'])}" if row.numbers["share"] else "nothing"
        return f"{what}: measured {within} of the {operation.element}, {declared}."
    outside = f"; {percent(row.declared['beyond'])} lies outside what was declared" if row.finding == Finding.MORE else ""
    return f"{what}: measured {percent(row.numbers['share'])} of the {operation.element}, {declared}{outside}."


REMEDIES = {
    Finding.MORE: "The studio’s legal desk has been asked. If other operations changed the same {element}, send this one’s own "
    "before and after, or a matte, as its evidence.",
    Finding.NOTHING: "The studio’s legal desk has been asked. If the evidence was of another version, send the file that the "
    "operation began from.",
    Finding.FAILED: "Send evidence of this operation that fits; the asset then goes on by itself. Or wait for the studio’s legal "
    "desk, which has been asked.",
}


def problem(rows: list[Measured], asset: Asset) -> dict[str, Any]:
    """Why an asset waits, as its vendor is told: each operation with both numbers, and a pointer to it."""
    places = {one.label: f"/operations/{number}" for number, one in enumerate(asset.operations.all())}
    errors = [
        {"pointer": places[row.operation.label], "code": CODES[Finding(row.finding)], "detail": sentence(row)} for row in rows
    ]
    more = f" ({len(errors) - 1} more)" if len(errors) > 1 else ""
    remedies = [REMEDIES[Finding(row.finding)].format(element=row.operation.element) for row in rows]
    return {
        "code": errors[0]["code"], "detail": errors[0]["detail"] + more, "errors": errors,
        "decision": asset.decision.public_id, "to_clear": list(dict.fromkeys(remedies)),
    }  # fmt: skip


def journalled(row: Measured) -> dict[str, Any]:
    """A finding as the journal keeps it: both numbers, and by which evidence."""
    return {
        "measured_id": row.public_id, "operation": row.operation.label, "finding": str(row.finding),
        "measured": row.numbers["share"] if row.numbers else None, "declared": row.declared["share"],
        "evidence": row.evidence_sha256,
    }  # fmt: skip


def waits(problem: Mapping[str, Any] | None) -> bool:
    """Whether it is for what was measured that an asset waits."""
    return bool(problem) and problem["code"] in CODES.values()
