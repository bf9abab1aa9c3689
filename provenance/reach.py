"""What an order of a court, or a dispute over what is out, reaches: of a consent, somebody, a work, a file, or everything.

Which of the desk's locks concern the public at all, and which decisions those lie on. Other locks are nobody's business.
"""

from collections.abc import Collection, Iterable
from datetime import datetime

from django.db.models import Q, QuerySet

from consent.forms.locks import COURT_ORDER, DISPUTE
from consent.forms.shape import AGREEMENT, ASSET, AUTHORITY, GRANT, PERSON, PRODUCTION, STUDIO, UNIT
from consent.holding import kind_of
from consent.models import Statement
from registry.models import Unit
from registry.prepared import Prepared, filled

DISTRIBUTION = "continue_distribution"
LINE = ("production", "production__parent", "production__parent__parent")  # a film, or an episode, its season, its series
BEHIND = "revisions__authority"
NAMED = {
    PRODUCTION: LINE, GRANT: ("revisions__grant",), PERSON: ("revisions__grant__person",),
    # Verified, an authority is a new row; orders name the one it began with.
    AUTHORITY: (BEHIND, f"{BEHIND}__replaces", f"{BEHIND}__replaces__replaces"),
}  # fmt: skip
NOTHING = Q(pk__in=())

Lock = tuple[int, str]  # whose files it lies on, and the subject


def locks(at: datetime) -> set[Lock]:
    """Those that hold at `at`. One query, and one more where there are any; few rows."""
    found = {
        pk: (studio, subject) for pk, studio, subject, acts, effective_at, until in ORDERS()
        if effective_at <= at and (until is None or until > at) and (not acts or DISTRIBUTION in acts)
    }  # fmt: skip
    lifted = {order for order, effective_at in LIFTS(filled(found)) if effective_at <= at} if found else set()
    return {lock for pk, lock in found.items() if pk not in lifted}


def ever() -> set[Lock]:
    """Those that hold, or once held."""
    return set(_orders().order_by().values_list("studio_id", "subject"))


def _orders() -> QuerySet[Statement]:
    return Statement.objects.filter(kind=Statement.Kind.LOCK, form__in=(COURT_ORDER, DISPUTE))


ORDERS = Prepared(lambda: _orders().order_by().values_list("pk", "studio_id", "subject", "acts", "effective_at", "until"))
LIFTS = Prepared(
    lambda orders: Statement.objects.filter(kind=Statement.Kind.LIFT, refers_to__in=orders).order_by()
    .values_list("refers_to", "effective_at")
)  # fmt: skip


def reached(found: Collection[Lock], *, through: str = "") -> Q:
    """The decisions on which any of these locks lies; `through` leads to them from another row, as `decision__` does.

    A replica is on no decision, so that an order on one reaches nothing by itself: it is to be put on its person.
    """
    units = [subject for _, subject in found if kind_of(subject) == UNIT]
    codes = dict(Unit.objects.filter(public_id__in=units).values_list("public_id", "code")) if units else {}
    return Q(*(_on(studio, subject, codes, through) for studio, subject in found), _connector=Q.OR) or NOTHING


def _on(studio: int, subject: str, codes: dict[str, str], through: str) -> Q:
    kind = kind_of(subject)
    own = Q(**{f"{through}production__studio": studio})
    if kind == STUDIO:
        return own
    if kind == AGREEMENT:
        return own & _any((f"{through}{work}__agreements__code" for work in LINE), subject.removeprefix("agreement:"))
    if kind == UNIT:
        shot = {f"{through}production__units__public_id": subject, f"{through}request__units__icontains": f'"{codes[subject]}"'}
        return Q(**shot)
    if kind == ASSET:
        return own & Q(**{f"{through}request__asset_sha256": subject})
    return _any((f"{through}{name}__public_id" for name in NAMED.get(kind, ())), subject)


def _any(names: Iterable[str], value: str) -> Q:
    return Q(*(Q(**{name: value}) for name in names), _connector=Q.OR) or NOTHING
