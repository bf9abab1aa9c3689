"""What an upload brings along: what is known here of its bytes, its ingredients and its own credentials.

A footprint that came along may not get lost. Declaring less than an ingredient carries is laundering, whatever the
file itself says and whether or not it still has its credentials. What was signed here binds everybody; what was only
sent here binds those of the same studio, for nobody else may learn of it (docs/adr/0005).
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from django.db.models import Q, QuerySet

from provenance import findings, inheritance, marked, measured, trust
from provenance.declaration import (
    Declaration,
    OperationStatement,
    Tool,
    placement_of,
    placement_told,
    regions_of,
    regions_told,
    remembered,
)
from provenance.extent import measure
from provenance.footprint import domain_of
from provenance.geometry import Media
from provenance.inheritance import FrameRun
from provenance.models import Asset, KnownContent, SequenceFrame
from provenance.placement import ALL, Placement
from provenance.printable import printable
from provenance.quantities import WHOLE, Print
from provenance.reading import Reading
from provenance.sequence_index import MEDIA_TYPE
from provenance.statements import generative_acts
from provenance.techniques import SOUND_ELEMENTS
from provenance.testimony import metadata_states_ai
from provenance.union import print_of
from registry.errors import Fault, NotAllowed
from registry.models import Organisation
from registry.prepared import Prepared

Kind = KnownContent.Kind
REMEMBERED = ("id", "element", "technique", "digital_source_type", "description")
SAME_FRAME = ("width", "height", "frame_count", "duration", "words")
MOST_ASSETS = 20  # of the same bytes; they say the same
MOST_RUNS = 1_000  # of frames in common; where they are shuffled more than that, nobody says where
PIECE = 500


@dataclass(frozen=True, slots=True)
class Source:
    """A file the asset was made from, or the upload itself (`pointer` empty): which is its parent by what it shows.

    `placement` says what of it was used and where it appears; None is not known. `metadata` is what its XMP says of AI.
    `frames` are those it has in common with `known`, a sequence or a frame of one.
    """

    pointer: str
    relation: str
    path: str | Path | None
    sha256: str
    has_credentials: bool
    known: Asset | None = None
    placement: Placement | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    frames: tuple[FrameRun, ...] | None = None


@dataclass(frozen=True, slots=True)
class Carrier:
    """A known asset that an asset is, or was made from, and how its footprints come to lie in it: by a placement, or by
    the frames that both have. Of one that was refused at the door and is declared `again`, word for word, only what came
    to it from others: where its own operations were at work is said, or measured, anew."""

    asset: Asset
    relation: str
    placement: Placement | None = None
    frames: tuple[FrameRun, ...] | None = None
    again: bool = False


@dataclass(frozen=True, slots=True)
class Heritage:
    """What came along: what other producers' credentials state was made with AI, without saying how much; and the known
    assets whose places stay, whatever is declared or measured. What they carry must be declared again, so it is not
    listed twice."""

    stated: tuple[OperationStatement, ...] = ()
    carriers: tuple[Carrier, ...] = ()


class Laundering(NotAllowed):
    """A declaration leaves out AI that a source is known to carry."""

    def __init__(self, faults: tuple[Fault, ...]):
        super().__init__("provenance.laundering", faults[0].detail, errors=faults)


def inherited(
    sources: Iterable[Source], declaration: Declaration, media: Media, *, studio: Organisation, vendor: Organisation
) -> Heritage:
    """What comes along with the sources of an asset, for its extent. Raises Laundering where that is not declared."""
    faults: list[Fault] = []
    stated: dict[tuple[Any, ...], OperationStatement] = {}
    carriers: list[Carrier] = []
    for source in sources:
        reading = _reading(source)
        found = [
            replace(one, again=_declared_again(one.asset, source, declaration))
            for one in _known(source, reading, media, studio=studio, vendor=vendor)
        ]
        carriers += found
        faults += _left_out(source, found, declaration, media)
        known = [one.asset for one in found]
        elsewhere = [*_remembered_of(known, source, media), *_stated_elsewhere(reading, known, source, media)]
        if not any(one.generative for one in declaration.operations):
            if elsewhere:
                faults.append(_fault(source, "states that generative AI was used", "names none"))
            elif metadata_states_ai(source.metadata):
                faults.append(_fault(source, "states in its metadata that AI was used", "names none"))
        stated = {_way(one): one for one in elsewhere} | stated
    if faults:
        raise Laundering(tuple(dict.fromkeys(faults)))
    numbered = (_numbered(number, one, media) for number, one in enumerate(stated.values(), start=1))
    return Heritage(tuple(numbered), tuple(carriers))


def told(heritage: Heritage) -> dict[str, Any]:
    """What came along, as JSON to be remembered with the asset."""
    stated = [
        {name: getattr(one, name) for name in REMEMBERED} | {"tool": one.tool.name, "regions": regions_told(one.regions)}
        for one in heritage.stated
    ]
    carriers = [
        {"asset": one.asset.public_id, "relation": one.relation, "placement": placement_told(one.placement),
         **({} if one.frames is None else {"frames": [[run.known, run.here, run.count] for run in one.frames]}),
         **({"again": True} if one.again else {})}
        for one in heritage.carriers
    ]
    return {"inherited": stated, "carriers": carriers}


def of(asset: Asset) -> Heritage:
    """What came along when an asset was taken in."""
    kept = asset.media.get("carriers", ())
    assets = {one.public_id: one for one in NAMED([one["asset"] for one in kept])}
    carriers = (
        Carrier(
            assets[one["asset"]], one["relation"], placement_of(one["placement"]), _runs(one.get("frames")),
            one.get("again", False),
        )  # fmt: skip
        for one in kept
    )
    return Heritage(_stated(asset.media.get("inherited", ())), tuple(carriers))


def _runs(told: Iterable[Iterable[int]] | None) -> tuple[FrameRun, ...] | None:
    return None if told is None else tuple(FrameRun(*run) for run in told)


def carried(heritage: Heritage, media: Media) -> tuple[Print, ...]:
    """The places that came along, in this asset's coordinates."""
    return tuple(dict.fromkeys(one for carrier in heritage.carriers for one in brought(carrier, media)))


