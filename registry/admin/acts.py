"""A form that leads to one act: it asks why, and shows what the act refused as it shows what was filled in wrongly."""

from collections.abc import Callable
from typing import TypeVar

from django import forms
from django.contrib import messages
from django.forms.utils import ErrorDict
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from registry.desk.site import page
from registry.errors import RegistryError
from registry.problems import status_of

Answer = TypeVar("Answer")


class DayInput(forms.DateInput):
    input_type = "date"

    def __init__(self, **kwargs) -> None:
        super().__init__(format="%Y-%m-%d", **kwargs)


class MomentInput(forms.DateTimeInput):
    input_type = "datetime-local"

    def __init__(self, **kwargs) -> None:
        super().__init__(format="%Y-%m-%dT%H:%M", **kwargs)


class Day(forms.DateField):
    widget = DayInput


class Moment(forms.DateTimeField):
    """A moment in UTC."""

    widget = MomentInput


class Unhurried:
    """A form that finds no fault while the reader is `still_filling` it in, such as when asking for one more row."""

    def __init__(self, *args, still_filling: bool = False, **kwargs) -> None:
        self.still_filling = still_filling
        super().__init__(*args, **kwargs)

    def full_clean(self) -> None:
        if self.still_filling:
            self._errors, self.cleaned_data = ErrorDict(), {}
        else:
            super().full_clean()


class ActForm(Unhurried, forms.Form):
    """Asks for a reason, last. Groups of fields, if any, are named in `groups`: heading → fields."""

    groups: tuple[tuple[str, tuple[str, ...]], ...] = ()
    refusal: RegistryError | None = None

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

    @property
    def status(self) -> int:
        """The HTTP status of the page that shows this form."""
        if self.refusal is not None:
            return status_of(self.refusal)
        return 422 if self.is_bound and self.errors else 200

    def grouped(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The fields as they stand on the page; those of no group come last."""
        named = {name for _, names in self.groups for name in names}
        rest = [self[name] for name in self.fields if name not in named]
        return [(heading, [self[name] for name in names]) for heading, names in self.groups] + [("", rest)]


def attempt(form: ActForm, act: Callable[[], Answer]) -> Answer | None:
    """What the act answers; None when form or act refused, and the refusal then stands in the form."""
    if not form.is_valid():
        return None
    try:
        return act()
    except RegistryError as refused:
        form.refusal = refused
        for detail in [refused.detail, *(fault.detail for fault in refused.errors)]:
            form.add_error(None, detail)
    return None


def act_page(
    request: HttpRequest, form: ActForm, act: Callable[[], Answer], *, done: str, to: Callable[[Answer], str], title: str,
    back: str, **words,
) -> HttpResponse:  # fmt: skip
    """A page with one form. Once the act has answered, it says what is `done` and leads on; else it says what is wrong."""
    answer = attempt(form, act) if request.method == "POST" else None
    if answer is not None:
        messages.success(request, done)
        return redirect(to(answer))
    return page(request, "desk/form.html", status=form.status, form=form, title=title, back=back, **words)


def sent(request: HttpRequest) -> dict | None:
    """What a form is bound to: what was sent, or nothing yet."""
    return request.POST if request.method == "POST" else None
