"""What lawyers state: a determination by two of them, a fact, an approval of an exact file, a lock and its lifting.

All of it is one shape, a dated statement about something (docs/adr/0002); the decision reads it afresh each time.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction

from consent.fact_dictionary import FACTS, parsed
from consent.models import Decision, Grant, Statement
from consent.vocabulary import ACTS, ANSWERS, APPROVAL_ANSWERS, QUESTIONS
from registry import journal
from registry.errors import Conflict, Invalid, NotAllowed
from registry.models import Organisation, Person, Production, Unit, User
from registry.permissions import may_enter, may_verify

GLOBAL = "global"
Kind = Statement.Kind


class NotYourDesk(NotAllowed):
    def __init__(self, studio: Organisation, what: str):
        super().__init__("desk.role", f"Your role at {studio} does not let you {what}. Ask a lawyer who may.")


class OneLawyer(NotAllowed):
    def __init__(self) -> None:
        super().__init__(
            "consent.same_lawyer", "You proposed this yourself. A determination counts once a second lawyer agrees."
        )


class NotOnThisFile(Invalid):
    """The subject belongs to another studio, or to nobody."""

    def __init__(self) -> None:
        super().__init__("statement.subject", "There is nothing of that id on this studio's files.")


def propose(*, studio: Organisation, subject: str, question: str, answer: str, by: User, at: datetime, reason: str,
            acts: Iterable[str] = (), until: datetime | None = None) -> Statement:
    """One lawyer's answer to a question of QUESTIONS, or to one that only two lawyers answer (fact_dictionary.py), about
    what it is a question of. It counts for nothing until it is seconded."""
    if not may_enter(by, studio):
        raise NotYourDesk(studio, "propose a determination")
    asked_of_two = question in QUESTIONS or (question in FACTS and FACTS[question].lawyers > 1)
    if not asked_of_two or answer not in ANSWERS:
        raise Invalid("statement.term", "This is no question that lawyers determine here, or no answer to it.")
    _must_be_of(studio, subject)
    return _stated(
        Kind.DETERMINATION, studio=studio, subject=subject, question=question, answer=answer, acts=acts, by=[by],
        actor=by, at=at, until=until, reason=reason, tag="determination:proposed",
    )  # fmt: skip


def second(proposal: Statement, *, by: User, at: datetime, reason: str) -> Statement:
    """A second lawyer agrees: the determination of both, from now on."""
    studio = proposal.studio
    if not may_verify(by, studio):
        raise NotYourDesk(studio, "second a determination")
    first = list(proposal.by.all())
    if by in first:
        raise OneLawyer
    if proposal.kind != Kind.DETERMINATION or len(first) != 1 or Statement.objects.filter(refers_to=proposal).exists():
        raise Conflict("statement.seconded", "This determination was seconded already.")
    return _stated(
        Kind.DETERMINATION, studio=studio, subject=proposal.subject, question=proposal.question, answer=proposal.answer,
        acts=proposal.acts, by=[*first, by], actor=by, at=at, until=proposal.until, refers_to=proposal, reason=reason,
        tag="determination:made",
    )  # fmt: skip


def attest(*, studio: Organisation, subject: str, fact: str, answer: str, by: User, at: datetime, reason: str,
           acts: Iterable[str] = (), effective_at: datetime | None = None, until: datetime | None = None) -> Statement:
    """Write down a fact that rules ask for (fact_dictionary.py) about a person, consent, production or file: yes or no,
    a code, a number, a day as 2026-07-01, or codes with commas between. A later statement takes the place of it."""
    if not may_enter(by, studio):
        raise NotYourDesk(studio, "state a fact")
    known = FACTS.get(fact)
    if known is None or not known.about or known.lawyers > 1:
        raise Invalid("statement.term", "This is no fact that somebody states alone. The dictionary of facts lists them.")
    if parsed(known, answer) is None:
        raise Invalid("statement.term", f"“{answer[:60]}” is no value of {fact}, which is a {known.type}.")
    _must_be_of(studio, subject)
    return _stated(
        Kind.FACT, studio=studio, subject=subject, question=fact, answer=answer.strip(), acts=acts, by=[by], actor=by,
        at=at, effective_at=effective_at, until=until, reason=reason, tag="fact:stated",
    )  # fmt: skip


def approve(grant: Grant, *, asset_sha256: str, answer: str, by: User, at: datetime, reason: str) -> Statement:
    """Write down the answer of whoever has the right to approve an exact file under this consent."""
    if not may_enter(by, grant.studio):
        raise NotYourDesk(grant.studio, "record an approval")
    if answer not in APPROVAL_ANSWERS:
        raise Invalid("statement.term", "An approval is given or refused.")
    _must_be_of(grant.studio, asset_sha256)
    return _stated(
        Kind.APPROVAL, studio=grant.studio, subject=asset_sha256, question=grant.public_id, answer=answer, by=[by],
        actor=by, at=at, reason=reason, tag="approval:recorded",
    )  # fmt: skip


def lock(*, studio: Organisation, subject: str, by: User, at: datetime, reason: str, acts: Iterable[str] = (),
         effective_at: datetime | None = None, until: datetime | None = None) -> Statement:
    """Stop all use, or the acts named, of a person, a production, a unit, a consent, a file, or of everything."""
    if not may_enter(by, studio):
        raise NotYourDesk(studio, "set a lock")
    _must_be_of(studio, subject)
    return _stated(
        Kind.LOCK, studio=studio, subject=subject, acts=acts, by=[by], actor=by, at=at, effective_at=effective_at,
        until=until, reason=reason, tag="lock:set",
    )  # fmt: skip


def lift(locked: Statement, *, by: User, at: datetime, reason: str) -> Statement:
    """Let use go on: the lock stays on the record, and no longer holds."""
    if not may_verify(by, locked.studio):
        raise NotYourDesk(locked.studio, "lift a lock")
    if locked.kind != Kind.LOCK or Statement.objects.filter(kind=Kind.LIFT, refers_to=locked).exists():
        raise Conflict("statement.lifted", "This lock was lifted already.")
    return _stated(
        Kind.LIFT, studio=locked.studio, subject=locked.subject, acts=locked.acts, by=[by], actor=by, at=at,
        refers_to=locked, reason=reason, tag="lock:lifted",
    )  # fmt: skip


def standing_locks(studio: Organisation, *, at: datetime) -> list[Statement]:
    """The studio's locks that hold, the newest first."""
    locks = Statement.objects.filter(kind=Kind.LOCK, studio=studio, effective_at__lte=at)
    lifted = Statement.objects.filter(kind=Kind.LIFT, studio=studio).values("refers_to")
    return [one for one in locks.exclude(pk__in=lifted).order_by("-id") if one.until is None or at < one.until]


