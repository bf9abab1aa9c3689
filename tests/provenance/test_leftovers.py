"""What no row names goes after a day, whoever left it; what a row names, or may be about to name, stays."""

import os
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from provenance import audit, leftovers, shelf, signing, tasks
from provenance.models import Credential, SigningJob
from registry import receiving
from tests import cast as people
from tests import shots
from tests.assets import build

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
OWN = "received/0a/0a3f5b7d9c1e2f405162738495a6b7c8"
LEFT = (
    f"{OWN}/file", f"{OWN}/ingredient", f"{OWN}/ingredient_Ab12cd3", "signed/0b/" + 64 * "b", "signed/0b/" + 64 * "b" + "_x1",
    "evidence/0c/" + 64 * "c" + "-0011223344556677",
)  # fmt: skip


def files() -> set[str]:
    root = Path(default_storage.path(""))
    return {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()}


def folders() -> set[str]:
    root = Path(default_storage.path("received"))
    return {path.name for path in root.glob("*/*")}


@pytest.fixture
def record(studio, hatch):
    """A rider's paper, a signed shot with its plate, a scene with its credentials beside it, and a shot that waits."""
    people.verified(studio, at=timezone.now())
    shots.send(hatch, build.result_jpg(), shots.declaration(studio), plate=build.plate_jpg())
    shots.send(hatch, b"Scene 114. Mira enters.\n", shots.bare(studio, "scene.txt"), name="scene.txt")
    shots.work()
    shots.send(hatch, build.plate_jpg(), shots.bare(studio, "waits.jpg"))
    assert len(files()) == 7
    return files()


@pytest.fixture
def left(record):
    for key in LEFT:
        default_storage.save(key, ContentFile(b"left"))
    assert files() == record | set(LEFT)
    return set(LEFT)


def test_what_a_row_names_stays_for_ever(record):
    assert leftovers.clear(at=timezone.now() + 1000 * DAY) == 0
    assert files() == record and list(audit.faults()) == []


@pytest.mark.parametrize(("after", "removed"), [
    (timedelta(), 0), (DAY - timedelta(minutes=1), 0), (DAY + timedelta(minutes=1), 6),
])  # fmt: skip
def test_what_no_row_names_goes_after_a_day(record, left, after, removed):
    assert leftovers.clear(at=timezone.now() + after) == removed
    assert files() == (record if removed else record | left) and list(audit.faults()) == []


def test_the_folder_of_an_upload_goes_when_it_has_been_empty_for_a_day(record, left):
    at = timezone.now()
    leftovers.clear(at=at + 2 * DAY)
    assert len(folders()) == 4 and Path(OWN).name in folders(), "it was emptied a moment ago"
    os.utime(default_storage.path(OWN), (at.timestamp(), (at - 2 * DAY).timestamp()))
    leftovers.clear(at=at)
    assert len(folders()) == 3 and files() == record


def test_the_task_does_the_same_and_clears_what_workers_left(record, left, settings, tmp_path):
    settings.SCRATCH_DIR = tmp_path / "scratch"
    made = settings.SCRATCH_DIR / f"{shelf.IN_THE_MAKING}x" / "result"
    made.parent.mkdir(parents=True)
    made.write_bytes(b"half")
    long_ago = (timezone.now() - 2 * DAY).timestamp()
    for path in (made.parent, *(default_storage.path(key) for key in LEFT)):
        os.utime(path, (long_ago, long_ago))
    tasks.clear_leftovers()
    assert files() == record and list(settings.SCRATCH_DIR.iterdir()) == []


def test_what_a_worker_stored_stays_while_its_job_may_still_be_released(studio, hatch):
    """A machine that slept for three days wakes: the worker goes on with its release, and the sweep is due as well."""
    people.verified(studio, at=timezone.now())
    sent = shots.send(hatch, build.result_jpg(), shots.declaration(studio), plate=build.plate_jpg())
    at = timezone.now()
    with shelf.scratch() as folder, ExitStack() as lent:
        work = signing.Work(signing.claim(sent.json()["id"], at=at), folder, lent)
        signing.examine(work, clock=timezone.now)
        signing.confirm(work, at=at)
        signing.plan(work, at=at)
        signing.make(work)
        signing.read_back(work)
        signing.store(work)
        assert leftovers.clear(at=at + 3 * DAY) == 0
        signing.release(work, clock=lambda: at + 3 * DAY)
    assert leftovers.clear(at=at + 6 * DAY) == 0
    assert Credential.objects.get().storage_key in files() and list(audit.faults()) == []


