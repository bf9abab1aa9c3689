"""The ending of a consent, in three steps: what was received, what it will touch, and the word that does it."""

from datetime import datetime

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone

from consent import endings, records
from consent.models import Ending, Grant, Statement
from consent.performer import words
from provenance import affected
from registry import permissions
from registry.admin.acts import ActForm, Day, Moment, attempt
from registry.admin.lists import NotThisPage
from registry.desk.again import asks_again
from registry.desk.site import page


class EndingForm(ActForm):
    groups = (
        ("What was received", ("kind", "received_at")),
        ("What it does", ("mode", "effective_at", "run_off_to")),
    )

    kind = forms.ChoiceField(label="How it ends", choices=Ending.Kind.choices)
    received_at = Moment(label="Notice received (UTC)")
    mode = forms.ChoiceField(label="With what effect", choices=Ending.Mode.choices, widget=forms.RadioSelect,
                             initial=Ending.Mode.PROSPECTIVE)  # fmt: skip
    effective_at = Moment(label="In effect from (UTC)", help_text="When it was received, or later.")
    run_off_to = Day(label="Last day of use", required=False, help_text="Only for “Allowed until a date”.")

    def said(self) -> dict:
        return {name: self.cleaned_data[name] for name in ("kind", "mode", "received_at", "effective_at", "run_off_to")}


@asks_again
def end_consent(request: HttpRequest, key: str) -> HttpResponse:
    """Asked without `confirm`, it shows what would be touched; with it, the ending goes on the record."""
    grant = _grant(request, key)
    now = timezone.now()
    going_back = "back" in request.POST
    form = EndingForm(request.POST if request.method == "POST" else None, still_filling=going_back,
                      initial=_told(grant, now))  # fmt: skip
    if request.method == "POST" and not going_back:
        if "confirm" not in request.POST and attempt(form, lambda: _fit(grant, form, request, now)):
            return page(request, "provenance/desk/ending_preview.html", **_preview(grant, form))
        if "confirm" in request.POST and (done := attempt(form, lambda: _end(grant, form, request, now))):
            waits = f"The ending of {grant.number} is proposed. It has effect once a second lawyer confirms it."
            messages.success(request, f"The ending of {grant.number} is recorded." if isinstance(done, Ending) else waits)
            return redirect("admin:consent_grant_change", grant.public_id)
    title = f"Record an ending of {grant.number}"
    return page(request, "provenance/desk/ending.html", status=form.status, form=form, grant=grant, title=title)


def _told(grant: Grant, now: datetime) -> dict:
    """What is known beforehand: what a performer said at their own door was received when it was said."""
    wish = words.wish_of(grant)
    said = wish.recorded_at if wish else now
    return {"kind": Ending.Kind.WITHDRAWN, "received_at": said, "effective_at": said}


def _grant(request: HttpRequest, key: str) -> Grant:
    """The file, for those who may record its ending; another tenant's is a 404, a reader's role a 403."""
    readable = permissions.organisations_where(request.user, permissions.READS_CONSENT)
    grant = get_object_or_404(Grant.objects.select_related("person", "studio"), public_id=key, studio__in=readable)
    if not permissions.may_enter(request.user, grant.studio):
        raise NotThisPage
    return grant


def _end(grant: Grant, form: EndingForm, request: HttpRequest, now: datetime) -> Ending | Statement:
    """The ending; of a consent that never was valid the proposal, which a second lawyer confirms."""
    said = form.said()
    if not endings.annuls(said["kind"], said["mode"]):
        return endings.end(grant, **said, by=request.user, at=now, reason=form.why)
    renamed = {"ending": said.pop("kind"), "ended_at": said.pop("effective_at")}
    return records.state(
        "grant.proposed_ending", studio=grant.studio, subject=grant.public_id, details=said | renamed, by=request.user,
        at=now, reason=form.why,
    )  # fmt: skip


def _fit(grant: Grant, form: EndingForm, request: HttpRequest, now: datetime) -> bool:
    """Nothing in the way of what is asked, which is not done yet."""
    said = form.said()
    said.pop("kind")
    endings.refuse_unfit(grant, **said, by=request.user, at=now)
    return True


def _preview(grant: Grant, form: EndingForm) -> dict:
    said = form.said()
    effect = {name: said[name] for name in ("mode", "effective_at", "run_off_to")}
    if said["kind"] == Ending.Kind.ANNULLED:
        effect["mode"] = Ending.Mode.ANNUL
    return {
        "title": f"Before {grant.number} ends", "grant": grant, "form": form, "said": said,
        "kind": Ending.Kind(said["kind"]).label, "mode": Ending.Mode(said["mode"]).label,
        "touched": affected.touched(grant, **effect),
        "under_way": affected.in_signing(grant).count(), "signed": affected.signed(grant).count(),
    }  # fmt: skip


ending = admin.site.admin_view(end_consent)
