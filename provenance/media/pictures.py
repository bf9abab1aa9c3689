"""Pictures: JPEG, PNG, GIF, WebP, TIFF, OpenEXR, DPX. Sizes, orientation, frames, and where the picture ends."""

import re
import struct
from collections.abc import Iterator
from fractions import Fraction

from provenance.media import sniff
from provenance.media.bounds import Fault, Scan

BLOCK = 1 << 20

# ── JPEG (ITU-T T.81) ────────────────────────────────────────────────────────────────────────────────────────────

FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
ALONE = frozenset(range(0xD0, 0xD8)) | {0x01}
# A marker inside coded data: FF, and after it neither a stuffed zero nor a restart.
MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7]")


def jpeg(scan: Scan) -> None:
    position = 2
    several: list[tuple[int, int]] = []
    while True:
        marker, position = _marker(scan, position)
        if marker == 0xD9:
            break
        if marker in ALONE:
            continue
        scan.part()
        length = int.from_bytes(scan.at(position, 2), "big")
        if length < 2:
            raise scan.malformed(f"a segment at byte {position:,} has no length")
        if position + length > scan.size:
            raise scan.truncated(position + length)
        if marker in FRAMES and scan.facts.width is None:
            height, width = struct.unpack(">HH", scan.at(position + 3, 4))
            scan.picture(width, height)
        elif scan.deep and marker == 0xE1 and length > 16:
            _exif(scan, position + 2, length - 2)
        elif scan.deep and marker == 0xE2:
            several = _further_pictures(scan, position + 2, length - 2) or several
        position += length
        if marker == 0xDA:
            # What follows the first scan may be gigabytes of coded data; only a full look goes through it.
            if not scan.deep:
                return
            position = _after_coded_data(scan, position)
    if scan.facts.width is None:
        raise scan.malformed("it holds no picture")
    scan.facts.frames = 1
    if not _only_further_pictures(scan, position, several):
        scan.ends(position)


def _marker(scan: Scan, position: int) -> tuple[int, int]:
    two = scan.at(position, 2)
    if two[0] != 0xFF:
        raise scan.malformed(f"at byte {position:,} a segment should begin")
    while two[1] == 0xFF:
        position += 1
        two = scan.at(position, 2)
    if two[1] == 0:
        raise scan.malformed(f"at byte {position:,} a segment should begin")
    return two[1], position + 2


def _after_coded_data(scan: Scan, position: int) -> int:
    """Where the next marker begins. The blocks overlap by a byte, for a marker cut in two."""
    while position < scan.size:
        block = scan.upto(position, BLOCK)
        found = MARKER.search(block)
        if found:
            return position + found.start()
        position += max(1, len(block) - 1) if len(block) == BLOCK else len(block)
    raise scan.truncated(scan.size + 2)


def _exif(scan: Scan, offset: int, length: int) -> None:
    data = scan.at(offset, min(length, 65_536))
    if data[:6] == b"Exif\0\0":
        scan.facts.orientation = _orientation(data[6:])


def _orientation(tiff_data: bytes) -> int:
    """Tag 0x0112 of the first directory; 1, upright, when it is absent or makes no sense."""
    order = {b"II": "<", b"MM": ">"}.get(tiff_data[:2])
    if order is None or len(tiff_data) < 8:
        return 1
    start = struct.unpack_from(order + "I", tiff_data, 4)[0]
    if start + 2 > len(tiff_data):
        return 1
    count = struct.unpack_from(order + "H", tiff_data, start)[0]
    for entry in range(start + 2, min(start + 2 + 12 * count, len(tiff_data) - 11), 12):
        tag, kind, _, value = struct.unpack_from(order + "HHIH", tiff_data, entry)
        if tag == 0x0112 and kind == 3 and 1 <= value <= 8:
            return int(value)
    return 1


def _further_pictures(scan: Scan, offset: int, length: int) -> list[tuple[int, int]]:
    """Where the further pictures lie by a multi-picture JPEG's own index (CIPA DC-007): previews, gain maps."""
    data = scan.at(offset, min(length, 65_536))
    if data[:4] != b"MPF\0" or len(data) < 16:
        return []
    body = data[4:]
    order = {b"II": "<", b"MM": ">"}.get(body[:2])
    if order is None:
        return []
    start = struct.unpack_from(order + "I", body, 4)[0]
    count = struct.unpack_from(order + "H", body, start)[0] if start + 2 <= len(body) else 0
    for entry in range(start + 2, min(start + 2 + 12 * count, len(body) - 11), 12):
        tag, _, size, place = struct.unpack_from(order + "HHII", body, entry)
        if tag == 0xB002 and place + size <= len(body):
            rows = (struct.unpack_from(order + "III", body, row) for row in range(place, place + size - 15, 16))
            # Offsets count from the index itself; the first picture, at 0, is the file's own.
            return [(offset + 4 + at, amount) for _, amount, at in rows if at]
    return []


