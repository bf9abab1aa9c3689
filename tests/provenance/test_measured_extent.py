"""What was measured stands in the union in place of what was declared, and says that it was measured."""

import json
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from provenance.extent import measure
from provenance.footprint import LineDomain, PictureDomain, Piece
from provenance.geometry import Media
from provenance.inheritance import shrinks
from provenance.measurement import DIFFERENCE, MATTE, Measurement
from tests.provenance.declared import CLIP, STILL, TRACK, operation, rectangle, region
from tests.provenance.strategies import evidenced, measurements, operations

LEFT_HALF = rectangle(0, 0, 50, 100)


def measured(media, *shapes, share, error="0.001", method=DIFFERENCE, placed=True, **more):
    """A measurement of a picture that found these shapes touched."""
    pieces = tuple(PictureDomain(media).pieces([region("m", shape) for shape in shapes])) if placed else None
    return Measurement("picture", method, Fraction(share), Fraction(error), footprint=pieces, **more)


def picture(*operations, media=STILL, **more):
    return measure(media, operations, **more).element("picture")


# --- one operation


def test_a_measurement_takes_the_place_of_what_was_declared():
    one = operation(regions=(region("r", rectangle(0, 0, 10, 10)),))
    found = measured(STILL, LEFT_HALF, share="0.4987", area_share=Fraction("0.4987"))
    row = picture(one, measurements={"op-1": found})
    assert (row.quantity.share, row.quantity.error) == (Fraction("0.4987"), Fraction("0.001"))
    assert (row.quantity.method, row.quantity.measured_by) == ("measured:difference", "registry")
    assert row.quantity.area_share == Fraction("0.4987") and row.band == "partial"
    assert row.touched == {"pixels": round(Fraction("0.4987") * 640 * 360)}


def test_what_is_measured_is_not_called_whole_because_it_was_declared_so():
    row = picture(operation(whole=True), measurements={"op-1": measured(STILL, LEFT_HALF, share="0.5")})
    assert row.quantity.share == Fraction(1, 2) and row.quantity.method == "measured:difference"


def test_a_measured_sound_and_its_times():
    clone = operation(element="voice", technique="voice_clone", whole=True)
    pieces = (Piece(Fraction(2), Fraction(12)),)
    times = ({"start_s": 2.0, "end_s": 12.0},)
    found = Measurement("voice", DIFFERENCE, Fraction(10, 94), Fraction(1, 1000), Fraction(10, 94), None, -60.0, times, pieces)
    extent = measure(TRACK, [clone], measurements={"op-1": found})
    assert extent.element("voice").touched == {"seconds": 10.0} and extent.operations[0].ranges == times
    assert extent.text.endswith(" in 10.0 of 94.0 seconds. Measured against the source by this registry.")


def test_what_measures_as_nothing_is_still_told_and_not_called_none():
    """A technique was stated: nothing of it rose above the noise, which is not to say that nothing was done."""
    nothing = measured(STILL, share="0", error="0.002")
    extent = measure(STILL, [operation()], measurements={"op-1": nothing})
    row = extent.element("picture")
    assert row.quantity.share == 0 and row.band == "minor" and extent.band == "minor"
    assert "too little to be measured" in extent.text and "no generative AI" not in extent.text


# --- several, exactly once


def test_measured_and_declared_places_count_once_together():
    found = measured(STILL, LEFT_HALF, share="0.4990")
    other = operation("b", regions=(region("r", rectangle(25, 0, 50, 100)),))
    row = picture(operation("a"), other, measurements={"a": found})
    assert row.quantity.share == Fraction(3, 4) and not row.quantity.at_least
    assert (row.quantity.method, row.quantity.measured_by) == ("derived:regions", "producer")


def test_measured_places_count_once_together_and_their_errors_add_up():
    left = measured(STILL, LEFT_HALF, share="0.4990", error="0.002")
    middle = measured(STILL, rectangle(25, 0, 50, 100), share="0.5010", error="0.003", method=MATTE)
    row = picture(operation("a"), operation("b"), measurements={"a": left, "b": middle})
    assert row.quantity.share == Fraction(3, 4) and row.quantity.error == Fraction("0.005")
    assert (row.quantity.method, row.quantity.measured_by) == ("measured:matte", "registry")


def test_the_way_a_measurement_had_to_be_made_is_told_of_the_union_too():
    sure = measured(STILL, LEFT_HALF, share="0.5")
    unsure = measured(STILL, LEFT_HALF, share="0.5", method=f"{DIFFERENCE} (fixed floor)")
    row = picture(operation("a"), operation("b"), measurements={"a": sure, "b": unsure})
    assert row.quantity.method == "measured:difference (fixed floor)"


