"""An answer that is given before the body was read reaches whoever is still sending: the line is not reset over it.

Of 200 programs told “429” while they sent two megabytes each, 83 saw a connection reset instead, and could not know why.
"""

import json
import socket
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
import requests

from registry import lines
from tests.faults import acts
from tests.faults.house import Hatch, Web

MANY, SOME = 200, 20
BODY = b"x" * 2_000_000


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


def answers(many, ask):
    """What each of many that ask at once is told, or how its line ended."""

    def one(_):
        try:
            answer = ask()
        except requests.RequestException as broken:
            return type(broken).__name__, ""
        return answer.status_code, answer.json()["code"]

    with ThreadPoolExecutor(many) as pool:
        return Counter(pool.map(one, range(many)))


def test_two_hundred_that_are_told_to_come_again_all_hear_it(hatch):
    before = kept(hatch)
    assert answers(MANY, lambda: hatch.send({}, file=BODY, timeout=300)) == {(429, "queue.full"): MANY}
    assert kept(hatch) == before


@pytest.mark.parametrize(("token", "path", "told"), [
    ("none", "assets", (401, "client.bad_token")),
    ("good", "uploads/upl_of-nobody", (404, "upload.unknown")),
    ("good", "assets/ast_of-nobody/evidence", (404, "asset.unknown")),
    ("good", "no/such/address", (404, "request.not_found")),
    ("good", "verifications", (413, "media.too_large")),
])  # fmt: skip
def test_so_do_all_who_are_refused_early(hatch, token, path, told):
    header = hatch._header if token == "good" else {"Authorization": "Bearer nobody's"}
    ask = requests.patch if path.startswith("uploads") else requests.post
    tus = {"Tus-Resumable": "1.0.0", "Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}
    sent = {"data": BODY, "headers": header | tus} if ask is requests.patch else {"files": {"file": BODY}, "headers": header}
    assert answers(SOME, lambda: ask(hatch._at(path), timeout=300, **sent)) == {told: SOME}


def test_the_line_may_be_used_again_after_it(hatch):
    with requests.Session() as session:
        session.headers = hatch._header
        for _ in range(3):
            answer = session.post(hatch._at("assets"), files={"file": BODY}, data={"declaration": json.dumps({})}, timeout=60)
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
