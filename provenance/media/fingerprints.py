"""Fingerprints of what a file shows or says, as ISCC content codes (ISO 24138) of 256 bits.

Stills by the ISCC Image-Code, films by that of some of their frames, plain text by the Text-Code. Sound has none: the
ISCC Audio-Code wants Chromaprint features, which nothing that is installed here computes. What cannot be decoded, and
what shows next to nothing – a black frame, a few words – has no fingerprint: it would be near to everything.
"""

import struct
from collections.abc import Iterator
from typing import Any, BinaryIO

import av
import iscc_lib
from PIL import Image, ImageOps, ImageStat

from provenance.fingerprint import BITS, PICTURE, TEXT
from provenance.media import sniff
from provenance.media.sniff import Kind

SIDE = 32  # the Image-Code is made of 32 × 32 grey levels
DECODED = 256  # a JPEG is decoded no larger than is needed for that, and a frame scaled to it
FLATTEST = 6.0  # standard deviation of the grey levels, of 255, below which a picture says nothing
FEWEST_WORDS = 40
LONGEST_TEXT = 4_000_000  # bytes
MOST_FRAMES = 16  # of one film, evenly spread
DEMUXERS = {sniff.MP4: "mov", sniff.MOV: "mov", sniff.AVI: "avi"}
STILLS = {
    sniff.JPEG: "JPEG", sniff.PNG: "PNG", sniff.WEBP: "WEBP", sniff.TIFF: "TIFF", sniff.GIF: "GIF", sniff.AVIF: "AVIF",
    sniff.DNG: "TIFF",
}  # fmt: skip
# What decoders raise over files that are not what they say; a film may have no picture, no clock and no length.
UNREADABLE = (
    OSError, ValueError, SyntaxError, EOFError, LookupError, TypeError, ArithmeticError, RuntimeError, struct.error,
    Image.DecompressionBombError, av.FFmpegError,
)  # fmt: skip


def codes(file: BinaryIO) -> list[dict[str, Any]]:
    """The file's codes, each with `kind`, `digits` and, for a frame, `at_s`; none where it has no fingerprint."""
    kind = sniff.sniff(file)
    file.seek(0)
    try:
        return list(_codes(file, kind))
    except UNREADABLE:
        return []


def _codes(file: BinaryIO, kind: Kind) -> Iterator[dict[str, Any]]:
    if kind in STILLS:
        if digits := _of_picture(_still(file, kind)):
            yield {"kind": PICTURE, "digits": digits}
    elif kind in DEMUXERS:
        for moment, image in _frames(file, kind, _moments(file, kind)):
            if digits := _of_picture(image):
                yield {"kind": PICTURE, "digits": digits, "at_s": round(moment, 3)}
    elif kind is sniff.TEXT:
        words = file.read(LONGEST_TEXT).decode("utf-8", "ignore")
        if len(words.split()) >= FEWEST_WORDS:
            yield {"kind": TEXT, "digits": _digits(iscc_lib.gen_text_code_v0(iscc_lib.text_clean(words), bits=BITS).iscc)}


def _of_picture(image: Image.Image) -> str | None:
    grey = image.convert("L").resize((SIDE, SIDE), Image.Resampling.BICUBIC)
    if ImageStat.Stat(grey).stddev[0] < FLATTEST:
        return None
    return _digits(iscc_lib.gen_image_code_v0(grey.tobytes(), bits=BITS).iscc)


def _digits(iscc: str) -> str:
    return iscc_lib.iscc_decode(iscc)[-1].hex()


def _still(file: BinaryIO, kind: Kind) -> Image.Image:
    """The picture upright, on white where it lets light through, in eight bits."""
    image = Image.open(file, formats=[STILLS[kind]])
    image.draft(None, (DECODED, DECODED))
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


def _moments(file: BinaryIO, kind: Kind) -> list[float]:
    """Moments evenly spread over a film, none nearer to another than half a second; the first not at its very start."""
    with _opened(file, kind) as container:
        stream = container.streams.video[0]
        if stream.duration and stream.time_base:
            seconds = float(stream.duration * stream.time_base)
        else:
            seconds = (container.duration or 0) / 1_000_000
    count = max(1, min(MOST_FRAMES, round(2 * seconds)))
    return [seconds * (number + 0.5) / count for number in range(count)]


def _frames(file: BinaryIO, kind: Kind, moments: list[float]) -> Iterator[tuple[float, Image.Image]]:
    """The frame shown at each of the moments, small."""
    with _opened(file, kind) as container:
        stream = container.streams.video[0]
        stream.thread_type = "NONE"  # a thread for each processor would be taken from whoever else is at work
        for moment in moments:
            container.seek(int(moment / stream.time_base), stream=stream, backward=True)
            shown = None
            for frame in container.decode(stream):
                if frame.time is not None and frame.time > moment and shown is not None:
                    break
                shown = frame
            if shown is not None:
                yield moment, _small(shown)


def _small(frame: Any) -> Image.Image:
    scale = min(1.0, DECODED / max(frame.width, frame.height))
    wide, tall = max(2, round(frame.width * scale)), max(2, round(frame.height * scale))
    return frame.reformat(width=wide, height=tall, format="rgb24").to_image()


def _opened(file: BinaryIO, kind: Kind) -> Any:
    """The demuxer is chosen by our own look at the bytes, so that nothing is a playlist that opens other files."""
    file.seek(0)
    return av.open(file, format=DEMUXERS[kind], metadata_errors="ignore")
