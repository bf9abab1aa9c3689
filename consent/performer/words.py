"""What a performer says at their own door: agrees, declines, asks, ends, takes it back. What the desk answers.

Every one of them is said once: a form that is sent twice is the same word. Ending a consent holds it at once, before
anybody at the desk has looked; the desk then records the ending, or the performer takes it back.
"""

from collections.abc import Callable
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from consent import paper, reopening
from consent.models import (
    DeskAnswer,
    Ending,
    Grant,
    PerformerLink,
    PerformerWord,
    RevisionOffer,
    Signature,
    Statement,
)
from consent.performer import agreement, links
from registry import journal
from registry.errors import Conflict, Invalid
from registry.models import Organisation, User
from registry.permissions import ENTERS, insist

Kind = PerformerWord.Kind
LONGEST = 4000
# What a hold leaves alone: finished work goes on until the ending itself says otherwise (consent.md §6.5).
HELD_ACTS = ("capture", "create_replica", "generate", "alter", "dub", "sign", "release", "promote", "transfer", "train")

# Raises `NotTheCode` unless whoever acts proves once more that it is they: by the code, or by a passkey.
Confirm = Callable[[], None]


class ReadAgain(Conflict):
    """What was agreed to is not what stands there now."""


# ── At the door ──────────────────────────────────────────────────────────────────────────────────────────────────


def agree(
    link: PerformerLink, put: RevisionOffer, *, sha256: str, confirm: Confirm, once: str, at: datetime
) -> PerformerWord:
    """A simple electronic signature under the exact text that was read; `sha256` is the hash of that text."""

    def do() -> PerformerWord:
        text = agreement.words(put.revision, link)
        if text.sha256 != sha256:
            raise ReadAgain("letter.changed", _("The text is not the one you read. Nothing was signed; please read it again."))
        confirm()
        revision = put.revision
        with paper.shelved((text,)) as (kept,), transaction.atomic():
            _hold_still(link, put)
            evidence = paper.record(kept, studio=revision.grant.studio, revision=revision, by=put.offered_by, at=at)
            Signature.objects.create(
                revision=revision, evidence=evidence, capacity=link.authority.kind, method=Signature.Method.SIMPLE,
                separate_signature=True, signed_on=at.date(), recorded_at=at,
            )  # fmt: skip
            return _said(link, Kind.AGREED, once=once, at=at, grant=revision.grant, offer=put,
                         details={"revision": revision.public_id, "evidence": text.sha256})  # fmt: skip

    return _once(link, once, do)


def decline(link: PerformerLink, put: RevisionOffer, *, once: str, at: datetime, text: str = "") -> PerformerWord:
    """No reason is asked for; one may be given."""

    def do() -> PerformerWord:
        with transaction.atomic():
            _hold_still(link, put)
            return _said(link, Kind.DECLINED, once=once, at=at, grant=put.revision.grant, offer=put, text=text,
                         details={"revision": put.revision.public_id})  # fmt: skip

    return _once(link, once, do)


def ask(link: PerformerLink, *, text: str, once: str, at: datetime, grant: Grant | None = None) -> PerformerWord:
    def do() -> PerformerWord:
        if not _legible(text):
            raise Invalid("letter.no_question", _("Write your question first."))
        with transaction.atomic():
            return _said(link, Kind.ASKED, once=once, at=at, grant=grant, text=text)

    return _once(link, once, do)


def end(link: PerformerLink, grant: Grant, *, confirm: Confirm, once: str, at: datetime, text: str = "") -> PerformerWord:
    """Hold the consent at once, under the lock that a release takes too; the desk records the ending."""

    def do() -> PerformerWord:
        confirm()
        with transaction.atomic():
            locked = Grant.objects.select_for_update().get(pk=grant.pk)
            if wish_of(locked) or locked.endings.exists():
                raise Conflict(
                    "letter.ended", _("This consent has ended already, or you have asked to end it. Nothing is left to do.")
                )
            hold = Statement.objects.create(
                kind=Statement.Kind.LOCK, studio=locked.studio, subject=locked.public_id, acts=list(HELD_ACTS),
                effective_at=at, recorded_at=at,
            )  # fmt: skip
            return _said(link, Kind.ENDS, once=once, at=at, grant=locked, lock=hold, text=text,
                         details={"lock": hold.public_id})  # fmt: skip

    return _once(link, once, do)


def stay(link: PerformerLink, grant: Grant, *, confirm: Confirm, once: str, at: datetime) -> PerformerWord:
    """Take back that it shall end, as long as the desk has not recorded the ending. The hold is lifted."""

    def do() -> PerformerWord:
        confirm()
        with transaction.atomic():
            locked = Grant.objects.select_for_update().get(pk=grant.pk)
            wish = wish_of(locked)
            if wish is None:
                raise Conflict("letter.nothing_to_take_back", _("There is nothing to take back: the consent is not on hold."))
            lift = Statement.objects.create(
                kind=Statement.Kind.LIFT, studio=locked.studio, subject=locked.public_id, acts=wish.lock.acts,
                refers_to=wish.lock, effective_at=at, recorded_at=at,
            )  # fmt: skip
            reopening.note_statement(lift)
            return _said(link, Kind.STAYS, once=once, at=at, grant=locked, details={"lock": wish.lock.public_id})

    return _once(link, once, do)


