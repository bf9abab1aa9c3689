"""The status list: what is public of every released file, signed and compact, for a platform to hold and bring up to date.

A list's version is a position of the feed of changes (provenance/changes.py), and what it holds is worked out from the
changes up to there and from nothing else. So a list and the changes since make the next list, exactly. (docs/status-list.md)
"""

import base64
import gzip
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.conf import settings
from django.core.cache import cache

from consent.receipts import issuer
from provenance import bands, changes
from provenance.conclusion import moment
from provenance.models import Change, Credential
from registry.errors import Invalid

Kind = Change.Kind
VERSION = 1
SCHEMA = "/schemas/status-list-1.json"
PREFIX = 16  # bytes of a SHA-256; docs/status-list.md says how seldom two files share them
STATES = ("not_stated", "confirmed", "not_required", "under_review", "ended")
BANDS = bands.every()
SUPERSEDED, WITHDRAWN, STOPPED = 1, 2, 4
MARKS = {Kind.SUPERSEDED: SUPERSEDED, Kind.WITHDRAWN: WITHDRAWN}
FLAGS = {"superseded": SUPERSEDED, "withdrawn": WITHDRAWN, "stopped": STOPPED}
MOST_CHANGES = 20_000  # in a delta; from further behind the whole list is no longer to read
HELD_FOR = 24 * 3600
AT_ONCE = 500


class NoSuchPosition(Invalid):
    """The position lies after the last one that was given out."""

    def __init__(self) -> None:
        super().__init__("status_list.position", "No list of that position was given out. Fetch the whole list, without `since`.")


class Entry(NamedTuple):
    """What is told of one file: codes of STATES and BANDS, and a sum of FLAGS."""

    consent: int
    band: int
    flags: int


class Made(NamedTuple):
    """A signed list, and the same in gzip."""

    body: bytes
    gzipped: bytes


Entries = dict[bytes, Entry]


def position(*, at: datetime) -> int:
    """The version of the list now. What became private a moment ago is left out of it."""
    changes.leave_out_what_is_private(at=at)
    return changes.last()


def kind_of(since: int | None, *, now: int) -> str:
    """Whether a holder of `since` is answered with a delta or with the whole list. Raises NoSuchPosition."""
    if since is not None and not 0 <= since <= now:
        raise NoSuchPosition
    return "full" if since is None or now - since > MOST_CHANGES else "delta"


def full(now: int, *, at: datetime) -> Made:
    """The whole list at a position. It is made once, by whoever asks first, and kept in the cache that all share."""
    key = f"status-list-{VERSION}-{issuer.key().thumbprint}-{now}"
    held = cache.get(key)
    if held is None:
        cache.add(key, tuple(_signed(document(entries(now), kind="full", position=now, at=at), at)), timeout=HELD_FOR)
        held = cache.get(key) or _signed(document(entries(now), kind="full", position=now, at=at), at)
    return Made(*held)


def delta(since: int, now: int, *, at: datetime) -> Made:
    """What makes of the list at `since` the list at `now`."""
    told, gone = changed(since, now)
    return _signed(document(told, kind="delta", position=now, since=since, removed=gone, at=at), at)


def entries(now: int) -> Entries:
    """The list at a position."""
    return _listed(Change.objects.filter(position__lte=now))


def changed(since: int, now: int) -> tuple[Entries, list[bytes]]:
    """What is in the list at `now` and was not so at `since`, and what was in that and no longer is."""
    moved = Change.objects.filter(position__gt=since, position__lte=now).values_list("credential__sha256", flat=True)
    then: Entries = {}
    today: Entries = {}
    for files in _by(AT_ONCE, sorted(set(moved))):
        rows = Change.objects.filter(credential__sha256__in=files)
        then |= _listed(rows.filter(position__lte=since))
        today |= _listed(rows.filter(position__lte=now))
    return {file: one for file, one in today.items() if then.get(file) != one}, sorted(then.keys() - today.keys())


def _listed(rows: Any) -> Entries:
    """What these changes, in their order, come to. Of bytes that were signed more than once the newest is told."""
    standing: dict[int, tuple[str, bool]] = {}
    shown: set[int] = set()
    marked: dict[int, int] = {}
    behind = ("credential_id", "kind", "standing", "may_continue")
    for credential, kind, state, goes_on in rows.order_by("position").values_list(*behind).iterator(chunk_size=5000):
        standing[credential] = state, goes_on
        if kind in changes.SEEN:
            shown.add(credential)
        elif kind == Kind.HIDDEN:
            shown.discard(credential)
        elif kind in MARKS:
            marked[credential] = marked.get(credential, 0) | MARKS[kind]
    listed: Entries = {}
    for credential, sha256, band in _files(sorted(shown)):
        state, goes_on = standing[credential]
        flags = marked.get(credential, 0) | (0 if goes_on else STOPPED)
        listed[bytes.fromhex(sha256)[:PREFIX]] = Entry(_code(STATES, state), _code(BANDS, band), flags)
    return listed


def _files(credentials: Sequence[int]) -> Iterator[tuple[int, str, Any]]:
    for some in _by(AT_ONCE, credentials):
        rows = Credential.objects.real().filter(pk__in=some).order_by("pk")
        yield from rows.values_list("pk", "sha256", "extent__headline__band")


def _by(number: int, values: Sequence[Any]) -> Iterator[Sequence[Any]]:
    return (values[start : start + number] for start in range(0, len(values), number))


def _code(codes: Sequence[str], value: Any) -> int:
    """What has no code of its own is told as what is not known, which stands first."""
    return codes.index(value) if value in codes else 0


def document(
    told: Mapping[bytes, Entry], *, kind: str, position: int, at: datetime, since: int | None = None,
    removed: Iterable[bytes] = (),
) -> dict[str, Any]:  # fmt: skip
    """A list or a delta as it is signed: columns in the order of the prefixes, each as base64 of its bytes."""
    files = sorted(told)
    return {
        "version": VERSION, "schema": f"{settings.SITE_URL}{SCHEMA}", "registry": settings.SITE_URL, "kind": kind,
        "position": position, "since": since, "made_at": moment(at), "entries": len(files), "prefix_bytes": PREFIX,
        "states": list(STATES), "bands": list(BANDS), "flags": FLAGS,
        "columns": {
            "sha256": _column(b"".join(files)),
            **{name: _column(bytes(getattr(told[file], name) for file in files)) for name in Entry._fields},
        },
        "removed": _column(b"".join(removed)),
    }  # fmt: skip


def _column(values: bytes) -> str:
    return base64.b64encode(values).decode()


def _signed(told: dict[str, Any], at: datetime) -> Made:
    issuer.remembered_key(at)
    body = issuer.key().sign_list(told, issuer=issuer.issuer().did).encode()
    return Made(body, gzip.compress(body, 5, mtime=0))
