"""What the desk answers to an asset that waits: ask consent again, refuse, determine that none is needed, try again."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone

from consent import determinations, tasks
from consent.models import Statement
from provenance import intake
from provenance.models import Asset, SigningJob
from provenance.printable import printable
from registry import permissions
from registry.admin.acts import ActForm, attempt
from registry.admin.lists import NotThisPage
from registry.desk.site import page
from registry.models import Organisation, User

State = SigningJob.State
May = Callable[[User, Organisation], bool]
OUTCOMES = {
    State.RECEIVED: "Consent covers it now: it goes on to be signed.",
    State.HELD: "The record still does not decide it, so it stays held.",
    State.REFUSED: "Consent does not cover it: it is refused, and the vendor is told why.",
}


class DecideForm(ActForm):
    answer = forms.ChoiceField(
        label="Your answer", widget=forms.RadioSelect, initial="again",
        choices=[("again", "Ask consent again: the record was put right"), ("refuse", "Refuse it")],
    )  # fmt: skip


class ProposeForm(ActForm):
    subject = forms.ChoiceField(label="For whom is no consent needed", widget=forms.RadioSelect)

    def __init__(self, *args: Any, asset: Asset, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = [one.person for one in asset.depictions.select_related("person") if one.person]
        choices = [(one.public_id, f"{one}, in this studio’s works from now on") for one in dict.fromkeys(people)]
        self.fields["subject"].choices = [(asset.sha256, "Everyone depicted in this very file"), *choices]


def decide(request: HttpRequest, key: str) -> HttpResponse:
    """A held asset goes on, stays held, or is refused."""
    asset = asset_for(request, key, permissions.may_enter)
    form = DecideForm(request.POST or None)

    def answered() -> str:
        told = {"by": request.user, "at": timezone.now(), "reason": form.why}
        if form.cleaned_data["answer"] == "again":
            return OUTCOMES[intake.reconsider(asset, **told)]
        intake.refuse(asset, **told)
        return "It is refused, and the vendor is told that the desk decided so."

    return _act(request, asset, form, answered, title="Decide about it", button="Answer", about=(
        "A decision is made from the record, never by this form: put right what is missing first – a consent, who is "
        "depicted, a determination by two lawyers – then ask again."
    ))  # fmt: skip


def queue_again(request: HttpRequest, key: str) -> HttpResponse:
    """An asset whose signing failed five times is tried again."""
    asset = asset_for(request, key, _may_queue)
    form = ActForm(request.POST or None)

    def answered() -> str:
        intake.try_again(asset, by=request.user, at=timezone.now(), reason=form.why)
        return "It is queued again, with five attempts before it."

    about = "Do this once the cause is mended: the key is renewed, the file restored, the storage back."
    return _act(request, asset, form, answered, title="Queue it again", button="Queue it again", about=about)


def propose(request: HttpRequest, key: str) -> HttpResponse:
    """One lawyer proposes that no consent is needed; it counts once a second one agrees."""
    asset = asset_for(request, key, permissions.may_enter)
    form = ProposeForm(request.POST or None, asset=asset)

    def answered() -> str:
        determinations.propose(
            studio=asset.production.studio, subject=form.cleaned_data["subject"], question="no_consent_needed",
            answer="yes", by=request.user, at=timezone.now(), reason=form.why,
        )  # fmt: skip
        return "Proposed. It counts once a second lawyer agrees."

    return _act(request, asset, form, answered, title="Determine that no consent is needed", button="Propose it", about=(
        "It replaces a consent, never an exclusion, a lock or an absolute prohibition. A second lawyer must agree."
    ))  # fmt: skip


def second(request: HttpRequest, key: str, statement: str) -> HttpResponse:
    """The second lawyer agrees to a determination."""
    asset = asset_for(request, key, permissions.may_verify)
    proposal = get_object_or_404(open_proposals(asset), public_id=statement)
    form = ActForm(request.POST or None)

    def answered() -> str:
        made = determinations.second(proposal, by=request.user, at=timezone.now(), reason=form.why)
        tasks.ask_again.delay_on_commit(made.public_id)
        return "The determination is made. What waited for it is asked again by itself."

    first = proposal.by.get().display_name
    about = f"{first} proposed: no consent is needed for {named(asset, proposal)}. With your agreement it counts."
    return _act(request, asset, form, answered, title="Agree to a determination", button="I agree", about=about)


def open_proposals(asset: Asset):
    """Determinations about this file or somebody in it that one lawyer proposed and nobody has seconded."""
    people = list(asset.depictions.filter(person__isnull=False).values_list("person__public_id", flat=True))
    about = Q(subject=asset.sha256) | Q(subject__in=people)
    return determinations.proposed().filter(about, studio=asset.production.studio).prefetch_related("by")


def named(asset: Asset, proposal: Statement) -> str:
    if proposal.subject == asset.sha256:
        return "everyone depicted in this file"
    found = asset.depictions.filter(person__public_id=proposal.subject).select_related("person").first()
    return str(found.person) if found else "somebody depicted"


def _may_queue(user: User, studio: Organisation) -> bool:
    return permissions.may_enter(user, studio) or permissions.may_operate(user, studio)


def asset_for(request: HttpRequest, key: str, may: May) -> Asset:
    """The asset, for those who may answer for it; another tenant's is a 404, another role's a 403."""
    readable = permissions.organisations_where(request.user, (*permissions.READS_CONSENT, *permissions.OPERATES))
    related = ("production__studio", "vendor", "job", "decision__production__studio")
    found = Asset.objects.select_related(*related).filter(production__studio__in=readable)
    asset = get_object_or_404(found, public_id=key)
    if not may(request.user, asset.production.studio):
        raise NotThisPage
    return asset


def _act(request: HttpRequest, asset: Asset, form: ActForm, answered: Callable[[], str], **told: str) -> HttpResponse:
    address = ("admin:provenance_asset_change", asset.public_id)
    if request.method == "POST" and (said := attempt(form, answered)):
        messages.success(request, said)
        return redirect(*address)
    back = redirect(*address).url
    name = printable(asset.title) or "Untitled asset"
    return page(request, "desk/form.html", status=form.status, form=form, back=back, back_words=name, **told)


decide_view, queue_again_view, propose_view, second_view = map(
    admin.site.admin_view, (decide, queue_again, propose, second)
)
