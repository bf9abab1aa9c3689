"""Bring a studio's spreadsheet into its consent files: sent in, looked at, begun, carried on in turns, stopped.

Every consent is entered by the one act that enters consents, whole or not at all, and waits for its paper and the second
lawyer like any other. What was imported wrongly is amended or ended: nothing is taken back.
"""

import hashlib
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from django.db import transaction

from consent import grants
from consent.imports import columns, entries, sheet, shelf
from consent.imports.entries import Trouble
from consent.imports.weighing import Outcome, Preview, Scales, Weighed
from consent.models import Grant, Import, ImportResult
from registry import journal, people
from registry.errors import Conflict, Invalid, NotAllowed, RegistryError, Unavailable
from registry.models import Organisation, Person, User
from registry.permissions import ENTERS, insist

State = Import.State
# Consents entered in one transaction: what a killed worker has to do again, and how long others wait on a file database.
BATCH = 50
# Between two transactions others that wait to write get their turn: a file database keeps no queue.
PAUSE = 0.1
# How long a worker stays with one import before other work may come between.
TURN = timedelta(seconds=30)
# How long an import may stand still before it is called out again.
SILENT = timedelta(seconds=20)
KEPT = timedelta(days=30)


class NotNow(Conflict):
    def __init__(self, state: str) -> None:
        super().__init__("import.state", f"This import is {State(state).label.lower()}. Load the page again to see more.")


def receive(*, studio: Organisation, name: str, content: bytes, by: User, at: datetime) -> Import:
    """Take in a file that can be read, to be looked at; nothing of it is on record yet."""
    insist(by, studio, ENTERS, to="import consents")
    sheet.check_size(content)
    encoding = sheet.guess_encoding(content)
    readable = encoding or sheet.shown_first(content)
    delimiter = sheet.guess_delimiter(content, readable)
    rows = sheet.read(content, encoding=readable, delimiter=delimiter)
    storage_key, sealed_key = shelf.keep(content)
    return Import.objects.create(
        studio=studio, name=sheet.shown(name, 120) or "spreadsheet.csv", sha256=hashlib.sha256(content).hexdigest(),
        storage_key=storage_key, sealed_key=sealed_key, encoding=encoding, delimiter=delimiter, rows=len(rows.rows),
        sent_by=by, sent_at=at,
    )  # fmt: skip


def proposed(run: Import) -> dict[str, str]:
    """Heading → field: as said already, as this studio said it last time, or as the words of the headings suggest."""
    last = Import.objects.filter(studio=run.studio).exclude(columns={}).first()
    return columns.guess(headings(run), run.columns or (last.columns if last else {}))


def headings(run: Import) -> tuple[str, ...]:
    return opened(run).headings


def opened(run: Import) -> sheet.Sheet:
    content = shelf.read(run)
    return sheet.read(content, encoding=run.encoding or sheet.shown_first(content), delimiter=run.delimiter)


def reread(run: Import, *, encoding: str, delimiter: str, by: User) -> None:
    """Read the file in another way; what was said of its columns is asked again."""
    insist(by, run.studio, ENTERS, to="import consents")
    if run.state != State.DRAFT:
        raise NotNow(run.state)
    rows = sheet.read(shelf.read(run), encoding=encoding, delimiter=delimiter)
    run.encoding, run.delimiter, run.rows, run.columns, run.order = encoding, delimiter, len(rows.rows), {}, ""
    run.save(update_fields=["encoding", "delimiter", "rows", "columns", "order"])


def explain(run: Import, *, said: dict[str, str], order: str, by: User) -> None:
    """Which heading means what, and in which order numbers make a day: asked for where one could be read in two."""
    insist(by, run.studio, ENTERS, to="import consents")
    if run.state != State.DRAFT:
        raise NotNow(run.state)
    if not run.encoding:
        raise Invalid("import.encoding", "Say first how the letters of this file are written.")
    columns.check(said)
    unclear = entries.asked_for_order(opened(run), said)
    if unclear and not order:
        shown = f" says {unclear.sentence}" if unclear.sentence else ""
        where = f"“{unclear.column}” in row {unclear.row}{shown}"
        raise Invalid("import.order", f"{where}: say whether the day or the month comes first.")
    run.columns, run.order = said, order if unclear else ""
    run.save(update_fields=["columns", "order"])


