"""What was told reaches its receivers, signed; who does not take it is tried for three days; nobody holds up anybody."""

from datetime import timedelta

import pytest
import standardwebhooks
from django.db import transaction
from django.utils import timezone

from registry import outbound
from registry.models import Courier, Event, WebhookAttempt, WebhookDelivery, WebhookEndpoint, WebhookMessage
from registry.webhooks import courier, endpoints, log, outbox
from tests import receivers

pytestmark = pytest.mark.django_db
State = WebhookDelivery.State
SIGNED = {"asset": "ast_1", "production": "prd_1", "state": "signed", "links": {"self": "https://registry.example/x"}}


@pytest.fixture(autouse=True)
def loopback(settings):
    settings.OUTBOUND_ALLOWED_HOSTS = ["127.0.0.1"]


@pytest.fixture
def client(cast, program):
    return program(cast.parallax).registered


def hook(client, address, at=None, **facts):
    return endpoints.create(client.organisation, address=address, by=client, at=at or timezone.now(), **facts)


def told(organisation, kind="asset.signed", at=None, data=SIGNED):
    outbox.publish(organisation, kind, data, at=at or timezone.now())
    return WebhookMessage.objects.latest("pk")


def carried(at=None, **more):
    courier.carry(clock=(lambda: at) if at else timezone.now, **more)


def answers(*statuses, **headers):
    """Instead of a receiver, where only time matters: answers in turn, the last one for ever."""
    left = list(statuses)
    return lambda *_: outbound.Answer(left.pop(0) if len(left) > 1 else left[0], headers, b"", False)


def test_a_message_arrives_and_the_published_library_verifies_it(client):
    with receivers.opened() as receiver:
        _, secret = hook(client, receiver.address)
        message = told(client.organisation)
        carried()
    [got] = receiver.got
    body = standardwebhooks.Webhook(secret).verify(got.body, got.headers)
    assert body["type"] == "asset.signed" and body["data"] == SIGNED and body["timestamp"].endswith("Z")
    assert got.headers["webhook-id"] == message.public_id
    [delivery] = WebhookDelivery.objects.all()
    [attempt] = delivery.attempts.all()
    assert (delivery.state, attempt.status, attempt.error) == (State.DELIVERED, 204, "")
    with pytest.raises(standardwebhooks.WebhookVerificationError):
        standardwebhooks.Webhook(secret).verify(got.body.replace(b"signed", b"simple"), got.headers)


def test_for_a_day_after_a_rotation_both_secrets_verify_and_then_only_the_new_one(client):
    at = timezone.now()
    with receivers.opened() as receiver:
        row, former = hook(client, receiver.address)
        _, fresh = endpoints.rotate(row, by=client, at=at)
        told(client.organisation)
        carried()
        row.refresh_from_db()
        assert len(endpoints.secrets_of(row, at=at + timedelta(hours=23, minutes=59))) == 2
        assert endpoints.secrets_of(row, at=at + timedelta(hours=24)) == [fresh]
    [got] = receiver.got
    assert len(got.headers["webhook-signature"].split(" ")) == 2
    for secret in (former, fresh):
        assert standardwebhooks.Webhook(secret).verify(got.body, got.headers)
    assert former.encode() not in bytes(row.__dict__["secret"]) + bytes(row.__dict__["former_secret"])


def test_nothing_is_said_of_what_was_undone(client):
    hook(client, "https://hooks.example.com/")
    with pytest.raises(RuntimeError), transaction.atomic():
        told(client.organisation)
        raise RuntimeError
    assert not WebhookMessage.objects.exists() and not WebhookDelivery.objects.exists()


def test_a_hint_is_given_out_when_the_event_is_committed_and_none_where_nobody_listens(
    client, cast, django_capture_on_commit_callbacks
):
    hook(client, "https://hooks.example.com/", events=["asset.signed"])
    with django_capture_on_commit_callbacks() as hints:
        told(client.organisation)
    assert len(hints) == 1
    with django_capture_on_commit_callbacks() as hints:
        outbox.publish(cast.northlight, "asset.signed", SIGNED, at=timezone.now())
        outbox.publish(client.organisation, "asset.held", SIGNED, at=timezone.now())
    assert hints == [] and WebhookMessage.objects.count() == 1


