"""One child: a process within limits and the socket to it, given one file after another until it is spent.

Files travel as open descriptors, so that a child never needs to open a path; messages are JSON with a length before
them, over a socket pair.
"""

import base64
import contextlib
import hashlib
import json
import logging
import os
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from provenance.media.refusal import MediaRefused
from provenance.sandbox.errors import SandboxBusy, SandboxCrashed, SandboxTimeout, SigningFailed
from provenance.sandbox.limits import Limits
from provenance.sandbox.values import Anchor, Sign

log = logging.getLogger(__name__)

PACKAGE = Path(__file__).resolve().parent
HOUSE = PACKAGE.parent.parent
LONGEST_ANSWER = 64 * 1024 * 1024
LENGTH = struct.Struct(">I")
# What a child may take to come up, apart from the time of any file; a machine at its limit imports slowly.
READY_WITHIN = 30.0


class Child:
    """One process and the socket to it. Used by one thread at a time."""

    def __init__(self, limits: Limits):
        self.calls = 0
        self.spent = False
        self._up = False
        self._anchors_known: set[str] = set()
        self._log = tempfile.TemporaryFile()
        self._socket, theirs = socket.socketpair()
        # -P keeps the working directory off the path, and that directory is one nobody uploads to: c2pa looks for its
        # library there first. The environment is made here, so that no secret of this process is in it.
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-s", "-m", "provenance.sandbox.program", json.dumps(limits.as_dict())],
                stdin=theirs.fileno(),
                stdout=self._log,
                stderr=self._log,
                cwd=PACKAGE,
                close_fds=True,
                env={
                    "PYTHONPATH": str(HOUSE),
                    "PATH": "/usr/bin:/bin",
                    "LANG": "C.UTF-8",
                    "MALLOC_ARENA_MAX": "2",
                    "OPENBLAS_NUM_THREADS": "1",
                    "PYTHONDONTWRITEBYTECODE": "1",
                    "TMPDIR": tempfile.gettempdir(),
                },
            )

    @property
    def pid(self) -> int:
        return self._process.pid

    def alive(self) -> bool:
        return not self.spent and self._process.poll() is None

    def call(self, message: dict[str, Any], descriptors: Sequence[int], anchors: tuple[Anchor, ...], sign: Sign | None,
             seconds: float) -> dict[str, Any]:
        self.calls += 1
        self.come_up()
        deadline = time.monotonic() + seconds
        try:
            self._send(self._with_anchors(message, anchors), descriptors, deadline)
            return self._converse(sign, deadline)
        except TimeoutError:
            self.kill()
            raise SandboxTimeout(
                "media.too_slow", f"Reading this file took longer than {seconds:.0f} seconds and was stopped. "
                "Files that take this long are built from an unusual number of parts; export it afresh.") from None
        except (ConnectionError, EOFError):
            raise self._crash() from None
        except BaseException:
            # Whatever else went wrong, the conversation is out of step and this child must not be used again.
            if not self._in_step:
                self.kill()
            raise

    def come_up(self) -> None:
        """Wait until the child has read its modules in, once: no file is charged for that."""
        if self._up:
            return
        try:
            self._up = "ready" in self._receive(time.monotonic() + READY_WITHIN)
        except (TimeoutError, ConnectionError, EOFError):
            self.kill()
            log.error("a reader of files did not start: %s", self._last_words())
            raise SandboxBusy("media.busy", "The reader of files did not start; try again in a minute.") from None

    def _converse(self, sign: Sign | None, deadline: float) -> dict[str, Any]:
        failure: BaseException | None = None
        while True:
            answer = self._receive(deadline)
            match answer:
                case {"ask": data}:
                    signature, failure = _asked(sign, base64.b64decode(data))
                    self._send({"signature": signature}, (), deadline)
                    continue
                case {"ok": result}:
                    self._in_step = True
                    return result
            self._in_step = True
            if failure is not None:
                raise failure
            match answer:
                case {"refused": [code, detail]}:
                    raise MediaRefused(code, detail)
                case {"failed": [code, detail]}:
                    raise SigningFailed(code, detail)
            raise SandboxCrashed("media.unreadable", "This file could not be read.", trace=str(answer.get("broke", "")))

    def _with_anchors(self, message: dict[str, Any], anchors: tuple[Anchor, ...]) -> dict[str, Any]:
        """The trust lists are long and seldom change: a child gets each once and is then reminded by its hash."""
        lists = [[anchor.uri, anchor.pem, anchor.kind] for anchor in anchors]
        name = _digest(anchors)
        message["anchors"] = name
        if name not in self._anchors_known:
            self._anchors_known.add(name)
            message["anchor_lists"] = lists
        return message

    # ── The wire ─────────────────────────────────────────────────────────────────────────────────────────────────

    _in_step = True

    def _send(self, message: dict[str, Any], descriptors: Sequence[int], deadline: float) -> None:
        self._in_step = False
        body = json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
        self._socket.settimeout(_left(deadline))
        # One byte carries the descriptors: ancillary data wants real data beside it.
        socket.send_fds(self._socket, [b"\0"], list(descriptors))
        self._socket.sendall(LENGTH.pack(len(body)) + body)

    def _receive(self, deadline: float) -> dict[str, Any]:
        (length,) = LENGTH.unpack(self._exactly(LENGTH.size, deadline))
        if length > LONGEST_ANSWER:
            self.kill()
            raise EOFError
        return json.loads(self._exactly(length, deadline))

    def _exactly(self, length: int, deadline: float) -> bytes:
        got = bytearray()
        while len(got) < length:
            self._socket.settimeout(_left(deadline))
            piece = self._socket.recv(min(length - len(got), 1 << 20))
            if not piece:
                raise EOFError
            got += piece
        return bytes(got)

    # ── The end of it ────────────────────────────────────────────────────────────────────────────────────────────

    def _crash(self) -> SandboxCrashed:
        self.spent = True
        try:
            status = self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self.kill()
            status = self._process.returncode
        trace = f"exit {status}: {self._last_words()}"
        if status == -signal.SIGXCPU:
            return SandboxCrashed(
                "media.too_slow",
                "Reading this file used up its processor time and was stopped; export it afresh.",
                trace=trace,
            )
        return SandboxCrashed(
            "media.crashed", "Reading this file made the reader stop; it is damaged or built to do harm.", trace=trace
        )

    def _last_words(self) -> str:
        self._log.seek(max(0, self._log.seek(0, os.SEEK_END) - 2000))
        return self._log.read().decode("utf-8", "replace")

    def kill(self) -> None:
        self.spent = True
        self._process.kill()
        self._process.wait()

    def end(self) -> None:
        """Closing the socket tells the child to leave; one that stays is killed."""
        self.spent = True
        self._socket.close()
        self._log.close()
        try:
            self._process.wait(timeout=1)
        except subprocess.TimeoutExpired:
            self.kill()

    def disown(self) -> None:
        self.spent = True
        self._socket.close()
        self._log.close()
        # Not our process any more: keep Popen from warning about it or waiting for it.
        self._process.returncode = 0

    def __del__(self) -> None:
        with contextlib.suppress(Exception):
            self._socket.close()


def _asked(sign: Sign | None, data: bytes) -> tuple[str | None, BaseException | None]:
    """The signature the child asks for, or why there is none: kept, to be raised when the child has given up."""
    if sign is None:
        return None, RuntimeError("a child asked for a signature during a reading")
    try:
        return base64.b64encode(sign(data)).decode(), None
    except Exception as error:
        return None, error


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


_digests: dict[tuple[Anchor, ...], str] = {}


def _digest(anchors: tuple[Anchor, ...]) -> str:
    if anchors not in _digests:
        if len(_digests) > 64:
            _digests.clear()
        text = "\0".join(f"{anchor.uri}\0{anchor.kind}\0{anchor.pem}" for anchor in anchors)
        _digests[anchors] = hashlib.sha256(text.encode()).hexdigest()
    return _digests[anchors]
