"""Records at the desk: about whom or what, on which form, what became of each; stated, confirmed, corrected, lifted."""

import json
from dataclasses import dataclass
from datetime import datetime

from django.contrib import admin, messages
from django.db.models import Count, F, OuterRef, QuerySet, Subquery
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.views.decorators.http import require_safe

from consent import deadlines, estates, on_record, records, subjects, tasks
from consent.admin import papers
from consent.admin.papers import with_paper
from consent.admin.record_form import DetailsForm, LiftForm, RecordForm, initial
from consent.forms.catalogue import FORMS, about, form_named
from consent.forms.reading import values_of
from consent.forms.shape import DETERMINATION, LIFT, LOCK, PERSON, VENDORS, Field, Form
from consent.holding import kind_of, threads, told
from consent.models import Evidence, Statement
from consent.subjects import Subject
from registry import permissions
from registry.admin.acts import ActForm, attempt, sent
from registry.admin.lists import OwnRows, Rows
from registry.desk.again import asks_again
from registry.desk.site import page
from registry.models import Event, User

STATES = {
    "in_force": ("In force", "ok"), "to_come": ("To come", ""), "over": ("Over", ""), "lifted": ("Lifted", ""),
    "waiting": ("Waits for a second person", "hold"), "corrected": ("Corrected", ""),
}  # fmt: skip
TWO_PEOPLE = [form.code for form in FORMS.values() if form.people == 2]


@dataclass(frozen=True, slots=True)
class Entry:
    """A record as a page shows it: what it says, how it stands, who stands behind it and why."""

    row: Statement
    form: Form
    state: str
    pairs: list[tuple[str, str]]
    reason: str

    @property
    def words(self) -> str:
        return STATES[self.state][0]

    @property
    def colour(self) -> str:
        return STATES[self.state][1]

    @property
    def struck(self) -> bool:
        return self.state == "corrected"

    @property
    def people(self) -> str:
        return " and ".join(one.display_name for one in self.row.by.all())


