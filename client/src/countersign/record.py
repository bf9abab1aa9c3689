"""What this machine has sent, so that the same command again sends only what is missing, and two at once share the work.

One SQLite file per registry and client, in the platform's place for state; beside it a file whose bytes are locked, one
for each thing that is being sent. What a process that was killed had locked is free again at once.
"""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import sys
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from countersign.fingerprints import hashed
from countersign.line import new_key

TABLES = """
CREATE TABLE IF NOT EXISTS hashed (path TEXT PRIMARY KEY, size INTEGER, changed INTEGER, sha256 TEXT);
CREATE TABLE IF NOT EXISTS uploads (sha256 TEXT, size INTEGER, address TEXT, idempotency TEXT, PRIMARY KEY (sha256, size));
CREATE TABLE IF NOT EXISTS parts (upload TEXT, number INTEGER, etag TEXT, PRIMARY KEY (upload, number));
CREATE TABLE IF NOT EXISTS sent (
  key TEXT PRIMARY KEY, path TEXT, idempotency TEXT, asset TEXT, state TEXT, problem TEXT, at REAL
);
CREATE INDEX IF NOT EXISTS sent_path ON sent (path);
CREATE INDEX IF NOT EXISTS sent_asset ON sent (asset);
"""
PLACES = 2**30
OVER = ("signed", "refused", "dead")


@dataclass(frozen=True)
class Sent:
    """Something that was sent, or tried to: `asset` is "" where the registry never took it in."""

    path: str
    asset: str
    state: str
    problem: Mapping[str, Any] | None


