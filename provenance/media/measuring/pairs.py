"""Measures a pair of files, element by element: the one entry to this package, called in the killable child."""

from fractions import Fraction
from typing import BinaryIO

from provenance.footprint import Piece
from provenance.measurement import DIFFERENCE, DIFFERENCE_FIXED, Measured, Measurement
from provenance.media.bounds import Bounds
from provenance.media.measuring import heat, noise, places, stills
from provenance.raster import Grid


def measure(input_file: BinaryIO | None, result_file: BinaryIO, *, matte: BinaryIO | None = None,
            element: str | None = None, bounds: Bounds) -> Measured:
    """How much of the result differs from the input, or lies within the matte.

    `element` alone is measured where it is given: picture, text, or the sound element that the tracks are (voice, music,
    sound). Raises MediaRefused with a sentence where the files cannot be held against each other.
    """
    return _stills(input_file, result_file, bounds)


def _stills(input_file: BinaryIO, result_file: BinaryIO, bounds: Bounds) -> Measured:
    before, after = stills.matched(
        stills.read(input_file, bounds, who="input"), stills.read(result_file, bounds, who="result")
    )
    found = noise.touched(stills.blocks(before, after))
    width, height = after.size
    share = Fraction(round(float((found.parts * places.pixels(width, height)).sum())), width * height)
    # Regions and footprints lie in the frame as it is stored.
    mask = places.mask(places.stored(places.on_grid(found.parts, Grid(width, height)), after.orientation))
    picture = Measurement(
        "picture",
        DIFFERENCE if found.trusted else DIFFERENCE_FIXED,
        share,
        Fraction(found.doubt / found.parts.size).limit_denominator(1_000_000),
        area_share=share,
        floor=round(found.floor, 2),
        footprint=(Piece(Fraction(0), Fraction(1), mask),) if mask.covered else (),
    )
    return Measured((picture,), heat.draw(after.picture(), found.parts))
