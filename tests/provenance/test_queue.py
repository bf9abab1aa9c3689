"""The line before the workers: it is refused beyond its length, and no vendor's thousand keeps another's one waiting."""

import json
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from provenance import queue, signing
from provenance.models import Asset, SigningJob
from tests import shots
from tests.assets import build

pytestmark = pytest.mark.django_db


def send(api, cast, name="shot"):
    return shots.send(api, build.result_jpg(), shots.bare(cast, name))


def full(answer):
    assert (answer.status_code, answer["Content-Type"]) == (429, "application/problem+json"), answer.content
    assert answer.json()["code"] == "queue.full" and "Nothing was stored" in answer.json()["detail"]
    assert int(answer["Retry-After"]) == queue.COME_AGAIN


def test_a_vendor_whose_line_is_full_is_told_to_come_again_and_nothing_is_stored(studio, hatch, settings):
    settings.QUEUE_MOST_OF_ONE = 2
    kept = [send(hatch, studio, f"shot {n}") for n in range(2)]
    assert [one.status_code for one in kept] == [202, 202]
    full(send(hatch, studio, "one too many"))
    assert Asset.objects.count() == 2
    shots.work()
    assert send(hatch, studio, "one too many").status_code == 202


def test_another_vendor_is_taken_in_meanwhile_until_the_whole_is_full(studio, hatch, program, settings):
    settings.QUEUE_MOST_OF_ONE = 1
    studio.harbor.vendors.add(studio.umbra)
    other = program(studio.umbra)
    send(hatch, studio)
    full(send(hatch, studio, "another"))
    assert send(other, studio).status_code == 202
    settings.QUEUE_MOST_OF_ONE, settings.QUEUE_MOST = 0, 2
    full(send(other, studio, "another"))
    assert Asset.objects.count() == 2


def test_files_that_wait_too_long_close_the_line(studio, hatch, settings):
    settings.QUEUE_OLDEST_SECONDS = 60
    send(hatch, studio)
    SigningJob.objects.update(not_before=timezone.now() - timedelta(seconds=61))
    full(send(hatch, studio, "another"))
    SigningJob.objects.update(state="held")  # that waits for a person, not for a worker
    assert send(hatch, studio, "another").status_code == 202


def test_a_full_line_is_told_before_the_file_is_read(studio, hatch, settings):
    settings.QUEUE_MOST_OF_ONE = 1
    send(hatch, studio)
    answer = hatch.generic("POST", "/api/v1/assets", b"no form at all", "multipart/form-data; boundary=x")
    full(answer)


def test_what_was_answered_before_is_told_again_even_then(studio, hatch, settings):
    settings.QUEUE_MOST_OF_ONE = 1

    def send_keyed(key):
        form = {"file": SimpleUploadedFile("a.jpg", build.result_jpg()), "declaration": json.dumps(shots.bare(studio, "a"))}
        return hatch.post("/api/v1/assets", form, format="multipart", headers={"Idempotency-Key": key})

    first = send_keyed("one")
    assert (first.status_code, send_keyed("one").content) == (202, first.content)
    full(send_keyed("two"))


def test_one_vendors_many_are_called_a_few_at_a_time_and_anothers_one_at_once(studio, hatch, program, settings):
    settings.QUEUE_AT_ONCE = 2
    studio.harbor.vendors.add(studio.umbra)
    many = [send(hatch, studio, f"shot {n}").json()["id"] for n in range(5)]
    one = send(program(studio.umbra), studio).json()["id"]

    def called():
        rows = SigningJob.objects.exclude(called_at=None).order_by("asset_id")
        return list(rows.values_list("asset__public_id", flat=True))

    assert called() == [*many[:2], one]
    at = timezone.now()
    assert queue.in_turn(at=at) == []
    shots.sign_at(many[0], at)
    assert queue.after(many[0], at=at) == [many[2]] and queue.after(many[0], at=at) == []
    shots.sign_at(many[1], at)
    shots.sign_at(many[2], at)
    assert queue.in_turn(at=at) == many[3:] and set(called()) == {*many, one}


def test_the_sweep_takes_one_of_each_vendor_in_turn(studio, hatch, program, settings):
    settings.QUEUE_AT_ONCE = 2
    studio.harbor.vendors.add(studio.umbra)
    other = program(studio.umbra)
    ours = [send(hatch, studio, f"shot {n}").json()["id"] for n in range(3)]
    theirs = [send(other, studio, f"shot {n}").json()["id"] for n in range(3)]
    SigningJob.objects.update(called_at=None)
    turn = queue.in_turn(at=timezone.now())
    assert turn == [ours[0], theirs[0], ours[1], theirs[1]]


def test_a_called_job_whose_call_was_lost_is_called_again_and_one_that_waits_is_not(studio, hatch, settings):
    settings.QUEUE_AT_ONCE = 1
    first, second = (send(hatch, studio, f"shot {n}").json()["id"] for n in range(2))
    later = timezone.now() + signing.CALL_AGAIN + timedelta(seconds=1)
    assert signing.to_call(at=later) == [first] and queue.in_turn(at=later) == []
    shots.work()
    assert set(SigningJob.objects.values_list("state", flat=True)) == {"signed"} and second
