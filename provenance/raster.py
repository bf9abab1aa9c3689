"""Shapes drawn as bit masks on one grid over a frame, so that they can be joined and counted.

A grid has at most 512 cells on its long side, and never more cells than the frame has pixels. A mask is an integer
with a bit for each cell; every row fills whole bytes, the spare bits stay 0.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from math import ceil, floor

from PIL import Image, ImageDraw

from provenance.geometry import Shape

LONG_SIDE = 512
_FINER = 4  # a curved or slanted edge is drawn this much finer in both directions, then averaged


@dataclass(frozen=True, slots=True)
class Mask:
    """The cells of a shape: those it covers at least by half, and those its edge crosses, which are in doubt."""

    covered: int
    edge: int


class Grid:
    """The grid over a frame of `width` by `height` pixels."""

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        scale = min(1.0, LONG_SIDE / max(width, height))
        self.columns, self.rows = max(1, round(width * scale)), max(1, round(height * scale))
        self._row_bytes = (self.columns + 7) // 8

    @property
    def cells(self) -> int:
        return self.columns * self.rows

    @cached_property
    def full(self) -> int:
        return self._block(0, 0, self.columns, self.rows)

    def draw(self, shape: Shape) -> Mask:
        """The mask of a shape, clipped to the frame. What lies in the frame always covers a cell, however small."""
        placed = shape.pixels(self.width, self.height)
        mask = self._rectangle(placed) if placed.type == "rectangle" else self._drawn(placed)
        if not placed.inside:
            return Mask(self.full & ~mask.covered, mask.edge)
        return mask if mask.covered else Mask(mask.edge, mask.edge)

    def box(self, covered: int) -> tuple[int, int, int, int]:
        """Left, top, right and bottom of the cells that are covered, half-open; all 0 where none is."""
        if not covered:
            return 0, 0, 0, 0
        rows = covered.to_bytes(self._row_bytes * self.rows, "big")
        lines = [rows[start : start + self._row_bytes] for start in range(0, len(rows), self._row_bytes)]
        touched = [number for number, line in enumerate(lines) if any(line)]
        across = 0
        for line in lines:
            across |= int.from_bytes(line, "big")
        width = self._row_bytes * 8
        last = width - ((across & -across).bit_length() - 1)
        return width - across.bit_length(), touched[0], last, touched[-1] + 1

    def _rectangle(self, shape: Shape) -> Mask:
        left, top, right, bottom = self._in_cells(shape.box())
        if left >= self.columns or top >= self.rows or right <= 0 or bottom <= 0:
            return Mask(0, 0)
        middles = (ceil(left - 0.5), ceil(top - 0.5), ceil(right - 0.5), ceil(bottom - 0.5))
        outer = self._block(floor(left), floor(top), ceil(right), ceil(bottom))
        inner = self._block(ceil(left), ceil(top), floor(right), floor(bottom))
        return Mask(self._block(*middles), outer & ~inner)

    def _drawn(self, shape: Shape) -> Mask:
        picture = Image.new("L", (self.columns * _FINER, self.rows * _FINER))
        pen = ImageDraw.Draw(picture)
        across, down = self.columns * _FINER / self.width, self.rows * _FINER / self.height
        if shape.type == "circle":
            left, top, right, bottom = shape.box()
            pen.ellipse((left * across, top * down, right * across - 1, bottom * down - 1), fill=255)
        else:
            pen.polygon([(point.x * across - 0.5, point.y * down - 0.5) for point in shape.vertices], fill=255)
        coverage = picture.reduce(_FINER)
        return Mask(_bits(coverage, lambda value: value >= 128), _bits(coverage, lambda value: 0 < value < 255))

    def _in_cells(self, box: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
        """A box of pixels in cells; an edge a millionth of a cell beside a grid line lies on it."""
        across, down = self.columns / self.width, self.rows / self.height
        left, top, right, bottom = box
        return round(left * across, 6), round(top * down, 6), round(right * across, 6), round(bottom * down, 6)

    def _block(self, left: int, top: int, right: int, bottom: int) -> int:
        """The cells from left up to right and from top up to bottom, clipped."""
        left, right = max(left, 0), min(right, self.columns)
        top, bottom = max(top, 0), min(bottom, self.rows)
        if left >= right or top >= bottom:
            return 0
        row = ((1 << (right - left)) - 1) << (self._row_bytes * 8 - right)
        block = int.from_bytes(row.to_bytes(self._row_bytes, "big") * (bottom - top), "big")
        return block << ((self.rows - bottom) * self._row_bytes * 8)


def _bits(coverage: Image.Image, chosen: Callable[[int], bool]) -> int:
    picked = coverage.point([255 if chosen(value) else 0 for value in range(256)]).convert(
        "1", dither=Image.Dither.NONE
    )
    return int.from_bytes(picked.tobytes(), "big")
