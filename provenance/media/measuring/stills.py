"""Still pictures: read into planes that can be held against each other, whatever their depth, mode, profile or turn.

Compared is what is seen: upright, in one colour space, colours as far as they are opaque; transparency is a channel of
its own. 16-bit pictures are compared in 16 bits. Pillow reads, PyAV where Pillow would cut 16 bits to 8.
"""

import warnings
from dataclasses import dataclass
from io import BytesIO
from typing import BinaryIO

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms

from provenance.media import sniff
from provenance.media.bounds import Bounds
from provenance.media.measuring.blocks import SIDE, Blocks, Frame, Plane, compare
from provenance.media.measuring.places import upright
from provenance.media.refusal import MediaRefused

READ = {
    sniff.JPEG: ("JPEG", "MPO"),
    sniff.PNG: ("PNG",),
    sniff.GIF: ("GIF",),
    sniff.WEBP: ("WEBP",),
    sniff.TIFF: ("TIFF",),
    sniff.AVIF: ("AVIF",),
}
# Where PyAV is asked: the demuxer of one picture of this kind.
DEEP = {sniff.PNG: "png_pipe", sniff.TIFF: "tiff_pipe"}
ORIENTATION = 0x0112
BAND = 64 * SIDE


@dataclass(frozen=True, slots=True)
class Still:
    """One picture, upright: samples by row, column and channel, 8 or 16 bits; `space` names what the channels mean."""

    samples: NDArray[np.uint8] | NDArray[np.uint16]
    space: str
    alpha: bool
    profile: bytes
    orientation: int = 1

    @property
    def size(self) -> tuple[int, int]:
        return self.samples.shape[1], self.samples.shape[0]

    @property
    def deep(self) -> bool:
        return self.samples.dtype == np.uint16

    def picture(self) -> Image.Image:
        """As it can be shown: 8 bits, red, green, blue."""
        samples = (self.samples >> 8).astype(np.uint8) if self.deep else self.samples
        if self.space == "CMYK":
            return Image.fromarray(np.ascontiguousarray(samples[..., :4]), "CMYK").convert("RGB")
        return Image.fromarray(np.ascontiguousarray(samples[..., :3]), "RGB")


def read(file: BinaryIO, bounds: Bounds, *, who: str) -> Still:
    """One picture, upright. `who` is what a sentence calls it: the input, the result, the matte."""
    kind = sniff.sniff(file)
    if kind not in READ:
        raise MediaRefused(
            "media.unmeasurable",
            f"The {who} is of a kind whose pixels are not read here ({kind.name}); send it as PNG or TIFF of 8 or 16 bits.",
        )
    file.seek(0)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(file, formats=READ[kind]) as picture:
                _within(picture, bounds, who)
                return _still(picture, who)
    except Image.UnidentifiedImageError:
        deep = _deep(file, kind, bounds, who)
        if deep is None:
            raise _unreadable(who) from None
        return Still(deep, "RGB", deep.shape[2] == 4, b"")
    except MediaRefused:
        raise
    except (OSError, ValueError, SyntaxError, EOFError, KeyError, IndexError, TypeError, Image.DecompressionBombError):
        raise _unreadable(who) from None


def moves(file: BinaryIO) -> bool:
    """Whether a GIF has more than one frame."""
    file.seek(0)
    try:
        with Image.open(file, formats=("GIF",)) as picture:
            return getattr(picture, "n_frames", 1) > 1
    except (OSError, ValueError, SyntaxError, EOFError):
        return False


def _within(picture: Image.Image, bounds: Bounds, who: str) -> None:
    if picture.width * picture.height > bounds.picture_pixels:
        raise MediaRefused(
            "media.too_large_picture",
            f"The {who} is {picture.width:,} × {picture.height:,} pixels; at most "
            f"{bounds.picture_pixels / 1e6:,.0f} million are measured. Send it smaller or in tiles.",
        )
    frames = getattr(picture, "n_frames", 1)
    if frames > 1 and picture.format != "MPO":
        raise MediaRefused(
            "media.unmeasurable",
            f"The {who} holds {frames:,} pictures in one file; a still is measured by itself. Send the pages one by one, "
            "or a moving picture as a film.",
        )


def _still(picture: Image.Image, who: str) -> Still:
    profile = picture.info.get("icc_profile") or b""
    # Pillow turns a TIFF itself while it loads.
    orientation = picture.getexif().get(ORIENTATION, 1) if picture.format != "TIFF" else 1
    orientation = orientation if orientation in range(1, 9) else 1
    deep = _sixteen_bits(picture)
    samples, space, alpha = (deep, "RGB", deep.shape[2] == 4) if deep is not None else _samples(picture, who)
    return Still(upright(samples, orientation), space, alpha, profile, orientation)


def _sixteen_bits(picture: Image.Image) -> NDArray[np.uint16] | None:
    """Colour of 16 bits, which Pillow would cut to 8; None for everything else."""
    if picture.format != "PNG" or picture.fp is None:
        return None
    picture.fp.seek(24)
    depth, colour = picture.fp.read(2)
    if depth != 16 or colour == 0:
        return None
    return _decoded(picture.fp, DEEP[sniff.PNG])


