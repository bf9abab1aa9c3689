"""Conditional requests (RFC 9110 §13): what a program has is not sent again, and what it has not seen is not written over.

Every JSON answer to a GET of a program carries a strong ETag of its bytes, and `If-None-Match` is answered with 304; no view
does or says anything for it (registry.middleware.Hatch, registry.api.schema). A view that writes calls `insist_on_match` with
what GET would tell.
"""

import hashlib
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.http import parse_etags
from drf_spectacular.utils import OpenApiParameter
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request

from registry.errors import Unmet

IF_MATCH = OpenApiParameter(
    "If-Match", str, OpenApiParameter.HEADER, description="The ETag that GET gave: 412 if it is otherwise by now"
)


class ReadAnew(Unmet):
    """If-Match names a state that is no longer."""

    def __init__(self, tag: str) -> None:
        super().__init__(
            "request.precondition",
            "It was to be done only if nothing changed since it was read (If-Match), and something did. Nothing was done: "
            "read it again, and send what is still right with its new ETag.",
            etag=tag,
        )


def tag_of(body: bytes) -> str:
    return f'"{hashlib.sha256(body).hexdigest()[:32]}"'


def tag_of_told(told: Any) -> str:
    """The ETag of an answer that tells this: of what a GET at the same address would be answered with."""
    return tag_of(JSONRenderer().render(told))


def insist_on_match(request: Request, told: Any) -> None:
    """Raises ReadAnew where the request says If-Match, and what is there now (`told`, as GET tells it) is something else."""
    said = request.headers.get("If-Match")
    if said is None or said.strip() == "*":
        return
    tag = tag_of_told(told)
    if tag not in parse_etags(said):
        raise ReadAnew(tag)


def answered(request: HttpRequest, response: HttpResponse) -> HttpResponseBase:
    """The answer with its ETag, or 304 where the asker has it; anything but a whole JSON document is left as it is."""
    if request.method not in ("GET", "HEAD") or response.status_code != 200 or response.streaming:
        return response
    if not response.get("Content-Type", "").startswith("application/json"):
        return response
    if "ETag" not in response:
        response["ETag"] = tag_of(response.content)
        response.setdefault("Cache-Control", "private, no-cache")
        patch_vary_headers(response, ["Authorization"])
    return get_conditional_response(request, etag=response["ETag"], response=response)
