"""Ask again what waited for a lawyer, once a dispute is resolved, a lock lifted, or something found, stated or verified.

Where somebody wants to be told of clearances that changed, those that were answered with yes are asked again, too: after an
ending, a lock, or another revision of the consent, and on the day its term is over.

The row is written in the transaction of what was stated; a worker carries it out, and a sweep finds what was lost. It only
asks: each answer is a decision of its own, stored if it differs from the one before, so that twice is harmless.
"""

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from django.db import transaction
from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from consent import clearance
from consent.forms.catalogue import FORMS
from consent.forms.shape import AGREEMENT, ASSET, LOCK, PRODUCTION, RECORD, STUDIO, UNIT
from consent.holding import kind_of
from consent.models import Decision, Ending, Grant, Reopening, Statement
from registry import journal
from registry.errors import RegistryError
from registry.models import Authority, Organisation, Unit
from registry.webhooks import outbox

PURPOSE = "reconsideration"
CHANGED = "clearance.changed"
CALL_AGAIN = timedelta(seconds=15)
# Whoever asked before the work, and has been silent for so long, waits for nothing.
OPEN_FOR = timedelta(days=180)
# Of clearances that were answered with yes: how many, the newest first, are looked through, and how many asked again.
LOOKED_THROUGH, MOST = 5000, 500

log = logging.getLogger(__name__)


def note(cause: str, *, studio: Organisation, subject: str, at: datetime) -> None:
    """In the transaction of what was stated: what it may have cleared is to be asked again."""
    assert transaction.get_connection().in_atomic_block, "what is to be done is kept with what makes it necessary"
    Reopening.objects.create(cause=cause, studio=studio, subject=subject, recorded_at=at, called_at=at)


def note_statement(row: Statement) -> None:
    """The same of a statement, if it can turn an answer: a lock only tightens, and some records bear on no answer."""
    if row.kind == LOCK:
        _note_tightening(row.public_id, studio=row.studio, subject=row.subject, at=row.recorded_at, effective_at=row.effective_at)
        return
    form = FORMS.get(row.form)
    silent = row.kind == RECORD and form is not None and not (form.states or form.event)
    if not silent:
        note(row.public_id, studio=row.studio, subject=row.subject, at=row.recorded_at)


def note_ending(ending: Ending) -> None:
    """The same of an ending: it can only turn what was answered with yes."""
    grant = ending.grant
    _note_tightening(
        ending.public_id, studio=grant.studio, subject=grant.public_id, at=ending.recorded_at, effective_at=ending.effective_at
    )


def _note_tightening(cause: str, *, studio: Organisation, subject: str, at: datetime, effective_at: datetime) -> None:
    """What only tightens need not be asked about for its own sake: whoever uses a clearance asks again beside the key. It
    is for those that want to be told; nobody is called before it has effect."""
    assert transaction.get_connection().in_atomic_block, "what is to be done is kept with what makes it necessary"
    if outbox.listeners(CHANGED):
        due = max(at, effective_at) - CALL_AGAIN
        Reopening.objects.create(cause=cause, studio=studio, subject=subject, recorded_at=at, called_at=due)


def carry_out(cause: str, *, at: datetime) -> None:
    """Ask the open questions that it concerns. Each is asked by itself, so that one that fails keeps no other waiting."""
    row = Reopening.objects.select_related("studio").filter(cause=cause, done_at=None).first()
    if row is None:
        return
    asked = changed = 0
    concerned = [] if _only_tightens(row) else list(_concerned(row))
    for pk in [*concerned, *_permitted(row)]:
        asked += 1
        stored = Decision.objects.select_related("production__studio", "requester").get(pk=pk)
        changed += _asked_again(row.cause, stored, at=at)
    with transaction.atomic():
        done = Reopening.objects.filter(pk=row.pk, done_at=None).update(done_at=at, asked=asked, changed=changed)
        if done and asked:
            _record(row.cause, row.studio, "record:asked_again", _chain(row), at=at, asked=asked, changed=changed)


def to_call(*, at: datetime) -> list[str]:
    """What nobody has carried out yet, and whose message may be lost."""
    waiting = Reopening.objects.filter(done_at=None, called_at__lte=at - CALL_AGAIN)
    causes = list(waiting.values_list("cause", flat=True)[:100])
    waiting.filter(cause__in=causes).update(called_at=at)
    return causes


