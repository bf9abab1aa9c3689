"""How consent stands today for what was signed: asked of the record each time it is read, never pushed.

A court order, or a dispute that its lawyers say reaches what is out, puts it under review; other locks are nobody's business.

Only what may be public comes out: a state, and whether finished work goes on. Not who ended what, nor why.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q, QuerySet

from consent.forms.locks import COURT_ORDER, DISPUTE
from consent.lifecycle import PUBLIC_AFTER_ENDING
from consent.models import Decision, Ending, Grant, GrantRevision, Statement
from provenance.models import Credential
from registry.models import Production

DISTRIBUTION = "continue_distribution"

COLUMNS = (
    "term_end", "grant__endings__kind", "grant__endings__mode", "grant__endings__effective_at", "grant__endings__run_off_to",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Standing:
    """`state` is one of consent's public states; `may_continue` says whether finished work goes on after an ending."""

    state: str
    may_continue: bool = True


@dataclass(frozen=True, slots=True)
class Basis:
    """One revision a decision stood on, with one ending of its grant if there is any. `run_off_to` is the last day of
    use, `term_end` the first day no longer covered."""

    term_end: date | None
    kind: str | None
    mode: str | None
    effective_at: datetime | None
    run_off_to: date | None


def now(decision: Decision | int | None, *, at_signing: str, at: datetime) -> Standing:
    """How the consent behind a decision stands at `at`. Two queries."""
    if decision is None or at_signing != "confirmed":
        return Standing(at_signing)
    stopped, judged = stops_distribution(decision, at=at), judge(_bases(decision), at=at)
    return Standing("under_review") if stopped else judged


def of_many(decisions: Mapping[int, str], *, at: datetime) -> dict[int, Standing]:
    """The same for many decisions, each with how consent stood at signing. One query."""
    confirmed = [decision for decision, signed in decisions.items() if signed == "confirmed"]
    bases: dict[int, list[Basis]] = {decision: [] for decision in confirmed}
    if confirmed:
        rows = GrantRevision.objects.filter(decisions__in=confirmed).values_list("decisions", *COLUMNS)
        for decision, *row in rows:
            if decision in bases:
                bases[decision].append(Basis(*row))
    return {
        decision: judge(bases[decision], at=at) if decision in bases else Standing(signed)
        for decision, signed in decisions.items()
    }


def standing_on(grant: Grant) -> QuerySet[Credential]:
    """The released credentials whose decision stood on a revision of this grant: what an ending would touch."""
    return Credential.objects.filter(decision__revisions__grant=grant).distinct()


def judge(bases: Iterable[Basis], *, at: datetime) -> Standing:
    """The worst that became of any revision the decision stood on: under review, ended for good, ended, on file."""
    ended = [basis for basis in bases if basis.effective_at is not None and basis.effective_at <= at]
    if any(_under_review(basis) for basis in ended):
        return Standing("under_review")
    if ended:
        return Standing("ended", may_continue=not any(_stops(basis, at) for basis in ended))
    if any(basis.term_end is not None and basis.term_end <= at.date() for basis in bases):
        return Standing("ended")
    return Standing("confirmed")


def stops_distribution(decision: Decision | int, *, at: datetime) -> bool:
    """Whether an order or a dispute on a consent it stood on, its person or the production reaches what is out already."""
    grants = Grant.objects.filter(revisions__decisions=decision).order_by()
    works = Production.objects.filter(decisions=decision).order_by()
    on_it = Q(subject__in=grants.values("public_id")) | Q(subject__in=grants.values("person__public_id"))
    lifted = Statement.objects.filter(kind=Statement.Kind.LIFT, effective_at__lte=at, refers_to__isnull=False)
    found = Statement.objects.filter(
        on_it | Q(subject__in=works.values("public_id")), Q(until=None) | Q(until__gt=at), kind=Statement.Kind.LOCK,
        form__in=(COURT_ORDER, DISPUTE), effective_at__lte=at,
    ).exclude(pk__in=lifted.values("refers_to"))  # fmt: skip
    return any(not acts or DISTRIBUTION in acts for acts in found.order_by().values_list("acts", flat=True))


def _under_review(basis: Basis) -> bool:
    """Never valid, or all use had to stop."""
    return basis.kind == Ending.Kind.ANNULLED or PUBLIC_AFTER_ENDING[basis.mode or ""] == "under_review"


def _stops(basis: Basis, at: datetime) -> bool:
    return basis.mode == Ending.Mode.RUN_OFF and basis.run_off_to is not None and basis.run_off_to < at.date()


def _bases(decision: Decision | int) -> list[Basis]:
    rows = GrantRevision.objects.filter(decisions=decision).values_list(*COLUMNS)
    return [Basis(*row) for row in rows]
