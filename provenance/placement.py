"""Placements: what of an ingredient was used, where in the asset it appears, and how its footprints get there."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from math import ceil, floor

from provenance.footprint import Domain, LineDomain, PictureDomain, Piece, in_time
from provenance.geometry import FrameSpan, Media, Shape, TimeRange, exact
from provenance.raster import Mask, Reframing


@dataclass(frozen=True, slots=True)
class Placement:
    """What of an ingredient was used, and where it appears; what is not said is all of it, from the beginning.

    `crop` is a part of the ingredient's frame, `trim` a part of its time, `speed` how many times as fast it runs;
    `region` is the part of the asset's frame that it fills, `time` when it does: without an end, for as long as it
    lasts, and a still to the asset's end. Both parts of frames are rectangles.
    """

    crop: Shape | None = None
    trim: TimeRange | None = None
    speed: float | None = None
    region: Shape | None = None
    time: TimeRange | None = None

    @property
    def cuts(self) -> bool:
        """Whether something of the ingredient was left out."""
        return self.crop is not None or self.trim is not None or self.time is not None


ALL = Placement()


def moved(
    pieces: Sequence[Piece], placement: Placement, source: Domain, target: Domain
) -> tuple[Piece, ...] | None:
    """A footprint of an ingredient in the domain of what was made of it; empty where it was all cut away.

    None where nobody can say: a length or a size is not known, or words were placed among others. A place is never
    made smaller by being moved: what a cell's edge leaves in doubt is taken along, and stays in doubt.
    """
    if isinstance(source, LineDomain) and source.text:
        return tuple(pieces) if placement == ALL and source.length == target.length else None
    if placement == ALL and _same_frames(source, target):
        return tuple(pieces)
    clock = _clock(placement, source, target)
    if clock is None:
        return None
    reframed = _frames(placement, source, target)
    return tuple(
        landed
        for piece in pieces
        if (span := clock.span(piece))
        if (mask := reframed(piece.mask)).covered
        for landed in _landed(span, mask, target)
    )


def _same_frames(source: Domain, target: Domain) -> bool:
    """Whether both are as many frames of the same size: then nobody needs to know how fast they run."""
    if not isinstance(source, PictureDomain) or not isinstance(target, PictureDomain):
        return False
    sizes = [(one.media.moving, one.grid.columns, one.grid.rows, one.media.frame_count) for one in (source, target)]
    return sizes[0] == sizes[1] and source.media.rate == target.media.rate and sizes[0][3] is not None


def everything(domain: Domain) -> tuple[Piece, ...] | None:
    """The footprint of all of an element; None where its length is not known."""
    if domain.length is None:
        return None
    mask = Mask(domain.grid.full, 0) if isinstance(domain, PictureDomain) else Mask(1, 0)
    return (Piece(Fraction(0), domain.length, mask),)


# --- in time ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Clock:
    """From the ingredient's time to the asset's, each in units of its own: frames, or seconds of sound; a rate of None
    is that of a still, which has no time. `opens` and `closes` are seconds of the asset."""

    source_rate: Fraction | None
    target_rate: Fraction | None
    first: Fraction
    last: Fraction
    opens: Fraction
    closes: Fraction
    speed: Fraction

    def span(self, piece: Piece) -> tuple[Fraction, Fraction] | None:
        start, end = self.opens, self.closes
        if self.source_rate is not None:
            first = max(piece.start / self.source_rate, self.first)
            last = min(piece.end / self.source_rate, self.last)
            if first >= last:
                return None
            if self.target_rate is None:
                return Fraction(0), Fraction(1)
            start = self.opens + (first - self.first) / self.speed
            end = min(self.opens + (last - self.first) / self.speed, self.closes)
        if self.target_rate is None:
            return Fraction(0), Fraction(1)
        return (start * self.target_rate, end * self.target_rate) if start < end else None


def _clock(placement: Placement, source: Domain, target: Domain) -> _Clock | None:
    source_rate, target_rate = _rate(source), _rate(target)
    begins, lasts = Fraction(0), source.media.duration if source_rate is not None else Fraction(0)
    opens, closes = Fraction(0), target.media.duration if target_rate is not None else Fraction(1)
    if lasts is None or closes is None or 0 in (source_rate, target_rate):
        return None
    if placement.trim and source_rate is not None:
        begins, lasts = _within(placement.trim, lasts)
    if placement.time and target_rate is not None:
        opens, closes = _within(placement.time, closes)
    return _Clock(source_rate, target_rate, begins, lasts, opens, closes, exact(placement.speed or 1))


def _rate(domain: Domain) -> Fraction | None:
    """Units of the domain in a second: frames, or the seconds themselves; None for a still, 0 where it is not known."""
    if isinstance(domain, LineDomain):
        return Fraction(1) if domain.length is not None else Fraction(0)
    return (domain.media.rate or Fraction(0)) if domain.media.moving else None


def _within(part: TimeRange, total: Fraction) -> tuple[Fraction, Fraction]:
    end = total if part.end_s is None else min(exact(part.end_s), total)
    return min(exact(part.start_s), total), end


def _landed(span: tuple[Fraction, Fraction], mask: Mask, target: Domain) -> Iterator[Piece]:
    """A mask over the time it comes to; in frames it is there for a part of their time, all of it is in doubt."""
    start, end = span
    if isinstance(target, LineDomain):
        yield Piece(start, end, mask)
        return
    frames = FrameSpan(floor(start), ceil(end), start.denominator != 1, end.denominator != 1)
    yield from (piece for piece in in_time(frames, mask) if piece.start < piece.end)


# --- in the frame -------------------------------------------------------------------------------------------------


def _frames(placement: Placement, source: Domain, target: Domain) -> Callable[[Mask], Mask]:
    if not isinstance(source, PictureDomain) or not isinstance(target, PictureDomain):
        return lambda mask: mask
    alike = (source.grid.columns, source.grid.rows) == (target.grid.columns, target.grid.rows)
    if alike and placement.crop is None and placement.region is None:
        return lambda mask: mask
    reframing = Reframing(source.grid, placement.crop, target.grid, placement.region)
    return cache(reframing.mask)


def lasting(placement: Placement, ingredient: Media) -> Fraction | None:
    """For how many seconds what was kept of an ingredient runs in the asset; None where it has no time, or it is not known."""
    total = ingredient.duration
    if total is None:
        return None
    first, last = _within(placement.trim, total) if placement.trim else (Fraction(0), total)
    return max(last - first, Fraction(0)) / exact(placement.speed or 1)
