"""The desk's front page, what waits and soonest first; and the consents that run out, with what stands on them."""

from datetime import datetime

from django.contrib import admin
from django.core.paginator import Paginator
from django.db.models import Count, Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from consent.in_words import last_day
from consent.models import Grant
from provenance import key_warnings, silence, waiting
from provenance.admin.assets import READS_ASSETS
from provenance.models import Asset
from provenance.waiting import SOON, State
from registry import heartbeats, permissions
from registry.admin.lists import NotThisPage
from registry.desk.site import page
from registry.models import Authority, Organisation

SPANS = (30, 60, 90, 180)
ON_A_PAGE = 50
# Whose work stands still when a key does, and who renews it.
NEEDS_KEYS = (*permissions.ENTERS, *permissions.OPERATES)
QUEUES = (
    (State.HELD, "asset held", "assets held", "waiting for a decision here"),
    (State.REFUSED, "asset refused", "assets refused", "the vendor was told why"),
    (State.DEAD, "dead letter", "dead letters", "signing failed five times"),
)


def front_page(request: HttpRequest) -> HttpResponse:
    at = timezone.now()
    mine = {
        "verifies": permissions.organisations_where(request.user, permissions.VERIFIES),
        "reads": permissions.organisations_where(request.user, permissions.READS_CONSENT),
        "answers": permissions.organisations_where(request.user, permissions.ENTERS),
        "keeps": permissions.organisations_where(request.user, READS_ASSETS),
    }
    rows = waiting.next_up(**mine, by=request.user, at=at)
    return page(
        request, "provenance/desk/worklists.html", title=f"{at:%A}, {at.day} {at:%B %Y}", cards=_cards(request, mine, at),
        rows=[(row, _address(row.record), _words(row)) for row in rows],
        warnings=[*_of_worker(request, mine["keeps"], at), *_of_keys(request)],
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


def _cards(request: HttpRequest, mine: dict, at) -> list[dict]:
    """What waits in numbers; only what this reader may open."""
    cards = []
    if mine["verifies"].exists():
        count = waiting.to_verify(mine["verifies"], by=request.user, at=at).count()
        cards.append(_card(count, "to verify", "entered by someone else", f"{_list('consent_grant')}?verification=waits"))
    enters = permissions.organisations_where(request.user, permissions.ENTERS)
    if papers := waiting.without_paper(enters, at=at).count():
        words = "consent without its paper" if papers == 1 else "consents without their paper"
        cards.append(_card(papers, words, "nobody can verify them before", f"{_list('consent_grant')}?verification=paper"))
    if mine["reads"].exists():
        ending = waiting.running_out(mine["reads"], at=at)
        count = ending.count()
        words = f"{'consent' if count == 1 else 'consents'} ending in {SOON} days"
        cards.append(_card(count, words, _touched(ending) if count else "none runs out soon", reverse("running-out")))
    if mine["keeps"].exists():
        for state, one, many, more in QUEUES:
            count = waiting.in_state(mine["keeps"], state).count()
            cards.append(_card(count, one if count == 1 else many, more, f"{_list('provenance_asset')}?state={state}"))
    return cards


def _touched(grants) -> str:
    found = Asset.objects.filter(decision__revisions__grant__in=grants.values("pk")).aggregate(
        assets=Count("pk", distinct=True), vendors=Count("vendor", distinct=True)
    )
    return f"assets affected: {found['assets']}, vendors: {found['vendors']}"


def _card(count: int, words: str, more: str, address: str) -> dict:
    return {"count": count, "words": words, "more": more, "address": address}


def _list(name: str) -> str:
    return reverse(f"admin:{name}_changelist")


def _address(record: Model) -> str:
    if isinstance(record, Authority):
        return reverse("admin:registry_person_change", args=[record.person.public_id])
    return reverse(f"admin:{record._meta.app_label}_{record._meta.model_name}_change", args=[record.public_id])


def _words(row: waiting.Waiting) -> str:
    if row.what == "Verify" and isinstance(row.record, Grant):
        return "Read paper beside form"
    return "Open"


def running_out_page(request: HttpRequest) -> HttpResponse:
    studios = permissions.organisations_where(request.user, permissions.READS_CONSENT)
    if not studios.exists():
        raise NotThisPage
    days = int(request.GET["days"]) if request.GET.get("days") in map(str, SPANS) else SOON
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


front = admin.site.admin_view(front_page)
running_out = admin.site.admin_view(running_out_page)
