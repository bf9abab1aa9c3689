"""The status list for platforms to hold: whole, or what changed since the one they have."""

import re

from django.http import HttpResponse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request

from provenance import status_list
from provenance.api.public import FromAnyPage, unless_known
from registry.api.parameters import UnreadableParameter
from registry.permissions import ClientCredentialsAuthentication, charge

MEDIA_TYPE = "application/jose"
NOT_MODIFIED = OpenApiResponse(description="It is as it was when the ETag sent in If-None-Match was given")
WHOLE = OpenApiExample(
    "A compact JWS", response_only=True, media_type=MEDIA_TYPE, status_codes=["200"],
    value="eyJhbGciOiJFUzI1NiIsInR5cCI6InZuZC5jb3VudGVyc2lnbi5zdGF0dXMtbGlzdCtqd3MiLCJ6aXAiOiJERUYifQ.q1bKz0lV….MEUCIQDx…",
)  # fmt: skip
COST = {"full": 20, "delta": 2}


class StatusList(FromAnyPage):
    """Of every released file of a public title: how its consent stands, how much AI, whether it was superseded or withdrawn.

    A JWS (ES256, the keys of /.well-known/jwks.json) with a deflated payload; docs/status-list.md describes it. With `since`,
    the position of the list held, only what changed. From further behind than 20,000 changes the whole list comes back, and
    `kind` in it says so. Asking tells nobody which file is meant.
    """

    authentication_classes = [ClientCredentialsAuthentication]
    permission_classes = [AllowAny]

    @extend_schema(
        operation_id="read_status_list", auth=[], tags=["disclosures"], summary="Fetch the status list, or what changed in it",
        parameters=[OpenApiParameter("since", int, description="The position of the list held; absent, the whole list")],
        responses={(200, MEDIA_TYPE): OpenApiTypes.STR, 304: NOT_MODIFIED}, examples=[WHOLE],
    )  # fmt: skip
    def get(self, request: Request) -> HttpResponse:
        at, since = timezone.now(), _since(request)
        charge(request, "window", 1)
        now = status_list.position(at=at)
        kind = status_list.kind_of(since, now=now)
        # The signature differs each time it is made, so the tag is a weak one: it stands for what the list says.
        tag = f'W/"status-{now}-{since if kind == "delta" else "full"}"'
        held = unless_known(request, HttpResponse(content_type=MEDIA_TYPE), tag)
        if held.status_code == 304:
            return held
        charge(request, "window", COST[kind] - 1)
        made = status_list.full(now, at=at) if since is None or kind == "full" else status_list.delta(since, now, at=at)
        gzipped = _takes_gzip(request)
        response = HttpResponse(made.gzipped if gzipped else made.body, content_type=MEDIA_TYPE)
        if gzipped:
            response["Content-Encoding"] = "gzip"
        patch_vary_headers(response, ["Accept-Encoding"])
        return unless_known(request, response, tag)


def _takes_gzip(request: Request) -> bool:
    offered = [one.strip().lower().replace(" ", "") for one in request.headers.get("Accept-Encoding", "").split(",")]
    return any(one == "gzip" or (one.startswith("gzip;q=") and one.strip("0.") != "gzip;q=") for one in offered)


def _since(request: Request) -> int | None:
    unknown = set(request.query_params) - {"since"}
    given = request.query_params.get("since")
    if unknown:
        raise UnreadableParameter([("", "A parameter was sent that is not known here. Known is since.")])
    if given is None:
        return None
    if not re.fullmatch(r"[0-9]{1,18}", given, re.ASCII):
        raise UnreadableParameter([("/since", "It is the position of a list that was fetched here, in digits.")])
    return int(given)
