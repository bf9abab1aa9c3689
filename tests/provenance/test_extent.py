"""How much AI was involved: each place counted once, nothing unknown taken for nothing."""

import json
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provenance.bands import band_of, highest
from provenance.declaration import parse
from provenance.extent import measure
from provenance.footprint import PictureDomain
from provenance.geometry import Media, Point, Region, Shape, TimeRange, WordRange
from provenance.techniques import TRAINED
from tests.provenance.declared import CLIP, STILL, TRACK, harbor, operation, rectangle, region
from tests.provenance.strategies import operations, placed, regions, shapes, some


def picture(media, *operations, **more):
    """The picture's row."""
    return measure(media, operations, **more).element("picture")


def share(media, *operations, element="picture"):
    return measure(media, operations).element(element).quantity.share


# --- by worked examples


def test_a_face_for_twelve_of_ninety_four_seconds():
    declaration = parse(harbor())
    row = picture(CLIP, *declaration.operations, depictions=declaration.depictions)

    assert row.quantity.time_share == Fraction(288, 2256)
    assert float(row.quantity.area_share) == pytest.approx(0.1719 * 0.4444, abs=1e-4)
    assert float(row.quantity.share) == pytest.approx(0.1719 * 0.4444 * 288 / 2256, abs=float(row.quantity.error))
    assert row.band == "minor" and row.operations == ("op-1",)
    assert row.touched == {"pixel_frames": round(row.quantity.share * 1920 * 1080 * 2256)}
    assert row.total == {"frames": 2256, "width": 1920, "height": 1080, "seconds": 94.0}


def test_a_still_picture_is_counted_in_pixels():
    row = picture(STILL, operation(regions=(region("r", rectangle(0, 0, 320, 180, "pixel")),)))
    assert row.quantity.share == Fraction(1, 4) and row.quantity.error == 0
    assert row.touched == {"pixels": 57600} and row.total == {"pixels": 230400, "width": 640, "height": 360}
    assert row.quantity.time_share is None and row.quantity.area_share == Fraction(1, 4)


def test_a_voice_is_counted_in_seconds():
    clone = operation(
        element="voice", technique="voice_clone", regions=(region("a", time=(1, 11)), region("b", time=(5, 20.5)))
    )
    row = measure(TRACK, [clone]).element("voice")
    assert row.quantity.share == Fraction(39, 188) and row.quantity.error == 0
    assert row.touched == {"seconds": 19.5} and row.total == {"seconds": 94.0}


def test_a_text_is_counted_in_words():
    novel = Media("text", elements=("text",), words=800)
    written = operation(element="text", technique="generated_text", regions=(Region("r", words=WordRange(100, 220)),))
    row = measure(novel, [written]).element("text")
    assert row.quantity.share == Fraction(3, 20) and row.touched == {"words": 120}


def test_two_operations_in_one_place_count_once_together_and_in_full_apart():
    extent = measure(
        STILL,
        [
            operation("a", regions=(region("a", rectangle(0, 0, 50, 50)),)),
            operation("b", regions=(region("b", rectangle(0, 0, 50, 100)),)),
        ],
    )
    assert extent.element("picture").quantity.share == Fraction(1, 2)
    assert [row.quantity.share for row in extent.operations] == [Fraction(1, 4), Fraction(1, 2)]


def test_the_same_place_at_two_times_counts_twice():
    left, right = region("l", rectangle(0, 0, 50, 100), (0, 10)), region("r", rectangle(0, 0, 50, 100), (10, 30))
    assert share(CLIP, operation("a", regions=(left,)), operation("b", regions=(right,))) == Fraction(30, 94) / 2


def test_frames_and_seconds_say_the_same():
    seconds = operation(regions=(region("r", rectangle(0, 0, 50, 50), time=(41, 53)),))
    frames = operation(regions=(region("r", rectangle(0, 0, 50, 50), frames=(984, 1271)),))
    assert picture(CLIP, seconds).quantity == picture(CLIP, frames).quantity


def test_a_frame_touched_for_part_of_its_time_is_touched_and_in_doubt():
    row = picture(CLIP, operation(regions=(region("r", time=(0, 0.05)),)))  # 1.2 frames
    assert row.quantity.share == Fraction(2, 2256) and row.quantity.error == Fraction(1, 2256)


