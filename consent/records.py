"""State, confirm, correct and lift what is on record: every kind of it on one of the forms, in one shape (docs/adr/0007).

Where a form takes two people, what the first states counts once another confirms it, by a statement of its own.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from consent import endings, life, on_record, paper, subjects
from consent.forms.catalogue import FORMS, RESOLUTION, form_named
from consent.forms.reading import NotFilledIn, checked, values_of
from consent.forms.shape import (
    AUTHORITY,
    DETERMINATION,
    GRANT,
    LIFT,
    LOCK,
    PERSON,
    PRODUCTION,
    RECORD,
    REPLICA,
    VENDORS,
    Form,
    Values,
    day_in,
    moment_in,
    number_in,
)
from consent.grants import SameLawyer
from consent.holding import Held
from consent.models import Evidence, Statement
from consent.stating import AlreadyAnswered, write
from consent.subjects import Subject
from registry import people
from registry.errors import Conflict, Fault, Invalid, NotAllowed
from registry.models import Authority, Organisation, Person, User
from registry.permissions import NotYourDesk, may_enter, may_verify

NAMED = (PERSON, AUTHORITY, GRANT, PRODUCTION, REPLICA)
TITLE, WHOLE = "authority.title", 100
TAGS = {RECORD: "record:stated", LOCK: "lock:set", DETERMINATION: "determination:proposed"}


class NotASecond(NotAllowed):
    def __init__(self) -> None:
        super().__init__("record.same_person", "You stated this yourself. It counts once somebody else confirms it.")


class NotAbout(Invalid):
    def __init__(self, form: Form, subject: Subject) -> None:
        super().__init__("record.subject", f"“{form.title}” is not recorded about {subject.label}. Choose another form.")


class OnRecordAlready(Conflict):
    def __init__(self, form: Form) -> None:
        super().__init__(
            "record.one_only",
            f"“{form.title}” is on record already, and only one holds at a time. Correct that one, or lift it first.",
        )


class NothingToConfirm(Conflict):
    def __init__(self) -> None:
        super().__init__("record.nothing_to_confirm", "This does not wait for a second person.")


class NotCorrectedHere(Conflict):
    def __init__(self, how: str) -> None:
        super().__init__("record.not_corrected", how)


class TooManyShares(Conflict):
    def __init__(self, total: Decimal, group: str) -> None:
        told = f" of the group “{group}”" if group else ""
        super().__init__(
            "authority.shares",
            f"With this the shares{told} come to {total.normalize():f} per cent. Correct the share that is too large first.",
        )


class CircularTitle(Conflict):
    def __init__(self) -> None:
        super().__init__(
            "authority.circular",
            "The title would come round to where it began. Check from whom each title on this person's chain came.",
        )


# --- acts ----------------------------------------------------------------------------------------------------------


def state(code: str, *, studio: Organisation, subject: str, details: Mapping[str, Any], by: User, at: datetime, reason: str,
          evidence: paper.Paper | None = None, effective_at: datetime | None = None, until: datetime | None = None,
          acts: tuple[str, ...] | None = None) -> Statement:
    """Put something on record about a subject, from `effective_at` (now) to before `until` (open)."""
    form, about = form_named(code), subjects.found(studio, subject)
    if not may_enter(by, studio):
        raise NotYourDesk(studio, f"record “{form.title}”")
    if form.kind == LIFT or about.kind not in form.about:
        raise NotAbout(form, about)
    kept = _checked(form, about, details)
    _refuse_span(effective_at or at, until)
    if form.evidence and evidence is None:
        raise Invalid("record.evidence", f"“{form.title}” needs its document. Add the file.")
    with _paper(evidence, studio=studio, by=by, at=at) as document:
        _one_at_a_time(about)
        _refuse_unfit(form, about, values_of(form, kept), by=by, at=at, thread=None)
        _refuse_second(form, about, start=effective_at or at, until=until)
        row = write(
            form.kind, studio=studio, subject=about.id, by=[by], actor=by, at=at, reason=reason, tag=TAGS[form.kind],
            acts=form.acts if acts is None else acts, effective_at=effective_at, until=until, evidence=document,
            question=form.question, answer=kept["answer"] if form.kind == DETERMINATION else "", **_columns(form, about, kept),
        )  # fmt: skip
        if form.people == 1:
            _take_effect(form, about, row, first=by, second=None, at=at, reason=reason)
    return row


def confirm(row: Statement, *, by: User, at: datetime, reason: str) -> Statement:
    """A second person stands behind it: from now on it counts, for the time it names."""
    form, about = form_named(row.form), subjects.found(row.studio, row.subject)
    if not may_verify(by, row.studio):
        raise NotYourDesk(row.studio, f"confirm “{form.title}”")
    first = list(row.by.all())
    if row.kind == LIFT or form.people != 2 or len(first) != 1:
        raise NothingToConfirm
    if by in first:
        raise NotASecond
    if row.evidence is not None:
        paper.read(row.evidence)
    with transaction.atomic():
        _one_at_a_time(about)
        values = values_of(form, row.details | on_record.opened(row, about.person))
        _refuse_unfit(form, about, values, by=first[0], at=at, thread=_first(row).public_id)
        confirmed = write(
            row.kind, studio=row.studio, subject=row.subject, by=[*first, by], actor=by, at=at, reason=reason,
            tag="determination:made" if row.kind == DETERMINATION else "record:confirmed", acts=row.acts, refers_to=row,
            effective_at=row.effective_at, until=row.until, evidence=row.evidence, question=row.question, answer=row.answer,
            form=row.form, details=row.details, sealed=bytes(row.sealed),
        )  # fmt: skip
        _take_effect(form, about, confirmed, first=first[0], second=by, at=at, reason=reason)
    return confirmed


def correct(row: Statement, *, details: Mapping[str, Any], by: User, at: datetime, reason: str,
            evidence: paper.Paper | None = None, effective_at: datetime | None = None,
            until: datetime | None = None) -> Statement:
    """A new record takes the place of this one, which stays to be seen. Its document stays too, unless another comes."""
    form, about = form_named(row.form), subjects.found(row.studio, row.subject)
    if not may_enter(by, row.studio):
        raise NotYourDesk(row.studio, f"correct “{form.title}”")
    if row.kind == LOCK:
        raise NotCorrectedHere("A lock is not corrected: set another, then lift this one, so that nothing is open between.")
    if row.kind == DETERMINATION:
        raise NotCorrectedHere("A determination is not corrected: answer the question anew. A no counts at once.")
    if row.kind != RECORD:
        raise NotCorrectedHere("What was lifted stays lifted. State it anew if it holds again.")
    kept, start = _checked(form, about, details), effective_at or row.effective_at
    _refuse_span(start, until)
    with _paper(evidence, studio=row.studio, by=by, at=at) as document:
        _one_at_a_time(about)
        _refuse_unfit(form, about, values_of(form, kept), by=by, at=at, thread=_first(row).public_id)
        corrected = write(
            RECORD, studio=row.studio, subject=row.subject, by=[by], actor=by, at=at, reason=reason, tag="record:corrected",
            refers_to=row, effective_at=start, until=until, evidence=document or row.evidence, acts=row.acts,
            **_columns(form, about, kept),
        )  # fmt: skip
        if form.people == 1:
            _take_effect(form, about, corrected, first=by, second=None, at=at, reason=reason)
    return corrected


def lift(row: Statement, *, by: User, at: datetime, reason: str, details: Mapping[str, Any] | None = None) -> Statement:
    """It holds no longer. A lock, and what took two people, is lifted by one who may verify."""
    form = form_named(row.form)
    by_a_verifier = row.kind == LOCK or form.people == 2
    if not (may_verify if by_a_verifier else may_enter)(by, row.studio):
        raise NotYourDesk(row.studio, f"lift “{form.title}”")
    if row.kind == DETERMINATION:
        raise NotCorrectedHere("A determination is not lifted: answer the question anew. A no counts at once.")
    if row.kind == LIFT:
        raise AlreadyAnswered
    about = subjects.found(row.studio, row.subject)
    how: dict[str, Any] = {"form": row.form}
    if row.kind == LOCK:
        how = _columns(RESOLUTION, about, _checked(RESOLUTION, about, details or {}))
    return write(
        LIFT, studio=row.studio, subject=row.subject, by=[by], actor=by, at=at, reason=reason, refers_to=row, acts=row.acts,
        tag="lock:lifted" if row.kind == LOCK else "record:lifted", **how,
    )  # fmt: skip


# --- what is entered -----------------------------------------------------------------------------------------------


def _checked(form: Form, about: Subject, details: Mapping[str, Any]) -> dict[str, Any]:
    """The details as they are kept, every reference found on the studio's files."""
    kept = checked(form, details)
    faults = []
    for field in form.fields:
        if field.name not in kept or field.type not in (*NAMED, RECORD, VENDORS):
            continue
        try:
            kept[field.name] = _named(field.type, form, about, kept[field.name])
        except subjects.NotOnThisFile:
            faults.append(Fault(f"/details/{field.name}", "record.field", f"“{field.label}” names nothing on these files."))
    if faults:
        raise NotFilledIn(form, tuple(faults))
    return kept


