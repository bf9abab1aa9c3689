"""The child that reads and signs: one request after another over its standard input, within limits, without keys.

Started by `child.py` as `python -m provenance.sandbox.program LIMITS`. It leaves when the parent does.
"""

import base64
import fcntl
import hashlib
import json
import math
import os
import resource
import signal
import socket
import sys
import threading
import time
import traceback
from collections.abc import Callable
from functools import partial
from importlib import import_module
from typing import Any, BinaryIO

from provenance import credentials
from provenance.media import fingerprints, metadata, notes, packets, small, sniff, structure
from provenance.media.bounds import Bounds
from provenance.media.refusal import MediaRefused
from provenance.sandbox.child import LENGTH
from provenance.sandbox.errors import SigningFailed

Request = dict[str, Any]
Anchors = list[tuple[str, ...]]
Sign = Callable[[bytes], bytes]

MOST_FILES = 250
LARGEST_SIDECAR = 32 * 1024 * 1024


class Wire:
    """The parent's end of the conversation, and the files that came with the last request."""

    def __init__(self, channel: socket.socket):
        self._channel = channel

    def request(self) -> tuple[dict[str, Any], list[BinaryIO]] | None:
        """The next request with its files, or None when the parent is gone."""
        mark, descriptors, _, _ = socket.recv_fds(self._channel, 1, MOST_FILES)
        if not mark:
            return None
        files: list[BinaryIO] = [os.fdopen(number, _mode(number)) for number in descriptors]  # type: ignore[misc]
        return self._message(), files

    def answer(self, message: dict[str, Any]) -> None:
        body = json.dumps(message, separators=(",", ":")).encode()
        self._channel.sendall(LENGTH.pack(len(body)) + body)

    def signature(self, data: bytes) -> bytes:
        """Ask the parent, which holds the key."""
        self.answer({"ask": base64.b64encode(data).decode()})
        mark, _, _, _ = socket.recv_fds(self._channel, 1, 0)
        reply = self._message() if mark else {}
        if not reply.get("signature"):
            raise SigningFailed("signing.failed", "The key gave no signature.")
        return base64.b64decode(reply["signature"])

    def _message(self) -> dict[str, Any]:
        (length,) = LENGTH.unpack(self._exactly(LENGTH.size))
        return json.loads(self._exactly(length).decode("utf-8", "surrogatepass"))

    def _exactly(self, length: int) -> bytes:
        got = bytearray()
        while len(got) < length:
            piece = self._channel.recv(length - len(got))
            if not piece:
                raise EOFError
            got += piece
        return bytes(got)


def main() -> None:
    limits = json.loads(sys.argv[1])
    wire = Wire(socket.socket(fileno=os.dup(0)))
    # Ctrl-C reaches the whole terminal; the parent decides whether the file in hand is finished first.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _quieten()
    _confine(limits)
    _leave_with_parent()
    anchor_lists: dict[str, list[list[str]]] = {}
    wire.answer({"ready": True})
    while (received := wire.request()) is not None:
        request, files = received
        anchor_lists.update({request["anchors"]: request["anchor_lists"]} if "anchor_lists" in request else {})
        _more_processor_time(request["seconds"], limits)
        anchors = [tuple(anchor) for anchor in anchor_lists.get(request.get("anchors", ""), ())]
        try:
            wire.answer(_answer(request, files, anchors, limits, wire.signature))
        finally:
            for file in files:
                file.close()


def _answer(request: dict[str, Any], files: list[BinaryIO], anchors: list[tuple[str, ...]], limits: dict[str, Any],
            sign: Callable[[bytes], bytes]) -> dict[str, Any]:
    try:
        return {"ok": DEEDS[request["do"]](request, files, anchors, Bounds.of(limits), sign)}
    except MediaRefused as refusal:
        return {"refused": [refusal.code, refusal.detail]}
    except SigningFailed as failure:
        return {"failed": [failure.code, failure.detail]}
    except MemoryError:
        return {"refused": ["media.crashed", "Reading this file would take more memory than it may have."]}
    except (EOFError, BrokenPipeError):
        raise
    except Exception:
        return {"broke": traceback.format_exc(limit=8)}


def _examine(request: Request, files: list[BinaryIO], anchors: Anchors, bounds: Bounds, sign: Sign) -> dict[str, Any]:
    told = structure.examine(files[0], request["name"], bounds, strict=request["strict"], look=credentials.look)
    return told | {"metadata": metadata.read(files[0], sniff.sniff(files[0]), bounds)}


def _examine_frames(
    request: Request, files: list[BinaryIO], anchors: Anchors, bounds: Bounds, sign: Sign
) -> dict[str, Any]:
    """Each file as `_examine` tells it, or why it is refused."""

    def told(name: str, file: BinaryIO) -> dict[str, Any]:
        try:
            return _examine({"name": name, "strict": True}, [file], anchors, bounds, sign)
        except MediaRefused as refusal:
            return {"refused": [refusal.code, refusal.detail]}

    return {"frames": [told(name, file) for name, file in zip(request["names"], files, strict=True)]}


def _read(request: Request, files: list[BinaryIO], anchors: Anchors, bounds: Bounds, sign: Sign) -> dict[str, Any]:
    media_type = structure.guard(files[0], bounds) or request["media_type"]
    sidecar = files[1] if request["sidecar"] else None
    if sidecar is not None and sidecar.seek(0, os.SEEK_END) > LARGEST_SIDECAR:
        raise MediaRefused(
            "media.malformed", "This sidecar is far larger than any credentials; send the .c2pa file itself."
        )
    pictures = partial(small.drawn_anew, side=request["pictures"]) if request["pictures"] else None
    told = credentials.read(
        files[0], media_type, sidecar=sidecar, anchors=anchors, crjson=request["crjson"], pictures=pictures
    )
    media = structure.facts(files[0], bounds) if credentials.marks_places(told) else {}
    return told | {"metadata": metadata.read(files[0], sniff.sniff(files[0]), bounds), "media": media}


