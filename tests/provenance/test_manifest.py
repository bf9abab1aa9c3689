"""A manifest keeps C2PA 2.4's rules and our own schemas, and tells nothing about a person."""

import json
import re
from dataclasses import replace
from importlib import resources

import pytest
from hypothesis import given, settings
from jsonschema import Draft202012Validator

from provenance.declaration import Model, parse
from provenance.extent import measure
from provenance.manifest import (
    CONSENT_LABEL,
    EXTENT_LABEL,
    UPLOAD,
    ConsentFacts,
    IngredientFact,
    ManifestFacts,
    Reference,
    build,
    creation_source_type,
    ingredients_of,
)
from provenance.regions_of_interest import changes
from provenance.techniques import COMPOSITE, ELEMENTS, NOT_DISCLOSED, SYNTHETIC, TECHNIQUES, TRAINED
from registry.errors import Invalid
from tests.provenance.declared import CLIP, harbor, operation
from tests.provenance.strategies import some

CONFIRMED = ConsentFacts(
    "confirmed",
    "core-1",
    (
        Reference(
            "urn:uuid:6f0d3f0e-5a5e-4f0c-9a3b-1f0a52c7b7aa",
            "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        ),
    ),
    "https://registry.example/c/crd_1",
)
PLATE = IngredientFact("plate", "parentOf")
EIDR = "urn:eidr:10.5240:1489-49A2-3956-4B2D-FE16-5"


def facts(data=None, **more):
    declaration = parse(data or harbor())
    extent = measure(CLIP, declaration.operations, depictions=declaration.depictions, complete=declaration.complete)
    usual = {"ingredients": (PLATE, IngredientFact("src", "inputTo")), "title_ids": (EIDR,), "consent": CONFIRMED}
    return ManifestFacts(declaration.title, "0.1.0", declaration, extent, **{**usual, **more})


def assertions(manifest, label):
    return [one["data"] for one in manifest["assertions"] if one["label"] == label]


def actions(manifest):
    return assertions(manifest, "c2pa.actions.v2")[0]["actions"]


def validator(name):
    text = resources.files("provenance").joinpath("schemas", f"{name}-1.json").read_text()
    schema = json.loads(text)
    Draft202012Validator.check_schema(schema)
    assert schema["$id"] == f"/schemas/{name}-1.json"
    return Draft202012Validator(schema)


# --- the usual case


def test_an_edit_of_a_plate_is_told_as_the_standard_tells_it():
    manifest = build(facts())

    assert manifest["title"] == "harbor_sh114_v07.mp4"
    assert manifest["claim_generator_info"] == [{"name": "Countersign", "version": "0.1.0", "specVersion": "2.4.0"}]
    assert [(one["label"], one["created"]) for one in manifest["assertions"]] == [
        ("c2pa.actions.v2", True),
        ("c2pa.ai-disclosure", True),
        (EXTENT_LABEL, True),
        (CONSENT_LABEL, True),
        ("cawg.training-mining", False),
        ("cawg.metadata", False),
    ]
    opened, de_aged, denoised = actions(manifest)
    assert opened == {"action": "c2pa.opened", "parameters": {"ingredientIds": ["plate"]}}
    assert de_aged == {
        "action": "c2pa.edited",
        "softwareAgentIndex": 0,
        "when": "2026-07-14T09:12:00Z",
        "digitalSourceType": "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia",
        "description": "De-aging",
        "changes": [
            {
                "identifier": "op-1.face",
                "name": "Altered face",
                "type": "http://cv.iptc.org/newscodes/imageregiontype/human",
                "region": [
                    {
                        "type": "spatial",
                        "shape": {
                            "type": "rectangle",
                            "unit": "percent",
                            "origin": {"x": 43.75, "y": 16.67},
                            "width": 17.19,
                            "height": 44.44,
                        },
                    },
                    {"type": "temporal", "time": {"type": "npt", "start": "0:00:41.000", "end": "0:00:53.000"}},
                ],
            }
        ],
        "parameters": {"org.countersign.operation": "op-1", "org.countersign.technique": "de_aging"},
    }
    assert denoised["action"] == "c2pa.enhanced" and "digitalSourceType" not in denoised


def test_models_are_disclosed_once_each():
    disclosed = assertions(build(facts()), "c2pa.ai-disclosure")
    assert disclosed == [
        {
            "modelType": "c2pa.types.model.pytorch",
            "modelName": "facenet-da",
            "modelIdentifier": "pkg:generic/facenet-da@1.3",
            "contentProfile": {"humanOversightLevel": "human_validated"},
        }
    ]

    data = harbor()
    again = {**data["operations"][0], "id": "op-3", "oversight": "prompt_guided"}
    again["regions"] = [{**again["regions"][0], "id": "op-3.face"}]
    data["operations"].append(again)
    (told,) = assertions(build(facts(data)), "c2pa.ai-disclosure")
    assert told["contentProfile"] == {"humanOversightLevel": "prompt_guided"}

    del again["oversight"]
    (told,) = assertions(build(facts(data)), "c2pa.ai-disclosure")
    assert "contentProfile" not in told

    again["model"] = {"type": NOT_DISCLOSED}
    assert [one["modelType"] for one in assertions(build(facts(data)), "c2pa.ai-disclosure")] == [
        "c2pa.types.model.pytorch",
        "c2pa.types.model",
    ]


def test_titles_tools_and_reservations_are_told():
    manifest = build(facts())
    (metadata,) = assertions(manifest, "cawg.metadata")
    assert metadata["dc:identifier"] == [EIDR]
    assert metadata["Iptc4xmpExt:AISystemUsed"] == "AgeShift" and metadata["Iptc4xmpExt:AISystemVersionUsed"] == "4.2"
    assert metadata["plus:ModelReleaseStatus"].endswith("/MR-LMR")
    (mining,) = assertions(manifest, "cawg.training-mining")
    assert len(mining["entries"]) == 4
    assert all(entry == {"use": "notAllowed"} for entry in mining["entries"].values())


def test_the_extent_is_the_one_that_was_measured():
    given_facts = facts()
    (extent,) = assertions(build(given_facts), EXTENT_LABEL)
    measured = given_facts.extent.as_dict()
    assert extent["elements"] == measured["elements"] and extent["headline"] == measured["headline"]
    identifiers = {place["identifier"] for act in actions(build(given_facts)) for place in act.get("changes", ())}
    assert set(extent["operations"][0]["regions"]) <= identifiers


# --- rules every manifest keeps


def cases():
    """Declarations of every kind, with and without a parent."""
    yield facts()
    yield facts(ingredients=())
    yield facts(
        ingredients=(
            IngredientFact(UPLOAD, "parentOf"),
            IngredientFact("plate", "inputTo"),
            IngredientFact("src", "componentOf"),
        )
    )
    little = {"version": 1, "production": "prd_1", "title": "a.jpg"}
    for complete in (True, False):
        for ingredients in ((), (PLATE,)):
            yield facts(
                {**little, "complete": complete},
                ingredients=ingredients,
                consent=ConsentFacts("not_required", "core-1"),
            )
    for technique in TECHNIQUES.values():
        for element in technique.elements:
            made = operation("op", element, technique.code, whole=True, model=Model("c2pa.types.model"))
            declaration = replace(parse(little), operations=(made,))
            extent = measure(replace(CLIP, elements=(element,)), (made,))
            yield replace(facts(ingredients=(PLATE,)), declaration=declaration, extent=extent)


NON_EDITORIAL = {"c2pa.enhanced", "c2pa.placed", "c2pa.opened", "c2pa.converted", "c2pa.transcoded"}
ALLOWED = {
    *(
        "c2pa.addedText",
        "c2pa.adjustedColor",
        "c2pa.created",
        "c2pa.dubbed",
        "c2pa.edited",
        "c2pa.enhanced",
        "c2pa.mixed",
    ),
    *("c2pa.opened", "c2pa.placed", "c2pa.translated", "c2pa.trimmed", "c2pa.unknown"),
}


@pytest.mark.parametrize("given_facts", list(cases()))
def test_the_rules_of_the_conformance_rubric_are_kept(given_facts):
    manifest = build(given_facts)
    acts = actions(manifest)
    (about,) = assertions(manifest, "c2pa.actions.v2")

    assert acts[0]["action"] in ("c2pa.opened", "c2pa.created")
    assert sum(act["action"] in ("c2pa.opened", "c2pa.created") for act in acts) == 1
    assert isinstance(about["allActionsIncluded"], bool)
    assert about["allActionsIncluded"] or len(acts) > 1 or acts[0]["action"] == "c2pa.created"
    for act in acts:
        assert act["action"] in ALLOWED
        assert "digitalSourceType" in act or act["action"] in NON_EDITORIAL
        assert set(act.get("parameters", ())) <= {"ingredientIds", "sourceLanguage", "targetLanguage"} | {
            name for name in act.get("parameters", ()) if name.startswith("org.countersign.")
        }
        if "softwareAgentIndex" in act:
            assert about["softwareAgents"][act["softwareAgentIndex"]]["name"]
    if acts[0]["action"] == "c2pa.opened":
        assert "digitalSourceType" not in acts[0] and len(acts[0]["parameters"]["ingredientIds"]) == 1
    places = [place["identifier"] for act in acts for place in act.get("changes", ())]
    assert len(places) == len(set(places))


@pytest.mark.parametrize("given_facts", list(cases()))
def test_our_own_assertions_keep_their_published_schemas(given_facts):
    manifest = json.loads(json.dumps(build(given_facts)))
    validator("extent").validate(assertions(manifest, EXTENT_LABEL)[0])
    validator("consent").validate(assertions(manifest, CONSENT_LABEL)[0])


def _numbered(number, statement):
    """The operation under a name of its own, and its regions too."""
    places = tuple(replace(place, id=f"op-{number}.{count}") for count, place in enumerate(statement.regions))
    return replace(statement, id=f"op-{number}", regions=places, model=Model("c2pa.types.model"))


@settings(max_examples=40, deadline=None)
@given(some)
def test_every_extent_keeps_its_published_schema(several):
    numbered = [_numbered(number, one) for number, one in enumerate(several)]
    extent = measure(CLIP, numbered)
    given_facts = replace(facts(), declaration=replace(parse(harbor()), operations=tuple(numbered)), extent=extent)
    validator("extent").validate(json.loads(json.dumps(assertions(build(given_facts), EXTENT_LABEL)[0])))


def test_the_published_schemas_hold_our_terms():
    row = validator("extent").schema["$defs"]["operation"]["properties"]
    assert set(row["technique"]["enum"]) == set(TECHNIQUES) and tuple(row["element"]["enum"]) == ELEMENTS


def test_a_number_where_nothing_is_known_breaks_the_schema():
    (extent,) = assertions(build(facts()), EXTENT_LABEL)
    extent["elements"][0] |= {"method": "unknown"}
    assert not validator("extent").is_valid(extent)


# --- ingredients


def test_a_file_without_credentials_continues_its_plate():
    assert ingredients_of(parse(harbor()), carries_credentials=False) == (PLATE, IngredientFact("src", "inputTo"))


def test_a_file_with_credentials_is_its_own_parent_and_its_plate_an_input():
    data = harbor()
    data["ingredients"][0]["relation"] = "parentOf"
    own = ingredients_of(parse(data), carries_credentials=True)
    assert own == (
        IngredientFact(UPLOAD, "parentOf"),
        IngredientFact("plate", "inputTo"),
        IngredientFact("src", "inputTo"),
    )
    assert facts(ingredients=own).intent == "edit"


def test_a_declared_parent_stays_and_without_any_plate_there_is_none():
    data = harbor()
    data["ingredients"][1]["relation"] = "parentOf"
    assert [one.relation for one in ingredients_of(parse(data), carries_credentials=False)] == ["inputTo", "parentOf"]
    del data["ingredients"], data["operations"][0]["evidence"]
    assert ingredients_of(parse(data), carries_credentials=False) == ()


def test_what_is_placed_in_an_asset_has_its_action_and_an_input_is_named_by_what_used_it():
    own = (IngredientFact(UPLOAD, "parentOf"), IngredientFact("plate", "inputTo"), IngredientFact("src", "componentOf"))
    acts = actions(build(facts(ingredients=own)))
    assert {"action": "c2pa.placed", "parameters": {"ingredientIds": ["src"]}} in acts
    de_aged = next(act for act in acts if act["action"] == "c2pa.edited")
    assert de_aged["parameters"]["ingredientIds"] == ["plate"]


def test_an_asset_without_a_parent_says_how_it_began():
    data = harbor()
    assert facts(ingredients=()).intent == "create"
    assert creation_source_type(parse(data)) == SYNTHETIC
    assert creation_source_type(parse({**data, "operations": [], "depictions": []})) == COMPOSITE
    assert creation_source_type(parse({**data, "digital_source_type": "digitalCapture"})).endswith("/digitalCapture")
    whole = replace(parse(data), operations=(operation(technique="synthetic_character", whole=True),))
    assert creation_source_type(whole) == TRAINED


def test_an_incomplete_declaration_does_not_claim_that_all_is_listed():
    (about,) = assertions(build(facts({**harbor(), "complete": False})), "c2pa.actions.v2")
    assert about["allActionsIncluded"] is False


def test_dubbing_into_another_language_is_also_a_translation():
    data = harbor()
    data["operations"][0] |= {"technique": "lip_sync_dub", "languages": {"source": "en", "target": "de"}}
    acts = actions(build(facts(data)))
    assert [act["action"] for act in acts[1:3]] == ["c2pa.dubbed", "c2pa.translated"]
    assert acts[2]["parameters"]["targetLanguage"] == "de" and "changes" not in acts[2]


def test_the_whole_of_an_element_is_a_region_and_the_unknown_is_none():
    (place,) = changes(operation(whole=True), name="n", human=False)
    assert place["identifier"] == "op-1.whole" and place["region"][0]["shape"]["width"] == 100
    (place,) = changes(operation(element="voice", technique="voice_clone", whole=True), name="n", human=False)
    assert place["region"] == [{"type": "temporal", "time": {}}]
    assert changes(operation(), name="n", human=False) == []


# --- what is refused


@pytest.mark.parametrize(
    "more",
    [
        {"consent": ConsentFacts("ended", "core-1")},
        {"consent": ConsentFacts("under_review", "core-1")},
        {"consent": ConsentFacts("confirmed", "core-1")},
        {"consent": replace(CONFIRMED, state_at_signing="not_required")},
        {"consent": replace(CONFIRMED, references=(Reference("urn:uuid:grt_1", "0" * 64),))},
        {"consent": replace(CONFIRMED, references=(Reference(CONFIRMED.references[0].id, "abc"),))},
        {"consent": replace(CONFIRMED, status_url="javascript:alert(1)")},
        {"title_ids": ("10.5240/1489-49A2-3956-4B2D-FE16-5",)},
        {"ingredients": (PLATE, IngredientFact("b", "parentOf"))},
        {"ingredients": (PLATE, IngredientFact("plate", "inputTo"))},
        {"ingredients": (IngredientFact("plate", "childOf"),)},
    ],
)
def test_facts_outside_their_vocabulary_are_not_signed(more):
    with pytest.raises(Invalid) as caught:
        build(facts(**more))
    assert caught.value.code == "manifest.invalid"


@pytest.mark.parametrize(
    "more",
    [
        {"technique": "sorcery"},
        {"digital_source_type": "http://cv.iptc.org/newscodes/digitalsourcetype/softwareImage"},
        {"digital_source_type": COMPOSITE},
        {"model": Model("pytorch")},
        {"model": Model("c2pa.types.model.mine")},
        {"oversight": "somebody"},
    ],
)
def test_operations_outside_their_vocabulary_are_not_signed(more):
    wrong = replace(operation(), **more)
    given_facts = replace(facts(), declaration=replace(parse(harbor()), operations=(wrong,)))
    with pytest.raises(Invalid) as caught:
        build(given_facts)
    assert caught.value.code == "manifest.invalid"


# --- nobody is named


def test_nothing_of_a_person_is_in_a_manifest():
    data = harbor()
    data["operations"][0] |= {"description": "Mira Vale made younger", "attested_by": "Mira Vale"}
    data["operations"][0]["regions"][0]["name"] = "Mira's face"
    data["depictions"][0] |= {"depicted_age": 11, "content_flags": ["nudity"]}
    text = json.dumps(build(facts(data, withheld=frozenset({"Mira Vale", "Jon Abara", "per_9fK1sL4hWq0cY8dN2tRb7A"}))))
    assert not re.search(r"mira|jon|per_|nudity|depicted_age|target_likeness|driving", text, re.IGNORECASE)


def test_an_operation_is_attested_in_public_only_by_organisations_known_here():
    attested = [
        assertions(build(facts(organisations=names)), EXTENT_LABEL)[0]["operations"][0]["attested_by"]
        for names in (frozenset(), frozenset({"Parallax VFX"}))
    ]
    assert attested == [None, "Parallax VFX"]


@pytest.mark.parametrize(
    ("change", "withheld"),
    [
        ({"title": "mira_vale_sh114.mp4"}, {"Mira Vale"}),
        ({"title": "MIRA-VALE.mp4"}, {"Mira Vale"}),
        ({"title": "sh114 M. Vale.mp4"}, {"M. Vale"}),
        ({"title": "per_9fK1sL4hWq0cY8dN2tRb7A.mp4"}, set()),
        ({"ingredients": [{"id": "plate", "relation": "parentOf", "part": "plate", "title": "Mira_Vale_plate.mp4"}]},
         {"Mira Vale"}),
    ],
)
def test_a_manifest_that_would_name_somebody_is_not_built(change, withheld):
    with pytest.raises(Invalid) as caught:
        build(facts({**harbor(), **change}, withheld=frozenset(withheld)))
    assert caught.value.code == "manifest.personal_data" and "/title" in caught.value.detail
    assert "vale" not in caught.value.detail.lower()
    assert [one.pointer.endswith("/title") for one in caught.value.errors] == [True]


def test_a_title_that_a_known_asset_lends_is_pointed_at_by_the_asset():
    with pytest.raises(Invalid) as caught:
        build(facts(titles={"plate": "sh114_plate.mov", "src": "Mira Vale.jpg"}, withheld=frozenset({"Mira Vale"})))
    assert [one.pointer for one in caught.value.errors] == ["/ingredients/1/asset"]


def test_a_name_inside_another_word_is_no_name():
    assert build(facts({**harbor(), "title": "kitchen_sh114.mp4"}, withheld=frozenset({"Kit", " "})))
