"""Files in a bucket are as safe as on a disk: no name is used twice, nothing large is held in memory, no wait is endless."""

import socket
import time
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone
from storages.backends.s3 import S3Storage

from consent import paper
from consent.models import Evidence
from provenance import audit, intake, leftovers, shelf
from provenance.models import SigningJob
from registry import addresses, health
from tests import cast as people
from tests import shots
from tests.assets import build
from tests.large import servers

pytestmark = pytest.mark.django_db


@pytest.fixture
def bucket(settings):
    settings.STORAGES = settings.STORAGES | {"default": addresses.storage(servers.bucket())}


@pytest.fixture
def unseen(bucket, monkeypatch):
    """Two machines ask at the same moment whether a name is free, and both hear yes."""
    monkeypatch.setattr(S3Storage, "exists", lambda *_: False)


def test_a_shot_is_taken_in_signed_and_given_back(bucket, cast, program):
    cast.northlight.key_reference = f"dev:{cast.northlight.public_id}"
    cast.northlight.save()
    people.verified(cast, at=timezone.now())
    hatch = program(cast.parallax)
    sent = shots.send(hatch, build.result_jpg(), shots.declaration(cast), plate=build.plate_jpg())
    assert sent.status_code == 202, sent.content
    shots.work()
    answer = hatch.get(f"/api/v1/assets/{sent.json()['id']}/content")
    content = b"".join(answer.streaming_content)
    assert int(answer["Content-Length"]) == len(content) > len(build.result_jpg())


def test_the_same_paper_kept_twice_at_once_opens_twice(unseen, cast):
    """Each is encrypted under a key of its own: had the second taken the name of the first, the first would be lost."""
    people.entered(cast, number="C-0142")
    people.entered(cast, number="C-0143")
    first, second = Evidence.objects.all()
    assert first.storage_key != second.storage_key
    assert paper.read(first) == paper.read(second) == people.RIDER.content


def test_the_loser_of_two_equal_uploads_leaves_the_winners_file_alone(unseen, cast, program, monkeypatch):
    """Both are stored, one is recorded; the other then takes away what it stored, and that must be its own."""
    people.verified(cast, at=timezone.now())
    hatch = program(cast.parallax)
    first = shots.send(hatch, build.result_jpg(), shots.declaration(cast), plate=build.plate_jpg())
    answers, taken_in = [None], intake.taken_in
    monkeypatch.setattr(intake, "taken_in", lambda key: answers.pop() if answers else taken_in(key))
    second = shots.send(hatch, build.result_jpg(), shots.declaration(cast), plate=build.plate_jpg())
    assert first.json()["id"] == second.json()["id"]
    asset = SigningJob.objects.get().asset
    with shelf.opened(asset.storage_key) as file:
        assert file.read() == build.result_jpg()
    with shelf.opened(asset.ingredients.get().storage_key) as file:
        assert file.read() == build.plate_jpg()


def test_what_no_row_names_goes_from_a_bucket_too_and_what_a_row_names_stays(bucket, cast, program):
    people.verified(cast, at=timezone.now())
    hatch = program(cast.parallax)
    shots.send(hatch, build.result_jpg(), shots.declaration(cast), plate=build.plate_jpg())
    asset = SigningJob.objects.get().asset
    own = "0a" * 16
    left = [default_storage.save(key, ContentFile(b"left")) for key in (
        f"received/0a/{own}/file", f"received/0a/{own}/ingredient", f"signed/0b/{'0b' * 32}", f"evidence/0c/{'0c' * 32}-0011"
    )]  # fmt: skip
    at = timezone.now()
    assert leftovers.clear(at=at) == 0 and all(map(default_storage.exists, left))
    assert leftovers.clear(at=at + timedelta(days=2)) == 4 and not any(map(default_storage.exists, left))
    named = (asset.storage_key, asset.ingredients.get().storage_key, Evidence.objects.get().storage_key)
    assert all(map(default_storage.exists, named)) and list(audit.faults()) == []
    assert leftovers.clear(at=at + timedelta(days=2)) == 0


def test_a_large_file_passes_through_the_scratch_folder_and_not_through_memory(bucket):
    key = default_storage.save("received/large", ContentFile(b"\0" * (3 * 1024 * 1024)))
    with shelf.opened(key) as file:
        assert file.read(10) == b"\0" * 10
        assert file.file._rolled


def test_a_bucket_that_does_not_answer_is_told_and_not_waited_for(settings):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        where = f"s3://k:s@countersign?endpoint=http://127.0.0.1:{silent.getsockname()[1]}&region=us-east-1&timeout=1"
        settings.STORAGES = settings.STORAGES | {"default": addresses.storage(where)}
        began = time.monotonic()
        assert health._asked("storage", health.storage)["state"] == "failed"
    assert time.monotonic() - began < 30, "by itself the library waits a minute, and asks again"