def _named(kind: str, form: Form, about: Subject, given: Any) -> Any:
    """The id under which records name it, or the ids; of what belongs to a person, only to this one."""
    if kind == VENDORS:
        if subjects.vendors_of(about.studio).filter(public_id__in=given).count() != len(given):
            raise subjects.NotOnThisFile
        return given
    if kind == RECORD:
        if (row := answerable(form, about).filter(public_id=given).first()) is None:
            raise subjects.NotOnThisFile
        return _first(row).public_id
    named = subjects.found(about.studio, given)
    other = named.person is not None and about.person is not None and named.person != about.person
    if named.kind != kind or (other and kind != PERSON):
        raise subjects.NotOnThisFile
    return named.id


def answerable(form: Form, about: Subject) -> QuerySet[Statement]:
    """The records about the subject that one on this form may answer."""
    codes = [one.code for one in FORMS.values() if any(clock.answered_by == form.code for clock in one.clocks)]
    return Statement.objects.filter(studio=about.studio, subject=about.id, form__in=codes, refers_to=None)


def _columns(form: Form, about: Subject, kept: dict[str, Any]) -> dict[str, Any]:
    """The details in the clear, and the private ones under the person's key; where there is no person, all are kept."""
    private = {name: value for name, value in kept.items() if name in form.private and about.person is not None}
    if private and not about.person.data_key:
        raise people.Erased
    shown = {name: value for name, value in kept.items() if name not in private}
    return {"form": form.code, "details": shown, "sealed": on_record.sealed(about.person, private) if private else b""}