def _only_further_pictures(scan: Scan, end: int, several: list[tuple[int, int]]) -> bool:
    """Whether what follows is exactly the further pictures that the file's own index names, one after the other."""
    for offset, length in sorted(several):
        if offset < end or offset - end > 4_096 or scan.upto(end, offset - end).strip(b"\0"):
            return False
        if scan.upto(offset, 2) != b"\xff\xd8" or scan.upto(offset + length - 2, 2) != b"\xff\xd9":
            return False
        end = offset + length
    return bool(several) and end == scan.size


# ── PNG (ISO/IEC 15948) ──────────────────────────────────────────────────────────────────────────────────────────


PNG_COLOURS = {0: "grey", 2: "RGB", 3: "palette", 4: "grey and alpha", 6: "RGBA"}


def png(scan: Scan) -> None:
    position, coded, frames = 8, False, 1
    while True:
        scan.part() if not coded else None
        length, kind = struct.unpack(">I4s", scan.at(position, 8))
        if length > 0x7FFFFFFF or not kind.isalpha():
            raise scan.malformed(f"the chunk at byte {position:,} has no proper name or length")
        if position + 12 + length > scan.size:
            raise scan.truncated(position + 12 + length)
        if position == 8:
            if kind != b"IHDR" or length != 13:
                raise scan.malformed("it does not begin with its header")
            scan.picture(*struct.unpack(">II", scan.at(16, 8)))
            depth, colour = scan.at(24, 2)
            scan.facts.pixels = f"{depth} bit {PNG_COLOURS.get(colour, f'colour type {colour}')}"
        elif kind == b"acTL" and length == 8:
            frames = int.from_bytes(scan.at(position + 8, 4), "big")
        # Programs cut the picture itself into as many chunks as they like; those cost a reader nothing.
        coded = kind in (b"IDAT", b"fdAT")
        position += 12 + length
        if kind == b"IEND":
            break
    scan.facts.frames = frames
    scan.ends(position)


# ── GIF (GIF89a) ─────────────────────────────────────────────────────────────────────────────────────────────────

LARGEST_GIF_WALK = 256 * 1024 * 1024


def gif(scan: Scan) -> None:
    if not scan.deep:
        return
    head = scan.at(0, 13)
    scan.picture(*struct.unpack("<HH", head[6:10]))
    data = scan.upto(0, LARGEST_GIF_WALK)
    position = 13 + (3 << (head[10] & 7) + 1 if head[10] & 0x80 else 0)
    frames = hundredths = 0
    while True:
        if position >= len(data):
            raise scan.truncated(scan.size + 1)
        mark = data[position]
        if mark == 0x3B:
            break
        scan.part()
        if mark == 0x21:
            if data[position + 1:position + 2] == b"\xf9":
                hundredths += int.from_bytes(data[position + 4:position + 6], "little")
            position = _after_blocks(scan, data, position + 2)
        elif mark == 0x2C:
            frames += 1
            flags = data[position + 9] if position + 9 < len(data) else 0
            position = _after_blocks(scan, data, position + 11 + (3 << (flags & 7) + 1 if flags & 0x80 else 0))
        else:
            raise scan.malformed(f"at byte {position:,} there is neither a picture nor its end")
    if not frames:
        raise scan.malformed("it holds no picture")
    scan.facts.frames = frames
    if frames > 1 and hundredths:
        scan.facts.seconds = hundredths / 100
        scan.facts.fps = Fraction(frames * 100, hundredths)
    scan.ends(position + 1)


def _after_blocks(scan: Scan, data: bytes, position: int) -> int:
    while position < len(data) and data[position]:
        position += 1 + data[position]
    if position >= len(data):
        raise scan.truncated(scan.size + 1)
    return position + 1


# ── WebP (RFC 9649) ──────────────────────────────────────────────────────────────────────────────────────────────


