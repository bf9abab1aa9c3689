"""The writer of statements: a row with the people behind it, an entry in the journal, and what is to be asked again for it."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from consent import reopening
from consent.facts import GLOBAL
from consent.models import Statement
from consent.vocabulary import ACTS
from registry import journal
from registry.errors import Conflict, Invalid
from registry.models import Organisation, User


class AlreadyAnswered(Conflict):
    """Another statement has taken this one's place, or lifted it."""

    def __init__(self) -> None:
        super().__init__(
            "statement.answered", "This was confirmed, corrected or lifted already. Open the latest record and go on from there."
        )


def write(kind: str, *, studio: Organisation, subject: str, by: list[User], actor: User, at: datetime, reason: str,
          tag: str, acts: Iterable[str] = (), effective_at: datetime | None = None, **told: Any) -> Statement:
    """Add a statement. Raises Invalid for an act nobody knows, `AlreadyAnswered` if another was quicker."""
    acts = sorted(set(acts))
    if unknown := set(acts) - set(ACTS):
        raise Invalid("statement.term", f"There is no act {', '.join(sorted(unknown))}.")
    with transaction.atomic():
        row = _inserted(
            kind=kind, studio=studio, subject=subject, acts=acts, effective_at=effective_at or at, recorded_at=at, **told
        )
        row.by.set(by)
        journal.record(
            actor=journal.by_user(actor), tag=tag, subject=subject if subject != GLOBAL else studio.public_id,
            organisation=studio, at=at, effective_at=row.effective_at, reason=reason, details=_details(row),
        )  # fmt: skip
        reopening.note_statement(row)
    return row


def _inserted(**columns: Any) -> Statement:
    try:
        with transaction.atomic():
            return Statement.objects.create(**columns)
    except IntegrityError as fault:
        if columns.get("refers_to") is None:
            raise
        raise AlreadyAnswered from fault


def _details(row: Statement) -> dict[str, Any]:
    """What the journal says of a statement; not what was entered on its form, which may be personal."""
    details = {"statement": row.public_id, "answer": row.answer, "question": row.question, "acts": row.acts}
    on_form = {"form": row.form} if row.form else {}
    return details | on_form | ({"refers_to": row.refers_to.public_id} if row.form and row.refers_to else {})
