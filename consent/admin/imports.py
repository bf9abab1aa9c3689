"""Spreadsheets at the desk: sent in, their columns explained, looked at before anything is written, and how far they are."""

from collections.abc import Callable

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.views.decorators.http import require_safe

from consent import tasks
from consent.imports import cells, entries, runs, sheet, shelf
from consent.imports.columns import FIELDS
from consent.imports.weighing import Outcome, Preview
from consent.models import Import
from consent.vocabulary import choices
from registry import permissions
from registry.admin.acts import ActForm, act_page, attempt, sent
from registry.admin.lists import OwnRows
from registry.desk.site import page
from registry.errors import RegistryError
from registry.models import Organisation
from registry.spreadsheets import written

State = Import.State
COLOURS = {State.DRAFT: "hold", State.STOPPED: "stop", State.RUNNING: "hold", State.DONE: ""}
# More would be a page nobody reads; the rejects file has them all.
SHOWN = 200
EXAMPLES = 3
OPEN = {"acts": "acts", "media": "media", "productions": "production"}


class Sent(forms.Form):
    """What is not an act yet, and asks for no reason: nothing goes on record before the import begins."""

    refusal: RegistryError | None = None
    status = ActForm.status

    def grouped(self) -> list[tuple[str, list[forms.BoundField]]]:
        return [("", list(self))]


