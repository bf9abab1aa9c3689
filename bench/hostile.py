"""What twenty hostile files at once cost everybody else, and what each of them may use: time and memory of its reader."""

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from itertools import cycle
from pathlib import Path
from typing import Any

import psutil
from django.conf import settings
from django.db import connection

from bench import files, spent, world
from bench.house import House, ask, opened, send
from bench.tables import at_most, middle, table
from provenance import trust
from tests.assets import bad

AT_ONCE = 20
COUNT, QUICK = 200, 20
TIMES, SECONDS, MEGABYTES = 3.0, 3.0, 512
# As many parts as may be, the largest picture that may be, and what is refused for having too much of something.
HOSTILE: dict[str, Callable[[], bytes]] = {
    "4,000 boxes": lambda: bad.many_boxes(4_000), "4,000 segments": lambda: bad.many_segments(4_000),
    "100 million pixels": lambda: bad.huge_picture(9_990), "4,000 frames": lambda: bad.many_frames(4_000),
    "4,000 pages": lambda: bad.many_pages(4_000), **{name: make for name, (make, _) in bad.TOO_MUCH.items()},
}  # fmt: skip


def run(*, quick: bool) -> None:
    here, count = world.empty(), QUICK if quick else COUNT
    scratch = Path(settings.SCRATCH_DIR)
    hostile = {name: _written(scratch / f"hostile-{number}", make()) for number, (name, make) in enumerate(HOSTILE.items())}
    good = files.write(files.SMALL, 2 * count + 1, scratch, mark="good")
    trust.sandbox().close()
    connection.close()
    with opened(data=settings.DATA_DIR, worker=False) as house:
        house.sign_in(here.client.client_id, here.secret)
        _warm(house, good.pop())
        _each(house, hostile)
        kinds = _good(house, here, iter(good))
        alone = {name: _asked(act, count) for name, act in kinds.items()}
        with _flood(house, list(hostile.values())) as answers:
            beside = {name: _asked(act, count) for name, act in kinds.items()}
    rows = [_row(name, alone[name], beside[name]) for name in kinds]
    heads = ("asked", "n", "p50 ms", "p99 ms", "beside: p50", "p99", "times", "")
    table(f"Good traffic beside {AT_ONCE} hostile files at a time ({_told(answers)})", heads, rows)


def _written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def _warm(house: House, path: Path) -> None:
    """Every process of the web has its readers before anything is counted."""
    with contextlib.ExitStack() as stack:
        talks = [stack.enter_context(contextlib.closing(house.connection())) for _ in range(AT_ONCE)]
        checks = [threading.Thread(target=_check, args=(talk, path)) for talk in talks]
        for one in checks:
            one.start()
        for one in checks:
            one.join()


def _each(house: House, hostile: dict[str, Path]) -> None:
    """Each alone: how long it takes to be answered, and how large the reader became that read it."""
    rows = []
    for name, path in hostile.items():
        with contextlib.closing(house.connection()) as talk, _watched(house) as largest:
            began = time.perf_counter()
            status = _check(talk, path)
            taken = time.perf_counter() - began
        size = max(largest, default=0) / 1024**2
        rows.append((name, status, taken, at_most(taken, SECONDS), size, at_most(size, MEGABYTES)))
    table("A hostile file alone", ("file", "answered", "s", "", "reader, MB", ""), rows)


@contextlib.contextmanager
def _watched(house: House) -> Iterator[list[int]]:
    """The largest that readers were meanwhile, looked at every twenty milliseconds."""
    found: list[int] = []
    done = threading.Event()

    def watch() -> None:
        while not done.wait(0.02):
            for process in spent.tree(house.process):
                with contextlib.suppress(psutil.Error):
                    if "provenance.sandbox_child" in process.cmdline():
                        found.append(process.memory_info().rss)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield found
    finally:
        done.set()
        watcher.join()


def _check(talk: Any, path: Path) -> int:
    headers = {"Content-Type": "application/octet-stream", "Content-Length": str(path.stat().st_size)}
    return ask(talk, "POST", "/api/v1/verifications", files.pieces(path), headers)[0]


def _good(house: House, here: world.World, unsent: Iterator[Path]) -> dict[str, Callable[[], None]]:
    """What is asked meanwhile, each on a connection of its own: a look-up, and a file of a vendor's."""

    def look_up() -> None:
        with contextlib.closing(house.connection()) as talk:
            status, answer = ask(talk, "GET", f"/api/v1/verifications/by-hash/{'ab' * 32}")
        if status != 200:
            raise RuntimeError(f"the look-up was answered {status}: {answer[:300]!r}")

    def deliver() -> None:
        send(house, [next(unsent)], files.TYPES[files.SMALL], here.declaration, clients=1)

    return {"a look-up by hash": look_up, "a vendor's file taken in": deliver}


def _asked(act: Callable[[], None], count: int) -> list[float]:
    walls = []
    for _ in range(count):
        began = time.perf_counter()
        act()
        walls.append(time.perf_counter() - began)
    return walls


@contextlib.contextmanager
def _flood(house: House, paths: list[Path]) -> Iterator[list[int]]:
    """Twenty visitors who send one hostile file after another, without a pause; how each was answered."""
    answers: list[int] = []
    done = threading.Event()

    def visitor(number: int) -> None:
        mine = cycle(paths[number % len(paths) :] + paths[: number % len(paths)])
        while not done.is_set():
            with contextlib.closing(house.connection()) as talk:
                answers.append(_check(talk, next(mine)))

    visitors = [threading.Thread(target=visitor, args=(number,)) for number in range(AT_ONCE)]
    for one in visitors:
        one.start()
    try:
        yield answers
    finally:
        done.set()
        for one in visitors:
            one.join()


def _told(answers: list[int]) -> str:
    return ", ".join(f"{answers.count(status)} answered {status}" for status in sorted(set(answers)))


def _row(name: str, alone: list[float], beside: list[float]) -> tuple[Any, ...]:
    times = middle(beside, 0.99) / middle(alone, 0.99)
    figures = [1000 * middle(walls, part) for walls in (alone, beside) for part in (0.5, 0.99)]
    return name, len(beside), *figures, times, at_most(times, TIMES)