def test_a_place_smaller_than_a_cell_is_still_a_place():
    row = picture(CLIP, operation(regions=(region("r", rectangle(1000.3, 500.3, 0.2, 0.2, "pixel")),)))
    assert 0 < row.quantity.share <= row.quantity.error
    assert row.band == "minor" and row.as_dict()["share"] > 0


def test_everything_but_a_shape():
    inverse = Shape("rectangle", "percent", 0, 0, 50, 50, inside=False)
    assert share(STILL, operation(regions=(region("r", inverse),))) == Fraction(3, 4)


def test_assistive_work_is_summed_apart():
    declaration = parse(harbor())
    extent = measure(CLIP, declaration.operations[1:])
    assert extent.element("picture").quantity.share == 0 and extent.band == "none_stated"
    assert [(row.technique, row.quantity.share) for row in extent.assistive] == [("denoise", 1)]


def test_work_by_hand_is_listed_and_summed_nowhere():
    extent = measure(STILL, [operation(technique="colour_grade", whole=True)])
    assert extent.band == "none_stated" and extent.assistive == ()
    assert extent.operations[0].quantity.share == 1 and not extent.operations[0].statement.generative


# --- declared and unknown


def test_a_declared_share_stays_as_it_was_declared():
    row = picture(STILL, operation(share=0.07))
    assert row.quantity.share == Fraction(7, 100) and not row.quantity.at_least
    assert (row.quantity.method, row.quantity.measured_by) == ("declared", "producer")
    assert row.touched is None and row.quantity.error is None


def test_beside_a_declared_share_only_a_lower_bound_is_known():
    placed = operation("a", regions=(region("r", rectangle(0, 0, 20, 50)),))
    row = picture(STILL, placed, operation("b", share=0.3))
    assert row.quantity.share == Fraction(3, 10) and row.quantity.at_least and row.band == "at_least:partial"


def test_an_operation_of_unknown_extent_makes_a_lower_bound():
    placed = operation("a", regions=(region("r", rectangle(0, 0, 25, 100)),))
    row = picture(STILL, placed, operation("b"))
    assert row.quantity.share == Fraction(1, 4) and row.quantity.at_least
    assert row.band == "at_least:partial" and row.quantity.area_share is None


def test_nothing_is_added_to_all():
    row = picture(STILL, operation("a", whole=True), operation("b"), operation("c", share=0.4))
    assert row.quantity.share == 1 and not row.quantity.at_least and row.band == "full"


def test_unknown_is_null_and_never_a_number():
    extent = measure(STILL, [operation()])
    row = extent.as_dict()["elements"][0]
    assert row["band"] == "unknown" and row["method"] == "unknown"
    assert all(row[name] is None for name in ("share", "error", "time_share", "area_share", "touched", "measured_by"))
    assert extent.as_dict()["operations"][0]["share"] is None


def test_what_no_operation_touched_is_stated_only_by_a_complete_declaration():
    assert {row.band for row in measure(CLIP, []).elements} == {"none_stated"}
    incomplete = measure(CLIP, [], complete=False)
    assert {row.band for row in incomplete.elements} == {"unknown"} and incomplete.band == "unknown"


def test_what_was_created_by_a_model_is_full():
    extent = measure(STILL, [], created_as=TRAINED)
    assert extent.band == "full" and extent.element("picture").quantity.method == "derived:whole"


def test_places_in_a_file_of_unknown_size_are_unknown_but_percentages_are_not():
    sizeless = Media("other", elements=("picture",))
    assert share(sizeless, operation(regions=(region("r", rectangle(0, 0, 5, 5, "pixel")),))) is None
    assert share(sizeless, operation(regions=(region("r", rectangle(0, 0, 50, 50)),))) == Fraction(1, 4)
    endless = Media("video", 1920, 1080, elements=("picture",))
    assert share(endless, operation(regions=(region("r", time=(0, 5)),))) is None


def test_a_time_in_a_file_that_is_not_known_to_have_any_is_unknown():
    unheard_of = Media("other", 640, 360, elements=("picture",))
    assert share(unheard_of, operation(regions=(region("r", time=(0, 5)),))) is None


