"""What every request passes: its id, log line and language, no plain speech of programs, and what one shows at the desk."""

import logging
import re
import time
from collections.abc import Callable

import structlog
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import Http404, HttpRequest, HttpResponse
from django.middleware.locale import LocaleMiddleware
from django.shortcuts import redirect
from django.urls import resolve, reverse
from django.utils import translation
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from registry import accounts, identifiers, permissions, problems
from registry.api import again, conditional

Next = Callable[[HttpRequest], HttpResponse]
WELL_FORMED = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{7,63}")
# Below these addresses lies what one signs in for.
SIGNED_IN = ("/admin/", "/vendor/", "/accounts/")
PROTECTED = ("/admin/", "/vendor/")
UNLOGGED = ("/static/", "/health/")
# Nobody keeps a list of which work was asked about, nor an address that opens something: of these only the beginning is
# written down.
ASKED_ABOUT = ("/c/", "/t/", "/v/", "/concern/", "/api/v1/verifications/by-hash/", "/api/v1/disclosures/", "/letter/",
               "/api/softbinding/v1/manifests/")  # fmt: skip
# Doors that are asked so often that what they need not is left out (AskedOften). None of them writes, or knows a person.
ASKED_OFTEN = ("/api/v1/verifications/by-hash/", "/api/v1/status-list", "/api/softbinding/v1/matches/byBinding",
               "/api/softbinding/v1/services/")  # fmt: skip
# Pages that are translated throughout, and answers to programs in which sentences are.
TRANSLATED = ("/letter/", "/c/", "/t/", "/v/", "/concern/")
TRANSLATED_PAGES = ("/", "/verify", "/look-up", "/how-to-read", "/transparency")
SPEAKING = ("/api/v1/disclosures", "/api/v1/verifications")

OFFERED = dict(settings.LANGUAGES)

log = logging.getLogger(__name__)


class RequestId:
    """An id for each request, given back in X-Request-ID and written beside everything logged on its way."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        asked = request.headers.get("X-Request-ID", "")
        request.request_id = asked if WELL_FORMED.fullmatch(asked) else identifiers.new_id("req")
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request.request_id)
        began = time.perf_counter()
        response = self.get_response(request)
        response["X-Request-ID"] = request.request_id
        if not request.path.startswith(UNLOGGED):
            log.info("request", extra=_line(request, response, began))
        return response

    def process_view(self, request: HttpRequest, *_: object) -> HttpResponse | None:
        """No address of ours has a NUL in it, and not every database takes one in a question."""
        return problems.not_found(request, Http404()) if "\0" in request.path else None

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        response = problems.told(error, request)
        if response is not None and response.status_code >= 500:
            log.error("refused", exc_info=error)
        return response


def _line(request: HttpRequest, response: HttpResponse, began: float) -> dict[str, object]:
    """What is remembered of a request: no query, no body, no address, no name."""
    client = getattr(request, "client", None)
    return {
        "method": request.method, "path": _path(request), "status": response.status_code,
        "milliseconds": round((time.perf_counter() - began) * 1000, 1), "client": client.pk if client else None,
    }


def _path(request: HttpRequest) -> str:
    return next((f"{start}…" for start in ASKED_ABOUT if request.path.startswith(start)), request.path)


class Language(LocaleMiddleware):
    """The visitor's language on pages that are translated throughout; English everywhere else, not half of each.

    `?lang=` is stronger than what a browser prefers. A program is answered in English unless it asks so.
    """

    def process_request(self, request: HttpRequest) -> None:
        translated = request.path.startswith(TRANSLATED) or request.path in TRANSLATED_PAGES
        if translated:
            super().process_request(request)
        else:
            self._speak(request, settings.LANGUAGE_CODE)
        asked = request.GET.get("lang")
        if asked in OFFERED and (translated or request.path.startswith(SPEAKING)):
            self._speak(request, asked)

    def _speak(self, request: HttpRequest, language: str) -> None:
        translation.activate(language)
        request.LANGUAGE_CODE = language


class OnlySecure:
    """In production a program that speaks plain HTTP is refused rather than led to HTTPS with its secret in hand."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.SECURE_SSL_REDIRECT and request.path.startswith("/api/") and not request.is_secure():
            return problems.problem(request, code="request.not_secure", status=403)
        return self.get_response(request)


class Hatch:
    """The manners that every door of the interface has, and no view must think of: a POST under a key is carried out once,
    a GET is answered with its ETag, and whoever is counted is told what is left (draft-ietf-httpapi-ratelimit-headers)."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        client = getattr(request, "client", None)
        if client is not None:
            if "client" not in getattr(request, "quotas", {}):  # refused before it came to be counted
                permissions.note(request, permissions.share_of(client))
            response = conditional.answered(request, response)
        quotas = getattr(request, "quotas", {}).values()
        if quotas:
            response["RateLimit-Policy"] = ", ".join(f'"{one.name}";q={one.limit};w={permissions.MINUTE}' for one in quotas)
            response["RateLimit"] = ", ".join(f'"{one.name}";r={one.remaining};t={one.resets_in}' for one in quotas)
        return response

    def process_view(self, request: HttpRequest, view: Next, args: tuple, kwargs: dict) -> HttpResponse | None:
        keyed = again.keyed(request, view)
        return keyed(request, *args, **kwargs) if keyed else None


class AskedOften(Hatch):
    """What platforms ask a million times a day has no session, no form and no person: the door is asked at once.

    Only to look. What all answers of these doors show was given before, or is given here as at every door of the interface.
    """

    def __init__(self, get_response: Next) -> None:
        super().__init__(_door)
        self.get_response_of_others = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        often = request.path_info.startswith(ASKED_OFTEN) and request.method in ("GET", "HEAD")
        return super().__call__(request) if often and "\0" not in request.path_info else self.get_response_of_others(request)


def _door(request: HttpRequest) -> HttpResponse:
    found = request.resolver_match = resolve(request.path_info)
    response = found.func(request, *found.args, **found.kwargs)
    return response.render() if callable(getattr(response, "render", None)) else response


class FirstPassword:
    """Who was given a password by somebody else chooses one before anything opens for which one signs in."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith(SIGNED_IN) and request.user.is_authenticated and request.user.password_is_first:
            if request.path not in (reverse("account_change_password"), reverse("account_logout")):
                return _led_to("account_change_password", request)
        return self.get_response(request)


class SecondFactor:
    """Nobody enters the desk or a vendor's page without a second factor where MFA_REQUIRED says so; who has none makes one."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.MFA_REQUIRED and request.path.startswith(PROTECTED) and request.user.is_authenticated:
            if not is_mfa_enabled(request.user):
                messages.info(request, _("What lies behind this needs a second factor. Set it up here; it takes a minute."))
                return _led_to("mfa_activate_totp", request)
            if not accounts.gave_second_factor(request):
                return _led_to("mfa_reauthenticate", request)
        return self.get_response(request)


def _led_to(page: str, request: HttpRequest) -> HttpResponse:
    return redirect(f"{reverse(page)}?{urlencode({REDIRECT_FIELD_NAME: request.get_full_path()})}")
