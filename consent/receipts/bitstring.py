"""The bits of a status list as they are published: one for each place, packed (Bitstring Status List v1.0, section 3)."""

import base64
import gzip
import zlib
from collections.abc import Iterable

from registry.errors import Invalid

# The fewest places the specification allows: nobody can tell by asking which of so many is meant.
LENGTH = 131_072
LARGEST = 16 * 1024 * 1024


class ListUnreadable(Invalid):
    def __init__(self, fault: str) -> None:
        super().__init__("receipt.status_list", f"The status list cannot be read: {fault}. Fetch it again.")


def encoded(places: Iterable[int]) -> str:
    """A list in which the bits at `places` are set: gzip, then multibase base64url. The first bit is the leftmost."""
    bits = bytearray(LENGTH // 8)
    for place in places:
        bits[place >> 3] |= 0x80 >> (place & 7)
    return "u" + base64.urlsafe_b64encode(gzip.compress(bytes(bits), mtime=0)).decode().rstrip("=")


def is_set(text: str, place: int) -> bool:
    """Whether the bit at a place is set. Raises `ListUnreadable` for what is cut short, too small or too large."""
    bits = _unpacked(text)
    if len(bits) * 8 < LENGTH:
        raise ListUnreadable("it has fewer places than are allowed")
    if not 0 <= place < len(bits) * 8:
        raise ListUnreadable("the receipt names a place behind its end")
    return bool(bits[place >> 3] & 0x80 >> (place & 7))


def _unpacked(text: str) -> bytes:
    if not text.startswith("u"):
        raise ListUnreadable("it is not in base64url")
    reader = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
    try:
        bits = reader.decompress(base64.urlsafe_b64decode(text[1:] + "=" * (-len(text[1:]) % 4)), LARGEST)
    except (ValueError, zlib.error) as error:
        raise ListUnreadable("its bytes are damaged") from error
    if not reader.eof:
        raise ListUnreadable("it is cut short or too large")
    return bits
