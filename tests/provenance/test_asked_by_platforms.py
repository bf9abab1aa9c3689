"""Platforms ask about many files at once, keep what they were told, and are counted by what it costs; nobody is written down."""

import json
import logging

import pytest
from django.apps import apps
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from provenance import verification
from provenance.api import verifications
from provenance.models import KnownContent, Verdict
from tests.assets import build
from tests.provenance import registered
from tests.provenance.registered import sha256
from tests.provenance.test_status_list import uphold

pytestmark = pytest.mark.django_db
CHECKS = "/api/v1/verifications"
PLATE = build.library() / "plate.jpg"


def ask(client, hashes, **headers):
    return client.post(CHECKS, {"sha256": hashes}, content_type="application/json", headers=headers)


def results(client, hashes):
    answer = ask(client, hashes)
    assert answer.status_code == 207, answer.content
    return answer.json()["results"]


def test_each_fingerprint_is_answered_in_its_turn_and_in_one_shape(client, django_assert_max_num_queries):
    made = registered.credential(b"signed", b"received")
    registered.asset(b"an upload that waits")
    given = [sha256(b"never seen"), "nonsense", sha256(b"received"), sha256(b"an upload that waits"), made.sha256.upper()]
    with django_assert_max_num_queries(6):
        told = results(client, given)
    assert [one["state"] for one in told] == ["unknown", "not_a_hash", "known", "unknown", "known"]
    assert len({tuple(one) for one in told}) == 1, "one shape"
    assert told[0] | {"sha256": ""} == told[3] | {"sha256": ""}
    assert told[4]["page"].endswith(f"/c/{made.public_id}") and told[4]["extent"]["band"] == "minor"
    assert (told[4]["consent"]["at_signing"], told[4]["consent"]["now"]) == ("confirmed", "confirmed")
    assert told[2]["conclusions"]["registry"] == "registered_stripped"


def test_what_is_concluded_is_what_is_concluded_of_one(client):
    made = registered.credential(b"signed", b"received")
    KnownContent.objects.create(sha256=sha256(b"frame"), asset=made.asset, kind=KnownContent.Kind.DESCRIBED)
    asked = [sha256(b"signed"), sha256(b"received"), sha256(b"frame"), sha256(b"unknown")]
    for one, digest in zip(results(client, asked), asked, strict=True):
        alone = verification.by_hash(sha256=digest, at=timezone.now()).as_dict()
        assert one["conclusions"] == {name: alone[name]["state"] for name in one["conclusions"]}


def test_a_thousand_take_as_many_queries_as_one_and_one_more_is_refused(client, django_assert_max_num_queries):
    registered.credential(b"signed")
    given = [sha256(str(number).encode()) for number in range(999)] + [sha256(b"signed")]
    with django_assert_max_num_queries(6):
        assert [one["state"] for one in results(client, given)][-2:] == ["unknown", "known"]
    assert ask(client, [*given, "x"]).status_code == 422


def test_one_may_be_asked_about_without_a_list_and_an_empty_list_is_answered(client):
    assert [one["state"] for one in results(client, sha256(b"x"))] == ["unknown"]
    assert results(client, []) == []


@pytest.mark.parametrize("body", [{"sha256": 7}, {"hash": "x"}, {}, {"sha256": None}, [], {"sha256": {"a": 1}}])
def test_what_is_no_question_is_refused(client, body):
    answer = client.post(CHECKS, json.dumps(body), content_type="application/json")
    assert answer.status_code == 422 and answer["Access-Control-Allow-Origin"] == "*"


def test_what_was_withdrawn_says_so_and_the_sandbox_is_unknown(client):
    made = registered.credential(b"signed", b"received")
    uphold(made)
    assert results(client, made.sha256)[0]["withdrawn_on"] == "2026-08-01T00:00:00Z"
    registered.credential(b"sandboxed", b"a sample", sandbox=True, manifest_label="urn:c2pa:sandbox")
    hidden = [sha256(b"sandboxed"), sha256(b"a sample")]
    assert [one["state"] for one in results(client, hidden)] == ["unknown", "unknown"]
    for digest in hidden:
        assert client.get(f"{CHECKS}/by-hash/{digest}").json()["registry"]["state"] == "unknown"


def test_a_check_is_kept_where_that_is_asked_for_and_only_there(client):
    content = PLATE.read_bytes()
    answer = client.post(f"{CHECKS}?keep=yes", {"file": SimpleUploadedFile("secret-title.jpg", content)})
    assert answer.status_code == 200, answer.content
    kept = Verdict.objects.get()
    assert answer.json()["verdict"].endswith(f"/v/{kept.public_id}") and kept.sha256 == sha256(content)
    assert answer["Link"] == f'<{answer.json()["verdict"]}>; rel="bookmark"' and "secret-title" not in str(kept.reports)
    assert client.get(f"/v/{kept.public_id}.json").json()["sha256"] == kept.sha256
    bare = client.post(CHECKS, content, content_type="image/jpeg")
    assert bare.status_code == 200 and "verdict" not in bare.json() and "Link" not in bare
    assert Verdict.objects.count() == 1
    for refused in (client.post(f"{CHECKS}?keep=no", content, content_type="image/jpeg"),
                    client.post(f"{CHECKS}?keep=yes", {"sha256": "x"}, content_type="application/json")):  # fmt: skip
        assert refused.status_code == 400 and refused.json()["code"] == "request.parameter"
    assert Verdict.objects.count() == 1


