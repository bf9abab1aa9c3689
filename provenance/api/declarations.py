"""A declaration checked before anything is sent: what is wrong with it, all at once, and what it would be taken to mean."""

from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from provenance import checking, measured, trust, uploads
from provenance.api.assets import declared_in, sent
from provenance.api.forms import WholeForm, files_in
from provenance.api.submissions import LONGEST_ID
from provenance.intake import SentFile
from provenance.techniques import ELEMENTS
from registry.api.bodies import BoundedJSON, Exact
from registry.api.schema import refusal
from registry.permissions import requires
from registry.receiving import announced_length

LARGEST = 10**9
NO_FACTS: dict[str, Any] = {"width": None, "height": None, "frames": None, "seconds": None, "words": None}


class FileFacts(Exact):
    """What is known of the file before it exists, so that places and times can be held against it."""

    kind = serializers.ChoiceField(["image", "video", "audio", "text", "other"])
    width = serializers.IntegerField(min_value=1, max_value=LARGEST, required=False, help_text="Pixels")
    height = serializers.IntegerField(min_value=1, max_value=LARGEST, required=False, help_text="Pixels")
    frames = serializers.IntegerField(min_value=1, max_value=LARGEST, required=False)
    rate = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=LARGEST), min_length=2, max_length=2, required=False,
        help_text="Frames per second as a fraction: [24, 1] or [24000, 1001]",
    )  # fmt: skip
    seconds = serializers.FloatField(min_value=0, max_value=LARGEST, required=False)
    words = serializers.IntegerField(min_value=0, max_value=LARGEST, required=False)
    elements = serializers.ListField(
        child=serializers.ChoiceField(ELEMENTS), required=False, help_text="What it holds; left out, what is declared"
    )


class CheckAsked(Exact):
    declaration = serializers.DictField(help_text="As at /schemas/declaration-1.json")
    file = FileFacts(required=False)
    upload = serializers.CharField(
        max_length=LONGEST_ID, required=False,
        help_text="upl_…, a complete upload: the file itself, in place of what is known of it",
    )  # fmt: skip
    parts = serializers.ListField(
        child=serializers.CharField(max_length=300), max_length=1000, required=False,
        help_text="Names of the files that will be sent along; left out, nothing is said of those",
    )  # fmt: skip

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        if "file" in given and "upload" in given:
            raise serializers.ValidationError({"upload": "Quote the upload, or say what is known of the file, not both."})
        return given


class CheckSent(serializers.Serializer):
    """The declaration with the file itself, and any ingredients under the names that the declaration gives them."""

    declaration = serializers.CharField(help_text="JSON; its schema is at /schemas/declaration-1.json")
    file = serializers.FileField(required=False)


class FaultTold(serializers.Serializer):
    pointer = serializers.CharField(allow_blank=True, help_text="JSON pointer (RFC 6901) into the declaration")
    code = serializers.CharField()
    detail = serializers.CharField()


class AssumedTold(serializers.Serializer):
    """What is taken to be meant where the declaration says nothing."""

    pointer = serializers.CharField(allow_blank=True, help_text="Where it would stand; empty for what is not declared")
    value = serializers.JSONField()
    source = serializers.ChoiceField(["production", "unit", "schema", "technique"])
    text = serializers.CharField()


class OfferedTold(serializers.Serializer):
    """Somebody whom an earlier asset of yours, of the same shot, depicted."""

    asset = serializers.CharField()
    title = serializers.CharField()
    depiction = serializers.DictField()


class CheckTold(serializers.Serializer):
    valid = serializers.BooleanField()
    errors = FaultTold(many=True, help_text="At most 50")
    declaration = serializers.DictField(allow_null=True, help_text="Completed by what is assumed; null if it cannot be read")
    assumed = AssumedTold(many=True)
    offered = OfferedTold(many=True, help_text="Only where the declaration depicts nobody; nothing of it is assumed")


