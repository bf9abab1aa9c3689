"""The box family: MP4, QuickTime, M4A, AVIF, HEIC. Walks boxes within bounds; reads times and sizes from the header.

Layout: ISO/IEC 14496-12 (box structure 4.2, movie boxes 8) and, for AVIF's picture size, ISO/IEC 23008-12 `ispe`.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from provenance.media.bounds import Fault, Scan

# Boxes that hold boxes, on the way to what is read here.
CONTAINERS = {
    b"moov",
    b"trak",
    b"mdia",
    b"minf",
    b"stbl",
    b"mvex",
    b"moof",
    b"traf",
    b"edts",
    b"dinf",
    b"iprp",
    b"ipco",
}
TOP_LEVEL = set(
    b"ftyp styp moov moof mfra mdat imda idat free skip wide meta uuid sidx ssix prft emsg pdin pnot udta jumb".split()
)
LARGEST_HEADER = 64 * 1024 * 1024
MOST_INNER_BOXES = 65_536
MOST_ENTRIES = 4_000_000


@dataclass(frozen=True, slots=True)
class Box:
    kind: bytes
    offset: int
    body: int
    end: int


@dataclass(slots=True)
class Track:
    """What one `trak` says: handler, time scale, duration in its units, and how many samples."""

    handler: bytes = b""
    scale: int = 0
    duration: int = 0
    samples: int = 0
    timed: int = 0
    width: int = 0
    height: int = 0
    number: int = 0

    @property
    def seconds(self) -> float:
        return (self.duration or self.timed) / self.scale if self.scale else 0.0


def movie(scan: Scan) -> None:
    """MP4, QuickTime and M4A: every top-level box, then the tracks."""
    header, fragments = None, []
    for box in top(scan):
        if box.kind == b"moov":
            if header is not None:
                raise scan.malformed("it has two movie headers")
            header = box
        elif box.kind == b"moof":
            fragments.append(box)
    if not scan.deep:
        return
    if header is None:
        raise scan.truncated(scan.size + 1) if scan.size < 64 else scan.malformed("it has no movie header (moov)")
    tracks = _tracks(scan, header)
    if fragments:
        _count_fragments(scan, tracks, fragments)
    _facts(scan, tracks)


def avif(scan: Scan) -> None:
    """AVIF and HEIC stills: the largest picture size among the item properties. An image sequence also has tracks."""
    meta = header = None
    for box in top(scan):
        meta, header = (box if box.kind == b"meta" else meta), (box if box.kind == b"moov" else header)
    if not scan.deep:
        return
    if meta is None:
        raise scan.malformed("it has no description of its pictures (meta)")
    data = body_of(scan, meta)[4:]
    sizes = [
        struct.unpack(">II", body[4:12]) for kind, body in _walk(scan, data, 2) if kind == b"ispe" and len(body) >= 12
    ]
    if not sizes:
        raise scan.malformed("it says nowhere how large its picture is")
    scan.picture(*max(sizes, key=lambda size: size[0] * size[1]))
    scan.facts.frames = 1
    if header is not None:
        tracks = [track for track in _tracks(scan, header) if track.handler == b"pict"]
        scan.facts.frames = max([1, *(track.samples for track in tracks)])


def any_boxes(scan: Scan) -> None:
    if scan.upto(0, 2) != b"\xff\x0a":
        for _ in top(scan):
            pass


# ── Walking ──────────────────────────────────────────────────────────────────────────────────────────────────────


def top(scan: Scan) -> Iterator[Box]:
    """The top-level boxes, each of a stated length and within the file."""
    position = 0
    while position < scan.size:
        scan.part()
        box = _box(scan, position)
        yield box
        position = box.end


def _box(scan: Scan, offset: int) -> Box:
    left = scan.size - offset
    if left < 8:
        raise _not_a_box(scan, offset, left)
    header = scan.at(offset, 8)
    size, kind, body = int.from_bytes(header[:4], "big"), header[4:], offset + 8
    if not _plausible(kind):
        raise _not_a_box(scan, offset, left)
    if size == 1:
        size, body = int.from_bytes(scan.at(offset + 8, 8), "big"), offset + 16
        if size < 16:
            raise scan.malformed(f"a box at byte {offset:,} says it is {size} bytes long")
    elif size == 0:
        # "To the end of the file" is allowed by the standard, but whatever is added behind it then belongs to it.
        raise scan.malformed(f'the box "{_shown(kind)}" at byte {offset:,} leaves its length open')
    elif size < 8:
        raise scan.malformed(f"a box at byte {offset:,} says it is {size} bytes long")
    if size > left:
        raise scan.truncated(offset + size) if kind in TOP_LEVEL else _not_a_box(scan, offset, left)
    return Box(kind, offset, body, offset + size)


def _not_a_box(scan: Scan, offset: int, left: int) -> Fault:
    """Bytes that are no box: at the end of a file that had its parts, something was put behind it."""
    if scan.parts > 2:
        scan.trailing(left)
        return scan.faults.pop()
    return scan.malformed(f"at byte {offset:,} there should be a box and there is none")


def _plausible(kind: bytes) -> bool:
    """Four printable characters, or QuickTime's © as the first."""
    return all(32 <= byte < 127 for byte in kind[1:]) and (32 <= kind[0] < 127 or kind[0] == 0xA9)


