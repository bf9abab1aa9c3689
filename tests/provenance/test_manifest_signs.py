"""A built manifest is one that the library signs, and that an independent reading trusts."""

import hashlib
from datetime import UTC, datetime

import pytest

from provenance import keys
from provenance.declaration import parse
from provenance.extent import measure
from provenance.geometry import Media
from provenance.manifest import (
    EXTENT_LABEL,
    UPLOAD,
    ConsentFacts,
    IngredientFact,
    ManifestFacts,
    Reference,
    build,
    ingredients_of,
)
from provenance.sandbox import Anchor, IngredientFile, Sandbox, SignRequest
from tests.assets import build as assets
from tests.provenance.declared import harbor

TRUSTED_HERE = "https://registry.example/trust"
CONSENT = ConsentFacts(
    "confirmed",
    "core-1",
    (Reference("urn:uuid:6f0d3f0e-5a5e-4f0c-9a3b-1f0a52c7b7aa", hashlib.sha256(b"record").hexdigest()),),
    "https://registry.example/c/crd_1",
)


@pytest.fixture(scope="module")
def studio(tmp_path_factory):
    """A signer and a sandbox that trusts it, with a plate and its result on disk."""
    folder = tmp_path_factory.mktemp("studio")
    now = datetime.now(UTC)
    (folder / "plate.jpg").write_bytes(assets.plate_jpg())
    (folder / "result.jpg").write_bytes(assets.result_jpg())
    signer = keys.signer("dev:org_northlight", directory=folder / "keys", at=now, name="Northlight Pictures")
    sandbox = Sandbox(children=1, anchors=[Anchor(TRUSTED_HERE, keys.root_pem(folder / "keys", at=now))])
    yield folder, signer, sandbox
    sandbox.close()


def declared(**changes):
    """The declaration for a still picture, with a shape of each kind."""
    data = harbor()
    face = data["operations"][0]["regions"][0]
    del face["time"]
    circle = {"type": "circle", "unit": "pixel", "x": 100, "y": 100, "diameter": 50}
    corners = [{"x": 1, "y": 1}, {"x": 9, "y": 1}, {"x": 5, "y": 9}]
    polygon = {"type": "polygon", "unit": "percent", "vertices": corners, "inside": False}
    data["operations"][0]["regions"] += [
        {"id": "circle", "shape": circle},
        {"id": "polygon", "shape": polygon, "track": "1"},
    ]
    return parse({**data, **changes})


def signed(studio, declaration, *, source, ingredients, destination):
    folder, signer, sandbox = studio
    extent = measure(
        Media("image", 640, 360, elements=("picture",)), declaration.operations, depictions=declaration.depictions,
        complete=declaration.complete,
    )  # fmt: skip
    facts = ManifestFacts(declaration.title, "0.1.0", declaration, extent, CONSENT, ingredients)
    manifest = build(facts)
    files = [
        IngredientFile(
            folder / (source if one.label == UPLOAD else "plate.jpg"), "image/jpeg", one.label, one.relation, one.label
        )
        for one in ingredients
    ]
    request = SignRequest(
        folder / source,
        "image/jpeg",
        manifest,
        signer.chain_pem,
        signer.algorithm,
        folder / destination,
        ingredients=files,
        intent=facts.intent,
    )
    sandbox.sign(request, signer.sign)
    return manifest, sandbox.read(folder / destination, "image/jpeg")


def kept(manifest, reading):
    """Every assertion of ours as it was read back."""
    read = reading["manifests"][reading["active"]]["assertions"]
    return {one["label"]: one["data"] for one in read}, {one["label"]: one["data"] for one in manifest["assertions"]}


def test_an_edit_of_a_plate_and_then_of_the_signed_file_itself(studio):
    declaration = declared()
    ingredients = ingredients_of(declaration, carries_credentials=False)
    manifest, reading = signed(studio, declaration, source="result.jpg", ingredients=ingredients, destination="one.jpg")

    assert reading["state"] == "Trusted" and reading["trust_list_uri"] == TRUSTED_HERE
    assert reading["codes"]["failure"] == []
    read, built = kept(manifest, reading)
    assert read[EXTENT_LABEL] == built[EXTENT_LABEL]
    opened, de_aged, denoised = read["c2pa.actions.v2"]["actions"]
    assert opened["action"] == "c2pa.opened" and len(opened["parameters"]["ingredients"]) == 1
    assert [place["identifier"] for place in de_aged["changes"]] == ["op-1.face", "circle", "polygon"]
    assert de_aged["changes"] == built["c2pa.actions.v2"]["actions"][1]["changes"]
    assert denoised["action"] == "c2pa.enhanced"

    own = ingredients_of(declaration, carries_credentials=True)
    manifest, again = signed(studio, declaration, source="one.jpg", ingredients=own, destination="two.jpg")
    assert again["state"] == "Trusted" and again["codes"]["failure"] == []
    assert reading["active"] in again["manifests"] and len(again["manifests"]) == 2


@pytest.mark.parametrize(
    ("changes", "ingredients", "expected"),
    [
        ({}, (), ["c2pa.created", "c2pa.edited", "c2pa.enhanced"]),
        ({}, (IngredientFact("src", "componentOf"),), ["c2pa.created", "c2pa.placed", "c2pa.edited", "c2pa.enhanced"]),
        (
            {"operations": [], "depictions": [], "complete": False},
            (IngredientFact("plate", "parentOf"),),
            ["c2pa.opened", "c2pa.unknown"],
        ),
    ],
    ids=["without a parent", "with a component", "opened, and not all is listed"],
)
def test_other_histories_are_trusted_too(studio, changes, ingredients, expected):
    manifest, reading = signed(
        studio, declared(**changes), source="result.jpg", ingredients=ingredients, destination="other.jpg"
    )
    assert reading["state"] == "Trusted" and reading["codes"]["failure"] == []
    read, _ = kept(manifest, reading)
    assert [act["action"] for act in read["c2pa.actions.v2"]["actions"]] == expected
