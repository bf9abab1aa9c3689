"""How far measured shares are off on pairs of known truth, how fast films are measured beside PyAV, and in how much memory."""

import io
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np

from bench.tables import at_least, at_most, table
from provenance.measurement import Measurement
from provenance.media.bounds import Bounds
from provenance.media.measuring import pairs as measuring
from tests.assets import pairs

POINT, TWO_POINTS, HALF_POINT = 1.0, 2.0, 0.5
SPEED, MEMORY = 0.4, 300
COUNT = 24


def run(*, quick: bool) -> None:
    found: dict[str, list[tuple[float, bool]]] = {}
    for case, truth, measured in (*_stills(quick=quick), *_films(quick=quick)):
        off = 100 * abs(float(measured.share) - truth)
        found.setdefault(case, []).append((off, off <= 100 * float(measured.error)))
    heads = ("material", "pairs", "mean off, points", "most off, points", "", "within its stated error")
    bars = {"recompression alone": HALF_POINT, "over half changed": TWO_POINTS}
    rows = []
    for case, figures in sorted(found.items()):
        bar = next((bar for name, bar in bars.items() if name in case), POINT)
        worst, within = max(off for off, _ in figures), sum(honest for _, honest in figures)
        mean = sum(off for off, _ in figures) / len(figures)
        rows.append((case, len(figures), mean, worst, at_most(worst, bar), f"{within} of {len(figures)}"))
    table("Measured shares of the picture against the truth", heads, rows)
    _speed(quick=quick)


def _stills(*, quick: bool) -> Iterator[tuple[str, float, Measurement]]:
    sizes = [(640, 360)] if quick else [(1920, 1080), (3840, 2160)]
    for size in sizes:
        tall = f"{size[1]}p stills"
        for texture in pairs.TEXTURES:
            picture, new = pairs.scene(1, *size, texture), pairs.scene(9, *size)
            for sigma, quality in ((0, 50), (3, 70), (7, 95)):
                noise = pairs.grain(0, *size, sigma)
                yield f"{tall}, recompression alone", 0, _still(
                    pairs.png(picture + noise), pairs.jpeg(picture + noise, quality)
                )
                plate = pairs.jpeg(picture + noise, 95)
                for share in (0.01, 0.1, 0.3, 0.75):
                    mask = pairs.disc(*size, share)
                    for change in (picture + 12, new):
                        after = pairs.jpeg(np.where(mask[..., None], change, picture) + noise, quality)
                        case = "half or less changed" if share <= 0.5 else "over half changed"
                        yield f"{tall}, {case}", float(mask.mean()), _still(plate, after)
                yield f"{tall}, over half changed", 1, _still(plate, pairs.jpeg(new + noise, quality))


def _still(before: bytes, after: bytes) -> Measurement:
    return measuring.measure(io.BytesIO(before), io.BytesIO(after), bounds=Bounds()).measurements[0]


def _films(*, quick: bool) -> Iterator[tuple[str, float, Measurement]]:
    size = (320, 180) if quick else (960, 540)
    everywhere = np.ones(size[::-1], bool)
    edits = {
        "a moving mask": (pairs.Edit(7, 17, lambda n: pairs.disc(*size, 0.08, 0.2 + 0.02 * n), lambda p: p + 18), {}),
        "after a cut": (pairs.Edit(12, COUNT, lambda n: pairs.disc(*size, 0.3), lambda p: p[::-1] + 12), {"cut": 12}),
        "in a fade": (pairs.Edit(4, 15, lambda n: pairs.disc(*size, 0.02), lambda p: p * 1.25), {"fade": True}),
        "over half changed": (pairs.Edit(5, 20, lambda n: everywhere, lambda p: pairs.scene(9, *size)), {}),
        "recompression alone": (None, {}),
    }
    with tempfile.TemporaryDirectory() as folder:
        for texture, sigma, crf in (("smooth", 0, 23), ("smooth", 7, 28), ("tenth", 3, 28), ("mixed", 3, 18)):
            for name, (edit, made) in edits.items():
                take = {"sigma": sigma, "texture": texture, **made}
                files = [
                    pairs.film(Path(folder) / f"{end}.mp4", pairs.shots(COUNT, *size, **take), crf=to, edit=what)
                    for end, to, what in (("before", 18, None), ("after", crf, edit))
                ]
                yield f"{size[1]}p films, {name}", edit.share(COUNT) if edit else 0, _film(*files)


def _film(before: Path, after: Path) -> Measurement:
    with before.open("rb") as one, after.open("rb") as other:
        return measuring.measure(one, other, element="picture", bounds=Bounds()).measurements[0]


def _speed(*, quick: bool) -> None:
    """Both in processes of their own: wall time of decoding the pair alone, of measuring it, and the most memory held."""
    size, count, times = ((640, 360), 24, 2) if quick else ((1920, 1080), 96, 3)
    with tempfile.TemporaryDirectory() as folder:
        edit = pairs.Edit(8, 64, lambda n: pairs.disc(*size, 0.1, 0.2 + 0.005 * n), lambda p: p + 20)
        files = [
            pairs.film(Path(folder) / name, pairs.shots(count, *size, sigma=2), crf=crf, edit=what)
            for name, crf, what in (("before.mp4", 20, None), ("after.mp4", 23, edit))
        ]
        alone = min(_apart("decode", files)[0] for _ in range(times))
        measured = [_apart("measure", files) for _ in range(times)]
    taken, held = min(seconds for seconds, _ in measured), max(held for _, held in measured)
    rows = [
        ("decoding both with PyAV alone", count / alone, "", ""),
        ("measuring", count / taken, alone / taken, at_least(alone / taken, SPEED)),
        ("most memory while measuring, MB", held, "", at_most(held, MEMORY)),
    ]
    table(f"A pair of {count} frames at {size[0]} × {size[1]}", ("", "pairs of frames a second", "of decoding", ""), rows)


def _apart(what: str, files: list[Path]) -> tuple[float, float]:
    # As the sandbox starts its children, so that the memory is theirs.
    own = os.environ | {"MALLOC_ARENA_MAX": "2", "OPENBLAS_NUM_THREADS": "1"}
    command = [sys.executable, "-m", "bench.extent", what, *map(str, files)]
    told = subprocess.run(command, capture_output=True, text=True, check=True, env=own).stdout.split()
    return float(told[0]), float(told[1])


def _alone(what: str, before: Path, after: Path) -> tuple[float, float]:
    """Seconds taken, and the most memory this process ever held, in MB."""
    began = time.perf_counter()
    if what == "decode":
        for _ in zip(_decoded(before), _decoded(after), strict=True):
            pass
    else:
        _film(before, after)
    taken = time.perf_counter() - began
    # Not getrusage: its maximum begins with that of the process which started this one.
    lines = Path("/proc/self/status").read_text().splitlines()
    return taken, next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) / 1024


def _decoded(path: Path) -> Iterator[av.VideoFrame]:
    with av.open(str(path)) as container:
        container.streams.video[0].thread_type = "AUTO"
        yield from container.decode(video=0)


if __name__ == "__main__":
    print(*_alone(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])))
