"""What the desk hands out: evidence packs, usage report, statements on human performance and for copyright registration."""

from datetime import date

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from provenance import tasks
from provenance.models import Asset, EvidencePack
from provenance.outputs import copyright, human_performance, packing, usage
from provenance.outputs.evidence import About
from provenance.outputs.usage import HEADINGS, Period, Row
from registry import permissions, spreadsheets
from registry.admin.acts import ActForm, Day, attempt, sent
from registry.admin.choosing import OneOf
from registry.admin.lists import NotThisPage
from registry.desk.site import page
from registry.models import Organisation, Person, Production

State = EvidencePack.State
COLOURS = {State.WAITING: "hold", State.MAKING: "hold", State.DONE: "ok", State.FAILED: "stop", State.GONE: ""}
SHOWN = 20
NO_SNIFFING = {"X-Content-Type-Options": "nosniff"}


def _readable(request: HttpRequest) -> QuerySet[Organisation]:
    return permissions.organisations_where(request.user, permissions.READS_CONSENT)


# ── The evidence pack ────────────────────────────────────────────────────────────────────────────────────────────────


def of_production_view(request: HttpRequest, key: str) -> HttpResponse:
    subject = get_object_or_404(Production.objects.select_related("studio"), public_id=key, studio__in=_readable(request))
    return _packed(request, About(subject))


def of_person_view(request: HttpRequest, key: str) -> HttpResponse:
    subject = get_object_or_404(Person.objects.select_related("studio"), public_id=key, studio__in=_readable(request))
    return _packed(request, About(subject))


def _packed(request: HttpRequest, about: About) -> HttpResponse:
    if not permissions.may_enter(request.user, about.studio):
        raise NotThisPage
    form = ActForm(sent(request))
    asked = attempt(
        form, lambda: packing.ask(about, by=request.user, at=timezone.now(), reason=form.why)
    ) if request.method == "POST" else None  # fmt: skip
    if asked is not None:
        tasks.pack_evidence.delay_on_commit(asked.public_id)
        return redirect("evidence-pack", asked.public_id)
    return page(
        request, "provenance/desk/evidence.html", status=form.status, form=form, title=f"Evidence about {about.subject}",
        back=reverse(f"admin:registry_{about.kind}_change", args=[about.subject.public_id]), packs=packing.of(about)[:SHOWN],
        days=packing.KEPT.days, colours=COLOURS,
    )  # fmt: skip


def pack_view(request: HttpRequest, key: str) -> HttpResponse:
    """How far a pack is; without a script the page loads itself again."""
    row = _pack(request, key)
    about = About(row.subject)
    return page(
        request, "provenance/desk/evidence_pack.html", title=str(row), row=row, colour=COLOURS[row.state],
        under_way=row.state in (State.WAITING, State.MAKING), ready=row.state == State.DONE, days=packing.KEPT.days,
        back=reverse(f"evidence-of-{about.kind}", args=[about.subject.public_id]),
    )  # fmt: skip


@require_safe
def pack_file_view(request: HttpRequest, key: str) -> HttpResponse:
    row = _pack(request, key)
    content = packing.fetch(row, by=request.user, at=timezone.now())
    name = f"evidence-{row.subject.public_id}-{row.asked_at:%Y-%m-%d}.zip"
    return StreamingHttpResponse(content, content_type="application/zip", headers={
        "Content-Disposition": f'attachment; filename="{name}"', "Content-Length": str(row.size), **NO_SNIFFING,
    })  # fmt: skip


def _pack(request: HttpRequest, key: str) -> EvidencePack:
    """The pack, for those who may make one; another tenant's is a 404, a reader's role a 403."""
    together = ("studio", "production__studio", "person__studio", "asked_by")
    found = EvidencePack.objects.filter(studio__in=_readable(request)).select_related(*together)
    row = get_object_or_404(found, public_id=key)
    if not permissions.may_enter(request.user, row.studio):
        raise NotThisPage
    return row


# ── The usage report ─────────────────────────────────────────────────────────────────────────────────────────────────


