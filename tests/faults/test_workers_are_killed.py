"""The whole house, opened as anyone opens it, while its workers are killed at random: none is lost, none signed twice.

One small round is an ordinary test; the campaign is `make faults`, and both print what they measured.
"""

import hashlib
import itertools
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import psutil
import pytest

from registry import watch
from tests import databases
from tests.faults import acts
from tests.faults.house import ROOT, Hatch, House, free_port, until

numbers = itertools.count(1, 2)
TERMINAL = {"signed", "refused", "dead", "held"}


@pytest.fixture
def opened(tmp_path):
    """`manage.py start` in a folder of its own, with the cast in it."""
    databases.begin(tmp_path)
    with House(tmp_path, {"LEASE_SECONDS": "3", "PORT": str(free_port()), "WORKER_CHILDREN": "2"}) as house:
        with open(tmp_path / "start.log", "w") as log:
            process = subprocess.Popen(
                [sys.executable, "manage.py", "start"], cwd=ROOT, env=house.environment, stdout=log, stderr=log,
                stdin=subprocess.DEVNULL, start_new_session=True,
            )  # fmt: skip
        try:
            until(lambda: "Countersign is open" in (tmp_path / "start.log").read_text() or process.poll(), within=240)
            assert process.poll() is None, (tmp_path / "start.log").read_text()
            yield house, process
        finally:
            process.terminate()
            try:
                process.wait(40)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)


def worker_of(process):
    """The process at the head of the worker's group, or None while it is being started again."""
    for child in psutil.Process(process.pid).children():
        try:
            if "celery" in child.cmdline() and child.status() != psutil.STATUS_ZOMBIE:
                return child
        except psutil.NoSuchProcess:
            continue
    return None


def kill_a_group(process):
    worker = until(lambda: worker_of(process), within=240)
    os.killpg(worker.pid, signal.SIGKILL)
    return worker.pid


def kill_a_child(process):
    """One of the worker's own children, which its parent replaces."""
    worker = worker_of(process)
    children = worker.children() if worker else []
    busy = [one for one in children if one.is_running()]
    if busy:
        random.choice(busy).kill()


def attempts(house):
    """How often any job was claimed so far; read beside the house, which is not disturbed by it."""
    with closing(sqlite3.connect(f"file:{house.folder}/countersign.sqlite3?mode=ro", uri=True, timeout=60)) as database:
        return database.execute("SELECT coalesce(sum(attempt), 0) FROM provenance_signingjob").fetchone()[0]


def campaign(opened, *, uploads, groups, children):
    """Before each killing some uploads come, and a worker has begun with them."""
    house, process = opened
    hatch = Hatch(int(house.variables["PORT"]), house.do(acts.new_program))
    wanted = list(itertools.islice(numbers, uploads))
    said = {number: house.do(acts.declared, title=f"take {number}") for number in wanted}
    chance = random.Random(uploads)
    killings = ["group"] * groups + ["child"] * children
    chance.shuffle(killings)

    def send(number):
        answer = hatch.send(said[number], file=acts.picture(number), plate=acts.picture(number + 1))
        assert answer.status_code == 202, answer.text
        return answer.json()["id"]

    begun = time.monotonic()
    with ThreadPoolExecutor(4) as pool:
        sending = []
        for number, what in enumerate(killings):
            before = attempts(house)
            sending += [pool.submit(send, one) for one in wanted[number :: len(killings)]]
            until(lambda: attempts(house) > before, within=240, every=0.01)  # noqa: B023
            time.sleep(chance.uniform(0, 0.12))
            kill_a_group(process) if what == "group" else kill_a_child(process)
        ids = [one.result() for one in sending]
    last_fault = time.monotonic()

    def all_terminal():
        states = {one: hatch.get(f"assets/{one}").json()["state"] for one in ids if one not in done}
        done.update({one: state for one, state in states.items() if state in TERMINAL})
        return len(done) == len(set(ids))

    done: dict[str, str] = {}
    until(all_terminal, within=240, every=0.25)
    drained = time.monotonic() - last_fault

    found = [house.do(acts.found, asset_id=one) for one in ids]
    served = [hatch.get(f"assets/{one}/content").content for one in ids]
    print(f"{len(ids)} uploads, {groups} worker groups and {children} children killed -9 in {last_fault - begun:.1f} s: "
          f"{list(done.values()).count('signed')} signed, {sum(one['credentials'] > 1 for one in found)} twice, "
          f"{len(ids) - len(done)} lost; all done {drained:.1f} s after the last kill; "
          f"at most {max(one['attempt'] for one in found)} attempts")  # fmt: skip
    assert len(set(ids)) == uploads and set(done.values()) == {"signed"}, done
    assert all(one["credentials"] == one["signed_hashes"] == 1 and one["trusted"] for one in found)
    assert all(one["events"].count("asset:signed") == 1 for one in found)
    assert len({hashlib.sha256(one).hexdigest() for one in served}) == uploads
    whole = house.do(acts.whole)
    assert (whole["broken"], whole["missing"], whole["orphans_known"]) == ([], [], 0)
    assert drained <= 60


def test_two_workers_are_killed_while_eight_uploads_come(opened):
    campaign(opened, uploads=8, groups=2, children=1)


def test_a_worker_whose_children_were_all_killed_is_started_again(opened):
    """The clock that calls the sweep is one of them, and nobody but the worker's watch would start it again."""
    house, process = opened
    worker = until(lambda: worker_of(process), within=240)
    for child in until(worker.children, within=240):
        child.kill()
    until(lambda: (now := worker_of(process)) and now.pid != worker.pid, within=240)
    asset_id = house.do(acts.take_in, number=next(numbers))
    until(lambda: house.do(acts.found, asset_id=asset_id)["state"] == "signed", within=240, every=0.25)


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


@pytest.mark.faults
def test_workers_are_killed_all_the_time_while_sixty_uploads_come(opened):
    campaign(opened, uploads=60, groups=5, children=8)
