"""What a server cannot be made to do on demand: it is busy, away, or drops the line; nothing is sent twice, nothing leaks."""

import hashlib
import json

import httpx
import pytest
from countersign import Client, Misused, Refused, SignedOut, Unavailable, tus
from countersign.line import Pauses, checked_site, retry_after

SITE = "https://registry.example"
PIECE = 1024 * 1024
ASSET = {"id": "ast_1", "state": "received"}


class Registry:
    """Answers in turn as the test says, and remembers what it was asked."""

    def __init__(self, *answers):
        self.answers, self.asked, self.slept = list(answers), [], []
        self.tokens = 0

    def __call__(self, request):
        if request.url.path.endswith("/oauth/token"):
            self.tokens += 1
            return httpx.Response(200, json={"access_token": f"token-{self.tokens}", "expires_in": 900})
        request.read()
        self.asked.append(request)
        found = self.answers.pop(0)
        if isinstance(found, Exception):
            raise found
        return found(request) if callable(found) else found

    def client(self, **more):
        told = {"resumed_from": PIECE, "transport": httpx.MockTransport(self), "sleep": self.slept.append}
        return Client(SITE, "id", "secret", **told, **more)


def problem(status, code, detail="No.", **more):
    headers = {"Retry-After": str(more.pop("after"))} if "after" in more else {}
    document = {"status": status, "code": code, "detail": detail, "errors": [], **more}
    return httpx.Response(status, json=document, headers=headers)


def test_a_busy_registry_is_obeyed_and_asked_again_under_the_same_key():
    registry = Registry(
        problem(429, "client.too_many_requests", after=7), problem(503, "service.unavailable", after=3),
        httpx.ReadError("gone"), httpx.Response(201, json={"id": "dec_1", "outcome": "permit"}),
    )  # fmt: skip
    told = registry.client().ask({"production": "prd_1", "depictions": []})
    assert told["outcome"] == "permit"
    assert 7 <= registry.slept[0] < 8 and 3 <= registry.slept[1] < 4 and registry.slept[2] < 1
    keys = {one.headers["Idempotency-Key"] for one in registry.asked}
    assert len(registry.asked) == 4 and len(keys) == 1


def test_two_acts_have_two_keys():
    registry = Registry(*(httpx.Response(201, json={"id": "dec_1", "outcome": "permit"}) for _ in range(2)))
    client = registry.client()
    for _ in range(2):
        client.ask({"production": "prd_1", "depictions": []})
    first, second = (one.headers["Idempotency-Key"] for one in registry.asked)
    assert first != second


def test_who_asks_longer_than_patience_lasts_is_told_why():
    registry = Registry(problem(503, "service.unavailable", "The registry cannot reach its own records.", after=120))
    with pytest.raises(Unavailable, match="cannot reach its own records") as told:
        registry.client(patience=60).asset("ast_1")
    assert told.value.exit_code == 5 and registry.slept == []


def test_another_request_under_way_is_waited_for():
    registry = Registry(problem(409, "request.key_in_use", retry_after=2), httpx.Response(200, json=ASSET))
    assert registry.client().asset("ast_1")["id"] == "ast_1"
    assert 2 <= registry.slept[0] < 3


def test_pauses_double_and_never_come_together():
    pauses, other = Pauses(10_000), Pauses(10_000)
    ours, theirs = [pauses.next() for _ in range(10)], [other.next() for _ in range(10)]
    assert ours != theirs and max(ours) <= 60
    assert all(0.25 * 2**step <= pause <= 0.5 * 2**step for step, pause in enumerate(ours[:7]))


@pytest.mark.parametrize("told, seconds", [("4", 4), ("soon", None), ("", None), ("Wed, 21 Oct 2015 07:28:00 GMT", 0)])
def test_retry_after_is_seconds_or_a_date(told, seconds):
    assert retry_after(httpx.Response(429, headers={"Retry-After": told} if told else {})) == seconds


