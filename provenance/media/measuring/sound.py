"""Sound: two tracks held against each other by windows of 20 ms, after their offset and their gain are taken out.

Kept of each window are three numbers, the energies of both and what they have in common; from these follows what is left
when the input, as loud as it is in the result, is taken away. The noise of compression is estimated from the pair.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import groupby
from typing import BinaryIO

import av
import numpy as np
from numpy.typing import NDArray

from provenance.footprint import Piece
from provenance.measurement import DIFFERENCE, DIFFERENCE_FIXED, Measurement
from provenance.media.bounds import Bounds
from provenance.media.measuring import films
from provenance.media.refusal import MediaRefused

WINDOWS_PER_SECOND = 50
# Windows that are aligned together, about five seconds, and the offset within which a counterpart is sought.
CHUNK = 256
FARTHEST_SECONDS = 1.0
# Encoders pad by some tens of milliseconds.
LENGTH_SLACK = 0.25
MOST_CHANNELS = 8
# Correlations above these say that a lag is right, and that a window is the input's own.
ALIGNED, SAME = 0.6, 0.9
# In dB of the input: what is left that never counts, and that always does; of full scale: what nobody hears.
LEAST, MOST, SILENCE = -40.0, -3.0, -66.0
QUIETEST = 1e-12
SPREADS, MARGIN, REACH = 6.0, 5.0, 15.0
# Windows are as rough as each other within so many dB; fewer of a kind say nothing.
CLASS, FEWEST = 3.0, 12
# A fade may differ so much from the gain of the whole, in dB.
GAIN_TURNS = 10 ** (6 / 20)
# In windows: a gap that is filled, and a pause in which nothing is heard; what is shorter than the last is dropped.
LONGEST_GAP, LONGEST_PAUSE, SHORTEST = 10, 25, 4
# What compression at its usual rates (MP3 and AAC at 128 kbit/s) leaves of the input, in dB: by window as smooth as a vowel
# or smoother, and more with every dB that it is rougher. It reaches so many windows far, at a part of the loudest.
USUAL, USUAL_BY_ROUGHNESS, SMOOTH = -17.0, 0.55, -24.0
MASKING, MASKED = 2, 0.1
EXACT = ("pcm_", "flac", "alac", "wavpack", "tta", "mlp", "truehd")
ALWAYS_DOUBT = Fraction(2, 1000)

Samples = NDArray[np.float32]
Numbers = NDArray[np.float64]


def measure(input_file: BinaryIO, result_file: BinaryIO, number: int, bounds: Bounds, *, element: str,
            track: int | None) -> Measurement:
    """The ranges of a track in which the result's sound is not the input's. Both tracks have this number in their files."""
    with films.opened(input_file, bounds, who="input") as before, films.opened(result_file, bounds, who="result") as after:
        shape = _shape(before, after, number)
        ones, others = (_Track(film, number, *shape) for film in (before, after))
        lossy = not (ones.exact and others.exact)
        energies = _compared(ones, others)
    if abs(ones.taken - others.taken) > LENGTH_SLACK * shape[0] + abs(energies.lag):
        raise MediaRefused(
            "media.mismatch",
            f"The sound of the input lasts {ones.taken / shape[0]:.2f} s and that of the result {others.taken / shape[0]:.2f} s. "
            "Send the input cut to the same length.",
        )
    window = Fraction(_window(shape[0]), shape[0])
    seconds = Fraction(others.taken, shape[0])
    return _judged(energies, window, seconds, element, track, lossy=lossy)


def _window(rate: int) -> int:
    return max(1, round(rate / WINDOWS_PER_SECOND))


def _shape(before: films.Film, after: films.Film, number: int) -> tuple[int, str]:
    """The rate and channels in which both are compared: the result's, or mixed to one channel where they differ."""
    one, other = (film.container.streams.audio[number].codec_context for film in (before, after))
    if one is None or other is None or not other.sample_rate or not one.sample_rate:
        raise MediaRefused("media.unmeasurable", "The sound is in a form that is not decoded here.")
    alike = one.layout.nb_channels == other.layout.nb_channels
    return other.sample_rate, other.layout.name if alike and other.layout.nb_channels <= MOST_CHANNELS else "mono"


