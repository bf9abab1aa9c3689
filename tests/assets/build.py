"""Builds every picture, clip and track that tests, demonstration and benchmarks use: real files, no downloads.

`python -m tests.assets.build DIR` writes them all; `library()` builds them once per machine and version of this code,
and what takes long to draw is kept beside it.
The demonstration's own are `plate.jpg` and `result.jpg` (a face made young inside `portrait.FACE`), and `plate.mp4` and
`result.mp4` (the same during `ALTERED`, with sound).
"""

import fcntl
import hashlib
import json
import os
import random
import struct
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from functools import cache, lru_cache
from io import BytesIO
from pathlib import Path

import PIL
from PIL import Image, ImageDraw

from tests.assets import films, portrait

CLIP_SIZE = (640, 360)
CLIP_FPS = 24
CLIP_SECONDS = 4
# Seconds of the clip in which the face is altered: from the first up to, not including, the second.
ALTERED = (1.0, 3.0)


# ── Made once ────────────────────────────────────────────────────────────────────────────────────────────────────


@cache
def _shelf() -> Path:
    """A folder for what was made on this machine by this version of the code."""
    code = hashlib.sha256(PIL.__version__.encode())
    for path in sorted(Path(__file__).parent.glob("*.py")):
        code.update(path.read_bytes())
    folder = Path(tempfile.gettempdir()) / f"countersign-assets-{os.getuid()}-{code.hexdigest()[:16]}"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def _kept(make: Callable[[], bytes]) -> Callable[[], bytes]:
    """Drawn once, by whichever process needs it first; many tests send the same picture."""

    @cache
    def given() -> bytes:
        path = _shelf() / make.__name__
        if not path.exists():
            with tempfile.NamedTemporaryFile(dir=_shelf(), delete=False) as making:
                making.write(make())
            os.replace(making.name, path)
        return path.read_bytes()

    return given


# ── Pictures ─────────────────────────────────────────────────────────────────────────────────────────────────────


def _saved(image: Image.Image, form: str, **options) -> bytes:
    target = BytesIO()
    image.save(target, form, **options)
    return target.getvalue()


@lru_cache(maxsize=2)
def _small(young: bool) -> Image.Image:
    return (portrait.result() if young else portrait.plate()).resize(CLIP_SIZE, Image.Resampling.LANCZOS)


@_kept
def plate_jpg() -> bytes:
    return _saved(portrait.plate(), "JPEG", quality=90)


@_kept
def result_jpg() -> bytes:
    return _saved(portrait.result(), "JPEG", quality=90)


def turned_jpg() -> bytes:
    """Stored on its side, with an EXIF note to turn it upright."""
    note = Image.Exif()
    note[0x0112] = 6
    return _saved(_small(True).transpose(Image.Transpose.ROTATE_90), "JPEG", quality=85, exif=note)


@_kept
def result_png() -> bytes:
    return _saved(_small(True), "PNG")


@_kept
def result_webp() -> bytes:
    return _saved(_small(True), "WEBP", quality=85)


def result_tiff() -> bytes:
    return _saved(_small(True), "TIFF", compression="tiff_lzw")


def result_gif() -> bytes:
    frames = [_small(False).quantize(64), _small(True).quantize(64)]
    return _saved(frames[0], "GIF", save_all=True, append_images=frames[1:], duration=[500, 700], loop=0)


@_kept
def result_avif() -> bytes:
    return _saved(_small(True), "AVIF", quality=70)


def result_svg() -> bytes:
    return b"""<?xml version="1.0" encoding="UTF-8"?>
<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"
     width="640" height="360" viewBox="0 0 640 360">
  <defs><linearGradient id="dusk" x1="0" y1="0" x2="0" y2="1">
    <stop offset="0" stop-color="#18304a"/><stop offset="1" stop-color="#e8aa74"/>
  </linearGradient></defs>
  <style>.water { fill: #26303e; }</style>
  <rect width="640" height="208" fill="url(#dusk)"/><rect class="water" y="208" width="640" height="152"/>
  <ellipse id="head" cx="332" cy="138" rx="43" ry="66" fill="#ce9c80"/><use xlink:href="#head" opacity="0.1"/>
</svg>
"""


def result_exr() -> bytes:
    return exr(_small(True).resize((160, 90)))


