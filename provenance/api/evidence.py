"""Evidence of an operation, sent while its asset waits: the plate it began from, or a matte of what it touched."""

from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from provenance import evidence, findings, submission
from provenance.api.assets import one, sent
from provenance.api.forms import WholeForm, files_in, refuse_unknown, texts_in
from provenance.api.submissions import LONGEST_ID
from provenance.models import Asset, Measured, OperationEvidence
from provenance.sent_files import SentFile
from registry.api.bodies import BoundedJSON, Exact
from registry.api.conditional import IF_MATCH, insist_on_match
from registry.api.schema import refusal
from registry.errors import Invalid
from registry.permissions import requires
from registry.receiving import announced_length

TEXTS = ("operation", "kind", "asset")
FILES = ("file", "output")


class EvidenceSent(serializers.Serializer):
    operation = serializers.CharField(help_text="The id of the operation in the declaration")
    kind = serializers.ChoiceField(OperationEvidence.Kind.choices)
    file = serializers.FileField(required=False, help_text="The plate or the matte; either this or `asset`")
    asset = serializers.CharField(required=False, help_text="The id of a signed asset known here, in place of a file")
    output = serializers.FileField(
        required=False, help_text="What the operation gave, where other operations followed; with `difference`"
    )


class EvidenceQuoted(Exact):
    """The same by the ids of uploads."""

    operation = serializers.CharField(max_length=200, help_text="The id of the operation in the declaration")
    kind = serializers.ChoiceField(OperationEvidence.Kind.choices)
    upload = serializers.CharField(max_length=LONGEST_ID, required=False, help_text="The plate or the matte; or `asset`")
    asset = serializers.CharField(max_length=LONGEST_ID, required=False, help_text="The id of a signed asset known here")
    output = serializers.CharField(max_length=LONGEST_ID, required=False, help_text="upl_…, with `difference`")

    def validate(self, given: dict[str, str]) -> dict[str, str]:
        if ("upload" in given) == ("asset" in given):
            raise serializers.ValidationError("Name either an upload, or a signed asset.")
        return given


class EvidenceTold(serializers.ModelSerializer):
    id = serializers.CharField(source="public_id")
    operation = serializers.CharField(source="operation.label")
    asset = serializers.CharField(source="known.public_id", allow_null=True, default=None)
    output_sha256 = serializers.CharField(allow_blank=True, help_text="Empty where the asset itself is the output")

    class Meta:
        model = OperationEvidence
        fields = ("id", "operation", "kind", "sha256", "size", "media_type", "asset", "output_sha256", "received_at")


class NumbersTold(serializers.Serializer):
    """As `manage.py measure --json` prints them; shares are fractions of the element."""

    element = serializers.CharField()
    track = serializers.IntegerField(required=False, help_text="Of several sound tracks, counted from 0")
    method = serializers.CharField()
    share = serializers.FloatField()
    error = serializers.FloatField()
    time_share = serializers.FloatField(allow_null=True)
    area_share = serializers.FloatField(allow_null=True)
    floor = serializers.FloatField(allow_null=True)
    ranges = serializers.ListField(child=serializers.DictField())
    remarks = serializers.ListField(child=serializers.CharField())


class DeclaredTold(serializers.Serializer):
    share = serializers.FloatField(allow_null=True)
    method = serializers.CharField()
    beyond = serializers.FloatField(allow_null=True, help_text="Measured, and not declared")


class MeasuredTold(serializers.ModelSerializer):
    operation = serializers.CharField(source="operation.label")
    text = serializers.SerializerMethodField()
    numbers = NumbersTold(allow_null=True)
    declared = DeclaredTold()
    stands = serializers.CharField(source="answer.stands", allow_null=True, default=None, help_text="As the desk answered")

    class Meta:
        model = Measured
        fields = ("operation", "kind", "evidence_sha256", "finding", "text", "numbers", "declared", "stands", "recorded_at")

    def get_text(self, row: Measured) -> str:
        return findings.sentence(row)


class AllEvidence(serializers.Serializer):
    sent = EvidenceTold(many=True, help_text="What was sent after the asset, the newest last")
    measured = MeasuredTold(many=True, help_text="What was measured by the evidence that counts now")


class Evidence(APIView):
    parser_classes = [WholeForm, BoundedJSON]

    def get_permissions(self):
        return [requires("assets:write" if self.request.method == "POST" else "assets:read")()]

    @extend_schema(
        operation_id="send_evidence", tags=["assets"], parameters=[IF_MATCH],
        request={"multipart/form-data": EvidenceSent, "application/json": EvidenceQuoted},
        examples=[OpenApiExample("By an upload", request_only=True, media_type="application/json", value={
            "operation": "op-1", "kind": "difference", "upload": "upl_6mZ3vJ9yQ0eWcXh1nB2kRg"})],
        responses={
            201: OpenApiResponse(EvidenceTold, description="Kept, or kept before; the asset is measured by it"),
            404: refusal(404), 409: refusal(409), 412: refusal(412), 413: refusal(413), 415: refusal(415), 422: refusal(422),
        },
    )  # fmt: skip
    def post(self, request: Request, asset: str) -> Response:
        """Send evidence of one operation while its asset is received or held. The newest evidence counts.

        With If-Match it is taken only if the evidence there is what you read (the ETag of GET at this address).
        """
        announced_length(request)
        found = one(request, asset)
        insist_on_match(request, _all(found))
        kept = _from_form(request, found) if isinstance(request.data, MultiValueDict) else _from_uploads(request, found)
        return Response(EvidenceTold(kept).data, status=status.HTTP_201_CREATED)

    @extend_schema(
        operation_id="list_evidence", tags=["assets"],
        responses={200: AllEvidence, 404: refusal(404)},
    )  # fmt: skip
    def get(self, request: Request, asset: str) -> Response:
        """The evidence sent for an asset, and what was measured by it: both numbers where they differ."""
        return Response(_all(one(request, asset)))


def _all(asset: Asset) -> dict[str, Any]:
    rows = OperationEvidence.objects.filter(operation__asset=asset).select_related("operation", "known")
    told: dict[str, Any] = AllEvidence({"sent": rows, "measured": findings.of(asset)}).data
    return told


def _from_form(request: Request, asset: Asset) -> OperationEvidence:
    refuse_unknown(request, known=(*TEXTS, *FILES))
    said, files = texts_in(request, needed=("operation", "kind"), maybe=("asset",)), files_in(request, but=TEXTS)
    return evidence.receive(
        asset, _given(files.get("file"), said.get("asset")), operation=said["operation"], kind=said["kind"],
        output=sent(files["output"]) if "output" in files else None, client=request.client, at=timezone.now(),
    )  # fmt: skip


def _from_uploads(request: Request, asset: Asset) -> OperationEvidence:
    asked = EvidenceQuoted(data=request.data)
    asked.is_valid(raise_exception=True)
    said = asked.validated_data
    given = evidence.Cited(said["asset"]) if "asset" in said else said["upload"]
    return submission.receive_evidence(
        asset, given, operation=said["operation"], kind=said["kind"], output=said.get("output", ""), client=request.client,
        at=timezone.now(),
    )  # fmt: skip


def _given(file: UploadedFile | None, asset: str | None) -> SentFile | evidence.Cited:
    if (file is None) == (not asset):
        raise Invalid("extent.evidence_unfit", "Send either the part “file”, or the part “asset” with the id of a signed asset.")
    return evidence.Cited(asset) if asset else sent(file)