@contextmanager
def _paper(document: paper.Paper | None, *, studio: Organisation, by: User, at: datetime) -> Iterator[Evidence | None]:
    """A transaction in which the document, if there is one, goes on record."""
    with paper.shelved((document,) if document else ()) as shelved, transaction.atomic():
        yield paper.record(shelved[0], studio=studio, by=by, at=at, kind="record") if shelved else None


# --- what is refused -----------------------------------------------------------------------------------------------


def _refuse_span(start: datetime, until: datetime | None) -> None:
    if until is not None and until <= start:
        raise Invalid("record.span", "It ends before it begins. Check both moments.")


def _one_at_a_time(about: Subject) -> None:
    """Whoever records about the same person, or of a work about the same studio, waits."""
    row = about.person or about.studio
    type(row)._default_manager.select_for_update().get(pk=row.pk)


def _refuse_second(form: Form, about: Subject, *, start: datetime, until: datetime | None) -> None:
    if form.many or form.kind != RECORD:
        return
    rows = on_record.about([about.id], studio=about.studio)
    for thread in on_record.open_threads(rows, form.code):
        latest = thread[-1]
        if (latest.until is None or start < latest.until) and (until is None or latest.effective_at < until):
            raise OnRecordAlready(form)


def _refuse_unfit(form: Form, about: Subject, values: Values, *, by: User, at: datetime, thread: str | None) -> None:
    """What only the file can tell: shares, circles, ages, and where the consent stands."""
    if form.code == TITLE:
        _refuse_title(about, values, at=at, thread=thread)
    if (refuse := _UNFIT.get(form.code)) is not None:
        refuse(about, values, by, at)
    if form.event in ("reaffirmed", "returned_for_correction") and thread is None and about.grant is not None:
        life.refuse_impossible(about.grant, form.event, at=at)


