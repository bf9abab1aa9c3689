"""A request sent again under the same key is not carried out again: its first answer is kept for a day and given once more.

The key is the client's own (draft-ietf-httpapi-idempotency-key-header); one client's keys are nothing to another. Whoever
answers holds a lease on the key, renewed while the work lasts: a process that was killed holds it no longer than that.
"""

import json
import re
import secrets
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from registry.errors import Conflict, Invalid, Unreadable
from registry.models import ApiClient, KeptAnswer
from registry.private import open_key, wrap_key
from registry.renewing import while_it_lasts

KEPT_FOR = timedelta(hours=24)
QUOTED = re.compile(r'"((?:[^"\\]|\\["\\])*)"')
VISIBLE = re.compile(r"[\x21-\x7e]{1,255}")


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to answer the request of that row, as long as nobody took over."""

    row: int
    token: str


class KeyMalformed(Unreadable):
    def __init__(self) -> None:
        super().__init__(
            "request.key_malformed",
            "The Idempotency-Key cannot be used. Choose 1 to 255 visible ASCII characters without spaces, such as a UUID.",
        )


class KeyInUse(Conflict):
    """The first request of that key is being answered still."""

    def __init__(self, seconds: int) -> None:
        super().__init__(
            "request.key_in_use",
            "A request under this Idempotency-Key is being carried out at this moment. "
            "Send it again a little later, under the same key.",
            retry_after=max(1, seconds),
        )


class KeyReused(Invalid):
    """Under this key something else was asked."""

    def __init__(self) -> None:
        super().__init__(
            "request.key_reused",
            "Something else was sent under this Idempotency-Key within the last 24 hours: another address, or another body. "
            "Nothing was done. Send what is new under a key of its own.",
        )


def key_in(header: str) -> str:
    """The key that a header names, as a string in quotes (RFC 9651) or bare. Raises KeyMalformed."""
    said = header.strip()
    if quoted := QUOTED.fullmatch(said):
        said = re.sub(r"\\(.)", r"\1", quoted[1])
    if not VISIBLE.fullmatch(said):
        raise KeyMalformed
    return said


def is_answered(client: ApiClient, key: str, *, at: datetime) -> bool:
    """Whether an answer is kept. Asked before the body is read: nobody uploads for an hour to be told to wait. Raises
    KeyInUse."""
    row = KeptAnswer.objects.filter(client=client, key=key, expires_at__gt=at).first()
    if row is None:
        return False
    _refuse_leased(row, at)
    return row.status is not None


def claim(client: ApiClient, key: str, asked: str, *, at: datetime) -> Claim | Answer:
    """The right to answer, or the answer that was given before. Raises KeyInUse and KeyReused."""
    token = secrets.token_urlsafe(16)
    for _ in range(2):
        KeptAnswer.objects.filter(client=client, key=key, expires_at__lte=at).delete()
        with suppress(IntegrityError), transaction.atomic():
            row = KeptAnswer.objects.create(
                client=client, key=key, asked=asked, token=token, leased_until=at + _lease(), expires_at=at + KEPT_FOR
            )
            return Claim(row.pk, token)
        there = KeptAnswer.objects.filter(client=client, key=key).first()
        if there is not None:
            return _again(there, asked, token, at)
    raise KeyInUse(1)  # it came and went while we looked


def _again(row: KeptAnswer, asked: str, token: str, at: datetime) -> Claim | Answer:
    if row.asked != asked:
        raise KeyReused
    _refuse_leased(row, at)
    if row.status is not None:
        return Answer(row.status, row.headers, zlib.decompress(open_key(bytes(row.body))))
    # Whoever answered was killed: of several that come now, one takes over.
    lapsed = KeptAnswer.objects.filter(pk=row.pk, token=row.token, status=None)
    if not lapsed.update(token=token, leased_until=at + _lease()):
        raise KeyInUse(1)
    return Claim(row.pk, token)


def _refuse_leased(row: KeptAnswer, at: datetime) -> None:
    if row.status is None and row.leased_until > at:
        raise KeyInUse(min(5, int((row.leased_until - at).total_seconds())))


def keep(claim: Claim, answer: Answer) -> None:
    """From now on this is the answer. Nothing is kept for whoever was overtaken."""
    sealed = wrap_key(zlib.compress(answer.body))  # as what is secret: it may hold what is shown once
    headers = json.loads(json.dumps(dict(answer.headers)))
    _of(claim).update(status=answer.status, headers=headers, body=sealed)


def let_go(claim: Claim) -> None:
    """Nothing was done that may not be done again: the key is free."""
    _of(claim).delete()


@contextmanager
def held(claim: Claim) -> Iterator[None]:
    """While the work lasts its lease is renewed, by a thread that has nothing to do in the work of an ordinary request."""
    with while_it_lasts(lambda: _of(claim).update(leased_until=timezone.now() + _lease())):
        yield


def forget(*, at: datetime) -> int:
    """Answers older than a day. Gives how many."""
    return KeptAnswer.objects.filter(expires_at__lte=at).delete()[0]


def _of(claim: Claim):
    return KeptAnswer.objects.filter(pk=claim.row, token=claim.token, status=None)


def _lease() -> timedelta:
    return timedelta(seconds=settings.LEASE_SECONDS)
