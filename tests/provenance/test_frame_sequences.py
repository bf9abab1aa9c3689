"""A frame sequence is one asset: its frames taken in, signed as one, found again one by one, and refused by their numbers."""

import hashlib
import io
import json
import zipfile
from pathlib import Path

import jsonschema
import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import TestCase
from django.urls import reverse
from django.utils import timezone

import provenance
from provenance import leftovers, merkle
from provenance.models import Asset, Credential, FrameSequence, KnownContent, SequenceFrame, SigningJob
from provenance.sequence_index import read_document
from registry.models import Event
from tests import cast as people
from tests import shots
from tests.assets import build, frames
from tests.desk import at_the_desk

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
        fits_its_schema(report)
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


def fits_its_schema(report):
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


# --- refused by their numbers -------------------------------------------------------------------------------------


def test_missing_frames_are_named_unless_the_index_states_the_gap(hatch, cast):
    numbers = [n for n in range(1001, 1021) if n not in (1012, 1013, 1014, 1015)]
    told = problem(send(hatch, shots.bare(cast, "gap"), shot(numbers)), "sequence.missing")
    assert told["detail"].startswith("Frames 1012–1015 are missing.") and told["errors"][0]["pointer"] == "/sequence/frames"

    stated = {"missing": [{"first": 1012, "last": 1015}]}
    answer = send(hatch, shots.bare(cast, "gap"), shot(numbers), stated)
    assert answer.status_code == 202 and answer.json()["sequence"]["missing"] == stated["missing"]


@pytest.mark.parametrize(("files", "index", "code", "says"), [
    (shot([1001, 1002]) | shot([1], pattern="sh020.{:04d}.exr"), None, "sequence.names", "differ in two numbers"),
    (shot([1001, 1002]) | {"notes1.txt": b"words"}, None, "sequence.names", "not called alike"),
    (shot([1001]), {"pattern": "sh020.%04d.exr"}, "sequence.names", "sh010.1001.exr"),
    (shot([1001]), {"pattern": "none"}, "sequence.pattern", "pattern"),
    (shot([1001]), {"pattern": "sh010.[1001-1003].exr"}, "sequence.missing", "Frames 1002–1003 are missing"),
    (shot([1001]), {"frames": [{"number": 1001}, {"number": 1001}]}, "sequence.doubled", "1001 is given twice"),
    (shot([1001]), {"frames": [{"number": 1001, "sha256": "0" * 64}]}, "sequence.differs", "Frame 1001 did not arrive"),
    ({}, {"pattern": "sh010.%04d.exr"}, "sequence.empty", "no frame"),
    (shot([1001, 1002]) | shot([1003], made=frames.dpx), None, "media.type_mismatch", "Frame 1003"),
    (shot([1001]) | {"sh010.1002.exr": frames.exr(1002)[:700]}, None, "media.truncated", "Frame 1002"),
    ({"a.1.txt": b"some words", "a.2.txt": b"other words"}, None, "sequence.not_a_frame", "Frame 1 is text/plain"),
    (shot([1001, 1002]) | {"sh010.1003.exr": frames.exr(1, size=(32, 18))}, None, "sequence.mixed",
     "frames 1001–1002 OpenEXR of 64 × 36 pixels; frame 1003 OpenEXR of 32 × 18 pixels"),
])  # fmt: skip
def test_what_is_no_sequence_is_refused_by_its_frames(hatch, cast, files, index, code, says):
    told = problem(send(hatch, shots.bare(cast, "odd"), files, index), code)
    assert says in " ".join([told["detail"], *(one["detail"] for one in told["errors"])])


def test_pixels_kept_otherwise_are_a_note(hatch, cast):
    files = shot([1001, 1002]) | {"sh010.1003.exr": frames.exr(1003, half=False)}
    answer = send(hatch, shots.bare(cast, "patched"), files)
    assert answer.status_code == 202
    told = "Pixels are not kept alike: frames 1001–1002 half Y; none; frame 1003 float Y; none."
    assert answer.json()["sequence"]["notes"] == [told]


def test_a_form_without_file_or_frames_is_refused_as_ever(hatch, cast):
    assert problem(send(hatch, shots.bare(cast, "nothing"), {"plate": frames.exr(1)}), "asset.no_file")


