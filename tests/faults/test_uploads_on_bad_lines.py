"""An upload outlives its lines: dropped, silent, dripping, two at once, and the web killed in the middle; nothing is mixed.

The web is gunicorn as everybody has it, with less patience for silent lines. `tus-js-client` is spoken to as it is.
"""

import hashlib
import json
import random
import re
import shutil
import socket
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from tests.faults import acts
from tests.faults.house import ROOT, Hatch, Web, until

SILENCE = 6
CONTENT = random.Random(4).randbytes(3_000_000)
MODULES = ROOT / ".venv" / "tus" / "node_modules"
WITHIN = 240


@pytest.fixture(scope="module")
def web(house):
    with Web(house, variables={"SLOW_LINE_SECONDS": str(SILENCE), "WEB_WORKERS": "1", "WEB_THREADS": "3"}) as web:
        yield web


@pytest.fixture(scope="module")
def program(house):
    return house.do(acts.new_program)


@pytest.fixture
def hatch(web, program):
    return Tus(web.port, program)


class Tus(Hatch):
    """A program that speaks tus, and may hold its lines in its own hand."""

    def begin(self, size: int = len(CONTENT)) -> str:
        answer = self.ask("POST", "uploads", {"Upload-Length": str(size), "Content-Length": "0"})
        assert answer.status_code == 201, answer.text
        return answer.headers["Location"].partition("/api/v1/")[2]

    def ask(self, method: str, path: str, headers=None, data=b"") -> requests.Response:
        told = self._header | {"Tus-Resumable": "1.0.0"} | (headers or {})
        return requests.request(method, self._at(path), headers=told, data=data, timeout=WITHIN)

    def add(self, path: str, offset: int, content: bytes) -> requests.Response:
        bytes_ = {"Content-Type": "application/offset+octet-stream", "Upload-Offset": str(offset)}
        return self.ask("PATCH", path, bytes_, content)

    def offset(self, path: str) -> int | None:
        answer = self.ask("HEAD", path)
        return int(answer.headers["Upload-Offset"]) if answer.status_code == 200 else None

    @contextmanager
    def line(self, path: str, length: int | str, *, offset: int = 0, method: str = "PATCH", kind: str = ""):
        """An open request whose body is sent by hand."""
        announced = f"Content-Length: {length}" if isinstance(length, int) else f"Transfer-Encoding: {length}"
        with socket.create_connection(("127.0.0.1", self.port), timeout=WITHIN) as line:
            line.sendall(
                f"{method} /api/v1/{path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {self.token}\r\n"
                f"Tus-Resumable: 1.0.0\r\nUpload-Offset: {offset}\r\n{announced}\r\n"
                f"Content-Type: {kind or 'application/offset+octet-stream'}\r\n\r\n".encode()
            )  # fmt: skip
            yield line

    def is_whole(self, path: str) -> bool:
        told = self.get(path).json()
        return (told["state"], told["sha256"]) == ("complete", hashlib.sha256(CONTENT).hexdigest())


def test_a_dropped_line_keeps_what_it_brought(hatch):
    path = hatch.begin()
    with hatch.line(path, len(CONTENT)) as line:
        line.sendall(CONTENT[:1_500_000])
    until(lambda: hatch.offset(path) == 1_500_000, within=WITHIN)
    rest = len(CONTENT) - 1_500_000
    with hatch.line(path, "chunked", offset=1_500_000) as line:
        line.sendall(b"%x\r\n" % rest + CONTENT[1_500_000:2_000_000])
    until(lambda: hatch.offset(path) == 2_000_000, within=WITHIN)
    assert hatch.add(path, 2_000_000, CONTENT[2_000_000:]).status_code == 204 and hatch.is_whole(path)


def test_a_line_that_fell_silent_makes_room_for_the_same_visitor_on_another(hatch):
    path = hatch.begin()
    with hatch.line(path, len(CONTENT)) as dead:
        dead.sendall(CONTENT[:1_000_000])
        until(lambda: hatch.offset(path) == 1_000_000, within=WITHIN)
        assert hatch.add(path, 1_000_000, CONTENT[1_000_000:]).status_code == 204
        assert b" 503 " in dead.recv(65536).split(b"\r\n")[0]
    assert hatch.is_whole(path)


