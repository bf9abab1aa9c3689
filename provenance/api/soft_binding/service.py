"""The service itself: which algorithms it knows, what it can do, whether it answers, and where it is."""

from django.conf import settings
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from provenance import iscc, soft_bindings
from provenance.api.disclosures import Public
from provenance.api.soft_binding.bodies import TAGS
from provenance.manifest_stores import BASE

SPECIFICATION = "2.4"


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