class Record:
    """Also what `tus` remembers by (tus.Memory)."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._db = sqlite3.connect(str(folder / "sent.sqlite3"), timeout=60, check_same_thread=False, isolation_level=None)
        self._alone = threading.RLock()
        with self._alone:
            self._db.executescript(TABLES)
        self._claims = _Claims(folder / "sending.lock")

    def close(self) -> None:
        with self._alone:
            self._db.close()
        self._claims.close()

    def _run(self, statement: str, *given: Any) -> list[tuple[Any, ...]]:
        with self._alone:
            return self._db.execute(statement, given).fetchall()

    # ── Fingerprints ─────────────────────────────────────────────────────────────────────────────────────────────

    def sha256_of(self, path: Path) -> str:
        """The SHA-256 of a file; not calculated again where neither size nor time of change are other."""
        own, stat = str(path.absolute()), path.stat()
        found = self._run("SELECT sha256 FROM hashed WHERE path=? AND size=? AND changed=?", own, stat.st_size, stat.st_mtime_ns)
        if found:
            return str(found[0][0])
        digest = hashed(path)
        # What was changed a moment ago may be changed once more within the same tick of the file system's clock.
        if time.time() - stat.st_mtime > 2:
            self._run("INSERT OR REPLACE INTO hashed VALUES (?, ?, ?, ?)", own, stat.st_size, stat.st_mtime_ns, digest)
        return digest

    # ── Uploads under way ────────────────────────────────────────────────────────────────────────────────────────

    def upload_begun(self, sha256: str, size: int) -> tuple[str, str]:
        self._run("INSERT OR IGNORE INTO uploads VALUES (?, ?, '', ?)", sha256, size, new_key())
        found = self._run("SELECT address, idempotency FROM uploads WHERE sha256=? AND size=?", sha256, size)
        return str(found[0][0]), str(found[0][1])

    def upload_at(self, sha256: str, size: int, address: str) -> None:
        self._run("UPDATE uploads SET address=? WHERE sha256=? AND size=?", address, sha256, size)

    def upload_over(self, sha256: str, size: int) -> None:
        known = self._run("SELECT address FROM uploads WHERE sha256=? AND size=?", sha256, size)
        if known:
            self._run("DELETE FROM parts WHERE upload=?", known[0][0])
        self._run("DELETE FROM uploads WHERE sha256=? AND size=?", sha256, size)

    def parts_sent(self, upload: str) -> dict[int, str]:
        return {int(number): str(etag) for number, etag in self._run("SELECT number, etag FROM parts WHERE upload=?", upload)}

    def part_sent(self, upload: str, number: int, etag: str) -> None:
        self._run("INSERT OR REPLACE INTO parts VALUES (?, ?, ?)", upload, number, etag)

    # ── What was sent ────────────────────────────────────────────────────────────────────────────────────────────

    @contextmanager
    def claimed(self, key: str) -> Iterator[None]:
        """While inside, no other run sends this; waits where one does."""
        with self._claims.held(int(hashlib.sha256(key.encode()).hexdigest(), 16) % PLACES):
            yield

    def begin(self, key: str, path: Path) -> tuple[str, bool]:
        """The Idempotency-Key to send with, and whether it is that of an attempt whose answer was never heard."""
        own, fresh = str(path.absolute()), new_key()
        self._run("INSERT OR IGNORE INTO sent VALUES (?, ?, '', '', '', NULL, ?)", key, own, time.time())
        self._run("UPDATE sent SET path=?, idempotency=CASE WHEN idempotency='' THEN ? ELSE idempotency END WHERE key=?",
                  own, fresh, key)  # fmt: skip
        kept = str(self._run("SELECT idempotency FROM sent WHERE key=?", key)[0][0])
        return kept, kept != fresh

    def answered(self, key: str, *, asset: str = "", state: str, problem: Mapping[str, Any] | None = None) -> None:
        """An answer was heard: whoever sends this again, means it anew."""
        self._run("UPDATE sent SET idempotency='', asset=?, state=?, problem=?, at=? WHERE key=?",
                  asset, state, json.dumps(problem) if problem else None, time.time(), key)  # fmt: skip

    def forget(self, key: str) -> None:
        self._run("DELETE FROM sent WHERE key=?", key)

    def noted(self, asset: str, state: str, problem: Mapping[str, Any] | None = None) -> None:
        self._run("UPDATE sent SET state=?, problem=? WHERE asset=?", state, json.dumps(problem) if problem else None, asset)

    def of_key(self, key: str) -> Sent | None:
        return next(self._found("key=?", key), None)

    def knows(self, asset: str) -> bool:
        return bool(self._run("SELECT 1 FROM sent WHERE asset=?", asset))

    def of_path(self, path: Path) -> Sent | None:
        """The last that was sent from this path and taken in."""
        return next(self._found("path=? AND asset<>'' ORDER BY at DESC", str(path.absolute())), None)

    def under(self, folder: Path) -> list[Sent]:
        start = str(folder.absolute()).rstrip(os.sep) + os.sep
        return list(self._found("substr(path, 1, ?)=? AND asset<>'' ORDER BY path", len(start), start))

    def unfinished(self) -> list[Sent]:
        return list(self._found("asset<>'' AND state NOT IN ('signed', 'refused', 'dead') ORDER BY at"))

    def paths(self, assets: Iterable[str]) -> dict[str, str]:
        """By asset, the path it was sent from, where it was sent from here."""
        return {one: rows[0][0] for one in assets if (rows := self._run("SELECT path FROM sent WHERE asset=?", one))}

    def _found(self, which: str, *given: Any) -> Iterator[Sent]:
        for path, asset, state, problem in self._run(f"SELECT path, asset, state, problem FROM sent WHERE {which}", *given):
            yield Sent(path, asset, state, json.loads(problem) if problem else None)


class _Claims:
    """Locks on single bytes of one file, which the system takes back from whoever dies; between threads by a set."""

    def __init__(self, path: Path) -> None:
        # One descriptor for all: closing any descriptor of a file gives up all of a process's locks on it (POSIX).
        self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        self._ours: set[int] = set()
        self._changed = threading.Condition()

    def close(self) -> None:
        os.close(self._file)

    @contextmanager
    def held(self, place: int) -> Iterator[None]:
        with self._changed:
            while place in self._ours:
                self._changed.wait()
            self._ours.add(place)
        try:
            while not _locked(self._file, place):
                time.sleep(0.2)
            try:
                yield
            finally:
                _unlocked(self._file, place)
        finally:
            with self._changed:
                self._ours.discard(place)
                self._changed.notify_all()


if sys.platform == "win32":
    import msvcrt

    def _locked(file: int, place: int) -> bool:
        os.lseek(file, place, os.SEEK_SET)
        with suppress(OSError):
            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
            return True
        return False

    def _unlocked(file: int, place: int) -> None:
        os.lseek(file, place, os.SEEK_SET)
        msvcrt.locking(file, msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _locked(file: int, place: int) -> bool:
        with suppress(BlockingIOError, PermissionError):
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, place)
            return True
        return False

    def _unlocked(file: int, place: int) -> None:
        fcntl.lockf(file, fcntl.LOCK_UN, 1, place)
