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

    def in_cells(self, shape: Shape | None) -> tuple[float, float, float, float]:
        """Left, top, right and bottom of a shape's box in cells; of the whole frame where there is no shape."""
        if shape is None:
            return 0.0, 0.0, float(self.columns), float(self.rows)
        return self._in_cells(shape.pixels(self.width, self.height).box())

    def picture(self, cells: int) -> Image.Image:
        """A set of cells as a picture of 0 and 255."""
        packed = cells.to_bytes(self._row_bytes * self.rows, "big")
        return Image.frombytes("1", (self.columns, self.rows), packed).convert("L")

    def core(self, covered: int) -> int:
        """The innermost of some cells: what is left when their rims are taken off, one after the other, as long as any is."""
        row, inner = self._row_bytes * 8, covered
        while inner:
            covered, inner = inner, inner & inner << 1 & inner >> 1 & inner << row & inner >> row
        return covered

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

_ANY = [0, *[255] * 255]
_HALVES = 2  # what is drawn anew is placed to half a cell; its edges are in doubt by more


class Reframing:
    """What lies in a part of one grid (`crop`), drawn into a part of another (`region`); None is all of the frame."""

    def __init__(self, source: Grid, crop: Shape | None, target: Grid, region: Shape | None) -> None:
        self.source, self.target = source, target
        left, top, right, bottom = source.in_cells(crop)
        self._taken = (max(left, 0.0), max(top, 0.0), min(right, source.columns), min(bottom, source.rows))
        self._left, self._top, right, bottom = (round(edge * _HALVES) for edge in target.in_cells(region))
        self._size = max(1, right - self._left), max(1, bottom - self._top)
        self._place = target.draw(region) if region else Mask(target.full, 0)

    def mask(self, mask: Mask) -> Mask:
        """The mask in the other grid. Something stays something, however small it becomes; edges stay in doubt."""
        part = self._part(mask.covered | mask.edge)
        least, most = part.getextrema()
        if not most:
            return Mask(0, 0)
        doubtful = self._any(self._part(mask.edge)) if mask.edge else 0
        if least == 255:
            return Mask(self._place.covered, self._place.edge | doubtful & self._place.covered)
        within, touched = self._place.covered | self._place.edge, self._any(part)
        coverage = self._drawn(part)
        covered = _bits(coverage, lambda value: value >= 128) & within
        doubtful |= touched & ~_bits(coverage, lambda value: value == 255)
        return Mask(covered, doubtful & within) if covered else Mask(touched & within or within, touched & within or within)

    def _part(self, cells: int) -> Image.Image:
        """The part that is taken, at the size it is drawn in; not all 0 where it holds anything at all."""
        picture = self.source.picture(cells)
        part = picture.resize(self._size, Image.Resampling.BOX, box=self._taken)
        if part.getbbox() is None and picture.crop(_around(self._taken)).getbbox() is not None:
            part.paste(1, (0, 0, *self._size))
        return part

    def _any(self, part: Image.Image) -> int:
        return _bits(self._drawn(part.point(_ANY)), lambda value: value > 0)

    def _drawn(self, part: Image.Image) -> Image.Image:
        canvas = Image.new("L", (self.target.columns * _HALVES, self.target.rows * _HALVES))
        canvas.paste(part, (self._left, self._top))
        return canvas.reduce(_HALVES)


def _around(box: tuple[float, float, float, float]) -> tuple[int, int, int, int]:
    return floor(box[0]), floor(box[1]), ceil(box[2]), ceil(box[3])


def _bits(coverage: Image.Image, chosen: Callable[[int], bool]) -> int:
    picked = coverage.point([255 if chosen(value) else 0 for value in range(256)]).convert(
        "1", dither=Image.Dither.NONE
    )
    return int.from_bytes(picked.tobytes(), "big")