# ── Decoding ─────────────────────────────────────────────────────────────────────────────────────────────────────


class _Track:
    """The samples of one track in order, at one rate and layout; `taken` counts those given out, the file's own only."""

    def __init__(self, film: films.Film, number: int, rate: int, layout: str) -> None:
        self.film, self.rate, self.taken = film, rate, 0
        self.stream = film.container.streams.audio[number]
        self.exact = self.stream.codec_context.name.startswith(EXACT)
        self.resampler = av.AudioResampler(format="fltp", layout=layout, rate=rate)
        self._waiting: list[Samples] = []
        self._have = 0
        self._source = self._decoded()

    def upto(self, count: int) -> Samples:
        """The next samples by channel, fewer at the end."""
        while self._have < count and (more := next(self._source, None)) is not None:
            self._waiting.append(more)
            self._have += more.shape[1]
        whole = np.concatenate(self._waiting, axis=1) if self._waiting else np.zeros((1, 0), np.float32)
        given, rest = whole[:, :count], whole[:, count:]
        self._waiting, self._have = [rest] if rest.size else [], rest.shape[1]
        self.taken += given.shape[1]
        return given

    def _decoded(self) -> Iterator[Samples]:
        try:
            for frame in self.film.container.decode(self.stream):
                for part in self.resampler.resample(frame):
                    yield self._checked(part.to_ndarray())
            for part in self.resampler.resample(None):
                yield self._checked(part.to_ndarray())
        except (av.error.FFmpegError, ValueError):
            raise MediaRefused(
                "media.unreadable",
                f"The sound of the {self.film.who} cannot be decoded after {self.taken / self.rate:.1f} s; export it afresh.",
            ) from None

    def _checked(self, samples: Samples) -> Samples:
        self.film.not_too_long(self.taken / self.rate)
        if not np.isfinite(samples).all():
            raise MediaRefused(
                "media.malformed", f"The sound of the {self.film.who} holds values that are no numbers (NaN); export it afresh."
            )
        return samples


# ── Side by side ─────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(slots=True)
class _Energies:
    """By window: mean square of the input, of the result, of what they share, and of the input's steps from sample to
    sample, which tell how rough it is; and the last lag, in samples."""

    before: list[Numbers] = field(default_factory=list)
    after: list[Numbers] = field(default_factory=list)
    shared: list[Numbers] = field(default_factory=list)
    steps: list[Numbers] = field(default_factory=list)
    lag: int = 0


def _compared(ones: _Track, others: _Track) -> _Energies:
    found = _Energies()
    window = _window(others.rate)
    reach = round(FARTHEST_SECONDS * others.rate)
    length = CHUNK * window
    # The input from `reach` before the result's chunk to `reach` after it.
    around = np.zeros((1, 0), np.float32)
    while (after := others.upto(length)).shape[1]:
        if not around.size:
            around = _padded(ones.upto(length + reach), reach, length + 2 * reach)
        before = _shifted(around, found.lag, reach, after.shape[1])
        if _likeness(before, after) < ALIGNED and (lag := _lag(around, after, reach)) is not None:
            found.lag = lag
            before = _shifted(around, lag, reach, after.shape[1])
        steps = np.diff(before, axis=1, prepend=before[:, :1])
        products = before * before, after * after, before * after, steps * steps
        for kept, product in zip((found.before, found.after, found.shared, found.steps), products, strict=True):
            kept.append(_by_window(product, window))
        more = ones.upto(length)
        around = np.concatenate([around[:, length:], _padded(more, 0, length, channels=len(around))], axis=1)
    while ones.upto(length).shape[1]:
        pass
    return found


