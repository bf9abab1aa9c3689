"""Fingerprints of what a file shows or says, as ISCC content codes (ISO 24138) of 256 bits.

Stills by the ISCC Image-Code, films by that of some of their frames, text – plain, of a PDF's pages, of a Word document's
main story – by the Text-Code. Sound has none: the ISCC Audio-Code wants Chromaprint features, which nothing that is
installed here computes. What cannot be decoded, and what shows next to nothing – a black frame, a few words – has no
fingerprint: it would be near to everything.
"""

from collections.abc import Iterator
from importlib import import_module
from typing import Any, BinaryIO

import iscc_lib
from PIL import Image, ImageStat

from provenance.fingerprint import BITS, PICTURE, TEXT
from provenance.media import sniff
from provenance.media.bounds import Bounds
from provenance.media.refusal import MediaRefused
from provenance.media.small import FILMS, STILLS, UNREADABLE, still
from provenance.media.sniff import Kind

SIDE = 32  # the Image-Code is made of 32 × 32 grey levels
DECODED = 256  # a JPEG is decoded no larger than is needed for that, and a frame scaled to it
FLATTEST = 6.0  # standard deviation of the grey levels, of 255, below which a picture says nothing
FEWEST_WORDS = 40
LONGEST_TEXT = 4_000_000  # bytes
MOST_FRAMES = 16  # of one film, evenly spread


def codes(file: BinaryIO, bounds: Bounds) -> list[dict[str, Any]]:
    """The file's codes, each with `kind`, `digits` and, for a frame, `at_s`; none where it has no fingerprint."""
    kind = sniff.sniff(file)
    file.seek(0)
    try:
        return list(_codes(file, kind, bounds))
    except (*UNREADABLE, MediaRefused):
        return []


def _codes(file: BinaryIO, kind: Kind, bounds: Bounds) -> Iterator[dict[str, Any]]:
    if kind in STILLS:
        if digits := _of_picture(still(file, kind, DECODED)):
            yield {"kind": PICTURE, "digits": digits}
    elif kind in FILMS:
        # What decodes films is large: only a child that meets one carries it.
        frames = import_module("provenance.media.frames")
        for moment, image in frames.shown_at(file, kind, frames.evenly(file, kind, most=MOST_FRAMES)):
            if digits := _of_picture(image):
                yield {"kind": PICTURE, "digits": digits, "at_s": round(moment, 3)}
    elif kind is sniff.TEXT:
        yield from _of_text(file.read(LONGEST_TEXT).decode("utf-8", "ignore"))
    elif kind in (sniff.PDF, sniff.DOCX):
        # What reads documents is large, too.
        words = import_module("provenance.media.measuring.words").read(file, bounds, who="document")
        yield from _of_text(" ".join(words)[:LONGEST_TEXT])


def _of_text(words: str) -> Iterator[dict[str, Any]]:
    if len(words.split()) >= FEWEST_WORDS:
        yield {"kind": TEXT, "digits": _digits(iscc_lib.gen_text_code_v0(iscc_lib.text_clean(words), bits=BITS).iscc)}


def _of_picture(image: Image.Image) -> str | None:
    grey = image.convert("L").resize((SIDE, SIDE), Image.Resampling.BICUBIC)
    if ImageStat.Stat(grey).stddev[0] < FLATTEST:
        return None
    return _digits(iscc_lib.gen_image_code_v0(grey.tobytes(), bits=BITS).iscc)


def _digits(iscc: str) -> str:
    return iscc_lib.iscc_decode(iscc)[-1].hex()
