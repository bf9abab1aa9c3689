"""The desk's front page, what waits and soonest first; the consents that run out, and the minors who come of age."""

from collections.abc import Iterator
from datetime import datetime

from django.contrib import admin
from django.core.paginator import Paginator
from django.db.models import Count, Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from consent import determinations
from consent.in_words import last_day
from consent.models import Grant
from consent.worklists import ComingOfAge
from provenance import concerns, distribution, key_warnings, silence, trust_lists, waiting
from provenance.admin.assets import READS_ASSETS
from provenance.models import Asset
from provenance.waiting import COMES_OF_AGE, SOON, State
from registry import heartbeats, permissions
from registry.admin.lists import studios_open_to
from registry.desk.site import page
from registry.models import Authority, Organisation, Person, User

SPANS = (30, 60, 90, 180)
BEFORE_18 = (30, 90, 180)
ON_A_PAGE = 50
# Whose work stands still when a key does, and who renews it.
NEEDS_KEYS = (*permissions.ENTERS, *permissions.OPERATES)
QUEUES = (
    (State.HELD, "asset held", "assets held", "waiting for a decision here", "none waits for a decision"),
    (State.REFUSED, "asset refused", "assets refused", "the vendor was told why", "none was refused"),
    (State.DEAD, "asset not signed", "assets not signed", "signing failed five times", "nothing failed"),
)


def front_page(request: HttpRequest) -> HttpResponse:
    at = timezone.now()
    mine = {
        "verifies": permissions.organisations_where(request.user, permissions.VERIFIES),
        "reads": permissions.organisations_where(request.user, permissions.READS_CONSENT),
        "answers": permissions.organisations_where(request.user, permissions.ENTERS),
        "keeps": permissions.organisations_where(request.user, READS_ASSETS),
    }
    knows = permissions.organisations_where(request.user, permissions.READS_PERSONAL_DATA)
    # Read once: each card asks again whether there is any.
    for studios in (*mine.values(), knows):
        len(studios)
    minors = waiting.coming_of_age(knows, at=at)
    rows = waiting.next_up(**mine, minors=minors, by=request.user, at=at)
    return page(
        request, "provenance/desk/worklists.html", title=f"{at:%A}, {at.day} {at:%B %Y}",
        cards=[
            *_for_a_second_lawyer(mine["verifies"], request.user, at), *_without_paper(mine["answers"], at),
            *_ending(mine["reads"], at), *_locks(mine["reads"], at), *_to_stop(mine["reads"], at),
            *_concerns(mine["answers"], at), *_minors(knows, minors),
            *_assets(mine["keeps"]),
        ],
        rows=[(row, _address(row.record), _words(row)) for row in rows],
        warnings=[*_of_worker(request, mine["keeps"], at), *_of_keys(request), *_of_lists(request, at)],
    )  # fmt: skip


def _of_worker(request: HttpRequest, studios: QuerySet[Organisation], at: datetime) -> list[str]:
    """That the worker is silent, to those who may see what waits for it."""
    if not studios.exists():
        return []
    operates = permissions.organisations_where(request.user, permissions.OPERATES).exists()
    return [said] if (said := silence.sentence(studios, operates=operates, at=at)) else []


def _of_keys(request: HttpRequest) -> list[str]:
    """What the freshest worker says is wrong with the signing keys."""
    beat = heartbeats.freshest() if permissions.organisations_where(request.user, NEEDS_KEYS).exists() else None
    told = beat.details.get("key") if beat else None
    return key_warnings.sentences(told) if isinstance(told, dict) else []


def _of_lists(request: HttpRequest, at: datetime) -> list[str]:
    """To operators, who bring them up to date: that certificates on the lists of whom to trust end soon."""
    return trust_lists.sentences(at) if permissions.organisations_where(request.user, permissions.OPERATES).exists() else []


# ── What waits in numbers; only what this reader may open ─────────────────────────────────────────────────────────


def _for_a_second_lawyer(studios: QuerySet[Organisation], user: User, at: datetime) -> Iterator[dict]:
    if studios.exists():
        count = waiting.to_verify(studios, by=user, at=at).count()
        yield _card(count, "to verify", "entered by someone else", "no consent waits for you",
                    f"{_list('consent_grant')}?verification=waits")  # fmt: skip
        count = waiting.authorities(studios, by=user).count()
        yield _card(count, f"{'authority' if count == 1 else 'authorities'} to verify", "who may speak for somebody",
                    "none waits for you", f"{_list('registry_person')}?authority=waits")  # fmt: skip
        count = waiting.to_agree(waiting.in_state(studios, State.HELD), by=user).count()
        yield _card(count, f"{'determination' if count == 1 else 'determinations'} proposed", "that no consent is needed",
                    "none waits for you", f"{_list('provenance_asset')}?determination=waits")  # fmt: skip


def _without_paper(studios: QuerySet[Organisation], at: datetime) -> Iterator[dict]:
    if papers := waiting.without_paper(studios, at=at).count():
        words = "consent without its paper" if papers == 1 else "consents without their paper"
        yield _card(papers, words, "nobody can verify them before", "", f"{_list('consent_grant')}?verification=paper")


def _ending(studios: QuerySet[Organisation], at: datetime) -> Iterator[dict]:
    if studios.exists():
        ending = waiting.running_out(studios, at=at)
        count = ending.count()
        words = f"{'consent' if count == 1 else 'consents'} ending in {SOON} days"
        yield _card(count, words, _touched(ending) if count else "", "none runs out soon", reverse("running-out"))


def _locks(studios: QuerySet[Organisation], at: datetime) -> Iterator[dict]:
    """Only where one stands."""
    if count := sum(len(determinations.standing_locks(studio, at=at)) for studio in studios):
        words = "strike, order or hold stands" if count == 1 else "strikes, orders and holds stand"
        yield _card(count, words, "what they lie on is refused or waits", "", reverse("holds"))


