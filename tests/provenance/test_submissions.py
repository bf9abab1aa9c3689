"""What was uploaded before is submitted by its id: alone, in batches, as evidence; again, it is the same asset."""

import hashlib
from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.utils import timezone

from provenance import audit, upload_keeping, uploads
from provenance.models import Asset, OperationEvidence, Upload
from registry.lines import Still
from registry.models import ApiClient
from tests import cast as people
from tests import shots
from tests.assets import build

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _folder(settings, tmp_path):
    settings.UPLOADS_DIR = str(tmp_path / "storage" / "uploads")


@pytest.fixture
def uploaded(hatch):
    """`uploaded(content)` → the id of a complete upload of Parallax's program."""

    def uploaded(content, *, of=hatch, name="harbor_sh114_v07.jpg", arrived=None):
        client = ApiClient.objects.get(pk=of.registered.pk)
        upload = uploads.create(uploads.Announced(len(content), name), client=client, at=timezone.now())
        if content:
            file = _Bytes(content[:arrived])
            return uploads.append(upload, file, offset=0, checksum=None, clock=timezone.now).public_id
        return upload.public_id

    return uploaded


class _Bytes(Still):
    def __init__(self, content):
        import io

        super().__init__(io.BytesIO(content), len(content))


def refused(answer, status, code, pointer):
    told = answer.json()
    assert (answer.status_code, told["code"], told["errors"][0]["pointer"]) == (status, code, pointer), told
    assert shots.nothing_kept()


def test_a_shot_and_its_plate_are_submitted_by_their_ids_and_signed(studio, hatch, uploaded):
    people.verified(studio, at=timezone.now())
    film, plate = uploaded(build.result_jpg()), uploaded(build.plate_jpg(), name="plate.jpg")
    quoted = {"upload": film, "declaration": shots.declaration(studio), "parts": {"plate": plate}}
    answer = hatch.post("/api/v1/assets", quoted)
    assert answer.status_code == 202, answer.content
    told = answer.json()
    assert told["sha256"] == hashlib.sha256(build.result_jpg()).hexdigest() and answer["Location"].endswith(told["id"])
    # The same again, also as a form, is the same asset; a plate is quoted for as many shots as it stands behind.
    assert hatch.post("/api/v1/assets", quoted).json()["id"] == told["id"]
    form = shots.send(hatch, build.result_jpg(), shots.declaration(studio), plate=build.plate_jpg())
    assert form.json()["id"] == told["id"] and Asset.objects.count() == 1
    upload = Upload.objects.get(public_id=film)
    assert upload.used_at and timedelta(hours=23) < upload.expires_at - timezone.now() <= uploads.KEPT_AFTER_USE
    assert not Upload.objects.open().exists()
    upload_keeping.sweep(at=timezone.now() + timedelta(days=2))
    assert not Upload.objects.exists() and not list(upload_keeping._files(upload_keeping.Path(default_storage.path("uploads"))))
    shots.work()
    assert hatch.get(f"/api/v1/assets/{told['id']}").json()["state"] == "signed" and list(audit.faults()) == []


def test_of_a_file_that_consent_does_not_cover_its_upload_goes_too(studio, hatch, uploaded):
    film, plate = uploaded(build.result_jpg()), uploaded(build.plate_jpg())
    quoted = {"upload": film, "declaration": shots.declaration(studio), "parts": {"plate": plate}}
    answer = hatch.post("/api/v1/assets", quoted)
    assert answer.status_code == 403 and answer.json()["code"].startswith("consent.")
    assert [one.public_id for one in Upload.objects.all()] == [plate] and shots.nothing_released()
    assert [one.name for one in upload_keeping._files(upload_keeping.Path(default_storage.path("uploads")))] == [plate]


def test_what_cannot_be_quoted_is_pointed_at_and_a_mistake_in_the_declaration_loses_nothing(studio, hatch, program, uploaded):
    right, declared = uploaded(build.result_jpg()), shots.bare(studio, "shot.jpg")
    expired = uploaded(build.plate_jpg())
    Upload.objects.filter(public_id=expired).update(expires_at=timezone.now())
    with pytest.raises(uploads.BrokenOff):
        raise_half(uploaded)
    half = Upload.objects.get(state="arriving").public_id
    others = uploaded(b"x", of=program(studio.umbra))
    for upload, status, code in (
        (others, 422, "upload.unknown"), ("upl_none", 422, "upload.unknown"), (expired, 422, "upload.expired"),
        (half, 409, "upload.incomplete"), (uploaded(b""), 422, "media.empty"),
    ):  # fmt: skip
        refused(hatch.post("/api/v1/assets", {"upload": upload, "declaration": declared}), status, code, "/upload")
    missing = {"upload": right, "declaration": declared, "parts": {"a/b": "upl_none"}}
    refused(hatch.post("/api/v1/assets", missing), 422, "upload.unknown", "/parts/a~1b")
    refused(hatch.post("/api/v1/assets", {"upload": right, "declaration": {}}), 422, "declaration.invalid", "")
    refused(hatch.post("/api/v1/assets", {"upload": right, "declared": declared}), 422, "request.invalid", "/declared")
    assert hatch.post("/api/v1/assets", {"upload": right, "declaration": declared}).status_code == 202


