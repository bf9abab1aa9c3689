"""A frame sequence is one asset: its frames taken in, signed as one, found again one by one, and refused by their numbers."""

import hashlib
import io
import json
import zipfile

import jsonschema
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from provenance import merkle
from provenance.models import Asset, Credential, FrameSequence, KnownContent, SequenceFrame
from provenance.sequence_index import read_document
from registry.models import Event
from tests import cast as people
from tests import shots
from tests.assets import build, frames

pytestmark = pytest.mark.django_db
FIRST = 1001


def shot(numbers=range(FIRST, FIRST + 24), made=frames.exr, pattern="sh010.{:04d}.exr"):
    return {pattern.format(number): made(number) for number in numbers}


def send(api, declared, files, index=None):
    """POST /api/v1/assets with the frames, each a part named as its file is, and their index where one is given."""
    form = {name: SimpleUploadedFile(name, data) for name, data in files.items()} | {"declaration": json.dumps(declared)}
    if index is not None:
        form["sequence"] = json.dumps(index)
    return api.post("/api/v1/assets", form, format="multipart")


def problem(answer, code, status=422):
    assert answer.status_code == status, answer.content
    told = answer.json()
    assert told["code"] == code, told
    assert shots.nothing_kept() and not FrameSequence.objects.exists()
    return told


@pytest.fixture
def sh010(hatch, cast):
    """A signed sequence of two dozen frames, of which two are held, as its vendor sees it."""
    files = shot()
    files["sh010.1011.exr"] = files["sh010.1010.exr"]
    answer = send(hatch, shots.bare(cast, "sh010 comp v07"), files, {"rate": "24"})
    assert answer.status_code == 202, answer.content
    shots.work()
    return files, hatch.get(f"/api/v1/assets/{answer.json()['id']}").json()


def test_a_sequence_is_taken_in_signed_and_fetched_whole(hatch, sh010, client):
    files, told = sh010
    assert told["state"] == "signed" and told["media_type"].endswith("frame-sequence+json")
    sequence = told["sequence"]
    assert {name: sequence[name] for name in ("pattern", "first", "last", "frames", "missing", "rate", "width", "height")} == {
        "pattern": "sh010.%04d.exr", "first": 1001, "last": 1024, "frames": 24, "missing": [], "rate": "24", "width": 64,
        "height": 36,
    }  # fmt: skip
    assert sequence["notes"] == ["Frames 1010–1011 are the same bytes."] and sequence["pixels"] == "half Y; none"
    assert sequence["size"] == sum(map(len, files.values()))

    kept = shots.fetched(hatch, told["id"])
    with zipfile.ZipFile(io.BytesIO(kept)) as archive:
        assert archive.testzip() is None
        found = {name: archive.read(name) for name in archive.namelist()}
        assert {one.compress_type for one in archive.infolist()} == {zipfile.ZIP_STORED}
    index, sidecar = found.pop("sequence.json"), found.pop("sequence.c2pa")
    assert found == files
    assert read_document(json.loads(index)).root == sequence["merkle_root"]
    assert index == shots.fetched(hatch, told["id"], "sequence") and sidecar == shots.fetched(hatch, told["id"], "sidecar")

    report = shots.checked(client, index, "sequence.json", sidecar)
    states = {name: report[name]["state"] for name in ("integrity", "signature", "registry")}
    assert states == {"integrity": "intact", "signature": "valid", "registry": "registered_matching"}
    assert "A sequence of 24 frames, 1001 to 1024 (sh010.%04d.exr)" in report["registry"]["text"]


def test_one_frame_alone_is_known_with_a_proof_that_anybody_can_check(sh010, client):
    files, told = sh010
    frame = files["sh010.1017.exr"]
    digest = hashlib.sha256(frame).hexdigest()
    by_hash = client.get(f"/api/v1/verifications/by-hash/{digest}").json()
    by_file = shots.checked(client, frame, "copy.exr")

    for report in (by_hash, by_file):
        shots_schema(report)
        assert (report["integrity"]["state"], report["registry"]["state"]) == ("intact", "registered_matching")
        assert "Frame 1017 of a sequence of 24, 1001 to 1024" in report["registry"]["text"]
        details = report["registry"]["details"]
        proof = details["frames"][0]
        leaf = merkle.leaf_hash((1017).to_bytes(8, "big") + bytes.fromhex(digest))
        assert (proof["number"], proof["place"], proof["leaf"]) == (1017, 16, leaf.hex())
        path = [bytes.fromhex(one) for one in proof["path"]]
        root = merkle.root_by_path(leaf, proof["place"], proof["tree_size"], path)
        assert root and root.hex() == details["sequence"]["merkle_root"] == told["sequence"]["merkle_root"]
    page = client.post("/verify", {"file": SimpleUploadedFile("copy.exr", frame)}).content.decode()
    assert "Frame 1017 of a sequence of 24" in page


def shots_schema(report):
    from pathlib import Path

    import provenance

    schema = json.loads((Path(provenance.__file__).parent / "schemas" / "report-1.json").read_text())
    jsonschema.validate(report, schema)


def test_a_held_frame_is_told_with_each_of_its_numbers(sh010, client):
    files, _ = sh010
    report = client.get(f"/api/v1/verifications/by-hash/{hashlib.sha256(files['sh010.1010.exr']).hexdigest()}").json()
    assert [one["number"] for one in report["registry"]["details"]["frames"]] == [1010, 1011]
    stored = SequenceFrame.objects.filter(number__in=(1010, 1011)).values_list("storage_key", flat=True)
    assert len(set(stored)) == 1


def test_an_altered_frame_is_not_known(sh010, client):
    files, _ = sh010
    report = shots.checked(client, files["sh010.1017.exr"][:-1] + b"x", "copy.exr")
    assert report["registry"]["state"] == "unknown" and report["integrity"]["state"] == "absent"


def test_frames_are_listed_in_pages_and_fetched_one_by_one(hatch, sh010, program, cast):
    files, told = sh010
    page = hatch.get(told["links"]["frames"], {"page_size": 10}).json()
    assert [one["number"] for one in page["results"]] == list(range(1001, 1011))
    assert page["results"][0] == {
        "number": 1001, "place": 0, "name": "sh010.1001.exr", "size": len(files["sh010.1001.exr"]),
        "sha256": hashlib.sha256(files["sh010.1001.exr"]).hexdigest(),
    }  # fmt: skip
    assert hatch.get(page["next"]).json()["results"][0]["number"] == 1011
    assert shots.fetched(hatch, told["id"], "frames/1017") == files["sh010.1017.exr"]
    assert hatch.get(f"/api/v1/assets/{told['id']}/frames/999").json()["code"] == "asset.no_frame"
    stranger = program(cast.umbra)
    for what in ("frames", "frames/1017", "sequence", "content"):
        assert stranger.get(f"/api/v1/assets/{told['id']}/{what}").status_code == 404
