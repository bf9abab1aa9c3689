"""What a performer may do, each in the same steps: a button in the letter, a page with one form, a page that says it is done."""

import re
import secrets
from dataclasses import dataclass
from functools import partial

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from consent.models import Grant, PerformerLink, PerformerWord, RevisionOffer
from consent.performer import agreement, letter, links, passkeys, words
from consent.performer.links import NoSuchLetter
from consent.public.door import of_a_letter
from registry.errors import Invalid, RegistryError
from registry.permissions import limited_page
from registry.problems import status_of

ONCE = re.compile(r"[A-Za-z0-9_-]{16,40}")
FIELDS = ("once", "code", "note", "passkey", "text", "sha256")


@dataclass(frozen=True, slots=True)
class Act:
    """How an act is worded on its button, on its page and when it is done; whether it wants the code, or words."""

    name: str
    title: str
    about: str
    button: str
    done: str
    then: str
    code: bool = False
    text: str = ""


IF_YOU_LIKE = gettext_lazy("What you want to tell the studio (if you like)")
ACTS = (
    Act("agree", gettext_lazy("Agree"),
        gettext_lazy("You sign the text below with the code that the studio’s lawyer told you, or with your passkey."),
        gettext_lazy("I agree"),
        gettext_lazy("You have agreed."),
        gettext_lazy("The text you signed is kept with your papers. It holds once the studio’s second lawyer has compared it."),
        code=True),
    Act("decline", gettext_lazy("Decline"),
        gettext_lazy("You do not agree to the text below. You need not say why."), gettext_lazy("I decline"),
        gettext_lazy("You have declined."),
        gettext_lazy("Nothing of the text holds, and what you allowed before stays as it was."), text=IF_YOU_LIKE),
    Act("ask", gettext_lazy("Ask a question"),
        gettext_lazy("A lawyer of the studio answers. The answer stands in this letter."), gettext_lazy("Send the question"),
        gettext_lazy("Your question is sent."), gettext_lazy("The answer will stand in this letter."),
        text=gettext_lazy("Your question")),
    Act("end", gettext_lazy("End my consent"),
        gettext_lazy("From the moment you confirm, nothing new is made or signed on this consent. You need not say why. The "
                     "studio then records the ending; what was finished before may go on being shown if the agreement says so."),
        gettext_lazy("End it"), gettext_lazy("Your consent is on hold from now on."),
        gettext_lazy("Nothing new is made or signed on it. The studio records the ending, and you read it in this letter."),
        code=True, text=IF_YOU_LIKE),
    Act("stay", gettext_lazy("Take the ending back"),
        gettext_lazy("The consent goes on as it was before you asked to end it."), gettext_lazy("Take it back"),
        gettext_lazy("You have taken it back."), gettext_lazy("The consent goes on as before."), code=True),
)  # fmt: skip
BY_NAME = {one.name: one for one in ACTS}
BY_WORD = dict(zip(PerformerWord.Kind.values, ACTS, strict=True))


@require_http_methods(["GET", "HEAD", "POST"])
@of_a_letter
def act(request: HttpRequest, *, link: PerformerLink, name: str, grant: str = "") -> HttpResponse:
    """The page of one act on one consent. What cannot be done any more leads back to the letter."""
    about = get_object_or_404(letter.of(link), public_id=grant) if grant else None
    put = _put_before(request, link, about) if name in ("agree", "decline") else None
    if request.method == "POST":
        return _sent(request, link, name, about, put)
    if name not in letter.acts_on(link, about, at=timezone.now()):
        return redirect("letter", link.public_id)
    return _page(request, link, name, about, put)


@require_safe
@of_a_letter
def said(request: HttpRequest, *, link: PerformerLink, word: str) -> HttpResponse:
    """What was said, as a page to keep."""
    found = get_object_or_404(letter.said(link), public_id=word)
    return render(request, "consent/letter/said.html", {"link": link, "word": found, "act": BY_WORD[found.kind]})


@limited_page("token")
def _sent(
    request: HttpRequest, link: PerformerLink, name: str, grant: Grant | None, put: RevisionOffer | None
) -> HttpResponse:
    try:
        word = _said(link, name, grant, put, {key: request.POST.get(key, "") for key in FIELDS})
    except NoSuchLetter:
        raise
    except RegistryError as refused:
        return _page(request, link, name, grant, put, fault=refused.detail, status=status_of(refused))
    return redirect("letter-said", link.public_id, word.public_id)


def _said(
    link: PerformerLink, name: str, grant: Grant | None, put: RevisionOffer | None, given: dict[str, str]
) -> PerformerWord:
    form = {"once": given["once"], "at": timezone.now()}
    if not ONCE.fullmatch(given["once"]):
        raise Invalid("letter.form", _("The form did not come in whole. Nothing was done; please send it again."))
    if given["passkey"]:
        shown = {"note": given["note"], "answer": given["passkey"], "at": form["at"]}
        confirm = partial(passkeys.confirm, link, _purpose(name, grant), **shown)
    else:
        confirm = partial(links.confirm, link, code=given["code"], at=form["at"])
    if name == "ask":
        return words.ask(link, text=given["text"], grant=grant, **form)
    if name == "decline":
        return words.decline(link, put, text=given["text"], **form)
    if name == "agree":
        return words.agree(link, put, sha256=given["sha256"], confirm=confirm, **form)
    if name == "end":
        return words.end(link, grant, confirm=confirm, text=given["text"], **form)
    return words.stay(link, grant, confirm=confirm, **form)


def _purpose(name: str, grant: Grant) -> str:
    """What a passkey confirms: this act on this consent, and no other."""
    return f"{name} {grant.public_id}"


def _put_before(request: HttpRequest, link: PerformerLink, grant: Grant | None) -> RevisionOffer | None:
    """The offer that the form was about, whether or not it is still open; on the way to the form, the one that is."""
    if request.method != "POST":
        return agreement.open_offers(link).filter(revision__grant=grant).first()
    offers = agreement.offers_to(link).filter(revision__grant=grant)
    return get_object_or_404(offers, revision__public_id=request.POST.get("revision", ""))


def _page(
    request: HttpRequest, link: PerformerLink, name: str, grant: Grant | None, put: RevisionOffer | None, *,
    fault: str = "", status: int = 200,
) -> HttpResponse:  # fmt: skip
    """The form; once refused, with what was written and what is wrong. Nothing was done under its number, so it keeps it."""
    once = request.POST.get("once", "")
    context = {
        "link": link, "act": BY_NAME[name], "grant": grant, "put": put, "fault": fault,
        "once": once if ONCE.fullmatch(once) else secrets.token_urlsafe(16), "said": request.POST.get("text", ""),
    }  # fmt: skip
    if BY_NAME[name].code:
        context["asked"] = passkeys.to_confirm(link, _purpose(name, grant))
    if put:
        text = agreement.words(put.revision, link)
        context |= {"text": text.content.decode(), "sha256": text.sha256}
    return render(request, "consent/letter/act.html", context, status=status)
