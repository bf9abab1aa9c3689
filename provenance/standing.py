"""How consent stands today for what was signed: asked of the record each time it is read, never pushed.

Only what may be public comes out: a state, and whether finished work goes on. Not who ended what, nor why.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import QuerySet

from consent.facts import Ending
from consent.lifecycle import RELEASED, public_after, to_stop_by
from consent.models import Decision, Grant, GrantRevision
from provenance.models import Credential


@dataclass(frozen=True, slots=True)
class Standing:
    """`state` is one of consent's public states; `may_continue` says whether finished work goes on after an ending."""

    state: str
    may_continue: bool = True


@dataclass(frozen=True, slots=True)
class Basis:
    """One revision a decision stood on, with one ending of its grant if there is any; `term_end` is the first day no
    longer covered."""

    term_end: date | None
    ending: Ending | None = None


def now(decision: Decision | int | None, *, at_signing: str, at: datetime) -> Standing:
    """How the consent behind a decision stands at `at`. One query."""
    if decision is None or at_signing != "confirmed":
        return Standing(at_signing)
    return judge(_bases(decision), at=at)


def standing_on(grant: Grant) -> QuerySet[Credential]:
    """The released credentials whose decision stood on a revision of this grant: what an ending would touch."""
    return Credential.objects.filter(decision__revisions__grant=grant).distinct()


def judge(bases: Iterable[Basis], *, at: datetime) -> Standing:
    """The worst that became of any revision the decision stood on: under review, ended for good, ended, on file."""
    endings = [basis.ending for basis in bases if basis.ending is not None and basis.ending.effective_at <= at]
    told = {public_after(one) for one in endings}
    if "under_review" in told:
        return Standing("under_review")
    if endings:
        return Standing("ended", may_continue=not any(_stopped(one, at) for one in endings))
    if any(basis.term_end is not None and basis.term_end <= at.date() for basis in bases):
        return Standing("ended")
    return Standing("confirmed")


def _stopped(ending: Ending, at: datetime) -> bool:
    by = to_stop_by(ending, RELEASED)
    return by is not None and by <= at


def _bases(decision: Decision | int) -> list[Basis]:
    rows = GrantRevision.objects.filter(decisions=decision).values_list(
        "term_end", "grant__endings__public_id", "grant__endings__kind", "grant__endings__mode",
        "grant__endings__effective_at", "grant__endings__run_off_to", "grant__endings__recorded_at",
    )  # fmt: skip
    return [Basis(term_end, Ending(*ending) if ending[0] else None) for term_end, *ending in rows]