def _stated(kept: Iterable[Mapping[str, Any]]) -> tuple[OperationStatement, ...]:
    """The same from that JSON."""
    return tuple(
        OperationStatement(**{**one, "tool": Tool(one["tool"]), "regions": regions_of(one.get("regions", ()))}) for one in kept
    )


# --- what is known here -------------------------------------------------------------------------------------------


def binding(studio: Organisation, vendor: Organisation) -> Q:
    """The contents that bind an upload: whatever was signed here, and what was sent to its own studio. What was refused
    at the door, of which nobody saw a byte since, binds who sent it. An ingredient's bytes hold what went into an
    asset, and not what was declared of it."""
    return _binding(studio.pk, vendor.pk, sandbox=is_sandbox(studio))


def _binding(studio: int, vendor: int, *, sandbox: bool) -> Q:
    seen = ~Q(storage_key="") | Q(vendor=vendor)
    signed = Q(contents__kind__in=(Kind.SIGNED, Kind.DESCRIBED)) | Q(contents__kind=Kind.FRAME, credential__isnull=False)
    sent = Q(contents__kind__in=(Kind.UPLOADED, Kind.FRAME), production__studio=studio) & seen
    return (signed | sent) & _within(studio, sandbox=sandbox)


def within(studio: Organisation) -> Q:
    """What is real knows of nothing but what is real; a sandbox, of nothing but what was sent to it. To one another their
    credentials are those of a stranger."""
    return _within(studio.pk, sandbox=is_sandbox(studio))


def _within(studio: int, *, sandbox: bool) -> Q:
    return Q(production__studio=studio, sandbox=True) if sandbox else Q(sandbox=False)


def is_sandbox(studio: Organisation) -> bool:
    return studio.sandbox_of_id is not None


def bound_by(studio: int, vendor: int, *, sandbox: bool, **content: Any) -> QuerySet[Asset]:
    """The assets that bind an upload and have such contents, to be asked for again and again."""
    return Asset.objects.filter(_binding(studio, vendor, sandbox=sandbox), **content)


NAMED = Prepared(lambda ids: Asset.objects.filter(public_id__in=ids).order_by())
# By whether a studio is a sandbox.
HELD = {
    sandbox: Prepared(
        lambda studio, vendor, sha256, sandbox=sandbox: bound_by(studio, vendor, sandbox=sandbox, contents__sha256=sha256)
        .select_related("credential").distinct()[:MOST_ASSETS]
    )
    for sandbox in (False, True)
}  # fmt: skip


