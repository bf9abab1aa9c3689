"""A declaration is read exactly, or refused with a pointer to each fault."""

import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from provenance.declaration import MAX_REGIONS, check_against, parse
from provenance.declaration.shape import MAX_FAULTS, schema
from provenance.geometry import Media
from provenance.techniques import ELEMENTS, MODEL_TYPES, NOT_DISCLOSED, OVERSIGHT, TECHNIQUES, TRAINED, WITH_TRAINED
from registry.errors import Invalid
from tests.provenance.declared import CLIP, STILL, TRACK, harbor

FACE = "/operations/0/regions/0"


def refused(data, media=None):
    """The error a declaration is refused with, and its faults as pairs of pointer and code."""
    with pytest.raises(Invalid) as caught:
        declaration = parse(data)
        check_against(declaration, media or CLIP)
    return caught.value, [(fault.pointer, fault.code) for fault in caught.value.errors]


def changed(path, value):
    """The declaration of Harbor with one value replaced, added, or (by None) taken away."""
    data = harbor()
    *way, last = path
    place = data
    for step in way:
        place = place[step]
    if value is None:
        del place[last]
    else:
        place[last] = value
    return data


def test_a_declaration_is_read_into_values():
    declaration = parse(harbor())

    assert declaration.units == ("sh114",)
    assert declaration.intended_release.from_ == date(2026, 9, 1)
    de_aging, denoise = declaration.operations
    assert de_aging.digital_source_type == WITH_TRAINED and de_aging.generative
    assert de_aging.at == datetime(2026, 7, 14, 9, 12, tzinfo=UTC)
    assert denoise.assistive and not denoise.generative
    assert {(one.id, use) for one, use in declaration.depicted_uses()} == {("mira", "de_aging"), ("jon", "de_aging")}
    check_against(declaration, CLIP)


def test_little_needs_to_be_said():
    declaration = parse({"version": 1, "production": "prd_1", "title": "a.jpg"})
    assert declaration.complete and declaration.act == "sign" and declaration.operations == ()


def test_what_was_read_can_be_written_and_read_again():
    declaration = parse(harbor())
    written = json.loads(json.dumps(declaration.as_dict()))
    assert parse(written) == declaration
    assert parse(written).canonical_hash() == declaration.canonical_hash()


def test_the_same_statements_have_the_same_hash_and_others_another():
    same = {key: harbor()[key] for key in sorted(harbor(), reverse=True)}
    del same["complete"]  # true is what it means to leave it out
    same["operations"][0]["at"] = "2026-07-14T11:12:00+02:00"
    assert parse(same).canonical_hash() == parse(harbor()).canonical_hash()
    assert parse(changed(["complete"], False)).canonical_hash() != parse(harbor()).canonical_hash()


@pytest.mark.parametrize("given", [None, [], "{}", 7, {}])
def test_what_is_no_declaration_is_refused(given):
    assert refused(given)[0].code == "declaration.invalid"