def wish_of(grant: Grant) -> PerformerWord | None:
    """The wish that the consent shall end, if it was neither fulfilled nor taken back."""
    last = PerformerWord.objects.filter(grant=grant, kind__in=(Kind.ENDS, Kind.STAYS)).select_related("lock").first()
    fulfilled = last and Ending.objects.filter(grant=grant, recorded_at__gte=last.recorded_at).exists()
    return last if last and last.kind == Kind.ENDS and not fulfilled else None


# ── At the desk ──────────────────────────────────────────────────────────────────────────────────────────────────


@transaction.atomic
def answer(word: PerformerWord, *, text: str, by: User, at: datetime) -> DeskAnswer:
    """What is answered stands in the performer's letter."""
    studio = word.link.studio
    insist(by, studio, ENTERS, to="answer a performer")
    PerformerWord.objects.select_for_update().get(pk=word.pk)
    if DeskAnswer.objects.filter(word=word).exists():
        raise Conflict("letter.answered", "A colleague has answered this already.")
    answered = DeskAnswer.objects.create(word=word, text=_legible(text), by=by, recorded_at=at)
    journal.record(
        actor=journal.by_user(by), tag="performer:answered", subject=_subject(word), organisation=studio, at=at,
        details={"word": word.public_id}, reason="Answer to the performer",
    )  # fmt: skip
    return answered


def waiting(studios: QuerySet[Organisation]) -> QuerySet[PerformerWord]:
    """What the desk has still to do something about, the oldest first: a question or a no without an answer, and an
    ending that is neither recorded nor taken back. What was agreed to waits for the second lawyer like any paper."""
    later = PerformerWord.objects.filter(grant=OuterRef("grant"), kind=Kind.STAYS, pk__gt=OuterRef("pk"))
    ended = Ending.objects.filter(grant=OuterRef("grant"), recorded_at__gte=OuterRef("recorded_at"))
    said = Q(kind__in=(Kind.ASKED, Kind.DECLINED), answer=None) | Q(kind=Kind.ENDS) & ~Exists(later) & ~Exists(ended)
    found = PerformerWord.objects.filter(said, link__authority__person__studio__in=studios)
    return found.select_related("link__authority__person", "grant").order_by("recorded_at")


def locked_out(studios: QuerySet[Organisation]) -> QuerySet[PerformerLink]:
    """Links that five wrong codes have locked and nobody has revoked, or replaced, since."""
    found = PerformerLink.objects.filter(authority__person__studio__in=studios, revoked_at=None)
    return found.exclude(locked_at=None).select_related("authority__person").order_by("locked_at")


# ── How a word is kept ───────────────────────────────────────────────────────────────────────────────────────────


def _once(link: PerformerLink, once: str, do: Callable[[], PerformerWord]) -> PerformerWord:
    """The word that this form has said already, or what it says now; also when it is sent twice at the same time."""
    already = PerformerWord.objects.filter(link=link, once=once)
    if said := already.first():
        return said
    try:
        return do()
    except (IntegrityError, Conflict):
        if said := already.first():
            return said
        raise


def _hold_still(link: PerformerLink, put: RevisionOffer) -> None:
    """Nobody else answers, amends or ends the consent until the transaction is over."""
    Grant.objects.select_for_update().get(pk=put.revision.grant_id)
    if not agreement.open_offers(link).filter(pk=put.pk).exists():
        raise Conflict("letter.not_open", _("This was answered already, or the studio has put another text in its place."))


def _said(
    link: PerformerLink, kind: Kind, *, once: str, at: datetime, grant: Grant | None = None, text: str = "",
    offer: RevisionOffer | None = None, lock: Statement | None = None, details: dict | None = None,
) -> PerformerWord:  # fmt: skip
    word = PerformerWord.objects.create(
        link=link, kind=kind, grant=grant, offer=offer, lock=lock, text=_legible(text), once=once, recorded_at=at
    )
    journal.record(
        actor=links.by_link(link), tag=f"performer:{kind.value}", subject=_subject(word), organisation=link.studio, at=at,
        details={"link": link.public_id, "word": word.public_id} | (details or {}),
    )  # fmt: skip
    return word


def _subject(word: PerformerWord) -> str:
    return word.grant.public_id if word.grant else word.link.person.public_id


def _legible(text: str) -> str:
    """Without what cannot be seen; raises Invalid when it is too long."""
    text = "".join(sign for sign in text.strip() if sign.isprintable() or sign in "\n\t\u200c\u200d")
    if len(text) > LONGEST:
        sentence = _("That is longer than %(longest)s characters. Please shorten it.")
        raise Invalid("letter.too_long", sentence % {"longest": LONGEST})
    return text
