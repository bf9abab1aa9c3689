"""Messages to the workers: each takes an id, makes one call, and may be lost or come twice."""

from celery import shared_task, signals
from django.utils import timezone

from provenance import changes, leftovers, retiring, shelf, signing, telling, turning
from provenance.outputs import packing

# A thousand files take minutes. Before the scratch folder of so long a task is taken for one that a killed process left.
PACKS_WITHIN = 27 * 60


@shared_task
def sign_asset(asset_id: str) -> None:
    signing.sign(asset_id, clock=timezone.now)


@shared_task(time_limit=PACKS_WITHIN, soft_time_limit=PACKS_WITHIN - 60)
def pack_evidence(pack_id: str) -> None:
    packing.make(pack_id, clock=timezone.now)


@shared_task
def sweep() -> None:
    """The relay: whatever is due is called out again, so a lost message costs seconds and never an asset."""
    at = timezone.now()
    signing.bury(at=at)
    for asset_id in [*turning.let_go_on(at=at), *signing.to_call(at=at)]:
        sign_asset.delay(asset_id)
    packing.forget_old(at=at)
    for pack_id in packing.to_call(at=at):
        pack_evidence.delay(pack_id)
    telling.endings(at=at)


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
def clear_leftovers() -> None:
    """What killed processes left behind goes, some of it each time; nothing waits for it."""
    at = timezone.now()
    shelf.clear_scratch(at=at)
    leftovers.clear(at=at)


@signals.worker_process_init.connect
def clear_scratch(**_) -> None:
    """A process that begins may follow one that was killed over a file."""
    shelf.clear_scratch(at=timezone.now())