def _padded(samples: Samples, before: int, length: int, channels: int = 1) -> Samples:
    whole = np.zeros((max(len(samples), channels), length), np.float32)
    whole[:, before:before + samples.shape[1]] = samples
    return whole


def _shifted(around: Samples, lag: int, reach: int, length: int) -> Samples:
    return around[:, reach - lag:reach - lag + length]


def _likeness(one: Samples, other: Samples) -> float:
    """Their correlation, whatever their gain; 1 where there is nothing to align."""
    energies = float((one * one).sum(dtype=np.float64) * (other * other).sum(dtype=np.float64))
    return 1.0 if energies <= 1e-12 else abs(float((one * other).sum(dtype=np.float64))) / energies**0.5


def _lag(around: Samples, after: Samples, reach: int) -> int | None:
    """By how many samples the result comes later than the input; None where no lag makes them alike."""
    size = 1 << (around.shape[1] + after.shape[1] - 1).bit_length()
    # Differences, because a low hum is alike at many lags.
    one, other = (np.diff(samples.mean(axis=0)) for samples in (around, after))
    products = np.fft.irfft(np.fft.rfft(one, size) * np.conj(np.fft.rfft(other, size)), size)[:2 * reach + 1]
    lag = reach - int(np.argmax(np.abs(products)))
    return lag if _likeness(_shifted(around, lag, reach, after.shape[1]), after) >= ALIGNED else None


def _by_window(product: Samples, window: int) -> Numbers:
    sums = product.mean(axis=0, dtype=np.float64)
    starts = np.arange(0, len(sums), window)
    return np.add.reduceat(sums, starts) / np.diff(np.append(starts, len(sums)))


# ── What was touched ─────────────────────────────────────────────────────────────────────────────────────────────


def _judged(energies: _Energies, window: Fraction, seconds: Fraction, element: str, track: int | None, *,
            lossy: bool) -> Measurement:
    if not energies.after:
        raise MediaRefused("media.unmeasurable", "The sound of the result is empty.")
    before, after, shared, steps = (
        np.concatenate(kept) for kept in (energies.before, energies.after, energies.shared, energies.steps)
    )
    gain = _gain(before, after, shared)
    expected = gain * gain * before
    left = np.maximum(after - 2 * gain * shared + expected, 0)
    silence = 10 ** (SILENCE / 10)
    reference = np.maximum(expected, silence)
    if lossy:
        # What compression adds is spread over some windows, and masked by the loudest of them.
        reference = np.maximum(reference, MASKED * _loudest_around(expected))
    ratio = _decibels(left / reference)
    roughness = _decibels(steps / np.maximum(before, QUIETEST))
    audible = np.maximum(expected, after) > silence
    limits, trusted = _limits(ratio, roughness, audible, lossy=lossy)
    heard = left > silence
    beyond = heard & (ratio > limits)
    touched = _tidied(beyond, ~audible, heard & (ratio > limits + MARGIN))
    doubtful = heard & (np.abs(ratio - limits) < MARGIN / 2)
    pieces = list(_pieces(touched, window, seconds))
    share = sum((end - start for start, end in pieces), Fraction(0)) / seconds
    error = (len(pieces) * 2 * window + int(doubtful.sum()) * window / 4) / seconds + ALWAYS_DOUBT
    loudest = float((_decibels(reference) + limits).max())
    remarks = (f"The result is {energies.lag} samples later than the input.",) if energies.lag else ()
    return Measurement(
        element,
        DIFFERENCE if trusted else DIFFERENCE_FIXED,
        share,
        min(error, Fraction(1)),
        time_share=share,
        floor=round(max(loudest, SILENCE), 1),
        ranges=tuple({"start_s": round(float(start), 6), "end_s": round(float(end), 6)} for start, end in pieces),
        footprint=tuple(Piece(start, end) for start, end in pieces),
        remarks=remarks,
        track=track,
    )


