"""For programs of the sandbox alone: samples to send with the answers expected, and answers in the place of a legal desk."""

import mimetypes
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from provenance import standing_in
from provenance.api.assets import AsItIs, AssetTold, one
from provenance.samples import handed_out
from registry.api.bodies import Exact
from registry.api.schema import refusal
from registry.permissions import requires
from registry.receiving import announced_length


class AnswerGiven(Exact):
    answer = serializers.ChoiceField(
        standing_in.ANSWERS, help_text="accept: whatever it waits for is settled, and it goes on; refuse: it is not signed"
    )


class SampleFile(serializers.Serializer):
    name = serializers.CharField(help_text="Fetched at /api/v1/samples/{name}")
    sha256 = serializers.CharField()
    size = serializers.IntegerField()


class ElementExpected(serializers.Serializer):
    element = serializers.CharField()
    share = serializers.FloatField(allow_null=True, help_text="To within 0.01")
    method = serializers.CharField()


class ExtentExpected(serializers.Serializer):
    band = serializers.CharField()
    elements = ElementExpected(many=True)


class AnswerExpected(serializers.Serializer):
    status = serializers.IntegerField(help_text="Of the answer to the sending")
    code = serializers.CharField(allow_null=True, help_text="Of the problem document, where it is refused at once")
    pointers = serializers.ListField(child=serializers.CharField(), help_text="Of its errors")
    state = serializers.CharField(allow_null=True, help_text="Where the asset stands once nothing but an answer is waited for")
    reason = serializers.CharField(allow_null=True, help_text="The code of what it waits for, or was refused for")
    extent = ExtentExpected(allow_null=True)
    sidecar = serializers.BooleanField()


class ThenExpected(serializers.Serializer):
    answer = serializers.ChoiceField(standing_in.ANSWERS)
    expected = AnswerExpected()


class SampleTold(serializers.Serializer):
    name = serializers.CharField()
    about = serializers.CharField()
    file = SampleFile()
    parts = serializers.DictField(child=SampleFile(), help_text="Files to send along, by the name of their part")
    declaration = serializers.DictField(help_text="To be sent as it is; its schema is at /schemas/declaration-1.json")
    after = serializers.ListField(child=serializers.CharField(), help_text="The samples that are to be sent before it")
    expected = AnswerExpected()
    then = ThenExpected(allow_null=True, help_text="How to answer for what is held, and what follows")


class ClearanceExpected(serializers.Serializer):
    outcome = serializers.ChoiceField(["permit", "review", "deny"])
    codes = serializers.ListField(child=serializers.CharField())


class SampleClearance(serializers.Serializer):
    name = serializers.CharField()
    about = serializers.CharField()
    question = serializers.DictField(help_text="To be sent as it is to POST /api/v1/clearances")
    expected = ClearanceExpected()


class FictionalPerson(serializers.Serializer):
    id = serializers.CharField()
    alias = serializers.CharField()
    outcome = serializers.ChoiceField(["permit", "review", "deny"])
    code = serializers.CharField(allow_null=True)
    about = serializers.CharField()


class SamplesTold(serializers.Serializer):
    """Its JSON Schema is at /schemas/samples-1.json."""

    version = serializers.IntegerField()
    production = serializers.CharField(help_text="The sandbox's production")
    people = FictionalPerson(many=True, help_text="Who is in it, and what is always answered about them")
    samples = SampleTold(many=True, help_text="In an order in which they can be sent")
    clearances = SampleClearance(many=True)


ACCEPT = OpenApiExample("Accept", value={"answer": "accept"}, request_only=True)
A_SAMPLE = OpenApiExample("One of each", response_only=True, value={
    "version": 1, "production": "prd_2Vf4pbhJn6dETrTdtawxmw",
    "people": [{"id": "per_9fK1sL4hWq0cY8dN2tRb7A", "alias": "Permit Person", "outcome": "permit", "code": None,
                "about": "Agreed to everything but the training of models, for the whole world."}],
    "samples": [{
        "name": "empty", "about": "A file without a byte in it.", "parts": {}, "after": [], "then": None,
        "file": {"name": "empty.jpg", "size": 0,
                 "sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
        "declaration": {"version": 1, "production": "prd_2Vf4pbhJn6dETrTdtawxmw", "title": "empty (empty.jpg)"},
        "expected": {"status": 422, "code": "media.empty", "pointers": [], "state": None, "reason": None, "extent": None,
                     "sidecar": False},
    }],
    "clearances": [{
        "name": "permit", "about": "Agreed to.", "expected": {"outcome": "permit", "codes": []},
        "question": {"production": "prd_2Vf4pbhJn6dETrTdtawxmw", "territories": ["US"], "depictions": [
            {"id": "who", "person": "per_9fK1sL4hWq0cY8dN2tRb7A", "role": "target_likeness", "modality": "face",
             "use": "de_aging"}]},
    }],
})  # fmt: skip


class SandboxAnswer(APIView):
    permission_classes = [requires("assets:write")]

    @extend_schema(
        operation_id="answer_in_sandbox", tags=["sandbox"], request=AnswerGiven, examples=[ACCEPT],
        responses={200: AssetTold, 404: refusal(404), 409: refusal(409), 422: refusal(422)},
    )  # fmt: skip
    def post(self, request: Request, asset: str) -> Response:
        """Answer for an asset of the sandbox that is held, where in earnest the studio's legal desk would.

        Accepting settles all that it waits for now; signing may find something else, which waits for an answer of its own.
        """
        announced_length(request)
        standing_in.insist(request.client)
        found = one(request, asset)
        given = AnswerGiven(data=request.data)
        given.is_valid(raise_exception=True)
        standing_in.answer(found, given.validated_data["answer"], client=request.client, at=timezone.now())
        return Response(AssetTold(one(request, asset), context={"request": request}).data)


class Samples(APIView):
    permission_classes = [requires("assets:read")]

    @extend_schema(operation_id="list_samples", tags=["sandbox"], responses=SamplesTold, examples=[A_SAMPLE])
    def get(self, request: Request) -> Response:
        """Some thirty small files, each with a declaration to send and the answer to expect, for a program to try itself on.

        What is expected holds for a file that is sent for the first time: the same file with the same declaration is the
        same asset, and what was declared of a file before binds whoever sends it again.
        """
        standing_in.insist(request.client)
        told: dict[str, Any] = handed_out.index(request.client.organisation, site=settings.SITE_URL)
        return Response(told)


class SampleContent(APIView):
    permission_classes = [requires("assets:read")]
    renderer_classes = [JSONRenderer, AsItIs]

    @extend_schema(
        operation_id="fetch_sample", tags=["sandbox"],
        responses={(200, "application/octet-stream"): OpenApiTypes.BINARY, 404: refusal(404)},
    )  # fmt: skip
    def get(self, request: Request, name: str) -> HttpResponse:
        """The file of a sample, as it is to be sent."""
        standing_in.insist(request.client)
        content = handed_out.content(name)
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, max-age=3600"}
        return HttpResponse(content, content_type=kind, headers=headers)
