"""What a program says in JSON, read no further than is accepted: it is held in memory whole."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from rest_framework import serializers
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser

from registry import strict_json
from registry.errors import Fault, Invalid

MOST_FAULTS = 50  # told at once


class Unfit(Invalid):
    """It is JSON, and holds what can be taken from nobody."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__("request.invalid", faults[0].detail, errors=faults)


class BoundedJSON(JSONParser):
    """Of at most DATA_UPLOAD_MAX_MEMORY_SIZE bytes, or `longest`, and nothing in it that strict_json refuses."""

    longest: int | None = None
    most_values = strict_json.MOST_VALUES

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        limit = self.longest or settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        text = stream.read(limit + 1)
        if len(text) > limit:
            raise RequestDataTooBig
        try:
            data = strict_json.read(text)
        except strict_json.NotJSON as error:
            raise ParseError(f"The request cannot be read as JSON: {error}") from error
        faults = tuple(Fault(at, "request.invalid", detail) for at, detail in strict_json.unfit(data, most=self.most_values))
        if faults:
            raise Unfit(faults[:MOST_FAULTS])
        return data


class Exact(serializers.Serializer):
    """Refuses a name it does not know: who misspells one would be answered to another question than was asked."""

    def to_internal_value(self, data: Any) -> Any:
        unknown = sorted(set(data) - set(self.fields)) if isinstance(data, Mapping) else []
        if unknown:
            raise serializers.ValidationError({name: ["This name is not known here."] for name in unknown})
        return super().to_internal_value(data)
