"""“May I do this to this person in this shot?”: asked before the work, answered in words, kept and linked."""

import re
from datetime import UTC, date, datetime, time

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from consent import certificate, clearance, territories
from consent.answer_in_words import COLOURS
from consent.facts import Depiction
from consent.vocabulary import ACTS, MODALITIES, OUTCOMES, ROLES, ROUTINE_REASONS, USES, choices
from provenance import deliveries
from provenance.vendor.board import work_of
from provenance.vendor.entrance import for_vendors, page
from provenance.vendor.forms import VendorForm, attempt, sent
from registry.errors import NotFound
from registry.models import Organisation, Person, Production

UNIDENTIFIED, NOBODY = "unidentified", "nobody"
MOST_SHOTS = 200


class Question(VendorForm):
    """One person, one use, in one or several shots. What is left empty comes from the production."""

    groups = (
        ("Whom, and what is done to them", ("person", "use", "modality", "role", "routine_reason")),
        ("Where, and when", ("units", "territories", "act", "day")),
    )

    person = forms.ChoiceField(label="Who")
    use = forms.ChoiceField(label="What is done", choices=choices(USES))
    modality = forms.ChoiceField(label="Of what", choices=choices(MODALITIES))
    role = forms.ChoiceField(label="They are", choices=choices(ROLES), initial="target_likeness")
    routine_reason = forms.ChoiceField(
        label="Routine because of", required=False, choices=[("", "It is not routine"), *choices(ROUTINE_REASONS)]
    )
    units = forms.CharField(
        label="Shots", required=False, max_length=2000, help_text="Their codes, with commas between. Empty: the whole work."
    )
    territories = forms.CharField(
        label="Where it is to appear", required=False, max_length=2000,
        help_text="World, European Union, Germany, US-CA, with commas between. Empty: as the production says.",
    )  # fmt: skip
    act = forms.ChoiceField(label="Up to what", choices=choices(ACTS), initial="release")
    day = forms.DateField(
        label="On", required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="The day of release, if it is known. Empty: today.",
    )  # fmt: skip

    def __init__(self, *args, production: Production, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        cast = Person.objects.filter(productions__in=[one.pk for one in production.line()]).distinct()
        nobody = [(UNIDENTIFIED, "Somebody real, not identified"), (NOBODY, "Nobody real (synthetic)")]
        self.fields["person"].choices = [("", "Choose"), *((one.public_id, str(one)) for one in cast), *nobody]

    def clean_units(self) -> tuple[str, ...]:
        return tuple(_parts(self.cleaned_data["units"]))

    def clean_territories(self) -> tuple[str, ...]:
        found = [(part, territories.named(part)) for part in _parts(self.cleaned_data["territories"])]
        for part, code in found:
            if code is None:
                raise forms.ValidationError(
                    f"“{part[:40]}” is not a territory known here. Write World, European Union, Germany, DE or US-CA."
                )
        return tuple(dict.fromkeys(code for _, code in found))

    def question(self, *, at: datetime) -> clearance.Question:
        said = self.cleaned_data
        nobody = said["person"] == NOBODY
        shown = Depiction(
            id="1", person=None if said["person"] in (UNIDENTIFIED, NOBODY) else said["person"],
            role="synthetic" if nobody else said["role"], modality=said["modality"], use=said["use"],
            content_flags=frozenset(), routine_reason=said["routine_reason"] or None,
        )  # fmt: skip
        return clearance.Question(
            act=said["act"], depictions=(shown,), units=said["units"], territories=said["territories"],
            as_of=_moment(said["day"], at),
        )  # fmt: skip


def _parts(text: str) -> list[str]:
    return list(dict.fromkeys(part.strip() for part in re.split(r"[,;\n]", text) if part.strip()))


def _moment(day: date | None, now: datetime) -> datetime:
    """Today is asked about as it stands; of any other day, its last moment: whatever ends on it has ended."""
    return now if day is None or day == now.astimezone(UTC).date() else datetime.combine(day, time.max, tzinfo=UTC)


@for_vendors()
def choose_work(request: HttpRequest, vendor: Organisation) -> HttpResponse:
    """Of which production one asks."""
    works = list(deliveries.works(vendor))
    if len(works) == 1:
        return redirect("vendor-ask-of", works[0].public_id)
    return page(request, "works.html", title="May I do this?", works=works)


@for_vendors("GET", "HEAD", "POST")
def ask(request: HttpRequest, vendor: Organisation, production: str) -> HttpResponse:
    """The question; its answer is kept whatever it is, and stands on a page of its own."""
    work = work_of(vendor, production)
    at = timezone.now()
    asked = {name: request.GET[name] for name in Question.base_fields if name in request.GET}
    form = Question(sent(request), production=work, initial=asked)
    stored = request.method == "POST" and attempt(form, lambda: clearance.decide(
        form.question(at=at), production=work, requester=vendor, purpose="clearance", at=at))  # fmt: skip
    if stored:
        return redirect("vendor-clearance", stored.public_id)
    codes = list(work.units.values_list("code", flat=True)[: MOST_SHOTS + 1])
    return page(
        request, "ask.html", status=form.status, title="May I do this?", work=work, form=form,
        codes=codes[:MOST_SHOTS], more_codes=len(codes) > MOST_SHOTS,
    )  # fmt: skip


@for_vendors()
def answer(request: HttpRequest, vendor: Organisation, key: str) -> HttpResponse:
    """An answer as it was kept, and what the same question is answered today."""
    stored, today = _found(key, vendor)
    return page(
        request, "clearance.html", title="May I do this?", stored=stored, asked=certificate.question_in_words(stored),
        told=certificate.in_words(stored.request, stored.answer, to_studio=False),
        today=today, same=today["outcome"] == stored.outcome, before_work=stored.purpose == "clearance",
        works_on=stored.production.vendors.filter(pk=vendor.pk).exists(),
    )  # fmt: skip


def _found(key: str, vendor: Organisation):
    try:
        stored = clearance.found(key, requester=vendor)
    except NotFound as unknown:
        raise Http404 from unknown
    [now] = clearance.answered_now([stored], studio=stored.production.studio, at=timezone.now())
    return stored, {"outcome": now.outcome, "words": OUTCOMES[now.outcome], "colour": COLOURS[now.outcome]}
