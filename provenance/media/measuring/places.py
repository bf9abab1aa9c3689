"""From touched parts of blocks or pixels to the grid on which footprints are joined, and back upright or as stored."""

import numpy as np
from numpy.typing import NDArray

from provenance.media.measuring.blocks import SIDE, Figures, extents
from provenance.raster import Grid, Mask

# A cell is covered from here on, and beyond doubt where nothing or all of it is touched.
HALF = 0.5


def pixels(width: int, height: int) -> Figures:
    """How many pixels each block has: 64, and fewer where the frame's edge cuts it."""
    rows, columns = -(-height // SIDE), -(-width // SIDE)
    return np.outer(extents(height, rows, SIDE), extents(width, columns, SIDE))


def on_grid(parts: Figures, grid: Grid) -> Figures:
    """Parts of blocks by the grid's cells: each cell takes the block its middle lies in."""
    down = ((np.arange(grid.rows) + 0.5) * grid.height / grid.rows / SIDE).astype(np.intp)
    across = ((np.arange(grid.columns) + 0.5) * grid.width / grid.columns / SIDE).astype(np.intp)
    return parts[np.ix_(down, across)]


def averaged(touched: NDArray[np.bool_], grid: Grid) -> Figures:
    """Touched pixels by the grid's cells: the part of each cell that they fill."""
    tall, wide = touched.shape
    top, left = (np.arange(count) * size // count for count, size in ((grid.rows, tall), (grid.columns, wide)))
    sums = np.add.reduceat(np.add.reduceat(touched, top, axis=0, dtype=np.uint32), left, axis=1)
    sizes = np.outer(np.diff(np.append(top, tall)), np.diff(np.append(left, wide)))
    return (sums / sizes).astype(np.float32)


def mask(cells: Figures) -> Mask:
    """The mask of a grid's cells; what is touched in part is in doubt."""
    return Mask(_bits(cells >= HALF), _bits((cells > 0) & (cells < 1)))


def _bits(chosen: NDArray[np.bool_]) -> int:
    return int.from_bytes(np.packbits(chosen, axis=1).tobytes(), "big")


# ── Orientation (EXIF 2.32, tag 0x0112) ──────────────────────────────────────────────────────────────────────────


def upright(samples: NDArray, orientation: int) -> NDArray:
    """Samples as they are seen, from samples as they are stored."""
    if orientation >= 5:
        samples = samples.swapaxes(0, 1)
    return samples[_order(orientation in (3, 4, 7, 8)), _order(orientation in (2, 3, 6, 7))]


def stored(samples: NDArray, orientation: int) -> NDArray:
    """Samples as they are stored, from samples as they are seen."""
    samples = samples[_order(orientation in (3, 4, 7, 8)), _order(orientation in (2, 3, 6, 7))]
    return samples.swapaxes(0, 1) if orientation >= 5 else samples


def _order(backwards: bool) -> slice:
    return slice(None, None, -1 if backwards else 1)
