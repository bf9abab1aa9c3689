"""The hall's own errands: the worker's heartbeat, delivering webhooks, and forgetting what has run out."""

from celery import shared_task
from django.core.management import call_command
from django.utils import timezone
from oauth2_provider.models import clear_expired

from registry import heartbeats, idempotency, receiving
from registry.webhooks import courier, log


@shared_task(bind=True)
def heartbeat(self) -> None:
    heartbeats.beat(self.request.hostname or "worker", at=timezone.now())


@shared_task
def tidy() -> None:
    clear_expired()
    call_command("clearsessions")
    at = timezone.now()
    heartbeats.forget(at=at)
    idempotency.forget(at=at)
    receiving.clear_scratch(at=at)
    log.forget(at=at)


@shared_task
def deliver_webhooks() -> None:
    courier.carry(clock=timezone.now)


@shared_task
def relay_webhooks() -> None:
    """Whatever is due is called out again: what is tried anew, and what was committed while its hint was lost."""
    if courier.to_call(at=timezone.now()):
        deliver_webhooks.delay()
