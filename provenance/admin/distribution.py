"""What is out and has to stop, at the desk: whom to tell by when, the notice to send, and what each party answered."""

from datetime import datetime

from django import forms
from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_safe

from consent.admin.record_form import Document
from consent.forms.distribution import STOPPED
from provenance import distribution
from provenance.distribution import ANSWERS, Errand
from provenance.printable import printable
from registry import permissions
from registry.admin.acts import ActForm, Moment, attempt, sent
from registry.admin.lists import NotThisPage, studios_open_to
from registry.desk.site import page

STATES = {
    "open": ("To be stopped", "stop"), "notified": ("Notice sent", "hold"), "stopped": ("Stopped", "ok"),
    "not_needed": ("Need not stop", ""),
}  # fmt: skip


class AnswerForm(ActForm):
    groups = (("Which files", ("files",)), ("What happened", ("answer", "moment", "words", "document")))

    files = forms.MultipleChoiceField(label="Files", widget=forms.CheckboxSelectMultiple)
    answer = forms.ChoiceField(label="Your answer", choices=list(ANSWERS.items()), widget=forms.RadioSelect)
    moment = Moment(label="When (UTC)", help_text="When the notice was sent, or distribution stopped.")
    words = forms.CharField(
        label="What was done, and where; or why nothing need be", max_length=5000, widget=forms.Textarea(attrs={"rows": 3})
    )
    document = Document(
        label="The evidence", required=False, help_text="Needed for “Done”: a confirmation, a screenshot, a log. PDF, JPEG, PNG."
    )

    def __init__(self, *args, errand: Errand, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        named = [(one.file.public_id, printable(one.file.title) or one.file.public_id) for one in errand.open]
        self.fields["files"].choices = named
        self.fields["files"].initial = [name for name, _ in named]


def errands_page(request: HttpRequest) -> HttpResponse:
    studios = studios_open_to(request, permissions.READS_CONSENT)
    at = timezone.now()
    rows = [
        {"errand": one, "overdue": one.overdue(at), "state": STATES[_worst(one)], "open": len(one.open)}
        for studio in studios for one in distribution.errands(studio, at=at)
    ]  # fmt: skip
    return page(request, "provenance/desk/distribution.html", title="Distribution that has to stop", rows=rows)


def errand_page(request: HttpRequest, cause: str, party: str) -> HttpResponse:
    """One party's files; and, for those who may enter, what was answered."""
    at = timezone.now()
    errand = _found(request, cause, party, at)
    may = permissions.may_enter(request.user, errand.cause.studio)
    if request.method == "POST" and not may:
        raise NotThisPage
    form = None
    if may and errand.open:
        form = AnswerForm(sent(request), request.FILES or None, errand=errand, initial={"moment": at, "answer": STOPPED})
        if request.method == "POST" and (done := attempt(form, lambda: _answer(form, errand, request, at))):
            messages.success(request, f"On record for {len(done)} file{'s' if len(done) != 1 else ''}.")
            return redirect("distribution-errand", cause, party)
    tasks = [{"task": one, "state": STATES[one.state], "title": printable(one.file.title)} for one in errand.tasks]
    return page(
        request, "provenance/desk/distribution_errand.html", status=form.status if form else 200, form=form, errand=errand,
        tasks=tasks, title=f"{errand.party}: {errand.cause.title.lower()}", overdue=errand.overdue(at),
    )  # fmt: skip


@require_safe
def notice_page(request: HttpRequest, cause: str, party: str) -> HttpResponse:
    errand = _found(request, cause, party, timezone.now())
    return HttpResponse(distribution.notice(errand), content_type="text/plain; charset=utf-8", headers={
        "Content-Disposition": f'attachment; filename="notice-{errand.cause.id}-{errand.key}.txt"',
        "X-Content-Type-Options": "nosniff",
    })  # fmt: skip


def _found(request: HttpRequest, cause: str, party: str, at: datetime) -> Errand:
    """The errand, if it is one of the reader's studios'; else a 404."""
    for studio in permissions.organisations_where(request.user, permissions.READS_CONSENT):
        for one in distribution.errands(studio, at=at):
            if (one.cause.id, one.key) == (cause, party):
                return one
    raise Http404


def _answer(form: AnswerForm, errand: Errand, request: HttpRequest, at: datetime) -> list:
    said = form.cleaned_data
    return distribution.answer(
        errand, said["answer"], files=said["files"], moment=said["moment"], words=said["words"], evidence=said["document"],
        by=request.user, at=at, reason=form.why,
    )  # fmt: skip


def _worst(errand: Errand) -> str:
    """The state of an errand is that of the file that is furthest behind."""
    states = [one.state for one in errand.tasks]
    return next(one for one in STATES if one in states)


errands, errand, notice = map(admin.site.admin_view, (errands_page, errand_page, notice_page))
