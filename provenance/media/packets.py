"""Where files keep their XMP: finds the packet in a container, and puts a changed one there without touching content.

A change is a list of edits, each a span of the file and what stands there instead; all other bytes are copied as they
are, so no picture is decoded and no sample moved that anything points to. Where that cannot be done, nothing is written
and the reason told. Layouts: XMP specification part 3; ISO 16684-1; the formats' own.
"""

import re
import struct
import zlib
from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from typing import BinaryIO

from provenance.media import id3, items, sniff, xmp
from provenance.media.bounds import Bounds, Fault, Scan
from provenance.media.pictures import riff
from provenance.media.refusal import MediaRefused
from provenance.media.sniff import Kind
from provenance.media.xmp import Properties, Unreadable

Edit = tuple[int, int, bytes]
Span = tuple[int, int]
BLOCK = 1 << 20
LARGEST_WHOLE = 64 * 1024 * 1024  # of what is looked through in one piece


class Unwritable(Exception):
    """This file's metadata cannot be changed without risk; the text says why, to follow "because"."""


def read(file: BinaryIO, kind: Kind, bounds: Bounds, names: Mapping[str, str] = xmp.READ) -> dict[str, str]:
    """What the file's XMP says in these properties; nothing where there is none that can be read."""
    find = READERS.get(kind)
    if find is None:
        return {}
    scan = Scan(file, bounds, kind=kind, deep=False)
    try:
        packets = [packet for packet in find(scan) if packet]
        found: dict[str, str] = {}
        for packet in packets:
            found = xmp.properties(packet, names) | found
        return found
    except (Unreadable, Unwritable, Fault, MediaRefused, struct.error, zlib.error, ValueError, IndexError):
        return {}


def write(source: BinaryIO, destination: BinaryIO, kind: Kind, wanted: Properties, bounds: Bounds) -> None:
    """Copy a file with `wanted` in its XMP, and hold the copy against it. Raises Unwritable."""
    plan = WRITERS.get(kind)
    if plan is None:
        raise Unwritable(f"in files of this kind ({kind.name}) this registry writes none")
    scan = Scan(source, bounds, kind=kind, deep=False)
    try:
        edits = plan(scan, wanted)
    except Unreadable as reason:
        raise Unwritable(str(reason)) from None
    except (Fault, MediaRefused, struct.error, zlib.error, ValueError, IndexError):
        raise Unwritable("it is built in a way that leaves no safe place for it") from None
    _spliced(source, destination, edits, scan.size)
    said = {xmp.READ[name]: value for name, value in wanted.items() if name in xmp.READ}
    found = read(destination, kind, bounds)
    if any(found.get(name) != value for name, value in said.items()):
        raise Unwritable("it did not read back as it was written")


def _spliced(source: BinaryIO, destination: BinaryIO, edits: list[Edit], size: int) -> None:
    at = 0
    for start, end, instead in sorted(edits):
        _copied(source, destination, at, start)
        destination.write(instead)
        at = end
    _copied(source, destination, at, size)
    destination.flush()


def _copied(source: BinaryIO, destination: BinaryIO, start: int, end: int) -> None:
    source.seek(start)
    while start < end:
        block = source.read(min(BLOCK, end - start))
        if not block:
            raise Unwritable("it ended while it was read")
        destination.write(block)
        start += len(block)


# ── JPEG ─────────────────────────────────────────────────────────────────────────────────────────────────────────

XAP, EXTENSION = b"http://ns.adobe.com/xap/1.0/\0", b"http://ns.adobe.com/xmp/extension/\0"
LONGEST_SEGMENT = 65_533


def _segments(scan: Scan) -> Iterator[tuple[int, int, int]]:
    """The marked segments before the picture itself: marker, where it begins, where it ends."""
    position = 2
    while True:
        marker = scan.at(position, 2)
        while marker == b"\xff\xff":
            position += 1
            marker = scan.at(position, 2)
        if marker[0] != 0xFF or marker[1] in (0xDA, 0xD9):
            return
        scan.part()
        length = int.from_bytes(scan.at(position + 2, 2), "big")
        yield marker[1], position, position + 2 + max(length, 2)
        position += 2 + max(length, 2)


