"""Enter what a person allowed, and have it verified by a second lawyer."""

from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import transaction

from consent import paper, reopening
from consent.models import Grant, GrantRevision, ScopeLine, Signature, Verification
from registry import journal
from registry.errors import Conflict, Invalid, NotAllowed
from registry.permissions import NotYourDesk, may_enter, may_verify


class SameLawyer(NotAllowed):
    def __init__(self):
        super().__init__(
            "consent.same_lawyer", "You entered this revision. A second lawyer must compare it with the paper."
        )


@dataclass(frozen=True, slots=True)
class Line:
    """One rights block as entered: codes of `consent.vocabulary`; an empty list means any (see ScopeLine)."""

    effect: str
    uses: tuple[str, ...]
    modalities: tuple[str, ...]
    territories: tuple[str, ...]
    territories_except: tuple[str, ...] = ()
    acts: tuple[str, ...] = ()
    productions: tuple = ()
    units: tuple[str, ...] = ()
    media: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    content_excluded: tuple[str, ...] = ()
    start: date | None = None
    end: date | None = None


@dataclass(frozen=True, slots=True)
class Terms:
    """One signed state of a grant: validity is half-open, [effective_from, term_end). Its papers say when it was signed
    and how; what is entered before its paper is at hand leaves that open."""

    effective_from: date
    description: str
    lines: tuple[Line, ...]
    signed_on: date | None = None
    method: str = ""
    term_end: date | None = None
    authority: object | None = None
    capacity: str = "self"
    separate_signature: bool = False
    papers: tuple[paper.Paper, ...] = field(default=())


def enter(*, person, studio, production, number: str, kind: str, terms: Terms, by, at: datetime, reason: str) -> Grant:
    """Record a new grant with its first revision, its lines and its paper. Verified it is not yet."""
    if not may_enter(by, studio):
        raise NotYourDesk(studio, "enter consents")
    if person.studio_id != studio.pk or (production and production.studio_id != studio.pk):
        raise Invalid("consent.other_studio", "The person and the production must be on this studio's own files.")
    if Grant.objects.filter(studio=studio, number=number).exists():
        raise Conflict(
            "consent.number_taken", f"There is a consent file {number} already. Amend it, or use another number."
        )
    _check(terms, person)
    with paper.shelved(terms.papers) as papers, transaction.atomic():
        grant = Grant.objects.create(
            person=person, studio=studio, production=production, number=number, kind=kind, entered_by=by, recorded_at=at
        )
        _add_revision(grant, terms=terms, papers=papers, by=by, at=at, tag="grant:entered", reason=reason)
    return grant


def amend(grant: Grant, *, terms: Terms, by, at: datetime, reason: str) -> GrantRevision:
    """Record the next revision. Until a second lawyer verifies it, the verified one before it governs."""
    if not may_enter(by, grant.studio):
        raise NotYourDesk(grant.studio, "enter consents")
    _check(terms, grant.person)
    with paper.shelved(terms.papers) as papers, transaction.atomic():
        locked = Grant.objects.select_for_update().get(pk=grant.pk)
        return _add_revision(locked, terms=terms, papers=papers, by=by, at=at, tag="grant:amended", reason=reason)


def verify(revision: GrantRevision, *, by, at: datetime, reason: str) -> Verification:
    """A second lawyer has compared the record with the paper, which must still match its hash."""
    studio = revision.grant.studio
    if not may_verify(by, studio):
        raise NotYourDesk(studio, "verify consents")
    if by.pk == revision.entered_by_id:
        raise SameLawyer
    documents = list(revision.evidence.all())
    if not documents:
        raise Invalid(
            "consent.evidence_missing", "There is no signed document with this revision. Amend it with the paper."
        )
    for document in documents:
        paper.read(document)
    with transaction.atomic():
        Grant.objects.select_for_update().get(pk=revision.grant_id)
        if Verification.objects.filter(revision=revision).exists():
            raise Conflict("consent.already_verified", "Another lawyer has verified this revision already.")
        verification = Verification.objects.create(
            revision=revision, entered_by=revision.entered_by, verified_by=by, recorded_at=at
        )
        journal.record(
            actor=journal.by_user(by),
            tag="grant:verified",
            subject=revision.grant.public_id,
            organisation=studio,
            details={"revision": revision.public_id, "evidence": [document.sha256 for document in documents]},
            at=at,
            reason=reason,
        )
        reopening.note(revision.public_id, studio=studio, subject=revision.grant.public_id, at=at)
    return verification


def _check(terms: Terms, person) -> None:
    if terms.authority and terms.authority.person_id != person.pk:
        raise Invalid("consent.other_person", f"Whoever signed may speak for somebody else, not for {person}.")
    if not terms.lines:
        raise Invalid(
            "consent.no_lines", "Add at least one rights block: what is granted, for which uses and territories."
        )
    if not terms.description.strip():
        raise Invalid("consent.no_description", "Copy the description of the intended use from the paper.")
    if terms.term_end and terms.term_end <= terms.effective_from:
        raise Invalid("consent.term", "The term ends before it begins. Check both dates against the paper.")
    if terms.papers and not (terms.signed_on and terms.method):
        raise Invalid("consent.unsigned", "Say on which day the paper was signed, and how.")
    for document in terms.papers:
        paper.check(document)


def _add_revision(grant, *, terms: Terms, papers, by, at, tag, reason) -> GrantRevision:
    revision = GrantRevision.objects.create(
        grant=grant,
        number=grant.revisions.count() + 1,
        effective_from=terms.effective_from,
        term_end=terms.term_end,
        description=terms.description,
        authority=terms.authority,
        entered_by=by,
        recorded_at=at,
    )
    lines = [_add_line(revision, line) for line in terms.lines]
    for document in papers:
        evidence = paper.record(document, studio=grant.studio, revision=revision, by=by, at=at)
        Signature.objects.create(
            revision=revision,
            evidence=evidence,
            capacity=terms.capacity,
            method=terms.method,
            separate_signature=terms.separate_signature,
            signed_on=terms.signed_on,
            recorded_at=at,
        )
    journal.record(
        actor=journal.by_user(by),
        tag=tag,
        subject=grant.public_id,
        organisation=grant.studio,
        at=at,
        reason=reason,
        details={
            "revision": revision.public_id,
            "number": revision.number,
            "lines": [line.public_id for line in lines],
            "evidence": [document.sha256 for document in terms.papers],
        },
    )
    return revision


def _add_line(revision, line: Line) -> ScopeLine:
    row = ScopeLine.objects.create(
        revision=revision,
        effect=line.effect,
        uses=list(line.uses),
        modalities=list(line.modalities),
        acts=list(line.acts),
        units=list(line.units),
        media=list(line.media),
        languages=list(line.languages),
        territories=list(line.territories),
        territories_except=list(line.territories_except),
        content_excluded=list(line.content_excluded),
        start=line.start,
        end=line.end,
    )
    if line.productions:
        row.productions.add(*line.productions)
    return row
