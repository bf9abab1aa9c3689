"""How people sign in: by name and password, a second factor, and nobody makes an account for himself."""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.views import LoginView
from axes.decorators import axes_dispatch, axes_form_invalid
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.decorators import method_decorator

from registry import permissions
from registry.errors import TooMany
from registry.problems import told


class ClosedDoor(DefaultAccountAdapter):
    """Accounts are made at the desk; an address is believed as far as our own proxies vouch for it."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        return permissions.address(request)


@method_decorator(axes_dispatch, name="dispatch")
@method_decorator(axes_form_invalid, name="form_invalid")
class SignIn(LoginView):
    """The sign-in form, shut for a while after too many wrong passwords."""


def locked_out(request: HttpRequest, original_response: HttpResponse | None = None, credentials: dict | None = None,
               ) -> HttpResponse:
    wait = int(settings.AXES_COOLOFF_TIME.total_seconds())
    detail = f"Too many wrong passwords. Try again in {wait // 60} minutes, or ask your operator."
    return told(TooMany("client.locked_out", detail, retry_after=wait), request)
