"""The hall's own errand: forget what has run out, and keep the embedded broker's file small."""

from datetime import timedelta

from celery import shared_task
from django.conf import settings
from django.core.management import call_command
from django.utils import timezone
from kombu import Connection
from oauth2_provider.models import clear_expired
from sqlalchemy import text

from registry.models import Heartbeat


@shared_task
def tidy() -> None:
    clear_expired()
    call_command("clearsessions")
    Heartbeat.objects.filter(seen_at__lt=timezone.now() - timedelta(days=1)).delete()
    if settings.BROKER_URL.startswith("sqla+"):
        prune_broker()


def prune_broker() -> None:
    """Kombu's SQL transport keeps every message it has delivered; the sweep needs none of them."""
    with Connection(settings.BROKER_URL) as line, line.channel().session.get_bind().begin() as database:
        database.execute(text("DELETE FROM kombu_message WHERE visible = 0"))
