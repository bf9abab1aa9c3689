"""What a question by soft binding costs over a growing index: byBinding asked through the door, half near and half unknown."""

import random
import time
from collections.abc import Sequence
from urllib.parse import urlencode

from django.core.management import call_command
from django.db import connection
from django.test import Client

from bench.likeness import _fill
from bench.tables import at_most, middle, table
from provenance import iscc
from provenance.fingerprint import BITS, EXACT, Code
from provenance.soft_bindings import near
from registry.models import Production
from tests.provenance import registered

GROWTH, QUICK_GROWTH = (100_000, 1_000_000), (10_000, 100_000)
QUERIES, QUICK_QUERIES = 400, 100
BAR = {"sqlite": 15.0, "postgresql": 40.0}  # ms, p50 at a million


def run(*, quick: bool) -> None:
    call_command("migrate", verbosity=0, interactive=False)
    made = registered.credential()
    Production.objects.update(is_public=True)
    chance, held = random.Random(23), []  # type: ignore[var-annotated]
    rows = []
    for size in QUICK_GROWTH if quick else GROWTH:
        began = time.perf_counter()
        _fill(made.asset_id, held, size, chance)
        built = time.perf_counter() - began
        walls, used, alone, found = _asked(held, chance, QUICK_QUERIES if quick else QUERIES)
        told = at_most(middle(walls), BAR[connection.vendor]) if size == max(GROWTH) else ""
        rows.append((f"{size:,}", built, middle(walls), middle(walls, 0.99), used, middle(alone), found, told))
    heads = ("codes", "built in s", "p50 ms", "p99 ms", "CPU ms", "search alone", "of near ones found", "")
    table(f"byBinding through the door, one at a time, on {connection.vendor}", heads, rows)


def _asked(held: Sequence[str], chance: random.Random, count: int) -> tuple[list[float], float, list[float], float]:
    client, walls, alone, found, asked = Client(), [], [], 0, 0  # type: ignore[var-annotated]
    began_cpu = time.process_time()
    for number in range(count):
        known = number % 2 == 0
        turned = sum(1 << bit for bit in chance.sample(range(BITS), chance.randrange(EXACT + 1)))
        digits = f"{int(chance.choice(held), 16) ^ turned if known else chance.getrandbits(BITS):064x}"
        code = Code("picture", digits)
        address = f"/api/softbinding/v1/matches/byBinding?{urlencode({'alg': iscc.ALGORITHM, 'value': iscc.value(code)})}"
        began = time.perf_counter()
        answer = client.get(address)
        walls.append(1000 * (time.perf_counter() - began))
        if answer.status_code != 200:
            raise RuntimeError(f"{address} was answered {answer.status_code}: {answer.content[:300]!r}")
        asked += known
        found += known and bool(answer.json()["matches"])
    used = 1000 * (time.process_time() - began_cpu) / count
    for _ in range(count // 2):
        began = time.perf_counter()
        near([Code("picture", f"{chance.getrandbits(BITS):064x}")])
        alone.append(1000 * (time.perf_counter() - began))
    return walls, used, alone, found / asked
