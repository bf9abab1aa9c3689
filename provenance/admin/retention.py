"""What will go at the desk: the papers, and the people, that the retention rule lets go by a day; and what a hold keeps."""

from datetime import timedelta

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from consent.forms.retention import RETENTION
from consent.subjects import GLOBAL
from provenance import retiring
from registry import permissions
from registry.admin.lists import studios_open_to
from registry.desk.site import page

READS = (*permissions.READS_CONSENT, permissions.Role.DPO)
SPANS = (("0", "today"), ("30", "in 30 days"), ("90", "in 90 days"), ("365", "in a year"))


def preview_page(request: HttpRequest) -> HttpResponse:
    studios = studios_open_to(request, READS)
    at = timezone.now()
    asked = request.GET.get("in", "30")
    days = asked if asked in dict(SPANS) else "30"
    day = at.date() + timedelta(days=int(days))
    found = [
        {"studio": studio, "found": retiring.preview(studio, day=day, at=at), "rule": _rule_address(request, studio)}
        for studio in studios
    ]
    return page(
        request, "provenance/desk/retention.html", title="What will go", studios=found, day=day, spans=SPANS, days=days,
        most=retiring.SHOWN, back=reverse("admin:index"),
    )  # fmt: skip


def _rule_address(request: HttpRequest, studio) -> str:
    """Where the rule is put on record, for those who may."""
    if not permissions.may_enter(request.user, studio):
        return ""
    return reverse("admin:consent_statement_state", args=[studio.public_id, GLOBAL, RETENTION])


preview = admin.site.admin_view(preview_page)