def webp(scan: Scan) -> None:
    frames, milliseconds = 0, 0
    for kind, body, length in riff(scan):
        if kind == b"VP8X" and length >= 10:
            data = scan.at(body, 10)
            scan.picture(1 + int.from_bytes(data[4:7], "little"), 1 + int.from_bytes(data[7:10], "little"))
        elif kind == b"VP8 " and length >= 10 and scan.facts.width is None:
            width, height = struct.unpack("<HH", scan.at(body + 6, 4))
            scan.picture(width & 0x3FFF, height & 0x3FFF)
        elif kind == b"VP8L" and length >= 5 and scan.facts.width is None:
            bits = int.from_bytes(scan.at(body + 1, 4), "little")
            scan.picture(1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF))
        elif kind == b"ANMF" and length >= 16:
            frames += 1
            milliseconds += int.from_bytes(scan.at(body + 12, 3), "little")
        elif kind == b"EXIF" and scan.deep:
            data = scan.at(body, min(length, 65_536))
            scan.facts.orientation = _orientation(data[6:] if data[:6] == b"Exif\0\0" else data)
    if scan.facts.width is None:
        raise scan.malformed("it holds no picture")
    scan.facts.frames = frames or 1
    if frames > 1 and milliseconds:
        scan.facts.seconds, scan.facts.fps = milliseconds / 1000, Fraction(frames * 1000, milliseconds)


def riff(scan: Scan) -> Iterator[tuple[bytes, int, int]]:
    """The chunks of a RIFF file: name, where its body is, how long. AVI goes on in further RIFF chunks after 1 GB."""
    position = 0
    while position < scan.size:
        head = scan.upto(position, 12)
        if position and (head[:4] != b"RIFF" or head[8:12] != b"AVIX"):
            scan.trailing(scan.size - position)
            return
        end = position + 8 + int.from_bytes(head[4:8], "little")
        if end > scan.size:
            raise scan.truncated(end)
        at = position + 12
        while at + 8 <= end:
            scan.part()
            kind, length = struct.unpack("<4sI", scan.at(at, 8))
            if at + 8 + length > end:
                raise scan.malformed(f"the chunk at byte {at:,} reaches beyond the end")
            yield kind, at + 8, length
            at += 8 + length + (length & 1)
        # The length of an odd last chunk may or may not count its padding byte.
        position = max(end + (end & 1 if scan.upto(end, 1) == b"\0" else 0), at if at <= scan.size else end)


# ── TIFF (TIFF 6.0; BigTIFF) ─────────────────────────────────────────────────────────────────────────────────────

WIDTHS = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8, 17: 8, 18: 8}
FURTHER = {330, 34665, 34853, 40965}
LENGTHS_OF = {273: 279, 324: 325, 513: 514}
DNG_VERSION = 50706
MOST_DIRECTORIES = 1_024


def tiff(scan: Scan) -> None:
    """Every directory of the chain and below it. The file ends where the last thing ends that a directory points to."""
    head = scan.at(0, 16) if scan.size >= 16 else scan.at(0, 8)
    order, big = ("<" if head[:2] == b"II" else ">"), head[2:4] in (b"+\0", b"\0+")
    first = struct.unpack_from(order + ("Q" if big else "I"), head, 8 if big else 4)[0]
    todo, seen, end = [(first, True)], set(), 8
    while todo:
        offset, top = todo.pop()
        if not offset or offset in seen:
            if offset and top:
                raise scan.malformed("its pages point at each other in a circle")
            continue
        seen.add(offset)
        scan.part()
        tags, following, reached = _directory(scan, offset, order, big)
        end = max(end, reached, _data_end(tags))
        todo += [(place, False) for tag in FURTHER for place in tags.get(tag, ())]
        if top:
            _page(scan, tags)
            todo.append((following, True))
    if scan.facts.width is None:
        raise scan.malformed("it holds no picture")
    if scan.deep:
        scan.ends(end, tolerated=16)


def _page(scan: Scan, tags: dict[int, tuple[int, ...]]) -> None:
    scan.facts.frames = (scan.facts.frames or 0) + 1
    if 256 in tags and 257 in tags and scan.facts.width is None:
        scan.picture(tags[256][0], tags[257][0])
        bits, kind, packed = ((tags.get(tag) or (1,))[0] for tag in (258, 339, 259))
        channels = (tags.get(277) or (1,))[0]
        scan.facts.pixels = f"{bits} bit {'float ' if kind == 3 else ''}× {channels}, compression {packed}"
    if scan.facts.frames == 1 and 1 <= (tags.get(274) or (1,))[0] <= 8:
        scan.facts.orientation = (tags.get(274) or (1,))[0]
    if DNG_VERSION in tags:
        scan.kind = sniff.DNG


