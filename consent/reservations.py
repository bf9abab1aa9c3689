"""What a performer kept back: exclusions, and the right to approve the exact file. Both bind whatever else is granted."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from consent import scope, statements
from consent.answers import DENY, REVIEW, Ground
from consent.dossier import Dossier
from consent.facts import Depiction, Line, Request
from consent.lifecycle import Standing
from consent.scope import Cell

EXCLUDE, APPROVAL = "CORE-EXCLUDE", "CORE-APPROVAL"


@dataclass(frozen=True, slots=True)
class Reservation:
    standing: Standing
    line: Line


@dataclass(frozen=True, slots=True)
class Reservations:
    """The reservations in force that may be about one depiction; of the `blank` ones nobody can tell what they reserve."""

    exclusions: list[Reservation] = field(default_factory=list)
    approvals: list[Reservation] = field(default_factory=list)
    blank: list[Reservation] = field(default_factory=list)

    @property
    def lines(self) -> list[Line]:
        return [reservation.line for reservation in (*self.exclusions, *self.approvals)]


def reservations(standings: Iterable[Standing], depiction: Depiction, request: Request) -> Reservations:
    """Those of every consent that binds: in force, suspended by a lock, or ended with work that continues under it."""
    found = Reservations()
    for standing in standings:
        for line in standing.revision.lines if standing.binds else ():
            if line.effect == "grant":
                continue
            if scope.names_nothing(line):
                found.blank.append(Reservation(standing, line))
            elif line.effect == "exclude" and scope.excludes(line, request, depiction):
                found.exclusions.append(Reservation(standing, line))
            elif line.effect == "approval_required" and scope.meets(line, request, depiction):
                found.approvals.append(Reservation(standing, line))
    return found


def exclusions_in(found: Reservations, cell: Cell, depiction: Depiction) -> tuple[Ground, ...]:
    """A ground for each exclusion that touches the cell."""
    return tuple(
        one.standing.ground("consent.excluded", EXCLUDE, DENY, depiction, one.line)
        for one in found.exclusions
        if scope.reaches(one.line, cell)
    )


def unclear_in(found: Reservations, cell: Cell, depiction: Depiction) -> Iterator[Ground]:
    """A ground for each reservation of which nobody can tell whether it is about the cell."""
    for one in found.blank:
        yield one.standing.ground("consent.needs_counsel", EXCLUDE, REVIEW, depiction, one.line)
    for one in found.exclusions:
        if scope.reaches(one.line, cell) is None:
            missing = scope.left_open(one.line, cell)
            yield one.standing.ground("consent.needs_counsel", EXCLUDE, REVIEW, depiction, one.line, missing=missing)


def approvals_wanting(found: Reservations, cell: Cell, depiction: Depiction, dossier: Dossier) -> Iterator[Ground]:
    """A ground for each right of approval of this very file that was not exercised, was answered with no, or of which
    nobody can tell whether it is about the cell."""
    for one in found.approvals:
        reaches = scope.reaches(one.line, cell)
        grant = one.standing.grant
        answer = statements.approval(
            dossier.statements, dossier.request, line=one.line, grant=grant.id, person=grant.person
        )
        if reaches is False or answer == "approved":
            continue
        if reaches is None:
            missing = scope.left_open(one.line, cell)
            yield one.standing.ground("consent.needs_counsel", APPROVAL, REVIEW, depiction, one.line, missing=missing)
        elif answer is None:
            yield one.standing.ground("consent.approval_missing", APPROVAL, REVIEW, depiction, one.line)
        else:
            yield one.standing.ground("consent.approval_refused", APPROVAL, DENY, depiction, one.line)