def test_an_animated_picture_is_counted_in_time():
    animated = Media("image", 64, 36, frames=50, seconds=5.0, elements=("picture",))
    row = picture(animated, operation(regions=(region("r", rectangle(0, 0, 50, 100), time=(0, 1)),)))
    assert row.quantity.share == Fraction(1, 10) and row.quantity.time_share == Fraction(1, 5)
    assert row.touched == {"pixel_frames": 11520}
    pages = Media("image", 64, 36, frames=3, elements=("picture",))
    assert picture(pages, operation(whole=True)).touched == {"pixels": 2304}


def test_a_file_whose_elements_nobody_could_tell_has_those_that_were_worked_on():
    assert [row.element for row in measure(Media("other"), [operation(whole=True)]).elements] == ["picture"]


# --- through ingredients


def test_what_an_ingredient_carries_counts_with_the_rest():
    carried = operation("plate/op-1", regions=(region("p", rectangle(0, 0, 50, 100)),))
    own = operation("op-1", regions=(region("r", rectangle(25, 0, 50, 100)),))
    extent = measure(STILL, [own], inherited=[carried])
    assert extent.element("picture").quantity.share == Fraction(3, 4)
    assert [row.inherited for row in extent.operations] == [False, True]


def test_an_ingredient_of_unknown_history_makes_a_lower_bound():
    own = operation("op-1", regions=(region("r", rectangle(25, 0, 50, 100)),))
    assert picture(STILL, own, inherited=[operation("plate/op-1")]).band == "at_least:substantial"


# --- bands


@pytest.mark.parametrize(
    ("part", "band"),
    [
        (Fraction(0), "none_stated"),
        (Fraction(1, 10**9), "minor"),
        (Fraction("0.049999"), "minor"),
        (Fraction("0.05"), "partial"),
        (Fraction("0.499999"), "partial"),
        (Fraction("0.5"), "substantial"),
        (Fraction(10**9 - 1, 10**9), "substantial"),
        (Fraction(1), "full"),
        (None, "unknown"),
    ],
)
def test_a_share_has_its_band(part, band):
    assert band_of(part) == band


@pytest.mark.parametrize(
    ("bands", "headline"),
    [
        (["none_stated", "minor", "partial"], "partial"),
        (["none_stated", "unknown"], "unknown"),
        (["minor", "unknown"], "at_least:minor"),
        (["at_least:partial", "minor"], "at_least:partial"),
        (["at_least:minor", "partial"], "at_least:partial"),
        (["full", "unknown"], "full"),
        (["none_stated", "none_stated"], "none_stated"),
    ],
)
def test_the_headline_is_the_highest_band_and_hides_no_doubt(bands, headline):
    assert highest(bands) == headline


def test_numbers_never_round_something_to_nothing_or_nearly_all_to_all():
    tiny = operation(share=1e-9)
    nearly = operation(share=1 - 1e-9)
    assert picture(STILL, tiny).as_dict()["share"] > 0 and picture(STILL, nearly).as_dict()["share"] < 1


# --- what always holds

calm = settings(max_examples=60, deadline=None)


@calm
@given(some, operations())
def test_another_operation_never_lowers_a_share(before, more):
    smaller, larger = share(CLIP, *before), share(CLIP, *before, more)
    assert smaller is None or larger >= smaller


@calm
@given(some, st.randoms())
def test_the_order_of_operations_never_matters(given_operations, chance):
    shuffled = given_operations[:]
    chance.shuffle(shuffled)
    assert picture(CLIP, *shuffled) == picture(CLIP, *given_operations)
    assert measure(CLIP, shuffled).text == measure(CLIP, given_operations).text


@calm
@given(regions(), st.floats(0.01, 0.99), placed)
def test_splitting_a_range_in_two_changes_nothing(whole, part, others):
    time = whole.time or TimeRange(0, 94)
    middle = time.start_s + part * (time.end_s - time.start_s)
    if not time.start_s < middle < time.end_s:
        return
    halves = (replace(whole, time=TimeRange(time.start_s, middle)), replace(whole, time=TimeRange(middle, time.end_s)))
    one, two = picture(CLIP, operation(regions=(whole,)), *others), picture(CLIP, operation(regions=halves), *others)
    assert one.quantity.share == two.quantity.share and one.quantity.time_share == two.quantity.time_share


