"""Places that other makers' credentials mark are drawn as our own are, told by whose word, and believed no further."""

import json
from dataclasses import replace

import jsonschema
import pytest
from django.template.loader import render_to_string
from hypothesis import given

from provenance import marked, regions_of_interest
from provenance.conclusion import RegistryFacts
from provenance.geometry import FrameRange, Media, Region, TimeRange
from provenance.public import story
from provenance.reading import Reading
from provenance.report import conclude
from provenance.sandbox import IngredientFile, SignRequest
from tests.assets import build, foreign
from tests.assets.foreign import EDITED, TRAINED, Makers, act
from tests.provenance import strategies
from tests.provenance.declared import operation
from tests.provenance.test_foreign_files import LISTS, NOW, SCHEMA

MARKED = "Its credentials mark places for that, covering {amount} of the picture."
WORKED_OUT = "Worked out from the regions its producer stated."
OPENED = act("opened", parameters={"ingredientIds": ["p"]})
FILM = Media("video", 640, 360, 48, 24, 2.0, ("picture", "sound"))


def box(x, y, width, height, *more, unit="percent") -> dict:
    shape = {"type": "rectangle", "unit": unit, "origin": {"x": x, "y": y}, "width": width, "height": height}
    return {"region": [{"type": "spatial", "shape": shape}, *more]}


def time(**ends) -> dict:
    return {"type": "temporal", "time": {"type": "npt", **ends}}


THING = {"region": [{"type": "identified", "item": {"identifier": "x:y", "value": "eyeballs"}}]}
QUARTER, CORNER = box(0.0, 0.0, 50.0, 50.0), box(25.0, 25.0, 50.0, 50.0)


@pytest.fixture(scope="module")
def makers(tmp_path_factory):
    makers = Makers(tmp_path_factory.mktemp("marking"))
    yield makers
    makers.close()


def told(makers, *acts, complete=True, listed=True, **more):
    """The report on a photograph of which these acts are stated."""
    data = makers.second("Ember Creative", [OPENED, *acts], used=[foreign.used(build.small_jpeg())], complete=complete, **more)
    return report_on(makers, data, listed=listed)


def report_on(makers, data, *, listed=True, extension="jpg"):
    found = makers.box.read(makers.put(data, extension), anchors=makers.anchors if listed else ())
    report = conclude(Reading.of(found), RegistryFacts(), LISTS, file="a.jpg", at=NOW)
    jsonschema.validate(report.as_dict(), SCHEMA, cls=jsonschema.Draft202012Validator)
    return report


# --- read as they are written -------------------------------------------------------------------------------------


@given(strategies.regions().filter(lambda one: one.shape or one.time))
def test_what_is_written_of_a_place_is_read_back(region):
    written = regions_of_interest.changes(operation(regions=(region,)), name="Altered face", human=True)
    (read,) = regions_of_interest.read(written)
    assert (read.shape, read.time is None) == (region.shape, region.time is None)
    if region.time:
        assert (read.time.start_s, read.time.end_s) == pytest.approx((region.time.start_s, region.time.end_s), abs=0.001)


@pytest.mark.parametrize(
    ("ranges", "region"),
    [
        ([{"type": "temporal", "time": {}}], Region("1", time=TimeRange(0.0, None))),
        ([time(start="1:02:03.5", end="3723.75")], Region("1", time=TimeRange(3723.5, 3723.75))),
        ([{"type": "frame", "frame": {"start": 3, "end": 3}}], Region("1", frames=FrameRange(3, 3))),
        ([{"type": "frame", "frame": {}}], Region("1", frames=FrameRange(0, None))),
        ([time(), {"type": "identified", "item": {"identifier": "http://purl.obolibrary.org/FMA", "value": "eyeballs"}}],
         Region("1", time=TimeRange(0.0, None))),
        ([{"type": "identified", "item": {"identifier": "track_id", "value": "2"}}], Region("1", track="2")),
    ],
)  # fmt: skip
def test_times_frames_and_tracks_are_read(ranges, region):
    assert regions_of_interest.read([{"region": ranges}]) == (region,)


def shape(**given) -> list:
    return [{"region": [{"type": "spatial", "shape": {"type": "rectangle", "unit": "percent", **given}}]}]


