"""The house's web with one more address: an empty view, behind everything that every other address is behind."""

from django.http import HttpRequest, HttpResponse
from django.urls import path

from registry.wsgi import application as application  # opens the house, so that its addresses can be read

EMPTY = "bench/empty"


def empty(request: HttpRequest) -> HttpResponse:
    return HttpResponse("{}", content_type="application/json")


def _with_one_more() -> None:
    from registry.urls import urlpatterns

    urlpatterns.insert(0, path(EMPTY, empty))


_with_one_more()
