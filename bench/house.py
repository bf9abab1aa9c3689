"""The house as it runs for anyone: real processes started by `manage.py start`, spoken to over HTTP that stays open."""

import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.parse
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, Queue
from typing import Any

import psutil
from django.conf import settings

from bench import files, spent

ROOT = Path(__file__).resolve().parent.parent
OPENS_WITHIN = 120
# Enough that both web processes have something to do: which of them takes a connection is the kernel's choice.
CLIENTS = 4
EDGE = "countersign-bench-edge"
# Every visitor here comes from one address; counting stays in the way, but nobody is turned away.
UNHINDERED = {"RATE_WINDOW": "100000000", "RATE_VERIFICATION": "100000000", "RATE_TOKEN": "100000000",
               "RATE_CLIENT": "100000000", "RATE_QUESTIONS": "100000000"}  # fmt: skip


@dataclass
class House:
    """A running house; `web` and `worker` are the roots of its two process trees."""

    process: psutil.Process
    port: int
    tokens: dict[str, str] = field(default_factory=dict)

    def part(self, word: str) -> psutil.Process | None:
        """The topmost process that runs `word`."""
        return next((one for one in spent.tree(self.process) if _runs(one, word)), None)

    def spent(self, word: str) -> float:
        part = self.part(word)
        return spent.by_tree(part) if part else 0.0

    def connection(self) -> http.client.HTTPConnection:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=600)
        connection.connect()
        connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection

    def sign_in(self, client_id: str, secret: str) -> None:
        asked = urllib.parse.urlencode(
            {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret}
        )
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        status, told = ask(self.connection(), "POST", "/api/v1/oauth/token", asked.encode(), form)
        if status != 200:
            raise RuntimeError(f"no token: {told!r}")
        self.tokens = {"Authorization": f"Bearer {json.loads(told)['access_token']}"}


@contextlib.contextmanager
def opened(
    *, data: Path, database: Path | None = None, worker: bool = True, application: str = "registry.wsgi"
) -> Iterator[House]:
    """Web and worker as `make run` starts them, or the web alone; closed in order afterwards."""
    port = _free_port()
    own = os.environ | UNHINDERED | {
        "DATA_DIR": str(data), "PORT": str(port), "SITE_URL": settings.SITE_URL, "WORKER_CHILDREN": "2",
        "MAX_UPLOAD_BYTES": str(4 * 1024**3),
    }  # fmt: skip
    if database:
        own["DATABASE_URL"] = f"sqlite:///{database}"
    started = ["manage.py", "start"] if worker else ["-m", "gunicorn", "--config", "python:registry.serving", application]
    with (data / f"house-{port}.log").open("ab") as log:
        process = subprocess.Popen([sys.executable, *started], cwd=ROOT, env=own, stdout=log, stderr=log)
    try:
        house = House(psutil.Process(process.pid), port)
        _wait(process, port, "/health/ready" if worker else "/health/live")
        yield house
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=60)


def ask(connection: http.client.HTTPConnection, method: str, path: str, body: Any = None,
        headers: dict[str, str] | None = None) -> tuple[int, bytes]:
    connection.request(method, path, body, headers or {})
    answer = connection.getresponse()
    return answer.status, answer.read()


def form(path: Path, media_type: str, **fields: str) -> tuple[dict[str, str], Callable[[], Iterable[bytes]]]:
    """A multipart form around a file: its headers, and what gives its body anew without holding it in memory."""
    parts = [f'--{EDGE}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in fields.items()]
    parts.append(f'--{EDGE}\r\nContent-Disposition: form-data; name="file"; filename="{path.name}"\r\n'
                 f"Content-Type: {media_type}\r\n\r\n")  # fmt: skip
    before, after = "".join(parts).encode(), f"\r\n--{EDGE}--\r\n".encode()
    headers = {"Content-Type": f"multipart/form-data; boundary={EDGE}",
               "Content-Length": str(len(before) + path.stat().st_size + len(after))}  # fmt: skip

    def body() -> Iterator[bytes]:
        size = path.stat().st_size
        if size < files.PIECE:
            yield before + path.read_bytes() + after
            return
        yield before
        yield from files.pieces(path)
        yield after

    return headers, body


def send(house: House, paths: Sequence[Path], media_type: str, declaration: dict, *, clients: int = CLIENTS) -> list[str]:
    """Send the files by a few clients, each on one connection; the ids of the assets they became."""
    told = json.dumps(declaration)

    def one(connection: http.client.HTTPConnection, path: Path) -> str:
        headers, body = form(path, media_type, declaration=told)
        status, answer = ask(connection, "POST", "/api/v1/assets", body(), headers | house.tokens)
        if status != 202:
            raise RuntimeError(f"{path.name} was answered {status}: {answer[:500]!r}")
        return json.loads(answer)["id"]

    return by_clients(house, one, paths, clients=clients)


def by_clients(house: House, act: Callable[[http.client.HTTPConnection, Any], Any], items: Sequence[Any], *,
               clients: int = CLIENTS) -> list[Any]:
    """Do `act` for every item, `clients` at a time, each with a connection that it keeps."""
    waiting: Queue = Queue()
    for item in items:
        waiting.put(item)

    def client(_: int) -> list[Any]:
        connection, done = house.connection(), []
        with contextlib.closing(connection), contextlib.suppress(Empty):
            while True:
                done.append(act(connection, waiting.get_nowait()))
        return done

    with ThreadPoolExecutor(clients) as pool:
        return [one for done in pool.map(client, range(clients)) for one in done]


def _runs(process: psutil.Process, word: str) -> bool:
    with contextlib.suppress(psutil.Error):
        return word in process.cmdline()
    return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _wait(process: subprocess.Popen, port: int, path: str) -> None:
    deadline = time.monotonic() + OPENS_WITHIN
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError("the house closed before it was open; its log is in its folder")
        with contextlib.suppress(OSError, http.client.HTTPException):
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            if ask(connection, "GET", path)[0] == 200:
                return
        time.sleep(0.2)
    raise RuntimeError(f"the house did not open within {OPENS_WITHIN} s")
