"""`countersign upload`: deliver files, folders and frame sequences, each once."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import click

from countersign import declarations, errors
from countersign.client import Client
from countersign.commands.common import FILE, Duration, asks, client, record
from countersign.commands.following import until_settled
from countersign.declarations import Delivery, Wanted
from countersign.delivering import Outcome, Stop, deliver
from countersign.errors import Misused
from countersign.record import Record
from countersign.screen import SCREEN, Bars

WORDS = {"sent": "sent", "already": "sent before", "refused": "refused", "failed": "failed", "not_begun": "not begun"}


@click.command(short_help="Deliver files to be signed; again sends what is missing.")
@click.argument("paths", nargs=-1, required=True)
@click.option("--declaration", "-d", type=FILE, metavar="FILE",
              help="One declaration for all. It may say {file}, {stem} and {folder}, and the named groups of --match.")
@click.option("--match", metavar="REGEX", help=r"Reads names, such as (?P<shot>sh\d+)_v(?P<version>\d+), for {shot}.")
@click.option("--part", "parts", multiple=True, metavar="NAME=FILE",
              help="The file of an ingredient, such as plate=../{stem}.mov.")
@click.option("--production", default="", metavar="PRD", help="For declarations that name none.")
@click.option("--sequences", type=click.Choice(["film", "all", "none"]), metavar="WHICH", default="film", show_default=True,
              help="Which numbered files are frames of one asset: film (EXR, DPX, CIN), all or none.")
@click.option("--gaps", is_flag=True, help="Send sequences although frames are missing.")
@click.option("--rate", default="", metavar="FPS", help="Frames per second of sequences: 24, or 24000/1001.")
@click.option("--skip-undeclared", is_flag=True, help="Leave out files without a declaration.")
@click.option("--again", is_flag=True, help="Send also what was sent before.")
@click.option("--dry-run", is_flag=True, help="Tell what would be sent, and send nothing.")
@click.option("--wait", "waits", is_flag=True, help="Wait until all are signed, refused or held.")
@click.option("--wait-for", type=Duration(), default="8h", show_default=True, metavar="TIME", help="How long --wait waits.")
@click.option("--parallel", "-j", type=click.IntRange(1, 32), metavar="N", default=4, show_default=True, help="At once.")
@asks("1h")
def upload(paths: tuple[str, ...], declaration: Path | None, match: str | None, parts: tuple[str, ...], production: str,
           sequences: str, gaps: bool, rate: str, skip_undeclared: bool, again: bool, dry_run: bool, waits: bool, wait_for: float,
           parallel: int, profile: str, patience: float) -> int:  # fmt: skip
    """Deliver files to be signed: PATHS are files, folders or patterns.

    Beside each file lies its declaration (shot.jpg: shot.json or
    shot.jpg.json; YAML too), or --declaration is one for all. Numbered EXR,
    DPX and CIN files are frames of one asset. The same command again sends
    only what is missing, from where it stopped; two at once share the work.

    \b
      countersign upload renders/
      countersign upload 'renders/**/*.mov' -d all.json --wait
      countersign upload renders/ --json --quiet        (on a farm)

    A plate or matte that a declaration names as a part is looked for beside
    the file, as shot.plate.jpg, unless --part says where it is.
    """
    wanted = Wanted(declaration, _parts(parts), production, _pattern(match), sequences, gaps, rate, skip_undeclared)
    planned = declarations.planned(paths, wanted)
    for path in planned.skipped:
        SCREEN.event("skipped", file=str(path))
        SCREEN.note(f"{path}: left out, it has no declaration")
    if dry_run:
        return _shown(planned.deliveries)
    stop = Stop()
    kept = record(profile)
    try:
        with client(profile, patience, sleep=stop.sleep) as registry:
            outcomes = _sent(registry, kept, planned.deliveries, parallel, again, stop)
            codes = [one.exit_code for one in outcomes]
            if waits:
                going = [one.asset for one in outcomes if one.asset and one.state in ("received", "signing")]
                codes = [one.exit_code for one in outcomes if one.asset not in going]
                codes.append(until_settled(registry, kept, going, seconds=wait_for, through_hold=False))
            return errors.gravest(codes)
    finally:
        kept.close()


def _sent(registry: Client, kept: Record, deliveries: Sequence[Delivery], parallel: int, again: bool,
          stop: Stop) -> list[Outcome]:  # fmt: skip
    sizes = {id(one): sum(file.stat().st_size for file in one.files) for one in deliveries}
    outcomes = []
    with SCREEN.progress() as bars:
        bars.all(len(deliveries), sum(sizes.values()))
        shown = _Shown(bars, sizes)
        for outcome in deliver(registry, kept, deliveries, at_once=parallel, again=again, stop=stop, watcher=shown):
            _told(outcome)
            outcomes.append(outcome)
    counted = {event: sum(one.event == event for one in outcomes) for event in WORDS}
    SCREEN.event("done", **counted, exit_code=errors.gravest(one.exit_code for one in outcomes))
    SCREEN.say(", ".join(f"{count} {WORDS[event]}" for event, count in counted.items() if count) + ".")
    return outcomes


class _Shown:
    """What the delivery tells, on bars (delivering.Watcher)."""

    def __init__(self, bars: Bars, sizes: dict[int, int]) -> None:
        self._bars, self._sizes = bars, sizes

    def began(self, delivery: Delivery) -> None:
        self._bars.began(str(delivery.path), self._sizes[id(delivery)])

    def moved(self, delivery: Delivery, arrived: int) -> None:
        self._bars.moved(str(delivery.path), arrived)

    def ended(self, outcome: Outcome) -> None:
        self._bars.ended(str(outcome.delivery.path))


def _told(outcome: Outcome) -> None:
    path = str(outcome.delivery.path)
    if outcome.event == "not_begun":
        SCREEN.event("not_begun", file=path)
    elif outcome.error:
        SCREEN.fail(outcome.error, path)
    else:
        SCREEN.event(outcome.event, file=path, asset=outcome.asset, state=outcome.state)
        what = {"held": "held: a lawyer looks at it first", "received": "received"}.get(outcome.state, outcome.state)
        SCREEN.note(f"{path}: {WORDS[outcome.event]} as {outcome.asset}, {what}", style="")


def _shown(deliveries: Sequence[Delivery]) -> int:
    rows = []
    for one in deliveries:
        frames = len(one.files) - len(one.parts)
        size = sum(file.stat().st_size for file in one.files)
        parts = {name: str(path) for name, path in one.parts.items()}
        SCREEN.event("would_send", file=str(one.path), frames=frames, size=size, parts=parts, declaration=one.declaration)
        named = ", ".join(f"{name}={path}" for name, path in parts.items())
        about = (str(one.declaration["production"]), str(one.declaration["title"]), named)
        rows.append((str(one.path), str(frames), f"{size:,}", *about))
    SCREEN.table(("file", "files", "bytes", "production", "title", "parts"), rows)
    return errors.DONE


def _parts(given: tuple[str, ...]) -> dict[str, str]:
    found = {}
    for one in given:
        name, _, path = one.partition("=")
        if not (name and path):
            raise Misused(f"--part {one}: say it as NAME=FILE, such as plate=plates/{{stem}}.mov.")
        found[name] = path
    return found


def _pattern(text: str | None) -> re.Pattern[str] | None:
    if not text:
        return None
    try:
        return re.compile(text)
    except re.error as error:
        raise Misused(f"--match {text} is no regular expression: {error}.") from error