class PeriodForm(forms.Form):
    first = Day(label="From")
    last = Day(label="Last day")
    production = OneOf(Production.objects.none(), called="title", required=False, empty_label="Every production")
    person = OneOf(Person.objects.none(), called="alias", required=False, empty_label="Everybody", label="Performer")

    def __init__(self, *args, studios: QuerySet[Organisation], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["production"].queryset = Production.objects.filter(studio__in=studios)
        self.fields["person"].queryset = Person.objects.filter(studio__in=studios)

    def clean(self) -> dict:
        said = super().clean()
        if said.get("first") and said.get("last") and said["last"] < said["first"]:
            self.add_error("last", "The last day is before the first.")
        return said


def _asked(request: HttpRequest) -> tuple[PeriodForm, Period | None, list[Row]]:
    """The form, and the period and rows it asks for; this quarter's, if nothing was said."""
    studios, at = _readable(request), timezone.now()
    if not studios.exists():
        raise NotThisPage
    today = at.date()
    first = date(today.year, today.month - (today.month - 1) % 3, 1)
    form = PeriodForm({"first": first, "last": today} | request.GET.dict(), studios=studios)
    if not form.is_valid():
        return form, None, []
    said = form.cleaned_data
    period = Period(said["first"], said["last"])
    return form, period, usage.report(studios, period, at=at, production=said["production"], person=said["person"])


def usage_view(request: HttpRequest) -> HttpResponse:
    form, period, rows = _asked(request)
    told = [row.cells(period) for row in rows] if period else []
    return page(
        request, "provenance/desk/usage.html", status=200 if period else 422, title="Usage report", form=form,
        headings=HEADINGS, rows=told, period=period, export=f"{reverse('usage-report-export')}?{request.GET.urlencode()}",
    )  # fmt: skip


def usage_export_view(request: HttpRequest) -> HttpResponse:
    form, period, rows = _asked(request)
    if period is None:
        return page(request, "provenance/desk/usage.html", status=422, title="Usage report", form=form)
    lines = spreadsheets.written([HEADINGS, *(row.cells(period) for row in rows)])
    name = f"usage-{period.first.isoformat()}-{period.last.isoformat()}.csv"
    return StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8", headers={
        "Content-Disposition": f'attachment; filename="{name}"', **NO_SNIFFING,
    })  # fmt: skip


# ── Human performance and consent ────────────────────────────────────────────────────────────────────────────────────


def _told(request: HttpRequest, key: str) -> human_performance.Told:
    works = Production.objects.filter(studio__in=_readable(request)).select_related("studio")
    return human_performance.tell(get_object_or_404(works, public_id=key), at=timezone.now())


def human_performance_view(request: HttpRequest, key: str) -> HttpResponse:
    told = _told(request, key)
    return page(
        request, "provenance/desk/human_performance.html", title=human_performance.TITLE, told=told,
        back=reverse("admin:registry_production_change", args=[told.production.public_id]),
    )  # fmt: skip


def human_performance_pdf_view(request: HttpRequest, key: str) -> HttpResponse:
    told = _told(request, key)
    name = f"human-performance-{told.production.public_id}.pdf"
    return HttpResponse(human_performance.as_pdf(told, by=request.user.display_name), content_type="application/pdf", headers={
        "Content-Disposition": f'inline; filename="{name}"', **NO_SNIFFING,
    })  # fmt: skip


# ── A statement for copyright registration ───────────────────────────────────────────────────────────────────────────


def copyright_view(request: HttpRequest, key: str) -> HttpResponse:
    rows = Asset.objects.filter(production__studio__in=_readable(request)).select_related("production", "vendor", "credential")
    asset = get_object_or_404(rows, public_id=key)
    return HttpResponse(copyright.statement(asset, at=timezone.now()), content_type="text/plain; charset=utf-8", headers={
        "Content-Disposition": f'attachment; filename="copyright-{asset.public_id}.txt"', **NO_SNIFFING,
    })  # fmt: skip


copyright_statement = admin.site.admin_view(copyright_view)
of_production, of_person = admin.site.admin_view(of_production_view), admin.site.admin_view(of_person_view)
evidence_pack, evidence_pack_file = admin.site.admin_view(pack_view), admin.site.admin_view(pack_file_view)
usage_report, usage_export = admin.site.admin_view(usage_view), admin.site.admin_view(usage_export_view)
statement, statement_pdf = admin.site.admin_view(human_performance_view), admin.site.admin_view(human_performance_pdf_view)
