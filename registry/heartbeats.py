"""What a worker says of itself every few seconds; the web knows of signing keys only what is said here."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from registry.models import Heartbeat

# What more a heartbeat tells, by name; a room adds to it when it is loaded: {"key": function(at) -> dict}.
TELLS: dict[str, Callable[[datetime], dict[str, Any]]] = {}
REMEMBERED = timedelta(days=1)


def beat(name: str, *, at: datetime) -> None:
    details = {subject: tell(at) for subject, tell in TELLS.items()}
    Heartbeat.objects.update_or_create(name=name, defaults={"seen_at": at, "details": details})


def freshest() -> Heartbeat | None:
    return Heartbeat.objects.order_by("-seen_at").first()


def is_silent(beat: Heartbeat, *, at: datetime) -> bool:
    """Whether nothing has been heard of the worker for longer than a worker may be silent."""
    return at - beat.seen_at > timedelta(seconds=settings.HEARTBEAT_SECONDS)


def forget(*, at: datetime) -> None:
    """Workers that have not been heard of for a day are gone."""
    Heartbeat.objects.filter(seen_at__lt=at - REMEMBERED).delete()
