"""Messages are hints: lost, doubled or late, each job is signed once, and a lost one is called again within seconds.

A call that came to nothing is made again after `signing.CALL_AGAIN` (ten seconds) and the sweep's period (five).
"""

import itertools
import os
import random
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from provenance import signing, tasks
from provenance.models import SigningJob
from registry.celery import app
from tests.faults import acts

numbers = itertools.count(5_000_000 + random.randrange(10**5) * 100, 2)


def called(seconds=0.0, asset_id=""):
    """Whom a sweep that runs in so many seconds would call; of one asset, whether it would."""
    ids = signing.to_call(at=timezone.now() + timedelta(seconds=seconds))
    return ids.count(asset_id) if asset_id else ids


# ── The web is killed between its commit and the message ─────────────────────────────────────────────────────────


def take_in_and_die(number):
    tasks.sign_asset.delay = lambda *_: os._exit(acts.KILLED)
    acts.take_in(number)


def asset_of(number):
    return SigningJob.objects.get(asset__title=f"take {number}").asset.public_id


def test_a_web_killed_between_commit_and_message_loses_nothing(house):
    number = next(numbers)
    assert not house.begin(take_in_and_die, number=number).ended()
    asset_id = house.do(asset_of, number=number)
    assert house.do(acts.found, asset_id=asset_id)["events"] == ["asset:received"]
    assert house.do(called, asset_id=asset_id) == 0, "it was called just now, as far as anybody knows"

    assert house.do(called, seconds=signing.CALL_AGAIN.total_seconds() + 0.1, asset_id=asset_id) == 1
    assert house.do(acts.finish, asset_id=asset_id)["state"] == "signed"


# ── The broker is emptied, or away ───────────────────────────────────────────────────────────────────────────────


def empty_the_broker():
    with app.connection_for_write() as line:
        return sum(line.channel().queue_purge(name) for name in ("work", "pulse"))


def sweep_now_and_then():
    """What the product's own sweep sends, at once and when the calls are old enough."""
    sent = []
    tasks.sign_asset.delay = sent.append
    tasks.sweep()
    now, older = set(sent), timezone.now() + signing.CALL_AGAIN
    tasks.timezone.now = lambda: older
    tasks.sweep()
    return sorted(now), sorted(set(sent) - now)


def test_an_emptied_broker_costs_seconds_and_no_asset(house):
    ids = house.do(acts.take_in_some, numbers=[next(numbers) for _ in range(5)])
    assert house.do(empty_the_broker) >= len(ids)

    at_once, later = house.do(sweep_now_and_then)

    assert not set(ids) & set(at_once) and set(ids) <= set(later)
    beat = app.conf.beat_schedule["sweep"]["schedule"]
    assert signing.CALL_AGAIN.total_seconds() + beat <= 15
    for asset_id in ids:
        told = house.do(acts.finish, asset_id=asset_id)
        assert (told["state"], told["credentials"]) == ("signed", 1)


def take_in_without_a_broker(number):
    app.conf.broker_url = "redis://127.0.0.1:9/0"
    app.conf.broker_transport_options = {"socket_connect_timeout": 1}
    app.amqp.__dict__.pop("producer_pool", None)
    begun = timezone.now()
    return acts.take_in(number), (timezone.now() - begun).total_seconds()


def test_an_upload_is_received_while_the_broker_is_away(house):
    asset_id, seconds = house.do(take_in_without_a_broker, number=next(numbers))
    assert seconds < 10, f"the upload waited {seconds:.1f} s for a broker that is away"
    assert house.do(called, seconds=signing.CALL_AGAIN.total_seconds() + 0.1, asset_id=asset_id) == 1
    assert house.do(acts.finish, asset_id=asset_id)["state"] == "signed"


# ── Called twice, and at once ────────────────────────────────────────────────────────────────────────────────────


def call_together(start_at):
    """One of several sweeps that look at the very same moment."""
    whole = signing.SigningJob.objects.due

    def at_the_same_time(at):
        found = whole(at)
        while timezone.now().timestamp() < start_at:
            pass
        return found

    signing.SigningJob.objects.due = at_the_same_time
    return called(seconds=11)


def test_two_sweeps_at_once_never_call_the_same_job(either):
    ids = set(either.do(acts.take_in_some, numbers=[next(numbers) for _ in range(12)]))
    start_at = timezone.now().timestamp() + 1
    sweeps = [either.begin(call_together, start_at=start_at) for _ in range(3)]
    calls = [asset_id for one in sweeps for asset_id in one.answer() if asset_id in ids]
    assert sorted(calls) == sorted(ids)


def sign_together(asset_id, start_at):
    # The houses of these tests lend a job for a second only; on a busy machine that would be another test.
    settings.LEASE_SECONDS = 60
    while timezone.now().timestamp() < start_at:
        pass
    acts.sign(asset_id)


def test_five_workers_called_at_once_sign_once(either):
    asset_id = either.do(acts.take_in, number=next(numbers))
    start_at = timezone.now().timestamp() + 1
    workers = [either.begin(sign_together, asset_id=asset_id, start_at=start_at) for _ in range(5)]
    assert all(one.ended() for one in workers)
    told = either.do(acts.found, asset_id=asset_id)
    assert (told["state"], told["attempt"], told["plans"], told["credentials"]) == ("signed", 1, 1, 1)


# ── A worker that is slow ────────────────────────────────────────────────────────────────────────────────────────


def sign_slowly(asset_id, step):
    """Another worker takes over and signs while this one is held up before a step; gives what this one made of it."""
    taken_over, whole = [], getattr(signing, step)

    def held_up(*args, **given):
        setattr(signing, step, whole)
        if not taken_over:
            later = timezone.now() + timedelta(seconds=5)
            signing.sign(asset_id, clock=lambda: later)
            taken_over.append(acts.found(asset_id))
        whole(*args, **given)

    setattr(signing, step, held_up)
    acts.sign(asset_id)
    return taken_over[0], acts.found(asset_id)


@pytest.mark.parametrize("step", ["make", "store", "release"])
def test_a_slow_workers_result_is_not_released_once_another_has_taken_over(house, step):
    asset_id = house.do(acts.take_in, number=next(numbers))
    taken_over, afterwards = house.do(sign_slowly, asset_id=asset_id, step=step)
    assert (taken_over["state"], taken_over["attempt"], taken_over["credentials"]) == ("signed", 2, 1)
    assert afterwards == taken_over


def test_the_house_uses_the_database_it_says(either):
    assert either.do(vendor) == ("postgresql" if "DATABASE_URL" in either.variables else "sqlite")


def vendor():
    return connection.vendor
