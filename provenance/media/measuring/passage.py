"""What was touched of a moving picture through its time: shares, ranges and a footprint, in memory that does not grow.

Of each frame two numbers are kept, and of its touched places no more than some hundreds of maps for the whole film:
where there would be more, neighbours in time are joined to what they have in common, and the rest of them is in doubt.
"""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby, pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from provenance.footprint import Piece
from provenance.measurement import Measurement
from provenance.media.measuring import places
from provenance.media.measuring.blocks import Figures
from provenance.raster import Grid

MOST_PIECES = 128
MOST_RANGES = 400
# Frames, and part of the frame.
LONGEST_FLICKER, LARGEST_FLICKER = 2, 0.005


@dataclass(slots=True)
class _Stretch:
    """Frames from `start` up to `end`, and of each place the part of their time for which it was touched, in 255ths."""

    start: int
    end: int
    parts: NDArray[np.uint8]

    def joined(self, other: "_Stretch") -> "_Stretch":
        own, its = self.end - self.start, other.end - other.start
        sums = self.parts * np.float32(own) + other.parts * np.float32(its)
        return _Stretch(self.start, other.end, np.rint(sums / (other.end - self.start)).astype(np.uint8))


class Passage:
    """Takes the frames of one film, one after the other. `add` may be told of places by block or by the grid's cells."""

    def __init__(self, width: int, height: int) -> None:
        self.grid = Grid(width, height)
        self.size = width * height
        self.times = array("d")
        self.touched = array("q")
        self.doubt = Fraction(0)
        self._stretches: list[_Stretch] = []
        self._window = 1

    def add(self, time: float, cells: Figures, pixels: int, doubt: Fraction) -> None:
        """One frame: when it is shown, the touched part of each cell of the grid, touched pixels, and the share in doubt."""
        number = len(self.times)
        self.times.append(time)
        self.touched.append(pixels)
        self.doubt += doubt
        if pixels:
            self._keep(_Stretch(number, number + 1, np.rint(cells * 255).astype(np.uint8)))

    def _keep(self, frame: _Stretch) -> None:
        last = self._stretches[-1] if self._stretches else None
        if last is not None and last.end == frame.start and (
            last.end - last.start < self._window or np.array_equal(last.parts, frame.parts)
        ):
            self._stretches[-1] = last.joined(frame)
            return
        self._stretches.append(frame)
        while len(self._stretches) > MOST_PIECES:
            self._window *= 2
            self._stretches = self._coarser()

    def _coarser(self) -> list[_Stretch]:
        """Neighbours joined up to the window; across a gap, too, once the window is wide enough to hold it."""
        found: list[_Stretch] = []
        for one in self._stretches:
            if found and one.end - found[-1].start <= self._window:
                found[-1] = found[-1].joined(one)
            else:
                found.append(one)
        return found

    def without_flickers(self) -> int:
        """Leaves out what is touched for a frame or two on a sliver of it, and adds it to the doubt; gives how many.

        Compression flickers so. An edit lasts longer, or is larger.
        """
        flickers = [
            (start, end) for start, end in self._runs()
            if end - start <= LONGEST_FLICKER and max(self.touched[start:end]) < LARGEST_FLICKER * self.size
        ]  # fmt: skip
        for start, end in flickers:
            for number in range(start, end):
                self.doubt += Fraction(self.touched[number], self.size)
                self.touched[number] = 0
            self._stretches = [one for one in self._stretches if not (start <= one.start and one.end <= end)]
        return len(flickers)

    # ── What it comes to ─────────────────────────────────────────────────────────────────────────────────────────

    def measurement(self, method: str, floor: float | None, remarks: Sequence[str] = ()) -> Measurement:
        count, touched = len(self.times), sum(self.touched)
        frames = self.frames_touched
        runs = self._runs()
        ranges, joined = _at_most(runs, MOST_RANGES)
        if joined:
            remarks = (*remarks, f"{len(runs):,} touched stretches were joined to {len(ranges):,} ranges.")
        return Measurement(
            "picture",
            method,
            Fraction(touched, self.size * count),
            (self.doubt / count).limit_denominator(1_000_000),
            time_share=Fraction(frames, count),
            area_share=Fraction(touched, self.size * frames) if frames else Fraction(0),
            floor=floor,
            ranges=tuple(self._range(start, end) for start, end in ranges),
            footprint=self._footprint(),
            remarks=tuple(remarks),
        )

    @property
    def frames_touched(self) -> int:
        return sum(1 for pixels in self.touched if pixels)

    def shares(self) -> Figures:
        """The touched share of each frame."""
        return np.frombuffer(self.touched, np.int64).astype(np.float32) / np.float32(self.size)

    def _runs(self) -> list[tuple[int, int]]:
        found, place = [], 0
        for any_touched, run in groupby(self.touched, bool):
            length = sum(1 for _ in run)
            if any_touched:
                found.append((place, place + length))
            place += length
        return found

    def _range(self, start: int, end: int) -> dict[str, Any]:
        return {
            "start_s": round(self.times[start], 6),
            "end_s": round(self.times[end] if end < len(self.times) else self.times[-1] + self._last_shown(), 6),
            "start_frame": start,
            "end_frame": end,
        }

    def _last_shown(self) -> float:
        """How long the last frame is shown: as long as most of the others."""
        steps = sorted(later - earlier for earlier, later in pairwise(self.times))
        return steps[len(steps) // 2] if steps else 1 / 25

    def _footprint(self) -> tuple[Piece, ...]:
        pieces = (
            Piece(Fraction(one.start), Fraction(one.end), places.mask(one.parts / np.float32(255)))
            for one in self._stretches
        )
        return tuple(piece for piece in pieces if piece.mask.covered or piece.mask.edge)


def _at_most(runs: list[tuple[int, int]], most: int) -> tuple[list[tuple[int, int]], bool]:
    """The runs, those with the shortest gaps between them joined where there are too many."""
    if len(runs) <= most:
        return runs, False
    gaps = sorted(range(1, len(runs)), key=lambda place: runs[place][0] - runs[place - 1][1])
    kept = {0, *gaps[len(runs) - most:]}
    starts = sorted(kept)
    ends = [*(runs[place - 1][1] for place in starts[1:]), runs[-1][1]]
    return [(runs[place][0], end) for place, end in zip(starts, ends, strict=True)], True
