"""Long lists in pages: a cursor that stays right while rows are added."""

import re
from typing import Any

from rest_framework.exceptions import NotFound
from rest_framework.pagination import Cursor, CursorPagination
from rest_framework.request import Request

from registry.api.parameters import UnreadableParameter

ROW = re.compile(r"[0-9]{1,18}", re.ASCII)
SIZE = re.compile(r"[0-9]{1,4}", re.ASCII)


class NewestFirst(CursorPagination):
    """`?cursor=` leads to the next page, `?page_size=` up to two hundred."""

    ordering = "-id"
    page_size = 50
    page_size_query_param = "page_size"
    page_size_query_description = "How many at a time: 1 to 200"
    max_page_size = 200

    def get_page_size(self, request: Request) -> int:
        said = request.query_params.get(self.page_size_query_param)
        if said is None:
            return self.page_size
        if not SIZE.fullmatch(said) or not 1 <= int(said) <= self.max_page_size:
            sentence = f"Ask for 1 to {self.max_page_size} at a time, in digits."
            raise UnreadableParameter([(f"/{self.page_size_query_param}", sentence)])
        return int(said)

    def decode_cursor(self, request: Request) -> Cursor | None:
        """A cursor given out here stands at the id of a row; one that stands elsewhere was made up."""
        cursor = super().decode_cursor(request)
        if cursor and cursor.position is not None and not ROW.fullmatch(cursor.position):
            raise NotFound(self.invalid_cursor_message)
        return cursor

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """As REST framework's, with what is null at either end said as OpenAPI 3.1 does."""
        told: dict[str, Any] = super().get_paginated_response_schema(schema)
        for name in ("next", "previous"):
            told["properties"][name]["type"] = ["string", "null"]
            told["properties"][name].pop("nullable", None)
        return told
