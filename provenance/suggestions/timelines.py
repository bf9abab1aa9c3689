"""OpenTimelineIO timelines: which shots there are, and which markers say that something was done, and when.

A marker says it in its metadata under `countersign` (technique, element, tool, share …), or by a name that is near to a
technique's. Times are seconds in the timeline, counted from its first frame.
"""

import re
from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

from provenance.declaration.nearest import nearest
from provenance.geometry import exact
from provenance.suggestions.said import LIKELY, POSSIBLE, STATED, Findings, names
from provenance.techniques import ELEMENTS, TECHNIQUES

MOST_ITEMS = 20_000
MOST_MARKERS = 200
MOST_UNITS = 100
TAKEN = ("description", "oversight", "attested_by")
NOT_A_KEY = re.compile(r"[^A-Za-z0-9._:-]+")


def is_timeline(data: Any) -> bool:
    return isinstance(data, Mapping) and str(data.get("OTIO_SCHEMA", "")).startswith(("Timeline.", "SerializableCollection."))


def read(data: Mapping[str, Any], found: Findings) -> None:
    """A timeline's tracks, or those of each timeline in a collection."""
    units: dict[str, str] = {}
    colours: dict[str, int] = {}
    markers = items = 0
    for element, start, item in _items(data):
        items += 1
        if items > MOST_ITEMS:
            found.remark(f"The timeline has more than {MOST_ITEMS:,} clips; the first were looked at.")
            break
        if _kind(item) == "Clip" and (said := _unit(item)):
            units.setdefault(*said)
        for marker in _list(item.get("markers")):
            markers += 1
            if markers <= MOST_MARKERS and isinstance(marker, Mapping):
                _marker(markers, marker, element, start, item, found, colours)
    if markers > MOST_MARKERS:
        found.remark(f"The timeline has {markers:,} markers; the first {MOST_MARKERS} were looked at.")
    _units(units, found)
    if colours:
        told = ", ".join(f"{number} {colour.lower()}" for colour, number in sorted(colours.items()))
        found.remark(f"Markers that name nothing known here were passed over: {told}.")


def _units(units: dict[str, str], found: Findings) -> None:
    listed = list(units)[:MOST_UNITS]
    if not listed:
        return
    sure = LIKELY if all(units[one] == STATED for one in listed) else POSSIBLE
    where = "metadata of its clips" if sure == LIKELY else "names of its clips"
    found.say("", "", "units", listed, "otio", where, sure)
    if len(units) > MOST_UNITS:
        found.remark(f"The timeline names {len(units):,} shots; a declaration takes {MOST_UNITS} at most.")


def _items(data: Mapping[str, Any]) -> Iterator[tuple[str, Fraction | None, Mapping[str, Any]]]:
    """Each item of each track, with the element that the track holds and when the item begins; None when not known."""
    timelines = _list(data.get("children")) if _kind(data) == "SerializableCollection" else [data]
    for timeline in timelines[:100]:
        stack = timeline.get("tracks") if isinstance(timeline, Mapping) else None
        for track in _list(stack.get("children")) if isinstance(stack, Mapping) else []:
            if not isinstance(track, Mapping):
                continue
            element = "sound" if track.get("kind") == "Audio" else "picture"
            yield element, Fraction(0), {"markers": track.get("markers")}
            at: Fraction | None = Fraction(0)
            for item in _list(track.get("children")):
                if isinstance(item, Mapping) and _kind(item) != "Transition":
                    yield element, at, item
                    lasts = _seconds(_range(item).get("duration"))
                    at = at + lasts if at is not None and lasts is not None else None


