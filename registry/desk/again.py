"""Before an act that gives out access, ends a consent, lifts a lock or erases, the desk asks anew who is there: `@asks_again`.

It is asked before the form is shown, or on the way if filling the form in took longer: what was sent (never files)
stands in the page that asks, and goes on from there.
"""

import functools
import time
from collections.abc import Callable, Iterator

from allauth.account.adapter import get_adapter
from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.reauthentication import reauthenticate_by_password
from allauth.core import ratelimit
from allauth.mfa.base.forms import ReauthenticateForm
from allauth.mfa.utils import is_mfa_enabled
from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from registry.desk.site import page

View = Callable[..., HttpResponse]
Page = Callable[..., HttpResponse]
PASSWORD, SECOND = "password", "mfa"
PREFIX = "again"
ANSWERS = (f"{PREFIX}-password", f"{PREFIX}-code", "csrfmiddlewaretoken")
# Who only wanted to look is led to the page; what was sent goes on.
LOOKED = f"{PREFIX}-looked"


class Confirmation(ReauthenticateForm):
    """The password, and a code where the account has a second factor; beside a wrong password no code is used up."""

    password = forms.CharField(
        strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "current-password", "autofocus": True})
    )
    code = forms.CharField(
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code"}),
        help_text="What your authenticator app shows now, or one of your recovery codes.",
    )
    field_order = ("password", "code")

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        if not is_mfa_enabled(self.user):
            del self.fields["code"]

    def clean_password(self) -> str:
        if not get_adapter().reauthenticate(self.user, self.cleaned_data["password"]):
            raise get_adapter().validation_error("incorrect_password")
        return ""

    def clean_code(self) -> str:
        return "" if self.errors else super().clean_code()

    def record(self, request: HttpRequest) -> None:
        reauthenticate_by_password(request)
        if "code" in self.fields:
            self.save()


def asks_again(view: View, *, shown: Page = page) -> View:
    """The view, for whoever has shown within the last CONFIRM_MINUTES that it is they; others are asked first, on a page that
    is `shown` as those of the door are."""

    @functools.wraps(view)
    def asked(request: HttpRequest, *args, **kwargs) -> HttpResponse:
        if shown_lately(request, now=time.time()):
            return view(request, *args, **kwargs)
        answered = ANSWERS[0] in request.POST
        if answered and (refused := ratelimit.consume_or_429(request, action="reauthenticate", user=request.user)):
            return refused
        form = Confirmation(request.POST if answered else None, user=request.user, prefix=PREFIX)
        if not form.is_valid():
            return _asking(request, form, shown)
        form.record(request)
        return redirect(request.get_full_path()) if LOOKED in request.POST else view(request, *args, **kwargs)

    return asked


def shown_lately(request: HttpRequest, *, now: float) -> bool:
    """Whether password, and second factor where there is one, were given in this session within CONFIRM_MINUTES."""
    since = now - settings.CONFIRM_MINUTES * 60
    given = {one["method"] for one in get_authentication_records(request, request.user) if one["at"] > since}
    return PASSWORD in given and (SECOND in given or not is_mfa_enabled(request.user))


def _asking(request: HttpRequest, form: Confirmation, shown: Page) -> HttpResponse:
    kept = list(_kept(request))
    with_what = "your password and a code" if "code" in form.fields else "your password"
    return shown(
        request, "desk/again.html", status=422 if form.is_bound else 200, form=form, kept=kept,
        title=f"Confirm with {with_what} that it is you", minutes=settings.CONFIRM_MINUTES,
        goes_on=(LOOKED, "1") not in kept,
    )  # fmt: skip


def _kept(request: HttpRequest) -> Iterator[tuple[str, str]]:
    if request.method != "POST":
        yield LOOKED, "1"
    for name, values in request.POST.lists():
        yield from ((name, value) for value in values if name not in ANSWERS)
