"""`manage.py start` opens web and worker as one tree, mends the worker, and leaves no process behind however it ends."""

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

HOUSE = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="asks the kernel for its processes")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class House:
    def __init__(self, folder, port):
        self.folder, self.port = folder, port
        environment = os.environ | {"DATA_DIR": str(folder), "PORT": str(port), "WEB_WORKERS": "1", "WORKER_CHILDREN": "1"}
        self.said = folder.parent / f"said-{port}"
        self.process = subprocess.Popen([sys.executable, "manage.py", "start"], cwd=HOUSE, env=environment,
                                        stdout=self.said.open("w"), stderr=subprocess.STDOUT)  # fmt: skip
        self.family = []

    def wait_for(self, sentence, within=60):
        deadline = time.monotonic() + within
        while sentence not in self.said.read_text():
            assert self.process.poll() is None and time.monotonic() < deadline, self.told()
            time.sleep(0.1)
        self.family = psutil.Process(self.process.pid).children(recursive=True)

    def told(self):
        logs = "\n".join(f"── {log.name}\n{log.read_text()[-3000:]}" for log in self.folder.glob("logs/*.log"))
        return f"{self.said.read_text()}\n{logs}"

    def worker(self):
        return next(p for p in psutil.Process(self.process.pid).children() if "celery" in p.cmdline())

    def left(self, within=15):
        """Which of its processes are still there after a while."""
        gone, alive = psutil.wait_procs(self.family, timeout=within)
        return [p for p in alive if p.is_running() and p.status() != psutil.STATUS_ZOMBIE]


@pytest.fixture
def open_house(tmp_path):
    houses = []

    def opened(port=None):
        houses.append(House(tmp_path / "data", port or free_port()))
        return houses[-1]

    yield opened
    for house in houses:
        for process in [*house.family, psutil.Process(house.process.pid)] if house.process.poll() is None else house.family:
            if process.is_running():
                process.kill()
        house.process.wait()


def test_it_opens_says_where_its_doors_are_mends_its_worker_and_closes_clean(open_house):
    house = open_house()
    house.wait_for("Countersign is open.")
    told = house.said.read_text()
    for door in ("/", "/admin/", "/api/v1/docs"):
        assert f"http://localhost:{house.port}{door}" in told
    assert urllib.request.urlopen(f"http://127.0.0.1:{house.port}/health/ready").status == 200

    fallen = house.worker()
    fallen.kill()
    house.wait_for("The worker ended (signal 9); starting it again")
    deadline = time.monotonic() + 20
    while fallen.is_running() or not any("celery" in p.cmdline() for p in psutil.Process(house.process.pid).children()):
        assert time.monotonic() < deadline, house.told()
        time.sleep(0.1)
    house.wait_for("Countersign is open.")

    house.process.send_signal(signal.SIGINT)
    assert house.process.wait(timeout=30) == 0, house.told()
    assert house.said.read_text().rstrip().endswith("Closed."), house.told()
    assert house.left(within=1) == []


def test_killed_outright_it_leaves_no_orphan_and_opens_again(open_house):
    house = open_house()
    house.wait_for("Countersign is open.")
    house.process.kill()
    house.process.wait()
    assert house.left() == [], house.told()
    again = open_house()
    again.wait_for("Countersign is open.")


def test_when_the_web_dies_the_house_closes_and_says_why(open_house):
    house = open_house()
    house.wait_for("Countersign is open.")
    next(p for p in psutil.Process(house.process.pid).children() if "gunicorn" in p.cmdline()).kill()
    assert house.process.wait(timeout=30) == 1
    assert "The web ended (signal 9)" in house.said.read_text()
    assert house.left() == []


def test_a_taken_port_is_said_in_a_sentence(open_house):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        house = open_house(other.getsockname()[1])
        assert house.process.wait(timeout=30) == 1
    told = house.said.read_text().strip()
    assert told.startswith(f"CommandError: Port {house.port} cannot be used") and "PORT=" in told
    assert "Traceback" not in told
