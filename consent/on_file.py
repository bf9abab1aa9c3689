"""What is on file for a question, read from the tables as the values that a decision is made from.

A fixed number of queries, however many consents are on file: only those of the people asked about are read, and only
the columns that a decision looks at. It is asked three times for each asset, so its queries are prepared, and no model
objects are built.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time
from typing import Any

from consent import facts, on_record
from consent.forms.locks import DISPUTE
from consent.holding import Stated
from consent.models import Ending, Evidence, GrantRevision, ScopeLine, Signature, Statement
from consent.subjects import ON_THE_REGISTER
from registry.models import Organisation, Person, Production, Unit
from registry.prepared import Prepared

Kept = dict[int, list[Any]]


def record_for(request: facts.Request, *, studio: Organisation) -> facts.Record:
    """The people, consents and statements that may bear on the question; of this studio alone."""
    return records_for([request], studio=studio)[0]


def records_for(requests: Sequence[facts.Request], *, studio: Organisation) -> list[facts.Record]:
    """The record for each of the questions, from one reading of the file."""
    people = {one.person for request in requests for one in request.depictions if one.person}
    persons = tuple(_persons(people, studio)) if people else ()
    grants = tuple(_grants(people, studio)) if people else ()
    works = _works({one for request in requests for one in request.production_line})
    units = _units(requests)
    asked_as = [_asked_as(request, works, units) for request in requests]
    subjects = {facts.GLOBAL, *people, *(one.id for one in grants), *(name for names in asked_as for name in names)}
    subjects |= {one for request in requests for one in (*request.production_line, request.asset_sha256) if one}
    stated = _stated(subjects, studio)
    return [
        facts.Record(persons, grants, tuple(_statements(stated, request, names)), _production(request, works))
        for request, names in zip(requests, asked_as, strict=True)
    ]


PERSONS = Prepared(
    lambda studio, people: Person.objects.filter(studio=studio, public_id__in=people)
    .order_by()
    .values_list("public_id", "kind", "death_date", "birth_date", "data_key")
)


def _persons(people: set[str], studio: Organisation) -> Iterator[facts.Person]:
    for public_id, kind, died, sealed, key in PERSONS(studio.pk, people):
        born = Person(birth_date=sealed, data_key=key).birth_date  # as only this person's key opens it
        yield facts.Person(public_id, kind, born, died)


WORKS = Prepared(
    lambda line: Production.objects.filter(public_id__in=line)
    .order_by("pk")
    .values_list("public_id", "kind", "jurisdictions", "photography_starts_on", "agreements__code")
)


def _works(ids: set[str]) -> list[tuple[Any, ...]]:
    """These works, each as often as there are agreements that it is made under."""
    return WORKS(ids)


def _production(request: facts.Request, works: list[tuple[Any, ...]]) -> facts.Production | None:
    """The production; what is not said of it is taken from the works it is part of."""
    works = _of_line(request, works)
    own = [row for row in works if row[0] == request.production]
    if not own:
        return None
    jurisdictions = own[0][2] or [place for row in works for place in row[2]]
    starts = own[0][3] or min((row[3] for row in works if row[3]), default=None)
    agreements = frozenset(row[4].lower() for row in works if row[4])
    return facts.Production(request.production, own[0][1], frozenset(jurisdictions), agreements, starts)


REVISIONS = Prepared(
    lambda studio, people: GrantRevision.objects.filter(grant__studio=studio, grant__person__public_id__in=people)
    .order_by()
    .values_list(
        "pk", "grant_id", "grant__public_id", "grant__person__public_id", "public_id", "number", "effective_from",
        "term_end", "entered_by_id", "recorded_at", "verification__verified_by_id", "verification__recorded_at",
        "authority__public_id", "authority__kind", "authority__valid_from", "authority__valid_to",
        "authority__verified_by_id", "authority__recorded_at", "offer__recorded_at",
    )
)  # fmt: skip


def _grants(people: set[str], studio: Organisation) -> Iterator[facts.Grant]:
    rows = REVISIONS(studio.pk, people)
    revisions, ids = defaultdict(list), [row[0] for row in rows]
    lines, evidence, signatures = _lines(ids), _evidence(ids), _signatures(ids)
    for pk, grant, grant_id, person, public_id, number, start, end, entered_by, at, verifier, verified_at, *who, offered in rows:
        revisions[grant, grant_id, person].append(
            facts.Revision(
                id=public_id,
                number=number,
                effective_from=start,
                term_end=end,
                entered_by=str(entered_by),
                verified_by=None if verifier is None else str(verifier),
                verified_at=verified_at,
                authority=_authority(*who),
                signatures=tuple(signatures[pk]),
                evidence=tuple(evidence[pk]),
                lines=tuple(lines[pk]),
                recorded_at=at,
                offered_at=offered,
            )
        )
    endings = _endings([grant for grant, _, _ in revisions])
    for (grant, grant_id, person), its in revisions.items():
        yield facts.Grant(grant_id, person, tuple(its), tuple(endings[grant]))


def _authority(public_id: str | None, kind: str, valid_from: date | None, valid_to: date | None, verifier: int | None,
               recorded_at: datetime) -> facts.Authority | None:
    if public_id is None:
        return None
    return facts.Authority(public_id, kind, valid_from, valid_to, verifier is not None, recorded_at)


LINES = Prepared(
    lambda revisions: ScopeLine.objects.filter(revision__in=revisions)
    .order_by()
    .values_list(
        "pk", "productions__public_id", "revision_id", "public_id", "effect", "uses", "modalities", "territories",
        "territories_except", "acts", "units", "media", "languages", "content_excluded", "start", "end",
    )
)  # fmt: skip


def _lines(revisions: list[int]) -> Kept:
    """The rights blocks by revision. One that names several productions comes in as many rows."""
    rows = LINES(revisions)
    told: dict[int, tuple[Any, ...]] = {}
    productions = defaultdict(set)
    for pk, production, *line in rows:
        told[pk] = tuple(line)
        productions[pk] |= {production} if production else set()
    kept: Kept = defaultdict(list)
    for pk, (revision, public_id, effect, *sets, start, end) in told.items():
        uses, modalities, territories, apart, acts, units, media, languages, content = map(frozenset, sets)
        kept[revision].append(
            facts.Line(
                id=public_id,
                effect=effect,
                uses=uses,
                modalities=modalities,
                territories=territories,
                territories_except=apart,
                acts=acts,
                productions=frozenset(productions[pk]),
                units=units,
                media=media,
                languages=languages,
                content_excluded=content,
                start=start,
                end=end,
            )
        )
    return kept


EVIDENCE = Prepared(
    lambda revisions: Evidence.objects.filter(revision__in=revisions)
    .order_by()
    .values_list("revision_id", "sha256", "recorded_at")
)
SIGNATURES = Prepared(
    lambda revisions: Signature.objects.filter(revision__in=revisions)
    .order_by()
    .values_list(
        "revision_id", "signed_on", "capacity", "evidence__sha256", "recorded_at", "separate_signature",
    )
)  # fmt: skip
ENDINGS = Prepared(
    lambda grants: Ending.objects.filter(grant__in=grants)
    .order_by()
    .values_list("grant_id", "public_id", "kind", "mode", "effective_at", "run_off_to", "recorded_at")
)


def _evidence(revisions: list[int]) -> Kept:
    kept: Kept = defaultdict(list)
    for revision, *paper in EVIDENCE(revisions):
        kept[revision].append(facts.Evidence(*paper))
    return kept


def _signatures(revisions: list[int]) -> Kept:
    kept: Kept = defaultdict(list)
    for revision, day, *signed in SIGNATURES(revisions):
        kept[revision].append(facts.Signature(_midnight(day), *signed))
    return kept


def _endings(grants: list[int]) -> Kept:
    kept: Kept = defaultdict(list)
    for grant, *ending in ENDINGS(grants):
        kept[grant].append(facts.Ending(*ending))
    return kept


UNITS = Prepared(
    lambda productions, codes: Unit.objects.filter(production__public_id__in=productions, code__in=codes)
    .order_by()
    .values_list("production__public_id", "public_id", "code")
)
STATEMENTS = Prepared(
    lambda studio, subjects: Statement.objects.filter(studio=studio, subject__in=subjects)
    .order_by()
    .values_list(
        "pk", "question", "public_id", "kind", "form", "subject", "details", "refers_to__public_id", "effective_at",
        "until", "recorded_at", "acts", "answer",
    )
)  # fmt: skip
BEHIND = Prepared(
    lambda statements: Statement.by.through.objects.filter(statement__in=statements)
    .order_by()
    .values_list("statement_id", "user_id")
)


def _units(requests: Iterable[facts.Request]) -> list[tuple[Any, ...]]:
    """The scenes and shots asked about: the production, the id and the code of each."""
    productions = {request.production for request in requests if request.units}
    return UNITS(productions, {code for request in requests for code in request.units})


def _asked_as(
    request: facts.Request, works: list[tuple[Any, ...]], units: Iterable[tuple[Any, ...]]
) -> dict[str, str]:
    """A lock lies on a unit by its id, and a question names units by their code within the production. One that lies on
    a collective agreement lies on every production under it."""
    under = {f"agreement:{code}": request.production for *_, code in _of_line(request, works) if code}
    return under | {id: code for work, id, code in units if work == request.production and code in request.units}


def _of_line(request: facts.Request, works: Iterable[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    return [row for row in works if row[0] in request.production_line]


def _statements(
    stated: Iterable[tuple[Stated, str]], request: facts.Request, asked_as: dict[str, str]
) -> Iterator[facts.Statement]:
    on_forms = [row for row, _ in stated if row.form]
    yield from on_record.attested(on_forms, as_of=request.as_of, known_at=request.known_at)
    for row, question in stated:
        if row.kind != Statement.Kind.RECORD:
            yield _statement(row, question, asked_as)


def _stated(subjects: set[str], studio: Organisation) -> list[tuple[Stated, str]]:
    """Everything stated about these, and about the replicas that are on the register among it."""
    stated = _told_of(subjects, studio)
    return stated + _told_of({row.id for row, _ in stated if row.form == ON_THE_REGISTER}, studio)


def _told_of(subjects: set[str], studio: Organisation) -> list[tuple[Stated, str]]:
    """What was stated about the subjects, each with the question it answers."""
    rows = STATEMENTS(studio.pk, subjects)
    by = defaultdict(list)
    for statement, user in BEHIND([pk for pk, *_ in rows]):
        by[statement].append(str(user))
    return [
        (Stated(public_id, kind, form, subject, details, tuple(by[pk]), *moments, frozenset(acts), answer), question)
        for pk, question, public_id, kind, form, subject, details, *moments, acts, answer in rows
    ]


def _statement(row: Stated, question: str, asked_as: dict[str, str]) -> facts.Statement:
    return facts.Statement(
        id=row.id,
        kind="dispute" if row.form == DISPUTE else row.kind,
        subject=asked_as.get(row.subject, row.subject),
        answer=row.answer,
        acts=row.acts,
        by=row.by,
        question=question,
        refers_to=row.refers_to,
        effective_at=row.effective_at,
        until=row.until,
        recorded_at=row.recorded_at,
    )


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=UTC)
