"""How much of a film changed, and in which frames: right to the frame, whatever its rate, its cuts and its compression."""

import numpy as np
import pytest

from provenance.measurement import DIFFERENCE_FIXED, MATTE
from provenance.media.bounds import Bounds
from provenance.media.measuring import pairs as measuring
from provenance.media.measuring.passage import MOST_PIECES, Passage
from provenance.media.refusal import MediaRefused
from tests.assets import pairs
from tests.assets.pairs import Edit, film, shots

SIZE = WIDTH, HEIGHT = 480, 270
COUNT = 24
EVERYWHERE = np.ones((HEIGHT, WIDTH), bool)
MOVING = Edit(7, 17, lambda number: pairs.disc(*SIZE, 0.08, 0.2 + 0.02 * number), lambda picture: picture + 18)
SMALL = Edit(3, 9, lambda number: pairs.disc(*SIZE, 0.01, 0.2, 0.3), lambda picture: picture - 16)
AFTER_CUT = Edit(12, COUNT, lambda number: pairs.disc(*SIZE, 0.3), lambda picture: picture[::-1] + 12)
FADING = Edit(4, 15, lambda number: pairs.disc(*SIZE, 0.02), lambda picture: picture * 1.25)
WHOLE = Edit(5, 20, lambda number: EVERYWHERE, lambda picture: pairs.scene(9, *SIZE))


def measured(before, after, *, matte=None, element="picture", bounds=None):
    with open(before, "rb") as one, open(after, "rb") as other:
        drawn = open(matte, "rb") if matte else None
        try:
            return measuring.measure(one, other, matte=drawn, element=element, bounds=bounds or Bounds())
        finally:
            if drawn:
                drawn.close()


def frames(one) -> list[tuple[int, int]]:
    return [(told["start_frame"], told["end_frame"]) for told in one.ranges]


def refusal(*files, **how) -> MediaRefused:
    with pytest.raises(MediaRefused) as refused:
        measured(*files, **how)
    assert refused.value.detail.endswith(".")
    return refused.value


@pytest.mark.parametrize(("texture", "sigma", "crf"), [("smooth", 0, 23), ("tenth", 3, 28), ("mixed", 3, 18)])
@pytest.mark.parametrize(
    ("edit", "made"),
    [(MOVING, {}), (SMALL, {}), (AFTER_CUT, {"cut": 12}), (FADING, {"fade": True}), (WHOLE, {}), (None, {})],
    ids=["moving", "small", "cut", "fade", "whole", "none"],
)
def test_a_change_is_measured_to_the_frame(tmp_path, texture, sigma, crf, edit, made):
    take = {"sigma": sigma, "texture": texture, **made}
    before = film(tmp_path / "before.mp4", shots(COUNT, *SIZE, **take), crf=20)
    after = film(tmp_path / "after.mp4", shots(COUNT, *SIZE, **take), crf=crf, edit=edit)

    [one] = measured(before, after).measurements

    truth = edit.share(COUNT) if edit else 0
    off = abs(float(one.share) - truth)
    assert off <= one.error and off <= (0.02 if edit is WHOLE else 0.01 if edit else 0.005)
    assert len(one.ranges) == bool(edit)
    for start, end in frames(one):
        assert abs(start - edit.start) <= 1 and abs(end - edit.end) <= 1
    assert (one.method == DIFFERENCE_FIXED) == (edit is WHOLE)


def test_frames_of_different_lengths_are_told_in_frames_and_in_seconds(tmp_path):
    times = np.cumsum([0, *([40, 20, 60, 30] * 6)])[:COUNT].tolist()
    files = [
        film(tmp_path / name, shots(COUNT, *SIZE), edit=edit, times=times)
        for name, edit in (("before.mp4", None), ("after.mp4", MOVING))
    ]

    [one] = measured(*files).measurements

    [told] = one.ranges
    assert (told["start_frame"], told["end_frame"]) == (7, 17)
    assert (told["start_s"], told["end_s"]) == (times[7] / 1000, times[17] / 1000)


def test_another_pixel_format_is_turned_into_the_results(tmp_path):
    before = film(tmp_path / "before.mkv", shots(12, *SIZE), codec="ffv1", form="bgr0", options={})
    after = film(tmp_path / "after.mp4", shots(12, *SIZE), crf=18)

    assert measured(before, after).measurements[0].share == 0


