"""How people sign in: by name and password, a second factor, and nobody makes an account for himself."""

import base64
from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter, get_adapter
from allauth.account.authentication import get_authentication_records
from allauth.account.decorators import secure_admin_login
from allauth.account.internal.flows.login import record_authentication
from allauth.account.views import LoginView
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added
from axes.decorators import axes_dispatch, axes_form_invalid
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _

from registry import permissions, private
from registry.errors import NotAllowed, TooMany
from registry.models import User
from registry.problems import told

SECOND = "mfa"


class ClosedDoor(DefaultAccountAdapter):
    """Accounts are made at the desk; an address is believed as far as our own proxies vouch for it."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "username_password_mismatch": _("This name and password do not belong together. Look at both and try again."),
        "incorrect_password": _("This is not your password. Try again."),
        "enter_current_password": _("This is not your present password. Try again."),
        "too_many_login_attempts": _("Too many attempts were wrong. Wait five minutes, then try again."),
        "same_password": _("This is the password you have now. Choose another."),
        "rate_limited": _("Too many attempts were wrong. Wait five minutes, then try again."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def clean_password(self, password: str, user: User | None = None) -> str:
        if user is not None and user.check_password(password):
            raise self.validation_error("same_password")
        return super().clean_password(password, user)

    def set_password(self, user: User, password: str) -> None:
        user.password_is_first = False
        super().set_password(user, password)

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Whoever works for a vendor, and at no desk, finds the vendor's own page."""
        delivers = not permissions.may_use_desk(request.user) and permissions.vendors_of(request.user).exists()
        return settings.DELIVERIES_URL if delivers else super().get_login_redirect_url(request)

    def get_client_ip(self, request: HttpRequest) -> str:
        return permissions.address(request)


class NoDesk(NotAllowed):
    def __init__(self) -> None:
        super().__init__(
            "desk.role", "You are signed in, and have no role at a legal desk. Ask whoever runs this registry for one."
        )


def to_the_desk(sign_in: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """The desk's own way in, by our page. Whoever is signed in and works for a vendor alone is led to the vendor's page."""
    by_our_page = secure_admin_login(sign_in)

    @wraps(sign_in)
    def led(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated or permissions.may_use_desk(request.user):
            return by_our_page(request, *args, **kwargs)
        if not permissions.vendors_of(request.user).exists():
            raise NoDesk
        messages.info(request, "The desk is the studio’s own, and you have no role there. This is your vendor’s page.")
        return redirect(settings.DELIVERIES_URL)

    return led


@login_required
def onward(request: HttpRequest) -> HttpResponse:
    """To the page on which somebody works: the desk, or a vendor's own."""
    return redirect(get_adapter(request).get_login_redirect_url(request))


class SecondFactors(DefaultMFAAdapter):
    """Their secrets are kept as the people's private data are: nobody who reads the database can make codes."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": _("This code is not right, or was used before. Enter the one your app shows now."),
        "cannot_generate_recovery_codes": _("Recovery codes stand in for a second factor. Set one up first."),
    }

    def encrypt(self, text: str) -> str:
        return base64.b64encode(private.wrap_key(text.encode())).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return private.open_key(base64.b64decode(encrypted_text)).decode()


def gave_second_factor(request: HttpRequest) -> bool:
    """Whether it was asked for in this very session; one that began before the account was protected gave none."""
    return any(record["method"] == SECOND for record in get_authentication_records(request, request.user))


@receiver(authenticator_added)
def whoever_sets_one_up_has_shown_it(request: HttpRequest, user: User, authenticator: Authenticator, **_: object) -> None:
    record_authentication(request, user, SECOND, id=authenticator.pk, type=authenticator.type)


@method_decorator(axes_dispatch, name="dispatch")
@method_decorator(axes_form_invalid, name="form_invalid")
class SignIn(LoginView):
    """The sign-in form, shut for a while after too many wrong passwords."""


def name_given(request: HttpRequest, credentials: dict | None = None) -> str:
    """Under which name wrong passwords are counted: as sign-in compares names, so that INES is not another than ines."""
    name = (credentials or {}).get("username") or request.POST.get("login", "")
    return name.strip().lower()


def locked_out(request: HttpRequest, original_response: HttpResponse | None = None, credentials: dict | None = None,
               ) -> HttpResponse:
    wait = int(settings.AXES_COOLOFF_TIME.total_seconds())
    detail = f"Too many wrong passwords. Try again in {wait // 60} minutes, or ask your operator."
    return told(TooMany("client.locked_out", detail, retry_after=wait), request)


def too_often(request: HttpRequest) -> HttpResponse:
    """What allauth answers to somebody who knocks faster than it counts on."""
    return told(TooMany("client.too_many_requests", "Too many attempts. Try again in a minute.", retry_after=60), request)
