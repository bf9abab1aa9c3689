"""The performer's own door: in by the link and its code or by a passkey, the papers, and out again."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone, translation
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from consent import paper
from consent.models import Evidence, PerformerLink
from consent.performer import letter, links, passkeys
from consent.public.door import let_in, let_out, of_a_letter, private
from registry.errors import Invalid
from registry.permissions import limited_page
from registry.problems import status_of

# Nothing runs and nothing is fetched inside a paper.
INSIDE_PAPER = "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox"


# ── In and out ───────────────────────────────────────────────────────────────────────────────────────────────────


@require_http_methods(["GET", "HEAD", "POST"])
@private
def open_letter(request: HttpRequest, token: str) -> HttpResponse:
    """A browser that comes with the link is asked for the code, in the language chosen at the desk until another is chosen
    here. Looking at the page writes nothing down."""
    link = links.opened(token, at=timezone.now())
    if settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
        translation.activate(link.language)
    return _admitted(request, link) if request.method == "POST" else render(request, "consent/letter/open.html")


@limited_page("token")
def _admitted(request: HttpRequest, link: PerformerLink) -> HttpResponse:
    try:
        links.admit(link, code=request.POST.get("code", ""), at=timezone.now())
    except links.NotTheCode as refused:
        return render(request, "consent/letter/open.html", {"fault": refused.detail}, status=status_of(refused))
    return _let_in(request, link)


def _let_in(request: HttpRequest, link: PerformerLink) -> HttpResponse:
    response = redirect("letter", link.public_id)
    if settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME, link.language, path=settings.LANGUAGE_COOKIE_PATH, samesite="Lax",
            secure=settings.LANGUAGE_COOKIE_SECURE, httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
        )  # fmt: skip
    return let_in(response, link)


@require_http_methods(["GET", "HEAD", "POST"])
@private
def come_back(request: HttpRequest) -> HttpResponse:
    """Who kept a passkey opens the letter with it: no link, no code."""
    if request.method == "POST":
        return _recognised(request)
    return render(request, "consent/letter/come_back.html", {"asked": passkeys.to_open()})


@limited_page("token")
def _recognised(request: HttpRequest) -> HttpResponse:
    return _let_in(request, passkeys.admit(**_shown(request), at=timezone.now()))


@require_POST
@private
def leave(request: HttpRequest, key: str) -> HttpResponse:
    return let_out(render(request, "consent/letter/left.html"), key)


# ── Passkeys ─────────────────────────────────────────────────────────────────────────────────────────────────────


@require_http_methods(["GET", "HEAD", "POST"])
@of_a_letter
def passkeys_kept(request: HttpRequest, *, link: PerformerLink) -> HttpResponse:
    """The passkeys that open this letter again, and the device at hand asked for one more."""
    fault = _kept(request, link) if request.method == "POST" else ""
    if request.method == "POST" and not fault:
        return redirect("letter-passkeys", link.public_id)
    asked = passkeys.to_keep(link) if passkeys.possible() else None
    context = {"link": link, "kept": link.passkeys.all(), "asked": asked, "fault": fault}
    return render(request, "consent/letter/passkeys.html", context, status=422 if fault else 200)


@require_POST
@of_a_letter
def remove_passkey(request: HttpRequest, *, link: PerformerLink, passkey: str) -> HttpResponse:
    passkeys.remove(get_object_or_404(link.passkeys, public_id=passkey), at=timezone.now())
    return redirect("letter-passkeys", link.public_id)


@limited_page("token")
def _kept(request: HttpRequest, link: PerformerLink) -> str:
    try:
        passkeys.keep(link, **_shown(request), at=timezone.now())
    except Invalid as refused:
        return refused.detail
    return ""


def _shown(request: HttpRequest) -> dict[str, str]:
    return {"note": request.POST.get("note", ""), "answer": request.POST.get("passkey", "")}


# ── Papers ───────────────────────────────────────────────────────────────────────────────────────────────────────


@require_safe
@of_a_letter
def document(request: HttpRequest, *, link: PerformerLink, document: str) -> HttpResponse:
    """The signed paper itself; that it was read goes on the record."""
    evidence = get_object_or_404(letter.papers(link), public_id=document)
    content = paper.view_as(links.by_link(link), evidence, subject=evidence.revision.grant.public_id, at=timezone.now())
    name = f"{evidence.public_id}.{_ending(evidence)}"
    return HttpResponse(content, content_type=evidence.media_type, headers={
        "Content-Disposition": f'inline; filename="{name}"', "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": INSIDE_PAPER,
    })  # fmt: skip


def _ending(evidence: Evidence) -> str:
    kind = evidence.media_type.partition(";")[0].rpartition("/")[2]
    return "txt" if kind == "plain" else kind