def _jpeg(scan: Scan) -> Iterator[bytes]:
    main, further = b"", {}
    for marker, start, end in _segments(scan):
        if marker != 0xE1:
            continue
        head = scan.upto(start + 4, len(EXTENSION) + 40)
        if head.startswith(XAP) and not main:
            main = scan.at(start + 4 + len(XAP), end - start - 4 - len(XAP))
        elif head.startswith(EXTENSION) and sum(map(len, further.values())) < xmp.LARGEST:
            name = head[len(EXTENSION):len(EXTENSION) + 32]
            offset = int.from_bytes(head[len(EXTENSION) + 36:len(EXTENSION) + 40], "big")
            further[name, offset] = scan.at(start + 44 + len(EXTENSION), end - start - 44 - len(EXTENSION))
    yield main
    name = xmp.extension(main).encode("latin-1", "replace") if main else b""
    if name:
        yield b"".join(piece for (whose, _), piece in sorted(further.items()) if whose == name)


def _jpeg_edits(scan: Scan, wanted: Properties) -> list[Edit]:
    span, place, packet = None, 2, None
    for marker, start, end in _segments(scan):
        head = scan.upto(start + 4, len(XAP))
        if marker == 0xE2 and head[:4] == b"MPF\0":
            raise Unwritable("it holds further pictures that are found by their place in it")
        if marker == 0xE1 and head == XAP and span is None:
            span, packet = (start, end), scan.at(start + 4 + len(XAP), end - start - 4 - len(XAP))
        elif (marker == 0xE0 or (marker == 0xE1 and head[:6] == b"Exif\0\0")) and start == place:
            place = end
    _, *further = _jpeg(scan)
    if any(name in wanted for packet in further for name in _names(packet)):
        raise Unwritable("it says the same in a further part of its metadata")
    body = XAP + xmp.merged(packet, wanted)
    if len(body) > LONGEST_SEGMENT:
        raise Unwritable("its metadata fills the place a JPEG has for it")
    start, end = span or (place, place)
    return [(start, end, b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body)]


def _names(packet: bytes) -> set[str]:
    known = {called: name for name, called in xmp.READ.items()}
    return {known[called] for called in xmp.properties(packet)} if packet else set()


# ── PNG ──────────────────────────────────────────────────────────────────────────────────────────────────────────

KEYWORD = b"XML:com.adobe.xmp\0"


def _png_packet(scan: Scan) -> tuple[Span, bytes] | None:
    position = 8
    while position + 12 <= scan.size:
        length, kind = struct.unpack(">I4s", scan.at(position, 8))
        end = position + 12 + length
        if kind == b"iTXt" and length <= xmp.LARGEST and scan.upto(position + 8, len(KEYWORD)) == KEYWORD:
            return (position, end), _international(scan.at(position + 8, length)[len(KEYWORD):])
        if kind == b"IEND":
            return None
        position = end
    return None


def _international(data: bytes) -> bytes:
    """The text of an iTXt chunk behind its keyword: compressed or not, then language and translated keyword."""
    compressed, _, rest = data[0], data[1], data[2:]
    text = rest.split(b"\0", 2)[2]
    if not compressed:
        return text
    unpacked = zlib.decompressobj().decompress(text, xmp.LARGEST + 1)
    if len(unpacked) > xmp.LARGEST:
        raise Unreadable("its metadata is far larger than any program writes")
    return unpacked


def _png(scan: Scan) -> Iterator[bytes]:
    found = _png_packet(scan)
    yield found[1] if found else b""


def _png_edits(scan: Scan, wanted: Properties) -> list[Edit]:
    found = _png_packet(scan)
    (start, end), packet = found if found else ((33, 33), None)
    body = b"iTXt" + KEYWORD + b"\0\0\0\0" + xmp.merged(packet, wanted)
    return [(start, end, struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body)))]


# ── GIF ──────────────────────────────────────────────────────────────────────────────────────────────────────────

APPLICATION = b"\x21\xff\x0bXMP DataXMP"
# Read as blocks of a GIF, whatever stands before it, this leads to its own last byte, which ends the extension.
TRAILER = b"\x01" + bytes(range(255, -1, -1)) + b"\0"


def _gif_packet(scan: Scan) -> tuple[Span, bytes] | None:
    if scan.size > LARGEST_WHOLE:
        return None
    data = scan.at(0, scan.size)
    start = data.find(APPLICATION)
    end = data.find(TRAILER, start) if start >= 0 else -1
    if end < 0:
        return None
    return (start, end + len(TRAILER)), data[start + len(APPLICATION):end]


