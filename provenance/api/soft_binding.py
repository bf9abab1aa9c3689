"""The C2PA Soft Binding Resolution API (2.4): from a fingerprint, a watermark or a content to the manifest that was lost."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.parsers import BaseParser, DataAndFiles
from rest_framework.permissions import AllowAny
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import BaseThrottle

from provenance import iscc, manifest_stores, shelf, soft_bindings
from provenance.api.assets import AsItIs
from provenance.api.disclosures import Public
from provenance.manifest_stores import BASE
from provenance.printable import printable
from provenance.public import uploads
from provenance.soft_bindings import MOST, USUAL, Match
from registry import outbound
from registry.api.bodies import BoundedJSON, Exact
from registry.api.parameters import UnreadableParameter
from registry.api.schema import refusal
from registry.errors import (
    AddressTooLong,
    Invalid,
    NotFetched,
    NotFound,
    TooLarge,
    Unavailable,
    Unreadable,
    Unsupported,
)
from registry.permissions import ClientCredentialsAuthentication, FairShare, limited, requires
from registry.problems import faults_in
from registry.receiving import announced_length

SPECIFICATION = "2.4"
TAGS = ["soft binding"]
STORE = "application/c2pa"
LONGEST_VALUE = 2000  # characters; of an address as well
LONGEST_ALGORITHM = 100
LARGEST_STORE = 16 * 1024 * 1024
# What is fetched for somebody is held in memory until it is whole.
LARGEST_REFERENCE = 32 * 1024 * 1024
ASSETS = ("image/", "video/", "audio/", "text/", "application/", "model/")


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


class StoredShape(serializers.Serializer):
    manifestId = serializers.CharField()


class BindingStated(Exact):
    bindingValue = serializers.CharField(max_length=LONGEST_VALUE)
    manifestId = serializers.CharField(max_length=manifest_stores.LONGEST_LABEL)
    alg = serializers.CharField(required=False, max_length=LONGEST_ALGORITHM, help_text="Absent: found under any")


class AlgorithmShape(serializers.Serializer):
    alg = serializers.CharField()


class AlgorithmsShape(serializers.Serializer):
    fingerprints = AlgorithmShape(many=True, help_text="Near values are found")
    watermarks = AlgorithmShape(many=True, help_text="Compared whole: what programs have bound here")


class CapabilitiesShape(serializers.Serializer):
    c2paSpecificationVersion = serializers.CharField()
    supportedCapabilities = serializers.ListField(child=serializers.CharField())


class StatusShape(serializers.Serializer):
    status = serializers.ChoiceField(["ok", "degraded", "down"])


class WhereShape(serializers.Serializer):
    apiEndpoint = serializers.URLField()
    c2paSpecificationVersion = serializers.CharField()
    capabilitiesEndpoint = serializers.URLField()
    statusEndpoint = serializers.URLField()


MANIFEST_ID = "urn:c2pa:39fd2b05-78d1-4ecc-9cde-e42c33a9a40b"
VALUE = "IQf/////AAAAAP////8AAAAA/////wAAAAD/////AAAAAA=="
FOUND = OpenApiExample("One is near", response_only=True, status_codes=["200"], value={
    "matches": [{"manifestId": MANIFEST_ID, "similarityScore": 98}],
})  # fmt: skip
ASKED = OpenApiExample("An ISCC", request_only=True, value={"alg": iscc.ALGORITHM, "value": VALUE})
REFERRED = OpenApiExample("A picture", request_only=True, value={
    "referenceUrl": "https://news.example/pictures/harbor.jpg", "assetLength": 48211, "assetType": "image/jpeg",
})  # fmt: skip
BOUND = OpenApiExample("A watermark", request_only=True, value={
    "bindingValue": "0b1c9d", "manifestId": MANIFEST_ID, "alg": "com.adobe.trustmark.P",
})  # fmt: skip
KEPT = OpenApiExample("Kept", response_only=True, value={"manifestId": MANIFEST_ID})
MAX_RESULTS = OpenApiParameter("maxResults", int, description=f"How many at most: 1 to {MOST}; {USUAL} if absent")
ALG = OpenApiParameter("alg", str, required=True, description=f"The algorithm, such as {iscc.ALGORITHM}")
ASKED_WRONGLY = refusal(400, "softbinding.value", "request.invalid")
TOKEN_REFUSED = {401: refusal(401, "client.bad_token"), 403: refusal(403, "client.scope")}


# --- asking -------------------------------------------------------------------------------------------------------


class Unfit(Unreadable):
    """The specification has 400 for what the rest of the hatch answers with 422."""

    def __init__(self, form: serializers.Serializer) -> None:
        faults = tuple(faults_in(form.errors))
        super().__init__("request.invalid", "The request does not have the form described; see errors.", errors=faults)


class Spoken(BoundedJSON):
    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        try:
            return super().parse(stream, media_type, parser_context)
        except Invalid as unfit:
            raise Unreadable(unfit.code, unfit.detail, errors=unfit.errors) from unfit


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
        asked = _read(BindingAsked, request)
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
        asked, most = _read(ReferenceAsked, request), _most(request)
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


# --- manifests and bindings ---------------------------------------------------------------------------------------


class OneManifest(Public):
    """A manifest store by the id of its active manifest; whoever keeps one may withdraw it."""

    authentication_classes = [ClientCredentialsAuthentication]
    renderer_classes = [JSONRenderer, AsItIs]
    parameters = frozenset({"returnActiveManifest"})

    def get_permissions(self) -> list[Any]:
        return [requires("store:manifests")()] if self.request.method == "DELETE" else [AllowAny()]

    def get_throttles(self) -> list[BaseThrottle]:
        return [FairShare(), limited("window")()]

    @extend_schema(
        operation_id="fetch_manifest", auth=[], tags=TAGS,
        parameters=[
            OpenApiParameter("manifestId", str, OpenApiParameter.PATH),
            OpenApiParameter("returnActiveManifest", bool, description="Without the manifests of its ingredients"),
        ],
        responses={
            (200, STORE): OpenApiTypes.BINARY, **TOKEN_REFUSED, 400: refusal(400, "request.parameter"),
            404: refusal(404, "softbinding.unknown_manifest"),
        },
    )  # fmt: skip
    def get(self, request: Request, manifest: str) -> HttpResponse:
        """The manifest store. Anybody reads what is public; with a token (fetch:manifests) a program what it may see."""
        client = getattr(request, "client", None)
        if client is not None:
            requires("fetch:manifests")().has_permission(request, self)
        alone = _truth(request, "returnActiveManifest")
        store = manifest_stores.read(manifest, client=client, alone=alone)
        return HttpResponse(store, content_type=STORE, headers={
            "Content-Disposition": 'attachment; filename="manifest.c2pa"',
            "Cache-Control": "private, no-store" if client else "public, no-cache",
        })  # fmt: skip

    @extend_schema(
        operation_id="withdraw_manifest", tags=TAGS, parameters=[OpenApiParameter("manifestId", str, OpenApiParameter.PATH)],
        responses={
            204: None, 404: refusal(404, "softbinding.unknown_manifest"), 409: refusal(409, "softbinding.signed_here"),
        },
    )  # fmt: skip
    def delete(self, request: Request, manifest: str) -> Response:
        """Have a manifest that your organisation keeps here found no more; the record that it was stays."""
        manifest_stores.withdraw(manifest, client=request.client, at=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)


class StoreBody(BaseParser):
    media_type = STORE

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> bytes:
        content: bytes = stream.read(LARGEST_STORE + 1)
        if len(content) > LARGEST_STORE:
            raise TooLarge("softbinding.too_large", f"Manifest stores of up to {LARGEST_STORE // 1024**2} MB are kept.")
        return content


class Manifests(Public):
    authentication_classes = [ClientCredentialsAuthentication]
    permission_classes = [requires("store:manifests")]
    parser_classes = [StoreBody]
    throttle_classes = [FairShare]
    parameters = frozenset({"returnReceipt"})

    @extend_schema(
        operation_id="store_manifest", tags=TAGS, request={STORE: OpenApiTypes.BINARY}, examples=[KEPT],
        parameters=[OpenApiParameter("returnReceipt", bool, description="Receipts are not given out yet: false, or absent")],
        responses={
            200: StoredShape, 400: refusal(400, "softbinding.no_store", "softbinding.no_receipts"),
            403: refusal(403, "softbinding.sandbox"), 409: refusal(409, "softbinding.kept"),
            413: refusal(413, "softbinding.too_large"),
        },
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        """Keep a manifest store that was signed elsewhere, so that anybody finds it. Its signature has to hold."""
        announced_length(request)
        if _truth(request, "returnReceipt"):
            raise Unreadable("softbinding.no_receipts", "Receipts are not given out here yet. Ask without returnReceipt.")
        with shelf.scratch() as folder:
            path = folder / "store.c2pa"
            # Of a request without a body nothing is parsed.
            path.write_bytes(request.data if isinstance(request.data, bytes) else b"")
            kept = manifest_stores.keep(path, client=request.client, at=timezone.now())
        return Response({"manifestId": kept})


class Bindings(Public):
    authentication_classes = [ClientCredentialsAuthentication]
    permission_classes = [requires("store:bindings")]
    parser_classes = [Spoken]
    throttle_classes = [FairShare]
    parameters = frozenset()

    @extend_schema(
        operation_id="bind_manifest", tags=TAGS, request=BindingStated, examples=[BOUND],
        responses={
            204: None, 400: ASKED_WRONGLY, 403: refusal(403, "softbinding.sandbox"),
            404: refusal(404, "softbinding.unknown_manifest"),
        },
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        """Say what leads to a manifest that your organisation keeps here, or that was signed here for it."""
        return self._bound(request, instead=False)

    @extend_schema(
        operation_id="rebind_manifest", tags=TAGS, request=BindingStated, examples=[BOUND],
        responses={
            204: None, 400: ASKED_WRONGLY, 403: refusal(403, "softbinding.sandbox"),
            404: refusal(404, "softbinding.unknown_manifest", "softbinding.unknown_binding"),
        },
    )  # fmt: skip
    def put(self, request: Request) -> Response:
        """The same, in place of whatever your organisation had bound to the value."""
        return self._bound(request, instead=True)

    def _bound(self, request: Request, *, instead: bool) -> Response:
        said = _read(BindingStated, request)
        for name in ("bindingValue", "alg"):
            if printable(said.get(name, ""), LONGEST_VALUE) != said.get(name, ""):
                raise Unreadable("request.invalid", f"{name} holds characters that cannot be shown.")
        manifest_stores.bind(
            said["manifestId"], said["bindingValue"], alg=said.get("alg", ""), instead=instead, client=request.client,
            at=timezone.now(),
        )  # fmt: skip
        return Response(status=status.HTTP_204_NO_CONTENT)


class Receipts(Public):
    parameters = frozenset()

    @extend_schema(exclude=True)
    def get(self, request: Request, manifest: str) -> Response:
        raise NotFound("softbinding.no_receipts", "Receipts are not given out here yet: see /services/capabilities.")


# --- the service itself -------------------------------------------------------------------------------------------


class SupportedAlgorithms(Public):
    parameters = frozenset()

    @extend_schema(
        operation_id="list_soft_binding_algorithms", auth=[], tags=TAGS, responses=AlgorithmsShape,
        examples=[OpenApiExample("With a watermark", response_only=True, value={
            "fingerprints": [{"alg": iscc.ALGORITHM}], "watermarks": [{"alg": "com.adobe.trustmark.P"}],
        })],
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """The algorithms by which something is found here."""
        bound = [{"alg": alg} for alg in soft_bindings.algorithms()]
        return Response({"fingerprints": [{"alg": iscc.ALGORITHM}], "watermarks": bound})


CAPABILITIES = {
    "c2paSpecificationVersion": SPECIFICATION,
    "supportedCapabilities": ["queryByContent", "queryByReference", "storeManifests", "storeBindings"],
}


class Capabilities(Public):
    parameters = frozenset()

    @extend_schema(
        operation_id="read_soft_binding_capabilities", auth=[], tags=TAGS, responses=CapabilitiesShape,
        examples=[OpenApiExample("What is offered", response_only=True, value=CAPABILITIES)],
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """What this service can do beyond the least that is asked of every one. Receipts are not among it."""
        return Response(CAPABILITIES)


class Status(Public):
    parameters = frozenset()

    @extend_schema(
        operation_id="read_soft_binding_status", auth=[], tags=TAGS, responses=StatusShape,
        examples=[OpenApiExample("It answers", response_only=True, value={"status": "ok"})],
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """Whether it can look things up at the moment."""
        return Response({"status": "ok" if soft_bindings.answers() else "down"}, headers={"Cache-Control": "no-store"})


def where() -> dict[str, str]:
    """Where the service is, as its well-known address announces it."""
    base = f"{settings.SITE_URL}{BASE}"
    return {
        "apiEndpoint": base, "c2paSpecificationVersion": SPECIFICATION,
        "capabilitiesEndpoint": f"{base}/services/capabilities", "statusEndpoint": f"{base}/services/status",
    }  # fmt: skip


class WellKnown(Public):
    parameters = frozenset()

    @extend_schema(
        operation_id="find_soft_binding_service", auth=[], tags=TAGS, responses=WhereShape,
        examples=[OpenApiExample("Where it is", response_only=True, value={
            "apiEndpoint": f"https://registry.example{BASE}", "c2paSpecificationVersion": SPECIFICATION,
            "capabilitiesEndpoint": f"https://registry.example{BASE}/services/capabilities",
            "statusEndpoint": f"https://registry.example{BASE}/services/status",
        })],
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """Where the Soft Binding Resolution API of this host is."""
        return Response(where(), headers={"Cache-Control": "public, max-age=3600"})


# --- small things -------------------------------------------------------------------------------------------------


def _told(matches: list[Match]) -> Response:
    told = [{"manifestId": one.manifest_id, "similarityScore": one.score} for one in matches]
    return Response({"matches": told}, headers={"Cache-Control": "no-store"})


def _read(form: type[serializers.Serializer], request: Request) -> dict[str, Any]:
    asked = form(data=request.data)
    if not asked.is_valid():
        raise Unfit(asked)
    return dict(asked.validated_data)


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


def _truth(request: Request, name: str) -> bool:
    given = request.query_params.get(name, "false").lower()
    if given not in ("true", "false"):
        raise UnreadableParameter([(f"/{name}", "It is true or false.")])
    return given == "true"

