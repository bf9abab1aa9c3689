"""Evidence sent by hand: the same act as a program's, in the name of whoever sent it, while the file waits."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from provenance.models import Asset, Measured, OperationEvidence
from registry.models import Event
from tests import cast as people
from tests import shots
from tests.assets import build
from tests.vendor.people import page

pytestmark = pytest.mark.django_db


@pytest.fixture
def asset(studio, hatch):
    """Received from Parallax's program, with one operation declared and no evidence of it."""
    people.verified(studio, at=timezone.now())
    answer = shots.send(hatch, build.result_jpg(), shots.declaration(studio), plate=build.plate_jpg())
    return Asset.objects.get(public_id=answer.json()["id"])


def address(asset):
    return f"/vendor/assets/{asset.public_id}/evidence/"


def offer(browser, asset, **said):
    parts = {"operation": "op-1", "kind": "difference", "file": SimpleUploadedFile("plate.jpg", build.plate_jpg())}
    return browser.post(address(asset), parts | said)


def test_a_plate_is_received_in_the_name_of_whoever_sent_it_and_the_file_is_measured_by_it(asset, board, vera):
    assert address(asset) in page(board, f"/vendor/assets/{asset.public_id}/")
    assert "De-aging" in page(board, address(asset)) and "AgeShift 4.2" in page(board, address(asset))
    answer = offer(board, asset)
    assert answer.url == f"/vendor/assets/{asset.public_id}/"
    row = OperationEvidence.objects.get()
    assert (row.operation.asset, row.kind, row.client.name) == (asset, "difference", "Sent by hand")
    event = Event.objects.get(tag="asset:evidence_received")
    assert (event.actor, event.actor_name, event.reason) == (f"user:{vera.pk}", "Vera Lind", "Sent by hand")
    shots.work()
    assert Measured.objects.get().finding == "agrees" and Asset.objects.get().job.state == "signed"
    assert address(asset) not in page(board, answer.url)


@pytest.mark.parametrize(("said", "says"), [
    ({"operation": "op-9"}, "Select a valid choice"),
    ({"kind": "guess"}, "Select a valid choice"),
    ({"file": ""}, "This field is required"),
    ({"file": SimpleUploadedFile("a.txt", b"words")}, "the picture is measured by image or video"),
])  # fmt: skip
def test_what_does_not_fit_is_told_in_the_form_and_nothing_is_kept(asset, board, said, says):
    answer = offer(board, asset, **said)
    assert answer.status_code == 422 and says in answer.content.decode(), answer.content.decode()
    assert not OperationEvidence.objects.exists() and not Event.objects.filter(tag="asset:evidence_received").exists()


def test_once_it_is_signed_it_is_too_late(asset, board):
    shots.work()
    answer = offer(board, asset)
    assert answer.status_code == 409 and "What was signed stands" in answer.content.decode()
    assert not OperationEvidence.objects.exists()


def test_nothing_is_taken_from_a_form_that_is_not_ours(asset, vera):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(vera)
    assert offer(strict, asset).status_code == 403 and not OperationEvidence.objects.exists()
