"""What kind of file this is, decided from its bytes: never from its name or from what the sender says."""

import re
from dataclasses import dataclass
from typing import BinaryIO

import puremagic

HEAD = 4_096


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file. `embed`: this registry writes credentials into it; else they go into a sidecar beside it."""

    media_type: str
    name: str
    kind: str
    extensions: tuple[str, ...]
    embed: bool = False

    @property
    def extension(self) -> str:
        return self.extensions[0] if self.extensions else "bin"


JPEG = Kind("image/jpeg", "JPEG", "image", ("jpg", "jpeg", "jpe", "jfif"), embed=True)
PNG = Kind("image/png", "PNG", "image", ("png", "apng"), embed=True)
WEBP = Kind("image/webp", "WebP", "image", ("webp",), embed=True)
TIFF = Kind("image/tiff", "TIFF", "image", ("tif", "tiff"), embed=True)
GIF = Kind("image/gif", "GIF", "image", ("gif",), embed=True)
AVIF = Kind("image/avif", "AVIF", "image", ("avif",), embed=True)
SVG = Kind("image/svg+xml", "SVG", "image", ("svg",), embed=True)
MP4 = Kind("video/mp4", "MP4", "video", ("mp4", "m4v"), embed=True)
MOV = Kind("video/quicktime", "QuickTime movie", "video", ("mov", "qt"), embed=True)
M4A = Kind("audio/mp4", "M4A", "audio", ("m4a", "m4b"), embed=True)
MP3 = Kind("audio/mpeg", "MP3", "audio", ("mp3",), embed=True)
WAV = Kind("audio/wav", "WAV", "audio", ("wav", "wave", "bwf"), embed=True)
FLAC = Kind("audio/flac", "FLAC", "audio", ("flac",), embed=True)
AVI = Kind("video/x-msvideo", "AVI", "video", ("avi",), embed=True)
PDF = Kind("application/pdf", "PDF", "text", ("pdf",), embed=True)

EXR = Kind("image/x-exr", "OpenEXR", "image", ("exr",))
DPX = Kind("image/x-dpx", "DPX", "image", ("dpx",))
DNG = Kind("image/x-adobe-dng", "DNG", "image", ("dng",))
HEIC = Kind("image/heic", "HEIC", "image", ("heic", "heif"))
JXL = Kind("image/jxl", "JPEG XL", "image", ("jxl",))
PSD = Kind("image/vnd.adobe.photoshop", "Photoshop document", "image", ("psd", "psb"))
OGG = Kind("application/ogg", "Ogg", "audio", ("ogg", "oga", "ogv", "opus"))
AIFF = Kind("audio/aiff", "AIFF", "audio", ("aif", "aiff", "aifc"))
RF64 = Kind("audio/x-rf64", "RF64", "audio", ("rf64",))
MXF = Kind("application/mxf", "MXF", "video", ("mxf",))
MATROSKA = Kind("video/x-matroska", "Matroska", "video", ("mkv", "webm", "mka"))
USDC = Kind("model/vnd.usd", "USD", "other", ("usd", "usdc", "usda"))
USDZ = Kind("model/vnd.usdz+zip", "USDZ", "other", ("usdz",))
DOCX = Kind(
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "Word document", "text", ("docx",)
)
XLSX = Kind("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "spreadsheet", "other", ("xlsx",))
PPTX = Kind(
    "application/vnd.openxmlformats-officedocument.presentationml.presentation", "presentation", "other", ("pptx",)
)
EPUB = Kind("application/epub+zip", "EPUB", "text", ("epub",))
ZIP = Kind("application/zip", "ZIP archive", "other", ("zip",))
TAR = Kind("application/x-tar", "tar archive", "other", ("tar",))
AEP = Kind("application/vnd.adobe.aftereffects.project", "After Effects project", "other", ("aep",))
NUKE = Kind("application/x-nuke-script", "Nuke script", "other", ("nk", "nknc", "nkind"))
HTML = Kind("text/html", "HTML page", "text", ("html", "htm"))
TEXT = Kind("text/plain", "text", "text", ("txt",))
UNKNOWN = Kind("application/octet-stream", "file", "other", ())

KINDS = (
    JPEG,
    PNG,
    WEBP,
    TIFF,
    GIF,
    AVIF,
    SVG,
    MP4,
    MOV,
    M4A,
    MP3,
    WAV,
    FLAC,
    AVI,
    PDF,
    EXR,
    DPX,
    DNG,
    HEIC,
    JXL,
    PSD,
    OGG,
    AIFF,
    RF64,
    MXF,
    MATROSKA,
    USDC,
    USDZ,
    DOCX,
    XLSX,
    PPTX,
    EPUB,
    ZIP,
    TAR,
    AEP,
    NUKE,
    HTML,
    TEXT,
)
BY_EXTENSION = {extension: kind for kind in KINDS for extension in kind.extensions}

# Kinds whose names are used for one another in earnest.
COUSINS = ({MP4, MOV, M4A}, {TIFF, DNG}, {WAV, RF64}, {TEXT, HTML})

BEGINNINGS = (
    (b"\xff\xd8\xff", JPEG),
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"GIF87a", GIF),
    (b"GIF89a", GIF),
    (b"fLaC", FLAC),
    (b"%PDF-", PDF),
    (b"\x76\x2f\x31\x01", EXR),
    (b"SDPX", DPX),
    (b"XPDS", DPX),
    (b"OggS", OGG),
    (b"\x06\x0e\x2b\x34\x02\x05\x01\x01", MXF),
    (b"\x1a\x45\xdf\xa3", MATROSKA),
    (b"PXR-USDC", USDC),
    (b"#usda", USDC),
    (b"8BPS", PSD),
    (b"\x00\x00\x00\x0cJXL \r\n\x87\n", JXL),
    (b"\xff\x0a", JXL),
)
RIFF_FORMS = {b"WEBP": WEBP, b"WAVE": WAV, b"AVI ": AVI}
BRANDS = {
    b"avif": AVIF,
    b"avis": AVIF,
    b"heic": HEIC,
    b"heix": HEIC,
    b"hevc": HEIC,
    b"hevx": HEIC,
    b"mif1": HEIC,
    b"msf1": HEIC,
    b"qt  ": MOV,
    b"M4A ": M4A,
    b"M4B ": M4A,
    b"M4P ": M4A,
}
MOVIE_BOXES = (b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot")
NOT_TEXT = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
# As Nuke writes its scripts: who wrote it, and by which version; then what it is made of.
NUKE_SCRIPT = re.compile(r"^(?:#[^\n]*\n)*version \d+\.\d+ v\d+\r?\n")
FIRST_ELEMENT = re.compile(
    r"^(?:<\?xml.*?\?>|<!--.*?-->|<!DOCTYPE[^\[>]*(?:\[.*?\]\s*)?>|\s)*<([A-Za-z][\w:.-]*)", re.DOTALL | re.IGNORECASE
)


def sniff(file: BinaryIO) -> Kind:
    """The kind of a file that is not empty. A file nobody knows is `UNKNOWN`: it gets a sidecar like any other."""
    file.seek(0)
    head = file.read(HEAD)
    for beginning, kind in BEGINNINGS:
        if head.startswith(beginning):
            return kind
    if head[:3] == b"ID3":
        return _tagged(head, file)
    return _container(head, file) or _text(head) or _by_puremagic(head)


def _container(head: bytes, file: BinaryIO) -> Kind | None:
    if head[:4] == b"RIFF":
        return RIFF_FORMS.get(head[8:12])
    if head[:4] in (b"RF64", b"BW64"):
        return RF64
    if head[:4] == b"FORM" and head[8:12] in (b"AIFF", b"AIFC"):
        return AIFF
    if head[:4] == b"RIFX" and head[8:12] == b"Egg!":
        return AEP
    if head[257:262] == b"ustar" and len(head) >= 512:
        return TAR
    if head[:4] in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"):
        return TIFF
    if head[4:8] == b"ftyp":
        return _brand(head)
    if head[4:8] in MOVIE_BOXES:
        return MOV
    if head[:4] == b"PK\x03\x04":
        return _archive(head, file)
    return MP3 if _mp3(head) else None


def _brand(head: bytes) -> Kind:
    """By the major brand, then by the compatible ones; an unknown brand of this family is read as MP4."""
    length = min(int.from_bytes(head[:4], "big"), len(head))
    brands = [head[8:12], *(head[offset:offset + 4] for offset in range(16, length - 3, 4))]
    if brands[0] in (b"mif1", b"msf1") and b"avif" in brands:
        return AVIF
    if brands[0] == b"jxl ":
        return JXL
    return next((BRANDS[brand] for brand in brands[:1] if brand in BRANDS), None) or (
        AVIF if b"avif" in brands else MP4
    )


def _archive(head: bytes, file: BinaryIO) -> Kind:
    name_length = int.from_bytes(head[26:28], "little")
    first = head[30:30 + name_length]
    if first == b"mimetype" and b"application/epub+zip" in head[38:120]:
        return EPUB
    # A USDZ is read from its first member on, and that is a layer, not compressed (usdz specification 1.3).
    if first.lower().endswith((b".usdc", b".usda", b".usd")) and head[8:10] == b"\0\0":
        return USDZ
    # The directory of an archive is at its end; the names in it say which office document it is.
    file.seek(0, 2)
    file.seek(max(0, file.tell() - 262_144))
    names = file.read(262_144)
    if b"[Content_Types].xml" in head + names:
        for folder, kind in ((b"word/", DOCX), (b"xl/", XLSX), (b"ppt/", PPTX)):
            if folder in names:
                return kind
    return ZIP


def _tagged(head: bytes, file: BinaryIO) -> Kind:
    """What follows an ID3 tag: c2pa puts the credentials of FLAC files, too, into such a tag before them."""
    file.seek(id3_length(head))
    return FLAC if file.read(4) == b"fLaC" else MP3


def id3_length(head: bytes) -> int:
    """The length of the ID3 tag that a file begins with, itself included; 0 when there is none."""
    if head[:3] != b"ID3" or len(head) < 10:
        return 0
    return 10 + sum((head[6 + place] & 0x7F) << 7 * (3 - place) for place in range(4)) + (10 if head[5] & 0x10 else 0)


def _mp3(head: bytes) -> bool:
    return (
        len(head) > 4
        and head[0] == 0xFF
        and head[1] & 0xE0 == 0xE0
        and (head[1] >> 1) & 3 == 1
        and (head[1] >> 3) & 3 != 1
        and (0 < head[2] >> 4 < 15 and (head[2] >> 2) & 3 != 3)
    )


def _text(head: bytes) -> Kind | None:
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        text = head.decode("utf-16", "replace")
    elif NOT_TEXT.search(head):
        return None
    else:
        try:
            text = head.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            # A character may be cut in two at the end of what was read.
            if error.start < len(head) - 3 or len(head) < HEAD:
                return None
            text = head[:error.start].decode("utf-8-sig", "replace")
    if NUKE_SCRIPT.match(text):
        return NUKE
    first = FIRST_ELEMENT.match(text)
    element = first[1].lower().rpartition(":")[2] if first else ""
    if element == "html" or text.lstrip().lower().startswith("<!doctype html"):
        return HTML
    return SVG if element == "svg" else TEXT


def _by_puremagic(head: bytes) -> Kind:
    """A name for kinds that this registry does nothing special with."""
    try:
        found = puremagic.magic_string(head)
    except (puremagic.PureError, ValueError, IndexError):
        return UNKNOWN
    best = next((match for match in found if match.mime_type), None)
    if best is None or best.confidence < 0.5 or any(best.mime_type == kind.media_type for kind in KINDS):
        return UNKNOWN
    family = best.mime_type.partition("/")[0]
    return Kind(best.mime_type, best.name[:60] or "file", family if family in ("image", "video", "audio") else "other",
                (best.extension.lstrip("."),) if best.extension else ())


def contradicts(name: str, kind: Kind) -> Kind | None:
    """The kind that a file's name promises, where the bytes are of another."""
    promised = BY_EXTENSION.get(name.rpartition(".")[2].lower()) if "." in name else None
    if promised is None or promised == kind or any(promised in family and kind in family for family in COUSINS):
        return None
    return promised
