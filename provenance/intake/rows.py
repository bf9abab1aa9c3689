"""The rows of an asset, written together: itself, what it is made of, what it is known by, its job, and its journal."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

from consent.models import Decision
from provenance import heritage, likeness, measured, queue, sequences
from provenance.heritage import Heritage
from provenance.intake.noting import note
from provenance.intake.upload import Material, Upload
from provenance.models import (
    Asset,
    Delivery,
    Depiction,
    Ingredient,
    KnownContent,
    Operation,
    SigningJob,
)
from registry.models import Person, Unit
from registry.prepared import Prepared

NOTHING: Mapping[str, str] = MappingProxyType({})


def written(
    upload: Upload, decision: Decision, state: str, came: Heritage, *, at: datetime,
    problem: dict[str, Any] | None = None, key: str = "", stored: Mapping[str, str] = NOTHING,
) -> Asset:
    """`key` is where its bytes are kept, empty where they are not; `stored` those of its ingredients and frames."""
    declaration = upload.declaration
    asset = Asset.objects.create(
        production=upload.production, vendor=upload.vendor, client=upload.client, title=declaration.title,
        sha256=upload.file.sha256, size=upload.file.size, media_type=upload.found.media_type,
        media=measured.kept(upload.found) | heritage.told(came), storage_key=key,
        declaration=declaration.as_dict(), declaration_hash=upload.declaration_hash, decision=decision,
        received_at=at, sandbox=upload.client.sandbox,
    )  # fmt: skip
    _what_it_is_made_of(asset, upload, stored)
    _what_it_is_known_by(asset, upload, stored)
    if (alike := likeness.write_down(asset, upload.alike, at=at)) and decision.permits:
        problem = likeness.problem(alike, decision.public_id)
    called_at = at if queue.may_call(upload.client, at=at) else None
    SigningJob.objects.create(
        asset=asset, vendor=upload.vendor, intake_key=upload.intake_key, state=state, problem=problem, not_before=at,
        called_at=called_at, changed_at=at,
    )  # fmt: skip
    note(asset, f"asset:{state.value}", by=upload.by or upload.client, at=at, reason=upload.why, sha256=asset.sha256,
            size=asset.size, declaration=asset.declaration_hash, decision=decision.public_id, outcome=decision.outcome,
            likenesses=[one.public_id for one in alike], **_of_frames(upload))  # fmt: skip
    return asset


def _what_it_is_made_of(asset: Asset, upload: Upload, stored: Mapping[str, str]) -> None:
    """What was declared: its ingredients, what was done, who is depicted, and the shots it is delivered for."""
    declaration = upload.declaration
    Ingredient.objects.bulk_create(
        Ingredient(
            asset=asset, label=one.statement.id, relation=one.statement.relation, title=one.title, known=one.known,
            sha256=one.sha256, media_type=one.media_type, storage_key=_ingredient_key(one, stored),
        )
        for one in upload.materials
    )  # fmt: skip
    Operation.objects.bulk_create(
        Operation(asset=asset, label=one.id, element=one.element, technique=one.technique, statement=told)
        for one, told in zip(declaration.operations, asset.declaration.get("operations", ()), strict=True)
    )
    people = dict(PEOPLE({one.person for one in declaration.depictions if one.person}))
    Depiction.objects.bulk_create(
        Depiction(asset=asset, label=one.id, person_id=people.get(one.person), role=one.role, modality=one.modality)
        for one in declaration.depictions
    )
    units = UNITS(upload.production.pk, declaration.units)
    Delivery.objects.bulk_create(Delivery(asset=asset, unit_id=unit) for (unit,) in units)


PEOPLE = Prepared(lambda ids: Person.objects.filter(public_id__in=ids).order_by().values_list("public_id", "pk"))
UNITS = Prepared(
    lambda production, codes: Unit.objects.filter(production=production, code__in=codes).order_by().values_list("pk")
)


def _what_it_is_known_by(asset: Asset, upload: Upload, stored: Mapping[str, str]) -> None:
    """Its bytes, those of what it was made from, its frames, and the fingerprints of what it shows."""
    seen = {(asset.sha256, KnownContent.Kind.UPLOADED)}
    seen |= {(one.sha256, KnownContent.Kind.INGREDIENT) for one in upload.materials}
    KnownContent.objects.bulk_create(KnownContent(sha256=sha256, asset=asset, kind=kind) for sha256, kind in seen)
    if upload.sequence:
        sequences.write_down(asset, upload.sequence, stored)
    likeness.keep(asset, upload.codes)


def _of_frames(upload: Upload) -> dict[str, Any]:
    """What the journal says of a sequence: all its frames are in the root."""
    index = upload.sequence.index if upload.sequence else None
    return {"frames": len(index.frames), "merkle_root": index.root} if index else {}


def _ingredient_key(material: Material, stored: Mapping[str, str]) -> str:
    return material.known.credential.storage_key if material.known else stored.get(material.statement.id, "")
