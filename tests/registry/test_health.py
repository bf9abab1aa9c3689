"""Alive is one thing, ready another: each part is asked, and the answer names the one that cannot work."""

from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.test import Client
from django.utils import timezone

from registry.models import Heartbeat

pytestmark = pytest.mark.django_db
KEY = {"state": "usable", "usable": 2, "not_after": "2027-01-01T00:00:00Z", "development": True, "path": "/keys/x.pem"}


@pytest.fixture
def beat():
    return Heartbeat.objects.create(name="worker@one", seen_at=timezone.now(), details={"key": KEY})


def ready():
    answer = Client().get("/health/ready")
    assert "no-store" in answer["Cache-Control"]
    return answer.status_code, answer.json()


def test_alive_asks_nothing(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert Client().get("/health/live").json() == {"status": "live"}


def test_ready_when_every_part_is(beat):
    status, told = ready()
    assert (status, told["status"]) == (200, "ready")
    assert [told[part]["state"] for part in ("database", "storage", "broker", "worker")] == ["ok"] * 4


def test_what_is_told_of_a_key_is_what_the_worker_said_and_nothing_of_where_it_lies(beat):
    told = ready()[1]["worker"]["key"]
    assert told == {name: KEY[name] for name in ("state", "usable", "not_after", "development")}


@pytest.mark.parametrize(("age", "state", "status"), [(0, "ok", 200), (59, "ok", 200), (62, "silent", 503)])
def test_a_worker_is_silent_after_a_minute(beat, age, state, status):
    Heartbeat.objects.update(seen_at=timezone.now() - timedelta(seconds=age))
    found, told = ready()
    assert (found, told["worker"]["state"]) == (status, state)


def test_no_worker_ever(db):
    status, told = ready()
    assert (status, told["worker"]) == (503, {"state": "absent"})


def test_one_worker_that_still_beats_is_enough(beat):
    Heartbeat.objects.create(name="worker@gone", seen_at=timezone.now() - timedelta(hours=1))
    assert ready()[0] == 200


def test_a_broker_that_is_away_is_told_within_seconds(beat, settings):
    settings.BROKER_URL, settings.CELERY_BROKER_TRANSPORT_OPTIONS = "redis://127.0.0.1:1/0", {}
    began = timezone.now()
    status, told = ready()
    assert timezone.now() - began < timedelta(seconds=5)
    assert (status, told["broker"]["state"], told["database"]["state"]) == (503, "failed", "ok")


def test_storage_that_cannot_be_written_is_told(beat, settings):
    options = settings.STORAGES["default"] | {"OPTIONS": {"location": "/proc/nothing"}}
    settings.STORAGES = settings.STORAGES | {"default": options}
    status, told = ready()
    assert (status, told["storage"]["state"]) == (503, "failed")
    assert "/proc" not in str(told)


def test_asking_leaves_nothing_behind(beat):
    ready()
    assert default_storage.listdir("health")[1] == []
