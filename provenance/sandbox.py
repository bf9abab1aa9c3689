"""Parsing and signing in killable children: a pool of warm processes with limits, replaced when one hangs or dies.

Everything that touches bytes from outside happens in `provenance/sandbox_child.py`; this side holds the key, the clock
and the axe. Files travel as open descriptors, so that a child never needs to open a path; messages are JSON with
a length before them, over a socket pair. A pool is made lazily in each process and may be shared by threads; after a
fork the new process starts children of its own.
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
import threading
import time
import weakref
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any, BinaryIO

from provenance.fingerprint import Code
from provenance.measurement import Measured
from provenance.media.refusal import MediaRefused
from registry.errors import Unavailable

File = str | os.PathLike[str] | BinaryIO
Sign = Callable[[bytes], bytes]

log = logging.getLogger(__name__)

PACKAGE = Path(__file__).resolve().parent
LONGEST_ANSWER = 64 * 1024 * 1024
LENGTH = struct.Struct(">I")
# What a child may take to come up, apart from the time of any file; a machine at its limit imports slowly.
READY_WITHIN = 30.0
# All files of a call travel in one message, and the kernel carries at most 253 descriptors in one.
MOST_INGREDIENTS = 240
# Frames of a sequence that are examined in one call: what a call costs is shared, and few wait where one kills the child.
FRAMES_AT_ONCE = 48


class SandboxTimeout(MediaRefused):
    """The child was killed because it took longer than the limits allow."""


class SandboxCrashed(MediaRefused):
    """The child died over this file: no memory, no processor time, or a fault in a parser. `trace` is for logs."""

    def __init__(self, code: str, detail: str, *, trace: str = ""):
        super().__init__(code, detail)
        self.trace = trace


class SandboxBusy(Unavailable):
    """Every child is at work and none came free in time."""


class SigningFailed(Unavailable):
    """Nothing was signed. Codes: signing.failed .time_stamp .history."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one child may use for one file. Time grows with the file; the rest is the same for all."""

    seconds: float = 30.0
    bytes_per_second: int = 10_000_000
    memory_bytes: int = 2 * 1024**3
    file_bytes: int = 16 * 1024**3
    open_files: int = 320
    recycle_after: int = 200
    wait_seconds: float = 30.0
    # 8-bit RGB of this size is 300 MB once somebody decodes it; 8K film frames are a third of it.
    picture_pixels: int = 100_000_000
    parts: int = 4_096
    depth: int = 16
    # A pair is decoded whole: about as long as both files play, on two processors, at 1080p.
    measuring_seconds: float = 7_200.0
    # The longest film or recording that is measured at once, in seconds; a reel is twenty minutes.
    measured_seconds: int = 5_400
    # How far a child gives way to the processes around it (nice(2)).
    niceness: int = 0

    def wall(self, size: int) -> float:
        return self.seconds + size / self.bytes_per_second

    def as_dict(self) -> dict[str, Any]:
        return {
            "seconds": self.seconds,
            "memory_bytes": self.memory_bytes,
            "file_bytes": self.file_bytes,
            "open_files": self.open_files,
            "picture_pixels": self.picture_pixels,
            "parts": self.parts,
            "depth": self.depth,
            "measured_seconds": self.measured_seconds,
            "recycle_after": self.recycle_after,
            "niceness": self.niceness,
        }


@dataclass(frozen=True, slots=True)
class Anchor:
    """Certificates that are trusted, for signers (`manifest`) or for time-stamps (`tsa`), under a name of ours."""

    uri: str
    pem: str
    kind: str = "manifest"


