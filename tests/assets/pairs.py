"""Builds pairs of which it is known what was changed: stills, films and recordings before and after an edit.

Pictures are gradients and clouds with film grain and, where asked for, strong texture; films are encoded as H.264, sound
as a voice-like hum with hisses and pauses. All comes from seeds, so that the truth of a pair is the same everywhere.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from io import BytesIO
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image

Picture = NDArray[np.float32]
Mask = NDArray[np.bool_]
TEXTURES = ("smooth", "tenth", "mixed")


# ── Pictures ─────────────────────────────────────────────────────────────────────────────────────────────────────


def clouds(seed: int, width: int, height: int, power: float) -> Picture:
    """Noise whose spectrum falls with this power of the frequency: 0 is white, 1.6 is a soft landscape. Spread 1."""
    chance = np.random.default_rng(seed)
    waves = np.fft.rfft2(chance.standard_normal((height, width), np.float32))
    down, across = np.fft.fftfreq(height)[:, None], np.fft.rfftfreq(width)[None]
    distance = np.hypot(down, across)
    distance[0, 0] = 1
    drawn = np.fft.irfft2(waves / distance**power, s=(height, width))
    return (drawn / drawn.std()).astype(np.float32)


@lru_cache(maxsize=6)
def scene(seed: int, width: int, height: int, texture: str = "smooth") -> Picture:
    """Levels of red, green and blue without grain. `tenth`: a tenth of the frame is rough; `mixed`: half, in patches."""
    picture = 110 + 40 * clouds(seed, width, height, 1.6)[..., None] * np.array([1, 0.9, 0.8], np.float32)
    if texture == "tenth":
        rough = np.zeros((height, width), np.float32)
        rough[: height // 3, : round(width * 0.3)] = 45
        picture += (clouds(seed + 50, width, height, 0) * rough)[..., None]
    elif texture == "mixed":
        rough = 30 * (np.abs(clouds(seed + 51, width, height, 1.5)) > 0.7)
        picture += (clouds(seed + 52, width, height, 0.5) * rough)[..., None]
    return picture


@lru_cache(maxsize=6)
def grain(seed: int, width: int, height: int, sigma: float) -> Picture:
    chance = np.random.default_rng(seed + 900)
    grey = chance.standard_normal((height, width, 1), np.float32)
    return sigma * (grey + 0.3 * chance.standard_normal((height, width, 3), np.float32))


def disc(width: int, height: int, share: float, across: float = 0.45, down: float = 0.5) -> Mask:
    """A round mask that covers about this share of the frame."""
    y, x = np.ogrid[:height, :width]
    return (x - across * width) ** 2 + (y - down * height) ** 2 < share * width * height / np.pi


def levels(picture: Picture) -> NDArray[np.uint8]:
    return np.clip(np.rint(picture), 0, 255).astype(np.uint8)


def jpeg(picture: Picture, quality: int) -> bytes:
    return saved(Image.fromarray(levels(picture)), "JPEG", quality=quality)


def png(picture: Picture) -> bytes:
    return saved(Image.fromarray(levels(picture)), "PNG", compress_level=1)


def saved(image: Image.Image, form: str, **options) -> bytes:
    target = BytesIO()
    image.save(target, form, **options)
    return target.getvalue()


# ── Films ────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Edit:
    """What is done to a film: frames from `start` up to `end`, where `mask(frame)` says, to what `change` makes of it."""

    start: int
    end: int
    mask: Callable[[int], Mask]
    change: Callable[[Picture], Picture]

    def __call__(self, number: int, picture: Picture) -> Picture:
        if not self.start <= number < self.end:
            return picture
        return np.where(self.mask(number)[..., None], self.change(picture), picture)

    def share(self, count: int) -> float:
        return sum(float(self.mask(number).mean()) for number in range(self.start, self.end)) / count


def shots(count: int, width: int, height: int, *, sigma: float = 0, texture: str = "smooth", cut: int | None = None,
          fade: bool = False) -> Iterator[Picture]:
    """A camera that moves slowly; with `cut` another scene from that frame on, with `fade` darker to a third at the end."""
    for number in range(count):
        seed = 1 if cut is None or number < cut else 2
        picture = np.roll(scene(seed, width, height, texture), 2 * number, axis=1)
        if fade:
            picture = picture * (1 - 0.67 * number / count)
        yield picture + grain(number % 4, width, height, sigma) if sigma else picture


def film(path: Path, pictures: Iterator[Picture], *, crf: int = 20, edit: Edit | None = None, rate: int = 24,
         times: Sequence[int] | None = None, codec: str = "libx264", form: str = "yuv420p",
         options: dict[str, str] | None = None, sound: NDArray[np.float32] | None = None) -> Path:
    """Encodes pictures to a file. `times`, in thousandths of a second, make the frame rate variable."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=rate)
        track = container.add_stream("aac", rate=RATE, layout="mono") if sound is not None else None
        stream.pix_fmt = form
        stream.options = options if options is not None else {"crf": str(crf), "preset": "veryfast"}
        if times is not None:
            stream.codec_context.time_base = stream.time_base = Fraction(1, 1000)
        for number, picture in enumerate(pictures):
            shown = levels(edit(number, picture) if edit else picture)
            if not number:
                stream.height, stream.width = shown.shape[:2]
            frame = av.VideoFrame.from_ndarray(shown, "rgb24")
            frame.pts = number if times is None else times[number]
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
        if track is not None:
            for frame in _heard(sound, track):
                container.mux(track.encode(frame))
            container.mux(track.encode())
    return path


