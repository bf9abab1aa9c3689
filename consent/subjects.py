"""What a record may be about: somebody, something or some file on a studio's own files, found by its id."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import QuerySet

from consent.facts import GLOBAL
from consent.forms.shape import (
    AGREEMENT,
    ASSET,
    AUTHORITY,
    GRANT,
    PERSON,
    PRODUCTION,
    REPLICA,
    STUDIO,
    UNIT,
)
from consent.holding import kind_of
from consent.models import Decision, Grant, Statement
from registry.errors import Invalid
from registry.models import Authority, CollectiveAgreement, Organisation, Person, Production, Unit

ON_THE_REGISTER = "replica.registered"


class NotOnThisFile(Invalid):
    """The subject belongs to another studio, or to nobody."""

    def __init__(self) -> None:
        super().__init__("statement.subject", "There is nothing of that id on this studio's files.")


@dataclass(frozen=True, slots=True)
class Subject:
    """`id` is the one that records name; `person` whose it is, if anybody's: private fields lie under their key."""

    kind: str
    id: str
    label: str
    studio: Organisation
    person: Person | None = None
    grant: Grant | None = None


def found(studio: Organisation, subject: str) -> Subject:
    """The subject of that id on the studio's files. Raises `NotOnThisFile`."""
    kind = kind_of(subject)
    if kind == STUDIO:
        return Subject(STUDIO, GLOBAL, f"Everything of {studio}", studio)
    if kind == AGREEMENT:
        return _agreement(studio, subject)
    if kind == ASSET:
        if not Decision.objects.filter(production__studio=studio, request__asset_sha256=subject).exists():
            raise NotOnThisFile
        return Subject(ASSET, subject, f"File {subject[:12]}…", studio)
    row = _rows(kind, studio).filter(public_id=subject).first()
    if row is None:
        raise NotOnThisFile
    match row:
        case Person():
            return Subject(PERSON, row.public_id, row.alias, studio, person=row)
        case Authority():
            return _authority(studio, row)
        case Grant():
            return Subject(GRANT, row.public_id, str(row), studio, person=row.person, grant=row)
        case Statement():
            return _replica(studio, row)
    return Subject(kind, row.public_id, str(row), studio)


def vendors_of(studio: Organisation) -> QuerySet[Organisation]:
    """Those who work on any of the studio's productions."""
    return Organisation.objects.filter(kind=Organisation.Kind.VENDOR, worked_on__studio=studio).distinct()


def labels(ids: Iterable[str], studios: Iterable[Organisation]) -> dict[str, str]:
    """What to call many subjects at once; one that is on none of the studios' files is left out."""
    by_kind: dict[str, set[str]] = {}
    for one in ids:
        by_kind.setdefault(kind_of(one), set()).add(one)
    found = {GLOBAL: "Everything"} | {one: f"File {one[:12]}…" for one in by_kind.pop(ASSET, ())}
    found |= {one: f"Productions under {one.removeprefix('agreement:')}" for one in by_kind.pop(AGREEMENT, ())}
    by_kind.pop(STUDIO, None)
    for kind, its in by_kind.items():
        for studio in studios:
            for row in _rows(kind, studio).filter(public_id__in=its):
                found[row.public_id] = _words(row)
    return found


def _words(row: Person | Authority | Grant | Production | Unit | Statement) -> str:
    if isinstance(row, Authority):
        return f"{row.get_kind_display()}{f', {row.party},' if row.party else ''} for {row.person}"
    return row.details.get("name", "") if isinstance(row, Statement) else str(row)


def _rows(kind: str, studio: Organisation) -> QuerySet:
    return {
        PERSON: Person.objects.filter(studio=studio),
        AUTHORITY: Authority.objects.filter(person__studio=studio).select_related("person"),
        GRANT: Grant.objects.filter(studio=studio).select_related("person"),
        PRODUCTION: Production.objects.filter(studio=studio),
        UNIT: Unit.objects.filter(production__studio=studio),
        REPLICA: Statement.objects.filter(studio=studio, form=ON_THE_REGISTER),
    }[kind]


def _agreement(studio: Organisation, subject: str) -> Subject:
    code = subject.removeprefix("agreement:")
    if not CollectiveAgreement.objects.filter(code=code).exists():
        raise NotOnThisFile
    return Subject(AGREEMENT, subject, f"Every production under {code}", studio)


def _authority(studio: Organisation, row: Authority) -> Subject:
    """Verified, an authority is a new row; records name the one it began with."""
    while row.replaces is not None:
        row = row.replaces
    return Subject(AUTHORITY, row.public_id, _words(row), studio, person=row.person)


def _replica(studio: Organisation, row: Statement) -> Subject:
    """A replica is named by the statement that put it on the register first."""
    name = row.details.get("name", "")
    while row.refers_to is not None:
        row = row.refers_to
    person = Person.objects.get(studio=studio, public_id=row.subject)
    return Subject(REPLICA, row.public_id, f"{name}, of {person}", studio, person=person)
