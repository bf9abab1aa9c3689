"""What every page of a performer's letter has in common: whose it is, and that nobody else learns of it."""

import functools
from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache

from consent.models import PerformerLink
from consent.performer import links
from consent.performer.links import NoSuchLetter
from registry.permissions import limited_page

SALT = "consent.performer.browser"
STAYS_OPEN = timedelta(hours=24)
PATH = "/letter/"

View = Callable[..., HttpResponse]


def private(view: View) -> View:
    """A page that no store keeps, no search finds and no other page hears of; and one answer for what does not open.

    The policy on referrers names our address and nothing behind it: with none at all our own forms would come in
    without an origin, and be taken for forged.
    """

    @never_cache
    @functools.wraps(view)
    def closed(request: HttpRequest, *args, **kwargs) -> HttpResponse:
        try:
            response = view(request, *args, **kwargs)
        except (NoSuchLetter, Http404):
            response = render(request, "consent/letter/closed.html", status=404)
        response["Referrer-Policy"] = "strict-origin"
        response["X-Robots-Tag"] = "noindex, nofollow"
        return response

    return limited_page("window")(closed)


def of_a_letter(view: View) -> View:
    """A private page of one letter, for a browser that was let in; the view is given the link."""

    @private
    @functools.wraps(view)
    def let_in(request: HttpRequest, key: str, **kwargs) -> HttpResponse:
        return view(request, link=link_of(request, key), **kwargs)

    return let_in


def link_of(request: HttpRequest, key: str) -> PerformerLink:
    said = request.get_signed_cookie(_cookie(key), default=None, salt=SALT, max_age=STAYS_OPEN)
    if said != key:
        raise NoSuchLetter
    return links.bound(key, at=timezone.now())


def let_in(response: HttpResponse, link: PerformerLink) -> HttpResponse:
    """From now on this browser opens the letter, for a day; any other is asked for the code."""
    ours = {"path": PATH, "secure": settings.SESSION_COOKIE_SECURE, "httponly": True, "samesite": "Lax"}
    response.set_signed_cookie(_cookie(link.public_id), link.public_id, salt=SALT, max_age=STAYS_OPEN, **ours)
    return response


def let_out(response: HttpResponse, key: str) -> HttpResponse:
    response.delete_cookie(_cookie(key), path=PATH, samesite="Lax")
    return response


def _cookie(key: str) -> str:
    return f"letter_{key}"
