"""Delivering many files at once: each is sent once, however often it is asked and by however many runs."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from countersign import errors
from countersign.client import Client
from countersign.declarations import Delivery
from countersign.errors import CountersignError
from countersign.record import Record

# What an asset's state means for whoever waits for it, as an exit code.
CODES = {"received": errors.DONE, "signing": errors.DONE, "signed": errors.DONE, "held": errors.HELD,
         "refused": errors.REFUSED, "dead": errors.FAILED}  # fmt: skip
KEY_REUSED = "request.key_reused"
# After these it makes no sense to try the next one.
FATAL = (errors.SignedOut, errors.NotPermitted, errors.Unavailable, errors.Interrupted)


class Stop:
    """Asked of every piece that is sent, and instead of sleeping: raises Interrupted once somebody wants to stop."""

    def __init__(self) -> None:
        self._asked = threading.Event()

    def ask(self) -> None:
        self._asked.set()

    def check(self) -> None:
        if self._asked.is_set():
            raise errors.Interrupted("Stopped. The same command again goes on where this one stopped.")

    def sleep(self, seconds: float) -> None:
        self._asked.wait(seconds)
        self.check()


@dataclass(frozen=True)
class Outcome:
    """`event` is sent, already, refused, failed or not_begun."""

    delivery: Delivery
    event: str
    asset: str = ""
    state: str = ""
    error: CountersignError | None = None

    @property
    def exit_code(self) -> int:
        return self.error.exit_code if self.error else CODES.get(self.state, errors.FAILED)


class Watcher(Protocol):
    def began(self, delivery: Delivery) -> None: ...

    def moved(self, delivery: Delivery, arrived: int) -> None: ...

    def ended(self, outcome: Outcome) -> None: ...


def deliver(client: Client, record: Record, deliveries: Sequence[Delivery], *, at_once: int, again: bool, stop: Stop,
            watcher: Watcher) -> Iterator[Outcome]:  # fmt: skip
    """Send what was not sent yet, some at once; gives each outcome as soon as there is one.

    Where the registry is away, or this client is not known, the rest is not begun. KeyboardInterrupt stops within a piece.
    """
    acts = _Acts(client, record, again, stop, watcher, at_once if len(deliveries) == 1 else 2)
    waiting = list(reversed(deliveries))
    over: CountersignError | None = None
    pool = ThreadPoolExecutor(at_once)
    running: dict[Future[Outcome], Delivery] = {}
    try:
        while waiting or running:
            while waiting and len(running) < at_once and not over:
                delivery = waiting.pop()
                running[pool.submit(acts.one, delivery)] = delivery
            if not running:
                break
            # Woken now and then, so that Ctrl-C is heard on every platform.
            done, _ = wait(running, timeout=0.5, return_when=FIRST_COMPLETED)
            for future in done:
                del running[future]
                outcome = future.result()
                if isinstance(outcome.error, FATAL):
                    over = outcome.error
                watcher.ended(outcome)
                yield outcome
    finally:
        # Who stops is not kept waiting for a line that stands still: commands.run ends the threads with the process.
        if running:
            stop.ask()
        pool.shutdown(wait=not running)
    for delivery in reversed(waiting):
        yield Outcome(delivery, "not_begun", error=over)


@dataclass(frozen=True)
class _Acts:
    client: Client
    record: Record
    again: bool
    stop: Stop
    watcher: Watcher
    frames_at_once: int

    def one(self, delivery: Delivery) -> Outcome:
        try:
            self.stop.check()
            self.watcher.began(delivery)
            key = self._key(delivery)
            with self.record.claimed(key):
                return self._sent(delivery, key)
        except CountersignError as error:
            return Outcome(delivery, "refused" if isinstance(error, errors.Refused) else "failed", error=error)
        except OSError as error:
            told = errors.Misused(f"{error.filename or delivery.path} cannot be read: {error.strerror or error}.")
            return Outcome(delivery, "failed", error=told)

    def _sent(self, delivery: Delivery, key: str) -> Outcome:
        known = self.record.of_key(key)
        if known and known.asset and not self.again:
            return Outcome(delivery, "already", known.asset, known.state)
        idempotency, unheard = self.record.begin(key, delivery.path)
        if unheard and (found := self._arrived(delivery)):
            self.record.answered(key, asset=found[0], state=found[1])
            return Outcome(delivery, "already", *found)
        arrived: dict[Path, int] = {}

        def moved(path: Path, so_far: int) -> None:
            self.stop.check()
            arrived[path] = so_far
            self.watcher.moved(delivery, sum(list(arrived.values())))

        more: Any = {"fingerprints": self.record.sha256_of, "memory": self.record, "moved": moved, "at_once": self.frames_at_once}
        try:
            try:
                asset = self.client.send(delivery.thing, delivery.declaration, delivery.parts, key=idempotency, **more)
            except errors.Refused as refused:
                if refused.code != KEY_REUSED:
                    raise
                # The attempt that was never heard of sent the same in another way; that it did not arrive was asked above.
                asset = self.client.send(delivery.thing, delivery.declaration, delivery.parts, **more)
        except errors.Refused as refused:
            self.record.answered(key, state="refused", problem=refused.told())
            raise
        self.record.answered(key, asset=asset["id"], state=asset["state"])
        return Outcome(delivery, "sent", asset["id"], asset["state"])

    def _arrived(self, delivery: Delivery) -> tuple[str, str] | None:
        """The asset of an attempt whose answer was lost on the way: these bytes by this name, and known to no other."""
        if not isinstance(delivery.thing, Path):
            return None
        chosen = {"sha256": self.record.sha256_of(delivery.thing), "production": str(delivery.declaration["production"])}
        try:
            for one in self.client.assets(**chosen):
                if one["title"] == delivery.declaration["title"] and not self.record.knows(one["id"]):
                    return one["id"], one["state"]
        except errors.NotPermitted:
            # It may send and not read: the Idempotency-Key has to do.
            pass
        return None

    def _key(self, delivery: Delivery) -> str:
        """The same for the same bytes, declared in the same way."""
        rate = "" if isinstance(delivery.thing, Path) else delivery.thing.rate
        told = [delivery.declaration, rate, [self.record.sha256_of(file) for file in delivery.files], sorted(delivery.parts)]
        return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()
