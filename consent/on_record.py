"""What is on record on the forms, read from the table as values; private fields are opened with the person's key."""

import json
from collections.abc import Collection, Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from cryptography.exceptions import InvalidTag
from django.db.models import Q

from consent import facts
from consent.holding import Held, Stated, holding, threads
from consent.holding import facts as facts_held
from consent.models import Statement
from registry.models import Organisation, Person
from registry.private import open_key, seal, unseal

Kind = Statement.Kind


def rows_about(subjects: Collection[str], *, studio: Organisation) -> list[Statement]:
    """Everything stated on a form about the subjects, and what lifts it, oldest first."""
    rows = Statement.objects.filter(~Q(form="") | Q(kind=Kind.LIFT), studio=studio, subject__in=subjects)
    return list(rows.select_related("refers_to", "evidence").prefetch_related("by").order_by("pk"))


def about(subjects: Collection[str], *, studio: Organisation) -> list[Stated]:
    return [stated(row) for row in rows_about(subjects, studio=studio)]


def stated(row: Statement) -> Stated:
    return Stated(
        id=row.public_id,
        kind=row.kind,
        form=row.form,
        subject=row.subject,
        details=row.details,
        by=tuple(str(one.pk) for one in row.by.all()),
        refers_to=row.refers_to.public_id if row.refers_to else None,
        effective_at=row.effective_at,
        until=row.until,
        recorded_at=row.recorded_at,
        acts=frozenset(row.acts),
        answer=row.answer,
    )


def holding_about(subjects: Collection[str], *, studio: Organisation, at: datetime) -> list[Held]:
    """The records about the subjects that hold at `at`, as known then."""
    return holding(about(subjects, studio=studio), as_of=at, known_at=at)


def open_threads(statements: Iterable[Stated], form: str) -> list[tuple[Stated, ...]]:
    """The records on that form that nobody has lifted, drafts among them."""
    statements = list(statements)
    known_at = max((one.recorded_at for one in statements), default=datetime.min.replace(tzinfo=UTC))
    found = threads(statements, known_at=known_at)
    return [one for one in found if one[0].form == form and one[-1].kind != Kind.LIFT]


def attested(statements: Iterable[Stated], *, as_of: datetime, known_at: datetime) -> Iterator[facts.Statement]:
    """The facts that records state, as statements of the kind that rules read: one fact each, in its own words."""
    statements = list(statements)
    by_id = {one.id: one for one in statements}
    for fact in facts_held(statements, as_of=as_of, known_at=known_at):
        record = by_id[fact.record]
        yield facts.Statement(
            id=record.id, kind="fact", subject=fact.subject, answer=fact.answer, acts=frozenset(), by=record.by,
            question=fact.name, refers_to=None, effective_at=record.effective_at, until=record.until,
            recorded_at=record.recorded_at,
        )  # fmt: skip


def determined(subject: str, question: str, *, studio: Organisation, at: datetime) -> bool:
    """Whether two lawyers found so, and none has said otherwise since."""
    answers = [
        one.record
        for one in holding_about([subject], studio=studio, at=at)
        if one.record.kind == Kind.DETERMINATION and one.record.on_form.question == question
    ]
    return bool(answers) and answers[-1].answer == "yes" and all(one.answer == "yes" for one in answers)


# --- private fields ------------------------------------------------------------------------------------------------


def sealed(person: Person, private: dict[str, Any]) -> bytes:
    """Fields of a record as only the person's key opens them."""
    return seal(open_key(bytes(person.data_key)), json.dumps(private).encode()) if private else b""


def opened(row: Statement, person: Person | None) -> dict[str, Any]:
    """The private fields of a record; none once the person's key is destroyed."""
    if not row.sealed or person is None or not person.data_key:
        return {}
    try:
        return json.loads(unseal(open_key(bytes(person.data_key)), bytes(row.sealed)))
    except InvalidTag:
        return {}
