"""A declaration looked at before anything is sent: all that is wrong with it, and what it would be taken to mean.

What intake would refuse at the door is told here all at once, and nothing is kept; consent is not asked.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from consent import clearance
from provenance import intake, measured
from provenance.declaration import Declaration, check_against, look_through
from provenance.models import Asset
from provenance.refusals import pointed
from registry.errors import Fault, Invalid
from registry.models import ApiClient, Organisation, Production

LOOKED_BACK = 50  # earlier assets, for who was depicted in the same shot
MOST_OFFERED = 20


@dataclass(frozen=True, slots=True)
class Assumed:
    """What is taken to be meant where the declaration says nothing: the place it would have, and why."""

    pointer: str
    value: Any
    source: str
    text: str


@dataclass(frozen=True, slots=True)
class Checked:
    """`declaration` is completed by what is assumed, None where it cannot be read; `offered` are depictions that earlier
    assets of the same shot declared, for the vendor to look at."""

    faults: tuple[Fault, ...]
    declaration: dict[str, Any] | None = None
    assumed: tuple[Assumed, ...] = ()
    offered: tuple[dict[str, Any], ...] = ()

    @property
    def valid(self) -> bool:
        return not self.faults


def check(
    declared: Any, *, client: ApiClient, at: datetime, found: Mapping[str, Any] | None = None,
    parts: Collection[str] | None = None,
) -> Checked:
    """Hold a declaration against its schema, its production, and the file `found` (what `measured.kept` gives).

    `parts` are the names of the files that would be sent along; without them, nothing is said of those.
    """
    declaration, faults = look_through(declared)
    if declaration is None:
        return Checked(faults)
    told = [*faults, *_materials(declaration, client, parts)]
    if found is not None:
        told += _against(declaration, found)
    vendor = client.organisation
    production = Production.objects.seen_by(client).filter(public_id=declaration.production).first()
    if production is None:
        detail = "There is no production of that id that you work on. GET /api/v1/productions lists those there are."
        told.append(Fault("/production", "production.unknown", detail))
        return Checked(_once(told), declaration.as_dict())
    strangers = _put(declaration, declared, production, vendor, at)
    assumed = tuple(_assumed(declaration, declared, production))
    completed = _completed(declaration, production)
    offered = () if declaration.depictions else tuple(_offered(declaration, production, vendor))
    return Checked(_once([*told, *strangers]), completed, assumed, offered)


def _once(faults: list[Fault]) -> tuple[Fault, ...]:
    return tuple(sorted(dict.fromkeys(faults), key=lambda one: one.pointer))


def _put(
    declaration: Declaration, declared: Mapping[str, Any], production: Production, vendor: Organisation, at: datetime
) -> tuple[Fault, ...]:
    """What the production does not know of what consent would be asked."""
    known = {one.id for one in declaration.depictions}
    operations = tuple(
        replace(one, depicts=tuple(name for name in one.depicts if name in known)) for one in declaration.operations
    )
    question = intake.question_of(replace(declaration, operations=operations), "")
    try:
        clearance.put(question, production=production, at=at, requester=vendor)
    except Invalid as unknown:
        return pointed(unknown, question, declaration, single_unit="unit" in declared).errors
    return ()


def _materials(declaration: Declaration, client: ApiClient, parts: Collection[str] | None) -> Iterator[Fault]:
    for number, one in enumerate(declaration.ingredients):
        if one.asset:
            asset = Asset.objects.seen_by(client).filter(public_id=one.asset).select_related("credential").first()
            if asset is None:
                detail = "There is no asset of that id."
                yield Fault(f"/ingredients/{number}/asset", "declaration.unknown_asset", detail)
            elif getattr(asset, "credential", None) is None:
                detail = "That asset is not signed; wait until it is."
                yield Fault(f"/ingredients/{number}/asset", "declaration.asset_not_signed", detail)
        elif parts is not None and one.part not in parts:
            detail = f"No file is to be sent under the name “{one.part}”."
            yield Fault(f"/ingredients/{number}/part", "declaration.part_missing", detail)


def _against(declaration: Declaration, found: Mapping[str, Any]) -> tuple[Fault, ...]:
    try:
        check_against(declaration, measured.media(found, declaration))
    except Invalid as outside:
        return outside.errors
    return ()


# --- what is assumed ----------------------------------------------------------------------------------------------


def _assumed(declaration: Declaration, declared: Mapping[str, Any], production: Production) -> Iterator[Assumed]:
    release = declaration.intended_release
    for name, given, default in (
        ("territories", release.territories, production.default_territories),
        ("media", release.media, production.default_media),
        ("languages", release.languages, production.default_languages),
    ):
        if not given and default:
            text = f"“{production.title}” is to appear there; the declaration says nothing else."
            yield Assumed(f"/intended_release/{name}", list(default), "production", text)
    for one in production.agreements.all():
        text = "The production is made under this agreement, and consent is judged by its rules; it is not declared."
        yield Assumed("", one.title, "production", text)
    for unit in production.units.filter(code__in=declaration.units):
        if unit.content_flags:
            text = f"The studio says this of {unit.code}: declare it of who is depicted, where it is so of them."
            yield Assumed("/depictions", {"content_flags": unit.content_flags}, "unit", text)
    if "act" not in declared:
        yield Assumed("/act", declaration.act, "schema", "What is sent is to be signed.")
    if "complete" not in declared:
        text = "Every operation is taken to be listed. Say false where others may have been done."
        yield Assumed("/complete", declaration.complete, "schema", text)
    for number, operation in enumerate(declared.get("operations", ())):
        if "digital_source_type" not in operation:
            meant = declaration.operations[number].digital_source_type
            text = f"It is what {operation['technique']} is by nature."
            yield Assumed(f"/operations/{number}/digital_source_type", meant, "technique", text)


def _completed(declaration: Declaration, production: Production) -> dict[str, Any]:
    release = declaration.intended_release
    completed = replace(
        release,
        territories=release.territories or tuple(production.default_territories),
        media=release.media or tuple(production.default_media),
        languages=release.languages or tuple(production.default_languages),
    )
    return replace(declaration, intended_release=completed).as_dict()


def _offered(declaration: Declaration, production: Production, vendor: Organisation) -> Iterator[dict[str, Any]]:
    """Who the vendor's own earlier assets of the same shots declared as depicted, the newest first, each once."""
    earlier = Asset.objects.filter(vendor=vendor, production=production).order_by("-pk")[:LOOKED_BACK]
    seen = set()
    for asset in earlier:
        if not set(asset.declaration.get("units", ())) & set(declaration.units):
            continue
        for one in asset.declaration.get("depictions", ()):
            key = (one.get("person"), one["role"], one["modality"])
            if key not in seen and len(seen) < MOST_OFFERED:
                seen.add(key)
                yield {"asset": asset.public_id, "title": asset.title, "depiction": one}
