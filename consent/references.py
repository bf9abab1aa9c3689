"""Whether anything on the record of consent calls a scene or shot by its code, or by its id."""

from django.db.models import Q

from consent.models import Decision, ScopeLine, Statement
from registry.models import Unit


def to_unit(unit: Unit) -> bool:
    """In a rights block that may be about its production, in a question that was answered, or in a lock.

    The codes lie in lists that not every database can look into, so these are read one by one.
    """
    if Statement.objects.filter(subject=unit.public_id).exists():
        return True
    here = Q(productions=None) | Q(productions__in=unit.production.line())
    lines = ScopeLine.objects.filter(here, revision__grant__studio=unit.production.studio).values_list("units", flat=True)
    asked = Decision.objects.filter(production=unit.production).values_list("request__units", flat=True)
    return any(unit.code in (codes or ()) for found in (lines, asked) for codes in found.iterator())