def exr(image: Image.Image) -> bytes:
    """OpenEXR, one scan line block per line, no compression, three half-float channels."""
    wide, tall = image.size
    box = struct.pack("<4i", 0, 0, wide - 1, tall - 1)
    channels = b"".join(name + b"\0" + struct.pack("<iB3xii", 1, 0, 1, 1) for name in (b"B", b"G", b"R")) + b"\0"
    header = (
        b"\x76\x2f\x31\x01\x02\0\0\0"
        + b"".join(
            name + b"\0" + kind + b"\0" + struct.pack("<i", len(value)) + value
            for name, kind, value in (
                (b"channels", b"chlist", channels),
                (b"compression", b"compression", b"\0"),
                (b"dataWindow", b"box2i", box),
                (b"displayWindow", b"box2i", box),
                (b"lineOrder", b"lineOrder", b"\0"),
                (b"pixelAspectRatio", b"float", struct.pack("<f", 1)),
                (b"screenWindowCenter", b"v2f", bytes(8)),
                (b"screenWindowWidth", b"float", struct.pack("<f", 1)),
            )
        )
        + b"\0"
    )
    lines = []
    for y in range(tall):
        red, green, blue = (plane.crop((0, y, wide, y + 1)).tobytes() for plane in image.split())
        body = b"".join(struct.pack(f"<{wide}e", *(value / 255 for value in plane)) for plane in (blue, green, red))
        lines.append(struct.pack("<ii", y, len(body)) + body)
    place, table = len(header) + 8 * tall, []
    for line in lines:
        table.append(place)
        place += len(line)
    return header + struct.pack(f"<{tall}Q", *table) + b"".join(lines)


def result_dpx() -> bytes:
    """SMPTE ST 268 version 1, one element of 8-bit RGB."""
    image = _small(True).resize((160, 90))
    total = 2_048 + image.width * image.height * 3
    header = bytearray(2_048)
    struct.pack_into(">4sI8sIIIII", header, 0, b"SDPX", 2_048, b"V1.0", total, 1, 1_664, 384, 0)
    header[36:46] = b"harbour.1\0"
    struct.pack_into(">HHII", header, 768, 0, 1, image.width, image.height)
    struct.pack_into(">IIfIfBBBBHHI", header, 780, 0, 0, 0, 255, 0, 50, 2, 2, 8, 0, 0, 2_048)
    return bytes(header) + image.tobytes()


# ── Clips and tracks ─────────────────────────────────────────────────────────────────────────────────────────────


@lru_cache(maxsize=4)
def clip_images(young: bool, count: int = CLIP_FPS * CLIP_SECONDS) -> tuple[Image.Image, ...]:
    """A camera that stands still: lamps flicker, a boat goes by, and while it is altered the face is young."""
    chance = random.Random(21)
    lamps = [
        (chance.randrange(20, 620), chance.randrange(188, 206), chance.choice(["#ffc878", "#ffe0aa", "#aad2eb"]))
        for _ in range(9)
    ]
    images = []
    for number in range(count):
        altered = young and ALTERED[0] <= number / CLIP_FPS < ALTERED[1]
        image = _small(altered).copy()
        draw = ImageDraw.Draw(image)
        for x, y, colour in lamps:
            if chance.random() < 0.8 and not 240 < x < 420:
                draw.ellipse((x - 2, y - 2, x + 2, y + 2), fill=colour)
        boat = 30 + number
        draw.polygon([(boat, 222), (boat + 34, 222), (boat + 28, 230), (boat + 5, 230)], fill="#141c26")
        draw.rectangle((boat + 12, 214, boat + 24, 222), fill="#3a4250")
        images.append(image)
    return tuple(images)


@lru_cache(maxsize=2)
def _sound(seconds: float = CLIP_SECONDS) -> tuple[int, ...]:
    return tuple(films.swell(seconds))


@lru_cache(maxsize=2)
def _clip_track(young: bool) -> films.Track:
    return films.h264_track(clip_images(young), CLIP_FPS)


@_kept
def plate_mp4() -> bytes:
    return films.container(
        b"isom", [_clip_track(False), films.flac_track(_sound())], compatible=(b"isom", b"iso2", b"avc1", b"mp41")
    )


@_kept
def result_mp4() -> bytes:
    return padded_mp4(b"")


def padded_mp4(padding: bytes) -> bytes:
    """The same clip, with bytes in its data box that nothing refers to."""
    return films.container(b"isom", [_clip_track(True), films.flac_track(_sound())], padding=padding,
                           compatible=(b"isom", b"iso2", b"avc1", b"mp41"))


@_kept
def result_mov() -> bytes:
    images = clip_images(True)[::8]
    return films.container(b"qt  ", [films.jpeg_track(images, 3), films.pcm_track(_sound())], compatible=(b"qt  ",))