def preview(run: Import, *, at: datetime) -> Preview:
    """What importing it now would do. Writes nothing."""
    return Scales(run).preview(at=at)


def begin(run: Import, *, by: User, at: datetime, reason: str) -> Import:
    """Start it, or go on with one that was stopped. Whoever begins it is the one who entered its consents."""
    insist(by, run.studio, ENTERS, to="import consents")
    scales = Scales(run)
    found = scales.preview(at=at)
    if not found.consents[Outcome.IMPORTED]:
        raise Invalid("import.nothing", "Nothing in this file can be imported. Correct the rows below and send it again.")
    with transaction.atomic():
        run = Import.objects.select_for_update().get(pk=run.pk)
        if run.state not in (State.DRAFT, State.STOPPED):
            raise NotNow(run.state)
        columns.check(run.columns)
        run.state, run.total, run.trouble, run.reason = State.RUNNING, len(scales.groups), "", reason
        run.begun_by, run.begun_at, run.moved_at, run.ended_at = by, at, at, None
        run.save()
        _record(run, "import:begun", journal.by_user(by), at=at, reason=reason)
    return run


def stop(run: Import, *, by: User, at: datetime, reason: str) -> None:
    """No consent is begun from here on; those entered stay."""
    insist(by, run.studio, ENTERS, to="import consents")
    with transaction.atomic():
        run = Import.objects.select_for_update().get(pk=run.pk)
        if run.state != State.RUNNING:
            raise NotNow(run.state)
        _end(run, State.STOPPED, at=at)
        _record(run, "import:stopped", journal.by_user(by), at=at, reason=reason)


def carry_on(import_id: str, *, clock: Callable[[], datetime]) -> bool:
    """Enter the next consents of a running import, for one turn; whether any are left. Twice at once is harmless."""
    run = Import.objects.select_related("studio", "begun_by").filter(public_id=import_id, state=State.RUNNING).first()
    if run is None:
        return False
    try:
        scales = Scales(run)
    except Unavailable:
        raise
    except RegistryError as broken:
        _break_off(run, broken.detail, at=clock())
        return False
    until = clock() + TURN
    while clock() < until:
        try:
            more = _one_batch(scales, at=clock())
        except NotAllowed as refused:
            _break_off(run, refused.detail, at=clock())
            return False
        if not more:
            return False
        time.sleep(PAUSE)
    return True


def to_call(*, at: datetime) -> list[str]:
    """The running imports that nobody has moved for a while."""
    running = Import.objects.filter(state=State.RUNNING, moved_at__lte=at - SILENT)
    return list(running.values_list("public_id", flat=True))


def forget_old(*, at: datetime) -> None:
    """A file is needed for correcting what was refused, and not for ever: it names people, and is destroyed."""
    for run in Import.objects.filter(sent_at__lte=at - KEPT).exclude(storage_key="").exclude(state=State.RUNNING):
        shelf.forget(run)


def rejects(run: Import, *, at: datetime) -> Iterator[list[str]]:
    """The refused rows as they were sent, with their reasons; before it began, those that would be refused now."""
    scales = Scales(run)
    if run.state == State.DRAFT:
        return scales.rejects({one.row: _sentence(one) for _, one in scales.preview(at=at).refused})
    kept = run.results.filter(outcome=Outcome.REFUSED)
    return scales.rejects({one.row: _sentence(one) for one in kept})


# ── One batch ────────────────────────────────────────────────────────────────────────────────────────────────────


