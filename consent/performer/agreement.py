"""A text that is put before a performer to agree to: offered at the desk, read to the letter, agreed to as it was read.

What is agreed to is kept as a document of its own beside the signature, and known by its hash like any other paper.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from consent import grants, in_words
from consent.models import Ending, Grant, GrantRevision, PerformerLink, RevisionOffer
from consent.paper import Paper
from registry import journal
from registry.errors import Invalid
from registry.models import Authority, User

OPENINGS = {
    "grant": gettext_lazy("I allow {what} {where}"),
    "exclude": gettext_lazy("I do not allow {what} {where}"),
    "approval_required": gettext_lazy("I want to approve the exact file before {what} {where}"),
}


@dataclass(frozen=True, slots=True)
class Text(Paper):
    """A text agreed to on a page: it was never anything but text."""

    @property
    def media_type(self) -> str:
        return "text/plain; charset=utf-8"


# ── At the desk ──────────────────────────────────────────────────────────────────────────────────────────────────


@transaction.atomic
def offer(grant: Grant, *, terms: grants.Terms, by: User, at: datetime, reason: str) -> RevisionOffer:
    """The next revision of a consent, unsigned: it governs nothing before it is agreed to and verified."""
    revision = grants.amend(grant, terms=replace(terms, papers=()), by=by, at=at, reason=reason)
    return _put(revision, by=by, at=at, reason=reason)


@transaction.atomic
def offer_first(*, terms: grants.Terms, by: User, at: datetime, reason: str, **of: Any) -> RevisionOffer:
    """The first revision of a new consent, unsigned; `of` is what `grants.enter` wants to know of it."""
    grant = grants.enter(terms=replace(terms, papers=()), by=by, at=at, reason=reason, **of)
    return _put(grant.revisions.get(), by=by, at=at, reason=reason)


def _put(revision: GrantRevision, *, by: User, at: datetime, reason: str) -> RevisionOffer:
    grant, authority = revision.grant, revision.authority
    if authority is not None and authority.kind == Authority.Kind.SELF:
        raise Invalid("consent.offer_to", "The person signs for themselves: leave the authority empty.")
    put = RevisionOffer.objects.create(revision=revision, offered_by=by, recorded_at=at)
    journal.record(
        actor=journal.by_user(by), tag="grant:offered", subject=grant.public_id, organisation=grant.studio, at=at,
        details={"revision": revision.public_id}, reason=reason,
    )  # fmt: skip
    return put


# ── At the door ──────────────────────────────────────────────────────────────────────────────────────────────────


def offers_to(link: PerformerLink) -> QuerySet[RevisionOffer]:
    """What was ever put before whoever holds this link. A revision that the person signs names no authority."""
    signs = None if link.authority.kind == Authority.Kind.SELF else link.authority
    found = RevisionOffer.objects.filter(revision__grant__person=link.person, revision__authority=signs)
    return found.select_related("revision__grant__production")


def open_offers(link: PerformerLink) -> QuerySet[RevisionOffer]:
    """What of it waits for an answer: the newest revision of a consent that has not ended."""
    newer = GrantRevision.objects.filter(grant=OuterRef("revision__grant"), number__gt=OuterRef("revision__number"))
    ended = Ending.objects.filter(grant=OuterRef("revision__grant"))
    return offers_to(link).filter(reply=None, revision__verification=None).exclude(Exists(newer)).exclude(Exists(ended))


def words(revision: GrantRevision, link: PerformerLink) -> Text:
    """The whole text in the language of the page, always the same for the same offer, link and language."""
    grant, person, kind = revision.grant, link.person, link.authority.kind
    name = person.legal_name or person.alias
    who = name if kind == Authority.Kind.SELF else _("{who} ({capacity}), for {person}").format(
        who=link.authority.party, capacity=in_words.capacity(kind), person=name)  # fmt: skip
    blocks = [in_words.line_in_words(line, OPENINGS) for line in revision.lines.prefetch_related("productions")]
    said = [
        _("Agreement {number}, revision {revision}, with {studio}").format(
            number=grant.number, revision=revision.number, studio=grant.studio
        ),
        _("Signed by: {who}").format(who=who),
        *blocks,
        f"{in_words.term_in_words(revision)}.",
        _("Description of the use:") + f"\n{revision.description.strip()}",
        _("I have read this and I agree to it. I confirm it with the code that the studio’s lawyer told me, or with my passkey."),
        f"{revision.public_id} · {link.public_id}",
    ]  # fmt: skip
    return Text(f"{grant.number}-{revision.number}.txt", "\n\n".join(said).encode())
