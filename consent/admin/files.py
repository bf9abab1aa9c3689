"""Consent files at the desk: the list, a file with its paper beside it, entering, amending, and the second lawyer's page."""

from collections.abc import Iterator

from django.contrib import admin, messages
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.views.decorators.http import require_safe

from consent import grants, in_words, tasks, worklists
from consent.admin import papers
from consent.admin.descriptions import in_context, look_over
from consent.admin.entry import EntryForm, LineFormSet, TermsForm, as_initial, filled_in, submitted
from consent.admin.papers import with_paper
from consent.lifecycle import ACTIVE, ENDED, EXPIRED
from consent.models import Evidence, Grant, GrantRevision
from consent.performer import words
from consent.riders import drafting
from registry import permissions
from registry.admin.acts import ActForm, attempt
from registry.admin.lists import OwnRows, UpTo
from registry.admin.record import history
from registry.desk.site import page
from registry.models import Production, User

COLOURS = {ACTIVE: "", EXPIRED: "stop", ENDED: "stop", worklists.DECLINED: "stop"}


class ByState(admin.SimpleListFilter):
    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: OwnRows) -> list:
        return list(worklists.STATES.items())

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return worklists.in_state(queryset, self.value(), at=timezone.now()) if self.value() in worklists.STATES else queryset


class ByVerification(admin.SimpleListFilter):
    title = "second lawyer"
    parameter_name = "verification"

    def lookups(self, request: HttpRequest, model_admin: OwnRows) -> list:
        return [("waits", "Waits for one"), ("paper", "Waits for its paper")]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        found = {"waits": worklists.to_verify, "paper": worklists.without_paper}.get(self.value() or "")
        if found is None:
            return queryset
        return queryset.filter(pk__in=found(Grant.objects.all(), at=timezone.now()).order_by().values("grant"))


class ByEnd(admin.SimpleListFilter):
    title = "runs out"
    parameter_name = "ends"

    def lookups(self, request: HttpRequest, model_admin: OwnRows) -> list:
        return [(str(days), f"Within {days} days") for days in (30, 60, 90, 180)]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        if self.value() not in {code for code, _ in self.lookup_choices}:
            return queryset
        soon = worklists.running_out(queryset.model.objects.all(), at=timezone.now(), days=int(self.value()))
        return queryset.filter(pk__in=soon.order_by().values("pk"))


