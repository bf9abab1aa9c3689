"""What a file's notes and credentials suggest that a declaration might say of it.

Texts are somebody else's: each is read within bounds, and one that cannot be read is told and passed over.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from provenance.printable import printable
from provenance.suggestions import generators, graphs, history, properties, timelines
from provenance.suggestions.said import Findings, joined

NESTED_TOO_DEEPLY = 64


def suggest(notes: Iterable[tuple[str, str, str]], credentials: Mapping[str, Any]) -> dict[str, Any]:
    """From notes (place, name, text) and a reading of credentials: `declaration`, a fragment; `suggestions`, each value in
    it with its pointer, source and sureness; `missing`; `private`, for the vendor alone; `remarks`, sentences."""
    found = Findings()
    by_place: dict[str, dict[str, str]] = {}
    for place, name, text in notes:
        by_place.setdefault(place, {}).setdefault(name, text)
    history.read(credentials, found)
    _png(by_place.get("png", {}), found)
    for place in ("xmp", "exif", "iim", "exr"):
        if place in by_place:
            properties.read(place, by_place[place], found)
    comment = by_place.get("exif", {}).get("UserComment", "")
    if generators.is_parameters(comment):
        generators.web_ui(comment, found, "exif:UserComment")
    document = _json(by_place.get("file", {}).get("", ""), "document", found)
    if timelines.is_timeline(document):
        timelines.read(document, found)
    elif document is not None:
        found.remark("It is JSON, and no OpenTimelineIO timeline; nothing is read from it.")
    return joined(found)


def _png(texts: Mapping[str, str], found: Findings) -> None:
    if "prompt" in texts:
        graphs.read(_json(texts["prompt"], "prompt", found), found)
    if "workflow" in texts and not found_in(found, graphs.KEY):
        graphs.read_canvas(_json(texts["workflow"], "workflow", found), found)
    if generators.is_parameters(texts.get("parameters", "")):
        generators.web_ui(texts["parameters"], found, "png:parameters")
    for name in ("invokeai_metadata", "sd-metadata"):
        if name in texts:
            generators.invoke(_json(texts[name], name, found), found, f"png:{name}")
            break
    if texts.get("Software", "").startswith("NovelAI"):
        generators.novel(_json(texts.get("Comment", ""), "Comment", found), texts, found)


def found_in(found: Findings, key: str) -> bool:
    return any(one.key == key for one in found.said)


def _json(text: str, name: str, found: Findings) -> Any:
    if not text.strip():
        return None
    try:
        data = json.loads(text.rstrip("\0"), parse_constant=lambda _: None)
        if _depth(data) > NESTED_TOO_DEEPLY:
            raise RecursionError
        return data
    except RecursionError:
        found.remark(f"The text “{printable(name, 60)}” is nested too deeply; nothing is read from it.")
    except ValueError:
        found.remark(f"The text “{printable(name, 60)}” is not the JSON it should be; nothing is read from it.")
    return None


def _depth(data: Any) -> int:
    """How deep a value is nested, without going deeper than is accepted."""
    level, depth = [data], 0
    while level and depth <= NESTED_TOO_DEEPLY:
        level = [
            inner
            for value in level
            if isinstance(value, dict | list)
            for inner in (value.values() if isinstance(value, dict) else value)
        ]
        depth += 1
    return depth
