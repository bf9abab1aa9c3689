"""The frame, the clock and the words an operation's regions are measured against.

Media says how large an asset is; a Region says where in it something was done. Counting is left to `extent.py`.
"""

from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor

KINDS = ("image", "video", "audio", "text", "other")


@dataclass(frozen=True, slots=True)
class Media:
    """What an asset is and how large: pixels, frames, frames per second, seconds, words; None where not known.

    `elements` are the parts a viewer perceives apart (picture, voice, music, sound, text).
    """

    kind: str
    width: int | None = None
    height: int | None = None
    frames: int | None = None
    fps: Fraction | float | None = None
    seconds: Fraction | float | None = None
    elements: tuple[str, ...] = ()
    words: int | None = None

    @property
    def moving(self) -> bool:
        """Whether its picture moves: a video does, and an animated picture; a TIFF's pages have no time."""
        return self.kind == "video" or (self.kind == "image" and (self.frames or 1) > 1 and self.rate is not None)

    @property
    def rate(self) -> Fraction | None:
        """Frames per second, exactly."""
        if self.fps:
            return exact(self.fps)
        return Fraction(self.frames) / exact(self.seconds) if self.frames and self.seconds else None

    @property
    def duration(self) -> Fraction | None:
        """Seconds, exactly."""
        if self.seconds:
            return exact(self.seconds)
        return self.frames / self.rate if self.frames and self.rate else None

    @property
    def frame_count(self) -> int | None:
        """Frames of a moving picture; a still has one."""
        if not self.moving:
            return 1
        if self.frames:
            return self.frames
        return max(1, round(self.duration * self.rate)) if self.duration and self.rate else None


@dataclass(frozen=True, slots=True)
class Point:
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Shape:
    """A place in a frame, in pixels or percent of the frame, as C2PA 2.4 draws it.

    A rectangle's x and y are its top left corner, a circle's its centre; a circle's diameter in percent is of the
    frame's width. With `inside` False everything but the shape is meant.
    """

    type: str
    unit: str
    x: float | None = None
    y: float | None = None
    width: float | None = None
    height: float | None = None
    diameter: float | None = None
    vertices: tuple[Point, ...] = ()
    inside: bool = True

    def pixels(self, width: float, height: float) -> "Shape":
        """The same place in the pixels of a frame of this size."""
        if self.unit == "pixel":
            return self
        across, down = width / 100, height / 100
        return Shape(
            self.type,
            "pixel",
            _times(self.x, across),
            _times(self.y, down),
            _times(self.width, across),
            _times(self.height, down),
            _times(self.diameter, across),
            tuple(Point(point.x * across, point.y * down) for point in self.vertices),
            self.inside,
        )

    def box(self) -> tuple[float, float, float, float]:
        """Left, top, right and bottom of the shape, in its own unit; a circle in percent has no bottom of its own."""
        if self.type == "polygon":
            across, down = [point.x for point in self.vertices], [point.y for point in self.vertices]
            return min(across), min(down), max(across), max(down)
        x, y = self.x or 0.0, self.y or 0.0
        if self.type == "circle":
            half = (self.diameter or 0.0) / 2
            return x - half, y - half, x + half, y + half
        return x, y, x + (self.width or 0.0), y + (self.height or 0.0)


@dataclass(frozen=True, slots=True)
class TimeRange:
    """Seconds, half-open; an end of None is the end of the asset."""

    start_s: float = 0.0
    end_s: float | None = None


@dataclass(frozen=True, slots=True)
class FrameRange:
    """Frames counted from 0, both ends included as in C2PA; an end of None is the last frame."""

    start: int = 0
    end: int | None = None


@dataclass(frozen=True, slots=True)
class WordRange:
    """Words counted from 0, half-open."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Region:
    """One place an operation touched: a shape, for a time, on a track; what is not said is not limited."""

    id: str
    name: str | None = None
    shape: Shape | None = None
    time: TimeRange | None = None
    frames: FrameRange | None = None
    words: WordRange | None = None
    track: str | None = None

    def seconds(self, media: Media) -> tuple[Fraction, Fraction] | None:
        """When, in exact seconds and half-open, clipped to the asset; None where its length is not known."""
        total = media.duration
        if total is None:
            return None
        start, end = Fraction(0), total
        if self.time is not None:
            start = exact(self.time.start_s)
            end = total if self.time.end_s is None else exact(self.time.end_s)
        elif self.frames is not None:
            if media.rate is None:
                return None
            start = self.frames.start / media.rate
            end = total if self.frames.end is None else (self.frames.end + 1) / media.rate
        return min(start, total), max(min(end, total), min(start, total))

    def frame_span(self, media: Media) -> "FrameSpan | None":
        """The frames touched, clipped to the asset; None where its length in frames is not known and matters."""
        total = media.frame_count
        if self.time is None and self.frames is None:
            return FrameSpan(0, total or 1)
        if not media.moving or total is None or (self.time is not None and media.rate is None):
            return None
        if self.frames is not None:
            end = total if self.frames.end is None else self.frames.end + 1
            return FrameSpan(min(self.frames.start, total), min(end, total))
        return self._frames_of_time(media.rate or Fraction(1), total)

    def _frames_of_time(self, rate: Fraction, total: int) -> "FrameSpan":
        time = self.time or TimeRange()
        start = exact(time.start_s) * rate
        end = Fraction(total) if time.end_s is None else min(exact(time.end_s) * rate, Fraction(total))
        if end <= start:
            return FrameSpan(total, total)
        return FrameSpan(floor(start), ceil(end), start.denominator != 1, end.denominator != 1)


@dataclass(frozen=True, slots=True)
class FrameSpan:
    """Frames from `start` up to `end`, half-open; the first or the last may be touched for part of its time only."""

    start: int
    end: int
    first_in_part: bool = False
    last_in_part: bool = False


def exact(value: Fraction | float) -> Fraction:
    """The number as it was written: 0.1 is a tenth, not the double nearest to it."""
    return value if isinstance(value, Fraction) else Fraction(repr(value))


def _times(value: float | None, factor: float) -> float | None:
    return None if value is None else value * factor
