"""The usage report for a union: per performer and production, what was signed in a period and what work it stood in for.

It counts what is on record. What nobody recorded is not stated, which is not nought; amounts of money are nowhere in it.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from consent import on_record
from consent.forms.catalogue import FORMS
from consent.forms.grants import CATEGORIES, REPLICA_CLASSES, UNITS_OF_WORK
from consent.forms.shape import day_in, number_in
from consent.holding import Held
from consent.models import Grant, Statement
from provenance.models import Asset, Credential
from provenance.printable import printable
from provenance.techniques import TECHNIQUES
from registry.models import Organisation, Person, Production

USAGE, REPLICA_CLASS, PAY = "grant.usage", "grant.replica_class", "grant.compensation"
NOT_STATED = "not stated"
STATUS = dict(next(one for one in FORMS[PAY].fields if one.name == "status").choices)
HEADINGS = (
    "Performer", "Production", "From", "Last day", "Files signed", "Kinds of alteration", *UNITS_OF_WORK.values(),
    "Records with no day of use", "Class of replica", "References to the pay",
)  # fmt: skip
Key = tuple[Person | None, Production | None]


@dataclass(frozen=True, slots=True)
class Period:
    """From the first to the last day, both in it."""

    first: date
    last: date

    def holds(self, day: date) -> bool:
        return self.first <= day <= self.last


@dataclass(slots=True)
class Row:
    """`alterations` counts the files in which each was done to the performer; `work` adds up the units recorded, `undated`
    those records that name no day of use and count on the day they took effect. A performer of None is not identified."""

    person: Person | None
    production: Production | None
    files: int = 0
    alterations: Counter[str] = field(default_factory=Counter)
    work: dict[str, Decimal] = field(default_factory=dict)
    undated: int = 0
    grants: dict[int, Grant] = field(default_factory=dict)
    classes: list[str] = field(default_factory=list)
    pay: Counter[str] = field(default_factory=Counter)

    def cells(self, period: Period) -> list[str]:
        """The row as text, under HEADINGS."""
        return [
            printable(self.person.alias) if self.person else "Nobody identified",
            printable(self.production.title) if self.production else NOT_STATED,
            period.first.isoformat(), period.last.isoformat(), str(self.files), _counted(self.alterations),
            *(f"{self.work[unit].normalize():f}" if unit in self.work else NOT_STATED for unit in UNITS_OF_WORK),
            str(self.undated), "; ".join(self.classes) or NOT_STATED, _counted(self.pay),
        ]  # fmt: skip


def report(studios: Iterable[Organisation], period: Period, *, at: datetime, production: Production | None = None,
           person: Person | None = None) -> list[Row]:
    """A row for each performer and production with a signed file or recorded work in the period, as known at `at`."""
    rows: dict[Key, Row] = {}
    for studio in studios:
        _signed(rows, studio, period)
        _worked(rows, studio, period, at)
    asked = [
        row for row in rows.values()
        if (production is None or row.production == production) and (person is None or row.person == person)
    ]  # fmt: skip
    for row in asked:
        _agreed(row, at)
    return sorted(asked, key=lambda row: (row.person is None, str(row.person), row.production is None, str(row.production)))


def _row(rows: dict[Key, Row], person: Person | None, production: Production | None) -> Row:
    return rows.setdefault((person, production), Row(person, production))


def _signed(rows: dict[Key, Row], studio: Organisation, period: Period) -> None:
    made = Credential.objects.filter(
        asset__production__studio=studio, signed_at__date__gte=period.first, signed_at__date__lte=period.last
    ).select_related("asset__production", "decision")
    behind = ("asset__depictions__person", "asset__operations", "decision__revisions__grant")
    for one in made.prefetch_related(*behind).iterator(chunk_size=500):
        shown: dict[Person | None, set[str]] = {}
        for who in one.asset.depictions.all():
            if who.role != "synthetic":
                shown.setdefault(who.person, set()).add(who.label)
        for person, labels in shown.items():
            row = _row(rows, person, one.asset.production)
            row.files += 1
            row.alterations.update(set(_kinds(one.asset, labels)))
            stood_on = [each.grant for each in one.decision.revisions.all()]
            row.grants |= {grant.pk: grant for grant in stood_on if person and grant.person_id == person.pk}


def _kinds(asset: Asset, labels: set[str]) -> Iterator[str]:
    for one in asset.operations.all():
        if labels & set(one.statement.get("depicts", ())):
            yield TECHNIQUES[one.technique].label if one.technique in TECHNIQUES else printable(one.technique)


def _worked(rows: dict[Key, Row], studio: Organisation, period: Period, at: datetime) -> None:
    """What is on record on the form of work that a replica stood in for."""
    subjects = set(Statement.objects.filter(studio=studio, form=USAGE).values_list("subject", flat=True))
    for held in on_record.holding_about(list(subjects), studio=studio, at=at):
        if held.record.form != USAGE:
            continue
        values = held.record.values
        used_on = day_in(values, "used_on")
        if period.holds(used_on or held.record.effective_at.date()):
            person, production, grant = _whose(held, studio)
            row = _row(rows, person, production)
            unit = str(values["unit"])
            row.work[unit] = row.work.get(unit, Decimal(0)) + number_in(values, "quantity")
            row.undated += used_on is None
            row.grants |= {grant.pk: grant} if grant else {}


def _whose(held: Held, studio: Organisation) -> tuple[Person | None, Production | None, Grant | None]:
    """Whose work it was and for what, as far as the record names them."""
    record = held.record
    person = Person.objects.filter(studio=studio, public_id=str(record.values.get("person", ""))).first()
    grant = Grant.objects.select_related("person", "production").filter(studio=studio, public_id=record.subject).first()
    if grant is not None:
        return person or grant.person, grant.production, grant
    production = Production.objects.filter(studio=studio, public_id=record.subject).first()
    if production is None:
        asset = Asset.objects.filter(production__studio=studio, sha256=record.subject).select_related("production").first()
        production = asset.production if asset else None
    return person, production, None


def _agreed(row: Row, at: datetime) -> None:
    """Class and references to the pay, from the consents for the production and those that signed files stood on."""
    grants = dict(row.grants)
    if row.person is not None and row.production is not None:
        own = Grant.objects.filter(person=row.person, production=row.production, studio=row.production.studio)
        grants |= {one.pk: one for one in own}
    if not grants:
        return
    studio = next(iter(grants.values())).studio
    held = on_record.holding_about([one.public_id for one in grants.values()], studio=studio, at=at)
    for values in (one.record.values for one in held if one.record.form == REPLICA_CLASS):
        row.classes.append(REPLICA_CLASSES[str(values["replica_class"])])
    for values in (one.record.values for one in held if one.record.form == PAY):
        row.pay[f"{CATEGORIES[str(values['category'])]}: {STATUS[str(values['status'])].lower()}"] += 1
    row.classes = sorted(set(row.classes))


def _counted(counts: Counter[str]) -> str:
    return "; ".join(f"{what} ({count})" for what, count in sorted(counts.items())) or NOT_STATED
