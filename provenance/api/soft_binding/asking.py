"""From a fingerprint, a watermark's value or a content to the manifests it leads to (C2PA Soft Binding Resolution API 2.4)."""

from pathlib import Path
from typing import Any

from django.conf import settings
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.parsers import BaseParser, DataAndFiles
from rest_framework.request import Request
from rest_framework.response import Response

from provenance import iscc, shelf, soft_bindings
from provenance.api.disclosures import Public
from provenance.api.soft_binding.bodies import (
    ASKED_WRONGLY,
    LONGEST_ALGORITHM,
    LONGEST_VALUE,
    MANIFEST_ID,
    TAGS,
    Spoken,
    read_as,
)
from provenance.public import uploads
from provenance.soft_bindings import MOST, USUAL, Match
from registry import outbound
from registry.api.bodies import Exact
from registry.api.parameters import UnreadableParameter
from registry.api.schema import refusal
from registry.errors import AddressTooLong, Invalid, NotFetched, TooLarge, Unavailable, Unreadable, Unsupported
from registry.permissions import ClientCredentialsAuthentication, FairShare, limited, requires
from registry.receiving import announced_length

# What is fetched for somebody is held in memory until it is whole.
LARGEST_REFERENCE = 32 * 1024 * 1024
ASSETS = ("image/", "video/", "audio/", "text/", "application/", "model/")
VALUE = "IQf/////AAAAAP////8AAAAA/////wAAAAD/////AAAAAA=="
FOUND = OpenApiExample("One is near", response_only=True, status_codes=["200"], value={
    "matches": [{"manifestId": MANIFEST_ID, "similarityScore": 98}],
})  # fmt: skip
ASKED = OpenApiExample("An ISCC", request_only=True, value={"alg": iscc.ALGORITHM, "value": VALUE})
REFERRED = OpenApiExample("A picture", request_only=True, value={
    "referenceUrl": "https://news.example/pictures/harbor.jpg", "assetLength": 48211, "assetType": "image/jpeg",
})  # fmt: skip
MAX_RESULTS = OpenApiParameter("maxResults", int, description=f"How many at most: 1 to {MOST}; {USUAL} if absent")
ALG = OpenApiParameter("alg", str, required=True, description=f"The algorithm, such as {iscc.ALGORITHM}")

# --- shapes -------------------------------------------------------------------------------------------------------


class MatchShape(serializers.Serializer):
    manifestId = serializers.CharField(help_text="The label of the manifest, to be fetched at /manifests/")
    similarityScore = serializers.IntegerField(
        min_value=0, max_value=100, help_text="100 × the share of equal bits, rounded down. Near is possible, never proof"
    )


class MatchesShape(serializers.Serializer):
    matches = MatchShape(many=True, help_text="The nearest first; empty where nothing public is near")


class BindingAsked(Exact):
    alg = serializers.CharField(max_length=LONGEST_ALGORITHM, help_text="As the C2PA's list of algorithms names it")
    value = serializers.CharField(max_length=LONGEST_VALUE, help_text="Of io.iscc.v0: base64 of ISCC units (IEP-0020)")


class ReferenceAsked(Exact):
    referenceUrl = serializers.CharField(max_length=outbound.LONGEST_ADDRESS, help_text="https://, a public host, no redirects")
    assetLength = serializers.IntegerField(min_value=1, help_text="How many bytes lie there")
    assetType = serializers.CharField(required=False, max_length=100, help_text="Its media type; the bytes decide")
    region = serializers.ListField(
        child=serializers.JSONField(), required=False, max_length=20, help_text="Taken, and not looked at: the whole is compared"
    )

# --- doors --------------------------------------------------------------------------------------------------------


