"""What waits for a lawyer: consent files by the state they are in, to verify, running out; minors who come of age.

The states are those of `consent.lifecycle`, for making something new, asked of the database so that lists can page.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import (
    Case,
    CharField,
    DateField,
    Exists,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)

from consent.lifecycle import ACTIVE, AWAITING_VERIFICATION, ENDED, EXPIRED, NOT_YET, OFFERED
from consent.models import Ending, Evidence, Grant, GrantRevision, PerformerWord, RevisionOffer, Signature
from consent.rules import OF_AGE
from registry.models import Person

DECLINED = "declined"
STATES = {
    OFFERED: "Offered, awaiting the performer",
    DECLINED: "Declined by the performer",
    AWAITING_VERIFICATION: "Awaiting verification",
    ACTIVE: "Active",
    NOT_YET: "Not yet begun",
    EXPIRED: "Expired",
    ENDED: "Ended",
}


def with_state(grants: QuerySet[Grant], *, at: datetime) -> QuerySet[Grant]:
    """Each grant with its `state` at `at`, and the first day its governing revision no longer covers, `covers_until`."""
    day = at.date()
    verified = GrantRevision.objects.filter(grant=OuterRef("pk"), verification__isnull=False)
    governing = verified.filter(effective_from__lte=day).order_by("-number")
    latest = GrantRevision.objects.filter(grant=OuterRef("pk")).order_by("-number")
    return grants.annotate(
        latest=Subquery(latest.values("pk")[:1], output_field=IntegerField()),
        governing=Subquery(governing.values("pk")[:1], output_field=IntegerField()),
        covers_until=Subquery(governing.values("term_end")[:1], output_field=DateField()),
    ).annotate(
        state=Case(
            When(Exists(ended(at)), then=Value(ENDED)),
            When(Q(~Exists(verified), _only_offered(reply__kind=PerformerWord.Kind.DECLINED)), then=Value(DECLINED)),
            When(Q(~Exists(verified), _only_offered()), then=Value(OFFERED)),
            When(~Exists(verified), then=Value(AWAITING_VERIFICATION)),
            When(governing__isnull=True, then=Value(NOT_YET)),
            When(covers_until__lte=day, then=Value(EXPIRED)),
            default=Value(ACTIVE),
            output_field=CharField(),
        )
    )


def in_state(grants: QuerySet[Grant], state: str, *, at: datetime) -> QuerySet[Grant]:
    """Those of the grants that stand so at `at`. What only few can be is looked for among those few."""
    revisions, day = GrantRevision.objects.order_by(), at.date()
    few = {
        ENDED: endings_in_effect(at).values("grant"),
        DECLINED: PerformerWord.objects.filter(kind=PerformerWord.Kind.DECLINED).order_by().values("offer__revision__grant"),
        OFFERED: RevisionOffer.objects.order_by().values("revision__grant"),
        AWAITING_VERIFICATION: revisions.filter(verification=None).values("grant"),
        NOT_YET: revisions.filter(effective_from__gt=day).values("grant"),
        EXPIRED: revisions.filter(term_end__lte=day).values("grant"),
    }
    narrowed = grants.filter(pk__in=few[state]) if state in few else grants
    return with_state(narrowed, at=at).filter(state=state)


def _only_offered(**reply: str) -> Q:
    """Whether the latest revision was put before the performer, and answered so, and nobody has signed it."""
    offer = RevisionOffer.objects.filter(revision=OuterRef("latest"), **reply).order_by()
    return Q(Exists(offer), ~Exists(Signature.objects.filter(revision=OuterRef("latest")).order_by()))


def ended(at: datetime) -> QuerySet[Ending]:
    """The endings in effect of the grant of an outer query."""
    return endings_in_effect(at).filter(grant=OuterRef("pk"))


def endings_in_effect(at: datetime) -> QuerySet[Ending]:
    """A run-off has effect once it is over, an annulment from ever."""
    annulled = Q(kind=Ending.Kind.ANNULLED) | Q(mode=Ending.Mode.ANNUL)
    over = Q(effective_at__lte=at) & (~Q(mode=Ending.Mode.RUN_OFF) | Q(run_off_to__lt=at.date()))
    return Ending.objects.filter(annulled | over).order_by()


def to_verify(grants: QuerySet[Grant], *, at: datetime) -> QuerySet[GrantRevision]:
    """The latest revision of each grant, where its paper is there, nobody has verified it and the grant has not ended."""
    return _unverified(grants, at=at).filter(_has_paper())


def without_paper(grants: QuerySet[Grant], *, at: datetime) -> QuerySet[GrantRevision]:
    """The same where the signed paper is still to come, as after an import: nobody can verify it before."""
    return _unverified(grants, at=at).exclude(_has_paper())


def _unverified(grants: QuerySet[Grant], *, at: datetime) -> QuerySet[GrantRevision]:
    unverified = GrantRevision.objects.filter(verification=None).order_by().values("pk")
    found = GrantRevision.objects.filter(_signed(), pk__in=unverified, grant__in=grants.order_by().values("pk"))
    found = found.exclude(_superseded()).exclude(grant__in=endings_in_effect(at).values("grant"))
    return found.select_related("grant__person", "grant__studio", "entered_by").order_by("recorded_at")


def running_out(grants: QuerySet[Grant], *, at: datetime, days: int) -> QuerySet[Grant]:
    """Active grants whose term ends within so many days, the soonest first."""
    until = at.date() + timedelta(days=days)
    near = GrantRevision.objects.filter(term_end__gt=at.date(), term_end__lte=until).order_by()
    active = with_state(grants.filter(pk__in=near.values("grant")), at=at).filter(state=ACTIVE, covers_until__lte=until)
    return active.select_related("person", "studio", "production").order_by("covers_until")


def _signed() -> Q:
    """Not merely offered: what nobody has signed yet is nothing to compare."""
    return Q(offer=None) | Q(Exists(Signature.objects.filter(revision=OuterRef("pk"))))


@dataclass(frozen=True, slots=True)
class ComingOfAge:
    """A minor, and the first day on which they are none."""

    person: Person
    on: date


def coming_of_age(people: QuerySet[Person], *, at: datetime, days: int) -> list[ComingOfAge]:
    """Those of the people who turn eighteen today or within so many days, the soonest first.

    Birth dates are encrypted, each under its person's key, so every one that may be a minor's is opened: nobody is
    a minor on file and may be named in public (registry/people.py).
    """
    today = at.date()
    hidden = people.filter(kind=Person.Kind.LIVING, never_public=True)
    found = [one for one in _birthdays(hidden) if today <= one.on <= today + timedelta(days=days)]
    return sorted(found, key=lambda one: (one.on, one.person.alias))


def _birthdays(people: QuerySet[Person]) -> Iterator[ComingOfAge]:
    for person in people.iterator():
        if born := person.birth_date:
            yield ComingOfAge(person, eighteenth_birthday(born))


def eighteenth_birthday(born: date) -> date:
    """Of whoever was born on 29 February, 1 March: as ages are counted here."""
    leap = (born.month, born.day) == (2, 29)
    return date(born.year + OF_AGE, 3, 1) if leap else born.replace(year=born.year + OF_AGE)


def _superseded() -> Q:
    later = GrantRevision.objects.filter(grant=OuterRef("grant"), number__gt=OuterRef("number"))
    return Q(Exists(later))


def _has_paper() -> Q:
    return Q(Exists(Evidence.objects.filter(revision=OuterRef("pk"))))