def raise_half(uploaded):
    class Half(_Bytes):
        whole = False

    client = ApiClient.objects.first()
    upload = uploads.create(uploads.Announced(100), client=client, at=timezone.now())
    uploads.append(upload, Half(b"x" * 50), offset=0, checksum=None, clock=timezone.now)


def test_in_a_batch_each_is_answered_by_itself(studio, hatch, uploaded, monkeypatch):
    people.verified(studio, at=timezone.now())
    film = uploaded(build.result_jpg())
    good = {"upload": film, "declaration": shots.bare(studio, "one.jpg")}
    other = {"upload": film, "declaration": shots.bare(studio, "two.jpg")}
    items = [good, "nonsense", {"upload": "upl_none", "declaration": {}}, good, other]
    answer = hatch.post("/api/v1/assets/batch", {"items": items})
    results = answer.json()["results"]
    assert (answer.status_code, [one["status"] for one in results]) == (207, [202, 422, 422, 202, 202])
    assert results[0]["asset"]["id"] == results[3]["asset"]["id"] != results[4]["asset"]["id"]
    assert [one["problem"]["code"] for one in results[1:3]] == ["request.invalid", "upload.unknown"]
    assert all(one["problem"]["request_id"] for one in results[1:3]) and Asset.objects.count() == 2
    monkeypatch.setattr("provenance.intake.receive", lambda *_, **__: 1 / 0)
    answer = hatch.post("/api/v1/assets/batch", {"items": [good]})
    assert [one["problem"]["code"] for one in answer.json()["results"]] == ["service.error"]
    monkeypatch.setattr("provenance.submission.BATCH_SECONDS", -1)
    answer = hatch.post("/api/v1/assets/batch", {"items": [good]})
    assert [one["problem"]["code"] for one in answer.json()["results"]] == ["asset.not_reached"]


@pytest.mark.parametrize("batch", [{}, [], {"items": []}, {"items": [{}] * 101}, {"items": {}, "more": 1}])
def test_what_is_no_batch_is_refused_whole(hatch, batch):
    answer = hatch.post("/api/v1/assets/batch", batch)
    assert (answer.status_code, answer.json()["code"]) == (422, "request.invalid") and shots.nothing_kept()


def test_evidence_is_quoted_too(studio, hatch, uploaded):
    people.verified(studio, at=timezone.now())
    asset = shots.send(hatch, build.result_jpg(), shots.declaration(studio), plate=build.plate_jpg()).json()["id"]
    said = {"operation": "op-1", "kind": "difference", "upload": uploaded(build.plate_jpg())}
    answer = hatch.post(f"/api/v1/assets/{asset}/evidence", said)
    assert answer.status_code == 201, answer.content
    row = OperationEvidence.objects.get()
    assert row.sha256 == answer.json()["sha256"] and default_storage.open(row.storage_key).read() == build.plate_jpg()
    assert hatch.post(f"/api/v1/assets/{asset}/evidence", said).json()["id"] == row.public_id
    for wrong in (said | {"asset": asset}, {"operation": "op-1", "kind": "difference"}, said | {"upload": "upl_none"}):
        assert hatch.post(f"/api/v1/assets/{asset}/evidence", wrong).status_code == 422
    assert OperationEvidence.objects.count() == 1


def test_a_declaration_is_proposed_from_an_upload_and_checked_against_it(studio, hatch, program, uploaded):
    film = uploaded(build.result_jpg())
    proposed = hatch.post("/api/v1/suggestions", {"upload": film})
    assert proposed.status_code == 200, proposed.content
    assert proposed.json()["sha256"] == hashlib.sha256(build.result_jpg()).hexdigest()
    declared = shots.declaration(studio)
    checked = hatch.post("/api/v1/declarations/check", {"declaration": declared, "upload": film, "parts": ["plate"]}).json()
    assert checked["valid"], checked
    area = {"shape": "rectangle", "unit": "pixel", "x": 0, "y": 0, "width": 90000, "height": 90000}
    declared["operations"][0] |= {"regions": [{"type": "spatial", **area}]}
    declared["operations"][0].pop("whole", None)
    beyond = hatch.post("/api/v1/declarations/check", {"declaration": declared, "upload": film, "parts": ["plate"]}).json()
    assert not beyond["valid"]
    # The upload stays as it was; another organisation's, and one that is still on its way, are none.
    assert Upload.objects.get(public_id=film).used_at is None
    partly = uploaded(build.result_jpg(), arrived=100)
    for ask in ({"upload": film}, {"upload": film, "declaration": declared}):
        address = "declarations/check" if "declaration" in ask else "suggestions"
        refused(program(studio.umbra).post(f"/api/v1/{address}", ask), 422, "upload.unknown", "/upload")
        refused(hatch.post(f"/api/v1/{address}", ask | {"upload": partly}), 409, "upload.incomplete", "/upload")
    both = hatch.post("/api/v1/declarations/check", {"declaration": declared, "upload": film, "file": {"kind": "image"}})
    refused(both, 422, "request.invalid", "/upload")
