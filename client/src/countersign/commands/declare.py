"""Declarations made easier: a draft from what files tell of themselves, and a check before anything is sent."""

from __future__ import annotations

from pathlib import Path

import click

from countersign import declarations, errors
from countersign.commands.common import FILE, asks, client
from countersign.declarations import Wanted
from countersign.screen import SCREEN


@click.command()
def declare() -> int:
    """Draft."""
    return 0


@click.command()
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
