"""Which blocks of a frame changed, and which differ only as recompression and grain make them differ.

The noise is estimated from the pair itself, for smooth and for rough places apart: recompression errs more where there
is more to compress. A block is touched where it differs by more than the blocks like it, or where its mean moved.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from provenance.media.measuring.blocks import Blocks, Figures

# 2/255: what nobody sees and rounding alone may do; and more where a texture is cut off at black or white.
LEAST, LEAST_BY_TEXTURE = 2.0, 0.03
SPILL = 0.5
SPREADS = 6.0
# No recompression moves the mean of a block further, and none errs by more than this where the step is as given.
FARTHEST_SHIFT = 8.0
MOST_NOISE, MOST_NOISE_BY_TEXTURE = 4.0, 0.9
# What films compressed at usual rates (H.264 to crf 28) differ by although nothing was done: a change in one place moves
# the encoder's choices in others, before and after it, while the rest stays the same to the last bit.
USUAL, USUAL_BY_TEXTURE, MOST_USUAL = 5.0, 0.65, 22.0
USUAL_SHIFT, USUAL_SHIFT_BY_TEXTURE = 5.0, 0.04
# Classes of roughness: each is a quarter rougher than the last; fewer blocks than this say nothing of their class.
ROUGHNESS = np.geomspace(0.5, 160.0, 27).astype(np.float32)
FEWEST = 24
# Noise is recorded in steps of this part of a level.
FINENESS = 64


@dataclass(frozen=True, slots=True)
class Noise:
    """What is noise in one frame: up to `change` by block, and up to `shift`. `mean` and `spread` are as estimated.

    `trusted` is False where more than half of the frame changed, so that the noise cannot be told from it: then it is
    taken to be as large as recompression can make it.
    """

    change: Figures
    shift: Figures
    mean: Figures
    trusted: bool


def estimate(blocks: Blocks, *, film: bool = False) -> Noise:
    """The noise of a frame, by the blocks whose means did not move; in a compressed film at least what is usual there."""
    shift = _shift(blocks.shift)
    still = blocks.shift <= shift
    place = np.searchsorted(ROUGHNESS, blocks.texture)
    means, spreads = _by_roughness(blocks.change[still], place[still])
    most = MOST_NOISE + MOST_NOISE_BY_TEXTURE * blocks.texture
    mean, spread = means[place], spreads[place]
    bounded = mean > most
    mean = np.minimum(mean, most)
    change = mean + np.maximum(SPREADS * spread, LEAST + LEAST_BY_TEXTURE * blocks.texture)
    trusted = still.mean() > 0.5 and bounded.mean() < 0.5
    shifts = np.full_like(change, shift)
    if film:
        change = np.maximum(change, np.minimum(USUAL + USUAL_BY_TEXTURE * blocks.texture, MOST_USUAL))
        shifts = np.maximum(shifts, USUAL_SHIFT + USUAL_SHIFT_BY_TEXTURE * blocks.texture)
    # The noise of a rough block reaches into those around it, through colour of half size and filters at block edges.
    change = np.maximum(change, SPILL * _most_around(change))
    return Noise(change.astype(np.float32), shifts, mean, bool(trusted))


def _shift(shifts: Figures) -> float:
    """The largest movement of a block's mean that is noise: from the quarter that moved least, then from all like it."""
    ordered = np.sort(np.minimum(shifts * FINENESS, 65_535).astype(np.uint16), axis=None)
    limit = min(FARTHEST_SHIFT, LEAST + 6 * float(ordered[len(ordered) // 4]) / FINENESS)
    for _ in range(2):
        like = ordered[: max(4, int(np.searchsorted(ordered, limit * FINENESS, "right")))]
        first, middle, third = (float(like[len(like) * quarter // 4]) / FINENESS for quarter in (1, 2, 3))
        limit = min(FARTHEST_SHIFT, middle + max(SPREADS * 1.48 * (third - first) / 2, LEAST))
    return limit


def _by_roughness(changes: Figures, places: NDArray[np.intp]) -> tuple[Figures, Figures]:
    """Mean and spread of the noise in each class of roughness; classes with too few blocks take their neighbours'."""
    count = len(ROUGHNESS) + 1
    keys = (places.astype(np.uint32) << 16) | np.minimum(changes * FINENESS, 65_535).astype(np.uint32)
    keys.sort()
    starts = np.searchsorted(keys, np.arange(count + 1, dtype=np.uint32) << 16)
    known, means, spreads = [], [], []
    for number in range(count):
        here = (keys[starts[number]:starts[number + 1]] & 65_535) / np.float32(FINENESS)
        if len(here) >= FEWEST:
            middle, spread = _noise_of(here)
            known.append(number)
            means.append(middle)
            spreads.append(spread)
    if not known:
        return np.full(count, np.inf, np.float32), np.zeros(count, np.float32)
    every = np.arange(count)
    # A rougher place is never taken to be less noisy than a smoother one.
    rising = np.maximum.accumulate(np.interp(every, known, means))
    return rising.astype(np.float32), np.interp(every, known, spreads).astype(np.float32)


def _noise_of(ordered: Figures) -> tuple[float, float]:
    """Middle and spread of the noise among changes in rising order, up to four fifths of which may be real.

    What lies beyond the reach of the lower ones is left out, and the spread is taken below the middle.
    """
    limit = 2 * float(ordered[len(ordered) // 5]) + LEAST
    middle = spread = 0.0
    for _ in range(2):
        like = ordered[: max(1, int(np.searchsorted(ordered, limit, "right")))]
        middle = float(like[len(like) // 2])
        spread = middle - float(like[len(like) * 16 // 100])
        limit = middle + max(SPREADS * spread, LEAST)
    return middle, spread


# ── What was touched ─────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Touched:
    """One frame: the part of each block that was touched (0 to 1), those in doubt, and the noise it stood out from.

    `doubt` is the sum, in blocks, by which the touched part may be wrong either way.
    """

    parts: Figures
    doubt: float
    floor: float
    trusted: bool

    @property
    def any(self) -> bool:
        return bool(self.parts.any())


# A block is beyond doubt that differs by this much more than noise may. Of an edge block a quarter is in doubt, of one that
# differs faintly a tenth, and of every frame two thousandths.
BEYOND_DOUBT = 1.5
EDGE_DOUBT, FAINT_DOUBT = 0.25, 0.1
ALWAYS_DOUBT = 0.002
# Of the way from the noise to its limit: a difference that counts only beside one that counts by itself.
FAINT = 0.4
ROUNDS = 8
# A part smaller than this of a block at an edge cannot be told from noise.
SMALLEST_PART = 0.15


def touched(blocks: Blocks, *, film: bool = False) -> Touched:
    """What of a frame was touched: blocks beyond the noise, without lone ones, with gaps filled and edges weighed.

    `film` says that it is of a film whose frames were compressed with the help of each other.
    """
    noise = estimate(blocks, film=film)
    excess = np.maximum((blocks.change - noise.mean) / (noise.change - noise.mean), blocks.shift / noise.shift)
    floor = max(float(noise.change.max()), float(noise.shift.max()))
    beyond = excess > 1
    # Lone blocks are noise unless they are beyond doubt; a film has many frames, and so more of them.
    beyond &= (_around(beyond, beyond_edge=False) >= 2 + film) | (excess > BEYOND_DOUBT + film)
    faint = (excess > FAINT) & (excess < BEYOND_DOUBT)
    kept = _grown(beyond, excess > FAINT)
    near = _around(kept)
    parts = _parts(blocks.change, noise.mean, kept, near)
    edge = kept & (near < 8) | ~kept & (near > 0)
    open_places = float((faint & ~edge & (near < 6)).sum())
    doubt = EDGE_DOUBT * float(edge.sum()) + FAINT_DOUBT * open_places + ALWAYS_DOUBT * excess.size
    return Touched(parts, doubt, floor, noise.trusted)


def _grown(seeds: NDArray[np.bool_], faint: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Changed blocks with the faintly changed ones that border on three of them, and with gaps between them filled.

    Where new content happens to be like the old, the difference is small though all of the place is new.
    """
    kept = seeds
    for _ in range(ROUNDS if seeds.any() else 0):
        about = _around(kept)
        grown = kept | (faint & (about >= 3)) | (about >= 5)
        if (grown == kept).all():
            break
        kept = grown
    return kept


def _parts(change: Figures, noise: Figures, kept: NDArray[np.bool_], near: NDArray[np.uint8]) -> Figures:
    """1 inside; at an edge, how far a block's change reaches from the noise to that of the whole blocks beside it."""
    inside = kept & (near == 8)
    beyond_noise = np.maximum(change - noise, 0)
    whole = _sum_around(np.where(inside, beyond_noise, 0)) / np.maximum(_around(inside), 1)
    known = whole > 0
    part = np.divide(beyond_noise, whole, out=np.ones_like(change), where=known)
    part = np.where(kept, np.minimum(part, 1), np.where(known & (part >= SMALLEST_PART) & (part < 1), part, 0))
    return np.where(inside, 1, part).astype(np.float32)


def _around(chosen: NDArray[np.bool_], *, beyond_edge: bool = True) -> NDArray[np.uint8]:
    """How many of its eight neighbours are chosen; beyond the frame's edge it goes on as it ends, or there are none."""
    return _sum_around(chosen.astype(np.uint8), "edge" if beyond_edge else "constant")


def _most_around(figures: Figures) -> Figures:
    wide = np.pad(figures, 1, mode="edge")
    rows = np.maximum(np.maximum(wide[:-2], wide[1:-1]), wide[2:])
    return np.maximum(np.maximum(rows[:, :-2], rows[:, 1:-1]), rows[:, 2:])


def _sum_around(figures: NDArray, beyond: Literal["edge", "constant"] = "edge") -> NDArray:
    wide = np.pad(figures, 1, mode=beyond)
    rows = wide[:-2] + wide[1:-1] + wide[2:]
    return rows[:, :-2] + rows[:, 1:-1] + rows[:, 2:] - figures
