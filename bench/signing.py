"""What signing costs through the whole way, from the upload to the release, beside the bare library on the same files."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

from bench import bare, files, steps, world
from bench.house import House, opened, send
from bench.tables import at_least, at_most, table
from provenance import trust
from provenance.models import Credential, SigningJob, SigningPlan

PROCESSES = 2
COUNTS = {files.SMALL: 160, files.LARGE: 20, files.FILM: 8}
QUICK = {files.SMALL: 40, files.LARGE: 8, files.FILM: 4}
# Of the loop's throughput at least, and of its processor time at most.
BARS = {files.SMALL: (0.15, None), files.LARGE: (0.5, 2.0), files.FILM: (0.5, 2.0)}
ROUNDS = 2
SIGNED_WITHIN = 600
WARM = 40


@dataclass
class Cost:
    """What some files cost one way, added up over the rounds."""

    count: int = 0
    wall: float = 0.0
    cpu: float = 0.0
    web: float = 0.0
    worker: float = 0.0

    @property
    def per_second(self) -> float:
        return self.count / self.wall

    @property
    def each(self) -> float:
        """Milliseconds of processor time per file."""
        return 1000 * self.cpu / self.count


def run(*, quick: bool) -> None:
    counts = QUICK if quick else COUNTS
    here, folder = world.at(world.FEW), Path(settings.SCRATCH_DIR)
    _compared(here, folder, counts, tuple(counts), held=world.FEW)
    _steps(here, folder, counts)
    trust.sandbox().close()
    if not quick:
        _compared(world.at(world.MANY), folder, counts, (files.SMALL, files.LARGE), held=world.MANY)


def _compared(here: world.World, folder: Path, counts: dict[str, int], names: Sequence[str], *, held: int) -> None:
    job = _bare_job(here)
    # A connection of this process would be open while others write; a new one is made when it is needed.
    connection.close()
    with opened(data=settings.DATA_DIR) as house:
        house.sign_in(here.client.client_id, here.secret)
        # Every process of the house has made its children before anything is counted.
        _through(house, here, files.SMALL, files.write(files.SMALL, WARM, folder, mark=f"warm{held}"), Cost())
        lines = [_line(name, *_one_size(house, here, folder, job, name, counts[name], held)) for name in names]
    heads = ("file", "n", "bare/s", "house/s", "throughput", "", "bare CPU ms", "house CPU ms", "web", "worker", "CPU", "")
    title = f"Signing, HTTP upload to released, beside a loop of {PROCESSES} processes ({held:,} assets on record)"
    table(title, heads, lines)


def _line(name: str, alone: Cost, whole: Cost) -> tuple[object, ...]:
    throughput, cpu = whole.per_second / alone.per_second, whole.each / alone.each
    least, most = BARS[name]
    return (
        name, whole.count, alone.per_second, whole.per_second, throughput, at_least(throughput, least),
        alone.each, whole.each, 1000 * whole.web / whole.count, 1000 * whole.worker / whole.count, cpu,
        at_most(cpu, most) if most else "",
    )  # fmt: skip


def _one_size(house: House, here: world.World, folder: Path, job: dict[str, Any], name: str, count: int,
              held: int) -> tuple[Cost, Cost]:
    """Loop and house take turns on the same files, so that a busy moment of the machine meets both."""
    alone, whole = Cost(), Cost()
    warm = files.write(name, 3, folder, mark=f"w{held}")
    _through(house, here, name, warm, Cost())
    for number in range(ROUNDS):
        paths = files.write(name, count // ROUNDS, folder, mark=f"{number}h{held}")
        told = job | {"media_type": files.TYPES[name], "warm_up": str(warm[0])}
        wall, cpu = bare.measured(bare.shared(told, paths, processes=PROCESSES), folder)
        alone.count, alone.wall, alone.cpu = alone.count + len(paths), alone.wall + wall, alone.cpu + cpu
        _through(house, here, name, paths, whole)
        for path in paths:
            path.unlink()
    return alone, whole


def _through(house: House, here: world.World, name: str, paths: Sequence[Path], cost: Cost) -> None:
    before = Credential.objects.count()
    web, worker = house.spent("gunicorn"), house.spent("celery")
    began = time.perf_counter()
    ids = send(house, paths, files.TYPES[name], here.declaration)
    _until_signed(before + len(paths), ids)
    cost.wall += time.perf_counter() - began
    web, worker = house.spent("gunicorn") - web, house.spent("celery") - worker
    cost.count, cost.web, cost.worker = cost.count + len(paths), cost.web + web, cost.worker + worker
    cost.cpu += web + worker


def _until_signed(expected: int, ids: Sequence[str]) -> None:
    deadline = time.monotonic() + SIGNED_WITHIN
    while Credential.objects.count() < expected:
        if time.monotonic() > deadline or SigningJob.objects.filter(state="dead").exists():
            stuck = SigningJob.objects.filter(asset__public_id__in=ids).exclude(state="signed")
            raise RuntimeError(f"not signed: {list(stuck.values('state', 'step', 'problem'))[:3]}")
        time.sleep(0.02)


def _bare_job(here: world.World) -> dict[str, Any]:
    """Just what the house signs, with its own key, certificate and settings."""
    plan = SigningPlan.objects.latest("id")
    pem = next(trust.key_directory().rglob(f"{here.northlight.public_id}.pem")).read_text()
    key, mark, chain = pem.partition("-----END PRIVATE KEY-----\n")
    return {
        "do": "sign", "manifest": plan.manifest, "intent": "create", "key": key + mark, "chain": chain,
        "anchors": [(one.uri, one.pem, one.kind) for one in trust.anchors()],
    }  # fmt: skip


def _steps(here: world.World, folder: Path, counts: dict[str, int]) -> None:
    found = {}
    for name in counts:
        paths = files.write(name, max(2, counts[name] // 2), folder, mark="s")
        found[name] = steps.measured(here, paths)
    rows = [(step, *(found[name][step] for name in counts)) for step in found[files.SMALL]]
    table("CPU per asset by step, in ms (one process, its sandbox children counted)", ("step", *counts), rows)
