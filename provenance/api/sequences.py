"""Frame sequences at the hatch: taken out of a form, told frame by frame, fetched as one archive or one by one."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadedfile import UploadedFile
from django.http import StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from provenance import frame_archive, frame_numbers, sequence_index, sequences
from provenance.models import Asset, Credential, FrameSequence, SequenceFrame
from provenance.sent_files import SentFile
from provenance.sequence_index import Listed, Unlisted
from registry import strict_json
from registry.api.bodies import BoundedJSON
from registry.api.pages import NewestFirst
from registry.errors import Fault, NotFound
from registry.receiving import LARGEST_TEXT, TextTooLarge

PART = "sequence"
# Of an index that quotes a hundred thousand uploads.
LONGEST_INDEX = 24 * 1024 * 1024
MOST_VALUES = 700_000
NUMBERED = re.compile(r"[0-9][^/]*\.[A-Za-z0-9]{1,8}$")
NUMBER = re.compile(r"[0-9]{1,10}", re.ASCII)


# As the interface describes it.
FRAME = {
    "number": 1017, "place": 16, "name": "sh010.1017.exr", "size": 14155776,
    "sha256": "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae",
}  # fmt: skip


class IndexJSON(BoundedJSON):
    """What quotes uploads: as long as the index of the longest sequence may be, and without one as long as any request."""

    longest, most_values = LONGEST_INDEX, MOST_VALUES

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        data = super().parse(stream, media_type, parser_context)
        length = int(parser_context["request"].META.get("CONTENT_LENGTH") or 0)
        if length > settings.DATA_UPLOAD_MAX_MEMORY_SIZE and not (isinstance(data, Mapping) and PART in data):
            raise RequestDataTooBig
        return data


class SequenceTold(serializers.Serializer):
    """A frame sequence; `notes` are worth knowing and no fault."""

    pattern = serializers.CharField(help_text="How the frames are called")
    first = serializers.IntegerField()
    last = serializers.IntegerField()
    frames = serializers.IntegerField(source="count", help_text="How many there are")
    missing = serializers.ListField(child=serializers.DictField(child=serializers.IntegerField()), help_text="Gaps, as stated")
    rate = serializers.CharField(allow_blank=True, help_text="Frames per second, where stated")
    size = serializers.IntegerField(help_text="All frames together, in bytes")
    media_type = serializers.CharField(help_text="Of each frame")
    width = serializers.IntegerField(allow_null=True)
    height = serializers.IntegerField(allow_null=True)
    pixels = serializers.CharField(allow_blank=True)
    notes = serializers.ListField(child=serializers.CharField())
    merkle_root = serializers.CharField()


@extend_schema_serializer(examples=[OpenApiExample("A frame", value=FRAME)])
class FrameTold(serializers.ModelSerializer):
    name = serializers.SerializerMethodField()

    class Meta:
        model = SequenceFrame
        fields = ("number", "place", "name", "sha256", "size")

    def get_name(self, frame: SequenceFrame) -> str:
        name: str = self.context["pattern"].name(frame.number)
        return name


# --- taken out of a form ------------------------------------------------------------------------------------------


def is_sent(parts: Mapping[str, UploadedFile], index: Any, declared: Any) -> bool:
    """Whether a form without a file holds a sequence: by its index, or by files that are numbered and not declared."""
    undeclared = set(parts) - _ingredients(declared)
    return index is not None or any(NUMBERED.search(name) for name in undeclared)


def apart(parts: Mapping[str, SentFile], declared: Any) -> tuple[list[SentFile], dict[str, SentFile]]:
    """The frames, called as their parts are, and the files of the ingredients."""
    named = _ingredients(declared)
    frames = [SentFile(name, part.path, part.sha256, part.size) for name, part in parts.items() if name not in named]
    return frames, {name: part for name, part in parts.items() if name in named}


def listed(part: bytes | UploadedFile | None) -> Listed:
    """What the index says that came with a form; nothing where none came."""
    if part is None:
        return Listed()
    text = part.read(LARGEST_TEXT + 1) if isinstance(part, UploadedFile) else part
    if len(text) > LARGEST_TEXT:
        raise TextTooLarge
    try:
        data = strict_json.read(text)
    except strict_json.NotJSON as error:
        raise Unlisted([Fault("", "sequence.invalid", f"The index cannot be read as JSON: {error}.")]) from error
    if unfit := [Fault(at, "sequence.invalid", detail) for at, detail in strict_json.unfit(data, most=MOST_VALUES)]:
        raise Unlisted(unfit)
    return sequence_index.read(data)


def _ingredients(declared: Any) -> set[str]:
    """The parts that a declaration names; what it is, is for the declaration's own rules."""
    stated = declared.get("ingredients") if isinstance(declared, Mapping) else None
    found = (one.get("part") for one in stated if isinstance(one, Mapping)) if isinstance(stated, list) else ()
    return {part for part in found if isinstance(part, str)}


# --- told and fetched ---------------------------------------------------------------------------------------------


class ByPlace(NewestFirst):
    ordering = "id"


def row_of(asset: Asset) -> FrameSequence:
    found = sequences.of(asset)
    if found is None:
        raise NotFound("asset.no_frames", "This asset is a file and no frame sequence; fetch its content.")
    return found


def frame_of(asset: Asset, number: str) -> tuple[str, SequenceFrame]:
    """A frame by its number, with its file's name. Raises NotFound."""
    row = row_of(asset)
    wanted = int(number) if NUMBER.fullmatch(number) else -1
    frame = row.frames.filter(number=wanted).first() if 0 <= wanted <= frame_numbers.HIGHEST else None
    if frame is None:
        raise NotFound("asset.no_frame", f"This sequence has no frame of that number; its frames are {row.first} to {row.last}.")
    return frame_numbers.read_pattern(row.pattern)[0].name(frame.number), frame


def archive(credential: Credential, row: FrameSequence) -> HttpResponseBase:
    """The whole of a signed sequence as a file to keep."""
    name = f"{Path(credential.title).stem or 'sequence'}.zip"
    response = StreamingHttpResponse(frame_archive.pieces(credential, row), content_type="application/zip")
    response["Content-Disposition"] = content_disposition_header(True, name)
    response["Cache-Control"] = "private, no-store"
    return response