class ByBinding(Public):
    """What a value leads to that was read from a content: a fingerprint, or what a watermark holds."""

    parser_classes = [Spoken]
    parameters = frozenset({"alg", "value", "maxResults"})

    @extend_schema(
        operation_id="match_by_binding", auth=[], tags=TAGS, examples=[FOUND],
        parameters=[ALG, OpenApiParameter("value", str, required=True, description="Base64, percent-encoded"), MAX_RESULTS],
        responses={200: MatchesShape, 400: ASKED_WRONGLY, 414: refusal(414, "softbinding.too_long")},
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """The manifests that a value leads to. A value that is longer than 2,000 characters is sent by POST."""
        alg, value = (_needed(request, name) for name in ("alg", "value"))
        if len(value) > LONGEST_VALUE or len(alg) > LONGEST_ALGORITHM:
            raise AddressTooLong("softbinding.too_long", f"Values of up to {LONGEST_VALUE} characters are read from an address.")
        return _told(soft_bindings.by_value(alg, value, most=_most(request)))

    @extend_schema(
        operation_id="match_by_binding_sent", auth=[], tags=TAGS, examples=[ASKED, FOUND], request=BindingAsked,
        parameters=[MAX_RESULTS], responses={200: MatchesShape, 400: ASKED_WRONGLY},
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        """The same, asked in a body."""
        asked = read_as(BindingAsked, request)
        return _told(soft_bindings.by_value(asked["alg"], asked["value"], most=_most(request)))


class WholeBody(BaseParser):
    """The asset as the whole body; its type is judged before a byte is read."""

    media_type = "*/*"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> DataAndFiles:
        if not (media_type or "").startswith(ASSETS):
            raise Unsupported("softbinding.media_type", "Send the asset itself as the body, with its media type as Content-Type.")
        return DataAndFiles({}, {"asset": uploads.kept_for_now(stream, name="asset")})


class ByContent(Public):
    """What a content leads to. It is read in the sandbox and discarded with the answer."""

    parser_classes = [WholeBody]
    throttle_classes = [limited("verification")]
    parameters = frozenset({"alg", "maxResults", "hintAlg", "hintValue"})

    @extend_schema(
        operation_id="match_by_content", auth=[], tags=TAGS, examples=[FOUND],
        request={"application/octet-stream": OpenApiTypes.BINARY},
        parameters=[
            OpenApiParameter("alg", str, description=f"{iscc.ALGORITHM}: the fingerprint that is taken here"), MAX_RESULTS,
            OpenApiParameter("hintAlg", str, description="The algorithm of a binding that was read from the content"),
            OpenApiParameter("hintValue", str, description="Its value"),
        ],
        responses={
            200: MatchesShape, 400: refusal(400, "softbinding.*"), 413: refusal(413, "media.too_large"),
            415: refusal(415, "softbinding.media_type"), 422: refusal(422, "media.empty"),
        },
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        """The manifests of what was signed as these bytes, or looks or reads alike: pictures, frames of films, texts."""
        uploads.refuse_unfit(request)
        alg = request.query_params.get("alg", iscc.ALGORITHM)
        if alg != iscc.ALGORITHM:
            raise Unreadable("softbinding.algorithm", f"Of a content only {iscc.ALGORITHM} is computed here; leave alg out.")
        hint, most = _hint(request), _most(request)
        if not announced_length(request):
            raise Invalid("media.empty", "There are no bytes to look at. Send the asset as the body.")
        with uploads.brought({"file": request.data["asset"]}) as (asset, _):
            path = Path(asset.temporary_file_path())
            return _told(soft_bindings.of_file(path, hint=hint, most=most))


class ByReference(Public):
    """What lies at an address, fetched for a program within bounds, looked at as by content, and discarded."""

    authentication_classes = [ClientCredentialsAuthentication]
    permission_classes = [requires("fetch:manifests")]
    parser_classes = [Spoken]
    throttle_classes = [FairShare, limited("verification")]
    parameters = frozenset({"maxResults"})

    @extend_schema(
        operation_id="match_by_reference", tags=TAGS, examples=[REFERRED, FOUND], request=ReferenceAsked,
        parameters=[MAX_RESULTS],
        responses={
            200: MatchesShape, 400: refusal(400, "request.invalid", "outbound.address", "outbound.not_public"),
            413: refusal(413, "softbinding.too_large"), 502: refusal(502, "softbinding.not_fetched", "outbound.*"),
        },
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        """The manifests of what lies at a public https address of up to 32 MB, fetched within 15 seconds."""
        asked, most = read_as(ReferenceAsked, request), _most(request)
        if asked["assetLength"] > LARGEST_REFERENCE:
            limit = LARGEST_REFERENCE // 1024**2
            raise TooLarge("softbinding.too_large", f"Up to {limit} MB are fetched. Send more by content.")
        with shelf.scratch() as folder:
            path = folder / "asset"
            path.write_bytes(_fetched(asked["referenceUrl"], asked["assetLength"]))
            return _told(soft_bindings.of_file(path, most=most))


def _fetched(address: str, length: int) -> bytes:
    """What lies there, whole, or a refusal that says in whose hands it is: 400 in the asker's, 502 in the other host's."""
    room = length + outbound.MOST_BYTES  # the headers count as well
    try:
        answer = outbound.get(address, allowed=settings.OUTBOUND_ALLOWED_HOSTS, most=room)
    except Invalid as refused:
        raise Unreadable(refused.code, refused.detail) from refused
    except Unavailable as away:
        raise NotFetched(away.code, away.detail) from away
    if answer.status != status.HTTP_200_OK:
        raise NotFetched("softbinding.not_fetched", f"The host answered {answer.status}. Redirects are not followed.")
    if answer.cut or len(answer.body) != length:
        raise NotFetched("softbinding.not_fetched", f"What lies there is not {length} bytes long, or did not come whole.")
    return answer.body

# --- small things -------------------------------------------------------------------------------------------------


def _told(matches: list[Match]) -> Response:
    told = [{"manifestId": one.manifest_id, "similarityScore": one.score} for one in matches]
    return Response({"matches": told}, headers={"Cache-Control": "no-store"})


def _needed(request: Request, name: str) -> str:
    if not (given := request.query_params.get(name, "")):
        raise UnreadableParameter([(f"/{name}", "It is needed.")])
    return given


def _hint(request: Request) -> tuple[str, str] | None:
    given = [request.query_params.get(name) for name in ("hintAlg", "hintValue")]
    if given == [None, None]:
        return None
    alg, value = (one or "" for one in given)
    if not alg or not value or len(alg) > LONGEST_ALGORITHM or len(value) > LONGEST_VALUE:
        raise UnreadableParameter([("/hintValue", "A hint is an algorithm and a value: give hintAlg and hintValue together.")])
    return alg, value


def _most(request: Request) -> int:
    given = request.query_params.get("maxResults", str(USUAL))
    if not (given.isascii() and given.isdigit() and len(given) < 10 and int(given) >= 1):
        raise UnreadableParameter([("/maxResults", f"Ask for 1 to {MOST}, in digits.")])
    return min(int(given), MOST)
