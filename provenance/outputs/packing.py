"""Evidence packs on their way: asked for at the desk, made by a worker, kept sealed for some days, fetched on the record.

The row is the truth: a worker claims it, tells how far it is, and finishes it only while it still holds the lease. What
was cut off is begun anew by another, at most three times; a lost message costs seconds.
"""

import hashlib
import logging
import secrets
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import DatabaseError, transaction
from django.db.models import F, Q, QuerySet

from provenance import shelf
from provenance.models import EvidencePack
from provenance.outputs import pack
from provenance.outputs.evidence import About
from registry import journal, sealed_files
from registry.errors import Conflict, RegistryError, Unavailable
from registry.models import User
from registry.permissions import ENTERS, insist
from registry.private import open_key, wrap_key

State = EvidencePack.State
Clock = Callable[[], datetime]
KEPT = timedelta(days=7)
# How long a worker may be silent over one thing it puts in before another begins anew.
LEASE = timedelta(minutes=3)
CALL_AGAIN = timedelta(seconds=10)
# How often it is written down how far a pack is: others wait to write too.
TELLS_EVERY = timedelta(seconds=1)
OUR_FAULT = "Something failed here that should not have. An operator finds it in the log under this pack’s id. Ask again."
TOO_OFTEN = "It was cut off three times, perhaps because a worker was stopped or killed. Ask again."

log = logging.getLogger(__name__)


class NotReady(Conflict):
    def __init__(self, state: str) -> None:
        gone = "It was destroyed, as it is after seven days. Ask for a new one."
        super().__init__("evidence_pack.state", gone if state == State.GONE else "This pack is not ready. Load its page again.")


class PackDamaged(Unavailable):
    def __init__(self) -> None:
        super().__init__("evidence_pack.damaged", "The stored pack cannot be read as it was made. Ask for a new one.")


class Overtaken(Exception):
    """The lease ran out and another worker makes the pack: what this one made is let go."""


@transaction.atomic
def ask(about: About, *, by: User, at: datetime, reason: str) -> EvidencePack:
    """Ask for a pack; of what is on its way for the same person already, that one. Raises NotYourDesk, ReasonRequired."""
    insist(by, about.studio, ENTERS, to="make an evidence pack")
    type(about.studio)._default_manager.select_for_update().get(pk=about.studio.pk)
    under_way = of(about).filter(asked_by=by, state__in=(State.WAITING, State.MAKING)).first()
    if under_way is not None and reason.strip():
        return under_way
    row = EvidencePack.objects.create(
        studio=about.studio, reason=reason, asked_by=by, asked_at=at, called_at=at, **{about.kind: about.subject}
    )
    _note(row, "evidence_asked", journal.by_user(by), at=at, reason=reason)
    return row


def of(about: About) -> QuerySet[EvidencePack]:
    """The packs about a title or a performer, the newest first."""
    return EvidencePack.objects.filter(studio=about.studio, **{about.kind: about.subject}).select_related("asked_by")


def make(pack_id: str, *, clock: Clock) -> None:
    """Make the pack if it waits for that; otherwise step aside. Running it twice, or at once, is harmless."""
    row = _claimed(pack_id, at=clock())
    if row is None:
        return
    try:
        _make(row, clock)
    except Overtaken:
        log.warning("evidence pack %s was taken over by another worker", pack_id)
    except RegistryError as refused:
        _fail(row, refused.detail, at=clock())
    # Whatever else stops it is written down and told; it is not tried again by itself, for it would fail again.
    except Exception:
        log.exception("evidence pack %s could not be made", pack_id)
        _fail(row, OUR_FAULT, at=clock())


def to_call(*, at: datetime) -> list[str]:
    """Packs that wait for a worker, or whose worker fell silent; those cut off too often are given up."""
    silent = EvidencePack.objects.filter(state=State.MAKING, leased_until__lt=at)
    for row in silent.filter(attempt__gte=EvidencePack.MOST_ATTEMPTS):
        _fail(row, TOO_OFTEN, at=at)
    due = _due(at).filter(called_at__lte=at - CALL_AGAIN)
    called = list(due.values_list("public_id", flat=True))
    due.filter(public_id__in=called).update(called_at=at)
    return called


def fetch(row: EvidencePack, *, by: User, at: datetime) -> Iterator[bytes]:
    """The archive, piece by piece; that it was fetched goes on record before. Raises NotReady, PackDamaged."""
    insist(by, row.studio, ENTERS, to="fetch an evidence pack")
    with transaction.atomic():
        locked = EvidencePack.objects.select_for_update().get(pk=row.pk)
        if locked.state != State.DONE or locked.expires_at is None or locked.expires_at <= at:
            raise NotReady(locked.state if locked.state != State.DONE else State.GONE)
        file = _opened(locked)
        _note(locked, "evidence_fetched", journal.by_user(by), at=at, reason=locked.reason, sha256=locked.sha256)
    return _read(file, open_key(bytes(locked.sealed_key)))


