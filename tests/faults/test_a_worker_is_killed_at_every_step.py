"""A worker may be killed before or after any of the nine steps: another finishes, once, and nothing is lost.

After what a worker wrote down is the killing that hurts: the plan is kept, the file is stored, the row is written, and
nobody is there any more to say so.
"""

import itertools
from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from provenance import shelf
from provenance.signing import releasing
from tests.faults import acts

CASES = list(itertools.product(acts.STEPS, ("before", "after")))
# Where a plan was kept before the worker went, the attempt that finishes keeps a second one.
SECOND_PLAN = {("plan", "after"), *itertools.product(("make", "read_back", "store"), ("before", "after")), ("release", "before")}
DONE = {("release", "after"), ("tell", "before"), ("tell", "after")}


@pytest.fixture(scope="module")
def waiting(house):
    """An asset that waits to be signed for each case, and one more."""
    ids = house.do(acts.take_in_some, numbers=list(range(1, len(CASES) + 2)))
    return dict(zip([*CASES, "commit"], ids, strict=True))


def signed_once(told):
    assert told["state"] == "signed" and told["trusted"], told
    assert (told["credentials"], told["signed_hashes"]) == (1, 1)
    assert told["events"] == ["asset:received", "asset:signed"]


@pytest.mark.parametrize(("step", "moment"), CASES)
def test_a_worker_killed_at_a_step_loses_nothing_and_signs_nothing_twice(house, waiting, step, moment):
    asset_id = waiting[step, moment]
    assert not house.begin(acts.sign_and_die, asset_id=asset_id, step=step, moment=moment).ended()
    left = house.do(acts.found, asset_id=asset_id)
    assert left["state"] == ("signed" if (step, moment) in DONE else "received" if (step, moment) == ("claim", "before")
                             else "signing")  # fmt: skip

    told = house.do(acts.finish, asset_id=asset_id)

    signed_once(told)
    assert told["plans"] == (2 if (step, moment) in SECOND_PLAN else 1)
    assert (told["house"]["broken"], told["house"]["missing"], told["house"]["orphans_known"]) == ([], [], 0)


def die_before_commit(asset_id):
    """The credential is inserted and the journal written; the transaction is not yet committed."""
    acts.dying_at(releasing, "_release", "after")
    acts.sign(asset_id)


def test_a_worker_killed_between_the_credential_and_its_commit_has_released_nothing(house, waiting):
    assert not house.begin(die_before_commit, asset_id=waiting["commit"]).ended()
    left = house.do(acts.found, asset_id=waiting["commit"])
    assert (left["state"], left["credentials"], left["signed_hashes"]) == ("signing", 0, 0)
    assert left["events"] == ["asset:received"]

    signed_once(house.do(acts.finish, asset_id=waiting["commit"]))


def clear(older_by):
    return shelf.clear_scratch(at=timezone.now() + timedelta(seconds=older_by)), acts.scratch()


def test_what_killed_workers_left_in_the_making_goes_once_nobody_can_be_at_work_on_it(house):
    asset_id = house.do(acts.take_in, number=10_000)
    assert not house.begin(acts.sign_and_die, asset_id=asset_id, step="store", moment="before").ended()
    removed, left = house.do(clear, older_by=0)
    assert removed == 0 and any(name.startswith(shelf.IN_THE_MAKING) for name in left)
    removed, left = house.do(clear, older_by=2 * settings.TASK_TIME_LIMIT + 5)
    assert removed >= 1 and left == []
    signed_once(house.do(acts.finish, asset_id=asset_id))
