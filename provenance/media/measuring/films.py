"""Films: two of them decoded side by side, frame by frame, as planes that can be compared; nothing is kept of a frame.

Luma and colour planes are compared as they are stored, in levels of full range; a film in another pixel format is turned
into the result's. What cannot be paired frame by frame is refused: other sizes, rates, lengths or colour spaces.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from typing import BinaryIO

import av
import numpy as np
from av.video.reformatter import ColorRange
from numpy.typing import NDArray

from provenance.media import sniff
from provenance.media.bounds import Bounds
from provenance.media.measuring.blocks import Frame, Plane
from provenance.media.measuring.stills import sizes
from provenance.media.refusal import MediaRefused

# Named, so that no file is taken for a list of other files.
DEMUXERS = {
    sniff.MP4: "mov", sniff.MOV: "mov", sniff.M4A: "mov", sniff.AVI: "avi", sniff.MATROSKA: "matroska", sniff.MXF: "mxf",
    sniff.WAV: "wav", sniff.RF64: "wav", sniff.FLAC: "flac", sniff.MP3: "mp3", sniff.AIFF: "aiff", sniff.OGG: "ogg",
    sniff.GIF: "gif",
}  # fmt: skip
BUFFER = 1 << 20
# Two decoders at once, and each holds a frame for every thread.
THREADS = 2
# What a step of blue or red difference does to blue or red (ITU-R BT.601, table 1), so that no colour is weighed less.
OF_BLUE, OF_RED = 1.772, 1.402
EXACT = ("ffv1", "rawvideo", "png", "tiff", "dpx", "huffyuv", "ffvhuff", "utvideo", "qtrle", "v210", "prores", "dnxhd", "gif")
UNSPECIFIED = (None, 0, 2)


@dataclass(frozen=True, slots=True)
class Shown:
    """One decoded frame and when it is shown, in seconds after the first."""

    frame: av.VideoFrame
    time: float


@dataclass(frozen=True, slots=True)
class Film:
    """An open file with the stream of its picture, if it has one, and what a sentence calls it."""

    container: av.container.InputContainer
    who: str
    bounds: Bounds

    @property
    def picture(self) -> av.video.stream.VideoStream | None:
        """The first stream that moves; covers and thumbnails do not."""
        streams = self.container.streams.video
        return next((one for one in streams if not one.disposition & av.stream.Disposition.attached_pic), None)

    @property
    def exact(self) -> bool:
        """Whether every frame is kept to the last bit, or by itself as in a mezzanine of the cutting room."""
        return self.picture is not None and self.picture.codec_context.name in EXACT

    @property
    def seconds(self) -> float:
        """As long as the header says, of the container or its longest stream; 0 where it says nothing."""
        lengths = [float(one.duration * one.time_base) for one in self.container.streams if one.duration and one.time_base]
        return max([(self.container.duration or 0) / av.time_base, *lengths])

    def not_too_long(self, seconds: float) -> None:
        most = self.bounds.measured_seconds
        if seconds > most:
            raise MediaRefused(
                "media.too_long",
                f"The {self.who} lasts more than {most // 60} minutes, the most that is measured at once. "
                "Send it reel by reel.",
            )

    def shown(self) -> Iterator[Shown]:
        """Every frame in the order in which they are shown. Refuses what cannot be decoded to the end."""
        stream = self.picture
        assert stream is not None
        stream.thread_type = "AUTO"
        stream.codec_context.thread_count = THREADS
        first: float | None = None
        count = samples = 0
        try:
            for packet in self.container.demux(stream):
                samples += bool(packet.size)
                for frame in packet.decode():
                    if frame.is_corrupt:
                        raise self._damaged(count)
                    time = self._time(frame, count, stream)
                    first = time if first is None else first
                    self.not_too_long(time - first)
                    count += 1
                    yield Shown(frame, time - first)
        except av.error.FFmpegError:
            raise self._damaged(count) from None
        if not count:
            raise self._damaged(0)
        if stream.frames and samples != stream.frames:
            raise MediaRefused(
                "media.malformed",
                f"The header of the {self.who} promises {stream.frames:,} frames, and {samples:,} are in the file. "
                "Export it afresh.",
            )

    def _time(self, frame: av.VideoFrame, count: int, stream: av.video.stream.VideoStream) -> float:
        if frame.time is not None:
            return frame.time
        return float(count / (stream.average_rate or Fraction(25)))

    def _damaged(self, count: int) -> MediaRefused:
        return MediaRefused(
            "media.unreadable", f"The picture of the {self.who} cannot be decoded after {count:,} frames; export it afresh."
        )


@contextmanager
def opened(file: BinaryIO, bounds: Bounds, *, who: str) -> Iterator[Film]:
    """The file as a film or a recording; refuses kinds that are none, and what is too large or too long."""
    kind = sniff.sniff(file)
    if kind not in DEMUXERS:
        raise MediaRefused(
            "media.unmeasurable", f"The {who} is of a kind that is not decoded here ({kind.name}); send MP4, QuickTime or WAV."
        )
    file.seek(0)
    try:
        container = av.open(file, format=DEMUXERS[kind], buffer_size=BUFFER, metadata_errors="ignore")
    except (av.error.FFmpegError, ValueError):
        raise MediaRefused("media.unreadable", f"The {who} cannot be opened; export it afresh.") from None
    with container:
        film = Film(container, who, bounds)
        film.not_too_long(film.seconds)
        stream = film.picture
        if stream is not None and stream.codec_context is None:
            raise MediaRefused("media.unmeasurable", f"The picture of the {who} is in a form that is not decoded here.")
        if stream is not None and stream.width * stream.height > bounds.picture_pixels:
            raise MediaRefused(
                "media.too_large_picture",
                f"The {who} is {stream.width:,} × {stream.height:,} pixels; at most "
                f"{bounds.picture_pixels / 1e6:,.0f} million are measured.",
            )
        yield film


# ── A pair ───────────────────────────────────────────────────────────────────────────────────────────────────────


def paired(before: Film, after: Film, *, colours: bool = True) -> Iterator[tuple[Shown, Shown]]:
    """Frame by frame; refuses at the first that has no counterpart at the same time and of the same size.

    Where only the places count, as with a matte, their `colours` need not be of one space.
    """
    _comparable(before, after)
    if colours:
        _one_space(before, after)
    ones, others = before.shown(), after.shown()
    slack = _slack(after)
    count = 0
    while True:
        one, other = next(ones, None), next(others, None)
        if one is None or other is None:
            break
        size, wanted = (one.frame.width, one.frame.height), (other.frame.width, other.frame.height)
        if size != wanted:
            raise sizes(size, wanted, before.who)
        if abs(one.time - other.time) > slack:
            raise MediaRefused(
                "media.mismatch",
                f"Frame {count:,} is shown at {one.time:.3f} s in the {before.who} and at {other.time:.3f} s in the result: "
                "their frame rates or cuts differ. Send both at the result's rate, cut to the same frames.",
            )
        count += 1
        yield one, other
    if one is not None or other is not None:
        raise MediaRefused(
            "media.mismatch",
            f"The {(after if other is None else before).who} ends after {count:,} frames and the "
            f"{(before if other is None else after).who} goes on. Send both cut to the same frames.",
        )


def _comparable(before: Film, after: Film) -> None:
    """By their headers alone, before anything is decoded."""
    one, other = before.picture, after.picture
    if one is None or other is None:
        missing = before if one is None else after
        raise MediaRefused(
            "media.mismatch", f"The {missing.who} has no picture and the other has one. Send a pair of the same kind."
        )
    if (one.width, one.height) != (other.width, other.height):
        raise sizes((one.width, one.height), (other.width, other.height), before.who)
    if one.average_rate and other.average_rate and abs(one.average_rate / other.average_rate - 1) > Fraction(1, 500):
        raise MediaRefused(
            "media.mismatch",
            f"The {before.who} has {_told(one.average_rate)} frames a second and the result {_told(other.average_rate)}. "
            "Send both at the result's rate.",
        )
    if one.frames and other.frames and one.frames != other.frames:
        raise MediaRefused(
            "media.mismatch",
            f"The {before.who} has {one.frames:,} frames and the result {other.frames:,}. Send both cut to the same frames.",
        )


def _one_space(before: Film, after: Film) -> None:
    one, other = before.picture, after.picture
    assert one is not None and other is not None
    for name, told in (("colorspace", "colour matrix"), ("color_primaries", "primaries"), ("color_trc", "transfer curve")):
        values = getattr(one.codec_context, name, None), getattr(other.codec_context, name, None)
        if values[0] != values[1] and not any(value in UNSPECIFIED for value in values):
            raise MediaRefused(
                "media.mismatch",
                f"Input and result are in different colour spaces (their {told} differs), so every pixel would differ. "
                "Send the input in the result's colour space.",
            )


def _slack(film: Film) -> float:
    """Half the shortest time for which a frame of this film should be shown."""
    stream = film.picture
    rates = [rate for rate in (stream.average_rate, stream.guessed_rate, stream.base_rate) if rate] if stream else []
    return 0.5 / float(min(max(rates, default=Fraction(25)), 240))


def _told(rate: Fraction) -> str:
    return f"{float(rate):.3f}".rstrip("0").rstrip(".")


# ── Planes ───────────────────────────────────────────────────────────────────────────────────────────────────────


def planes(before: av.VideoFrame, after: av.VideoFrame) -> tuple[Frame, Frame]:
    """Both frames as planes of one format: the result's, or what it is unpacked to."""
    after = _planar(after)
    full = _full(after)
    if before.format.name != after.format.name or _full(before) != full:
        before = before.reformat(
            format=after.format.name,
            src_color_range=ColorRange.JPEG if _full(before) else ColorRange.MPEG,
            dst_color_range=ColorRange.JPEG if full else ColorRange.MPEG,
        )
    return _planes(before, full), _planes(after, full)


