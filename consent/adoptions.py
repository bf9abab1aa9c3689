"""A studio's lawyers adopt a rule pack: from then on it decides, or again only advises; and what that would change."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from django.db import transaction

from consent import blast, clearance, facts, rulebook
from consent.models import Decision, PackAdoption
from registry import journal
from registry.errors import Invalid
from registry.models import Organisation, User
from registry.permissions import NotYourDesk, may_verify


def adopt(hash: str, *, studio: Organisation, mode: str, by: User, at: datetime, reason: str,
          effective_at: datetime | None = None) -> PackAdoption:
    """Let the pack of that hash decide for the studio ("enforcing"), or only advise, from `effective_at` or now on."""
    if not may_verify(by, studio):
        raise NotYourDesk(studio, "adopt a rule pack")
    pack = _adoptable(hash, mode)
    if effective_at is not None and effective_at < at:
        raise Invalid("pack.backdated", "An adoption counts from now on, or from a later day; what was decided stays.")
    with transaction.atomic():
        row = PackAdoption.objects.create(
            studio=studio, pack=pack.id, version=pack.version, hash=hash, mode=mode, by=by, reason=reason,
            effective_at=effective_at or at, recorded_at=at,
        )  # fmt: skip
        journal.record(
            actor=journal.by_user(by), tag="pack:adopted", subject=f"pack:{studio.public_id}:{pack.id}",
            organisation=studio, at=at, effective_at=row.effective_at, reason=reason,
            details={"pack": pack.id, "version": pack.version, "hash": hash, "mode": mode},
        )  # fmt: skip
    return row


def would_change(hash: str, *, studio: Organisation, mode: str, decisions: Iterable[Decision],
                 at: datetime) -> tuple[blast.Change, ...]:
    """Which of the studio's stored decisions would have another outcome if they were asked again now, with the pack
    adopted so, beside now without it. Nothing is kept."""
    pack = _adoptable(hash, mode)
    adoption = facts.Adoption(pack.id, pack.hash, mode, "", at, at)
    return blast.radius(_cases(decisions, studio, at), adoption)


def _cases(decisions: Iterable[Decision], studio: Organisation, at: datetime) -> Iterator[blast.Asked]:
    for stored in decisions:
        if stored.production.studio_id == studio.pk:
            request, record = clearance.asked_again(stored, at=at)
            yield blast.Asked(stored.public_id, request, record)


def _adoptable(hash: str, mode: str) -> rulebook.Pack:
    pack = rulebook.shipped().get(hash)
    if pack is None:
        raise Invalid("pack.unknown", "There is no rule pack of that hash in this house.")
    if pack.id == rulebook.CORE:
        raise Invalid("pack.core", "The rules of the house always decide; nobody adopts them.")
    if mode not in PackAdoption.Mode.values:
        raise Invalid("pack.mode", "A pack advises or decides: advisory or enforcing.")
    return pack