def of_frames(here: Mapping[str, Sequence[int]], *, studio: Organisation, vendor: Organisation) -> list[Source]:
    """The known assets that have some of these frames: `here` says at which places, counted from 0, each hash stands.

    A few questions for all frames, not one for each.
    """
    bound, hashes = binding(studio, vendor), list(here)
    held: dict[int, set[str]] = {}
    for start in range(0, len(hashes), PIECE):
        some = Asset.objects.filter(bound, contents__sha256__in=hashes[start : start + PIECE])
        for asset, sha256 in some.values_list("pk", "contents__sha256"):
            held.setdefault(asset, set()).add(sha256)
    newest = sorted(held, reverse=True)[:MOST_ASSETS]
    assets = Asset.objects.select_related("credential").in_bulk(newest)
    sources = []
    for asset in newest:
        known = _places(asset, held[asset]) or {sha256: [0] for sha256 in held[asset]}
        runs = tuple(inheritance.runs_of(known, here))
        told = None if len(runs) > MOST_RUNS else runs
        sources.append(Source("", "parentOf", None, "", False, assets[asset], frames=told))
    return sources


def _places(asset: int, hashes: Collection[str]) -> dict[str, list[int]]:
    """Where frames of those hashes stand in a known sequence; nothing where the asset is none."""
    found: dict[str, list[int]] = {}
    hashes = sorted(hashes)
    for start in range(0, len(hashes), PIECE):
        rows = SequenceFrame.objects.filter(sequence__asset=asset, sha256__in=hashes[start : start + PIECE]).order_by("place")
        for sha256, place in rows.values_list("sha256", "place"):
            found.setdefault(sha256, []).append(place)
    return found


def _known(
    source: Source, reading: Reading, media: Media, *, studio: Organisation, vendor: Organisation
) -> list[Carrier]:
    """The assets whose content these bytes are, or whose credentials the file still carries, also below others."""
    if source.known:
        return [Carrier(source.known, source.relation, source.placement, source.frames)]
    if labels := reading.lineage():
        named = Q(credential__manifest_label__in=labels) & within(studio)
        held = Q(contents__sha256=source.sha256) & binding(studio, vendor) | named
        assets: Iterable[Asset] = Asset.objects.select_related("credential").filter(held).distinct()[:MOST_ASSETS]
    else:
        assets = HELD[is_sandbox(studio)](studio.pk, vendor.pk, source.sha256)
    return [Carrier(asset, source.relation, source.placement, _as_a_frame(asset, source, media)) for asset in assets]


def _as_a_frame(asset: Asset, source: Source, media: Media) -> tuple[FrameRun, ...] | None:
    """Where the file stands in a known sequence of which it is one frame; None where it is placed otherwise, or used in
    something that moves, where nobody says when it is seen."""
    elsewhere = source.placement or source.relation == "componentOf" or (source.pointer and media.moving)
    if asset.media_type != MEDIA_TYPE or elsewhere:
        return None
    places = _places(asset.pk, [source.sha256]).get(source.sha256)
    return tuple(FrameRun(place, 0, 1) for place in places) if places else None


def _declared_again(asset: Asset, source: Source, declaration: Declaration) -> bool:
    """Whether these very bytes were refused at the door, and all that was declared of them is declared once more."""
    if source.pointer or asset.storage_key or asset.sha256 != source.sha256:
        return False
    before = {_act_of(one) for one in remembered(asset.declaration).operations}
    return before <= {_act_of(one) for one in declaration.operations}


def _act_of(statement: OperationStatement) -> OperationStatement:
    """What an operation did, whatever it is called by and measured by."""
    return replace(statement, id="", evidence=None)


def _left_out(
    source: Source, known: Sequence[Carrier], declaration: Declaration, media: Media
) -> Iterator[Fault]:
    declared = measure(media, declaration.operations) if known else None
    for carrier in known:
        came = brought(carrier, media)
        for missing in inheritance.shrinks(came, declared)[:5]:
            yield Fault(source.pointer, "provenance.laundering", missing.detail)


