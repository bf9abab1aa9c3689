"""“Can we use it?” at the desk: the question, its answer in words with what would clear it, and the decisions kept."""

from datetime import UTC, date, datetime, time

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.html import format_html

from consent import certificate, clearance, outlook
from consent.admin import reuse
from consent.admin.fields import Codes, Languages, Listed, Places
from consent.answer_in_words import COLOURS, outcome_in_words
from consent.answers import Decision as Answer
from consent.facts import Depiction, Request
from consent.models import Decision
from consent.vocabulary import ACTS, CONTENT_FLAGS, MEDIA, MODALITIES, ROLES, ROUTINE_REASONS, USES, choices
from consent.wording import day_in_words
from registry import permissions
from registry.admin.acts import Day, Unhurried
from registry.admin.choosing import OneOf, too_many
from registry.admin.lists import OwnRows
from registry.desk.site import page
from registry.errors import RegistryError
from registry.models import Organisation, Person, Production

WHO = "who"
MOST_PEOPLE = 40
NO_FINGERPRINT = "A SHA-256 fingerprint is 64 digits and letters from a to f, as the asset's page shows it."
UNIDENTIFIED, NOBODY = "unidentified", "nobody"
NOT_ON_FILE = {UNIDENTIFIED: "Somebody real, not identified", NOBODY: "Nobody real (synthetic)"}
HOW_TO_WRITE_WHO = f"Of a cast as large as this one. “{UNIDENTIFIED}”: somebody real, not identified. “{NOBODY}”: nobody real."
PURPOSES = {
    "clearance": "Asked before the work", "intake": "Asked of an upload", "signing": "Asked beside the key",
    "release": "Asked at release", "reconsideration": "Asked again",
}  # fmt: skip
ABOUT = "Every answer that was given and kept, with all it stood on. None of them is ever changed."


class Folded(Unhurried, forms.Form):
    """A form that keeps its `rare` fields folded away."""

    rare: tuple[str, ...] = ()

    def common(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name not in self.rare]

    def uncommon(self) -> list[forms.BoundField]:
        return [self[name] for name in self.rare]


class WhoWritten(OneOf):
    """Somebody of a large cast, or one of those that are nobody on file; answers with the id."""

    def to_python(self, value: object) -> str | None:
        said = str(value or "").strip()
        if said in NOT_ON_FILE:
            return said
        found = super().to_python(said)
        return found.public_id if found else None


