"""Files that must be refused, each with its code: broken ones, traps, and files that are two at once."""

import random
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from functools import lru_cache
from io import BytesIO

from tests.assets import build, films

PAGE = b"<html><script>alert(1)</script></html>"
Made = Callable[[], bytes]


@lru_cache(maxsize=32)
def good(name: str) -> bytes:
    return (build.library() / name).read_bytes()


# ── Broken ───────────────────────────────────────────────────────────────────────────────────────────────────────


def cut(name: str, share: float = 0.5) -> Made:
    return lambda: good(name)[: int(len(good(name)) * share)]


def unfinished_exr() -> bytes:
    """As a renderer that was stopped leaves it: as long as it was to be, and the places of its last lines are zero."""
    data = good("result.exr")
    table = data.index(b"screenWindowWidth\0float\0") + 24 + 4 + 4 + 1
    assert struct.unpack_from("<Q", data, table)[0] == table + 90 * 8
    return data[: table + 40 * 8] + bytes(50 * 8) + data[table + 90 * 8 :]


TRUNCATED = {
    f"truncated.{name.rpartition('.')[2]}": (cut(name), "media.truncated")
    for name in (
        "result.jpg",
        "result.png",
        "result.webp",
        "result.gif",
        "result.tiff",
        "result.avif",
        "result.mp4",
        "result.mov",
        "voice.m4a",
        "voice.wav",
        "result.avi",
        "voice.mp3",
        "script.pdf",
        "result.svg",
        "result.exr",
        "script.docx",
    )
} | {
    "truncated.flac": (lambda: good("voice.flac")[:30], "media.truncated"),
    "truncated.dpx": (lambda: good("result.dpx")[:4_000], "media.truncated"),
    "truncated.tar": (cut("project.tar"), "media.truncated"),
    "truncated.zip": (cut("project.zip"), "media.truncated"),
    "truncated.usdc": (lambda: good("scene.usdc")[:100], "media.truncated"),
    "truncated.aep": (lambda: good("project.aep")[:18], "media.truncated"),
    "unfinished.exr": (lambda: unfinished_exr(), "media.truncated"),
}

WRONG = {
    "picture.mp4": (lambda: good("result.jpg"), "media.type_mismatch"),
    "film.jpg": (lambda: good("result.mp4"), "media.type_mismatch"),
    "other.jpg": (lambda: good("result.png"), "media.type_mismatch"),
    "words.png": (lambda: good("script.txt"), "media.type_mismatch"),
    "noise.jpg": (lambda: random.Random(1).randbytes(5_000), "media.type_mismatch"),
    "archive.pdf": (lambda: good("script.docx"), "media.type_mismatch"),
    "page.svg": (lambda: PAGE * 3, "media.type_mismatch"),
    "empty.jpg": (lambda: b"", "media.empty"),
    "empty": (lambda: b"", "media.empty"),
}


# ── Too much ─────────────────────────────────────────────────────────────────────────────────────────────────────


def many_boxes(count: int = 60_000) -> bytes:
    """An MP4 that plays, and behind its header this many empty boxes: c2pa's time grows with their square."""
    return good("result.mp4") + films.box(b"free") * count


def many_segments(count: int = 40_000) -> bytes:
    data = good("result.jpg")
    return data[:2] + b"\xff\xe5\x00\x02" * count + data[2:]


def many_chunks(count: int = 60_000) -> bytes:
    data = good("result.png")
    chunk = struct.pack(">I", 3) + b"tEXta\0b" + struct.pack(">I", zlib.crc32(b"tEXta\0b"))
    return data[:33] + chunk * count + data[33:]


def many_pages(count: int = 10_000) -> bytes:
    page = struct.pack("<HHHIIHHII", 2, 256, 3, 1, 4, 257, 3, 1, 4)
    pages = b"".join(page + struct.pack("<I", 8 + (number + 1) * 30) for number in range(count))
    return b"II*\0" + struct.pack("<I", 8) + pages[:-4] + bytes(4)


def many_frames(count: int = 10_000) -> bytes:
    frame = b"," + struct.pack("<HHHHB", 0, 0, 1, 1, 0) + b"\x02\x02\x4c\x01\x00"
    return b"GIF89a" + struct.pack("<HHBBB", 1, 1, 0x80, 0, 0) + bytes(6) + frame * count + b";"


def many_members(count: int = 60_000) -> bytes:
    target = BytesIO()
    with zipfile.ZipFile(target, "w") as package:
        for number in range(count):
            package.writestr(zipfile.ZipInfo(f"{number}"), b"")
    return target.getvalue()


