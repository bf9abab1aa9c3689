"""What was measured is held against what was declared: within it, beyond it, or nothing at all; and told with its places."""

from dataclasses import replace
from fractions import Fraction

import pytest

from provenance import comparison
from provenance.comparison import AGREES, MORE, NOTHING
from provenance.declaration import parse
from provenance.footprint import Piece, domain_of
from provenance.geometry import FrameRange, TimeRange, WordRange
from provenance.measurement import DIFFERENCE, Measurement
from provenance.raster import Grid
from tests.provenance import declared
from tests.provenance.declared import CLIP, STILL, TRACK, operation, rectangle, region

TOLERANCE = Fraction(2, 100)


def measured(*regions, element="picture", media=STILL, ranges=()):
    """As if exactly these places had been touched."""
    domain = domain_of(element, media)
    pieces = domain.pieces(regions)
    covered = domain.cover(pieces)
    return Measurement(element, DIFFERENCE, covered.share, Fraction(1, 1000), ranges=ranges, footprint=tuple(pieces))


def face(x=40, y=10, width=20, height=50):
    return region("face", rectangle(x, y, width, height))


def found(one, measurement, media=STILL):
    return comparison.compare(one, measurement, media, tolerance=TOLERANCE)


@pytest.mark.parametrize(("touched", "finding", "beyond"), [
    (face(), AGREES, 0),
    (face(45, 20, 5, 5), AGREES, 0),
    (face(39, 10, 21, 50), AGREES, 0.005),
    (face(37, 10, 23, 50), AGREES, 0.015),
    (face(35, 10, 25, 50), MORE, 0.025),
    (face(0, 0, 20, 50), MORE, 0.1),
])  # fmt: skip
def test_what_lies_beyond_the_regions_counts_wherever_it_lies(touched, finding, beyond):
    """The last is as large as what was declared, and somewhere else."""
    answer = found(operation(regions=(face(),)), measured(touched))
    assert answer.finding == finding and float(answer.beyond) == pytest.approx(beyond, abs=0.003)
    assert float(answer.declared.share) == pytest.approx(0.1, abs=0.002)


def test_the_tolerance_itself_is_within_it_and_a_hair_more_is_not():
    one = operation(share=0.10)
    at = Measurement("picture", DIFFERENCE, Fraction(12, 100), Fraction(0))
    assert found(one, at).finding == AGREES
    assert found(one, replace(at, share=Fraction(1201, 10_000))).finding == MORE


def test_time_counts_as_place_does():
    shape = rectangle(0, 0, 100, 100)
    one = operation(regions=(region("r", shape, frames=(0, 99)),))
    later = measured(region("r", shape, frames=(100, 199)), media=CLIP)
    answer = found(one, later, CLIP)
    assert answer.finding == MORE and answer.beyond == Fraction(100, 2256)


def test_sound_and_words_are_held_against_each_other_on_a_line():
    voice = operation(element="voice", technique="voice_clone", regions=(region("r", time=(10, 20)),))
    heard = measured(region("r", time=(10, 23)), element="voice", media=TRACK)
    assert found(voice, heard, TRACK).beyond == Fraction(3, 94) and found(voice, heard, TRACK).finding == MORE


@pytest.mark.parametrize("one", [operation(), operation(whole=True)])
def test_nothing_lies_beyond_what_is_whole_or_was_never_declared(one):
    assert found(one, measured(face())).finding == AGREES


@pytest.mark.parametrize("one", [operation(), operation(whole=True), operation(share=0.2), operation(regions=(face(),))])
def test_a_declared_operation_of_which_nothing_is_found_is_flagged(one):
    assert found(one, measured()).finding == NOTHING


def test_what_lies_within_the_error_of_nothing_is_nothing():
    one, error = operation(share=0.2), Fraction(5, 1000)
    at = Measurement("picture", DIFFERENCE, error, error)
    assert found(one, at).finding == NOTHING
    assert found(one, replace(at, share=Fraction(51, 10_000))).finding == AGREES


def test_what_was_too_much_to_keep_is_held_against_the_number_alone():
    scattered = Measurement("picture", DIFFERENCE, Fraction(2, 10), Fraction(0))
    assert found(operation(regions=(face(),)), scattered).finding == MORE
    assert found(operation(regions=(face(),)), replace(scattered, share=Fraction(1, 10))).finding == AGREES


