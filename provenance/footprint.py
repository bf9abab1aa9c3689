"""Footprints: where in an element operations were at work, and how much they cover together, each place counted once.

A picture is cut in time at every boundary of every footprint; between two cuts the masks are joined and counted. The
cost is the number of segments times the grid, whatever the number of frames. Sound and text are cut on one line.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from provenance.geometry import FrameSpan, Media, Region
from provenance.raster import Grid, Mask


@dataclass(frozen=True, slots=True)
class Coverage:
    """Share of the element covered, the bound of its error, and the share of its frames or seconds with any of it."""

    share: Fraction
    error: Fraction
    time_share: Fraction


_LINE = Mask(1, 0)  # sound and text have one cell: it is covered, or it is not


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a footprint: from `start` up to `end`, half-open, and in a picture the mask it covers there."""

    start: Fraction
    end: Fraction
    mask: Mask = _LINE


class PictureDomain:
    """A still or moving picture: grid cells times frames."""

    def __init__(self, media: Media) -> None:
        self.media = media
        self.sized = bool(media.width and media.height)
        self.grid = Grid(media.width or 512, media.height or 512)
        self.length = Fraction(media.frame_count or 1)

    def pieces(self, regions: Iterable[Region]) -> list[Piece] | None:
        """The footprint of regions; None when one of them cannot be placed because the file's size is not known."""
        found: list[Piece] = []
        for region in regions:
            span, mask = region.frame_span(self.media), self._mask(region)
            if span is None or mask is None:
                return None
            found.extend(piece for piece in in_time(span, mask) if piece.start < piece.end and mask.covered)
        return found

    def cover(self, pieces: Sequence[Piece]) -> Coverage:
        """How much the pieces cover together."""
        return _joined(pieces, length=self.length, full=self.grid.full, cells=self.grid.cells)

    def _mask(self, region: Region) -> Mask | None:
        if region.shape is None:
            return Mask(self.grid.full, 0)
        if not self.sized and (region.shape.unit == "pixel" or region.shape.type == "circle"):
            return None
        return self.grid.draw(region.shape)


class LineDomain:
    """A recording of sound, in seconds, or a text, in words; `length` is None where it is not known."""

    def __init__(self, media: Media, element: str) -> None:
        self.media = media
        self.text = element == "text"
        known = media.words if self.text else media.duration
        self.length = Fraction(known) if known else None

    def pieces(self, regions: Iterable[Region]) -> list[Piece] | None:
        """The footprint of regions; None when it cannot be placed because the element's length is not known."""
        found: list[Piece] = []
        for region in regions:
            span = self._words(region) if self.text else region.seconds(self.media)
            if span is None:
                return None
            if span[0] < span[1]:
                found.append(Piece(*span))
        return found

    def cover(self, pieces: Sequence[Piece]) -> Coverage:
        """How much the pieces cover together; nothing is in doubt on a line."""
        return _joined(pieces, length=self.length or Fraction(1), full=1, cells=1)

    def _words(self, region: Region) -> tuple[Fraction, Fraction] | None:
        if self.length is None or region.words is None:
            return None
        return min(Fraction(region.words.start), self.length), min(Fraction(region.words.end), self.length)


Domain = PictureDomain | LineDomain


def covers(domain: Domain, larger: Sequence[Piece], smaller: Sequence[Piece]) -> bool:
    """Whether all that is certain of the smaller footprint lies within the larger, or on its edge.

    Where all of it is in doubt, as of something small that was moved from a coarser grid, its innermost cells have to.
    """
    around = [replace(piece, mask=Mask(piece.mask.covered | piece.mask.edge, 0)) for piece in larger]
    within = [replace(piece, mask=Mask(_surest(domain, piece.mask), 0)) for piece in smaller]
    return domain.cover([*around, *within]).share == domain.cover(around).share


def _surest(domain: Domain, mask: Mask) -> int:
    certain = _certain(mask)
    if certain or not isinstance(domain, PictureDomain):
        return certain or mask.covered
    return domain.grid.core(mask.covered)


def domain_of(element: str, media: Media) -> Domain:
    return PictureDomain(media) if element == "picture" else LineDomain(media, element)


def in_time(span: FrameSpan, mask: Mask) -> Iterable[Piece]:
    """A mask over its frames; in a frame it touches for part of the frame's time, all of it is in doubt."""
    start, end = span.start + span.first_in_part, span.end - span.last_in_part
    doubtful = Mask(mask.covered, mask.covered | mask.edge)
    if span.first_in_part:
        yield Piece(Fraction(span.start), Fraction(start), doubtful)
    yield Piece(Fraction(start), Fraction(end), mask)
    if span.last_in_part:
        yield Piece(Fraction(end), Fraction(span.end), doubtful)


def _certain(mask: Mask) -> int:
    return mask.covered & ~mask.edge


@dataclass(frozen=True, slots=True)
class _Span:
    """A piece between two cuts: the cells it covers, those it covers for certain, and those its edge leaves in doubt."""

    first: int
    last: int
    covered: int
    certain: int
    edge: int


def _joined(pieces: Sequence[Piece], *, length: Fraction, full: int, cells: int) -> Coverage:
    cuts = sorted({Fraction(0), length, *(piece.start for piece in pieces), *(piece.end for piece in pieces)})
    place = {moment: number for number, moment in enumerate(cuts)}
    spans = [
        _Span(
            place[piece.start],
            place[piece.end],
            piece.mask.covered,
            _certain(piece.mask),
            piece.mask.edge,
        )
        for piece in pieces
    ]
    touched, doubtful, time = _count(cuts, full, 0, len(cuts) - 1, _Span(0, 0, 0, 0, 0), spans)
    return Coverage(touched / (length * cells), doubtful / (length * cells), time / length)


def _count(
    cuts: Sequence[Fraction], full: int, first: int, last: int, joined: _Span, spans: Sequence[_Span]
) -> tuple[Fraction, Fraction, Fraction]:
    """Cells times length that are touched, those in doubt, and the length touched at all, between two cuts.

    `joined` is what covers all of this stretch. A span that does is joined to it and followed no further; so each is
    joined at most twice per halving, and the work grows with segments, not with their product with the operations.
    """
    covered, certain, edge = joined.covered, joined.certain, joined.edge
    open_spans: list[_Span] = []
    for span in spans:
        if span.first <= first and last <= span.last:
            covered, certain, edge = covered | span.covered, certain | span.certain, edge | span.edge
        elif span.first < last and first < span.last:
            open_spans.append(span)
    if certain == full or not open_spans:
        length = cuts[last] - cuts[first]
        doubtful = (edge & ~certain).bit_count()
        return covered.bit_count() * length, doubtful * length, length if covered else Fraction(0)
    middle, here = (first + last) // 2, _Span(first, last, covered, certain, edge)
    left = _count(cuts, full, first, middle, here, open_spans)
    right = _count(cuts, full, middle, last, here, open_spans)
    return left[0] + right[0], left[1] + right[1], left[2] + right[2]
