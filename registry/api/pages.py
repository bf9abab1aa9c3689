"""Long lists in pages: a cursor that stays right while rows are added."""

import re

from rest_framework.exceptions import NotFound
from rest_framework.pagination import Cursor, CursorPagination
from rest_framework.request import Request

ROW = re.compile(r"[0-9]{1,18}", re.ASCII)


class NewestFirst(CursorPagination):
    """`?cursor=` leads to the next page, `?page_size=` up to two hundred."""

    ordering = "-id"
    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200

    def decode_cursor(self, request: Request) -> Cursor | None:
        """A cursor given out here stands at the id of a row; one that stands elsewhere was made up."""
        cursor = super().decode_cursor(request)
        if cursor and cursor.position is not None and not ROW.fullmatch(cursor.position):
            raise NotFound(self.invalid_cursor_message)
        return cursor
