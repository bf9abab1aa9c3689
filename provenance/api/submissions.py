"""How uploads are quoted in JSON: in place of the files of a form, by their ids."""

from typing import Any

from drf_spectacular.utils import OpenApiExample
from rest_framework import serializers

from provenance import sequence_index
from provenance.submission import SequenceSubmission, Submission
from registry.api.bodies import Exact

MOST_PARTS = 100
LONGEST_ID = 40
# A declaration has a schema of its own; what is wrong in it is told by that.
DECLARATION = {
    "version": 1, "production": "prd_3c1vQ0n5cXtqfYQmH8m9sg", "unit": "sh114", "title": "harbor_sh114_v07.mp4",
    "ingredients": [{"id": "plate", "relation": "parentOf", "part": "plate", "title": "sh114_plate.mov"}],
    "operations": [{"id": "op-1", "element": "picture", "technique": "de_aging", "depicts": ["mira"]}],
    "depictions": [{"id": "mira", "person": "per_9dXw2tq8QeKcG1b7c0Zy3A", "role": "target_likeness", "modality": "face"}],
}  # fmt: skip
QUOTED = {
    "upload": "upl_6mZ3vJ9yQ0eWcXh1nB2kRg", "declaration": DECLARATION, "parts": {"plate": "upl_c0P1aTqk8mB7xYw5dE3rHg"},
}  # fmt: skip
EXAMPLE = OpenApiExample("By uploads", request_only=True, media_type="application/json", value=QUOTED)
SEQUENCE = {
    "pattern": "sh010.%04d.exr", "rate": "24", "missing": [{"first": 1002, "last": 1003}],
    "frames": [
        {"number": 1001, "upload": "upl_6mZ3vJ9yQ0eWcXh1nB2kRg", "size": 14155776,
         "sha256": "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae"},
        {"number": 1004, "upload": "upl_c0P1aTqk8mB7xYw5dE3rHg"},
    ],
}  # fmt: skip
EXAMPLES = [
    EXAMPLE,
    OpenApiExample("A frame sequence by uploads", request_only=True, media_type="application/json",
                   value={"sequence": SEQUENCE, "declaration": DECLARATION | {"title": "harbor_sh010_v07", "ingredients": []}}),
]  # fmt: skip


class SubmissionAsked(Exact):
    """Each ingredient that was sent along is an upload, under the name that the declaration's `part` says."""

    upload = serializers.CharField(max_length=LONGEST_ID, required=False, help_text="upl_…, the file to be signed")
    sequence = serializers.DictField(
        required=False,
        help_text="In place of one file, the index of a frame sequence: pattern, rate, gaps (missing), and its frames, each "
        "with number and upload; sha256 and size are checked where they are given",
    )
    declaration = serializers.DictField(help_text="Its schema is at /schemas/declaration-1.json")
    parts = serializers.DictField(
        child=serializers.CharField(max_length=LONGEST_ID), required=False, help_text="Name of the part → upl_…"
    )

    def validate_parts(self, given: dict[str, str]) -> dict[str, str]:
        if len(given) > MOST_PARTS:
            raise serializers.ValidationError(f"At most {MOST_PARTS} parts are taken.")
        return given


    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        if ("upload" in given) == ("sequence" in given):
            raise serializers.ValidationError({"upload": "Name one upload to be signed, or a sequence of frames."})
        return given


def submission(data: Any) -> Submission | SequenceSubmission:
    """What a program says, as the acts take it. Raises ValidationError, and Unlisted for a sequence that is none."""
    asked = SubmissionAsked(data=data)
    asked.is_valid(raise_exception=True)
    given = asked.validated_data
    parts = given.get("parts", {})
    if "sequence" in given:
        return SequenceSubmission(sequence_index.read(given["sequence"]), given["declaration"], parts)
    return Submission(given["upload"], given["declaration"], parts)
