"""Ask again what waited for a lawyer, once a dispute is resolved, a lock lifted, or something found, stated or verified.

The row is written in the transaction of what was stated; a worker carries it out, and a sweep finds what was lost. It only
asks: each answer is a decision of its own, stored if it differs from the one before, so that twice is harmless.
"""

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from consent import clearance
from consent.forms.catalogue import FORMS
from consent.forms.shape import AGREEMENT, ASSET, LOCK, PRODUCTION, RECORD, STUDIO, UNIT
from consent.holding import kind_of
from consent.models import Decision, Grant, Reopening, Statement
from registry import journal
from registry.errors import RegistryError
from registry.models import Authority, Organisation, Unit

PURPOSE = "reconsideration"
CALL_AGAIN = timedelta(seconds=15)
# Whoever asked before the work, and has been silent for so long, waits for nothing.
OPEN_FOR = timedelta(days=180)

log = logging.getLogger(__name__)


def note(cause: str, *, studio: Organisation, subject: str, at: datetime) -> None:
    """In the transaction of what was stated: what it may have cleared is to be asked again."""
    assert transaction.get_connection().in_atomic_block, "what is to be done is kept with what makes it necessary"
    Reopening.objects.create(cause=cause, studio=studio, subject=subject, recorded_at=at, called_at=at)


def note_statement(row: Statement) -> None:
    """The same of a statement, if it can turn an answer: a lock only tightens, and some records bear on no answer."""
    form = FORMS.get(row.form)
    silent = row.kind == RECORD and form is not None and not (form.states or form.event)
    if row.kind != LOCK and not silent:
        note(row.public_id, studio=row.studio, subject=row.subject, at=row.recorded_at)


def carry_out(cause: str, *, at: datetime) -> None:
    """Ask the open questions that it concerns. Each is asked by itself, so that one that fails keeps no other waiting."""
    row = Reopening.objects.select_related("studio").filter(cause=cause, done_at=None).first()
    if row is None:
        return
    asked = changed = 0
    for pk in list(_concerned(row)):
        asked += 1
        changed += _asked_again(row, pk, at=at)
    with transaction.atomic():
        done = Reopening.objects.filter(pk=row.pk, done_at=None).update(done_at=at, asked=asked, changed=changed)
        if done and asked:
            _record(row, "record:asked_again", _chain(row), at=at, asked=asked, changed=changed)


def to_call(*, at: datetime) -> list[str]:
    """What nobody has carried out yet, and whose message may be lost."""
    waiting = Reopening.objects.filter(done_at=None, called_at__lte=at - CALL_AGAIN)
    causes = list(waiting.values_list("cause", flat=True)[:100])
    waiting.filter(cause__in=causes).update(called_at=at)
    return causes


def unanswered(decisions: QuerySet[Decision]) -> QuerySet[Decision]:
    """First answers to questions, each with the `newest` outcome, that are still no or wait for a lawyer."""
    later = Decision.objects.filter(original=OuterRef("pk")).order_by("-pk").values("outcome")[:1]
    newest = decisions.filter(original=None).annotate(newest=Coalesce(Subquery(later), F("outcome")))
    return newest.exclude(newest=Decision.Outcome.PERMIT)


def _concerned(row: Reopening) -> Iterator[int]:
    """The open questions about the subject. Of a file that was refused nothing is left that could go on."""
    open_ones = unanswered(Decision.objects.filter(production__studio=row.studio)).filter(
        Q(purpose="clearance", recorded_at__gt=row.recorded_at - OPEN_FOR) | Q(purpose="intake", newest=Decision.Outcome.REVIEW)
    )
    concerns = _about(row)
    for pk, asked in open_ones.order_by("pk").values_list("pk", "request").iterator():
        if concerns is None or concerns(asked):
            yield pk


def _about(row: Reopening):
    """Whether a question is about the subject, as a function of it; None: every question of the studio."""
    kind, subject = kind_of(row.subject), row.subject
    if kind in (STUDIO, AGREEMENT):
        return None
    if kind == ASSET:
        return lambda asked: asked.get("asset_sha256") == subject
    if kind in (PRODUCTION, UNIT):
        units = Unit.objects.filter(public_id=subject).values_list("production__public_id", flat=True)
        work = subject if kind == PRODUCTION else units.first()
        return lambda asked: work in asked["production_line"]
    person = _person(subject)
    return lambda asked: any(one["person"] == person for one in asked["depictions"])


def _person(subject: str) -> str | None:
    """Whose it is: a person, who speaks for them, a consent of theirs, or a replica."""
    found = {
        "aut_": Authority.objects.filter(public_id=subject).values_list("person__public_id", flat=True),
        "grt_": Grant.objects.filter(public_id=subject).values_list("person__public_id", flat=True),
        "sta_": Statement.objects.filter(public_id=subject).values_list("subject", flat=True),
    }.get(subject[:4])
    return subject if found is None else found.first()


def _asked_again(row: Reopening, pk: int, *, at: datetime) -> bool:
    """Whether the answer is another one now."""
    stored = Decision.objects.select_related("production__studio", "requester").get(pk=pk)
    before = stored.later.order_by("-pk").first() or stored
    try:
        with transaction.atomic():
            now = clearance.confirm(stored, purpose=PURPOSE, at=at)
            if now.outcome != before.outcome:
                told = {"decision": now.public_id, "before": before.outcome, "after": now.outcome}
                _record(row, "decision:asked_again", stored.public_id, at=at, **told)
    except RegistryError:
        log.exception("decision %s could not be asked again", stored.public_id)
        return False
    return now.outcome != before.outcome


def _chain(row: Reopening) -> str:
    return row.subject if kind_of(row.subject) != STUDIO else row.studio.public_id


def _record(row: Reopening, tag: str, subject: str, *, at: datetime, **details: Any) -> None:
    journal.record(
        actor=journal.by_system("reopening"), tag=tag, subject=subject, organisation=row.studio, at=at,
        details={"cause": row.cause, **details},
    )  # fmt: skip