@dataclass(frozen=True, slots=True)
class Examination:
    """What a file is, by its bytes. `problems` is empty unless the file was examined with `strict=False`.

    `kind`: image, video, audio, text or other. `elements`: what a viewer perceives apart, as far as a container tells.
    `orientation` is EXIF's (1 upright); width and height are as stored. `remote_url` names credentials kept elsewhere.
    `metadata` is what the file's XMP says of AI and of rights. `display` is the size of the frame where the picture kept
    is a part of it; `pixels` tells how they are kept, to compare frames of one sequence by.
    """

    media_type: str
    kind: str
    extension: str
    embed: bool
    size: int
    width: int | None = None
    height: int | None = None
    orientation: int = 1
    frames: int | None = None
    fps: Fraction | None = None
    seconds: float | None = None
    audio_tracks: int = 0
    words: int | None = None
    elements: tuple[str, ...] = ()
    has_credentials: bool = False
    active_manifest: str | None = None
    remote_url: str | None = None
    unreadable: str = ""
    metadata: Mapping[str, str] = field(default_factory=dict)
    display: tuple[int, int] | None = None
    pixels: str = ""
    problems: tuple[Mapping[str, str], ...] = ()

    @classmethod
    def of(cls, found: Mapping[str, Any]) -> "Examination":
        fps = Fraction(*found["fps"]) if found.get("fps") else None
        display = tuple(found["display"]) if found.get("display") else None
        tuples = {"elements": tuple(found["elements"]), "problems": tuple(found["problems"]), "display": display}
        return cls(**{**found, "fps": fps, **tuples})


@dataclass(frozen=True, slots=True)
class IngredientFile:
    """A file that went into the asset. `label` is the id by which the manifest's actions name it."""

    path: File
    media_type: str
    title: str
    relationship: str
    label: str


@dataclass(frozen=True, slots=True)
class SignRequest:
    """One signing, file to file. With `sidecar_destination` the credentials go there and `destination` is not written.

    `intent`: "edit" keeps the source's own history as parent; "create" says it has none; "" leaves it to the manifest.
    """

    source: File
    media_type: str
    manifest: Mapping[str, Any]
    chain_pem: str
    alg: str
    destination: File | None = None
    sidecar_destination: File | None = None
    ingredients: Sequence[IngredientFile | Mapping[str, Any]] = ()
    intent: str = "edit"
    tsa_url: str | None = None
    anchors: Sequence[Anchor] | None = None


