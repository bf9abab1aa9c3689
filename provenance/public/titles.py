"""A title's page for anybody, as CSV and JSON too. What is private is answered like what is not there."""

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from provenance import titles
from provenance.printable import printable
from provenance.public.figures import sum_bar, sum_method
from provenance.public.story import NOW
from provenance.report import DISCLAIMER
from provenance.said import day
from provenance.spoken import spoken
from provenance.statements import extent_text
from provenance.titles import Title
from registry import spreadsheets
from registry.permissions import limited_page

SHOWN = 500
NO_SNIFFING = {"X-Content-Type-Options": "nosniff"}


@limited_page("window")
@never_cache
@require_safe
def page(request: HttpRequest, production: str) -> HttpResponse:
    title = _read(production)
    shots = [
        {"title": one.title, "address": f"/c/{one.credential}", "work": one.work, "text": extent_text(one.extent),
         "consent": NOW[one.consent_now]}
        for one in title.shots[:SHOWN]
    ]  # fmt: skip
    work = title.production
    told = spoken({
        "title": printable(work.title), "producer": printable(work.studio.name), "sentence": titles.headline(title),
        "sums": [{"name": name, "text": one.text, "bar": sum_bar(one), "methods": sum_method(one)}
                 for name, one in titles.named(title)],
        "shots": shots, "total": len(title.shots), "shown": SHOWN, "reviews": [one.community for one in title.reviews],
        "read_on": day(timezone.now()), "address": request.path, "disclaimer": DISCLAIMER, "eidr": work.eidr,
    })  # fmt: skip
    return render(request, "provenance/title.html", told)


@limited_page("window")
@never_cache
@require_safe
def document(request: HttpRequest, production: str) -> HttpResponse:
    return JsonResponse(spoken(_read(production).as_dict()), headers={"Access-Control-Allow-Origin": "*"})


@limited_page("window")
@never_cache
@require_safe
def table(request: HttpRequest, production: str) -> HttpResponse:
    title = _read(production)
    lines = spreadsheets.written([titles.HEADINGS, *title.rows()])
    name = f"title-{title.production.public_id}.csv"
    return StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8", headers={
        "Content-Disposition": f'attachment; filename="{name}"', "Access-Control-Allow-Origin": "*", **NO_SNIFFING,
    })  # fmt: skip


def _read(production: str) -> Title:
    try:
        return titles.read(production, at=timezone.now())
    except titles.NoSuchTitle as missing:
        raise Http404(missing.detail) from missing
