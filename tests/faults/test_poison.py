"""An asset that kills every worker that touches it is tried five times, then lies where an operator sees it; others go on."""

import itertools
import random
import time

from django.utils import timezone

from provenance import intake, signing
from provenance.models import Asset, SigningJob
from registry.models import User
from tests.faults import acts

numbers = itertools.count(8_000_000 + random.randrange(10**5) * 100, 2)


def sign_what_is_called(poison):
    """What a worker does with all that the sweep calls, one after the other; it dies over the poison."""
    make = signing.make

    def makes(work):
        if work.asset.public_id == poison:
            acts.os._exit(acts.KILLED)
        make(work)

    signing.make = makes
    acts.work()


def mended(asset_id):
    """An operator's turn, once the cause is gone."""
    asset = Asset.objects.select_related("production__studio").get(public_id=asset_id)
    by = User.objects.get(username="ines")
    intake.try_again(asset, by=by, at=timezone.now(), reason="The reader was brought up to date")
    return acts.finish(asset_id)


def test_five_workers_die_over_it_then_it_is_dead_and_told_and_others_were_signed(house):
    poison = house.do(acts.take_in, number=next(numbers))
    assert not house.begin(acts.sign_and_die, asset_id=poison, step="make", moment="before").ended()
    others = house.do(acts.take_in_some, numbers=[next(numbers) for _ in range(3)])
    for asset_id in others:
        assert house.do(acts.finish, asset_id=asset_id)["state"] == "signed"

    deaths, deadline = 1, time.monotonic() + 240
    while (told := house.do(acts.found, asset_id=poison))["state"] == "signing":
        assert time.monotonic() < deadline, told
        deaths += not house.begin(sign_what_is_called, poison=poison).ended()

    assert deaths == SigningJob.MOST_ATTEMPTS == told["attempt"]
    assert (told["state"], told["credentials"], told["plans"]) == ("dead", 0, 5)
    assert told["problem"]["code"] == "signing.cut_off" and "operator" in told["problem"]["detail"]
    assert told["events"] == ["asset:received", "asset:dead"]
    house.do(acts.work)
    assert house.do(acts.found, asset_id=poison) == told, "nobody takes it up again by itself"

    told = house.do(mended, asset_id=poison)
    assert (told["state"], told["credentials"], told["problem"]) == ("signed", 1, None)
    assert told["events"] == ["asset:received", "asset:dead", "asset:queued_again", "asset:signed"]
    assert told["house"]["broken"] == []
