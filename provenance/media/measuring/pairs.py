"""Measures a pair of files, element by element: the one entry to this package, called in the killable child."""

from dataclasses import replace
from fractions import Fraction
from typing import BinaryIO

import av
from PIL import Image

from provenance.footprint import Piece
from provenance.measurement import DIFFERENCE, DIFFERENCE_FIXED, MATTE, Measured, Measurement
from provenance.media import sniff
from provenance.media.bounds import Bounds
from provenance.media.measuring import films, heat, mattes, noise, places, sound, stills, words
from provenance.media.measuring.blocks import Figures, compare
from provenance.media.measuring.passage import Passage
from provenance.media.refusal import MediaRefused
from provenance.raster import Grid

HEARD = ("voice", "music", "sound")
MOST_TRACKS = 16


def measure(input_file: BinaryIO | None, result_file: BinaryIO, *, matte: BinaryIO | None = None,
            element: str | None = None, bounds: Bounds) -> Measured:
    """How much of the result differs from the input, or lies within the matte; of a film its picture and every track.

    `element` alone is measured where it is given: picture, text, or the sound element that the tracks are (voice, music,
    sound). A matte is of the picture; the input may be None with it. Raises MediaRefused with a sentence where the files
    cannot be held against each other.
    """
    family = _family(result_file)
    if matte is not None:
        if family not in ("image", "video") or element not in (None, "picture"):
            raise _nothing("a matte tells of the picture alone")
        return _matte(matte, result_file, bounds)
    if input_file is None:
        raise _nothing("without an input there is nothing to hold the result against")
    given = _family(input_file)
    if given != family and {given, family} != {"video", "audio"}:
        raise MediaRefused(
            "media.mismatch",
            f"The input is {NAMES[given]} and the result {NAMES[family]}. Send the input as it was when the work began.",
        )
    match family:
        case "image" if element in (None, "picture"):
            return _stills(input_file, result_file, bounds)
        case "video" | "audio" if element in (None, "picture", *HEARD):
            return _films(input_file, result_file, element, bounds)
        case "text" if element in (None, "text"):
            return Measured((words.measure(input_file, result_file, bounds),))
    raise _nothing(f"the result is {NAMES[family]}" + (f" and has no {element}" if element else ""))


NAMES = {"image": "a still picture", "video": "a film", "audio": "a recording of sound", "text": "a text", "other": "a file "
         "of a kind that is not measured"}  # fmt: skip


def _family(file: BinaryIO) -> str:
    kind = sniff.sniff(file)
    if kind is sniff.GIF and stills.moves(file):
        return "video"
    if kind is sniff.UNKNOWN and words.legible(file):
        return "text"
    return kind.kind if kind.kind in NAMES else "other"


def _nothing(why: str) -> MediaRefused:
    return MediaRefused("media.unmeasurable", f"Nothing could be measured: {why}.")


# ── Stills ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _stills(input_file: BinaryIO, result_file: BinaryIO, bounds: Bounds) -> Measured:
    before, after = stills.matched(
        stills.read(input_file, bounds, who="input"), stills.read(result_file, bounds, who="result")
    )
    found = noise.touched(stills.blocks(before, after))
    width, height = after.size
    method = DIFFERENCE if found.trusted else DIFFERENCE_FIXED
    error = Fraction(found.doubt / found.parts.size).limit_denominator(1_000_000)
    touched = round(float((found.parts * places.pixels(width, height)).sum()))
    cells = places.on_grid(found.parts, Grid(width, height))
    picture = _still(after, cells, touched, method, error, round(found.floor, 2), ())
    return Measured((picture,), heat.draw(after.picture(), found.parts))


def _still(after: stills.Still, cells: Figures, touched: int, method: str, error: Fraction, floor: float | None,
           remarks: tuple[str, ...]) -> Measurement:
    """A still's footprint lies in the frame as it is stored, where regions are drawn, too."""
    share = Fraction(touched, after.size[0] * after.size[1])
    mask = places.mask(places.stored(cells, after.orientation))
    pieces = (Piece(Fraction(0), Fraction(1), mask),) if mask.covered or mask.edge else ()
    return Measurement(
        "picture", method, share, min(error, Fraction(1)), area_share=share, floor=floor, footprint=pieces, remarks=remarks
    )


# ── Films and sound ──────────────────────────────────────────────────────────────────────────────────────────────


def _films(input_file: BinaryIO, result_file: BinaryIO, element: str | None, bounds: Bounds) -> Measured:
    with films.opened(input_file, bounds, who="input") as before, films.opened(result_file, bounds, who="result") as after:
        pictured = element in (None, "picture") and (after.picture is not None or element == "picture")
        heard = element != "picture" and (len(after.container.streams.audio) > 0 or element is not None)
        if not pictured and not heard:
            raise _nothing("the result holds neither picture nor sound that can be decoded")
        found, picture = [], None
        if pictured:
            measured = _moving(before, after)
            found, picture = list(measured.measurements), measured.picture
            if not before.container.streams.audio and element is None:
                # A plate shot without sound says nothing of the result's; that is not the same as no change.
                return _with_remark(measured, "The sound was not measured: the input has none.") if heard else measured
    if heard:
        found += _tracks(input_file, result_file, element, bounds, alone=not pictured)
    return Measured(tuple(found), picture)


