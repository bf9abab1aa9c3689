"""What changed in public disclosures, in an order that can be followed: signed, consent stands otherwise, superseded, withdrawn.

Endings and releases commit in any order, and a day passes without a row: so nothing is numbered where it happens. One
writer at a time looks at what is committed, and gives what it finds the next positions while it holds the lock. A
position is seen only after every lower one; whoever read up to it has missed nothing. (docs/adr/0014)
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import connection, transaction
from django.db.models import Exists, F, Max, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import TruncDate

from provenance import reach, standing
from provenance.models import Change, Credential, KeptOut
from provenance.standing import Standing

Kind = Change.Kind
# Where what is shown begins and ends. That a title became private is told to nobody: a status list only leaves it out.
SEEN = (Kind.SIGNED, Kind.SHOWN)
UNTOLD = (Kind.HIDDEN,)
AT_ONCE = 500
CLOCKS_DIFFER = timedelta(hours=1)  # an ending may bear an earlier time than what was told before it was committed
LOCK = 7_208_115_432  # of this table's one writer; any number that nobody else uses


class Page(NamedTuple):
    """Changes in order, where to go on after the last of them, and whether there are more by now."""

    changes: list[Change]
    position: int
    more: bool


def since(position: int, *, most: int) -> Page:
    """What changed after a position. What the producer has since made private is passed over."""
    behind = ("credential__asset__production", "successor")
    rows = list(Change.objects.filter(position__gt=position).select_related(*behind)[: most + 1])
    page = rows[:most]
    shown = [row for row in page if row.credential.asset.production.is_public and row.kind not in UNTOLD]
    return Page(shown, page[-1].position if page else position, len(rows) > most)


def last() -> int:
    return Change.objects.aggregate(last=Max("position"))["last"] or 0


def note(*, at: datetime) -> int:
    """Number what is committed and was not told yet; gives how much. Run twice, or by two at once, it is told once."""
    if not any(query.exists() for query in (_unsigned(), _unsuperseded(), _unwithdrawn(), _hidden(), _shown(), _moved(at))):
        return 0
    with transaction.atomic():
        one_writer()
        turned = [*_turned(_hidden(), Kind.HIDDEN, at), *_turned(_shown(), Kind.SHOWN, at)]
        withdrawn = _turned(_unwithdrawn(), Kind.WITHDRAWN, at)
        position, found = last(), [*turned, *_signed(at), *_superseded(at), *withdrawn, *_standing(at)]
        for number, row in enumerate(found, start=position + 1):
            row.position = number
        Change.objects.bulk_create(found)
    return len(found)


def leave_out_what_is_private(*, at: datetime) -> None:
    """What was told, and whose producer made it private a moment ago, is left out of every list from now on."""
    if _hidden().exists():
        note(at=at)


def one_writer() -> None:
    """Until the transaction is over; SQLite's immediate transaction already has but one writer."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])


# --- what is not told yet -----------------------------------------------------------------------------------------


def public() -> QuerySet[Credential]:
    """Released credentials of works that their producer made public: others are shown to whoever asks by name only."""
    return Credential.objects.real().filter(asset__production__is_public=True)


def _told(kind: Kind) -> Exists:
    return Exists(Change.objects.filter(credential=OuterRef("pk"), kind=kind))


def _unsigned() -> QuerySet[Credential]:
    return public().filter(~_told(Kind.SIGNED)).order_by("pk")


def _unsuperseded() -> QuerySet[Credential]:
    """Those whose very file was signed again; for the same work or, what is no successor, for another."""
    later = Credential.objects.real().filter(asset__sha256=OuterRef("asset__sha256"), pk__gt=OuterRef("pk"))
    told = public().filter(_told(Kind.SIGNED), ~_told(Kind.SUPERSEDED))
    return told.filter(Exists(later)).select_related("asset").order_by("pk")


def _unwithdrawn() -> QuerySet[Credential]:
    """Those whose bytes are kept out, because a concern about them was upheld."""
    kept_out = KeptOut.objects.filter(sha256=OuterRef("sha256"))
    return public().filter(_told(Kind.SIGNED), ~_told(Kind.WITHDRAWN), Exists(kept_out)).order_by("pk")