def _shown(kind: bytes) -> str:
    return kind.decode("latin-1")


def body_of(scan: Scan, box: Box) -> bytes:
    if box.end - box.body > LARGEST_HEADER:
        raise scan.malformed(f'its header "{_shown(box.kind)}" is {(box.end - box.body) // 1_000_000} MB long')
    return scan.at(box.body, box.end - box.body)


def _walk(scan: Scan, data: bytes, depth: int) -> Iterator[tuple[bytes, bytes]]:
    """Every box within `data`, containers before what they hold."""
    for kind, body in children(scan, data, depth):
        yield kind, body
        if kind in CONTAINERS:
            yield from _walk(scan, body, depth + 1)


def children(scan: Scan, data: bytes, depth: int) -> Iterator[tuple[bytes, bytes]]:
    scan.deeper(depth)
    position = count = 0
    while position + 8 <= len(data):
        count += 1
        if count > MOST_INNER_BOXES:
            raise scan.malformed("a box holds more boxes than any program writes")
        size, kind, body = (
            int.from_bytes(data[position : position + 4], "big"),
            data[position + 4 : position + 8],
            position + 8,
        )
        if size == 1:
            size, body = int.from_bytes(data[position + 8:position + 16], "big"), position + 16
        elif size == 0:
            # QuickTime ends some lists of boxes with four zero bytes.
            return
        if size < body - position or position + size > len(data):
            raise scan.malformed(f'the box "{_shown(kind)}" reaches beyond the box that holds it')
        yield kind, data[body:position + size]
        position += size


# ── Tracks ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _tracks(scan: Scan, header: Box) -> list[Track]:
    return [_track(scan, body) for kind, body in children(scan, body_of(scan, header), 2) if kind == b"trak"]