HERE = {"origin": {"x": 1.0, "y": 1.0}, "width": 2.0, "height": 2.0}
NOT_DRAWN = {
    "nothing": None, "a word": "everywhere", "no regions": [], "an empty region": [{}], "no range": [{"region": []}],
    "a number": [7], "no shape": [{"region": [{"type": "spatial"}]}],
    "no origin": shape(width=1.0, height=1.0), "a word for a width": shape(**HERE | {"width": "2"}),
    "true for a width": shape(**HERE | {"width": True}), "a width below nothing": shape(**HERE | {"width": -1.0}),
    "no number": shape(**HERE | {"width": float("nan")}), "without end": shape(**HERE | {"width": float("inf")}),
    "farther than any frame": shape(**HERE | {"origin": {"x": 1e300, "y": 1.0}}),
    "an unknown unit": shape(**HERE | {"unit": "inch"}), "an unknown shape": shape(**HERE | {"type": "star"}),
    "inside out": shape(**HERE | {"inside": "no"}),
    "a line": shape(type="polygon", origin={"x": 1.0, "y": 1.0}, vertices=[{"x": 2.0, "y": 2.0}]),
    "too many corners": shape(type="polygon", origin={"x": 1.0, "y": 1.0}, vertices=[{"x": 2.0, "y": 2.0}] * 5_000),
    "two shapes at once": [{"region": shape(**HERE)[0]["region"] * 2}],
    "seconds and frames at once": [{"region": [time(start="1"), {"type": "frame", "frame": {"start": 1}}]}],
    "a time of day": [{"region": [{"type": "temporal", "time": {"type": "wallClock", "start": "2026-01-01T00:00:00Z"}}]}],
    "a word for a time": [{"region": [time(start="now")]}],
    "an end before its beginning": [{"region": [time(start="9", end="1")]}],
    "an endless number": [{"region": [time(start="9" * 4_000)]}],
    "a frame below nothing": [{"region": [{"type": "frame", "frame": {"start": -1}}]}],
    "half a frame": [{"region": [{"type": "frame", "frame": {"start": 1.5}}]}],
    "a passage of text": [{"region": [{"type": "textual", "text": {"selectors": []}}]}],
    "only a thing": [{"region": [{"type": "identified", "item": {"identifier": "x:y", "value": "eyeballs"}}]}],
    "an unknown range": [{"region": [{"type": "magic"}]}],
    "too many": [QUARTER] * 501, "one among others": [QUARTER, {"region": [{"type": "magic"}]}],
}  # fmt: skip


@pytest.mark.parametrize("name", NOT_DRAWN)
def test_what_cannot_be_drawn_is_not_read_and_nothing_beside_it(name):
    assert regions_of_interest.read(NOT_DRAWN[name]) is None


@pytest.mark.parametrize(
    ("ranges", "element"),
    [
        (QUARTER["region"], "picture"), ([{"type": "frame", "frame": {"start": 1}}], "picture"),
        ([time(start="1")], ""), ([{"type": "identified", "item": {"identifier": "track_id", "value": "1"}}], ""),
    ],
)  # fmt: skip
def test_of_a_film_with_sound_only_what_is_seen_is_placed(ranges, element):
    assert marked.places({"changes": [{"region": ranges}]}, FILM)[0] == element


@pytest.mark.parametrize(("kind", "element"), [("video", "picture"), ("audio", "sound")])
def test_a_time_belongs_to_the_only_element_there_is(kind, element):
    media = replace(FILM, kind=kind, elements=(element,))
    assert marked.places({"changes": [{"region": [time(start="1")]}]}, media)[0] == element


# --- told by whose word -------------------------------------------------------------------------------------------


def test_marked_places_are_told_as_the_makers_and_each_counts_once(makers):
    report = told(makers, act("edited", EDITED, changes=[QUARTER]), act("edited", EDITED, changes=[CORNER, QUARTER]))
    row = report.extent.details["elements"][0]
    assert report.extent.text == (
        f"Stated by the file's maker, Ember Creative: it was edited with AI. {MARKED.format(amount='43.8 %')} {WORKED_OUT}"
    )
    assert (report.extent.state, report.extent.details["headline"]["band"]) == ("stated", "partial")
    assert row["share"] == pytest.approx(7 / 16, abs=row["error"] + 1e-6) and row["at_least"] is False
    assert (row["method"], row["measured_by"], row["element"]) == ("derived:regions", "producer", "picture")
    page = render_to_string("provenance/report.html", story.told(report))
    assert "43.8\u00a0%" in page and "worked out from the marked regions" in page


@pytest.mark.parametrize("acts, complete", [
    ([act("edited", EDITED, changes=[QUARTER])], None),
    ([act("edited", EDITED, changes=[QUARTER]), act("filtered", EDITED)], True),
    ([act("edited", EDITED, changes=[QUARTER]), act("filtered", EDITED, changes=[CORNER, THING])], True),
])  # fmt: skip
def test_beside_what_is_not_placed_they_are_a_lower_bound(makers, acts, complete):
    report = told(makers, *acts, complete=complete)
    assert report.extent.state == "partly_stated" and MARKED.format(amount="at least 25.0 %") in report.extent.text
    assert report.extent.details["headline"]["band"] == "at_least:partial"
    assert report.extent.details["elements"][0]["at_least"] is True


