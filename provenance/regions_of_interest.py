"""Places and times as C2PA 2.4 writes them in an action's `changes`: regions of interest, each with its identifier.

Several ranges in one region mean their intersection: this box, in these seconds, on this track. A polygon's origin is
its first vertex and is listed among its vertices, a circle's is its centre. `role` is deprecated and never written.
"""

from typing import Any

from provenance.declaration import OperationStatement
from provenance.geometry import Region, Shape

HUMAN = "http://cv.iptc.org/newscodes/imageregiontype/human"
WORDS = "org.countersign.words"  # C2PA selects text by character within a fragment; here words are counted


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
        found.append({"type": "identified", "item": {"identifier": "track_id", "value": region.track}})
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