def _must_be_of(studio: Organisation, subject: str) -> None:
    """Somebody, something or some file of this studio; its own everything is named global."""
    if subject == GLOBAL:
        return
    own = (
        Person.objects.filter(studio=studio, public_id=subject),
        Production.objects.filter(studio=studio, public_id=subject),
        Unit.objects.filter(production__studio=studio, public_id=subject),
        Grant.objects.filter(studio=studio, public_id=subject),
        Decision.objects.filter(production__studio=studio, request__asset_sha256=subject),
    )
    if not any(rows.exists() for rows in own):
        raise NotOnThisFile


def _stated(kind: str, *, studio: Organisation, subject: str, by: list[User], actor: User, at: datetime, reason: str,
            tag: str, acts: Iterable[str] = (), effective_at: datetime | None = None, **told: Any) -> Statement:
    acts = sorted(set(acts))
    if unknown := set(acts) - set(ACTS):
        raise Invalid("statement.term", f"There is no act {', '.join(sorted(unknown))}.")
    with transaction.atomic():
        row = Statement.objects.create(
            kind=kind, studio=studio, subject=subject, acts=acts, effective_at=effective_at or at, recorded_at=at, **told
        )
        row.by.set(by)
        journal.record(
            actor=journal.by_user(actor), tag=tag, subject=subject if subject != GLOBAL else studio.public_id,
            organisation=studio, at=at, effective_at=row.effective_at, reason=reason,
            details={"statement": row.public_id, "answer": row.answer, "question": row.question, "acts": acts},
        )  # fmt: skip
    return row
