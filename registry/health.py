"""Is it alive, and is it ready: database, storage, broker, and the worker with what its heartbeat says of its key."""

import logging
import secrets
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from kombu import Connection

from registry import heartbeats

Told = dict[str, Any]
# What a heartbeat may tell the public of the signing keys: how they stand, never whose or where they are.
OF_KEYS = ("state", "usable", "expiring", "unusable", "not_after", "development")

log = logging.getLogger(__name__)


@never_cache
@require_safe
def live(request: HttpRequest) -> JsonResponse:
    """The process answers. Nothing else is asked, so that a database that is away does not restart the web."""
    return JsonResponse({"status": "live"})


@never_cache
@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    """200 when every part can do its work, 503 when one cannot; the answer says which."""
    parts = {name: _asked(name, question) for name, question in PARTS.items()}
    well = all(part["state"] == "ok" for part in parts.values())
    response = JsonResponse({"status": "ready" if well else "not_ready", **parts}, status=200 if well else 503)
    # What failed was logged above, by name; Django need not say the status again.
    response._has_been_logged = True
    return response


def _asked(name: str, question: Callable[[], Told]) -> Told:
    try:
        return question()
    # Whatever is wrong with a part, the answer is that it is not well; the reason is for the log.
    except Exception as error:
        log.warning("%s is not ready: %s", name, error)
        return {"state": "failed", "reason": type(error).__name__}


def database() -> Told:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        cursor.fetchone()
    return {"state": "ok"}


def storage() -> Told:
    """A few bytes are written, read back and removed."""
    said = secrets.token_bytes(16)
    name = default_storage.save(f"health/{secrets.token_hex(8)}", ContentFile(said))
    try:
        with default_storage.open(name) as file:
            read = file.read()
    finally:
        default_storage.delete(name)
    return {"state": "ok" if read == said else "failed"}


def broker() -> Told:
    options = settings.CELERY_BROKER_TRANSPORT_OPTIONS
    with Connection(settings.BROKER_URL, connect_timeout=2, transport_options=options) as line:
        line.ensure_connection(max_retries=0, timeout=2)
    return {"state": "ok"}


def worker() -> Told:
    """The freshest heartbeat; signing keys are known to the web only by what it says."""
    beat = heartbeats.freshest()
    if beat is None:
        return {"state": "absent"}
    at = timezone.now()
    age = int((at - beat.seen_at).total_seconds())
    state = "silent" if heartbeats.is_silent(beat, at=at) else "ok"
    told = {"state": state, "seen_at": _iso(beat.seen_at), "age_seconds": age}
    key = beat.details.get("key")
    return told | ({"key": {name: key[name] for name in OF_KEYS if name in key}} if isinstance(key, dict) else {})


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")


PARTS: dict[str, Callable[[], Told]] = {"database": database, "storage": storage, "broker": broker, "worker": worker}
