"""What lawyers state: a determination by two of them, an approval of an exact file, a lock and its lifting.

All of it is one shape, a dated statement about something (docs/adr/0007); the decision reads it afresh each time.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import QuerySet

from consent.fact_dictionary import FACTS
from consent.models import Grant, Statement
from consent.stating import write
from consent.subjects import found
from consent.vocabulary import ANSWERS, APPROVAL_ANSWERS, QUESTIONS
from registry.errors import Conflict, Invalid, NotAllowed
from registry.models import Organisation, User
from registry.permissions import NotYourDesk, may_enter, may_verify

Kind = Statement.Kind


class OneLawyer(NotAllowed):
    def __init__(self) -> None:
        super().__init__(
            "consent.same_lawyer", "You proposed this yourself. A determination counts once a second lawyer agrees."
        )


def propose(*, studio: Organisation, subject: str, question: str, answer: str, by: User, at: datetime, reason: str,
            acts: Iterable[str] = (), until: datetime | None = None) -> Statement:
    """One lawyer's answer to a question of QUESTIONS, or to one that only two lawyers answer (fact_dictionary.py), about
    what it is a question of. It counts for nothing until it is seconded."""
    if not may_enter(by, studio):
        raise NotYourDesk(studio, "propose a determination")
    asked_of_two = question in QUESTIONS or (question in FACTS and FACTS[question].lawyers > 1)
    if not asked_of_two or answer not in ANSWERS:
        raise Invalid("statement.term", "This is no question that lawyers determine here, or no answer to it.")
    found(studio, subject)
    return write(
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
    return write(
        Kind.DETERMINATION, studio=studio, subject=proposal.subject, question=proposal.question, answer=proposal.answer,
        acts=proposal.acts, by=[*first, by], actor=by, at=at, until=proposal.until, refers_to=proposal, reason=reason,
        form=proposal.form, details=proposal.details, sealed=bytes(proposal.sealed), tag="determination:made",
    )  # fmt: skip


def approve(grant: Grant, *, asset_sha256: str, answer: str, by: User, at: datetime, reason: str) -> Statement:
    """Write down the answer of whoever has the right to approve an exact file under this consent."""
    if not may_enter(by, grant.studio):
        raise NotYourDesk(grant.studio, "record an approval")
    if answer not in APPROVAL_ANSWERS:
        raise Invalid("statement.term", "An approval is given or refused.")
    found(grant.studio, asset_sha256)
    return write(
        Kind.APPROVAL, studio=grant.studio, subject=asset_sha256, question=grant.public_id, answer=answer, by=[by],
        actor=by, at=at, reason=reason, tag="approval:recorded",
    )  # fmt: skip


def lock(*, studio: Organisation, subject: str, by: User, at: datetime, reason: str, acts: Iterable[str] = (),
         effective_at: datetime | None = None, until: datetime | None = None) -> Statement:
    """Stop all use, or the acts named, of a person, a production, a unit, a consent, a file, or of everything."""
    if not may_enter(by, studio):
        raise NotYourDesk(studio, "set a lock")
    found(studio, subject)
    return write(
        Kind.LOCK, studio=studio, subject=subject, acts=acts, by=[by], actor=by, at=at, effective_at=effective_at,
        until=until, reason=reason, tag="lock:set",
    )  # fmt: skip


def lift(locked: Statement, *, by: User, at: datetime, reason: str) -> Statement:
    """Let use go on: the lock stays on the record, and no longer holds."""
    if not may_verify(by, locked.studio):
        raise NotYourDesk(locked.studio, "lift a lock")
    if locked.kind != Kind.LOCK or Statement.objects.filter(kind=Kind.LIFT, refers_to=locked).exists():
        raise Conflict("statement.lifted", "This lock was lifted already.")
    return write(
        Kind.LIFT, studio=locked.studio, subject=locked.subject, acts=locked.acts, by=[by], actor=by, at=at,
        refers_to=locked, reason=reason, tag="lock:lifted",
    )  # fmt: skip


def proposed() -> QuerySet[Statement]:
    """Every determination that one lawyer proposed and nobody has seconded."""
    seconded = Statement.objects.filter(refers_to__isnull=False).values("refers_to")
    return Statement.objects.filter(kind=Kind.DETERMINATION, refers_to=None).exclude(pk__in=seconded)


def standing_locks(studio: Organisation, *, at: datetime) -> list[Statement]:
    """The studio's locks that hold, the newest first."""
    locks = Statement.objects.filter(kind=Kind.LOCK, studio=studio, effective_at__lte=at)
    lifted = Statement.objects.filter(kind=Kind.LIFT, studio=studio).values("refers_to")
    return [one for one in locks.exclude(pk__in=lifted).order_by("-id") if one.until is None or at < one.until]