class LabelledRows(Rows):
    """A list whose rows say what they are about, asked for all of them at once."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        rows = list(self.result_list)
        named = subjects.labels({row.subject for row in rows}, self.model_admin.mine(request))
        for row in rows:
            row.about_words = named.get(row.subject, row.subject)
        self.result_list = rows


class ByTopic(admin.SimpleListFilter):
    title = "topic"
    parameter_name = "topic"

    def lookups(self, request: HttpRequest, model_admin: OwnRows) -> list:
        return [(topic, topic) for topic in dict.fromkeys(form.topic for form in FORMS.values())]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        codes = [form.code for form in FORMS.values() if form.topic == self.value()]
        return queryset.filter(form__in=codes) if self.value() else queryset


class BySecond(admin.SimpleListFilter):
    title = "second person"
    parameter_name = "second"

    def lookups(self, request: HttpRequest, model_admin: OwnRows) -> list:
        return [("waits", "Waits for one")]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        waiting = queryset.filter(form__in=TWO_PEOPLE, people=1, followed__isnull=True)
        return waiting if self.value() == "waits" else queryset


@admin.register(Statement)
class Records(OwnRows):
    reads = permissions.READS_CONSENT
    enters = permissions.ENTERS
    key = "public_id"
    rows_are = ("record", "records")
    about = "What is on record beyond the consents. Open a person, a work or a consent file to state something about it."
    none_yet = "Nothing is on record yet. Open a person, a production or a consent file, and choose “Records”."
    list_display = ("title", "subject_words", "standing", "stated_by", "holds_from")
    list_display_links = ("title",)
    list_filter = (ByTopic, BySecond)
    search_fields = ("subject__exact", "public_id__exact", "form__icontains")
    search_help_text = "An id, or a word of the form’s code such as strike."
    ordering = ("-id",)
    change_list_template = "consent/desk/records_list.html"

    # ── The list ─────────────────────────────────────────────────────────────────────────────────────────────────

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        after = Statement.objects.filter(refers_to=OuterRef("pk")).values("kind")[:1]
        rows = super().get_queryset(request).exclude(form="").exclude(kind=LIFT)
        return rows.annotate(people=Count("by", distinct=True), followed=Subquery(after)).prefetch_related("by")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """A record is stated from the page of what it is about."""
        return False

    def get_changelist(self, request: HttpRequest, **kwargs) -> type[LabelledRows]:
        return LabelledRows

    @admin.display(description="Record", ordering="form")
    def title(self, row: Statement) -> str:
        return form_named(row.form).title

    @admin.display(description="About", ordering="subject")
    def subject_words(self, row: Statement) -> str:
        return getattr(row, "about_words", row.subject)

    @admin.display(description="Stands", ordering=F("followed"))
    def standing(self, row: Statement) -> str:
        waits = form_named(row.form).people > row.people
        if row.followed == LIFT:
            return "Lifted"
        if row.followed:
            return "Confirmed" if waits else "Corrected"
        if waits:
            return format_html('<span class="tag hold">{}</span>', STATES["waiting"][0])
        return "On record"

    @admin.display(description="Stated by")
    def stated_by(self, row: Statement) -> str:
        return " and ".join(one.display_name for one in row.by.all())

    @admin.display(description="Holds from", ordering="effective_at")
    def holds_from(self, row: Statement) -> str:
        return f"{row.effective_at:%-d %B %Y}"

    # ── Where its pages lie ──────────────────────────────────────────────────────────────────────────────────────

    def pages(self) -> list:
        return [
            self.at("due/", self.due, "due"),
            self.at("about/<str:studio>/<str:subject>/", self.subject_page, "about"),
            self.at("about/<str:studio>/<str:subject>/estate/", self.estate, "estate"),
            self.at("about/<str:studio>/<str:subject>/state/", self.choose, "choose"),
            self.at("about/<str:studio>/<str:subject>/state/<str:code>/", self.state, "state"),
            self.at("<str:key>/confirm/", self.confirm, "confirm"),
            self.at("<str:key>/correct/", self.correct, "correct"),
            self.at("<str:key>/lift/", self.lift, "lift"),
            self.at("<str:key>/paper/", self.paper, "paper"),
        ]

    def found_subject(self, request: HttpRequest, studio: str, subject: str) -> Subject:
        """The subject on the files of one of the reader's studios; else a 404."""
        self.let_in(request, self.reads)
        organisation = get_object_or_404(self.mine(request), public_id=studio)
        try:
            return subjects.found(organisation, subject)
        except subjects.NotOnThisFile:
            raise Http404

    # ── What is on record about something ────────────────────────────────────────────────────────────────────────

    def subject_page(self, request: HttpRequest, studio: str, subject: str) -> HttpResponse:
        about = self.found_subject(request, studio, subject)
        found = entries(about, reader=request.user, at=timezone.now())
        topics: dict[str, list[Entry]] = {}
        for one in found:
            topics.setdefault(one.form.topic, []).append(one)
        return page(
            request, "consent/desk/records.html", title=f"Records: {about.label}", subject=about, topics=topics.items(),
            may_enter=permissions.may_enter(request.user, about.studio), is_person=about.kind == PERSON, back=home(about),
            waiting=sum(one.state == "waiting" for one in found), in_force=sum(one.state == "in_force" for one in found),
        )  # fmt: skip

    def estate(self, request: HttpRequest, studio: str, subject: str) -> HttpResponse:
        about = self.found_subject(request, studio, subject)
        if about.person is None or about.kind != PERSON:
            raise Http404
        at = timezone.now()
        estate = estates.of(about.person, at=at)
        by_id = {one.row.public_id: one for one in entries(about, reader=request.user, at=at)}
        parts = ("registrations", "encumbrances", "searches")
        shown = {name: [by_id[one.record.id] for one in getattr(estate, name)] for name in parts}
        return page(
            request, "consent/desk/estate.html", title=f"Estate of {about.label}", subject=about, estate=estate,
            may_enter=permissions.may_enter(request.user, about.studio), back=at_address(about, "about"), **shown,
        )  # fmt: skip

    def due(self, request: HttpRequest) -> HttpResponse:
        self.let_in(request, self.reads)
        at = timezone.now()
        found = [(studio, one) for studio in self.mine(request) for one in deadlines.of(studio, at=at)]
        named = subjects.labels({one.subject for _, one in found}, self.mine(request))
        rows = [
            {"due": one, "about": named.get(one.subject, one.subject), "overdue": one.overdue(at),
             "address": reverse("admin:consent_statement_about", args=[studio.public_id, one.subject])}
            for studio, one in sorted(found, key=lambda pair: pair[1].at)
        ]  # fmt: skip
        return page(request, "consent/desk/due.html", title="What is due", rows=rows, back=self.list_address)

    # ── Stating ──────────────────────────────────────────────────────────────────────────────────────────────────

    def choose(self, request: HttpRequest, studio: str, subject: str) -> HttpResponse:
        subject_ = self.found_subject(request, studio, subject)
        self.let_in(request, self.enters)
        asked = request.GET.get("q", "").strip()
        topics: dict[str, list[Form]] = {}
        for form in about(subject_.kind):
            if asked.casefold() in f"{form.title} {form.help} {form.topic}".casefold():
                topics.setdefault(form.topic, []).append(form)
        return page(
            request, "consent/desk/forms.html", title=f"State something about {subject_.label}", subject=subject_,
            topics=topics.items(), asked=asked, back=at_address(subject_, "about"),
        )  # fmt: skip

    def state(self, request: HttpRequest, studio: str, subject: str, code: str) -> HttpResponse:
        about = self.found_subject(request, studio, subject)
        self.let_in(request, self.enters)
        if code not in FORMS or about.kind not in FORMS[code].about:
            raise Http404
        form = RecordForm(FORMS[code], about, sent(request), request.FILES or None)
        row = request.method == "POST" and attempt(
            form, lambda: records.state(
                code, studio=about.studio, subject=about.id, by=request.user, at=timezone.now(), reason=form.why, **form.told()
            ),
        )  # fmt: skip
        if row:
            tasks.ask_again.delay_on_commit(row.public_id)
            messages.success(request, waits(FORMS[code]) or "It is on record.")
            return redirect(self.address(row))
        return self._form(request, form, about, title=f"{FORMS[code].title}: {about.label}", button="Put it on record")

    def _form(self, request: HttpRequest, form: DetailsForm, subject: Subject, **context) -> HttpResponse:
        words = {"back": at_address(subject, "about"), "back_words": f"Records: {subject.label}", "about": form.on_form.help}
        return page(request, "consent/desk/record_form.html", status=form.status, form=form, **words | context)

    # ── One record ───────────────────────────────────────────────────────────────────────────────────────────────

    @with_paper
    def row(self, request: HttpRequest, key: str) -> HttpResponse:
        row = self.found(request, key)
        about = subjects.found(row.studio, row.subject)
        thread = [one for one in entries(about, reader=request.user, at=timezone.now()) if same_thread(one.row, row)]
        this = next((one for one in thread if one.row.pk == row.pk), thread[0])
        return page(
            request, "consent/desk/record.html", title=this.form.title, entry=this, subject=about, thread=thread,
            acts=self._acts(request, this), back=at_address(about, "about"), back_words=f"Records: {about.label}",
            effect=this.form.ends,
        )  # fmt: skip

    def _acts(self, request: HttpRequest, entry: Entry) -> list[tuple[str, str]]:
        """What this reader may do with the record as it stands."""
        row, studio, form = entry.row, entry.row.studio, entry.form
        may_enter, may_verify = permissions.may_enter(request.user, studio), permissions.may_verify(request.user, studio)
        if Statement.objects.filter(refers_to=row).exists():
            return []
        acts = []
        if entry.state == "waiting" and may_verify and request.user not in row.by.all():
            acts.append(("Confirm", self.address(row, "confirm")))
        if may_enter and row.kind not in (LOCK, DETERMINATION):
            acts.append(("Correct", self.address(row, "correct")))
        if row.kind != DETERMINATION and (may_verify if row.kind == LOCK or form.people == 2 else may_enter):
            acts.append(("Lift", self.address(row, "lift")))
        return acts

    def _found_with_subject(self, request: HttpRequest, key: str, roles: tuple[str, ...]) -> tuple[Statement, Subject]:
        row = self.found(request, key)
        self.let_in(request, roles)
        return row, subjects.found(row.studio, row.subject)

    @with_paper
    def confirm(self, request: HttpRequest, key: str) -> HttpResponse:
        row, about = self._found_with_subject(request, key, permissions.VERIFIES)
        form = ActForm(sent(request))
        done = request.method == "POST" and attempt(
            form, lambda: records.confirm(row, by=request.user, at=timezone.now(), reason=form.why)
        )
        if done:
            tasks.ask_again.delay_on_commit(done.public_id)
            messages.success(request, "Confirmed. It counts from now on.")
            return redirect(self.address(done))
        [entry] = [one for one in entries(about, reader=request.user, at=timezone.now(), all_of=True) if one.row.pk == row.pk]
        return page(
            request, "consent/desk/confirm.html", status=form.status, form=form, entry=entry, subject=about,
            title=f"Confirm: {entry.form.title}", back=self.address(row),
        )  # fmt: skip

    def correct(self, request: HttpRequest, key: str) -> HttpResponse:
        row, about = self._found_with_subject(request, key, self.enters)
        if row.kind in (LOCK, DETERMINATION):
            raise Http404
        on_form = form_named(row.form)
        form = RecordForm(
            on_form, about, sent(request), request.FILES or None, initial=initial(row, about), has_document=bool(row.evidence)
        )
        done = request.method == "POST" and attempt(
            form, lambda: records.correct(row, by=request.user, at=timezone.now(), reason=form.why, **form.told())
        )
        if done:
            tasks.ask_again.delay_on_commit(done.public_id)
            messages.success(request, waits(on_form) or "Corrected. The record before it stays to be seen.")
            return redirect(self.address(done))
        words = {"title": f"Correct: {on_form.title}", "back": self.address(row), "back_words": "The record"}
        return self._form(request, form, about, **words)

    def lift(self, request: HttpRequest, key: str) -> HttpResponse:
        row, about = self._found_with_subject(request, key, self.enters)
        if row.kind == DETERMINATION:
            raise Http404
        return (self._lift_lock if row.kind == LOCK else self._lift)(request, row, about)

    def _lift(self, request: HttpRequest, row: Statement, about: Subject) -> HttpResponse:
        form = LiftForm(row, about, sent(request))
        done = request.method == "POST" and attempt(
            form, lambda: records.lift(row, by=request.user, at=timezone.now(), reason=form.why, details=form.details())
        )
        if done:
            tasks.ask_again.delay_on_commit(done.public_id)
            messages.success(request, "Lifted. It stays on the record, and what waited for this is asked again.")
            return redirect(self.address(row))
        words = "It stays on the record, and no longer holds from now on. What waited for this is then asked again by itself."
        return self._form(
            request, form, about, title=f"Lift: {form_named(row.form).title}", back=self.address(row), back_words="The record",
            about=words, button="Lift it", grave=True,
        )  # fmt: skip

    @method_decorator(asks_again)
    def _lift_lock(self, request: HttpRequest, row: Statement, about: Subject) -> HttpResponse:
        """What was stopped goes on: whoever lifts a lock shows first that it is they."""
        return self._lift(request, row, about)

    @method_decorator(require_safe)
    def paper(self, request: HttpRequest, key: str) -> HttpResponse:
        """The document itself, to stand in a frame; who read it goes on the record."""
        row = self.found(request, key)
        evidence = get_object_or_404(Evidence, pk=row.evidence_id)
        return papers.shown(request, evidence, subject=row.subject)


