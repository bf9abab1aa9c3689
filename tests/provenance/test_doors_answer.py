"""Every door of the interface answers what HTTP lets a program ask: other methods, other kinds, nothing at all."""

import pytest
from django.utils import timezone

from tests import cast as people
from tests import shots
from tests.assets import build

pytestmark = pytest.mark.django_db

DOORS = (
    "assets", "assets/ast_x", "assets/ast_x/content", "assets/ast_x/sidecar", "productions", "productions/prd_x", "clearances",
    "clearances/clr_x", "verifications", "verifications/by-hash/x", "oauth/token", "openapi.json", "docs",
)  # fmt: skip


def problem(answer, status, code):
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json"), answer.content
    told = answer.json()
    assert (told["status"], told["code"]) == (status, code) and told["detail"].endswith(".")
    return told


@pytest.mark.parametrize("door", DOORS)
def test_a_method_that_a_door_does_not_know_is_told_with_those_it_does(hatch, door):
    for method in ("PUT", "PATCH", "DELETE", "TRACE", "BREW"):
        answer = hatch.generic(method, f"/api/v1/{door}")
        problem(answer, 405, "request.method")
        assert "GET" in answer["Allow"] or "POST" in answer["Allow"]
    assert shots.nothing_kept()


@pytest.mark.parametrize("door", DOORS)
def test_options_never_fail(hatch, door):
    hatch.raise_request_exception = False
    assert hatch.options(f"/api/v1/{door}").status_code in (200, 204, 405)


@pytest.mark.parametrize("door", DOORS)
def test_an_address_with_a_slash_too_many_leads_nowhere(hatch, door):
    for address in (f"/api/v1/{door}/", f"/api/v1//{door}"):
        problem(hatch.get(address), 404, "request.not_found")


def test_a_signed_file_is_given_to_whoever_asks_for_its_kind(studio, hatch):
    asset = shots.send(hatch, build.result_jpg(), shots.bare(studio, "shot.jpg")).json()["id"]
    text = shots.send(hatch, b"A scene on the pier.", shots.bare(studio, "scene.txt"), name="scene.txt").json()["id"]
    shots.work()
    for address, kinds in (
        (f"{asset}/content", ("application/octet-stream", "image/jpeg", "image/*", "text/html,*/*;q=0.1")),
        (f"{text}/content", ("text/plain",)), (f"{text}/sidecar", ("application/c2pa", "application/octet-stream")),
    ):  # fmt: skip
        for kind in kinds:
            answer = hatch.get(f"/api/v1/assets/{address}", headers={"Accept": kind})
            assert answer.status_code == 200, answer.content
            assert answer["Content-Disposition"].startswith("attachment") and b"".join(answer.streaming_content)


@pytest.mark.parametrize("kind", ["application/octet-stream", "application/c2pa", "image/jpeg"])
def test_what_is_no_file_is_told_as_a_problem_even_to_who_asks_for_a_file(studio, hatch, kind):
    people.verified(studio, at=timezone.now())
    waiting = shots.send(hatch, build.result_jpg(), shots.bare(studio, "shot.jpg")).json()["id"]
    asked = {"Accept": kind}
    problem(hatch.get(f"/api/v1/assets/{waiting}/content", headers=asked), 409, "asset.not_signed")
    problem(hatch.get("/api/v1/assets/ast_x/content", headers=asked), 404, "asset.unknown")
    problem(hatch.get("/api/v1/assets", headers=asked), 406, "request.not_acceptable")
    assert shots.nothing_released()


@pytest.mark.parametrize("sent", [
    {"content_type": "application/json", "data": '{"grant_type": "client_credentials"}'},
    {"content_type": "application/x-www-form-urlencoded", "data": ""},
])  # fmt: skip
def test_a_question_for_a_token_that_is_no_form_is_told_how_to_ask(client, db, sent):
    answer = client.post("/api/v1/oauth/token", **sent)
    told = answer.json()
    assert (answer.status_code, told["error"]) == (400, "invalid_request") and "access_token" not in told
    assert "grant_type=client_credentials" in told["detail"] and "form" in told["detail"]


def test_a_blank_title_and_a_part_called_like_the_asset_are_refused(studio, hatch):
    people.verified(studio, at=timezone.now())
    plate = shots.declaration(studio)["ingredients"][0]
    for changes, pointer in (
        ({"title": " \u3000"}, "/title"), ({"title": ""}, "/title"),
        ({"ingredients": [plate | {"part": "file"}]}, "/ingredients/0/part"),
        ({"ingredients": [plate | {"part": "declaration"}]}, "/ingredients/0/part"),
    ):  # fmt: skip
        answer = shots.send(hatch, build.result_jpg(), shots.declaration(studio, **changes))
        told = problem(answer, 422, "declaration.invalid")
        assert [one["pointer"] for one in told["errors"]] == [pointer]
    assert shots.nothing_kept()