def _one_batch(scales: Scales, *, at: datetime) -> bool:
    """The next consents, in one transaction with what is said of them; whether any are left to this worker."""
    run = scales.run
    insist(run.begun_by, run.studio, ENTERS, to="import consents")
    with transaction.atomic():
        locked = Import.objects.select_for_update().get(pk=run.pk)
        if locked.state != State.RUNNING or locked.done != run.done:
            # It was stopped, or another worker is at it.
            return False
        for group in scales.groups[run.done : run.done + BATCH]:
            weighed = scales.weigh(group, at=at)
            grant = None
            if weighed.entry and weighed.settled:
                weighed, grant = _entered(scales, weighed, at=at)
            _note(run, weighed, grant, at=at)
            locked.done += 1
            setattr(locked, weighed.outcome, getattr(locked, weighed.outcome) + 1)
        locked.moved_at = at
        locked.save(update_fields=["done", "imported", "on_file", "refused", "moved_at"])
        if locked.done == locked.total:
            _end(locked, State.DONE, at=at)
            _record(locked, "import:finished", journal.by_system("import"), at=at)
    run.done = locked.done
    if locked.state == State.DONE and not locked.refused:
        shelf.forget(locked)
    return locked.state == State.RUNNING


def _entered(scales: Scales, weighed: Weighed, *, at: datetime) -> tuple[Weighed, Grant | None]:
    """One consent and, where they are new, its person; if anything is refused, neither."""
    run, entry, settled = scales.run, weighed.entry, weighed.settled
    said = {"by": run.begun_by, "at": at, "reason": f"{run.reason} – “{run.name}”, row {entry.row}, {run.public_id}"}
    try:
        with transaction.atomic():
            person = _person(settled, said)
            grant = grants.enter(
                person=person, studio=run.studio, production=settled.production, number=entry.number, kind=entry.kind,
                terms=_terms(weighed), **said,
            )  # fmt: skip
    except RegistryError as refused:
        return Weighed(weighed.group, Outcome.REFUSED, (Trouble(entry.row, "", refused.detail),)), None
    scales.files.entered(entry, settled, person if settled.new else None)
    return weighed, grant


def _person(settled, said: dict) -> Person:
    person = settled.person
    if settled.new:
        return people.add(
            studio=person.studio, alias=person.alias, legal_name=person.legal_name, birth_date=person.birth_date, **said
        )
    return people.correct(person, **settled.gaps, **said) if settled.gaps else person


def _terms(weighed: Weighed) -> grants.Terms:
    entry, settled = weighed.entry, weighed.settled
    lines = tuple(
        grants.Line(
            effect=block.effect, uses=block.uses, modalities=block.modalities, territories=block.territories,
            territories_except=block.territories_except, acts=block.acts, media=block.media,
            productions=settled.of_block[block], start=block.start, end=block.end,
        )
        for block in entry.blocks
    )  # fmt: skip
    return grants.Terms(
        effective_from=entry.effective_from, term_end=entry.term_end, description=entry.description,
        authority=settled.authority, lines=lines,
    )  # fmt: skip


def _note(run: Import, weighed: Weighed, grant: Grant | None, *, at: datetime) -> None:
    ImportResult.objects.bulk_create(
        ImportResult(
            of=run, row=told.row, number=sheet.shown(weighed.group.number), outcome=weighed.outcome,
            column=told.column[:200], sentence=told.sentence, grant=grant, recorded_at=at,
        )
        for told in weighed.told()
    )  # fmt: skip


def _end(run: Import, state: str, *, at: datetime) -> None:
    run.state, run.ended_at = state, at
    run.save(update_fields=["state", "ended_at", "trouble"])


def _break_off(run: Import, why: str, *, at: datetime) -> None:
    """Stop it for a reason that will not pass by itself."""
    with transaction.atomic():
        run = Import.objects.select_for_update().get(pk=run.pk)
        if run.state == State.RUNNING:
            run.trouble = why[:300]
            _end(run, State.STOPPED, at=at)
            _record(run, "import:stopped", journal.by_system("import"), at=at, reason=why)


def _record(run: Import, tag: str, actor: journal.Actor, *, at: datetime, reason: str = "") -> None:
    counted = {name: getattr(run, name) for name in ("rows", "total", "done", "imported", "on_file", "refused")}
    journal.record(
        actor=actor, tag=tag, subject=run.public_id, organisation=run.studio, details={"sha256": run.sha256, **counted},
        at=at, reason=reason,
    )  # fmt: skip


def _sentence(told: Trouble | ImportResult) -> str:
    return f"{told.column}: {told.sentence}" if told.column else told.sentence
