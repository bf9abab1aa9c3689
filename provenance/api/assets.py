"""A vendor's uploads: send a file with its declaration, follow it, fetch what was signed."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.http import FileResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from django_filters import rest_framework as filters
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.generics import GenericAPIView
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

from provenance import frame_numbers, intake, manifest_stores, queue, sequences, shelf, submission
from provenance.api import sequences as frames
from provenance.api.forms import FramesForm, files_in
from provenance.api.sequences import IndexJSON, SequenceTold
from provenance.api.submissions import EXAMPLES, SubmissionAsked
from provenance.api.submissions import submission as read_submission
from provenance.asset_history import history
from provenance.models import Asset, SequenceFrame, SigningJob
from registry import strict_json
from registry.api.pages import Ordered
from registry.api.parameters import FingerprintFilter, SeveralFilter
from registry.api.schema import refusal
from registry.errors import Conflict, Invalid, NotFound
from registry.permissions import requires
from registry.prepared import Prepared
from registry.receiving import LARGEST_TEXT, TextTooLarge, announced_length


class Sent(serializers.Serializer):
    """Each ingredient that is sent along is a further part, named as the declaration's `part` says."""

    file = serializers.FileField(required=False, help_text="The file to be signed; a frame sequence has frames instead")
    sequence = serializers.CharField(
        required=False,
        help_text="JSON: how the frames of a sequence are called, its rate and its gaps, each frame with its hash. May be "
        "left out: then the names of the frames' parts tell. Each frame is a further part, named as its file is",
    )
    declaration = serializers.CharField(help_text="JSON; its schema is at /schemas/declaration-1.json")


class ProblemTold(serializers.Serializer):
    code = serializers.CharField()
    detail = serializers.CharField()
    errors = serializers.ListField(child=serializers.DictField())
    decision = serializers.CharField()
    to_clear = serializers.ListField(child=serializers.CharField())


class StepTold(serializers.Serializer):
    at = serializers.DateTimeField()
    event = serializers.CharField()
    text = serializers.CharField()


class AssetBrief(serializers.ModelSerializer):
    id = serializers.CharField(source="public_id")
    production = serializers.CharField(source="production.public_id")
    state = serializers.ChoiceField(SigningJob.State.choices, source="job.state")
    changed_at = serializers.DateTimeField(source="job.changed_at")

    class Meta:
        model = Asset
        fields = (
            "id", "production", "title", "state", "sha256", "size", "media_type", "received_at", "changed_at", "sandbox"
        )  # fmt: skip


class AssetTold(AssetBrief):
    decision = serializers.CharField(source="decision.public_id")
    problem = ProblemTold(source="job.problem", allow_null=True)
    sequence = serializers.SerializerMethodField()
    history = serializers.SerializerMethodField()
    extent = serializers.SerializerMethodField()
    links = serializers.SerializerMethodField()

    class Meta:
        model = Asset
        fields = (*AssetBrief.Meta.fields, "decision", "problem", "sequence", "history", "extent", "links")

    @extend_schema_field(SequenceTold(allow_null=True))
    def get_sequence(self, asset: Asset) -> dict[str, Any] | None:
        """Of a frame sequence, what its frames are together; null for a file."""
        row = sequences.of(asset)
        return SequenceTold(row).data if row else None

    @extend_schema(responses=StepTold(many=True))
    def get_history(self, asset: Asset) -> list[dict[str, Any]]:
        return StepTold(history(asset), many=True).data

    def get_extent(self, asset: Asset) -> dict[str, Any] | None:
        """As it was signed; null until then."""
        credential = getattr(asset, "credential", None)
        return credential.extent if credential else None

    def get_links(self, asset: Asset) -> dict[str, str]:
        """Where the signed file, its sidecar and its public page are, once there are any. Of the sandbox nothing is public."""
        return links(asset, self.context["request"])


def links(asset: Asset, request: Request) -> dict[str, str]:
    def address(name: str, *given: str) -> str:
        return reverse(name, args=given, request=request)

    found = {"self": address("asset", asset.public_id), "evidence": address("asset-evidence", asset.public_id)}
    if sequences.of(asset):
        found |= {"frames": address("asset-frames", asset.public_id), "index": address("asset-sequence", asset.public_id)}
    credential = getattr(asset, "credential", None)
    if credential:
        found["content"] = address("asset-content", asset.public_id)
        if not asset.sandbox:
            found["credential"] = address("credential", credential.public_id)
        if credential.sidecar_key:
            found["sidecar"] = address("asset-sidecar", asset.public_id)
    return found


