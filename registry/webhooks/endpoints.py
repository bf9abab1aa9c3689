"""Where an organisation is told: endpoints are added, changed, given new secrets, disabled, and removed – each on record."""

import os
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from registry import journal, legible, outbound
from registry.errors import Conflict, Fault, Invalid, NotFound
from registry.models import ApiClient, Organisation, User, WebhookDelivery, WebhookEndpoint
from registry.webhooks import signatures
from registry.webhooks.events import EVENTS

Disabled = WebhookEndpoint.Disabled
State = WebhookDelivery.State
# Of one organisation; each of them is sent everything it wants to know.
MOST = 10
# So long the former secret signs along, so that no receiver misses anything while the new one is brought to it.
OVERLAP = timedelta(hours=24)
COURIER = "webhooks"

Actor = ApiClient | User


class UnknownEndpoint(NotFound):
    def __init__(self) -> None:
        super().__init__("webhook.unknown", "There is no webhook of that id.")


class TooManyEndpoints(Conflict):
    def __init__(self) -> None:
        super().__init__("webhook.too_many", f"An organisation has at most {MOST} webhooks. Delete one, or change one.")


class UnknownEvents(Invalid):
    def __init__(self, unknown: Iterable[str]) -> None:
        named = ", ".join(f"“{one[:60]}”" for one in unknown)
        detail = f"There is no event {named}; there are {', '.join(EVENTS)}."
        super().__init__("webhook.unknown_event", detail, errors=(Fault("/events", "webhook.unknown_event", detail),))


class ChangedMeanwhile(Conflict):
    def __init__(self) -> None:
        super().__init__("webhook.changed", "This webhook was changed meanwhile. Read it again, and say what is to change.")


def of(organisation: Organisation, *, sandbox: bool = False) -> QuerySet[WebhookEndpoint]:
    """Those that an organisation has in its sandbox, or in earnest, the newest first."""
    return WebhookEndpoint.objects.filter(organisation=organisation, sandbox=sandbox, deleted_at=None)


def one(organisation: Organisation, public_id: str, *, sandbox: bool = False) -> WebhookEndpoint:
    """One of the organisation's; raises UnknownEndpoint, also for another's, and one of the other side."""
    found = of(organisation, sandbox=sandbox).filter(public_id=public_id).select_related("organisation").first()
    if found is None:
        raise UnknownEndpoint
    return found


def create(
    organisation: Organisation, *, address: str, by: Actor, at: datetime, events: Iterable[str] = (), description: str = "",
    reason: str = "",
) -> tuple[WebhookEndpoint, str]:  # fmt: skip
    """An endpoint, and its secret, which is not shown again. Named no events, it is told of all of them; made by a program
    of the sandbox, of tests alone."""
    facts = _fit(address=address, events=events, description=description)
    secret = _new_secret()
    with transaction.atomic():
        Organisation.objects.select_for_update().get(pk=organisation.pk)
        sandbox = isinstance(by, ApiClient) and by.sandbox
        if of(organisation, sandbox=sandbox).count() >= MOST:
            raise TooManyEndpoints
        made = WebhookEndpoint(organisation=organisation, sandbox=sandbox, created_at=at, changed_at=at, **facts)
        made.secret = secret
        made.save()
        _record(made, "webhook:created", by=by, at=at, reason=reason, address=made.address, events=made.events)
    return made, secret


def change(
    endpoint: WebhookEndpoint, *, by: Actor, at: datetime, address: str | None = None, events: Iterable[str] | None = None,
    description: str | None = None, disabled: bool | None = None, reason: str = "", version: int | None = None,
) -> WebhookEndpoint:  # fmt: skip
    """Change what is given, and leave the rest. `version`, where it is given, must be the one it still has."""
    given = {"address": address, "events": events, "description": description}
    facts = _fit(**{name: value for name, value in given.items() if value is not None})
    with transaction.atomic():
        row = _locked(endpoint)
        if version is not None and version != row.version:
            raise ChangedMeanwhile
        for name, value in facts.items():
            setattr(row, name, value)
        if "address" in facts:
            row.failing_since, row.failures, row.paused_until = None, 0, None
        row.version, row.changed_at = row.version + 1, at
        row.save()
        if facts:
            _record(row, "webhook:changed", by=by, at=at, reason=reason, **facts)
        if disabled is True and not row.disabled:
            disable(row, Disabled.BY_OWNER, at=at, by=by, reason=reason)
        if disabled is False and row.disabled:
            _enable(row, by=by, at=at, reason=reason)
    return row


