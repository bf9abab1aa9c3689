"""Anyone's questions to the registry: what is known of this file, or of the bytes with this fingerprint?"""

from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.http import parse_header_parameters
from django.views.decorators.cache import never_cache
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.parsers import BaseParser, DataAndFiles
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from provenance import counted_checks, verification
from provenance.api.forms import WholeForm, files_in
from provenance.monthly import FILE, HASH
from provenance.public import uploads
from provenance.spoken import spoken
from registry.permissions import limited


class Question(serializers.Serializer):
    file = serializers.FileField(help_text="The file to check")
    sidecar = serializers.FileField(required=False, help_text="Its credentials, where they are kept apart (.c2pa)")


class ConclusionShape(serializers.Serializer):
    state = serializers.CharField()
    text = serializers.CharField()
    details = serializers.JSONField(required=False)


class CodesShape(serializers.Serializer):
    success = serializers.ListField(child=serializers.CharField())
    informational = serializers.ListField(child=serializers.CharField())
    failure = serializers.ListField(child=serializers.CharField())


class EngineShape(serializers.Serializer):
    name = serializers.CharField()
    version = serializers.CharField(allow_blank=True)
    trust_list = serializers.DateField(allow_null=True)
    checked_at = serializers.DateTimeField()


class PossibleShape(serializers.Serializer):
    """A public work that the file may be a copy of: it looks or reads alike. Possible, and never proof."""

    text = serializers.CharField()
    credential = serializers.CharField()
    page = serializers.URLField()
    manifest = serializers.CharField(help_text="Its id, to be fetched at /api/softbinding/v1/manifests/")
    title = serializers.CharField()
    producer = serializers.CharField()
    signed_at = serializers.DateTimeField()
    similarity = serializers.IntegerField(min_value=0, max_value=100)


class ReportShape(serializers.Serializer):
    """The report; its JSON Schema, with every state, is at /schemas/report-1.json."""

    file = serializers.CharField()
    integrity = ConclusionShape()
    signature = ConclusionShape()
    trust = ConclusionShape()
    time_stamp = ConclusionShape()
    registry = ConclusionShape()
    extent = ConclusionShape()
    consent = ConclusionShape()
    ingredients = ConclusionShape()
    codes = CodesShape()
    engine = EngineShape()
    possible = PossibleShape(many=True, required=False, help_text="Of a file of which nothing surer is known")


class BareFile(BaseParser):
    """The file as the whole body, quicker than a form for large files; its name may stand in Content-Disposition."""

    media_type = "*/*"

    def parse(self, stream, media_type=None, parser_context=None) -> DataAndFiles:
        request = parser_context["request"]
        _, options = parse_header_parameters(request.headers.get("Content-Disposition", ""))
        return DataAndFiles({}, {"file": uploads.kept_for_now(stream, name=options.get("filename") or "file")})


FORMS = {"multipart/form-data": Question, "application/octet-stream": OpenApiTypes.BINARY}


@method_decorator(never_cache, name="dispatch")
class Verifications(APIView):
    """Check a file. It is read once and discarded; the answer is not kept."""

    authentication_classes: list = []
    permission_classes = [AllowAny]
    parser_classes = [WholeForm, BareFile]
    throttle_classes = [limited("verification")]

    @extend_schema(operation_id="check_file", request=FORMS, responses=ReportShape, auth=[])
    def post(self, request: Request) -> Response:
        uploads.refuse_unfit(request)
        with uploads.brought(files_in(request)) as (file, sidecar):
            report = verification.verify(
                path=file.temporary_file_path(), name=file.name, at=timezone.now(),
                sidecar=sidecar.temporary_file_path() if sidecar else None, sha256=getattr(file, "sha256", ""), copies=True,
            )  # fmt: skip
        counted_checks.note(FILE, at=timezone.now())
        return Response(spoken(report.as_dict()))


@method_decorator(never_cache, name="dispatch")
class VerificationByHash(APIView):
    """Ask by the SHA-256 of a file, without sending it. Unknown bytes are answered like any others."""

    authentication_classes: list = []
    permission_classes = [AllowAny]
    throttle_classes = [limited("window")]

    @extend_schema(operation_id="check_fingerprint", responses=ReportShape, auth=[])
    def get(self, request: Request, sha256: str) -> Response:
        report = verification.by_hash(sha256=sha256, at=timezone.now())
        counted_checks.note(HASH, at=timezone.now())
        return Response(spoken(report.as_dict()))