def test_films_that_cannot_be_paired_frame_by_frame_are_refused(tmp_path):
    def made(name, count=12, size=SIZE, **how):
        return film(tmp_path / name, shots(count, *size), **how)

    plate = made("plate.mp4")
    assert "480 × 270" in refusal(plate, made("small.mp4", size=(320, 180))).detail
    assert "24 frames a second and the result 25" in refusal(plate, made("rate.mp4", rate=25)).detail
    assert "12 frames and the result 11" in refusal(plate, made("short.mp4", count=11)).detail
    times = [0, *range(900, 1_340, 40)]
    assert refusal(plate, made("late.mp4", times=times)).code == "media.mismatch"
    colours = [made(name, options={"colorprim": prim, "x264-params": f"colorprim={prim}:transfer={prim}:colormatrix={prim}"})
               for name, prim in (("hd.mp4", "bt709"), ("sd.mp4", "smpte170m"))]  # fmt: skip
    assert "colour spaces" in refusal(*colours).detail
    assert refusal(plate, plate, bounds=Bounds(measured_seconds=0)).code == "media.too_long"
    assert refusal(plate, plate, element="text").code == "media.unmeasurable"
    assert "sound tracks" in refusal(plate, plate, element="voice").detail


def test_a_header_that_promises_other_frames_is_refused(tmp_path):
    plate = film(tmp_path / "plate.mp4", shots(12, *SIZE))
    data = bytearray(plate.read_bytes())
    place = data.index(b"stsz")
    # The last sizes are left out of the table, and the count of frames stays.
    count = int.from_bytes(data[place + 12:place + 16], "big")
    assert count == 12
    data[place + 12:place + 16] = (9).to_bytes(4, "big")
    lying = tmp_path / "lying.mp4"
    lying.write_bytes(data)

    assert refusal(plate, lying).code in ("media.malformed", "media.mismatch", "media.unreadable")


def test_a_damaged_film_is_refused_and_nothing_is_told_of_its_first_half(tmp_path):
    plate = film(tmp_path / "plate.mp4", shots(COUNT, *SIZE, sigma=3))
    data = bytearray(plate.read_bytes())
    place = data.index(b"mdat")
    data[place + len(data) // 2:place + len(data) // 2 + 4_000] = bytes(4_000)
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(data)

    assert refusal(plate, broken).code == "media.unreadable"


def test_a_moving_matte_is_counted_frame_by_frame(tmp_path):
    plate = film(tmp_path / "plate.mp4", shots(12, *SIZE))
    white = Edit(3, 8, lambda number: pairs.disc(*SIZE, 0.1), lambda picture: np.full_like(picture, 255))
    black = (np.zeros((HEIGHT, WIDTH, 3), np.float32) for _ in range(12))
    matte = film(tmp_path / "matte.mp4", black, edit=white)

    [one] = measured(plate, plate, matte=matte).measurements

    assert (one.method, frames(one)) == (MATTE, [(3, 8)])
    assert abs(float(one.share) - white.share(12)) <= one.error + 0.001


def test_pictures_and_each_track_of_sound_are_measured_apart(tmp_path):
    spoken, other = pairs.voice(1, 1.0), pairs.voice(7, 1.0)
    replaced = spoken.copy()
    replaced[16_000:36_000] = other[16_000:36_000]
    before = film(tmp_path / "before.mp4", shots(COUNT, *SIZE), sound=spoken)
    after = film(tmp_path / "after.mp4", shots(COUNT, *SIZE), sound=replaced)
    silent = film(tmp_path / "silent.mp4", shots(COUNT, *SIZE))

    picture, sound = measured(before, after, element=None).measurements
    assert (picture.element, picture.share, sound.element) == ("picture", 0, "sound")
    assert 0.25 < sound.share < 0.6
    [voice] = measured(before, after, element="voice").measurements
    assert (voice.element, voice.share) == ("voice", sound.share)
    [alone] = measured(silent, after, element=None).measurements
    assert alone.element == "picture" and "sound was not measured" in alone.remarks[0]


def test_an_hour_of_changing_masks_is_kept_in_few_pieces():
    passage = Passage(*SIZE)
    cells = np.zeros((passage.grid.rows, passage.grid.columns), np.float32)
    for number in range(20_000):
        cells[:] = 0
        cells[10:60, number % 400:number % 400 + 50] = 1
        passage.add(number / 24, cells, 2_500 if number % 7 else 0, 0)  # type: ignore[arg-type]

    one = passage.measurement("measured:difference", 2.0)

    assert len(one.footprint) <= MOST_PIECES and len(one.ranges) <= 400
    assert sum(piece.end - piece.start for piece in one.footprint) <= 20_000
    assert one.remarks
