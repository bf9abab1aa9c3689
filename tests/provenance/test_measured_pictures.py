"""How much of a picture changed: measured on built pairs, off by no more than promised and within the error it states."""

import io

import numpy as np
import pytest
from PIL import Image

from provenance.measurement import DIFFERENCE, DIFFERENCE_FIXED, MATTE, Measured
from provenance.media.bounds import Bounds
from provenance.media.measuring import pairs as measuring
from provenance.media.refusal import MediaRefused
from tests.assets import pairs

SIZE = WIDTH, HEIGHT = 640, 360


def measured(before: bytes | None, after: bytes, *, matte: bytes | None = None):
    files = [None if data is None else io.BytesIO(data) for data in (before, after, matte)]
    found = measuring.measure(files[0], files[1], matte=files[2], bounds=Bounds())
    assert Measured.from_wire(found.to_wire()) == found
    assert found.picture.startswith(b"\x89PNG") and Image.open(io.BytesIO(found.picture)).width <= 640
    return found.measurements[0]


def refusal(before: bytes, after: bytes, *, matte: bytes | None = None) -> MediaRefused:
    with pytest.raises(MediaRefused) as refused:
        measured(before, after, matte=matte)
    assert refused.value.detail.endswith(".")
    return refused.value


def covered(one) -> float:
    """The part of the grid that its footprint covers."""
    cells = WIDTH * HEIGHT * 512 * 288 / (WIDTH * HEIGHT)
    return sum(piece.mask.covered.bit_count() for piece in one.footprint) / cells


@pytest.mark.parametrize("quality", [50, 80, 95])
@pytest.mark.parametrize("sigma", [0, 3, 7])
@pytest.mark.parametrize("texture", pairs.TEXTURES)
def test_recompression_alone_is_no_change(texture, sigma, quality):
    picture = pairs.scene(1, *SIZE, texture) + pairs.grain(0, *SIZE, sigma)

    one = measured(pairs.png(picture), pairs.jpeg(picture, quality))

    assert one.share <= 0.005 and one.share <= one.error
    assert one.method == DIFFERENCE


@pytest.mark.parametrize(("share", "allowed"), [(0.01, 0.01), (0.1, 0.01), (0.3, 0.01), (0.6, 0.02)])
@pytest.mark.parametrize(("sigma", "quality"), [(0, 50), (3, 80), (7, 95)])
@pytest.mark.parametrize("texture", pairs.TEXTURES)
def test_a_change_is_measured_within_a_point_and_within_its_error(texture, sigma, quality, share, allowed):
    picture, mask = pairs.scene(1, *SIZE, texture), pairs.disc(*SIZE, share)
    changed = np.where(mask[..., None], picture + 14, picture)
    noise = pairs.grain(0, *SIZE, sigma)

    one = measured(pairs.jpeg(picture + noise, 95), pairs.jpeg(changed + noise, quality))

    off = abs(float(one.share) - mask.mean())
    assert off <= allowed and off <= one.error
    assert abs(covered(one) - mask.mean()) <= one.error + allowed


def test_a_wholly_new_picture_is_all_changed_and_says_that_its_floor_is_fixed():
    one = measured(pairs.jpeg(pairs.scene(1, *SIZE), 90), pairs.jpeg(pairs.scene(9, *SIZE, "mixed"), 90))

    assert one.share >= 0.98
    assert one.method == DIFFERENCE_FIXED


def test_the_same_picture_has_no_change_and_no_footprint():
    data = pairs.png(pairs.scene(1, *SIZE))

    one = measured(data, data)

    assert (one.share, one.footprint, one.ranges) == (0, (), ())


def test_a_change_larger_than_the_floor_is_seen():
    """The floor that is stated is a promise: what differs by more is counted."""
    picture = pairs.scene(1, *SIZE, "mixed") + pairs.grain(0, *SIZE, 7)
    before = pairs.jpeg(picture, 70)
    floor = measured(before, pairs.jpeg(picture, 60)).floor
    mask = pairs.disc(*SIZE, 0.05)

    one = measured(before, pairs.jpeg(np.where(mask[..., None], picture + 1.2 * floor, picture), 60))

    assert abs(float(one.share) - mask.mean()) <= 0.01