def brought(carrier: Carrier, media: Media, seen: dict[int, list[Print]] | None = None) -> list[Print]:
    """The generative operations of a known asset in this asset's coordinates.

    The same frame and length keep every place, and so does a placement that is stated; where neither is so, it is only
    known that they were done. Frames that both have keep theirs, wherever they stand.
    """
    theirs = measured.media(carrier.asset.media, remembered(carrier.asset.declaration))
    same = carrier.relation != "componentOf" and _same_frame(theirs, media)
    placement = carrier.placement or (ALL if same else None)
    found = []
    for one in _brought_along(carrier.asset, seen) if carrier.again else prints(carrier.asset, seen):
        element = one.statement.element
        if not one.statement.generative or not _may_have(media, element):
            continue
        if carrier.frames is not None:
            if came := inheritance.by_frames(one, carrier.frames, domain_of(element, theirs), domain_of(element, media)):
                found.append(came)
        elif placement is None and one.method == WHOLE and carrier.relation != "componentOf":
            found.append(one)
        elif came := inheritance.mapped(one, placement, domain_of(element, theirs), domain_of(element, media)):
            found.append(came)
    return found


def _same_frame(theirs: Media, media: Media) -> bool:
    return all(getattr(theirs, name) == getattr(media, name) for name in SAME_FRAME)


def prints(asset: Asset, seen: dict[int, list[Print]] | None = None) -> list[Print]:
    """Where an asset's own operations were at work, as declared or as measured, and what came to it from others."""
    seen = {} if seen is None else seen
    if asset.pk not in seen:
        declaration = remembered(asset.declaration)
        media = measured.media(asset.media, declaration)
        numbers = findings.standing(findings.of(asset))
        own = [print_of(one, domain_of(one.element, media), numbers.get(one.id)) for one in declaration.operations]
        seen[asset.pk] = list(dict.fromkeys([*own, *_brought_along(asset, seen)]))
    return seen[asset.pk]


def _brought_along(asset: Asset, seen: dict[int, list[Print]] | None) -> list[Print]:
    media = measured.media(asset.media, remembered(asset.declaration))
    return [one for carrier in of(asset).carriers for one in brought(carrier, media, seen)]


def _may_have(media: Media, element: str) -> bool:
    """Whether a file can have the element. It has sound, and whose or what it is nobody can tell; of a kind that is
    not looked into, it may have any."""
    if media.kind == "other":
        return True
    alike = SOUND_ELEMENTS if element in SOUND_ELEMENTS else {element}
    return not alike.isdisjoint(media.elements)


# --- what others state --------------------------------------------------------------------------------------------


def _remembered_of(known: Iterable[Asset], source: Source, media: Media) -> Iterator[OperationStatement]:
    """What others had stated of the assets known here, when they were taken in."""
    for asset in known:
        theirs = measured.media(asset.media, remembered(asset.declaration))
        for one in _stated(asset.media.get("inherited", ())):
            yield one if _same_places(source, theirs, media) else replace(one, element="", regions=())


def _stated_elsewhere(
    reading: Reading, known: Iterable[Asset], source: Source, media: Media
) -> Iterator[OperationStatement]:
    """Each way in which somebody else's credentials say AI was used; of unknown extent, but for places that hold here."""
    own = {asset.credential.manifest_label for asset in known if hasattr(asset, "credential")}
    acts = list(generative_acts(reading, but=own))
    marks = [marked.places(act, media) if label == reading.active else marked.NOWHERE for label, act in acts]
    if not _marks_hold(reading, source, media) or sum(len(regions) for _, regions in marks) > marked.MOST:
        marks = [marked.NOWHERE] * len(acts)
    for (_, act), (element, regions) in zip(acts, marks, strict=True):
        yield OperationStatement(
            id="inherited", element=element, technique="other", tool=Tool(_agent(act) or "not stated"),
            digital_source_type=str(act.get("digitalSourceType")), regions=regions,
            description="Stated by the credentials of an asset used",
        )  # fmt: skip


def _way(one: OperationStatement) -> tuple[Any, ...]:
    """What tells one way in which AI was used from another; what is not placed is on no element in particular."""
    return one.digital_source_type, one.tool.name, one.regions and one.element, one.regions


def _marks_hold(reading: Reading, source: Source, media: Media) -> bool:
    """Whether the places that a file's own credentials mark are places of this asset, by a signer known here. Else it is
    only known that something was done."""
    if reading.state != "Trusted" or reading.failure or reading.media is None:
        return False
    return _same_places(source, reading.media, media)


def _same_places(source: Source, theirs: Media, media: Media) -> bool:
    """Whether the asset is that file, or was made from it without being cut, moved or fitted into another frame."""
    return source.relation == "parentOf" and source.placement in (None, ALL) and _same_frame(theirs, media)


def _numbered(number: int, operation: OperationStatement, media: Media) -> OperationStatement:
    """With ids of its own, and on an element of this asset: on which one it was, others seldom say."""
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
