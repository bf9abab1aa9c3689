"""A house of the demonstration's own: opened in an empty folder on a free port, and closed at its end."""

import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests
from django.conf import settings
from django.core.management.base import CommandError

from registry import environment

OPENS_WITHIN = 120
CLOSES_WITHIN = 40


@dataclass(frozen=True, slots=True)
class House:
    """Where it stands, and who was given what to sign in with."""

    site: str
    folder: Path
    sign_ins: dict[str, Any]

    def password(self, username: str) -> str:
        return next(one["password"] for one in self.sign_ins["people"] if one["username"] == username)


@contextmanager
def opened(folder: Path, *, waiting: Callable[[str], None]) -> Iterator[House]:
    """`manage.py start` on `folder`; raises CommandError with its last words where it does not open."""
    folder.mkdir(parents=True)
    port = _free_port()
    site = f"http://localhost:{port}"
    log = open(folder.parent / "house.log", "w+")
    process = subprocess.Popen(
        [sys.executable, str(settings.BASE_DIR / "manage.py"), "start"], cwd=settings.BASE_DIR, stdout=log, stderr=log,
        stdin=subprocess.DEVNULL, start_new_session=True,
        env=environment.for_child(DATA_DIR=str(folder), PORT=str(port), SITE_URL=site, PYTHONUNBUFFERED="1"),
    )  # fmt: skip
    try:
        _wait(process, site, log, waiting)
        yield House(site, folder, json.loads((folder / "sign-ins.json").read_text()))
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(timeout=CLOSES_WITHIN)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        log.close()


def _wait(process: subprocess.Popen, site: str, log, waiting: Callable[[str], None]) -> None:
    began = time.monotonic()
    while time.monotonic() - began < OPENS_WITHIN:
        if process.poll() is not None:
            log.seek(0)
            raise CommandError("The house did not open. The last it said:\n" + log.read()[-1500:])
        try:
            if requests.get(f"{site}/health/ready", timeout=5).status_code == 200:
                return
        except requests.RequestException:
            pass
        waiting("opening")
        time.sleep(0.3)
    raise CommandError(f"The house was not ready within {OPENS_WITHIN} seconds; see {log.name}.")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