def huge_picture(side: int = 20_000) -> bytes:
    """A PNG of 400 million pixels in some 50 KB."""
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    lines = zlib.compress(bytes((side // 8 + 1) * side), 9)
    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", lines) + chunk(b"IEND", b"")


def nested_boxes(depth: int = 20_000) -> bytes:
    """A header whose tracks hold tracks."""
    start = films.box(b"ftyp", b"isom", bytes(4), b"isom")
    sizes = [8 * (number + 1) for number in range(depth)]
    return start + films.box(b"moov", b"".join(struct.pack(">I", size) + b"trak" for size in reversed(sizes)))


TOO_MUCH = {
    "boxes.mp4": (many_boxes, "media.too_many_parts"),
    "segments.jpg": (many_segments, "media.too_many_parts"),
    "chunks.png": (many_chunks, "media.too_many_parts"),
    "pages.tif": (many_pages, "media.too_many_parts"),
    "frames.gif": (many_frames, "media.too_many_parts"),
    "members.zip": (many_members, "media.too_many_parts"),
    "huge.png": (huge_picture, "media.too_large_picture"),
    "nested.mp4": (nested_boxes, "media.too_deep"),
    "nested.svg": (
        lambda: b'<svg xmlns="http://www.w3.org/2000/svg">' + b"<g>" * 5_000 + b"</g>" * 5_000 + b"</svg>",
        "media.too_deep",
    ),
    "elements.svg": (
        lambda: b'<svg xmlns="http://www.w3.org/2000/svg">' + b"<g/>" * 300_000 + b"</svg>",
        "media.too_many_parts",
    ),
}


# ── Lengths that lie ─────────────────────────────────────────────────────────────────────────────────────────────


def _last_box(header: bytes) -> Made:
    return lambda: good("result.mp4") + header + bytes(64)


def _table_without_room() -> bytes:
    """The table of chunk offsets says it has 2^28 entries."""
    return good("result.mp4").replace(b"stco\0\0\0\0\0\0\0\1", b"stco\0\0\0\0\x10\0\0\0", 1)


def _circle() -> bytes:
    page = struct.pack("<HHHIIHHII", 2, 256, 3, 1, 4, 257, 3, 1, 4)
    return b"II*\0" + struct.pack("<I", 8) + page + struct.pack("<I", 8)


LYING = {
    "long.mp4": (_last_box(struct.pack(">I", 0xFFFFFFF0) + b"mdat"), "media.truncated"),
    "longer.mp4": (_last_box(struct.pack(">I", 1) + b"mdat" + struct.pack(">Q", 2**63 - 1)), "media.truncated"),
    "open.mp4": (_last_box(struct.pack(">I", 0) + b"mdat"), "media.malformed"),
    "short.mp4": (_last_box(struct.pack(">I", 4) + b"free"), "media.malformed"),
    "short64.mp4": (_last_box(struct.pack(">I", 1) + b"free" + struct.pack(">Q", 3)), "media.malformed"),
    "table.mp4": (_table_without_room, "media.malformed"), "circle.tif": (_circle, "media.malformed"),
    "flat.jpg": (lambda: good("result.jpg").replace(struct.pack(">HH", 720, 1280), bytes(4), 1), "media.malformed"),
}


# ── Two files at once ────────────────────────────────────────────────────────────────────────────────────────────


def with_archive(name: str) -> Made:
    return lambda: good(name) + good("script.docx")


def with_page(name: str) -> Made:
    return lambda: good(name) + PAGE


def _archive_in_a_box() -> bytes:
    """The archive lies inside a proper box, so nothing follows the last one; its directory still ends the file."""
    return good("result.mp4") + films.box(b"free", good("script.docx"))


def _archive_in_a_chunk() -> bytes:
    """The same in a WAV: the archive is a chunk of its own and within the stated length."""
    body = good("voice.wav")[8:] + b"junk" + struct.pack("<I", len(good("script.docx"))) + good("script.docx")
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _outside_tar() -> bytes:
    target = BytesIO()
    with tarfile.open(fileobj=target, mode="w", format=tarfile.USTAR_FORMAT) as package:
        package.addfile(tarfile.TarInfo("../../.bashrc"))
    return target.getvalue()


POLYGLOTS = {
    "zip.jpg": (with_archive("result.jpg"), "media.trailing_data"),
    "page.jpg": (with_page("result.jpg"), "media.trailing_data"),
    "zip.png": (with_archive("result.png"), "media.trailing_data"),
    "page.gif": (with_page("result.gif"), "media.trailing_data"),
    "page.webp": (with_page("result.webp"), "media.trailing_data"),
    "zip.tif": (with_archive("result.tiff"), "media.trailing_data"),
    "zip.mp4": (with_archive("result.mp4"), "media.trailing_data"),
    "box.mp4": (_archive_in_a_box, "media.trailing_data"),
    "zip.pdf": (with_archive("script.pdf"), "media.trailing_data"),
    "zip.wav": (with_archive("voice.wav"), "media.trailing_data"),
    "chunk.wav": (_archive_in_a_chunk, "media.trailing_data"),
    "zip.mp3": (with_archive("voice.mp3"), "media.trailing_data"),
    "zip.flac": (with_archive("voice.flac"), "media.trailing_data"),
    "page.svg2.svg": (with_page("result.svg"), "media.trailing_data"),
    "zip.avi": (with_archive("result.avi"), "media.trailing_data"),
    "page.avif": (with_page("result.avif"), "media.trailing_data"),
    "zip.exr": (with_archive("result.exr"), "media.trailing_data"),
    "page.exr": (with_page("result.exr"), "media.trailing_data"),
    "zip.dpx": (with_archive("result.dpx"), "media.trailing_data"),
    "page.dpx": (with_page("result.dpx"), "media.trailing_data"),
    "page.zip": (with_page("project.zip"), "media.trailing_data"),
    "page.usdz": (with_page("scene.usdz"), "media.trailing_data"),
    "page.tar": (with_page("project.tar"), "media.trailing_data"),
    "page.usdc": (with_page("scene.usdc"), "media.trailing_data"),
    "zip.nk": (with_archive("project.nk"), "media.type_mismatch"),
    "page.aep": (with_page("project.aep"), "media.trailing_data"),
    "two.zip": (lambda: good("project.zip").replace(b"plate.dpx", b"other.dpx", 1), "media.malformed"),
    "before.zip": (lambda: good("project.zip")[:30] + bytes(9) + good("project.zip")[30:], "media.malformed"),
    "outside.zip": (lambda: good("project.zip").replace(b"comp/plate.dpx", b"../../late.dpx"), "media.active_content"),
    "outside.tar": (lambda: _outside_tar(), "media.active_content"),
}


# ── Pictures that act ────────────────────────────────────────────────────────────────────────────────────────────


def drawing(inside: str, before: str = "", attributes: str = "") -> Made:
    names = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
    return lambda: (
        f'<?xml version="1.0"?>{before}<svg {names} width="10" height="10" {attributes}>{inside}</svg>'.encode()
    )


LAUGHS = "<!DOCTYPE svg [<!ENTITY a 'ha'>" + "".join(
    f"<!ENTITY {new} '{f'&{old};' * 10}'>" for old, new in zip("abcdefgh", "bcdefghi", strict=True)) + "]>"
ACTIVE = {
    name: (made, "media.active_content")
    for name, made in {
        "script.svg": drawing("<script>alert(1)</script>"),
        "prefixed.svg": drawing('<s:script xmlns:s="http://www.w3.org/2000/svg"/>'),
        "onload.svg": drawing("", attributes='onload="alert(1)"'),
        "foreign.svg": drawing("<foreignObject><p>hello</p></foreignObject>"),
        "image.svg": drawing('<image href="http://127.0.0.1:9/a.png"/>'),
        "xlink.svg": drawing('<use xlink:href="other.svg#a"/>'),
        "link.svg": drawing('<a href="javascript:alert(1)"><rect/></a>'),
        "url.svg": drawing('<rect fill="url(http://127.0.0.1:9/a)"/>'),
        "style.svg": drawing("<style>@import 'http://127.0.0.1:9/a.css';</style>"),
        "animate.svg": drawing('<set attributeName="href" to="javascript:alert(1)"/>'),
        "sheet.svg": drawing("", before='<?xml-stylesheet href="http://127.0.0.1:9/a.css"?>'),
        "entity.svg": drawing("&x;", before='<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]>'),
        "laughs.svg": drawing("<text>&i;</text>", before=LAUGHS),
    }.items()
}

BAD: dict[str, tuple[Made, str]] = TRUNCATED | WRONG | TOO_MUCH | LYING | POLYGLOTS | ACTIVE


# ── Files that would have the reader ask a network address ───────────────────────────────────────────────────────


def _xmp(address: str) -> bytes:
    names = 'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:dcterms="http://purl.org/dc/terms/"'
    return (
        f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF {names}><rdf:Description rdf:about="" '
        f'dcterms:provenance="{address}"/></rdf:RDF></x:xmpmeta>'
    ).encode()


def remote_jpg(address: str) -> bytes:
    """A JPEG whose XMP says that its credentials are to be fetched from `address`."""
    data, body = good("result.jpg"), b"http://ns.adobe.com/xap/1.0/\0" + _xmp(address)
    return data[:2] + b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body + data[2:]


def remote_png(address: str) -> bytes:
    data, body = good("result.png"), b"XML:com.adobe.xmp\0\0\0\0\0" + _xmp(address)
    return (
        data[:33]
        + struct.pack(">I", len(body))
        + b"iTXt"
        + body
        + struct.pack(">I", zlib.crc32(b"iTXt" + body))
        + data[33:]
    )


HOSTILE = (
    "<script>alert(1)</script>",
    "'; DROP TABLE asset; --",
    "a\0b",
    "line\r\nSet-Cookie: a=b",
    "\u202egnp.exe",
    "=cmd|' /C calc'!A0",
    "{{7*7}}",
    "x" * 100_000,
    "\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16"),
)
