"""What measuring found of one operation's evidence: how much of one element it touched, where, and how surely.

A value between the hands that measure files and the rules that combine and tell extents. It goes over the wire to and
from the killable child as JSON.
"""

import base64
import zlib
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Self

from provenance.footprint import Piece
from provenance.quantities import DIFFERENCE, MATTE, number
from provenance.raster import Mask

__all__ = ["DIFFERENCE", "DIFFERENCE_FIXED", "MATTE", "Measured", "Measurement"]
# Where over half of a picture changed, so that its noise cannot be told from the change.
DIFFERENCE_FIXED = f"{DIFFERENCE} (fixed floor)"


@dataclass(frozen=True, slots=True)
class Measurement:
    """One element of a result held against its input, or against a matte.

    `share`, `time_share` (of frames or seconds touched at all) and `area_share` (of the frame, over touched frames) are
    fractions of the whole; `error` bounds the share in both directions; `floor` is the noise below which nothing counts,
    in the unit of the element (8-bit levels for pictures, dBFS for sound; None for text). `ranges` say when, half-open:
    `{"start_s", "end_s"}` with `{"start_frame", "end_frame"}` where frames are known, or `{"start_word", "end_word"}`;
    a still has none. `footprint` holds the same places as pieces of the element's own domain (`provenance.footprint`),
    so that several operations can be joined with nothing counted twice; None where there are no numbers to place it.
    `track` counts a file's sound tracks from 0; None for everything else.
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
    track: int | None = None

    def as_dict(self) -> dict[str, Any]:
        """As `manage.py measure --json` prints it; the footprint is not told."""
        return {
            "element": self.element,
            **({} if self.track is None else {"track": self.track}),
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
        """Everything, exactly, as JSON: fractions as [numerator, denominator], masks packed as text."""
        fractions = {name: getattr(self, name) for name in ("share", "error", "time_share", "area_share")}
        exactly = {name: None if value is None else _pair(value) for name, value in fractions.items()}
        pieces = None if self.footprint is None else [
            [*_pair(piece.start), *_pair(piece.end), _packed(piece.mask.covered), _packed(piece.mask.edge)]
            for piece in self.footprint
        ]  # fmt: skip
        return self.as_dict() | exactly | {"floor": self.floor, "footprint": pieces, "track": self.track}

    @classmethod
    def from_wire(cls, told: dict[str, Any]) -> Self:
        """The same value from what `to_wire` gave."""
        pieces = None if told["footprint"] is None else tuple(
            Piece(Fraction(first, of), Fraction(last, of_last), Mask(_unpacked(covered), _unpacked(edge)))
            for first, of, last, of_last, covered, edge in told["footprint"]
        )  # fmt: skip
        share, error = Fraction(*told["share"]), Fraction(*told["error"])
        return cls(
            told["element"], told["method"], share, error, _fraction(told["time_share"]), _fraction(told["area_share"]),
            told["floor"], tuple(told["ranges"]), pieces, tuple(told["remarks"]), told["track"],
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Measured:
    """All that was found in one pair, element by element, and a picture of the difference for people.

    `picture` is a PNG at most 640 pixels wide: a heat map over the frame that differs most, and under a film's the strip
    of its time. Sound and text have none.
    """

    measurements: tuple[Measurement, ...]
    picture: bytes | None = None

    def to_wire(self) -> dict[str, Any]:
        picture = None if self.picture is None else base64.b64encode(self.picture).decode()
        return {"measurements": [one.to_wire() for one in self.measurements], "picture": picture}

    @classmethod
    def from_wire(cls, told: dict[str, Any]) -> Self:
        picture = None if told["picture"] is None else base64.b64decode(told["picture"])
        return cls(tuple(Measurement.from_wire(one) for one in told["measurements"]), picture)


def _packed(mask: int) -> str:
    """A mask is long and mostly alike: compressed, in base 64."""
    return base64.b64encode(zlib.compress(mask.to_bytes(-(-mask.bit_length() // 8), "big"))).decode()


def _unpacked(text: str) -> int:
    return int.from_bytes(zlib.decompress(base64.b64decode(text)), "big")


def _pair(value: Fraction) -> list[int]:
    return list(value.as_integer_ratio())


def _fraction(pair: list[int] | None) -> Fraction | None:
    return None if pair is None else Fraction(*pair)
