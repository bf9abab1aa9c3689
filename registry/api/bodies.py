"""What a program says in JSON, read no further than is accepted: it is held in memory whole."""

from io import BytesIO
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser


class BoundedJSON(JSONParser):
    """Of at most DATA_UPLOAD_MAX_MEMORY_SIZE bytes, and no deeper than Python reads."""

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        text = stream.read(limit + 1)
        if len(text) > limit:
            raise RequestDataTooBig
        try:
            return super().parse(BytesIO(text), media_type=media_type, parser_context=parser_context)
        except RecursionError as error:
            raise ParseError("JSON parse error - it is nested too deeply") from error