# --- what is shown -------------------------------------------------------------------------------------------------


def entries(about: Subject, *, reader: User, at: datetime, all_of: bool = False) -> list[Entry]:
    """The records about a subject as they stand, those of one thread together, the latest first; with `all_of`, also
    drafts that are told as one with their confirmation."""
    rows = {row.public_id: row for row in on_record.rows_about([about.id], studio=about.studio)}
    reasons = _reasons(about)
    private = permissions.may_read_personal_data(reader, about.studio)
    found = []
    for thread in reversed(threads((on_record.stated(row) for row in rows.values()), known_at=at)):
        states = {one.record.id: one.state for one in told(thread, at)}
        for one in reversed(thread):
            if one.kind != LIFT and one.form and (one.id in states or all_of):
                row = rows[one.id]
                pairs = in_pairs(row, about, private=private)
                found.append(Entry(row, one.on_form, states.get(one.id, "corrected"), pairs, reasons.get(one.id, "")))
    return found


def in_pairs(row: Statement, about: Subject, *, private: bool) -> list[tuple[str, str]]:
    """What was entered, label by label; what is private only to those who may read it."""
    form = form_named(row.form)
    opened = on_record.opened(row, about.person) if private else {}
    values = values_of(form, row.details | opened)
    references = {str(values[one.name]) for one in form.fields if one.name in values and one.type in records.NAMED}
    named, pairs = subjects.labels(references, [about.studio]), []
    if any(field.type == VENDORS for field in form.fields):
        named |= dict(subjects.vendors_of(about.studio).values_list("public_id", "name"))
    for field in form.fields:
        if field.name in values:
            pairs.append((field.label, _shown(field, values[field.name], named)))
        elif field.private and row.sealed and about.person is not None:
            pairs.append((field.label, "erased" if not about.person.data_key else "kept private" if not private else "–"))
    return pairs


