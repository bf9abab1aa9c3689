"""A pool of warm children: made when they are first needed, lent to one call at a time, replaced when they are spent.

It may be shared by threads; after a fork the new process starts children of its own.
"""

import contextlib
import os
import threading
import weakref
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, BinaryIO

from provenance.sandbox.child import Child
from provenance.sandbox.errors import SandboxBusy
from provenance.sandbox.limits import Limits
from provenance.sandbox.values import Anchor, Sign


class Pool:
    """At most `children` children; `anchors` are trusted where a call names none of its own.

    At most `waiting` calls wait for a child; whoever comes then is told at once that it is busy. Without it, any number.
    """

    def __init__(
        self, *, children: int = 2, waiting: int | None = None, limits: Limits | None = None, anchors: Iterable[Anchor] = ()
    ):
        self.limits = limits or Limits()
        self.anchors = tuple(anchors)
        self.size = children
        self.waiting = waiting
        self._idle: list[Child] = []
        self._begin()
        _POOLS.add(self)

    def close(self) -> None:
        """End every child that is not at work."""
        with self._lock:
            idle, self._idle = self._idle, []
        for child in idle:
            child.end()

    def _call(self, message: dict[str, Any], files: Sequence[BinaryIO], *, size: int,
              anchors: Sequence[Anchor] | None = None, sign: Sign | None = None, extra: float = 0.0) -> dict[str, Any]:
        anchors = self.anchors if anchors is None else tuple(anchors)
        seconds = self.limits.wall(size) + extra
        message["seconds"] = seconds
        with self._child() as child:
            return child.call(message, [file.fileno() for file in files], anchors, sign, seconds)

    @contextlib.contextmanager
    def _child(self) -> Iterator[Child]:
        with _place(self._line, 0), _place(self._free, self.limits.wait_seconds):
            child = self._take()
            try:
                yield child
            finally:
                self._give_back(child)

    def _take(self) -> Child:
        while True:
            with self._lock:
                child = self._idle.pop() if self._idle else None
            if child is None:
                return Child(self.limits)
            if child.alive():
                return child
            child.end()

    def _give_back(self, child: Child) -> None:
        if child.spent or child.calls >= self.limits.recycle_after or not child.alive():
            child.end()
            return
        with self._lock:
            self._idle.append(child)

    def _begin(self) -> None:
        self._lock = threading.Lock()
        self._free = threading.BoundedSemaphore(self.size)
        self._line = None if self.waiting is None else threading.BoundedSemaphore(self.size + self.waiting)
        self._idle = []

    def _forget(self) -> None:
        """After a fork: the children belong to the parent process; only their sockets are let go here."""
        idle = self._idle
        self._begin()
        for child in idle:
            child.disown()


@contextlib.contextmanager
def _place(places: threading.BoundedSemaphore | None, seconds: float) -> Iterator[None]:
    """One of so many places, waited for at most so long; any number where they are not counted."""
    if places is not None and not places.acquire(blocking=seconds > 0, timeout=seconds or None):
        raise SandboxBusy("media.busy", "Too many files are being read at the moment; try again in a minute.")
    try:
        yield
    finally:
        if places is not None:
            places.release()


_POOLS: "weakref.WeakSet[Pool]" = weakref.WeakSet()


def _after_fork() -> None:
    for pool in list(_POOLS):
        pool._forget()


os.register_at_fork(after_in_child=_after_fork)
