"""Retention: what of consents that have long been over will go, and the daily run that lets it go.

It destroys the files of papers, and the key of a person of whom nothing is needed any longer. It destroys no row: grants,
revisions, hashes, decisions, signatures and the journal stay, so that every chain verifies and every decision replays to
its hash. It does nothing for a studio in which two people have not put the rule on record, and nothing that a hold lies on.
"""

import logging
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from consent import on_record, paper, retention
from consent.facts import GLOBAL
from consent.forms.retention import RETENTION
from consent.forms.shape import number_in
from consent.models import Ending, Evidence, Grant, GrantRevision, ScopeLine, Statement
from consent.retention import Fate, Hold
from provenance import affected, standing
from provenance.models import Asset, Depiction
from registry import journal, people
from registry.errors import RegistryError
from registry.models import Organisation, Person, Production

DESTROYS = "destroy"
# Of one run in one studio; the rest goes tomorrow.
MOST = 2000

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Rule:
    """The studio's rule, as two people stated it."""

    record: Statement
    years: int


@dataclass(frozen=True, slots=True)
class Papers:
    """The papers of one consent that are still there, and what becomes of them."""

    grant: Grant
    fate: Fate
    over_on: date | None
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Preview:
    """What will have gone by a day, and what would have, but for a hold."""

    rule: Rule | None
    day: date
    goes: tuple[Papers, ...]
    held: tuple[Papers, ...]
    people: tuple[Person, ...]


def rule_of(studio: Organisation, *, at: datetime) -> Rule | None:
    """The rule that holds in the studio, if there is one."""
    held = [one for one in on_record.holding_about([GLOBAL], studio=studio, at=at) if one.record.form == RETENTION]
    if not held:
        return None
    record = held[-1].record
    return Rule(Statement.objects.get(public_id=record.id), int(number_in(record.values, "years")))


def preview(studio: Organisation, *, day: date, at: datetime) -> Preview:
    """What will have gone by the day if nothing changes on record until then. Writes nothing."""
    rule = rule_of(studio, at=at)
    if rule is None:
        return Preview(None, day, (), (), ())
    found = [_papers(grant, rule, day, at) for grant in _candidates(studio, rule, day)[:MOST]]
    goes = tuple(one for one in found if one.fate.may)
    gone = {one.grant.pk for one in goes}
    nobody = tuple(one for one in _people(studio, rule, day) if _needed_no_more(one, rule, day, at, going=gone))
    return Preview(rule, day, goes, tuple(one for one in found if one.fate.why == "held"), nobody)


def carry_out(*, clock: Callable[[], datetime]) -> None:
    """Let go what may go today, studio by studio, consent by consent; one that fails keeps no other."""
    for studio in Organisation.objects.filter(kind=Organisation.Kind.STUDIO).order_by("pk"):
        rule = rule_of(studio, at=clock())
        if rule is None:
            continue
        day = _day(clock())
        papers = sum(_let_papers_go(grant, rule, clock) for grant in list(_candidates(studio, rule, day)[:MOST]))
        erased = sum(_let_person_go(person, rule, clock) for person in list(_people(studio, rule, day)[:MOST]))
        if papers or erased:
            with transaction.atomic():
                journal.record(
                    actor=journal.by_system("retention"), tag="studio:retention_carried_out", subject=studio.public_id,
                    organisation=studio, at=clock(),
                    details={"papers": papers, "people": erased, "years": rule.years, "rule": rule.record.public_id},
                )  # fmt: skip


# --- papers ----------------------------------------------------------------------------------------------------------


def _papers(grant: Grant, rule: Rule, day: date, at: datetime) -> Papers:
    over_on = over(grant, day=day)
    fate = retention.fate(over_on=over_on, keep_years=rule.years, holds=holds_on(grant.person, grant, at=at), day=day)
    return Papers(grant, fate, over_on, tuple(_kept_papers(grant)))


def _let_papers_go(grant: Grant, rule: Rule, clock: Callable[[], datetime]) -> int:
    """Under the locks that a new hold, an ending and a release take: it is decided once more, then it goes."""
    try:
        with transaction.atomic():
            Organisation.objects.select_for_update().get(pk=grant.studio_id)
            Person.objects.select_for_update().get(pk=grant.person_id)
            grant = Grant.objects.select_for_update().select_related("person", "studio").get(pk=grant.pk)
            at = clock()
            found = _papers(grant, rule, _day(at), at)
            if not found.fate.may or found.over_on is None:
                return 0
            for one in found.evidence:
                paper.destroy(one, rule=rule.record, over_on=found.over_on, at=at)
                journal.record(
                    actor=journal.by_system("retention"), tag="evidence:destroyed", subject=grant.public_id,
                    organisation=grant.studio, at=at,
                    details={
                        "evidence": one.public_id, "sha256": one.sha256, "over_on": found.over_on.isoformat(),
                        "years": rule.years, "rule": rule.record.public_id,
                    },
                )  # fmt: skip
    except RegistryError:
        log.exception("the papers of %s could not be let go", grant.public_id)
        return 0
    return len(found.evidence)


def over(grant: Grant, *, day: date) -> date | None:
    """The first day on which nothing rests on the consent any longer; None while something does, as `day` will find it.

    Its term has run out or an ending is in effect; nothing made on the strength of it is under way; and no signed work
    continues under it, unless an ending stopped all use or its run-off is over.
    """
    endings = list(grant.endings.all())
    ended = [_first_day_after(one) for one in endings]
    governing = GrantRevision.objects.filter(grant=grant, verification__isnull=False).order_by("-number").first()
    if governing is not None and governing.term_end is not None:
        ended.append(governing.term_end)
    past = [one for one in ended if one <= day]
    if not past or affected.in_signing(grant).exists():
        return None
    if not standing.standing_on(grant).exists():
        return min(past)
    stopped = [_first_day_after(one) for one in endings if one.mode in (Ending.Mode.CEASE_ALL, Ending.Mode.RUN_OFF)]
    return min((one for one in stopped if one <= day), default=None)