def _shown(field: Field, value: object, named: dict[str, str]) -> str:
    match value:
        case bool():
            return "Yes" if value else "No"
        case tuple():
            return ", ".join(named.get(one, one) for one in value)
        case datetime():
            return f"{value:%-d %B %Y, %H:%M} UTC"
        case str():
            return dict(field.choices).get(value) or named.get(value) or value
    return f"{value:%-d %B %Y}" if field.type == "date" else str(value)


def _reasons(about: Subject) -> dict[str, str]:
    """Why each statement was made, as the journal has it."""
    chain = about.id if about.id != subjects.GLOBAL else about.studio.public_id
    tagged = Event.objects.filter(chain=chain, organisation=about.studio).filter(body__contains='"statement"')
    return {json.loads(event.body)["details"].get("statement", ""): event.reason for event in tagged}


def same_thread(one: Statement, other: Statement) -> bool:
    return first(one).pk == first(other).pk


def first(row: Statement) -> Statement:
    while row.refers_to is not None:
        row = row.refers_to
    return row


def waits(form: Form) -> str:
    return "Stated. It counts once a second person confirms it." if form.people == 2 else ""


def at_address(about: Subject, name: str) -> str:
    return reverse(f"admin:consent_statement_{name}", args=[about.studio.public_id, about.id])


def home(about: Subject) -> str:
    """The subject's own page, if the desk has one."""
    models = {"person": "registry_person", "production": "registry_production", "grant": "consent_grant"}
    name = models.get(kind_of(about.id))
    return reverse(f"admin:{name}_change", args=[about.id]) if name else reverse("admin:consent_statement_changelist")
