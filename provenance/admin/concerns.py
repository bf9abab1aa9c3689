"""Concerns at the desk: what anybody reported of a file of this studio, by when it is to be answered, and the answer."""

from django import forms
from django.contrib import admin
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from provenance import concerns
from provenance.models import Concern, ConcernAnswer
from provenance.printable import printable
from provenance.tasks import mail_about_concern
from registry import permissions
from registry.admin.acts import ActForm, attempt, sent
from registry.admin.lists import studios_open_to
from registry.desk.site import page

READS = permissions.ENTERS
ON_A_PAGE = 50


class AnswerForm(ActForm):
    outcome = forms.ChoiceField(label="What you found", choices=ConcernAnswer.Outcome.choices, widget=forms.RadioSelect)
    told = forms.CharField(
        label="What is told to whoever sent it", max_length=concerns.LONGEST, widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Sent by e-mail, word for word, and shown on their page.",
    )  # fmt: skip


def list_page(request: HttpRequest) -> HttpResponse:
    studios = studios_open_to(request, READS)
    open_ones = request.GET.get("show") != "all"
    found = concerns.waiting(studios) if open_ones else concerns.of_studios(studios)
    shown = Paginator(found, ON_A_PAGE).get_page(request.GET.get("page"))
    at = timezone.now()
    rows = [
        {"concern": one, "title": printable(one.credential.title), "overdue": _open(one) and one.due_at <= at} for one in shown
    ]
    return page(request, "provenance/desk/concerns.html", title="Concerns", rows=rows, shown=shown, open_ones=open_ones)


def concern_page(request: HttpRequest, concern: str) -> HttpResponse:
    """What was sent, beside the file it is about; and its answer, or the form for one."""
    studios = permissions.organisations_where(request.user, READS)
    found = concerns.of_studios(studios).filter(public_id=concern).first()
    if found is None:
        raise Http404
    at = timezone.now()
    form = AnswerForm(sent(request)) if _open(found) else None
    if form and request.method == "POST" and (done := attempt(form, lambda: _answered(found, form, request))):
        mail_about_concern.delay_on_commit(done.concern.public_id, "answered")
        found.refresh_from_db()
        form = None
    return page(
        request, "provenance/desk/concern.html", status=form.status if form else 200, title=f"Concern {found.public_id}",
        concern=found, form=form, file=printable(found.credential.title), overdue=_open(found) and found.due_at <= at,
        back=reverse("concerns"), answer=getattr(found, "answer", None),
        statement=printable(found.statement, concerns.LONGEST), where=printable(found.where, concerns.LONGEST),
    )  # fmt: skip


def _answered(concern: Concern, form: AnswerForm, request: HttpRequest) -> ConcernAnswer:
    said = form.cleaned_data
    return concerns.answer(
        concern, outcome=said["outcome"], told=said["told"], by=request.user, at=timezone.now(), reason=form.why
    )


def _open(concern: Concern) -> bool:
    return not hasattr(concern, "answer")


every, one = map(admin.site.admin_view, (list_page, concern_page))