def test_an_answer_by_hash_has_an_etag_that_holds_until_something_changes(client):
    made = registered.credential(b"signed")
    grant = registered.grant_behind(made)
    address = f"{CHECKS}/by-hash/{made.sha256}"
    first = client.get(address)
    assert first["Cache-Control"] == "public, no-cache" and first["Access-Control-Allow-Origin"] == "*"
    again = client.get(address, headers={"if-none-match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert (client.head(address)["ETag"], client.head(address).content) == (first["ETag"], b"")
    registered.end(grant, at=timezone.now())
    ended = client.get(address, headers={"if-none-match": first["ETag"]})
    assert ended.status_code == 200 and ended.json()["consent"]["details"]["now"] == "ended"


def test_a_browser_may_send_a_question_from_any_page(client):
    answer = client.options(CHECKS, headers={"origin": "https://platform.example"})
    assert answer.status_code == 204 and "POST" in answer["Access-Control-Allow-Methods"]
    assert "Content-Type" in answer["Access-Control-Allow-Headers"] and answer["Access-Control-Allow-Origin"] == "*"


# --- how often ----------------------------------------------------------------------------------------------------


@pytest.fixture
def counted(settings):
    settings.RATES = settings.RATES | {"window": 60, "verification": 40, "client_window": 200, "client": 1000}
    cache.clear()


def test_a_thousand_fingerprints_count_as_fifty_look_ups(client, counted):
    answer = ask(client, [sha256(b"x")] * 1000)
    assert answer.status_code == 207 and '"window";r=10' in answer["RateLimit"]
    refused = ask(client, [sha256(b"x")] * 1000)
    assert refused.status_code == 429 and refused["Retry-After"] and refused["Access-Control-Allow-Origin"] == "*"
    assert refused.json()["code"] == "client.too_many_requests"


def test_a_large_file_counts_as_many_checks_before_it_is_read(client, counted, monkeypatch):
    content = PLATE.read_bytes()
    monkeypatch.setattr(verifications, "BYTES_FOR_ONE", len(content) // 30)
    answer = client.post(CHECKS, content, content_type="image/jpeg")
    assert answer.status_code == 200 and '"verification";r=9' in answer["RateLimit"]
    refused = client.post(CHECKS, content, content_type="image/jpeg")
    assert refused.status_code == 429 and '"verification";q=40' in refused["RateLimit-Policy"]
    assert 1 + 2 * 1024**3 // 64 // 1024**2 == 33, "what a film of 2 GB counts"


def test_a_program_is_counted_by_itself_and_has_more(client, hatch, counted):
    token = hatch._credentials["HTTP_AUTHORIZATION"]
    for _ in range(3):
        answer = ask(client, [sha256(b"x")] * 1000, authorization=token)
        assert answer.status_code == 207, answer.content
    assert '"client_window";r=50' in answer["RateLimit"]
    assert ask(client, [sha256(b"x")]).status_code == 207, "its address has its own share still"
    wrong = ask(client, [sha256(b"x")], authorization="Bearer made-up")
    assert wrong.status_code == 401 and "results" not in wrong.json()


# --- nobody is written down ---------------------------------------------------------------------------------------


def test_neither_who_asked_nor_about_what_is_kept_anywhere(client, caplog, capfd):
    content, visitor = PLATE.read_bytes(), "203.0.113.77"
    digest, never = sha256(content), sha256(b"asked about, never seen")
    keys, set_to = [], cache.add
    cache.add = lambda key, *given, **more: keys.append((key, given)) or set_to(key, *given, **more)
    try:
        with caplog.at_level(logging.DEBUG):
            client.post(CHECKS, {"file": SimpleUploadedFile("secret-title.jpg", content)}, REMOTE_ADDR=visitor)
            client.post(CHECKS, content, content_type="image/jpeg", REMOTE_ADDR=visitor)
            client.post(CHECKS, {"sha256": [digest, never]}, content_type="application/json", REMOTE_ADDR=visitor)
            client.get(f"{CHECKS}/by-hash/{never}", REMOTE_ADDR=visitor)
            client.get("/api/v1/status-list", REMOTE_ADDR=visitor)
    finally:
        del cache.add
    assert keys, "it was counted"
    written = "".join([caplog.text, *capfd.readouterr(), repr(keys), *(repr(record.__dict__) for record in caplog.records
                                                                       if record.name != "django.db.backends")])  # fmt: skip
    rows = "".join(repr(row) for model in apps.get_models() for row in model.objects.values())
    for private in (visitor, digest, never, "secret-title"):
        assert private not in written and private not in rows