def _hidden() -> QuerySet[Credential]:
    """Those that were told, of works that their producer has since made private."""
    told = Credential.objects.real().filter(_told(Kind.SIGNED), asset__production__is_public=False)
    return told.annotate(last_seen=_last_seen()).filter(last_seen__in=SEEN).order_by("pk")


def _shown() -> QuerySet[Credential]:
    return public().filter(_told(Kind.HIDDEN)).annotate(last_seen=_last_seen()).filter(last_seen=Kind.HIDDEN).order_by("pk")


def _last_seen() -> Subquery:
    seen = Change.objects.filter(credential=OuterRef("pk"), kind__in=(*SEEN, Kind.HIDDEN))
    return Subquery(seen.order_by("-position").values("kind")[:1])


def _moved(at: datetime) -> QuerySet[Credential]:
    """Those whose consent may stand otherwise than was last told: an ending, a last day or a term lies since then."""
    latest = Change.objects.filter(credential=OuterRef("pk")).order_by("-position")
    told = public().annotate(told_at=Subquery(latest.values("recorded_at")[:1]), told_on=TruncDate("told_at"))
    ending, today = "decision__revisions__grant__endings__", at.date()
    newly = Q(**{f"{ending}effective_at__gt": F("told_at")}) | Q(**{f"{ending}recorded_at__gt": F("told_at") - CLOCKS_DIFFER})
    since_told = (
        Q(**{f"{ending}effective_at__lte": at}) & newly
        | Q(**{f"{ending}run_off_to__lt": today, f"{ending}run_off_to__gte": F("told_on")})
        | Q(decision__revisions__term_end__lte=today, decision__revisions__term_end__gt=F("told_on"))
        | _stopped()
    )
    return told.filter(since_told, told_at__isnull=False).distinct().order_by("pk")


def _stopped() -> Q:
    """Orders and disputes come, are lifted and run out; there are few, so whoever they concern is looked at each time."""
    return reach.reached(reach.ever(), through="decision__")


def _signed(at: datetime) -> Iterator[Change]:
    rows = list(_unsigned()[:AT_ONCE])
    stands = _stands(rows, at)
    for row in rows:
        yield _change(row, Kind.SIGNED, stands[row.pk], at)


def _superseded(at: datetime) -> Iterator[Change]:
    rows = list(_unsuperseded())
    files = Credential.objects.real().filter(asset__sha256__in=[row.asset.sha256 for row in rows]).order_by("pk")
    newest = {(work, file): pk for work, file, pk in files.values_list("asset__production", "asset__sha256", "pk")}
    successor = {row.pk: newest[row.asset.production_id, row.asset.sha256] for row in rows}
    rows = [row for row in rows if successor[row.pk] != row.pk][:AT_ONCE]
    stands = _stands(rows, at)
    for row in rows:
        yield _change(row, Kind.SUPERSEDED, stands[row.pk], at, successor_id=successor[row.pk])


def _turned(rows: QuerySet[Credential], kind: Kind, at: datetime) -> Iterator[Change]:
    """All of them at once: what is private must not stay in a list until its turn comes."""
    found = list(rows)
    for start in range(0, len(found), AT_ONCE):
        some = found[start : start + AT_ONCE]
        stands = _stands(some, at)
        yield from (_change(row, kind, stands[row.pk], at) for row in some)


def _standing(at: datetime) -> Iterator[Change]:
    rows, moved = [], _moved(at)
    while rows := list(moved.filter(pk__gt=rows[-1].pk if rows else 0)[:AT_ONCE]):
        stands = _stands(rows, at)
        latest = Change.objects.filter(credential__in=[row.pk for row in rows]).order_by("position")
        told = {one.credential_id: Standing(one.standing, one.may_continue) for one in latest}
        changed = [row for row in rows if stands[row.pk] != told[row.pk]]
        yield from (_change(row, Kind.STANDING, stands[row.pk], at) for row in changed)


def _stands(rows: list[Credential], at: datetime) -> dict[int, Standing]:
    signed = {row.decision_id: row.consent.get("state_at_signing", "not_stated") for row in rows}
    by_decision = standing.of_many(signed, at=at)
    return {row.pk: by_decision[row.decision_id] for row in rows}


def _change(row: Credential, kind: Kind, stands: Standing, at: datetime, **more: int) -> Change:
    return Change(
        position=0, credential=row, kind=kind, standing=stands.state, may_continue=stands.may_continue, recorded_at=at, **more
    )
