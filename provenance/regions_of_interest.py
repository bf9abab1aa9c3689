"""Places and times as C2PA 2.4 writes them in an action's `changes`: regions of interest, each with its identifier.

Several ranges in one region mean their intersection: this box, in these seconds, on this track. A polygon's origin is
its first vertex and is listed among its vertices, a circle's is its centre. `role` is deprecated and never written.
What others wrote is read with the same meaning, and not at all where it says more than can be drawn here.
"""

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

from provenance.declaration import OperationStatement
from provenance.geometry import FrameRange, Point, Region, Shape, TimeRange
from provenance.reading import listing, mapping

HUMAN = "http://cv.iptc.org/newscodes/imageregiontype/human"
WORDS = "org.countersign.words"  # C2PA selects text by character within a fragment; here words are counted
TRACK = "track_id"
MOST_READ, MOST_RANGES, MOST_VERTICES = 500, 8, 1_000  # of one action; of one region; of one polygon
LARGEST = 1e9
# RFC 2326 §3.6: seconds, or hours, minutes and seconds.
_PLAY_TIME = re.compile(r"(?:(\d{1,5}):([0-5]?\d):)?(\d{1,9}(?:\.\d{0,9})?)")


def changes(operation: OperationStatement, *, name: str, human: bool) -> list[dict[str, Any]]:
    """Where an operation changed the content: its regions, or the whole element; nothing where it is not known."""
    if operation.regions:
        return [_change(region.id, ranges(region), name=name, human=human) for region in operation.regions]
    if not operation.whole or operation.element == "text":
        return []
    everything = [_whole_frame()] if operation.element == "picture" else [{"type": "temporal", "time": {}}]
    return [_change(whole_identifier(operation), everything, name=name, human=human)]


def whole_identifier(operation: OperationStatement) -> str:
    """The identifier of the region that stands for the whole element an operation was done to."""
    return f"{operation.id}.whole"


def _change(identifier: str, ranges: list[dict[str, Any]], *, name: str, human: bool) -> dict[str, Any]:
    kind = {"type": HUMAN} if human else {}
    return {"identifier": identifier, "name": name, **kind, "region": ranges}


def ranges(region: Region) -> list[dict[str, Any]]:
    """A place and a time as ranges of a region of interest."""
    found: list[dict[str, Any]] = []
    if region.shape is not None:
        found.append({"type": "spatial", "shape": _shape(region.shape)})
    if region.time is not None:
        ends = {"start": region.time.start_s, "end": region.time.end_s}
        npt = {name: _play_time(moment) for name, moment in ends.items() if moment is not None}
        found.append({"type": "temporal", "time": {"type": "npt", **npt}})
    if region.frames is not None:
        numbers = {"start": region.frames.start, "end": region.frames.end}
        found.append(
            {"type": "frame", "frame": {name: number for name, number in numbers.items() if number is not None}}
        )
    if region.words is not None:
        counted = f"{region.words.start}-{region.words.end}"
        found.append({"type": "identified", "item": {"identifier": WORDS, "value": counted}})
    if region.track is not None:
        found.append({"type": "identified", "item": {"identifier": TRACK, "value": region.track}})
    return found


def _shape(shape: Shape) -> dict[str, Any]:
    drawn: dict[str, Any] = {"type": shape.type, "unit": shape.unit}
    if shape.type == "polygon":
        vertices = [{"x": float(point.x), "y": float(point.y)} for point in shape.vertices]
        drawn |= {"origin": vertices[0], "vertices": vertices}
    else:
        drawn["origin"] = {"x": float(shape.x or 0), "y": float(shape.y or 0)}
        drawn["width"] = float((shape.diameter if shape.type == "circle" else shape.width) or 0)
    if shape.type == "rectangle":
        drawn["height"] = float(shape.height or 0)
    return drawn if shape.inside else {**drawn, "inside": False}


def _whole_frame() -> dict[str, Any]:
    return {"type": "spatial", "shape": _shape(Shape("rectangle", "percent", 0, 0, 100, 100))}


def _play_time(seconds: float) -> str:
    """Normal play time, h:mm:ss.f, to the millisecond."""
    thousandths = round(seconds * 1000)
    minutes, rest = divmod(thousandths, 60_000)
    return f"{minutes // 60}:{minutes % 60:02d}:{rest // 1000:02d}.{rest % 1000:03d}"


# --- what others wrote --------------------------------------------------------------------------------------------


class _NotDrawn(ValueError):
    """A region says something that cannot be drawn here."""


