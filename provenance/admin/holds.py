"""The switch for strikes, orders and holds: what is stopped now, and a new lock with what it touches before it is set."""

from django import forms
from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone

from consent import determinations, records, subjects
from consent.admin.record_form import RecordForm
from consent.forms.catalogue import FORMS, form_named
from consent.forms.locks import DISPUTE
from consent.forms.shape import LOCK
from consent.models import Grant, Statement
from consent.subjects import Subject
from consent.vocabulary import ACT_PHRASES
from provenance import affected
from registry import permissions
from registry.admin.acts import attempt, sent
from registry.admin.lists import NotThisPage, studios_open_to
from registry.desk.site import page
from registry.models import CollectiveAgreement, Organisation, Person, Production

SET = {
    False: "The lock is set. What it lies on is refused from its moment on, until it is lifted.",
    True: "The dispute is on record. What it lies on waits for lawyers from its moment on, until it is resolved.",
}
LOCKS = [form for form in FORMS.values() if form.kind == LOCK]


class SwitchForm(forms.Form):
    """What kind of lock, and on what: one of the studio's own, everything of it, or everything under an agreement."""

    code = forms.ChoiceField(label="What", choices=[(form.code, form.title) for form in LOCKS])
    subject = forms.ChoiceField(label="On what", required=False)
    called = forms.CharField(
        label="Or a person or a consent", required=False, max_length=200,
        help_text="The alias or the file number, as it stands on file. It goes before the choice above.",
    )  # fmt: skip

    def __init__(self, studio: Organisation, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.studio = studio
        agreements = CollectiveAgreement.objects.filter(productions__studio=studio).order_by("code")
        codes = agreements.values_list("code", flat=True).distinct()
        works = Production.objects.filter(studio=studio)
        self.fields["subject"].choices = [
            (subjects.GLOBAL, f"Everything of {studio}"),
            ("Every production under", [(f"agreement:{code}", code) for code in codes]),
            ("A production", [(one.public_id, str(one)) for one in works]),
        ]

    def clean_called(self) -> str:
        """The id of the one person or consent that is called so."""
        said = self.cleaned_data["called"].strip()
        if not said:
            return ""
        people = Person.objects.filter(studio=self.studio, alias__iexact=said)
        grants = Grant.objects.filter(studio=self.studio, number__iexact=said)
        found = [*people.values_list("public_id", flat=True)[:2], *grants.values_list("public_id", flat=True)[:2]]
        if len(found) != 1:
            raise forms.ValidationError(
                f"{'Nobody and nothing' if not found else 'More than one'} on file is called “{said}”. "
                "Write the alias or the file number in full, or set the lock from the page of the person or the consent."
            )
        return found[0]

    def clean(self) -> dict:
        said = super().clean()
        if "subject" in said and "called" in said:
            said["subject"] = said["called"] or said["subject"]
            if not said["subject"]:
                self.add_error("subject", "Say on what the lock lies.")
        if "code" in said and "subject" in said and subjects.kind_of(said["subject"]) not in FORMS[said["code"]].about:
            raise forms.ValidationError(f"“{FORMS[said['code']].title}” is not set on that. Choose another scope.")
        return said


def switch_page(request: HttpRequest) -> HttpResponse:
    """Every lock that holds, by studio; and where to set one."""
    readable = studios_open_to(request, permissions.READS_CONSENT)
    studios, faults = [], None
    for studio in readable:
        mine = request.GET if request.GET.get("studio") == studio.public_id else None
        form = SwitchForm(studio, mine, prefix="", auto_id=f"id_{studio.public_id}_%s")
        if mine is not None and form.is_valid():
            return redirect("set-hold", studio.public_id, form.cleaned_data["subject"], form.cleaned_data["code"])
        faults = faults or (form.errors if mine is not None else None)
        may_enter = permissions.may_enter(request.user, studio)
        studios.append({"studio": studio, "locks": _standing(studio), "form": form if may_enter else None})
    return page(
        request, "provenance/desk/holds.html", title="Strikes, orders and holds", studios=studios, status=422 if faults else 200,
        back=reverse("admin:consent_statement_changelist"),
        may_verify=permissions.organisations_where(request.user, permissions.VERIFIES).exists(),
    )  # fmt: skip


def set_page(request: HttpRequest, studio: str, subject: str, code: str) -> HttpResponse:
    """Asked without `confirm`, it shows what the lock would stop; with it, the lock is set."""
    about = _subject(request, studio, subject)
    if code not in FORMS or FORMS[code].kind != LOCK or about.kind not in FORMS[code].about:
        raise Http404
    form = RecordForm(FORMS[code], about, sent(request), request.FILES or None, still_filling="back" in request.POST)
    title = f"{FORMS[code].title}: {about.label}"
    if "confirm" in request.POST and (row := attempt(form, lambda: _set(about, code, form, request))):
        messages.success(request, SET[code == DISPUTE])
        return redirect("admin:consent_statement_change", row.public_id)
    fit = request.method == "POST" and "back" not in request.POST and form.is_valid() and not form.refusal
    touched = affected.under_lock(about) if fit else None
    return page(
        request, "provenance/desk/set_hold.html", status=form.status, form=form, title=title, subject=about,
        help=FORMS[code].help, touched=touched, disputed=code == DISPUTE,
        acts=_in_words(form.cleaned_data["acts"]) if fit else "",
    )  # fmt: skip


def _set(about: Subject, code: str, form: RecordForm, request: HttpRequest) -> Statement:
    return records.state(
        code, studio=about.studio, subject=about.id, by=request.user, at=timezone.now(), reason=form.why, **form.told()
    )


def _subject(request: HttpRequest, studio: str, subject: str) -> Subject:
    """The subject, for those who may set a lock there; another tenant's is a 404, a reader's role a 403."""
    readable = permissions.organisations_where(request.user, permissions.READS_CONSENT)
    organisation = get_object_or_404(readable, public_id=studio)
    if not permissions.may_enter(request.user, organisation):
        raise NotThisPage
    try:
        return subjects.found(organisation, subject)
    except subjects.NotOnThisFile:
        raise Http404


def _standing(studio: Organisation) -> list[dict]:
    locks = determinations.standing_locks(studio, at=timezone.now())
    named = subjects.labels({one.subject for one in locks}, [studio])
    return [
        {"row": one, "title": form_named(one.form).title if one.form else "Lock", "acts": _in_words(one.acts),
         "on": named.get(one.subject, one.subject), "by": " and ".join(user.display_name for user in one.by.all())}
        for one in locks
    ]  # fmt: skip


def _in_words(acts: list[str]) -> str:
    return ", ".join(ACT_PHRASES[act] for act in acts) or "every act"


switch = admin.site.admin_view(switch_page)
set_hold = admin.site.admin_view(set_page)