@calm
@given(placed)
def test_a_union_lies_between_the_largest_and_the_sum(several):
    alone = [share(CLIP, one) for one in several]
    assert max(alone) <= share(CLIP, *several) <= sum(alone)


@calm
@given(placed, shapes(), st.sampled_from(["left", "above", "right", "below", "before", "after"]))
def test_a_region_outside_the_frame_or_the_time_adds_nothing(several, shape, where):
    if where in ("before", "after"):
        outside = Region("o", shape=shape, time=TimeRange(94, 99) if where == "after" else TimeRange(0, 0))
    else:
        x, y = {"left": (-60, 10), "above": (10, -60), "right": (100, 10), "below": (10, 100)}[where]
        outside = Region("o", shape=rectangle(x, y, 50, 50))
    assert share(CLIP, *several, operation(regions=(outside,))) == share(CLIP, *several)


@calm
@given(st.integers(0, 500), st.integers(0, 300), st.integers(1, 900), st.integers(1, 700))
def test_a_crop_to_the_touched_region_is_touched_all_over(x, y, width, height):
    """The child of a crop: the region in its own coordinates, reaching to every edge of it."""
    cropped = Media("image", width, height, elements=("picture",))
    assert share(cropped, operation(regions=(region("r", rectangle(0, 0, width, height, "pixel")),))) == 1
    beyond = rectangle(-x, -y, width + 2 * x, height + 2 * y, "pixel")
    assert share(cropped, operation(regions=(region("r", beyond),))) == 1


@calm
@given(st.floats(0, 1500), st.floats(0, 900), st.floats(0.5, 420), st.floats(0.5, 180))
def test_the_share_of_a_rectangle_is_within_its_stated_error(x, y, width, height):
    row = picture(CLIP, operation(regions=(region("r", rectangle(x, y, width, height, "pixel")),)))
    assert abs(float(row.quantity.share) - width * height / (1920 * 1080)) <= float(row.quantity.error) + 1e-9


@calm
@given(st.floats(200, 1700), st.floats(200, 800), st.floats(3, 390))
def test_the_share_of_a_circle_is_within_its_stated_error(x, y, diameter):
    row = picture(CLIP, operation(regions=(region("r", Shape("circle", "pixel", x, y, diameter=diameter)),)))
    area = 3.141592653589793 * diameter**2 / 4
    assert abs(float(row.quantity.share) - area / (1920 * 1080)) <= float(row.quantity.error)


@calm
@given(st.lists(st.tuples(st.floats(0, 1920), st.floats(0, 1080)), min_size=3, max_size=3))
def test_the_share_of_a_triangle_is_within_its_stated_error(corners):
    shape = Shape("polygon", "pixel", vertices=tuple(Point(*corner) for corner in corners))
    row = picture(CLIP, operation(regions=(region("r", shape),)))
    (ax, ay), (bx, by), (cx, cy) = corners
    area = abs((bx - ax) * (cy - ay) - (cx - ax) * (by - ay)) / 2
    assert abs(float(row.quantity.share) - area / (1920 * 1080)) <= float(row.quantity.error) + 2e-5


@calm
@given(placed)
def test_joining_by_halves_counts_what_walking_every_frame_counts(several):
    domain = PictureDomain(Media("video", 64, 36, 47, 0.5, 94.0, ("picture",)))
    pieces = [piece for one in several for piece in domain.pieces(one.regions)]
    cells = frames = 0
    for frame in range(47):
        joined = 0
        for piece in pieces:
            joined |= piece.mask.covered if piece.start <= frame < piece.end else 0
        cells, frames = cells + joined.bit_count(), frames + bool(joined)
    covered = domain.cover(pieces)
    assert covered.share == Fraction(cells, 64 * 36 * 47) and covered.time_share == Fraction(frames, 47)


@calm
@given(some, st.booleans())
def test_an_extent_is_plain_json_of_bounded_numbers(several, complete):
    extent = measure(CLIP, several, complete=complete).as_dict()
    assert json.loads(json.dumps(extent)) == extent
    for row in (*extent["elements"], *extent["operations"]):
        numbers = [row[name] for name in ("share", "error", "time_share", "area_share")]
        assert all(value is None or 0 <= value <= 1 for value in numbers)
        assert (row["share"] is None) == (row["method"] == "unknown")
