"""A paper as it is shown at the desk: across each page stand the name of whoever looks, and when. The file on record stays.

What cannot be marked is not shown: a page without a name could leave the house, and nobody would know through whom.
"""

from datetime import datetime
from io import BytesIO
from math import atan2, degrees, hypot

import pymupdf_fonts
from PIL import Image, ImageDraw, ImageFont, ImageOps, UnidentifiedImageError
from pypdf import PageObject, PasswordType, PdfReader, PdfWriter, Transformation
from pypdf.errors import PyPdfError
from reportlab.pdfgen.canvas import Canvas

from consent.sheets import fonts, visible
from registry.errors import Unavailable

# A middle grey, so that it is seen on white and on black; how strongly it covers, and how much of the diagonal it fills.
GREY, OPACITY, LENGTH = 128, 0.3, 0.8
# A picture is shown no larger than a page at 200 dpi.
LONGEST = 2_400
# What pypdf raises on a file that is not what it says.
BROKEN_PDF = (PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError, NotImplementedError, RecursionError)
BROKEN_PICTURE = (UnidentifiedImageError, Image.DecompressionBombError, OSError, ValueError, SyntaxError)


class CannotBeMarked(Unavailable):
    def __init__(self, name: str):
        super().__init__(
            "evidence.unmarked",
            f"“{name}” cannot be shown: it is damaged or locked with a password, so that your name cannot be put on it. "
            "An evidence pack of the performer hands it out as it was signed; amend the consent with a copy that opens.",
        )


def mark_of(name: str, at: datetime) -> str:
    return f"Shown to {name} · {at:%-d %B %Y, %H:%M} UTC"


def marked(content: bytes, media_type: str, *, mark: str, name: str) -> bytes:
    """The paper with the mark on every page, as the same kind of file. Raises `CannotBeMarked`."""
    by_kind = {"application/pdf": _pdf, "image/jpeg": _picture, "image/png": _picture}
    try:
        return by_kind.get(media_type, _text)(content, visible(mark))
    except (*BROKEN_PDF, *BROKEN_PICTURE):
        raise CannotBeMarked(name) from None


def _text(content: bytes, mark: str) -> bytes:
    """What was agreed to at a performer's own door is kept as text."""
    return f"{mark}\n\n".encode() + content + f"\n\n{mark}\n".encode()


# ── PDF ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _pdf(content: bytes, mark: str) -> bytes:
    reader = PdfReader(BytesIO(content))
    # Many signing services lock what they send against changes, with no password for reading.
    if reader.is_encrypted and reader.decrypt("") == PasswordType.NOT_DECRYPTED:
        raise ValueError("It is locked with a password.")
    writer, out = PdfWriter(clone_from=reader), BytesIO()
    if not writer.pages:
        raise ValueError("It has no pages.")
    marks: dict[tuple[float, float], PageObject] = {}
    for page in writer.pages:
        box = page.cropbox
        size = (float(box.width), float(box.height))
        stamp = marks.setdefault(size, marks.get(size) or _stamp(*size, mark))
        page.merge_transformed_page(stamp, Transformation().translate(float(box.left), float(box.bottom)))
    writer.write(out)
    return out.getvalue()


def _stamp(width: float, height: float, mark: str) -> PageObject:
    """The words along the diagonal, as large as they fit."""
    out, font = BytesIO(), fonts()[0]
    canvas = Canvas(out, pagesize=(width, height))
    canvas.translate(width / 2, height / 2)
    canvas.rotate(degrees(atan2(height, width)))
    canvas.setFillGray(GREY / 255, OPACITY)
    size = LENGTH * hypot(width, height) / canvas.stringWidth(mark, font, 1)
    canvas.setFont(font, size)
    canvas.drawCentredString(0, -size / 3, mark)
    canvas.save()
    return PdfReader(out).pages[0]


# ── Pictures ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _picture(content: bytes, mark: str) -> bytes:
    with Image.open(BytesIO(content)) as opened:
        kind = opened.format
        opened.draft("RGB", (LONGEST, LONGEST))
        opened.thumbnail((LONGEST, LONGEST), reducing_gap=2)
        picture = ImageOps.exif_transpose(opened)
    if picture.has_transparency_data:
        picture = picture.convert("RGBA")
        picture = Image.alpha_composite(Image.new("RGBA", picture.size, "white"), picture)
    picture, words, out = picture.convert("RGB"), _words(picture.size, mark), BytesIO()
    picture.paste((GREY, GREY, GREY), ((picture.width - words.width) // 2, (picture.height - words.height) // 2), words)
    picture.save(out, format=kind, compress_level=1)
    return out.getvalue()


def _words(size: tuple[int, int], mark: str) -> Image.Image:
    """The words along the diagonal of a picture of that size, as a mask."""
    font = ImageFont.truetype(BytesIO(pymupdf_fonts.fontbuffers["figo"]()), 100)
    font = font.font_variant(size=max(8, 100 * LENGTH * hypot(*size) / font.getlength(mark)))
    _, _, width, height = font.getbbox(mark)
    line = Image.new("L", (int(width) + 1, int(height) + 1))
    ImageDraw.Draw(line).text((0, 0), mark, font=font, fill=int(255 * OPACITY))
    return line.rotate(degrees(atan2(size[1], size[0])), resample=Image.Resampling.BILINEAR, expand=True)
