"""What an ingredient carries comes along to where it is placed: cropped, trimmed, run faster, scaled, or set into another."""

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from provenance.extent import measure
from provenance.footprint import domain_of
from provenance.geometry import Media, TimeRange
from provenance.inheritance import mapped, shrinks
from provenance.measurement import DIFFERENCE, Measurement
from provenance.placement import ALL, Placement
from provenance.union import print_of, together
from tests.provenance.declared import CLIP, STILL, TRACK, operation, rectangle, region
from tests.provenance.strategies import measurements, placed

SHORT = Media("video", 1920, 1080, 288, 24, 12.0, ("picture", "voice"))
HALF = Media("video", 960, 540, 2256, 24, 94.0, ("picture", "voice"))
CORNER = rectangle(0, 0, 50, 50)


def carried(found, placement, theirs, ours, element="picture", measurement=None):
    """An operation of an ingredient, in what was made of it."""
    source, target = domain_of(element, theirs), domain_of(element, ours)
    return mapped(print_of(found, source, measurement), placement, source, target)


def share(found, placement, theirs, ours, element="picture", **more):
    came = carried(found, placement, theirs, ours, element, **more)
    return None if came is None else together(domain_of(element, ours), [came]).share


# --- crop, scale


def test_a_crop_to_the_touched_region_is_touched_all_over():
    one = operation(regions=(region("r", rectangle(43.75, 16.67, 17.19, 44.44)),))
    crop = Placement(crop=rectangle(43.75, 16.67, 17.19, 44.44))
    assert share(one, crop, CLIP, Media("video", 330, 480, 2256, 24, 94.0, ("picture",))) == 1


def test_what_was_cut_away_does_not_come_along():
    one = operation(regions=(region("r", CORNER),))
    assert carried(one, Placement(crop=rectangle(50, 50, 50, 50)), STILL, Media("image", 320, 180)) is None


def test_a_crop_keeps_what_of_the_place_lies_within():
    one = operation(regions=(region("r", CORNER),))
    assert share(one, Placement(crop=rectangle(25, 0, 50, 50)), STILL, Media("image", 320, 180)) == Fraction(1, 2)


@pytest.mark.parametrize("size", [(1280, 720), (320, 180), (97, 55)])
def test_a_scaled_picture_is_touched_as_much(size):
    one = operation(regions=(region("r", CORNER),))
    came = together(domain_of("picture", Media("image", *size)), [carried(one, ALL, STILL, Media("image", *size))])
    assert abs(came.share - Fraction(1, 4)) <= came.error + Fraction(1, 1000)


def test_a_small_place_stays_a_place_however_small_it_is_set_in():
    one = operation(regions=(region("r", rectangle(0, 0, 0.2, 0.2)),))
    assert share(one, Placement(region=rectangle(10, 10, 2, 2)), CLIP, CLIP) > 0


# --- trim, speed


def test_a_trim_keeps_the_seconds_that_are_left():
    one = operation(regions=(region("r", CORNER, (41, 53)),))
    assert share(one, Placement(trim=TimeRange(41, 53)), CLIP, SHORT) == Fraction(1, 4)
    assert share(one, Placement(trim=TimeRange(35, 47)), CLIP, SHORT) == Fraction(1, 8)
    assert carried(one, Placement(trim=TimeRange(60, 72)), CLIP, SHORT) is None


def test_running_twice_as_fast_touches_half_the_seconds_and_the_same_share():
    faster = Media("video", 1920, 1080, 1128, 24, 47.0, ("picture",))
    one = operation(regions=(region("r", CORNER, (40, 52)),))
    came = carried(one, Placement(speed=2), CLIP, faster)
    assert share(one, Placement(speed=2), CLIP, faster) == share(one, ALL, CLIP, CLIP)
    assert (came.pieces[0].start, came.pieces[0].end) == (480, 624)


def test_another_frame_rate_leaves_a_frame_touched_in_part_in_doubt():
    pal = Media("video", 1920, 1080, 2350, 25, 94.0, ("picture",))
    one = operation(regions=(region("r", CORNER, frames=(1, 1)),))
    came = together(domain_of("picture", pal), [carried(one, ALL, CLIP, pal)])
    assert came.share == Fraction(2, 2350) / 4 and came.error >= came.share / 2


# --- as a component


def test_a_component_counts_where_and_when_it_is_placed():
    generated = operation(whole=True)
    placement = Placement(region=rectangle(50, 0, 50, 50), time=TimeRange(30, None))
    assert share(generated, placement, SHORT, CLIP) == Fraction(12, 94) / 4
    assert share(generated, replace(placement, time=TimeRange(90, None)), SHORT, CLIP) == Fraction(4, 94) / 4
    assert carried(generated, replace(placement, time=TimeRange(94, None)), SHORT, CLIP) is None


