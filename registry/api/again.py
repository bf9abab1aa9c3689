"""Every POST of the hatch under an Idempotency-Key: carried out once, and answered alike however often it is sent.

No view asks for it (registry.middleware.Hatch does), and none must do anything for it. Kept is what the act answered, its
refusals and mistakes too. Not kept is what was refused before the act began (no good token, no scope, too often, a body
that could not be read), nor 429 and 503, which say that nothing was done: those may be sent again under the same key.
"""

import functools
import hashlib
import json
import logging
from collections.abc import Callable, Mapping
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from rest_framework.request import Request
from rest_framework.views import APIView

from registry import idempotency, problems
from registry.receiving import announced_length

HEADER = "Idempotency-Key"
REPLAYED = "Idempotent-Replayed"
# They say that nothing was done and when to come again.
NOT_KEPT = (429, 503)
# What a request says beside its body: resumable uploads (tus) are begun by headers.
SAYING = "upload-"

log = logging.getLogger(__name__)


@functools.cache
def repeatable(view: type[APIView]) -> type[APIView]:
    """The same view, answering once per key."""
    return type(view.__name__, (_Once, view), {})


class _Once:
    """Goes before a view: between its permissions and its act stands the question whether it was answered already."""

    # A throttle that asks what the act would need may let pass what is only told again.
    answered_before = False
    _claim: idempotency.Claim | None = None

    def check_throttles(self, request: Request) -> None:
        client = getattr(request, "client", None)
        if client is not None:  # whoever is unknown has no keys
            key = idempotency.key_in(request.headers[HEADER])
            self.answered_before = idempotency.is_answered(client, key, at=timezone.now())
            self.post = functools.partial(self._once, self.post, key)
        super().check_throttles(request)  # type: ignore[misc]

    def _once(self, act: Callable[..., HttpResponse], key: str, request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        announced_length(request)
        found = idempotency.claim(request.client, key, fingerprint(request), at=timezone.now())
        if isinstance(found, idempotency.Answer):
            return HttpResponse(found.body, status=found.status, headers={**found.headers, REPLAYED: "true"})
        self._claim = found
        with idempotency.held(found):
            return act(request, *args, **kwargs)

    def handle_exception(self, error: Exception) -> HttpResponseBase:
        try:
            return super().handle_exception(error)  # type: ignore[misc]
        except Exception:
            # Nobody expected it, so nobody knows what was done: asked again, it is not tried again.
            self._keep(problems.server_error(self.request._request))  # type: ignore[attr-defined]
            raise

    def finalize_response(self, request: Request, response: HttpResponseBase, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = super().finalize_response(request, response, *args, **kwargs)  # type: ignore[misc]
        if self._claim:
            self._keep(response)
        return response

    def _keep(self, response: HttpResponseBase) -> None:
        claim, self._claim = self._claim, None
        if claim is None:
            return
        if hasattr(response, "render"):
            response.render()
        try:
            if response.status_code in NOT_KEPT or response.streaming:
                idempotency.let_go(claim)
            else:
                idempotency.keep(claim, idempotency.Answer(response.status_code, dict(response.items()), response.content))
        except (DatabaseError, InterfaceError) as error:
            # The answer is right all the same; sent again after the lease, the request is carried out anew.
            log.warning("the answer to a request under a key could not be kept", exc_info=error)


def fingerprint(request: Request) -> str:
    """SHA-256 of what is asked: method, address and what was sent, as it was read. Files go by the hash they came with.

    Written otherwise, the same JSON is the same. A body that the view reads itself counts by its length.
    """
    digest = hashlib.sha256()
    said = {name.lower(): value for name, value in request.headers.items() if name.lower().startswith(SAYING)}
    digest.update(json.dumps([request.method, request.get_full_path(), request.content_type.partition(";")[0], said],
                             sort_keys=True).encode())  # fmt: skip
    digest.update(_body(request).encode())
    return digest.hexdigest()


def _body(request: Request) -> str:
    if request.negotiator.select_parser(request, request.parsers) is None and announced_length(request):
        return f"length {announced_length(request)}"
    data = request.data
    if isinstance(data, MultiValueDict):
        data = {name: [_plain(one) for one in values] for name, values in data.lists()}
    return json.dumps(data, sort_keys=True, default=_plain)


def _plain(value: Any) -> Any:
    if isinstance(value, UploadedFile):
        return ["file", value.name, getattr(value, "sha256", None) or _hash(value)]
    if isinstance(value, bytes):
        return ["bytes", hashlib.sha256(value).hexdigest()]
    if isinstance(value, Mapping):
        return dict(value)
    return value if isinstance(value, str) else repr(value)


def _hash(file: UploadedFile) -> str:
    digest = hashlib.sha256()
    for piece in file.chunks():
        digest.update(piece)
    file.seek(0)
    return digest.hexdigest()


def keyed(request: HttpRequest, view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse] | None:
    """The view that answers this request once, where it is a POST of a program under a key."""
    own = getattr(view, "cls", None)
    if request.method != "POST" or HEADER not in request.headers or not (isinstance(own, type) and issubclass(own, APIView)):
        return None
    if not own.authentication_classes:
        return None
    return repeatable(own).as_view(**getattr(view, "initkwargs", {}))
