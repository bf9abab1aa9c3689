"""How much memory the web needs while a gigabyte passes: sent to be signed, and sent to be checked."""

import contextlib
import json
import random
import threading
import time
from pathlib import Path
from typing import Any

import psutil
from django.conf import settings
from django.db import connection

from bench import files, spent, world
from bench.house import House, ask, form, opened, send
from bench.resume import uploaded
from bench.tables import at_most, table
from provenance.models import SigningJob
from tests.assets import build

SIZE, QUICK = 1024**3, 96 * 1024**2
BAR = 200
MB = 1024**2
# Of noise that nothing in the film refers to, as often as it takes.
BLOCK = 16 * MB
SETTLED = (SigningJob.State.SIGNED, SigningJob.State.DEAD, SigningJob.State.REFUSED)


def run(*, quick: bool) -> None:
    size = QUICK if quick else SIZE
    here = world.at(world.FEW)
    connection.close()
    path = Path(settings.SCRATCH_DIR) / "film.mp4"
    path.write_bytes(build.padded_mp4(random.Random(6).randbytes(BLOCK) * (size // BLOCK)))
    title = f"Memory in MB while {path.stat().st_size / MB:,.0f} MB pass"
    with opened(data=settings.DATA_DIR) as house:
        house.sign_in(here.client.client_id, here.secret)
        rows = [_row("at rest", _peak(house), 0.0)]
        with _watched(house) as seen:
            began = time.perf_counter()
            [asset] = send(house, [path], files.TYPES[files.FILM], here.declaration)
            taken = time.perf_counter() - began
        rows.append(_row("upload to be signed (202)", _peak(house), taken, seen))
        with _watched(house) as seen:
            state = _settled(asset)
            rows.append(_row(f"until it was {state}", _peak(house), time.perf_counter() - began, seen))
        with _watched(house) as seen:
            began = time.perf_counter()
            uploaded(house, path, 10)
            taken = time.perf_counter() - began
        rows.append(_row("upload in ten pieces (tus)", _peak(house), taken, seen))
        with _watched(house) as seen:
            began = time.perf_counter()
            headers, body = form(path, files.TYPES[files.FILM])
            status, answer = ask(house.connection(), "POST", "/api/v1/verifications", body(), headers)
            taken = time.perf_counter() - began
        rows.append(_row(f"upload to be checked ({status})", _peak(house), taken, seen))
        assert status == 200 and json.loads(answer)["integrity"], answer[:300]
    path.unlink()
    heads = ("what passes", "s", "web process, peak", "", "sandbox children, most at once")
    table(title, heads, rows)


def _row(what: str, peak: float, seconds: float, seen: dict[str, float] | None = None) -> tuple[Any, ...]:
    return what, seconds, peak, at_most(peak, BAR), seen["children"] if seen else ""


def _peak(house: House) -> float:
    """The most that any one web process ever held (VmHWM), in MB."""
    return max(_high_water(one.pid) for one in _web(house))


def _web(house: House) -> list[psutil.Process]:
    root = house.part("gunicorn")
    return [one for one in spent.tree(root) if "gunicorn" in " ".join(one.cmdline())]


def _high_water(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) / 1024


@contextlib.contextmanager
def _watched(house: House):
    """Watch what the sandbox children hold meanwhile, all of the house's together."""
    seen, over = {"children": 0.0}, threading.Event()

    def watch() -> None:
        while not over.wait(0.1):
            held = 0
            for one in spent.tree(house.process):
                with contextlib.suppress(psutil.Error):
                    held += one.memory_info().rss if "provenance.sandbox.program" in one.cmdline() else 0
            seen["children"] = max(seen["children"], held / MB)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield seen
    finally:
        over.set()
        watcher.join()


def _settled(asset: str) -> str:
    while True:
        state = SigningJob.objects.get(asset__public_id=asset).state
        if state in SETTLED:
            return state
        time.sleep(0.1)
