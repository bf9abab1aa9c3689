"""Sequel and re-use at the desk: pick two productions, and read what of the first may be used in the second."""

from urllib.parse import urlencode

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from consent import reuse
from consent.vocabulary import ACTS, MODALITIES, USES
from registry import permissions
from registry.admin.choosing import OneOf
from registry.admin.lists import studios_open_to
from registry.desk.site import page
from registry.models import Production

ASKED_OF = ("generate", "alter", "dub", "release", "promote")


class WorksForm(forms.Form):
    made_for = OneOf(Production.objects.none(), called="title", label="Made for", empty_label="Choose")
    wanted_in = OneOf(Production.objects.none(), called="title", label="To be used in", empty_label="Choose")
    act = forms.ChoiceField(label="What is to be done", choices=[(code, ACTS[code]) for code in ASKED_OF])

    def __init__(self, *args, works: QuerySet[Production], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        for name in ("made_for", "wanted_in"):
            self.fields[name].queryset = works


def check(request: HttpRequest) -> HttpResponse:
    studios = studios_open_to(request, permissions.READS_CONSENT)
    works = Production.objects.filter(studio__in=studios).select_related("studio", "parent")
    asked = {"act": "generate"} | request.GET.dict()
    both = all(asked.get(name) for name in ("made_for", "wanted_in"))
    form = WorksForm(asked if both else None, works=works, initial=asked)
    valid = form.is_valid()
    made_for, wanted_in, act = (form.cleaned_data[name] if valid else None for name in ("made_for", "wanted_in", "act"))
    about = {
        "title": "What may be used again?", "on_file": works.exists(), "form": form, "made_for": made_for, "wanted_in": wanted_in,
        "act": act, "back": reverse("admin:consent_decision_ask"),
    }  # fmt: skip
    if not valid:
        return page(request, "consent/desk/reuse.html", status=422 if both else 200, **about)
    try:
        found = reuse.check(made_for, wanted_in, act=act, at=timezone.now(), person=request.GET.get("person", ""))
    except reuse.SameProduction as refused:
        return page(request, "consent/desk/reuse.html", status=422, refused=refused.detail, **about)
    people = [(one, [_row(one, use, wanted_in, act) for use in one.uses]) for one in found.people]
    return page(
        request, "consent/desk/reuse.html", **about, checked=True, people=people, left=found.left,
        everywhere=not wanted_in.default_territories, may_enter=permissions.may_enter(request.user, wanted_in.studio),
    )  # fmt: skip


def _row(somebody: reuse.Somebody, use: reuse.Use, wanted_in: Production, act: str) -> dict:
    asked = {
        "person": somebody.person.public_id, "production": wanted_in.public_id, "use": use.use, "modality": use.modality,
        "act": act,
    }  # fmt: skip
    cleared = use.told.verdict.outcome == "permit"
    return {
        "use": USES.get(use.use, use.use), "modality": MODALITIES.get(use.modality, use.modality), "of": use, "told": use.told,
        "rider": "" if cleared else f"{reverse('admin:consent_rider_add')}?{urlencode(asked)}",
    }  # fmt: skip