def test_it_goes_once_another_worker_has_taken_the_job(studio, hatch):
    people.verified(studio, at=timezone.now())
    sent = shots.send(hatch, build.result_jpg(), shots.declaration(studio), plate=build.plate_jpg())
    at = timezone.now()
    assert signing.claim(sent.json()["id"], at=at)
    default_storage.save(LEFT[3], ContentFile(b"of the one who fell silent"))
    assert leftovers.clear(at=at + 3 * DAY) == 0
    later = SigningJob.objects.get().leased_until + 3 * DAY
    assert signing.claim(sent.json()["id"], at=later)
    assert leftovers.clear(at=later + DAY) == 1 and LEFT[3] not in files()


def test_a_result_never_takes_the_place_of_one_that_may_be_about_to_go(db, tmp_path):
    """The same bytes lie there, left long ago: were they taken for the new ones, a sweep under way could remove both."""
    old = default_storage.save(LEFT[3], ContentFile(b"the same"))
    long_ago = (timezone.now() - 2 * DAY).timestamp()
    os.utime(default_storage.path(old), (long_ago, long_ago))
    result = tmp_path / "result"
    result.write_bytes(b"the same")
    os.utime(result, (long_ago, long_ago))
    kept = shelf.keep_by_hash(result, "signed", Path(old).name)
    assert kept != old and timezone.now() - shelf.kept_at(kept) < timedelta(minutes=1)
    assert leftovers.clear(at=timezone.now()) == 1 and files() == {kept}


def test_of_much_some_goes_at_a_time_and_in_time_all(record, monkeypatch):
    monkeypatch.setattr(leftovers, "MOST_SEEN", 3)
    monkeypatch.setattr(leftovers, "MOST_LEFT", 5)
    for number in range(40):
        default_storage.save(f"signed/{number:02x}/{number:064x}", ContentFile(b"left"))
    at, removed = timezone.now() + 2 * DAY, []
    while files() != record:
        removed.append(leftovers.clear(at=at))
        assert removed[-1] <= 5 and len(removed) < 1000
    assert sum(removed) == 40


def test_many_names_are_looked_up_in_pieces(record, monkeypatch):
    monkeypatch.setattr(leftovers, "PIECE", 7)
    for number in range(30):
        default_storage.save(f"signed/0b/{number:064x}", ContentFile(b"left"))
    assert leftovers.clear(at=timezone.now() + 2 * DAY) == 30 and files() == record


def test_a_house_without_files_has_nothing_left_over(db):
    assert leftovers.clear(at=timezone.now() + 2 * DAY) == 0


def test_a_storage_that_lets_go_of_nothing_is_asked_again(record, left, settings):
    whole = settings.STORAGES
    settings.STORAGES = whole | {"default": whole["default"] | {"BACKEND": "tests.faults.storage.Stuck"}}
    at = timezone.now() + 2 * DAY
    assert leftovers.clear(at=at) == 0 and files() == record | left
    settings.STORAGES = whole
    assert leftovers.clear(at=at) == 6 and files() == record


def test_files_that_were_arriving_go_from_the_scratch_folder_after_a_day(settings, tmp_path):
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path)
    ours, others = tmp_path / "tmpab12cd.upload.mov", tmp_path / "tmpab12cd.mov"
    for path in (ours, others):
        path.write_bytes(b"half")
    at = timezone.now()
    assert receiving.clear_scratch(at=at + DAY - timedelta(minutes=1)) == 0 and ours.exists()
    assert receiving.clear_scratch(at=at + DAY + timedelta(minutes=1)) == 1
    assert not ours.exists() and others.exists()
