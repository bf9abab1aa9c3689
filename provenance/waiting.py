"""What waits at a studio's desk, soonest first: consents to verify, consents running out, assets held or fallen."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from django.db.models import Count, QuerySet

from consent import worklists
from consent.in_words import last_day
from consent.models import Grant, GrantRevision, PerformerLink, PerformerWord
from consent.performer import words
from provenance.models import Asset, SigningJob
from provenance.printable import printable
from registry.models import Authority, Organisation, User

State = SigningJob.State
SOON = 30
SHOWN = 12


@dataclass(frozen=True, slots=True)
class Waiting:
    """One thing to do: what it is, in which colour, about what, when, and which record it leads to."""

    what: str
    colour: str
    about: str
    due: str
    moment: datetime
    record: Grant | Asset | Authority | PerformerWord | PerformerLink


def to_verify(studios: QuerySet[Organisation], *, by: User, at: datetime) -> QuerySet[GrantRevision]:
    """What somebody else entered and this reader may verify."""
    return worklists.to_verify(Grant.objects.filter(studio__in=studios), at=at).exclude(entered_by=by)


def without_paper(studios: QuerySet[Organisation], *, at: datetime) -> QuerySet[GrantRevision]:
    """What was entered before its signed paper was at hand."""
    return worklists.without_paper(Grant.objects.filter(studio__in=studios), at=at)


def running_out(studios: QuerySet[Organisation], *, at: datetime, days: int = SOON) -> QuerySet[Grant]:
    return worklists.running_out(Grant.objects.filter(studio__in=studios), at=at, days=days)


def in_state(studios: QuerySet[Organisation], *states: str) -> QuerySet[Asset]:
    assets = Asset.objects.filter(production__studio__in=studios, job__state__in=states)
    return assets.select_related("production", "vendor", "job").order_by("job__changed_at")


def authorities(studios: QuerySet[Organisation], *, by: User) -> QuerySet[Authority]:
    """Records of who may speak for somebody, which wait for a second lawyer."""
    waiting = Authority.objects.filter(person__studio__in=studios, verified_by=None, replaced_by=None)
    return waiting.exclude(recorded_by=None).exclude(recorded_by=by).select_related("person").order_by("recorded_at")


def standing_on(grants: list[Grant]) -> dict[int, list[dict]]:
    """The productions, vendors and numbers of assets that stand on each of the grants."""
    counted = (
        Asset.objects.filter(decision__revisions__grant__in=grants)
        .values("decision__revisions__grant", "production__title", "vendor__name")
        .annotate(assets=Count("pk", distinct=True))
        .order_by("production__title", "vendor__name")
    )  # fmt: skip
    found: dict[int, list[dict]] = {}
    for row in counted:
        found.setdefault(row["decision__revisions__grant"], []).append(row)
    return found


def next_up(
    *, verifies: QuerySet[Organisation], reads: QuerySet[Organisation], keeps: QuerySet[Organisation],
    answers: QuerySet[Organisation], by: User, at: datetime,
) -> list[Waiting]:  # fmt: skip
    """The first things to do: `verifies`, `reads`, `keeps` and `answers` are where the reader may verify, read consents and
    assets, and answer performers."""
    found = [_revision(one) for one in to_verify(verifies, by=by, at=at)[:SHOWN]]
    found += [_authority(one) for one in authorities(verifies, by=by)[:SHOWN]]
    found += [_asset(one) for one in in_state(keeps, State.HELD, State.DEAD)[:SHOWN]]
    found += [_word(one) for one in words.waiting(answers)[:SHOWN]]
    found += [_locked(one) for one in words.locked_out(answers)[:SHOWN]]
    found += [_ending(one) for one in running_out(reads, at=at)[:SHOWN]]
    return sorted(found, key=lambda one: one.moment)[:SHOWN]


def _revision(one: GrantRevision) -> Waiting:
    about = f"{one.grant.number} of {one.grant.person}, revision {one.number} – entered by {one.entered_by.display_name}"
    return Waiting("Verify", "", about, f"since {_day(one.recorded_at)}", one.recorded_at, one.grant)


def _authority(one: Authority) -> Waiting:
    about = f"{one.party or one.get_kind_display()} may speak for {one.person} – {one.get_kind_display().lower()}"
    return Waiting("Verify", "", about, f"since {_day(one.recorded_at)}", one.recorded_at, one)


def _asset(one: Asset) -> Waiting:
    held = one.job.state == State.HELD
    about = f"{one.production}: {printable(one.title)} – {reason(one.job)}"
    since = f"vendor waits since {one.job.changed_at:%H:%M}, {_day(one.job.changed_at)}"
    return Waiting("Held" if held else "Failed", "hold" if held else "stop", about, since, one.job.changed_at, one)


def _word(one: PerformerWord) -> Waiting:
    """What a performer said waits from the moment it was said; an ending was held at that moment already."""
    ends = one.kind == PerformerWord.Kind.ENDS
    about = f"{one.grant.number} of {one.link.person}" if one.grant else str(one.link.person)
    since = f"since {one.recorded_at:%H:%M}, {_day(one.recorded_at)}"
    return Waiting(one.get_kind_display(), "stop" if ends else "hold", f"{about}{' – on hold' if ends else ''}", since,
                   one.recorded_at, one)  # fmt: skip


def _locked(one: PerformerLink) -> Waiting:
    about = f"The link of {one.person}, after {one.MOST_WRONG_CODES} wrong codes. Ask them, and make a new one."
    return Waiting("Locked", "stop", about, f"since {_day(one.locked_at)}", one.locked_at, one)


def _ending(one: Grant) -> Waiting:
    about = f"{one.number} of {one.person}{f' for {one.production}' if one.production else ''} runs out"
    end = datetime.combine(one.covers_until, time(), UTC)
    return Waiting("Ends", "hold", about, f"last day {last_day(one.covers_until)}", end - timedelta(seconds=1), one)


def reason(job: SigningJob) -> str:
    """Why an asset does not go on, as told to its vendor."""
    return printable((job.problem or {}).get("detail") or job.get_state_display())


def _day(moment: datetime) -> str:
    return f"{moment:%-d %B %Y}"