@pytest.mark.parametrize(
    ("path", "value", "pointer"),
    [
        (["title"], None, ""),
        (["version"], 2, "/version"),
        (["version"], True, "/version"),
        (["nonsense"], 1, "/nonsense"),
        (["production"], "harbor", "/production"),
        (["title"], "x" * 301, "/title"),
        (["title"], "", "/title"),
        (["title"], "gpj.\u202eexe", "/title"),
        (["title"], "a\nb", "/title"),
        (["title"], "a\x00b", "/title"),
        (["title"], "a\ud800b", "/title"),
        (["units"], ["sh115"], "/units"),
        (["intended_release", "from"], "2026-02-30", "/intended_release/from"),
        (["intended_release", "to"], "2026-09-01", "/intended_release/to"),
        (["ingredients", 1, "part"], "src", "/ingredients/1"),
        (["ingredients", 0, "part"], None, "/ingredients/0"),
        (["ingredients", 1, "id"], "plate", "/ingredients/1/id"),
        (["operations", 1, "id"], "op-1", "/operations/1/id"),
        (["operations", 0, "tool"], None, "/operations/0"),
        (["operations", 0, "model"], None, "/operations/0/model"),
        (["operations", 0, "at"], "yesterday", "/operations/0/at"),
        (["operations", 0, "at"], "2026-07-14T09:12:00", "/operations/0/at"),
        (["operations", 0, "whole"], True, "/operations/0"),
        (["operations", 0, "share"], 0.2, "/operations/0"),
        (["operations", 1, "share"], 0, "/operations/1/share"),
        (["operations", 1, "whole"], False, "/operations/1/whole"),
        (["operations", 0, "depicts"], ["mira", "jon", "elsa"], "/operations/0/depicts/2"),
        (
            ["operations", 0, "evidence"],
            {"difference": {"input": "nothing"}},
            "/operations/0/evidence/difference/input",
        ),
        (["operations", 0, "regions", 0, "shape", "x"], float("nan"), FACE + "/shape/x"),
        (["operations", 0, "regions", 0, "shape", "x"], float("inf"), FACE + "/shape/x"),
        (["operations", 0, "regions", 0, "shape", "width"], 0, FACE + "/shape/width"),
        (["operations", 0, "regions", 0, "shape", "height"], None, FACE + "/shape"),
        (["operations", 0, "regions", 0, "shape", "diameter"], 3, FACE + "/shape/diameter"),
        (["operations", 0, "regions", 0, "time"], {"start_s": 53.0, "end_s": 53.0}, FACE + "/time/end_s"),
        (["operations", 0, "regions", 0, "frames"], {"start": 1, "end": 2}, FACE + "/frames"),
        (["operations", 0, "regions", 0, "words"], {"start": 1, "end": 2}, FACE + "/words"),
        (["operations", 0, "regions"], [], "/operations/0/regions"),
        (["operations", 0, "regions"], [{"id": "nowhere"}], FACE),
        (["depictions", 1, "id"], "mira", "/depictions/1/id"),
    ],
)
def test_a_fault_is_pointed_at(path, value, pointer):
    error, faults = refused(changed(path, value))
    assert error.code == "declaration.invalid"
    assert (pointer, "declaration.invalid") in faults


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (["act"], "sell"),
        (["operations", 0, "technique"], "deaging"),
        (["operations", 0, "technique"], "model_training"),  # a use of somebody, but nothing done to an asset
        (["operations", 0, "element"], "smell"),
        (["operations", 0, "oversight"], "looked_at"),
        (["operations", 0, "digital_source_type"], "softwareImage"),
        (["operations", 0, "model", "type"], "c2pa.types.model.mine"),
        (["operations", 0, "regions", 0, "shape", "type"], "blob"),
        (["depictions", 0, "role"], "star"),
        (["depictions", 0, "modality"], "soul"),
        (["intended_release", "media"], ["betamax"]),
        (["ingredients", 0, "relation"], "childOf"),
        (["ingredients", 0, "digital_source_type"], "photo"),
    ],
)
def test_a_term_nobody_knows_is_refused_by_name(path, value):
    error, faults = refused(changed(path, value))
    assert error.code == "declaration.unknown_term"
    assert faults[0][0] == "".join(f"/{step}" for step in path) + ("/0" if isinstance(value, list) else "")


def test_a_model_may_be_of_a_namespace_of_its_own_or_not_disclosed():
    for kind in ("com.parallax.types.warp", NOT_DISCLOSED, *MODEL_TYPES):
        assert parse(changed(["operations", 0, "model", "type"], kind)).operations[0].model.type == kind


@pytest.mark.parametrize(
    "depiction",
    [
        {"id": "mira", "role": "target_likeness", "modality": "face"},
        {"id": "mira", "role": "synthetic", "modality": "face", "person": "per_1"},
        {"id": "mira", "role": "target_likeness", "modality": "face", "person": "per_1", "unidentified": True},
    ],
)
def test_somebody_depicted_is_a_person_or_unidentified_or_nobody_real(depiction):
    error, faults = refused(changed(["depictions", 0], depiction))
    assert error.code == "declaration.depiction_without_person"
    assert faults == [("/depictions/0", "declaration.depiction_without_person")]


