"""What is due in a studio: the clocks of its records, uses that have to stop, and the minors who come of age."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from consent import clocks, facts, on_record
from consent.clocks import Born, Due
from consent.forms.catalogue import FORMS
from consent.lifecycle import RELEASED, to_stop_by
from consent.models import Ending, Statement
from registry.models import Organisation, Person

WITH_CLOCKS = frozenset(form.code for form in FORMS.values() if form.clocks)
STOPPED = "grant.stopped"
ANSWERING = frozenset(clock.answered_by for form in FORMS.values() for clock in form.clocks if clock.answered_by)


def of(studio: Organisation, *, at: datetime) -> list[Due]:
    """Everything that waits for a moment, the soonest first; days are days in UTC unless a record names its zone."""
    return clocks.in_order(
        [*clocks.due(_records(studio), at), *_to_stop(studio, at), *clocks.coming_of_age(_minors(studio), at)]
    )


def _records(studio: Organisation) -> list[on_record.Stated]:
    on_forms = Statement.objects.filter(studio=studio, form__in=WITH_CLOCKS | ANSWERING)
    lifts = Statement.objects.filter(studio=studio, kind=Statement.Kind.LIFT, refers_to__form__in=WITH_CLOCKS | ANSWERING)
    rows = (on_forms | lifts).select_related("refers_to").prefetch_related("by")
    return [on_record.stated(row) for row in rows]


def _to_stop(studio: Organisation, at: datetime) -> Iterator[Due]:
    """What was released and has to stop since the consent ended so, until somebody records that it has (consent.md §6.5)."""
    stopping = (Ending.Mode.CEASE_ALL, Ending.Mode.RUN_OFF)
    rows = Ending.objects.filter(grant__studio=studio, mode__in=stopping, recorded_at__lte=at).order_by()
    ids = set(Statement.objects.filter(studio=studio, form=STOPPED).values_list("subject", flat=True))
    stopped = {one.record.subject for one in on_record.holding_about(ids, studio=studio, at=at) if one.record.form == STOPPED}
    fields = ("public_id", "kind", "mode", "effective_at", "run_off_to", "recorded_at")
    for grant, *ending in rows.values_list("grant__public_id", *fields):
        by = to_stop_by(facts.Ending(*ending), RELEASED)
        if by is not None and grant not in stopped:
            yield Due(by, "All use has to stop", grant)


def _minors(studio: Organisation) -> Iterable[Born]:
    """Minors are never named in public, which is written down; their birth date is encrypted, so few are opened."""
    for person in Person.objects.filter(studio=studio, kind=Person.Kind.LIVING, never_public=True):
        if person.birth_date is not None:
            yield Born(person.public_id, person.birth_date)