def _gif(scan: Scan) -> Iterator[bytes]:
    found = _gif_packet(scan)
    yield found[1] if found else b""


def _gif_edits(scan: Scan, wanted: Properties) -> list[Edit]:
    head = scan.at(0, 13)
    if head[:6] != b"GIF89a" or scan.size > LARGEST_WHOLE:
        raise Unwritable("a GIF of this kind has no place for it")
    after_palette = 13 + (3 << (head[10] & 7) + 1 if head[10] & 0x80 else 0)
    found = _gif_packet(scan)
    if found and found[0][0] != after_palette:
        raise Unwritable("its metadata stands where another program put it")
    (start, end), packet = found if found else ((after_palette, after_palette), None)
    return [(start, end, APPLICATION + xmp.merged(packet, wanted) + TRAILER)]


# ── WebP, WAV and AVI (RIFF) ──────────────────────────────────────────────────────────────────────────────────────────

HAS_XMP, HAS_ALPHA = 0x04, 0x10
RIFF_NAMES = {sniff.WEBP: b"XMP ", sniff.WAV: b"_PMX", sniff.AVI: b"_PMX"}


def _riff(scan: Scan) -> Iterator[bytes]:
    name = RIFF_NAMES[scan.kind]
    for kind, body, length in riff(scan):
        if kind == name and length <= xmp.LARGEST:
            yield scan.at(body, length)
            return


def _riff_edits(scan: Scan, wanted: Properties) -> list[Edit]:
    """The chunk goes to the end, and the length in the header grows by it."""
    name = RIFF_NAMES[scan.kind]
    end = 8 + int.from_bytes(scan.at(4, 4), "little")
    if end != scan.size or end & 1:
        raise Unwritable("what follows its end leaves no safe place for it")
    chunks = list(riff(scan))
    old = [(body, length) for kind, body, length in chunks if kind == name]
    if len(old) > 1 or (old and old[0][1] > xmp.LARGEST):
        raise Unwritable("it holds more metadata than any program writes")
    edits = [(body - 8, body + length + (length & 1), b"") for body, length in old]
    packet = xmp.merged(scan.at(*old[0]) if old else None, wanted)
    edits.append((end, end, name + struct.pack("<I", len(packet)) + packet + b"\0" * (len(packet) & 1)))
    edits += _extended_header(scan, chunks) if scan.kind is sniff.WEBP else []
    size = end - 8 + sum(len(instead) - (stop - start) for start, stop, instead in edits)
    if size > 0xFFFFFFFE:
        raise Unwritable("it is as long as a file of its kind can be")
    return [*edits, (4, 8, struct.pack("<I", size))]


def _extended_header(scan: Scan, chunks: list[tuple[bytes, int, int]]) -> list[Edit]:
    """A WebP says at its beginning that it has metadata, and in a simple one that beginning is still missing."""
    kind, body, length = chunks[0]
    if kind == b"VP8X":
        flags = scan.at(body, 1)[0]
        return [(body, body + 1, bytes([flags | HAS_XMP]))]
    if kind == b"VP8 ":
        width, height = (side & 0x3FFF for side in struct.unpack("<HH", scan.at(body + 6, 4)))
        alpha = 0
    elif kind == b"VP8L":
        bits = int.from_bytes(scan.at(body + 1, 4), "little")
        width, height, alpha = 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF), HAS_ALPHA * (bits >> 28 & 1)
    else:
        raise Unwritable("it begins in an unusual way")
    sides = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return [(12, 12, b"VP8X" + struct.pack("<I", 10) + bytes([HAS_XMP | alpha, 0, 0, 0]) + sides)]


# ── TIFF ─────────────────────────────────────────────────────────────────────────────────────────────────────────

XMP_TAG = 700


