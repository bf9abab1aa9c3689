"""Does a frame sequence cost what its bytes cost? Hashing, index and root, against plain SHA-256 over the same bytes."""

import hashlib
import random
import shutil
import time
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest

from bench.tables import at_least, table
from provenance import sequence_index, sequences
from provenance.sequence_index import Listed
from registry.receiving import PIECE, HashedUpload

FRAMES, QUICK = 240, 32
SIZE = 8 * 1024**2
ROUNDS = 3
BAR = 0.8


def run(*, quick: bool) -> None:
    count = QUICK if quick else FRAMES
    folder = Path(settings.SCRATCH_DIR) / "frames"
    folder.mkdir(parents=True)
    noise = random.Random(4).randbytes(SIZE)
    for number in range(count):
        (folder / f"sh010.{1001 + number}.exr").write_bytes(number.to_bytes(8, "big") + noise[8:])
    total = count * SIZE
    ways: tuple[tuple[str, Callable[[Path], object]], ...] = (
        ("SHA-256 alone (hashlib), one file after the other", _plain),
        ("a folder checked: hashed, indexed, its root", _indexed),
        ("frames received: hashed on the way to disk, indexed", _received),
        ("the same, written to disk without a hash", _written),
    )
    # Each in turn, several times: what else the machine does meets all of them.
    best = {name: min(times) for name, times in _timed(ways, folder).items()}
    plain = best[ways[0][0]]
    rows = [
        (name, best[name], total / best[name] / 1e6, plain / best[name], at_least(plain / best[name], BAR) if place == 1 else "")
        for place, (name, _) in enumerate(ways)
    ]
    shutil.rmtree(folder)
    heads = (f"{count} frames of {SIZE // 1024**2} MB", "s", "MB/s", "× SHA-256", "")
    table("A frame sequence against plain SHA-256 over the same bytes", heads, rows)


def _timed(ways: tuple[tuple[str, Callable[[Path], object]], ...], folder: Path) -> dict[str, list[float]]:
    taken: dict[str, list[float]] = {name: [] for name, _ in ways}
    for _ in range(ROUNDS):
        for name, way in ways:
            began = time.perf_counter()
            way(folder)
            taken[name].append(time.perf_counter() - began)
    return taken


def _plain(folder: Path) -> list[str]:
    found = []
    for path in sorted(folder.iterdir()):
        with path.open("rb") as file:
            found.append(hashlib.file_digest(file, "sha256").hexdigest())
    return found


def _indexed(folder: Path) -> str:
    return sequence_index.of_files(Listed(), sequences.hashed(folder)).root


def _received(folder: Path) -> str:
    """As the hatch takes a form: in its own pieces, through its own handler."""
    handler = HashedUpload(HttpRequest())
    handler.most_files = FRAMES
    files = {}
    for path in sorted(folder.iterdir()):
        handler.new_file(path.name, path.name, "image/x-exr", None)
        with path.open("rb") as body:
            start = 0
            while piece := body.read(PIECE):
                handler.receive_data_chunk(piece, start)
                start += len(piece)
        file = handler.file_complete(start)
        files[path.name] = file.sha256, start
        file.close()
    return sequence_index.of_files(Listed(), files).root


def _written(folder: Path) -> None:
    copy = folder.parent / "copy"
    for path in sorted(folder.iterdir()):
        with path.open("rb") as body, copy.open("wb") as file:
            shutil.copyfileobj(body, file, PIECE)
        copy.unlink()
