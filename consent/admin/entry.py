"""The form of a consent: whose, on what terms, block by block, and the signed paper. It becomes `grants.Terms`."""

from datetime import date, timedelta

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict

from consent import grants
from consent.admin.descriptions import Look, look
from consent.admin.fields import Codes, Languages, Listed, Papers, Places
from consent.models import Grant, GrantRevision, ScopeLine, Signature
from consent.vocabulary import ACTS, AUTHORITY_KINDS, CONTENT_FLAGS, MEDIA, MODALITIES, USES, choices
from registry.admin.acts import ActForm, Day, Unhurried
from registry.admin.choosing import OneOf, Several
from registry.models import Authority, Organisation, Person, Production

LINES = "lines"
MOST_LINES = 60


class TermsForm(ActForm):
    """One signed state of a consent. The last day is the last one covered."""

    groups = (
        ("The signed paper", ("papers", "signed_on", "method", "capacity", "authority", "separate_signature")),
        ("Term", ("effective_from", "last_day", "description")),
    )

    effective_from = Day(label="In force from")
    last_day = Day(label="Last day covered", required=False, help_text="Empty: the paper states no end.")
    description = forms.CharField(
        label="Description of the intended use, as signed", max_length=20000, widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Copied from the paper, word for word.",
    )  # fmt: skip
    signed_on = Day(label="Signed on")
    method = forms.ChoiceField(label="How it was signed", choices=Signature.Method.choices)
    capacity = forms.ChoiceField(label="Who signed", choices=choices(AUTHORITY_KINDS), initial="self")
    authority = OneOf(
        Authority.objects.none(), called="party", required=False, label="On what authority",
        empty_label="None: the person signed",
        help_text="Only if somebody signed for the person. Record and verify it on the person's page first.",
    )  # fmt: skip
    separate_signature = forms.BooleanField(
        label="Signed or initialled separately from the rest of the contract", required=False
    )
    papers = Papers(label="The signed document", help_text="PDF, JPEG or PNG, at most 25 MB each.")

    def __init__(self, *args, studios: QuerySet[Organisation], person: Person | None = None, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        verified = Authority.objects.filter(person__studio__in=studios, verified_by__isnull=False)
        self.fields["authority"].queryset = verified.filter(person=person) if person else verified
        self.studios = studios

    def looked_over(self) -> list[Look]:
        return look(self["description"].value() or "", self.studios)

    def terms(self, lines: "LineFormSet") -> grants.Terms:
        said = self.cleaned_data
        return grants.Terms(
            effective_from=said["effective_from"], term_end=day_after(said["last_day"]), lines=lines.lines(),
            description=said["description"], signed_on=said["signed_on"], method=said["method"],
            authority=said["authority"], capacity=said["capacity"], separate_signature=said["separate_signature"],
            papers=said["papers"],
        )  # fmt: skip


class EntryForm(TermsForm):
    """A new consent file."""

    groups = (TermsForm.groups[0], ("Whose consent", ("person", "production", "number", "kind")), TermsForm.groups[1])

    person = OneOf(Person.objects.none(), called="alias", empty_label="Choose")
    production = OneOf(Production.objects.none(), called="title", required=False, empty_label="None in particular")
    number = forms.CharField(label="File number", max_length=40, help_text="The number on your own files, such as C-0142.")
    kind = forms.ChoiceField(label="Kind of consent", choices=Grant.Kind.choices)

    def __init__(self, *args, studios: QuerySet[Organisation], **kwargs) -> None:
        super().__init__(*args, studios=studios, **kwargs)
        self.fields["person"].queryset = Person.objects.filter(studio__in=studios)
        self.fields["production"].queryset = Production.objects.filter(studio__in=studios)


class LineForm(Unhurried, forms.Form):
    """One rights block."""

    narrowing = ("acts", "productions", "units", "media", "languages", "content_excluded", "start", "last_day")

    effect = forms.ChoiceField(label="This block", choices=ScopeLine.Effect.choices, initial=ScopeLine.Effect.GRANT)
    uses = Codes(USES)
    modalities = Codes(MODALITIES, label="Of what")
    territories = Places(
        help_text="Names or codes, with commas between: World, European Union, Germany, US-CA.", max_length=2000
    )
    territories_except = Places(label="Except in", required=False, max_length=2000)
    acts = Codes(ACTS, required=False, help_text="None ticked: any, but never the training of a model.")
    productions = Several(Production.objects.none(), called="title", help_text="None: any.")
    units = Listed(
        label="Scenes and shots", required=False, max_length=2000, help_text="Their codes, with commas between. Empty: any."
    )
    media = Codes(MEDIA, required=False, help_text="None ticked: all.")
    languages = Languages(
        required=False, max_length=400, help_text="Tags such as en, de-AT, with commas between. Empty: any."
    )
    content_excluded = Codes(CONTENT_FLAGS, required=False, label="Not with this content")
    start = Day(label="From", required=False, help_text="Empty: as long as the consent.")
    last_day = Day(label="Last day", required=False)

    def __init__(self, *args, studios: QuerySet[Organisation], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["productions"].queryset = Production.objects.filter(studio__in=studios)

    def clean(self) -> dict:
        said = super().clean()
        start, last = said.get("start"), said.get("last_day")
        if start and last and last < start:
            self.add_error("last_day", "The last day lies before the first. Check both against the paper.")
        return said

    def broad(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name not in (*self.narrowing, "DELETE")]

    def narrow(self) -> list[forms.BoundField]:
        return [self[name] for name in self.narrowing]

    def line(self) -> grants.Line:
        said = {name: value for name, value in self.cleaned_data.items() if name not in ("last_day", "DELETE")}
        many = {name: tuple(value) for name, value in said.items() if name not in ("effect", "start")}
        end = day_after(self.cleaned_data["last_day"])
        return grants.Line(**many, effect=said["effect"], start=said["start"], end=end)


class _Lines(forms.BaseFormSet):
    def add_fields(self, form: LineForm, index: int | None) -> None:
        super().add_fields(form, index)
        if "DELETE" in form.fields:
            form.fields["DELETE"].label = "Leave this block out"

    def lines(self) -> tuple[grants.Line, ...]:
        """The blocks as entered, without those left blank or struck out."""
        kept = [form for form in self.forms if form not in self.deleted_forms]
        return tuple(form.line() for form in kept if form.cleaned_data.get("uses"))


LineFormSet = forms.formset_factory(
    LineForm, formset=_Lines, extra=0, can_delete=True, can_delete_extra=False, max_num=MOST_LINES,
    absolute_max=MOST_LINES, validate_max=True,
)  # fmt: skip


def filled_in(
    request: HttpRequest, kind: type[TermsForm], studios: QuerySet[Organisation], *, initial: dict, blocks: list[dict],
    person: Person | None = None,
) -> tuple[TermsForm, _Lines]:  # fmt: skip
    """The form and its blocks: as they were before, as sent, or as sent with one more block to fill in."""
    known, more = {"studios": studios, "person": person}, request.method == "POST" and not submitted(request)
    lines = lines_filled_in(request, studios, blocks=blocks, more=more)
    if request.method != "POST":
        return kind(initial=initial, **known), lines
    return kind(request.POST, request.FILES, still_filling=more, **known), lines


def lines_filled_in(request: HttpRequest, studios: QuerySet[Organisation], *, blocks: list[dict], more: bool) -> _Lines:
    """The blocks as they were before, as sent, or as sent with one more to fill in."""
    of_line = {"studios": studios}
    if request.method != "POST":
        lines = LineFormSet(prefix=LINES, initial=blocks, form_kwargs=of_line)
        lines.extra = 0 if blocks else 1
        return lines
    data = _with_one_more(request) if more else request.POST
    return LineFormSet(data, prefix=LINES, form_kwargs=of_line | {"still_filling": more})


def submitted(request: HttpRequest) -> bool:
    """Whether the form is meant to be taken now, rather than given one more block."""
    return request.method == "POST" and "more" not in request.POST


def _with_one_more(request: HttpRequest) -> QueryDict:
    data = request.POST.copy()
    total = data.get(f"{LINES}-TOTAL_FORMS", "")
    data[f"{LINES}-TOTAL_FORMS"] = str(min(int(total) + 1, MOST_LINES)) if total.isdecimal() and len(total) < 4 else "1"
    return data


def as_initial(revision: GrantRevision) -> tuple[dict, list[dict]]:
    """The form as the revision would fill it: its terms, and one entry for each block."""
    signature = revision.signatures.first()
    terms = {
        "effective_from": revision.effective_from, "last_day": day_before(revision.term_end),
        "description": revision.description, "authority": revision.authority,
        "capacity": signature.capacity if signature else "self",
    }  # fmt: skip
    return terms, [_line_as_initial(line) for line in revision.lines.all()]


def _line_as_initial(line: ScopeLine) -> dict:
    lists = ("uses", "modalities", "territories", "territories_except", "acts", "units", "media", "languages",
             "content_excluded")  # fmt: skip
    return {name: getattr(line, name) for name in lists} | {
        "effect": line.effect, "productions": line.productions.all(), "start": line.start,
        "last_day": day_before(line.end),
    }  # fmt: skip


def day_after(day: date | None) -> date | None:
    return day + timedelta(days=1) if day else None


def day_before(day: date | None) -> date | None:
    return day - timedelta(days=1) if day else None