def test_several_tracks_count_where_any_of_them_was_touched():
    first = measured(region("a", time=(10, 20)), element="voice", media=TRACK, ranges=({"start_s": 10.0, "end_s": 20.0},))
    second = measured(region("b", time=(15, 30)), region("c", time=(50, 60)), element="voice", media=TRACK,
                      ranges=({"start_s": 15.0, "end_s": 30.0}, {"start_s": 50.0, "end_s": 60.0}))  # fmt: skip
    both = comparison.joined((first, second), TRACK)
    assert both.share == both.time_share == Fraction(30, 94) and comparison.joined((first,), TRACK) == first
    assert both.ranges == ({"start_s": 10.0, "end_s": 30.0}, {"start_s": 50.0, "end_s": 60.0})


# --- as it is told ------------------------------------------------------------------------------------------------


def told(one, measurement, media=STILL):
    declaration = comparison.told(
        replace(parse(declared.harbor()), operations=(one,)), {one.id: measurement}, media, tolerance=TOLERANCE
    )
    return declaration.operations[0]


def test_regions_that_hold_what_was_measured_are_told_as_declared():
    one = operation(regions=(face(),))
    assert told(one, measured(face(45, 20, 5, 5))) == one
    everything = operation(whole=True)
    assert told(everything, measured(region("r", rectangle(0, 0, 100, 100)))) == everything


@pytest.mark.parametrize("one", [
    operation(), operation(whole=True), operation(share=0.2), operation(regions=(face(0, 0, 5, 5),)),
])  # fmt: skip
def test_all_else_is_told_with_the_box_around_what_was_measured(one):
    answer = told(one, measured(face()))
    (place,) = answer.regions
    assert (answer.whole, answer.share, place.id) == (None, None, "op-1.measured-1")
    assert (place.shape.unit, place.frames, place.time) == ("percent", None, None)
    left, top, wide, tall = place.shape.x, place.shape.y, place.shape.width, place.shape.height
    assert (left, top, wide, tall) == pytest.approx((40, 10, 20, 50), abs=0.3)


def test_each_range_of_a_clip_has_a_place_of_its_own():
    first = region("a", rectangle(0, 0, 10, 10), frames=(24, 47))
    second = region("b", rectangle(50, 50, 50, 50), frames=(96, 119))
    spans = ({"start_frame": 24, "end_frame": 48, "start_s": 1.0, "end_s": 2.0},
             {"start_frame": 96, "end_frame": 120, "start_s": 4.0, "end_s": 5.0})  # fmt: skip
    answer = told(operation(), measured(first, second, media=CLIP, ranges=spans), CLIP)
    assert [(one.id, one.frames) for one in answer.regions] == [
        ("op-1.measured-1", FrameRange(24, 47)), ("op-1.measured-2", FrameRange(96, 119)),
    ]  # fmt: skip
    assert answer.regions[0].shape.width == pytest.approx(10, abs=0.3) and answer.regions[1].shape.x == pytest.approx(50, abs=0.3)


def test_sound_and_words_are_told_by_their_ranges():
    spans = ({"start_s": 10.0, "end_s": 20.0},)
    heard = replace(measured(region("r", time=(10, 20)), element="voice", media=TRACK), ranges=spans)
    voice = told(operation(element="voice", technique="voice_clone"), heard, TRACK)
    assert [(one.time, one.shape) for one in voice.regions] == [(TimeRange(10.0, 20.0), None)]
    script = replace(STILL, kind="text", elements=("text",), words=100, width=None, height=None)
    wrote = Measurement("text", DIFFERENCE, Fraction(1, 10), Fraction(0), ranges=({"start_word": 5, "end_word": 15},))
    text = told(operation(element="text", technique="generated_text"), wrote, script)
    assert [one.words for one in text.regions] == [WordRange(5, 15)]


def test_more_places_than_anybody_reads_are_told_as_one():
    spans = tuple({"start_s": float(second), "end_s": second + 0.5} for second in range(300))
    heard = Measurement("voice", DIFFERENCE, Fraction(1, 2), Fraction(0), ranges=spans)
    (place,) = told(operation(element="voice", technique="voice_clone"), heard, replace(TRACK, seconds=300.0)).regions
    assert place.time == TimeRange(0.0, 299.5)


def test_nothing_found_has_no_place():
    assert told(operation(), measured()).regions == ()


@pytest.mark.parametrize("size", [(640, 360), (1920, 1080), (3, 5), (1, 1)])
def test_the_box_around_a_block_of_cells_is_that_block(size):
    grid = Grid(*size)
    mask = grid.draw(rectangle(0, 0, 100, 100)).covered
    assert grid.box(mask) == (0, 0, grid.columns, grid.rows) and grid.box(0) == (0, 0, 0, 0)
    one = Piece(Fraction(0), Fraction(1), grid.draw(rectangle(50, 50, 25, 25)))
    left, top, right, bottom = grid.box(one.mask.covered)
    assert left >= grid.columns // 2 - 1 and bottom <= grid.rows and right > left and bottom > top