def test_names_of_frames_that_name_a_person_are_refused(hatch, cast):
    people.verified(cast, at=timezone.now())
    declared = shots.declaration(cast, ingredients=[])
    told = problem(send(hatch, declared, shot(pattern="m_vale.{:04d}.exr")), "manifest.personal_data")
    assert "/sequence/pattern" in [one["pointer"] for one in told["errors"]]


def test_a_form_holds_at_most_two_thousand_frames_and_other_forms_twenty(hatch, cast, monkeypatch):
    monkeypatch.setattr("provenance.api.forms.MOST_FRAMES", 12)
    problem(send(hatch, shots.bare(cast, "long"), shot(range(40))), "request.too_many_files", 400)
    files = {f"part{n}": SimpleUploadedFile(f"{n}.bin", b"x") for n in range(21)}
    assert hatch.post("/api/v1/verifications", files, format="multipart").json()["code"] == "request.too_many_files"


def test_refused_by_consent_keeps_the_record_and_no_frame(hatch, cast):
    answer = send(hatch, shots.declaration(cast, ingredients=[]), shot(range(1001, 1005)))
    assert answer.status_code == 403
    asset = Asset.objects.get()
    assert asset.job.state == "refused" and asset.storage_key == ""
    assert set(asset.sequence.frames.values_list("storage_key", flat=True)) == {""}
    assert not default_storage.exists("received") or not default_storage.listdir("received")[0]
    assert not Credential.objects.exists()


# --- what frames carry --------------------------------------------------------------------------------------------


@pytest.fixture
def aged(hatch, cast):
    """A signed sequence in which Mira's face is younger in frames 1005 to 1008 alone: places 4 to 7."""
    people.verified(cast, at=timezone.now())
    regions = [shots.face(frames={"start": 4, "end": 7})]
    declared = shots.declaration(cast, ingredients=[], title="sh010 v1", operations=[shots.de_aging(regions=regions)])
    files = shot(range(1001, 1013))
    answer = send(hatch, declared, files)
    assert answer.status_code == 202, answer.content
    shots.work()
    told = hatch.get(f"/api/v1/assets/{answer.json()['id']}").json()
    assert told["state"] == "signed", told
    return files, told, declared


def test_the_extent_of_a_sequence_is_counted_in_frames(aged):
    _, told, _ = aged
    picture = told["extent"]["elements"][0]
    assert picture["total"] == {"frames": 12, "width": 64, "height": 36}
    assert picture["share"] == pytest.approx(shots.FACE[2] * shots.FACE[3] / 10_000 * 4 / 12, abs=0.02)


def test_a_region_beyond_the_last_frame_is_refused(hatch, cast):
    regions = [shots.face(frames={"start": 1005, "end": 1008})]
    declared = shots.declaration(cast, ingredients=[], operations=[shots.de_aging(regions=regions)])
    problem(send(hatch, declared, shot(range(1001, 1013))), "declaration.region_outside_frame")


def laundering(answer):
    assert answer.status_code == 403 and answer.json()["code"] == "provenance.laundering", answer.content
    assert Event.objects.filter(tag="intake:laundering").exists() and Asset.objects.count() == 1
    return answer.json()["detail"]


def test_a_single_altered_frame_cannot_be_sent_as_untouched(hatch, cast, aged):
    files, _, _ = aged
    laundering(shots.send(hatch, files["sh010.1006.exr"], shots.bare(cast, "still"), name="still.exr"))
    clean = shots.send(hatch, files["sh010.1002.exr"], shots.bare(cast, "still"), name="still.exr")
    assert clean.status_code == 202, clean.content


def test_an_excerpt_under_other_names_carries_what_its_frames_carry(hatch, cast, aged):
    files, _, _ = aged
    excerpt = {f"new.{n - 1000}.exr": files[f"sh010.{n}.exr"] for n in range(1004, 1010)}
    laundering(send(hatch, shots.bare(cast, "excerpt"), excerpt))
    untouched = {f"new.{n - 1000}.exr": files[f"sh010.{n}.exr"] for n in range(1001, 1005)}
    assert send(hatch, shots.bare(cast, "head"), untouched).status_code == 202


def test_an_excerpt_that_declares_less_than_its_frames_carry_is_refused(hatch, cast, aged):
    files, _, declared = aged
    excerpt = {f"new.{n - 1000}.exr": files[f"sh010.{n}.exr"] for n in range(1004, 1010)}

    def of(first, last):
        return declared | {"operations": [shots.de_aging(regions=[shots.face(frames={"start": first, "end": last})])]}

    laundering(send(hatch, of(2, 4), excerpt))
    assert send(hatch, of(1, 4), excerpt).status_code == 202


