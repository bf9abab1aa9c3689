"""Anybody reports a misuse of a likeness: a form without an account or a script, and a page that tells how it stands."""

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from provenance import concerns
from provenance.models import Concern, Credential
from provenance.printable import printable
from provenance.tasks import mail_about_concern
from registry.errors import RegistryError
from registry.permissions import limited_page
from registry.problems import status_of

KINDS = (
    ("intimate", gettext_lazy("It shows somebody intimately, and they did not agree")),
    ("likeness", gettext_lazy("It uses somebody’s face or voice, and they did not agree")),
    ("misleading", gettext_lazy("It is presented as something it is not")),
    ("other", gettext_lazy("Something else")),
)
SPEAKS = (
    ("self", gettext_lazy("I am the person")), ("guardian", gettext_lazy("I am the parent or guardian")),
    ("authorised", gettext_lazy("The person has authorised me")), ("estate", gettext_lazy("I speak for the estate")),
    ("anyone", gettext_lazy("I am somebody else")),
)  # fmt: skip
OUTCOMES = {
    "upheld": gettext_lazy("It was upheld: the registry no longer shows the picture, and does not take these bytes in again."),
    "not_upheld": gettext_lazy("It was not upheld."), "unfounded": gettext_lazy("It was not upheld."),
}  # fmt: skip


class Notice(forms.Form):
    """What a notice holds; what is missing is told by the act, in the visitor's language."""

    kind = forms.ChoiceField(label=gettext_lazy("What is wrong"), choices=KINDS, widget=forms.RadioSelect)
    speaks_as = forms.ChoiceField(label=gettext_lazy("For whom you speak"), choices=SPEAKS, widget=forms.RadioSelect)
    statement = forms.CharField(
        label=gettext_lazy("Who is shown, and what is wrong"), max_length=concerns.LONGEST,
        widget=forms.Textarea(attrs={"rows": 5}),
    )  # fmt: skip
    where = forms.CharField(
        label=gettext_lazy("Where you saw it (if you like)"), required=False, max_length=concerns.LONGEST,
        widget=forms.Textarea(attrs={"rows": 2}),
    )  # fmt: skip
    name = forms.CharField(label=gettext_lazy("Your name, as your signature"), max_length=200)
    contact = forms.EmailField(label=gettext_lazy("Your e-mail address"), max_length=254)
    in_good_faith = forms.BooleanField(
        label=gettext_lazy("I say this in good faith: as far as I know it is so, and I may speak for the person as stated.")
    )


@limited_page("window")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def raise_one(request: HttpRequest, credential: str) -> HttpResponse:
    about = Credential.objects.real().select_related("producer").filter(public_id=credential).first()
    if about is None:
        raise Http404
    form = Notice(request.POST if request.method == "POST" else None)
    fault, status = "", 200
    if request.method == "POST":
        try:
            return _sent(request, form, credential)
        except RegistryError as refused:
            fault, status = refused.detail, status_of(refused)
    told = {"form": form, "fault": fault, "title": printable(about.title), "producer": printable(about.producer.name)}
    return render(request, "provenance/concern_form.html", told | {"credential": credential}, status=status)


@limited_page("concern")
def _sent(request: HttpRequest, form: Notice, credential: str) -> HttpResponse:
    form.is_valid()
    said = {name: form.cleaned_data.get(name, "") for name in form.fields}
    said["in_good_faith"] = bool(said["in_good_faith"])
    language = translation.get_language() or "en"
    made, key = concerns.receive(credential, **said, at=timezone.now(), language=language)
    mail_about_concern.delay_on_commit(made.public_id, "received")
    return redirect("concern", made.public_id, key)


@limited_page("window")
@never_cache
@require_safe
def page(request: HttpRequest, concern: str, key: str) -> HttpResponse:
    """How it stands, for whoever has the address."""
    try:
        found = concerns.opened(concern, key)
    except concerns.NoSuchConcern as missing:
        raise Http404(missing.detail) from missing
    answer = getattr(found, "answer", None)
    told = {"concern": found, "title": printable(found.credential.title), "answer": answer,
            "outcome": OUTCOMES[answer.outcome] if answer else "", "kind": dict(KINDS)[Concern.Kind(found.kind)]}  # fmt: skip
    return render(request, "provenance/concern.html", told)
