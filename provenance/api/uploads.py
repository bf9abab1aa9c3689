"""Uploads that resume: tus 1.0 (https://tus.io/protocols/resumable-upload), and parts that go to a bucket themselves.

Core, creation, creation-with-upload, checksum, termination and expiration, as `tus-js-client` speaks them. A program that
does not speak tus reads the same uploads as JSON with GET.
"""

import base64
import binascii
import re
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.http import http_date
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import UnsupportedMediaType
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.views import APIView

from provenance import upload_keeping, uploads
from provenance.models import Upload
from provenance.uploads import ALGORITHMS, Announced, BrokenOff, Checksum, NoRoom
from registry.api.bodies import Exact
from registry.api.pages import NewestFirst
from registry.api.schema import refusal
from registry.errors import Conflict, RegistryError, Unmet, Unreadable
from registry.lines import Line, Still
from registry.permissions import requires

VERSION = "1.0.0"
EXTENSIONS = "creation,creation-with-upload,checksum,termination,expiration"
BYTES = "application/offset+octet-stream"
WHOLE = re.compile("[0-9]{1,18}")
OVERRIDDEN = ("PATCH", "DELETE", "HEAD")
# How many addresses of parts are given out with a new upload, and at a time.
FIRST_ADDRESSES, MOST_ADDRESSES = 100, 1000
SHA256 = r"^[0-9a-f]{64}$"
ID = "upl_6mZ3vJ9yQ0eWcXh1nB2kRg"
FILM_SHA256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"

READABLE = {
    "id": ID, "state": "arriving", "filename": "harbor_sh114_v07.mp4", "size": 8589934592, "offset": 1073741824,
    "sha256": "", "part_size": None, "parts": None, "created_at": "2026-11-25T21:04:11.201337Z",
    "expires_at": "2026-11-28T21:31:40.118274Z", "links": {"self": f"https://registry.example/api/v1/uploads/{ID}"},
}  # fmt: skip


def header(name: str, description: str, *, required: bool = False, kind: type = str, **more: Any) -> OpenApiParameter:
    return OpenApiParameter(name, kind, OpenApiParameter.HEADER, required=required, description=description, **more)


def told_header(name: str, description: str, status_codes: list[str]) -> OpenApiParameter:
    return OpenApiParameter(name, str, OpenApiParameter.HEADER, response=status_codes, description=description)


RESUMABLE = header("Tus-Resumable", "The version of tus; 1.0.0", enum=[VERSION])
CHECKSUM = header("Upload-Checksum", "`sha1` or `sha256`, a space, and the digest of this body in Base64")


class UploadTold(serializers.ModelSerializer):
    id = serializers.CharField(source="public_id")
    sha256 = serializers.CharField(allow_blank=True, help_text="Of the whole, once it was read back; empty until then")
    part_size = serializers.IntegerField(allow_null=True, help_text="Bytes of each part but the last, where there are any")
    parts = serializers.SerializerMethodField()
    links = serializers.SerializerMethodField()

    class Meta:
        model = Upload
        fields = (
            "id", "state", "filename", "size", "offset", "sha256", "part_size", "parts", "created_at", "expires_at", "links",
        )  # fmt: skip

    def get_parts(self, upload: Upload) -> int | None:
        """How many parts it has, where they go to the bucket themselves."""
        return uploads.part_count(upload) if upload.in_parts else None

    def get_links(self, upload: Upload) -> dict[str, str]:
        """Where to ask after it, and where its parts are announced and joined."""
        request = self.context["request"]
        found = {"self": address(request, upload)}
        if upload.in_parts:
            found |= {
                name: reverse(f"upload-{name}", args=(upload.public_id,), request=request) for name in ("parts", "complete")
            }
        return found


class PartsBegun(Exact):
    """A file whose parts will be sent to the bucket, at addresses that are given out."""

    filename = serializers.CharField(max_length=uploads.LONGEST_NAME)
    size = serializers.IntegerField(min_value=1, max_value=2**50, help_text="Bytes")
    sha256 = serializers.RegexField(SHA256, help_text="Of the whole; it is accepted only if it arrives as that")
    parts = serializers.BooleanField(help_text="true; without it, speak tus")

    def validate_parts(self, given: bool) -> bool:
        if not given:
            raise serializers.ValidationError("Say true, or begin an upload by tus: Tus-Resumable and Upload-Length.")
        return given


