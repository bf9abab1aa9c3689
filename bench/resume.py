"""What it costs to resume: one file in ten pieces over ten lines beside the same in one; and uploads accepted per second."""

import contextlib
import json
import random
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from django.conf import settings
from django.db import connection

from bench import files, world
from bench.house import House, ask, by_clients, opened, send
from bench.tables import at_most, middle, table

SIZE, QUICK_SIZE = 1024**3, 128 * 1024**2
PIECES = 10
ROUNDS, QUICK_ROUNDS = 5, 3
# Of the time one straight upload takes.
BAR = 1.05
COUNTS = {files.SMALL: 200, files.LARGE: 40}
QUICK = {files.SMALL: 40, files.LARGE: 8}
BYTES = {"Tus-Resumable": "1.0.0", "Content-Type": "application/offset+octet-stream"}


def run(*, quick: bool) -> None:
    here, folder = world.at(world.FEW), Path(settings.SCRATCH_DIR)
    connection.close()
    with opened(data=settings.DATA_DIR, worker=False) as house:
        house.sign_in(here.client.client_id, here.secret)
        _resumed(house, folder, QUICK_SIZE if quick else SIZE, QUICK_ROUNDS if quick else ROUNDS)
        _accepted(house, here, folder, QUICK if quick else COUNTS)


def _resumed(house: House, folder: Path, size: int, rounds: int) -> None:
    """Both ways take turns on the same bytes, so that a busy moment of the machine meets both."""
    path = folder / "film.bin"
    with path.open("wb") as file:
        for number in range(size // files.PIECE):
            file.write(random.Random(number).randbytes(files.PIECE))
    walls: dict[int, list[float]] = {1: [], PIECES: []}
    spent: dict[int, list[float]] = {1: [], PIECES: []}
    uploaded(house, path, 1)
    for _ in range(rounds):
        for pieces in walls:
            before, began = house.spent("gunicorn"), time.perf_counter()
            where = uploaded(house, path, pieces)
            walls[pieces].append(time.perf_counter() - began)
            spent[pieces].append(house.spent("gunicorn") - before)
            with contextlib.closing(house.connection()) as line:
                ask(line, "DELETE", where, None, house.tokens | {"Tus-Resumable": "1.0.0"})
    path.unlink()
    rows = [(f"{pieces} line{'s' * (pieces > 1)}", rounds, middle(walls[pieces]), size / 1e6 / middle(walls[pieces]),
             middle(spent[pieces])) for pieces in walls]  # fmt: skip
    table(f"An upload of {size / 1024**2:,.0f} MB, hashed at its end", ("over", "n", "s", "MB/s", "web CPU s"), rows)
    ratio = middle(walls[PIECES]) / middle(walls[1])
    used = middle(spent[PIECES]) / middle(spent[1])
    table("Resumed beside straight", ("", "ratio", ""), [("time", ratio, at_most(ratio, BAR)), ("web CPU", used, "")])


def uploaded(house: House, path: Path, pieces: int) -> str:
    """Its address. Begun and sent; before each further piece a new line is opened and asked how far it is."""
    size = path.stat().st_size
    with contextlib.closing(house.connection()) as line:
        line.request("POST", "/api/v1/uploads", b"", house.tokens | {"Tus-Resumable": "1.0.0", "Upload-Length": str(size)})
        answer = line.getresponse()
        answer.read()
        where = answer.headers["Location"].partition("/api/v1/")[2]
    length = -(-size // pieces)
    for number in range(pieces):
        with contextlib.closing(house.connection()) as line:
            offset = number * length
            if number:
                line.request("HEAD", f"/api/v1/{where}", headers=house.tokens | {"Tus-Resumable": "1.0.0"})
                answer = line.getresponse()
                answer.read()
                offset = int(answer.headers["Upload-Offset"])
            end = min(size, offset + length)
            told = house.tokens | BYTES | {"Upload-Offset": str(offset), "Content-Length": str(end - offset)}
            status, said = ask(line, "PATCH", f"/api/v1/{where}", _part(path, offset, end), told)
            if status != 204:
                raise RuntimeError(f"a piece was answered {status}: {said[:300]!r}")
    return f"/api/v1/{where}"


def _part(path: Path, start: int, end: int) -> Iterator[bytes]:
    with path.open("rb") as file:
        file.seek(start)
        while start < end:
            piece = file.read(min(files.PIECE, end - start))
            start += len(piece)
            yield piece


def _accepted(house: House, here: world.World, folder: Path, counts: dict[str, int]) -> None:
    """From the first byte to 202, several at a time; nobody signs meanwhile. As a form, and uploaded first and then quoted."""
    rows = []
    for name, count in counts.items():
        for way, sent in (("form", _by_form), ("tus and batch", _by_tus)):
            paths = files.write(name, count, folder, mark=way[0])
            sent(house, here, name, files.write(name, 4, folder, mark=f"w{way[0]}"))
            before, began = house.spent("gunicorn"), time.perf_counter()
            sent(house, here, name, paths)
            wall, cpu = time.perf_counter() - began, house.spent("gunicorn") - before
            rows.append((f"{name}, {way}", count, count / wall, 1000 * cpu / count))
            for path in paths:
                path.unlink()
    table("Accepted uploads, the web alone", ("file, as", "n", "per s", "web CPU ms each"), rows)


def _by_form(house: House, here: world.World, name: str, paths: Sequence[Path]) -> None:
    send(house, paths, files.TYPES[name], here.declaration)


def _by_tus(house: House, here: world.World, name: str, paths: Sequence[Path]) -> None:
    ids = by_clients(house, lambda _, path: uploaded(house, path, 1).rpartition("/")[2], paths)
    for start in range(0, len(ids), 20):
        items = [{"upload": one, "declaration": here.declaration} for one in ids[start : start + 20]]
        told = house.tokens | {"Content-Type": "application/json"}
        status, answer = ask(house.connection(), "POST", "/api/v1/assets/batch", json.dumps({"items": items}).encode(), told)
        results = json.loads(answer).get("results", [])
        if status != 207 or any(one["status"] != 202 for one in results):
            raise RuntimeError(f"a batch was answered {status}: {answer[:500]!r}")
