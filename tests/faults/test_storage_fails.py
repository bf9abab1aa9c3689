"""Storage is full, away, slow, or does not say what it has done: nothing half is served, and nothing is lost."""

import errno
import hashlib
import itertools
import os
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings as configured
from django.core.files.storage import default_storage
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.utils import timezone

from provenance import signing
from provenance.models import Asset, Credential, KnownContent, SigningJob
from registry import journal
from tests import cast as people
from tests import shots
from tests.faults import acts
from tests.faults.storage import Faulty

pytestmark = pytest.mark.django_db
numbers = itertools.count(1, 2)


@pytest.fixture
def hatch(cast, program, settings, tmp_path):
    """Parallax's program, before a storage that can fail and a scratch folder of its own."""
    cast.northlight.key_reference = f"dev:{cast.northlight.public_id}"
    cast.northlight.save()
    people.verified(cast, at=timezone.now())
    stored = settings.STORAGES["default"]
    settings.STORAGES = settings.STORAGES | {"default": stored | {"BACKEND": "tests.faults.storage.Faulty"}}
    settings.SCRATCH_DIR = tmp_path / "scratch"
    settings.SCRATCH_DIR.mkdir()
    settings.FILE_UPLOAD_TEMP_DIR = str(settings.SCRATCH_DIR)
    hatch = program(cast.parallax)
    hatch.raise_request_exception = False
    yield hatch
    Faulty.mood = staticmethod(lambda number: "")


@pytest.fixture
def send(cast, hatch):
    said, number = shots.declaration(cast), next(numbers)
    return lambda: shots.send(hatch, acts.picture(number), said, plate=acts.picture(number + 1))


def faulty(mood, *, at):
    """The storage's `at`-th save from now on goes wrong."""
    wrong = Faulty.saves + at
    Faulty.mood = staticmethod(lambda number: mood if number == wrong else "")


def served(hatch, asset_id):
    answer = hatch.get(f"/api/v1/assets/{asset_id}/content")
    return b"".join(answer.streaming_content) if answer.status_code == 200 else None


@pytest.mark.parametrize("save", [1, 2])
@pytest.mark.parametrize("mood", ["raise", "full", "half", "after"])
def test_an_upload_that_cannot_be_kept_is_answered_so_and_succeeds_when_sent_again(hatch, send, mood, save):
    faulty(mood, at=save)

    answer = send()

    assert answer.status_code == 503, answer.content
    assert answer["Content-Type"] == "application/problem+json" and int(answer["Retry-After"]) > 0
    assert not Asset.objects.exists() and not SigningJob.objects.exists()
    again = send()
    assert again.status_code == 202, again.content
    shots.work()
    assert hatch.get(f"/api/v1/assets/{again.json()['id']}").json()["state"] == "signed"
    assert os.listdir(configured.SCRATCH_DIR) == []


def test_an_upload_that_finds_the_scratch_disk_full_is_answered_so(hatch, send, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(TemporaryFileUploadHandler, "receive_data_chunk", full)
    answer = send()
    assert (answer.status_code, answer.json()["code"]) == (503, "service.full") and answer["Retry-After"]
    assert not Asset.objects.exists()


@pytest.mark.parametrize("mood", ["raise", "full", "half", "after"])
def test_a_result_that_cannot_be_kept_is_made_again_and_only_a_whole_one_served(hatch, send, mood):
    asset_id = send().json()["id"]
    faulty(mood, at=1)
    at = timezone.now()

    shots.sign_at(asset_id, at)

    told = hatch.get(f"/api/v1/assets/{asset_id}").json()
    assert told["state"] == "received" and told["problem"]["code"].startswith("storage."), told
    assert served(hatch, asset_id) is None and shots.nothing_released()
    assert os.listdir(configured.SCRATCH_DIR) == []
    shots.sign_at(asset_id, at + signing.FIRST_PAUSE)
    credential = Credential.objects.get()
    assert hashlib.sha256(served(hatch, asset_id)).hexdigest() == credential.sha256
    assert KnownContent.objects.filter(kind="signed").count() == 1
    assert journal.broken_links() == []


def test_a_storage_that_hangs_holds_up_one_worker_and_another_finishes(hatch, send):
    asset_id = send().json()["id"]
    at, taken_over = timezone.now(), []

    def hangs(number):
        if not taken_over:
            taken_over.append(True)
            shots.sign_at(asset_id, at + timedelta(seconds=configured.LEASE_SECONDS + 1))
            taken_over.append(Credential.objects.get())
        return ""

    Faulty.mood = staticmethod(hangs)
    shots.sign_at(asset_id, at)

    assert Credential.objects.get() == taken_over[1]
    job = SigningJob.objects.get()
    assert (job.state, job.attempt) == ("signed", 2)
    assert hashlib.sha256(served(hatch, asset_id)).hexdigest() == taken_over[1].sha256


def test_a_stored_file_that_was_damaged_or_lost_is_not_signed(hatch, send):
    asset_id = send().json()["id"]
    path = Path(default_storage.path(Asset.objects.get().storage_key))
    whole = path.read_bytes()
    at = timezone.now()
    for attempt, spoil in enumerate((lambda: path.write_bytes(whole[:-1] + b"\0"), path.unlink)):
        spoil()
        shots.sign_at(asset_id, at + attempt * signing.FIRST_PAUSE)
        told = hatch.get(f"/api/v1/assets/{asset_id}").json()
        assert (told["state"], told["problem"]["code"]) == ("received", "storage.damaged")
        assert shots.nothing_released()

    path.write_bytes(whole)
    shots.sign_at(asset_id, at + timedelta(minutes=1))
    assert hatch.get(f"/api/v1/assets/{asset_id}").json()["state"] == "signed"
