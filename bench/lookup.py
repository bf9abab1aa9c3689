"""What a question by hash costs beside an empty view, and whether it grows with what is on record."""

import random
import time
from collections.abc import Callable
from typing import Any

from django.conf import settings

from bench import world
from bench.house import House, ask, opened
from bench.tables import at_most, middle, table

COUNT, QUICK = 2_000, 200
TURN = 50
BAR = 1.3
# Through the same middleware, and asks nothing of anybody.
EMPTY = "/health/live"


def run(*, quick: bool) -> None:
    few, many = world.sizes(quick=quick)
    with (opened(data=settings.DATA_DIR, database=world.made(few), worker=False) as small,
          opened(data=settings.DATA_DIR, database=world.made(many), worker=False) as large):  # fmt: skip
        found = _asked({few: small, many: large}, QUICK if quick else COUNT)
    empty = middle(found["empty view", few][0])
    rows = [_row(*named, *found[named], empty) for named in found]
    heads = ("question", "assets", "n", "p50 ms", "p99 ms", "CPU ms", "× empty view")
    table("A question by hash, one at a time, beside an empty view", heads, rows)
    growth = [_growth(kind, found, few, many) for kind in ("by-hash, signed here", "by-hash, unknown")]
    table(f"p50 of a question by hash, at {many:,} assets beside {few:,}", ("question", "ratio", ""), growth)


def _asked(houses: dict[int, House], count: int) -> dict[tuple[str, int], tuple[list[float], float]]:
    """The houses are asked in turns of a few questions, so that a busy moment of the machine meets all of them."""
    chance = random.Random(7)
    kinds: dict[str, Callable[[int], str]] = {
        "empty view": lambda held: EMPTY,
        "by-hash, signed here": lambda held: _address(world.hash_of(chance.randrange(10, held))),
        "by-hash, unknown": lambda held: _address(f"{chance.getrandbits(256):064x}"),
    }
    talks = {held: house.connection() for held, house in houses.items()}
    found: dict[tuple[str, int], Any] = {(kind, held): ([], 0.0) for kind in kinds for held in houses}
    for turn in range(-1, count // TURN):
        for (kind, held), (walls, used) in list(found.items()):
            before = houses[held].spent("gunicorn")
            taken = [_once(talks[held], kinds[kind](held), kind) for _ in range(TURN)]
            if turn >= 0:  # the first turn warms up
                found[kind, held] = (walls + taken, used + houses[held].spent("gunicorn") - before)
    return found


def _once(talk: Any, path: str, kind: str) -> float:
    began = time.perf_counter()
    status, answer = ask(talk, "GET", path)
    taken = time.perf_counter() - began
    known = b'"registered' in answer or b'"recorded' in answer
    if status != 200 or (kind.endswith("signed here") and not known):
        raise RuntimeError(f"{path} was answered {status}: {answer[:300]!r}")
    return taken


def _address(sha256: str) -> str:
    return f"/api/v1/verifications/by-hash/{sha256}"


def _row(kind: str, held: int, walls: list[float], used: float, empty: float) -> tuple[Any, ...]:
    median = middle(walls)
    return (kind, f"{held:,}", len(walls), 1000 * median, 1000 * middle(walls, 0.99), 1000 * used / len(walls), median / empty)


def _growth(kind: str, found: dict[tuple[str, int], tuple[list[float], float]], few: int, many: int) -> tuple[Any, ...]:
    ratio = middle(found[kind, many][0]) / middle(found[kind, few][0])
    return kind, ratio, at_most(ratio, BAR)