def test_another_organisation_hears_nothing(client, cast, program):
    with receivers.opened() as receiver, receivers.opened() as theirs:
        hook(client, receiver.address)
        hook(program(cast.umbra).registered, theirs.address)
        told(client.organisation)
        carried()
    assert len(receiver.got) == 1 and theirs.got == []


def test_what_fails_is_tried_over_three_days_by_the_published_schedule_and_then_given_up(client):
    at = begun = timezone.now()
    row, _ = hook(client, "https://hooks.example.com/")
    told(client.organisation, at=at)
    schedule = (5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400)
    for number, seconds in enumerate(schedule, start=1):
        carried(at, post=answers(500))
        delivery = WebhookDelivery.objects.get()
        assert (delivery.state, delivery.attempt) == (State.QUEUED, number)
        pause = (delivery.not_before - at).total_seconds()
        assert seconds <= pause <= 1.2 * seconds
        carried(delivery.not_before - timedelta(seconds=1), post=answers(200))
        assert WebhookAttempt.objects.count() == number, "not before its time"
        at = delivery.not_before
    carried(at, post=answers(500))
    delivery.refresh_from_db()
    assert (delivery.state, WebhookAttempt.objects.count()) == (State.DEAD, 10)
    assert timedelta(days=3) < at - begun < timedelta(days=4)
    row.refresh_from_db()
    assert row.disabled == "" and row.failing_since == begun


def test_a_receiver_may_ask_for_more_time_but_not_for_ever(client):
    at = timezone.now()
    hook(client, "https://hooks.example.com/")
    told(client.organisation, at=at)
    carried(at, post=answers(503, **{"retry-after": "120"}))
    assert WebhookDelivery.objects.get().not_before == at + timedelta(seconds=120)
    later = at + timedelta(seconds=120)
    carried(later, post=answers(503, **{"retry-after": "999999"}))
    assert WebhookDelivery.objects.get().not_before == later + timedelta(hours=1)


def test_gone_disables_the_endpoint_and_what_follows_is_missed_until_it_is_sent_by_hand(client):
    at = timezone.now()
    with receivers.opened(receivers.status(410)) as receiver:
        row, _ = hook(client, receiver.address)
        told(client.organisation)
        carried()
        told(client.organisation, "asset.held")
        carried()
        assert len(receiver.got) == 1
    row.refresh_from_db()
    assert row.disabled == "gone"
    assert Event.objects.get(chain=row.public_id, tag="webhook:disabled").actor == "system:webhooks"
    assert sorted(WebhookDelivery.objects.values_list("state", flat=True)) == ["dead", "missed"]
    with receivers.opened() as receiver:
        row = endpoints.change(row, by=client, at=timezone.now(), address=receiver.address, disabled=False)
        assert log.replay_since(row, at, by=client, at=timezone.now()) == 2
        carried()
    assert [one.headers["webhook-id"] for one in receiver.got] and len(receiver.got) == 2
    assert set(WebhookDelivery.objects.values_list("state", flat=True)) == {"delivered"}


def test_who_accepts_nothing_for_days_is_disabled(client):
    at = timezone.now()
    row, _ = hook(client, "https://hooks.example.com/", at=at)
    told(client.organisation, at=at)
    carried(at, post=answers(500))
    for late in (timedelta(days=4, hours=23), timedelta(days=5, hours=1)):
        row.refresh_from_db()
        assert row.disabled == ""
        carried(at + late, post=answers(500))
    row.refresh_from_db()
    assert row.disabled == "failing" and not WebhookDelivery.objects.filter(state=State.QUEUED).exists()


def test_a_redirect_to_loopback_is_not_followed(client):
    with receivers.opened() as inside, receivers.opened(receivers.status(302, Location=inside.address)) as receiver:
        hook(client, receiver.address)
        told(client.organisation)
        carried()
    assert inside.got == [] and len(receiver.got) == 1
    attempt = WebhookAttempt.objects.get()
    assert attempt.status == 302 and "not followed" in attempt.error
    assert attempt.delivery.state == State.QUEUED


def test_of_ten_megabytes_two_kilobytes_are_kept_and_made_printable(client):
    with receivers.opened(receivers.endless) as receiver:
        hook(client, receiver.address)
        told(client.organisation)
        carried()
    attempt = WebhookAttempt.objects.get()
    assert attempt.delivery.state == State.DELIVERED and attempt.answer == "y" * 2048
    assert courier.printable(b"\x1b[31mred\x00\xff\r\nline\xe2\x80\xaegnp") == "\ufffd[31mred\ufffd\ufffd\nline\ufffdgnp"