def result_avi() -> bytes:
    return films.avi(clip_images(True)[::8], 3, _sound())


@_kept
def voice_m4a() -> bytes:
    return films.container(b"M4A ", [films.alac_track(_sound())], compatible=(b"M4A ", b"mp42", b"isom"))


def voice_wav() -> bytes:
    return films.wav(_sound())


@_kept
def voice_flac() -> bytes:
    return films.flac(_sound())


def voice_mp3() -> bytes:
    return films.mp3(CLIP_SECONDS)


# ── Documents, scenes and others ─────────────────────────────────────────────────────────────────────────────────

STORY = ("INT. WHEELHOUSE – DUSK\n\nMIRA, sixty, takes the wheel. In the glass she is thirty again.\n\n"
         "                    MIRA\n          Harbor in twenty minutes.\n")


def script_txt() -> bytes:
    return STORY.encode()


def script_pdf() -> bytes:
    """One page with one picture and one line of text, written by hand so that it is the same every time."""
    picture = _saved(_small(True), "JPEG", quality=80)
    content = b"q 480 0 0 270 66 440 cm /Im1 Do Q BT /F1 14 Tf 66 400 Td (Harbor, scene 114) Tj ET"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R "
        b"/Resources << /Font << /F1 6 0 R >> /XObject << /Im1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
        b"<< /Type /XObject /Subtype /Image /Width 640 /Height 360 /ColorSpace /DeviceRGB /BitsPerComponent 8 "
        b"/Filter /DCTDecode /Length %d >>\n"
        b"stream\n%s\nendstream" % (len(picture), picture),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    return _pdf(objects)


RIDER = (
    "DIGITAL REPLICA RIDER", "", "Performer: M. Vale          Producer: Northlight Pictures          Picture: Harbor", "",
    "1. The producer may make the performer's face appear younger in scenes 110 to 118,",
    "    to an apparent age of thirty, in all media and throughout the world.",
    "2. Nothing else is granted. No model may be trained on the performer's likeness.",
    "3. The performer may end this consent by letter; finished work may continue.", "",
    "Signed separately from the engagement agreement.", "", "M. Vale          Northlight Pictures",
)


def rider_pdf() -> bytes:
    """The paper behind a consent: one page, as a performer would sign it."""
    lines = [f"({line}) Tj T*" for line in RIDER]
    content = f"BT /F1 12 Tf 18 TL 72 720 Td {' '.join(lines)} ET".encode()
    return _pdf([
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ])  # fmt: skip


def _pdf(objects: list[bytes]) -> bytes:
    page, places = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"), []
    for number, body in enumerate(objects, 1):
        places.append(len(page))
        page += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(page)
    page += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1) + b"".join(
        b"%010d 00000 n \n" % place for place in places
    )
    return bytes(page) + b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)


def _archive(members: list[tuple[str, bytes, int]]) -> bytes:
    target = BytesIO()
    with zipfile.ZipFile(target, "w") as package:
        for name, data, method in members:
            package.writestr(zipfile.ZipInfo(name, (2026, 7, 14, 9, 0, 0)), data, method)
    return target.getvalue()


OFFICE = "http://schemas.openxmlformats.org"


def script_docx() -> bytes:
    return docx(STORY)


def docx(story: str) -> bytes:
    """A Word document with a paragraph for each line."""
    paragraphs = "".join(
        f"<w:p><w:r><w:t>{line.strip()}</w:t></w:r></w:p>" for line in story.splitlines() if line.strip()
    )
    main = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    members = {
        "[Content_Types].xml": f'<Types xmlns="{OFFICE}/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/word/document.xml" ContentType="{main}"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{OFFICE}/package/2006/relationships"><Relationship Id="r1" '
        f'Type="{OFFICE}/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/>'
        "</Relationships>",
        "word/document.xml": f'<w:document xmlns:w="{OFFICE}/wordprocessingml/2006/main"><w:body>'
        f"{paragraphs}</w:body></w:document>",
    }
    declared = '<?xml version="1.0" encoding="UTF-8"?>'
    return _archive([(name, (declared + text).encode(), zipfile.ZIP_DEFLATED) for name, text in members.items()])


