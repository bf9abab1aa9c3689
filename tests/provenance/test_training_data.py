"""On what a model was trained is stated by whoever used it, signed, and told per tool; what nobody knows stays unknown."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from provenance.conclusion import RegistryFacts, TrustLists
from provenance.declaration import TrainingData, parse
from provenance.extent import measure
from provenance.manifest import EXTENT_LABEL, ManifestFacts, build
from provenance.public import story
from provenance.reading import Reading
from provenance.report import conclude
from registry.errors import Invalid
from tests.provenance.declared import CLIP, harbor
from tests.provenance.test_manifest import CONFIRMED, PLATE, validator

HERE = "https://registry.example/trust"
NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
FULL = {
    "basis": ["licensed", "consented"], "title": "Studio faces 2025", "identifier": "urn:uuid:6f0d3f0e",
    "issuer": "Northlight Pictures", "license": "LicenseRef-Northlight-1",
    "metadata_location": "https://data.example/faces.json", "consent_documentation": "https://data.example/consents",
}  # fmt: skip


def declared(training_data):
    data = harbor()
    model = data["operations"][0]["model"]
    data["operations"][0]["model"] = model if training_data is None else {**model, "training_data": training_data}
    return data


def built(training_data, **more):
    declaration = parse(declared(training_data))
    extent = measure(CLIP, declaration.operations, depictions=declaration.depictions, complete=declaration.complete)
    return build(ManifestFacts(declaration.title, "1", declaration, extent, CONFIRMED, (PLATE,), **more))


def tool(manifest):
    extent = next(one["data"] for one in manifest["assertions"] if one["label"] == EXTENT_LABEL)
    validator("extent").validate(json.loads(json.dumps(extent)))
    return next(one["tool"] for one in extent["operations"] if one["id"] == "op-1")


def report(*assertions):
    manifest = {"signature_info": {"issuer": "Northlight"}, "assertions": list(assertions)}
    success = ["signingCredential.trusted", "claimSignature.validated", "assertion.dataHash.match"]
    found = {
        "state": "Trusted", "trust_list_uri": HERE, "active": "urn:a", "manifests": {"urn:a": manifest},
        "codes": {"success": success, "informational": [], "failure": []},
    }  # fmt: skip
    return conclude(Reading.of(found), RegistryFacts(), TrustLists(registry_uri=HERE), file="a.jpg", at=NOW)


def row(training_data):
    told = story.told(report(*built(training_data)["assertions"]))
    return next(one for one in told["rows"] if one.tool == "AgeShift 4.2")


def test_it_is_declared_signed_and_told_per_tool():
    assert tool(built(FULL))["training_data"] == {**FULL, "basis": ["consented", "licensed"]}
    assert row(FULL).trained_on == "training data used with consent, licensed (Studio faces 2025)"


def test_unknown_absent_and_stated_are_three_answers():
    assert tool(built({"basis": ["unknown"]}))["training_data"] == {"basis": ["unknown"]}
    assert row({"basis": ["unknown"]}).trained_on == "training data not known"
    assert "training_data" not in tool(built(None)) and row(None).trained_on == ""
    mixed = {"basis": ["unknown", "public_domain"]}
    assert row(mixed).trained_on == "training data in the public domain, not known"


def test_a_declaration_gives_back_what_it_was_given():
    declaration = parse(declared(FULL))
    assert declaration.operations[0].model.training_data == TrainingData(**{**FULL, "basis": ("consented", "licensed")})
    assert parse(declaration.as_dict()) == declaration
    other = {**FULL, "basis": ["consented", "licensed"]}
    assert parse(declared(other)).canonical_hash() == declaration.canonical_hash()
    assert parse(declared(None)).canonical_hash() != declaration.canonical_hash()


@pytest.mark.parametrize(
    "wrong",
    [
        {}, {"basis": []}, {"basis": ["scraped"]}, {"basis": "licensed"}, {"basis": ["licensed", "licensed"]},
        {"basis": ["licensed"], "prompt": "x"}, {"basis": ["licensed"], "metadata_location": "javascript:alert(1)"},
        {"basis": ["licensed"], "consent_documentation": "file:///etc"}, {"basis": ["licensed"], "title": " "}, None.__class__,
    ],
)  # fmt: skip
def test_what_is_no_such_statement_is_refused(wrong):
    with pytest.raises(Invalid) as caught:
        parse(declared(wrong if isinstance(wrong, dict) else 7))
    assert all("/operations/0/model/training_data" in fault.pointer for fault in caught.value.errors)


def test_a_person_is_not_named_by_it():
    with pytest.raises(Invalid) as caught:
        built({**FULL, "title": "Faces of Mira Vale"}, withheld=frozenset({"Mira Vale"}))
    assert caught.value.code == "manifest.personal_data"
    assert [one.pointer for one in caught.value.errors] == ["/operations/0/model/training_data/title"]


@pytest.mark.parametrize("stated", [7, [], {"basis": 3}, {"basis": [{}, ["licensed"], "<b>"]}, {"title": "x"}])
def test_whatever_stands_in_a_file_is_shown_as_nothing_more_than_it_is(stated):
    assertion = next(one for one in built(FULL)["assertions"] if one["label"] == EXTENT_LABEL)
    data = json.loads(json.dumps(assertion["data"]))
    data["operations"][0]["tool"]["training_data"] = stated
    told = story.told(report({"label": EXTENT_LABEL, "data": data}))
    assert told["rows"][0].trained_on == ""


# --- what the file itself may be used for -------------------------------------------------------------------------


def uses(label, **entries):
    found = report({"label": label, "data": {"entries": entries}})
    return (found.extent.details or {}).get("training_and_mining")


def test_what_may_be_done_with_the_file_is_told_as_its_credentials_state():
    told = report(*built(None)["assertions"])
    assert told.extent.details["training_and_mining"] == {
        "ai_training": "notAllowed", "ai_generative_training": "notAllowed", "data_mining": "notAllowed",
        "ai_inference": "notAllowed",
    }  # fmt: skip
    assert ("Training of generative AI", "not allowed") in story.told(told)["uses"]


def test_constraints_count_only_where_they_are_said():
    entry = {"cawg.ai_training": {"use": "constrained"}, "cawg.data_mining": {"use": "constrained", "constraint_info": "ask"}}
    assert uses("cawg.training-mining", **entry) == {"ai_training": "notAllowed", "data_mining": "constrained"}
    old = {"c2pa.ai_training": {"use": "allowed"}, "c2pa.ai_inference": {"use": "perhaps"}, "c2pa.data_mining": 7}
    assert uses("c2pa.training-mining", **old) == {"ai_training": "allowed"}
    assert uses("com.other", **old) is None


def test_nothing_of_it_is_told_for_a_signer_nobody_vouches_for():
    known = report(*built(FULL)["assertions"])
    stranger = conclude(
        replace(known.reading, trust_list_uri=""), RegistryFacts(), TrustLists(registry_uri=HERE), file="a.jpg", at=NOW
    )
    assert "training" not in json.dumps(stranger.as_dict())