class Chosen(filters.FilterSet):
    state = SeveralFilter(
        field_name="job__state", choices=SigningJob.State.choices,
        help_text=f"One or several of {', '.join(SigningJob.State.values)}, parted by commas",
        error_messages={"invalid_choice": f"The states are {', '.join(SigningJob.State.values)}."},
    )  # fmt: skip
    production = filters.CharFilter(field_name="production__public_id", help_text="prd_…")
    sha256 = FingerprintFilter(field_name="sha256", help_text="Of the file as it was sent")
    title = filters.CharFilter(field_name="title", help_text="The whole title, as it was declared")
    changed_since = filters.IsoDateTimeFilter(
        field_name="job__changed_at", lookup_expr="gte", help_text="RFC 3339: whose state changed then or later",
        error_messages={"invalid": "Give a moment as in 2026-11-25T09:00:00Z; the plus sign of an offset is sent encoded."},
    )  # fmt: skip

    class Meta:
        model = Asset
        fields: list[str] = []


class InPages(Ordered):
    changes, row = "job__changed_at", "job__id"

    def paginate_queryset(self, queryset: QuerySet, request: Request, view: Any = None) -> list[Any]:
        states = _states(request)
        if len(states) > 1 and self.order(request) == "newest":
            queryset = queryset.filter(pk__in=list(self._of_each(states, queryset, request)))
        return super().paginate_queryset(queryset, request, view)

    def get_ordering(self, request: Request, queryset: QuerySet, view: APIView) -> tuple[str, ...]:
        """The same order either way. Named as the jobs' own column, it is that of the index on their vendor and state."""
        return ("-job__asset_id",) if len(_states(request)) == 1 else ("-id",)

    def _of_each(self, states: list[str], queryset: QuerySet, request: Request) -> Iterator[int]:
        """Of several states a page of each, read by that index: a database asked for all would read and sort all."""
        cursor, most = self.decode_cursor(request), self.get_page_size(request) + 1
        order = "job__asset_id"
        if cursor and cursor.position is not None:
            queryset = queryset.filter(**{f"{order}__{'gt' if cursor.reverse else 'lt'}": int(cursor.position)})
        most += cursor.offset if cursor else 0
        its = queryset.order_by(order if cursor and cursor.reverse else f"-{order}").values_list("pk", flat=True)
        for state in states:
            yield from its.filter(job__state=state)[:most]


def _states(request: Request) -> list[str]:
    return list(dict.fromkeys(one for one in request.query_params.get("state", "").split(",") if one))


class RoomInLine(BaseThrottle):
    """Asked before a file is read: nobody sends two gigabytes to be told that there is no room. Intake asks again."""

    def allow_request(self, request: Request, view: object) -> bool:
        if not getattr(view, "answered_before", False):  # registry.api.again
            queue.refuse_when_full(request.client, at=timezone.now())
        return True


class Assets(GenericAPIView):
    parser_classes = [FramesForm, IndexJSON]
    pagination_class = InPages
    serializer_class = AssetBrief
    filterset_class = Chosen
    queryset = Asset.objects.none()

    def get_permissions(self):
        scope = "assets:write" if self.request.method == "POST" else "assets:read"
        return [requires(scope)()]

    def get_throttles(self):
        return [*super().get_throttles(), *([RoomInLine()] if self.request.method == "POST" else [])]

    def get_queryset(self):
        return listed(self.request)

    @extend_schema(
        operation_id="send_asset", tags=["assets"], filters=False,
        request={"multipart/form-data": Sent, "application/json": SubmissionAsked}, examples=EXAMPLES,
        responses={
            202: OpenApiResponse(AssetTold, description="Accepted, or held for the legal desk; Location leads to it"),
            409: refusal(409), 413: refusal(413), 415: refusal(415), 422: refusal(422),
        },
    )
    def post(self, request: Request) -> Response:
        """Send a file and its declaration, or the frames of a sequence, in a form or by the ids of uploads.

        403 names exactly what consent does not cover.
        """
        announced_length(request)
        asset = _from_form(request) if isinstance(request.data, MultiValueDict) else _from_uploads(request)
        told = AssetTold(one(request, asset.public_id), context={"request": request}).data
        return Response(told, status=status.HTTP_202_ACCEPTED, headers={"Location": told["links"]["self"]})

    @extend_schema(
        operation_id="list_assets", tags=["assets"],
        responses={200: AssetBrief(many=True)},
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """Your assets, the newest first; with `order=changed`, those first whose state changed longest ago.

        To follow what becomes of them, ask with `order=changed` and `changed_since`, and on with `next` until there is
        none; then again from a minute before the last `changed_at` that you were told.
        """
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)


