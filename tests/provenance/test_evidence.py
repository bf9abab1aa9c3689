"""Evidence of an operation comes in while its asset waits, is private and kept as it came, and is refused once it is late."""

import json
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from provenance import audit, intake, leftovers
from provenance.models import Asset, OperationEvidence, SigningJob
from registry import journal
from registry.append_only import AppendOnlyError
from registry.models import Event
from tests import cast as people
from tests import shots
from tests.assets import bad, build

pytestmark = pytest.mark.django_db


@pytest.fixture
def asset(studio, hatch):
    """Received, with one operation declared and no evidence of it."""
    people.verified(studio, at=timezone.now())
    answer = shots.send(hatch, build.result_jpg(), shots.declaration(studio), plate=build.plate_jpg())
    assert answer.status_code == 202
    return Asset.objects.get(public_id=answer.json()["id"])


def offer(api, to, /, *, file=None, output=None, ending="jpg", **said):
    parts = {"operation": "op-1", "kind": "difference"} | said
    for name, content in (("file", file), ("output", output)):
        if content is not None:
            parts[name] = SimpleUploadedFile(f"{name}.{ending}", content)
    return api.post(
        f"/api/v1/assets/{to.public_id}/evidence", {k: v for k, v in parts.items() if v is not None}, format="multipart"
    )


def refused(answer, status, code):
    told = answer.json()
    assert (answer.status_code, told["code"]) == (status, code), told
    assert told["detail"].endswith((".", "…")) and not OperationEvidence.objects.exists() and stored() == []
    return told


def stored():
    return sorted(Path(default_storage.path("plates")).rglob("*.*") if Path(default_storage.path("plates")).exists() else [])


def test_a_plate_is_kept_by_its_hash_and_told_to_whoever_may_see_the_asset(asset, hatch, program, studio):
    told = offer(hatch, asset, file=build.plate_jpg())
    assert told.status_code == 201, told.content
    row = OperationEvidence.objects.get()
    assert told.json()["id"] == row.public_id and told.json()["sha256"] in row.storage_key
    assert default_storage.open(row.storage_key).read() == build.plate_jpg()
    for api in (hatch, program(studio.northlight)):
        listed = api.get(f"/api/v1/assets/{asset.public_id}/evidence").json()
        assert [one["id"] for one in listed["sent"]] == [row.public_id] and listed["measured"] == []
    last = journal.chain(asset.public_id).last()
    assert last.tag == "asset:evidence_received" and json.loads(last.body)["details"]["sha256"] == row.sha256
    assert list(audit.faults()) == []


def test_the_same_again_is_the_same_evidence_and_another_takes_its_place(asset, hatch):
    first, again = (offer(hatch, asset, file=build.plate_jpg()).json() for _ in range(2))
    assert first["id"] == again["id"] and OperationEvidence.objects.count() == 1
    other = offer(hatch, asset, file=build.result_jpg()).json()
    back = offer(hatch, asset, file=build.plate_jpg()).json()
    assert len({first["id"], other["id"], back["id"]}) == 3
    assert len([one for one in Path(default_storage.path("plates")).rglob("*") if one.is_file()]) == 3


def test_evidence_is_added_and_never_changed(asset, hatch):
    offer(hatch, asset, file=build.plate_jpg())
    row = OperationEvidence.objects.get()
    for change in (row.save, row.delete, OperationEvidence.objects.all().delete):
        with pytest.raises(AppendOnlyError):
            change()


def test_another_vendor_finds_no_such_asset(asset, program, studio, hatch):
    umbra = program(studio.umbra)
    told = refused(offer(umbra, asset, file=build.plate_jpg()), 404, "asset.unknown")
    assert asset.title not in json.dumps(told)
    assert umbra.get(f"/api/v1/assets/{asset.public_id}/evidence").status_code == 404


def test_a_program_needs_the_scope(asset, program, studio):
    reads = program(studio.parallax, "assets:read")
    refused(offer(reads, asset, file=build.plate_jpg()), 403, "client.scope")


@pytest.mark.parametrize(("said", "code"), [
    ({"operation": "op-9"}, "extent.unknown_operation"),
    ({"operation": "op-9\u202e"}, "extent.unknown_operation"),
    ({"kind": "guess"}, "extent.evidence_unfit"),
    ({"operation": None}, "request.part_missing"),
    ({"kind": None}, "request.part_missing"),
    ({"kind": "matte", "output": build.result_jpg()}, "extent.evidence_unfit"),
    ({"asset": "ast_nobody", "file": None}, "extent.evidence_unfit"),
    ({"asset": "ast_nobody"}, "extent.evidence_unfit"),
    ({"colour": "blue"}, "request.part_unknown"),
    ({"operation": "x" * 201}, "request.part_not_text"),
])  # fmt: skip
def test_what_does_not_fit_is_refused_with_a_sentence_and_nothing_is_kept(asset, hatch, said, code):
    since = Event.objects.count()
    told = refused(offer(hatch, asset, **({"file": build.plate_jpg()} | said)), 422, code)
    assert "\u202e" not in told["detail"] and Event.objects.count() == since


