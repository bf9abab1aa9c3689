"""`manage.py start` opens web and worker as one tree, mends the worker, and leaves no process behind however it ends."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import psutil
import pytest
from django.utils import timezone

from registry.management.commands import start
from registry.models import Heartbeat
from tests import databases

HOUSE = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="asks the kernel for its processes")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def until(met, within, told):
    deadline = time.monotonic() + within
    while not (found := met()):
        assert time.monotonic() < deadline, told()
        time.sleep(0.05)
    return found


class House:
    """A house that was opened, what it says, and every process it ever had."""

    def __init__(self, folder, port):
        self.folder, self.port = folder, port
        environment = os.environ | {"DATA_DIR": str(folder), "PORT": str(port), "WEB_WORKERS": "1", "WORKER_CHILDREN": "1"}
        self.said = folder.with_name(f"said-{port}-{time.monotonic_ns()}")
        self.process = subprocess.Popen([sys.executable, "manage.py", "start"], cwd=HOUSE, env=environment,
                                        stdout=self.said.open("w"), stderr=subprocess.STDOUT)  # fmt: skip
        self.family = set()

    def says(self, sentence, within=240):
        def said():
            return sentence in self.said.read_text() or self.process.poll() is not None

        until(said, within, self.told)
        assert sentence in self.said.read_text(), self.told()
        self.note_family()

    def note_family(self):
        self.family |= set(psutil.Process(self.process.pid).children(recursive=True))

    def child(self, name):
        return next((one for one in psutil.Process(self.process.pid).children() if name in one.cmdline()), None)

    def ready(self):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/health/ready") as answer:
            return json.load(answer)

    def ends_with(self, code, within=120):
        assert self.process.wait(timeout=within) == code, self.told()
        return self.said.read_text()

    def left(self, within=0.0):
        """Which of its processes are still there after a while."""
        _, alive = psutil.wait_procs(self.family, timeout=within)
        return [one for one in alive if one.is_running() and one.status() != psutil.STATUS_ZOMBIE]

    def told(self):
        logs = "\n".join(f"── {log.name}\n{log.read_text()[-3000:]}" for log in self.folder.glob("logs/*.log"))
        return f"{self.said.read_text()}\n{logs}"


@pytest.fixture
def opened():
    """`opened(folder, port)` → a house; whatever a failed test leaves of it is ended."""
    houses = []

    def opened(folder, port=None):
        houses.append(House(folder, port or free_port()))
        return houses[-1]

    yield opened
    for house in houses:
        if house.process.poll() is None:
            house.note_family()
            house.process.kill()
            house.process.wait()
        for process in house.left():
            process.kill()


def test_a_house_opens_mends_its_worker_leaves_no_process_however_it_ends_and_opens_again(opened, tmp_path):
    """One set of files, prepared once, through a long day; each step below is a promise of its own."""
    folder = tmp_path / "data"
    databases.begin(folder)
    house = opened(folder)
    house.says("Ctrl-C closes everything.")
    it_says_where_its_doors_are_and_how_to_sign_in(house)
    it_is_open_only_once_its_worker_can_sign(house)
    a_second_one_on_the_same_files_is_refused(opened(folder), house)
    a_taken_port_is_said_in_a_sentence(opened(tmp_path / "other", house.port), house)
    a_worker_that_is_killed_is_started_again(house)
    killed_outright_it_leaves_no_orphan(house)
    house = opened(folder)
    house.says("Countersign is open.")
    what_is_there_is_not_made_again(house)
    asked_to_close_it_closes_clean(house)
    when_the_web_dies_it_closes_and_says_why(opened(folder))


def it_says_where_its_doors_are_and_how_to_sign_in(house):
    told = house.said.read_text()
    assert "Countersign is open." in told
    for door in ("/", "/admin/", "/api/v1/docs"):
        assert f"http://localhost:{house.port}{door}" in told
    kept = json.loads((house.folder / "sign-ins.json").read_text())
    for who in kept["people"]:
        assert f"{who['username']} / {who['password']}" in told
    assert kept["programs"][0]["client_secret"] in told


def it_is_open_only_once_its_worker_can_sign(house):
    ready = house.ready()
    assert ready["status"] == "ready" and ready["worker"]["key"]["state"] == "usable"


def a_second_one_on_the_same_files_is_refused(second, house):
    told = second.ends_with(1).strip()
    assert told.startswith("CommandError: Countersign already runs from") and "Traceback" not in told
    assert house.ready()["status"] == "ready"


def a_taken_port_is_said_in_a_sentence(other, house):
    told = other.ends_with(1).strip()
    assert told.startswith(f"CommandError: Port {house.port} cannot be used") and "PORT=" in told
    assert "Traceback" not in told and not (other.folder / "countersign.sqlite3").exists()


def a_worker_that_is_killed_is_started_again(house):
    fallen = house.child("celery")
    its_own = fallen.children(recursive=True)
    fallen.kill()
    house.says("The worker ended (signal 9); starting it again in 1 s.")
    assert psutil.wait_procs(its_own, timeout=60)[1] == []
    until(lambda: (house.folder / "logs" / "worker.log").read_text().count(" ready.") >= 2, 30, house.told)
    house.note_family()
    assert house.child("celery").pid != fallen.pid


def killed_outright_it_leaves_no_orphan(house):
    house.process.kill()
    house.process.wait()
    assert len(house.family) > 4 and house.left(within=120) == [], house.told()


def what_is_there_is_not_made_again(house):
    assert "Making a small demonstration studio" not in house.said.read_text()


def asked_to_close_it_closes_clean(house):
    house.process.send_signal(signal.SIGINT)
    assert house.ends_with(0).rstrip().endswith("Closing …\nClosed."), house.told()
    assert house.left() == []


def when_the_web_dies_it_closes_and_says_why(house):
    until(lambda: house.child("gunicorn") and house.child("celery"), 30, house.told)
    house.note_family()
    house.child("gunicorn").kill()
    told = house.ends_with(1)
    assert "CommandError: The web ended (signal 9). The last it said:" in told and "Traceback" not in told
    assert house.left() == []


@pytest.mark.django_db
def test_a_heartbeat_that_the_last_run_left_is_not_taken_for_this_workers(monkeypatch):
    monkeypatch.setattr(start.urllib.request, "urlopen", lambda *_, **__: pytest.fail("the web was asked too early"))
    Heartbeat.objects.create(name="worker", seen_at=timezone.now())
    assert start.ready(opened_at=timezone.now()) is False
