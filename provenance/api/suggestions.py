"""What a file itself tells of its making, proposed for its declaration: the vendor confirms each, nothing is declared."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from provenance import trust, uploads
from provenance.api.assets import sent
from provenance.api.forms import WholeForm, files_in, refuse_unknown
from provenance.api.submissions import LONGEST_ID
from provenance.intake import SentFile
from registry.api.bodies import BoundedJSON, Exact
from registry.api.schema import refusal
from registry.errors import Invalid
from registry.permissions import requires
from registry.receiving import announced_length

CONFIRM = "Nothing of this is declared. Look at each value, correct it, and send what is so in the declaration."
SURE = ["stated", "likely", "possible"]


class ToRead(serializers.Serializer):
    file = serializers.FileField(help_text="A picture, film or sound as the tool wrote it, or an OpenTimelineIO timeline")


class UploadToRead(Exact):
    upload = serializers.CharField(max_length=LONGEST_ID, help_text="upl_…, a complete upload; it stays, and may be sent on")


class OtherTold(serializers.Serializer):
    """Another value for the same place, less sure or read elsewhere."""

    value = serializers.JSONField()
    source = serializers.CharField()
    where = serializers.CharField()
    sure = serializers.ChoiceField(SURE)


class SuggestionTold(OtherTold):
    pointer = serializers.CharField(help_text="JSON pointer (RFC 6901) into the proposed declaration")
    source = serializers.CharField(help_text="What it was read from, such as png:prompt or xmp:Iptc4xmpExt:AISystemUsed")
    where = serializers.CharField(help_text="The place within that")
    sure = serializers.ChoiceField(SURE, help_text="Written there, following from what is written, or only possible")
    others = OtherTold(many=True)


class MissingTold(serializers.Serializer):
    """What a declaration would need here, and the file does not tell."""

    pointer = serializers.CharField()
    text = serializers.CharField()


class PrivateTold(serializers.Serializer):
    """Something that may be nobody's business but yours, such as a prompt: not kept, not published, not declared."""

    name = serializers.CharField()
    value = serializers.CharField()
    source = serializers.CharField()


class ProposalTold(serializers.Serializer):
    media_type = serializers.CharField()
    sha256 = serializers.CharField()
    confirm = serializers.CharField(help_text="What is to be done with this, in a sentence")
    declaration = serializers.DictField(help_text="A fragment; see /schemas/declaration-1.json for the whole")
    suggestions = SuggestionTold(many=True, help_text="Each value in the fragment, with where it was read")
    missing = MissingTold(many=True)
    private = PrivateTold(many=True)
    remarks = serializers.ListField(child=serializers.CharField())


FOUND = OpenApiExample(
    "A picture from ComfyUI", response_only=True, status_codes=["200"],
    value={
        "media_type": "image/png", "sha256": "7d865e959b2466918c9863afca942d0fb89d7c9ac0c99bafc3749504ded97730",
        "confirm": CONFIRM,
        "declaration": {"operations": [{"id": "op-comfyui", "tool": {"name": "ComfyUI"},
                                        "model": {"name": "sd_xl_base_1.0", "type": "c2pa.types.model.pytorch"}}]},
        "suggestions": [
            {"pointer": "/operations/0/tool/name", "value": "ComfyUI", "source": "png:prompt", "where": "the chunk prompt",
             "sure": "stated", "others": []},
            {"pointer": "/operations/0/model/name", "value": "sd_xl_base_1.0", "source": "png:prompt",
             "where": "node 4 (CheckpointLoaderSimple)", "sure": "stated", "others": []},
            {"pointer": "/operations/0/model/type", "value": "c2pa.types.model.pytorch", "source": "png:prompt",
             "where": "the ending of its file", "sure": "likely", "others": []},
        ],
        "missing": [{"pointer": "/operations/0/technique", "text": "Say what was done: inpaint, background_generation, …"}],
        "private": [{"name": "prompt", "value": "a harbour at dusk", "source": "png:prompt, node 6 (CLIPTextEncode)"}],
        "remarks": [],
    },
)  # fmt: skip


QUOTED = OpenApiExample(
    "By an upload", request_only=True, media_type="application/json", value={"upload": "upl_6mZ3vJ9yQ0eWcXh1nB2kRg"}
)


class Suggestions(APIView):
    permission_classes = [requires("assets:write")]
    parser_classes = [WholeForm, BoundedJSON]

    @extend_schema(
        operation_id="suggest_declaration", summary="Read what a file tells of its making", tags=["declarations"],
        request={"multipart/form-data": ToRead, "application/json": UploadToRead},
        responses={200: ProposalTold, 409: refusal(409, "upload.*"), 413: refusal(413), 415: refusal(415), 422: refusal(422)},
        examples=[QUOTED, FOUND],
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        """Proposes parts of a declaration from what the file holds already, each with its source and how sure it is.

        Read are credentials (C2PA), IPTC's properties on AI in XMP, the program named in EXIF, IIM or EXR, the settings that
        ComfyUI, Stable Diffusion web UI, InvokeAI and NovelAI leave in pictures, and the clips and markers of
        OpenTimelineIO timelines. The file, or the upload quoted in its place, is read once; nothing more is kept of it, and
        nothing declared.
        """
        announced_length(request)
        with _given(request) as given:
            found = trust.sandbox().suggest(given.path)
        return Response({"sha256": given.sha256, "confirm": CONFIRM} | found)


@contextmanager
def _given(request: Request) -> Iterator[SentFile]:
    """The file to be read, from the form it was sent in, or the upload quoted in its place."""
    if not request.content_type.startswith("multipart/"):
        asked = UploadToRead(data=request.data)
        asked.is_valid(raise_exception=True)
        quoted = {"/upload": asked.validated_data["upload"]}
        with uploads.sent(quoted, client=request.client, at=timezone.now()) as files:
            yield files["/upload"]
        return
    refuse_unknown(request, known=("file",))
    file: UploadedFile | None = files_in(request).get("file")
    if file is None:
        raise Invalid("asset.no_file", "No file was sent. Send one as the part named “file”, its filename in UTF-8.")
    yield sent(file)
