"""What a platform's question for disclosures costs beside an empty view: one, one it has already, and a thousand at once."""

import json
import random
import time
from typing import Any

from django.conf import settings

from bench import world
from bench.house import House, ask, opened
from bench.lookup import EMPTY
from bench.tables import middle, table

ONE_BY_ONE, QUICK = 1_000, 60
BULKS, QUICK_BULKS = 20, 3
AT_ONCE = 1_000
ADDRESS = "/api/v1/disclosures"


def run(*, quick: bool) -> None:
    few, held = world.sizes(quick=quick)
    with opened(data=settings.DATA_DIR, database=world.made(held), worker=False) as house:
        # Up to there every number is taken; the next is that of one that was really signed.
        walls, used = _asked(house, few, quick=quick)
    empty = middle(walls["empty view"])
    rows = [
        (kind, len(taken), 1000 * middle(taken), 1000 * middle(taken, 0.99), 1000 * used[kind] / len(taken),
         middle(taken) / empty, 1000 * middle(taken) / (AT_ONCE if "at once" in kind else 1))
        for kind, taken in walls.items()
    ]  # fmt: skip
    heads = ("question", "n", "p50 ms", "p99 ms", "CPU ms", "× empty view", "p50 ms each")
    table(f"Disclosures, at {held:,} assets, beside an empty view", heads, rows)


def _asked(house: House, held: int, *, quick: bool) -> tuple[dict[str, list[float]], dict[str, float]]:
    """Each kind in its turn, after one that warms it up; the processor's time is that of all web processes."""
    chance, talk, tags = random.Random(7), house.connection(), {}
    kinds = {
        "empty view": lambda: ("GET", EMPTY, None, {}),
        "one": lambda: ("GET", _credential(chance, held), None, {}),
        "one, held already (304)": lambda: ("GET", _first(held), None, tags),
        f"{AT_ONCE:,} at once": lambda: _bulk(chance, held),
        f"{AT_ONCE:,} at once, all unknown": lambda: _bulk(chance, 0),
    }
    talk.request("GET", _first(held))
    answer = talk.getresponse()
    answer.read()
    tags["If-None-Match"] = answer.headers["ETag"]
    walls, used = {}, {}
    for kind, question in kinds.items():
        bulk = "at once" in kind
        count = (QUICK_BULKS if quick else BULKS) if bulk else (QUICK if quick else ONE_BY_ONE)
        _once(talk, *question(), kind)
        before = house.spent("gunicorn")
        walls[kind] = [_once(talk, *question(), kind) for _ in range(count)]
        used[kind] = house.spent("gunicorn") - before
    return walls, used


def _once(talk: Any, method: str, path: str, body: bytes | None, headers: dict[str, str], kind: str) -> float:
    began = time.perf_counter()
    status, answer = ask(talk, method, path, body, headers)
    taken = time.perf_counter() - began
    if status != (304 if "304" in kind else 200):
        raise RuntimeError(f"{path} was answered {status}: {answer[:300]!r}")
    if kind.endswith("at once"):
        states = [one["state"] for one in json.loads(answer)["results"]]
        if states != ["known"] * AT_ONCE:
            raise RuntimeError(f"{states.count('known')} of {AT_ONCE} were known")
    return taken


def _credential(chance: random.Random, held: int) -> str:
    return f"{ADDRESS}/crd_filled{chance.randrange(10, held):016}"


def _first(held: int) -> str:
    return f"{ADDRESS}/crd_filled{held - 1:016}"


def _bulk(chance: random.Random, held: int) -> tuple[str, str, bytes, dict[str, str]]:
    """A thousand hashes of what was signed here, the same one more than once where fewer are held; or of nothing known."""
    some = [world.hash_of(chance.randrange(10, held)) if held else f"{chance.getrandbits(256):064x}" for _ in range(AT_ONCE)]
    return "POST", f"{ADDRESS}/by-hash", json.dumps({"sha256": some}).encode(), {"Content-Type": "application/json"}