ASKED = OpenApiExample(
    "A shot, before it is rendered", request_only=True, media_type="application/json",
    value={
        "declaration": {
            "version": 1, "production": "prd_4fQ1mZ8s0aTtV2Lx9cKbWw", "unit": "sh114", "title": "harbor_sh114_v07.mov",
            "operations": [{"id": "op-1", "element": "picture", "technique": "cleanup", "tool": {"name": "Nuke"}, "whole": True}],
        },
        "file": {"kind": "video", "width": 1920, "height": 1080, "frames": 48, "rate": [24, 1]},
    },
)  # fmt: skip
QUOTED = OpenApiExample(
    "With the file as an upload", request_only=True, media_type="application/json",
    value={"declaration": ASKED.value["declaration"], "upload": "upl_6mZ3vJ9yQ0eWcXh1nB2kRg"},
)  # fmt: skip
VALID = OpenApiExample(
    "Valid", response_only=True, status_codes=["200"],
    value={
        "valid": True, "errors": [],
        "declaration": {
            "version": 1, "production": "prd_4fQ1mZ8s0aTtV2Lx9cKbWw", "title": "harbor_sh114_v07.mov", "units": ["sh114"],
            "act": "sign", "intended_release": {"territories": ["WORLD"]}, "complete": True,
        },
        "assumed": [{
            "pointer": "/intended_release/territories", "value": ["WORLD"], "source": "production",
            "text": "“Harbor” is to appear there; the declaration says nothing else.",
        }],
        "offered": [],
    },
)  # fmt: skip
FAULTY = OpenApiExample(
    "With faults", response_only=True, status_codes=["200"],
    value={
        "valid": False, "declaration": None, "assumed": [], "offered": [],
        "errors": [{
            "pointer": "/operations/0/technique", "code": "declaration.unknown_term",
            "detail": "'deaging' is not a known term: did you mean de_aging? All 38 are listed in /schemas/declaration-1.json.",
        }],
    },
)  # fmt: skip


class Checks(APIView):
    permission_classes = [requires("assets:write")]
    parser_classes = [BoundedJSON, WholeForm]

    @extend_schema(
        operation_id="check_declaration", summary="Check a declaration", tags=["declarations"],
        request={"application/json": CheckAsked, "multipart/form-data": CheckSent},
        responses={200: CheckTold, 409: refusal(409, "upload.*"), 413: refusal(413), 415: refusal(415), 422: refusal(422)},
        examples=[ASKED, QUOTED, VALID, FAULTY],
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        """Tells every fault of a declaration at once, with a JSON pointer to each, and what would be assumed.

        Alone it is held against its schema and the production; with a file, or what is known of one, against that as
        well. Nothing is kept, and consent is not asked: for that, see clearances. Whatever is found, the answer is 200.
        """
        announced_length(request)
        declared, found, parts = self._sent(request) if request.content_type.startswith("multipart/") else self._told(request)
        checked = checking.check(
            declared, client=request.client, at=timezone.now(), found=found, parts=parts
        )  # fmt: skip
        errors = [{"pointer": one.pointer, "code": one.code, "detail": one.detail} for one in checked.faults]
        return Response({
            "valid": checked.valid, "errors": errors[:50], "declaration": checked.declaration,
            "assumed": [{name: getattr(one, name) for name in ("pointer", "value", "source", "text")} for one in checked.assumed],
            "offered": list(checked.offered),
        })  # fmt: skip

    def _told(self, request: Request) -> tuple[Any, dict[str, Any] | None, list[str] | None]:
        asked = CheckAsked(data=request.data)
        asked.is_valid(raise_exception=True)
        given = asked.validated_data
        facts = given.get("file")
        found = NO_FACTS | {"elements": (), "fps": facts.get("rate")} | facts if facts else None
        if "upload" in given:
            with uploads.sent({"/upload": given["upload"]}, client=request.client, at=timezone.now()) as files:
                found = _measured(files["/upload"])
        return request.data["declaration"], found, given.get("parts")

    def _sent(self, request: Request) -> tuple[Any, dict[str, Any] | None, list[str] | None]:
        declared = declared_in(request)
        parts = files_in(request, but=("declaration",))
        file: UploadedFile | None = parts.pop("file", None)
        if file is None:
            return declared, None, list(parts) or None
        return declared, _measured(sent(file)), list(parts)


def _measured(file: SentFile) -> dict[str, Any]:
    """What the file itself says of its size and length, for places and times to be held against."""
    return measured.kept(trust.sandbox().examine(file.path, file.name))
