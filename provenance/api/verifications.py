"""Anyone's questions to the registry: what is known of this file, or of the bytes with this fingerprint?"""

import hashlib
import json
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.http import parse_header_parameters
from django.views.decorators.cache import never_cache
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.parsers import BaseParser, DataAndFiles
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from provenance import brief_checks, counted_checks, verdicts, verification
from provenance.api.forms import WholeForm, files_in
from provenance.api.public import FromAnyPage, unless_known
from provenance.monthly import FILE, HASH
from provenance.public import uploads
from provenance.report import Report
from provenance.spoken import spoken
from registry.api.bodies import BoundedJSON, Exact
from registry.api.parameters import UnreadableParameter
from registry.errors import Invalid
from registry.permissions import ClientCredentialsAuthentication, charge
from registry.receiving import announced_length

# A film takes longer to read than a picture, and counts for as much more; a fingerprint is looked up beside others.
BYTES_FOR_ONE = 64 * 1024**2
LOOK_UPS_FOR_ONE = 20


class NotKept(Invalid):
    """The report is longer than is kept."""

    def __init__(self) -> None:
        super().__init__("verification.not_kept", "The report on this file is too long to be kept. Ask without `keep`.")


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
    verdict = serializers.URLField(required=False, help_text="Where the check is kept, with `?keep=yes`")


class Fingerprints(serializers.ListField):
    """One fingerprint, or a list of them."""

    def to_internal_value(self, data: Any) -> list[str]:
        return super().to_internal_value([data] if isinstance(data, str) else data)


class HashQuestion(Exact):
    sha256 = Fingerprints(
        child=serializers.CharField(max_length=100, allow_blank=True, trim_whitespace=False), max_length=brief_checks.MOST,
        help_text="Of files signed here, or as they were before; 64 hexadecimal digits each. One may stand without the list",
    )  # fmt: skip


class ConclusionsShape(serializers.Serializer):
    """The state of each conclusion; what each means is in the report's JSON Schema."""

    integrity = serializers.CharField()
    signature = serializers.CharField()
    trust = serializers.CharField()
    time_stamp = serializers.CharField()
    registry = serializers.CharField()
    extent = serializers.CharField()
    consent = serializers.CharField()
    ingredients = serializers.CharField()


class BriefShape(serializers.Serializer):
    sha256 = serializers.CharField()
    state = serializers.ChoiceField(brief_checks.ANSWERS)
    conclusions = ConclusionsShape()
    credential = serializers.CharField(allow_null=True)
    page = serializers.URLField(allow_null=True)
    signed_by = serializers.CharField(allow_null=True)
    signed_at = serializers.DateTimeField(allow_null=True)
    extent = serializers.JSONField(help_text="null where it is not known, or state, band, text, elements")
    consent = serializers.JSONField(help_text="null where it is not known, or at_signing, now, may_continue, text")
    withdrawn_on = serializers.DateTimeField(allow_null=True, help_text="When a concern about these bytes was upheld")


class BriefsShape(serializers.Serializer):
    results = BriefShape(many=True)


class BareFile(BaseParser):
    """The file as the whole body, quicker than a form for large files; its name may stand in Content-Disposition."""

    media_type = "*/*"

    def parse(self, stream, media_type=None, parser_context=None) -> DataAndFiles:
        request = parser_context["request"]
        _, options = parse_header_parameters(request.headers.get("Content-Disposition", ""))
        return DataAndFiles({}, {"file": uploads.kept_for_now(stream, name=options.get("filename") or "file")})


ASKED = {"multipart/form-data": Question, "application/octet-stream": OpenApiTypes.BINARY, "application/json": HashQuestion}
KEEP = OpenApiParameter(
    "keep", str, enum=["yes"], description="Keep the check of a file, and answer with its address (`verdict`, Link)"
)
NOT_MODIFIED = OpenApiResponse(description="It is as it was when the ETag sent in If-None-Match was given")