def rotate(endpoint: WebhookEndpoint, *, by: Actor, at: datetime, reason: str = "") -> tuple[WebhookEndpoint, str]:
    """A new secret, shown once. For a day the former one signs along; one that is still signing along from before stops."""
    secret = _new_secret()
    with transaction.atomic():
        row = _locked(endpoint)
        row.former_secret, row.former_until = row.secret, at + OVERLAP
        row.secret = secret
        row.version, row.changed_at = row.version + 1, at
        row.save()
        _record(row, "webhook:secret_rotated", by=by, at=at, reason=reason)
    return row, secret


def delete(endpoint: WebhookEndpoint, *, by: Actor, at: datetime, reason: str = "") -> None:
    """Nothing is sent there any more. What was sent stays in the log as long as any of it; its secrets go at once."""
    with transaction.atomic():
        row = _locked(endpoint)
        row.deleted_at = row.changed_at = at
        row.secret = row.former_secret = ""
        row.data_key = b""
        row.save()
        _miss(row, at)
        _record(row, "webhook:deleted", by=by, at=at, reason=reason)


def disable(endpoint: WebhookEndpoint, why: str, *, at: datetime, by: Actor | None = None, reason: str = "") -> None:
    """Nothing more is sent there until its owner enables it; what waits counts as missed, and can be sent by hand then."""
    with transaction.atomic():
        free = WebhookEndpoint.objects.filter(pk=endpoint.pk, disabled="")
        if free.update(disabled=why, disabled_at=at, changed_at=at):
            endpoint.disabled, endpoint.disabled_at = why, at
            _miss(endpoint, at)
            _record(endpoint, "webhook:disabled", by=by, at=at, reason=reason, why=str(why))


def secrets_of(endpoint: WebhookEndpoint, *, at: datetime) -> list[str]:
    """Those that sign at that moment, the present one first."""
    former = endpoint.former_secret if endpoint.former_until and at < endpoint.former_until else ""
    return [one for one in (endpoint.secret, former) if one]


def _enable(row: WebhookEndpoint, *, by: Actor, at: datetime, reason: str) -> None:
    row.disabled, row.disabled_at = "", None
    row.failing_since, row.failures, row.paused_until = None, 0, None
    row.save()
    _record(row, "webhook:enabled", by=by, at=at, reason=reason)


def _miss(endpoint: WebhookEndpoint, at: datetime) -> None:
    waiting = WebhookDelivery.objects.filter(endpoint=endpoint, state=State.QUEUED)
    waiting.update(state=State.MISSED, changed_at=at)


def _locked(endpoint: WebhookEndpoint) -> WebhookEndpoint:
    row = WebhookEndpoint.objects.select_for_update(of=("self",)).select_related("organisation")
    found = row.filter(pk=endpoint.pk, deleted_at=None).first()
    if found is None:
        raise UnknownEndpoint
    return found


def _fit(**facts: object) -> dict[str, object]:
    """The facts as they are kept; raises Invalid, with a pointer to the one that cannot be."""
    if "address" in facts:
        try:
            outbound.destination(str(facts["address"]), allowed=settings.OUTBOUND_ALLOWED_HOSTS)
        except Invalid as unfit:
            raise Invalid(unfit.code, unfit.detail, errors=(Fault("/address", unfit.code, unfit.detail),)) from unfit
    if "events" in facts:
        facts["events"] = list(dict.fromkeys(facts["events"]))  # type: ignore[call-overload]
        if unknown := [one for one in facts["events"] if one not in EVENTS]:  # type: ignore[attr-defined]
            raise UnknownEvents(unknown)
    if "description" in facts:
        facts["description"] = legible.line(str(facts["description"]), "description")
    return facts


def _new_secret() -> str:
    return signatures.written(os.urandom(signatures.BYTES))


def _record(endpoint: WebhookEndpoint, tag: str, *, by: Actor | None, at: datetime, reason: str, **details: object) -> None:
    actor = journal.by_system(COURIER)
    if by is not None:
        actor = journal.by_client(by) if isinstance(by, ApiClient) else journal.by_user(by)
    journal.record(
        actor=actor, tag=tag, subject=endpoint.public_id, organisation=endpoint.organisation, at=at, details=details,
        reason=reason,
    )  # fmt: skip
