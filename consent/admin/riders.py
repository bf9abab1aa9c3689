"""Riders at the desk: drafted from a template, read before they are kept, kept before they are sent."""

from datetime import date, datetime
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_safe

from consent import clearance
from consent.admin.descriptions import Look, look
from consent.admin.entry import as_initial, day_after, lines_filled_in
from consent.models import Decision, Grant, GrantRevision, Rider
from consent.riders import drafting, wordings
from consent.vocabulary import ACTS, AUTHORITY_KINDS, MODALITIES, USES, choices
from registry import permissions
from registry.admin.acts import ActForm, Day, attempt
from registry.admin.choosing import OneOf
from registry.admin.lists import OwnRows
from registry.admin.record import history
from registry.desk.site import page
from registry.models import Organisation, Person, Production, User

# What a rider started from, the fields and the blocks filled in by it, and what would clear what was refused.
Beginning = tuple[dict, dict, list[dict], tuple[str, ...]]
NOT_A_CONSENT = "A draft allows nothing: it counts once it is signed, entered with its paper and verified by a second lawyer."


class RiderForm(ActForm):
    groups = (
        ("The rider", ("template", "person", "production")), ("Who signs, if not the person", ("signatory", "capacity")),
        ("Term and use", ("effective_from", "last_day", "description")),
    )  # fmt: skip

    template = forms.ChoiceField(
        initial="individual", help_text="Our own plain wording. Drafts for your lawyers, not legal advice."
    )
    person = OneOf(Person.objects.none(), called="alias", empty_label="Choose")
    production = OneOf(Production.objects.none(), called="title", empty_label="Choose")
    signatory = forms.CharField(label="Name", max_length=200, required=False)
    capacity = forms.ChoiceField(label="Signs as", choices=choices(AUTHORITY_KINDS), initial="self")
    effective_from = Day(label="In force from")
    last_day = Day(label="Last day covered", required=False, help_text="Empty: no end is stated.")
    description = forms.CharField(
        label="Description of the intended use", max_length=20000, widget=forms.Textarea(attrs={"rows": 5}),
        help_text="What is made, in which scenes, for which production. It is printed word for word.",
    )  # fmt: skip

    def __init__(self, *args, studios: QuerySet[Organisation], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.studios = studios
        self.fields["template"].choices = [(one.code, one.title) for one in wordings.shipped().values()]
        self.fields["person"].queryset = Person.objects.filter(studio__in=studios)
        self.fields["production"].queryset = Production.objects.filter(studio__in=studios)

    def looked_over(self) -> list[Look]:
        return look(self["description"].value() or "", self.studios)

    def draft(self, lines, **source) -> drafting.Draft:
        said = self.cleaned_data
        named = ("person", "production", "description", "effective_from", "signatory", "capacity")
        return drafting.Draft(
            template=wordings.shipped()[said["template"]], lines=lines.lines(), term_end=day_after(said["last_day"]),
            **{name: said[name] for name in named}, **source,
        )  # fmt: skip


@admin.register(Rider)
class Riders(OwnRows):
    reads = permissions.READS_CONSENT
    enters = permissions.ENTERS
    belongs_to = "person__studio"
    rows_are = ("rider", "riders")
    heading = "Riders drafted"
    about = f"Drafts as they were sent out to be signed, each known by its hash. {NOT_A_CONSENT}"
    none_yet = "No rider has been drafted yet."
    add_words = "Prepare a rider"
    list_display = ("drafted", "person", "production", "called")
    list_select_related = ("person", "production", "drafted_by")
    search_fields = ("person__alias__icontains", "production__title__icontains", "public_id", "sha256", "text_sha256")
    search_help_text = "Part of an alias or a title, the number at the foot of a page, or a whole hash."
    ordering = ("-id",)

    @admin.display(description="Drafted", ordering="recorded_at")
    def drafted(self, rider: Rider) -> str:
        return f"{rider.recorded_at:%-d %B %Y}, {rider.drafted_by.display_name}"

    @admin.display(description="Template", ordering="template")
    def called(self, rider: Rider) -> str:
        return f"{rider.template}, version {rider.template_version}"

    def pages(self) -> list:
        return [self.at("add/", self.prepare, "add"), self.at("<str:key>/rider.pdf", self.pdf, "pdf")]

    def row(self, request: HttpRequest, key: str) -> HttpResponse:
        rider = self.found(request, key)
        pairs = [
            ("Person", rider.person), ("Production", rider.production), ("Template", self.called(rider)),
            ("Drafted", f"{rider.drafted_by.display_name}, {rider.recorded_at:%-d %B %Y, %H:%M} UTC"),
            ("Started from", rider.started_from), ("To clear", rider.to_clear and rider.to_clear.public_id),
            ("Number, at the foot of each page", rider.public_id),
            ("SHA-256 of the text, at the foot of each page", rider.text_sha256), ("SHA-256 of the PDF", rider.sha256),
        ]  # fmt: skip
        acts = [("The rider (PDF)", self.address(rider, "pdf"))]
        if permissions.may_enter(request.user, rider.person.studio):
            entry = f"?person={rider.person.public_id}&production={rider.production.public_id}"
            acts.append(("Enter it, signed", reverse("admin:consent_grant_add") + entry))
        return page(
            request, "desk/row.html", title=f"Rider for {rider}", pairs=pairs, acts=acts, about=NOT_A_CONSENT,
            back=self.list_address, back_words="Riders drafted", history=history(rider.public_id, leaving_out=("rider:viewed",)),
        )  # fmt: skip

    @method_decorator(require_safe)
    def pdf(self, request: HttpRequest, key: str) -> HttpResponse:
        rider = self.found(request, key)
        return HttpResponse(
            drafting.opened(rider, by=request.user, at=timezone.now()), content_type="application/pdf",
            headers={"Content-Disposition": f'inline; filename="{rider.public_id}.pdf"', "X-Content-Type-Options": "nosniff"},
        )  # fmt: skip

    def prepare(self, request: HttpRequest) -> HttpResponse:
        """A form, the text it would become, and the act that keeps it. What it starts from stands in the address."""
        self.let_in(request, self.enters)
        studios = permissions.organisations_where(request.user, self.enters)
        at = timezone.now()
        source, initial, blocks, to_clear = _begun(request, studios, at.date())
        filling = "more" in request.POST
        sent = request.POST if request.method == "POST" else None
        lines = lines_filled_in(request, studios, blocks=blocks, more=filling)
        form = RiderForm(sent, studios=studios, initial=initial, still_filling=filling)
        form.fields["reason"].required = "preview" not in request.POST
        text = None
        if request.method == "POST" and not filling and lines.is_valid():
            if "preview" in request.POST:
                text = attempt(form, lambda: drafting.text_of(form.draft(lines, **source), on=at.date()))
            elif kept := attempt(form, lambda: _kept(form.draft(lines, **source), form, request.user, at)):
                messages.success(request, "The rider is kept, and its hash is fixed. Now it may be sent.")
                return redirect(self.address(kept))
        status = form.status if form.status != 200 or lines.total_error_count() == 0 else 422
        return page(
            request, "consent/desk/rider.html", status=status, form=form, lines=lines, title="Prepare a rider", text=text,
            back=self.list_address, button="Keep this draft", to_clear=to_clear, hash=text and drafting.text_sha256(text),
        )  # fmt: skip


def _kept(draft: drafting.Draft, form: RiderForm, by: User, at: datetime) -> Rider:
    return drafting.keep(draft, by=by, at=at, reason=form.why)


def _begun(request: HttpRequest, studios: QuerySet[Organisation], today: date) -> Beginning:
    """What the rider starts from, the fields and the blocks that this fills in, and what would clear what was refused."""
    asked = request.GET
    initial: dict[str, Any] = {"effective_from": today, "person": asked.get("person"), "production": asked.get("production")}
    grant = Grant.objects.filter(studio__in=studios, public_id=asked.get("grant", "")).select_related("person").first()
    decision = Decision.objects.filter(production__studio__in=studios, public_id=asked.get("decision", "")).first()
    if grant:
        return _from_consent(grant, initial)
    if decision:
        return _from_refusal(decision, initial)
    known = (("uses", "use", USES), ("modalities", "modality", MODALITIES), ("acts", "act", ACTS))
    block = {name: [asked[said]] for name, said, codes in known if asked.get(said) in codes}
    work = Production.objects.filter(studio__in=studios, public_id=asked.get("production", "")).first()
    if block and work:
        block |= {"productions": [work], "territories": work.default_territories}
    return {}, initial, [block] if block else [], ()


def _from_consent(grant: Grant, initial: dict) -> Beginning:
    revision: GrantRevision = grant.revisions.last()
    terms, blocks = as_initial(revision)
    kept = {name: terms[name] for name in ("description", "capacity")}
    signatory = revision.authority.party if revision.authority else ""
    works = {"production": initial["production"] or (grant.production and grant.production.public_id)}
    known = initial | kept | works | {"person": grant.person.public_id, "signatory": signatory}
    return {"started_from": grant}, known, blocks, ()


def _from_refusal(decision: Decision, initial: dict) -> Beginning:
    """What was not cleared, of one person: the one asked about, or the first of whom the answer speaks."""
    question, answer = decision.request, clearance.unfolded(decision.answer)
    refused = {one["depiction"] for one in answer["findings"] if one["outcome"] != "permit"}
    depicted = [one for one in question["depictions"] if one["person"] and one["id"] in refused]
    person = initial["person"] or next((one["person"] for one in depicted), None)
    refused_in = sorted(place for place, outcome in answer["by_territory"].items() if outcome != "permit")
    where = question["territories"] if len(refused_in) == len(answer["by_territory"]) else refused_in
    alike = {
        "territories": where, "media": question["media"], "languages": question["languages"], "units": question["units"],
        "acts": [question["act"]], "productions": [decision.production],
    }  # fmt: skip
    blocks = [
        alike | {"uses": [one["use"]], "modalities": [one["modality"]]} for one in depicted if one["person"] == person
    ]
    known = initial | {"person": person, "production": decision.production.public_id}
    return {"to_clear": decision}, known, blocks, tuple(dict.fromkeys(clearance.told(decision, to_studio=True)["to_clear"]))
