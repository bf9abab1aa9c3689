"""The operator's organisations at the desk: read here, made and changed by whoever runs the installation."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from registry import permissions
from registry.admin.lists import OwnRows
from registry.admin.record import history
from registry.desk.site import page
from registry.models import Organisation


@admin.register(Organisation)
class Organisations(OwnRows):
    reads = permissions.OPERATES
    rows_are = ("organisation", "organisations")
    about = "Yours. Where the worker finds the signing key is named here; the key itself is nowhere in these pages."
    list_display = ("name", "kind", "jurisdiction", "key_reference")
    search_fields = ("name",)
    ordering = ("name",)

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return self.model.objects.filter(pk__in=self.mine(request))

    def row(self, request: HttpRequest, key: str) -> HttpResponse:
        one = self.found(request, key)
        pairs = [
            ("Kind", one.get_kind_display()), ("Jurisdiction", one.jurisdiction), ("Signing key", one.key_reference),
            ("Members", one.memberships.count()), ("Programs", one.api_clients.count()), ("Id", one.public_id),
        ]  # fmt: skip
        return page(request, "desk/row.html", title=one.name, pairs=pairs, back=self.list_address,
                    back_words="Organisations", history=history(one.public_id))  # fmt: skip
