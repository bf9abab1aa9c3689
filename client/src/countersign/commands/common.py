"""What every command has: which profile, JSON or sentences, and for how long it is patient."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from countersign import profiles
from countersign.client import Client
from countersign.record import Record
from countersign.screen import SCREEN

Command = TypeVar("Command", bound=Callable[..., Any])
FILE = click.Path(path_type=Path, dir_okay=False, exists=True)
UNITS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}


class Duration(click.ParamType):  # type: ignore[type-arg,unused-ignore]
    """Seconds, or with a unit: 90, 15m, 8h."""

    name = "duration"

    def convert(self, value: Any, param: Any, ctx: Any) -> float:
        if isinstance(value, (int, float)):
            return float(value)
        hit = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?)([smhd]?)", str(value).strip())
        if not hit:
            self.fail(f"{value} is no duration. Say it as 90, 15m or 8h.", param, ctx)
        return float(hit[1]) * UNITS[hit[2]]


def speaks(command: Command) -> Command:
    """Adds --json and --quiet, and heeds them before the command begins."""

    @click.option("--json", "as_json", is_flag=True, help="One JSON document a line, for programs.")
    @click.option("--quiet", "-q", is_flag=True, help="Only results and what went wrong.")
    @functools.wraps(command)
    def heeding(*args: Any, as_json: bool, quiet: bool, **given: Any) -> Any:
        SCREEN.json, SCREEN.quiet = as_json, quiet
        return command(*args, **given)

    return heeding  # type: ignore[return-value]


def asks(patience: str = "30s") -> Callable[[Command], Command]:
    """Adds what a command needs that asks a registry."""

    def adding(command: Command) -> Command:
        profile = click.option("--profile", default="", metavar="NAME", help="Who is signed in; else the default.")
        patient = click.option(
            "--patience", type=Duration(), default=patience, show_default=True, metavar="TIME",
            help="How long to ask again while the registry is away.",
        )  # fmt: skip
        return profile(patient(speaks(command)))

    return adding


def client(profile: str, patience: float, **more: Any) -> Client:
    """Signed in; tells of pauses on the line."""
    found = Client.signed_in(profile, patience=patience, **more)
    found.line.told = lambda why, pause: _pausing(why, pause)
    return found


def anyone(profile: str, site: str, patience: float) -> Client:
    """Without signing in, for what is public: at `site`, or where one is signed in."""
    chosen = None if site else profiles.chosen(profile)
    found = Client(chosen.site if chosen else site, patience=patience, allow_http=bool(chosen and chosen.allow_http))
    found.line.told = lambda why, pause: _pausing(why, pause)
    return found


def record(profile: str) -> Record:
    return Record(profiles.chosen(profile).state)


def _pausing(why: str, pause: float) -> None:
    if pause >= 1:
        SCREEN.note(f"{why} Again in {pause:.0f} s.")
    SCREEN.event("pausing", seconds=round(pause, 1), detail=why)
