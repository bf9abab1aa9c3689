"""What measuring found of one operation's evidence: how much of one element it touched, where, and how surely.

A value between the hands that measure files and the rules that combine and tell extents. It goes over the wire to and
from the killable child as JSON.
"""

from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Self

from provenance.footprint import Piece
from provenance.quantities import DIFFERENCE, MATTE, number
from provenance.raster import Mask

__all__ = ["DIFFERENCE", "MATTE", "Measurement"]


@dataclass(frozen=True, slots=True)
class Measurement:
    """One element of a result held against its input, or against a matte.

    `share`, `time_share` (of frames or seconds touched at all) and `area_share` (of the frame, over touched frames) are
    fractions of the whole; `error` bounds the share in both directions; `floor` is the noise below which nothing counts,
    in the unit of the element (8-bit levels for pictures, dBFS for sound; None for text). `ranges` say when, half-open:
    `{"start_s", "end_s"}` with `{"start_frame", "end_frame"}` where frames are known, or `{"start_word", "end_word"}`;
    a still has none. `footprint` holds the same places as pieces of the element's own domain (`provenance.footprint`),
    so that several operations can be joined with nothing counted twice; None where they were too many to keep.
    """

    element: str
    method: str
    share: Fraction
    error: Fraction
    time_share: Fraction | None = None
    area_share: Fraction | None = None
    floor: float | None = None
    ranges: tuple[dict[str, Any], ...] = ()
    footprint: tuple[Piece, ...] | None = None
    remarks: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """As `manage.py measure --json` prints it; the footprint is not told."""
        return {
            "element": self.element,
            "share": number(self.share),
            "time_share": number(self.time_share),
            "area_share": number(self.area_share),
            "error": number(self.error),
            "method": self.method,
            "ranges": list(self.ranges),
            "floor": number(self.floor),
            "remarks": list(self.remarks),
        }

    def to_wire(self) -> dict[str, Any]:
        """Everything, exactly, as JSON: fractions as [numerator, denominator], masks as hexadecimal numbers."""
        exactly = {name: _pair(getattr(self, name)) for name in ("share", "error", "time_share", "area_share")}
        pieces = None if self.footprint is None else [
            [*piece.start.as_integer_ratio(), *piece.end.as_integer_ratio(), f"{piece.mask.covered:x}", f"{piece.mask.edge:x}"]
            for piece in self.footprint
        ]  # fmt: skip
        return self.as_dict() | exactly | {"floor": self.floor, "footprint": pieces}

    @classmethod
    def from_wire(cls, told: dict[str, Any]) -> Self:
        """The same value from what `to_wire` gave."""
        pieces = None if told["footprint"] is None else tuple(
            Piece(Fraction(first, of), Fraction(last, of_last), Mask(int(covered, 16), int(edge, 16)))
            for first, of, last, of_last, covered, edge in told["footprint"]
        )  # fmt: skip
        share, error = Fraction(*told["share"]), Fraction(*told["error"])
        return cls(
            told["element"], told["method"], share, error, _fraction(told["time_share"]), _fraction(told["area_share"]),
            told["floor"], tuple(told["ranges"]), pieces, tuple(told["remarks"]),
        )  # fmt: skip


def _pair(value: Fraction | None) -> list[int] | None:
    return None if value is None else list(value.as_integer_ratio())


def _fraction(pair: list[int] | None) -> Fraction | None:
    return None if pair is None else Fraction(*pair)
