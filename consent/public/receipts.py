"""What a receipt is checked with. The same for everybody who asks, so that asking tells nobody about whom."""

from datetime import datetime

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from consent.receipts import agreed, credential, dpv, issuer, odrl, status
from registry.errors import NotFound
from registry.permissions import limited_page

OPEN = {"Access-Control-Allow-Origin": "*"}


@limited_page("window")
@cache_control(public=True, max_age=3600)
@require_safe
def did(request: HttpRequest) -> HttpResponse:
    document = credential.did_document(issuer.published(), issuer=issuer.issuer())
    return JsonResponse(document, content_type="application/did+json", headers=OPEN)


@limited_page("window")
@cache_control(public=True, max_age=3600)
@require_safe
def key_set(request: HttpRequest) -> HttpResponse:
    return JsonResponse(issuer.key_set(), content_type="application/jwk-set+json", headers=OPEN)


@limited_page("window")
@require_safe
def status_list(request: HttpRequest, list: str) -> HttpResponse:
    at = timezone.now()
    try:
        found = status.served(list, at=at)
    except NotFound as missing:
        raise Http404(missing.detail) from missing
    headers = {**OPEN, "ETag": quote_etag(found.etag), "Cache-Control": f"public, max-age={_seconds(found.until, at)}"}
    whole = HttpResponse(found.body, content_type=credential.MEDIA_TYPE, headers=headers)
    return get_conditional_response(request, etag=headers["ETag"], response=whole)


@cache_control(public=True, max_age=3600)
@require_safe
def vocabulary(request: HttpRequest) -> HttpResponse:
    """Our own terms in receipts and exports, each with its label and what it is in ODRL or DPV."""
    base = agreed.vocabulary(settings.SITE_URL)
    words = {name: ("rdfs:Resource", label) for name, label in credential.WORDS.items()} | odrl.terms()
    terms = [{"@id": f"{base}{name}", "@type": kind, "skos:prefLabel": label} for name, (kind, label) in words.items()]
    context = {**dpv.PREFIXES, "odrl": "http://www.w3.org/ns/odrl/2/", "rdfs": "http://www.w3.org/2000/01/rdf-schema#"}
    return JsonResponse({"@context": context, "@graph": terms}, content_type="application/ld+json", headers=OPEN)


def _seconds(until: datetime, at: datetime) -> int:
    return max(0, int((until - at).total_seconds()))