class Check(FromAnyPage):
    """Whoever asks may sign in, and is then counted with nobody else; what is answered is the same."""

    authentication_classes = [ClientCredentialsAuthentication]
    permission_classes = [AllowAny]


@method_decorator(never_cache, name="dispatch")
class Verifications(Check):
    """Check a file, which is read once and discarded, or up to a thousand fingerprints, each answered in its turn.

    A file is answered with its report (200), fingerprints with a list of answers (207).
    The answer is not kept, nor who asked, nor about what. Only with `?keep=yes` is the check of a file kept: what was
    concluded and the fingerprint, neither the file nor its name. Every 64 MB of a file count as one check, and every twenty
    fingerprints as one look-up. JSON is a question about fingerprints; to check a file of JSON, send it in a form.
    """

    parser_classes = [WholeForm, BoundedJSON, BareFile]

    @extend_schema(
        operation_id="check_file", request=ASKED, responses={200: ReportShape, 207: BriefsShape}, auth=[], parameters=[KEEP]
    )
    def post(self, request: Request) -> Response:
        keep = _keep(request)
        if _is_json(request):
            return self._briefly(request)
        charge(request, "verification", 1 + announced_length(request._request) // BYTES_FOR_ONE)
        uploads.refuse_unfit(request)
        at = timezone.now()
        with uploads.brought(files_in(request)) as (file, sidecar):
            sha256 = getattr(file, "sha256", "")
            report = verification.verify(
                path=file.temporary_file_path(), name=file.name, at=at,
                sidecar=sidecar.temporary_file_path() if sidecar else None, sha256=sha256, copies=True,
            )  # fmt: skip
        counted_checks.note(FILE, at=at)
        told = spoken(report.as_dict())
        if not keep:
            return Response(told)
        address = _kept(report, sha256)
        return Response(told | {"verdict": address}, headers={"Link": f'<{address}>; rel="bookmark"'})

    def _briefly(self, request: Request) -> Response:
        charge(request, "window", 1)
        form = HashQuestion(data=request.data)
        form.is_valid(raise_exception=True)
        asked = form.validated_data["sha256"]
        if (more := -(-len(asked) // LOOK_UPS_FOR_ONE) - 1) > 0:
            charge(request, "window", more)
        told = spoken(brief_checks.of_hashes(asked, at=timezone.now()))
        counted_checks.note(HASH, len(asked), at=timezone.now())
        return Response({"results": told}, status=207)


class VerificationByHash(Check):
    """Ask by the SHA-256 of a file, without sending it. Unknown bytes are answered like any others."""

    @extend_schema(operation_id="check_fingerprint", responses={200: ReportShape, 304: NOT_MODIFIED}, auth=[])
    def get(self, request: Request, sha256: str) -> HttpResponse:
        charge(request, "window", 1)
        told = spoken(verification.by_hash(sha256=sha256, at=timezone.now()).as_dict())
        counted_checks.note(HASH, at=timezone.now())
        return unless_known(request, Response(told), tag_of_report(told))


def tag_of_report(told: dict[str, Any]) -> str:
    """A weak ETag: of all that is told but the moment, and the fingerprint, which the address has."""
    timeless = told | {"file": "", "engine": told["engine"] | {"checked_at": ""}}
    return f'W/"{hashlib.sha256(json.dumps(timeless, sort_keys=True).encode()).hexdigest()[:32]}"'


def _is_json(request: Request) -> bool:
    return (request.content_type or "").partition(";")[0].strip().lower() == "application/json"


def _keep(request: Request) -> bool:
    given = request.query_params.get("keep")
    if given not in (None, "yes"):
        raise UnreadableParameter([("/keep", "Say yes, or leave it out.")])
    if given and _is_json(request):
        raise UnreadableParameter([("/keep", "What is kept is the check of a file. Send the file.")])
    return given is not None


def _kept(report: Report, sha256: str) -> str:
    sealed = verdicts.offered(report, sha256=sha256)
    if not sealed:
        raise NotKept
    return f"{settings.SITE_URL}/v/{verdicts.keep(sealed, at=timezone.now()).public_id}"
