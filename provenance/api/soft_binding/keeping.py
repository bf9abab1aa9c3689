"""Manifests and bindings that programs keep here to be found, and the manifests themselves, by the same API."""

from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.parsers import BaseParser
from rest_framework.permissions import AllowAny
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import BaseThrottle

from provenance import manifest_stores, shelf
from provenance.api.assets import AsItIs
from provenance.api.disclosures import Public
from provenance.api.soft_binding.bodies import (
    ASKED_WRONGLY,
    LONGEST_ALGORITHM,
    LONGEST_VALUE,
    MANIFEST_ID,
    TAGS,
    Spoken,
    read_as,
    truth,
)
from provenance.printable import printable
from registry.api.bodies import Exact
from registry.api.schema import refusal
from registry.errors import NotFound, TooLarge, Unreadable
from registry.permissions import ClientCredentialsAuthentication, FairShare, limited, requires
from registry.receiving import announced_length

STORE = "application/c2pa"
LARGEST_STORE = 16 * 1024 * 1024
BOUND = OpenApiExample("A watermark", request_only=True, value={
    "bindingValue": "0b1c9d", "manifestId": MANIFEST_ID, "alg": "com.adobe.trustmark.P",
})  # fmt: skip
KEPT = OpenApiExample("Kept", response_only=True, value={"manifestId": MANIFEST_ID})
TOKEN_REFUSED = {401: refusal(401, "client.bad_token"), 403: refusal(403, "client.scope")}


class StoredShape(serializers.Serializer):
    manifestId = serializers.CharField()


class BindingStated(Exact):
    bindingValue = serializers.CharField(max_length=LONGEST_VALUE)
    manifestId = serializers.CharField(max_length=manifest_stores.LONGEST_LABEL)
    alg = serializers.CharField(required=False, max_length=LONGEST_ALGORITHM, help_text="Absent: found under any")


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
        alone = truth(request, "returnActiveManifest")
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
        if truth(request, "returnReceipt"):
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
        said = read_as(BindingStated, request)
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
