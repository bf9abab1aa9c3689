"""Long lists in pages: a cursor that stays right while rows are added, and costs the same however long the list is."""

import re
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from rest_framework.exceptions import NotFound
from rest_framework.pagination import Cursor, CursorPagination
from rest_framework.request import Request

from registry.api.parameters import UnreadableParameter

ROW = re.compile(r"[0-9]{1,18}", re.ASCII)
CHANGED = re.compile(r"([0-9T:.-]{19,26}\+00:00)~([0-9]{1,18})", re.ASCII)
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


class Ordered(NewestFirst):
    """`?order=newest`, or `?order=changed`: what changed longest ago first, going on only, so that who asks on with the
    last cursor is told every change once it came about. `changes` names the moment of the last change, and `row` the id of
    the row that has it: of several that changed at once none is passed over, even while another of them changes again."""

    order_query_param = "order"
    orders = ("newest", "changed")
    changes = "changed_at"
    row = "id"
    _after = ""

    def paginate_queryset(self, queryset: QuerySet, request: Request, view: Any = None) -> list[Any]:
        if self.order(request) == self.orders[0]:
            found: list[Any] = super().paginate_queryset(queryset, request, view)
            return found
        self.request, self.base_url, size = request, request.build_absolute_uri(), self.get_page_size(request)
        if cursor := CursorPagination.decode_cursor(self, request):
            at, row = _place(cursor)
            later = Q(**{f"{self.changes}__gt": at}) | Q(**{f"{self.row}__gt": row})
            queryset = queryset.filter(later, **{f"{self.changes}__gte": at})
        page = list(queryset.order_by(self.changes, self.row)[: size + 1])
        if len(page) > size:
            last = page[size - 1]
            position = f"{_value(last, self.changes).isoformat()}~{_value(last, self.row)}"
            self._after = self.encode_cursor(Cursor(offset=0, reverse=False, position=position))
        return page[:size]

    def get_next_link(self) -> str | None:
        return self._after or None if self.order(self.request) == self.orders[1] else super().get_next_link()

    def get_previous_link(self) -> str | None:
        return None if self.order(self.request) == self.orders[1] else super().get_previous_link()

    def order(self, request: Request) -> str:
        said = request.query_params.get(self.order_query_param, self.orders[0])
        if said not in self.orders:
            raise UnreadableParameter([(f"/{self.order_query_param}", f"Lists are ordered by {' or '.join(self.orders)}.")])
        return said

    def _get_position_from_instance(self, instance: Any, ordering: tuple[str, ...]) -> str:
        return str(_value(instance, ordering[0].removeprefix("-")))

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        order = {
            "name": self.order_query_param, "in": "query", "required": False,
            "schema": {"type": "string", "enum": [*self.orders], "default": self.orders[0]},
            "description": "newest: the last received first. changed: what changed longest ago first, for who follows changes",
        }  # fmt: skip
        return [*super().get_schema_operation_parameters(view), order]


def _place(cursor: Cursor) -> tuple[datetime, int]:
    """Where a cursor that was given out here stands."""
    found = CHANGED.fullmatch(cursor.position or "")
    try:
        if found and not cursor.reverse and not cursor.offset:
            return datetime.fromisoformat(found[1]), int(found[2])
    except ValueError:
        pass
    raise NotFound(NewestFirst.invalid_cursor_message)


def _value(instance: Any, column: str) -> Any:
    for step in column.split("__"):
        instance = getattr(instance, step)
    return instance