class AddressTold(serializers.Serializer):
    number = serializers.IntegerField()
    url = serializers.CharField(help_text="PUT the part here; keep the ETag of the answer")


class AddressesTold(serializers.Serializer):
    addresses = AddressTold(many=True)
    addresses_expire_at = serializers.DateTimeField()


class UploadInPartsTold(UploadTold, AddressesTold):
    class Meta(UploadTold.Meta):
        fields = (*UploadTold.Meta.fields, "addresses", "addresses_expire_at")


class NumbersAsked(Exact):
    numbers = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=uploads.MOST_PARTS), min_length=1, max_length=MOST_ADDRESSES
    )


class PartSent(Exact):
    number = serializers.IntegerField(min_value=1, max_value=uploads.MOST_PARTS)
    etag = serializers.RegexField(r'^[!-~]{1,100}$', help_text="As the bucket answered when the part was PUT")


class PartsSent(Exact):
    parts = PartSent(many=True, max_length=uploads.MOST_PARTS)

    def validate_parts(self, given: list[dict[str, Any]]) -> list[dict[str, Any]]:
        if len({one["number"] for one in given}) < len(given):
            raise serializers.ValidationError("A part is named more than once.")
        return given


class Tus(APIView):
    """What all of tus's addresses have in common."""

    permission_classes = [requires("assets:write")]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        # Some proxies know no PATCH; tus has a way around them.
        asked = request.headers.get("X-HTTP-Method-Override", "").upper()
        if request.method == "POST" and asked in OVERRIDDEN:
            request.method = asked
        return super().dispatch(request, *args, **kwargs)

    def get_permissions(self) -> list[Any]:
        """What this server speaks may be asked by anybody."""
        return [] if self.request.method == "OPTIONS" else super().get_permissions()

    def options(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        answer = Response(status=status.HTTP_204_NO_CONTENT)
        answer["Tus-Version"], answer["Tus-Extension"] = VERSION, EXTENSIONS
        answer["Tus-Max-Size"] = str(settings.MAX_RESUMABLE_BYTES)
        answer["Tus-Checksum-Algorithm"] = ",".join(ALGORITHMS)
        return answer

    def handle_exception(self, exc: Exception) -> Response:
        answer = super().handle_exception(exc)
        offset = exc.extra.get("offset") if isinstance(exc, RegistryError) else None
        if offset is not None:
            answer["Upload-Offset"] = str(offset)
        if isinstance(exc, Unmet):
            answer["Tus-Version"] = VERSION
        return answer

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        response = super().finalize_response(request, response, *args, **kwargs)
        response["Tus-Resumable"] = VERSION
        response["Cache-Control"] = "no-store"
        return response


class Uploads(Tus, GenericAPIView):
    pagination_class = NewestFirst
    serializer_class = UploadTold
    queryset = Upload.objects.none()

    def get_queryset(self) -> Any:
        return Upload.objects.seen_by(self.request.client)

    @extend_schema(
        operation_id="begin_upload", tags=["uploads"], filters=False,
        request={"application/json": PartsBegun, BYTES: bytes},
        parameters=[
            RESUMABLE, CHECKSUM,
            header("Upload-Length", "How many bytes the file has", kind=int),
            header("Upload-Metadata", "`filename` and, to be checked, `sha256` (hexadecimal), each with its value in Base64"),
            told_header("Location", "Where the upload is", ["201"]),
            told_header("Upload-Offset", "How much of it has arrived, where its beginning came along", ["201"]),
            told_header("Upload-Expires", "Until when it is kept if nothing more arrives", ["201"]),
        ],
        examples=[
            OpenApiExample("Parts to a bucket", request_only=True, media_type="application/json", value={
                "filename": "harbor_sh114_v07.mp4", "size": 8589934592, "sha256": FILM_SHA256, "parts": True}),
            OpenApiExample("Parts to a bucket", response_only=True, status_codes=["201"], value=READABLE | {
                "offset": 0, "part_size": 67108864, "parts": 128, "addresses_expire_at": "2026-11-25T22:04:11.201337Z",
                "addresses": [{"number": 1, "url": "https://files.example/countersign/uploads/…?partNumber=1&X-Amz-Signature=…"}],
            }),
        ],
        responses={
            201: OpenApiResponse(UploadInPartsTold, description="Begun. Tus is answered by headers alone, without a body"),
            409: refusal(409), 412: refusal(412), 413: refusal(413), 415: refusal(415), 422: refusal(422), 460: refusal(460),
        },
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        """Begin an upload: by tus with `Upload-Length`, or as JSON where parts go to a bucket themselves."""
        if "Upload-Length" in request.headers or "Tus-Resumable" in request.headers:
            return self._by_tus(request)
        return self._in_parts(request)

    @extend_schema(
        operation_id="list_uploads", tags=["uploads"], responses=UploadTold(many=True),
        examples=[OpenApiExample("Half arrived", response_only=True, value=READABLE)],
    )
    def get(self, request: Request) -> Response:
        """Your uploads that are kept at the moment, the newest first."""
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    def _by_tus(self, request: Request) -> Response:
        _speaks_tus(request)
        if not upload_keeping.by_tus():
            detail = "Files go to the bucket in parts here: send JSON with filename, size, sha256 and parts true."
            raise Conflict("upload.tus_not_here", detail)
        body = body_of(request)
        if not isinstance(body, Still) or not body.whole:
            _is_bytes(request, needed=bool(request.content_type))
        said = Announced(_whole(request, "Upload-Length"), *_metadata(request))
        checksum = _checksum(request)
        upload = uploads.create(said, client=request.client, at=timezone.now())
        answer = Response(status=status.HTTP_201_CREATED, headers={"Location": address(request, upload)})
        if request.content_type == BYTES:
            upload = _with_its_beginning(upload, body, checksum)
            answer["Upload-Offset"] = str(upload.offset)
        answer["Upload-Expires"] = http_date(upload.expires_at.timestamp())
        return answer

    def _in_parts(self, request: Request) -> Response:
        asked = PartsBegun(data=request.data)
        asked.is_valid(raise_exception=True)
        if not upload_keeping.in_parts():
            detail = "Files are sent here by tus 1.0, not in parts: POST with Tus-Resumable and Upload-Length, then PATCH."
            raise Conflict("upload.parts_not_here", detail)
        at = timezone.now()
        said = Announced(asked.validated_data["size"], asked.validated_data["filename"], asked.validated_data["sha256"])
        upload = uploads.create(said, client=request.client, at=at, in_parts=True)
        first = range(1, min(uploads.part_count(upload), FIRST_ADDRESSES) + 1)
        told = UploadTold(upload, context={"request": request}).data | _addresses(upload, list(first))
        return Response(told, status=status.HTTP_201_CREATED, headers={"Location": address(request, upload)})


class OneUpload(Tus):
    @extend_schema(
        operation_id="read_upload", tags=["uploads"],
        responses={200: UploadTold, 404: refusal(404), 410: refusal(410)},
        examples=[OpenApiExample("An eighth arrived", response_only=True, value=READABLE)],
    )
    def get(self, request: Request, upload: str) -> Response:
        """An upload as JSON. `complete` can be quoted; `checking` is being hashed; how far `arriving` is, HEAD tells exactly."""
        return Response(UploadTold(one(request, upload), context={"request": request}).data)

    def head(self, request: Request, upload: str) -> Response:
        """How far an upload is. Described in provenance/api/tus_described.py: the generator passes over HEAD."""
        _speaks_tus(request)
        return _standing(Response(), uploads.settled(one(request, upload)))

    @extend_schema(
        operation_id="continue_upload", tags=["uploads"], request={BYTES: bytes},
        parameters=[
            header("Tus-Resumable", "The version of tus; 1.0.0", required=True, enum=[VERSION]), CHECKSUM,
            header("Upload-Offset", "Where the body belongs: how far the upload is", required=True, kind=int),
            told_header("Upload-Offset", "How far it is now", ["204", "409", "503"]),
            told_header("Upload-Expires", "Until when it is kept if nothing more arrives", ["204"]),
        ],
        responses={
            204: OpenApiResponse(description="All of the body is kept"), 404: refusal(404), 409: refusal(409), 410: refusal(410),
            412: refusal(412), 413: refusal(413), 415: refusal(415), 423: refusal(423), 460: refusal(460),
        },
    )  # fmt: skip
    def patch(self, request: Request, upload: str) -> Response:
        """Add bytes where the upload stands. Of a line that breaks off what had arrived is kept, but under a checksum nothing."""
        _speaks_tus(request, needed=True)
        _is_bytes(request, needed=True)
        offset, checksum = _whole(request, "Upload-Offset"), _checksum(request)
        found = uploads.append(
            one(request, upload), body_of(request), offset=offset, checksum=checksum, clock=timezone.now
        )
        return _standing(Response(status=status.HTTP_204_NO_CONTENT), found)

    @extend_schema(
        operation_id="end_upload", tags=["uploads"], parameters=[RESUMABLE],
        responses={
            204: OpenApiResponse(description="Nothing of it is kept"), 404: refusal(404), 410: refusal(410), 412: refusal(412),
            423: refusal(423),
        },
    )  # fmt: skip
    def delete(self, request: Request, upload: str) -> Response:
        """End an upload: nothing of it stays. What was made of it already is not touched."""
        _speaks_tus(request)
        uploads.terminate(one(request, upload))
        return Response(status=status.HTTP_204_NO_CONTENT)


class Parts(Tus):
    @extend_schema(
        operation_id="address_parts", tags=["uploads"], request=NumbersAsked,
        responses={200: AddressesTold, 404: refusal(404), 409: refusal(409), 410: refusal(410), 422: refusal(422)},
        examples=[
            OpenApiExample("Two more", request_only=True, value={"numbers": [101, 102]}),
            OpenApiExample("Two more", response_only=True, value={
                "addresses": [{"number": number, "url": f"https://files.example/countersign/uploads/…?partNumber={number}&…"}
                              for number in (101, 102)], "addresses_expire_at": "2026-11-25T23:04:11.201337Z"}),
        ],
    )  # fmt: skip
    def post(self, request: Request, upload: str) -> Response:
        """Where parts may be PUT, for an hour: for the next ones, or for those whose address has expired."""
        asked = NumbersAsked(data=request.data)
        asked.is_valid(raise_exception=True)
        return Response(_addresses(one(request, upload), sorted(set(asked.validated_data["numbers"]))))


class Complete(Tus):
    @extend_schema(
        operation_id="join_parts", tags=["uploads"], request=PartsSent,
        responses={
            202: OpenApiResponse(UploadTold, description="Joined; a worker reads it once to hash it. Ask with GET"),
            404: refusal(404), 409: refusal(409), 410: refusal(410), 422: refusal(422), 460: refusal(460),
        },
        examples=[
            OpenApiExample("Both parts", request_only=True, value={"parts": [
                {"number": 1, "etag": '"d8e8fca2dc0f896fd7cb4cb0031ba249"'},
                {"number": 2, "etag": '"126a8a51b9d1bbd07fddc65819a542c3"'}]}),
            OpenApiExample("Being hashed", response_only=True, status_codes=["202"], value=READABLE | {
                "state": "checking", "offset": 0, "part_size": 67108864, "parts": 128}),
        ],
    )  # fmt: skip
    def post(self, request: Request, upload: str) -> Response:
        """All parts were PUT: tell the ETag of each. Asked twice, it is answered as the first time."""
        asked = PartsSent(data=request.data)
        asked.is_valid(raise_exception=True)
        parts = {part["number"]: part["etag"] for part in asked.validated_data["parts"]}
        joined = uploads.join(one(request, upload), parts, at=timezone.now())
        return Response(UploadTold(joined, context={"request": request}).data, status=status.HTTP_202_ACCEPTED)


def one(request: Request, upload: str) -> Upload:
    return uploads.found(upload, client=request.client, at=timezone.now())


def address(request: Request, upload: Upload) -> str:
    return reverse("upload", args=(upload.public_id,), request=request)


def body_of(request: Request) -> Line | Still:
    """The body as it arrives, not read by anybody yet."""
    stream = request.META["wsgi.input"]
    return stream if isinstance(stream, Line) else Still(stream, int(request.META.get("CONTENT_LENGTH") or 0))


def _with_its_beginning(upload: Upload, body: Line | Still, checksum: Checksum | None) -> Upload:
    """What came along with the creation. Where not all of it came, the upload is begun all the same, and goes on."""
    try:
        return uploads.append(upload, body, offset=0, checksum=checksum, clock=timezone.now)
    except (BrokenOff, NoRoom):
        upload.refresh_from_db()
        return upload
    except RegistryError:
        uploads.let_go(upload.public_id)
        raise


def _standing(answer: Response, upload: Upload) -> Response:
    answer["Upload-Offset"], answer["Upload-Length"] = str(upload.offset), str(upload.size)
    answer["Upload-Expires"] = http_date(upload.expires_at.timestamp())
    if upload.metadata:
        answer["Upload-Metadata"] = upload.metadata
    return answer


def _addresses(upload: Upload, numbers: list[int]) -> dict[str, Any]:
    told = {
        "addresses": [{"number": number, "url": url} for number, url in uploads.part_addresses(upload, numbers).items()],
        "addresses_expire_at": timezone.now() + timedelta(seconds=uploads.PART_ADDRESS_SECONDS),
    }
    return AddressesTold(told).data


# --- what tus says in headers --------------------------------------------------------------------------------------


class UnreadableHeader(Unreadable):
    def __init__(self, name: str, sentence: str) -> None:
        super().__init__("upload.header", f"The header {name} cannot be read: {sentence}", header=name)


def _speaks_tus(request: Request, *, needed: bool = False) -> None:
    said = request.headers.get("Tus-Resumable")
    if said != VERSION and (needed or said is not None):
        raise Unmet("upload.version", f"This server speaks tus {VERSION}. Send “Tus-Resumable: {VERSION}”.")


def _is_bytes(request: Request, *, needed: bool) -> None:
    if needed and request.content_type.partition(";")[0].strip() != BYTES:
        raise UnsupportedMediaType(request.content_type, f"Bytes of an upload are sent as Content-Type: {BYTES}.")


def _whole(request: Request, name: str) -> int:
    said = request.headers.get(name, "")
    if not WHOLE.fullmatch(said):
        raise UnreadableHeader(name, "it is a number of bytes, in digits, and has to be sent.")
    return int(said)


def _metadata(request: Request) -> tuple[str, str, str]:
    """The file's name and its hash, if they were told, and the header as it was sent."""
    said = request.headers.get("Upload-Metadata", "")
    found: dict[str, str] = {}
    for pair in filter(None, (one.strip() for one in said.split(","))):
        key, _, value = pair.partition(" ")
        if key in found or not said.isascii():
            raise UnreadableHeader("Upload-Metadata", "each key comes once, in ASCII.")
        try:
            found[key] = base64.b64decode(value.strip(), validate=True).decode()
        except (binascii.Error, UnicodeDecodeError) as error:
            raise UnreadableHeader("Upload-Metadata", "each value is Base64 of UTF-8 text.") from error
    name = found.get("filename", found.get("name", ""))
    if "\0" in name:
        raise UnreadableHeader("Upload-Metadata", "a file's name has no NUL in it.")
    return name, found.get("sha256", "").lower(), said


def _checksum(request: Request) -> Checksum | None:
    said = request.headers.get("Upload-Checksum")
    if said is None:
        return None
    algorithm, _, value = said.strip().partition(" ")
    if algorithm not in ALGORITHMS:
        raise UnreadableHeader("Upload-Checksum", f"it names one of {', '.join(ALGORITHMS)}, and the digest in Base64.")
    try:
        return Checksum(algorithm, base64.b64decode(value.strip(), validate=True))
    except binascii.Error as error:
        raise UnreadableHeader("Upload-Checksum", "the digest is Base64.") from error