def test_what_the_file_was_made_from_makes_them_a_lower_bound(makers):
    filled = foreign.generative_fill(makers)
    edited = [OPENED, act("edited", EDITED, changes=[QUARTER])]
    report = report_on(makers, makers.second("Ember Creative", edited, used=[foreign.used(filled)], complete=True))
    assert report.extent.state == "partly_stated" and report.extent.details["elements"][0]["at_least"] is True


def test_places_marked_in_an_earlier_file_are_not_taken_for_places_in_this_one(makers):
    earlier = makers.second("Ember Creative", [OPENED, act("edited", EDITED, changes=[QUARTER])],
                            used=[foreign.used(build.small_jpeg())], complete=True)  # fmt: skip
    cropped = [OPENED, act("cropped", foreign.IPTC + "humanEdits")]
    report = report_on(makers, makers.second("Folio Layout", cropped, used=[foreign.used(earlier)], complete=True))
    assert report.extent.state == "partly_stated" and "elements" not in report.extent.details
    assert "How much of this file that is, is not stated." in report.extent.text


def test_what_a_model_made_whole_is_not_told_by_a_place_in_it(makers):
    report = report_on(makers, makers.second("Ember Creative", [act("created", TRAINED, changes=[QUARTER])], complete=True))
    assert "elements" not in report.extent.details and "How much of it is not stated." in report.extent.text


def test_a_signer_on_no_list_is_told_as_that_and_gives_no_numbers(makers):
    report = told(makers, act("edited", EDITED, changes=[QUARTER]), listed=False)
    assert report.extent.state == "not_stated" and report.extent.details["strength"] == "unlisted_signer"
    assert "elements" not in report.extent.details and "headline" not in report.extent.details
    assert "They mark places for that, covering 25.0 % of the picture. They are signed in the name of" in report.extent.text


def test_a_changed_copy_has_no_places(makers):
    data = bytearray(makers.second("Ember Creative", [OPENED, act("edited", EDITED, changes=[QUARTER])],
                                   used=[foreign.used(build.small_jpeg())], complete=True))  # fmt: skip
    data[-40] ^= 1
    report = report_on(makers, bytes(data))
    assert (report.integrity.state, report.extent.state, report.extent.details) == ("altered", "not_stated", None)
    assert "25" not in report.extent.text


def test_a_place_outside_the_frame_is_nothing_and_never_printed_as_a_share(makers):
    report = told(makers, act("edited", EDITED, changes=[box(200.0, 200.0, 5.0, 5.0)]))
    assert "Its credentials mark places for that, too little to be measured." in report.extent.text
    assert report.extent.details["elements"][0]["share"] == 0


def test_more_places_than_are_drawn_are_none(makers):
    report = told(makers, act("edited", EDITED, changes=[QUARTER] * (marked.MOST + 1)))
    assert "elements" not in report.extent.details and "How much of it is not stated." in report.extent.text


def test_names_of_places_are_not_repeated(makers):
    named = QUARTER | {"name": "Mira Solano's face", "identifier": "<b>mira</b>", "description": "Mira Solano"}
    report = told(makers, act("edited", EDITED, changes=[named]))
    assert "Solano" not in json.dumps(report.as_dict()) and "mira" not in json.dumps(report.extent.as_dict())


def test_what_is_stated_of_a_film_is_cut_in_time(makers):
    half = box(0.0, 0.0, 50.0, 100.0, time(start="0:00:00.000", end="0.5"))
    data = marked_film(makers, [half])
    row = report_on(makers, data, extension="mp4").extent.details["elements"][0]
    assert row["time_share"] == pytest.approx(0.5 / row["total"]["seconds"], abs=0.03)
    assert row["share"] == pytest.approx(row["time_share"] / 2, abs=row["error"] + 1e-6)


def marked_film(makers, changes) -> bytes:
    film, target, studio = build.library() / "plate.mp4", makers.put(b""), makers.studio("Ember Creative")
    told = {"allActionsIncluded": True, "actions": [OPENED, act("edited", EDITED, changes=changes)]}
    definition = {
        "title": "clip.mp4", "claim_generator_info": [{"name": "Ember", "version": "1.0"}],
        "assertions": [{"label": "c2pa.actions.v2", "created": True, "data": told}],
    }  # fmt: skip
    used = [IngredientFile(film, "video/mp4", "clip.mp4", "parentOf", "p")]
    makers.box.sign(
        SignRequest(film, "video/mp4", definition, studio.signer.chain_pem, studio.signer.algorithm, target, ingredients=used,
                    intent="edit", anchors=makers.anchors), studio.signer.sign,
    )  # fmt: skip
    return target.read_bytes()


def test_our_own_whole_element_is_read_as_all_of_it():
    whole = regions_of_interest.read(regions_of_interest.changes(operation(whole=True), name="Altered face", human=True))
    assert (whole[0].shape.width, whole[0].shape.height, whole[0].shape.unit) == (100, 100, "percent")
