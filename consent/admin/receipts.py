"""Copies for the performer at the desk: a receipt, a record or the terms of one consent, or all about one person."""

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone

from consent.models import Grant
from consent.receipts import handing_over, issuer
from consent.receipts.credential import DEVELOPMENT
from consent.receipts.handing_over import FORMS, Document
from registry import permissions
from registry.admin.acts import ActForm, attempt, sent
from registry.admin.lists import NotThisPage
from registry.desk.site import page
from registry.models import Person


class CopyForm(ActForm):
    form = forms.ChoiceField(label="What", choices=list(FORMS.items()), widget=forms.RadioSelect, initial="receipt")
    revision = forms.ModelChoiceField(
        None, label="Of which revision", to_field_name="public_id", empty_label=None,
        help_text="A record is of the whole consent as it stands now.",
    )  # fmt: skip

    def __init__(self, *args, grant: Grant, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["revision"]
        field.queryset = grant.revisions.order_by("-number")
        field.label_from_instance = lambda revision: f"Revision {revision.number}"
        field.initial = grant.revisions.last()


def copies_view(request: HttpRequest, key: str) -> HttpResponse:
    grant = get_object_or_404(Grant.objects.select_related("person", "studio"), public_id=key, studio__in=_readable(request))
    _let_in(request, grant.studio)
    form = CopyForm(sent(request), grant=grant)
    document = attempt(
        form,
        lambda: handing_over.hand_over(
            form.cleaned_data["revision"], form.cleaned_data["form"], by=request.user, at=timezone.now(), reason=form.why
        ),
    ) if request.method == "POST" else None  # fmt: skip
    return _download(document) if document else page(
        request, "desk/form.html", status=form.status, form=form, title=f"Copies of {grant.number} · {grant.person}",
        back=reverse("admin:consent_grant_change", args=[grant.public_id]), button="Save the copy", about=_about(),
    )  # fmt: skip


def access_request_view(request: HttpRequest, key: str) -> HttpResponse:
    mine = permissions.organisations_where(request.user, (*permissions.READS_CONSENT, permissions.Role.DPO))
    person = get_object_or_404(Person.objects.select_related("studio"), public_id=key, studio__in=mine)
    _let_in(request, person.studio)
    form = ActForm(sent(request))
    document = attempt(
        form,
        lambda: handing_over.answer_access_request(person, by=request.user, at=timezone.now(), reason=form.why),
    ) if request.method == "POST" else None  # fmt: skip
    return _download(document) if document else page(
        request, "desk/form.html", status=form.status, form=form, title=f"Answer an access request of {person}",
        back=reverse("admin:registry_person_change", args=[person.public_id]), button="Save everything on file",
        about="A ZIP with a page to read, each consent, its receipts, and what the record holds. It says why things were "
        "done, and not which colleague did them. Read it before you hand it over.",
    )  # fmt: skip


def _about() -> str:
    words = "For the performer. The receipt is signed, and names nobody; the same one is handed out each time."
    return f"{words} This is a {DEVELOPMENT.removeprefix('Countersign ')}." if issuer.issuer().development else words


def _readable(request: HttpRequest):
    return permissions.organisations_where(request.user, permissions.READS_CONSENT)


def _let_in(request: HttpRequest, studio) -> None:
    if not permissions.may_read_personal_data(request.user, studio):
        raise NotThisPage


def _download(document: Document) -> HttpResponse:
    return HttpResponse(document.content, content_type=document.media_type, headers={
        "Content-Disposition": f'attachment; filename="{document.name}"', "X-Content-Type-Options": "nosniff",
    })  # fmt: skip


copies = admin.site.admin_view(copies_view)
access_request = admin.site.admin_view(access_request_view)
