"""Where a performer's likeness or voice was used: what was signed here that shows them, told to them alone.

They learn of a work by its title only where their own agreement names it; how much of what was altered is told as it was
signed, and of every alteration whether it was theirs. No vendor, no shot and no file name comes out.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from django.db.models import QuerySet
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from consent.models import PerformerLink
from consent.performer import letter
from provenance.models import Credential
from provenance.techniques import TECHNIQUES
from registry.models import Person

SHOWN = 200


@dataclass(frozen=True, slots=True)
class Use:
    """One signed asset: when, in which work, on which of their consents, what was done to them, and how much in all."""

    signed_on: date
    work: str
    consents: tuple[str, ...]
    alterations: tuple[str, ...]
    extent: str


def uses(link: PerformerLink) -> list[Use]:
    """The newest first, at most SHOWN of them."""
    known: dict[int, bool] = {}
    found = []
    for row in signed_with(link)[:SHOWN]:
        work = row.asset.production
        if work.pk not in known:
            known[work.pk] = letter.knows(link, work)
        title = work.title if known[work.pk] else _("A work whose title is not told yet")
        consents = {one.grant.number for one in row.decision.revisions.all() if one.grant.person_id == link.person.pk}
        altered, sentence = tuple(alterations(row, link.person)), row.extent["headline"]["text"]
        found.append(Use(row.signed_at.date(), title, tuple(sorted(consents)), altered, sentence))
    return found


def signed_with(link: PerformerLink) -> QuerySet[Credential]:
    shown = Credential.objects.real().filter(asset__depictions__person=link.person, asset__production__studio=link.studio)
    behind = ("asset__depictions", "asset__operations", "decision__revisions__grant")
    return shown.select_related("asset__production", "decision").prefetch_related(*behind).distinct()


def alterations(row: Credential, person: Person) -> Iterable[str]:
    """What was done to this person, each with how much of which element."""
    theirs = {one.label for one in row.asset.depictions.all() if one.person_id == person.pk}
    told = {one["id"]: one for one in row.extent.get("operations", ())}
    for one in row.asset.operations.all():
        if theirs & set(one.statement.get("depicts", ())):
            yield _altered(one.technique, one.element, told.get(one.label, {}))


def _altered(technique: str, element: str, told: dict[str, Any]) -> str:
    kind = _(TECHNIQUES[technique].label) if technique in TECHNIQUES else technique
    share, of = told.get("share"), _(element)
    if share is None:
        return _("{kind}: how much of the {element} is not stated").format(kind=kind, element=of)
    sentence = _("{kind}: at least {share} of the {element}") if told.get("at_least") else _("{kind}: {share} of the {element}")
    return sentence.format(kind=kind, share=_percent(Fraction(share)), element=of)


def _percent(share: Fraction) -> str:
    """As `extent_wording.percent`, in the language of the page. `number_format` alone would cut off, not round."""
    hundredths = float(share * 100)
    if 0 < hundredths < 0.1:
        return _("less than {number} %").format(number=number_format(0.1, 1))
    if 99.95 <= hundredths < 100:
        return _("more than {number} %").format(number=number_format(99.9, 1))
    return f"{number_format(round(hundredths, 1), 1)} %"
