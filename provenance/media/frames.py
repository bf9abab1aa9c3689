"""Frames of a film, small, at moments of it. Only a child that is asked for them carries the decoder."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO

import av
from PIL import Image

from provenance.media import sniff
from provenance.media.sniff import Kind

LONGEST_SIDE = 720
DEMUXERS = {sniff.MP4: "mov", sniff.MOV: "mov", sniff.AVI: "avi"}


def evenly(file: BinaryIO, kind: Kind, *, most: int) -> list[float]:
    """Moments spread over a film, none nearer to another than half a second; the first not at its very start."""
    with _film(file, kind) as (container, stream):
        if stream.duration and stream.time_base:
            seconds = float(stream.duration * stream.time_base)
        else:
            seconds = (container.duration or 0) / 1_000_000
    count = max(1, min(most, round(2 * seconds)))
    return [seconds * (number + 0.5) / count for number in range(count)]


def shown_at(file: BinaryIO, kind: Kind, moments: list[float]) -> Iterator[tuple[float, Image.Image]]:
    """The frame shown at each of the moments. Raises ValueError where they cannot be decoded."""
    with _film(file, kind) as (container, stream):
        for moment in moments:
            container.seek(int(moment / stream.time_base), stream=stream, backward=True)
            shown = None
            for frame in container.decode(stream):
                if frame.time is not None and frame.time > moment and shown is not None:
                    break
                shown = frame
            if shown is not None:
                yield moment, _small(shown)


@contextmanager
def _film(file: BinaryIO, kind: Kind) -> Iterator[tuple[Any, Any]]:
    """The demuxer is chosen by our own look at the bytes, so that nothing is a playlist that opens other files."""
    file.seek(0)
    try:
        with av.open(file, format=DEMUXERS[kind], metadata_errors="ignore") as container:
            stream = container.streams.video[0]
            stream.thread_type = "NONE"  # a thread for each processor would be taken from whoever else is at work
            yield container, stream
    except av.FFmpegError as error:
        raise ValueError("This film cannot be decoded.") from error


def _small(frame: Any) -> Image.Image:
    scale = min(1.0, LONGEST_SIDE / max(frame.width, frame.height))
    wide, tall = max(2, round(frame.width * scale)), max(2, round(frame.height * scale))
    return frame.reformat(width=wide, height=tall, format="rgb24").to_image()
