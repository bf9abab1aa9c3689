"""Forms that lead to one act: they ask why where a person acts, and show what the act refused as a fault filled in."""

from collections.abc import Callable
from typing import TypeVar

from django import forms
from django.http import HttpRequest

from registry.errors import RegistryError
from registry.problems import status_of

Answer = TypeVar("Answer")


class VendorForm(forms.Form):
    """Groups of fields, if any, are named in `groups`: heading → fields. Those of no group come last."""

    groups: tuple[tuple[str, tuple[str, ...]], ...] = ()
    refusal: RegistryError | None = None

    @property
    def status(self) -> int:
        """The HTTP status of the page that shows this form."""
        if self.refusal is not None:
            return status_of(self.refusal)
        return 422 if self.is_bound and self.errors else 200

    def grouped(self) -> list[tuple[str, list[forms.BoundField]]]:
        named = {name for _, names in self.groups for name in names}
        rest = [self[name] for name in self.fields if name not in named]
        return [(heading, [self[name] for name in names]) for heading, names in self.groups] + [("", rest)]


class Why(VendorForm):
    reason = forms.CharField(
        label="Why", max_length=2000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Kept on the record with your name and the time.",
        error_messages={"required": "Say why: this act is kept on the record with its reason."},
    )  # fmt: skip

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.order_fields([name for name in self.fields if name != "reason"] + ["reason"])

    @property
    def why(self) -> str:
        return self.cleaned_data["reason"]


def attempt(form: VendorForm, act: Callable[[], Answer]) -> Answer | None:
    """What the act answers; None when form or act refused, and the refusal then stands in the form."""
    if not form.is_valid():
        return None
    try:
        return act()
    except RegistryError as refused:
        form.refusal = refused
        for detail in dict.fromkeys([refused.detail, *(fault.detail for fault in refused.errors)]):
            form.add_error(None, detail)
    return None


def sent(request: HttpRequest) -> dict | None:
    """What a form is bound to: what was sent, or nothing yet."""
    return request.POST if request.method == "POST" else None