def run_out(*, at: datetime) -> int:
    """Ask again the clearances, of those that want to be told, that stand on a term whose last day is over; gives how many
    changed. It is called often, and what was answered otherwise once is not asked again."""
    over = Decision.objects.filter(revisions__term_end__lte=at.date(), revisions__term_end__gt=at.date() - timedelta(days=3))
    changed = 0
    for pk in list(_yes(at).filter(pk__in=over.values("pk")).order_by("-pk").values_list("pk", flat=True)[:MOST]):
        stored = Decision.objects.select_related("production__studio", "requester").get(pk=pk)
        changed += _asked_again(f"term of {stored.public_id}", stored, at=at)
    return changed


def unanswered(decisions: QuerySet[Decision]) -> QuerySet[Decision]:
    """First answers to questions, each with the `newest` outcome, that are still no or wait for a lawyer."""
    return _first(decisions).exclude(newest=Decision.Outcome.PERMIT)


def _first(decisions: QuerySet[Decision]) -> QuerySet[Decision]:
    later = Decision.objects.filter(original=OuterRef("pk")).order_by("-pk").values("outcome")[:1]
    return decisions.filter(original=None).annotate(newest=Coalesce(Subquery(later), F("outcome")))


def _yes(at: datetime) -> QuerySet[Decision]:
    """Clearances that were last answered with yes, and whose vendor or studio wants to be told when that changes."""
    asked = Decision.objects.filter(purpose="clearance", recorded_at__gt=at - OPEN_FOR, requester__in=outbox.listeners(CHANGED))
    return _first(asked).filter(newest=Decision.Outcome.PERMIT)


def _only_tightens(row: Reopening) -> bool:
    return row.cause.startswith("end_") or Statement.objects.filter(public_id=row.cause, kind=LOCK).exists()


def _permitted(row: Reopening) -> list[int]:
    """Of these, the ones that it may concern; what nobody wants to be told of is not asked again."""
    yes = _yes(row.recorded_at).filter(production__studio=row.studio).order_by("-pk")
    if row.cause.startswith("end_"):
        return list(yes.filter(revisions__grant__public_id=row.subject).distinct().values_list("pk", flat=True)[:MOST])
    concerns = _about(row)
    rows = yes.values_list("pk", "request")[:LOOKED_THROUGH]
    return list(islice((pk for pk, asked in rows if concerns is None or concerns(asked)), MOST))


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


def _asked_again(cause: str, stored: Decision, *, at: datetime) -> bool:
    """Whether the answer is another one now. Who was given a clearance is told so, and no more than what it is now."""
    before = stored.later.order_by("-pk").first() or stored
    try:
        with transaction.atomic():
            now = clearance.confirm(stored, purpose=PURPOSE, at=at)
            if now.outcome != before.outcome:
                told = {"decision": now.public_id, "before": before.outcome, "after": now.outcome}
                _record(cause, stored.production.studio, "decision:asked_again", stored.public_id, at=at, **told)
                if stored.purpose == "clearance":
                    _tell(stored, now, at=at)
    except RegistryError:
        log.exception("decision %s could not be asked again", stored.public_id)
        return False
    return now.outcome != before.outcome


def _tell(stored: Decision, now: Decision, *, at: datetime) -> None:
    data = {
        "clearance": stored.public_id, "production": stored.production.public_id, "outcome": now.outcome,
        "now": now.public_id, "links": {"now": outbox.link(f"clearances/{now.public_id}")},
    }  # fmt: skip
    sandbox = stored.production.studio.sandbox_of_id is not None
    outbox.publish(stored.requester, CHANGED, data, at=at, sandbox=sandbox)


def _chain(row: Reopening) -> str:
    return row.subject if kind_of(row.subject) != STUDIO else row.studio.public_id


def _record(cause: str, studio: Organisation, tag: str, subject: str, *, at: datetime, **details: Any) -> None:
    journal.record(
        actor=journal.by_system("reopening"), tag=tag, subject=subject, organisation=studio, at=at,
        details={"cause": cause, **details},
    )  # fmt: skip