def test_a_still_placed_in_a_film_stays_until_it_is_taken_away():
    one = operation(regions=(region("r", CORNER),))
    assert share(one, Placement(time=TimeRange(0, 47)), STILL, CLIP) == Fraction(1, 8)
    assert share(one, Placement(time=TimeRange(47, None)), STILL, CLIP) == Fraction(1, 8)


def test_a_frame_taken_from_a_film_brings_what_was_done_to_it():
    one = operation(regions=(region("r", CORNER, (41, 53)),))
    assert share(one, Placement(trim=TimeRange(45, 45.01)), CLIP, STILL) == Fraction(1, 4)
    assert carried(one, Placement(trim=TimeRange(10, 10.01)), CLIP, STILL) is None


def test_a_voice_is_placed_in_time_alone():
    clone = operation(element="voice", technique="voice_clone", regions=(region("r", time=(2, 8)),))
    placement = Placement(trim=TimeRange(4, 12), speed=0.5, time=TimeRange(60, None), region=CORNER)
    assert share(clone, placement, SHORT, TRACK, element="voice") == Fraction(8, 94)


def test_without_a_placement_only_that_it_was_done_comes_along():
    for one in (operation(whole=True), operation(share=0.2), operation(regions=(region("r", CORNER),))):
        came = carried(one, None, STILL, STILL)
        assert came.method == "unknown" and came.pieces is None and came.share is None


def test_a_number_without_a_place_is_not_known_of_a_part():
    assert carried(operation(share=0.2), ALL, CLIP, HALF).share == Fraction(1, 5)
    assert carried(operation(share=0.2), Placement(crop=CORNER), CLIP, HALF).method == "unknown"
    assert carried(operation(), Placement(crop=CORNER), CLIP, HALF).method == "unknown"


def test_what_cannot_be_placed_for_want_of_a_length_is_not_known():
    endless = Media("video", 1920, 1080, elements=("picture",))
    assert carried(operation(regions=(region("r", CORNER),)), ALL, CLIP, endless).method == "unknown"


# --- measured


def test_a_measured_place_comes_along_and_says_so():
    pieces = tuple(domain_of("picture", CLIP).pieces([region("m", CORNER, (41, 53))]))
    found = Measurement("picture", DIFFERENCE, Fraction("0.032"), Fraction("0.001"), footprint=pieces)
    came = carried(operation(), Placement(trim=TimeRange(41, 53)), CLIP, SHORT, measurement=found)
    assert came.share == Fraction(1, 4) and came.error == Fraction("0.001")
    assert came.method == "measured:difference (of an ingredient, placed as its producer states)"
    as_it_was = carried(operation(), Placement(region=rectangle(0, 0, 100, 100)), CLIP, HALF, measurement=found)
    assert (as_it_was.share, as_it_was.method) == (Fraction("0.032"), "measured:difference")


def test_what_comes_along_counts_even_where_measuring_by_the_wrong_plate_found_nothing():
    """A plate that has the AI in it already shows no difference: the ingredient's own footprint stays."""
    came = carried(operation("shot/1", regions=(region("r", CORNER),)), ALL, STILL, STILL)
    nothing = Measurement("picture", DIFFERENCE, Fraction(0), Fraction(1, 1000), footprint=())
    extent = measure(STILL, [operation()], measurements={"op-1": nothing}, carried=[came])
    row = extent.element("picture")
    assert row.quantity.share == Fraction(1, 4) and row.operations == ("op-1",)
    assert row.quantity.method == "derived:regions"


def test_what_comes_along_is_counted_once_with_what_is_declared_again():
    again = operation(regions=(region("r", CORNER),))
    came = carried(again, ALL, STILL, STILL)
    assert measure(STILL, [again], carried=[came]) == measure(STILL, [again])
    number = operation(share=0.5)
    assert measure(STILL, [number], carried=[came]) == measure(STILL, [number])


# --- what always holds

calm = settings(max_examples=25, deadline=None)
percent = st.integers(0, 95)


@st.composite
def placements(draw, theirs=CLIP, ours=CLIP):
    """Crops, trims, speeds, places and times that the files have."""

    def frame():
        x, y = draw(percent), draw(percent)
        return rectangle(x, y, draw(st.integers(1, 100 - x)), draw(st.integers(1, 100 - y)))

    def span(total):
        start = draw(st.integers(0, int(total) - 1))
        return TimeRange(start, draw(st.none() | st.integers(start + 1, int(total))))

    return Placement(
        crop=frame() if draw(st.booleans()) else None,
        trim=span(theirs.seconds) if draw(st.booleans()) else None,
        speed=draw(st.sampled_from([None, 0.5, 2, 1.25])),
        region=frame() if draw(st.booleans()) else None,
        time=span(ours.seconds) if draw(st.booleans()) else None,
    )


