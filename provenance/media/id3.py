"""XMP in the ID3 tag a file of sound begins with: found there, and put there with every byte of sound left as it is.

A private frame (PRIV) of the owner "XMP" holds it (XMP specification part 3, MP3). Layout: ID3v2.3.0 and 2.4.0, id3.org.
FLAC has no place of its own for XMP; what is found there stands in such a tag before it.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from provenance.media import xmp
from provenance.media.bounds import Scan
from provenance.media.sniff import id3_length
from provenance.media.xmp import Properties, Unreadable

OWNER = b"XMP\0"
HEAD = 10
NEW_TAG = b"ID3\x03\0\0"  # version 2.3, which every player knows
LARGEST_TAG = 64 * 1024 * 1024  # a tag holds covers, and credentials
LARGEST_FRAME = 0x0FFFFFFF


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame: its name, from where to where it stands in the file, and whether its body is as it was written."""

    name: bytes
    start: int
    end: int
    plain: bool

    @property
    def body(self) -> int:
        return self.start + HEAD


def packets(scan: Scan) -> Iterator[bytes]:
    """The XMP in the tag at the beginning."""
    for frame in _frames(scan):
        if packet := _packet(scan, frame):
            yield packet


def edits(scan: Scan, wanted: Properties) -> list[tuple[int, int, bytes]]:
    """A frame more behind those there are, in place of the one that said it; a tag of its own where there is none."""
    length = id3_length(scan.upto(0, HEAD))
    if not length:
        frame = _framed(xmp.merged(None, wanted), version=3)
        return [(0, 0, NEW_TAG + _syncsafe(len(frame)) + frame)]
    version, flags = scan.at(3, 1)[0], scan.at(5, 1)[0]
    if version not in (3, 4) or flags or length > LARGEST_TAG:
        raise Unreadable("its tag is of a kind that leaves no safe place for it")
    frames = list(_frames(scan))
    end = frames[-1].end if frames else HEAD
    if scan.at(end, length - end).strip(b"\0"):
        raise Unreadable("its tag holds something that is no frame of it")
    old = [frame for frame in frames if _packet(scan, frame)]
    if len(old) > 1:
        raise Unreadable("it holds more metadata than any program writes")
    packet = _packet(scan, old[0]) if old else None
    frame = _framed(xmp.merged(packet, wanted), version=version)
    gone = sum(one.end - one.start for one in old)
    grown = length - HEAD + len(frame) - gone
    if grown > LARGEST_FRAME:
        raise Unreadable("its tag is as long as one can be")
    return [*((one.start, one.end, b"") for one in old), (end, end, frame), (6, 10, _syncsafe(grown))]


def _packet(scan: Scan, frame: Frame) -> bytes:
    length = frame.end - frame.body
    if frame.name != b"PRIV" or not frame.plain or length > xmp.LARGEST or scan.upto(frame.body, len(OWNER)) != OWNER:
        return b""
    return scan.at(frame.body + len(OWNER), length - len(OWNER))


def _frames(scan: Scan) -> Iterator[Frame]:
    """The frames of a tag that is kept as it is; none of one that was made to look unlike sound (unsynchronised)."""
    head = scan.upto(0, HEAD)
    length, version = id3_length(head), head[3:4]
    if not length or version not in (b"\x03", b"\x04") or head[5] & 0xD0 or length > min(scan.size, LARGEST_TAG):
        return
    position = HEAD
    while position + HEAD <= length:
        scan.part()
        name, size, _, coded = struct.unpack(">4sIBB", scan.at(position, HEAD))
        if not name.strip(b"\0"):
            return
        size = _plain(size) if version == b"\x04" else size
        end = position + HEAD + size
        if end > length:
            raise Unreadable("a frame of its tag reaches beyond the tag")
        yield Frame(name, position, end, not coded)
        position = end


def _framed(packet: bytes, *, version: int) -> bytes:
    body = OWNER + packet
    return b"PRIV" + (_syncsafe(len(body)) if version == 4 else struct.pack(">I", len(body))) + b"\0\0" + body


def _syncsafe(number: int) -> bytes:
    """28 bits in four bytes, none of which looks like sound."""
    return bytes(number >> 7 * place & 0x7F for place in (3, 2, 1, 0))


def _plain(number: int) -> int:
    if number & 0x80808080:
        raise Unreadable("the frames of its tag are not of the lengths they say")
    return sum((number >> 8 * place & 0x7F) << 7 * place for place in range(4))