def holds_on(person: Person, grant: Grant | None, *, at: datetime) -> list[Hold]:
    """The locks that keep anything from being destroyed, on the consent, its person, its productions or everything."""
    grants = [grant] if grant else list(person.grants.all())
    by_line = ScopeLine.objects.filter(revision__grant__in=grants).values("productions")
    named = Production.objects.filter(Q(grants__in=grants) | Q(pk__in=by_line) | Q(cast=person))
    works = {one for work in named.distinct() for one in work.line()}
    agreements = {f"agreement:{code}" for work in works for code in work.agreements.values_list("code", flat=True)}
    subjects = {GLOBAL, person.public_id, *agreements, *(one.public_id for one in (*grants, *works))}
    subjects |= set(person.authorities.values_list("public_id", flat=True))
    lifted = Statement.objects.filter(kind=Statement.Kind.LIFT, refers_to__isnull=False, effective_at__lte=at)
    locks = Statement.objects.filter(kind=Statement.Kind.LOCK, studio=person.studio, subject__in=subjects)
    return [
        Hold(_day(lock.effective_at), _day(lock.until) + timedelta(days=1) if lock.until else None)
        for lock in locks.exclude(pk__in=lifted.values("refers_to"))
        if not lock.acts or DESTROYS in lock.acts
    ]  # fmt: skip


def _day(at: datetime) -> date:
    return at.astimezone(UTC).date()


def _kept_papers(grant: Grant) -> QuerySet[Evidence]:
    """Those of its revisions, and of what is on record about it."""
    stated = Statement.objects.filter(studio=grant.studio, subject=grant.public_id, evidence__isnull=False).values("evidence")
    return Evidence.objects.filter(Q(revision__grant=grant) | Q(pk__in=stated), destruction=None).order_by("pk")


def _candidates(studio: Organisation, rule: Rule, day: date) -> QuerySet[Grant]:
    """Consents with a paper left that may have been over for long enough."""
    before = _years_before(day, rule.years)
    left = Evidence.objects.filter(revision__grant=OuterRef("pk"), destruction=None)
    ran_out = GrantRevision.objects.filter(grant=OuterRef("pk"), term_end__lte=before)
    ended = Ending.objects.filter(grant=OuterRef("pk"), effective_at__lt=_midnight_after(before))
    grants = Grant.objects.filter(Exists(left), Exists(ran_out) | Exists(ended), studio=studio)
    return grants.select_related("person", "studio").order_by("pk")


def _first_day_after(ending: Ending) -> date:
    """The first day on which the ending is in effect; a run-off is over on the day after its last."""
    if ending.mode == Ending.Mode.RUN_OFF and ending.run_off_to:
        return ending.run_off_to + timedelta(days=1)
    return _day(ending.effective_at)


# --- people ----------------------------------------------------------------------------------------------------------


def _people(studio: Organisation, rule: Rule, day: date) -> QuerySet[Person]:
    """People with a key, all of whose consents may be over for long enough; whoever gave none is not looked at."""
    before = _years_before(day, rule.years)
    ran_out = Q(revisions__term_end__lte=before) | Q(endings__effective_at__lt=_midnight_after(before))
    still = Grant.objects.filter(person=OuterRef("pk")).exclude(pk__in=Grant.objects.filter(ran_out).values("pk"))
    own = Person.objects.filter(studio=studio).exclude(data_key=b"")
    return own.filter(Exists(Grant.objects.filter(person=OuterRef("pk")))).exclude(Exists(still)).order_by("pk")


def _needed_no_more(person: Person, rule: Rule, day: date, at: datetime, *, going: Collection[int]) -> bool:
    """Nothing rests on any of their consents, no paper is left, no work shows them, and no hold lies on them."""
    grants = list(person.grants.select_related("person", "studio"))
    holds = holds_on(person, None, at=at)
    fates = [retention.fate(over_on=over(one, day=day), keep_years=rule.years, holds=holds, day=day) for one in grants]
    left = [one for one in grants if one.pk not in going and _kept_papers(one).exists()]
    return bool(grants) and all(one.may for one in fates) and not left and not _shown(person).exists()


def _shown(person: Person) -> QuerySet[Depiction]:
    """Where the person is in a file that is signed or under way."""
    assets = Asset.objects.filter(Q(credential__isnull=False) | Q(job__state__in=affected.UNDER_WAY))
    return Depiction.objects.filter(person=person, asset__in=assets)


def _let_person_go(person: Person, rule: Rule, clock: Callable[[], datetime]) -> bool:
    why = f"Retention rule: {rule.years} years after a consent is over ({rule.record.public_id})"
    try:
        with transaction.atomic():
            Organisation.objects.select_for_update().get(pk=person.studio_id)
            person = Person.objects.select_for_update().select_related("studio").get(pk=person.pk)
            at = clock()
            if not _needed_no_more(person, rule, _day(at), at, going=()):
                return False
            people.let_go(person, at=at, reason=why)
    except RegistryError:
        log.exception("what is known of %s could not be let go", person.public_id)
        return False
    return True


def _years_before(day: date, years: int) -> date:
    """The last day whose anniversary after so many years is not after `day`."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return date(day.year - years, 2, 28)


def _midnight_after(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=1)
