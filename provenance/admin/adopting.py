"""A named lawyer lets a rule pack decide, or only advise again: shown with the answers that would turn before it is done."""

from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone

from consent import adoptions, policy
from consent.admin import rules
from consent.rulebook import CORE
from consent.vocabulary import OUTCOMES
from provenance import affected
from registry import permissions
from registry.admin.acts import ActForm, attempt, sent
from registry.admin.lists import NotThisPage
from registry.desk.site import page

MODES = {policy.ENFORCING: "Adopt as enforcing", policy.ADVISORY: "Return to advisory"}


def adopt_page(request: HttpRequest, studio: str, pack: str, version: str, mode: str) -> HttpResponse:
    readable = permissions.organisations_where(request.user, permissions.READS_CONSENT)
    organisation = get_object_or_404(readable, public_id=studio)
    found = rules.found_pack(pack, version)
    if mode not in MODES or found.kind == CORE:
        raise Http404
    if not permissions.may_verify(request.user, organisation):
        raise NotThisPage
    form, at = ActForm(sent(request)), timezone.now()
    done = request.method == "POST" and attempt(
        form,
        lambda: adoptions.adopt(found.hash, studio=organisation, mode=mode, by=request.user, at=at, reason=form.why),
    )
    if done:
        said = "It decides from now on." if mode == policy.ENFORCING else "It only advises from now on."
        messages.success(request, f"{said} What was decided before stays as it was.")
        return redirect(rules.address(organisation, found))
    radius = affected.by_adoption(found.hash, studio=organisation, mode=mode, at=at)
    turned = [(one, OUTCOMES[one.before], OUTCOMES[one.after]) for one in radius.turned]
    return page(
        request, "provenance/desk/adopting.html", status=form.status, form=form, radius=radius, turned=turned, pack=found,
        title=f"{MODES[mode]}: {found.title}", button=MODES[mode], decides=mode == policy.ENFORCING, studio=organisation,
        back=rules.address(organisation, found),
    )  # fmt: skip


adopt = admin.site.admin_view(adopt_page)
