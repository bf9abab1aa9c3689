"""A file that grows piece by piece, by one writer at a time, whatever happens to the writers.

The lock is the kernel's (flock): it ends with the process that holds it, however that ends. Who comes second leaves a
sign, so that a writer whose line is silent can make room.
"""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

SIGN = ".wanted"
LENT = ".lent-"
TRIES_EVERY = 0.1


class Busy(Exception):
    """Somebody else writes, and their line is alive."""


@contextmanager
def held(path: Path, *, patience: float) -> Iterator["Growing"]:
    """The file, held alone; it is made if there is none. Raises Busy after `patience` seconds."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    sign = path.with_name(path.name + SIGN)
    deadline = time.monotonic() + patience
    while True:
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(file)
            if time.monotonic() > deadline:
                sign.unlink(missing_ok=True)
                raise Busy from None
            sign.touch()
            time.sleep(TRIES_EVERY)
            continue
        # It may have been removed between the two calls; then the lock is one on a file that nobody will find.
        if _same(file, path):
            break
        os.close(file)
    sign.unlink(missing_ok=True)
    try:
        yield Growing(path, file)
    finally:
        os.close(file)


def _same(file: int, path: Path) -> bool:
    with suppress(FileNotFoundError):
        return os.path.samestat(os.fstat(file), os.stat(path))
    return False


class Growing:
    """A file while it is held. What is behind `mark` is on disk."""

    def __init__(self, path: Path, file: int) -> None:
        self.path, self._file = path, file

    @property
    def size(self) -> int:
        return os.fstat(self._file).st_size

    def wanted(self) -> bool:
        return self.path.with_name(self.path.name + SIGN).exists()

    def cut(self, size: int) -> None:
        """Forget what lies behind `size`, and write on from there."""
        os.ftruncate(self._file, size)
        os.lseek(self._file, size, os.SEEK_SET)

    def write(self, piece: bytes) -> None:
        """All of it, or OSError; some of it may have been written then."""
        view: Any = memoryview(piece)
        while view:
            view = view[os.write(self._file, view) :]

    def settle(self) -> None:
        os.fsync(self._file)


def remove(path: Path) -> None:
    for one in (path, path.with_name(path.name + SIGN)):
        one.unlink(missing_ok=True)


def lent(path: Path, name: str) -> Path:
    """Another name of the same file beside it, which may be given away. Raises FileNotFoundError."""
    other = path.with_name(f"{path.name}{LENT}{name}")
    os.link(path, other)
    return other
