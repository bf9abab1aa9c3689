"""Evidence sent by hand: a plate or a matte of one operation, while its file waits; then it is measured, not believed."""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from provenance import evidence
from provenance.findings import Kind
from provenance.models import Asset, OperationEvidence
from provenance.techniques import TECHNIQUES
from provenance.vendor.assets import found_of, tool_of
from provenance.vendor.board import named
from provenance.vendor.entrance import for_vendors, page
from provenance.vendor.forms import VendorForm, attempt
from provenance.vendor.sending import sent_file
from registry import clients
from registry.models import Organisation
from registry.receiving import announced_length


class Piece(VendorForm):
    operation = forms.ChoiceField(label="Of what was done")
    kind = forms.ChoiceField(label="It is", choices=Kind.choices)
    file = forms.FileField(label="File", help_text="The plate that the operation began from, or the matte of what it touched.")

    def __init__(self, *args, asset: Asset, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["operation"].choices = [
            (one.label, f"{TECHNIQUES[one.technique].label.capitalize()} · {tool_of(one) or one.label}")
            for one in asset.operations.all()
        ]  # fmt: skip


@csrf_exempt
@for_vendors("GET", "HEAD", "POST")
def send(request: HttpRequest, vendor: Organisation, key: str) -> HttpResponse:
    """How long it is is asked before anything of it is read; only then is it seen that the form is one of ours."""
    if request.method == "POST":
        announced_length(request)
    return csrf_protect(_send)(request, vendor, key)


def _send(request: HttpRequest, vendor: Organisation, key: str) -> HttpResponse:
    asset, posted = found_of(vendor, key), request.method == "POST"
    back = reverse("vendor-asset", args=[asset.public_id])
    form = Piece(request.POST if posted else None, request.FILES if posted else None, asset=asset)
    if posted and attempt(form, lambda: _received(request, vendor, asset, form)):
        return redirect(back)
    return page(
        request, "desk/form.html", status=form.status, form=form, title="Send evidence", button="Send it", back=back,
        back_words=named(asset), about="The registry measures by it how much was changed, and tells what it found.",
    )  # fmt: skip


def _received(request: HttpRequest, vendor: Organisation, asset: Asset, form: Piece) -> OperationEvidence:
    said, at = form.cleaned_data, timezone.now()
    return evidence.receive(
        asset, sent_file(said["file"]), operation=said["operation"], kind=said["kind"], at=at, by=request.user,
        client=clients.by_hand(vendor, by=request.user, at=at),
    )  # fmt: skip