class WhoForm(Folded):
    """Somebody depicted, and what is made of them."""

    rare = ("content_flags", "depicted_age", "routine_reason")

    person = forms.ChoiceField(label="Who")
    role = forms.ChoiceField(choices=choices(ROLES), initial="target_likeness")
    modality = forms.ChoiceField(label="Of what", choices=choices(MODALITIES))
    use = forms.ChoiceField(choices=choices(USES))
    content_flags = Codes(CONTENT_FLAGS, required=False, label="Shown with")
    depicted_age = forms.IntegerField(label="Age shown", required=False, min_value=0, max_value=150)
    routine_reason = forms.ChoiceField(
        label="Routine because of", required=False, choices=[("", "It is not routine"), *choices(ROUTINE_REASONS)]
    )

    def __init__(self, *args, production: Production, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        cast = Person.objects.filter(productions__in=production.line()).distinct()
        if too_many(cast):
            self.fields["person"] = WhoWritten(cast, called="alias", label="Who", help_text=HOW_TO_WRITE_WHO)
        else:
            known = [(one.public_id, str(one)) for one in cast]
            self.fields["person"].choices = [("", "Choose"), *known, *NOT_ON_FILE.items()]

    def depiction(self, number: int) -> Depiction:
        said = self.cleaned_data
        nobody = said["person"] == NOBODY
        return Depiction(
            id=str(number), person=None if said["person"] in (UNIDENTIFIED, NOBODY) else said["person"],
            role="synthetic" if nobody else said["role"], modality=said["modality"], use=said["use"],
            content_flags=frozenset(said["content_flags"]), depicted_age=said["depicted_age"],
            routine_reason=said["routine_reason"] or None,
        )  # fmt: skip


WhoFormSet = forms.formset_factory(
    WhoForm, extra=0, min_num=1, validate_min=True, max_num=MOST_PEOPLE, absolute_max=MOST_PEOPLE, validate_max=True
)


class WorkForm(forms.Form):
    """The work a question is about."""

    production = OneOf(Production.objects.none(), called="title", empty_label="Choose")

    def __init__(self, *args, works: QuerySet[Production], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["production"].queryset = works


class QuestionForm(Folded):
    """What is to be done, where and when. What is left empty comes from the production."""

    rare = ("fixed_on", "media", "languages", "units", "vendor", "asset_sha256")

    act = forms.ChoiceField(label="What is to be done", choices=choices(ACTS), initial="release")
    day = Day(label="On", help_text="A day to come is answered as the file stands now.")
    territories = Places(
        label="Where", required=False, max_length=2000,
        help_text="World, European Union, Germany, US-CA, with commas between. Empty: the production’s own.",
    )  # fmt: skip
    fixed_on = Day(
        label="Finished on", required=False,
        help_text="For a release: the day from which the work was not altered any more. Finished work may outlast a consent.",
    )  # fmt: skip
    media = Codes(MEDIA, required=False, help_text="None ticked: the production’s own.")
    languages = Languages(required=False, max_length=400, help_text="Tags such as en, de-AT. Empty: the production’s own.")
    units = Listed(label="Scenes and shots", required=False, max_length=2000, help_text="Their codes, with commas between.")
    vendor = OneOf(Organisation.objects.none(), called="name", label="Who would do it", required=False)
    asset_sha256 = forms.RegexField(
        r"^[0-9a-f]{64}$", label="Fingerprint of the file", required=False, error_messages={"invalid": NO_FINGERPRINT},
        help_text="SHA-256: what was approved or stated of this very file counts.",
    )  # fmt: skip

    def __init__(self, *args, production: Production, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["vendor"].queryset = Organisation.objects.filter(worked_on__in=production.line()).distinct()
        self.fields["vendor"].empty_label = f"{production.studio} itself"

    def question(self, depictions: tuple[Depiction, ...], *, at: datetime) -> clearance.Question:
        said = self.cleaned_data
        return clearance.Question(
            act=said["act"], depictions=depictions, units=said["units"], territories=said["territories"],
            media=tuple(said["media"]), languages=said["languages"], as_of=_moment(said["day"], at),
            fixed_on=said["fixed_on"], vendor=said["vendor"] and said["vendor"].public_id,
            asset_sha256=said["asset_sha256"] or None,
        )  # fmt: skip


class ByOutcome(admin.SimpleListFilter):
    title = "answer"
    parameter_name = "outcome"

    def lookups(self, request: HttpRequest, model_admin: OwnRows) -> list:
        return Decision.Outcome.choices

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset.filter(outcome=self.value()) if self.value() else queryset


class ByPurpose(admin.SimpleListFilter):
    title = "occasion"
    parameter_name = "purpose"

    def lookups(self, request: HttpRequest, model_admin: OwnRows) -> list:
        return list(PURPOSES.items())

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset.filter(purpose=self.value()) if self.value() else queryset


@admin.register(Decision)
class Clearances(OwnRows):
    reads = permissions.READS_CONSENT
    belongs_to = "production__studio"
    rows_are = ("decision", "decisions")
    about = ABOUT
    none_yet = "Nothing has been asked yet."
    list_display = ("asked", "production", "answered", "occasion", "requester", "about_day")
    list_display_links = ("asked",)
    list_filter = (ByOutcome, ByPurpose)
    list_select_related = ("production", "requester")
    search_fields = ("production__title", "public_id")
    search_help_text = "A production, or the id of a decision."
    ordering = ("-id",)

    @admin.display(description="Asked", ordering="recorded_at")
    def asked(self, decision: Decision) -> str:
        return f"{decision.recorded_at:%-d %B %Y, %H:%M}"

    @admin.display(description="Answer", ordering="outcome")
    def answered(self, decision: Decision) -> str:
        return format_html('<span class="tag {}">{}</span>', COLOURS[decision.outcome], decision.get_outcome_display())

    @admin.display(description="Occasion", ordering="purpose")
    def occasion(self, decision: Decision) -> str:
        return PURPOSES.get(decision.purpose, decision.purpose)

    @admin.display(description="About", ordering="as_of")
    def about_day(self, decision: Decision) -> str:
        return f"{decision.as_of:%-d %B %Y}"

    def pages(self) -> list:
        return [
            self.at("ask/", self.ask, "ask"),
            self.at("reuse/", reuse.check, "reuse"),
            self.at("<str:key>/certificate.pdf", self.certificate, "certificate"),
            self.at("<str:key>/decision.json", self.as_json, "json"),
            self.at("<str:key>/decision.jws", self.as_signed, "signed"),
        ]

    # ── The question ─────────────────────────────────────────────────────────────────────────────────────────────

    def ask(self, request: HttpRequest) -> HttpResponse:
        """The question stands in the address, so that it can be asked again, for another day, or by a colleague."""
        self.let_in(request, self.reads)
        works = Production.objects.filter(studio__in=self.mine(request)).select_related("studio")
        work = WorkForm(request.GET if "production" in request.GET else None, works=works)
        production = work.cleaned_data["production"] if work.is_valid() else None
        about = {"title": "Can we use it?", "work": work, "production": production, "on_file": works.exists()}
        about["list"] = self.list_address
        if production is None:
            return page(request, "consent/desk/question.html", status=422 if work.errors else 200, **about)
        asked = "ask" in request.GET
        form, people = _filled_in(request.GET, production, asked=asked)
        about |= {"form": form, "people": people}
        if not asked:
            return page(request, "consent/desk/question.html", **about)
        if not (form.is_valid() and people.is_valid()):
            return page(request, "consent/desk/question.html", status=422, **about)
        return self._answered(request, form, people, production, about)

    def _answered(self, request: HttpRequest, form: QuestionForm, people: forms.BaseFormSet, production: Production,
                  about: dict) -> HttpResponse:
        at = timezone.now()
        question = form.question(tuple(who.depiction(number) for number, who in enumerate(people, start=1)), at=at)
        try:
            if request.method == "POST":
                return self._save(request, question, production, at)
            put, answer = clearance.ask(question, production=production, at=at)
        except RegistryError as refused:
            for detail in dict.fromkeys([refused.detail, *(fault.detail for fault in refused.errors)]):
                form.add_error(None, detail)
            return page(request, "consent/desk/question.html", status=422, **about)
        told = certificate.in_words(put.as_dict(), answer.as_dict())
        return page(
            request, "consent/desk/question.html", **about, told=told, later=_later(put, production.studio, answer),
            day=form.cleaned_data["day"],
        )  # fmt: skip

    def _save(self, request: HttpRequest, question: clearance.Question, production: Production, at: datetime) -> HttpResponse:
        stored = clearance.decide(
            question, production=production, requester=production.studio, purpose="clearance", at=at
        )
        messages.success(request, "The decision is kept, with all it stood on.")
        return redirect(self.address(stored))

    # ── What was answered ────────────────────────────────────────────────────────────────────────────────────────

    def row(self, request: HttpRequest, key: str) -> HttpResponse:
        decision = self.found(request, key)
        return page(
            request, "consent/desk/decision.html", decision=decision,
            told=certificate.in_words(decision.request, decision.answer),
            title=f"Decision about {decision.production}", back=self.list_address, occasion=self.occasion(decision),
            asked=certificate.question_in_words(decision), stood_on=_stood_on(decision),
            may_enter=permissions.may_enter(request.user, decision.production.studio),
        )  # fmt: skip

    def certificate(self, request: HttpRequest, key: str) -> HttpResponse:
        decision = self.found(request, key)
        told, at = certificate.in_words(decision.request, decision.answer), timezone.now()
        token = certificate.signed(decision, at=at)
        made = certificate.as_pdf(decision, told, token=token, by=request.user.display_name, at=at)
        name = f"clearance-{decision.public_id}.pdf"
        return HttpResponse(made, content_type="application/pdf", headers={
            "Content-Disposition": f'inline; filename="{name}"', "X-Content-Type-Options": "nosniff",
        })  # fmt: skip

    def as_json(self, request: HttpRequest, key: str) -> HttpResponse:
        decision = self.found(request, key)
        name = f"decision-{decision.public_id}.json"
        told = certificate.as_dict(decision)
        return JsonResponse(told, headers={"Content-Disposition": f'attachment; filename="{name}"'})

    def as_signed(self, request: HttpRequest, key: str) -> HttpResponse:
        decision = self.found(request, key)
        return HttpResponse(certificate.signed(decision, at=timezone.now()), content_type="application/jose", headers={
            "Content-Disposition": f'attachment; filename="{certificate.file_name(decision)}"',
            "X-Content-Type-Options": "nosniff",
        })  # fmt: skip


def _filled_in(said: QueryDict, production: Production, *, asked: bool) -> tuple[QuestionForm, forms.BaseFormSet]:
    """The question as it was put, with one more person to fill in if that was asked for; else one to begin with."""
    given = {"production": production}
    if f"{WHO}-TOTAL_FORMS" not in said:
        blank = QuestionForm(initial={"day": timezone.now().date()}, **given)
        return blank, WhoFormSet(prefix=WHO, form_kwargs=given)
    data = said.copy()
    if "more" in said:
        total = said[f"{WHO}-TOTAL_FORMS"]
        data[f"{WHO}-TOTAL_FORMS"] = str(int(total) + 1) if total.isdecimal() and len(total) < 3 else "1"
    people = WhoFormSet(data, prefix=WHO, form_kwargs=given | {"still_filling": not asked})
    return QuestionForm(data, still_filling=not asked, **given), people


def _moment(day: date, now: datetime) -> datetime:
    """Today is asked about as it stands; of any other day, its last moment: whatever ends on it has ended."""
    return now if day == now.astimezone(UTC).date() else datetime.combine(day, time.max, tzinfo=UTC)


def _later(put: Request, studio: Organisation, answer: Answer) -> list[dict[str, str]]:
    """The days from which the answer will be another one, each with that answer."""
    return [
        {"day": day_in_words(change.day), "iso": change.day.isoformat(),
         "words": outcome_in_words(dict(change.decision.by_territory)), "colour": COLOURS[change.decision.outcome]}
        for change in outlook.changes(put, clearance.record_with_packs(put, studio))
    ]  # fmt: skip


def _stood_on(decision: Decision) -> list:
    return list(decision.revisions.select_related("grant__person", "verification__verified_by").order_by("pk"))
