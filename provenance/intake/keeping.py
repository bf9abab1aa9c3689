"""What is taken in is kept: the bytes, then the rows in one transaction; where those fail, the bytes go again."""

import secrets
from contextlib import suppress
from datetime import datetime

from django.db import DatabaseError, IntegrityError, InterfaceError, transaction

from consent import clearance
from consent.models import Decision
from provenance import sequences, shelf
from provenance.heritage import Heritage
from provenance.intake.rows import written
from provenance.intake.upload import Upload
from provenance.models import Asset, SigningJob
from provenance.refusals import not_covered
from provenance.tasks import sign_asset
from registry.prepared import Prepared

State = SigningJob.State


TAKEN = Prepared(
    lambda intake_key: SigningJob.objects.filter(intake_key=intake_key)
    .exclude(state=State.REFUSED)
    .values_list("asset_id")
)


def taken_in(intake_key: str) -> Asset | None:
    taken = TAKEN(intake_key)
    return Asset.objects.get(pk=taken[0][0]) if taken else None


def kept(upload: Upload, decision: Decision, came: Heritage, at: datetime) -> Asset:
    """Store the bytes, then the rows in one transaction; if those fail, the bytes go again.

    Each upload has a folder of its own: of two that are the same and come at once, one is let go, and only its bytes.
    """
    state = State.RECEIVED if decision.permits and not upload.alike else State.HELD
    problem = None if decision.permits else not_covered(decision, upload.declaration)
    own = secrets.token_hex(16)
    folder = f"received/{own[:2]}/{own}"
    keys: list[str] = []
    try:
        keys.append(shelf.keep(upload.file.path, f"{folder}/file"))
        stored: dict[str, str] = {}
        for one in upload.materials:
            if one.path:
                stored[one.statement.id] = shelf.keep(one.path, f"{folder}/ingredient")
                keys.append(stored[one.statement.id])
        if upload.sequence:
            stored |= sequences.keep(upload.sequence, folder, keys)
        with transaction.atomic():
            clearance.keep(decision)
            asset = written(upload, decision, state, came, at=at, problem=problem, key=keys[0], stored=stored)
            if state == State.RECEIVED and asset.job.called_at:
                sign_asset.delay_on_commit(asset.public_id)
        return asset
    except BaseException as error:
        _let_go(upload, keys)
        # Somebody sent the same at the same moment: theirs is the asset.
        if isinstance(error, IntegrityError) and (known := taken_in(upload.intake_key)):
            return known
        raise


def _let_go(upload: Upload, keys: list[str]) -> None:
    """Remove bytes that no row names. A commit may have come about although its answer was lost; then they are an
    asset's. Where the database cannot be asked they stay too: files nobody needs cost less than one that is missed."""
    with suppress(DatabaseError, InterfaceError):
        if not SigningJob.objects.filter(intake_key=upload.intake_key, asset__storage_key__in=keys).exists():
            shelf.forget(*keys)