@admin.register(Grant)
class ConsentFiles(OwnRows):
    reads = permissions.READS_CONSENT
    enters = permissions.ENTERS
    rows_are = ("consent file", "consent files")
    about = "What the people on file have allowed. Each file is entered by one lawyer and verified by another."
    none_yet = "No consent is on file yet. Enter the first one with its signed paper."
    add_words = "Enter a consent"
    list_display = ("number", "person", "production", "kind", "standing", "covers", "entered")
    list_display_links = ("number",)
    list_filter = (ByState, ByVerification, ByEnd, "kind")
    list_select_related = ("person", "production", "entered_by")
    search_fields = ("number",)
    search_help_text = "A file number, or any part of an alias."
    ordering = ("-id",)

    # ── The list ─────────────────────────────────────────────────────────────────────────────────────────────────

    def changelist_view(self, request: HttpRequest, extra_context: dict | None = None) -> HttpResponse:
        acts = [("Import a spreadsheet", reverse("admin:consent_import_add"))] if self.has_add_permission(request) else []
        return super().changelist_view(request, {"acts": acts} | (extra_context or {}))

    def complete(self, rows: QuerySet) -> QuerySet:
        return worklists.with_state(rows, at=timezone.now())

    def get_paginator(self, request: HttpRequest, queryset: QuerySet, per_page: int, *more, **settings) -> Paginator:
        found = UpTo if request.GET.get("state") else Paginator
        return found(queryset, per_page, *more, **settings)

    def get_search_results(self, request: HttpRequest, queryset: QuerySet, search_term: str) -> tuple[QuerySet, bool]:
        said = search_term.strip()
        return queryset.filter(Q(number__icontains=said) | Q(person__alias__icontains=said)) if said else queryset, False

    @admin.display(description="State")
    def standing(self, grant: Grant) -> str:
        return format_html('<span class="tag {}">{}</span>', COLOURS.get(grant.state, "hold"), worklists.STATES[grant.state])

    @admin.display(description="Covered until")
    def covers(self, grant: Grant) -> str:
        return in_words.last_day(grant.covers_until) if grant.covers_until else "no end stated" if grant.governing else "–"

    @admin.display(description="Entered", ordering="recorded_at")
    def entered(self, grant: Grant) -> str:
        return f"{grant.recorded_at:%-d %B %Y}, {grant.entered_by.display_name}"

    # ── A file ───────────────────────────────────────────────────────────────────────────────────────────────────

    def pages(self) -> list:
        return [
            self.at("add/", self.enter, "add"),
            self.at("description/", look_over, "description"),
            self.at("<str:key>/amend/", self.amend, "amend"),
            self.at("<str:key>/verify/", self.verify, "verify"),
            self.at("<str:key>/paper/<str:document>/", self.paper, "paper"),
        ]

    @with_paper
    def row(self, request: HttpRequest, key: str) -> HttpResponse:
        grant = self.found(request, key)
        return page(
            request, "consent/desk/file.html", **self._about(grant), endings=grant.endings.select_related("entered_by"),
            may_enter=permissions.may_enter(request.user, grant.studio), wish=words.wish_of(grant),
            why_not_verify=why_not_verify(request.user, grant, grant.revisions.last()),
            may_verify=permissions.may_verify(request.user, grant.studio),
            may_copy=permissions.may_read_personal_data(request.user, grant.studio),
            history=history(grant.public_id, leaving_out=("evidence:viewed",)),
        )  # fmt: skip

    def _about(self, grant: Grant) -> dict:
        revisions = list(_with_words(grant))
        return {
            "title": f"{grant.number} · {grant.person}", "grant": grant, "state": worklists.STATES[grant.state],
            "state_colour": COLOURS.get(grant.state, "hold"), "revisions": revisions, "latest": revisions[0],
            "papers": list(revisions[0].evidence.all()), "back": self.list_address,
        }  # fmt: skip

    # ── Entering ─────────────────────────────────────────────────────────────────────────────────────────────────

    @with_paper
    def enter(self, request: HttpRequest) -> HttpResponse:
        self.let_in(request, self.enters)
        studios = permissions.organisations_where(request.user, self.enters)
        asked = {name: request.GET.get(name) for name in ("person", "production")}
        form, lines = filled_in(request, EntryForm, studios, initial=asked, blocks=[])
        if submitted(request) and lines.is_valid() and (grant := attempt(form, lambda: _entered(form, lines, request))):
            messages.success(request, f"{grant.number} is entered. A second lawyer now compares it with the paper.")
            return redirect(self.address(grant))
        return self._form(request, form, lines, title="Enter a consent", back=self.list_address, button="Enter the consent")

    @with_paper
    def amend(self, request: HttpRequest, key: str) -> HttpResponse:
        grant = self.found(request, key)
        self.let_in(request, self.enters)
        studios = permissions.organisations_where(request.user, self.enters)
        terms, blocks = as_initial(grant.revisions.last())
        form, lines = filled_in(request, TermsForm, studios, initial=terms, blocks=blocks, person=grant.person)
        if submitted(request) and lines.is_valid() and attempt(form, lambda: _amended(grant, form, lines, request)):
            messages.success(request, "The amendment is entered. Until it is verified, the revision before it governs.")
            return redirect(self.address(grant))
        words = {"title": f"Amend {grant.number} · {grant.person}", "back": self.address(grant), "button": "Enter the amendment"}
        return self._form(request, form, lines, **self._about(grant) | words)

    def _form(self, request: HttpRequest, form: ActForm, lines, **context) -> HttpResponse:
        status = form.status if form.status != 200 or lines.total_error_count() == 0 else 422
        return page(request, "consent/desk/entry.html", status=status, form=form, lines=lines, **context)

    # ── The second lawyer ────────────────────────────────────────────────────────────────────────────────────────

    @with_paper
    def verify(self, request: HttpRequest, key: str) -> HttpResponse:
        grant = self.found(request, key)
        latest = grant.revisions.last()
        form = ActForm(request.POST if request.method == "POST" else None)
        done = request.method == "POST" and attempt(
            form, lambda: grants.verify(latest, by=request.user, at=timezone.now(), reason=form.why)
        )
        if done:
            tasks.ask_again.delay_on_commit(latest.public_id)
            messages.success(request, f"{grant.number}, revision {latest.number}, is verified.")
            return redirect(self.address(grant))
        return page(
            request, "consent/desk/verify.html", status=form.status, form=form,
            **self._about(grant) | {"title": f"Verify {grant.number} · {grant.person}", "back": self.address(grant)},
            why_not=why_not_verify(request.user, grant, grant.revisions.last()),
        )  # fmt: skip

    # ── The paper ────────────────────────────────────────────────────────────────────────────────────────────────

    @method_decorator(require_safe)
    def paper(self, request: HttpRequest, key: str, document: str) -> HttpResponse:
        """The document itself, to stand in a frame; who read it goes on the record."""
        grant = self.found(request, key)
        evidence = get_object_or_404(Evidence, public_id=document, revision__grant=grant)
        return papers.shown(request, evidence, subject=grant.public_id)


def _with_words(grant: Grant) -> Iterator[GrantRevision]:
    """The revisions, the latest first, each with its term, its blocks and what its description may want, in words."""
    titles = list(Production.objects.filter(studio=grant.studio).values_list("title", flat=True))
    together = ("entered_by", "verification__verified_by", "authority")
    for revision in grant.revisions.select_related(*together).order_by("-number"):
        revision.term = in_words.term_in_words(revision)
        lines = revision.lines.prefetch_related("productions")
        revision.blocks = [(line.effect, in_words.line_in_words(line)) for line in lines]
        papers = [one.sha256 for one in revision.evidence.all()]
        revision.as_drafted = drafting.drafted_as(papers, person=grant.person)
        revision.looked_over = in_context(revision.description, titles)
        yield revision


def why_not_verify(user: User, grant: Grant, latest: GrantRevision) -> str:
    """Why this reader cannot verify the latest revision, or nothing."""
    if hasattr(latest, "verification"):
        return "Another lawyer has verified this revision already."
    if hasattr(latest, "offer") and not latest.signatures.exists():
        return "Offered, awaiting the performer: nobody has signed it yet."
    if latest.entered_by_id == user.pk:
        return grants.SameLawyer().detail
    if not permissions.may_verify(user, grant.studio):
        return permissions.NotYourDesk(grant.studio, "verify consents").detail
    return ""


def _entered(form: EntryForm, lines: LineFormSet, request: HttpRequest) -> Grant:
    said = form.cleaned_data
    return grants.enter(
        person=said["person"], studio=said["person"].studio, production=said["production"], number=said["number"],
        kind=said["kind"], terms=form.terms(lines), by=request.user, at=timezone.now(), reason=form.why,
    )  # fmt: skip


def _amended(grant: Grant, form: TermsForm, lines: LineFormSet, request: HttpRequest) -> GrantRevision:
    return grants.amend(grant, terms=form.terms(lines), by=request.user, at=timezone.now(), reason=form.why)
