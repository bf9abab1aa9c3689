"""Fingerprints: 256 bits that stay nearly the same when a picture is saved anew, and how near ones are found in a table.

A code is cut into eleven chunks of 23 or 24 bits. Two codes that differ in at most 31 bits agree in one of the chunks but for
two bits, or in the first but for one (if all differed in more, that would be 2 + 10 × 3 = 32 bits). So whoever looks for each
chunk, and for it with those bits turned, finds every code that near: multi-index hashing, exact up to EXACT bits.
"""

from dataclasses import dataclass
from itertools import combinations

BITS, EXACT = 256, 31
WIDTHS = (24,) * 3 + (23,) * 8
TURNED = (1,) + (2,) * 10  # how many bits of each chunk may differ
ROOM = max(WIDTHS)  # bits of a key that hold the chunk; its place stands above them
PICTURE, TEXT = "picture", "text"
_OFFSETS = {PICTURE: 0, TEXT: len(WIDTHS) << ROOM}
_TURNS = tuple(
    tuple(sum(1 << bit for bit in bits) for many in range(most + 1) for bits in combinations(range(width), many))
    for width, most in zip(WIDTHS, TURNED, strict=True)
)


@dataclass(frozen=True, slots=True)
class Code:
    """The fingerprint of a still, of one frame of a film at `at_s` seconds, or of a text, as 64 hexadecimal digits."""

    kind: str
    digits: str
    at_s: float | None = None

    def __post_init__(self) -> None:
        if len(self.digits) != BITS // 4 or self.kind not in _OFFSETS:
            raise ValueError("a fingerprint is 256 bits of a picture or a text")

    @property
    def bits(self) -> int:
        return int(self.digits, 16)


def distance(one: str, other: str) -> int:
    """In how many bits two codes differ: 0 for the same, about 128 for two that have nothing to do with each other."""
    return (int(one, 16) ^ int(other, 16)).bit_count()


def keys(code: Code) -> tuple[int, ...]:
    """The chunks under which a code is kept: each with its place, and with what it is the code of."""
    bits, place, found = code.bits, _OFFSETS[code.kind], []
    for width in WIDTHS:
        found.append(place + (bits & ((1 << width) - 1)))
        bits >>= width
        place += 1 << ROOM
    return tuple(found)


def near_keys(code: Code) -> tuple[int, ...]:
    """The chunks under which every code is kept that differs in at most EXACT bits: 2,843 of them."""
    return tuple(key ^ turn for key, turns in zip(keys(code), _TURNS, strict=True) for turn in turns)
