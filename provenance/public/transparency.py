"""The transparency report for anybody: a page, JSON and CSV of the months as they were told when they closed."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from provenance import transparency
from provenance.extent_wording import NAMES
from provenance.monthly import BAND_NAMES, CHECK_NAMES
from provenance.said import Said, capital, joined, month, number, said
from provenance.spoken import spoken
from registry import spreadsheets
from registry.permissions import limited_page

HEADINGS = ("month", "figure", "value")
OPEN = {"Access-Control-Allow-Origin": "*"}
CONCERNS = {
    "received": said("Received"), "answered": said("Answered"), "upheld": said("Upheld"), "not_upheld": said("Not upheld"),
    "answered_in_48_hours": said("Answered within 48 hours"), "median_hours": said("Time to an answer (median)"),
    "kept_out": said("Fingerprints of files kept out since"),
}  # fmt: skip


@limited_page("window")
@cache_control(public=True, max_age=600)
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    report = transparency.report()
    months = {one["month"]: one for one in report["months"]}
    asked = request.GET.get("month", next(iter(months), ""))
    if asked and asked not in months:
        raise Http404("That month has not been told.")
    shown = months.get(asked)
    context = {
        "months": [{"key": key, "name": _name(key), "here": key == asked} for key in months],
        "shown": _told(shown["figures"]) if shown else None, "name": _name(asked) if shown else "",
        "small": report["small"], "titles": report["titles"],
    }  # fmt: skip
    return render(request, "provenance/transparency.html", spoken(context))


@limited_page("window")
@cache_control(public=True, max_age=600)
@require_safe
def document(request: HttpRequest) -> HttpResponse:
    return JsonResponse(transparency.report(), headers=OPEN)


@limited_page("window")
@cache_control(public=True, max_age=600)
@require_safe
def table(request: HttpRequest) -> HttpResponse:
    lines = spreadsheets.written([HEADINGS, *_rows(transparency.report())])
    return StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8", headers={
        "Content-Disposition": 'attachment; filename="transparency.csv"', "X-Content-Type-Options": "nosniff", **OPEN,
    })  # fmt: skip


def _told(figures: Mapping[str, Any]) -> dict[str, Any]:
    files, checks, concerns = figures["files"], figures["checks"], figures["concerns"]
    return {
        "signed": cell(files["signed"]), "answered": cell(checks["answered"]),
        "bands": _bars(files["bands"], BAND_NAMES),
        "elements": _bars(files["elements"], {name: capital(NAMES[name]) for name in files["elements"]}),
        "checks": _bars(checks["kinds"], CHECK_NAMES),
        "concerns": [(CONCERNS[name], cell(concerns[name])) for name in CONCERNS],
    }  # fmt: skip


def _bars(cells: Mapping[str, Any], names: Mapping[str, str]) -> list[dict[str, Any]]:
    """A row each; the bar is as long as its part of the largest, and there is none where no number is told."""
    most = max((one.get("count", 0) for one in cells.values()), default=0)
    return [
        {"name": names.get(key, key), "value": cell(one), "width": round(100 * one["count"] / most, 1) if one.get("count") else 0}
        for key, one in cells.items()
    ]  # fmt: skip


def cell(one: Mapping[str, Any]) -> Said:
    """A figure in words."""
    if "count" in one:
        return joined([number(one["count"])])
    if "hours" in one:
        return said("{hours} hours", hours=number(one["hours"], 1))
    if "fewer_than" in one:
        return said("fewer than {number}", number=number(one["fewer_than"]))
    return said("not counted yet") if "not_counted" in one else said("not told")


def _rows(report: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    for one in report["months"]:
        for name, value in _flat(one["figures"]):
            yield one["month"], name, value


def _flat(figures: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, str]]:
    for name, one in figures.items():
        if any(isinstance(value, Mapping) for value in one.values()):
            yield from _flat(one, f"{above}{name}.")
        else:
            yield f"{above}{name}", _plain(one)


def _plain(one: Mapping[str, Any]) -> str:
    kind, value = next(iter(one.items()))
    return str(value) if kind in ("count", "hours") else f"<{value}" if kind == "fewer_than" else kind


def _name(key: str) -> Said:
    return month(date.fromisoformat(f"{key}-01"))