def _directory(scan: Scan, offset: int, order: str, big: bool) -> tuple[dict[int, tuple[int, ...]], int, int]:
    """The whole numbers of one directory by tag, the offset of the next one, and the last byte all this reaches."""
    wide, size = (8, 20) if big else (2, 12)
    count = struct.unpack(order + ("Q" if big else "H"), scan.at(offset, wide))[0]
    if count > scan.bounds.parts:
        raise scan.malformed(f"one of its directories says it has {count:,} entries")
    block = scan.at(offset + wide, count * size + (8 if big else 4))
    tags: dict[int, tuple[int, ...]] = {}
    end = offset + wide + len(block)
    for at in range(0, count * size, size):
        tag, kind, amount = struct.unpack_from(order + ("HHQ" if big else "HHI"), block, at)
        length, inside = WIDTHS.get(kind, 1) * amount, 8 if big else 4
        field = at + (12 if big else 8)
        place = None if length <= inside else struct.unpack_from(order + ("Q" if big else "I"), block, field)[0]
        if place is not None:
            if place + length > scan.size:
                raise scan.truncated(place + length)
            end = max(end, place + length)
        if kind in (3, 4, 13, 16, 18) and amount <= 1_000_000:
            data = block[field:field + length] if place is None else scan.at(place, length)
            tags[tag] = struct.unpack(f"{order}{amount}{ {3: 'H', 4: 'I', 13: 'I', 16: 'Q', 18: 'Q'}[kind] }", data)
        elif kind == 1 and tag == DNG_VERSION:
            tags[tag] = (1,)
    return tags, struct.unpack_from(order + ("Q" if big else "I"), block, count * size)[0], end


def _data_end(tags: dict[int, tuple[int, ...]]) -> int:
    ends = [
        offset + length
        for at, amount in LENGTHS_OF.items()
        for offset, length in zip(tags.get(at, ()), tags.get(amount, ()), strict=False)
    ]
    return max(ends, default=0)


# ── OpenEXR (the file layout of openexr.com, version 2) ──────────────────────────────────────────────────────────

EXR_TILED, EXR_DEEP, EXR_PARTS = 0x200, 0x800, 0x1000
EXR_FLAGS = 0x1E00
# Names of compressions, each with how many lines it packs into one block.
COMPRESSIONS = (
    ("none", 1), ("RLE", 1), ("ZIPS", 1), ("ZIP", 16), ("PIZ", 32), ("PXR24", 16), ("B44", 32), ("B44A", 32), ("DWAA", 32),
    ("DWAB", 256),
)  # fmt: skip
CHANNEL_TYPES = ("uint", "half", "float")
LONGEST_EXR_NAME = 255
LARGEST_CHANNELS = 65_536
MOST_BLOCKS = 1_000_000


def exr(scan: Scan) -> None:
    """The header's attributes, up to an empty name: windows, channels, compression. Then whether all of it is there."""
    version = int.from_bytes(scan.at(4, 4), "little")
    if version & 0xFF not in (1, 2) or version & ~(0xFF | EXR_FLAGS | 0x400):
        raise scan.malformed(f"its version {version & 0xFF} is none that is known")
    position, compression = 8, 0
    while True:
        scan.part()
        name, kind, value, length = _exr_attribute(scan, position)
        if not name:
            position += 1
            break
        if name == b"dataWindow" and kind == b"box2i" and length == 16:
            scan.picture(*_window(scan, value))
        elif name == b"displayWindow" and kind == b"box2i" and length == 16:
            scan.facts.display = _window(scan, value)
        elif name == b"compression" and length == 1:
            compression = scan.at(value, 1)[0]
        elif name == b"channels" and kind == b"chlist" and length <= LARGEST_CHANNELS:
            scan.facts.pixels = _channels(scan.at(value, length))
        position = value + length
        if position > scan.size:
            raise scan.truncated(position)
    if scan.facts.width is None or scan.facts.display is None:
        raise scan.malformed("its header does not say how large the picture is")
    if compression >= len(COMPRESSIONS):
        raise scan.malformed(f"its compression {compression} is none that is known")
    _exr_display(scan)
    scan.facts.pixels = f"{scan.facts.pixels}; {COMPRESSIONS[compression][0]}".removeprefix("; ")
    scan.facts.frames = 1
    if scan.deep and not version & (EXR_TILED | EXR_DEEP | EXR_PARTS):
        _exr_lines(scan, position, COMPRESSIONS[compression][1])