def _first_directory(scan: Scan) -> tuple[str, bool, int, list[bytes], bytes]:
    """Byte order, whether it is a BigTIFF, where its first directory is, the entries of that, and what follows them."""
    head = scan.at(0, 16) if scan.size >= 16 else scan.at(0, 8)
    order, big = ("<" if head[:2] == b"II" else ">"), head[2:4] in (b"+\0", b"\0+")
    at = struct.unpack_from(order + ("Q" if big else "I"), head, 8 if big else 4)[0]
    wide, size = (8, 20) if big else (2, 12)
    count = struct.unpack(order + ("Q" if big else "H"), scan.at(at, wide))[0]
    if count > scan.bounds.parts:
        raise Unwritable("its directory is longer than any program writes")
    block = scan.at(at + wide, count * size + (8 if big else 4))
    return order, big, at, [block[place:place + size] for place in range(0, count * size, size)], block[count * size:]


def _tiff_packet(scan: Scan) -> bytes | None:
    order, big, _, entries, _ = _first_directory(scan)
    for entry in entries:
        tag, kind, amount = struct.unpack_from(order + ("HHQ" if big else "HHI"), entry)
        if tag == XMP_TAG and kind in (1, 7) and 8 < amount <= xmp.LARGEST:
            return scan.at(struct.unpack_from(order + ("Q" if big else "I"), entry, 12 if big else 8)[0], amount)
    return None


def _tiff(scan: Scan) -> Iterator[bytes]:
    yield _tiff_packet(scan) or b""


def _tiff_edits(scan: Scan, wanted: Properties) -> list[Edit]:
    """The packet and a copy of the directory that names it go to the end; the header then points there."""
    order, big, _, entries, following = _first_directory(scan)
    packet = xmp.merged(_tiff_packet(scan), wanted)
    pad = b"\0" * (scan.size & 1)
    place = scan.size + len(pad)
    packet += b"\0" * (len(packet) & 1)
    width = "Q" if big else "I"
    entry = struct.pack(order + "HH" + width + width, XMP_TAG, 1, len(packet.rstrip(b"\0")), place)
    kept = [one for one in entries if struct.unpack_from(order + "H", one)[0] != XMP_TAG]
    kept = sorted([*kept, entry], key=lambda one: struct.unpack_from(order + "H", one)[0])
    directory = struct.pack(order + ("Q" if big else "H"), len(kept)) + b"".join(kept) + following
    start = place + len(packet)
    if not big and start + len(directory) > 0xFFFFFFFF:
        raise Unwritable("it is as long as a file of its kind can be")
    header = (8, 16) if big else (4, 8)
    return [(*header, struct.pack(order + width, start)), (scan.size, scan.size, pad + packet + directory)]


# ── MP4, QuickTime, M4A ──────────────────────────────────────────────────────────────────────────────────────────

XMP_BOX = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")
FRAGMENTED = {b"moof", b"mfra", b"sidx", b"styp"}


def _boxes(scan: Scan, position: int, end: int) -> Iterator[tuple[bytes, int, int, int]]:
    """Boxes side by side: kind, where it begins, where its body begins, where it ends."""
    while position + 8 <= end:
        scan.part()
        size, kind = struct.unpack(">I4s", scan.at(position, 8))
        body = position + 8
        if size == 1:
            size, body = int.from_bytes(scan.at(position + 8, 8), "big"), position + 16
        if size < body - position or position + size > end:
            return
        yield kind, position, body, position + size
        position += size


def _movie_packet(scan: Scan) -> tuple[Span, bytes] | None:
    for kind, start, body, end in _boxes(scan, 0, scan.size):
        if kind == b"uuid" and scan.upto(body, 16) == XMP_BOX and end - body - 16 <= xmp.LARGEST:
            return (start, end), scan.at(body + 16, end - body - 16)
    return None


def _movie(scan: Scan) -> Iterator[bytes]:
    """In a box of its own, or as QuickTime keeps it, in the movie's user data."""
    found = _movie_packet(scan)
    yield found[1] if found else b""
    scan.parts = 0
    for kind, _, body, end in _boxes(scan, 0, scan.size):
        if kind == b"moov":
            yield from _user_data(scan, body, end)


def _user_data(scan: Scan, body: int, end: int) -> Iterator[bytes]:
    for kind, _, inside, stop in _boxes(scan, body, end):
        if kind == b"udta":
            for name, _, text, last in _boxes(scan, inside, stop):
                if name == b"XMP_" and last - text <= xmp.LARGEST:
                    yield scan.at(text, last - text)