def _track(scan: Scan, data: bytes) -> Track:
    track = Track()
    for kind, body in _walk(scan, data, 3):
        if kind == b"tkhd" and len(body) >= 20:
            track.number = struct.unpack_from(">I", body, 20 if body[0] == 1 else 12)[0]
        elif kind == b"mdhd" and len(body) >= 20:
            wide = body[0] == 1
            track.scale, track.duration = struct.unpack_from(">IQ" if wide else ">II", body, 20 if wide else 12)
            if track.duration in (0xFFFFFFFF, 0xFFFFFFFFFFFFFFFF):
                track.duration = 0
        elif kind == b"hdlr" and len(body) >= 12 and not track.handler:
            track.handler = body[8:12]
        elif kind == b"stsd" and len(body) >= 16:
            _sample_entry(track, body)
        elif kind == b"stsz" and len(body) >= 12:
            track.samples = _entries(scan, kind, body, 4, 8, 4 if body[4:8] == b"\0\0\0\0" else 0)
        elif kind == b"stts" and len(body) >= 8:
            count = _entries(scan, kind, body, 8, 4, 8)
            pairs = struct.iter_unpack(">II", body[8:8 + 8 * count])
            track.timed = sum(number * delta for number, delta in pairs)
        elif kind in (b"stco", b"stss") and len(body) >= 8:
            _entries(scan, kind, body, 4, 4, 4)
        elif kind == b"co64" and len(body) >= 8:
            _entries(scan, kind, body, 8, 4, 8)
    return track


def _entries(scan: Scan, kind: bytes, body: bytes, width: int, at: int, stored: int) -> int:
    """The number of entries a table says it has; it must be able to hold them."""
    count = int.from_bytes(body[at:at + 4], "big")
    if count > MOST_ENTRIES or count * stored > len(body) - at - 4:
        raise scan.malformed(f'its table "{_shown(kind)}" says it has {count:,} entries and has no room for them')
    return count


def _sample_entry(track: Track, body: bytes) -> None:
    """Width and height of the first visual sample entry (after 8 of the list, 8 of the box, 24 of other fields)."""
    if track.handler == b"vide" and len(body) >= 44:
        track.width, track.height = struct.unpack_from(">HH", body, 8 + 8 + 24)


def _count_fragments(scan: Scan, tracks: list[Track], fragments: list[Box]) -> None:
    """Samples of a fragmented file: each run (trun) says how many, and how long where the header does not."""
    by_number = {track.number: track for track in tracks}
    for fragment in fragments:
        track, usual = None, 0
        for kind, body in _walk(scan, body_of(scan, fragment), 2):
            if kind == b"tfhd" and len(body) >= 8:
                track, usual = by_number.get(int.from_bytes(body[4:8], "big")), _usual_duration(body)
            elif kind == b"trun" and track is not None and len(body) >= 8:
                count = int.from_bytes(body[4:8], "big")
                if count > MOST_ENTRIES:
                    raise scan.malformed("a run says it has more samples than any program writes")
                track.samples += count
                track.timed += _run_duration(body, count) or usual * count


def _usual_duration(body: bytes) -> int:
    flags, at = int.from_bytes(body[1:4], "big"), 8
    at += 8 * bool(flags & 1) + 4 * bool(flags & 2)
    return int.from_bytes(body[at:at + 4], "big") if flags & 8 else 0


def _run_duration(body: bytes, count: int) -> int:
    flags = int.from_bytes(body[1:4], "big")
    if not flags & 0x100:
        return 0
    at, stride = 8 + 4 * bool(flags & 1) + 4 * bool(flags & 4), 4 * (flags >> 8 & 15).bit_count()
    return sum(
        int.from_bytes(body[place : place + 4], "big")
        for place in range(at, min(len(body), at + stride * count), stride)
    )


def _facts(scan: Scan, tracks: list[Track]) -> None:
    pictures = [track for track in tracks if track.handler == b"vide"]
    sounds = [track for track in tracks if track.handler == b"soun"]
    if not pictures and not sounds:
        raise scan.malformed("it has neither a picture track nor a sound track")
    facts = scan.facts
    facts.audio_tracks, facts.video_tracks = len(sounds), len(pictures)
    facts.seconds = round(max(track.seconds for track in (*pictures, *sounds)), 6) or None
    if pictures:
        main = max(pictures, key=lambda track: track.width * track.height)
        scan.picture(main.width, main.height)
        facts.frames = main.samples or None
        length = main.timed or main.duration
        if main.samples and length and main.scale:
            facts.fps = Fraction(main.samples * main.scale, length).limit_denominator(1001 * 1000)
