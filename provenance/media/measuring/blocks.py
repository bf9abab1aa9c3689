"""Two frames held against each other by blocks of 8×8 pixels: how much they differ, how far they moved, how rough they are.

A frame is a tuple of planes, each at full or at reduced size (4:2:0 colour), in its own levels; all figures come out in
levels of an 8-bit picture in full range. Whether a difference is a change or only noise, `noise.py` decides.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

SIDE = 8
# Rows taken at once, so that what is in work stays in the processor's own memory.
BAND = 8 * SIDE
Figures = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Plane:
    """One channel's samples, and how many 8-bit levels of the picture a step of one is worth."""

    samples: NDArray[np.uint8] | NDArray[np.uint16]
    worth: float = 1.0


Frame = tuple[Plane, ...]


@dataclass(frozen=True, slots=True)
class Blocks:
    """By row and column of blocks, in 8-bit levels; the largest channel counts in each block.

    `change` is the mean of the absolute difference, `shift` the absolute difference of the means, `texture` the mean step
    from a pixel of the input to its neighbours. Noise of recompression makes `change` in rough places, hardly any `shift`.
    """

    change: Figures
    shift: Figures
    texture: Figures


def compare(before: Frame, after: Frame, width: int, height: int) -> Blocks:
    """The blocks of two frames of one size with the same planes."""
    rows, columns = -(-height // SIDE), -(-width // SIDE)
    found = Blocks(*(np.zeros((rows, columns), np.float32) for _ in range(3)))
    for one, other in zip(before, after, strict=True):
        tall, wide = one.samples.shape
        # Reduced planes have blocks of 4 where the full ones have 8, so that all cover the same places.
        down, across = (SIDE if tall > height // 2 + 1 else SIDE // 2), (SIDE if wide > width // 2 + 1 else SIDE // 2)
        pixels = np.outer(extents(tall, rows, down), extents(wide, columns, across)) / np.float32(one.worth)
        sums = _Sums(one.samples.dtype, (down, across), columns)
        for first in range(0, rows, BAND // SIDE):
            last = min(rows, first + BAND // SIDE)
            band = slice(first * down, min(last * down, tall))
            change, shift, texture = sums.of(one.samples[band], other.samples[band], last - first)
            here = slice(first, last)
            for figures, more in ((found.change, change), (found.shift, np.abs(shift)), (found.texture, texture)):
                np.maximum(figures[here], more / pixels[here], out=figures[here])
    return found


class _Sums:
    """Sums over the blocks of a band of rows of one plane, in room that is used again for every band."""

    def __init__(self, kind: np.dtype, block: tuple[int, int], columns: int) -> None:
        self.kind, self.block, self.columns = kind, block, columns
        # 64 differences of 8-bit samples fit into 16 bits, with their sign; 64 of 16-bit samples into 32.
        self.signed = np.dtype(np.int16 if kind == np.uint8 else np.int32)
        self.room, self.steps = (np.zeros((BAND, columns * block[1]), self.signed) for _ in range(2))

    def of(self, one: NDArray, other: NDArray, rows: int) -> tuple[NDArray, NDArray, NDArray]:
        """Of each block: absolute differences, differences, and the steps from every fourth row to right and down."""
        (tall, wide), down = one.shape, self.block[0]
        difference = self.room[:rows * down]
        if tall < len(difference):
            difference[tall:] = 0
        wide = min(wide, difference.shape[1])
        np.subtract(one[:, :wide], other[:, :wide], out=difference[:tall, :wide], dtype=self.signed)
        shift = self._summed(difference, down)
        np.abs(difference, out=difference)
        change = self._summed(difference, down)
        return change, shift, self._steps(one[:, :wide], rows)

    def _steps(self, samples: NDArray, rows: int) -> NDArray:
        """Scaled to a whole block's pixels: half of a quarter's steps to the right and down, times four."""
        upper, lower = samples[0::4], samples[1::4]
        # The last row of a frame may have none below it.
        count, wide = len(lower), samples.shape[1]
        steps = self.steps[:rows * self.block[0] // 4]
        steps[count:] = 0
        here = steps[:count, :wide]
        np.subtract(upper[:count], lower, out=here, dtype=self.signed)
        np.abs(here, out=here)
        right = self.room[:count, :wide - 1]
        np.subtract(upper[:count, 1:], upper[:count, :-1], out=right, dtype=self.signed)
        np.abs(right, out=right)
        here[:, 1:] += right
        return self._summed(steps, self.block[0] // 4) * np.float32(2)

    def _summed(self, figures: NDArray, down: int) -> NDArray:
        """By hand, one halving after the other: four times as fast as a sum over two axes."""
        if down > 1:
            figures = np.add.reduce(figures.reshape(-1, down, figures.shape[1]), axis=1, dtype=self.signed)
        across = self.block[1]
        while across > 1:
            figures = figures[:, 0::2] + figures[:, 1::2]
            across //= 2
        return figures


def extents(length: int, count: int, block: int) -> Figures:
    """How many pixels each block has along one side; the last may be cut by the frame's edge."""
    sizes = np.full(count, block, np.float32)
    sizes[-1] = max(1, length - (count - 1) * block)
    return sizes
