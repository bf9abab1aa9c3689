"""Errors as problem documents (RFC 9457) and as pages; the only module that knows both an error and HTTP."""

import errno
import logging
import sys
from collections.abc import Iterator
from typing import Any, TypeVar

from django.conf import settings
from django.core.exceptions import (
    BadRequest,
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
    TooManyFieldsSent,
    TooManyFilesSent,
)
from django.db import DatabaseError, InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.request import RawPostDataException, UnreadablePostError
from django.template.loader import render_to_string
from django.utils.encoding import escape_uri_path
from rest_framework import exceptions
from rest_framework.views import set_rollback

from registry.errors import (
    AddressTooLong,
    Altered,
    Conflict,
    Fault,
    Gone,
    Invalid,
    NotAllowed,
    NotFetched,
    NotFound,
    Occupied,
    RegistryError,
    TooLarge,
    TooMany,
    Unavailable,
    Unmet,
    Unreadable,
    Unsupported,
)

MEDIA_TYPE = "application/problem+json"
STATUS: dict[type[RegistryError], int] = {
    Invalid: 422, NotAllowed: 403, NotFound: 404, Conflict: 409, Unavailable: 503, TooLarge: 413, Unsupported: 415,
    TooMany: 429, Unreadable: 400, Gone: 410, Unmet: 412, Occupied: 423, Altered: 460,
    AddressTooLong: 414, NotFetched: 502,
}
TITLES = {
    400: "The request cannot be understood",
    401: "Who asks is not known",
    403: "This is not allowed",
    404: "There is no such thing here",
    405: "The address does not answer to this method",
    406: "There is no representation of that kind",
    409: "It cannot be done in the present state",
    410: "It is here no more",
    412: "A condition does not hold",
    413: "More was sent than is accepted",
    414: "More was said in the address than is read there",
    415: "This kind of content is not handled",
    422: "What was sent cannot be accepted",
    423: "Somebody else is at it",
    429: "Too many requests",
    460: "What arrived is not what was sent",
    500: "Something went wrong here",
    502: "What lies elsewhere could not be read",
    503: "It cannot be done at the moment",
}
# What Django and REST framework raise, in our words: error → code and status.
FOREIGN: tuple[tuple[type[Exception], str, int], ...] = (
    (exceptions.NotAuthenticated, "client.unauthenticated", 401),
    (exceptions.AuthenticationFailed, "client.bad_token", 401),
    (exceptions.PermissionDenied, "client.not_allowed", 403),
    (PermissionDenied, "client.not_allowed", 403),
    (exceptions.NotFound, "request.not_found", 404),
    (Http404, "request.not_found", 404),
    (exceptions.MethodNotAllowed, "request.method", 405),
    (exceptions.NotAcceptable, "request.not_acceptable", 406),
    (exceptions.UnsupportedMediaType, "request.media_type", 415),
    (exceptions.Throttled, "client.too_many_requests", 429),
    (exceptions.ParseError, "request.malformed", 400),
    (RequestDataTooBig, "request.too_large", 413),
    (TooManyFieldsSent, "request.too_many_fields", 400),
    (TooManyFilesSent, "request.too_many_files", 400),
    (UnreadablePostError, "request.interrupted", 400),
    (RawPostDataException, "request.malformed", 400),
    (SuspiciousOperation, "request.malformed", 400),
    (BadRequest, "request.malformed", 400),
)
SENTENCES = {
    "client.unauthenticated": "Send an access token: “Authorization: Bearer …”. Tokens come from /api/v1/oauth/token.",
    "client.not_allowed": "This program may not do that.",
    "request.not_found": "There is nothing at this address, or it is not yours to see.",
    "request.not_acceptable": "What is here comes in one form only: send no Accept, or “Accept: */*”.",
    "request.malformed": "The request cannot be read in the form it says it has.",
    "request.too_large": "The request is larger than is accepted here.",
    "request.too_many_fields": "The request has more fields than are accepted.",
    "request.too_many_files": "The request has more files than are accepted.",
    "request.interrupted": "The connection ended before the whole request had arrived.",
    "request.invalid": "The request does not have the form described; see errors.",
    "request.not_secure": "This is spoken over HTTPS only. What was sent may have been read on the way: renew the secret.",
    "request.forged": "This form was open too long, or did not come from here. Load the page again and send it again.",
    "service.unavailable": "The registry cannot reach its own records at the moment. Nothing was changed; try again soon.",
    "service.full": "There is no room for files at the moment. Nothing was changed; try again soon.",
    "service.error": "The registry made a mistake. An operator can find it by the request id.",
}
RETRY_AFTER = 5
FULL = (errno.ENOSPC, errno.EDQUOT)
# Below these addresses programs ask; everywhere else a person reads the answer.
DOCUMENTED = ("/api/", "/health/")