def test_the_same_sequence_sent_twice_is_the_same_asset(hatch, aged):
    files, told, declared = aged
    assert send(hatch, declared, files).json()["id"] == told["id"] and Asset.objects.count() == 1


def test_what_is_refused_by_the_desk_leaves_no_frame(hatch, cast):
    files = shot(range(1001, 1005))
    answer = send(hatch, shots.bare(cast, "held"), files)
    asset = Asset.objects.get(public_id=answer.json()["id"])
    SigningJob.objects.filter(asset=asset).update(state="refused")
    with TestCase.captureOnCommitCallbacks(execute=True):
        leftovers.let_go(asset)
    keys = asset.sequence.frames.values_list("storage_key", flat=True)
    assert len(keys) == 4 and not any(map(default_storage.exists, [*keys, asset.storage_key]))


def test_many_frames_cost_few_questions(hatch, cast, django_assert_max_num_queries):
    files = shot(range(1, 241), made=lambda n: frames.exr(n, size=(8, 4)))
    with django_assert_max_num_queries(60):
        answer = send(hatch, shots.bare(cast, "long"), files)
    assert answer.status_code == 202 and KnownContent.objects.filter(kind="frame").count() == 240


def test_a_png_sequence_has_fingerprints_and_a_picture_to_compare(hatch, cast):
    files = {f"p.{n:03d}.png": build.result_png() if n == 1 else frames.png(n, size=(640, 360)) for n in range(1, 4)}
    answer = send(hatch, shots.bare(cast, "proxy"), files, {"rate": "24"})
    assert answer.status_code == 202
    assert Asset.objects.get().fingerprints.count() == 1


# --- by uploads ---------------------------------------------------------------------------------------------------


def uploaded(api, content):
    """The id of a finished upload (tus 1.0, created with its bytes)."""
    answer = api.generic(
        "POST", "/api/v1/uploads", content, content_type="application/offset+octet-stream",
        HTTP_TUS_RESUMABLE="1.0.0", HTTP_UPLOAD_LENGTH=str(len(content)),
    )  # fmt: skip
    assert answer.status_code == 201, answer.content
    return answer["Location"].rpartition("/")[2]


def quote(api, declared, index):
    return api.post("/api/v1/assets", {"sequence": index, "declaration": declared}, format="json")


def test_a_sequence_by_uploads_is_the_same_as_by_a_form(hatch, cast):
    files = shot(range(1001, 1004))
    listed = [{"number": 1001 + n, "upload": uploaded(hatch, data)} for n, data in enumerate(files.values())]
    index = {"pattern": "sh010.####.exr", "frames": [*listed, {"number": 1004, "upload": listed[2]["upload"]}]}
    declared = shots.bare(cast, "by uploads")
    answer = quote(hatch, declared, index)
    assert answer.status_code == 202, answer.content
    assert answer.json()["sequence"]["notes"] == ["Frames 1003–1004 are the same bytes."]
    by_form = send(hatch, declared, files | {"sh010.1004.exr": files["sh010.1003.exr"]})
    assert by_form.json()["id"] == answer.json()["id"]
    shots.work()
    assert shots.fetched(hatch, answer.json()["id"], "frames/1004") == files["sh010.1003.exr"]


def test_a_frame_whose_upload_is_not_there_is_named_by_its_place(hatch, cast):
    first = {"number": 1001, "upload": uploaded(hatch, frames.exr(1001))}
    pattern = {"pattern": "sh010.%04d.exr"}
    lost = problem(quote(hatch, shots.bare(cast, "x"), pattern | {"frames": [first, {"number": 1002, "upload": "upl_lost"}]}),
                   "upload.unknown")  # fmt: skip
    assert lost["errors"][0]["pointer"] == "/sequence/frames/1/upload"
    without = problem(quote(hatch, shots.bare(cast, "x"), pattern | {"frames": [first, {"number": 1002}]}), "sequence.no_upload")
    assert without["errors"][0]["pointer"] == "/sequence/frames/1"
    nameless = problem(quote(hatch, shots.bare(cast, "x"), {"frames": [first]}), "sequence.pattern")
    assert nameless["errors"][0]["pointer"] == "/sequence/pattern"
    differs = {"number": 1002, "upload": first["upload"], "sha256": "0" * 64}
    problem(quote(hatch, shots.bare(cast, "x"), pattern | {"frames": [first, differs]}), "sequence.differs")
    both = {"sequence": pattern, "upload": first["upload"], "declaration": shots.bare(cast, "x")}
    assert hatch.post("/api/v1/assets", both, format="json").status_code == 422