@pytest.mark.parametrize(
    "depiction",
    [
        {"id": "mira", "role": "target_likeness", "modality": "face", "unidentified": True},
        {"id": "mira", "role": "synthetic", "modality": "face"},
    ],
)
def test_an_unidentified_person_and_nobody_real_can_be_stated(depiction):
    assert parse(changed(["depictions", 0], depiction)).depictions[0].person is None


@pytest.mark.parametrize("depicts", [None, [], ["jon"]])
def test_changing_somebody_without_saying_whom_is_refused(depicts):
    """Otherwise no consent would be asked for: the performer who drove the change is not the one who is seen."""
    data = changed(["operations", 0, "depicts"], depicts)
    data["depictions"] = [one for one in data["depictions"] if one["id"] in (depicts or [])]
    error, faults = refused(data)
    assert error.code == "declaration.depiction_without_person"
    assert faults == [("/operations/0/depicts", "declaration.depiction_without_person")]


def test_a_cloned_voice_needs_the_depiction_of_a_voice():
    data = harbor()
    data["operations"][0] |= {
        "technique": "voice_clone",
        "element": "voice",
        "regions": [{"id": "r", "time": {"end_s": 9}}],
    }
    assert refused(data)[0].code == "declaration.depiction_without_person"
    data["depictions"][0]["modality"] = "voice"
    assert parse(data).operations[0].digital_source_type == TRAINED


def test_whoever_no_operation_depicts_needs_a_use():
    data = harbor()
    data["depictions"].append({"id": "kit", "person": "per_3", "role": "background", "modality": "face"})
    assert refused(data)[1] == [("/depictions/2", "declaration.invalid")]
    data["depictions"][2]["use"] = "routine_post"
    assert ("kit", "routine_post") in {(one.id, use) for one, use in parse(data).depicted_uses()}


def test_stating_a_use_does_not_hide_what_the_operations_do():
    data = changed(["depictions", 0, "use"], "routine_post")
    assert {use for one, use in parse(data).depicted_uses() if one.id == "mira"} == {"routine_post", "de_aging"}


@pytest.mark.parametrize(
    ("technique", "element"),
    [("de_aging", "music"), ("generated_music", "picture"), ("roto", "voice"), ("voice_clone", "text")],
)
def test_a_technique_fits_its_element(technique, element):
    data = harbor()
    data["operations"][0] = {
        **{name: data["operations"][0][name] for name in ("id", "tool", "model", "depicts")},
        "technique": technique,
        "element": element,
    }
    assert ("/operations/0/element", "declaration.invalid") in refused(data)[1]


@pytest.mark.parametrize("source", ["algorithmicallyEnhanced", "humanEdits", "composite", "empty"])
def test_a_named_model_cannot_be_declared_away(source):
    faults = refused(changed(["operations", 0, "digital_source_type"], source))[1]
    assert ("/operations/0/digital_source_type", "declaration.invalid") in faults


def test_a_face_may_be_changed_by_hand_but_a_voice_not_cloned_without_a_model():
    by_hand = changed(["operations", 0, "digital_source_type"], "digitalCreation")
    del by_hand["operations"][0]["model"]
    assert not parse(by_hand).operations[0].generative

    cloned = changed(["depictions", 0, "modality"], "voice")
    cloned["operations"][0] = {
        **by_hand["operations"][0],
        "technique": "voice_clone",
        "element": "voice",
        "regions": [{"id": "r", "time": {"end_s": 9}}],
    }
    assert refused(cloned)[1] == [("/operations/0/digital_source_type", "declaration.invalid")]