log = logging.getLogger(__name__)
Answer = TypeVar("Answer", bound=HttpResponse)


def answer(error: Exception, context: dict[str, Any]) -> HttpResponse | None:
    """REST framework's exception handler: a problem document, or None for what nobody expected (a 500).

    It is JSON whatever the view gives otherwise: pages and files go through REST framework as well.
    """
    known = _known(error)
    if known is None:
        return None
    document, headers = known
    if document["status"] >= 500 and getattr(error, "operators_care", True):
        log.error("refused with %s", document["code"], exc_info=error)
    set_rollback()
    whole = complete(document, context["request"]._request)
    return _logged(JsonResponse(whole, status=document["status"], headers=headers, content_type=MEDIA_TYPE))


def of_one(error: Exception, request: HttpRequest) -> dict[str, Any]:
    """The problem document of one item among several; what nobody expected is logged and says nothing of itself."""
    known = _known(error)
    if known is None:
        log.error("one item of several failed", exc_info=error)
    return complete(known[0] if known else _document("service.error", 500), request)


def complete(document: dict[str, Any], request: HttpRequest) -> dict[str, Any]:
    """Add what belongs to every problem document: where the type is explained, and which request it was."""
    return {
        "type": f"{settings.SITE_URL}/problems/{document['code']}",
        "title": TITLES.get(document["status"], "The request was refused"),
        **document,
        "instance": escape_uri_path(request.path),
        "request_id": getattr(request, "request_id", ""),
    }


def problem(request: HttpRequest, *, code: str, status: int, detail: str = "", headers: dict[str, str] | None = None,
            **extra: Any) -> JsonResponse:
    """A problem document from outside REST framework, such as a middleware."""
    document = extra | _document(code, status, detail)
    return JsonResponse(complete(document, request), status=status, content_type=MEDIA_TYPE, headers=headers)


def status_of(error: RegistryError) -> int:
    return next((STATUS[family] for family in type(error).__mro__ if family in STATUS), 400)


# ── From an error to a document ──────────────────────────────────────────────────────────────────────────────────


def _known(error: Exception) -> tuple[dict[str, Any], dict[str, str]] | None:
    if isinstance(error, RegistryError):
        return _ours(error)
    if isinstance(error, exceptions.ValidationError):
        faults = [{"pointer": f.pointer, "code": f.code, "detail": f.detail} for f in faults_in(error.detail)]
        return _document("request.invalid", 422, faults=faults), {}
    if isinstance(error, OperationalError | InterfaceError):
        return _document("service.unavailable", 503), {"Retry-After": str(RETRY_AFTER)}
    if isinstance(error, OSError) and error.errno in FULL:
        return _document("service.full", 503), {"Retry-After": str(RETRY_AFTER)}
    for kind, code, status in FOREIGN:
        if isinstance(error, kind):
            return _document(code, status, _said(error, code)), _headers(error)
    return None