def test_sixteen_bits_transparency_palettes_and_turned_pictures_are_compared_as_they_are_seen():
    colour = Image.fromarray(pairs.levels(pairs.scene(1, *SIZE)))
    turned = Image.Exif()
    turned[0x0112] = 6
    deep = Image.fromarray(np.asarray(colour.convert("L")).astype(np.uint16) * 257)
    clear = colour.copy()
    clear.putalpha(255)
    alike = {
        "turned": pairs.saved(colour.transpose(Image.Transpose.ROTATE_90), "PNG", exif=turned),
        "clear": pairs.saved(clear, "PNG"),
        "tiff": pairs.saved(colour, "TIFF", compression="tiff_lzw"),
    }
    for name, data in alike.items():
        assert measured(pairs.saved(colour, "PNG"), data).share == 0, name
    grey = pairs.saved(colour.convert("L"), "PNG")
    assert measured(grey, pairs.saved(deep, "PNG")).share == 0
    palette = colour.quantize(64, dither=Image.Dither.NONE)
    assert measured(pairs.saved(palette.convert("RGB"), "PNG"), pairs.saved(palette, "PNG")).share == 0
    ink = colour.convert("CMYK")
    assert measured(pairs.saved(ink, "TIFF"), pairs.saved(ink, "TIFF")).share == 0
    assert refusal(pairs.saved(ink, "TIFF"), pairs.saved(colour, "TIFF")).code == "media.mismatch"


def test_what_is_laid_in_transparently_is_counted_and_what_cannot_be_seen_is_not():
    picture = pairs.levels(pairs.scene(1, *SIZE))
    hidden, half = (np.dstack([picture, np.full((HEIGHT, WIDTH), 255, np.uint8)]) for _ in range(2))
    half[:, :160, 3] = 90
    other = half.copy()
    hidden[:, :160, 3] = 0
    invisible = hidden.copy()
    invisible[:, :160, :3] = 7
    files = [pairs.saved(Image.fromarray(one), "PNG") for one in (hidden, invisible, other, half)]

    assert measured(files[0], files[1]).share == 0
    assert measured(files[2], files[3]).share == 0
    assert abs(measured(pairs.saved(Image.fromarray(picture), "PNG"), files[3]).share - 0.25) < 0.01


def test_the_footprint_lies_in_the_frame_as_it_is_stored():
    """Regions are drawn in stored pixels; a picture turned by its EXIF note is compared upright."""
    picture = pairs.levels(pairs.scene(1, *SIZE))
    changed = picture.copy()
    changed[:96, :96] += 60
    note = Image.Exif()
    note[0x0112] = 6
    files = [
        pairs.saved(Image.fromarray(one).transpose(Image.Transpose.ROTATE_90), "PNG", exif=note) for one in (picture, changed)
    ]

    one = measured(*files)

    # Stored, the frame stands upright, and what is seen at the top left is at the bottom left.
    rows, row_bytes = 512, 36
    mask = one.footprint[0].mask.covered.to_bytes(rows * row_bytes, "big")
    bits = np.unpackbits(np.frombuffer(mask, np.uint8).reshape(rows, row_bytes), axis=1)
    assert bits[-60:, :60].mean() > 0.9 and bits[:400].sum() == 0


@pytest.mark.parametrize(("drawn", "share", "remark"), [(0, 0.0, "empty"), (255, 1.0, "full"), (None, 0.2, "")])
def test_a_matte_says_itself_what_is_touched(drawn, share, remark):
    picture = pairs.png(pairs.scene(1, *SIZE))
    levels = np.full((HEIGHT, WIDTH), drawn or 0, np.uint8)
    if drawn is None:
        levels[:, :128] = 200

    one = measured(None, picture, matte=pairs.saved(Image.fromarray(levels), "PNG"))

    assert (one.method, float(one.share)) == (MATTE, share)
    assert abs(covered(one) - share) < 0.01
    assert remark in "".join(one.remarks) and bool(one.remarks) == bool(remark)


def test_what_cannot_be_compared_is_refused_with_a_sentence():
    picture = pairs.scene(1, *SIZE)
    data, small = pairs.png(picture), pairs.png(picture[:180, :320])
    numbers = np.full((40, 40), np.nan, np.float32)
    floats = pairs.saved(Image.fromarray(numbers), "TIFF")
    pages = pairs.saved(Image.fromarray(pairs.levels(picture)), "TIFF", save_all=True,
                        append_images=[Image.fromarray(pairs.levels(picture))])  # fmt: skip

    assert "640 × 360 pixels and the result 320 × 180" in refusal(data, small).detail
    assert "The matte is 320 × 180" in refusal(data, data, matte=small).detail
    assert "NaN" in refusal(floats, floats).detail
    assert "holds 2 pictures" in refusal(pages, pages).detail
    assert refusal(data, data[:4_000]).code == "media.unreadable"
    assert refusal(data, b"INT. HARBOR").code == "media.mismatch"
    with pytest.raises(MediaRefused) as refused:
        measuring.measure(io.BytesIO(data), io.BytesIO(data), bounds=Bounds(picture_pixels=100_000))
    assert refused.value.code == "media.too_large_picture"
