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


# --- the sandbox has a line of its own ----------------------------------------------------------------------------


@pytest.fixture
def trying(studio, program):
    """Parallax's program of the sandbox."""
    return program(studio.parallax, sandbox=True)


def tries(api, name="shot"):
    [work] = api.get("/api/v1/productions").json()["results"]
    return shots.send(api, build.result_jpg(), {"version": 1, "production": work["id"], "title": name})


def waits(asset_id):
    job = SigningJob.objects.get(asset__public_id=asset_id)
    return (job.state, job.called_at is not None, job.attempt)


def test_what_is_real_is_called_at_once_and_the_sandbox_gives_way_to_it_though_it_was_called_before(studio, hatch, trying):
    first, second = (tries(trying, f"test {n}").json()["id"] for n in range(2))
    assert (waits(first), waits(second)) == (("received", True, 0), ("received", False, 0))
    real = send(hatch, studio).json()["id"]
    assert waits(real) == ("received", True, 0)
    at = timezone.now()
    assert queue.in_turn(at=at) == []
    shots.sign_at(first, at)
    assert waits(first) == ("received", False, 0) and shots.nothing_released()
    later = at + signing.CALL_AGAIN + timedelta(seconds=1)
    assert signing.to_call(at=later) == [real], "the sandbox is not called again either"
    shots.sign_at(real, at)
    assert waits(real)[0] == "signed"
    assert queue.after(real, at=at) == [first], "once nothing real waits"
    shots.sign_at(first, at)
    assert waits(first)[0] == "signed" and queue.after(first, at=at) == [second]


def test_whatever_the_sandbox_sends_while_something_real_waits_is_not_called(studio, hatch, trying):
    real = send(hatch, studio).json()["id"]
    test = tries(trying).json()["id"]
    assert waits(test) == ("received", False, 0)
    SigningJob.objects.filter(asset__public_id=real).update(not_before=timezone.now() + timedelta(minutes=5))
    assert queue.in_turn(at=timezone.now()) == [test], "what is put off does not wait for a worker"


def test_one_of_the_sandbox_is_signed_at_a_time_whoever_called_it(studio, trying):
    first, second = (tries(trying, f"test {n}").json()["id"] for n in range(2))
    at = timezone.now()
    job = signing.claim(first, at=at)
    assert job and signing.claim(second, at=at) is None and waits(second) == ("received", False, 0)
    # A worker that was killed over it holds up nobody for longer than its lease.
    after = job.leased_until + timedelta(seconds=1)
    assert signing.claim(second, at=after)


def test_vendors_are_called_in_turn_there_too(studio, trying, program):
    other = program(studio.umbra, sandbox=True)
    many = [tries(trying, f"test {n}").json()["id"] for n in range(3)]
    one = tries(other).json()["id"]
    at = timezone.now()
    shots.sign_at(many[0], at)
    assert queue.after(many[0], at=at) == [one]


@pytest.mark.parametrize("limit", ["QUEUE_MOST_OF_ONE", "QUEUE_MOST"])
def test_a_full_line_of_the_sandbox_refuses_nothing_real_nor_the_other_way(studio, hatch, trying, settings, limit):
    setattr(settings, limit, 1)
    assert tries(trying).status_code == send(hatch, studio).status_code == 202
    full(tries(trying, "one too many"))
    full(send(hatch, studio, "one too many"))
    assert Asset.objects.count() == 2


def test_a_test_that_waits_too_long_closes_only_its_own_line(studio, hatch, trying, settings):
    settings.QUEUE_OLDEST_SECONDS = 60
    tries(trying)
    SigningJob.objects.update(not_before=timezone.now() - timedelta(seconds=61))
    full(tries(trying, "another"))
    assert send(hatch, studio).status_code == 202


# --- a batch ------------------------------------------------------------------------------------------------------


def test_a_batch_is_refused_whole_where_the_line_is_full_before_it_is_read(studio, hatch, settings):
    settings.QUEUE_MOST_OF_ONE = 1
    send(hatch, studio)
    full(hatch.generic("POST", "/api/v1/assets/batch", b"no JSON at all", "application/json"))
    assert Asset.objects.count() == 1


def test_of_a_batch_that_fills_the_line_the_rest_is_told_so_and_nothing_of_it_is_stored(studio, hatch, settings, tmp_path):
    settings.QUEUE_MOST_OF_ONE = 2
    settings.UPLOADS_DIR = str(tmp_path / "storage" / "uploads")
    content = build.result_jpg()
    begun = hatch.generic(
        "POST", "/api/v1/uploads", content, content_type="application/offset+octet-stream",
        HTTP_TUS_RESUMABLE="1.0.0", HTTP_UPLOAD_LENGTH=str(len(content)),
    )  # fmt: skip
    upload = begun["Location"].rpartition("/")[2]
    items = [{"upload": upload, "declaration": shots.bare(studio, f"shot {n}")} for n in range(3)]
    results = hatch.post("/api/v1/assets/batch", {"items": items}).json()["results"]
    assert [one["status"] for one in results] == [202, 202, 429]
    assert results[2]["problem"]["code"] == "queue.full" and Asset.objects.count() == 2
    shots.work()
    assert hatch.post("/api/v1/assets/batch", {"items": items[2:]}).json()["results"][0]["status"] == 202
