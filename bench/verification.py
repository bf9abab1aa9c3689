"""What a check by upload costs beside the bare Reader on the same signed file, with few and with many assets on record."""

import contextlib
import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import connection

from bench import bare, files, world
from bench.house import House, ask, form, opened
from bench.tables import at_most, middle, table
from provenance import trust

COUNTS = {files.SMALL: 200, files.MIDDLE: 100, files.LARGE: 40, files.FILM: 12}
QUICK = {files.SMALL: 20, files.MIDDLE: 10, files.LARGE: 4, files.FILM: 3}
# For files over 1 MB.
BARS = {files.MIDDLE: 1.5, files.LARGE: 2.0, files.FILM: 2.0}
ROUNDS = 2


def run(*, quick: bool) -> None:
    counts = QUICK if quick else COUNTS
    for held in (world.FEW,) if quick else (world.FEW, world.MANY):
        here = world.at(held)
        signed = {name: _signed(here, name, mark=f"v{held}") for name in counts}
        trust.sandbox().close()
        connection.close()
        with opened(data=settings.DATA_DIR, worker=False) as house:
            lines = [line for name in counts for line in _lines(house, name, signed[name], counts[name])]
        heads = ("file, as", "n", "bare ms", "house ms", "wall", "", "bare CPU ms", "house CPU ms", "CPU", "")
        table(f"Verification by upload, one at a time, beside the bare Reader ({held:,} assets on record)", heads, lines)


def _signed(here: world.World, name: str, *, mark: str) -> Path:
    [path] = files.write(name, 1, Path(settings.SCRATCH_DIR), mark=mark)
    asset = world.signed_here(here, path)
    return Path(default_storage.path(asset.credential.storage_key))


def _lines(house: House, name: str, path: Path, count: int) -> list[tuple[Any, ...]]:
    """The same file as a form and as the whole body; bare Reader and house take turns."""
    asked = {"form": form(path, files.TYPES[name]), "body": _body(path)}
    found: dict[str, list[float]] = {"bare": [], **{how: [] for how in asked}}
    used = dict.fromkeys(found, 0.0)
    with contextlib.closing(house.connection()) as talk:
        for how in asked:
            _check(talk, *asked[how])
        for _ in range(ROUNDS):
            walls, cpu = _bare(path, name, count // ROUNDS)
            found["bare"] += walls
            used["bare"] += cpu
            for how, question in asked.items():
                before = house.spent("gunicorn")
                found[how] += [_check(talk, *question) for _ in range(count // ROUNDS)]
                used[how] += house.spent("gunicorn") - before
    return [_line(f"{name}, {how}", name, found["bare"], found[how], used["bare"], used[how]) for how in asked]


def _line(title: str, name: str, alone: list[float], whole: list[float], alone_used: float, used: float) -> tuple[Any, ...]:
    wall, cpu = middle(whole) / middle(alone), (used / len(whole)) / (alone_used / len(alone))
    bar = BARS.get(name)
    return (
        title, len(whole), 1000 * middle(alone), 1000 * middle(whole), wall, at_most(wall, bar) if bar else "",
        1000 * alone_used / len(alone), 1000 * used / len(whole), cpu, at_most(cpu, bar) if bar else "",
    )  # fmt: skip


def _check(talk: Any, headers: dict[str, str], body: Any) -> float:
    began = time.perf_counter()
    status, answer = ask(talk, "POST", "/api/v1/verifications", body(), headers)
    if status != 200 or b'"registered_matching"' not in answer:
        raise RuntimeError(f"the check was answered {status}: {answer[:300]!r}")
    return time.perf_counter() - began


def _body(path: Path) -> tuple[dict[str, str], Any]:
    headers = {"Content-Type": "application/octet-stream", "Content-Length": str(path.stat().st_size)}
    return headers, lambda: files.pieces(path)


def _bare(path: Path, name: str, count: int) -> tuple[list[float], float]:
    job = {"do": "read", "media_type": files.TYPES[name], "warm_up": str(path), "files": [str(path)] * count,
           "anchors": [(one.uri, one.pem, one.kind) for one in trust.anchors()]}  # fmt: skip
    _, [told] = bare.told([job], Path(settings.SCRATCH_DIR))
    return told["walls"], told["cpu"]
