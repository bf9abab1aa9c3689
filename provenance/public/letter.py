"""A performer's letter: what they allowed, which consent knows, and where they were used, which provenance knows."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from consent.models import PerformerLink
from consent.performer import letter
from consent.public.acts import BY_NAME, BY_WORD
from consent.public.door import of_a_letter
from provenance import performer_uses


@require_safe
@of_a_letter
def letter_page(request: HttpRequest, *, link: PerformerLink) -> HttpResponse:
    at = timezone.now()
    context = {
        "link": link, "greeting": letter.greeting(link), "today": at.date(),
        "parts": [(one, [BY_NAME[name] for name in one.acts]) for one in letter.parts(link, at=at)],
        "uses": performer_uses.uses(link), "said": [(one, BY_WORD[one.kind]) for one in letter.said(link)],
        "ask": BY_NAME["ask"],
    }  # fmt: skip
    return render(request, "provenance/letter.html", context)
