"""Retention: what of consents that have long been over will go, and the daily run that lets it go.

It destroys the files of papers, and the key of a person of whom nothing is needed any longer. It destroys no row: grants,
revisions, hashes, decisions, signatures and the journal stay, so that every chain verifies and every decision replays to
its hash. It does nothing for a studio in which two people have not put the rule on record, and nothing that a hold lies on.
"""

import logging
from collections.abc import Callable, Collection, Iterator, Mapping
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
from provenance import affected
from provenance.models import Asset, Credential, Depiction
from registry import journal, people
from registry.errors import RegistryError
from registry.models import Authority, Organisation, Person, Production

DESTROYS = "destroy"
# Of one run in one studio; the rest goes tomorrow.
MOST = 2000
# Of a preview.
SHOWN = 200

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
    """What will have gone by the day if nothing changes on record until then; of much, the first SHOWN. Writes nothing."""
    rule = rule_of(studio, at=at)
    if rule is None:
        return Preview(None, day, (), (), ())
    grants = list(_candidates(studio, rule, day)[:SHOWN])
    found = _papers(grants, rule, day, at)
    goes = tuple(one for one in found if one.fate.may)
    gone = {one.grant.pk for one in goes}
    people_ = list(_people(studio, rule, day)[:SHOWN])
    nobody = tuple(_needed_no_more(people_, rule, day, at, going=gone))
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


def _papers(grants: list[Grant], rule: Rule, day: date, at: datetime) -> list[Papers]:
    """What becomes of the papers of these consents, which are one studio's: a fixed number of questions for all of them."""
    known = Known.of(grants, at=at)
    return [Papers(one, known.fate(one, rule, day), known.over(one, day), tuple(known.papers[one.pk])) for one in grants]


def _let_papers_go(grant: Grant, rule: Rule, clock: Callable[[], datetime]) -> int:
    """Under the locks that a new hold, an ending and a release take: it is decided once more, then it goes."""
    try:
        with transaction.atomic():
            Organisation.objects.select_for_update().get(pk=grant.studio_id)
            Person.objects.select_for_update().get(pk=grant.person_id)
            grant = Grant.objects.select_for_update().select_related("person", "studio").get(pk=grant.pk)
            at = clock()
            [found] = _papers([grant], rule, _day(at), at)
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


@dataclass(frozen=True, slots=True)
class Known:
    """What tells whether anything rests on some consents of one studio, asked for all of them at once."""

    endings: Mapping[int, list[Ending]]
    terms: Mapping[int, date | None]
    under_way: frozenset[int]
    signed: frozenset[int]
    papers: Mapping[int, list[Evidence]]
    holds: Mapping[int, list[Hold]]

    @classmethod
    def of(cls, grants: list[Grant], *, at: datetime) -> "Known":
        ids = [one.pk for one in grants]
        endings: dict[int, list[Ending]] = {pk: [] for pk in ids}
        for ending in Ending.objects.filter(grant__in=ids).order_by("pk"):
            endings[ending.grant_id].append(ending)
        verified = GrantRevision.objects.filter(grant__in=ids, verification__isnull=False).order_by("number")
        stood_on = "decision__revisions__grant"
        waiting = Asset.objects.filter(**{f"{stood_on}__in": ids}, credential=None, job__state__in=affected.UNDER_WAY)
        released = Credential.objects.filter(**{f"{stood_on}__in": ids})
        return cls(
            endings=endings, terms=dict(verified.values_list("grant_id", "term_end")),
            under_way=frozenset(waiting.order_by().values_list(stood_on, flat=True)),
            signed=frozenset(released.order_by().values_list(stood_on, flat=True)),
            papers=_papers_of(grants), holds=holds_on(grants, at=at),
        )  # fmt: skip

    def over(self, grant: Grant, day: date) -> date | None:
        """The first day on which nothing rests on the consent any longer; None while something does, as `day` will find it.

        Its term has run out or an ending is in effect; nothing made on the strength of it is under way; and no signed work
        continues under it, unless an ending stopped all use or its run-off is over.
        """
        endings, term = self.endings[grant.pk], self.terms.get(grant.pk)
        ended = [*map(_first_day_after, endings), *([term] if term else [])]
        past = [one for one in ended if one <= day]
        if not past or grant.pk in self.under_way:
            return None
        if grant.pk not in self.signed:
            return min(past)
        stopped = [_first_day_after(one) for one in endings if one.mode in (Ending.Mode.CEASE_ALL, Ending.Mode.RUN_OFF)]
        return min((one for one in stopped if one <= day), default=None)

    def fate(self, grant: Grant, rule: Rule, day: date) -> Fate:
        return retention.fate(over_on=self.over(grant, day), keep_years=rule.years, holds=self.holds[grant.pk], day=day)


