"""A declaration held against the measured file: what it names must be there, in the frame and in the time."""

from provenance.declaration.shape import refuse
from provenance.declaration.statements import Declaration
from provenance.geometry import Media, Region
from registry.errors import Fault

FIRST_OF_A_SHOT = 1000


def check_against(declaration: Declaration, media: Media) -> None:
    """Hold a declaration against the measured file.

    Raises Invalid: `declaration.region_outside_frame` for a place or time the file does not have, and
    `declaration.invalid` for an element it does not have.
    """
    faults: list[Fault] = []
    for index, operation in enumerate(declaration.operations):
        if operation.element not in media.elements:
            held = ", ".join(media.elements) or "none that is known"
            detail = f"The file has no {operation.element}; its elements are: {held}."
            faults.append(Fault(f"/operations/{index}/element", "declaration.invalid", detail))
            continue
        for number, region in enumerate(operation.regions):
            beyond = outside(region, operation.element, media)
            if beyond:
                at = f"/operations/{index}/regions/{number}"
                faults.append(Fault(at, "declaration.region_outside_frame", beyond))
    refuse(tuple(faults))


def outside(region: Region, element: str, media: Media) -> str | None:
    """What of a region lies outside the file, in a sentence; None when nothing does or it cannot be known."""
    if element == "text":
        end = region.words.end if region.words else 0
        return f"The text has {media.words} words." if media.words is not None and end > media.words else None
    if (region.time or region.frames) and media.kind == "image" and not media.moving:
        return "A still picture has no time."
    return _outside_frame(region, media) or _outside_time(region, media)


def _outside_frame(region: Region, media: Media) -> str | None:
    if region.shape is None or not media.width or not media.height:
        return None
    left, top, right, bottom = region.shape.pixels(media.width, media.height).box()
    slack = 1e-6 * max(media.width, media.height)  # percentages are rounded by whoever writes them
    if min(left, top) < -slack or right > media.width + slack or bottom > media.height + slack:
        return (
            f"The region spans {left:.1f}–{right:.1f} by {top:.1f}–{bottom:.1f} pixels; "
            f"the frame is {media.width} by {media.height}."
        )
    return None


def _outside_time(region: Region, media: Media) -> str | None:
    frames, length = media.frame_count, media.duration
    if region.frames is not None and media.kind == "audio":
        return "A recording of sound has no frames: give the time."
    if region.frames is not None and frames and max(region.frames.start, region.frames.end or 0) >= frames:
        last = max(region.frames.start, region.frames.end or 0)
        return f"The region reaches frame {last}; the file has {frames} frames, counted from 0.{_numbered(region.frames.start)}"
    if region.time is not None and length is not None:
        grace = 1 / media.rate if media.rate else 0  # containers and editors round a frame differently
        if max(region.time.start_s, region.time.end_s or 0) > length + grace or region.time.start_s >= length:
            reached = f"The region reaches {float(max(region.time.start_s, region.time.end_s or 0)):.3f} seconds"
            return f"{reached}; the file is {float(length):.3f} seconds long."
    return None


def _numbered(first: int) -> str:
    """Shots are numbered from 1001 in many houses; files are not."""
    return f" Take the number of the shot's first frame from yours: {first} may be 0." if first >= FIRST_OF_A_SHOT else ""
