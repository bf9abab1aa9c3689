"""An hour of film measured against its plate: whether memory stays flat, how long it takes, and whether the share holds."""

import tempfile
from pathlib import Path

import av

from bench.extent import MEMORY, _apart, _film
from bench.tables import at_most, table
from tests.assets import pairs

FPS = 24
MINUTE, MINUTES = 60 * FPS, 60
POINT = 1.0


def run(*, quick: bool) -> None:
    size, frames, times = ((320, 180), FPS, 3) if quick else ((1920, 1080), MINUTE, MINUTES)
    edit = pairs.Edit(frames // 4, frames // 2, lambda n: pairs.disc(*size, 0.1, 0.2 + 0.2 * (n % FPS) / FPS), lambda p: p + 20)
    with tempfile.TemporaryDirectory() as folder:
        long = []
        for name, crf, what in (("before", 20, None), ("after", 23, edit)):
            short = pairs.film(Path(folder) / f"{name}.mp4", pairs.shots(frames, *size, sigma=2), crf=crf, edit=what)
            long.append(_repeated(short, Path(folder) / f"{name}-long.mp4", times))
            short.unlink()
        taken, held = _apart("measure", long)
        off = 100 * abs(float(_film(*long).share) - edit.share(frames)) if quick else None
    rows: list[tuple[object, ...]] = [
        ("frames of each", frames * times, ""),
        ("seconds taken", taken, ""),
        ("times as fast as it plays", frames * times / FPS / taken, ""),
        ("most memory while measuring, MB", held, at_most(held, MEMORY)),
    ]
    rows += [("off, points", off, at_most(off, POINT))] if off is not None else []
    table(f"A film of {frames * times / FPS:,.0f} seconds at {size[0]} × {size[1]}", ("", "", ""), rows)


def _repeated(short: Path, target: Path, times: int) -> Path:
    """The same film so many times, one after the other; nothing is encoded again."""
    with av.open(str(target), "w") as long:
        stream = None
        for number in range(times):
            with av.open(str(short)) as source:
                video = source.streams.video[0]
                stream = stream or long.add_stream_from_template(video)
                for packet in source.demux(video):
                    if packet.dts is None:
                        continue
                    packet.pts, packet.dts = packet.pts + number * video.duration, packet.dts + number * video.duration
                    packet.stream = stream
                    long.mux(packet)
    return target