def holds_on(grants: list[Grant], *, at: datetime) -> dict[int, list[Hold]]:
    """The locks that keep anything of each consent from being destroyed: on it, on its person or who speaks for them, on a
    production that it or one of its lines names or that the person is cast in, its parents, an agreement, or everything."""
    if not grants:
        return {}
    studio = grants[0].studio_id
    lifted = Statement.objects.filter(kind=Statement.Kind.LIFT, refers_to__isnull=False, effective_at__lte=at)
    locks = Statement.objects.filter(kind=Statement.Kind.LOCK, studio=studio).exclude(pk__in=lifted.values("refers_to"))
    on: dict[str, list[Hold]] = {}
    for lock in locks:
        if not lock.acts or DESTROYS in lock.acts:
            until = _day(lock.until) + timedelta(days=1) if lock.until else None
            on.setdefault(lock.subject, []).append(Hold(_day(lock.effective_at), until))
    if not on:
        return {one.pk: [] for one in grants}
    named = _named_by(grants, studio)
    return {one.pk: [hold for subject in named[one.pk] for hold in on.get(subject, ())] for one in grants}


def _named_by(grants: list[Grant], studio: int) -> dict[int, set[str]]:
    """The ids of everything a lock may lie on that keeps a consent, by consent."""
    ids, persons = [one.pk for one in grants], {one.person_id for one in grants}
    works = {one.pk: one for one in Production.objects.filter(studio=studio).prefetch_related("agreements")}
    cast: dict[int, set[int]] = {}
    for person, work in Production.cast.through.objects.filter(person__in=persons).values_list("person", "production"):
        cast.setdefault(person, set()).add(work)
    lines: dict[int, set[int]] = {}
    for grant, work in ScopeLine.objects.filter(revision__grant__in=ids).values_list("revision__grant", "productions"):
        lines.setdefault(grant, set()).add(work)
    speak: dict[int, set[str]] = {}
    for person, authority in Authority.objects.filter(person__in=persons).values_list("person", "public_id"):
        speak.setdefault(person, set()).add(authority)
    found = {}
    for one in grants:
        named = {one.production_id} | lines.get(one.pk, set()) | cast.get(one.person_id, set())
        found[one.pk] = {GLOBAL, one.public_id, one.person.public_id, *speak.get(one.person_id, ()), *_with_parents(named, works)}
    return found


def _with_parents(named: set[int | None], works: Mapping[int, Production]) -> Iterator[str]:
    """The productions with what they are part of, and the agreements they are made under."""
    waiting, seen = [one for one in named if one in works], set()
    while waiting:
        pk = waiting.pop()
        if pk is None or pk in seen or pk not in works:
            continue
        seen.add(pk)
        yield works[pk].public_id
        yield from (f"agreement:{one.code}" for one in works[pk].agreements.all())
        waiting.append(works[pk].parent_id)


def _day(at: datetime) -> date:
    return at.astimezone(UTC).date()


def _papers_of(grants: list[Grant]) -> dict[int, list[Evidence]]:
    """The papers of each consent that are still there: of its revisions, and of what is on record about it."""
    by_id = {one.public_id: one.pk for one in grants}
    found: dict[int, dict[int, Evidence]] = {one.pk: {} for one in grants}
    of_revisions = Evidence.objects.filter(revision__grant__in=by_id.values(), destruction=None)
    for one in of_revisions.select_related("revision").order_by("pk"):
        found[one.revision.grant_id][one.pk] = one
    stated = Statement.objects.filter(subject__in=list(by_id), evidence__isnull=False, evidence__destruction=None)
    for row in stated.select_related("evidence").order_by("pk"):
        found[by_id[row.subject]][row.evidence_id] = row.evidence
    return {pk: list(papers.values()) for pk, papers in found.items()}


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


def _needed_no_more(
    persons: list[Person], rule: Rule, day: date, at: datetime, *, going: Collection[int]
) -> Iterator[Person]:
    """Those of them on none of whose consents anything rests, of whom no paper is left (`going` are consents whose papers
    go), whom no work shows, and on whom no hold lies."""
    grants: dict[int, list[Grant]] = {}
    all_of = list(Grant.objects.filter(person__in=persons).select_related("person"))
    for grant in all_of:
        grants.setdefault(grant.person_id, []).append(grant)
    known = Known.of(all_of, at=at)
    assets = Asset.objects.filter(Q(credential__isnull=False) | Q(job__state__in=affected.UNDER_WAY))
    shown = set(Depiction.objects.filter(person__in=persons, asset__in=assets).values_list("person_id", flat=True))
    for person in persons:
        its = grants.get(person.pk, ())
        left = any(known.papers[one.pk] and one.pk not in going for one in its)
        if its and person.pk not in shown and not left and all(known.fate(one, rule, day).may for one in its):
            yield person


def _let_person_go(person: Person, rule: Rule, clock: Callable[[], datetime]) -> bool:
    why = f"Retention rule: {rule.years} years after a consent is over ({rule.record.public_id})"
    try:
        with transaction.atomic():
            Organisation.objects.select_for_update().get(pk=person.studio_id)
            person = Person.objects.select_for_update().select_related("studio").get(pk=person.pk)
            at = clock()
            if not list(_needed_no_more([person], rule, _day(at), at, going=())):
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
