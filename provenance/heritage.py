"""What an upload brings along: what is known here of its bytes, its ingredients and its own credentials.

A footprint that came along may not get lost. Declaring less than an ingredient carries is laundering, whatever the
file itself says and whether or not it still has its credentials. What was signed here binds everybody; what was only
sent here binds those of the same studio, for nobody else may learn of it (docs/adr/0005).
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
from provenance.techniques import SOUND_ELEMENTS
from registry.errors import Fault, NotAllowed
from registry.models import Organisation

Kind = KnownContent.Kind
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


def inherited(
    sources: Iterable[Source], declaration: Declaration, media: Media, *, studio: Organisation, vendor: Organisation
) -> tuple[OperationStatement, ...]:
    """What other producers' credentials state was made with AI, without saying how much; for the extent.

    What is known here must be declared again, so it is not listed twice. Raises Laundering.
    """
    binding = _binding(studio, vendor)
    faults: list[Fault] = []
    stated: dict[tuple[str, str], OperationStatement] = {}
    for source in sources:
        reading = _reading(source)
        known = _known(source, reading, binding)
        faults += _left_out(source, known, declaration, media)
        elsewhere = [*_remembered_of(known), *_stated_elsewhere(reading, known)]
        if elsewhere and not any(one.generative for one in declaration.operations):
            faults.append(_fault(source, "states that generative AI was used", "names none"))
        stated = {(one.digital_source_type, one.tool.name): one for one in elsewhere} | stated
    if faults:
        raise Laundering(tuple(faults))
    return tuple(_numbered(number, one, media) for number, one in enumerate(stated.values(), start=1))


def told(inherited: Iterable[OperationStatement]) -> list[dict[str, Any]]:
    """What came along, as JSON to be remembered with the asset."""
    return [{name: getattr(one, name) for name in REMEMBERED} | {"tool": one.tool.name} for one in inherited]


def remembered(kept: Iterable[Mapping[str, Any]]) -> tuple[OperationStatement, ...]:
    """The same from that JSON."""
    return tuple(OperationStatement(**{**one, "tool": Tool(one["tool"])}) for one in kept)


# --- what is known here -------------------------------------------------------------------------------------------


def _binding(studio: Organisation, vendor: Organisation) -> Q:
    """The contents that bind an upload: whatever was signed here, and what was sent to its own studio. What was refused
    at the door, of which nobody saw a byte since, binds who sent it. An ingredient's bytes hold what went into an
    asset, and not what was declared of it."""
    seen = ~Q(storage_key="") | Q(vendor=vendor)
    return Q(contents__kind=Kind.SIGNED) | Q(contents__kind=Kind.UPLOADED, production__studio=studio) & seen


def _known(source: Source, reading: Reading, binding: Q) -> list[Asset]:
    """The assets whose content these bytes are, or whose credentials the file still carries, also below others."""
    if source.known:
        return [source.known]
    held = Q(contents__sha256=source.sha256) & binding
    named = Q(credential__manifest_label__in=reading.lineage())
    return list(Asset.objects.select_related("credential").filter(held | named).distinct()[:MOST_ASSETS])


def _left_out(
    source: Source, known: Sequence[Asset], declaration: Declaration, media: Media
) -> Iterator[Fault]:
    declared = measure(media, declaration.operations)
    for asset in known:
        carried = _carried(asset, source, media)
        for missing in inheritance.shrinks(measure(media, carried).prints, declared)[:5]:
            yield Fault(source.pointer, "provenance.laundering", missing.detail)


def _carried(asset: Asset, source: Source, media: Media) -> list[OperationStatement]:
    """The generative operations of a known asset in this asset's coordinates.

    The same frame and length keep every place; a crop, another cut or a placement keeps only that it was done.
    """
    own = parse(asset.declaration)
    theirs = measured.media(asset.media, own)
    size = ("width", "height", "frame_count", "duration", "words")
    same = source.relation != "componentOf" and all(getattr(theirs, name) == getattr(media, name) for name in size)
    return [
        one if same else _without_place(one, source)
        for one in own.operations
        if one.generative and _may_have(media, one.element)
    ]


def _may_have(media: Media, element: str) -> bool:
    """Whether a file can have the element. It has sound, and whose or what it is nobody can tell; of a kind that is
    not looked into, it may have any."""
    if media.kind == "other":
        return True
    alike = SOUND_ELEMENTS if element in SOUND_ELEMENTS else {element}
    return not alike.isdisjoint(media.elements)


def _without_place(operation: OperationStatement, source: Source) -> OperationStatement:
    whole = operation.whole if source.relation != "componentOf" else None
    return replace(operation, regions=(), share=None, whole=whole)


# --- what others state --------------------------------------------------------------------------------------------


def _remembered_of(known: Iterable[Asset]) -> Iterator[OperationStatement]:
    """What others had stated of the assets known here, when they were taken in."""
    for asset in known:
        yield from remembered(asset.media.get("inherited", ()))


def _stated_elsewhere(reading: Reading, known: Iterable[Asset]) -> Iterator[OperationStatement]:
    """Each way in which somebody else's credentials say AI was used, of unknown extent."""
    own = {asset.credential.manifest_label for asset in known if hasattr(asset, "credential")}
    for act in generative_acts(reading, but=own):
        yield OperationStatement(
            id="inherited", element="", technique="other", tool=Tool(_agent(act) or "not stated"),
            digital_source_type=str(act.get("digitalSourceType")),
            description="Stated by the credentials of an asset used",
        )  # fmt: skip


def _numbered(number: int, operation: OperationStatement, media: Media) -> OperationStatement:
    """With an id of its own, and on an element of this asset: on which one it was, others seldom say."""
    element = operation.element if operation.element in media.elements else media.elements[0]
    return replace(operation, id=f"inherited-{number}", element=element)


def _agent(act: Mapping[str, Any]) -> str:
    agent = act.get("softwareAgent")
    return printable(agent.get("name") if isinstance(agent, Mapping) else agent)[:100]


def _reading(source: Source) -> Reading:
    """What the file's own credentials say; nothing where it has none."""
    if not source.has_credentials or source.path is None:
        return Reading()
    return Reading.of(trust.sandbox().read(str(source.path), anchors=trust.anchors()))


def _fault(source: Source, carries: str, declared: str) -> Fault:
    what = "This asset used" if source.pointer else "This file’s own history"
    return Fault(source.pointer, "provenance.laundering", f"{what} {carries}; the declaration {declared}.")
