"""Declaring less than an ingredient carries is noticed, whatever way it is made smaller."""

import pytest
from hypothesis import given, settings

from provenance.extent import measure
from provenance.inheritance import MOST_NAMED, shrinks
from provenance.techniques import HUMAN_EDITS
from tests.provenance.declared import CLIP, STILL, operation, rectangle, region
from tests.provenance.strategies import placed, some

CARRIED = operation("src/op-1", regions=(region("p", rectangle(10, 10, 30, 30)),))


@pytest.mark.parametrize(
    "declared",
    [
        [],
        [operation(technique="background_generation", regions=(region("r", rectangle(0, 0, 90, 90)),))],
        [operation(regions=(region("r", rectangle(10, 10, 20, 30)),))],
        [operation(regions=(region("r", rectangle(60, 60, 30, 30)),))],
        [operation(share=0.05)],
        [operation()],
        [operation(digital_source_type=HUMAN_EDITS, whole=True)],
    ],
    ids=["nothing", "another technique", "a smaller place", "another place", "a smaller share", "no extent", "by hand"],
)
def test_declaring_less_than_an_ingredient_carries_is_noticed(declared):
    missing = shrinks(measure(STILL, [], inherited=[CARRIED]).prints, measure(STILL, declared))
    assert [(one.operation, one.element, one.technique) for one in missing] == [("src/op-1", "picture", "inpaint")]
    assert "ingredient" in missing[0].detail


@pytest.mark.parametrize(
    "declared",
    [
        [operation(regions=(region("r", rectangle(10, 10, 30, 30)),))],
        [operation(regions=(region("r", rectangle(10.001, 10, 29.999, 30)),))],
        [operation(whole=True)],
        [operation(share=0.5)],
        [
            operation("a", regions=(region("a", rectangle(10, 10, 15, 30)),)),
            operation("b", regions=(region("b", rectangle(25, 10, 15, 30)),)),
        ],
    ],
    ids=["the same", "rounded", "all", "a larger share", "in two parts"],
)
def test_declaring_all_that_an_ingredient_carries_is_enough(declared):
    assert shrinks(measure(STILL, [], inherited=[CARRIED]).prints, measure(STILL, declared)) == []


def test_an_unknown_footprint_is_kept_by_naming_its_technique():
    inherited = measure(STILL, [], inherited=[operation("src/op-1")])
    assert shrinks(inherited.prints, measure(STILL, [])) and not shrinks(inherited.prints, measure(STILL, [operation()]))


def test_several_footprints_need_room_for_all_of_them():
    """Each alone is no larger than the share that is declared; together they are."""
    carried = [
        operation(f"src/{number}", regions=(region(f"p{number}", rectangle(20 * number, 0, 20, 50)),))
        for number in range(4)
    ]
    inherited = measure(STILL, [], inherited=carried)
    assert len(shrinks(inherited.prints, measure(STILL, [operation(share=0.1)]))) == 4
    assert shrinks(inherited.prints, measure(STILL, [operation(share=0.4)])) == []


def test_only_what_is_not_covered_is_named():
    carried = [
        operation(f"src/{number}", regions=(region(f"p{number}", rectangle(number, 0, 1, 50)),)) for number in range(60)
    ]
    inherited = measure(STILL, [], inherited=carried)
    most = measure(STILL, [operation(regions=(region("r", rectangle(0, 0, 58, 50)),))])
    assert sorted(one.operation for one in shrinks(inherited.prints, most)) == ["src/58", "src/59"]
    assert len(shrinks(inherited.prints, measure(STILL, [operation()]))) == MOST_NAMED


def test_a_whole_element_and_a_declared_share_are_kept_only_by_as_much():
    whole = measure(STILL, [], inherited=[operation("src/1", whole=True)])
    assert shrinks(whole.prints, measure(STILL, [operation(share=0.9)]))
    assert not shrinks(whole.prints, measure(STILL, [operation(whole=True)]))
    half = measure(STILL, [], inherited=[operation("src/1", share=0.5)])
    assert shrinks(half.prints, measure(STILL, [operation(regions=(region("r", rectangle(0, 0, 100, 49)),))]))
    assert not shrinks(half.prints, measure(STILL, [operation(regions=(region("r", rectangle(0, 0, 100, 51)),))]))


def test_what_was_assisted_or_made_by_hand_need_not_be_told_again():
    inherited = measure(STILL, [], inherited=[operation("src/1", technique="denoise", whole=True)])
    assert shrinks(inherited.prints, measure(STILL, [])) == []


@settings(max_examples=40, deadline=None)
@given(some)
def test_declaring_the_same_again_never_shrinks(several):
    assert shrinks(measure(CLIP, [], inherited=several).prints, measure(CLIP, several)) == []


@settings(max_examples=40, deadline=None)
@given(placed)
def test_declaring_nothing_always_shrinks(several):
    inherited = measure(CLIP, [], inherited=several)
    assert bool(shrinks(inherited.prints, measure(CLIP, []))) == bool(several)