def test_a_token_that_ended_is_fetched_anew_once():
    registry = Registry(problem(401, "client.unauthenticated"), httpx.Response(200, json=ASSET))
    registry.client().asset("ast_1")
    assert [one.headers["Authorization"] for one in registry.asked] == ["Bearer token-1", "Bearer token-2"]
    registry = Registry(*(problem(401, "client.unauthenticated") for _ in range(2)))
    with pytest.raises(SignedOut):
        registry.client().asset("ast_1")


def test_a_mistake_of_the_registry_is_told_with_its_number_and_not_repeated():
    registry = Registry(problem(500, "service.error", "The registry made a mistake.", request_id="req_7"))
    with pytest.raises(Unavailable, match="req_7"):
        registry.client().asset("ast_1")


def test_a_page_in_between_is_no_answer():
    registry = Registry(httpx.Response(200, text="<html>Sign in to the hotel's network</html>"))
    with pytest.raises(Unavailable, match="proxy"):
        registry.client().asset("ast_1")


@pytest.mark.parametrize("site", ["http://registry.example", "ftp://registry.example", "https://", "https://me:pw@registry.example"])
def test_a_secret_goes_nowhere_in_the_clear(site):
    with pytest.raises(Misused):
        checked_site(site)
    assert checked_site("registry.example") == SITE and checked_site("http://localhost:8000/") == "http://localhost:8000"


def test_a_redirect_is_told_and_not_followed():
    registry = Registry(httpx.Response(308, headers={"Location": "https://elsewhere.example/"}))
    with pytest.raises(Misused, match="elsewhere"):
        registry.client().asset("ast_1")
    assert len(registry.asked) == 1


# ── Uploads that resume ──────────────────────────────────────────────────────────────────────────────────────────


