"""A file sent by hand, with a declaration made in a form: for a vendor, or a day, without a pipeline."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from consent.vocabulary import MODALITIES, ROLES, choices
from provenance import intake
from provenance.techniques import ELEMENTS, NOT_DISCLOSED, OVERSIGHT, TECHNIQUES
from provenance.vendor.board import work_of
from provenance.vendor.entrance import for_vendors, page
from provenance.vendor.forms import VendorForm, attempt
from registry import clients
from registry.models import Organisation, Person, Production
from registry.receiving import announced_length

MOST_OPERATIONS = 3
PLATE = "plate"
LOOKED_AT = ("Nobody looked at it", "Guided by prompts", "A person looked at it and approved it")
OVERSEEN = dict(zip(OVERSIGHT, LOOKED_AT, strict=True))
NOT_SAID, WHOLE, REGION = "", "whole", "region"


class Shipment(VendorForm):
    """The file, for which shot, and what it was made from."""

    groups = (("The file", ("file", "unit", "title", "plate")),)

    file = forms.FileField(label="File")
    unit = forms.CharField(
        label="Shot", required=False, max_length=60, widget=forms.TextInput(attrs={"list": "codes"}),
        help_text="Its code, as the production lists it.",
    )  # fmt: skip
    title = forms.CharField(label="Title", required=False, max_length=200, help_text="Empty: the name of the file.")
    plate = forms.FileField(
        label="What it began from", required=False,
        help_text="The plate, if there is one: what was done is then measured rather than believed.",
    )  # fmt: skip

    def title_given(self) -> str:
        return self.cleaned_data["title"] or self.cleaned_data["file"].name


class Operation(VendorForm):
    """One thing done to the file with one tool."""

    technique = forms.ChoiceField(
        label="What was done", required=False,
        choices=[("", "Nothing to state"), *sorted(((one.code, one.label.capitalize()) for one in TECHNIQUES.values()),
                                                   key=lambda one: one[1])],
    )  # fmt: skip
    description = forms.CharField(
        label="In words", required=False, max_length=500, help_text="Needed where it is another technique."
    )
    element = forms.ChoiceField(label="To", choices=[(one, one.capitalize()) for one in ELEMENTS])
    tool = forms.CharField(required=False, max_length=100, help_text="Such as AgeShift.")
    version = forms.CharField(label="Its version", required=False, max_length=50)
    model = forms.CharField(required=False, max_length=100, help_text="The model behind it, where there is one.")
    oversight = forms.ChoiceField(label="Who looked at it", choices=list(OVERSEEN.items()), initial="human_validated")
    people = forms.MultipleChoiceField(label="Who is depicted", required=False, widget=forms.CheckboxSelectMultiple)
    role = forms.ChoiceField(label="They are", choices=choices(ROLES), initial="target_likeness")
    modality = forms.ChoiceField(label="Seen or heard of them", choices=choices(MODALITIES))
    where = forms.ChoiceField(
        label="How much of it", required=False,
        choices=[(NOT_SAID, "Not stated, or to be measured"), (WHOLE, "All of it"), (REGION, "A rectangle, in percent")],
    )  # fmt: skip
    left = forms.FloatField(label="From the left, %", required=False, min_value=0, max_value=100)
    top = forms.FloatField(label="From the top, %", required=False, min_value=0, max_value=100)
    width = forms.FloatField(label="Width, %", required=False, min_value=0, max_value=100)
    height = forms.FloatField(label="Height, %", required=False, min_value=0, max_value=100)

    def __init__(self, *args, cast: list[Person], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["people"].choices = [(one.public_id, one.alias) for one in cast]

    def clean(self) -> dict[str, Any]:
        said = super().clean()
        if said.get("technique") and not said.get("tool"):
            self.add_error("tool", "Say with what it was done.")
        if said.get("where") == REGION and None in [said.get(name) for name in ("left", "top", "width", "height")]:
            self.add_error("where", "Say where the rectangle begins and how large it is, in percent of the picture.")
        return said

    @property
    def stated(self) -> bool:
        return bool(self.cleaned_data["technique"])

    def operation(self, number: int, *, depicts: list[str], attested_by: str, measured: bool) -> dict[str, Any]:
        said = self.cleaned_data
        told: dict[str, Any] = {
            "id": f"op-{number}", "element": said["element"], "technique": said["technique"],
            "tool": {name: said[key] for name, key in (("name", "tool"), ("version", "version")) if said[key]},
            "oversight": said["oversight"], "attested_by": attested_by,
        }  # fmt: skip
        if said["description"]:
            told["description"] = said["description"]
        if said["model"] or TECHNIQUES[said["technique"]].generative:
            told["model"] = {"type": NOT_DISCLOSED} | ({"name": said["model"]} if said["model"] else {})
        if depicts:
            told["depicts"] = depicts
        if said["where"] == WHOLE:
            told["whole"] = True
        if said["where"] == REGION:
            told["regions"] = [{"id": f"op-{number}.region", "shape": {
                "type": "rectangle", "unit": "percent", "x": said["left"], "y": said["top"], "width": said["width"],
                "height": said["height"]}}]  # fmt: skip
        if measured:
            told["evidence"] = {"difference": {"input": PLATE}}
        return told


def declaration(work: Production, shipment: Shipment, operations: list[Operation], *, attested_by: str) -> dict[str, Any]:
    """What the forms state, as a declaration; whoever is depicted stands in it once in each role."""
    told: dict[str, Any] = {"version": 1, "production": work.public_id, "title": shipment.title_given()}
    if shipment.cleaned_data["unit"]:
        told["unit"] = shipment.cleaned_data["unit"]
    plate = shipment.cleaned_data["plate"]
    if plate:
        told["ingredients"] = [{"id": PLATE, "relation": "parentOf", "part": PLATE, "title": plate.name}]
    people: dict[tuple[str, str, str], str] = {}
    stated = [one for one in operations if one.stated]
    measured = bool(plate) and len(stated) == 1
    told["operations"] = [
        one.operation(number, depicts=list(_named(one, people)), attested_by=attested_by, measured=measured)
        for number, one in enumerate(stated, start=1)
    ]
    told["depictions"] = [
        {"id": name, "person": person, "role": role, "modality": modality}
        for (person, role, modality), name in people.items()
    ]
    return {name: value for name, value in told.items() if value != []}


def _named(operation: Operation, people: dict[tuple[str, str, str], str]) -> Iterator[str]:
    said = operation.cleaned_data
    for person in said["people"]:
        yield people.setdefault((person, said["role"], said["modality"]), f"person-{len(people) + 1}")


def _send(request: HttpRequest, vendor: Organisation, production: str) -> HttpResponse:
    work, posted = work_of(vendor, production), request.method == "POST"
    cast = list(Person.objects.filter(productions__in=[one.pk for one in work.line()]).distinct())
    shipment = Shipment(request.POST, request.FILES) if posted else Shipment(initial={"unit": request.GET.get("unit", "")})
    operations = [
        Operation(request.POST if posted else None, prefix=f"op{number}", cast=cast) for number in range(1, MOST_OPERATIONS + 1)
    ]
    ready = posted and all([one.is_valid() for one in (shipment, *operations)])
    if ready:
        kept = attempt(shipment, lambda: _received(request, vendor, work, shipment, operations))
        if kept:
            return redirect("vendor-asset", kept)
    status = shipment.status if shipment.status != 200 else 422 if posted else 200
    return page(
        request, "send.html", status=status, title="Send a file", work=work, form=shipment, operations=operations, posted=posted,
        codes=list(work.units.values_list("code", flat=True)[:500]), back=reverse("vendor-production", args=[work.public_id]),
        faulty=posted and not ready,
    )  # fmt: skip


def _received(
    request: HttpRequest, vendor: Organisation, work: Production, shipment: Shipment, operations: list[Operation]
) -> str:
    """The id of the asset, which also a refusal leaves behind. Raises Invalid for what cannot be accepted."""
    at, plate = timezone.now(), shipment.cleaned_data["plate"]
    declared = declaration(work, shipment, operations, attested_by=f"{request.user.display_name}, {vendor}")
    client = clients.by_hand(vendor, by=request.user, at=at)
    parts = {PLATE: sent_file(plate)} if plate else {}
    try:
        taken = intake.receive(sent_file(shipment.cleaned_data["file"]), declared, parts, client=client, at=at, by=request.user)
    except intake.NotCovered as refused:
        return str(refused.extra["asset"])
    return taken.public_id


def sent_file(file: UploadedFile) -> intake.SentFile:
    """A file of a form as the acts take it."""
    return intake.SentFile(file.name, Path(file.temporary_file_path()), file.sha256, file.size)


@csrf_exempt
@for_vendors("GET", "HEAD", "POST")
def send(request: HttpRequest, vendor: Organisation, production: str) -> HttpResponse:
    """How long it is is asked before anything of it is read; only then is it seen that the form is one of ours."""
    if request.method == "POST":
        announced_length(request)
    return csrf_protect(_send)(request, vendor, production)

