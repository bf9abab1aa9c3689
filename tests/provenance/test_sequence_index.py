"""What a sender lists of a sequence, and what files it turns out to be: patterns, numbers, gaps, doubles, in words."""

import hashlib
import json
from importlib import resources
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provenance import frame_numbers, sequence_index
from provenance.frame_numbers import NoPattern, Pattern, pattern_of, read_pattern
from provenance.sequence_index import Frame, Index, Picture, Unlisted, compared, of_files, read

NUMBERS = st.integers(0, 20_000)
TEXT = st.text(st.sampled_from("abz_-.% #[]"), max_size=6)
SCHEMAS = Path(str(resources.files("provenance").joinpath("schemas")))


def files(*numbers, pattern="sh010.%04d.exr", **bytes_of):
    """Files by their names, each with the hash of other bytes and a size."""
    name = read_pattern(pattern)[0].name
    return {name(one): (hashlib.sha256(str(bytes_of.get(f"f{one}", one)).encode()).hexdigest(), 100 + one) for one in numbers}


def refused(code, act):
    with pytest.raises(Unlisted) as caught:
        act()
    assert caught.value.code == code and all(fault.pointer.startswith("/sequence") for fault in caught.value.errors)
    return caught.value.detail


# --- names --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("written", "kept", "span", "seventh"), [
    ("sh010.%04d.exr", "sh010.%04d.exr", None, "sh010.0007.exr"),
    ("sh010.####.exr", "sh010.%04d.exr", None, "sh010.0007.exr"),
    ("sh010.#.exr", "sh010.%d.exr", None, "sh010.7.exr"),
    ("sh010.%d.dpx", "sh010.%d.dpx", None, "sh010.7.dpx"),
    ("sh010.[1001-1240].exr", "sh010.%04d.exr", (1001, 1240), "sh010.0007.exr"),
    ("sh010.[0001-0240].exr", "sh010.%04d.exr", (1, 240), "sh010.0007.exr"),
    ("100%%.%03d.tif", "100%%.%03d.tif", None, "100%.007.tif"),
    ("shot#2.%04d.exr", "shot#2.%04d.exr", None, "shot#2.0007.exr"),
])  # fmt: skip
def test_patterns_are_read_as_studios_write_them(written, kept, span, seventh):
    pattern, found = read_pattern(written)
    assert (str(pattern), found, pattern.name(7)) == (kept, span, seventh)


@pytest.mark.parametrize("written", [
    "", "sh010.exr", "%04d.%04d.exr", "####.####.exr", "sh010.[1240-1001].exr", "a/%04d.exr", "..\\%04d.exr", "%011d.exr",
    ".%04d.exr", "a\n%04d", "x" * 250 + "%04d",
])  # fmt: skip
def test_what_is_no_pattern_is_refused(written):
    with pytest.raises(NoPattern):
        read_pattern(written)


@settings(max_examples=60, deadline=None)
@given(TEXT, TEXT, st.integers(1, 6), NUMBERS)
def test_a_pattern_reads_back_as_it_is_written(before, after, width, number):
    pattern = Pattern(f"s{before}", f"{after}x", width)
    assert read_pattern(str(pattern)) == (pattern, None)
    assert pattern.number(pattern.name(number)) == number


@settings(max_examples=40, deadline=None)
@given(st.sets(NUMBERS, min_size=2, max_size=20), st.integers(1, 6), st.sampled_from(["sh010_v03.", "a1.b2.", "9."]))
def test_the_number_is_what_differs_between_the_names(numbers, width, before):
    pattern = Pattern(before, ".exr", width)
    found = pattern_of(sorted(pattern.name(one) for one in numbers))
    assert {found.number(pattern.name(one)) for one in numbers} == numbers


@pytest.mark.parametrize(("name", "pattern"), [
    ("sh010_v03.1001.exr", "sh010_v03.%04d.exr"), ("frame7.jp2", "frame%d.jp2"), ("0001.dpx", "%04d.dpx"),
])  # fmt: skip
def test_of_a_single_frame_the_last_number_before_the_ending_counts(name, pattern):
    assert str(pattern_of([name])) == pattern


