"""What waits at a studio's desk, soonest first: what a second lawyer verifies, what runs out, minors, assets held or fallen."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from consent import determinations, worklists
from consent.in_words import last_day
from consent.lifecycle import ACTIVE
from consent.models import Grant, GrantRevision, PerformerLink, PerformerWord
from consent.performer import words
from provenance import findings
from provenance.models import Asset, Depiction, SigningJob
from provenance.printable import printable
from registry import people
from registry.models import Authority, Organisation, Person, User

State = SigningJob.State
SOON = 30
# Whoever comes of age is asked for consents of their own; that takes longer.
COMES_OF_AGE = 180
SHOWN = 12


@dataclass(frozen=True, slots=True)
class Waiting:
    """One thing to do: what it is, in which colour, about what, when, and which record it leads to."""

    what: str
    colour: str
    about: str
    due: str
    moment: datetime
    record: Grant | Asset | Authority | Person | PerformerWord | PerformerLink


def to_verify(studios: QuerySet[Organisation], *, by: User, at: datetime) -> QuerySet[GrantRevision]:
    """What somebody else entered and this reader may verify."""
    return worklists.to_verify(Grant.objects.filter(studio__in=studios), at=at).exclude(entered_by=by)


def without_paper(studios: QuerySet[Organisation], *, at: datetime) -> QuerySet[GrantRevision]:
    """What was entered before its signed paper was at hand."""
    return worklists.without_paper(Grant.objects.filter(studio__in=studios), at=at)


def running_out(studios: QuerySet[Organisation], *, at: datetime, days: int = SOON) -> QuerySet[Grant]:
    return worklists.running_out(Grant.objects.filter(studio__in=studios), at=at, days=days)


def coming_of_age(
    studios: QuerySet[Organisation], *, at: datetime, days: int = COMES_OF_AGE
) -> list[worklists.ComingOfAge]:  # fmt: skip
    theirs = Person.objects.filter(studio__in=studios).select_related("studio")
    return worklists.coming_of_age(theirs, at=at, days=days)


def in_force(persons: list[Person], *, studios: QuerySet[Organisation], at: datetime) -> dict[int, list[Grant]]:
    """The consents of each of the people that are in force on these studios' files."""
    grants = worklists.with_state(Grant.objects.filter(person__in=persons, studio__in=studios), at=at)
    found: dict[int, list[Grant]] = {}
    for grant in grants.filter(state=ACTIVE).select_related("production").order_by("number"):
        found.setdefault(grant.person_id, []).append(grant)
    return found


def in_state(studios: QuerySet[Organisation], *states: str) -> QuerySet[Asset]:
    assets = Asset.objects.filter(production__studio__in=studios, job__state__in=states)
    return assets.select_related("production", "vendor", "job").order_by("job__changed_at")


def measured_otherwise(assets: QuerySet[Asset]) -> QuerySet[Asset]:
    """Held assets of which something else was measured than was declared, or whose evidence could not be measured."""
    return assets.filter(job__state=State.HELD, job__problem__code__in=list(findings.CODES.values()))


def authorities(studios: QuerySet[Organisation], *, by: User) -> QuerySet[Authority]:
    """Who may speak for somebody, as somebody else recorded it and this reader may verify."""
    found = people.unverified_authorities().filter(person__studio__in=studios).exclude(recorded_by=by)
    return found.select_related("person").order_by("recorded_at")


def to_agree(assets: QuerySet[Asset], *, by: User) -> QuerySet[Asset]:
    """Held assets about which, or about somebody in which, another lawyer proposed that no consent is needed."""
    proposed = determinations.proposed().exclude(by=by)
    of_it = proposed.filter(studio=OuterRef("production__studio"), subject=OuterRef("sha256"))
    of_somebody = Depiction.objects.filter(asset=OuterRef("pk"), person__public_id__in=proposed.values("subject"))
    return assets.filter(Q(Exists(of_it)) | Q(Exists(of_somebody)), job__state=State.HELD)


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
    answers: QuerySet[Organisation], minors: list[worklists.ComingOfAge], by: User, at: datetime,
) -> list[Waiting]:  # fmt: skip
    """The first things to do: `verifies`, `reads`, `keeps` and `answers` are where the reader may verify, read consents and
    assets, and answer performers."""
    found = [_revision(one) for one in to_verify(verifies, by=by, at=at)[:SHOWN]]
    found += [_authority(one) for one in authorities(verifies, by=by)[:SHOWN]]
    found += [_asset(one) for one in in_state(keeps, State.HELD, State.DEAD)[:SHOWN]]
    found += [_word(one) for one in words.waiting(answers)[:SHOWN]]
    found += [_locked(one) for one in words.locked_out(answers)[:SHOWN]]
    found += [_ending(one) for one in running_out(reads, at=at)[:SHOWN]]
    found += [_coming_of_age(one) for one in minors[:SHOWN]]
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


def _coming_of_age(one: worklists.ComingOfAge) -> Waiting:
    about = f"{one.person} comes of age, and signs anew what a guardian signed"
    day = datetime.combine(one.on, time(), UTC)
    return Waiting("Turning 18", "hold", about, _day(day), day, one.person)


def reason(job: SigningJob) -> str:
    """Why an asset does not go on, as told to its vendor."""
    return printable((job.problem or {}).get("detail") or job.get_state_display())


def _day(moment: datetime) -> str:
    return f"{moment:%-d %B %Y}"
