"""What was measured of an operation, held against what was declared of it; and the operation as it is then told.

Rules only. Who answers where the two do not agree, and what is signed meanwhile, is left to `findings.py` and `evidence.py`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from provenance.declaration import Declaration, OperationStatement
from provenance.extent import measure
from provenance.footprint import Domain, PictureDomain, Piece, domain_of
from provenance.geometry import FrameRange, Media, Region, Shape, TimeRange, WordRange
from provenance.measurement import Measurement
from provenance.quantities import Quantity, number
from provenance.raster import Mask

AGREES, MORE, NOTHING = "agrees", "more", "nothing"
MOST_PLACES = 200  # of one operation; what is scattered further is told as one place around all of them


@dataclass(frozen=True, slots=True)
class Comparison:
    """`finding`: agrees, more or nothing. `beyond`: the share of the element that was touched and not declared."""

    finding: str
    declared: Quantity
    beyond: Fraction

    def as_dict(self) -> dict[str, Any]:
        """To be kept: what was declared, and how much lies beyond it."""
        return {"share": number(self.declared.share), "method": self.declared.method, "beyond": number(self.beyond)}


def compare(
    operation: OperationStatement, measurement: Measurement, media: Media, *, tolerance: Fraction
) -> Comparison:  # fmt: skip
    """Whether a measurement lies within what its operation declares, but for `tolerance`, a share of the element.

    Nothing is found where the error reaches down to nothing. Of an operation whose extent nobody declared nothing lies
    beyond: what is measured is what is known of it.
    """
    declared = measure(media, [operation]).operations[0].quantity
    beyond = _beyond(operation, declared, measurement, media)
    finding = NOTHING if measurement.share <= measurement.error else MORE if beyond > tolerance else AGREES
    return Comparison(finding, declared, beyond)


def _beyond(
    operation: OperationStatement, declared: Quantity, measurement: Measurement, media: Media
) -> Fraction:  # fmt: skip
    if declared.share is None or operation.whole:
        return Fraction(0)
    domain = domain_of(operation.element, media)
    placed = domain.pieces(operation.regions) if operation.regions else None
    if placed is None or measurement.footprint is None:
        return max(Fraction(0), measurement.share - declared.share)
    around = [replace(piece, mask=Mask(piece.mask.covered | piece.mask.edge, 0)) for piece in placed]
    return domain.cover([*around, *measurement.footprint]).share - domain.cover(around).share


def joined(measurements: Sequence[Measurement], media: Media) -> Measurement:
    """One measurement of an element whose tracks were measured each: of the time that was touched in any of them."""
    largest = max(measurements, key=lambda one: one.share)
    pieces = [piece for one in measurements for piece in one.footprint or ()]
    if len(measurements) == 1 or any(one.footprint is None for one in measurements):
        return largest
    covered = domain_of(largest.element, media).cover(pieces)
    return replace(
        largest, share=covered.share, error=max(one.error for one in measurements), time_share=covered.time_share,
        ranges=tuple(_merged(span for one in measurements for span in one.ranges)), footprint=tuple(pieces),
        remarks=tuple(dict.fromkeys(remark for one in measurements for remark in one.remarks)), track=None,
    )  # fmt: skip


def _merged(spans: Iterable[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """Ranges of seconds in order, those that meet as one."""
    open_: dict[str, Any] | None = None
    for span in sorted(spans, key=lambda one: (one["start_s"], one["end_s"])):
        if open_ is not None and span["start_s"] <= open_["end_s"]:
            open_["end_s"] = max(open_["end_s"], span["end_s"])
            continue
        if open_ is not None:
            yield open_
        open_ = {"start_s": span["start_s"], "end_s": span["end_s"]}
    if open_ is not None:
        yield open_


# --- as it is told ------------------------------------------------------------------------------------------------


def told(declaration: Declaration, measurements: Mapping[str, Measurement], media: Media, *,
         tolerance: Fraction) -> Declaration:
    """The declaration with the places that were measured, by their operation's id, where it has none that hold them."""
    operations = tuple(
        _placed(one, measurements[one.id], media, tolerance) if one.id in measurements else one
        for one in declaration.operations
    )
    return replace(declaration, operations=operations)


def _placed(
    operation: OperationStatement, measurement: Measurement, media: Media, tolerance: Fraction
) -> OperationStatement:  # fmt: skip
    """Regions that hold what was measured are kept; whatever else was declared gives way to the places measured."""
    if operation.whole and measurement.share == 1:
        return operation
    if operation.regions and compare(operation, measurement, media, tolerance=tolerance).finding == AGREES:
        return operation
    return replace(operation, whole=None, share=None, regions=places(operation, measurement, media))


def places(operation: OperationStatement, measurement: Measurement, media: Media) -> tuple[Region, ...]:
    """Where an operation was measured to be at work, as regions with identifiers of their own: for each range of time
    the box around what was touched in it. Empty where nothing was touched, or too much to be kept."""
    if not measurement.share:
        return ()
    ranges: Sequence[Mapping[str, Any]] = measurement.ranges or ({},)
    if len(ranges) > MOST_PLACES:
        ranges = (_around(ranges),)
    domain = domain_of(operation.element, media)
    found = (_region(operation, one, domain, measurement.footprint or (), media) for one in ranges)
    regions = [one for one in found if one.shape or one.time or one.frames or one.words]
    return tuple(replace(one, id=f"{operation.id}.measured-{number}") for number, one in enumerate(regions, start=1))


def _around(ranges: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """One range from the first to the last of many."""
    first, last = ranges[0], ranges[-1]
    return {name: (last if name.startswith("end") else first)[name] for name in first}


def _region(operation: OperationStatement, span: Mapping[str, Any], domain: Domain, pieces: Sequence[Piece],
            media: Media) -> Region:
    frames = FrameRange(span["start_frame"], span["end_frame"] - 1) if "start_frame" in span else None
    time = TimeRange(span["start_s"], span["end_s"]) if "start_s" in span and frames is None else None
    words = WordRange(span["start_word"], span["end_word"]) if "start_word" in span else None
    shape = None
    if isinstance(domain, PictureDomain):
        during = (span["start_frame"], span["end_frame"]) if frames else None
        shape = _box(domain, [one for one in pieces if during is None or one.start < during[1] and during[0] < one.end])
    return Region(operation.id, shape=shape, time=time, frames=frames, words=words)


def _box(domain: PictureDomain, pieces: Iterable[Piece]) -> Shape | None:
    """The rectangle around all that these pieces cover, in percent of the frame."""
    covered = 0
    for piece in pieces:
        covered |= piece.mask.covered
    if not covered:
        return None
    left, top, right, bottom = domain.grid.box(covered)
    across, down = 100 / domain.grid.columns, 100 / domain.grid.rows
    return Shape(
        "rectangle", "percent", round(left * across, 4), round(top * down, 4), round((right - left) * across, 4),
        round((bottom - top) * down, 4),
    )  # fmt: skip
