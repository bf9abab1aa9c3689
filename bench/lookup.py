"""What a question by hash, and for a status, costs beside an empty view, and whether it grows with what is on record."""

import random
import time
from collections.abc import Callable
from typing import Any

from django.conf import settings

from bench import world
from bench.house import House, ask, opened
from bench.tables import at_least, at_most, middle, table

COUNT, QUICK = 2_000, 200
TURN = 50
BAR = 1.3
# Answers in the time that an empty view needs for one, of those that it gives.
OF_EMPTY = 0.6
EMPTY, SERVED = "/bench/empty", "bench.served"


def run(*, quick: bool) -> None:
    few, many = world.sizes(quick=quick)
    web = {"data": settings.DATA_DIR, "worker": False, "application": SERVED}
    with opened(database=world.made(few), **web) as small, opened(database=world.made(many), **web) as large:
        found = _asked({few: small, many: large}, QUICK if quick else COUNT)
    rows = [_row(kind, held, *found[kind, held], *found["empty view", held]) for kind, held in found]
    heads = ("question", "assets", "n", "p50 ms", "p99 ms", "CPU ms", "of an empty view", "by CPU", "")
    table("One question at a time, as many as how many of an empty view", heads, rows)
    growth = [_growth(kind, found, few, many) for kind in ("by-hash, signed here", "by-hash, unknown")]
    table(f"p50 of a question by hash, at {many:,} assets beside {few:,}", ("question", "ratio", ""), growth)


def _asked(houses: dict[int, House], count: int) -> dict[tuple[str, int], tuple[list[float], float]]:
    """The houses are asked in turns of a few questions, so that a busy moment of the machine meets all of them."""
    chance = random.Random(7)
    kinds: dict[str, Callable[[int], str]] = {
        "empty view": lambda held: EMPTY,
        "by-hash, signed here": lambda held: _address(world.hash_of(chance.randrange(10, held))),
        "by-hash, unknown": lambda held: _address(f"{chance.getrandbits(256):064x}"),
        "status of the service": lambda held: "/api/softbinding/v1/services/status",
        "status list, held": lambda held: STATUS_LIST,
    }
    talks = {held: house.connection() for held, house in houses.items()}
    tags = {held: _tag(talk) for held, talk in talks.items()}
    found: dict[tuple[str, int], Any] = {(kind, held): ([], 0.0) for kind in kinds for held in houses}
    for turn in range(-1, count // TURN):
        for (kind, held), (walls, used) in list(found.items()):
            before = houses[held].spent("gunicorn")
            taken = [_once(talks[held], kinds[kind](held), kind, tags[held]) for _ in range(TURN)]
            if turn >= 0:  # the first turn warms up
                found[kind, held] = (walls + taken, used + houses[held].spent("gunicorn") - before)
    return found


STATUS_LIST = "/api/v1/status-list"


def _tag(talk: Any) -> str:
    """The ETag of the status list as it is: who holds it asks only whether there is another."""
    talk.request("GET", STATUS_LIST)
    answer = talk.getresponse()
    answer.read()
    return answer.headers["ETag"]


def _once(talk: Any, path: str, kind: str, tag: str) -> float:
    began = time.perf_counter()
    status, answer = ask(talk, "GET", path, None, {"If-None-Match": tag} if path == STATUS_LIST else None)
    taken = time.perf_counter() - began
    known = b'"registered' in answer or b'"recorded' in answer
    if status != (304 if path == STATUS_LIST else 200) or (kind.endswith("signed here") and not known):
        raise RuntimeError(f"{path} was answered {status}: {answer[:300]!r}")
    return taken


def _address(sha256: str) -> str:
    return f"/api/v1/verifications/by-hash/{sha256}"


def _row(
    kind: str, held: int, walls: list[float], used: float, empty_walls: list[float], empty_used: float
) -> tuple[Any, ...]:
    median, part = middle(walls), middle(empty_walls) / middle(walls)
    by_cpu = (empty_used / len(empty_walls)) / (used / len(walls))
    told = "" if kind == "empty view" else at_least(part, OF_EMPTY)
    return (
        kind, f"{held:,}", len(walls), 1000 * median, 1000 * middle(walls, 0.99), 1000 * used / len(walls), part, by_cpu, told
    )  # fmt: skip


def _growth(kind: str, found: dict[tuple[str, int], tuple[list[float], float]], few: int, many: int) -> tuple[Any, ...]:
    ratio = middle(found[kind, many][0]) / middle(found[kind, few][0])
    return kind, ratio, at_most(ratio, BAR)
