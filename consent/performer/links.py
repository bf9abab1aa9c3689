"""The link that opens a performer's own letter: made at the desk, shown once, good for one person in one capacity.

Whoever holds it proves with six digits, told by another channel, that it came to the right hands. What does not open is
answered alike, whatever the reason: unknown, run out, revoked, locked, or of somebody who speaks for the person no more.
"""

import hashlib
import re
import secrets
from datetime import datetime, timedelta

from django.core.signing import BadSignature, TimestampSigner
from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from consent.models import PerformerLink
from consent.vocabulary import AUTHORITY_KINDS, SPEAKING_ONLY_FOR_THE_DEAD, SPEAKING_ONLY_FOR_THE_LIVING
from registry import journal
from registry.errors import Conflict, Invalid, NotFound
from registry.models import Authority, Person, User
from registry.people import OF_AGE
from registry.permissions import ENTERS, insist
from registry.private import is_secret_of, secret_digest

LASTS_DAYS = (7, 30, 90, 365)
CODE = re.compile(r"\d{6}")


class NoSuchLetter(NotFound):
    """One answer for whatever does not open."""

    def __init__(self) -> None:
        super().__init__("letter.closed", "This link opens no letter.")


class NotTheCode(Invalid):
    """The six digits are others."""


# ── At the desk ──────────────────────────────────────────────────────────────────────────────────────────────────


@transaction.atomic
def make(
    authority: Authority, *, language: str, days: int, by: User, at: datetime, reason: str
) -> tuple[PerformerLink, str, str]:
    """The link, its token and its code; neither of the two can be shown again. An earlier link stops working."""
    insist(by, authority.person.studio, ENTERS, to="let a performer in")
    if why := why_not(authority, at=at):
        raise Invalid("letter.not_for_them", why)
    earlier = PerformerLink.objects.filter(authority=authority, revoked_at=None)
    for link in earlier.filter(Q(expires_at__gt=at) | Q(passkeys__isnull=False)).distinct():
        _end(link, by=by, at=at, reason=reason)
    secret, code = secrets.token_urlsafe(24), f"{secrets.randbelow(10**6):06}"
    link = PerformerLink(
        authority=authority, secret_hash=_hashed(secret), language=language, made_by=by, made_at=at,
        expires_at=at + timedelta(days=days),
    )  # fmt: skip
    link.code_hash = secret_digest(_coded(link, code))
    link.save()
    details = {"authority": authority.public_id, "expires_at": journal.timestamp(link.expires_at)}
    record(link, "link:made", by=journal.by_user(by), at=at, reason=reason, **details)
    return link, _signer().sign(secret), code


@transaction.atomic
def revoke(link: PerformerLink, *, by: User, at: datetime, reason: str) -> PerformerLink:
    """Whoever has it open reads no further."""
    insist(by, link.studio, ENTERS, to="revoke a performer's link")
    link = PerformerLink.objects.select_for_update().get(pk=link.pk)
    if link.revoked_at:
        raise Conflict("letter.revoked", "This link was revoked already.")
    return _end(link, by=by, at=at, reason=reason)


def why_not(authority: Authority, *, at: datetime) -> str:
    """Why nobody can be let in on this authority today, in a sentence for the desk; or nothing."""
    person, kind, day = authority.person, authority.kind, at.date()
    age, living = person.age_on(day), person.kind == Person.Kind.LIVING
    if not person.data_key:
        return "What was known of this person has been erased."
    if kind == Authority.Kind.SELF and living and age is not None and age < OF_AGE:
        return "The person is not of age. Make a link for the parent or guardian."
    if kind == Authority.Kind.GUARDIAN and age is None:
        return "Put the birth date on file first: a guardian's link stops at the 18th birthday."
    if kind == Authority.Kind.GUARDIAN and age is not None and age >= OF_AGE:
        return "The person is of age. Make a link for the person."
    if kind in SPEAKING_ONLY_FOR_THE_DEAD and living:
        return "An estate speaks only for somebody who has died. Record the death first."
    if kind in SPEAKING_ONLY_FOR_THE_LIVING and not living:
        return "The person has died. Make a link for whoever speaks for the estate."
    if kind != Authority.Kind.SELF and (authority.verified_by_id is None or hasattr(authority, "replaced_by")):
        return "A second lawyer has not verified that they may speak for the person."
    if (authority.valid_from and day < authority.valid_from) or (authority.valid_to and day >= authority.valid_to):
        return "By the document on file they do not speak for the person today."
    return ""


