"""What happened to an asset, from the journal, in words its vendor may read: never why somebody decided, nor who."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from provenance.models import Asset
from registry import journal
from registry.prepared import Prepared

TOLD = {
    "asset:received": "Received, and covered by consent. It waits to be signed.",
    "asset:held": "Held: a lawyer of the studio has to decide.",
    "asset:evidence_received": "Evidence of an operation was received.",
    "asset:measured": "An operation was measured by its evidence.",
    "asset:measured_answered": "The legal desk answered for what was measured. It waits to be signed.",
    "asset:compared": "The legal desk compared it with what it looks like. It waits to be signed.",
    "asset:refused": "Refused. Nothing was signed.",
    "asset:released_to_signing": "The legal desk let it go on. It waits to be signed.",
    "asset:queued_again": "Queued again after its signing had failed.",
    "asset:dead": "Signing failed five times. An operator looks into it.",
    "asset:signed": "Signed.",
}


@dataclass(frozen=True, slots=True)
class Step:
    at: datetime
    event: str
    text: str


def history(asset: Asset) -> list[Step]:
    return list(_steps(asset))


def _steps(asset: Asset) -> Iterator[Step]:
    for tag, at in EVENTS(asset.public_id):
        if tag in TOLD:
            yield Step(at, tag.partition(":")[2], TOLD[tag])


EVENTS = Prepared(lambda subject: journal.chain(subject).values_list("tag", "recorded_at"))
