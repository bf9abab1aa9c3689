"""Take in what a vendor sends: hold it against its declaration, ask consent, and queue it to be signed.

Refused is answered at once, and keeps nothing of the file; held waits for the legal desk; everything else is signed by
a worker (`tasks.py`). The same file with the same declaration is the same asset, however often it is sent.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import transaction

from consent import clearance
from consent.models import Decision
from provenance import concerns, likeness, measured, queue, sequences, trust
from provenance.declaration import check_against, check_placements, parse
from provenance.intake.asking import put, question_of, refuse_unfit_clearance, refuse_unsignable
from provenance.intake.desk import NotAtThisDesk, compare, reconsider, refuse, try_again, turn
from provenance.intake.history import brought_along, shown
from provenance.intake.keeping import kept, taken_in
from provenance.intake.noting import note
from provenance.intake.rows import written
from provenance.intake.upload import BY_HAND, Upload, intake_key_of, materials_of, production_of
from provenance.models import Asset, SigningJob
from provenance.refusals import not_covered
from provenance.sent_files import SentFile
from provenance.sequences import Gathered
from registry.errors import Fault, NotAllowed
from registry.models import ApiClient, User

__all__ = [
    "BY_HAND", "NotAtThisDesk", "NotCovered", "SentFile", "compare", "note", "question_of", "receive", "receive_sequence",
    "reconsider", "refuse", "try_again", "turn",
]  # fmt: skip

State = SigningJob.State


class NotCovered(NotAllowed):
    """Consent does not cover what was done. `extra` names the asset and the decision, which are kept."""

    def __init__(self, asset: Asset, problem: Mapping[str, Any]):
        super().__init__(
            problem["code"], problem["detail"],
            errors=tuple(Fault(**fault) for fault in problem["errors"]),
            asset=asset.public_id, decision=problem["decision"], to_clear=problem["to_clear"],
        )  # fmt: skip


def receive_sequence(
    frames: Gathered, declared: Any, parts: Mapping[str, SentFile], *, client: ApiClient, at: datetime
) -> Asset:
    """Take in a frame sequence as one asset: its index is the file that is signed, its frames are kept beside it.

    Raises what `receive` does, and FramesRefused.
    """
    index = SentFile(frames.name, frames.document, frames.sha256, frames.size)
    return receive(index, declared, parts, client=client, at=at, frames=frames)


def receive(
    file: SentFile, declared: Any, parts: Mapping[str, SentFile], *, client: ApiClient, at: datetime,
    frames: Gathered | None = None, by: User | None = None,
) -> Asset:
    """Take in one upload. Raises Invalid for what cannot be accepted, NotAllowed for what consent does not cover.

    With `frames` the file is their index (`receive_sequence`). `by` is who sent it by hand, in the client's name.
    """
    declaration = parse(declared)
    vendor = client.organisation
    production = production_of(declaration, client)
    declaration_hash = declaration.canonical_hash()
    intake_key = intake_key_of(client, file, declaration_hash, parts)
    if known := taken_in(intake_key):
        return known
    queue.refuse_when_full(client, at=at)
    sent = [*parts.values(), *(frames.files if frames else ())]
    concerns.refuse_kept_out([file.sha256, *(one.sha256 for one in sent)])
    sequence = sequences.examined(frames) if frames else None
    found = sequences.as_a_film(sequence) if sequence else trust.sandbox().examine(file.path, file.name)
    materials = tuple(materials_of(declaration, parts, client))
    media = measured.media(measured.kept(found), declaration)
    check_against(declaration, media)
    check_placements(declaration, media, {one.statement.id: measured.media(one.media, declaration) for one in materials})
    question = put(question_of(declaration, file.sha256), declaration, declared, production, vendor, at)
    refuse_unfit_clearance(question, declaration, declared, vendor)
    upload = Upload(
        file, found, declaration, declaration_hash, materials, production, client, intake_key, by=by, sequence=sequence
    )  # fmt: skip
    came = brought_along(upload, media, at)
    refuse_unsignable(upload, media, came)
    codes = sequences.codes(sequence) if sequence else likeness.codes_of(file.path)
    alike = likeness.resembling(
        [likeness.Shown(codes, file.sha256, media), *shown(upload)], declaration, media, came,
        studio=production.studio, vendor=vendor,
    )  # fmt: skip
    upload = replace(upload, codes=codes, alike=tuple(alike))
    decision = clearance.weighed(question, production=production, requester=vendor, purpose="intake")
    if decision.outcome == Decision.Outcome.DENY:
        problem = not_covered(decision, declaration)
        with transaction.atomic():
            clearance.keep(decision)
            asset = written(upload, decision, State.REFUSED, came, at=at, problem=problem)
        raise NotCovered(asset, problem)
    return kept(upload, decision, came, at)