def _ours(error: RegistryError) -> tuple[dict[str, Any], dict[str, str]]:
    status = status_of(error)
    faults = [{"pointer": fault.pointer, "code": fault.code, "detail": fault.detail} for fault in error.errors]
    waits = status in (423, 429, 503) or "retry_after" in error.extra
    headers = {"Retry-After": str(error.extra.get("retry_after", RETRY_AFTER))} if waits else {}
    if error.code == "client.scope":
        wanted = f'error="insufficient_scope", scope="{error.extra["scope"]}"'
        headers["WWW-Authenticate"] = f'Bearer realm="countersign", {wanted}'
    # What an act adds to its error cannot take the place of what every document says.
    return error.extra | _document(error.code, status, error.detail, faults), headers


def _document(code: str, status: int, detail: str = "", faults: list[dict[str, str]] | None = None) -> dict[str, Any]:
    detail = detail or SENTENCES.get(code, TITLES[status])
    return {"status": status, "code": code, "detail": detail, "errors": faults or []}


def _said(error: Exception, code: str) -> str:
    """REST framework's own sentence where it tells more than ours; never Django's, which may quote the request."""
    if code in SENTENCES and code != "request.malformed":
        return SENTENCES[code]
    return str(error.detail).rstrip(".") + "." if isinstance(error, exceptions.APIException) else ""


def _headers(error: Exception) -> dict[str, str]:
    headers = {}
    if getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = error.auth_header
    if getattr(error, "wait", None):
        headers["Retry-After"] = str(int(error.wait))
    return headers


def faults_in(detail: Any, pointer: str = "") -> Iterator[Fault]:
    """What a serializer found, as faults whose JSON pointers (RFC 6901) lead to the place."""
    if isinstance(detail, dict):
        for name, inner in detail.items():
            own = "" if name == "non_field_errors" else "/" + str(name).replace("~", "~0").replace("/", "~1")
            yield from faults_in(inner, pointer + own)
    elif isinstance(detail, list) and any(isinstance(inner, dict | list) for inner in detail):
        for place, inner in enumerate(detail):
            yield from faults_in(inner, f"{pointer}/{place}")
    elif isinstance(detail, list):
        for inner in detail:
            yield from faults_in(inner, pointer)
    else:
        yield Fault(pointer, f"request.{getattr(detail, 'code', 'invalid')}", str(detail))


# ── Outside REST framework ───────────────────────────────────────────────────────────────────────────────────────


def told(error: Exception, request: HttpRequest) -> HttpResponse | None:
    """An error a view let fall, as document or page; None for what nobody expected (registry.middleware asks)."""
    known = _known(error) if isinstance(error, RegistryError | DatabaseError | InterfaceError) else None
    return _response(request, *known) if known else None


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _response(request, *(_known(exception) or (_document("request.malformed", 400), {})))


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _response(request, _document("client.not_allowed", 403), {})


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _response(request, _document("request.not_found", 404), {})


def server_error(request: HttpRequest) -> HttpResponse:
    """Nobody caught it. A database that is away (told even from a middleware) is a 503, anything else says nothing."""
    error = sys.exc_info()[1]
    away = _known(error) if isinstance(error, OperationalError | InterfaceError) else None
    return _response(request, *(away or (_document("service.error", 500), {})))


def forged(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form without the token that proves it came from one of our pages."""
    return _response(request, _document("request.forged", 403), {})


def _response(request: HttpRequest, document: dict[str, Any], headers: dict[str, str]) -> HttpResponse:
    status, whole = document["status"], complete(document, request)
    if request.path.startswith(DOCUMENTED):
        return _logged(JsonResponse(whole, status=status, content_type=MEDIA_TYPE, headers=headers))
    template = {404: "404.html", 500: "500.html"}.get(status, "problem.html")
    page = render_to_string(template, {"problem": whole, "request": request})
    return _logged(HttpResponse(page, status=status, headers=headers))


def _logged(response: Answer) -> Answer:
    """Told in the log where it was found, with its cause; Django need not say the status again."""
    response._has_been_logged = True
    return response
