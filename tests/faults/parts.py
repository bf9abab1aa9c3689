"""Two whole houses whose parts may be killed: the embedded one as anyone opens it, and one in parts as compose.yml has it.

`house.kill(part, chance)` ends a part as kill -9 does, all of it or one process of it; `house.keep()` starts again what has
fallen, as whoever keeps containers would, and tells whether everything runs.
"""

import os
import random
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

from registry.household import Child, stop
from tests.faults.house import ROOT, House, free_port, until
from tests.large.house import COMPOSE

QUICK = {"LEASE_SECONDS": "3", "WORKER_CHILDREN": "2", "WEB_WORKERS": "2", "OUTBOUND_ALLOWED_HOSTS": "127.0.0.1"}


class Embedded:
    """`manage.py start`: web and worker with its clock and its courier, a broker of files, all on SQLite."""

    parts = ("web", "worker", "a child of the worker", "the messages", "all of it")

    def __init__(self, house: House) -> None:
        self.house, self.port = house, int(house.variables["PORT"])
        self._log = house.folder / "start.log"
        self._open()

    def _open(self) -> None:
        with open(self._log, "w") as log:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "start"], cwd=ROOT, env=self.house.environment, stdout=log, stderr=log,
                stdin=subprocess.DEVNULL, start_new_session=True,
            )  # fmt: skip

    def opened(self) -> bool:
        return "Countersign is open" in self._log.read_text()

    def keep(self) -> bool:
        """A house whose web has died closes itself; whoever opened it opens it again."""
        if self.process.poll() is not None:
            self._open()
        return self.opened()

    def close(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(40)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def part(self, word: str) -> psutil.Process | None:
        """The process at the head of the web's or the worker's group, or None while it is being started again."""
        with suppress(psutil.NoSuchProcess):
            for child in psutil.Process(self.process.pid).children():
                with suppress(psutil.NoSuchProcess):
                    if word in child.cmdline() and child.status() != psutil.STATUS_ZOMBIE:
                        return child
        return None

    def kill(self, part: str, chance: random.Random) -> None:
        if part == "the messages":
            for message in (self.house.folder / "queue").glob("*.msg"):
                message.unlink(missing_ok=True)
        elif part == "all of it":
            self.process.kill()
            self.process.wait()
        else:
            head = self.part("gunicorn" if part == "web" else "celery")
            if head and (part == "a child of the worker" or part == "web" and chance.random() < 0.5):
                kill_a_child(head, chance)
            elif head:
                os.killpg(head.pid, signal.SIGKILL)


class InParts:
    """The processes of compose.yml, each alone, on PostgreSQL and a Redis of their own; files in a folder."""

    parts = ("web", "worker", "courier", "beat", "broker")

    def __init__(self, house: House, broker: str) -> None:
        self.house, self.port = house, int(house.variables["PORT"])
        python = [sys.executable, "-m"]
        redis = ["redis-server", "--port", broker.rpartition(":")[2].partition("/")[0], "--bind", "127.0.0.1", "--save", "",
                 "--dir", str(house.folder)]  # fmt: skip
        commands = {"broker": redis} | {name: [*python, *COMPOSE[name]["command"]] for name in self.parts[:-1]}
        for name in ("worker", "courier"):
            # Two on one machine need names of their own; in containers the machine's name tells them apart.
            commands[name] += ["--hostname", f"{name}-{self.port}@%h"]
        self.children = {
            name: Child(name, command, house.environment, house.folder / f"{name}.log") for name, command in commands.items()
        }
        for child in self.children.values():
            child.start()

    def opened(self) -> bool:
        return all(child.runs() for child in self.children.values()) and all(
            " ready." in (self.house.folder / f"{name}.log").read_text() for name in ("worker", "courier")
        )

    def keep(self) -> bool:
        fallen = [child for child in self.children.values() if not child.runs()]
        for child in fallen:
            child.clear()
            child.start()
        return not fallen

    def close(self) -> None:
        stop(list(self.children.values()), within=0)

    def kill(self, part: str, chance: random.Random) -> None:
        child = self.children[part]
        if part in ("web", "worker", "courier") and chance.random() < 0.5:
            kill_a_child(psutil.Process(child.process.pid), chance)
        else:
            child.clear()


def kill_a_child(head: psutil.Process, chance: random.Random) -> None:
    """One that the head of the part replaces."""
    with suppress(psutil.NoSuchProcess):
        if children := head.children():
            chance.choice(children).kill()


@contextmanager
def embedded(folder: Path, **variables: str) -> Iterator[Embedded]:
    with House(folder, QUICK | {"PORT": str(free_port())} | variables) as house:
        yield from _open(Embedded(house))


def missing() -> list[str]:
    return [program for program in ("redis-server",) if not shutil.which(program)]


@contextmanager
def in_parts(folder: Path, *, database: str) -> Iterator[InParts]:
    broker = f"redis://127.0.0.1:{free_port()}/0"
    given = {"PORT": str(free_port()), "DATABASE_URL": database, "BROKER_URL": broker, "PYTHONUNBUFFERED": "1"}
    with House(folder, QUICK | given) as house:
        yield from _open(InParts(house, broker))


def _open(opened):
    try:
        until(opened.opened, within=120)
        yield opened
    finally:
        opened.close()