class OneAsset(APIView):
    permission_classes = [requires("assets:read")]

    @extend_schema(
        operation_id="read_asset", tags=["assets"],
        responses={200: AssetTold, 404: refusal(404)},
    )  # fmt: skip
    def get(self, request: Request, asset: str) -> Response:
        """Where an asset stands, how it came there, and where its signed file is."""
        return Response(AssetTold(one(request, asset), context={"request": request}).data)


class AsItIs(JSONRenderer):
    """Whatever kind of file is asked for, it is the one kept; what is not a file is JSON."""

    media_type = "*/*"


class Content(APIView):
    permission_classes = [requires("assets:read")]
    renderer_classes = [JSONRenderer, AsItIs]

    @extend_schema(
        operation_id="fetch_content", tags=["assets"], responses={(200, "application/octet-stream"): OpenApiTypes.BINARY}
    )
    def get(self, request: Request, asset: str) -> HttpResponseBase:
        """The signed file. Where its format carries no credentials: the untouched bytes, with a sidecar beside them.

        A frame sequence is a ZIP archive, not compressed: its index, its credentials, and every frame.
        """
        found = one(request, asset)
        if row := sequences.of(found):
            return frames.archive(_signed(found), row)
        credential = _signed(found)
        response = _download(credential.storage_key, found.title, "application/octet-stream")
        response["Link"] = manifest_stores.link(credential.manifest_label)
        return response


class Sidecar(APIView):
    permission_classes = [requires("assets:read")]
    renderer_classes = [JSONRenderer, AsItIs]

    @extend_schema(
        operation_id="fetch_sidecar", tags=["assets"], responses={(200, "application/c2pa"): OpenApiTypes.BINARY}
    )
    def get(self, request: Request, asset: str) -> FileResponse:
        """The credentials of a file whose format cannot carry them."""
        found = one(request, asset)
        key = _signed(found).sidecar_key
        if not key:
            raise NotFound("asset.no_sidecar", "This file carries its credentials inside; there is no sidecar.")
        return _download(key, f"{Path(found.title).stem}.c2pa", "application/c2pa")


class SequenceIndex(APIView):
    permission_classes = [requires("assets:read")]
    renderer_classes = [JSONRenderer, AsItIs]

    @extend_schema(
        operation_id="fetch_sequence_index", tags=["assets"],
        responses={(200, "application/json"): OpenApiTypes.BINARY, 404: refusal(404)},
    )
    def get(self, request: Request, asset: str) -> FileResponse:
        """The index of a frame sequence, byte for byte as it is signed; its schema is at /schemas/sequence-index-1.json."""
        found = one(request, asset)
        frames.row_of(found)
        return _download(_signed(found).storage_key, f"{Path(found.title).stem}.sequence.json", "application/json")


class Frames(GenericAPIView):
    permission_classes = [requires("assets:read")]
    pagination_class = frames.ByPlace
    serializer_class = frames.FrameTold
    queryset = SequenceFrame.objects.none()

    @extend_schema(
        operation_id="list_frames", tags=["assets"], filters=False,
        responses={200: frames.FrameTold(many=True), 404: refusal(404)},
    )
    def get(self, request: Request, asset: str) -> Response:
        """The frames of a sequence, by their numbers."""
        row = frames.row_of(one(request, asset))
        page = self.paginate_queryset(row.frames.all())
        pattern = frame_numbers.read_pattern(row.pattern)[0]
        return self.get_paginated_response(frames.FrameTold(page, many=True, context={"pattern": pattern}).data)


