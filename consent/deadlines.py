"""What is due in a studio: the clocks of its records, and the minors on its files who come of age."""

from collections.abc import Iterable
from datetime import datetime

from consent import clocks, on_record
from consent.clocks import Born, Due
from consent.forms.catalogue import FORMS
from consent.models import Statement
from registry.models import Organisation, Person

WITH_CLOCKS = frozenset(form.code for form in FORMS.values() if form.clocks)
ANSWERING = frozenset(clock.answered_by for form in FORMS.values() for clock in form.clocks if clock.answered_by)


def of(studio: Organisation, *, at: datetime) -> list[Due]:
    """Everything that waits for a moment, the soonest first; days are days in UTC unless a record names its zone."""
    return clocks.in_order([*clocks.due(_records(studio), at), *clocks.coming_of_age(_minors(studio), at)])


def _records(studio: Organisation) -> list[on_record.Stated]:
    on_forms = Statement.objects.filter(studio=studio, form__in=WITH_CLOCKS | ANSWERING)
    lifts = Statement.objects.filter(studio=studio, kind=Statement.Kind.LIFT, refers_to__form__in=WITH_CLOCKS | ANSWERING)
    rows = (on_forms | lifts).select_related("refers_to").prefetch_related("by")
    return [on_record.stated(row) for row in rows]


def _minors(studio: Organisation) -> Iterable[Born]:
    """Minors are never named in public, which is written down; their birth date is encrypted, so few are opened."""
    for person in Person.objects.filter(studio=studio, kind=Person.Kind.LIVING, never_public=True):
        if person.birth_date is not None:
            yield Born(person.public_id, person.birth_date)
