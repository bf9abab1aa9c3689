"""Shot lists: tables (CSV) and timelines as the registry reads them, JSON as questions; and one question from options."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, cast

from countersign.errors import Misused
from countersign.shapes import Depiction, Question

LISTS = ("units", "territories", "media", "languages")
SPOKEN = ("voice",)
# What is sent as it is, by the ending of its name.
READ_THERE = {".csv": "text/csv", ".tsv": "text/csv", ".txt": "text/csv", ".otio": "application/vnd.opentimelineio+json"}


def read(path: Path, given: Mapping[str, Any]) -> list[Question]:
    """The questions of a list in JSON; `given` stands where an item says nothing. Raises Misused with the item."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise Misused(f"{path} cannot be read: {getattr(error, 'strerror', None) or 'it is not UTF-8'}.") from error
    questions = _from_json(path, text, given)
    if not questions:
        raise Misused(f"{path} has no shot in it.")
    return questions


def question(given: Mapping[str, Any]) -> Question:
    """One question from words by name, as of the command line or a row. Raises Misused for what is missing."""
    missing = [name for name in ("production", "use", "modality") if not given.get(name)]
    if missing:
        raise Misused(f"Say also {' and '.join(f'--{name}' for name in missing)}.")
    depiction: dict[str, Any] = {"modality": given["modality"], "use": given["use"]}
    depiction["role"] = given.get("role") or ("voice_source" if given["modality"] in SPOKEN else "target_likeness")
    person = str(given.get("person") or "")
    if person == "unidentified":
        depiction["unidentified"] = True
    elif person:
        depiction["person"] = person
    elif depiction["role"] != "synthetic":
        raise Misused("Say who is depicted with --person (an id or an alias, or “unidentified”), or --role synthetic.")
    if given.get("depicted_age"):
        depiction["depicted_age"] = int(given["depicted_age"])
    if given.get("routine_reason"):
        depiction["routine_reason"] = given["routine_reason"]
    found: dict[str, Any] = {"production": given["production"], "depictions": [depiction]}
    for name in LISTS:
        words = _words(given.get(name) or (given.get("unit") if name == "units" else None))
        if words:
            found[name] = words
    for name in ("as_of", "release_on", "act"):
        if given.get(name):
            found[name] = _moment(str(given[name])) if name == "as_of" else given[name]
    return cast(Question, found)


def named(questions: Iterable[Question], people: Mapping[str, Mapping[str, str]]) -> None:
    """Put ids where people were named by alias; `people` are by production, from alias to id."""
    for one in questions:
        for depiction in one["depictions"]:
            person = depiction.get("person", "")
            if person and not person.startswith("per_"):
                depiction["person"] = _person(person, people.get(one["production"], {}))


def needs_names(questions: Iterable[Question]) -> set[str]:
    """The productions whose people have to be known."""
    return {one["production"] for one in questions for depiction in one["depictions"]
            if not depiction.get("person", "per_").startswith("per_")}  # fmt: skip


def about(one: Question) -> tuple[str, str, str]:
    """What a row of the answer says it is of: units, people, uses."""
    depictions: list[Depiction] = one["depictions"]
    people = dict.fromkeys(depiction.get("person") or ("nobody real" if depiction.get("role") == "synthetic" else "unidentified")
                           for depiction in depictions)  # fmt: skip
    uses = dict.fromkeys(f"{depiction.get('use', '')} ({depiction.get('modality', '')})" for depiction in depictions)
    return " ".join(one.get("units") or ["–"]), ", ".join(people), ", ".join(uses)


def _from_json(path: Path, text: str, given: Mapping[str, Any]) -> list[Question]:
    try:
        told = json.loads(text)
    except ValueError as error:
        raise Misused(f"{path} is not JSON: {error}.") from error
    if isinstance(told, dict) and isinstance(told.get("questions"), list):
        given = {**given, **{name: told[name] for name in ("production", "release_on") if name in told}}
        told = told["questions"]
    rows = told if isinstance(told, list) else [told]
    found = []
    for number, row in enumerate(rows, start=1):
        if not isinstance(row, dict):
            raise Misused(f"{path}, item {number}: it must be an object.")
        try:
            # As the registry takes it, or flat as a row of a table.
            own = ("production", "as_of", "release_on", "act", *LISTS)
            more = {name: value for name, value in given.items() if name in own and value}
            found.append(cast(Question, {**more, **row}) if "depictions" in row else question({**given, **row}))
        except (Misused, ValueError) as error:
            raise Misused(f"{path}, item {number}: {error}") from error
    return found


def _person(alias: str, known: Mapping[str, str]) -> str:
    found = {name.lower(): one for name, one in known.items()}.get(alias.strip().lower())
    if not found:
        there = ", ".join(sorted(known)) or "nobody"
        raise Misused(f"Nobody is called “{alias}” in this production. There are {there}; “countersign productions” lists them.")
    return found


def _words(value: Any) -> list[str]:
    if isinstance(value, (list, tuple)):
        return [word for one in value for word in _words(one)]
    return [word for word in re.split(r"[\s,;]+", str(value or "")) if word]


def _moment(text: str) -> str:
    """A day is its noon in UTC, which is that day nearly everywhere."""
    return f"{text}T12:00:00Z" if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text) else text
