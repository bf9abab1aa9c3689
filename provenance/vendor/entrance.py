"""The door of a vendor's people: who may come in, for which vendor, and what stands around each of its pages."""

import functools
from collections.abc import Callable

from django.contrib.auth.views import redirect_to_login
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from registry import permissions
from registry.desk.again import asks_again
from registry.models import Organisation

View = Callable[..., HttpResponse]
CHOSEN = "vendor"
NAVIGATION = (
    ("Board", "vendor-board", ("/vendor/productions/",)),
    ("Everything sent", "vendor-sent", ("/vendor/assets/",)),
    ("May I do this?", "vendor-ask", ("/vendor/clearances/",)),
    ("Programs", "vendor-programs", ()),
    ("Webhooks", "vendor-webhooks", ()),
)
ROWS = 25
READ = ("GET", "HEAD")


def for_vendors(*methods: str) -> Callable[[View], View]:
    """A view that answers to these methods, for whoever works for a vendor: `view(request, vendor, …)`.

    Nobody in particular is asked to sign in; for anybody else there is nothing at the address.
    """

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def opened(request: HttpRequest, *args, **kwargs) -> HttpResponse:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            request.vendors = own = list(permissions.vendors_of(request.user))
            if not own:
                raise Http404
            if request.method not in (methods or READ):
                return HttpResponseNotAllowed(methods or READ)
            vendor = _chosen(request, own)
            if vendor is None:
                return redirect(f"{reverse('vendor-choose')}?next={request.path}")
            request.vendor = vendor
            return view(request, vendor, *args, **kwargs)

        return never_cache(opened)

    return decorate


def _chosen(request: HttpRequest, own: list[Organisation]) -> Organisation | None:
    """Of one vendor, that; of several, the one that was chosen in this session and still is theirs."""
    if len(own) == 1:
        return own[0]
    return next((one for one in own if one.public_id == request.session.get(CHOSEN)), None)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def choose(request: HttpRequest) -> HttpResponse:
    """Whoever works for several vendors says for which one they look."""
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    request.vendors = list(permissions.vendors_of(request.user))
    if not request.vendors:
        raise Http404
    request.vendor = _chosen(request, request.vendors)
    if request.method == "POST":
        said = request.POST.get("vendor", "")
        if said not in {one.public_id for one in request.vendors}:
            raise Http404
        request.session[CHOSEN] = said
        return redirect(_onward(request))
    return page(request, "choose.html", title="For whom do you look?", onward=_onward(request))


def _onward(request: HttpRequest) -> str:
    to = request.POST.get("next") or request.GET.get("next", "")
    inside = to.startswith(reverse("vendor-board")) and url_has_allowed_host_and_scheme(to, allowed_hosts=None)
    return to if inside else reverse("vendor-board")


def page(request: HttpRequest, template: str, *, status: int = 200, **context) -> TemplateResponse:
    """A page of the vendor's: one of this door's templates, or one that is shared with the desk, in this door's frame."""
    home = reverse("vendor-board")
    around = {
        "frame": "provenance/vendor/base.html", "home": home, "vendor": request.vendor, "vendors": request.vendors,
        "navigation": [
            {"words": words, "address": reverse(name), "here": _here(request, reverse(name), home, more)}
            for words, name, more in NAVIGATION
        ],
    }  # fmt: skip
    template = template if template.startswith("desk/") else f"provenance/vendor/{template}"
    return TemplateResponse(request, template, around | context, status=status)


def _here(request: HttpRequest, address: str, home: str, more: tuple[str, ...]) -> bool:
    """A question stands below its production, and belongs to the questions."""
    asks = request.path.endswith("/ask/")
    if request.path == address or asks:
        return address.endswith("/ask/") if asks else True
    return request.path.startswith(more if address == home else (address, *more))


def paged(request: HttpRequest, rows: QuerySet | list, *, most: int = ROWS) -> Page:
    """The page of rows that is asked for; a number nobody can turn to gives the nearest."""
    return Paginator(rows, most).get_page(request.GET.get("page"))


asks_who = functools.partial(asks_again, shown=page)
