"""Of one vendor, what a program of the sandbox makes is not there for the others, and what they make is not there for it."""

import json

import pytest
from django.utils import timezone

from registry.models import WebhookMessage
from tests import cast as people
from tests import shots
from tests.assets import build
from tests.described import description
from tests.interface import operations
from tests.provenance.test_sandbox_clients import nobody

pytestmark = pytest.mark.django_db
# Told to anybody, or the same for every program of the sandbox.
OF_NOBODY = ("/api/v1/disclosures/{credential}", "/api/v1/samples/{name}")
# What is no id of its own.
WITHIN = {"number": "1001"}


@pytest.fixture
def sides(studio, program, settings, tmp_path):
    """Of each side the program, and by the name of the parameter an id of everything that a program makes."""
    settings.UPLOADS_DIR, settings.WEBHOOK_TEST_SECONDS = str(tmp_path / "uploads"), 0
    people.verified(studio, at=timezone.now())
    real, sandbox = program(studio.parallax), program(studio.parallax, sandbox=True)
    return {
        "real": (real, made(real, shots.bare(studio, "nobody.jpg"), build.result_jpg())),
        "sandbox": (sandbox, made(sandbox, nobody(sandbox), build.plate_jpg())),
    }


def made(api, declared, content):
    webhook = api.post("/api/v1/webhooks", {"address": "https://hooks.example"}, format="json").json()["id"]
    tested = api.post(f"/api/v1/webhooks/{webhook}/test").json()["id"]
    sent = shots.send(api, content, declared)
    assert sent.status_code == 202, sent.content
    shots.work()
    begun = api.post("/api/v1/uploads", headers={"Tus-Resumable": "1.0.0", "Upload-Length": "10"})
    asked = {"production": declared["production"], "territories": ["GB"], "depictions": []}
    answered = api.post("/api/v1/clearances", asked, format="json")
    clearance = answered.json()["id"] if answered.status_code == 201 else sent.json()["decision"]
    return WITHIN | {
        "asset": sent.json()["id"], "production": declared["production"], "webhook": webhook, "delivery": tested,
        "upload": begun["Location"].rpartition("/")[2], "clearance": clearance,
    }  # fmt: skip


@pytest.mark.parametrize(("whose", "other"), [("real", "sandbox"), ("sandbox", "real")])
def test_whatever_one_side_made_is_not_there_for_the_other(sides, whose, other):
    own, ids = sides[whose]
    stranger, _ = sides[other]
    seen = 0
    for path, method, _, operation in operations(description()):
        if method != "get" or path in OF_NOBODY or not any(operation.get("security", ())):
            continue
        if "{" in path:
            assert stranger.get(path.format(**ids)).status_code == 404, path
            seen += own.get(path.format(**ids)).status_code == 200
        else:
            content = stranger.get(path).content.decode()
            assert not [one for name, one in ids.items() if name not in WITHIN and one in content], path
    assert seen >= 8  # of one's own, nearly all is there to be read
    quoted = stranger.post("/api/v1/suggestions", {"upload": ids["upload"]}, format="json")
    assert quoted.json()["code"] == "upload.unknown"


def test_a_webhook_of_the_sandbox_is_told_of_tests_alone_and_no_other_of_them(sides):
    told = WebhookMessage.objects.filter(type="asset.signed")
    assert told.count() == 2
    for message in told:
        data = json.loads(message.body)["data"]
        [side] = [name for name, (_, ids) in sides.items() if ids["asset"] == data["asset"]]
        [delivery] = message.deliveries.select_related("endpoint")
        assert delivery.endpoint.public_id == sides[side][1]["webhook"]
        assert data.get("sandbox") == (True if side == "sandbox" else None)
        assert delivery.endpoint.sandbox == (side == "sandbox")
