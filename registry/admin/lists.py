"""Lists of what belongs to the reader's own organisations, a page for each row, and the list as a spreadsheet.

Nothing is changed or deleted here: every change is an act with a form of its own, every row of another tenant a 404.
"""

from collections.abc import Callable, Iterator
from html import unescape
from itertools import chain

from django.contrib import admin
from django.contrib.admin.utils import label_for_field, lookup_field
from django.contrib.admin.views.main import ChangeList
from django.core.paginator import Paginator
from django.db.models import Model, QuerySet
from django.db.models.functions import Length
from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.functional import cached_property
from django.utils.html import strip_tags

from registry import permissions, spreadsheets
from registry.errors import NotAllowed
from registry.models import Organisation

# How many rows a form proposes at once.
SUGGESTED = 10


class NotThisPage(NotAllowed):
    def __init__(self) -> None:
        super().__init__("desk.role", "Your role does not open this page. Ask a colleague whose role does, or your operator.")


def studios_open_to(request: HttpRequest, roles: tuple[str, ...]) -> QuerySet[Organisation]:
    """The organisations where the reader holds one of the roles; raises `NotThisPage` where there is none."""
    studios = permissions.organisations_where(request.user, roles)
    if not studios.exists():
        raise NotThisPage
    return studios


class UpTo(Paginator):
    """Pages whose rows are counted up to a number that nobody turns pages to, where to count them takes long."""

    MOST = 2_000

    @cached_property
    def count(self) -> int:
        return self.object_list.order_by()[: self.MOST].count()


class Rows(ChangeList):
    """The admin's list, whose rows lead to addresses nobody can count."""

    def url_for_result(self, result: Model) -> str:
        return self.model_admin.address(result)

    def get_results(self, request: HttpRequest) -> None:
        """Of all rows only the keys are put in order; what is asked of each row is asked of those on this page."""
        super().get_results(request)
        keys = list(self.result_list.values_list("pk", flat=True))
        rows = self.apply_select_related(self.model_admin.complete(self.root_queryset.filter(pk__in=keys)))
        found = {row.pk: row for row in rows}
        self.result_list = [found[key] for key in keys]


class OwnRows(admin.ModelAdmin):
    """`reads` may see the rows, `enters` may add to them; `belongs_to` leads from a row to its organisation."""

    reads: tuple[str, ...] = permissions.DESK
    enters: tuple[str, ...] = ()
    belongs_to = "studio"
    key = "public_id"
    about = ""
    # What a row is called, one and many.
    rows_are = ("row", "rows")
    # What the list is called, if not by its rows.
    heading = ""
    none_yet = "There is nothing here yet."
    add_words = ""
    # The column that says what a row is called, where forms propose rows while somebody writes (registry/admin/choosing.py).
    name_column = ""
    actions = None
    list_per_page = 50
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER

    # ── Who sees what ────────────────────────────────────────────────────────────────────────────────────────────

    def mine(self, request: HttpRequest) -> QuerySet[Organisation]:
        return permissions.organisations_where(request.user, self.reads)

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        mine = list(self.mine(request))
        # One is asked for by name: a database walks its rows in their order, where of several it must sort them.
        belongs = {self.belongs_to: mine[0]} if len(mine) == 1 else {f"{self.belongs_to}__in": mine}
        return super().get_queryset(request).filter(**belongs)

    def complete(self, rows: QuerySet) -> QuerySet:
        """The rows with what is only shown, and costs too much to ask of every row there is."""
        return rows

    def found(self, request: HttpRequest, key: str) -> Model:
        """The row, if there is one and it is the reader's; else a 404."""
        self.let_in(request, self.reads)
        return get_object_or_404(self.complete(self.get_queryset(request)), **{self.key: key})

    def let_in(self, request: HttpRequest, roles: tuple[str, ...]) -> None:
        studios_open_to(request, roles)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.mine(request).exists()

    def has_add_permission(self, request: HttpRequest) -> bool:
        return bool(self.enters) and permissions.organisations_where(request.user, self.enters).exists()

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    # ── Where its pages lie ──────────────────────────────────────────────────────────────────────────────────────

    def get_urls(self) -> list:
        return [
            self.at("", self.changelist_view, "changelist"),
            self.at("export/", self.export, "export"),
            *([self.at("suggest/", self.suggest, "suggest")] if self.name_column else []),
            *self.pages(),
            self.at("<str:key>/", self.row, "change"),
        ]

    def pages(self) -> list:
        """More addresses, before that of a row."""
        return []

    def at(self, route: str, view: Callable, name: str):
        return path(route, self.admin_site.admin_view(view), name=f"{self.named}_{name}")

    @property
    def named(self) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}"

    def address(self, row: Model, name: str = "change") -> str:
        return reverse(f"admin:{self.named}_{name}", args=[getattr(row, self.key)])

    @property
    def list_address(self) -> str:
        return reverse(f"admin:{self.named}_changelist")

    def row(self, request: HttpRequest, key: str) -> HttpResponse:
        raise NotImplementedError

    # ── The list ─────────────────────────────────────────────────────────────────────────────────────────────────

    def get_changelist(self, request: HttpRequest, **kwargs) -> type[ChangeList]:
        return Rows

    def changelist_view(self, request: HttpRequest, extra_context: dict | None = None) -> HttpResponse:
        self.let_in(request, self.reads)
        words = {
            "title": self.heading or self.rows_are[1].capitalize(), "about": self.about, "none_yet": self.none_yet,
            "add_words": self.add_words, "may_add": self.has_add_permission(request), "named": self.named,
            "queue": self.queue(request), "rows_are": self.rows_are,
        }  # fmt: skip
        return super().changelist_view(request, words | (extra_context or {}))

    def queue(self, request: HttpRequest) -> str:
        """What the list says of itself when a filter makes a worklist of it."""
        return ""

    def export(self, request: HttpRequest) -> StreamingHttpResponse:
        self.let_in(request, self.reads)
        shown = self.get_changelist_instance(request)
        response = StreamingHttpResponse(self._lines(shown), content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="{self.opts.model_name}.csv"'
        return response

    def suggest(self, request: HttpRequest) -> JsonResponse:
        """A few of the rows whose name holds what was written so far: the name, or the id where several are called alike."""
        self.let_in(request, self.reads)
        said = request.GET.get("said", "").strip()[:200]
        fitting = self.get_queryset(request).filter(**{f"{self.name_column}__icontains": said})
        shortest = fitting.order_by(Length(self.name_column), "pk")
        rows = list(shortest.values_list(self.name_column, "public_id")[:SUGGESTED]) if said else []
        names = [name for name, _ in rows]
        found = [{"write": name if names.count(name) == 1 else key, "words": name} for name, key in rows]
        return JsonResponse({"found": found})

    def _lines(self, shown: ChangeList) -> Iterator[str]:
        columns = [name for name in shown.list_display if name != "action_checkbox"]
        headings = [label_for_field(name, self.model, self).capitalize() for name in columns]
        rows = self.complete(shown.queryset).iterator(chunk_size=500)
        return spreadsheets.written(chain([headings], ([_text(name, row, self) for name in columns] for row in rows)))


def _text(name: str, row: Model, rows: OwnRows) -> str:
    value = lookup_field(name, row, rows)[2]
    display = getattr(row, f"get_{name}_display", None)
    if display is not None:
        return str(display())
    if hasattr(value, "__html__"):
        return unescape(strip_tags(value))
    return "" if value is None else str(value)
