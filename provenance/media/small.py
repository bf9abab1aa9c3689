"""A small picture of a file, for a page: a still made smaller, or one frame of a film. Runs in the killable child only."""

import io
import struct
from importlib import import_module
from typing import BinaryIO

from PIL import Image, ImageOps

from provenance.media import sniff
from provenance.media.refusal import MediaRefused
from provenance.media.sniff import Kind

QUALITY = 80
MOST_PIXELS = 120_000_000
LARGEST_CARRIED = 4_000_000  # bytes
MOST_CARRIED_PIXELS = 16_000_000
CARRIED = frozenset({sniff.JPEG, sniff.PNG, sniff.WEBP})
FILMS = frozenset({sniff.MP4, sniff.MOV, sniff.AVI})
STILLS = {
    sniff.JPEG: "JPEG", sniff.PNG: "PNG", sniff.WEBP: "WEBP", sniff.TIFF: "TIFF", sniff.GIF: "GIF", sniff.AVIF: "AVIF",
    sniff.DNG: "TIFF",
}  # fmt: skip
# What decoders raise over files that are not what they say; a film may have no picture, no clock and no length.
UNREADABLE = (
    OSError, ValueError, SyntaxError, EOFError, LookupError, TypeError, ArithmeticError, RuntimeError, struct.error,
    Image.DecompressionBombError,
)  # fmt: skip


def draw(file: BinaryIO, *, seconds: float | None, side: int) -> bytes:
    """A JPEG of the still, or of the frame shown at `seconds`, of `side` pixels at most. Raises MediaRefused where
    nothing can be drawn."""
    kind = sniff.sniff(file)
    file.seek(0)
    try:
        return _as_jpeg(_picture(file, kind, seconds or 0.0, side), side)
    except (*UNREADABLE, StopIteration) as error:
        raise MediaRefused("media.not_drawn", "No picture can be drawn of this file.") from error


def drawn_anew(carried: bytes, *, side: int) -> bytes:
    """A picture that credentials carry (JPEG, PNG or WebP), decoded and drawn anew: none of its bytes are passed on.
    Raises MediaRefused where it is another file, a large one, or none."""
    file = io.BytesIO(carried)
    try:
        kind = sniff.sniff(file)
        if kind not in CARRIED or len(carried) > LARGEST_CARRIED:
            raise ValueError(kind.media_type)
        file.seek(0)
        with Image.open(file, formats=[STILLS[kind]]) as image:
            if image.width * image.height > MOST_CARRIED_PIXELS:
                raise ValueError("This picture is too large for one that stands for another.")
        file.seek(0)
        return _as_jpeg(still(file, kind, side), side)
    except UNREADABLE as error:
        raise MediaRefused("media.not_drawn", "No picture can be drawn of this.") from error


def _as_jpeg(picture: Image.Image, side: int) -> bytes:
    picture.thumbnail((side, side))
    plain, drawn = picture.convert("RGB"), io.BytesIO()
    # A comment would be written into the new file, word for word.
    plain.info.clear()
    plain.save(drawn, "JPEG", quality=QUALITY, optimize=True)
    return drawn.getvalue()


def _picture(file: BinaryIO, kind: Kind, seconds: float, side: int) -> Image.Image:
    if kind in STILLS:
        return still(file, kind, side)
    if kind not in FILMS:
        raise ValueError(kind.media_type)
    # What decodes films is large: only a child that meets one carries it.
    frames = import_module("provenance.media.frames")
    picture: Image.Image = next(frames.shown_at(file, kind, [seconds]))[1]
    return picture


def still(file: BinaryIO, kind: Kind, side: int) -> Image.Image:
    """The picture upright, on white where it lets light through, in eight bits; decoded no larger than `side` needs."""
    image = Image.open(file, formats=[STILLS[kind]])
    if image.width * image.height > MOST_PIXELS:
        raise ValueError("This picture is too large to be drawn.")
    image.draft(None, (side, side))
    image = ImageOps.exif_transpose(image)
    if image.mode.startswith("I;16") or image.mode in ("I", "F"):
        return _in_eight_bits(image)
    if image.has_transparency_data:
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    return image.convert("RGB")


def _in_eight_bits(image: Image.Image) -> Image.Image:
    scaled = image.convert("F")
    _, most = scaled.getextrema()
    return scaled.point(lambda value: value * (255 / (65535 if most > 255 else 255))).convert("L")
