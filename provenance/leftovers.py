"""Files in storage that no row names: they go, once nobody can be about to name them.

A process that is killed between storage and the database leaves one, and so does a storage that did not answer; an
attempt that ends unreleased leaves its result, and an asset that is refused its bytes. Nothing here changes a record.
"""

import logging
import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice

from django.db import transaction
from django.db.models import Min

from consent.models import Evidence
from provenance import shelf
from provenance.models import (
    Asset,
    Credential,
    EvidencePack,
    Ingredient,
    Measured,
    OperationEvidence,
    SequenceFrame,
    SigningJob,
)

State = SigningJob.State
# Each has folders by the first two letters of its files' names; an upload is a folder there, its own file beside those
# sent along with it; the frames of a sequence beside its index.
FOLDERS = ("received", "signed", "evidence", "packs", "plates", "measured")
UPLOAD = "file"
# Longer than any request or attempt can take, and than clocks differ.
MARGIN = timedelta(days=1)
# Of one run: names that are looked up, and leftovers that are looked at.
MOST_SEEN, MOST_LEFT = 10_000, 1_000
PIECE = 500

log = logging.getLogger(__name__)


def let_go(asset: Asset) -> None:
    """Remove the bytes of an asset that is refused, once that is committed; what is another asset's too stays."""
    sent = OperationEvidence.objects.filter(operation__asset=asset)
    keys = [
        asset.storage_key, *asset.ingredients.values_list("storage_key", flat=True), *sent.values_list("storage_key", flat=True),
        *sent.values_list("output_key", flat=True),
        *Measured.objects.filter(operation__asset=asset).values_list("picture_key", flat=True),
        *SequenceFrame.objects.filter(sequence__asset=asset).order_by().values_list("storage_key", flat=True).distinct(),
    ]  # fmt: skip

    def forget() -> None:
        named = _named(keys)
        shelf.forget(*(key for key in keys if key not in named))

    transaction.on_commit(forget, robust=True)


def clear(*, at: datetime) -> int:
    """Remove what is left over and older than a day; of much, some. Gives how many. Raises StorageAway."""
    before = _settled(at)
    removed = 0
    for key in islice(_unnamed(), MOST_LEFT):
        if shelf.kept_at(key) < before and shelf.forget(key):
            log.info("a file that no row names was removed", extra={"file": key})
            removed += 1
    return removed


def _settled(at: datetime) -> datetime:
    """What was kept before this moment is named by now, or never. A worker that fell silent may still release what it
    stored after it took the job, for as long as nobody else took it."""
    claimed = SigningJob.objects.filter(state=State.SIGNING).aggregate(first=Min("changed_at"))["first"]
    return min(at, claimed or at) - MARGIN


def _unnamed() -> Iterator[str]:
    """Files that no row names, and empty folders of uploads: of shards taken by chance, so that in time all are seen."""
    shards = [f"{folder}/{name}" for folder in FOLDERS for name in shelf.listed(folder)[0]]
    random.shuffle(shards)
    seen = 0
    for shard in shards:
        uploads, files = ([f"{shard}/{name}" for name in names] for names in shelf.listed(shard))
        named = _named([*files, *(f"{upload}/{UPLOAD}" for upload in uploads)])
        yield from (key for key in files if key not in named)
        for upload in uploads:
            if f"{upload}/{UPLOAD}" not in named:
                yield from [f"{upload}/{name}" for name in shelf.listed(upload)[1]] or [upload]
        seen += len(files) + len(uploads)
        if seen > MOST_SEEN:
            return


def _named(keys: list[str]) -> set[str]:
    """Those of the keys that a row names. The bytes of a refused asset are wanted no more, but for the record's sake the
    row keeps their name."""
    wanted = OperationEvidence.objects.exclude(operation__asset__job__state=State.REFUSED)
    rows = (
        (Asset.objects.exclude(job__state=State.REFUSED), "storage_key"),
        (Ingredient.objects.exclude(asset__job__state=State.REFUSED), "storage_key"),
        (Credential.objects.all(), "storage_key"),
        (Credential.objects.all(), "sidecar_key"),
        (Evidence.objects.filter(destruction=None), "storage_key"),
        (EvidencePack.objects.all(), "storage_key"),
        (wanted, "storage_key"),
        (wanted, "output_key"),
        (Measured.objects.exclude(operation__asset__job__state=State.REFUSED), "picture_key"),
    )
    return {
        key
        for start in range(0, len(keys), PIECE)
        for found, name in rows
        for key in found.filter(**{f"{name}__in": keys[start : start + PIECE]}).values_list(name, flat=True)
    }
