"""XMP among the items of an AVIF or HEIC picture: of type "mime" and content type application/rdf+xml.

Layout: ISO/IEC 14496-12 §8.11 (meta, iinf, iloc, idat) and ISO/IEC 23008-12 annex A. Only read: to write one, every
place that the header names would have to be moved, those of the picture with them.
"""

from collections.abc import Iterator

from provenance.media import xmp
from provenance.media.bounds import Scan
from provenance.media.boxes import body_of, children, top

RDF = b"application/rdf+xml"
IN_FILE, IN_HEADER = 0, 1
MOST_ITEMS = 4_096


def packets(scan: Scan) -> Iterator[bytes]:
    """The XMP that the picture's header names, from wherever it says that it lies."""
    for box in top(scan):
        if box.kind == b"meta":
            parts = dict(children(scan, body_of(scan, box)[4:], 2))
            wanted = set(_described(scan, parts.get(b"iinf", b"")))
            for number, method, places in _located(parts.get(b"iloc", b"")):
                if number in wanted and sum(length for _, length in places) <= xmp.LARGEST:
                    yield _gathered(scan, method, places, parts.get(b"idat", b""))
            return


def _gathered(scan: Scan, method: int, places: list[tuple[int, int]], held: bytes) -> bytes:
    if method == IN_FILE:
        return b"".join(scan.at(start, length) for start, length in places)
    return b"".join(held[start:start + length] for start, length in places) if method == IN_HEADER else b""


def _described(scan: Scan, info: bytes) -> Iterator[int]:
    """The numbers of the items that are XMP (iinf with its infe boxes, version 2 or 3)."""
    if len(info) < 6:
        return
    listed = info[6:] if info[0] == 0 else info[8:]
    for kind, entry in children(scan, listed, 3):
        if kind != b"infe" or entry[0] not in (2, 3):
            continue
        wide = 4 if entry[0] == 3 else 2
        number, rest = int.from_bytes(entry[4:4 + wide], "big"), entry[4 + wide + 2:]
        if rest[:4] == b"mime" and rest[4:].split(b"\0")[1:2] == [RDF]:
            yield number


def _located(places: bytes) -> Iterator[tuple[int, int, list[tuple[int, int]]]]:
    """Each item's number, where its offsets count from, and its parts (iloc, versions 0 to 2)."""
    if len(places) < 8 or places[0] > 2:
        return
    version, at = places[0], 6

    def taken(width: int) -> int:
        nonlocal at
        found, at = places[at:at + width], at + width
        if len(found) < width:
            raise ValueError("the list of places ends early")
        return int.from_bytes(found, "big")

    offsets, lengths, bases, indices = places[4] >> 4, places[4] & 15, places[5] >> 4, places[5] & 15
    for _ in range(min(taken(4 if version == 2 else 2), MOST_ITEMS)):
        number = taken(4 if version == 2 else 2)
        method = taken(2) & 15 if version else IN_FILE
        reference = taken(2)
        base, found = taken(bases), []
        for _ in range(min(taken(2), MOST_ITEMS)):
            taken(indices if version else 0)
            found.append((base + taken(offsets), taken(lengths)))
        yield number, method if not reference else -1, found