def read(changes: Any) -> tuple[Region, ...] | None:
    """The places that an action of anybody's marks; None where it marks none, or one that cannot be drawn here.

    One part left out would make a number too small, so either all of it is read or nothing.
    """
    given = listing(changes)
    if not given or len(given) > MOST_READ:
        return None
    try:
        return tuple(_read_region(number, mapping(one)) for number, one in enumerate(given, start=1))
    except _NotDrawn:
        return None


def _read_region(number: int, change: Mapping[str, Any]) -> Region:
    """Under a number: what others call a place may name somebody."""
    given = [mapping(one) for one in listing(change.get("region"))[: MOST_RANGES + 1]]
    kinds = [str(one.get("type")) for one in given if one.get("type") != "identified"]
    twice = len(set(kinds)) < len(kinds) or {"temporal", "frame"} <= set(kinds)
    if not given or len(given) > MOST_RANGES or twice:
        raise _NotDrawn
    found: dict[str, Any] = {}
    for one in given:
        found |= _read_range(one, alone=not kinds)
    return Region(str(number), **found)


def _read_range(given: Mapping[str, Any], *, alone: bool) -> dict[str, Any]:
    kind = given.get("type")
    if kind == "spatial":
        return {"shape": _read_shape(mapping(given.get("shape")))}
    if kind == "temporal":
        return {"time": _read_time(mapping(given.get("time")))}
    if kind == "frame":
        return {"frames": _read_frames(mapping(given.get("frame")))}
    item = mapping(given.get("item"))
    if kind == "identified" and item.get("identifier") == TRACK and isinstance(item.get("value"), str):
        return {"track": item["value"][:100]}
    if kind == "identified" and not alone:
        return {}  # it says what is at the place that the other ranges name
    raise _NotDrawn


def _read_shape(given: Mapping[str, Any]) -> Shape:
    kind, unit, inside = given.get("type"), given.get("unit"), given.get("inside")
    if kind not in ("rectangle", "circle", "polygon") or unit not in ("pixel", "percent"):
        raise _NotDrawn
    if inside not in (None, True, False):
        raise _NotDrawn
    origin, within = _read_point(given.get("origin")), inside is not False
    if kind == "polygon":
        return Shape(kind, unit, vertices=_read_vertices(origin, listing(given.get("vertices"))), inside=within)
    width = _read_number(given.get("width"), least=0)
    if kind == "circle":
        return Shape(kind, unit, origin.x, origin.y, diameter=width, inside=within)
    return Shape(kind, unit, origin.x, origin.y, width, _read_number(given.get("height"), least=0), inside=within)


def _read_vertices(origin: Point, given: Sequence[Any]) -> tuple[Point, ...]:
    if len(given) > MOST_VERTICES:
        raise _NotDrawn
    points = tuple(map(_read_point, given))
    points = points if points[:1] == (origin,) else (origin, *points)
    if len(points) < 3:
        raise _NotDrawn
    return points


def _read_point(given: Any) -> Point:
    return Point(_read_number(mapping(given).get("x")), _read_number(mapping(given).get("y")))


def _read_number(given: Any, *, least: float = -LARGEST) -> float:
    if isinstance(given, bool) or not isinstance(given, int | float) or not math.isfinite(given):
        raise _NotDrawn
    if not least <= given <= LARGEST:
        raise _NotDrawn
    return float(given)


def _read_time(given: Mapping[str, Any]) -> TimeRange:
    if given.get("type", "npt") != "npt":
        raise _NotDrawn
    start, end = (None if given.get(name) is None else _read_play_time(given[name]) for name in ("start", "end"))
    if end is not None and end < (start or 0):
        raise _NotDrawn
    return TimeRange(start or 0.0, end)


def _read_play_time(given: Any) -> float:
    found = _PLAY_TIME.fullmatch(given.strip()) if isinstance(given, str) else None
    if found is None:
        raise _NotDrawn
    hours, minutes, seconds = found.groups()
    return int(hours or 0) * 3_600 + int(minutes or 0) * 60 + float(seconds)


def _read_frames(given: Mapping[str, Any]) -> FrameRange:
    start, end = (given.get(name) for name in ("start", "end"))
    for one in (start, end):
        if one is not None and (isinstance(one, bool) or not isinstance(one, int) or not 0 <= one <= LARGEST):
            raise _NotDrawn
    if end is not None and end < (start or 0):
        raise _NotDrawn
    return FrameRange(start or 0, end)
