"""The state of receipts for everybody: places in public lists, whose bits are read from the record when asked for.

Revoked is a receipt whose consent has ended, by whatever ending is in effect, or whose revision a later one has
replaced. Suspended is one on whose consent a lock lies: on the person, the file, its production, or on everything of
the studio, for whatever act. A list is signed, and kept for five minutes; it is the same for whoever asks.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime

from django.core.cache import cache
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from consent import worklists
from consent.facts import GLOBAL
from consent.models import GrantRevision, Statement, StatusList, StatusListEntry
from consent.receipts import bitstring, credential, issuer
from consent.receipts.credential import TTL, Place
from registry.errors import NotFound
from registry.models import Organisation, Production

# With more than this many places taken a new list is begun: a free place is still found by a few throws of the dice.
FULL = bitstring.LENGTH * 3 // 4
Purpose = StatusList.Purpose


@dataclass(frozen=True, slots=True)
class Served:
    """A signed list as it is handed out: the compact JWS, its tag, and until when it is kept."""

    body: str
    etag: str
    until: datetime


def place(revision: GrantRevision, purpose: str, *, at: datetime) -> Place:
    """A place for the revision, anywhere in the list that is being filled: its neighbours tell nothing about it."""
    current = StatusList.objects.filter(purpose=purpose).last()
    if current is None or current.entries.count() >= FULL:
        current = StatusList.objects.create(purpose=purpose, recorded_at=at)
    while True:
        index = secrets.randbelow(bitstring.LENGTH)
        try:
            with transaction.atomic():
                StatusListEntry.objects.create(list=current, index=index, revision=revision, recorded_at=at)
        except IntegrityError:
            if current.entries.filter(revision=revision).exists():
                raise
            continue
        return Place(purpose, current.public_id, index)


def served(list: str, *, at: datetime) -> Served:
    """The list with this id, signed. Raises `NotFound`."""
    found = StatusList.objects.filter(public_id=list).first()
    if found is None:
        raise NotFound("receipt.no_list", "There is no status list of that id.")
    key = f"status-list-{found.pk}"
    kept = cache.get(key)
    if kept is None or kept.until <= at:
        kept = _made(found, at)
        cache.set(key, kept, timeout=int(TTL.total_seconds()))
    return kept


def _made(found: StatusList, at: datetime) -> Served:
    document = credential.status_list(
        found.public_id, found.purpose, bitstring.encoded(set_places(found, at=at)), issuer=issuer.issuer(), at=at
    )
    body = issuer.signed(document)
    return Served(body, f'"{hashlib.sha256(body.encode()).hexdigest()[:32]}"', at + TTL)


def set_places(found: StatusList, *, at: datetime) -> set[int]:
    """The places in the list whose bit is set at that moment."""
    revisions = suspended(at) if found.purpose == Purpose.SUSPENSION else revoked(at)
    return set(StatusListEntry.objects.filter(list=found, revision__in=revisions).values_list("index", flat=True))


def revoked(at: datetime) -> QuerySet[GrantRevision]:
    """Revisions that no longer are what the person allows."""
    later = GrantRevision.objects.filter(
        grant=OuterRef("grant"), number__gt=OuterRef("number"), verification__recorded_at__lte=at,
        effective_from__lte=at.date(),
    )  # fmt: skip
    ended = worklists.endings_in_effect(at).values("grant")
    return GrantRevision.objects.filter(Q(grant__in=ended) | Exists(later)).order_by()


def suspended(at: datetime) -> QuerySet[GrantRevision]:
    """Revisions of consents on which a lock lies."""
    lifted = Statement.objects.filter(kind=Statement.Kind.LIFT, effective_at__lte=at).values("refers_to")
    locks = Statement.objects.filter(kind=Statement.Kind.LOCK, effective_at__lte=at).exclude(pk__in=lifted)
    holding = locks.filter(Q(until=None) | Q(until__gt=at)).order_by()
    subjects = set(holding.exclude(subject=GLOBAL).values_list("subject", flat=True))
    studios = Organisation.objects.filter(pk__in=holding.filter(subject=GLOBAL).values("studio"))
    return GrantRevision.objects.filter(
        Q(grant__public_id__in=subjects)
        | Q(grant__person__public_id__in=subjects)
        | Q(grant__studio__in=studios)
        | Q(grant__production__in=_with_parts(subjects))
    ).order_by()


def _with_parts(subjects: set[str]) -> set[int]:
    """The productions among the subjects, with their seasons and episodes."""
    found: set[int] = set()
    level = set(Production.objects.filter(public_id__in=subjects).values_list("pk", flat=True))
    while level:
        found |= level
        level = set(Production.objects.filter(parent__in=level).values_list("pk", flat=True)) - found
    return found
