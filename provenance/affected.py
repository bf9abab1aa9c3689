"""What an ending of a consent does to each asset that stands on it, told before it is done (consent.md §6.5).

Nothing is changed here, nor by the ending itself: signing asks consent again, and reports read how it stands.
"""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import QuerySet

from consent.models import Ending, Grant
from consent.wording import day_in_words
from provenance import standing
from provenance.models import Asset, SigningJob

UNDER_WAY = (SigningJob.State.RECEIVED, SigningJob.State.HELD, SigningJob.State.SIGNING)
PAGE = 200


@dataclass(frozen=True, slots=True)
class Touched:
    """One asset, how it stands now, and what becomes of it."""

    asset: Asset
    now: str
    then: str


def in_signing(grant: Grant) -> QuerySet[Asset]:
    """Assets that were received on the strength of this grant and are not signed yet."""
    assets = Asset.objects.filter(decision__revisions__grant=grant, credential__isnull=True, job__state__in=UNDER_WAY)
    return assets.distinct()


def signed(grant: Grant) -> QuerySet[Asset]:
    return Asset.objects.filter(credential__in=standing.standing_on(grant))


def touched(grant: Grant, *, mode: str, effective_at: datetime, run_off_to: date | None) -> list[Touched]:
    """The assets an ending would touch, those under way first; at most PAGE of them."""
    together = ("job", "vendor", "production")
    waiting = in_signing(grant).select_related(*together)[:PAGE]
    done = signed(grant).select_related(*together, "credential")[:PAGE]
    unsigned, kept = under_way(mode, effective_at, run_off_to), finished(mode, run_off_to)
    found = [Touched(one, one.job.get_state_display(), unsigned) for one in waiting]
    found += [Touched(one, f"Signed on {day_in_words(one.credential.signed_at.date())}", kept) for one in done]
    return found[:PAGE]


def under_way(mode: str, effective_at: datetime, run_off_to: date | None) -> str:
    """What becomes of an asset that is not signed yet."""
    if mode == Ending.Mode.RUN_OFF and run_off_to:
        return f"Is signed if that is done by {day_in_words(run_off_to)}; from the day after it is refused."
    if mode == Ending.Mode.ANNUL:
        return "Is not signed: consent is asked again beside the key, and there never was one."
    moment = f"{day_in_words(effective_at.date())}, {effective_at:%H:%M} UTC"
    return f"Is refused once the ending is in effect ({moment}): consent is asked again beside the key."


def finished(mode: str, run_off_to: date | None) -> str:
    """What becomes of an asset that is signed."""
    until = f" until {day_in_words(run_off_to)}" if run_off_to else ""
    return {
        Ending.Mode.PROSPECTIVE: "Stays signed and may go on being used. Its report says that consent has ended since.",
        Ending.Mode.NO_NEW_RELEASE: "Stays signed. What is out already stays out; what is not is not released any more.",
        Ending.Mode.RUN_OFF: f"Stays signed and may be used{until}.",
        Ending.Mode.CEASE_ALL: "All use has to stop. It stays signed: that tells what was known then.",
        Ending.Mode.ANNUL: "Goes to review: a lawyer decides. Until then its report says “under review”.",
    }[Ending.Mode(mode)]