def _marker(
    number: int, marker: Mapping[str, Any], element: str, start: Fraction | None, item: Mapping[str, Any],
    found: Findings, colours: dict[str, int],
) -> None:  # fmt: skip
    metadata = marker.get("metadata")
    told = metadata.get("countersign") if isinstance(metadata, Mapping) else None
    name = str(marker.get("name") or "")[:100]
    near = nearest(name, TECHNIQUES) if name else ()
    if not isinstance(told, Mapping) and not near:
        colour = str(marker.get("color") or "UNCOLOURED")[:20]
        colours[colour] = colours.get(colour, 0) + (len(colours) < 20 or colour in colours)
        return
    key, where = f"otio-{number}", f"marker “{name}”"
    said = told if isinstance(told, Mapping) else {}
    technique = said.get("technique")
    if technique in TECHNIQUES:
        found.say("operations", key, "technique", technique, "otio", where)
    elif near:
        found.say("operations", key, "technique", near[0], "otio", where, LIKELY)
    given = said.get("element")
    found.say("operations", key, "element", given if given in ELEMENTS else element, "otio", where,
              STATED if given in ELEMENTS else LIKELY)  # fmt: skip
    tool = said.get("tool")
    for part in ("name", "version"):
        value = tool.get(part) if isinstance(tool, Mapping) else (tool if part == "name" else None)
        found.say("operations", key, f"tool.{part}", value if isinstance(value, str) else None, "otio", where)
    for part in TAKEN:
        found.say("operations", key, part, said.get(part) if isinstance(said.get(part), str) else None, "otio", where)
    span = _span(marker, start, item)
    if span:
        regions = [{"id": f"{key}.time", "time": span}]
        found.say("operations", key, "regions", regions, "otio", f"{where}, where it stands", LIKELY)
    found.lack("operations", key, "technique", "Say what was done; the marker names no technique that is known.")
    found.lack("operations", key, "tool.name", "Name the tool; markers seldom do.")


def _span(marker: Mapping[str, Any], start: Fraction | None, item: Mapping[str, Any]) -> dict[str, float] | None:
    """When in the timeline a marker stands; a marker in a clip counts in the clip's own media time."""
    marked = marker.get("marked_range")
    begins = _seconds(marked.get("start_time")) if isinstance(marked, Mapping) else None
    if start is None or begins is None:
        return None
    lasts = _seconds(marked.get("duration")) if isinstance(marked, Mapping) else None
    first = start + begins - (_seconds(_range(item).get("start_time")) or 0)
    if first < 0 or not lasts:
        return None
    return {"start_s": round(float(first), 6), "end_s": round(float(first + lasts), 6)}


def _unit(clip: Mapping[str, Any]) -> tuple[str, str] | None:
    metadata = clip.get("metadata")
    ours = metadata.get("countersign") if isinstance(metadata, Mapping) else None
    unit = ours.get("unit") if isinstance(ours, Mapping) else None
    if isinstance(unit, str) and unit.strip():
        return names([unit]), STATED
    name = clip.get("name")
    return (names([name]), POSSIBLE) if isinstance(name, str) and name.strip() else None


def _range(item: Mapping[str, Any]) -> Mapping[str, Any]:
    """The part of an item that is used; where that is not said, all of its media."""
    own = item.get("source_range")
    if isinstance(own, Mapping):
        return own
    references = item.get("media_references")
    media = item.get("media_reference")
    if isinstance(references, Mapping):
        media = references.get(str(item.get("active_media_reference_key") or "DEFAULT_MEDIA"))
    found = media.get("available_range") if isinstance(media, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def _seconds(time: Any) -> Fraction | None:
    value, rate = (time.get("value"), time.get("rate")) if isinstance(time, Mapping) else (None, None)
    if not isinstance(value, int | float) or not isinstance(rate, int | float) or isinstance(value, bool):
        return None
    try:
        return exact(value) / exact(rate) if 0 < rate <= 1_000_000 and abs(value) <= 10**12 else None
    except (ValueError, OverflowError, ZeroDivisionError):
        return None


def _kind(item: Mapping[str, Any]) -> str:
    return str(item.get("OTIO_SCHEMA") or "").partition(".")[0]


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