def _movie_edits(scan: Scan, wanted: Properties) -> list[Edit]:
    """A box at the end moves no sample; one that stood before it becomes free space, for the same reason."""
    kinds = {kind for kind, *_ in _boxes(scan, 0, scan.size)}
    scan.parts = 0
    if kinds & FRAGMENTED:
        raise Unwritable("it is cut into fragments that are found by their place in it")
    packets = list(_movie(scan))
    if any(packets[1:]):
        raise Unwritable("it keeps its metadata inside the movie's own header")
    scan.parts = 0
    found = _movie_packet(scan)
    body = XMP_BOX + xmp.merged(found[1] if found else None, wanted)
    box = struct.pack(">I4s", len(body) + 8, b"uuid") + body
    if found is None:
        return [(scan.size, scan.size, box)]
    (start, end), _ = found
    if end == scan.size:
        return [(start, end, box)]
    return [(start + 4, start + 8, b"free"), (scan.size, scan.size, box)]


# ── SVG ──────────────────────────────────────────────────────────────────────────────────────────────────────────

SVG_ROOT = re.compile(rb"<(?:[A-Za-z_][\w.-]*:)?svg(?=[\s>/])")


def _svg(scan: Scan) -> Iterator[bytes]:
    if scan.size <= xmp.LARGEST:
        yield scan.at(0, scan.size)


def _svg_edits(scan: Scan, wanted: Properties) -> list[Edit]:
    """Into the description the drawing has, or else as a first element, which no program draws."""
    if scan.size > xmp.LARGEST:
        raise Unwritable("it is too large a drawing to be changed")
    data = scan.at(0, scan.size)
    if xmp.describes(data):
        return [(0, scan.size, xmp.merged(data, wanted))]
    root = SVG_ROOT.search(data)
    tag = xmp.START_TAG.match(data, root.start()) if root else None
    if tag is None or tag[0].endswith(b"/>") or root is None or b":" in root[0]:
        raise Unwritable("its first element is written in an unusual way")
    said = xmp.merged(None, wanted).split(b"?>", 1)[1].rpartition(b"<?xpacket")[0].strip()
    return [(tag.end(), tag.end(), b"<metadata>" + said + b"</metadata>")]


# ── PDF ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def _pdf(scan: Scan) -> Iterator[bytes]:
    """The stream that the document's catalogue names (ISO 32000-2 §14.3.2), and none of those that its pictures have.

    Only read: a change would append a revision of the document, which readers show as one made after the fact.
    """
    if scan.size > LARGEST_WHOLE:
        return
    # What reads a document is large: only a child that meets one carries it.
    documents = import_module("pypdf")
    scan.file.seek(0)
    try:
        # Strictly: a table of contents that is wrong would be made anew from all of the file, which takes long.
        document = documents.PdfReader(scan.file, strict=True)
        stream = None if document.is_encrypted else document.root_object.get("/Metadata")
        data = stream.get_object().get_data() if stream is not None else b""
    except (documents.errors.PyPdfError, KeyError, TypeError, AttributeError, AssertionError, RecursionError, OSError) as error:
        raise Unreadable("the document cannot be read") from error
    yield data if len(data) <= xmp.LARGEST else b""


READERS: dict[Kind, Callable[[Scan], Iterator[bytes]]] = {
    sniff.JPEG: _jpeg, sniff.PNG: _png, sniff.GIF: _gif, sniff.WEBP: _riff, sniff.WAV: _riff, sniff.TIFF: _tiff,
    sniff.DNG: _tiff, sniff.MP4: _movie, sniff.MOV: _movie, sniff.M4A: _movie, sniff.SVG: _svg, sniff.AVI: _riff,
    sniff.MP3: id3.packets, sniff.FLAC: id3.packets, sniff.AVIF: items.packets, sniff.HEIC: items.packets, sniff.PDF: _pdf,
}  # fmt: skip
WRITERS: dict[Kind, Callable[[Scan, Properties], list[Edit]]] = {
    sniff.JPEG: _jpeg_edits, sniff.PNG: _png_edits, sniff.GIF: _gif_edits, sniff.WEBP: _riff_edits,
    sniff.WAV: _riff_edits, sniff.TIFF: _tiff_edits, sniff.MP4: _movie_edits, sniff.MOV: _movie_edits,
    sniff.M4A: _movie_edits, sniff.SVG: _svg_edits, sniff.AVI: _riff_edits, sniff.MP3: id3.edits,
}  # fmt: skip
