"""Badges for other people's pages: script, picture, QR code, social preview, credit line, oEmbed, and a page of them all.

Whoever has a credential's id may read its page; a badge tells the same. No cookie is set and nobody is counted by name.
"""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from django.conf import settings
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.utils.cache import get_conditional_response
from django.utils.html import format_html
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from provenance import badge, badge_drawing, disclosures
from provenance.spoken import spoken
from provenance.verification import NoSuchCredential
from registry import problems
from registry.permissions import limited_page

SCRIPT = Path(__file__).resolve().parents[2] / "registry" / "static" / "countersign" / "badge.js"
# Whoever keeps it asks before showing it again: consent may have ended, or a concern been upheld.
ASKED_AGAIN, A_DAY = "public, no-cache", "public, max-age=86400"
ANYWHERE = {"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"}
DRAWN_FOR = 86_400  # seconds
# Narrower than this, nobody could read it: a link is given instead.
NARROWEST = 160
DEFAULT_PORTS = {"http": 80, "https": 443}


@limited_page("window")
@require_safe
def script(request: HttpRequest) -> HttpResponse:
    """The component, at an address that stays."""
    content = SCRIPT.read_bytes()
    return _sent(request, content, _tag(content), "text/javascript; charset=utf-8", "public, max-age=3600")


@limited_page("window")
@require_safe
def picture(request: HttpRequest, credential: str) -> HttpResponse:
    shown = _disclosure(credential)["badge"]
    drawn, _, _ = _drawn(shown)
    return _sent(
        request, drawn.encode(), _tag(drawn.encode()), "image/svg+xml", ASKED_AGAIN,
        policy=badge_drawing.policy(badge_drawing.STYLE),
    )  # fmt: skip


@limited_page("window")
@require_safe
def code(request: HttpRequest, credential: str) -> HttpResponse:
    """The QR code leads to the page, whatever stands there later."""
    drawn = badge_drawing.qr_svg(_disclosure(credential)["page"]).encode()
    return _sent(
        request, drawn, _tag(drawn), "image/svg+xml", A_DAY, policy=badge_drawing.policy(badge_drawing.QR_STYLE)
    )


@limited_page("window")
@require_safe
def preview(request: HttpRequest, credential: str) -> HttpResponse:
    told = _disclosure(credential)
    shown = told["badge"]
    parts = {
        "sentence": shown["text"], "title": told["title"], "signer": told["signed_by"], "name": shown["name"],
        "label": shown["label"], "note": shown["note"], "site": urlsplit(settings.SITE_URL).netloc,
    }  # fmt: skip
    tag = _tag(repr(parts).encode())
    return _sent(request, lambda: _kept(tag, parts), tag, "image/png", ASKED_AGAIN)


def _kept(tag: str, parts: dict[str, str]) -> bytes:
    """Drawn once for the same words; the cache may forget it at any time."""
    key = f"preview-{tag.strip(chr(34))}"
    drawn: bytes | None = cache.get(key)
    if drawn is None:
        drawn = badge_drawing.preview_png(**parts)
        cache.set(key, drawn, DRAWN_FOR)
    return drawn


@limited_page("window")
@never_cache
@require_safe
def credit(request: HttpRequest, credential: str) -> HttpResponse:
    """The line for the end credits, as a text file."""
    told = disclosures_of(credential)
    return HttpResponse(f"{spoken(badge.credit_line(told))}\n", content_type="text/plain; charset=utf-8", headers={
        "Content-Disposition": f'attachment; filename="credit-{told["credential"]}.txt"', **ANYWHERE,
    })  # fmt: skip


@limited_page("window")
@never_cache
@require_safe
def share(request: HttpRequest, credential: str) -> HttpResponse:
    """Every way to show it elsewhere, with what to copy."""
    raw = disclosures_of(credential)
    told = spoken(raw)
    page, language = told["page"], translation.get_language() or "en"
    link = format_html('<a href="{}">{}</a>', page, told["badge"]["name"])
    component = format_html(
        '<script async src="{}/badge.js"></script>\n<countersign-badge credential="{}" lang="{}">{}</countersign-badge>',
        settings.SITE_URL, told["credential"], language, link,
    )  # fmt: skip
    _, width, height = _drawn(told["badge"])
    context = {
        "told": told, "page": page, "path": f"/c/{told['credential']}", "component": component,
        "width": width, "height": height, "oembed": oembed_address(page),
        "picture": _html(told, width, height), "policy": f"script-src {settings.SITE_URL}; connect-src {settings.SITE_URL}",
        "credit": spoken(badge.credit_line(raw)), "alternative": spoken(badge.words(raw["badge"])),
    }  # fmt: skip
    return render(request, "provenance/share.html", context)


