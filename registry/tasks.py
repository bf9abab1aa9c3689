"""The hall's own errands: the worker's heartbeat, and forgetting what has run out."""

from celery import shared_task
from django.conf import settings
from django.core.management import call_command
from django.utils import timezone
from kombu import Connection
from oauth2_provider.models import clear_expired
from sqlalchemy import text

from registry import heartbeats, receiving


@shared_task(bind=True)
def heartbeat(self) -> None:
    heartbeats.beat(self.request.hostname or "worker", at=timezone.now())


@shared_task
def tidy() -> None:
    clear_expired()
    call_command("clearsessions")
    at = timezone.now()
    heartbeats.forget(at=at)
    receiving.clear_scratch(at=at)
    if settings.BROKER_URL.startswith("sqla+"):
        prune_broker()


def prune_broker() -> None:
    """Kombu's SQL transport keeps every message it has delivered; the sweep needs none of them."""
    with Connection(settings.BROKER_URL) as line, line.channel().session.get_bind().begin() as database:
        database.execute(text("DELETE FROM kombu_message WHERE visible = 0"))
