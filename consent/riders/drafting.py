"""Draft a rider from a template and the blocks, and keep the very bytes before they are sent to be signed.

The SHA-256 of the text stands on every page, for a paper that comes back scanned; that of the PDF tells one that comes
back as it went out.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from cryptography.exceptions import InvalidTag
from django.db import transaction
from django.db.models import QuerySet
from django.utils import translation
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Spacer

from consent import in_words
from consent.grants import Line
from consent.models import Decision, Grant, Rider
from consent.performer.agreement import OPENINGS
from consent.riders.wordings import Part, Template, merged
from consent.sheets import printed, say
from registry import journal, people
from registry.errors import Invalid, Unavailable
from registry.models import Authority, Person, Production, User
from registry.permissions import ENTERS, insist
from registry.private import open_key, seal, unseal

SIGNED_BY_ANOTHER = frozenset({"guardian", "estate"})
STYLES = {"title": "title", "notice": "soft", "heading": "heading", "text": "text"}


class DraftDamaged(Unavailable):
    def __init__(self) -> None:
        super().__init__("rider.damaged", "The draft that is kept does not match its hash. Restore it from a backup.")


@dataclass(frozen=True, slots=True)
class Draft:
    """What the blanks are filled with; validity is half-open, [effective_from, term_end)."""

    template: Template
    person: Person
    production: Production
    lines: tuple[Line, ...]
    description: str
    effective_from: date
    term_end: date | None = None
    signatory: str = ""
    capacity: str = Authority.Kind.SELF
    started_from: Grant | None = None
    to_clear: Decision | None = None


def text_of(draft: Draft, *, on: date) -> tuple[Part, ...]:
    """The rider's text, paragraph by paragraph. Raises Invalid for what no rider can be drafted of."""
    _refuse_unfit(draft)
    person = draft.person
    with translation.override("en"):
        who, capacity = draft.signatory.strip(), in_words.capacity(draft.capacity)
        return merged(draft.template, {
            "studio": str(person.studio), "performer": person.legal_name or person.alias, "production": f"“{draft.production}”",
            "signatory": who, "capacity": capacity, "signed_for": f", for whom {who} signs as {capacity}" if who else "",
            "drafted_on": in_words.day_in_words(on), "description": draft.description,
            "blocks": "\n".join(_block(line, draft.production) for line in draft.lines),
            "term": in_words.span_in_words(draft.effective_from, draft.term_end),
        })  # fmt: skip


def _block(line: Line, production: Production) -> str:
    """A block that names no production is one for the rider's own; in a consent it would be one for any."""
    return in_words.block_in_words(line, line.productions or (production,), OPENINGS)


def keep(draft: Draft, *, by: User, at: datetime, reason: str) -> Rider:
    """The draft as a PDF, its hash fixed from now on. It is nobody's consent before it is signed, entered and verified."""
    insist(by, draft.person.studio, ENTERS, to="draft riders")
    parts = text_of(draft, on=at.date())
    rider = Rider(
        person=draft.person, production=draft.production, template=draft.template.code,
        template_version=draft.template.version, text_sha256=text_sha256(parts), started_from=draft.started_from,
        to_clear=draft.to_clear, drafted_by=by, recorded_at=at,
    )  # fmt: skip
    content = as_pdf(parts, rider)
    rider.sha256 = hashlib.sha256(content).hexdigest()
    with transaction.atomic():
        person = Person.objects.select_for_update().get(pk=draft.person.pk)
        if not person.data_key:
            raise people.Erased
        rider.sealed = seal(open_key(bytes(person.data_key)), content)
        rider.save()
        journal.record(
            actor=journal.by_user(by), tag="rider:drafted", subject=rider.public_id, organisation=person.studio, at=at,
            details={"template": rider.template, "version": rider.template_version, "sha256": rider.sha256,
                     "text_sha256": rider.text_sha256}, reason=reason,
        )  # fmt: skip
    return rider


def opened(rider: Rider, *, by: User, at: datetime) -> bytes:
    """The PDF as it was kept, checked against its hash; who opened it goes on the record."""
    if not rider.person.data_key:
        raise people.Erased
    try:
        content = unseal(open_key(bytes(rider.person.data_key)), bytes(rider.sealed))
    except InvalidTag:
        raise DraftDamaged
    if hashlib.sha256(content).hexdigest() != rider.sha256:
        raise DraftDamaged
    with transaction.atomic():
        journal.record(
            actor=journal.by_user(by), tag="rider:viewed", subject=rider.public_id, organisation=rider.person.studio, at=at,
            details={}, reason="Document view",
        )  # fmt: skip
    return content


def drafted_as(papers: Iterable[str], *, person: Person) -> QuerySet[Rider]:
    """The kept drafts of this person that the papers are, byte for byte; `papers` are SHA-256 in hexadecimal."""
    return Rider.objects.filter(person=person, sha256__in=list(papers))


def text_sha256(parts: Iterable[Part]) -> str:
    return hashlib.sha256("\n\n".join(part.text for part in parts).encode()).hexdigest()


def as_pdf(parts: tuple[Part, ...], rider: Rider) -> bytes:
    return printed(
        _content(parts), title=f"Rider {rider.public_id}", subject=parts[0].text,
        foot=f"{rider.public_id} · {rider.text_sha256}",
    )  # fmt: skip


def _content(parts: Iterable[Part]) -> Iterator[Flowable]:
    for part in parts:
        if part.kind == "signature":
            yield Spacer(1, 14 * mm)
            yield say("text", "_" * 60)
            yield say("soft", part.text)
        else:
            yield say(STYLES[part.kind], part.text)
    yield Spacer(1, 6 * mm)
    yield say("small", "At the foot of each page: the number of this draft, and the SHA-256 of its text.")


def _refuse_unfit(draft: Draft) -> None:
    if draft.production.studio_id != draft.person.studio_id:
        raise Invalid("rider.other_studio", "The person and the production must be on the same studio’s files.")
    if not draft.lines:
        raise Invalid("rider.no_lines", "Add at least one rights block: what is to be allowed, and where.")
    if not draft.description.strip():
        raise Invalid("rider.no_description", "Describe the intended use: it is what is signed.")
    if draft.term_end and draft.term_end <= draft.effective_from:
        raise Invalid("rider.term", "The term ends before it begins. Check both dates.")
    if draft.template.code in SIGNED_BY_ANOTHER and (not draft.signatory.strip() or draft.capacity == Authority.Kind.SELF):
        raise Invalid("rider.signatory", "Somebody signs this rider for the person: name who, and in what capacity.")