def test_a_frame_that_was_damaged_in_storage_is_not_signed(hatch, cast):
    answer = send(hatch, shots.bare(cast, "damaged"), shot(range(1001, 1004)))
    row = SequenceFrame.objects.get(number=1002)
    Path(default_storage.path(row.storage_key)).write_bytes(b"damaged")
    shots.work()
    told = hatch.get(f"/api/v1/assets/{answer.json()['id']}").json()
    assert told["problem"]["code"] == "storage.damaged" and shots.nothing_released()


def test_the_desk_reads_what_the_frames_are(sh010, cast):
    _, told = sh010
    page = at_the_desk(cast.ines).get(reverse("admin:provenance_asset_change", args=[told["id"]])).content.decode()
    assert "24, from 1001 to 1024, called sh010.%04d.exr" in page and "Frames 1010–1011 are the same bytes." in page


# --- more than a form of a few, and several in a batch ------------------------------------------------------------


def test_a_thousand_frames_are_signed_as_one_and_any_of_them_is_proven(hatch, cast, client):
    files = shot(range(1, 991), made=lambda n: frames.exr(n, size=(8, 4)))
    answer = send(hatch, shots.bare(cast, "long"), files, {"rate": "24"})
    assert answer.status_code == 202, answer.content
    shots.work()
    told = hatch.get(f"/api/v1/assets/{answer.json()['id']}").json()
    assert (told["state"], told["sequence"]["frames"], told["sequence"]["last"]) == ("signed", 990, 990)
    for number in (1, merkle.BLOCK, merkle.BLOCK + 1, 990):
        digest = hashlib.sha256(files[f"sh010.{number:04d}.exr"]).hexdigest()
        [proof] = client.get(f"/api/v1/verifications/by-hash/{digest}").json()["registry"]["details"]["frames"]
        leaf = merkle.leaf_hash(number.to_bytes(8, "big") + bytes.fromhex(digest))
        path = [bytes.fromhex(one) for one in proof["path"]]
        root = merkle.root_by_path(leaf, proof["place"], proof["tree_size"], path)
        assert proof["number"] == number and root and root.hex() == told["sequence"]["merkle_root"]


def test_more_frames_than_a_form_holds_are_quoted_and_their_gaps_named(hatch, cast):
    """Each of them quotes an upload; a held frame quotes the same one again."""
    held = [uploaded(hatch, frames.exr(number, size=(8, 4))) for number in range(5)]
    listed = [{"number": number, "upload": held[number % 5]} for number in range(1, 2502) if number != 2400]
    index = {"pattern": "sh010.%05d.exr", "frames": listed}
    told = problem(quote(hatch, shots.bare(cast, "long"), index), "sequence.missing")
    assert told["detail"].startswith("Frame 2400 is missing.")
    answer = quote(hatch, shots.bare(cast, "long"), index | {"missing": [{"first": 2400, "last": 2400}]})
    assert answer.status_code == 202, answer.content
    asset = Asset.objects.get()
    assert asset.sequence.count == 2500 and KnownContent.objects.filter(asset=asset, kind="frame").count() == 5
    assert len(set(asset.sequence.frames.values_list("storage_key", flat=True))) == 5