def _describe(request: Request, files: list[BinaryIO], anchors: Anchors, bounds: Bounds, sign: Sign) -> dict[str, Any]:
    source, destination = files
    structure.guard(source, bounds)
    try:
        packets.write(source, destination, sniff.sniff(source), request["properties"], bounds)
        structure.guard(destination, bounds)
    except packets.Unwritable as reason:
        return {"why": str(reason)}
    destination.seek(0)
    return {"why": "", "sha256": hashlib.file_digest(destination, "sha256").hexdigest()}


def _sign(request: Request, files: list[BinaryIO], anchors: Anchors, bounds: Bounds, sign: Sign) -> dict[str, Any]:
    source, destination, *ingredients = files
    for file in (source, *ingredients):
        structure.guard(file, bounds)
    return credentials.sign(
        source, destination, media_type=request["media_type"], manifest=request["manifest"], intent=request["intent"],
        ingredients=list(zip(request["ingredients"], ingredients, strict=True)), chain_pem=request["chain_pem"],
        algorithm=request["alg"], tsa_url=request["tsa_url"], sidecar=request["sidecar"], anchors=anchors, sign=sign,
    )


def _measure(request: Request, files: list[BinaryIO], anchors: Anchors, bounds: Bounds, sign: Sign) -> dict[str, Any]:
    for file in files:
        structure.guard(file, bounds)
    named = dict(zip(request["files"], files, strict=True))
    # What decodes and calculates is large: only a child that is asked to measure carries it.
    pairs = import_module("provenance.media.measuring.pairs")
    found = pairs.measure(
        named.get("input"), named["result"], matte=named.get("matte"), element=request["element"], bounds=bounds
    )
    return found.to_wire()


def _draw(request: Request, files: list[BinaryIO], anchors: Anchors, bounds: Bounds, sign: Sign) -> dict[str, Any]:
    structure.guard(files[0], bounds)
    return {"jpeg": base64.b64encode(small.draw(files[0], seconds=request["at"], side=request["side"])).decode()}


def _fingerprint(request: Request, files: list[BinaryIO], anchors: Anchors, bounds: Bounds, sign: Sign) -> dict[str, Any]:
    structure.guard(files[0], bounds)
    return {"codes": fingerprints.codes(files[0], bounds)}


def _store(request: Request, files: list[BinaryIO], anchors: Anchors, bounds: Bounds, sign: Sign) -> dict[str, Any]:
    """The manifest store of a file, written to the second one; or, of a store that came alone, whose it is."""
    if request["alone"]:
        store = files[0].read(LARGEST_SIDECAR + 1)
        if len(store) > LARGEST_SIDECAR:
            raise MediaRefused("media.no_manifest_store", "This is far larger than any manifest store.")
        return credentials.of_store(store)
    files[1].write(credentials.store_of(files[0], structure.guard(files[0], bounds)))
    files[1].flush()
    return {}


def _suggest(request: Request, files: list[BinaryIO], anchors: Anchors, bounds: Bounds, sign: Sign) -> dict[str, Any]:
    media_type = structure.guard(files[0], bounds)
    found, passed = notes.read(files[0], sniff.sniff(files[0]), bounds)
    carried = credentials.read(files[0], media_type, anchors=anchors)
    # It knows the form of declarations, which the other deeds have no use for.
    reading = import_module("provenance.suggestions.reading")
    told = reading.suggest([(one.place, one.name, one.text) for one in found], carried)
    return told | {"media_type": media_type, "remarks": [*told["remarks"], *passed]}


DEEDS = {
    "examine": _examine, "examine_frames": _examine_frames, "read": _read, "fingerprint": _fingerprint, "describe": _describe,
    "sign": _sign, "measure": _measure, "draw": _draw, "suggest": _suggest, "store": _store,
}  # fmt: skip


# ── Confinement ──────────────────────────────────────────────────────────────────────────────────────────────────


def _quieten() -> None:
    """Standard input becomes nothing, so that only the wire speaks to the parent."""
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.close(nothing)


def _confine(limits: dict[str, Any]) -> None:
    for what, amount in ((resource.RLIMIT_AS, limits["memory_bytes"]), (resource.RLIMIT_FSIZE, limits["file_bytes"]),
                         (resource.RLIMIT_NOFILE, limits["open_files"]), (resource.RLIMIT_CORE, 0)):
        _, hard = resource.getrlimit(what)
        amount = amount if hard == resource.RLIM_INFINITY else min(amount, hard)
        resource.setrlimit(what, (amount, amount))
    os.nice(limits["niceness"])


def _more_processor_time(seconds: float, limits: dict[str, Any]) -> None:
    """The limit counts from the start of the process, so each file adds its own share; SIGXCPU ends an overrun.

    Twice the wall time, because the library hashes large files with more than one thread.
    """
    spent = math.ceil(time.process_time())
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    soft = spent + math.ceil(2 * seconds)
    resource.setrlimit(resource.RLIMIT_CPU, (soft if hard == resource.RLIM_INFINITY else min(soft, hard), hard))


def _leave_with_parent() -> None:
    """A parent that is killed cannot say good-bye; a child deep in a parser would not notice the closed socket."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        os._exit(0)

    threading.Thread(target=watch, daemon=True).start()


def _mode(descriptor: int) -> str:
    writable = fcntl.fcntl(descriptor, fcntl.F_GETFL) & os.O_ACCMODE == os.O_RDWR
    return "r+b" if writable else "rb"


if __name__ == "__main__":
    main()