class Uploads(Registry):
    """tus 1.0 as far as a file needs it; `cut` are the numbers of the pieces at which the line drops after half of it."""

    def __init__(self, cut=()):
        super().__init__()
        self.kept, self.pieces, self.cut, self.offsets = bytearray(), 0, set(cut), []

    def __call__(self, request):
        if request.url.path.endswith("/oauth/token"):
            return super().__call__(request)
        assert request.url.host == "registry.example"
        request.read()
        self.asked.append(request)
        if request.method == "POST" and request.url.path == "/api/v1/uploads":
            self.size = int(request.headers["Upload-Length"])
            # It knows itself by another name than it is asked by.
            return httpx.Response(201, headers={"Location": "http://web-1:8000/api/v1/uploads/upl_1"})
        if request.method == "HEAD":
            return httpx.Response(200, headers={"Upload-Offset": str(len(self.kept))})
        if request.method == "PATCH":
            return self.piece(request)
        return httpx.Response(202, json=ASSET)

    def piece(self, request):
        assert request.headers["Content-Type"] == "application/offset+octet-stream"
        assert request.headers["Tus-Resumable"] == "1.0.0"
        offset, body = int(request.headers["Upload-Offset"]), request.content
        self.offsets.append(offset)
        self.pieces += 1
        if offset != len(self.kept):
            return httpx.Response(409)
        if self.pieces in self.cut:
            self.kept += body[: len(body) // 2]
            raise httpx.WriteError("broken pipe")
        self.kept += body
        return httpx.Response(204, headers={"Upload-Offset": str(len(self.kept))})


@pytest.fixture(autouse=True)
def _small_pieces(monkeypatch):
    monkeypatch.setattr(tus, "PIECE", PIECE)


@pytest.fixture(scope="module")
def film(tmp_path_factory):
    path = tmp_path_factory.mktemp("film") / "sh010.mov"
    path.write_bytes(hashlib.sha256(b"sh010").digest() * ((2 * PIECE + 4096) // 32))
    return path


def test_a_dropped_line_resumes_where_it_stopped(film):
    uploads, heard = Uploads(cut={2}), []
    asset = uploads.client().send(film, {"production": "prd_1"}, key="k-1", moved=lambda path, arrived: heard.append(arrived))
    assert asset["id"] == "ast_1"
    assert bytes(uploads.kept) == film.read_bytes()
    assert uploads.offsets == [0, PIECE, PIECE + PIECE // 2]
    assert heard[-1] == film.stat().st_size
    last = uploads.asked[-1]
    assert json.loads(last.content) == {"upload": "upl_1", "declaration": {"production": "prd_1"}}
    assert last.headers["Idempotency-Key"] == "k-1"


def test_where_there_are_no_uploads_a_form_does(film):
    registry = Registry(problem(404, "request.not_found"), httpx.Response(202, json=ASSET))
    assert registry.client().send(film, {"production": "prd_1"})["id"] == "ast_1"
    form = registry.asked[-1]
    assert form.headers["Content-Type"].startswith("multipart/form-data")
    assert int(form.headers["Content-Length"]) == len(form.content) > film.stat().st_size


def test_what_was_swept_begins_anew(film):
    class Swept(Uploads):
        gone = 0

        def __call__(self, request):
            if request.method == "HEAD" and not self.gone:
                self.gone += 1
                return httpx.Response(410)
            return super().__call__(request)

    uploads = Swept()
    assert uploads.client().send(film, {"production": "prd_1"})["id"] == "ast_1"
    assert bytes(uploads.kept) == film.read_bytes()


def test_parts_go_to_a_bucket_without_the_token(film):
    """Storage of its own: the registry gives addresses, one of which has expired meanwhile."""
    size, part = film.stat().st_size, 600 * 1024
    arrived, expired = {}, {2}

    def answer(request):
        if request.url.host == "bucket.example":
            assert "Authorization" not in request.headers
            number = int(request.url.params["part"])
            if number in expired:
                expired.discard(number)
                return httpx.Response(403)
            arrived[number] = request.read()
            assert int(request.headers["Content-Length"]) == len(arrived[number])
            return httpx.Response(200, headers={"ETag": f'"{number}"'})
        path, asked = request.url.path, request.read()
        if path.endswith("/token"):
            return httpx.Response(200, json={"access_token": "t", "expires_in": 900})
        if path == "/api/v1/uploads" and "Upload-Length" in request.headers:
            return problem(409, "upload.tus_not_here")
        addresses = [{"number": one, "url": f"https://bucket.example/?part={one}"} for one in (1, 2, 3, 4)]
        if path == "/api/v1/uploads":
            assert json.loads(asked) == {"filename": "sh010.mov", "size": size, "parts": True,
                                         "sha256": hashlib.sha256(film.read_bytes()).hexdigest()}  # fmt: skip
            told = {"id": "upl_1", "state": "arriving", "part_size": part, "parts": 4, "addresses": addresses[:3]}
            return httpx.Response(201, json=told)
        if path.endswith("/parts"):
            numbers = json.loads(asked)["numbers"]
            return httpx.Response(200, json={"addresses": [one for one in addresses if one["number"] in numbers]})
        if path.endswith("/complete"):
            assert json.loads(asked)["parts"] == [{"number": one, "etag": f'"{one}"'} for one in (1, 2, 3, 4)]
            return httpx.Response(202, json={"id": "upl_1", "state": "checking"})
        if path == "/api/v1/uploads/upl_1":
            return httpx.Response(200, json={"id": "upl_1", "state": "complete"})
        assert json.loads(asked)["upload"] == "upl_1"
        return httpx.Response(202, json=ASSET)

    waited = {"transport": httpx.MockTransport(answer), "sleep": lambda seconds: None, "resumed_from": PIECE}
    client = Client(SITE, "id", "secret", **waited)
    assert client.send(film, {"production": "prd_1"})["id"] == "ast_1"
    assert b"".join(arrived[number] for number in (1, 2, 3, 4)) == film.read_bytes()


def test_a_refusal_brings_what_would_clear_it():
    told = {"to_clear": ["A consent signed by M. Vale."], "decision": "dec_1"}
    registry = Registry(problem(403, "consent.no_grant", "No consent is on file.", **told))
    with pytest.raises(Refused) as refused:
        registry.client().asset("ast_1")
    assert refused.value.exit_code == 3 and refused.value.told()["to_clear"] == told["to_clear"]
