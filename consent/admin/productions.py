"""Productions and their scenes and shots at the desk; here, since their defaults are named in consent's codes."""

import re

from django import forms
from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone

from consent import territories
from consent.admin.fields import Codes, Languages, Listed, Places
from consent.vocabulary import CONTENT_FLAGS, MEDIA
from registry import permissions, productions
from registry.admin.acts import ActForm, Day, act_page, sent
from registry.admin.choosing import OneOf, Several
from registry.admin.lists import OwnRows
from registry.admin.record import history
from registry.desk.site import page
from registry.models import CollectiveAgreement, Organisation, Person, Production, Unit

UNITS_SHOWN = 500
JURISDICTION = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,3})?")


class Jurisdictions(Listed):
    def read(self, part: str) -> str:
        code = part.strip().upper()
        if not JURISDICTION.fullmatch(code):
            raise forms.ValidationError(f"“{part.strip()[:40]}” is not a jurisdiction such as US-CA, GB or DE.")
        return code


class ProductionForm(ActForm):
    facts_of_it = (
        "title", "kind", "parent", "photography_starts_on", "eidr", "isan", "jurisdictions", "agreements", "vendors", "cast",
        "default_territories", "default_media", "default_languages", "is_public", "shows_places",
    )  # fmt: skip
    groups = (
        ("The production", ("title", "kind", "parent", "photography_starts_on", "eidr", "isan")),
        ("Under which law", ("jurisdictions", "agreements")),
        ("Who works on it", ("cast", "vendors")),
        ("What a vendor’s declaration may leave out", ("default_territories", "default_languages", "default_media")),
        ("What anybody may see", ("is_public", "shows_places")),
    )

    title = forms.CharField(max_length=200)
    kind = forms.ChoiceField(choices=Production.Kind.choices)
    parent = OneOf(
        Production.objects.none(), called="title", required=False, label="Part of", empty_label="Nothing larger"
    )
    photography_starts_on = Day(label="Principal photography starts on", required=False)
    eidr = forms.CharField(label="EIDR", max_length=80, required=False, help_text="10.5240/XXXX-XXXX-XXXX-XXXX-XXXX-C")
    isan = forms.CharField(label="ISAN", max_length=80, required=False, help_text="XXXX-XXXX-XXXX-XXXX-C")
    jurisdictions = Jurisdictions(label="Key jurisdictions", required=False, max_length=400, help_text="Such as US-CA, GB, DE.")
    agreements = forms.ModelMultipleChoiceField(
        CollectiveAgreement.objects.all(), label="Collective agreements", required=False, widget=forms.CheckboxSelectMultiple
    )
    cast = Several(Person.objects.none(), called="alias", label="People in it")
    vendors = Several(Organisation.objects.none(), called="name", help_text="Only these may send assets for it.")
    default_territories = Places(label="Territories", required=False, max_length=2000, help_text="World, Germany, US-CA …")
    default_languages = Languages(label="Languages", required=False, max_length=400, help_text="en, de-AT …")
    default_media = Codes(MEDIA, label="Media", required=False)
    is_public = forms.BooleanField(
        label="The title is public", required=False,
        help_text="It gets a page of its own that sums up what is signed for it, and platforms are told of changes.",
    )  # fmt: skip
    shows_places = forms.BooleanField(
        label="Public reports show the picture, with what AI altered marked in it", required=False,
        help_text="Never where a minor is seen, or somebody whose age is not on file.",
    )  # fmt: skip

    def __init__(self, *args, studios: QuerySet[Organisation], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["parent"].queryset = Production.objects.filter(studio__in=studios)
        self.fields["cast"].queryset = Person.objects.filter(studio__in=studios)
        self.fields["vendors"].queryset = Organisation.objects.filter(kind=Organisation.Kind.VENDOR)

    def facts(self) -> dict:
        said = {name: self.cleaned_data[name] for name in self.facts_of_it}
        lists = ("jurisdictions", "default_territories", "default_media", "default_languages")
        return said | {name: list(said[name]) for name in lists}


class NewProductionForm(ProductionForm):
    groups = (("On whose files", ("studio",)), *ProductionForm.groups)

    studio = forms.ModelChoiceField(Organisation.objects.none(), to_field_name="public_id")

    def __init__(self, *args, studios: QuerySet[Organisation], **kwargs) -> None:
        super().__init__(*args, studios=studios, **kwargs)
        self.fields["studio"].queryset = studios
        self.fields["studio"].initial = studios.first()


class UnitForm(ActForm):
    groups = (("The scene or shot", ("code", "kind", "description", "content_flags")),)

    code = forms.CharField(max_length=60, help_text="As vendors name it, such as sh114.")
    kind = forms.ChoiceField(choices=Unit.Kind.choices, initial=Unit.Kind.SHOT)
    description = forms.CharField(max_length=300, required=False)
    content_flags = Codes(CONTENT_FLAGS, label="What it shows", required=False)

    def facts(self) -> dict:
        return {name: self.cleaned_data[name] for name in ("code", "kind", "description", "content_flags")}


class UnitCorrectionForm(UnitForm):
    """The code is open only while nothing on record calls the scene or shot by it."""

    groups = (("The scene or shot", ("code", "description")),)

    kind = content_flags = None

    def __init__(self, *args, unit: Unit, **kwargs) -> None:
        super().__init__(*args, initial={"code": unit.code, "description": unit.description}, **kwargs)
        self.fields["code"].disabled = productions.is_referred_to(unit)

    def facts(self) -> dict:
        return {name: self.cleaned_data[name] for name in ("code", "description")}


@admin.register(Production)
class Productions(OwnRows):
    reads = (*permissions.READS_CONSENT, permissions.Role.DPO, permissions.Role.OPERATOR)
    enters = permissions.ENTERS
    rows_are = ("production", "productions")
    about = "The works that people consented to appear in, who works on them, and what a declaration may leave out."
    none_yet = "No production is on file yet."
    add_words = "Add a production"
    list_display = ("title", "kind", "parent", "photography", "scenes_and_shots")
    list_filter = ("kind",)
    list_select_related = ("parent",)
    search_fields = ("title__icontains", "eidr__iexact", "isan__iexact")
    search_help_text = "Part of a title, or an EIDR or ISAN."
    ordering = ("title", "pk")
    name_column = "title"

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).annotate(units_in_it=Count("units", distinct=True))

    @admin.display(description="Photography from", ordering="photography_starts_on")
    def photography(self, production: Production) -> str:
        day = production.photography_starts_on
        return f"{day:%-d %B %Y}" if day else "–"

    @admin.display(description="Scenes and shots", ordering="units_in_it")
    def scenes_and_shots(self, production: Production) -> int:
        return production.units_in_it

    def pages(self) -> list:
        return [
            self.at("add/", self.add, "add"),
            self.at("<str:key>/correct/", self.correct, "correct"),
            self.at("<str:key>/unit/", self.add_unit, "add_unit"),
            self.at("<str:key>/unit/<str:record>/", self.correct_unit, "correct_unit"),
        ]

    def row(self, request: HttpRequest, key: str) -> HttpResponse:
        production = self.found(request, key)
        may_enter = permissions.may_enter(request.user, production.studio)
        records = ("Records", reverse("admin:consent_statement_about", args=[production.studio.public_id, production.public_id]))
        acts = [("Correct", self.address(production, "correct")), ("Add a scene or shot", self.address(production, "add_unit"))]
        again = ("What may be used again?", f"{reverse('admin:consent_decision_reuse')}?made_for={production.public_id}")
        rider = ("Prepare a rider", f"{reverse('admin:consent_rider_add')}?production={production.public_id}")
        reads = permissions.may_read_consent(request.user, production.studio)
        handed_out = [again, *outputs(production, may_enter)] if reads else []
        acts = [records, *handed_out, *([rider, *acts] if may_enter else [])]
        return page(
            request, "consent/desk/production.html", title=production.title, about=production.get_kind_display(),
            pairs=facts(production), acts=acts,
            back=self.list_address, back_words="Productions",
            units=production.units.all()[:UNITS_SHOWN], production=production, history=history(production.public_id),
            may_enter=may_enter,
        )  # fmt: skip

    def add(self, request: HttpRequest) -> HttpResponse:
        self.let_in(request, self.enters)
        form = NewProductionForm(sent(request), studios=permissions.organisations_where(request.user, self.enters))
        return act_page(
            request, form,
            lambda: productions.add(
                studio=form.cleaned_data["studio"], **form.facts(), by=request.user, at=timezone.now(), reason=form.why
            ),
            done="The production is on file.", to=self.address, title="Add a production", back=self.list_address,
            button="Add the production",
        )  # fmt: skip

    def correct(self, request: HttpRequest, key: str) -> HttpResponse:
        production = self.found(request, key)
        self.let_in(request, self.enters)
        known = {name: getattr(production, name) for name in ProductionForm.facts_of_it}
        known |= {name: known[name].all() for name in productions.LINKED}
        studios = permissions.organisations_where(request.user, self.enters)
        form = ProductionForm(sent(request), initial=known, studios=studios)
        return act_page(
            request, form,
            lambda: productions.correct(production, **form.facts(), by=request.user, at=timezone.now(), reason=form.why),
            done="Corrected.", to=self.address, title=f"Correct {production}", back=self.address(production),
        )  # fmt: skip

    def add_unit(self, request: HttpRequest, key: str) -> HttpResponse:
        production = self.found(request, key)
        self.let_in(request, self.enters)
        form = UnitForm(sent(request))
        return act_page(
            request, form,
            lambda: productions.add_unit(production, **form.facts(), by=request.user, at=timezone.now(), reason=form.why),
            done="Added.", to=lambda unit: self.address(production), title=f"Add a scene or shot to {production}",
            back=self.address(production), button="Add it",
        )  # fmt: skip

    def correct_unit(self, request: HttpRequest, key: str, record: str) -> HttpResponse:
        production = self.found(request, key)
        self.let_in(request, self.enters)
        unit = get_object_or_404(production.units, public_id=record)
        form = UnitCorrectionForm(sent(request), unit=unit)
        kept = f"It is called {unit.code} in a consent, a declaration or a lock on record, so only the description can change."
        return act_page(
            request, form,
            lambda: productions.correct_unit(unit, **form.facts(), by=request.user, at=timezone.now(), reason=form.why),
            done="Corrected.", to=lambda corrected: self.address(production), title=f"Correct {unit.code} of {production}",
            about=kept if form.fields["code"].disabled else "", back=self.address(production),
        )  # fmt: skip