class Sandbox:
    """A pool of at most `children` warm children; `anchors` are trusted where a call names none of its own.

    At most `waiting` calls wait for a child; whoever comes then is told at once that it is busy. Without it, any number.
    """

    def __init__(
        self, *, children: int = 2, waiting: int | None = None, limits: Limits | None = None, anchors: Iterable[Anchor] = ()
    ):
        self.limits = limits or Limits()
        self.anchors = tuple(anchors)
        self.size = children
        self.waiting = waiting
        self._idle: list[_Child] = []
        self._begin()
        _POOLS.add(self)

    def examine(self, path: File, name: str = "", *, strict: bool = True) -> Examination:
        """What the file is. `strict` refuses what must not be signed; without it, only what would harm a reader."""
        with _opened(path, "rb") as file:
            found = self._call({"do": "examine", "name": name, "strict": strict}, [file], size=_size(file))
        return Examination.of(found)

    def examine_frames(self, files: Sequence[tuple[File, str]]) -> Iterator[Examination | MediaRefused]:
        """What each of many small files is, each with its name, or why it is refused; in their order, some at a time."""
        for start in range(0, len(files), FRAMES_AT_ONCE):
            some = files[start : start + FRAMES_AT_ONCE]
            try:
                yield from self._examined_at_once(some)
            except MediaRefused:
                # One of them killed the child, or held it for too long: which, shows when each has a call of its own.
                for path, name in some:
                    try:
                        yield self.examine(path, name)
                    except MediaRefused as refused:
                        yield refused

    def _examined_at_once(self, files: Sequence[tuple[File, str]]) -> list[Examination | MediaRefused]:
        with contextlib.ExitStack() as stack:
            opened = [stack.enter_context(_opened(path, "rb")) for path, _ in files]
            message = {"do": "examine_frames", "names": [name for _, name in files]}
            told = self._call(message, opened, size=sum(_size(file) for file in opened))["frames"]
        return [MediaRefused(*one["refused"]) if "refused" in one else Examination.of(one) for one in told]

    def read(
        self,
        path: File,
        media_type: str = "",
        *,
        sidecar: File | None = None,
        anchors: Sequence[Anchor] | None = None,
        crjson: bool = False,
    ) -> dict[str, Any]:
        """What the credentials of a file say and whether they hold, as `provenance/reading.py` takes it.

        `media_type` is a hint at most; the bytes decide. `crjson` adds the C2PA JSON form under that key.
        """
        with contextlib.ExitStack() as stack:
            files = [stack.enter_context(_opened(path, "rb"))]
            if sidecar is not None:
                files.append(stack.enter_context(_opened(sidecar, "rb")))
            message = {"do": "read", "media_type": media_type, "sidecar": sidecar is not None, "crjson": crjson}
            return self._call(message, files, size=_size(files[0]), anchors=anchors)

    def measure(
        self,
        input_file: File | None,
        result_file: File,
        *,
        matte: File | None = None,
        element: str | None = None,
    ) -> Measured:
        """How much of the result differs from the input, or lies within the matte: one measurement for each element.

        `element` is measured alone (picture, text, or which sound element the tracks are: voice, music, sound); without
        it all that the files hold. The input may be None where a matte is given. Raises MediaRefused where the files
        cannot be held against each other; codes: media.mismatch .unmeasurable .too_long, and those of the readers.
        """
        with contextlib.ExitStack() as stack:
            named = {"input": input_file, "result": result_file, "matte": matte}
            files = {name: stack.enter_context(_opened(file, "rb")) for name, file in named.items() if file is not None}
            message = {"do": "measure", "files": list(files), "element": element}
            found = self._call(message, list(files.values()), size=0, extra=self.limits.measuring_seconds)
        return Measured.from_wire(found)

    def describe(self, source: File, destination: File, properties: Mapping[str, Any]) -> dict[str, Any]:
        """Copy a file with `properties` in its XMP, its content byte for byte as it was; gives `why` and `sha256`.

        `why` says what speaks against it, and is empty where the copy was made; else `destination` means nothing.
        """
        with _opened(source, "rb") as file, _opened(destination, "w+b") as copy:
            return self._call({"do": "describe", "properties": dict(properties)}, [file, copy], size=2 * _size(file))

    def draw(self, path: File, *, seconds: float | None = None, side: int = 480) -> bytes:
        """A small JPEG of a still, or of the frame of a film at `seconds`, its sides at most `side`; raises MediaRefused."""
        with _opened(path, "rb") as file:
            found = self._call({"do": "draw", "at": seconds, "side": side}, [file], size=_size(file))
        return base64.b64decode(found["jpeg"])

    def fingerprint(self, path: File) -> tuple[Code, ...]:
        """The fingerprints of what the file shows or says; none where it has none."""
        with _opened(path, "rb") as file:
            found = self._call({"do": "fingerprint"}, [file], size=_size(file))
        return tuple(Code(one["kind"], one["digits"], one.get("at_s")) for one in found["codes"])

    def store(self, path: File, destination: File) -> None:
        """Write the manifest store that a file carries to `destination`. Raises MediaRefused where it carries none."""
        with _opened(path, "rb") as file, _opened(destination, "w+b") as store:
            self._call({"do": "store", "alone": False}, [file, store], size=_size(file))

    def store_alone(self, path: File) -> dict[str, str]:
        """Whose a manifest store is that came without its content: `active` and `signed_by`; raises MediaRefused."""
        with _opened(path, "rb") as file:
            return self._call({"do": "store", "alone": True}, [file], size=_size(file))

    def suggest(self, path: File) -> dict[str, Any]:
        """What a declaration of this file might say, as `provenance.suggestions.reading.suggest` gives it, and its type."""
        with _opened(path, "rb") as file:
            return self._call({"do": "suggest"}, [file], size=_size(file))

    def sign(self, request: SignRequest, sign: Sign) -> dict[str, Any]:
        """Sign file to file; gives manifest_label, signed_sha256 and size. `sign` gets the bytes to be signed, here.

        An exception of `sign` comes out as it is. The result is not to be trusted until `read` has trusted it.
        Where it fails, a destination named by its path is removed.
        """
        target = request.destination if request.sidecar_destination is None else request.sidecar_destination
        if target is None:
            raise ValueError("a signing needs a destination")
        try:
            return self._sign(request, target, sign)
        except BaseException:
            if isinstance(target, str | os.PathLike):
                Path(target).unlink(missing_ok=True)
            raise

    def _sign(self, request: SignRequest, target: File, sign: Sign) -> dict[str, Any]:
        ingredients = [_ingredient(item) for item in request.ingredients]
        if len(ingredients) > MOST_INGREDIENTS:
            raise SigningFailed("signing.failed", f"More than {MOST_INGREDIENTS} ingredients cannot be signed at once.")
        with contextlib.ExitStack() as stack:
            files = [stack.enter_context(_opened(request.source, "rb"))]
            files.append(stack.enter_context(_opened(target, "w+b")))
            files += [stack.enter_context(_opened(item.path, "rb")) for item in ingredients]
            message = {
                "do": "sign", "media_type": request.media_type, "manifest": request.manifest, "intent": request.intent,
                "chain_pem": request.chain_pem, "alg": request.alg, "tsa_url": request.tsa_url,
                "sidecar": request.sidecar_destination is not None,
                "ingredients": [{"media_type": item.media_type, "title": item.title, "relationship": item.relationship,
                                 "label": item.label} for item in ingredients],
            }
            size = sum(_size(file) for file in files)
            # A silent time-stamp authority is given up on by the library after thirty seconds.
            extra = 35.0 if request.tsa_url else 0.0
            return self._call(message, files, size=size, anchors=request.anchors, sign=sign, extra=extra)

    def close(self) -> None:
        """End every child that is not at work."""
        with self._lock:
            idle, self._idle = self._idle, []
        for child in idle:
            child.end()

    # ── One call ─────────────────────────────────────────────────────────────────────────────────────────────────

    def _call(self, message: dict[str, Any], files: Sequence[BinaryIO], *, size: int,
              anchors: Sequence[Anchor] | None = None, sign: Sign | None = None, extra: float = 0.0) -> dict[str, Any]:
        anchors = self.anchors if anchors is None else tuple(anchors)
        seconds = self.limits.wall(size) + extra
        message["seconds"] = seconds
        with self._child() as child:
            return child.call(message, [file.fileno() for file in files], anchors, sign, seconds)

    @contextlib.contextmanager
    def _child(self) -> Iterator["_Child"]:
        with _place(self._line, 0), _place(self._free, self.limits.wait_seconds):
            child = self._take()
            try:
                yield child
            finally:
                self._give_back(child)

    def _take(self) -> "_Child":
        while True:
            with self._lock:
                child = self._idle.pop() if self._idle else None
            if child is None:
                return _Child(self.limits)
            if child.alive():
                return child
            child.end()

    def _give_back(self, child: "_Child") -> None:
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


_POOLS: "weakref.WeakSet[Sandbox]" = weakref.WeakSet()


def _after_fork() -> None:
    for pool in list(_POOLS):
        pool._forget()


os.register_at_fork(after_in_child=_after_fork)


class _Child:
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
                [sys.executable, "-P", "-s", "-m", "provenance.sandbox_child", json.dumps(limits.as_dict())],
                stdin=theirs.fileno(),
                stdout=self._log,
                stderr=self._log,
                cwd=PACKAGE,
                close_fds=True,
                env={
                    "PYTHONPATH": str(PACKAGE.parent),
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


def _ingredient(item: IngredientFile | Mapping[str, Any]) -> IngredientFile:
    return item if isinstance(item, IngredientFile) else IngredientFile(**item)


def _size(file: BinaryIO) -> int:
    return os.fstat(file.fileno()).st_size


@contextlib.contextmanager
def _opened(file: File, mode: str) -> Iterator[BinaryIO]:
    """A path is opened here and closed after; an open file is used as it is and left at any position."""
    if isinstance(file, str | os.PathLike):
        with open(file, mode) as opened:
            yield opened  # type: ignore[misc]
    else:
        file.flush()
        yield file
