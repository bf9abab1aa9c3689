"""The picture of a difference, for people: a heat map over the frame that differs most, and the strip of a film's time."""

from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from provenance.media.measuring.blocks import Figures

WIDEST = 640
STRIP, GAP = 14, 6
PAPER, UNTOUCHED, INK = (255, 255, 255), (222, 222, 226), (196, 62, 0)
# How much of the frame's own picture is left under the heat.
UNDER = 0.35


def draw(frame: Image.Image, parts: Figures, times: NDArray[np.float32] | None = None) -> bytes:
    """PNG, at most 640 pixels wide. `parts` are the touched parts of blocks; `times` the touched share of each frame."""
    scale = min(1.0, WIDEST / max(frame.size))
    size = (max(1, round(frame.width * scale)), max(1, round(frame.height * scale)))
    grey = np.asarray(frame.convert("L").resize(size, Image.Resampling.BOX), np.float32)[..., None]
    heat = Image.fromarray((np.clip(parts, 0, 1) * 255).astype(np.uint8), "L").resize(size, Image.Resampling.NEAREST)
    weight = np.asarray(heat, np.float32)[..., None] / 255 * (1 - UNDER)
    shown = Image.fromarray((grey * (1 - weight) + np.array(INK, np.float32) * weight).astype(np.uint8), "RGB")
    if times is not None:
        shown = _with_strip(shown, times)
    target = BytesIO()
    shown.quantize(64).save(target, "PNG", optimize=True)
    return target.getvalue()


def _with_strip(shown: Image.Image, times: NDArray[np.float32]) -> Image.Image:
    """Below the frame, from left to right: where in time something was touched, and how much, as the height of a bar."""
    whole = Image.new("RGB", (shown.width, shown.height + GAP + STRIP), PAPER)
    whole.paste(shown, (0, 0))
    pen, top, bottom = ImageDraw.Draw(whole), shown.height + GAP, shown.height + GAP + STRIP - 1
    pen.rectangle((0, top, shown.width - 1, bottom), fill=UNTOUCHED)
    for column in range(shown.width):
        first = column * len(times) // shown.width
        last = max(first + 1, (column + 1) * len(times) // shown.width)
        most = float(times[first:last].max())
        if most > 0:
            tall = max(3, round(STRIP * min(1.0, most)))
            pen.line((column, bottom - tall + 1, column, bottom), fill=INK)
    return whole
