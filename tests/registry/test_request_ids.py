"""A request has one id: in its answer, and beside everything logged on its way; logs obey nothing a visitor sent."""

import io
import json
import logging

import pytest
from django.test import Client

from registry import logs

pytestmark = pytest.mark.django_db


@pytest.fixture
def written():
    """What is written to the log, as the lines an operator gets."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    ours = next(h for h in logging.getLogger().handlers if type(h) is logging.StreamHandler)
    handler.setFormatter(ours.formatter)
    logging.getLogger().addHandler(handler)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    logging.getLogger().removeHandler(handler)


def test_every_answer_names_its_request():
    first, second = (Client().get("/api/v1/nowhere")["X-Request-ID"] for _ in range(2))
    assert first != second and first.startswith("req_")


@pytest.mark.parametrize(("given", "kept"), [
    ("9c1f2a77-4e0b", True), ("short", False), ("a" * 65, False), ("x\x1b[31mred-alert", False), ("ok_ok_ok_<script>", False),
])  # fmt: skip
def test_a_well_formed_id_of_the_caller_is_kept(given, kept):
    answer = Client().get("/api/v1/nowhere", headers={"X-Request-ID": given})
    assert (answer["X-Request-ID"] == given) is kept
    assert answer.json()["request_id"] == answer["X-Request-ID"]


def test_a_request_is_one_line_without_query_or_body(written):
    Client().post("/api/v1/oauth/token?code=hidden", {"client_secret": "hidden"}, headers={"X-Request-ID": "trace-0001"})
    [line] = [line for line in written() if line["event"] == "request"]
    assert line["request_id"] == "trace-0001"
    assert (line["method"], line["path"], line["status"]) == ("POST", "/api/v1/oauth/token", 400)
    assert "hidden" not in json.dumps(written())


def test_health_and_styles_are_not_logged(written):
    Client().get("/health/live")
    Client().get("/static/countersign/site.css")
    assert not [line for line in written() if line["event"] == "request"]


def test_nothing_logged_moves_a_terminal_or_adds_a_line(written):
    Client().get("/api/v1/%1b%5b31m%0d%0a%7b%22forged%22%3a1%7d%e2%80%ae")
    logging.getLogger("tests").warning("named \x1b[2J\u202e and\nmore %s", "\x00\x9b")
    lines = written()
    assert len(lines) == 2 and all(line["level"] for line in lines)
    for line in lines:
        assert not logs.UNSEEN.search(line.get("path", "").replace("\n", "")) and not logs.UNSEEN.search(line["event"])
    assert lines[1]["event"] == "named \ufffd[2J\ufffd and\nmore \ufffd\ufffd"
