"""One thing read in a file that a declaration might say, with where it was read and how sure that is; and all joined.

Nothing here is a statement of anybody: a vendor confirms each, or leaves it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from provenance.printable import printable

# How sure: written there in so many words; follows from what is written; may be so.
STATED, LIKELY, POSSIBLE = "stated", "likely", "possible"
LONGEST_VALUE = 300
LONGEST_PRIVATE = 2_000
MOST_SAID = 500
FILES = {".safetensors", ".ckpt", ".pt", ".pth", ".bin"}


@dataclass(frozen=True, slots=True)
class Said:
    """`group` and `key` name the entry it belongs to (operations, op-comfyui), `path` the place within that entry."""

    group: str
    key: str
    path: tuple[str, ...]
    value: Any
    source: str
    where: str
    sure: str = STATED


@dataclass(frozen=True, slots=True)
class Private:
    """Something for the vendor's eyes: told to nobody else, and no part of a declaration."""

    name: str
    value: str
    source: str


@dataclass(frozen=True, slots=True)
class Lacking:
    """What a declaration needs here and nothing in the file tells."""

    group: str
    key: str
    path: tuple[str, ...]
    text: str


@dataclass(slots=True)
class Findings:
    said: list[Said] = field(default_factory=list)
    private: list[Private] = field(default_factory=list)
    lacking: list[Lacking] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    def say(self, group: str, key: str, path: str, value: Any, source: str, where: str, sure: str = STATED) -> None:
        """Note a value under its place, `a.b.c` within the entry; text is made printable, and nothing empty is noted."""
        shown = printable(value, LONGEST_VALUE) if isinstance(value, str) else value
        if shown not in ("", None) and len(self.said) < MOST_SAID:
            self.said.append(Said(group, key, tuple(path.split(".")), shown, source, printable(where), sure))

    def keep_private(self, name: str, value: Any, source: str) -> None:
        shown = printable(value, LONGEST_PRIVATE)
        if shown and len(self.private) < MOST_SAID:
            self.private.append(Private(name, shown, source))

    def lack(self, group: str, key: str, path: str, text: str) -> None:
        self.lacking.append(Lacking(group, key, tuple(path.split(".")), text))

    def remark(self, sentence: str) -> None:
        if sentence not in self.remarks and len(self.remarks) < MOST_SAID:
            self.remarks.append(sentence)


def model_type(name: str) -> str:
    """The C2PA type of a model by the ending of its file, `c2pa.types.model` where that tells nothing."""
    _, dot, ending = name.lower().rpartition(".")
    if dot + ending in FILES:
        return "c2pa.types.model.pytorch"
    return {"onnx": "c2pa.types.model.onnx", "tflite": "c2pa.types.model.tflite"}.get(ending, "c2pa.types.model")


def bare_name(name: str) -> str:
    """A model's name without the folders it lies in, which may tell of a house or a person, and without its ending."""
    last = name.replace("\\", "/").rpartition("/")[2]
    stem, dot, ending = last.rpartition(".")
    return stem if dot and ("." + ending.lower() in FILES or ending.lower() in ("onnx", "gguf", "tflite")) else last


def joined(found: Findings) -> dict[str, Any]:
    """The fragment of a declaration, and for each value in it a pointer, its source and how sure it is.

    Of two that name one place the surer is proposed, and the other listed with it.
    """
    fragment: dict[str, Any] = {}
    places: dict[tuple[str, str], int] = {}
    rank = {STATED: 0, LIKELY: 1, POSSIBLE: 2}
    chosen: dict[tuple[str, str, tuple[str, ...]], dict[str, Any]] = {}
    for one in sorted(found.said, key=lambda said: rank[said.sure]):
        at = (one.group, one.key, one.path)
        if at in chosen:
            if one.value != chosen[at]["value"]:
                chosen[at]["others"].append({"value": one.value, "source": one.source, "where": one.where, "sure": one.sure})
            continue
        pointer = _put(fragment, places, one)
        chosen[at] = {"pointer": pointer, "value": one.value, "source": one.source, "where": one.where, "sure": one.sure,
                      "others": []}  # fmt: skip
    lacking = [
        {"pointer": _pointer(places, one), "text": one.text}
        for one in found.lacking
        if (one.group, one.key) in places and (one.group, one.key, one.path) not in chosen
    ]
    private = [{"name": one.name, "value": one.value, "source": one.source} for one in found.private]
    return {
        "declaration": fragment, "suggestions": list(chosen.values()), "missing": lacking, "private": private,
        "remarks": found.remarks,
    }  # fmt: skip


def _put(fragment: dict[str, Any], places: dict[tuple[str, str], int], one: Said) -> str:
    if not one.group:
        fragment[one.path[0]] = one.value
        return f"/{one.path[0]}"
    entries = fragment.setdefault(one.group, [])
    if (one.group, one.key) not in places:
        places[one.group, one.key] = len(entries)
        entries.append({"id": one.key})
    entry = entries[places[one.group, one.key]]
    for step in one.path[:-1]:
        entry = entry.setdefault(step, {})
    entry[one.path[-1]] = one.value
    return _pointer(places, one)


def _pointer(places: dict[tuple[str, str], int], one: Said | Lacking) -> str:
    return "/".join(("", one.group, str(places[one.group, one.key]), *one.path))


def names(values: Iterable[str]) -> str:
    return ", ".join(printable(value, 60) for value in values)
