"""A worker that only seems to live is known, ended and started again: its clock is dead, or it begins nothing more."""

import itertools

import pytest

from registry import watch
from tests import databases
from tests.faults import acts, parts
from tests.faults.house import until

numbers = itertools.count(1, 2)


def test_a_worker_whose_children_were_all_killed_is_started_again(tmp_path):
    """The clock that calls the sweep is one of them, and nobody but the worker's watch would start it again."""
    databases.begin(tmp_path)
    with parts.embedded(tmp_path) as opened:
        worker = until(lambda: opened.part("celery"), within=240)
        for child in until(worker.children, within=240):
            child.kill()
        until(lambda: (now := opened.part("celery")) and now.pid != worker.pid, within=240)
        asset_id = opened.house.do(acts.take_in, number=next(numbers))
        until(lambda: opened.house.do(acts.found, asset_id=asset_id)["state"] == "signed", within=240, every=0.25)


@pytest.mark.parametrize(
    ("seen", "fault"),
    [
        ([(True, 1, 0, 0), (True, 2, 0, 29), (True, 3, 0, 58)], ""),
        ([(True, 1, 0, 0), (True, 1, 0, 30)], ""),
        ([(True, 1, 0, 0), (True, 1, 0, 31)], "it has begun nothing for 30 seconds"),
        ([(True, 1, 0, 0), (True, 1, 1, 31)], "it has begun nothing for 30 seconds"),
        ([(True, 1, 2, 0), (True, 1, 2, 600), (True, 1, 0, 629)], ""),
        ([(True, 1, 0, 0), (False, 2, 0, 5)], "its clock has died"),
    ],
)
def test_a_worker_that_only_seems_to_live_is_known(seen, fault):
    watched = watch.Watch(children=2, since=0)
    found = [watched.fault(clock_lives=lives, begun=begun, busy=busy, now=now) for lives, begun, busy, now in seen]
    assert found[-1] == fault and not any(found[:-1])
