"""How consent stands today for what was signed: asked of the record each time it is read, never pushed.

A court order, or a dispute that its lawyers say reaches what is out, puts it under review; other locks are nobody's business.

Only what may be public comes out: a state, and whether finished work goes on. Not who ended what, nor why.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import QuerySet

from consent.facts import Ending
from consent.lifecycle import RELEASED, public_after, to_stop_by
from consent.models import Decision, Grant
from provenance import reach
from provenance.models import Credential
from registry.prepared import Prepared, filled


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
    """How the consent behind a decision stands at `at`. Two queries."""
    if decision is None:
        return Standing(at_signing)
    asked = decision.pk if isinstance(decision, Decision) else decision
    return of_many({asked: at_signing}, at=at)[asked]


def of_many(decisions: Mapping[int, str], *, at: datetime) -> dict[int, Standing]:
    """The same for many decisions, each with how consent stood at signing. Two queries, and two more where there are
    orders."""
    confirmed = [decision for decision, signed in decisions.items() if signed == "confirmed"]
    bases: dict[int, list[Basis]] = {decision: [] for decision in confirmed}
    for decision, term_end, *ending in STOOD_ON(filled(confirmed)) if confirmed else ():
        bases[decision].append(Basis(term_end, Ending(*ending) if ending[0] else None))
    orders = reach.locks(at) if confirmed else ()
    reached = set(_reached(confirmed, orders)) if orders else set()
    return {
        decision: Standing("under_review") if decision in reached
        else judge(bases[decision], at=at) if decision in bases
        else Standing(signed)
        for decision, signed in decisions.items()
    }  # fmt: skip


ENDING = ("public_id", "kind", "mode", "effective_at", "run_off_to", "recorded_at")
# What decisions stood on: a row for each revision and each ending of its grant.
STOOD_ON = Prepared(
    lambda decisions: Decision.objects.filter(pk__in=decisions).order_by().values_list(
        "pk", "revisions__term_end", *(f"revisions__grant__endings__{name}" for name in ENDING)
    )
)  # fmt: skip


def _reached(decisions: Collection[int], orders: Collection[reach.Lock]) -> QuerySet[Decision, int]:
    return Decision.objects.filter(reach.reached(orders), pk__in=decisions).order_by().values_list("pk", flat=True)


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
