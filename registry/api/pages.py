"""Long lists in pages: a cursor that stays right while rows are added."""

from rest_framework.pagination import CursorPagination


class NewestFirst(CursorPagination):
    """`?cursor=` leads to the next page, `?page_size=` up to two hundred."""

    ordering = "-id"
    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200
