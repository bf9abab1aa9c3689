"""Which declaration goes with which file: one beside it, or one for all with the file's name put into it."""

from __future__ import annotations

import glob
import json
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Union

from countersign.errors import Misused
from countersign.sequences import FILM, Sequence, grouped, ranges

WRITTEN_IN = (".json", ".yaml", ".yml")
NEVER_SENT = frozenset({*WRITTEN_IN, ".c2pa", ".part", ".tmp", ".lock", ".sqlite3"})
PLACE = re.compile(r"\{\{|\}\}|\{([A-Za-z_][A-Za-z0-9_]*)\}")
SHOWN = 5

Thing = Union[Path, Sequence]


@dataclass(frozen=True)
class Delivery:
    """A file or a sequence of frames, what is declared of it, and the files of its ingredients by their part's name."""

    thing: Thing
    declaration: dict[str, Any]
    parts: dict[str, Path] = field(default_factory=dict)

    @property
    def path(self) -> Path:
        return self.thing if isinstance(self.thing, Path) else self.thing.path

    @property
    def name(self) -> str:
        return self.thing.name

    @property
    def files(self) -> list[Path]:
        own = [self.thing] if isinstance(self.thing, Path) else [file for _, file in self.thing.frames]
        return [*own, *self.parts.values()]


@dataclass(frozen=True)
class Wanted:
    """How the command line said declarations are found."""

    declaration: Path | None = None
    parts: Mapping[str, str] = field(default_factory=dict)
    production: str = ""
    match: re.Pattern[str] | None = None
    sequences: str = "film"
    gaps: bool = False
    rate: str = ""
    skip_undeclared: bool = False


@dataclass(frozen=True)
class Planned:
    deliveries: list[Delivery]
    skipped: list[Path]


def planned(paths: Iterable[str], wanted: Wanted) -> Planned:
    """What these paths mean: files, folders (with all below) and patterns. Raises Misused before anything is sent."""
    files = sorted(set(_files(paths)))
    if not files:
        raise Misused("There is no file to send in what was named.")
    sequences, single = ([], files) if wanted.sequences == "none" else grouped(
        files, FILM if wanted.sequences == "film" else frozenset(file.suffix.lower() for file in files)
    )  # fmt: skip
    sequences = [replace(one, rate=wanted.rate) for one in sequences]
    for one in sequences:
        _whole(one, gaps=wanted.gaps)
    things: list[Thing] = sorted([*sequences, *single], key=lambda one: str(one if isinstance(one, Path) else one.path))
    found, without = [], []
    for thing in things:
        source = wanted.declaration or beside(thing)
        if source is None:
            without.append(thing if isinstance(thing, Path) else thing.path)
        else:
            found.append((thing, source))
    deliveries = [_delivery(thing, source, wanted) for thing, source in found]
    # A plate that lies in the same folder goes along with its shot, and is no shot itself.
    used = {file.absolute() for one in deliveries for file in one.parts.values()}
    deliveries = [one for one in deliveries if one.path.absolute() not in used or not wanted.declaration]
    without = [one for one in without if one.absolute() not in used]
    if without and not wanted.skip_undeclared:
        named = ", ".join(one.name for one in without[:SHOWN]) + (f" and {len(without) - SHOWN} more" * (len(without) > SHOWN))
        first = without[0]
        raise Misused(
            f"Nothing was sent: no declaration was found for {named}. Put one beside each, such as {first.stem}.json, "
            "give one for all with --declaration, or leave these out with --skip-undeclared."
        )
    if not deliveries:
        raise Misused("There is nothing to send: none of these files has a declaration.")
    return Planned(deliveries, without)


def beside(thing: Thing) -> Path | None:
    """The declaration beside a file: its name or its stem, with .json, .yaml or .yml."""
    folder = thing.parent if isinstance(thing, Path) else thing.folder
    for base in (thing.name, Path(thing.name).stem):
        for ending in WRITTEN_IN:
            found = folder / f"{base}{ending}"
            if found.is_file():
                return found
    return None