def forget_old(*, at: datetime) -> None:
    """What has expired is destroyed: the key first, then the file; that there was a pack stays on record."""
    for row in EvidencePack.objects.filter(state=State.DONE, expires_at__lte=at):
        with transaction.atomic():
            gone = EvidencePack.objects.filter(pk=row.pk, state=State.DONE).update(
                state=State.GONE, storage_key="", sealed_key=b"", ended_at=at
            )
            if gone:
                _note(row, "evidence_destroyed", journal.by_system("retention"), at=at, sha256=row.sha256)
        shelf.forget(row.storage_key)


# --- one attempt -----------------------------------------------------------------------------------------------------


def _due(at: datetime) -> QuerySet[EvidencePack]:
    waits = Q(state=State.WAITING) | Q(state=State.MAKING, leased_until__lt=at)
    return EvidencePack.objects.filter(waits, attempt__lt=EvidencePack.MOST_ATTEMPTS)


def _claimed(pack_id: str, *, at: datetime) -> EvidencePack | None:
    token = secrets.token_urlsafe(16)
    taken = _due(at).filter(public_id=pack_id).update(
        state=State.MAKING, attempt=F("attempt") + 1, token=token, leased_until=at + LEASE, done=0, total=0
    )
    together = ("studio", "production__studio", "person__studio", "asked_by")
    return EvidencePack.objects.select_related(*together).get(public_id=pack_id) if taken else None


def _make(row: EvidencePack, clock: Clock) -> None:
    with shelf.scratch() as folder:
        plain, sealed, key = folder / "pack.zip", folder / "pack.sealed", AESGCM.generate_key(256)
        with plain.open("w+b") as file:
            pack.write(
                file, About(row.subject), by=row.asked_by, at=clock(), reason=row.reason, tell=_Progress(row, clock).tell
            )
            size = file.tell()
            file.seek(0)
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
            file.seek(0)
            with sealed.open("wb") as into:
                sealed_files.seal(key, file, into)
        name = secrets.token_hex(16)
        kept = shelf.keep(sealed, f"packs/{name[:2]}/{name}")
    try:
        _finish(row, at=clock(), storage_key=kept, sealed_key=wrap_key(key), sha256=sha256, size=size)
    except BaseException:
        # A commit may have come about although its answer was lost; where that cannot be asked, the file stays.
        with suppress(DatabaseError):
            if not EvidencePack.objects.filter(storage_key=kept).exists():
                shelf.forget(kept)
        raise


def _finish(row: EvidencePack, *, at: datetime, **made: Any) -> None:
    with transaction.atomic():
        held = EvidencePack.objects.filter(pk=row.pk, token=row.token, state=State.MAKING).update(
            state=State.DONE, token="", leased_until=None, done=F("total"), ended_at=at, expires_at=at + KEPT, **made
        )
        if not held:
            raise Overtaken


def _fail(row: EvidencePack, why: str, *, at: datetime) -> None:
    with transaction.atomic():
        failed = EvidencePack.objects.filter(pk=row.pk, token=row.token, state=State.MAKING).update(
            state=State.FAILED, token="", leased_until=None, trouble=why[:300], ended_at=at
        )
        if failed:
            _note(row, "evidence_failed", journal.by_system("evidence"), at=at, reason=why[:300])


class _Progress:
    """How far a pack is, written down now and then; each time the lease begins anew. Raises Overtaken."""

    def __init__(self, row: EvidencePack, clock: Clock) -> None:
        self.row, self.clock = row, clock
        self.told_at: datetime | None = None

    def tell(self, done: int, total: int) -> None:
        at = self.clock()
        if self.told_at is not None and at < self.told_at + TELLS_EVERY:
            return
        self.told_at = at
        held = EvidencePack.objects.filter(pk=self.row.pk, token=self.row.token, state=State.MAKING)
        if not held.update(done=done, total=total, leased_until=at + LEASE):
            raise Overtaken


def _opened(row: EvidencePack):
    try:
        with shelf.answering():
            return shelf.opened(row.storage_key)
    except shelf.StorageAway as away:
        raise PackDamaged if isinstance(away.__cause__, FileNotFoundError) else away from away


def _read(file, key: bytes) -> Iterator[bytes]:
    with file:
        yield from sealed_files.opened(key, file)


def _note(row: EvidencePack, what: str, actor: journal.Actor, *, at: datetime, reason: str = "", **details: Any) -> None:
    kind = About(row.subject).kind
    journal.record(
        actor=actor, tag=f"{kind}:{what}", subject=row.subject.public_id, organisation=row.studio, at=at, reason=reason,
        details={"pack": row.public_id, **details},
    )  # fmt: skip