def test_in_a_batch_sequences_and_files_are_each_answered_by_themselves(hatch, cast):
    def index(first, last, **more):
        listed = [{"number": n, "upload": uploaded(hatch, frames.exr(n))} for n in range(first, last)]
        return {"pattern": "sh010.%04d.exr", "frames": listed, **more}

    gap = index(1001, 1003)
    gap["frames"].append({"number": 1005, "upload": gap["frames"][0]["upload"]})
    lost = {"pattern": "sh020.%04d.exr", "frames": [{"number": 1, "upload": "upl_lost"}]}
    items = [
        {"sequence": index(1001, 1004), "declaration": shots.bare(cast, "sh010")},
        {"sequence": gap, "declaration": shots.bare(cast, "gap")},
        {"upload": uploaded(hatch, build.result_jpg()), "declaration": shots.bare(cast, "still")},
        {"sequence": lost, "declaration": shots.bare(cast, "lost")},
        # Mira is depicted, and nobody asked her.
        {"sequence": index(2001, 2004), "declaration": shots.declaration(cast, ingredients=[])},
    ]
    answer = hatch.post("/api/v1/assets/batch", {"items": items}, format="json")
    results = answer.json()["results"]
    assert (answer.status_code, [one["status"] for one in results]) == (207, [202, 422, 202, 422, 403]), results
    assert results[0]["asset"]["sequence"]["frames"] == 3 and results[2]["asset"]["sequence"] is None
    assert [results[n]["problem"]["code"] for n in (1, 3)] == ["sequence.missing", "upload.unknown"]
    assert results[3]["problem"]["errors"][0]["pointer"] == "/sequence/frames/0/upload"
    again = hatch.post("/api/v1/assets/batch", {"items": items[:1]}, format="json").json()["results"]
    assert again[0]["asset"]["id"] == results[0]["asset"]["id"]
    shots.work()
    signed = Credential.objects.values_list("asset__title", flat=True)
    assert set(signed) == {"sh010", "still"} and FrameSequence.objects.exclude(asset__job__state="refused").count() == 1


# --- on either side of the sandbox --------------------------------------------------------------------------------


@pytest.fixture
def trying(cast, program):
    """Parallax's program of the sandbox."""
    return program(cast.parallax, sandbox=True)


def tested(api, alias="Permit Person"):
    """What the sandbox may be told of these frames: its own person, made younger in places 1 and 2."""
    [work] = api.get("/api/v1/productions").json()["results"]
    people_there = api.get(f"/api/v1/productions/{work['id']}").json()["people"]
    person = next(one["id"] for one in people_there if one["alias"] == alias)
    return {
        "version": 1, "production": work["id"], "title": "sb010", "unit": "sb010",
        "operations": [shots.de_aging(regions=[shots.face(frames={"start": 1, "end": 2})])],
        "depictions": [{"id": "mira", "person": person, "role": "target_likeness", "modality": "face"}],
    }  # fmt: skip


def untouched(api):
    [work] = api.get("/api/v1/productions").json()["results"]
    return {"version": 1, "production": work["id"], "title": "excerpt"}


def test_frames_of_the_sandbox_are_known_to_nobody_and_bind_nothing_real(hatch, trying, cast, client):
    files = shot(range(1001, 1005))
    answer = send(trying, tested(trying), files)
    assert answer.status_code == 202, answer.content
    shots.work()
    told = trying.get(f"/api/v1/assets/{answer.json()['id']}").json()
    assert told["state"] == "signed" and told["sandbox"]
    frame = files["sh010.1002.exr"]
    digest = hashlib.sha256(frame).hexdigest()
    for report in (client.get(f"/api/v1/verifications/by-hash/{digest}").json(), shots.checked(client, frame, "copy.exr")):
        assert report["registry"]["state"] == "unknown" and "frames" not in report["registry"].get("details", {})
    assert hatch.get(f"/api/v1/assets/{told['id']}/frames/1002").status_code == 404
    assert hatch.get(told["links"]["frames"]).status_code == 404
    real = send(hatch, untouched(hatch), files)
    assert real.status_code == 202 and shots.send(hatch, frame, untouched(hatch), name="still.exr").status_code == 202
    assert not Event.objects.filter(tag="intake:laundering").exists()


def test_within_the_sandbox_frames_bind_as_they_do_in_earnest(trying, cast):
    files = shot(range(1001, 1005))
    send(trying, tested(trying), files)
    shots.work()
    laundering(send(trying, untouched(trying), {f"new.{n}.exr": files[f"sh010.{n}.exr"] for n in range(1002, 1004)}))
    clean = shots.send(trying, files["sh010.1001.exr"], untouched(trying), name="still.exr")
    assert clean.status_code == 202, clean.content


def test_real_frames_bind_nothing_in_the_sandbox(trying, aged):
    files, _, _ = aged
    answer = send(trying, untouched(trying), files)
    assert answer.status_code == 202, answer.content
    shots.work()
    assert trying.get(f"/api/v1/assets/{answer.json()['id']}").json()["state"] == "signed"
    assert not Event.objects.filter(tag="intake:laundering").exists()
