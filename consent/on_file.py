"""What is on file for a question, read from the tables as the values that a decision is made from.

A fixed number of queries, however many consents are on file: only those of the people asked about are read.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time

from django.db.models import Prefetch

from consent import facts
from consent.models import Ending, Evidence, Grant, GrantRevision, ScopeLine, Signature, Statement
from registry.models import Organisation, Person, Unit


def record_for(request: facts.Request, *, studio: Organisation) -> facts.Record:
    """The people, consents and statements that may bear on the question; of this studio alone."""
    people = {one.person for one in request.depictions if one.person}
    grants = list(_grants(people, studio)) if people else []
    return facts.Record(
        persons=tuple(_person(one) for one in Person.objects.filter(studio=studio, public_id__in=people)),
        grants=tuple(_grant(one) for one in grants),
        statements=tuple(_statements(request, grants, people, studio)),
    )


def _grants(people: Iterable[str], studio: Organisation) -> Iterable[Grant]:
    revisions = GrantRevision.objects.select_related("verification", "authority").prefetch_related(
        Prefetch("lines", ScopeLine.objects.prefetch_related("productions")),
        Prefetch("evidence", Evidence.objects.only("revision_id", "sha256", "recorded_at")),
        Prefetch("signatures", Signature.objects.select_related("evidence")),
    )
    return (
        Grant.objects.filter(studio=studio, person__public_id__in=people)
        .select_related("person")
        .prefetch_related(Prefetch("revisions", revisions), Prefetch("endings", Ending.objects.all()))
    )


def _person(row: Person) -> facts.Person:
    return facts.Person(row.public_id, row.kind, row.birth_date, row.death_date)


def _grant(row: Grant) -> facts.Grant:
    return facts.Grant(
        id=row.public_id,
        person=row.person.public_id,
        revisions=tuple(_revision(one) for one in row.revisions.all()),
        endings=tuple(_ending(one) for one in row.endings.all()),
    )


def _revision(row: GrantRevision) -> facts.Revision:
    verification = getattr(row, "verification", None)
    return facts.Revision(
        id=row.public_id,
        number=row.number,
        effective_from=row.effective_from,
        term_end=row.term_end,
        entered_by=str(row.entered_by_id),
        verified_by=str(verification.verified_by_id) if verification else None,
        verified_at=verification.recorded_at if verification else None,
        authority=_authority(row.authority) if row.authority else None,
        signatures=tuple(_signature(one) for one in row.signatures.all()),
        evidence=tuple(facts.Evidence(one.sha256, one.recorded_at) for one in row.evidence.all()),
        lines=tuple(_line(one) for one in row.lines.all()),
        recorded_at=row.recorded_at,
    )


def _authority(row) -> facts.Authority:
    return facts.Authority(
        row.public_id, row.kind, row.valid_from, row.valid_to, row.verified_by_id is not None, row.recorded_at
    )


def _signature(row: Signature) -> facts.Signature:
    return facts.Signature(_midnight(row.signed_on), row.capacity, row.evidence.sha256, row.recorded_at)


def _line(row: ScopeLine) -> facts.Line:
    return facts.Line(
        id=row.public_id,
        effect=row.effect,
        uses=frozenset(row.uses),
        modalities=frozenset(row.modalities),
        territories=frozenset(row.territories),
        territories_except=frozenset(row.territories_except),
        acts=frozenset(row.acts),
        productions=frozenset(one.public_id for one in row.productions.all()),
        units=frozenset(row.units),
        media=frozenset(row.media),
        languages=frozenset(row.languages),
        content_excluded=frozenset(row.content_excluded),
        start=row.start,
        end=row.end,
    )


def _ending(row: Ending) -> facts.Ending:
    return facts.Ending(row.public_id, row.kind, row.mode, row.effective_at, row.run_off_to, row.recorded_at)


def _statements(
    request: facts.Request, grants: Iterable[Grant], people: set[str], studio: Organisation
) -> Iterable[facts.Statement]:
    """A lock lies on a unit by its id, and a question names units by their code within the production."""
    units = dict(
        Unit.objects.filter(production__public_id=request.production, code__in=request.units).values_list(
            "public_id", "code"
        )
    )
    subjects = {facts.GLOBAL, *request.production_line, *units, *people, *(one.public_id for one in grants)}
    subjects |= {request.asset_sha256} if request.asset_sha256 else set()
    rows = list(
        Statement.objects.filter(studio=studio, subject__in=subjects)
        .select_related("refers_to")
        .prefetch_related("by")
    )
    for row in rows:
        yield facts.Statement(
            id=row.public_id,
            kind=row.kind,
            subject=units.get(row.subject, row.subject),
            answer=row.answer,
            acts=frozenset(row.acts),
            by=tuple(str(one.pk) for one in row.by.all()),
            question=row.question,
            refers_to=row.refers_to.public_id if row.refers_to else None,
            effective_at=row.effective_at,
            until=row.until,
            recorded_at=row.recorded_at,
        )


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=UTC)
