"""The line a request comes over: its body as it arrives, and an end to lines that are silent or drip.

gunicorn gives a thread to each request and waits for its body as long as the line stands. Here each line is watched while
it is waited for: one that brings nothing for SILENCE seconds, or next to nothing for twice as long, is read no further,
so that its thread is free again. What had arrived is kept by whoever reads.

An answer may be given before the body was read: whoever has no good token is not asked for two gigabytes first. A line that is
closed over bytes nobody read is reset, and the answer is lost with it; so some of them are still taken from the line.
"""

import os
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import Any

from gunicorn.http.errors import ParseException

from registry import environment

SILENCE = environment.whole("SLOW_LINE_SECONDS", 30)
# Of twice that time: even the worst line on which work is delivered brings more.
LEAST = 4096
# How long a line must have been silent to be given up for the same visitor on another.
YIELDS_AFTER = min(2.0, SILENCE / 2)
LOOKS_EVERY = min(0.5, SILENCE / 8)
# The largest piece that is asked for at once.
PIECE = 1024**2
# Of a body that was answered unread, so much is taken from the line, for so many seconds and over no longer silence.
UNREAD_MOST, UNREAD_SECONDS, UNREAD_SILENCE = 64 * 1024**2, 15.0, 3.0

_waited_for: set["Line"] = set()
_lock = threading.Lock()
_watcher: tuple[int, threading.Thread] | None = None


class Line:
    """The body of one request: `read` as WSGI has it, and `some` for what is there already."""

    def __init__(self, body: Any, line: socket.socket) -> None:
        self._body, self._socket = body, line
        self._rest = b""
        self._waiting_since = 0.0
        self._waited, self._brought = 0.0, 0
        self.whole = False
        self.given_up = ""
        self.patience: float = SILENCE
        # Asked while the line is silent: whether somebody else waits for what this request holds.
        self.wanted: Callable[[], bool] | None = None

    def some(self, most: int = PIECE) -> bytes:
        """What has arrived, at least a byte and at most so many; none at the end, `whole` says of which kind that is."""
        if self._rest:
            piece, self._rest = self._rest[:most], self._rest[most:]
            return piece
        if self.whole or self.given_up:
            return b""
        self._waiting_since = time.monotonic()
        with _lock:
            _waited_for.add(self)
        _watch()
        try:
            piece = self._next(most)
        finally:
            with _lock:
                _waited_for.discard(self)
        self._count(time.monotonic() - self._waiting_since, len(piece))
        if len(piece) > most:
            piece, self._rest = piece[:most], piece[most:]
        return piece

    @property
    def unread(self) -> bool:
        """Whether more of the body is still to come."""
        reader = self._body.reader
        announced = reader.parser if hasattr(reader, "parser") else reader.length
        return bool(announced) and not (self.whole or self.given_up)

    def discard(self) -> None:
        """Take what is unread from the line, within bounds; beyond them it is closed, and may be reset."""
        self.patience, ends, taken = min(self.patience, UNREAD_SILENCE), time.monotonic() + UNREAD_SECONDS, 0
        while piece := self.some():
            taken += len(piece)
            if taken > UNREAD_MOST or time.monotonic() > ends:
                self.give_up("unread")
        if not self.whole:
            self._body.failed = True

    def read(self, size: int | None = -1) -> bytes:
        """So many bytes, or fewer at the end of the body."""
        if size is None or size < 0:
            size = 2**63
        pieces, missing = [], size
        while missing and (piece := self.some(min(missing, PIECE))):
            pieces.append(piece)
            missing -= len(piece)
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def readline(self, size: int | None = -1) -> bytes:
        """For form; nothing here reads a body by lines."""
        line = b""
        while not line.endswith(b"\n") and (size is None or size < 0 or len(line) < size) and (one := self.some(1)):
            line += one
        return line

    def __iter__(self) -> Any:
        return iter(self.readline, b"")

    def _next(self, most: int) -> bytes:
        reader = self._body.reader
        # What gunicorn raises at a line that ended is an OSError of its own.
        with suppress(OSError, ParseException):
            if hasattr(reader, "parser"):
                return self._chunk(reader)
            if reader.length == 0:
                self.whole = True
                return b""
            piece: bytes = reader.unreader.read(None, read_ahead=min(most, reader.length))
            if len(piece) > reader.length:
                # The next request on this connection has begun to arrive.
                reader.unreader.unread(piece[reader.length :])
                piece = piece[: reader.length]
            reader.length -= len(piece)
            self.whole = reader.length == 0
            if piece:
                return piece
        self.given_up = self.given_up or "broken off"
        # Where the next request would begin is not known: gunicorn closes the line after the answer.
        self._body.failed = True
        return b""

    def _chunk(self, reader: Any) -> bytes:
        """The next of a body that does not say how long it is (RFC 9112 §7.1), as gunicorn's parser gives it."""
        while reader.parser:
            try:
                if piece := next(reader.parser):
                    return bytes(piece)
            except StopIteration:
                reader.parser = None
        self.whole = True
        return b""

    def _count(self, waited: float, brought: int) -> None:
        self._waited, self._brought = self._waited + waited, self._brought + brought
        if self._waited >= 2 * SILENCE:
            if self._brought < LEAST and not self.whole:
                self.give_up("slow")
            self._waited, self._brought = 0.0, 0

    def look(self, now: float) -> None:
        """Give the line up when it has been silent for too long. Asked by the watcher."""
        silent = now - self._waiting_since
        if silent > self.patience:
            self.give_up("silent")
        elif silent > YIELDS_AFTER and self.wanted and self.wanted():
            self.give_up("wanted")

    def give_up(self, why: str) -> None:
        self.given_up = self.given_up or why
        # Whoever waits for the line reads its end; an answer can still be sent.
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RD)