def script_epub() -> bytes:
    container = (
        '<?xml version="1.0"?><container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container">'
        '<rootfiles><rootfile full-path="a.opf" media-type="application/oebps-package+xml"/></rootfiles></container>'
    )
    page = f"<html xmlns='http://www.w3.org/1999/xhtml'><body><p>{STORY}</p></body></html>"
    return _archive([
        ("mimetype", b"application/epub+zip", zipfile.ZIP_STORED),
        ("META-INF/container.xml", container.encode(), zipfile.ZIP_DEFLATED),
        ("a.xhtml", page.encode(), zipfile.ZIP_DEFLATED),
    ])


def scene_usda() -> bytes:
    return b'#usda 1.0\n(\n    defaultPrim = "Harbor"\n)\n\ndef Sphere "Harbor"\n{\n    double radius = 1\n}\n'


def scene_usdc() -> bytes:
    """A crate with one empty section and its table of contents; enough for what never looks inside one."""
    tokens = bytes(16)
    table = struct.pack("<q16sqq", 1, b"TOKENS", 88, len(tokens))
    return b"PXR-USDC" + bytes((0, 8, 0, 0, 0, 0, 0, 0)) + struct.pack("<q", 88 + len(tokens)) + bytes(64) + tokens + table


def scene_usdz() -> bytes:
    """A layer first, as it is; each file begins at a multiple of 64 bytes."""
    target = BytesIO()
    with zipfile.ZipFile(target, "w") as package:
        for name, data in (("harbor.usda", scene_usda()), ("textures/water.png", result_png())):
            member = zipfile.ZipInfo(name, (2026, 7, 14, 9, 0, 0))
            begins = target.tell() + 30 + len(name) + 4
            padding = -begins % 64
            member.extra = struct.pack("<HH", 0x1986, padding) + bytes(padding)
            package.writestr(member, data, zipfile.ZIP_STORED)
    return target.getvalue()


def project_nk() -> bytes:
    """A Nuke script as Nuke writes it."""
    return b"""#! /usr/local/Nuke15.0v4/libnuke-15.0.4.so -nx
#write_info Write1 file:"sh010.%04d.exr" format:"2048 1152 1"
version 15.0 v4
Root {
 inputs 0
 name /jobs/harbor/sh010/comp_v07.nk
 frame 1001
 first_frame 1001
 last_frame 1240
}
Read {
 inputs 0
 file plate.%04d.exr
 name Read1
}
"""


def project_aep() -> bytes:
    """An After Effects project: one RIFX chunk with an empty list in it, and the packet of metadata after it."""
    body = b"Egg!" + b"LIST" + struct.pack(">I", 4) + b"Fold"
    packet = b'<?xpacket begin="\xef\xbb\xbf" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta/><?xpacket end="w"?>'
    return b"RIFX" + struct.pack(">I", len(body)) + body + packet


def project_drp() -> bytes:
    """A DaVinci Resolve project: an archive of XML."""
    return _archive([
        ("project.xml", b"<SM_Project/>", zipfile.ZIP_DEFLATED),
        ("MediaPool/Master/MpFolder.xml", b"<MpFolder/>", zipfile.ZIP_DEFLATED),
    ])  # fmt: skip


def project_zip() -> bytes:
    """A comp with what it refers to."""
    return _archive([
        ("comp/sh010_v07.nk", project_nk(), zipfile.ZIP_DEFLATED), ("comp/plate.dpx", result_dpx(), zipfile.ZIP_STORED),
    ])  # fmt: skip


def project_tar() -> bytes:
    target = BytesIO()
    with tarfile.open(fileobj=target, mode="w", format=tarfile.USTAR_FORMAT) as package:
        for name, data in (("comp/sh010_v07.nk", project_nk()), ("comp/plate.dpx", result_dpx())):
            member = tarfile.TarInfo(name)
            member.size = len(data)
            package.addfile(member, BytesIO(data))
    return target.getvalue()


def track_ogg() -> bytes:
    """Two empty pages of an Ogg stream; enough for what never looks inside one."""
    return b"".join(
        b"OggS" + struct.pack("<BBqIIIB", 0, flag, 0, 7, number, 0, 0) for number, flag in enumerate((2, 4))
    )


def reel_mxf() -> bytes:
    """A header partition pack and nothing more."""
    return bytes.fromhex("060e2b34020501010d01020101020400") + b"\x83" + (88).to_bytes(3, "big") + bytes(88)


# ── Sizes for benchmarks ─────────────────────────────────────────────────────────────────────────────────────────


def small_jpeg() -> bytes:
    """About 60 KB."""
    return _saved(_small(True), "JPEG", quality=95)