def test_of_two_tabs_one_wins_and_nothing_is_mixed(hatch):
    path = hatch.begin()
    with hatch.line(path, len(CONTENT)) as first:
        refused, sent = None, 0
        while refused is None:
            first.sendall(CONTENT[sent : sent + 10_000])
            sent += 10_000
            if sent == 50_000:
                pool = second(hatch, path)
            refused = next(pool, None) if sent > 50_000 else None
            time.sleep(0.1)
            assert sent < len(CONTENT)
        assert refused.status_code == 423 and refused.json()["code"] == "upload.in_use"
        first.sendall(CONTENT[sent:])
        assert b" 204 " in first.recv(65536).split(b"\r\n")[0]
    assert hatch.is_whole(path)


def second(hatch, path):
    """The other tab, on a thread of its own; nothing until it was answered."""
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(hatch.add, path, 0, b"x" * len(CONTENT))
        while not answer.done():
            yield None
        yield answer.result()


def test_silent_and_dripping_lines_free_their_threads_and_lose_nothing(hatch):
    """Three lines hold the three threads of this web; then it answers again, without any of them having ended."""
    silent, dripping = hatch.begin(), hatch.begin()
    before = hatch.get("assets").json()["results"]
    form = "multipart/form-data; boundary=edge"
    with (
        hatch.line(silent, len(CONTENT)) as one, hatch.line(dripping, "chunked") as two,
        hatch.line("assets", 1_000_000, method="POST", kind=form) as three,
    ):  # fmt: skip
        one.sendall(CONTENT[:1])
        two.sendall(b"2710\r\n")
        three.sendall(b'--edge\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\n\r\nabc')
        began, dripped = time.monotonic(), 0
        two.settimeout(SILENCE / 4)
        answer = b""
        while not answer:
            assert time.monotonic() - began < WITHIN
            two.sendall(CONTENT[dripped : dripped + 1])
            dripped += 1
            try:
                answer = two.recv(65536)
            except TimeoutError:
                continue
        told = int(re.search(rb"Upload-Offset: (\d+)", answer)[1])
        assert answer.startswith(b"HTTP/1.1 503 ") and 0 < told <= dripped
        assert one.recv(65536).startswith(b"HTTP/1.1 503 ") and three.recv(65536).startswith(b"HTTP/1.1 400 ")
    assert hatch.offset(silent) == 1 and hatch.offset(dripping) == told
    assert hatch.add(dripping, told, CONTENT[told:]).status_code == 204 and hatch.is_whole(dripping)
    assert hatch.get("assets").json()["results"] == before


def test_tus_js_client_uploads_breaks_off_resumes_and_ends(hatch, tmp_path):
    if not shutil.which("node") or not (MODULES / "tus-js-client").is_dir():
        pytest.skip("not run: node, or tus-js-client in .venv/tus (see .ci/run), is not here")
    file = tmp_path / "sh114.mp4"
    file.write_bytes(CONTENT)
    done = subprocess.run(
        ["node", str(ROOT / "tests" / "tus" / "upload.mjs"), str(MODULES), hatch._at("uploads"), hatch.token, str(file),
         hashlib.sha256(CONTENT).hexdigest(), str(tmp_path / "urls.json")],
        capture_output=True, text=True, timeout=600,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    told = json.loads(done.stdout)
    assert told["broken"] and told["resumedAt"] > 0
    for name in ("streamed", "pieces", "posted"):
        assert hatch.is_whole(told[name].partition("/api/v1/")[2]), name
    assert hatch.get(told["ended"].partition("/api/v1/")[2]).status_code == 404


def test_the_web_is_killed_in_the_middle_and_the_upload_goes_on(web, program):
    hatch = Tus(web.port, program)
    path = hatch.begin()
    assert hatch.add(path, 0, CONTENT[:1_000_000]).status_code == 204
    with hatch.line(path, len(CONTENT) - 1_000_000, offset=1_000_000) as line:
        line.sendall(CONTENT[1_000_000:2_000_000])
        file = next(Path(web.house.folder).glob(f"storage/uploads/*/{path.rpartition('/')[2]}"))
        until(lambda: file.stat().st_size > 1_000_000, within=WITHIN)
        web.__exit__()
    web.__enter__()
    hatch = Tus(web.port, program)
    there = hatch.offset(path)
    assert there >= 1_000_000
    assert hatch.add(path, there, CONTENT[there:]).status_code == 204 and hatch.is_whole(path)
