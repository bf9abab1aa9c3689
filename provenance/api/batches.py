"""A hundred assets in one request, by the ids of their uploads, with an answer for each."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from provenance import submission
from provenance.api.assets import AssetTold, RoomInLine, one
from provenance.api.submissions import QUOTED, SubmissionAsked
from provenance.api.submissions import submission as read
from provenance.models import Asset
from provenance.submission import SequenceSubmission, Submission
from registry import problems
from registry.api.bodies import Exact
from registry.api.schema import refusal
from registry.errors import RegistryError
from registry.permissions import requires
from registry.receiving import announced_length

MOST_ITEMS = 100


class BatchAsked(Exact):
    items = SubmissionAsked(many=True)


class ItemTold(serializers.Serializer):
    """Either an asset, or why there is none; `status` is what the item would have been answered alone."""

    status = serializers.IntegerField()
    asset = AssetTold(required=False)
    problem = serializers.DictField(required=False, help_text="A problem document (RFC 9457); pointers lead into the item")


class BatchTold(serializers.Serializer):
    results = ItemTold(many=True, help_text="One for each item, in the same order")


class Batch(APIView):
    permission_classes = [requires("assets:write")]

    def get_throttles(self):
        return [*super().get_throttles(), RoomInLine()]

    @extend_schema(
        operation_id="send_assets", tags=["assets"], request=BatchAsked,
        responses={
            207: OpenApiResponse(BatchTold, description="Each item was answered by itself"), 413: refusal(413), 415: refusal(415),
            422: refusal(422),
        },
        examples=[
            OpenApiExample("Two shots", request_only=True, value={"items": [QUOTED, QUOTED | {
                "upload": "upl_x1Yt0sW6bN4oLq2uVf8KdA"}]}),
            OpenApiExample("One not complete", response_only=True, status_codes=["207"], value={"results": [{
                "status": 409, "problem": {
                    "type": "https://registry.example/problems/upload.incomplete", "status": 409, "code": "upload.incomplete",
                    "title": "It cannot be done in the present state", "instance": "/api/v1/assets/batch",
                    "request_id": "req_5d0b1u8XK2mVq7nCzT9sLw", "detail": "Of upload upl_x1Yt0sW6bN4oLq2uVf8KdA 1048576 of "
                    "4194304 bytes have arrived. Send the rest first.",
                    "errors": [{"pointer": "/upload", "code": "upload.incomplete", "detail": "…"}]}}]}),
        ],
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        """Send up to a hundred assets by the ids of their uploads. What is wrong with one spoils no other."""
        announced_length(request)
        items = _items(request.data)
        wanted = [_read(item) for item in items]
        taken = submission.receive_several(
            [one for one in wanted if not isinstance(one, Exception)], client=request.client, clock=timezone.now
        )
        results = [_told(request, one if isinstance(one, Exception) else next(taken)) for one in wanted]
        return Response({"results": results}, status=status.HTTP_207_MULTI_STATUS)


def _items(data: Any) -> list[Any]:
    """What the batch holds; what is wrong inside an item is that item's. Raises ValidationError for what is no batch."""
    items = data.get("items") if isinstance(data, dict) and set(data) == {"items"} else None
    if not isinstance(items, list) or not 1 <= len(items) <= MOST_ITEMS:
        sentence = f"Send a list of 1 to {MOST_ITEMS} items under this name, and nothing else."
        raise serializers.ValidationError({"items": [sentence]})
    return items


def _read(item: Any) -> Submission | SequenceSubmission | Exception:
    try:
        return read(item)
    except (serializers.ValidationError, RegistryError) as unfit:
        return unfit


def _told(request: Request, taken: Asset | Exception) -> dict[str, Any]:
    if isinstance(taken, Exception):
        problem = problems.of_one(taken, request._request)
        return {"status": problem["status"], "problem": problem}
    told = AssetTold(one(request, taken.public_id), context={"request": request}).data
    return {"status": status.HTTP_202_ACCEPTED, "asset": told}