def _planar(frame: av.VideoFrame) -> av.VideoFrame:
    """The frame itself, or with its channels unpacked where they are interleaved, palettes or big-endian."""
    form = frame.format
    apart = [component.plane for component in form.components] == list(range(len(form.components)))
    if apart and not form.has_palette and not (form.is_big_endian and form.components[0].bits > 8):
        return frame
    deep = form.components[0].bits > 8 and not form.has_palette
    if form.is_rgb or form.has_palette:
        return frame.reformat(format="gbrp16le" if deep else "gbrp")
    return frame.reformat(format="yuv444p16le" if deep else "yuv444p")


def _full(frame: av.VideoFrame) -> bool:
    return frame.format.is_rgb or frame.format.name.startswith(("yuvj", "gray", "gbr")) or frame.color_range == 2


def _planes(frame: av.VideoFrame, full: bool) -> Frame:
    colour = not frame.format.is_rgb
    found = []
    for number, (plane, component) in enumerate(zip(frame.planes, frame.format.components, strict=True)):
        steps = (1 << component.bits) - 1
        worth = 255 / steps
        if colour and number < 3:
            if not full:
                worth *= 255 / (224 if number else 219)
            worth *= (1.0, OF_BLUE, OF_RED)[number]
        found.append(Plane(_samples(plane, component), worth))
    return tuple(found)


def _samples(plane: av.video.plane.VideoPlane, component: av.video.format.VideoFormatComponent) -> NDArray:
    kind = np.dtype(np.uint8 if component.bits <= 8 else np.uint16)
    across = plane.line_size // kind.itemsize
    return np.frombuffer(plane, kind, across * plane.height).reshape(plane.height, across)[:, :plane.width]
