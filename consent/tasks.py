"""Messages to the workers: an import's next turn, questions asked again, and the sweep that calls out what stands still."""

from celery import shared_task
from django.utils import timezone

from consent import reopening
from consent.imports import runs


@shared_task
def carry_on(import_id: str) -> None:
    if runs.carry_on(import_id, clock=timezone.now):
        carry_on.delay(import_id)


@shared_task
def ask_again(cause: str) -> None:
    reopening.carry_out(cause, at=timezone.now())


@shared_task
def sweep() -> None:
    at = timezone.now()
    runs.forget_old(at=at)
    for import_id in runs.to_call(at=at):
        carry_on.delay(import_id)
    for cause in reopening.to_call(at=at):
        ask_again.delay(cause)


@shared_task
def ask_after_terms() -> None:
    """Now and then: a term runs out without anybody doing anything."""
    reopening.run_out(at=timezone.now())