def test_a_receiver_that_hangs_holds_up_nobody_and_is_asked_with_one_message_from_then_on(client, cast, program):
    def quickly(address, body, headers):
        return outbound.post(address, body, headers, allowed=["127.0.0.1"], seconds=0.5)

    with receivers.opened(receivers.hanging) as hangs, receivers.opened() as well:
        row, _ = hook(client, hangs.address)
        hook(program(cast.umbra).registered, well.address)
        for _ in range(12):
            told(client.organisation)
        for _ in range(6):
            told(cast.umbra)
        carried(post=quickly)
        assert len(well.got) == 6, "all of theirs, in the same round"
        # Its share, and no more: then it is left alone.
        assert len(hangs.got) == courier.OF_ONE
    row.refresh_from_db()
    assert row.failures == courier.OF_ONE and row.paused_until > timezone.now()
    waiting = WebhookDelivery.objects.filter(endpoint=row)
    assert waiting.filter(attempt=0).count() == 12 - courier.OF_ONE
    carried(row.paused_until, post=answers(503))
    assert waiting.filter(attempt=0).count() == 12 - courier.OF_ONE - 1
    row.refresh_from_db()
    carried(row.paused_until + timedelta(minutes=5), post=answers(200))
    assert not waiting.exclude(state=State.DELIVERED).exists()
    row.refresh_from_db()
    assert (row.failures, row.paused_until, row.failing_since) == (0, None, None)


def test_a_courier_that_was_killed_is_followed_by_another(client):
    """Killed after the commit and before the hint: the sweep finds it. Killed over a delivery: its lease runs out."""
    at = timezone.now()
    hook(client, "https://hooks.example.com/")
    told(client.organisation, at=at)
    assert courier.to_call(at=at)
    assert courier.claim(WebhookDelivery.objects.get(), at=at)
    token = courier._begin(at)
    assert token and not courier._begin(at), "one courier at a time"
    assert not courier.to_call(at=at)
    carried(at + timedelta(seconds=30), post=answers(200))
    assert not WebhookAttempt.objects.exists()
    late = at + courier.HELD + timedelta(seconds=1)
    assert courier.to_call(at=late)
    carried(late, post=answers(200))
    assert WebhookDelivery.objects.get().state == State.DELIVERED
    assert Courier.objects.get().token == ""


def test_one_that_was_taken_over_changes_nothing_any_more(client):
    at = timezone.now()
    row, _ = hook(client, "https://hooks.example.com/")
    told(client.organisation, at=at)
    slow, quick = WebhookDelivery.objects.get(), WebhookDelivery.objects.get()
    assert courier.claim(slow, at=at) and not courier.claim(quick, at=at)
    late = at + courier.HELD + timedelta(seconds=1)
    assert courier.claim(quick := WebhookDelivery.objects.get(), at=late)
    courier.record(quick, courier.Outcome(1, answers(200)()), at=late)
    courier.record(slow, courier.Outcome(1, answers(410)()), at=late)
    row.refresh_from_db()
    assert WebhookDelivery.objects.get().state == State.DELIVERED and row.disabled == ""
    assert WebhookAttempt.objects.count() == 2


def test_what_is_older_than_a_month_is_forgotten(client):
    at = timezone.now()
    hook(client, "https://hooks.example.com/")
    told(client.organisation, at=at)
    carried(at, post=answers(200))
    assert log.forget(at=at + timedelta(days=29)) == 0
    assert log.forget(at=at + timedelta(days=31)) == 1
    assert not WebhookDelivery.objects.exists() and not WebhookAttempt.objects.exists()


def test_a_name_that_leads_inside_by_now_gets_nothing(client, settings):
    """It was registered while an operator allowed it, or while its name led elsewhere; each attempt asks anew."""
    with receivers.opened() as receiver:
        hook(client, receiver.address)
        settings.OUTBOUND_ALLOWED_HOSTS = []
        WebhookEndpoint.objects.update(address=f"https://localhost:{receiver.port}/")
        told(client.organisation)
        carried()
    assert receiver.got == [] and "public address" in WebhookAttempt.objects.get().error
