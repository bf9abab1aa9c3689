"""The only writer of the journal: append-only, canonical, chained by hash per subject (RFC 8785, SHA-256).

`record` must run inside the transaction of what it records; entries are built to be leaves of a transparency log.
"""

import hashlib
import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import NamedTuple

import rfc8785
from django.db import connection, transaction
from django.db.models import QuerySet

from registry.errors import Invalid
from registry.models.journal import Event
from registry.prepared import Prepared

GENESIS = "0" * 64


class Actor(NamedTuple):
    """Who did it: a key that never changes and a name for the reader."""

    key: str
    name: str
    person: bool


def by_user(user) -> Actor:
    return Actor(f"user:{user.pk}", user.display_name, person=True)


def by_client(client) -> Actor:
    return Actor(f"client:{client.pk}", client.name, person=False)


def by_system(name: str) -> Actor:
    return Actor(f"system:{name}", name, person=False)


class ReasonRequired(Invalid):
    def __init__(self):
        super().__init__("journal.reason_required", "Say why: this act is kept on the record with its reason.")


def timestamp(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def digest(previous_hash: str, body: str) -> str:
    return hashlib.sha256(previous_hash.encode() + body.encode()).hexdigest()


class Head(NamedTuple):
    """The last entry of a chain; its hash stands for everything recorded before it, too."""

    sequence: int
    hash: str
    recorded_at: datetime


HEADS = Prepared(
    lambda chain: Event.objects.filter(chain=chain)
    .order_by("-sequence")
    .values_list("sequence", "hash", "recorded_at")[:1]
)


def head(chain: str) -> Head | None:
    return next((Head(*row) for row in HEADS(chain)), None)


def chain(subject: str) -> QuerySet[Event]:
    """Everything recorded of a subject, oldest first."""
    return Event.objects.filter(chain=subject).order_by("sequence")


def hash_at(head: Head | None) -> str:
    """The hash at the head of a chain, which stands for everything recorded in it."""
    return head.hash if head else GENESIS


def record(
    *,
    actor: Actor,
    tag: str,
    subject: str,
    details: dict,
    at: datetime,
    organisation=None,
    reason: str = "",
    effective_at: datetime | None = None,
) -> Event:
    """Add one entry to the subject's chain. A person's act needs a reason; raises `ReasonRequired`."""
    assert transaction.get_connection().in_atomic_block, "the journal is written in the transaction of what it records"
    if actor.person and not reason.strip():
        raise ReasonRequired
    effective_at = effective_at or at
    _one_writer_per(subject)
    last = head(subject)
    sequence = last.sequence + 1 if last else 1
    previous = last.hash if last else GENESIS
    body = rfc8785.dumps(
        {
            "chain": subject,
            "sequence": sequence,
            "tag": tag,
            "actor": actor.key,
            "actor_name": actor.name,
            "organisation": organisation.public_id if organisation else None,
            "reason": reason,
            "details": details,
            "effective_at": timestamp(effective_at),
            "recorded_at": timestamp(at),
        }
    ).decode()
    return Event.objects.create(
        chain=subject,
        sequence=sequence,
        tag=tag,
        actor=actor.key,
        actor_name=actor.name,
        organisation=organisation,
        reason=reason,
        body=body,
        previous_hash=previous,
        hash=digest(previous, body),
        effective_at=effective_at,
        recorded_at=at,
    )


def broken_links(events: Iterable[Event] | None = None) -> list[str]:
    """Re-derive every chain from its entries, or the whole chains given, each in order; name each entry that does not
    follow from the one before, or whose readable columns say otherwise than what was hashed."""
    faults: list[str] = []
    last: dict[str, tuple[int, str]] = {}
    for event in Event.objects.order_by("chain", "sequence").iterator() if events is None else events:
        sequence, previous = last.get(event.chain, (0, GENESIS))
        if (event.sequence, event.previous_hash) != (sequence + 1, previous) or event.hash != digest(
            previous, event.body
        ):
            faults.append(f"{event.chain} entry {event.sequence} does not follow from the one before it")
        elif not _says_what_was_hashed(event):
            faults.append(f"{event.chain} entry {event.sequence} says otherwise than what was hashed")
        last[event.chain] = (event.sequence, event.hash)
    return faults


def _says_what_was_hashed(event: Event) -> bool:
    hashed = json.loads(event.body)
    told = {
        "chain": event.chain, "sequence": event.sequence, "tag": event.tag, "actor": event.actor,
        "actor_name": event.actor_name, "reason": event.reason, "effective_at": timestamp(event.effective_at),
        "recorded_at": timestamp(event.recorded_at),
    }  # fmt: skip
    return told.items() <= hashed.items()


def _one_writer_per(subject: str) -> None:
    """Two writers of one chain wait for each other; SQLite's immediate transaction already does that."""
    if connection.vendor == "postgresql":
        key = int.from_bytes(hashlib.sha256(subject.encode()).digest()[:8], "big", signed=True)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [key])