# ── Sound ────────────────────────────────────────────────────────────────────────────────────────────────────────

RATE = 48_000
FORMS = {
    "wav": ("wav", "pcm_s16le"), "wav24": ("wav", "pcm_s24le"), "wav32": ("wav", "pcm_s32le"), "float": ("wav", "pcm_f32le"),
    "flac": ("flac", "flac"), "mp3": ("mp3", "libmp3lame"), "m4a": ("ipod", "aac"),
}  # fmt: skip


@lru_cache(maxsize=8)
def voice(seed: int, seconds: float, rate: int = RATE) -> NDArray[np.float32]:
    """A hum with overtones that rises and falls, with hisses between and pauses, over the noise of a quiet room."""
    chance, at = np.random.default_rng(seed), np.arange(round(seconds * rate)) / rate
    pitch = 110 * 2 ** (seed % 5 / 5) * (1 + 0.03 * np.sin(2 * np.pi * 4.7 * at + seed) + 0.1 * np.sin(4.4 * at + seed))
    phase = 2 * np.pi * np.cumsum(pitch) / rate
    hum = sum(np.sin(over * phase + seed * over) / over for over in range(1, 18))
    hiss = np.convolve(chance.standard_normal(len(at)), np.ones(3) / 3, "same") / 2
    spoken = hum * np.clip(np.sin(10.7 * at + seed) + 0.5, 0, 1) ** 0.5 + hiss * np.clip(np.sin(14.5 * at + 2 * seed), 0, 1) ** 4
    return (0.12 * spoken + 1e-4 * chance.standard_normal(len(at))).astype(np.float32)


def recording(samples: NDArray[np.float32], form: str = "wav", *, rate: int = RATE) -> bytes:
    """One track, or a channel for each row, at this rate; MP3 and AAC at 128 kbit/s."""
    target = BytesIO()
    container_form, codec = FORMS[form]
    with av.open(target, "w", format=container_form) as container:
        stream = container.add_stream(codec, rate=rate, layout="stereo" if samples.ndim == 2 else "mono")
        if form in ("mp3", "m4a"):
            stream.bit_rate = 128_000
        for frame in _heard(samples, stream):
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return target.getvalue()


def _heard(samples: NDArray[np.float32], stream: av.AudioStream) -> Iterator[av.AudioFrame]:
    layout = "stereo" if samples.ndim == 2 else "mono"
    resampler = av.AudioResampler(format=stream.codec_context.format.name, layout=layout, rate=stream.rate)
    whole = av.AudioFrame.from_ndarray(np.ascontiguousarray(np.atleast_2d(samples)), "fltp", layout)
    whole.sample_rate = RATE
    for frame in (*resampler.resample(whole), *resampler.resample(None)):
        frame.pts = None
        yield frame