class FileForm(Sent):
    studio = forms.ModelChoiceField(Organisation.objects.none(), to_field_name="public_id", label="For the files of")
    file = forms.FileField(
        label="The spreadsheet, saved as CSV", widget=forms.FileInput(attrs={"accept": ".csv,.txt,.tsv,text/csv"}),
        help_text="Up to 20 MB and 20 000 rows. In Excel: Save as, CSV UTF-8. The first row holds the headings.",
        error_messages={"empty": "The file is empty. Choose the spreadsheet again."},
    )  # fmt: skip

    def __init__(self, *args, studios: QuerySet[Organisation], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["studio"].queryset = studios
        self.fields["studio"].initial = studios.first()


class ColumnsForm(Sent):
    """How the file is read, in which order numbers make a day, and what each column says."""

    encoding = forms.ChoiceField(label="How its letters are written", error_messages={
        "required": "Say how the letters of this file are written: choose the line in which the words read right.",
    })  # fmt: skip
    delimiter = forms.ChoiceField(label="What parts its cells", choices=choices(sheet.DELIMITERS))
    order = forms.ChoiceField(required=False, widget=forms.RadioSelect)

    def __init__(self, *args, run: Import, **kwargs) -> None:
        content = shelf.read(run)
        self.sheet = runs.opened(run)
        chosen = runs.proposed(run)
        known = {"encoding": run.encoding, "delimiter": run.delimiter, "order": run.order}
        super().__init__(*args, initial=known | {_name(at): chosen[one] for at, one in enumerate(self.sheet.headings)}, **kwargs)
        self.fields["encoding"].choices = _readings(content, run)
        self._ask_for_order(self.data and self._posted() or chosen)
        says = [("", "(left out)"), *((name, field.label) for name, field in FIELDS.items())]
        for at, heading in enumerate(self.sheet.headings):
            self.fields[_name(at)] = forms.ChoiceField(label=heading, required=False, choices=says)

    def _posted(self) -> dict[str, str]:
        return {heading: self.data.get(_name(at), "") for at, heading in enumerate(self.sheet.headings)}

    def _ask_for_order(self, columns: dict[str, str]) -> None:
        """Ask with the file's own example, where there is one that can be shown; or not at all."""
        unclear = entries.asked_for_order(self.sheet, columns)
        if unclear is None:
            del self.fields["order"]
            return
        example = unclear.sentence or "03/04/2026"
        where = f"{example} in row {unclear.row}" if unclear.sentence else f"A day such as {example}"
        self.fields["order"].label = f"{where} is"
        self.fields["order"].choices = [
            (order, f"{cells.day(example, order):%-d %B}: the {order} comes first")
            for order in (cells.DAY_FIRST, cells.MONTH_FIRST)
        ]  # fmt: skip

    def columns(self) -> list[tuple[forms.BoundField, list[str]]]:
        """Each column with what stands first in it."""
        found = []
        for at in range(len(self.sheet.headings)):
            cells_in_it = dict.fromkeys(row.cells[at] for row in self.sheet.rows[:200] if row.cells[at])
            found.append((self[_name(at)], [sheet.shown(cell, 80) for cell in list(cells_in_it)[:EXAMPLES]]))
        return found

    def said(self) -> dict[str, str]:
        return {heading: self.cleaned_data[_name(at)] for at, heading in enumerate(self.sheet.headings)}


@admin.register(Import)
class Imports(OwnRows):
    reads = enters = permissions.ENTERS
    rows_are = ("spreadsheet", "spreadsheets")
    heading = "Spreadsheets imported"
    about = "Consents that a studio kept in spreadsheets before. What is imported waits for its paper and a second lawyer."
    none_yet = "No spreadsheet has been sent in yet."
    add_words = "Send in a spreadsheet"
    list_display = ("name", "standing", "imported", "refused", "on_file", "sent")
    list_display_links = ("name",)
    list_filter = ("state",)
    list_select_related = ("sent_by",)
    search_fields = ("name",)
    search_help_text = "Any part of a file’s name."
    ordering = ("-id",)

    @admin.display(description="State", ordering="state")
    def standing(self, run: Import) -> str:
        return format_html('<span class="tag {}">{}</span>', COLOURS[run.state], run.get_state_display())

    @admin.display(description="Sent in", ordering="sent_at")
    def sent(self, run: Import) -> str:
        return f"{run.sent_at:%-d %B %Y}, {run.sent_by.display_name}"

    def pages(self) -> list:
        return [
            self.at("add/", self.add, "add"),
            self.at("<str:key>/columns/", self.columns, "columns"),
            self.at("<str:key>/stop/", self.stop, "stop"),
            self.at("<str:key>/rejects/", self.rejects, "rejects"),
        ]

    # ── Sending in ───────────────────────────────────────────────────────────────────────────────────────────────

    def add(self, request: HttpRequest) -> HttpResponse:
        self.let_in(request, self.enters)
        studios = permissions.organisations_where(request.user, self.enters)
        form = FileForm(sent(request), request.FILES or None, studios=studios)
        run = attempt(form, lambda: _received(form, request)) if request.method == "POST" else None
        if run is not None:
            return redirect(self.address(run, "columns"))
        return page(
            request, "desk/form.html", status=form.status, form=form, title="Send in a spreadsheet", button="Read it",
            about="It is read and shown to you first. Nothing is imported before you say so.", back=self.list_address,
            back_words=self.heading,
        )  # fmt: skip

    def columns(self, request: HttpRequest, key: str) -> HttpResponse:
        run = self.found(request, key)
        if run.state != State.DRAFT or not run.storage_key:
            return redirect(self.address(run))
        form = ColumnsForm(sent(request), run=run)
        if request.method == "POST" and form.is_valid() and _read_otherwise(form, run):
            if attempt(form, _done(lambda: _reread(form, run, request))):
                messages.success(request, "Read again. Look at the columns once more.")
                return redirect(self.address(run, "columns"))
        elif request.method == "POST" and attempt(form, _done(lambda: _explained(form, run, request))):
            return redirect(self.address(run))
        return page(
            request, "consent/desk/import_columns.html", status=form.status, form=form, run=run, back=self.list_address,
            title=f"What the columns of “{run.name}” say",
        )  # fmt: skip

    # ── Looking at it, and beginning ─────────────────────────────────────────────────────────────────────────────

    def row(self, request: HttpRequest, key: str) -> HttpResponse:
        run = self.found(request, key)
        if run.state == State.DRAFT and run.storage_key:
            return self._before(request, run) if run.columns else redirect(self.address(run, "columns"))
        return self._after(request, run)

    def _before(self, request: HttpRequest, run: Import) -> HttpResponse:
        form = ActForm(sent(request))
        begun = request.method == "POST" and attempt(
            form, lambda: runs.begin(run, by=request.user, at=timezone.now(), reason=form.why)
        )
        if begun:
            tasks.carry_on.delay_on_commit(run.public_id)
            return redirect(self.address(run))
        found = runs.preview(run, at=timezone.now())
        return page(
            request, "consent/desk/import_preview.html", status=form.status, form=form, run=run, found=found,
            imported=found.consents[Outcome.IMPORTED], refused=found.consents[Outcome.REFUSED],
            on_file=found.consents[Outcome.ON_FILE], troubles=found.refused[:SHOWN], left_open=_left_open(found),
            title=f"“{run.name}”, before it is imported", back=self.list_address,
        )  # fmt: skip

    def _after(self, request: HttpRequest, run: Import) -> HttpResponse:
        results = run.results.select_related("grant")
        form = ActForm(sent(request))
        stopped = run.state == State.STOPPED and bool(run.storage_key)
        if stopped and request.method == "POST" and attempt(
            form, lambda: runs.begin(run, by=request.user, at=timezone.now(), reason=form.why)
        ):  # fmt: skip
            tasks.carry_on.delay_on_commit(run.public_id)
            return redirect(self.address(run))
        return page(
            request, "consent/desk/import.html", status=form.status, form=form, run=run, title=f"“{run.name}”", stopped=stopped,
            running=run.state == State.RUNNING, state_colour=COLOURS[run.state], left=run.total - run.done,
            refused=results.filter(outcome=Outcome.REFUSED)[:SHOWN], on_file=results.filter(outcome=Outcome.ON_FILE)[:SHOWN],
            imported=results.filter(outcome=Outcome.IMPORTED)[:SHOWN], shown=SHOWN, back=self.list_address,
        )  # fmt: skip

    def stop(self, request: HttpRequest, key: str) -> HttpResponse:
        run = self.found(request, key)
        return act_page(
            request, form := ActForm(sent(request)),
            _done(lambda: runs.stop(run, by=request.user, at=timezone.now(), reason=form.why)),
            done="Stopped. What was imported stays.", to=lambda _: self.address(run), title=f"Stop importing “{run.name}”",
            about="No further consent is entered. Those entered stay on file; you can go on later.", button="Stop it",
            back=self.address(run),
        )  # fmt: skip

    @method_decorator(require_safe)
    def rejects(self, request: HttpRequest, key: str) -> HttpResponse:
        """The refused rows as a spreadsheet, to be corrected and sent in again."""
        run = self.found(request, key)
        lines = written(runs.rejects(run, at=timezone.now()), delimiter=run.delimiter)
        response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="rejects-{run.public_id}.csv"'
        return response


def _received(form: FileForm, request: HttpRequest) -> Import:
    file = form.cleaned_data["file"]
    # One byte more than is accepted, so that the act can tell and a huge file is never held whole.
    content = file.read(sheet.LARGEST + 1)
    studio = form.cleaned_data["studio"]
    return runs.receive(studio=studio, name=file.name, content=content, by=request.user, at=timezone.now())


def _read_otherwise(form: ColumnsForm, run: Import) -> bool:
    return (form.cleaned_data["encoding"], form.cleaned_data["delimiter"]) != (run.encoding, run.delimiter)


def _reread(form: ColumnsForm, run: Import, request: HttpRequest) -> None:
    runs.reread(run, encoding=form.cleaned_data["encoding"], delimiter=form.cleaned_data["delimiter"], by=request.user)


def _explained(form: ColumnsForm, run: Import, request: HttpRequest) -> None:
    runs.explain(run, said=form.said(), order=form.cleaned_data.get("order", ""), by=request.user)


def _done(act: Callable[[], None]) -> Callable[[], bool]:
    """An act that answers nothing, as one whose answer says that it was done."""

    def done() -> bool:
        act()
        return True

    return done


def _readings(content: bytes, run: Import) -> list[tuple[str, str]]:
    """The ways to read the file; where letters beyond ASCII tell them apart, with some words in each."""
    words = sheet.unlike(content)
    told = {name: ", ".join(word[name] for word in words) for name in sheet.WITHOUT_A_MARK}
    named = [(name, f"{label}: {told[name]}" if told.get(name) else label) for name, label in sheet.ENCODINGS.items()]
    return named if run.encoding else [("", "Choose the line that reads right"), *named]


def _left_open(found: Preview) -> list[tuple[str, int]]:
    return [(words, found.left_open[name]) for name, words in OPEN.items() if found.left_open[name]]


def _name(at: int) -> str:
    return f"column-{at}"