def _refuse_title(about: Subject, values: Values, *, at: datetime, thread: str | None) -> None:
    """No more than the whole in one group, and no title that comes from itself."""
    titles = {one.record.subject: one.record.values for one in _titles(about, at) if one.thread != thread}
    group = str(values.get("group", ""))
    total = number_in(values, "share_percent")
    for other in titles.values():
        total += number_in(other, "share_percent") if str(other.get("group", "")) == group else 0
    if total > WHOLE:
        raise TooManyShares(total, group)
    source = values.get("derives_from")
    while source is not None:
        if source == about.id:
            raise CircularTitle
        source = titles.pop(str(source), {}).get("derives_from")


def _titles(about: Subject, at: datetime) -> list[Held]:
    """The titles that hold among those who may speak for the person."""
    ids = Authority.objects.filter(person=about.person, replaces=None).values_list("public_id", flat=True)
    return [one for one in on_record.holding_about(list(ids), studio=about.studio, at=at) if one.record.form == TITLE]


def _refuse_reaffirmation(about: Subject, values: Values, by: User, at: datetime) -> None:
    person, signed = about.person, day_in(values, "signed_on")
    age = person.age_on(signed) if person is not None and signed is not None else None
    if age is None:
        raise Invalid("record.birth_date", "Whether they were of age is not known. Put their date of birth on file first.")
    if age < people.OF_AGE or (signed and signed > at.date()):
        raise Invalid("record.of_age", "They were not of age on that day. Only the performer, at 18, reaffirms.")


def _refuse_minor(about: Subject, values: Values, by: User, at: datetime) -> None:
    age = about.person.age_on(at.date()) if about.person else None
    if about.person is None or about.person.never_public or (age is not None and age < people.OF_AGE):
        raise NotAllowed("record.never_public", "This person is never named in public. A minor never is.")


def _refuse_own_return(about: Subject, values: Values, by: User, at: datetime) -> None:
    if about.grant is None or not may_verify(by, about.studio):
        raise NotYourDesk(about.studio, "return a consent for correction")
    if about.grant.revisions.last().entered_by_id == by.pk:
        raise SameLawyer


def _refuse_another_death(about: Subject, values: Values, by: User, at: datetime) -> None:
    died = about.person.death_date if about.person else None
    if died is not None and died != day_in(values, "died_on"):
        raise Conflict("person.died", f"Their file says that they died on {died.isoformat()}. One of the two is wrong.")


def _refuse_unfit_ending(about: Subject, values: Values, by: User, at: datetime) -> None:
    received, ended = moment_in(values, "received_at"), moment_in(values, "ended_at")
    if received is not None and received > at:
        raise Invalid("ending.future", "The notice cannot have been received in the future.")
    if values.get("mode") == "run_off" and day_in(values, "run_off_to") is None:
        raise Invalid("ending.run_off_date", "A run-off needs the last day of use.")
    annuls = endings.annuls(str(values["ending"]), str(values["mode"]))
    if received and ended and ended >= received and not annuls:
        raise Invalid("ending.takes_one", "This ending does not reach back. Record it on the consent file itself.")
    if about.grant is not None:
        life.refuse_impossible(about.grant, "annulled" if annuls else "ended", at=at)


_UNFIT: dict[str, Callable[[Subject, Values, User, datetime], None]] = {
    "grant.reaffirmation": _refuse_reaffirmation,
    "person.publicity": _refuse_minor,
    "grant.returned": _refuse_own_return,
    "person.death": _refuse_another_death,
    "grant.proposed_ending": _refuse_unfit_ending,
}


# --- what follows --------------------------------------------------------------------------------------------------


def _take_effect(form: Form, about: Subject, row: Statement, *, first: User, second: User | None, at: datetime,
                 reason: str) -> None:
    """What a record does beyond being there, in its own transaction."""
    values = values_of(form, row.details)
    if form.code == "person.death" and about.person.kind == Person.Kind.LIVING:
        people.record_death(about.person, died_on=day_in(values, "died_on"), by=first, at=at, reason=reason)
    if form.code == "grant.proposed_ending":
        endings.end(
            about.grant, kind=str(values["ending"]), mode=str(values["mode"]), received_at=moment_in(values, "received_at"),
            effective_at=moment_in(values, "ended_at"), run_off_to=day_in(values, "run_off_to"), by=first,
            confirmed_by=second, at=at, reason=reason,
        )  # fmt: skip


def _first(row: Statement) -> Statement:
    """The statement a record began with; others go on naming it by that."""
    while row.refers_to is not None:
        row = row.refers_to
    return row
