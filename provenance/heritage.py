"""What an upload brings along: what is known here of its bytes, its ingredients and its own credentials.

A footprint that came along may not get lost. Declaring less than an ingredient carries is laundering, whatever the
file itself says and whether or not it still has its credentials.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from django.db.models import Q

from provenance import inheritance, measured, trust
from provenance.declaration import Declaration, OperationStatement, Tool, parse
from provenance.extent import measure
from provenance.geometry import Media
from provenance.models import Asset, KnownContent
from provenance.printable import printable
from provenance.reading import Reading
from provenance.statements import generative_acts
from registry.errors import Fault, NotAllowed

# The bytes of these hold what was declared of an asset; those of an ingredient hold what went into one.
CARRYING = (KnownContent.Kind.UPLOADED, KnownContent.Kind.SIGNED)
REMEMBERED = ("id", "element", "technique", "digital_source_type", "description")
MOST_ASSETS = 20  # of the same bytes; they say the same


@dataclass(frozen=True, slots=True)
class Source:
    """A file the asset was made from, or the upload itself (`pointer` empty): which is its parent by what it shows."""

    pointer: str
    relation: str
    path: str | Path | None
    sha256: str
    has_credentials: bool
    known: Asset | None = None


class Laundering(NotAllowed):
    """A declaration leaves out AI that a source is known to carry."""

    def __init__(self, faults: tuple[Fault, ...]):
        super().__init__("provenance.laundering", faults[0].detail, errors=faults)


def inherited(sources: Iterable[Source], declaration: Declaration, media: Media) -> tuple[OperationStatement, ...]:
    """What other producers' credentials state was made with AI, without saying how much; for the extent.

    What is known here must be declared again, so it is not listed twice. Raises Laundering.
    """
    faults: list[Fault] = []
    foreign: list[OperationStatement] = []
    for source in sources:
        known = _known(source)
        if known:
            faults += _left_out(source, known, declaration, media)
        elif source.has_credentials and source.path:
            found = list(_stated_elsewhere(source, media, start=len(foreign)))
            if found and not any(one.generative for one in declaration.operations):
                faults.append(_fault(source, "states that generative AI was used", "names none"))
            foreign += found
    if faults:
        raise Laundering(tuple(faults))
    return tuple(foreign)


def told(inherited: Iterable[OperationStatement]) -> list[dict[str, Any]]:
    """What came along, as JSON to be remembered with the asset."""
    return [{name: getattr(one, name) for name in REMEMBERED} | {"tool": one.tool.name} for one in inherited]


def remembered(kept: Iterable[Mapping[str, Any]]) -> tuple[OperationStatement, ...]:
    """The same from that JSON."""
    return tuple(OperationStatement(**{**one, "tool": Tool(one["tool"])}) for one in kept)


# --- what is known here -------------------------------------------------------------------------------------------


def _known(source: Source) -> list[Asset]:
    """The assets whose content these bytes are, or whose credentials the file still carries."""
    if source.known:
        return [source.known]
    held = Q(contents__sha256=source.sha256, contents__kind__in=CARRYING)
    label = _reading(source).active if source.has_credentials and source.path else ""
    named = Q(credential__manifest_label=label) if label else Q(pk=None)
    return list(Asset.objects.filter(held | named).distinct()[:MOST_ASSETS])


def _left_out(
    source: Source, known: Sequence[Asset], declaration: Declaration, media: Media
) -> Iterator[Fault]:
    declared = measure(media, declaration.operations)
    for asset in known:
        carried = _carried(asset, source, media)
        for missing in inheritance.shrinks(measure(media, carried), declared)[:5]:
            yield Fault(source.pointer, "provenance.laundering", missing.detail)


def _carried(asset: Asset, source: Source, media: Media) -> list[OperationStatement]:
    """The generative operations of a known asset in this asset's coordinates.

    The same frame and length keep every place; a crop, another cut or a placement keeps only that it was done.
    """
    own = parse(asset.declaration)
    theirs = measured.media(asset.media, own)
    size = ("width", "height", "frame_count", "duration")
    same = source.relation != "componentOf" and all(getattr(theirs, name) == getattr(media, name) for name in size)
    return [
        one if same else _without_place(one, source)
        for one in own.operations
        if one.generative and one.element in media.elements
    ]


def _without_place(operation: OperationStatement, source: Source) -> OperationStatement:
    whole = operation.whole if source.relation != "componentOf" else None
    return replace(operation, regions=(), share=None, whole=whole)


# --- what others state --------------------------------------------------------------------------------------------


def _stated_elsewhere(source: Source, media: Media, *, start: int) -> Iterator[OperationStatement]:
    """Each way in which somebody else's credentials say AI was used, of unknown extent."""
    if not media.elements:
        return
    seen = set()
    for act in generative_acts(_reading(source)):
        told = (str(act.get("digitalSourceType")), _agent(act))
        if told not in seen:
            seen.add(told)
            yield OperationStatement(
                id=f"inherited-{start + len(seen)}", element=media.elements[0], technique="other",
                tool=Tool(told[1] or "not stated"), digital_source_type=told[0],
                description="Stated by the credentials of an asset used",
            )  # fmt: skip


def _agent(act: Mapping[str, Any]) -> str:
    agent = act.get("softwareAgent")
    return printable(agent.get("name") if isinstance(agent, Mapping) else agent)[:100]


def _reading(source: Source) -> Reading:
    return Reading.of(trust.sandbox().read(str(source.path), anchors=trust.anchors()))


def _fault(source: Source, carries: str, declared: str) -> Fault:
    what = "This asset used" if source.pointer else "This file’s own history"
    return Fault(source.pointer, "provenance.laundering", f"{what} {carries}; the declaration {declared}.")