def test_a_file_and_an_asset_or_neither_is_refused(asset, hatch):
    refused(offer(hatch, asset), 422, "extent.evidence_unfit")


def test_a_text_sent_as_a_file_is_refused(asset, hatch):
    told = offer(hatch, asset, file=build.plate_jpg(), operation=SimpleUploadedFile("op", b"op-1"))
    refused(told, 422, "request.part_not_text")


def test_bad_files_and_files_of_another_kind_are_refused(asset, hatch, settings):
    refused(offer(hatch, asset, file=b""), 422, "media.empty")
    refused(offer(hatch, asset, file=bad.many_boxes()), 422, "media.too_many_parts")
    refused(offer(hatch, asset, file=b"Scene 114. Mira enters.\n", ending="txt"), 422, "extent.evidence_unfit")
    settings.MAX_UPLOAD_BYTES = 10_000
    refused(offer(hatch, asset, file=build.plate_jpg()), 413, "media.too_large")


@pytest.mark.parametrize(("state", "words"), [
    ("signing", "right now"), ("signed", "stands"), ("refused", "refused"), ("dead", "failed five times"),
])  # fmt: skip
def test_it_is_too_late_once_a_worker_is_at_it_or_it_is_settled(asset, hatch, state, words):
    SigningJob.objects.update(state=state)
    told = refused(offer(hatch, asset, file=build.plate_jpg()), 409, "extent.evidence_too_late")
    assert words in told["detail"] and told["state"] == state


def test_a_signed_asset_known_here_may_be_named_in_its_place(asset, hatch, studio):
    plate = shots.send(hatch, build.plate_jpg(), shots.bare(studio, "plate.jpg"), name="plate.jpg").json()["id"]
    refused(offer(hatch, asset, asset=plate), 422, "extent.evidence_unfit")
    shots.sign_at(plate, timezone.now())
    told = offer(hatch, asset, asset=plate)
    assert told.status_code == 201 and told.json()["asset"] == plate
    assert OperationEvidence.objects.get().storage_key == Asset.objects.get(public_id=plate).storage_key


def test_an_asset_of_another_tenant_is_as_if_there_were_none(asset, hatch, program, studio):
    studio.harbor.vendors.add(studio.umbra)
    umbra = program(studio.umbra)
    plate = shots.send(umbra, build.plate_jpg(), shots.bare(studio, "plate.jpg"), name="plate.jpg").json()["id"]
    shots.sign_at(plate, timezone.now())
    assert "no asset of that id" in refused(offer(hatch, asset, asset=plate), 422, "extent.evidence_unfit")["detail"]


def test_a_plate_that_carries_more_ai_than_is_declared_washes_nothing_off(asset, hatch, studio):
    """The plate is an AI work of its own, signed here: held against it, the asset would seem to have none of that."""
    other = shots.de_aging(
        technique="face_replacement", digital_source_type="compositeWithTrainedAlgorithmicMedia", depicts=["mira", "rig"]
    )
    line = people.grants.Line(effect="grant", uses=("face_replacement",), modalities=("face",), territories=("WORLD",))
    people.verified(studio, at=timezone.now(), number="C-0143", lines=(line,))
    nobody = {"id": "rig", "role": "synthetic", "modality": "face"}  # whose performance it was laid on
    shown = [*shots.declaration(studio)["depictions"], nobody]
    said = shots.declaration(studio, operations=[other], ingredients=[], title="replaced.jpg", depictions=shown)
    made = shots.send(hatch, build.plate_jpg(), said, name="replaced.jpg").json()
    shots.sign_at(made["id"], timezone.now())
    assert SigningJob.objects.get(asset__public_id=made["id"]).state == "signed"
    told = offer(hatch, asset, asset=made["id"])
    assert (told.status_code, told.json()["code"]) == (403, "provenance.laundering")
    assert not OperationEvidence.objects.exists()


def test_the_bytes_go_when_the_asset_is_refused(asset, hatch, studio, django_capture_on_commit_callbacks):
    offer(hatch, asset, file=build.plate_jpg(), output=build.result_jpg())
    row = OperationEvidence.objects.get()
    kept = [Path(default_storage.path(key)) for key in (row.storage_key, row.output_key)]
    assert all(path.exists() for path in kept) and leftovers.clear(at=timezone.now() + 3 * leftovers.MARGIN) == 0
    SigningJob.objects.update(state="held")
    with django_capture_on_commit_callbacks(execute=True):
        intake.refuse(asset, by=studio.ines, at=timezone.now(), reason="Not ours")
    assert not any(path.exists() for path in kept) and list(audit.faults()) == []
