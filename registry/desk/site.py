"""The desk's frame: who may come in, where its pages lie, and what stands at the top of each."""

from django.contrib import admin
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.urls import NoReverseMatch, include, path, reverse

from registry import permissions

ROOMS = ("registry", "consent", "provenance")
LEGAL_AND_OPERATORS = (*permissions.READS_CONSENT, permissions.Role.DPO, permissions.Role.OPERATOR)
# By the menu it lies in, if in one: what it is called, where it is, and who sees it. Rooms above this one are named as
# strings only.
NAVIGATION = (
    ("", (
        ("Worklists", "admin:index", permissions.DESK),
        ("Can we use it?", "admin:consent_decision_ask", permissions.READS_CONSENT),
        ("Consent files", "admin:consent_grant_changelist", permissions.READS_CONSENT),
    )),
    ("Cast and works", (
        ("People", "admin:registry_person_changelist", (*permissions.READS_CONSENT, permissions.Role.DPO)),
        ("Letters", "admin:consent_performerlink_changelist", permissions.ENTERS),
        ("Productions", "admin:registry_production_changelist", LEGAL_AND_OPERATORS),
        ("Assets", "admin:provenance_asset_changelist", (*permissions.READS_CONSENT, permissions.Role.OPERATOR)),
    )),
    ("Records, rules", (
        ("Records", "admin:consent_statement_changelist", permissions.READS_CONSENT),
        ("Rules", "rules", permissions.READS_CONSENT),
        ("Journal", "admin:registry_event_changelist", permissions.READS_JOURNAL),
    )),
    ("House", (
        ("Organisation", "admin:registry_organisation_changelist", permissions.OPERATES),
        ("Members", "admin:registry_membership_changelist", permissions.OPERATES),
        ("Programs", "admin:registry_apiclient_changelist", permissions.OPERATES),
        ("Figures", "figures", (*permissions.READS_CONSENT, *permissions.OPERATES)),
    )),
)  # fmt: skip


class DeskSite(admin.AdminSite):
    site_title = site_header = "Countersign"

    def register(self, model_or_iterable, admin_class=None, **options) -> None:
        """Only our own rooms have pages here: what libraries bring (groups, tokens, attempts) is left out."""
        if admin_class is not None and admin_class.__module__.split(".")[0] in ROOMS:
            super().register(model_or_iterable, admin_class, **options)

    def has_permission(self, request: HttpRequest) -> bool:
        return request.user.is_active and request.user.is_staff and permissions.may_use_desk(request.user)

    def get_urls(self) -> list:
        front = [
            path("", self.admin_view(self.index), name="index"),
            path("login/", self.login, name="login"),
            path("logout/", self.admin_view(self.logout), name="logout"),
        ]
        return front + [
            path(f"{model._meta.app_label}/{model._meta.model_name}/", include(rows.urls))
            for model, rows in self._registry.items()
        ]

    def each_context(self, request: HttpRequest) -> dict:
        return {
            "site_title": self.site_title,
            "has_permission": self.has_permission(request),
            "organisations": list(permissions.organisations_where(request.user)),
            "navigation": navigation(request),
            "is_popup": False,
        }


def navigation(request: HttpRequest) -> list[dict[str, object]]:
    """The pages this reader may open, by menu, and which of them this one belongs to; a menu of one page is that page."""
    held = set(request.user.memberships.values_list("role", flat=True)) if request.user.is_authenticated else set()
    found: list[dict[str, object]] = []
    for menu, entries in NAVIGATION:
        pages = [_page(request, words, name) for words, name, roles in entries if _address(name) and held.intersection(roles)]
        if menu and len(pages) > 1:
            found.append({"words": menu, "pages": pages, "here": any(one["here"] for one in pages)})
        else:
            found += pages
    return found


def _page(request: HttpRequest, words: str, name: str) -> dict[str, object]:
    address, front = _address(name), name == "admin:index"
    here = request.path == address or (not front and request.path.startswith(address))
    return {"words": words, "address": address, "here": here}


def page(request: HttpRequest, template: str, *, status: int = 200, **context) -> TemplateResponse:
    """A page of the desk that is not a list of the admin's."""
    return TemplateResponse(request, template, admin.site.each_context(request) | context, status=status)


def _address(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""
