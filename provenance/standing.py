"""How consent stands today for what was signed: asked of the record each time it is read, never pushed.

A court order, or a dispute that its lawyers say reaches what is out, puts it under review; other locks are nobody's business.

Only what may be public comes out: a state, and whether finished work goes on. Not who ended what, nor why.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q, QuerySet

from consent.facts import Ending
from consent.forms.locks import COURT_ORDER, DISPUTE
from consent.lifecycle import RELEASED, public_after, to_stop_by
from consent.models import Decision, Grant, Statement
from provenance.models import Credential

DISTRIBUTION = "continue_distribution"


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
    """The same for many decisions, each with how consent stood at signing. Two queries."""
    confirmed = [decision for decision, signed in decisions.items() if signed == "confirmed"]
    bases: dict[int, list[Basis]] = {decision: [] for decision in confirmed}
    concerned: dict[str, set[int]] = defaultdict(set)
    for decision, term_end, *rest in _rows(confirmed) if confirmed else ():
        ending, subjects = rest[:6], rest[6:]
        bases[decision].append(Basis(term_end, Ending(*ending) if ending[0] else None))
        for subject in filter(None, subjects):
            concerned[subject].add(decision)
    reached = {decision for subject in _stopping(concerned, at) for decision in concerned[subject]}
    return {
        decision: Standing("under_review") if decision in reached
        else judge(bases[decision], at=at) if decision in bases
        else Standing(signed)
        for decision, signed in decisions.items()
    }  # fmt: skip


def _rows(decisions: Collection[int]) -> QuerySet[Decision, tuple]:
    """What decisions stood on: a row for each revision and each ending of its grant, with whom and what it is about."""
    return Decision.objects.filter(pk__in=decisions).order_by().values_list(
        "pk", "revisions__term_end", *(f"revisions__grant__endings__{name}" for name in ENDING),
        "revisions__grant__public_id", "revisions__grant__person__public_id", "production__public_id",
    )  # fmt: skip


ENDING = ("public_id", "kind", "mode", "effective_at", "run_off_to", "recorded_at")


def _stopping(subjects: Collection[str], at: datetime) -> set[str]:
    """Those on which an order or a dispute lies that reaches what is out already."""
    if not subjects:
        return set()
    lifted = Statement.objects.filter(kind=Statement.Kind.LIFT, effective_at__lte=at, refers_to__isnull=False)
    found = Statement.objects.filter(
        Q(until=None) | Q(until__gt=at), subject__in=subjects, kind=Statement.Kind.LOCK, form__in=(COURT_ORDER, DISPUTE),
        effective_at__lte=at,
    ).exclude(pk__in=lifted.values("refers_to"))  # fmt: skip
    return {subject for subject, acts in found.order_by().values_list("subject", "acts") if not acts or DISTRIBUTION in acts}


def ever_stopped() -> QuerySet[Statement, str]:
    """Those on which such an order or dispute lies, or lay: a grant, a person or a production, by its public id."""
    return Statement.objects.filter(kind=Statement.Kind.LOCK, form__in=(COURT_ORDER, DISPUTE)).values_list("subject", flat=True)


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