@_kept
def middle_jpeg() -> bytes:
    """About 2 MB: the same as the large one at half its sides."""
    return _grainy(1_920, 1_080)


@_kept
def large_jpeg() -> bytes:
    """About 8 MB: the picture at 3,840 × 2,160 under a grain that does not compress."""
    return _grainy(3_840, 2_160)


def _grainy(width: int, height: int) -> bytes:
    picture = portrait.result().resize((width, height), Image.Resampling.BICUBIC)
    noise = Image.frombytes("L", picture.size, random.Random(5).randbytes(picture.width * picture.height))
    return _saved(Image.blend(picture, Image.merge("RGB", (noise, noise, noise)), 0.62), "JPEG", quality=95)


def large_mp4(size: int = 50_000_000) -> bytes:
    """The clip with its data box filled up with noise."""
    return padded_mp4(random.Random(6).randbytes(max(0, size - len(result_mp4()))))


# ── All of them ──────────────────────────────────────────────────────────────────────────────────────────────────

ASSETS: dict[str, Callable[[], bytes]] = {
    "plate.jpg": plate_jpg,
    "result.jpg": result_jpg,
    "turned.jpg": turned_jpg,
    "result.png": result_png,
    "result.webp": result_webp,
    "result.tiff": result_tiff,
    "result.gif": result_gif,
    "result.avif": result_avif,
    "result.svg": result_svg,
    "plate.mp4": plate_mp4,
    "result.mp4": result_mp4,
    "result.mov": result_mov,
    "result.avi": result_avi,
    "voice.m4a": voice_m4a,
    "voice.mp3": voice_mp3,
    "voice.wav": voice_wav,
    "voice.flac": voice_flac,
    "script.pdf": script_pdf,
    "result.exr": result_exr,
    "result.dpx": result_dpx,
    "script.txt": script_txt,
    "script.docx": script_docx,
    "script.epub": script_epub,
    "scene.usda": scene_usda,
    "scene.usdc": scene_usdc,
    "scene.usdz": scene_usdz,
    "project.nk": project_nk,
    "project.aep": project_aep,
    "project.drp": project_drp,
    "project.zip": project_zip,
    "project.tar": project_tar,
    "track.ogg": track_ogg,
    "reel.mxf": reel_mxf,
}
SIZES: dict[str, Callable[[], bytes]] = {"small.jpg": small_jpeg, "large.jpg": large_jpeg, "large.mp4": large_mp4}
# Files whose credentials are inside them; the others have a sidecar.
EMBEDDED = (
    "plate.jpg",
    "result.jpg",
    "turned.jpg",
    "result.png",
    "result.webp",
    "result.tiff",
    "result.gif",
    "result.avif",
    "result.svg",
    "plate.mp4",
    "result.mp4",
    "result.mov",
    "result.avi",
    "voice.m4a",
    "voice.mp3",
    "voice.wav",
    "voice.flac",
    "script.pdf",
)
BESIDE = tuple(name for name in ASSETS if name not in EMBEDDED)


PAPERS = {"rider.pdf": rider_pdf}


def write(directory: str | os.PathLike[str], names=None) -> dict[str, Path]:
    """Write the assets of those names (all, without the benchmarks' sizes, when none are named) into `directory`."""
    folder = Path(directory)
    folder.mkdir(parents=True, exist_ok=True)
    written = {}
    for name in names or ASSETS:
        path = folder / name
        path.write_bytes((ASSETS | SIZES | PAPERS)[name]())
        written[name] = path
    return written


def library() -> Path:
    """A folder with all assets, built once per machine and version of this code; treat it as read-only."""
    folder = _shelf() / "library"
    # Whoever comes while another builds them waits, instead of building them as well.
    with (_shelf() / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            making = Path(tempfile.mkdtemp(dir=_shelf()))
            write(making)
            making.rename(folder)
    return folder


def _lines(directory: str) -> Iterator[str]:
    """Write everything, the files that must be refused into a folder `bad`; a line of JSON for each."""
    from tests.assets import bad

    for name, path in write(directory, [*ASSETS, *SIZES]).items():
        yield json.dumps({"file": name, "bytes": path.stat().st_size})
    folder = Path(directory) / "bad"
    folder.mkdir(exist_ok=True)
    for name, (made, code) in bad.BAD.items():
        (folder / name).write_bytes(made())
        yield json.dumps({"file": f"bad/{name}", "bytes": (folder / name).stat().st_size, "code": code})


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python -m tests.assets.build DIR")
    for line in _lines(sys.argv[1]):
        print(line)
