"""A vendor's people add webhooks, test them, read the log and have things sent again; a secret is shown once."""

import pytest
from django.db import transaction
from django.utils import timezone

from registry.models import Event, WebhookDelivery, WebhookEndpoint
from registry.webhooks import outbox
from tests.vendor.people import page

pytestmark = pytest.mark.django_db
WHY = {"reason": "The farm is told"}
HOOK = WHY | {"address": "https://hooks.parallax.example/countersign", "description": "Farm", "events": ["asset.signed"]}


def secret_in(answer) -> str:
    return answer.content.decode().partition('class="secret">')[2].partition("<")[0]


@pytest.fixture
def hook(cast, board):
    board.post("/vendor/webhooks/add/", HOOK)
    return WebhookEndpoint.objects.get()


def test_one_is_added_changed_disabled_enabled_and_deleted(cast, board):
    answer = board.post("/vendor/webhooks/add/", HOOK)
    hook, secret = WebhookEndpoint.objects.get(), secret_in(answer)
    address = f"/vendor/webhooks/{hook.public_id}/"
    assert secret.startswith("whsec_") and hook.secret == secret and hook.organisation == cast.parallax
    assert secret not in page(board, address) and "Farm" in page(board, "/vendor/webhooks/")
    assert board.post(f"{address}change/", HOOK | {"events": []}).url == address
    assert "all of them" in page(board, address)
    fresh = secret_in(board.post(f"{address}rotate/", WHY))
    assert fresh != secret and "signs along until" in page(board, address)
    for words in ("You disabled it", "Active"):
        assert board.post(f"{address}switch/", WHY).url == address and words in page(board, address)
    assert board.post(f"{address}delete/", WHY).url == "/vendor/webhooks/" and page(board, address, 404)
    events = list(Event.objects.filter(chain=hook.public_id).values_list("tag", "actor_name", "reason"))
    assert len(events) == 6 and {one[1:] for one in events} == {("Vera Lind", WHY["reason"])}


@pytest.mark.parametrize("changes", [
    {"reason": ""}, {"address": ""}, {"address": "http://127.0.0.1/"}, {"events": ["asset.eaten"]},
])  # fmt: skip
def test_what_is_no_address_to_be_told_at_is_not_added(board, changes):
    answer = board.post("/vendor/webhooks/add/", HOOK | changes)
    assert answer.status_code == 422 and not WebhookEndpoint.objects.exists() and not Event.objects.exists()


def test_a_test_leads_to_what_came_back(board, hook):
    answer = board.post(f"/vendor/webhooks/{hook.public_id}/test/")
    tried = WebhookDelivery.objects.get()
    assert answer.url.endswith(f"/deliveries/{tried.public_id}/")
    assert "Look again" in page(board, answer.url)
    tried.attempts.create(at=timezone.now(), milliseconds=41, status=503, answer="<b>Back in a minute</b>")
    WebhookDelivery.objects.update(state="dead")
    told = page(board, answer.url)
    assert "It answered 503." in told and "&lt;b&gt;Back in a minute" in told and "Given up" in told
    assert "Send it again" not in told


def test_what_went_astray_is_sent_again_one_by_one_or_all_of_late(cast, board, hook):
    with transaction.atomic():
        outbox.publish(cast.parallax, "asset.signed", {"asset": "ast_x"}, at=timezone.now())
    WebhookDelivery.objects.update(state="dead")
    row = WebhookDelivery.objects.get()
    address = f"/vendor/webhooks/{hook.public_id}/"
    assert "Given up" in page(board, f"{address}?state=dead")
    assert board.post(f"{address}deliveries/{row.public_id}/", {}).status_code == 422
    assert WebhookDelivery.objects.get().state == "dead"
    assert board.post(f"{address}deliveries/{row.public_id}/", WHY).status_code == 302
    assert WebhookDelivery.objects.get().state == "queued"
    WebhookDelivery.objects.update(state="missed")
    assert board.post(f"{address}replay/", WHY | {"days": "2"}).url == address
    assert "Sent again: 1." in page(board, address) and WebhookDelivery.objects.get().state == "queued"
    assert Event.objects.filter(tag="webhook:replayed", reason=WHY["reason"]).count() == 2
