"""A studio's lawyers adopt a rule pack: from then on it decides, or again only advises; and what that would change."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from django.db import transaction

from consent import blast, clearance, facts, policy, rulebook
from consent.models import Decision, PackAdoption
from consent.wording import day_in_words
from registry import journal
from registry.errors import Conflict, Invalid
from registry.models import Organisation, User
from registry.permissions import NotYourDesk, may_verify


class AdoptedAlready(Conflict):
    def __init__(self, before: PackAdoption) -> None:
        told = f"{before.by.display_name} adopted it so on {day_in_words(before.effective_at.date())}"
        super().__init__("pack.adopted_already", f"That is how it stands already: {told}. Nothing was recorded.")


def adopt(hash: str, *, studio: Organisation, mode: str, by: User, at: datetime, reason: str,
          effective_at: datetime | None = None) -> PackAdoption:
    """Let the pack of that hash decide for the studio ("enforcing"), or only advise, from `effective_at` or now on."""
    if not may_verify(by, studio):
        raise NotYourDesk(studio, "adopt a rule pack")
    pack = _adoptable(hash, mode)
    if effective_at is not None and effective_at < at:
        raise Invalid("pack.backdated", "An adoption counts from now on, or from a later day; what was decided stays.")
    before = in_force(studio, at=at).get(pack.id)
    if effective_at is None and before is not None and (before.hash, before.mode) == (hash, mode):
        raise AdoptedAlready(before)
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


def in_force(studio: Organisation, *, at: datetime) -> dict[str, PackAdoption]:
    """Of each pack that the studio's lawyers have adopted the adoption that counts, by the pack's id."""
    rows = PackAdoption.objects.filter(studio=studio, effective_at__lte=at, recorded_at__lte=at).select_related("by")
    latest = sorted(rows, key=lambda row: (row.effective_at, row.recorded_at, row.mode == policy.ENFORCING, row.hash))
    return {row.pack: row for row in latest}


def would_change(hash: str, *, studio: Organisation, mode: str, decisions: Iterable[Decision],
                 at: datetime) -> tuple[blast.Change, ...]:
    """Which of the studio's stored decisions would have another outcome if they were asked again now, with the pack
    adopted so, beside now without it. Nothing is kept."""
    pack = _adoptable(hash, mode)
    adoption = facts.Adoption(pack.id, pack.hash, mode, "", at, at)
    return blast.radius(_cases(decisions, studio, at), adoption)


def _cases(decisions: Iterable[Decision], studio: Organisation, at: datetime) -> Iterator[blast.Asked]:
    ours = [stored for stored in decisions if stored.production.studio_id == studio.pk]
    for stored, (request, record) in zip(ours, clearance.all_asked_again(ours, studio=studio, at=at), strict=True):
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
