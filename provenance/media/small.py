"""A small picture of a file, for a page: a still made smaller, or one frame of a film. Runs in the killable child only."""

import io
from typing import BinaryIO

import av
from PIL import Image, ImageOps

from provenance.media.refusal import MediaRefused

LONGEST_SIDE = 480  # pixels
QUALITY = 78
MOST_PIXELS = 120_000_000
BROKEN = (OSError, ValueError, SyntaxError, EOFError, Image.DecompressionBombError, av.FFmpegError)


def draw(file: BinaryIO, *, seconds: float | None) -> bytes:
    """A JPEG of the still, or of the frame shown at `seconds`. Raises MediaRefused where nothing can be drawn."""
    try:
        picture = _still(file) if seconds is None else _frame(file, seconds)
        picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
        drawn = io.BytesIO()
        picture.convert("RGB").save(drawn, "JPEG", quality=QUALITY, optimize=True)
    except BROKEN as error:
        raise MediaRefused("media.not_drawn", "No picture can be drawn of this file.") from error
    return drawn.getvalue()


def _still(file: BinaryIO) -> Image.Image:
    file.seek(0)
    picture = Image.open(file)
    if picture.width * picture.height > MOST_PIXELS:
        raise MediaRefused("media.not_drawn", "This picture is too large to be drawn on a page.")
    picture.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
    turned: Image.Image = ImageOps.exif_transpose(picture)
    return turned


def _frame(file: BinaryIO, seconds: float) -> Image.Image:
    file.seek(0)
    with av.open(file, metadata_errors="ignore") as film:
        stream = film.streams.video[0]
        if seconds > 0 and stream.time_base:
            film.seek(int(seconds / stream.time_base) + (stream.start_time or 0), stream=stream)
        last = None
        for frame in film.decode(stream):
            if frame.width * frame.height > MOST_PIXELS:
                break
            last = frame
            if frame.time is None or frame.time >= seconds:
                break
        if last is None:
            raise MediaRefused("media.not_drawn", "No frame of this film can be drawn.")
        picture: Image.Image = last.to_image()
        return picture
