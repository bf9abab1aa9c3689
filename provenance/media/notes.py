"""What programs left in a file about its making, as texts with their places: PNG text, EXIF, IPTC-IIM, EXR attributes.

Only found and bounded here, never understood: `provenance/suggestions/` does that. Layouts: PNG 3rd edition §11.3.3;
EXIF 3.0 (Software, UserComment); IPTC-IIM 4.2 datasets 2:65, 2:70 and 2:110; OpenEXR file layout.
"""

import struct
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from PIL import Image, IptcImagePlugin

from provenance.media import packets, sniff, xmp
from provenance.media.bounds import Bounds, Fault, Scan
from provenance.media.refusal import MediaRefused
from provenance.media.sniff import Kind

LARGEST = 8 * 1024 * 1024  # of one text
MOST = 16 * 1024 * 1024  # of all together
XMP_KEYWORD = "XML:com.adobe.xmp"
SOFTWARE, EXIF_DIRECTORY, USER_COMMENT = 305, 0x8769, 37510
IIM = {(2, 65): "2:65", (2, 70): "2:70", (2, 110): "2:110"}
EXR_BEGINS, EXR_HEADER = b"\x76\x2f\x31\x01", 1024 * 1024


Source = Callable[[Scan], Iterator["Note"]]


@dataclass(frozen=True, slots=True)
class Note:
    """One text: the kind of place it stands in (png, exif, iim, exr, xmp or file), under which name, and what it says."""

    place: str
    name: str
    text: str


def read(file: BinaryIO, kind: Kind, bounds: Bounds) -> tuple[list[Note], list[str]]:
    """The notes in a file, and a sentence for each that was passed over for its size."""
    return _read(file, kind, bounds, (_described, *READERS.get(kind, ())))


def _read(file: BinaryIO, kind: Kind, bounds: Bounds, sources: Iterable[Source]) -> tuple[list[Note], list[str]]:
    notes: list[Note] = []
    passed: list[str] = []
    for source in sources:
        try:
            for note in source(Scan(file, bounds, kind=kind, deep=False)):
                if len(note.text) > LARGEST or sum(len(one.text) for one in notes) + len(note.text) > MOST:
                    passed.append(f"The text “{note.name[:60]}” is longer than any program writes; it was passed over.")
                else:
                    notes.append(note)
        except (Fault, MediaRefused, struct.error, zlib.error, ValueError, IndexError, OSError, SyntaxError, KeyError) as error:
            passed.append(f"A part of its notes could not be read ({type(error).__name__}).")
    return notes, passed


def texts(file: BinaryIO, kind: Kind, bounds: Bounds) -> list[Note]:
    """The notes of a picture, without its XMP, and as far as they can be read."""
    return _read(file, kind, bounds, READERS[kind])[0] if kind in PICTURES else []


def _described(scan: Scan) -> Iterator[Note]:
    found = packets.read(scan.file, scan.kind, scan.bounds, names=xmp.NOTES)
    yield from (Note("xmp", name, value) for name, value in found.items())


def _png(scan: Scan) -> Iterator[Note]:
    for kind, body, length in _chunks(scan):
        if kind in (b"tEXt", b"zTXt", b"iTXt"):
            name, _, rest = scan.at(body, min(length, 2 * LARGEST)).partition(b"\0")
            keyword = name[:79].decode("latin-1")
            if keyword != XMP_KEYWORD:
                yield Note("png", keyword, _unpacked(kind, rest))


def _chunks(scan: Scan) -> Iterator[tuple[bytes, int, int]]:
    """Kind, where the body is, and its length, of each chunk of a PNG."""
    position = 8
    while position + 12 <= scan.size:
        scan.part()
        length, kind = struct.unpack(">I4s", scan.at(position, 8))
        if kind == b"IEND":
            return
        yield kind, position + 8, length
        position += 12 + length


def _unpacked(kind: bytes, rest: bytes) -> str:
    if kind == b"tEXt":
        return _text(rest)
    if kind == b"zTXt":
        return _text(_inflated(rest[1:]))
    compressed, _, _, text = rest[0], *rest[2:].split(b"\0", 2)
    return _text(_inflated(text) if compressed else text)


def _inflated(data: bytes) -> bytes:
    return zlib.decompressobj().decompress(data, LARGEST + 1)


def _text(data: bytes) -> str:
    """UTF-8 where it is that – programs write it into chunks meant for Latin-1 –, else byte by byte."""
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _exif(scan: Scan) -> Iterator[Note]:
    scan.file.seek(0)
    with Image.open(scan.file) as picture:
        yield from _tags(picture.getexif())
        for dataset, value in (IptcImagePlugin.getiptcinfo(picture) or {}).items():
            if dataset in IIM and isinstance(value, bytes):
                yield Note("iim", IIM[dataset], _text(value))


def _png_exif(scan: Scan) -> Iterator[Note]:
    """Of the chunk itself: to look for it, the library would decode the picture."""
    for kind, body, length in _chunks(scan):
        if kind == b"eXIf" and length <= LARGEST:
            tags = Image.Exif()
            tags.load(b"Exif\0\0" + scan.at(body, length))
            yield from _tags(tags)


def _tags(tags: Image.Exif) -> Iterator[Note]:
    software, comment = tags.get(SOFTWARE), tags.get_ifd(EXIF_DIRECTORY).get(USER_COMMENT)
    if isinstance(software, str):
        yield Note("exif", "Software", software)
    if isinstance(comment, bytes | str):
        yield Note("exif", "UserComment", _comment(comment))


def _comment(data: bytes | str) -> str:
    if isinstance(data, str):
        return data
    kind, text = data[:8], data[8:]
    if kind.startswith(b"UNICODE"):
        # The standard leaves the byte order open; of English text, every other byte is zero.
        order = "utf-16-be" if text[:1] == b"\0" else "utf-16-le"
        return text.decode(order, "replace")
    return _text(text if kind.startswith((b"ASCII", b"\0" * 8)) else data)


def _exr(scan: Scan) -> Iterator[Note]:
    head = scan.upto(0, EXR_HEADER)
    position = 8
    while head.startswith(EXR_BEGINS) and position < len(head) and head[position]:
        scan.part()
        end = head.index(b"\0", position)
        kind_end = head.index(b"\0", end + 1)
        (size,) = struct.unpack_from("<i", head, kind_end + 1)
        body = kind_end + 5
        if size < 0 or body + size > len(head):
            return
        if head[end + 1:kind_end] == b"string":
            yield Note("exr", _text(head[position:end]), _text(head[body:body + size]))
        position = body + size


def _plain(scan: Scan) -> Iterator[Note]:
    """A document of text that is JSON, such as an OpenTimelineIO timeline, as a whole."""
    if scan.upto(0, 64).lstrip(b"\xef\xbb\xbf \r\n\t")[:1] == b"{":
        yield Note("file", "", _text(scan.upto(0, LARGEST + 1)))


PICTURES = frozenset({sniff.PNG, sniff.JPEG, sniff.WEBP, sniff.TIFF})
READERS: dict[Kind, tuple[Source, ...]] = {
    sniff.PNG: (_png, _png_exif), sniff.JPEG: (_exif,), sniff.WEBP: (_exif,), sniff.TIFF: (_exif,), sniff.EXR: (_exr,),
    sniff.TEXT: (_plain,), sniff.UNKNOWN: (_plain,),
}  # fmt: skip
