"""A text offered to a performer, entered as any consent is, but for what only a signed paper has."""

from collections.abc import Callable

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone

from consent import grants
from consent.admin.entry import EntryForm, TermsForm, as_initial, day_after, filled_in, submitted
from consent.models import Grant, RevisionOffer
from consent.performer import agreement
from registry import permissions
from registry.admin.acts import attempt
from registry.admin.lists import studios_open_to
from registry.desk.site import page
from registry.models import Organisation


class OfferForm(TermsForm):
    """The terms, and who is to sign them."""

    papers = signed_on = method = capacity = separate_signature = None
    groups = (("Who is to sign", ("authority",)), TermsForm.groups[1])

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        signs = self.fields["authority"]
        signs.label, signs.empty_label = "Who signs for the person", "Nobody: the person signs"

    def terms(self, lines) -> grants.Terms:
        said = self.cleaned_data
        return grants.Terms(
            effective_from=said["effective_from"], term_end=day_after(said["last_day"]), lines=lines.lines(),
            description=said["description"], authority=said["authority"], signed_on=None, method="",
        )  # fmt: skip


class FirstOfferForm(OfferForm, EntryForm):
    groups = (OfferForm.groups[0], *EntryForm.groups[1:])

    def of(self) -> dict:
        said = {name: self.cleaned_data[name] for name in ("person", "production", "number", "kind")}
        return said | {"studio": said["person"].studio}


def offer_first(request: HttpRequest) -> HttpResponse:
    """A new consent, put before the person unsigned."""
    studios = _where(request)
    asked = {name: request.GET.get(name) for name in ("person", "production")}
    form, lines = filled_in(request, FirstOfferForm, studios, initial=asked, blocks=[])
    return _offered(
        request, form, lines,
        lambda: agreement.offer_first(
            terms=form.terms(lines), **form.of(), by=request.user, at=timezone.now(), reason=form.why
        ),
        title="Offer a consent", back=reverse("admin:consent_performerlink_changelist"),
    )  # fmt: skip


def offer(request: HttpRequest, grant: str) -> HttpResponse:
    """The next revision of a consent, put before whoever is to sign it."""
    studios = _where(request)
    of = get_object_or_404(Grant.objects.filter(studio__in=studios), public_id=grant)
    terms, blocks = as_initial(of.revisions.last())
    form, lines = filled_in(request, OfferForm, studios, initial=terms, blocks=blocks, person=of.person)
    return _offered(
        request, form, lines,
        lambda: agreement.offer(of, terms=form.terms(lines), by=request.user, at=timezone.now(), reason=form.why),
        title=f"Offer a change of {of}", back=reverse("admin:consent_grant_change", args=[of.public_id]),
    )  # fmt: skip


def _where(request: HttpRequest) -> QuerySet[Organisation]:
    return studios_open_to(request, permissions.ENTERS)


def _offered(request: HttpRequest, form: OfferForm, lines, act: Callable[[], RevisionOffer], **words) -> HttpResponse:
    if submitted(request) and lines.is_valid() and (put := attempt(form, act)):
        messages.success(request, "Offered. It stands in the letter of whoever is to sign it; a link opens the letter.")
        return redirect("admin:consent_grant_change", put.revision.grant.public_id)
    status = form.status if form.status != 200 or lines.total_error_count() == 0 else 422
    return page(request, "consent/desk/offer.html", status=status, form=form, lines=lines, button="Offer it", **words)
