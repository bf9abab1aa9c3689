"""What is out and has to stop: of each order and ending, who must stop distributing which signed file, and by when.

Nothing is generated and kept: what is to be done follows from the orders, the endings and the files that stood on them,
and what was answered is a record about the file on one of three forms – notice sent, stopped, not needed.
"""

import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from django.db import transaction

from consent import clocks, facts, lifecycle, on_record, paper, stating, subjects
from consent.forms.catalogue import form_named
from consent.forms.distribution import NOT_NEEDED, NOTIFIED, STOPPED
from consent.forms.locks import COURT_ORDER
from consent.forms.reading import checked
from consent.models import Ending, Statement
from consent.wording import day_in_words
from provenance import affected
from provenance.models import Credential
from provenance.printable import printable
from provenance.reach import DISTRIBUTION
from registry.errors import Conflict, Invalid
from registry.models import Organisation, User
from registry.permissions import ENTERS, insist

ANSWERS = {NOTIFIED: "Notice was sent", STOPPED: "Done, with evidence", NOT_NEEDED: "Not needed, because"}
RELEASED = "asset.released"
SOMEBODY = "Whoever distributes it (nobody is on record)"
Kind = Statement.Kind
# The last answer, by the id of the order or ending, the party and the SHA-256 of the file as it was received.
Answered = dict[tuple[str, str, str], Statement]


class Unfit(Invalid):
    """An answer that lacks what it is worth something by."""


class NotOpen(Conflict):
    def __init__(self) -> None:
        super().__init__("distribution.not_open", "A file you chose is answered for already. Load the page again.")


@dataclass(frozen=True, slots=True)
class Cause:
    """An order or an ending that reaches what is out: everything it names must have stopped by `due`."""

    id: str
    title: str
    about: str
    due: datetime
    studio: Organisation
    files: tuple[Credential, ...]


@dataclass(frozen=True, slots=True)
class Task:
    """One party stops one file. `state` is open, notified, stopped or not_needed; `record` is what was answered last."""

    file: Credential
    state: str
    record: Statement | None = None

    @property
    def open(self) -> bool:
        return self.state in ("open", "notified")


@dataclass(frozen=True)
class Errand:
    """All that one party has to stop because of one order or ending."""

    cause: Cause
    party: str
    tasks: tuple[Task, ...]

    @property
    def key(self) -> str:
        """A name for the party that an address can hold."""
        return hashlib.sha256(self.party.encode()).hexdigest()[:16]

    @cached_property
    def open(self) -> list[Task]:
        return [one for one in self.tasks if one.open]

    @property
    def notified(self) -> bool:
        return all(one.state != "open" for one in self.tasks)

    def overdue(self, at: datetime) -> bool:
        return bool(self.open) and self.cause.due <= at


def errands(studio: Organisation, *, at: datetime) -> list[Errand]:
    """Everything of a studio that has to stop, done or not: what is open first, and of that the soonest."""
    causes = [*_orders(studio, at), *_endings(studio)]
    files = {file.asset.sha256: file for cause in causes for file in cause.files}
    through, answered = _through(files, studio, at), _answered(files, studio)
    found = [errand for cause in causes for errand in _of(cause, through, answered)]
    return sorted(found, key=lambda one: (not one.open, one.cause.due, one.cause.id, one.party))


def answer(errand: Errand, answer: str, *, files: Collection[str], moment: datetime, words: str, by: User, at: datetime,
           reason: str, evidence: paper.Paper | None = None) -> list[Statement]:
    """Answer for some of the files, by their credentials' ids: a record about each, on the form `answer`, all resting on
    the one document. Raises Unfit, NotOpen."""
    studio = errand.cause.studio
    insist(by, studio, ENTERS, to="answer for distribution")
    chosen = [one for one in errand.open if one.file.public_id in files]
    if not files:
        raise Unfit("distribution.files", "Choose at least one file.")
    if len(chosen) != len(set(files)):
        raise NotOpen
    form, details = form_named(answer), _details(errand, answer, moment, words)
    if form.evidence and evidence is None:
        raise Unfit("distribution.evidence", "“Done” needs its evidence, such as a confirmation or a screenshot.")
    if moment > at:
        raise Unfit("distribution.future", "It lies in the future. Answer once it has happened.")
    with paper.shelved((evidence,) if evidence else ()) as shelved, transaction.atomic():
        Organisation.objects.select_for_update().get(pk=studio.pk)
        now = _answered({one.file.asset.sha256: one.file for one in chosen}, studio)
        if any(not _task(errand.cause, errand.party, one.file, now).open for one in chosen):
            raise NotOpen
        document = paper.record(shelved[0], studio=studio, by=by, at=at, kind="record") if shelved else None
        return [
            stating.write(
                Kind.RECORD, studio=studio, subject=one.file.asset.sha256, by=[by], actor=by, at=at, reason=reason,
                tag="record:stated", evidence=document, form=form.code, details=checked(form, details),
            )
            for one in chosen
        ]  # fmt: skip


def notice(errand: Errand) -> str:
    """What the party is told, to be sent as it stands: which files, by when, and nothing of why or of whom."""
    due = errand.cause.due.astimezone(UTC)
    lines = [
        f"To: {errand.party}", f"From: {errand.cause.studio}", "",
        f"Please stop distributing the files below by {day_in_words(due.date())}, {due:%H:%M} UTC, "
        "wherever you make them available, and confirm in writing what you stopped, where and when.",
        "", "Each file is known by the SHA-256 of its signed bytes:", "",
        *(f"- {printable(one.file.title)}\n  {one.file.public_id}\n  {one.file.sha256}" for one in errand.open),
        "", f"Reference: {errand.cause.id}", "",
    ]  # fmt: skip
    return "\n".join(lines)


