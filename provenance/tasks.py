"""Messages to the workers: each takes an id, makes one call, and may be lost or come twice."""

from celery import shared_task, signals
from django.utils import timezone

from provenance import (
    changes,
    concerns,
    counted_checks,
    leftovers,
    queue,
    retiring,
    shelf,
    signing,
    telling,
    transparency,
    turning,
    upload_keeping,
)
from provenance.outputs import packing

# A thousand files take minutes. Before the scratch folder of so long a task is taken for one that a killed process left.
PACKS_WITHIN = 27 * 60


@shared_task
def sign_asset(asset_id: str) -> None:
    signing.sign(asset_id, clock=timezone.now)
    for another in queue.after(asset_id, at=timezone.now()):
        sign_asset.delay_on_commit(another)


@shared_task(time_limit=PACKS_WITHIN, soft_time_limit=PACKS_WITHIN - 60)
def pack_evidence(pack_id: str) -> None:
    packing.make(pack_id, clock=timezone.now)


@shared_task
def check_upload(upload_id: str) -> None:
    upload_keeping.check(upload_id, clock=timezone.now)


@shared_task
def sweep() -> None:
    """The relay: whatever is due is called out again, so a lost message costs seconds and never an asset."""
    at = timezone.now()
    signing.bury(at=at)
    for asset_id in [*turning.let_go_on(at=at), *signing.to_call(at=at), *queue.in_turn(at=at)]:
        sign_asset.delay(asset_id)
    packing.forget_old(at=at)
    for pack_id in packing.to_call(at=at):
        pack_evidence.delay(pack_id)
    for concern_id, about in concerns.to_mail(at=at):
        mail_about_concern.delay(concern_id, about)
    for upload_id in upload_keeping.to_check(at=at):
        check_upload.delay(upload_id)
    telling.endings(at=at)


@shared_task
def mail_about_concern(concern_id: str, about: str) -> None:
    concerns.mail(concern_id, about, at=timezone.now())


@shared_task
def note_changes() -> None:
    """What changed in public disclosures is numbered, for whoever follows, and what changed for vendors is told them; a
    lost message only makes it later."""
    at = timezone.now()
    changes.note(at=at)
    telling.standings(at=at)


@shared_task
def carry_out_retention() -> None:
    """Once a day. Twice is harmless: what is destroyed is destroyed, and what a killed worker left is found tomorrow."""
    retiring.carry_out(clock=timezone.now)


@shared_task
def write_down_checks() -> None:
    """Once a minute. One that is lost leaves it to the next."""
    counted_checks.write_down(at=timezone.now())


@shared_task
def close_months() -> None:
    """Once a day: months that are over are told to everybody, each once."""
    transparency.close(at=timezone.now())


@shared_task
def clear_leftovers() -> None:
    """What killed processes left behind goes, some of it each time; nothing waits for it."""
    at = timezone.now()
    shelf.clear_scratch(at=at)
    leftovers.clear(at=at)
    upload_keeping.sweep(at=at)


@signals.worker_process_init.connect
def clear_scratch(**_) -> None:
    """A process that begins may follow one that was killed over a file."""
    shelf.clear_scratch(at=timezone.now())
