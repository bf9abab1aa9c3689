"""Ends a worker that only seems to live, so that whoever keeps it starts it again; leases bring its jobs back.

The embedded worker has its clock and its pool in processes of their own. A clock that was killed is never started again,
and a child of the pool that was killed while it waited can leave the pool's one queue locked for ever.
"""

import logging
import os
import threading
import time
from dataclasses import dataclass, field

from celery.worker import state

EVERY = 2.0
# The sweep is due every five seconds: a worker with a free child that has begun nothing for so long begins nothing more.
SILENT = 30.0
STOPPED = 70

log = logging.getLogger(__name__)


@dataclass
class Watch:
    """What was last seen of a worker; `fault` says what is wrong with it, mostly nothing."""

    children: int
    begun: int = 0
    since: float = field(default_factory=time.monotonic)

    def fault(self, *, clock_lives: bool, begun: int, busy: int, now: float) -> str:
        if not clock_lives:
            return "its clock has died"
        if begun != self.begun or busy >= self.children:
            self.begun, self.since = begun, now
        return f"it has begun nothing for {SILENT:.0f} seconds" if now - self.since > SILENT else ""


def over(worker) -> None:
    """Watch a worker with an embedded clock from a thread of its own."""
    threading.Thread(target=_watch, args=(worker,), name="watch", daemon=True).start()


def _watch(worker) -> None:
    watch = Watch(children=worker.concurrency)
    while True:
        time.sleep(EVERY)
        fault = watch.fault(
            clock_lives=worker.beat.is_alive(), begun=state.all_total_count[0], busy=len(state.active_requests),
            now=time.monotonic(),
        )  # fmt: skip
        if fault and not state.should_stop and not state.should_terminate:
            log.error("the worker is ended: %s", fault)
            os._exit(STOPPED)
