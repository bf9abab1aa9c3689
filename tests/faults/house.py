"""A registry of its own beside the tests': a folder, a real database, and processes that can be killed.

`house.do(acts.sign, asset_id=…)` runs that function in another process and gives its answer; `house.begin` does not wait.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests

ROOT = Path(__file__).resolve().parents[2]


class Killed(Exception):
    """The process ended before it answered."""


class Broke(Exception):
    """The process raised; this is its trace."""


@dataclass
class Running:
    """One process at work."""

    wire: Any
    pid: int = 0
    said: dict[str, Any] | None = None

    def answer(self, within: float = 240) -> Any:
        self.wire.settimeout(within)
        if self.said is None:
            self.said = _heard(self.wire)
        if "error" in self.said:
            raise Broke(self.said["error"])
        return self.said["answer"]

    def ended(self, within: float = 240) -> bool:
        """Wait for its end; True when it answered, False when it was killed before."""
        try:
            self.answer(within)
        except Killed:
            return False
        return True

    def kill(self) -> None:
        os.killpg(self.pid, signal.SIGKILL)


@dataclass
class House:
    folder: Path
    variables: dict[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "COUNTERSIGN_TESTS"))}
        return kept | {"DATA_DIR": str(self.folder), "LEASE_SECONDS": "1", **self.variables}

    def __enter__(self) -> "House":
        # The name of a socket may have about a hundred letters, and the folders of tests have more.
        self._apart = tempfile.TemporaryDirectory(prefix="house-")
        self._address = str(Path(self._apart.name) / "door")
        self._log = open(self.folder / "house.log", "w+")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.worker", self._address],
            cwd=ROOT, env=self.environment, stdout=subprocess.PIPE, stderr=self._log, text=True,
        )  # fmt: skip
        if self._process.stdout.readline() != "open\n":
            self._log.seek(0)
            raise Broke(self._log.read()[-3000:])
        return self

    def __exit__(self, *_) -> None:
        self._process.kill()
        self._process.wait()
        self._process.stdout.close()
        self._log.close()
        self._apart.cleanup()

    def begin(self, act: Callable[..., Any], **given: Any) -> Running:
        wire = socket.socket(socket.AF_UNIX)
        wire.connect(self._address)
        wire.settimeout(240)
        asked = {"act": f"{act.__module__}:{act.__qualname__}", "given": given}
        wire.sendall((json.dumps(asked) + "\n").encode())
        return Running(wire, _heard(wire)["pid"])

    def do(self, act: Callable[..., Any], **given: Any) -> Any:
        return self.begin(act, **given).answer()


@dataclass
class Web:
    """The web of a house, as gunicorn serves it, with tokens for the vendors' programs."""

    house: House
    application: str = "registry.wsgi"
    variables: dict[str, str] = field(default_factory=dict)

    def __enter__(self) -> "Web":
        self.port = free_port()
        command = [sys.executable, "-m", "gunicorn", "--config", "python:registry.serving", self.application]
        self._log = open(self.house.folder / "web.log", "w+")
        self._process = subprocess.Popen(
            command, cwd=ROOT, stdout=self._log, stderr=self._log, start_new_session=True,
            env=self.house.environment | self.variables | {"PORT": str(self.port)},
        )  # fmt: skip
        until(self._answers, within=240)
        return self

    def __exit__(self, *_) -> None:
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._log.close()

    def _answers(self) -> bool:
        assert self._process.poll() is None, Path(self._log.name).read_text()[-3000:]
        try:
            return requests.get(f"http://127.0.0.1:{self.port}/health/live", timeout=20).ok
        except requests.RequestException:
            return False  # not yet: it does not listen, or is still loading


@dataclass
class Hatch:
    """A vendor's program before a web: `send` a file with its declaration, ask where an asset stands."""

    port: int
    client: tuple[str, str]

    def __post_init__(self) -> None:
        asked = {"grant_type": "client_credentials", "client_id": self.client[0], "client_secret": self.client[1]}
        answer = requests.post(self._at("oauth/token"), data=asked, timeout=240)
        assert answer.ok, answer.text
        self.token = answer.json()["access_token"]
        self._header = {"Authorization": f"Bearer {self.token}"}

    def send(self, declared: dict[str, Any], *, file: bytes, timeout: float = 240, **parts: bytes) -> requests.Response:
        files = {"file": ("take.jpg", file)} | {name: (f"{name}.jpg", content) for name, content in parts.items()}
        return requests.post(
            self._at("assets"), headers=self._header, files=files, data={"declaration": json.dumps(declared)}, timeout=timeout
        )

    def get(self, path: str) -> requests.Response:
        return requests.get(self._at(path), headers=self._header, timeout=240)

    def _at(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}/api/v1/{path}"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def until(holds: Callable[[], Any], *, within: float, every: float = 0.05) -> Any:
    """Ask again until the answer is truthy; gives it, or fails after `within` seconds."""
    deadline = time.monotonic() + within
    while not (answer := holds()):
        assert time.monotonic() < deadline, f"it did not come about within {within} s"
        time.sleep(every)
    return answer


def _heard(wire: socket.socket) -> dict[str, Any]:
    """One line, byte by byte at its end: what follows it belongs to the next."""
    told = b""
    while not told.endswith(b"\n"):
        try:
            piece = wire.recv(1 if not told else _rest(wire))
        except ConnectionResetError:
            piece = b""
        if not piece:
            raise Killed
        told += piece
    return json.loads(told)


def _rest(wire: socket.socket) -> int:
    seen = wire.recv(65536, socket.MSG_PEEK)
    return seen.index(b"\n") + 1 if b"\n" in seen else max(1, len(seen))
