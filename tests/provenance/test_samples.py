"""The sandbox's samples: sent through the hatch as a vendor would send them, each is answered as its index says."""

import hashlib
import json
from importlib import resources
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from jsonschema import Draft202012Validator

from provenance.samples import handed_out
from tests import shots
from tests.assets import samples

pytestmark = pytest.mark.django_db


@pytest.fixture
def trying(cast, program):
    return program(cast.parallax, sandbox=True)


def content(api, file) -> bytes:
    """A sample's file, as it is handed out: just what the index says it is."""
    answer = api.get(f"/api/v1/samples/{file['name']}")
    assert answer.status_code == 200 and len(answer.content) == file["size"]
    assert hashlib.sha256(answer.content).hexdigest() == file["sha256"]
    return answer.content


def found(api, sent):
    """What came back at once, and where the asset stands when nothing more is done by itself."""
    document = sent.json()
    told = {"status": sent.status_code, "code": None, "pointers": [], "state": None, "reason": None, "extent": None,
            "sidecar": False}  # fmt: skip
    if sent.status_code >= 400:
        told |= {"code": document["code"], "pointers": [one["pointer"] for one in document["errors"]]}
    asset = document.get("asset") or document.get("id")
    return told | (standing(api, asset) if asset else {})


def standing(api, asset):
    told = api.get(f"/api/v1/assets/{asset}").json()
    extent = told["extent"] and {
        "band": told["extent"]["headline"]["band"],
        "elements": [{name: one[name] for name in ("element", "share", "method")} for one in told["extent"]["elements"]
                     if one["operations"]],
    }  # fmt: skip
    return {"state": told["state"], "reason": told["problem"] and told["problem"]["code"], "extent": extent,
            "sidecar": "sidecar" in told["links"]}  # fmt: skip


def as_expected(one, expected):
    """Shares to within a hundredth; all else to the letter."""
    shares = [(a, b) for a, b in zip((one["extent"] or {}).get("elements", ()), (expected["extent"] or {}).get("elements", ()),
                                     strict=False)]  # fmt: skip
    for mine, theirs in shares:
        if None not in (mine["share"], theirs["share"]) and abs(mine["share"] - theirs["share"]) <= 0.01:
            mine["share"] = theirs["share"]
    return one == expected


def test_every_sample_is_answered_as_its_index_says(trying):
    index = trying.get("/api/v1/samples").json()
    wrong = []
    assets = {}
    for one in index["samples"]:
        assert set(one["after"]) <= set(assets), one["name"]
        parts = {part: content(trying, file) for part, file in one["parts"].items()}
        sent = shots.send(trying, content(trying, one["file"]), one["declaration"], name=one["file"]["name"], **parts)
        shots.work()
        assets[one["name"]] = sent.json().get("asset") or sent.json().get("id")
        if not as_expected(told := found(trying, sent), one["expected"]):
            wrong.append((one["name"], told, one["expected"], sent.json().get("errors")))
    for one in index["samples"]:
        if one["then"] and assets[one["name"]]:
            address = f"/api/v1/assets/{assets[one['name']]}/sandbox-answer"
            sent = trying.post(address, {"answer": one["then"]["answer"]}, format="json")
            shots.work()
            told = {"code": None, "pointers": [], "status": 202} | standing(trying, assets[one["name"]])
            if not as_expected(told, one["then"]["expected"]):
                wrong.append((one["name"], told, one["then"]["expected"], sent.json()))
    for one in index["clearances"]:
        told = trying.post("/api/v1/clearances", one["question"], format="json").json()
        got = {"outcome": told["outcome"], "codes": [reason["code"] for reason in told["reasons"]]}
        if got != one["expected"]:
            wrong.append((one["name"], got, one["expected"]))
    assert not wrong, json.dumps(wrong, indent=1)


def test_the_index_is_of_its_published_schema_and_says_enough(trying):
    index = trying.get("/api/v1/samples").json()
    Draft202012Validator(json.loads(Client().get(index["$schema"].removeprefix("http://localhost:8000")).content)).validate(index)
    names = [one["name"] for one in index["samples"]]
    assert len(names) >= 25 and len(set(names)) == len(names)
    shipped = {one.name for one in resources.files("provenance").joinpath("samples", "files").iterdir()}
    assert shipped == set(handed_out.files())
    assert sum(len(handed_out.content(name)) for name in shipped) < 400_000


def test_they_are_written_to_a_folder_as_they_are_handed_out(trying, cast, tmp_path):
    call_command("samples", str(tmp_path / "samples"), organisation=cast.parallax.public_id, stdout=StringIO())
    assert json.loads((tmp_path / "samples" / "index.json").read_text()) == trying.get("/api/v1/samples").json()
    assert {one.name for one in (tmp_path / "samples").iterdir()} == {*handed_out.files(), "index.json"}
    with pytest.raises(CommandError, match="No sandbox is open"):
        call_command("samples", str(tmp_path), organisation=cast.umbra.public_id, stdout=StringIO())


def test_the_files_are_those_that_their_maker_makes():
    """Those that a program writes may come out otherwise under another version of it; what is drawn in them stays."""
    made = samples.files()
    assert set(made) == set(handed_out.files())
    for name in ("words.jpg", "empty.jpg", "hum.wav", "frame.exr"):
        assert made[name] == handed_out.content(name)


def test_only_programs_of_the_sandbox_are_given_them(trying, cast, program):
    real = program(cast.parallax)
    for address in ("/api/v1/samples", "/api/v1/samples/picture.jpg"):
        assert trying.get(address).status_code == 200
        assert real.get(address).json()["code"] == "client.not_sandbox"
        assert Client().get(address).status_code == 401
    assert trying.get("/api/v1/samples/nobody.jpg").status_code == 404
    assert trying.get("/api/v1/samples/..%2Fcorpus.py").status_code == 404
