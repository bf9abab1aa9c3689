"""What was sent and what came of it, for its owner: read, sent again by hand, and forgotten after a month."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from registry import journal
from registry.errors import Conflict, NotFound
from registry.models import WebhookDelivery, WebhookEndpoint, WebhookMessage
from registry.webhooks import outbox
from registry.webhooks.endpoints import Actor
from registry.webhooks.events import TEST

State = WebhookDelivery.State
REMEMBERED = timedelta(days=30)
# What went astray: given up, or missed while the endpoint was disabled.
ASTRAY = (State.DEAD, State.MISSED)
AT_ONCE = 1000


class UnknownDelivery(NotFound):
    def __init__(self) -> None:
        super().__init__("webhook.unknown_delivery", "There is no delivery of that id to this webhook.")


class NotNow(Conflict):
    """A delivery that cannot be sent again as things stand."""


def deliveries(endpoint: WebhookEndpoint) -> QuerySet[WebhookDelivery]:
    """Everything that was to reach it in the last month, the newest first."""
    return endpoint.deliveries.select_related("message", "endpoint").prefetch_related("attempts").order_by("-id")


def one(endpoint: WebhookEndpoint, public_id: str) -> WebhookDelivery:
    found = deliveries(endpoint).filter(public_id=public_id).first()
    if found is None:
        raise UnknownDelivery
    return found


def replay(delivery: WebhookDelivery, *, by: Actor, at: datetime, reason: str = "") -> WebhookDelivery:
    """Send it again now, delivered or not, under the same id; if it fails again, a new round of attempts begins."""
    endpoint = delivery.endpoint
    _refuse_disabled(endpoint)
    if delivery.message.type == TEST:
        raise NotNow("webhook.is_test", "A test is not sent again. Test the webhook anew.")
    with transaction.atomic():
        resting = WebhookDelivery.objects.filter(pk=delivery.pk).exclude(state=State.SENDING)
        if not resting.update(state=State.QUEUED, attempt=0, not_before=at, changed_at=at):
            raise NotNow("webhook.being_sent", "This delivery is being sent right now. Read it in a minute.")
        _record(endpoint, by=by, at=at, reason=reason, delivery=delivery.public_id)
        outbox.call()
    return one(endpoint, delivery.public_id)


def replay_since(endpoint: WebhookEndpoint, since: datetime, *, by: Actor, at: datetime, reason: str = "") -> int:
    """Send again whatever was given up or missed of what happened since a moment; gives how much."""
    _refuse_disabled(endpoint)
    with transaction.atomic():
        astray = WebhookDelivery.objects.filter(endpoint=endpoint, state__in=ASTRAY, message__happened_at__gte=since)
        rows = astray.exclude(message__type=TEST).values_list("pk", flat=True)
        many = WebhookDelivery.objects.filter(pk__in=list(rows)).update(
            state=State.QUEUED, attempt=0, not_before=at, changed_at=at
        )
        if many:
            _record(endpoint, by=by, at=at, reason=reason, since=journal.timestamp(since), deliveries=many)
            outbox.call()
    return many


def forget(*, at: datetime) -> int:
    """What is older than a month goes, some of it each time; gives how many messages."""
    old = WebhookMessage.objects.filter(recorded_at__lt=at - REMEMBERED).order_by("pk").values_list("pk", flat=True)
    gone = list(old[:AT_ONCE])
    WebhookMessage.objects.filter(pk__in=gone).delete()
    return len(gone)


def _refuse_disabled(endpoint: WebhookEndpoint) -> None:
    if endpoint.disabled:
        raise NotNow("webhook.disabled", "This webhook is disabled. Enable it first: nothing is sent to it until then.")


def _record(endpoint: WebhookEndpoint, *, by: Actor, at: datetime, reason: str, **details: object) -> None:
    actor = journal.by_user(by) if hasattr(by, "username") else journal.by_client(by)
    journal.record(
        actor=actor, tag="webhook:replayed", subject=endpoint.public_id, organisation=endpoint.organisation, at=at,
        details=details, reason=reason,
    )  # fmt: skip