def read(path: Path) -> Any:
    """A JSON or YAML document. Raises Misused with the place of the fault."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise Misused(f"{path} cannot be read: {getattr(error, 'strerror', None) or 'it is not UTF-8'}.") from error
    if path.suffix.lower() in (".yaml", ".yml"):
        return _yaml(path, text)
    try:
        return json.loads(text)
    except ValueError as error:
        raise Misused(f"{path} is not JSON: {error}.") from error


def fields_of(thing: Thing, match: re.Pattern[str] | None = None) -> dict[str, str]:
    """What may stand in braces in a declaration for many: {file}, {stem}, {folder}, and the groups of --match."""
    own = thing if isinstance(thing, Path) else thing.folder / thing.name
    found = {"file": own.name, "stem": own.stem, "folder": own.absolute().parent.name}
    if match:
        hit = match.search(own.name)
        if hit is None:
            raise Misused(f"{own.name} does not fit --match {match.pattern}.")
        found.update({name: value for name, value in hit.groupdict().items() if value is not None})
    return found


def filled(value: Any, fields: Mapping[str, str], source: Path) -> Any:
    """A document with what stands in braces filled in; {{ and }} are braces."""
    if isinstance(value, dict):
        return {name: filled(one, fields, source) for name, one in value.items()}
    if isinstance(value, list):
        return [filled(one, fields, source) for one in value]
    return PLACE.sub(lambda hit: _field(hit, fields, source), value) if isinstance(value, str) else value


def _field(hit: re.Match[str], fields: Mapping[str, str], source: Path) -> str:
    if hit[0] in ("{{", "}}"):
        return hit[0][0]
    if hit[1] not in fields:
        known = ", ".join(f"{{{name}}}" for name in fields)
        raise Misused(f"{source} says {hit[0]}, which is not known. Known are {known}; for a brace write it twice.")
    return fields[hit[1]]


def _delivery(thing: Thing, source: Path, wanted: Wanted) -> Delivery:
    fields = fields_of(thing, wanted.match)
    told = filled(read(source), fields, source)
    if not isinstance(told, dict):
        raise Misused(f"{source} is no declaration: it must be an object.")
    parts: dict[str, Path] = {}
    if isinstance(told.get("declaration"), dict):
        parts = {str(name): source.parent / str(path) for name, path in dict(told.get("parts") or {}).items()}
        told = told["declaration"]
    parts.update({name: Path(filled(path, fields, source)) for name, path in wanted.parts.items()})
    declaration = {"version": 1, **({"production": wanted.production} if wanted.production else {}), **told}
    declaration.setdefault("title", fields["file"])
    if not declaration.get("production"):
        raise Misused(f"{source} is no declaration: it names no production. Name one there, or with --production.")
    return Delivery(thing, declaration, _parts(thing, declaration, parts, source))


def _parts(thing: Thing, declaration: Mapping[str, Any], given: Mapping[str, Path], source: Path) -> dict[str, Path]:
    """The file of every part that the declaration names: as given, else the one beside, such as sh010.plate.exr."""
    folder = thing.parent if isinstance(thing, Path) else thing.folder
    stem = Path(thing.name).stem
    ingredients = [one for one in declaration.get("ingredients") or () if isinstance(one, dict)]
    named = [str(one["part"]) for one in ingredients if "part" in one]
    found = {}
    for name in named:
        path = given.get(name)
        if path is None:
            near = [file for between in "._-" for file in sorted(folder.glob(f"{glob.escape(stem + between + name)}.*"))
                    if file.suffix.lower() not in NEVER_SENT]  # fmt: skip
            if len(near) != 1:
                raise Misused(f"{source} names the part “{name}”, and its file is not known. Say --part {name}=FILE, or put "
                              f"it beside {thing.name} as {stem}.{name}.…")  # fmt: skip
            path = near[0]
        if not path.is_file():
            raise Misused(f"The part “{name}” of {thing.name} is not there: {path}")
        found[name] = path
    return found


def _whole(sequence: Sequence, *, gaps: bool) -> None:
    if sequence.doubled:
        raise Misused(f"{sequence.path}: two files each have the numbers {ranges(sequence.doubled)}. Remove one of each.")
    if sequence.missing and not gaps:
        raise Misused(f"{sequence.path}: frames are missing: {ranges(sequence.missing)}. Render them, or say --gaps if that "
                      "is meant.")  # fmt: skip


def _files(paths: Iterable[str]) -> Iterable[Path]:
    for given in paths:
        path = Path(given)
        if path.is_dir():
            yield from _below(path)
        elif path.is_file():
            if path.suffix.lower() not in NEVER_SENT:
                yield path
        elif glob.has_magic(given):
            hits = [Path(one) for one in glob.glob(given, recursive=True)]
            if not hits:
                raise Misused(f"Nothing fits {given}.")
            yield from (one for one in hits if one.is_file() and one.suffix.lower() not in NEVER_SENT)
        else:
            raise Misused(f"{given} is not there.")


def _below(folder: Path) -> Iterable[Path]:
    for at, folders, names in os.walk(folder):
        folders[:] = sorted(one for one in folders if not one.startswith("."))
        for name in sorted(names):
            path = Path(at) / name
            if not name.startswith(".") and path.suffix.lower() not in NEVER_SENT and path.is_file():
                yield path


def _yaml(path: Path, text: str) -> Any:
    try:
        import yaml
    except ImportError as error:
        raise Misused(f"{path} is YAML, which needs PyYAML: pip install pyyaml. JSON needs nothing.") from error
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise Misused(f"{path} is not YAML: {error}") from error