def works(link: PerformerLink, *, at: datetime) -> bool:
    """Whether what was sent opens the letter."""
    return link.expires_at > at and admits(link, at=at)


def admits(link: PerformerLink, *, at: datetime) -> bool:
    """Whether its holder may be let in at all, by whatever proves that it is they."""
    return not (link.revoked_at or link.locked_at or why_not(link.authority, at=at))


# ── At the door ──────────────────────────────────────────────────────────────────────────────────────────────────


def opened(token: str, *, at: datetime) -> PerformerLink:
    """The link of this token. Raises `NoSuchLetter`; nothing is written, for it may be a mail program that looks."""
    try:
        secret = _signer().unsign(token, max_age=timedelta(days=max(LASTS_DAYS)))
    except BadSignature:
        raise NoSuchLetter from None
    link = _found(Q(secret_hash=_hashed(secret)))
    if not works(link, at=at):
        raise NoSuchLetter
    return link


def bound(public_id: str, *, at: datetime) -> PerformerLink:
    """The link that a browser was let in by, if it still works or a passkey was kept for it. Raises `NoSuchLetter`."""
    link = _found(Q(public_id=public_id))
    if not works(link, at=at) and not (link.passkeys.exists() and admits(link, at=at)):
        raise NoSuchLetter
    stale = at - timedelta(minutes=1)
    PerformerLink.objects.filter(Q(last_used_at=None) | Q(last_used_at__lt=stale), pk=link.pk).update(last_used_at=at)
    return link


def admit(link: PerformerLink, *, code: str, at: datetime) -> None:
    """Let a browser in that knows the code. Raises what `confirm` raises."""
    confirm(link, code=code, at=at)
    with transaction.atomic():
        record(link, "link:opened", by=by_link(link), at=at)


def confirm(link: PerformerLink, *, code: str, at: datetime) -> None:
    """The six digits of the other channel. Raises `NotTheCode`; the fifth wrong one in a row locks the link.

    A try is counted before the code is looked at, so that many at once are no more than five.
    """
    digits = re.sub(r"[\s-]", "", code)
    if not CODE.fullmatch(digits):
        raise NotTheCode("letter.code", _("The code has six digits. The studio’s lawyer told it to you."))
    this = PerformerLink.objects.filter(pk=link.pk, locked_at=None)
    if not this.filter(wrong_codes__lt=link.MOST_WRONG_CODES).update(wrong_codes=F("wrong_codes") + 1):
        raise NoSuchLetter
    if is_secret_of(link.code_hash, _coded(link, digits)):
        this.update(wrong_codes=0, last_used_at=at)
        return
    left = link.MOST_WRONG_CODES - this.values_list("wrong_codes", flat=True).get()
    if left <= 0:
        _lock(link, at=at)
        raise NoSuchLetter
    raise NotTheCode("letter.code", ngettext(
        "That is not the code. You can try once more; then the link is locked and the studio makes you a new one.",
        "That is not the code. You can try %(left)s more times; then the link is locked and the studio makes you a new one.",
        left,
    ) % {"left": left})  # fmt: skip


def by_link(link: PerformerLink) -> journal.Actor:
    """Who acts at the door. The journal can never forget, so it names the capacity and nobody."""
    return journal.Actor(f"link:{link.public_id}", f"{AUTHORITY_KINDS[link.authority.kind]}, by link", person=False)


def _found(which: Q) -> PerformerLink:
    link = PerformerLink.objects.filter(which).select_related("authority__person__studio", "authority__replaced_by").first()
    if link is None:
        raise NoSuchLetter
    return link


@transaction.atomic
def _lock(link: PerformerLink, *, at: datetime) -> None:
    if PerformerLink.objects.filter(pk=link.pk, locked_at=None).update(locked_at=at):
        record(link, "link:locked", by=by_link(link), at=at)


def _end(link: PerformerLink, *, by: User, at: datetime, reason: str) -> PerformerLink:
    link.revoked_at = at
    link.save(update_fields=["revoked_at"])
    record(link, "link:revoked", by=journal.by_user(by), at=at, reason=reason)
    return link


def record(link: PerformerLink, tag: str, *, by: journal.Actor, at: datetime, reason: str = "", **details: str) -> None:
    journal.record(
        actor=by, tag=tag, subject=link.person.public_id, organisation=link.studio, at=at, reason=reason,
        details={"link": link.public_id} | details,
    )  # fmt: skip


def _signer() -> TimestampSigner:
    return TimestampSigner(sep=".", salt="consent.performer.link")


def _hashed(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _coded(link: PerformerLink, code: str) -> str:
    return f"{link.public_id}:{code}"