@limited_page("window")
@require_safe
def oembed(request: HttpRequest) -> HttpResponse:
    """oEmbed 1.0 of a credential's page: a picture with a link, and no script; a link alone where there is no room."""
    if request.GET.get("format", "json") != "json":
        detail = "Only JSON is given: format=json."
        return problems.problem(request, code="oembed.format", status=501, detail=detail, headers=ANYWHERE)
    try:
        room = {name: _pixels(request.GET.get(name)) for name in ("maxwidth", "maxheight")}
    except ValueError:
        detail = "maxwidth and maxheight are whole numbers of pixels."
        return problems.problem(request, code="oembed.malformed", status=400, detail=detail, headers=ANYWHERE)
    asked = request.GET.get("url", "")
    try:
        found = disclosures_of(_credential_of(asked))
    except Http404:
        detail = "The url is not that of a credential's page here."
        return problems.problem(request, code="oembed.unknown", status=404, detail=detail, headers=ANYWHERE)
    # In the language of the page that is shared.
    with translation.override("es" if "lang=es" in urlsplit(asked).query.split("&") else "en"):
        answer = _embedded(spoken(found), **room)
    return JsonResponse(answer, headers={"Cache-Control": ASKED_AGAIN, **ANYWHERE})


def _embedded(told: dict[str, Any], maxwidth: int | None, maxheight: int | None) -> dict[str, Any]:
    _, width, height = _drawn(told["badge"])
    scale = min(1.0, *(room / size for room, size in ((maxwidth, width), (maxheight, height)) if room is not None), 1.0)
    answer: dict[str, Any] = {
        "version": "1.0", "type": "link", "title": told["title"], "author_name": told["signed_by"],
        "provider_name": "Countersign", "provider_url": settings.SITE_URL, "cache_age": 300,
    }  # fmt: skip
    if width * scale >= min(NARROWEST, width):
        wide, high = int(width * scale), max(1, int(height * scale))
        answer |= {"type": "rich", "width": wide, "height": high, "html": _html(told, wide, high)}
    thumbnail = badge_drawing.PREVIEW
    if (maxwidth is None or maxwidth >= thumbnail[0]) and (maxheight is None or maxheight >= thumbnail[1]):
        answer |= {
            "thumbnail_url": f"{told['page']}/preview.png", "thumbnail_width": thumbnail[0], "thumbnail_height": thumbnail[1],
        }  # fmt: skip
    return answer


def _html(told: dict[str, Any], width: int, height: int) -> str:
    language = translation.get_language() or "en"
    asks = "" if language == "en" else f"?lang={language}"
    return format_html(
        '<a href="{0}{4}"><img src="{0}/badge.svg?lang={5}" alt="{1}" width="{2}" height="{3}"></a>',
        told["page"], spoken(badge.words(told["badge"])), width, height, asks, language,
    )  # fmt: skip


def oembed_address(page: str) -> str:
    return f"{settings.SITE_URL}/oembed?format=json&url={quote(page, safe='')}"


def _credential_of(address: str) -> str:
    """The id in the address of a page of ours; raises Http404 for any other."""
    try:
        given, ours = urlsplit(address), urlsplit(settings.SITE_URL)
        same = (given.hostname, _port(given)) == (ours.hostname, _port(ours)) and given.username is None
    except ValueError as unreadable:
        raise Http404 from unreadable
    rooms = given.path.removeprefix(ours.path).split("/")
    if given.scheme not in DEFAULT_PORTS or not same or len(rooms) != 3 or rooms[:2] != ["", "c"]:
        raise Http404
    return rooms[2].removesuffix(".json")


def _port(parts: Any) -> int | None:
    # http and https of one house are the same page: the one leads to the other.
    return None if parts.port in (None, DEFAULT_PORTS.get(parts.scheme)) else parts.port


def _pixels(given: str | None) -> int | None:
    if given is None:
        return None
    if not (given.isascii() and given.isdigit() and len(given) <= 6 and int(given)):
        raise ValueError(given[:20])
    return int(given)


def disclosures_of(credential: str) -> dict[str, Any]:
    """The disclosure, its words still sayable in any language; raises Http404."""
    try:
        return disclosures.of_credential(credential, at=timezone.now())
    except NoSuchCredential as missing:
        raise Http404(missing.detail) from missing


def _disclosure(credential: str) -> dict[str, Any]:
    told: dict[str, Any] = spoken(disclosures_of(credential))
    return told


def _drawn(shown: dict[str, str]) -> tuple[str, int, int]:
    title = f"{badge.words(shown)}. {shown['text']}"
    language = translation.get_language() or "en"
    return badge_drawing.badge_svg(shown["name"], shown["label"], shown["note"], title=title, language=language)


def _tag(content: bytes) -> str:
    return f'"{hashlib.sha256(content).hexdigest()[:32]}"'


def _sent(
    request: HttpRequest, content: bytes | Callable[[], bytes], tag: str, kind: str, keep: str, *, policy: str = ""
) -> HttpResponse:
    """The content, or that it is still the same; it is not made where the visitor has it already."""
    headers = {"ETag": tag, "Cache-Control": keep, **ANYWHERE}
    if policy:
        headers["Content-Security-Policy"] = policy
    had = get_conditional_response(request, etag=tag, response=None)
    if had is not None:
        for name, value in headers.items():
            had[name] = value
        return had
    return HttpResponse(content() if callable(content) else content, content_type=kind, headers=headers)