def _with_remark(measured: Measured, remark: str) -> Measured:
    one, *others = measured.measurements
    return replace(measured, measurements=(replace(one, remarks=(*one.remarks, remark)), *others))


def _moving(before: films.Film, after: films.Film) -> Measured:
    passage: Passage | None = None
    pixels = places.pixels(1, 1)
    floor, unsure, most, worst = 0.0, 0, -1, None
    compressed = not (before.exact and after.exact)
    for one, other in films.paired(before, after):
        width, height = other.frame.width, other.frame.height
        if passage is None:
            passage, pixels = Passage(width, height), places.pixels(width, height)
        found = noise.touched(compare(*films.planes(one.frame, other.frame), width, height), film=compressed)
        touched = round(float((found.parts * pixels).sum()))
        doubt = Fraction(round(found.doubt * 1000), found.parts.size * 1000)
        passage.add(other.time, places.on_grid(found.parts, passage.grid), touched, doubt)
        floor, unsure = max(floor, found.floor), unsure + (not found.trusted)
        if touched > most:
            most, worst = touched, (_small(other.frame), found.parts)
    assert passage is not None and worst is not None
    remarks = [f"In {unsure:,} frames more than half changed; their noise was taken from a fixed floor."] if unsure else []
    if compressed and (flickers := passage.without_flickers()):
        remarks.append(f"{flickers:,} flickers of a frame or two on less than 0.5 % of it were not counted.")
    method = DIFFERENCE_FIXED if unsure > passage.frames_touched / 2 else DIFFERENCE
    return Measured((passage.measurement(method, round(floor, 2), remarks),), heat.draw(*worst, passage.shares()))


def _small(frame: av.VideoFrame) -> Image.Image:
    """No larger than it will be drawn, so that the largest difference so far costs little to remember."""
    scale = min(1.0, heat.WIDEST / max(frame.width, frame.height))
    return frame.to_image(width=max(2, round(frame.width * scale)), height=max(2, round(frame.height * scale)))


def _tracks(input_file: BinaryIO, result_file: BinaryIO, element: str | None, bounds: Bounds, *,
            alone: bool) -> list[Measurement]:
    """Each sound track of the result against the input's of the same number."""
    counts = []
    for file, who in ((input_file, "input"), (result_file, "result")):
        with films.opened(file, bounds, who=who) as film:
            counts.append(len(film.container.streams.audio))
    if not counts[1] or counts[0] != counts[1] or counts[1] > MOST_TRACKS:
        raise MediaRefused(
            "media.mismatch",
            f"The input has {counts[0]} sound tracks and the result {counts[1]}; each is held against the one of the same "
            f"number, {MOST_TRACKS} at most. " + ("Send a pair with the same tracks." if alone else
            "Send a pair with the same tracks, or measure the picture alone."),
        )  # fmt: skip
    several = counts[1] > 1
    return [
        sound.measure(input_file, result_file, number, bounds, element=element or "sound", track=number if several else None)
        for number in range(counts[1])
    ]


# ── Mattes ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _matte(matte: BinaryIO, result_file: BinaryIO, bounds: Bounds) -> Measured:
    if _family(matte) != _family(result_file):
        raise MediaRefused(
            "media.mismatch",
            f"The matte is {NAMES[_family(matte)]} and the result {NAMES[_family(result_file)]}; a matte is drawn "
            "for every frame of its result.",
        )
    if _family(result_file) == "video":
        return _moving_matte(matte, result_file, bounds)
    drawn, after = stills.read(matte, bounds, who="matte"), stills.read(result_file, bounds, who="result")
    if drawn.size != after.size:
        raise stills.sizes(drawn.size, after.size, who="matte")
    found = mattes.of_still(drawn)
    cells = places.averaged(found.touched, Grid(*after.size))
    one = _still(after, cells, found.pixels, MATTE, found.error, None, mattes.remarks(found.pixels, found.touched.size))
    return Measured((one,), heat.draw(after.picture(), cells))


def _moving_matte(matte: BinaryIO, result_file: BinaryIO, bounds: Bounds) -> Measured:
    with films.opened(matte, bounds, who="matte") as drawn, films.opened(result_file, bounds, who="result") as after:
        passage: Passage | None = None
        most, worst = -1, None
        for one, other in films.paired(drawn, after, colours=False):
            if passage is None:
                passage = Passage(other.frame.width, other.frame.height)
            found = mattes.of_frame(one.frame)
            cells = places.averaged(found.touched, passage.grid)
            passage.add(other.time, cells, found.pixels, found.error)
            if found.pixels > most:
                most, worst = found.pixels, (_small(other.frame), cells)
    assert passage is not None and worst is not None
    remarks = mattes.remarks(sum(passage.touched), passage.size * len(passage.touched))
    return Measured((passage.measurement(MATTE, None, remarks),), heat.draw(*worst, passage.shares()))
