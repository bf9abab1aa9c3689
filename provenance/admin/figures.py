"""The desk's figures: the last twelve months of the reader's own studios, drawn beside their numbers, and as a spreadsheet."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from provenance import transparency
from provenance.bands import NONE_STATED, UNKNOWN
from provenance.extent_wording import NAMES
from provenance.monthly import BANDS, ELEMENTS, NOT_UPHELD, UPHELD, Month
from registry import permissions, spreadsheets
from registry.admin.lists import NotThisPage
from registry.desk.site import page
from registry.models import Organisation

MONTHS = 12
READS_FIGURES = (*permissions.READS_CONSENT, *permissions.OPERATES)
# In units of the drawing: a column and what is between two, how high the highest stands, room above and below it.
COLUMN, STEP, TALLEST, ABOVE, BELOW = 34, 48, 120, 20, 22
BAND_HEADINGS = {
    "none_stated": "No AI stated", "minor": "Below 5 %", "partial": "5 to 50 %", "substantial": "50 % and more", "full": "All",
    "unknown": "Not known",
}  # fmt: skip
NO_SNIFFING = {"X-Content-Type-Options": "nosniff"}


def _studios(request: HttpRequest) -> QuerySet[Organisation]:
    studios = permissions.organisations_where(request.user, READS_FIGURES).filter(kind=Organisation.Kind.STUDIO)
    if not studios.exists():
        raise NotThisPage
    return studios.order_by("name")


def _last(today: date) -> list[date]:
    """The first days of the last twelve months, this one too."""
    months = [today.replace(day=1)]
    while len(months) < MONTHS:
        year, month = months[0].year, months[0].month
        months.insert(0, date(year - (month == 1), 12 if month == 1 else month - 1, 1))
    return months


def _counted(studio: Organisation, months: list[date]) -> list[Month]:
    found = transparency.counted(months[0], transparency.following(months[-1]), studio=studio)
    return [found.get(month, Month()) for month in months]


@require_safe
def figures_view(request: HttpRequest) -> HttpResponse:
    months = _last(timezone.now().date())
    shown = []
    for studio in _studios(request):
        counted = _counted(studio, months)
        parts = [_part(name, group, months, counted) for name, group in GROUPS.items()]
        shown.append({"studio": studio, "parts": parts})
    return page(
        request, "provenance/desk/figures.html", title="Figures", shown=shown, export=reverse("figures-export")
    )


def _part(name: str, group: Callable[[Month], dict[str, str]], months: list[date], counted: list[Month]) -> dict[str, Any]:
    """A chart of the first figure of a group, and a table of all, the newest month first; months with nothing are left out."""
    told = [group(one) for one in counted]
    headings = list(told[0])
    chart = _chart(name, months, [int(one[headings[0]]) for one in told])
    rows = [
        (f"{month:%B %Y}", list(one.items())) for month, one in zip(months, told, strict=True) if set(one.values()) - {"0", ""}
    ]  # fmt: skip
    return {"chart": chart, "headings": headings, "rows": rows[::-1]}


@require_safe
def export_view(request: HttpRequest) -> HttpResponse:
    lines = spreadsheets.written([("Studio", "Month", "Figure", "Value"), *_rows(request)])
    return StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8", headers={
        "Content-Disposition": f'attachment; filename="figures-{timezone.now():%Y-%m-%d}.csv"', **NO_SNIFFING,
    })  # fmt: skip


def _rows(request: HttpRequest) -> Iterator[tuple[str, str, str, str]]:
    months = _last(timezone.now().date())
    for studio in _studios(request):
        for month, one in zip(months, _counted(studio, months), strict=True):
            for name, value in _values(one):
                yield studio.name, f"{month:%Y-%m}", name, value


def _values(month: Month) -> Iterator[tuple[str, str]]:
    """Every figure of a month by its name, as it is: this is the studio's own desk, and nothing is left out."""
    for name, group in GROUPS.items():
        for heading, value in group(month).items():
            yield f"{name}: {heading.lower()}", value


def _of_files(month: Month) -> dict[str, str]:
    amounts = {BAND_HEADINGS[band]: str(month.bands[band]) for band in BANDS}
    return {"Signed": str(month.files), **amounts}


def _of_elements(month: Month) -> dict[str, str]:
    elements = {NAMES[element].capitalize(): str(month.elements[element]) for element in ELEMENTS}
    return {"With AI": str(month.files - month.bands[NONE_STATED] - month.bands[UNKNOWN]), **elements}


def _of_concerns(month: Month) -> dict[str, str]:
    hours = month.median_hours
    return {
        "Received": str(month.received), "Answered": str(month.answered), "Upheld": str(month.outcomes[UPHELD]),
        "Not upheld": str(month.outcomes[NOT_UPHELD]), "Within 48 hours": str(month.in_time),
        "Hours to an answer (median)": "" if hours is None else str(hours), "Files kept out": str(month.kept_out),
    }  # fmt: skip


def _chart(name: str, months: list[date], values: list[int]) -> dict[str, Any]:
    """A column for each month; heights are parts of the highest, and a month with anything in it is never drawn as none."""
    most = max(values) or 1
    columns = []
    for number, (month, value) in enumerate(zip(months, values, strict=True)):
        high = max(round(TALLEST * value / most), 2) if value else 0
        x = number * STEP + (STEP - COLUMN) // 2
        columns.append({
            "x": x, "y": ABOVE + TALLEST - high, "width": COLUMN, "height": high, "middle": x + COLUMN // 2, "value": value,
            "above": ABOVE + TALLEST - high - 5, "below": ABOVE + TALLEST + 16, "month": f"{month:%b}",
        })  # fmt: skip
    return {
        "name": name, "columns": columns, "width": STEP * len(months), "height": ABOVE + TALLEST + BELOW,
        "ground": ABOVE + TALLEST, "sum": sum(values),
    }  # fmt: skip


GROUPS = {"Files signed": _of_files, "Files with AI": _of_elements, "Concerns": _of_concerns}
figures, figures_export = admin.site.admin_view(figures_view), admin.site.admin_view(export_view)
