"""An answer that is given before the body was read reaches whoever is still sending: the line is not reset over it.

Of 200 programs told “429” while they sent, 83 saw a connection reset instead, and could not know why.
"""

import http.client
import json
import socket
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress

import pytest
import requests

from registry import lines
from tests.faults import acts
from tests.faults.house import Hatch, Web

MANY, SOME = 200, 20
# More than the buffers of a line hold: who sends it is still at it when the answer comes.
BODY = b"--edge\r\nContent-Disposition: form-data; name=file; filename=a\r\n\r\n" + b"x" * 12_000_000 + b"\r\n--edge--\r\n"
FORM = {"Content-Type": "multipart/form-data; boundary=edge"}


@pytest.fixture(scope="module")
def web(house):
    given = {"QUEUE_MOST_OF_ONE": "1", "MAX_UPLOAD_BYTES": "1000000", "RATE_CLIENT": "0"}
    with Web(house, variables=given) as web:
        yield web


@pytest.fixture(scope="module")
def hatch(house, web):
    house.do(acts.take_in, number=7_000_001)  # nobody signs it: the line of this vendor is full
    return Hatch(web.port, house.do(acts.new_program))


def kept(hatch):
    return hatch.get("assets?page_size=200").json()["results"]


def told(hatch, path, header, method="POST"):
    """Status and code; or how the line ended. http.client sends all it has before it reads, as many programs do."""
    with closing(http.client.HTTPConnection("127.0.0.1", hatch.port, timeout=300)) as line:
        try:
            line.request(method, f"/api/v1/{path}", BODY, FORM | header)
            answer = line.getresponse()
            return answer.status, json.loads(answer.read())["code"]
        except OSError as broken:
            return type(broken).__name__


def answers(many, *asked):
    with ThreadPoolExecutor(many) as pool:
        return Counter(pool.map(lambda _: told(*asked), range(many)))


def test_two_hundred_that_are_told_to_come_again_all_hear_it(hatch):
    before = kept(hatch)
    assert answers(MANY, hatch, "assets", hatch._header) == {(429, "queue.full"): MANY}
    assert kept(hatch) == before


@pytest.mark.parametrize(("token", "path", "heard"), [
    ("none", "assets", (401, "client.bad_token")),
    ("good", "uploads/upl_of-nobody", (404, "upload.unknown")),
    ("good", "no/such/address", (404, "request.not_found")),
    ("good", "verifications", (413, "media.too_large")),
])  # fmt: skip
def test_so_do_all_who_are_refused_early(hatch, token, path, heard):
    header = hatch._header if token == "good" else {"Authorization": "Bearer nobody's"}
    if path.startswith("uploads"):
        header |= {"Tus-Resumable": "1.0.0", "Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}
    method = "PATCH" if path.startswith("uploads") else "POST"
    assert answers(SOME, hatch, path, header, method) == {heard: SOME}


def test_the_line_may_be_used_again_after_it(hatch):
    with requests.Session() as session:
        session.headers = hatch._header
        for _ in range(3):
            answer = session.post(hatch._at("assets"), data=BODY, headers=FORM, timeout=60)
            assert answer.status_code == 429
            assert session.get(hatch._at("assets"), timeout=60).status_code == 200


@pytest.mark.parametrize("pause", [0.5, 60], ids=["drips", "is silent"])
def test_whoever_goes_on_without_end_is_answered_at_once_and_holds_no_thread_for_long(web, pause):
    with socket.create_connection(("127.0.0.1", web.port), timeout=60) as line:
        line.sendall(
            b"POST /api/v1/assets HTTP/1.1\r\nHost: localhost\r\nContent-Length: 900000\r\n"
            b"Content-Type: multipart/form-data; boundary=edge\r\nAuthorization: Bearer nobody's\r\n\r\nabc"
        )
        assert line.recv(65536).startswith(b"HTTP/1.1 401 ")
        began = time.monotonic()
        line.settimeout(pause)
        while time.monotonic() - began < 60:
            with suppress(TimeoutError):
                if not line.recv(65536):
                    break
            with suppress(OSError):
                line.sendall(b"x")
        assert time.monotonic() - began < lines.UNREAD_SECONDS + 15
