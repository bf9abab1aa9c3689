"""The entry page of a record, made from its form in the catalogue: what was entered becomes the details of a statement."""

from datetime import date, datetime
from typing import Any

from django import forms
from django.db.models import QuerySet

from consent import on_record
from consent.admin.fields import Codes, Listed
from consent.forms.catalogue import RESOLUTION, form_named
from consent.forms.reading import values_of
from consent.forms.shape import AUTHORITY, GRANT, LOCK, PERSON, PRODUCTION, RECORD, REPLICA, Field, Form
from consent.models import Grant, Statement
from consent.paper import LARGEST, Paper
from consent.records import answerable
from consent.subjects import ON_THE_REGISTER, Subject, vendors_of
from consent.vocabulary import ACTS
from registry.admin.acts import ActForm, Day, Moment
from registry.admin.choosing import OneOf, Several
from registry.models import Authority, Person, Production

# What every record has beside the fields of its form.
WHEN, DOCUMENT, WHICH_ACTS = ("effective_at", "until"), ("document",), ("acts",)


# What is called by a name; a record has none that is its own, so where there are many its id is written.
CALLED = {PERSON: "alias", AUTHORITY: "party", GRANT: "number", PRODUCTION: "title"}


class OnFile(OneOf):
    """Something on file, shown in words."""

    def label_from_instance(self, row: object) -> str:
        if isinstance(row, Statement):
            name = row.details.get("name")
            return f"{form_named(row.form).title}{f': {name}' if name else ''}, stated {row.recorded_at:%-d %B %Y}"
        if isinstance(row, Authority):
            return f"{row.get_kind_display()}{f', {row.party}' if row.party else ''}"
        return str(row)


class Document(forms.FileField):
    """One signed document, as `Paper`."""

    widget = forms.FileInput(attrs={"accept": "application/pdf,image/jpeg,image/png"})

    def clean(self, data: object, initial: object = None) -> Paper | None:
        file = super().clean(data, initial)
        return Paper(file.name, file.read(LARGEST + 1)) if file else None


class DetailsForm(ActForm):
    """The fields of a form, and why. What is private is asked for as everything else."""

    def __init__(self, on_form: Form, subject: Subject, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.on_form = on_form
        for field in on_form.fields:
            self.fields[field.name] = form_field(field, on_form, subject)
        self.fields["reason"] = self.fields.pop("reason")
        self.groups = ((on_form.title, tuple(field.name for field in on_form.fields)),)

    def details(self) -> dict[str, Any]:
        return {field.name: _plain(self.cleaned_data[field.name]) for field in self.on_form.fields}


class RecordForm(DetailsForm):
    """A whole record: its fields, its document, from when until when, and which acts it stops if it is a lock."""

    def __init__(self, on_form: Form, subject: Subject, *args, has_document: bool = False, **kwargs) -> None:
        super().__init__(on_form, subject, *args, **kwargs)
        needed = on_form.evidence and not has_document
        kept = "The document on record stays, unless you choose another." if has_document else "PDF, JPEG or PNG, at most 25 MB."
        self.fields["document"] = Document(label="The document", required=needed, help_text=kept)
        self.fields["effective_at"] = Moment(label="Holds from (UTC)", required=False, help_text="Empty: from now on.")
        self.fields["until"] = Moment(
            label="First moment it no longer holds (UTC)", required=False, help_text=f"Empty: until this ends it. {on_form.ends}"
        )
        self.groups += (("The document", DOCUMENT), ("From when until when", WHEN))
        if on_form.kind == LOCK:
            self.fields["acts"] = Codes(
                ACTS, label="Acts it stops", required=False, initial=on_form.acts, help_text="None ticked: all."
            )
            self.groups += (("What it stops", WHICH_ACTS),)
        self.fields["reason"] = self.fields.pop("reason")

    def told(self) -> dict[str, Any]:
        """Everything but why, as the writers take it."""
        said = self.cleaned_data
        told = {"details": self.details(), "evidence": said["document"]} | {name: said[name] for name in WHEN}
        return told | ({"acts": tuple(said["acts"])} if "acts" in said else {})


class LiftForm(DetailsForm):
    """Of a lock, how it was resolved; of anything else, only why."""

    def __init__(self, row: Statement, subject: Subject, *args, **kwargs) -> None:
        on_form = RESOLUTION if row.kind == LOCK else Form("", "", "", ())
        super().__init__(on_form, subject, *args, **kwargs)
        self.groups = self.groups if on_form.fields else ()


def form_field(field: Field, on_form: Form, subject: Subject) -> forms.Field:
    told = {"label": field.label, "required": field.required, "help_text": field.help}
    match field.type:
        case "long":
            return forms.CharField(max_length=20000, widget=forms.Textarea(attrs={"rows": 3}), **told)
        case "choice":
            return forms.ChoiceField(choices=[("", "Choose"), *field.choices], **told)
        case "date":
            return Day(**told)
        case "moment":
            return Moment(**told | {"label": f"{field.label} (UTC)"})
        case "number":
            return forms.DecimalField(max_digits=12, decimal_places=4, **told)
        case "bool":
            return forms.BooleanField(**told)
        case "list":
            return Listed(max_length=20000, widget=forms.TextInput, **told)
        case "text" | "zone":
            return forms.CharField(max_length=2000, **told)
        case "vendors":
            return Several(vendors_of(subject.studio), called="name", **told)
    empty = "Choose" if field.required else "None"
    rows, called = _choices(field.type, on_form, subject), CALLED.get(field.type, "public_id")
    return OnFile(rows, called=called, empty_label=empty, **told)


def initial(row: Statement, subject: Subject) -> dict[str, Any]:
    """The form as the record filled it, private fields and all."""
    on_form = form_named(row.form)
    values = values_of(on_form, row.details | on_record.opened(row, subject.person))
    return dict(values) | {"effective_at": row.effective_at, "until": row.until}


def _choices(kind: str, on_form: Form, subject: Subject) -> QuerySet:
    """What there is of a kind on the studio's files; of what belongs to a person, only what is this one's."""
    studio, own = subject.studio, {"person": subject.person} if subject.person else {}
    return {
        PERSON: Person.objects.filter(studio=studio),
        AUTHORITY: Authority.objects.filter(person__studio=studio, replaces=None, **own),
        GRANT: Grant.objects.filter(studio=studio, **own),
        PRODUCTION: Production.objects.filter(studio=studio),
        REPLICA: Statement.objects.filter(studio=studio, form=ON_THE_REGISTER, refers_to=None),
        RECORD: answerable(on_form, subject),
    }[kind]


def _plain(value: object) -> object:
    if hasattr(value, "public_id"):
        return value.public_id
    if isinstance(value, QuerySet):
        return tuple(one.public_id for one in value)
    return value if isinstance(value, date | datetime | bool | tuple) else value or None