@pytest.mark.parametrize("names", [
    ["sh010.1001.exr", "sh020.1002.exr"], ["a.1001.exr", "b.1002.exr"], ["a.1001.exr", "a.1002.dpx"],
    ["a.0999.exr", "a.01000.exr"], ["notes.txt"], ["a.7.exr", "a.07.exr"],
])  # fmt: skip
def test_names_that_do_not_belong_together_are_told(names):
    with pytest.raises(NoPattern) as told:
        pattern_of(names)
    assert names[0] in str(told.value)


# --- numbers ------------------------------------------------------------------------------------------------------


@settings(max_examples=60, deadline=None)
@given(st.sets(st.integers(0, 60), min_size=1), st.integers(0, 60), st.integers(0, 60))
def test_gaps_are_what_is_not_there(numbers, one, other):
    first, last = sorted((one, other))
    present = frame_numbers.ranges(numbers)
    absent = {number for start, end in frame_numbers.gaps(present, first, last) for number in range(start, end + 1)}

    assert absent == set(range(first, last + 1)) - numbers
    assert {number for start, end in present for number in range(start, end + 1)} == numbers


def test_numbers_are_told_as_ranges():
    assert frame_numbers.in_words(frame_numbers.ranges([1001, 1002, 1003, 1010, 1012, 1013])) == "1001–1003, 1010 and 1012–1013"
    assert frame_numbers.frames_in_words([(7, 7)]) == "frame 7"
    assert frame_numbers.in_words([(n, n) for n in range(0, 60, 2)]).endswith("22 and 18 more")


# --- what is there, held against what is listed -------------------------------------------------------------------


def test_frames_by_their_names_alone_are_a_sequence():
    index = of_files(read({}), files(1002, 1001, 1003))
    assert [one.number for one in index.frames] == [1001, 1002, 1003]
    assert (str(index.pattern), index.first, index.last, index.size) == ("sh010.%04d.exr", 1001, 1003, 3306)


def test_a_gap_is_refused_by_its_numbers_unless_it_is_stated():
    numbers = [n for n in range(1001, 1021) if n not in (1012, 1013, 1014, 1015, 1018)]
    detail = refused("sequence.missing", lambda: of_files(read({}), files(*numbers)))
    assert detail.startswith("Frames 1012–1015 and 1018 are missing.")

    stated = read({"missing": [{"first": 1012, "last": 1015}, {"first": 1018, "last": 1018}]})
    assert of_files(stated, files(*numbers)).missing == ((1012, 1015), (1018, 1018))


def test_a_pattern_with_a_range_tells_what_is_missing_at_the_ends():
    listed = read({"pattern": "sh010.[1001-1005].exr"})
    assert "Frames 1001 and 1005 are missing." in refused("sequence.missing", lambda: of_files(listed, files(1002, 1003, 1004)))
    refused("sequence.unexpected", lambda: of_files(listed, files(*range(1001, 1007))))


def test_a_frame_that_is_listed_and_did_not_come_is_named():
    listed = read({"pattern": "sh010.%04d.exr", "frames": [{"number": 1001}, {"name": "sh010.1002.exr"}]})
    assert refused("sequence.missing", lambda: of_files(listed, files(1001))).startswith("Frame 1002 is missing.")


def test_a_frame_that_nobody_listed_is_named():
    listed = read({"pattern": "sh010.%04d.exr", "frames": [{"number": 1001}]})
    assert "1002" in refused("sequence.unexpected", lambda: of_files(listed, files(1001, 1002)))


def test_a_frame_that_is_there_though_stated_as_missing_is_named():
    listed = read({"missing": [{"first": 1002, "last": 1002}]})
    assert "1002" in refused("sequence.unexpected", lambda: of_files(listed, files(1001, 1002, 1003)))


