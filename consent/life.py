"""Where a consent stands, told from what is on file about it: its revisions, endings, locks, usage, and its person."""

from collections.abc import Iterator
from datetime import UTC, datetime, time
from decimal import Decimal

from consent import on_record, transitions
from consent.forms.shape import number_in
from consent.holding import Held, facts
from consent.lifecycle import annuls
from consent.models import Grant, GrantRevision, Statement
from consent.transitions import Happened, Life
from registry.models import Person

SURVIVAL, SURVIVAL_DETERMINED = "grant.survives_death", "grant.survival_determined"


def of(grant: Grant, *, at: datetime) -> Life:
    """The life of the consent up to `at`, from what was known then."""
    happened = [one for one in _happened(grant, at) if one.at <= at]
    return transitions.fold_possible(happened)


def refuse_impossible(grant: Grant, event: str, *, at: datetime) -> None:
    """Raises `IllegalTransition` if this cannot happen to the consent now."""
    life = of(grant, at=at)
    transitions.step(life, Happened(event, at))


def _happened(grant: Grant, at: datetime) -> Iterator[Happened]:
    held = on_record.holding_about([grant.public_id], studio=grant.studio, at=at)
    yield from _revisions(grant, at)
    yield from _locks(grant, at)
    for one in held:
        if one.record.on_form.event in ("reaffirmed", "returned_for_correction"):
            yield Happened(one.record.on_form.event, one.record.recorded_at)
    for ending in grant.endings.filter(recorded_at__lte=at):
        kind = "annulled" if annuls(ending) else "ended"
        # A run-off has effect once it is over; what is annulled never was valid, which shows once it is known.
        over = _after(ending.run_off_to) if ending.run_off_to and ending.mode == "run_off" else ending.effective_at
        yield Happened(kind, ending.recorded_at if kind == "annulled" else max(over, ending.effective_at))
    if exhausted := _exhausted(held):
        yield Happened("exhausted", exhausted)
    yield from _death(grant, at)


def _revisions(grant: Grant, at: datetime) -> Iterator[Happened]:
    """Entered with its signed paper, verified, begun, amended; and run out, if nothing later governs."""
    revisions = list(grant.revisions.filter(recorded_at__lte=at).select_related("verification"))
    verified = [one for one in revisions if hasattr(one, "verification") and one.verification.recorded_at <= at]
    for one in revisions:
        earlier = [other for other in verified if other.number < one.number]
        if not earlier:
            yield Happened("executed", one.recorded_at)
    for one in verified:
        known = one.verification.recorded_at
        if one is not verified[0]:
            yield Happened("amended", max(known, _begins(one)))
            continue
        yield Happened("verified", known, detail="scheduled" if _begins(one) > known else "")
        yield Happened("begun", max(known, _begins(one)))
    governing = [one for one in verified if _begins(one) <= at]
    if governing and governing[-1].term_end:
        yield Happened("expired", max(_midnight(governing[-1].term_end), governing[-1].verification.recorded_at))


def _locks(grant: Grant, at: datetime) -> Iterator[Happened]:
    """What suspends or disputes the consent itself. A lock on acts that use nobody, such as destruction, does not."""
    locks = Statement.objects.filter(
        kind=Statement.Kind.LOCK, studio=grant.studio, subject__in=[grant.public_id, grant.person.public_id],
        recorded_at__lte=at,
    )  # fmt: skip
    lifted = dict(
        Statement.objects.filter(kind=Statement.Kind.LIFT, refers_to__in=locks, recorded_at__lte=at).values_list(
            "refers_to__public_id", "effective_at"
        )
    )
    for one in locks:
        disputed = one.form == "lock.dispute"
        if one.acts == ["destroy"]:
            continue
        yield Happened("disputed" if disputed else "suspended", one.effective_at, cause=one.public_id)
        over = min((moment for moment in (lifted.get(one.public_id), one.until) if moment), default=None)
        if over:
            yield Happened("resolved" if disputed else "lifted", over, cause=one.public_id)


def _exhausted(held: list[Held]) -> datetime | None:
    """When the use of the consent reached its cap, if it has one."""
    cap = next((one.record for one in held if one.record.form == "grant.cap"), None)
    if cap is None:
        return None
    used = Decimal(0)
    for one in held:
        if one.record.form == "grant.usage" and one.record.values.get("unit") == cap.values.get("unit"):
            used += number_in(one.record.values, "quantity")
            if used >= number_in(cap.values, "quantity"):
                return max(one.record.recorded_at, cap.recorded_at)
    return None


def _death(grant: Grant, at: datetime) -> Iterator[Happened]:
    """The death of somebody who had signed; what the consent says of it is asked once the consent is in force."""
    died = Person.objects.values_list("death_date", flat=True).get(pk=grant.person_id)
    first = grant.revisions.filter(verification__isnull=False).first()
    signed = first.signatures.first() if first else None
    if died is None or first is None or signed is None or signed.signed_on > died:
        return
    told = {
        one.name: one.answer
        for one in facts(on_record.about([grant.public_id], studio=grant.studio), as_of=at, known_at=at)
    }
    determined = on_record.determined(grant.public_id, SURVIVAL_DETERMINED, studio=grant.studio, at=at)
    said = told.get(SURVIVAL, "silent")
    asked = max(_midnight(died), _begins(first), first.verification.recorded_at)
    yield Happened("death_recorded", asked, detail="yes" if said == "silent" and determined else said)


def _begins(revision: GrantRevision) -> datetime:
    return _midnight(revision.effective_from)


def _midnight(day) -> datetime:
    return datetime.combine(day, time(), tzinfo=UTC)


def _after(day) -> datetime:
    return _midnight(day.fromordinal(day.toordinal() + 1))