def outputs(production: Production, may_enter: bool) -> list[tuple[str, str]]:
    """What is handed out about it; the room above makes it, and is named as a string only."""
    key = production.public_id
    usage = f"{reverse('usage-report')}?production={key}"
    shown = [("Usage report", usage), ("Human performance and consent", reverse("human-performance", args=[key]))]
    return [*shown, ("Evidence pack", reverse("evidence-of-production", args=[key]))] if may_enter else shown


def facts(production: Production) -> list[tuple[str, object]]:
    day = production.photography_starts_on
    return [
        ("On the files of", production.studio), ("Part of", production.parent), ("EIDR", production.eidr),
        ("ISAN", production.isan), ("Principal photography from", f"{day:%-d %B %Y}" if day else ""),
        ("Key jurisdictions", ", ".join(production.jurisdictions)),
        ("Collective agreements", ", ".join(str(one) for one in production.agreements.all())),
        ("People in it", ", ".join(str(one) for one in production.cast.all())),
        ("Vendors", ", ".join(str(one) for one in production.vendors.all())),
        ("Territories, if not said", ", ".join(_place(code) for code in production.default_territories)),
        ("Media, if not said", ", ".join(MEDIA.get(code, code) for code in production.default_media)),
        ("Languages, if not said", ", ".join(production.default_languages)),
        ("The title is public", "Yes" if production.is_public else "No"),
        ("Reports show the picture", "Yes" if production.shows_places else "No"), ("Id", production.public_id),
    ]  # fmt: skip


def _place(code: str) -> str:
    return territories.label(code) if territories.is_territory(code) else code
