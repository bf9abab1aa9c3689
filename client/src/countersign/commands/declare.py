"""Declarations made easier: a draft from what files tell of themselves, and a check before anything is sent."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from countersign import declarations, errors
from countersign.commands.common import FILE, asks, client
from countersign.declarations import Wanted
from countersign.errors import Misused
from countersign.screen import SCREEN
from countersign.shapes import Proposal

# How sure a suggestion may be, the surest first.
SURE = ("stated", "likely", "possible")


@click.command(short_help="Draft a declaration from what a file tells of itself.")
@click.argument("file", type=FILE)
@click.option("--production", default="", metavar="PRD", help="prd_…")
@click.option("--unit", default="", metavar="CODE", help="The scene or shot.")
@click.option("--title", default="", help="Else the name of the file.")
@click.option("--accept", type=click.Choice(["none", *SURE]), metavar="LEVEL",
              help="Instead of asking: take what is stated, likely, possible – or none.")
@click.option("--to", "-o", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Else FILE.json beside it.")
@click.option("--force", is_flag=True, help="Replace a declaration that is there already.")
@asks()
def declare(file: Path, production: str, unit: str, title: str, accept: str | None, to: Path | None, force: bool, profile: str,
            patience: float) -> int:  # fmt: skip
    """Draft the declaration of a FILE from what it tells of itself.

    The registry reads what tools left in it – credentials, IPTC, ComfyUI,
    Automatic1111, Nuke, OTIO markers – and proposes; you are asked about each
    value, with where it was read. Nothing is taken silently, and nothing is
    declared before you send it. Then look it over, and “countersign check” it.
    """
    to = to or file.with_name(f"{file.name}.json")
    if to.exists() and not force:
        raise Misused(f"{to} is there already. Say --force to replace it.")
    if accept is None and not sys.stdin.isatty():
        raise Misused("There is nobody to ask. Say --accept stated, likely, possible or none.")
    with client(profile, patience) as registry:
        found = registry.suggest(file)
    taken = _taken(found, accept)
    draft: dict[str, Any] = {"version": 1, "production": production or "prd_…", "title": title or file.name}
    if unit:
        draft["unit"] = unit
    for one in taken:
        _put(draft, str(one["pointer"]).split("/")[1:], one["value"])
    _closed(draft)
    to.write_text(json.dumps(draft, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    SCREEN.event("drafted", file=str(file), declaration=str(to), taken=[one["pointer"] for one in taken], proposal=found)
    SCREEN.say(f"{to}: {len(taken)} of {len(found['suggestions'])} suggestions taken")
    missing = [*(["/production: prd_…, from “countersign productions”"] if not production else []),
               *(f"{one['pointer']}: {one['text']}" for one in found["missing"])]  # fmt: skip
    for line in missing:
        SCREEN.say(f"  still to be said at {line}")
    for remark in found["remarks"]:
        SCREEN.note(f"  {remark}")
    if found["private"]:
        SCREEN.note(f"  Left out, as nobody's business but yours: {', '.join(one['name'] for one in found['private'])}.")
    return errors.DONE


@click.command(short_help="Check declarations before anything is sent.")
@click.argument("paths", nargs=-1, required=True)
@click.option("--declaration", "-d", type=FILE, metavar="FILE", help="One declaration for all, as for upload.")
@click.option("--production", default="", metavar="PRD", help="For declarations that name none.")
@click.option("--with-files", is_flag=True, help="Send the files too, so that places and times are held against them.")
@asks()
def check(paths: tuple[str, ...], declaration: Path | None, production: str, with_files: bool, profile: str,
          patience: float) -> int:  # fmt: skip
    """Check declarations before anything is sent to be signed.

    PATHS are as for upload. Tells every fault with the place of it, and what
    would be assumed where a declaration says nothing. Nothing is kept, and
    consent is not asked: for that, see clear. Ends with 0 where all are valid,
    3 where one is not.
    """
    planned = declarations.planned(paths, Wanted(declaration, {}, production))
    codes = []
    with client(profile, patience) as registry:
        for one in planned.deliveries:
            file = one.thing if with_files and isinstance(one.thing, Path) else None
            found = registry.check_declaration(one.declaration, one.parts, file=file)
            codes.append(errors.DONE if found["valid"] else errors.REFUSED)
            SCREEN.event("checked", file=str(one.path), **found)
            word = "valid" if found["valid"] else "not valid"
            SCREEN.say(f"{one.path}: {word}", style="green" if found["valid"] else "red")
            for fault in found["errors"]:
                SCREEN.say(f"  at {fault['pointer'] or 'the whole'}: {fault['detail']}")
            for assumed in found["assumed"]:
                SCREEN.note(f"  assumed {assumed['pointer']} = {assumed['value']}: {assumed['text']}")
    return errors.gravest(codes)


def _taken(found: Proposal, accept: str | None) -> list[Mapping[str, Any]]:
    """What is taken of the suggestions, as was said beforehand or is said now."""
    if accept is not None:
        enough = SURE[: SURE.index(accept) + 1] if accept in SURE else ()
        return [one for one in found["suggestions"] if one["sure"] in enough]
    taken: list[Mapping[str, Any]] = []
    for one in found["suggestions"]:
        choices = [one, *one.get("others", ())]
        for number, each in enumerate(choices, start=1):
            value = json.dumps(each["value"], ensure_ascii=False)
            place = one["pointer"] if number == 1 else f"  or {number}"
            SCREEN.say(f"{place} = {value}  ({each['sure']}; {each['source']}, {each['where']})")
        said = click.prompt("Take it?", type=click.Choice(["n", *map(str, range(1, len(choices) + 1))]), default="1", err=True)
        if said != "n":
            taken.append({"pointer": one["pointer"], "value": choices[int(said) - 1]["value"]})
    return taken


def _put(document: Any, steps: list[str], value: Any) -> None:
    """Put a value where a JSON pointer leads, making what lies between."""
    for number, step in enumerate(steps):
        name: Any = step.replace("~1", "/").replace("~0", "~")
        last = number == len(steps) - 1
        made: Any = value if last else [] if steps[number + 1].isdigit() else {}
        if isinstance(document, list):
            name = int(name)
            document.extend({} for _ in range(name + 1 - len(document)))
        if last or (isinstance(document, dict) and name not in document):
            document[name] = made
        document = document[name]


def _closed(document: Any) -> None:
    """Without the empty places in lists, whose values were not taken."""
    for value in document.values() if isinstance(document, dict) else document if isinstance(document, list) else ():
        if isinstance(value, list):
            value[:] = [one for one in value if one != {}]
        _closed(value)