# --- what has to stop ------------------------------------------------------------------------------------------------


def _orders(studio: Organisation, at: datetime) -> Iterator[Cause]:
    """Court orders that hold and reach distribution; what is lifted asks for nothing more."""
    locks = Statement.objects.filter(kind=Kind.LOCK, form=COURT_ORDER, studio=studio, effective_at__lte=at)
    lifted = Statement.objects.filter(kind=Kind.LIFT, studio=studio, refers_to__isnull=False, effective_at__lte=at)
    for row in locks.exclude(pk__in=lifted.values("refers_to")).prefetch_related("by").order_by("pk"):
        if (row.acts and DISTRIBUTION not in row.acts) or (row.until is not None and row.until <= at):
            continue
        about = subjects.found(studio, row.subject)
        due = [one.at for one in clocks.due([on_record.stated(row)], at)]
        files = _released(Credential.objects.filter(asset__in=affected.reached(about)))
        yield Cause(row.public_id, "Court order", about.label, min(due, default=row.effective_at), studio, files)


def _endings(studio: Organisation) -> Iterator[Cause]:
    """Endings after which released work has to stop: at once, or once its run-off is over."""
    rows = Ending.objects.filter(grant__studio=studio, mode__in=(Ending.Mode.CEASE_ALL, Ending.Mode.RUN_OFF))
    found = []
    for row in rows.select_related("grant__person").order_by("pk"):
        ending = facts.Ending(row.public_id, row.kind, row.mode, row.effective_at, row.run_off_to, row.recorded_at)
        if (due := lifecycle.to_stop_by(ending, lifecycle.RELEASED)) is not None:
            found.append((row, due))
    files = _standing_on({row.grant_id for row, _ in found})
    for row, due in found:
        title = f"Ending: {row.get_mode_display().lower()}"
        yield Cause(row.public_id, title, str(row.grant), due, studio, tuple(files.get(row.grant_id, ())))


def _standing_on(grants: Collection[int]) -> dict[int, list[Credential]]:
    """The released files of many consents at once, by the consent they stood on."""
    if not grants:
        return {}
    pairs = Credential.objects.filter(decision__revisions__grant__in=grants).order_by("pk").distinct()
    found: dict[int, list[int]] = {}
    for grant, file in pairs.values_list("decision__revisions__grant", "pk"):
        found.setdefault(grant, []).append(file)
    files = {one.pk: one for one in _released(Credential.objects.filter(pk__in={pk for its in found.values() for pk in its}))}
    return {grant: [files[pk] for pk in its] for grant, its in found.items() if grant in grants}


def _released(credentials) -> tuple[Credential, ...]:
    return tuple(credentials.select_related("asset__vendor", "asset__production").order_by("pk").distinct())


def _of(cause: Cause, through: Mapping[str, Sequence[str]], answered: Answered) -> Iterator[Errand]:
    parties: dict[str, list[Task]] = {}
    for file in cause.files:
        others = through.get(file.asset.sha256) or (SOMEBODY,)
        for party in dict.fromkeys((str(file.asset.vendor), *others)):
            parties.setdefault(party, []).append(_task(cause, party, file, answered))
    return (Errand(cause, party, tuple(tasks)) for party, tasks in parties.items())


def _task(cause: Cause, party: str, file: Credential, answered: Answered) -> Task:
    record = answered.get((cause.id, party, file.asset.sha256))
    state = {STOPPED: "stopped", NOT_NEEDED: "not_needed", NOTIFIED: "notified"}.get(record.form if record else "", "open")
    return Task(file, state, record)


# --- what is on record -----------------------------------------------------------------------------------------------


def _through(files: Mapping[str, Credential], studio: Organisation, at: datetime) -> dict[str, list[str]]:
    """Of each file the distributors and platforms through whom it was released, as records of its release say."""
    found: dict[str, list[str]] = {}
    for held in on_record.holding_about(list(files), studio=studio, at=at) if files else ():
        if held.record.form == RELEASED:
            found.setdefault(held.record.subject, []).extend(held.record.values.get("through") or ())
    return found


def _answered(files: Mapping[str, Credential], studio: Organisation) -> Answered:
    """What was answered last for each; what was lifted was never answered."""
    rows = Statement.objects.filter(studio=studio, subject__in=list(files), form__in=tuple(ANSWERS)).order_by("pk")
    lifted = Statement.objects.filter(refers_to__isnull=False, studio=studio).values("refers_to")
    kept = rows.filter(kind=Kind.RECORD).exclude(pk__in=lifted)
    return {(one.details["because_of"], one.details["party"], one.subject): one for one in kept}


def _details(errand: Errand, answer: str, moment: datetime, words: str) -> dict[str, Any]:
    said = {"because_of": errand.cause.id, "party": errand.party}
    if not words.strip():
        raise Unfit("distribution.words", "Say what was done, or why nothing need be.")
    if answer == NOT_NEEDED:
        return said | {"because": words}
    return said | ({"sent_at": moment, "how": words} if answer == NOTIFIED else {"stopped_at": moment, "what": words})
