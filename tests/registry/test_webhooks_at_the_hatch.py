"""A program has its organisation's webhooks added, changed, tried out, looked into and sent again; another's are none."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from registry import outbound
from registry.models import Event, WebhookDelivery, WebhookEndpoint, WebhookMessage
from registry.webhooks import courier, outbox
from tests import receivers

pytestmark = pytest.mark.django_db
ADDRESS = "https://hooks.parallax.example/countersign"
WEBHOOKS = "/api/v1/webhooks"


@pytest.fixture
def api(cast, program, settings):
    settings.WEBHOOK_TEST_SECONDS = 0
    return program(cast.parallax)


def created(api, **asked):
    answer = api.post(WEBHOOKS, {"address": ADDRESS, **asked})
    assert answer.status_code == 201, answer.content
    return answer.json()


def told(cast, kind="asset.signed", at=None):
    outbox.publish(cast.parallax, kind, {"asset": "ast_1"}, at=at or timezone.now())


def carried(status):
    courier.carry(clock=timezone.now, post=lambda *_: outbound.Answer(status, {}, b"No <b>thanks</b>", False))


def refused(answer, status, code):
    assert (answer.status_code, answer.json().get("code")) == (status, code), answer.content
    return answer.json()


def test_a_secret_is_shown_once_and_kept_encrypted(api, cast):
    made = created(api, events=["asset.signed"], description="Farm")
    assert made["secret"].startswith("whsec_") and made["disabled"] is False
    row = WebhookEndpoint.objects.get(public_id=made["id"])
    assert row.secret == made["secret"] and made["secret"][6:].encode() not in bytes(row.__dict__["secret"])
    again = api.get(made["links"]["self"]).json()
    assert "secret" not in again and again == {name: value for name, value in made.items() if name != "secret"}
    assert [one["id"] for one in api.get(WEBHOOKS).json()["results"]] == [made["id"]]
    [noted] = Event.objects.filter(chain=made["id"])
    assert noted.tag == "webhook:created" and noted.organisation == cast.parallax and "whsec" not in noted.body


@pytest.mark.parametrize(
    ("asked", "code", "pointer"),
    [
        ({"address": "http://hooks.example.com/"}, "outbound.address", "/address"),
        ({"address": "https://127.0.0.1/"}, "outbound.not_public", "/address"),
        ({"address": "https://user:x@hooks.example.com/"}, "outbound.address", "/address"),
        ({"address": ADDRESS, "events": ["asset.eaten"]}, "webhook.unknown_event", "/events"),
        ({"address": ADDRESS, "event": ["asset.signed"]}, "request.invalid", "/event"),
        ({}, "request.invalid", "/address"),
    ],
)
def test_what_cannot_be_a_webhook_is_refused_with_the_place_at_fault(api, asked, code, pointer):
    told = refused(api.post(WEBHOOKS, asked), 422, code)
    assert told["errors"][0]["pointer"] == pointer
    assert not WebhookEndpoint.objects.exists()


def test_it_is_changed_disabled_enabled_and_deleted(api, cast):
    made = created(api)
    own = made["links"]["self"]
    changed = api.patch(own, {"events": ["asset.held"], "disabled": True}).json()
    assert (changed["events"], changed["disabled"], changed["address"]) == (["asset.held"], True, ADDRESS)
    assert "PATCH" in changed["why_disabled"] and changed["disabled_at"]
    told(cast, "asset.held")
    assert WebhookDelivery.objects.get().state == "missed"
    assert api.patch(own, {"disabled": False}).json()["why_disabled"] is None
    refused(api.patch(own, {"address": "https://10.0.0.1/"}), 422, "outbound.not_public")
    assert api.delete(own).status_code == 204
    refused(api.get(own), 404, "webhook.unknown")
    row = WebhookEndpoint.objects.get()
    assert row.address == ADDRESS and row.secret == "" and row.deleted_at
    told(cast, "asset.held")
    assert WebhookDelivery.objects.count() == 1
    tags = Event.objects.filter(chain=made["id"]).values_list("tag", flat=True)
    assert [one.partition(":")[2] for one in tags] == ["created", "changed", "disabled", "enabled", "deleted"]


def test_it_is_changed_only_as_it_was_read_where_the_request_says_so(api):
    own = created(api)["links"]["self"]
    tag = api.get(own)["ETag"]
    assert api.patch(own, {"description": "Farm"}, headers={"If-Match": tag}).status_code == 200
    refused(api.patch(own, {"description": "Other"}, headers={"If-Match": tag}), 412, "request.precondition")
    assert WebhookEndpoint.objects.get().description == "Farm"


def test_an_organisation_has_ten_and_no_more(api):
    for number in range(10):
        created(api, description=str(number))
    refused(api.post(WEBHOOKS, {"address": ADDRESS}), 409, "webhook.too_many")
    assert WebhookEndpoint.objects.count() == 10


def test_another_organisations_webhook_is_no_webhook(api, cast, program):
    made = created(api)
    told(cast)
    delivery = WebhookDelivery.objects.get().public_id
    umbra, own = program(cast.umbra), made["links"]["self"]
    for answer in (
        umbra.get(own), umbra.patch(own, {"disabled": True}), umbra.delete(own), umbra.post(f"{own}/rotate"),
        umbra.post(f"{own}/test"), umbra.get(f"{own}/deliveries"), umbra.get(f"{own}/deliveries/{delivery}"),
        umbra.post(f"{own}/deliveries/{delivery}/replay"),
        umbra.post(f"{own}/deliveries/replay", {"since": "2026-01-01T00:00:00Z"}),
    ):  # fmt: skip
        refused(answer, 404, "webhook.unknown")
    assert umbra.get(WEBHOOKS).json()["results"] == []
    theirs = umbra.post(WEBHOOKS, {"address": ADDRESS}).json()["links"]["self"]
    refused(umbra.get(f"{theirs}/deliveries/{delivery}"), 404, "webhook.unknown_delivery")
    row = WebhookEndpoint.objects.get(public_id=made["id"])
    assert row.disabled == "" and row.deleted_at is None and row.version == 1


def test_it_takes_the_scope_of_its_own(cast, program):
    refused(program(cast.parallax, "assets:read").get(WEBHOOKS), 403, "client.scope")


def test_a_rotation_shows_a_new_secret_and_until_when_the_former_one_signs_along(api):
    made = created(api)
    rotated = api.post(made["links"]["rotate"]).json()
    assert rotated["secret"] != made["secret"] and rotated["secret_rotated_until"]
    assert api.get(made["links"]["self"]).json()["secret_rotated_until"] == rotated["secret_rotated_until"]


def test_the_test_button_is_answered_with_what_came_of_it(api, settings, monkeypatch):
    """The courier is another process; here it comes by while whoever pressed the button waits."""
    settings.OUTBOUND_ALLOWED_HOSTS, settings.WEBHOOK_TEST_SECONDS = ["127.0.0.1"], 20
    monkeypatch.setattr("registry.api.webhooks.time.sleep", lambda _: courier.carry(clock=timezone.now))
    with receivers.opened(receivers.status(200, body=b"thanks")) as receiver:
        made = created(api, address=receiver.address, events=["asset.held"])
        api.patch(made["links"]["self"], {"disabled": True})
        answer = api.post(made["links"]["test"])
    assert answer.status_code == 200
    assert answer.json()["state"] == "delivered" and answer.json()["attempts"][0]["answer"] == "thanks"
    assert json.loads(receiver.got[0].body)["type"] == "webhook.test"
    with receivers.opened(receivers.status(500)) as receiver:
        api.patch(made["links"]["self"], {"address": receiver.address})
        failed = api.post(made["links"]["test"]).json()
        courier.carry(clock=lambda: timezone.now() + timedelta(hours=1))
    assert failed["state"] == "dead" and failed["next_attempt_at"] is None and len(receiver.got) == 1
    row = WebhookEndpoint.objects.get()
    assert row.disabled == "by_owner" and row.failing_since is None
    refused(api.post(f"{made['links']['deliveries']}/{failed['id']}/replay"), 409, "webhook.disabled")


def test_a_test_whose_courier_is_late_is_answered_as_on_its_way(api):
    answer = api.post(created(api)["links"]["test"])
    assert answer.status_code == 202 and answer.json()["state"] == "queued"


def test_the_log_tells_every_attempt_and_a_delivery_is_sent_again_by_hand(api, cast):
    made = created(api)
    told(cast)
    told(cast, "asset.held")
    carried(410)
    api.patch(made["links"]["self"], {"disabled": False})
    log = made["links"]["deliveries"]
    [dead] = api.get(f"{log}?state=dead&type=asset.signed").json()["results"] or api.get(f"{log}?state=dead").json()["results"]
    assert dead["attempts"][0]["status"] == 410 and dead["attempts"][0]["answer"] == "No <b>thanks</b>"
    refused(api.get(f"{log}?state=lost"), 400, "request.parameter")
    again = api.post(f"{log}/{dead['id']}/replay")
    assert (again.status_code, again.json()["state"], again.json()["event"]) == (202, "queued", dead["event"])
    carried(204)
    [done] = api.get(f"{log}?event={dead['event']}").json()["results"]
    assert done["state"] == "delivered" and [one["status"] for one in done["attempts"]] == [410, 204]
    assert Event.objects.filter(chain=made["id"], tag="webhook:replayed").count() == 1


def test_whatever_went_astray_since_a_moment_is_sent_again(api, cast):
    made, now = created(api), timezone.now()
    api.patch(made["links"]["self"], {"disabled": True})
    for days in (3, 1):
        told(cast, at=now - timedelta(days=days))
    asked = {"since": (now - timedelta(days=2)).isoformat()}
    address = f"{made['links']['deliveries']}/replay"
    refused(api.post(address, asked), 409, "webhook.disabled")
    api.patch(made["links"]["self"], {"disabled": False})
    assert api.post(address, asked).json() == {"deliveries": 1}
    assert sorted(WebhookDelivery.objects.values_list("state", flat=True)) == ["missed", "queued"]
    refused(api.post(address, {"since": "yesterday"}), 422, "request.invalid")
    assert WebhookMessage.objects.count() == 2
