"""What consent is asked about an upload, and whether it could be signed at all: told at the door, in its own words."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from consent import clearance, quoting
from consent.facts import Depiction as DepictionFact
from consent.facts import Request
from provenance import heritage, manifest, plans, sequences
from provenance.declaration import Declaration
from provenance.heritage import Heritage
from provenance.intake.upload import Upload
from provenance.refusals import pointed
from registry.errors import Invalid
from registry.models import Organisation, Production


def question_of(declaration: Declaration, sha256: str) -> clearance.Question:
    """What consent is asked about: everyone depicted, in each use made of them, where the work is to appear."""
    release = declaration.intended_release
    return clearance.Question(
        act=declaration.act,
        units=declaration.units,
        territories=release.territories,
        media=release.media,
        languages=release.languages,
        asset_sha256=sha256,
        depictions=tuple(
            DepictionFact(
                id=one.id, person=one.person, role=one.role, modality=one.modality, use=use,
                content_flags=one.content_flags, depicted_age=one.depicted_age, routine_reason=one.routine_reason,
            )
            for one, use in declaration.depicted_uses()
        ),
    )  # fmt: skip


def put(question: clearance.Question, declaration: Declaration, declared: Mapping[str, Any],
         production: Production, vendor: Organisation, at: datetime) -> Request:
    """Whoever or whatever the production does not know is told where it stands in the declaration."""
    try:
        return clearance.put(question, production=production, at=at, requester=vendor)
    except Invalid as unknown:
        raise pointed(unknown, question, declaration, single_unit="unit" in declared) from unknown


def refuse_unfit_clearance(
    question: Request, declaration: Declaration, declared: Mapping[str, Any], vendor: Organisation
) -> None:
    """A clearance that is quoted must reach what is declared. It permits nothing by itself: consent is decided all the same."""
    if declaration.clearance is None:
        return
    try:
        quoting.refuse_unfit(declaration.clearance, question, requester=vendor)
    except quoting.UnfitClearance as unfit:
        told = tuple(replace(one, pointer=one.pointer or "/clearance") for one in unfit.errors)
        placed = Invalid(unfit.code, unfit.detail, errors=told)
        raise pointed(placed, question, declaration, single_unit="unit" in declared) from unfit


def refuse_unsignable(upload: Upload, media: Any, came: Heritage) -> None:
    """Build the manifest once at the door: what could never be signed is told now, not by a worker later."""
    consent = manifest.ConsentFacts(plans.NOT_REQUIRED, "intake")
    manifest.build(plans.facts(
        upload.declaration, media=media, inherited=came.stated, carried=heritage.carried(came, media),
        carries_credentials=upload.found.has_credentials, consent=consent, production=upload.production, vendor=upload.vendor,
        titles={one.statement.id: one.title for one in upload.materials},
        sequence=sequences.to_state(upload.sequence) if upload.sequence else None,
    ))  # fmt: skip