def test_processing_that_makes_new_content_is_generative_and_names_its_model():
    data = changed(["operations", 1, "digital_source_type"], "compositeWithTrainedAlgorithmicMedia")
    assert refused(data)[1] == [("/operations/1/model", "declaration.invalid")]
    data["operations"][1]["model"] = {"type": NOT_DISCLOSED}
    assert parse(data).operations[1].generative


def test_another_technique_is_described():
    data = changed(["operations", 1, "technique"], "other")
    data["operations"][1]["model"] = {"type": NOT_DISCLOSED}
    assert refused(data)[1] == [("/operations/1/description", "declaration.invalid")]


def test_an_asset_has_one_parent():
    data = harbor()
    for ingredient in data["ingredients"]:
        ingredient["relation"] = "parentOf"
    assert refused(data)[1] == [("/ingredients", "declaration.invalid")]


def test_regions_are_called_by_one_name_each():
    data = harbor()
    data["operations"][1] |= {"regions": data["operations"][0]["regions"]}
    del data["operations"][1]["whole"]
    assert {pointer for pointer, _ in refused(data)[1]} == {FACE + "/id", "/operations/1/regions/0/id"}


# --- against the file


@pytest.mark.parametrize(
    ("region", "outside"),
    [
        ({"shape": {"type": "rectangle", "unit": "percent", "x": 90, "y": 0, "width": 10, "height": 10}}, False),
        ({"shape": {"type": "rectangle", "unit": "percent", "x": 90, "y": 0, "width": 10.1, "height": 10}}, True),
        ({"shape": {"type": "rectangle", "unit": "pixel", "x": -1, "y": 0, "width": 10, "height": 10}}, True),
        ({"shape": {"type": "rectangle", "unit": "pixel", "x": 1910, "y": 1070, "width": 10, "height": 10}}, False),
        ({"shape": {"type": "rectangle", "unit": "pixel", "x": 1910, "y": 1070, "width": 10, "height": 11}}, True),
        ({"shape": {"type": "circle", "unit": "pixel", "x": 100, "y": 100, "diameter": 200}}, False),
        ({"shape": {"type": "circle", "unit": "pixel", "x": 100, "y": 99, "diameter": 200}}, True),
        (
            {
                "shape": {
                    "type": "polygon",
                    "unit": "pixel",
                    "vertices": [{"x": 0, "y": 0}, {"x": 5, "y": 0}, {"x": 0, "y": 2000}],
                }
            },
            True,
        ),
        ({"time": {"start_s": 90, "end_s": 94}}, False),
        ({"time": {"start_s": 90, "end_s": 94.5}}, True),
        ({"time": {"start_s": 94, "end_s": 94.01}}, True),
        ({"frames": {"start": 0, "end": 2255}}, False),
        ({"frames": {"start": 0, "end": 2256}}, True),
    ],
)
def test_a_region_lies_inside_the_file(region, outside):
    data = changed(["operations", 0, "regions"], [{"id": "r", **region}])
    if not outside:
        check_against(parse(data), CLIP)
        return
    error, faults = refused(data)
    assert error.code == "declaration.region_outside_frame"
    assert faults == [(FACE, "declaration.region_outside_frame")]


def test_a_still_picture_has_no_time_and_a_track_no_frames():
    assert refused(harbor(), STILL)[0].code == "declaration.region_outside_frame"
    data = harbor()
    data["operations"] = [
        {
            "id": "op",
            "technique": "inpaint",
            "element": "music",
            "tool": {"name": "Mend"},
            "model": {"type": NOT_DISCLOSED},
            "regions": [{"id": "r", "frames": {"start": 0, "end": 9}}],
        }
    ]
    data["depictions"] = []
    assert refused(data, TRACK)[0].code == "declaration.region_outside_frame"


def test_an_element_the_file_does_not_have_is_refused():
    silent = Media("video", 1920, 1080, 2256, 24, 94.0, ("picture",))
    data = changed(["operations", 1, "element"], "voice")
    assert refused(data, silent)[1] == [("/operations/1/element", "declaration.invalid")]


