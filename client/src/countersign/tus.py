"""Sending a file so that it resumes: tus 1.0.0 (core, creation, checksum), at /api/v1/uploads.

https://tus.io/protocols/resumable-upload
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, Protocol
from urllib.parse import urljoin, urlsplit

import httpx

from countersign import errors, operations
from countersign.line import Line, Pauses, busy, code_of, new_key, problem, retry_after, unreachable

VERSION = "1.0.0"
# Held in memory while it is on its way, so that it can be hashed first and sent again.
PIECE = 8 * 1024 * 1024
GONE = (404, 410)
CONFLICT, LOCKED, MISMATCH = 409, 423, 460

NOT_THE_FILE = "upload.sha256"

Moved = Callable[[int], None]


class Changed(Exception):
    """What arrived is not the file that was announced."""


class Memory(Protocol):
    """What is remembered of uploads under way, so that the next run of the program goes on with them."""

    def upload_begun(self, sha256: str, size: int) -> tuple[str, str]:
        """The address of an upload (or ""), and the Idempotency-Key it is or was asked for with."""

    def upload_at(self, sha256: str, size: int, address: str) -> None: ...

    def upload_over(self, sha256: str, size: int) -> None: ...

    def parts_sent(self, upload: str) -> dict[int, str]:
        """Of an upload in parts, those that arrived, each with its ETag."""

    def part_sent(self, upload: str, number: int, etag: str) -> None: ...


class NoMemory:
    def __init__(self) -> None:
        self._parts: dict[str, dict[int, str]] = {}

    def parts_sent(self, upload: str) -> dict[int, str]:
        return dict(self._parts.get(upload, {}))

    def part_sent(self, upload: str, number: int, etag: str) -> None:
        self._parts.setdefault(upload, {})[number] = etag

    def upload_begun(self, sha256: str, size: int) -> tuple[str, str]:
        return "", new_key()

    def upload_at(self, sha256: str, size: int, address: str) -> None:
        pass

    def upload_over(self, sha256: str, size: int) -> None:
        pass


def send(line: Line, file: Path, *, sha256: str, name: str, memory: Memory, moved: Moved) -> str:
    """Send a file, from where it stopped; gives the id by which a declaration quotes it. Raises Unknown where there is no tus.

    `moved` hears how many bytes have arrived so far; less than before where the registry had to begin anew.
    """
    size = file.stat().st_size
    for _ in range(3):
        address, key = memory.upload_begun(sha256, size)
        if not address:
            address = _created(line, size=size, sha256=sha256, name=name, key=key)
            memory.upload_at(sha256, size, address)
        with file.open("rb") as content:
            try:
                arrived = _sent(line, address, content, size=size, moved=moved)
            except Changed:
                memory.upload_over(sha256, size)
                raise errors.Misused(f"{name} changed while it was sent. Send it again once it is finished.") from None
            if arrived:
                return urlsplit(address).path.rstrip("/").rpartition("/")[2]
        # It was swept while nobody sent: begin anew.
        memory.upload_over(sha256, size)
    raise errors.Unavailable(f"The upload of {name} was lost three times on the registry's side. Try again later.")


def _created(line: Line, *, size: int, sha256: str, name: str, key: str) -> str:
    told = {"filename": name, "sha256": sha256}
    metadata = ",".join(f"{word} {base64.b64encode(value.encode()).decode()}" for word, value in told.items())
    headers = {"Tus-Resumable": VERSION, "Upload-Length": str(size), "Upload-Metadata": metadata}
    answer = line.ask(operations.BEGIN_UPLOAD, headers=headers, key=key)
    location = answer.headers.get("Location")
    if not location:
        raise errors.Unavailable("The registry began an upload and did not say where. Is a proxy in between?")
    # Only the path: behind a proxy the registry may know itself by another name, and the token goes nowhere else.
    path = str(urlsplit(urljoin(str(answer.request.url), location)).path)
    return urljoin(line.site + "/", path)


def _sent(line: Line, address: str, content: BinaryIO, *, size: int, moved: Moved) -> bool:
    """Whether all of it arrived; False where the registry no longer knows the upload."""
    pauses = Pauses(line.patience)
    offset = _offset(line, address)
    while offset is not None:
        moved(offset)
        if offset >= size:
            return True
        try:
            answer = _piece_sent(line, address, content, offset)
        except httpx.TransportError as error:
            line.pause(pauses, unreachable(line.site, error))
            offset = _offset(line, address)
            continue
        status = answer.status_code
        if status in GONE:
            return False
        if answer.is_success:
            pauses.began_again()
            offset = _whole(answer, "Upload-Offset")
            continue
        if code_of(answer) == NOT_THE_FILE:
            raise Changed
        # Somebody else's piece arrived, the line is still held by the request that was dropped, or bits fell over.
        if status not in (CONFLICT, LOCKED, MISMATCH, 429, 502, 503, 504):
            raise problem(answer)
        line.pause(pauses, busy(answer), retry_after(answer))
        offset = _offset(line, address)
    return False


def _piece_sent(line: Line, address: str, content: BinaryIO, offset: int) -> httpx.Response:
    content.seek(offset)
    piece = content.read(PIECE)
    checksum = base64.b64encode(hashlib.sha256(piece).digest()).decode()
    headers = {"Tus-Resumable": VERSION, "Upload-Offset": str(offset), "Upload-Checksum": f"sha256 {checksum}",
               "Content-Type": "application/offset+octet-stream"}  # fmt: skip
    return line.once("PATCH", address, headers=headers, content=piece)


def _offset(line: Line, address: str) -> int | None:
    """How much has arrived; None where the registry no longer knows the upload."""
    accepted = (*GONE, 403)
    answer = line.send("HEAD", address, headers={"Tus-Resumable": VERSION}, accepted=accepted)
    return None if answer.status_code in accepted else _whole(answer, "Upload-Offset")


def _whole(answer: httpx.Response, name: str) -> int:
    told = answer.headers.get(name, "")
    if not told.isdigit():
        raise errors.Unavailable(f"The registry did not say how much arrived ({name}). Is a proxy in between?")
    return int(told)
