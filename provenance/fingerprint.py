"""Fingerprints: 256 bits that stay nearly the same when a picture is saved anew, and how near ones are found in a table.

A code is cut into sixteen chunks of sixteen bits. Two codes that differ in at most 31 bits agree in one of the chunks but
for one bit (sixteen chunks with two each would be 32), so whoever looks for each chunk, and for it with each bit turned,
finds every code that near: multi-index hashing, exact up to EXACT bits. Of those a little further it finds nearly all.
"""

from collections.abc import Iterator
from dataclasses import dataclass

BITS, CHUNKS, WIDTH = 256, 16, 16
EXACT = 31
PICTURE, TEXT = "picture", "text"
_OFFSETS = {PICTURE: 0, TEXT: CHUNKS << WIDTH}


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
    return tuple(_OFFSETS[code.kind] + (place << WIDTH) + chunk for place, chunk in _chunks(code))


def near_keys(code: Code) -> tuple[int, ...]:
    """The chunks under which every code is kept that differs in at most EXACT bits."""
    return tuple(
        _OFFSETS[code.kind] + (place << WIDTH) + near
        for place, chunk in _chunks(code)
        for near in (chunk, *(chunk ^ (1 << bit) for bit in range(WIDTH)))
    )


def _chunks(code: Code) -> Iterator[tuple[int, int]]:
    bits = code.bits
    for place in range(CHUNKS):
        yield place, (bits >> (place * WIDTH)) & ((1 << WIDTH) - 1)
