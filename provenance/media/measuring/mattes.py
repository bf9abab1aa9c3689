"""Mattes: a grey picture or clip, or one with transparency, whose bright or opaque pixels say what was touched.

Where a matte has transparency that is not the same everywhere, the transparency is the matte; otherwise its brightness.
A value over one half is touched.
"""

from dataclasses import dataclass
from fractions import Fraction

import av
import numpy as np
from numpy.typing import NDArray

from provenance.media.measuring.stills import Still

# Compression moves a value by this much of the whole at most; what lies so near to one half is in doubt.
UNSURE = 8 / 255


@dataclass(frozen=True, slots=True)
class Drawn:
    """One matte: the touched pixels, how many they are, and the share of pixels too near one half to be sure of."""

    touched: NDArray[np.bool_]
    pixels: int
    error: Fraction


def of_still(still: Still) -> Drawn:
    most = np.iinfo(still.samples.dtype).max
    clear = still.samples[..., -1]
    if still.alpha and clear.min() != clear.max():
        return _drawn(clear, most, lossless=True)
    return _drawn(still.samples[..., :3].max(axis=2), most, lossless=False)


def of_frame(frame: av.VideoFrame) -> Drawn:
    alpha = any(component.is_alpha for component in frame.format.components)
    if alpha:
        samples = frame.to_ndarray(format="rgba")
        if samples[..., 3].min() != samples[..., 3].max():
            return _drawn(samples[..., 3], 255, lossless=False)
    return _drawn(frame.to_ndarray(format="gray"), 255, lossless=False)


def remarks(touched: int, whole: int) -> tuple[str, ...]:
    """What should be looked at: a matte that says nothing, or everything."""
    if not touched:
        return ("The matte is empty: it says that nothing was touched.",)
    return ("The matte is full: it says that everything was touched.",) if touched == whole else ()


def _drawn(values: NDArray, most: int, *, lossless: bool) -> Drawn:
    touched = values > most / 2
    margin = 0 if lossless else UNSURE * most
    unsure = int(np.count_nonzero(np.abs(values.astype(np.float32) - most / 2) < margin)) if margin else 0
    return Drawn(touched, int(np.count_nonzero(touched)), Fraction(unsure, touched.size))