def _gain(before: Numbers, after: Numbers, shared: Numbers) -> Numbers:
    """How much louder the input is in the result: the middle of all, and nearby by at most 6 dB otherwise, as a fade is."""
    alike = np.abs(shared) > SAME * np.sqrt(before * after) + 1e-15
    if not alike.any():
        return np.ones_like(before)
    gains = np.divide(shared, before, out=np.zeros_like(before), where=before > 0)
    middle = float(np.median(gains[alike]))
    every = np.arange(len(before))
    nearby = np.interp(every, every[alike], _smoothed(gains[alike]))
    bounds = sorted((middle / GAIN_TURNS, middle * GAIN_TURNS))
    return np.clip(nearby, *bounds)


def _smoothed(values: Numbers, reach: int = 12) -> Numbers:
    wide = np.pad(values, reach, mode="edge")
    return np.median(np.lib.stride_tricks.sliding_window_view(wide, 2 * reach + 1), axis=1)


def _loudest_around(powers: Numbers) -> Numbers:
    wide = np.pad(powers, MASKING, mode="edge")
    return np.lib.stride_tricks.sliding_window_view(wide, 2 * MASKING + 1).max(axis=1)


def _limits(ratios: Numbers, roughness: Numbers, audible: NDArray[np.bool_], *, lossy: bool) -> tuple[Numbers, bool]:
    """The most that noise leaves of each window, in dB, by how rough it is, and whether it could be told from the pair.

    Compression errs little in a vowel and much in a hiss; so windows are held against those that are as rough.
    """
    places = np.clip((roughness / CLASS + 20).astype(np.intp), 0, 30)
    known, found = [], []
    for place in np.unique(places[audible]):
        here = np.sort(ratios[audible & (places == place)])
        if len(here) >= FEWEST:
            known.append(place)
            found.append(_limit(here))
    # Two compressions of the same are alike until the first change and differ from there on, so that the noise of the
    # first part says nothing of the rest: what compression does at its usual rates is never counted.
    least = np.maximum(LEAST, USUAL + USUAL_BY_ROUGHNESS * np.maximum(roughness - SMOOTH, 0)) if lossy else LEAST
    if not known:
        return np.full(len(ratios), LEAST) if not lossy else np.minimum(least, MOST), True
    limits = np.interp(places, known, np.maximum.accumulate(found))
    return np.minimum(np.maximum(limits, least), MOST), bool((limits[audible] <= MOST).mean() > 0.5)


def _limit(ordered: Numbers) -> float:
    """Among windows alike, in rising order, up to four fifths of which may be touched: what noise reaches at most."""
    limit = float(ordered[len(ordered) // 5]) + REACH
    for _ in range(2):
        like = ordered[: max(1, int(np.searchsorted(ordered, limit, "right")))]
        middle = float(like[len(like) // 2])
        spread = middle - float(like[len(like) * 16 // 100])
        limit = middle + min(max(SPREADS * spread, MARGIN), REACH)
    return limit


def _tidied(touched: NDArray[np.bool_], silent: NDArray[np.bool_], sure: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """With short gaps and pauses between touched windows filled, and without lone windows that are not sure."""
    kept = touched.copy()
    for start, end in _runs(~touched):
        pause = end - start <= LONGEST_PAUSE and silent[start:end].all()
        if (end - start <= LONGEST_GAP or pause) and 0 < start and end < len(kept):
            kept[start:end] = True
    for start, end in _runs(kept):
        if end - start < SHORTEST and not sure[start:end].any():
            kept[start:end] = False
    return kept


def _runs(chosen: NDArray[np.bool_]) -> Iterator[tuple[int, int]]:
    place = 0
    for value, run in groupby(chosen.tolist()):
        length = sum(1 for _ in run)
        if value:
            yield place, place + length
        place += length


def _decibels(powers: Numbers) -> Numbers:
    return 10 * np.log10(powers + QUIETEST)


def _pieces(touched: NDArray[np.bool_], window: Fraction, seconds: Fraction) -> Iterator[tuple[Fraction, Fraction]]:
    for start, end in _runs(touched):
        yield start * window, min(end * window, seconds)
