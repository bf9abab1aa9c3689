"""Every error of the interface is a problem document (RFC 9457); every error of a page is a sentence."""

import json

import pytest
from django.test import Client
from rest_framework.exceptions import ErrorDetail
from rest_framework.test import APIClient

from registry.errors import Fault
from registry.problems import MEDIA_TYPE, STATUS, TITLES, faults_in

MEMBERS = {"type", "title", "status", "detail", "code", "instance", "request_id", "errors"}
pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.registry.doors")]


@pytest.fixture
def api():
    return APIClient(raise_request_exception=False)


def told(answer, status, code):
    """The answer is a whole problem document of that status and code; gives it."""
    assert answer.status_code == status
    assert answer["Content-Type"].split(";")[0] == MEDIA_TYPE
    document = json.loads(answer.content)
    assert set(document) >= MEMBERS
    assert (document["status"], document["code"]) == (status, code)
    assert document["type"] == f"http://localhost:8000/problems/{code}"
    assert document["title"] == TITLES[status] and document["detail"].endswith(".")
    assert document["request_id"] == answer["X-Request-ID"]
    return document


@pytest.mark.parametrize(("family", "status"), [(family.__name__, status) for family, status in STATUS.items()])
def test_each_family_has_its_status(api, family, status):
    document = told(api.get(f"/api/v1/falls/{family}"), status, "shot.refused")
    assert document["errors"] == [{"pointer": "/code", "code": "shot.code", "detail": "Too long."}]
    assert (document["shot"], document["instance"]) == ("sh114", f"/api/v1/falls/{family}")


def test_what_may_be_tried_again_says_when(api):
    for how in ("Unavailable", "TooMany", "database"):
        assert int(api.get(f"/api/v1/falls/{how}")["Retry-After"]) > 0


def test_an_unknown_address_below_the_interface(api):
    told(api.get("/api/v1/nowhere"), 404, "request.not_found")


def test_a_wrong_method_names_the_right_ones(api):
    answer = api.delete("/api/v1/open")
    told(answer, 405, "request.method")
    assert "GET" in answer["Allow"] and "POST" in answer["Allow"]


def test_broken_json(api):
    told(api.post("/api/v1/open", "{", content_type="application/json"), 400, "request.malformed")


def test_a_media_type_nobody_reads(api):
    document = told(api.post("/api/v1/open", "<shot/>", content_type="application/xml"), 415, "request.media_type")
    assert "application/xml" in document["detail"]


def test_a_media_type_nobody_writes(api):
    told(api.get("/api/v1/open", headers={"Accept": "application/xml"}), 406, "request.not_acceptable")


def test_a_form_that_says_it_is_multipart_and_is_not(api):
    answer = api.post("/api/v1/open", b"nonsense", content_type="multipart/form-data; boundary=x")
    assert told(answer, answer.status_code, answer.json()["code"])["status"] in (400, 422)


def test_a_body_beyond_the_limit(api, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    told(Client().post("/api/v1/oauth/token", "a=" + "b" * 200, content_type="application/x-www-form-urlencoded"),
         413, "request.too_large")  # fmt: skip


def test_every_fault_of_a_form_is_pointed_at(api):
    sent = {"code": "sh114-v002", "people": [{"alias": "M. Vale"}, {}]}
    document = told(api.post("/api/v1/open", sent), 422, "request.invalid")
    assert [(fault["pointer"], fault["code"]) for fault in document["errors"]] == [
        ("/code", "request.max_length"), ("/frames", "request.required"), ("/people/1/alias", "request.required"),
    ]  # fmt: skip


def test_pointers_escape_what_json_pointer_escapes():
    detail = {"a/b": {"c~d": [ErrorDetail("No.", "invalid")]}, "non_field_errors": [ErrorDetail("Both.", "both")]}
    assert list(faults_in(detail)) == [
        Fault("/a~1b/c~0d", "request.invalid", "No."), Fault("", "request.both", "Both.")]  # fmt: skip





def test_records_that_cannot_be_reached_tell_nothing_of_where_they_are(api, caplog):
    answer = api.get("/api/v1/falls/database")
    told(answer, 503, "service.unavailable")
    assert b"10.0.0.7" not in answer.content
    assert any(entry.exc_info for entry in caplog.records)


@pytest.mark.parametrize(("how", "status"), [("NotFound", 404), ("Invalid", 422), ("database", 503), ("by-mistake", 500)])
def test_a_page_answers_with_a_sentence(how, status):
    answer = Client(raise_request_exception=False).get(f"/falls/{how}")
    assert answer.status_code == status
    assert answer["Content-Type"].startswith("text/html") and b"<h1>" in answer.content
    assert b"secret" not in answer.content and b"10.0.0.7" not in answer.content


def test_a_page_that_is_asked_for_too_often(settings):
    settings.RATES = settings.RATES | {"window": 1}
    browser = Client()
    assert browser.get("/counted").status_code == 200
    refused = browser.get("/counted")
    assert refused.status_code == 429 and int(refused["Retry-After"]) <= 61
    assert b"try again in" in refused.content
    assert Client(REMOTE_ADDR="203.0.113.9").get("/counted").status_code == 200


def test_an_address_is_believed_as_far_as_our_proxies_vouch(settings):
    settings.RATES, settings.PROXIES = settings.RATES | {"window": 1}, 1
    for place, status in (("198.51.100.1", 200), ("198.51.100.2", 200), ("198.51.100.1", 429)):
        forwarded = {"X-Forwarded-For": f"10.9.9.9, {place}"}
        assert Client().get("/counted", headers=forwarded).status_code == status


def test_programs_that_speak_plainly_are_refused_in_production(settings):
    settings.SECURE_SSL_REDIRECT = True
    told(Client().post("/api/v1/oauth/token"), 403, "request.not_secure")
    assert Client().post("/api/v1/oauth/token", secure=True).status_code == 400
    assert Client().get("/counted").status_code == 301