class OneFrame(APIView):
    permission_classes = [requires("assets:read")]
    renderer_classes = [JSONRenderer, AsItIs]

    @extend_schema(
        operation_id="fetch_frame", tags=["assets"],
        responses={(200, "application/octet-stream"): OpenApiTypes.BINARY, 404: refusal(404), 409: refusal(409)},
    )
    def get(self, request: Request, asset: str, number: str) -> FileResponse:
        """One frame of a signed sequence, by its number, byte for byte as it was received."""
        found = one(request, asset)
        name, frame = frames.frame_of(found, number)
        _signed(found)
        return _download(frame.storage_key, name, "application/octet-stream")


TOLD_WITH = ("production", "job", "credential", "decision", "sequence")


def visible(request: Request):
    return Asset.objects.seen_by(request.client).select_related(*TOLD_WITH)


def listed(request: Request):
    """What `visible` gives. A vendor without productions of its own is found by indexes that name the vendor; who sees
    assets on two grounds is not."""
    organisation = request.client.organisation
    if organisation.productions.exists():
        return visible(request)
    own = Asset.objects.filter(vendor=organisation, job__vendor=organisation, sandbox=request.client.sandbox)
    return own.select_related("production", "job")


# By whether the program is of the sandbox.
ONE = {
    sandbox: Prepared(
        lambda asset, organisation, sandbox=sandbox: Asset.objects.visible_to(organisation)
        .filter(public_id=asset, sandbox=sandbox)
        .select_related(*TOLD_WITH)
        .order_by()
    )
    for sandbox in (False, True)
}


def one(request: Request, asset: str) -> Asset:
    client = request.client
    found = next(iter(ONE[client.sandbox](asset, client.organisation_id)), None)
    if found is None:
        raise NotFound("asset.unknown", "There is no asset of that id.")
    return found


def _signed(asset: Asset):
    credential = getattr(asset, "credential", None)
    if credential is None:
        state = asset.job.get_state_display().lower()
        raise Conflict("asset.not_signed", f"There is no signed file yet: this asset is “{state}”.", state=asset.job.state)
    return credential


def _download(key: str, name: str, media_type: str) -> FileResponse:
    """Always as a file to keep, never shown in a page of this site."""
    response = FileResponse(shelf.opened(key), as_attachment=True, filename=name, content_type=media_type)
    response["Cache-Control"] = "private, no-store"
    return response


def _from_form(request: Request) -> Asset:
    declared = declared_in(request)
    parts = files_in(request, but=("declaration", frames.PART))
    index = request.data.get(frames.PART)
    file = parts.pop("file", None)
    if file is None and not frames.is_sent(parts, index, declared):
        raise Invalid("asset.no_file", "No file was sent. Send one as the part named “file”, its filename in UTF-8.")
    brought = {name: sent(part) for name, part in parts.items()}
    if file is None:
        return _sequence(request, index, declared, brought)
    return intake.receive(sent(file), declared, brought, client=request.client, at=timezone.now())


def _sequence(request: Request, index: bytes | UploadedFile | None, declared: Any, parts: dict[str, intake.SentFile]) -> Asset:
    found, ingredients = frames.apart(parts, declared)
    with shelf.scratch() as folder:
        gathered = sequences.gathered(frames.listed(index), found, folder=folder)
        return intake.receive_sequence(gathered, declared, ingredients, client=request.client, at=timezone.now())


def _from_uploads(request: Request) -> Asset:
    return submission.receive(read_submission(request.data), client=request.client, at=timezone.now())


def declared_in(request: Request) -> Any:
    """The declaration of a form as JSON values, from a part that is text or a file."""
    part: bytes | UploadedFile | None = request.data.get("declaration")
    text = part.read(LARGEST_TEXT + 1) if isinstance(part, UploadedFile) else part
    if not text:
        raise Invalid("declaration.missing", "No declaration was sent. Send it as JSON, in the part “declaration”.")
    if len(text) > LARGEST_TEXT:
        raise TextTooLarge
    try:
        return strict_json.read(text)
    except strict_json.NotJSON as error:
        raise Invalid("declaration.not_json", f"The declaration cannot be read as JSON: {error}.") from error


def sent(file: UploadedFile) -> intake.SentFile:
    """A file as the acts take it. Raises Invalid for one without bytes."""
    if not file.size:
        raise Invalid("media.empty", f"“{file.name}” is empty: it has no bytes at all. Send it again.")
    return intake.SentFile(file.name, Path(file.temporary_file_path()), file.sha256, file.size)