def watched(application: Callable[..., Any]) -> Callable[..., Any]:
    """A WSGI application whose requests come over watched lines; of another server than gunicorn, as they are."""

    def entered(environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        body, line = environ.get("wsgi.input"), environ.get("gunicorn.socket")
        if line is None or not hasattr(body, "reader"):
            return application(environ, start_response)
        environ["wsgi.input"] = arriving = Line(body, line)
        answer = application(environ, start_response)
        return _Early(answer, arriving) if arriving.unread else answer

    return entered


class _Early:
    """An answer to a request of which not all was read. The server closes it once all of it was sent."""

    def __init__(self, answer: Iterable[bytes], line: Line) -> None:
        self._answer, self._line = answer, line

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._answer)

    def close(self) -> None:
        try:
            if hasattr(self._answer, "close"):
                self._answer.close()
        finally:
            self._line.discard()


class Still:
    """A body that lies ready, where no line is watched: `some` and `whole` as a Line has them."""

    given_up = ""
    wanted: Callable[[], bool] | None = None

    def __init__(self, body: Any, length: int) -> None:
        self._body, self._missing = body, length

    @property
    def whole(self) -> bool:
        return self._missing <= 0

    def some(self, most: int = PIECE) -> bytes:
        piece: bytes = self._body.read(min(most, self._missing)) if self._missing > 0 else b""
        self._missing -= len(piece)
        return piece


def _watch() -> None:
    """One watcher in each process, also in one that was forked from a watched one."""
    global _watcher
    if _watcher is None or _watcher[0] != os.getpid():
        with _lock:
            if _watcher is None or _watcher[0] != os.getpid():
                thread = threading.Thread(target=_look_at_all, name="lines", daemon=True)
                _watcher = os.getpid(), thread
                thread.start()


def _look_at_all() -> None:
    while True:
        time.sleep(LOOKS_EVERY)
        with _lock:
            waiting = list(_waited_for)
        now = time.monotonic()
        for line in waiting:
            line.look(now)