def test_a_doubled_number_is_refused():
    listed = {"pattern": "sh010.%04d.exr", "frames": [{"number": 1001}, {"number": 1001}]}
    assert "Frame 1001 is given twice" in refused("sequence.doubled", lambda: of_files(read(listed), files(1001)))


def test_a_frame_that_arrived_otherwise_is_named():
    listed = read({"pattern": "sh010.%04d.exr", "frames": [{"number": 1001, "sha256": "0" * 64}]})
    assert "Frame 1001 did not arrive" in refused("sequence.differs", lambda: of_files(listed, files(1001)))


def test_held_frames_are_a_note_and_no_fault():
    index = of_files(read({}), files(1019, 1020, 1021, 1022, f1021=1020))
    assert sequence_index.notes(index.frames) == ["Frames 1020–1021 are the same bytes."]


@pytest.mark.parametrize("data", [
    [], {"frame": []}, {"version": 2}, {"pattern": 7}, {"pattern": "none"}, {"rate": 24}, {"rate": "0/1"}, {"missing": [[1, 2]]},
    {"missing": [{"first": 2, "last": 1}]}, {"frames": {}}, {"frames": [{}]}, {"frames": [{"number": -1}]},
    {"frames": [{"number": True}]}, {"frames": [{"number": 1, "sha256": "A" * 64}]}, {"frames": [{"number": 1, "size": 0}]},
    {"frames": [{"number": 1, "path": "/etc"}]}, {"pattern": "a.%d.exr", "frames": [{"number": 1, "name": "a.2.exr"}]},
])  # fmt: skip
def test_an_index_that_says_something_else_is_refused_at_its_place(data):
    with pytest.raises(Unlisted) as caught:
        read(data)
    assert all(fault.detail and fault.pointer.startswith("/sequence") for fault in caught.value.errors)


# --- signed, and compared -----------------------------------------------------------------------------------------


def index_of(*numbers, **more):
    return of_files(read(more), files(*numbers))


def test_the_document_reads_back_and_fits_its_schema():
    index = index_of(1001, 1003, missing=[{"first": 1002, "last": 1002}], rate="24000/1001")
    told = json.loads(index.document())

    assert sequence_index.read_document(told) == index
    jsonschema.validate(told, json.loads((SCHEMAS / "sequence-index-1.json").read_text()))
    told["frames"][0]["size"] += 1
    assert sequence_index.read_document(told).document() != index.document()
    told["frames"][0]["number"] = 1000
    with pytest.raises(Unlisted, match="root"):
        sequence_index.read_document(told)


def test_what_is_signed_of_it_fits_its_schema():
    index = index_of(1001, 1002, rate="24")
    told = sequence_index.assertion(index, Picture("image/x-exr", 2048, 1152, "half B, G, R; ZIP"), "0" * 64)
    jsonschema.validate(told, json.loads((SCHEMAS / "sequence-1.json").read_text()))
    assert told["merkle"]["root"] == index.root


@settings(max_examples=40, deadline=None)
@given(st.sets(st.integers(1, 40), min_size=1), st.sets(st.integers(1, 40)), st.sets(st.integers(1, 40)))
def test_what_differs_is_named_and_nothing_else(signed, there, changed):
    frames = tuple(Frame(number, hashlib.sha256(bytes([number])).hexdigest(), 1) for number in sorted(signed))
    pattern = Pattern("a.", ".exr", 4)
    found = {pattern.name(n): "0" * 64 if n in changed else hashlib.sha256(bytes([n])).hexdigest() for n in there}
    told = compared(Index(pattern, frames), found | {"notes.txt": "1" * 64})

    assert told.missing == tuple(frame_numbers.ranges(signed - there))
    assert told.altered == tuple(frame_numbers.ranges(signed & there & changed))
    assert told.extra == tuple(frame_numbers.ranges(there - signed))
    assert told.strange == ("notes.txt",)
    assert told.nothing == (signed == there and not signed & changed)