def test_without_a_footprint_the_union_is_at_least_the_largest():
    number = measured(STILL, share="0.3", error="0.01", placed=False)
    other = operation("b", regions=(region("r", rectangle(0, 0, 20, 100)),))
    row = picture(operation("a"), other, measurements={"a": number})
    assert (row.quantity.share, row.quantity.error, row.quantity.at_least) == (Fraction("0.3"), Fraction("0.01"), True)
    assert row.band == "at_least:partial" and row.quantity.time_share is None and row.quantity.area_share is None
    alone = picture(operation("a"), measurements={"a": number})
    assert alone.quantity.share == Fraction("0.3") and not alone.quantity.at_least


def test_beside_a_declared_number_the_whole_is_only_declared():
    row = picture(operation("a"), operation("b", share=0.1), measurements={"a": measured(STILL, LEFT_HALF, share="0.5")})
    assert row.quantity.method == "declared" and row.quantity.at_least and row.quantity.error is None


def test_beside_the_unknown_a_measurement_is_a_lower_bound():
    row = picture(operation("a"), operation("b"), measurements={"a": measured(STILL, LEFT_HALF, share="0.5")})
    assert row.quantity.at_least and row.band == "at_least:substantial"
    assert (row.quantity.method, row.quantity.measured_by) == ("measured:difference", "registry")


def test_assistive_work_is_measured_apart():
    denoised = operation("d", technique="denoise")
    extent = measure(STILL, [denoised], measurements={"d": measured(STILL, LEFT_HALF, share="0.5")})
    assert extent.band == "none_stated" and extent.element("picture").quantity.share == 0
    assert [(row.quantity.share, row.quantity.measured_by) for row in extent.assistive] == [(Fraction(1, 2), "registry")]


def test_declaring_less_than_was_measured_of_an_ingredient_is_noticed():
    carried = measure(STILL, [operation()], measurements={"op-1": measured(STILL, LEFT_HALF, share="0.5")})
    small = measure(STILL, [operation(regions=(region("r", rectangle(0, 0, 20, 100)),))])
    large = measure(STILL, [operation(regions=(region("r", rectangle(0, 0, 51, 100)),))])
    assert shrinks(carried.prints, small) and not shrinks(carried.prints, large) and not shrinks(carried.prints, carried)


# --- what always holds

calm = settings(max_examples=60, deadline=None)


def together(several, found, media=CLIP):
    return measure(media, several, measurements=found).element("picture").quantity


@calm
@given(evidenced(), operations(), st.none() | measurements())
def test_another_operation_measured_or_not_never_lowers_a_share(given_operations, more, how):
    several, found = given_operations
    last = operation("last", regions=more.regions, whole=more.whole, share=more.share)
    before, after = together(several, found), together([*several, last], found | ({"last": how} if how else {}))
    assert before.share is None or after.share >= before.share


@calm
@given(evidenced(), st.randoms())
def test_the_order_of_measured_operations_never_matters(given_operations, chance):
    several, found = given_operations
    shuffled = several[:]
    chance.shuffle(shuffled)
    assert together(shuffled, found) == together(several, found)


@calm
@given(evidenced())
def test_a_union_with_measurements_lies_between_the_largest_and_the_sum(given_operations):
    several, found = given_operations
    alone = [share for one in several if (share := together([one], found).share) is not None]
    joined = together(several, found).share
    assert (joined is None and not alone) or max(alone) <= joined <= sum(alone)


@calm
@given(st.lists(measurements(), min_size=1, max_size=4))
def test_a_union_of_measurements_is_off_by_no_more_than_it_says(several):
    """The true union is that of the footprints; each number was off by no more than its own error."""
    found = {f"op-{number}": one for number, one in enumerate(several) if one.footprint is not None}
    if not found:
        return
    quantity = together([operation(name) for name in found], found)
    true = PictureDomain(CLIP).cover([piece for one in found.values() for piece in one.footprint]).share
    assert abs(quantity.share - true) <= quantity.error


@calm
@given(evidenced(), st.booleans())
def test_an_extent_with_measurements_is_plain_json_of_bounded_numbers(given_operations, complete):
    several, found = given_operations
    extent = measure(CLIP, several, measurements=found, complete=complete).as_dict()
    assert json.loads(json.dumps(extent)) == extent
    for row in (*extent["elements"], *extent["operations"]):
        numbers = [row[name] for name in ("share", "error", "time_share", "area_share")]
        assert all(value is None or 0 <= value <= 1 for value in numbers)
        assert (row["share"] is None) == (row["method"] == "unknown") == (row["measured_by"] is None)


def test_a_recording_measured_in_two_parts_is_one():
    domain = LineDomain(TRACK, "voice")
    halves = [(Piece(Fraction(0), Fraction(47)),), (Piece(Fraction(47), Fraction(94)),)]
    found = {
        name: Measurement("voice", DIFFERENCE, domain.cover(pieces).share, Fraction(0), footprint=pieces)
        for name, pieces in zip("ab", halves, strict=True)
    }
    clones = [operation(name, element="voice", technique="voice_clone") for name in "ab"]
    row = measure(Media("audio", seconds=94.0, elements=("voice",)), clones, measurements=found).element("voice")
    assert row.quantity.share == 1 and row.band == "full" and not row.quantity.at_least
