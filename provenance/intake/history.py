"""What came along with an upload: its own history, what it was made from, and what of it is seen or heard in it."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db import transaction

from provenance import heritage, likeness, measured, sequences
from provenance.heritage import Heritage, Laundering, Source
from provenance.intake.upload import Upload
from registry import journal


def brought_along(upload: Upload, media: Any, at: datetime) -> Heritage:
    """What came along with the file and what it was made from; an attempt at laundering goes on the record."""
    plates = {name for one in upload.declaration.operations if one.evidence for _, name in one.evidence.inputs()}
    found = upload.found
    if upload.sequence:
        sources = sequences.sources(upload.sequence, studio=upload.production.studio, vendor=upload.vendor)
    else:
        own = Source(
            "", "parentOf", upload.file.path, upload.file.sha256, found.has_credentials, metadata=found.metadata
        )
        sources = [own]
    sources += [
        Source(
            one.pointer, one.statement.relation, one.path, one.sha256, one.has_credentials, one.known,
            one.statement.placement, one.metadata,
        )  # fmt: skip
        for one in upload.materials
        if one.statement.relation != "inputTo" or one.statement.id in plates
    ]
    try:
        return heritage.inherited(
            sources, upload.declaration, media, studio=upload.production.studio, vendor=upload.vendor
        )
    except Laundering as laundering:
        with transaction.atomic():
            journal.record(
                actor=upload.actor, tag="intake:laundering", subject=upload.production.public_id,
                organisation=upload.production.studio, at=at, reason=upload.why,
                details={"sha256": upload.file.sha256, "faults": [one.detail for one in laundering.errors]},
            )  # fmt: skip
        raise


def shown(upload: Upload) -> Iterator[likeness.Shown]:
    """The files sent along that are seen or heard in the asset."""
    for one in upload.materials:
        if one.path and one.statement.relation != "inputTo":
            media = measured.media(one.media, upload.declaration)
            yield likeness.Shown(
                likeness.codes_of(one.path), one.sha256, media, one.statement.id, one.statement.relation
            )  # fmt: skip
