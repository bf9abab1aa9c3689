"""A second look at a description of use, at the desk: what the lint found, with the words around it. It never blocks."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse

from consent import description_lint
from registry import permissions
from registry.admin.lists import studios_open_to
from registry.desk.site import page
from registry.models import Organisation, Production

LONGEST = 20_000


@dataclass(frozen=True, slots=True)
class Look:
    """`quoted` are the words found, between `before` and `after`; all three are empty where something is not named."""

    says: str
    before: str
    quoted: str
    after: str


def look(description: str, studios: Iterable[Organisation]) -> list[Look]:
    titles = Production.objects.filter(studio__in=studios).values_list("title", flat=True)
    return in_context(description, list(titles))


def in_context(description: str, titles: list[str]) -> list[Look]:
    found = description_lint.look_over(description, titles=titles)
    return [Look(one.says, *(description_lint.around(description, one) if one.end else ("", "", ""))) for one in found]


def look_over(request: HttpRequest) -> HttpResponse:
    """The description that is being entered, looked over without entering it. Nothing is stored."""
    studios = studios_open_to(request, permissions.ENTERS)
    description = request.POST.get("description", "")[:LONGEST]
    return page(
        request, "consent/desk/description.html", title="A second look at a description", description=description,
        looked_over=look(description, studios),
    )  # fmt: skip