def _exr_attribute(scan: Scan, position: int) -> tuple[bytes, bytes, int, int]:
    """Name, type, where the value is and how long it is; all empty at the header's end."""
    text = scan.upto(position, 2 * LONGEST_EXR_NAME + 2)
    name, ended, rest = text.partition(b"\0")
    if ended and not name:
        return b"", b"", position, 0
    kind, found, _ = rest.partition(b"\0")
    if not found:
        if len(text) == 2 * LONGEST_EXR_NAME + 2:
            raise scan.malformed(f"the name of an attribute at byte {position:,} does not end")
        raise scan.truncated(scan.size + 1)
    value = position + len(name) + len(kind) + 2
    length = int.from_bytes(scan.at(value, 4), "little")
    if length > 0x7FFFFFFF:
        raise scan.malformed(f"an attribute at byte {position:,} has no proper length")
    return name, kind, value + 4, length


def _window(scan: Scan, offset: int) -> tuple[int, int]:
    left, top, right, bottom = struct.unpack("<4i", scan.at(offset, 16))
    return right - left + 1, bottom - top + 1


def _exr_display(scan: Scan) -> None:
    """The frame is bounded as the picture is: it is what everybody decodes into."""
    stored = scan.facts.width, scan.facts.height
    scan.picture(*(scan.facts.display or (0, 0)))
    scan.facts.width, scan.facts.height = stored


def _channels(data: bytes) -> str:
    """`half R, G, B; float Z`: channels by their types; of very many, how many there are."""
    kinds: dict[str, list[str]] = {}
    position = 0
    while position < len(data) and data[position]:
        end = data.index(0, position)
        (kind,) = struct.unpack_from("<i", data, end + 1)
        name = CHANNEL_TYPES[kind] if 0 <= kind < len(CHANNEL_TYPES) else f"type {kind}"
        kinds.setdefault(name, []).append(data[position:end].decode("ascii", "replace"))
        position = end + 17
    told = {kind: ", ".join(names) if len(names) <= 8 else f"{len(names)} channels" for kind, names in kinds.items()}
    return "; ".join(f"{kind} {names}" for kind, names in told.items())


def _exr_lines(scan: Scan, table: int, lines: int) -> None:
    """Each block of lines has its place in a table. A renderer that was stopped leaves places of zero; and after the last
    block the file ends."""
    count = -(-(scan.facts.height or 0) // lines)
    if count > MOST_BLOCKS:
        return
    places = struct.unpack(f"<{count}Q", scan.at(table, 8 * count))
    if not all(places):
        there = sum(1 for place in places if place)
        raise scan.truncated(scan.size + 1) if not there else Fault(
            "media.truncated",
            f"This {scan.name} is not finished: {there:,} of its {count:,} blocks of lines are there. Render it again.",
        )  # fmt: skip
    last = max(places)
    if last < table + 8 * count:
        raise scan.malformed("its table of lines points into its own header")
    _, length = struct.unpack("<iI", scan.at(last, 8))
    scan.ends(last + 8 + length)


# ── DPX (SMPTE ST 268-1) ─────────────────────────────────────────────────────────────────────────────────────────

DPX_COMPONENTS = {6: "luminance", 50: "RGB", 51: "RGBA", 52: "ABGR", 100: "CbYCrY", 101: "CbYACrYA", 102: "CbYCr", 103: "CbYCrA"}
DPX_DEPTHS = (1, 8, 10, 12, 16, 32, 64)


def dpx(scan: Scan) -> None:
    """The file's size at byte 16, pixels per line at 772, lines at 776; then the first of up to eight image elements."""
    order = ">" if scan.at(0, 4) == b"SDPX" else "<"
    offset, total = struct.unpack(order + "I8xI", scan.at(4, 16))
    elements = struct.unpack(order + "H", scan.at(770, 2))[0]
    scan.picture(*struct.unpack(order + "II", scan.at(772, 8)))
    if not 1 <= elements <= 8:
        raise scan.malformed(f"it says it has {elements} image elements, and a DPX has one to eight")
    components, depth, packing, encoding = struct.unpack(order + "B2xBHH", scan.at(800, 8))
    if depth not in DPX_DEPTHS:
        raise scan.malformed(f"it says that a component has {depth} bits")
    if offset > scan.size:
        raise scan.truncated(offset)
    told = [f"{depth} bit {DPX_COMPONENTS.get(components, f'components {components}')}", f"packing {packing}"]
    told += ["run-length encoded"] if encoding == 1 else []
    told += [f"{elements} elements"] if elements > 1 else []
    scan.facts.pixels = ", ".join(told)
    if total not in (0, 0xFFFFFFFF):
        scan.ends(total)
    scan.facts.frames = 1
