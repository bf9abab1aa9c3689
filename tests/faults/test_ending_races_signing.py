"""A consent ends while a signature is being released: whichever comes first decides, and never both.

Two processes meet at a barrier for each round; one releases, the other ends. What is asked afterwards is what a court
would ask: did the chain of the grant, at the head that the release stood on, already hold the ending?
"""

import itertools
import multiprocessing
import os
import random
import time
from contextlib import ExitStack
from datetime import date, datetime, timedelta

import pytest
from django.db import connections
from django.utils import timezone

from provenance import shelf, signing
from tests.faults import acts

UP_TO_RELEASE = ("examine", "confirm", "plan", "make", "read_back", "store")
numbers = itertools.count(random.randrange(10**6) * 1000)


# ── What the two processes do ────────────────────────────────────────────────────────────────────────────────────


def someone_consents(number):
    """Somebody of the cast whose only consent is a grant of their own; gives the grant and an asset that waits."""
    from consent import grants
    from registry.models import Organisation, User
    from tests import cast as people

    harbor = acts.known().harbor
    studio = Organisation.objects.get(name="Northlight Pictures")
    person = people.person(studio, f"Performer {number}", f"P. {number}", date(1980, 1, 1))
    harbor.cast.add(person)
    at = timezone.now()
    grant = grants.enter(
        person=person, studio=studio, production=harbor, number=f"R-{number}", kind="rider", terms=people.terms(),
        by=User.objects.get(username="ines"), at=at, reason="Signed rider received by courier",
    )  # fmt: skip
    grants.verify(grant.revisions.get(), by=User.objects.get(username="tobi"), at=at, reason="Compared with the paper")
    return grant, acts.take_in(number, person=person.public_id)


def end(grant, at=None):
    from consent import endings
    from registry.models import User

    at = at or timezone.now()
    return endings.end(
        grant, kind="withdrawn", mode="prospective_new_use", received_at=at, effective_at=at, at=at,
        by=User.objects.get(username="ines"), reason="Letter of the performer",
    )  # fmt: skip


def up_to_release(asset_id, lent):
    """An attempt with everything done but the release."""
    work = signing.Work(signing.claim(asset_id, at=timezone.now()), lent.enter_context(shelf.scratch()), lent)
    for work.step in UP_TO_RELEASE:
        step = getattr(signing, work.step)
        moment = {"examine": {"clock": timezone.now}, "confirm": {"at": timezone.now()}, "plan": {"at": timezone.now()}}
        step(work, **moment.get(work.step, {}))
    return work


def release(work, clock):
    """The last steps as `signing.sign` does them. True when it was released."""
    work.step = "release"
    try:
        signing.release(work, clock=clock)
        return True
    except signing.NotConfirmed as stopped:
        signing.not_released(work, stopped.decision, at=timezone.now())
        return False


def judged(grant, asset_id):
    """What the record says of one round: released or not, and which of the two came first in the grant's chain."""
    from consent.models import Ending
    from provenance.models import Credential, SigningJob
    from registry import journal

    credential = Credential.objects.filter(asset__public_id=asset_id).first()
    events = list(journal.chain(grant.public_id))
    told = {
        "state": SigningJob.objects.get(asset__public_id=asset_id).state, "released": credential is not None,
        "ended": Ending.objects.filter(grant=grant).count(), "held_the_ending": False,
    }  # fmt: skip
    if credential:
        stood_on = next(one for one in events if one.hash == credential.grant_heads[grant.public_id])
        told["held_the_ending"] = any(one.tag == "grant:ended" for one in events if one.sequence <= stood_on.sequence)
    return told


def race(first_number, rounds, seed):
    """Rounds of the race between this process, which releases, and a fork of it, which ends."""
    chance, context = random.Random(seed), multiprocessing.get_context("fork")
    barrier, (ours, theirs) = context.Barrier(2), context.Pipe()
    connections.close_all()
    if os.fork() == 0:
        ours.close()
        _ends(barrier, theirs)
        os._exit(0)
    theirs.close()
    told = []
    for number in range(first_number, first_number + rounds):
        grant, asset_id = someone_consents(number)
        with ExitStack() as lent:
            work = up_to_release(asset_id, lent)
            # Who gets the head start changes; for a third of the rounds it is nobody.
            ahead = chance.choice((-1, 0, 1)) * chance.random() * 0.006
            ours.send((grant.pk, max(ahead, 0)))
            barrier.wait(240)
            time.sleep(max(-ahead, 0))
            begun = time.monotonic()
            release(work, timezone.now)
            took = {"release_took": time.monotonic() - begun, "ending_took": ours.recv()}
        told.append(judged(grant, asset_id) | took)
    ours.send(None)
    return told


def _ends(barrier, pipe):
    from consent.models import Grant

    while (asked := pipe.recv()) is not None:
        pk, later = asked
        grant = Grant.objects.select_related("studio").get(pk=pk)
        barrier.wait(240)
        time.sleep(later)
        begun = time.monotonic()
        end(grant)
        pipe.send(time.monotonic() - begun)


def ended_while_the_release_waits(number):
    """The release has looked at its clock; before it holds the lock, an ending is recorded, a moment later by the clock."""
    grant, asset_id = someone_consents(number)
    with ExitStack() as lent:
        work = up_to_release(asset_id, lent)
        looked: datetime = timezone.now()
        end(grant, at=looked + timedelta(milliseconds=50))
        released = release(work, lambda: looked)
    return judged(grant, asset_id) | {"released_by_its_own_account": released}


# ── What has to come of it ───────────────────────────────────────────────────────────────────────────────────────


def fair(told):
    for one in told:
        assert one["ended"] == 1 and not one["held_the_ending"], one
        assert one["state"] == ("signed" if one["released"] else "refused"), one
        assert one["ending_took"] <= 1.0, f"an ending waited {one['ending_took']:.2f} s for a release"
    released = sum(one["released"] for one in told)
    slowest = max(one["ending_took"] for one in told)
    print(f"{len(told)} rounds: {released} released before the ending, {len(told) - released} refused after it, "
          f"0 on a chain that held it; the slowest ending took {slowest * 1000:.0f} ms")  # fmt: skip


def test_an_ending_recorded_before_the_lock_stops_a_release_whose_clock_is_older(either):
    told = either.do(ended_while_the_release_waits, number=next(numbers))
    assert not told["released"] and not told["held_the_ending"], told
    assert told["state"] == "refused" and not told["released_by_its_own_account"]


def test_of_twenty_endings_that_meet_a_release_none_is_passed_over(either):
    fair(either.do(race, first_number=next(numbers) * 1000, rounds=20, seed=7))


@pytest.mark.faults
def test_of_two_thousand_endings_that_meet_a_release_none_is_passed_over(either):
    running = either.begin(race, first_number=next(numbers) * 10_000, rounds=2_000, seed=11)
    fair(running.answer(within=3_600))