# --- sizes


def test_more_than_anyone_would_declare_is_refused_at_once():
    data = harbor()
    data["operations"] = [{**data["operations"][1], "id": f"op-{number}"} for number in range(1001)]
    assert refused(data)[1] == [("/operations", "declaration.invalid")]

    data = harbor()
    data["operations"][0]["regions"] = [{"id": f"r{number}", "time": {"end_s": 1}} for number in range(MAX_REGIONS)]
    assert len(parse(data).operations[0].regions) == MAX_REGIONS
    data["operations"][1] |= {"regions": [{"id": "one-more", "time": {"end_s": 1}}]}
    del data["operations"][1]["whole"]
    assert refused(data)[1] == [("/operations", "declaration.invalid")]


def test_depth_and_number_of_values_are_bounded():
    deep: dict = {}
    for _ in range(2000):
        deep = {"a": deep}
    assert refused(deep)[1] == [("", "declaration.invalid")]
    assert refused({"title": [0] * 100_000})[1] == [("", "declaration.invalid")]


def test_only_so_many_faults_are_told():
    data = harbor()
    data["operations"] = [{"id": "same"} for _ in range(500)]
    assert len(refused(data)[1]) == MAX_FAULTS


# --- the published schema


def test_the_published_schema_is_sound_and_holds_our_terms():
    Draft202012Validator.check_schema(schema())
    properties = schema()["$defs"]["operation"]["properties"]
    assert set(properties["technique"]["enum"]) == set(TECHNIQUES)
    assert tuple(properties["element"]["enum"]) == ELEMENTS
    assert tuple(properties["oversight"]["enum"]) == OVERSIGHT
    assert set(schema()["$defs"]["model"]["properties"]["type"]["anyOf"][0]["enum"]) == MODEL_TYPES | {NOT_DISCLOSED}


def test_the_schema_lies_beside_the_code_under_its_published_name():
    import provenance.techniques

    path = Path(provenance.techniques.__file__).parent / "schemas" / "declaration-1.json"
    assert json.loads(path.read_text())["$id"] == "/schemas/declaration-1.json"


@pytest.mark.parametrize(
    ("count", "sentence"),
    [(1_001, "At most 1000 are accepted here."), (10_000, "At most 60000 values are read, and 12 deep.")],
)
def test_too_many_operations_are_refused_in_a_sentence(count, sentence):
    told = harbor()
    told["operations"] = [told["operations"][1] | {"id": f"op-{number}"} for number in range(count)]
    with pytest.raises(Invalid) as refused:
        parse(told)
    assert [one.detail for one in refused.value.errors] == [sentence]


@pytest.mark.parametrize(
    ("placement", "pointer"),
    [
        ({}, ""),
        ({"crop": {"type": "circle", "unit": "percent", "x": 5, "y": 5, "diameter": 5}}, "/crop/type"),
        ({"speed": 0}, "/speed"),
        ({"trim": {"start_s": 4, "end_s": 4}}, "/trim/end_s"),
        ({"rotated": 90}, "/rotated"),
    ],
)
def test_a_placement_says_something_and_says_it_in_rectangles(placement, pointer):
    told = harbor()
    told["ingredients"][0] |= {"relation": "componentOf", "placement": placement}
    with pytest.raises(Invalid) as refused:
        parse(told)
    assert f"/ingredients/0/placement{pointer}" in [one.pointer for one in refused.value.errors]


def test_a_placement_comes_back_as_it_was_declared():
    told = harbor()
    crop = {"type": "rectangle", "unit": "percent", "x": 0, "y": 10, "width": 50, "height": 50}
    told["ingredients"][0] |= {"relation": "componentOf", "placement": {"crop": crop, "speed": 2, "time": {"start_s": 3}}}
    declaration = parse(told)
    assert declaration.ingredients[0].placement.cuts and parse(declaration.as_dict()) == declaration