def _to_stop(studios: QuerySet[Organisation], at: datetime) -> Iterator[dict]:
    """Only where something has to stop: orders and endings that reach what is out are rare."""
    found = [one for studio in studios for one in distribution.errands(studio, at=at) if one.open]
    if found:
        overdue = sum(one.overdue(at) for one in found)
        words = "notice to stop distribution" if len(found) == 1 else "notices to stop distribution"
        yield _card(len(found), words, f"overdue: {overdue}" if overdue else f"the first by {found[0].cause.due:%-d %B %Y}", "",
                    reverse("distribution"))  # fmt: skip


def _concerns(studios: QuerySet[Organisation], at: datetime) -> Iterator[dict]:
    """Only where one waits: they are rare, and each has its clock."""
    if found := list(concerns.waiting(studios)):
        overdue = sum(one.due_at <= at for one in found)
        words = "concern to answer" if len(found) == 1 else "concerns to answer"
        soonest = f"overdue: {overdue}" if overdue else f"the first by {found[0].due_at:%-d %B %Y, %H:%M} UTC"
        yield _card(len(found), words, soonest, "", reverse("concerns"))


def _minors(studios: QuerySet[Organisation], minors: list[ComingOfAge]) -> Iterator[dict]:
    if studios.exists():
        count = len(minors)
        words = f"{'minor' if count == 1 else 'minors'} turning 18 in {COMES_OF_AGE} days"
        first = f"the first on {minors[0].on:%-d %B %Y}" if minors else ""
        yield _card(count, words, first, "none comes of age soon", reverse("turning-18"))


def _assets(studios: QuerySet[Organisation]) -> Iterator[dict]:
    if studios.exists():
        for state, one, many, more, none in QUEUES:
            count = waiting.in_state(studios, state).count()
            yield _card(count, one if count == 1 else many, more, none, f"{_list('provenance_asset')}?state={state}")
            if state == State.HELD:
                yield _measured(studios)


def _measured(studios: QuerySet[Organisation]) -> dict:
    count = waiting.measured_otherwise(waiting.in_state(studios, State.HELD)).count()
    words = f"{'asset' if count == 1 else 'assets'} measured otherwise than declared"
    return _card(count, words, "somebody answers for the numbers", "none waits for an answer",
                 f"{_list('provenance_asset')}?measuring=waits")  # fmt: skip


def _touched(grants) -> str:
    found = Asset.objects.filter(decision__revisions__grant__in=grants.values("pk")).aggregate(
        assets=Count("pk", distinct=True), vendors=Count("vendor", distinct=True)
    )
    return f"assets affected: {found['assets']}, vendors: {found['vendors']}"


def _card(count: int, words: str, more: str, none: str, address: str) -> dict:
    return {"count": count, "words": words, "more": more if count else none, "address": address}


def _list(name: str) -> str:
    return reverse(f"admin:{name}_changelist")


def _address(record: Model) -> str:
    if isinstance(record, Authority | Person):
        person = record.person if isinstance(record, Authority) else record
        return reverse("admin:registry_person_change", args=[person.public_id])
    return reverse(f"admin:{record._meta.app_label}_{record._meta.model_name}_change", args=[record.public_id])


def _words(row: waiting.Waiting) -> str:
    if row.what == "Verify" and isinstance(row.record, Grant):
        return "Read paper beside form"
    return "Open"


def running_out_page(request: HttpRequest) -> HttpResponse:
    studios = studios_open_to(request, permissions.READS_CONSENT)
    days = _days(request, SPANS, SOON)
    at = timezone.now()
    shown = Paginator(waiting.running_out(studios, at=at, days=days), ON_A_PAGE).get_page(request.GET.get("p"))
    on_it = waiting.standing_on(list(shown))
    rows = [
        {"grant": one, "last": last_day(one.covers_until), "left": (one.covers_until - at.date()).days,
         "on": on_it.get(one.pk, [])}
        for one in shown
    ]  # fmt: skip
    return page(
        request, "provenance/desk/running_out.html", title="Consents that run out", spans=SPANS, days=days, rows=rows,
        shown=shown, export=f"{reverse('admin:consent_grant_export')}?ends={days}",
    )  # fmt: skip


def turning_18_page(request: HttpRequest) -> HttpResponse:
    """No spreadsheet of it is made: what is known of minors stays here."""
    studios = studios_open_to(request, permissions.READS_PERSONAL_DATA)
    days = _days(request, BEFORE_18, COMES_OF_AGE)
    at = timezone.now()
    shown = Paginator(waiting.coming_of_age(studios, at=at, days=days), ON_A_PAGE).get_page(request.GET.get("p"))
    reads = permissions.organisations_where(request.user, permissions.READS_CONSENT)
    in_force = waiting.in_force([one.person for one in shown], studios=reads, at=at)
    rows = [
        {"person": one.person, "on": one.on, "left": (one.on - at.date()).days, "grants": in_force.get(one.person.pk, [])}
        for one in shown
    ]  # fmt: skip
    return page(
        request, "provenance/desk/turning_18.html", title="Minors turning 18", spans=BEFORE_18, days=days, rows=rows,
        shown=shown, reads_consent=reads.exists(),
    )  # fmt: skip


def _days(request: HttpRequest, spans: tuple[int, ...], otherwise: int) -> int:
    return int(request.GET["days"]) if request.GET.get("days") in map(str, spans) else otherwise


front = admin.site.admin_view(front_page)
running_out = admin.site.admin_view(running_out_page)
turning_18 = admin.site.admin_view(turning_18_page)