def _samples(picture: Image.Image, who: str) -> tuple[NDArray, str, bool]:
    """Samples as stored, what they are, and whether the last channel is transparency."""
    mode = picture.mode
    if mode in ("F", "I"):
        picture.load()
        values = np.asarray(picture)
        found = "values that are no numbers (NaN)" if mode == "F" and np.isnan(values).any() else "numbers without a white"
        raise MediaRefused(
            "media.unmeasurable",
            f"The {who} holds {found}, so that no difference could be given as a part of white; "
            "export it as PNG or TIFF of 8 or 16 bits.",
        )
    if mode.startswith("I;16"):
        grey = np.asarray(picture).astype(np.uint16)
        return np.repeat(grey[..., None], 3, axis=2), "RGB", False
    if mode in ("CMYK", "LAB"):
        return np.asarray(picture), mode, False
    clear = "transparency" in picture.info or mode in ("LA", "PA", "La", "RGBA", "RGBa")
    return np.asarray(picture.convert("RGBA" if clear else "RGB")), "RGB", clear


def _deep(file: BinaryIO, kind: sniff.Kind, bounds: Bounds, who: str) -> NDArray[np.uint16] | None:
    return _decoded(file, DEEP[kind], bounds.picture_pixels) if kind in DEEP else None


def _decoded(file: BinaryIO, demuxer: str, most: int = 0) -> NDArray[np.uint16] | None:
    """The picture as PyAV reads it, in 16 bits; None where it cannot."""
    file.seek(0)
    data = BytesIO(file.read())
    try:
        with av.open(data, format=demuxer) as container:
            stream = container.streams.video[0]
            if most and stream.width * stream.height > most:
                return None
            frame = next(container.decode(stream))
            alpha = any(component.is_alpha for component in frame.format.components)
            return frame.to_ndarray(format="rgba64le" if alpha else "rgb48le")
    except (av.error.FFmpegError, IndexError, StopIteration, ValueError):
        return None


def _unreadable(who: str) -> MediaRefused:
    return MediaRefused("media.unreadable", f"The {who} could not be read as a picture; export it afresh.")


# ── A pair ───────────────────────────────────────────────────────────────────────────────────────────────────────


def matched(before: Still, after: Still) -> tuple[Still, Still]:
    """Both in one colour space, depth and number of channels; refuses where that would be guessing."""
    if before.size != after.size:
        raise sizes(before.size, after.size)
    if before.space != after.space:
        raise MediaRefused(
            "media.mismatch",
            f"The input is in {before.space} and the result in {after.space}; how one became the other is not known. "
            "Export both in the same colour space.",
        )
    if before.profile != after.profile:
        before, after = _in_srgb(before, "input"), _in_srgb(after, "result")
    deep, alpha = before.deep or after.deep, before.alpha or after.alpha
    return _as(before, deep=deep, alpha=alpha), _as(after, deep=deep, alpha=alpha)


def sizes(one: tuple[int, int], other: tuple[int, int], who: str = "input") -> MediaRefused:
    """The refusal of a pair whose pixels do not lie on each other."""
    return MediaRefused(
        "media.mismatch",
        f"The {who} is {one[0]} × {one[1]} pixels and the result {other[0]} × {other[1]}. They are compared pixel by pixel: "
        f"send the {who} at the result's size.",
    )


def _in_srgb(still: Still, who: str) -> Still:
    """Colours as sRGB has them; a picture without a profile is taken to be sRGB."""
    if not still.profile:
        return still
    if still.deep or still.space != "RGB":
        raise MediaRefused(
            "media.mismatch",
            f"Input and result have different colour profiles, and those of 16-bit and {still.space} pictures are not "
            f"converted here ({who}). Export both with the same profile.",
        )
    try:
        source = ImageCms.ImageCmsProfile(BytesIO(still.profile))
        colours = Image.fromarray(np.ascontiguousarray(still.samples[..., :3]), "RGB")
        seen = ImageCms.profileToProfile(colours, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError):
        raise MediaRefused(
            "media.mismatch",
            f"The colour profile of the {who} cannot be used for its pixels, and the other picture has another one. "
            "Export both with the same profile.",
        ) from None
    samples = np.concatenate([np.asarray(seen), still.samples[..., 3:]], axis=2)
    return Still(samples, still.space, still.alpha, b"", still.orientation)


def _as(still: Still, *, deep: bool, alpha: bool) -> Still:
    samples = still.samples
    if deep and not still.deep:
        samples = samples.astype(np.uint16) * np.uint16(257)
    if alpha and not still.alpha:
        opaque = np.full((*samples.shape[:2], 1), np.iinfo(samples.dtype).max, samples.dtype)
        samples = np.concatenate([samples, opaque], axis=2)
    return Still(samples, still.space, alpha, still.profile, still.orientation)


def blocks(before: Still, after: Still) -> Blocks:
    """The blocks of a matched pair, a band of rows after the other."""
    width, height = after.size
    bands = [
        compare(_planes(before, top), _planes(after, top), width, min(BAND, height - top)) for top in range(0, height, BAND)
    ]
    return Blocks(*(np.vstack([getattr(band, name) for band in bands]) for name in ("change", "shift", "texture")))


def _planes(still: Still, top: int) -> Frame:
    band = still.samples[top:top + BAND]
    if still.alpha:
        # What cannot be seen has not changed, whatever colour it would have.
        most = np.uint32(np.iinfo(band.dtype).max)
        seen = (band[..., :-1].astype(np.uint32) * band[..., -1:] // most).astype(band.dtype)
        band = np.concatenate([seen, band[..., -1:]], axis=2)
    worth = 1 / 257 if still.deep else 1.0
    return tuple(Plane(np.ascontiguousarray(band[..., channel]), worth) for channel in range(band.shape[2]))