def came(several, placement, ours=CLIP):
    found = [carried(one, placement, CLIP, ours) for one in several]
    return [one for one in found if one is not None]


@calm
@given(placed, placements())
def test_a_placed_footprint_lies_within_the_place_of_its_ingredient(several, placement):
    domain = domain_of("picture", CLIP)
    frame = carried(operation(whole=True), placement, CLIP, CLIP)
    found = came(several, placement)
    if frame is None:
        assert not found
        return
    whole = together(domain, [frame])
    assert not found or together(domain, found).share <= whole.share + (whole.error or 0)
    assert together(domain, [*found, frame]).share <= whole.share + (whole.error or 0)


@calm
@given(placed, placements())
def test_placing_is_a_union_too(several, placement):
    """Each placed alone, or all as one: the same."""
    joined = operation(regions=tuple(part for one in several for part in one.regions))
    apart, together_ = came(several, placement), came([joined], placement)
    domain = domain_of("picture", CLIP)
    assert bool(apart) == bool(together_)
    if apart:
        assert together(domain, apart).share == together(domain, together_).share


@calm
@given(st.integers(0, 90), st.integers(0, 90), st.integers(1, 60), st.integers(1, 60))
def test_a_crop_to_any_touched_rectangle_is_touched_all_over(x, y, width, height):
    box = rectangle(x, y, min(width, 100 - x), min(height, 100 - y))
    small = Media("image", max(1, 64 * min(width, 100 - x) // 10), max(1, 36 * min(height, 100 - y) // 10))
    assert share(operation(regions=(region("r", box),)), Placement(crop=box), STILL, small) == 1


@calm
@example(8, 91, 1, 1, 8, 84, 90, 96)
@given(percent, percent, st.integers(1, 60), st.integers(1, 60), percent, percent, st.integers(5, 100), st.integers(5, 100))
def test_whoever_declares_the_place_in_the_childs_own_coordinates_declares_enough(x, y, w, h, cx, cy, cw, ch):
    box = rectangle(x, y, min(w, 100 - x), min(h, 100 - y))
    crop = rectangle(cx, cy, min(cw, 100 - cx), min(ch, 100 - cy))
    left, top = max(box.x, crop.x), max(box.y, crop.y)
    right, bottom = min(box.x + box.width, crop.x + crop.width), min(box.y + box.height, crop.y + crop.height)
    assume(left < right and top < bottom)
    child = Media("image", max(1, 1920 * crop.width // 100), max(1, 1080 * crop.height // 100), elements=("picture",))
    across, down = 100 / crop.width, 100 / crop.height
    again = rectangle((left - crop.x) * across, (top - crop.y) * down, (right - left) * across, (bottom - top) * down)
    parent = Media("image", 1920, 1080, elements=("picture",))
    found = carried(operation("parent/1", regions=(region("r", box),)), Placement(crop=crop), parent, child)
    assert shrinks([found], measure(child, [operation(regions=(region("r", again),))])) == []


@calm
@given(placed, placements())
def test_declaring_what_comes_along_is_enough_and_declaring_nothing_is_not(several, placement):
    found = came(several, placement)
    assert bool(shrinks(found, measure(CLIP, []))) == bool(found)
    assert shrinks(found, measure(CLIP, [operation(whole=True)])) == []


@calm
@given(placed, placed)
def test_taking_in_again_what_was_made_never_lowers_a_share(first, second):
    """The child declares the parent's operations and its own; whatever it measures or names, the parent's places stay."""
    before = measure(CLIP, first).element("picture").quantity.share
    child = measure(CLIP, second, carried=came(first, ALL)).element("picture").quantity.share
    again = measure(CLIP, [], carried=came(first, ALL)).element("picture").quantity.share
    assert child >= before and again == before


@calm
@given(measurements(), placements())
def test_a_measured_place_is_moved_with_its_error_and_stays_within_the_place(found, placement):
    frame = carried(operation(whole=True), placement, CLIP, CLIP)
    one = carried(operation(), placement, CLIP, CLIP, measurement=found)
    if one is None or one.pieces is None:
        return
    quantity = together(domain_of("picture", CLIP), [one])
    assert 0 <= quantity.share <= 1 and quantity.error >= 0
    if not (placement == ALL):
        whole = together(domain_of("picture", CLIP), [frame])
        assert quantity.share <= whole.share + (whole.error or 0) + (found.error if not placement.cuts else 0)
