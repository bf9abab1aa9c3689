"""What an ending of a consent, a lock, or a rule pack does to each asset it reaches, told before it is done (consent.md §6.5).

Nothing is changed here, nor by the ending itself: signing asks consent again, and reports read how it stands.
"""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import QuerySet

from consent import adoptions
from consent.forms import shape
from consent.models import Ending, Grant
from consent.subjects import Subject
from consent.wording import day_in_words
from provenance import standing
from provenance.models import Asset, SigningJob
from registry import productions
from registry.models import Organisation, Production, Unit

UNDER_WAY = (SigningJob.State.RECEIVED, SigningJob.State.HELD, SigningJob.State.SIGNING)
PAGE = 200
LOOKED_AT = 100


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
    unsigned, kept = under_way(mode, effective_at, run_off_to), finished(mode, effective_at, run_off_to)
    found = [Touched(one, one.job.get_state_display(), unsigned) for one in waiting]
    found += [Touched(one, f"Signed on {day_in_words(one.credential.signed_at.date())}", kept) for one in done]
    return found[:PAGE]


def under_way(mode: str, effective_at: datetime, run_off_to: date | None) -> str:
    """What becomes of an asset that is not signed yet."""
    if mode == Ending.Mode.RUN_OFF and run_off_to:
        return f"Is signed if that is done by {day_in_words(run_off_to)}; from the day after it is refused."
    if mode == Ending.Mode.ANNUL:
        return "Is not signed: consent is asked again beside the key, and there never was one."
    return f"Is refused once the ending is in effect ({_moment(effective_at)}): consent is asked again beside the key."


def finished(mode: str, effective_at: datetime, run_off_to: date | None) -> str:
    """What becomes of an asset that is signed."""
    stop = f"All use has to stop by {_moment(effective_at)}."
    until = f" until {day_in_words(run_off_to)}" if run_off_to else ""
    return {
        Ending.Mode.PROSPECTIVE: "Stays signed and may go on being used. Its report says that consent has ended since.",
        Ending.Mode.NO_NEW_RELEASE: "Stays signed. What is out already stays out; what is not is not released any more.",
        Ending.Mode.RUN_OFF: f"Stays signed and may be used{until}.",
        Ending.Mode.CEASE_ALL: f"{stop} It stays signed: that tells what was known then.",
        Ending.Mode.ANNUL: "Goes to review: a lawyer decides. Until then its report says “under review”.",
    }[Ending.Mode(mode)]


def _moment(at: datetime) -> str:
    return f"{day_in_words(at.date())}, {at:%H:%M} UTC"


@dataclass(frozen=True, slots=True)
class Stopped:
    """What a lock would touch: the first assets with how many `more` there are, and the productions it reaches."""

    assets: list[Asset]
    more: int
    under_way: int
    signed: int
    productions: list[Production]


def under_lock(about: Subject) -> Stopped:
    """Everything that a lock on the subject reaches: a production with all its parts, a person wherever depicted."""
    assets = reached(about).distinct()
    shown = assets.select_related("job", "vendor", "production").order_by("-received_at")[:PAGE]
    works = _works(about) | Production.objects.filter(pk__in=assets.values("production"))
    return Stopped(
        assets=list(shown),
        more=max(assets.count() - PAGE, 0),
        under_way=assets.filter(credential__isnull=True, job__state__in=UNDER_WAY).count(),
        signed=assets.filter(credential__isnull=False).count(),
        productions=list(works.distinct()),
    )


@dataclass(frozen=True, slots=True)
class Turned:
    """An asset under way whose answer would be another one, from `before` to `after`, by these `rules`."""

    asset: Asset
    before: str
    after: str
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Radius:
    """What an adoption would turn, of the newest `looked_at` of all `under_way`."""

    turned: tuple[Turned, ...]
    looked_at: int
    under_way: int


def by_adoption(pack_hash: str, *, studio: Organisation, mode: str, at: datetime) -> Radius:
    """Which assets under way would be answered otherwise with the pack adopted so; at most LOOKED_AT are asked about."""
    open_assets = Asset.objects.filter(production__studio=studio, credential__isnull=True, job__state__in=UNDER_WAY)
    together = ("job", "vendor", "production", "decision__production__studio", "decision__requester")
    shown = list(open_assets.select_related(*together).order_by("-received_at")[:LOOKED_AT])
    stored = {one.decision for one in shown}
    changes = adoptions.would_change(pack_hash, studio=studio, mode=mode, decisions=stored, at=at)
    by_id = {one.id: one for one in changes}
    turned = [(one, by_id[one.decision.public_id]) for one in shown if one.decision.public_id in by_id]
    return Radius(
        tuple(Turned(asset, change.before, change.after, change.rules) for asset, change in turned),
        looked_at=len(shown), under_way=open_assets.count(),
    )  # fmt: skip


def reached(about: Subject) -> QuerySet[Asset]:
    """The assets that a lock on the subject lies on."""
    own = Asset.objects.filter(production__studio=about.studio)
    match about.kind:
        case shape.STUDIO:
            return own
        case shape.AGREEMENT | shape.PRODUCTION:
            return own.filter(production__in=_works(about))
        case shape.UNIT:
            unit = Unit.objects.get(public_id=about.id)
            asked = own.filter(production=unit.production).values_list("pk", "decision__request")
            return own.filter(pk__in=[pk for pk, question in asked if unit.code in question.get("units", ())])
        case shape.PERSON:
            return own.filter(depictions__person=about.person)
        case shape.GRANT:
            return own.filter(decision__revisions__grant=about.grant)
    return own.filter(sha256=about.id)


def _works(about: Subject) -> QuerySet[Production]:
    """The productions that the lock lies on, with all their parts."""
    rows = Production.objects.filter(studio=about.studio)
    if about.kind == shape.AGREEMENT:
        rows = rows.filter(agreements__code=about.id.removeprefix("agreement:"))
    elif about.kind == shape.PRODUCTION:
        rows = rows.filter(public_id=about.id)
    elif about.kind != shape.STUDIO:
        return Production.objects.none()
    return productions.with_parts(rows)
