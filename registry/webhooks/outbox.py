"""Tell an organisation of what happened: the rows are written in the transaction of the event, and sent after it.

Nothing leaves from here. A hint is given out when the transaction is committed; a lost one is found by the sweep. Where
the transaction is undone, nothing was said.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from celery import current_app
from django.conf import settings
from django.db import transaction

from registry import journal
from registry.models import Organisation, WebhookDelivery, WebhookEndpoint, WebhookMessage
from registry.prepared import Prepared
from registry.webhooks.events import EVENTS, TEST

State = WebhookDelivery.State
MESSENGER = "registry.tasks.deliver_webhooks"

ENDPOINTS = Prepared(
    lambda organisation: WebhookEndpoint.objects.filter(organisation=organisation, deleted_at=None)
    .order_by()
    .values_list("pk", "events", "disabled", "sandbox")
)


def publish(organisation: Organisation, kind: str, data: Mapping[str, Any], *, at: datetime, sandbox: bool = False) -> None:
    """Tell the organisation's endpoints that want to know of this kind. `data` holds ids, states and links, and nothing that
    is private. What is of the `sandbox` says so, and goes to endpoints of the sandbox alone; nothing else goes there. Must
    run inside the transaction of what it tells of; costs one query where nobody listens."""
    assert transaction.get_connection().in_atomic_block, "what is told is kept with what it tells of"
    assert kind in EVENTS, f"{kind} is not among the events that are explained"
    wanted = [
        (pk, disabled)
        for pk, events, disabled, of_sandbox in ENDPOINTS(organisation.pk)
        if bool(of_sandbox) == sandbox and (not events or kind in events)
    ]
    if not wanted:
        return
    message = _message(organisation, kind, {**data, "sandbox": True} if sandbox else data, at)
    # Those that are disabled miss it; it can be sent to them by hand once they are active again.
    WebhookDelivery.objects.bulk_create(
        WebhookDelivery(
            endpoint_id=pk, message=message, state=State.MISSED if disabled else State.QUEUED, not_before=at, changed_at=at
        )
        for pk, disabled in wanted
    )  # fmt: skip
    if not all(disabled for _, disabled in wanted):
        call()


def listens(organisation: Organisation | int, kind: str) -> bool:
    """Whether anybody would be told: what takes work to find out need not be asked for nobody."""
    pk = organisation if isinstance(organisation, int) else organisation.pk
    return any(not events or kind in events for _, events, *_ in ENDPOINTS(pk))


def listeners(kind: str) -> set[int]:
    """The organisations that would be told of this kind, by their keys."""
    rows = WebhookEndpoint.objects.filter(deleted_at=None).values_list("organisation", "events")
    return {organisation for organisation, events in rows if not events or kind in events}


def try_out(endpoint: WebhookEndpoint, *, at: datetime) -> WebhookDelivery:
    """A message that says only that it is one. It is sent once, and also where the endpoint is disabled."""
    with transaction.atomic():
        data = {"webhook": endpoint.public_id, "links": {"self": link(f"webhooks/{endpoint.public_id}")}}
        message = _message(endpoint.organisation, TEST, data, at)
        made = WebhookDelivery.objects.create(endpoint=endpoint, message=message, not_before=at, changed_at=at)
        call()
    return made


def link(path: str) -> str:
    """Where a program reads more of it."""
    return f"{settings.SITE_URL}/api/v1/{path}"


def call() -> None:
    """Once this transaction is committed, have a courier look for what is due."""

    def send_hint() -> None:
        current_app.send_task(MESSENGER)

    transaction.on_commit(send_hint, robust=True)


def _message(organisation: Organisation, kind: str, data: Mapping[str, Any], at: datetime) -> WebhookMessage:
    told = {"type": kind, "timestamp": journal.timestamp(at), "data": dict(data)}
    body = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
    return WebhookMessage.objects.create(organisation=organisation, type=kind, body=body, happened_at=at, recorded_at=at)
