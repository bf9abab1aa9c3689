"""What every answer to a program brings along: what is left of its share, and a tag by which it need not be sent again."""

import re

import pytest
from rest_framework.test import APIClient

from registry.models import KeptAnswer
from tests import shots
from tests.assets import build

pytestmark = pytest.mark.django_db

POLICY = re.compile(r'"[a-z]+";q=[0-9]+;w=60(, "[a-z]+";q=[0-9]+;w=60)*')
LEFT = re.compile(r'"client";r=([0-9]+);t=([0-9]+)')


@pytest.fixture
def asset(studio, hatch):
    return shots.send(hatch, build.result_jpg(), shots.bare(studio, "shot")).json()["id"]


def left(answer):
    return int(LEFT.search(answer["RateLimit"])[1])


# --- shares -------------------------------------------------------------------------------------------------------


def test_every_answer_to_a_program_tells_what_is_left_of_its_share(studio, hatch, settings, program):
    settings.RATES = settings.RATES | {"client": 100}
    first, second = hatch.get("/api/v1/assets"), hatch.get("/api/v1/assets/none")
    assert (first.status_code, second.status_code) == (200, 404)
    for answer in (first, second, hatch.post("/api/v1/clearances", {}, format="json"), hatch.put("/api/v1/assets")):
        assert POLICY.fullmatch(answer["RateLimit-Policy"]) and '"client";q=100;w=60' in answer["RateLimit-Policy"]
        assert 0 < int(LEFT.search(answer["RateLimit"])[2]) <= 61
    assert left(first) - left(second) == 1
    reader = program(studio.parallax, "assets:read")
    assert left(reader.post("/api/v1/clearances", {}, format="json")) == 99  # without the scope it counts as well


def test_one_program_cannot_use_up_what_is_anothers(studio, hatch, settings, program):
    settings.RATES = settings.RATES | {"client": 2}
    other = program(studio.parallax)
    answers = [hatch.get("/api/v1/assets") for _ in range(3)]
    assert [one.status_code for one in answers] == [200, 200, 429]
    told = answers[2].json()
    assert told["code"] == "client.too_many_requests" and "results" not in told
    assert left(answers[2]) == 0 and 1 <= int(answers[2]["Retry-After"]) <= 61
    assert other.get("/api/v1/assets").status_code == 200


def test_questions_of_a_list_count_one_by_one(studio, hatch, settings):
    settings.RATES = settings.RATES | {"questions": 3}
    mira = {"person": studio.mira.public_id, "role": "target_likeness", "modality": "face", "use": "de_aging"}
    question = {"production": studio.harbor.public_id, "depictions": [mira]}
    both = hatch.post("/api/v1/clearances/batch", {"questions": [question] * 2}, format="json")
    assert both.status_code == 200 and '"questions";r=1;' in both["RateLimit"]
    more = hatch.post("/api/v1/clearances/batch", {"questions": [question] * 2}, format="json")
    assert (more.status_code, more.json()["code"]) == (429, "client.too_many_requests")
    assert studio.harbor.decisions.count() == 2


def test_strangers_are_told_as_well_and_whoever_is_not_counted_is_told_nothing(client, db, settings):
    settings.RATES = settings.RATES | {"window": 1}
    for status in (200, 429):
        answer = client.get("/api/v1/disclosures")
        assert answer.status_code == status and answer["RateLimit"].startswith('"window";r=0;t=')
        assert "RateLimit" in answer["Access-Control-Expose-Headers"]
    settings.RATES = settings.RATES | {"window": 0}
    assert "RateLimit" not in client.get("/api/v1/disclosures") and "RateLimit" not in client.get("/health/live")


# --- what one has already -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", ["assets", "assets/{asset}", "assets/{asset}/evidence", "productions", "productions/{work}"])
def test_what_a_program_has_is_not_sent_again(studio, hatch, asset, address):
    address = "/api/v1/" + address.format(asset=asset, work=studio.harbor.public_id)
    first = hatch.get(address)
    assert first.status_code == 200 and re.fullmatch('"[0-9a-f]{32}"', first["ETag"])
    assert "private" in first["Cache-Control"] and "Authorization" in first["Vary"]
    again = hatch.get(address, headers={"If-None-Match": f'"other", {first["ETag"]}'})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"]) and "RateLimit" in again
    assert hatch.get(address, headers={"If-None-Match": '"other"'}).content == first.content


def test_what_changed_has_another_tag(hatch, asset):
    before = hatch.get(f"/api/v1/assets/{asset}")["ETag"]
    shots.work()
    after = hatch.get(f"/api/v1/assets/{asset}", headers={"If-None-Match": before})
    assert (after.status_code, after.json()["state"]) == (200, "signed")


def test_a_tag_tells_nothing_to_another_tenant(studio, hatch, asset, program):
    tag = hatch.get(f"/api/v1/assets/{asset}")["ETag"]
    stranger = program(studio.umbra)
    assert stranger.get(f"/api/v1/assets/{asset}", headers={"If-None-Match": tag}).status_code == 404
    assert APIClient().get(f"/api/v1/assets/{asset}", headers={"If-None-Match": tag}).status_code == 401


def test_evidence_is_taken_only_over_what_was_read(hatch, asset):
    address = f"/api/v1/assets/{asset}/evidence"
    tag = hatch.get(address)["ETag"]

    def send(match):
        return hatch.post(address, {"operation": "x", "kind": "matte"}, format="multipart", headers={"If-Match": match})

    stale = send('"0123"')
    assert (stale.status_code, stale.json()["code"], stale.json()["etag"]) == (412, "request.precondition", tag)
    for right in (tag, "*", f'"0123", {tag}'):
        assert send(right).status_code == 422  # it is looked at, and is no evidence
    assert not KeptAnswer.objects.exists()
