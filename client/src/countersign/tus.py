"""Sending a file so that it resumes: tus 1.0.0 (core and creation; https://tus.io/protocols/resumable-upload).

No piece bears a checksum: of a piece that has one nothing is kept when the line drops, and on a bad line nothing would ever
arrive. The whole is announced with its SHA-256, and is accepted as nothing else.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol
from urllib.parse import urljoin, urlsplit

import httpx

from countersign import errors, operations
from countersign.line import Line, Pauses, busy, code_of, new_key, problem, retry_after, unreachable

VERSION = "1.0.0"
# Sent in one request at most: proxies have limits too. Of a request that breaks off, what arrived is kept.
PIECE = 64 * 1024 * 1024
READ = 1024 * 1024
GONE = (404, 410)
CONFLICT, LOCKED = 409, 423

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
        try:
            arrived = _sent(line, address, file, size=size, moved=moved)
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


def _sent(line: Line, address: str, file: Path, *, size: int, moved: Moved) -> bool:
    """Whether all of it arrived; False where the registry no longer knows the upload."""
    pauses = Pauses(line.patience)
    offset = _offset(line, address)
    while offset is not None:
        moved(offset)
        if offset >= size:
            return True
        try:
            answer = _piece_sent(line, address, file, offset, min(PIECE, size - offset), moved)
        except httpx.TransportError as error:
            line.pause(pauses, unreachable(line.site, error))
            before, offset = offset, _offset(line, address)
            if offset is not None and offset > before:
                pauses.began_again()
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
        # Somebody else's piece arrived, or the line is still held by the request that was dropped.
        if status not in (CONFLICT, LOCKED, 408, 429, 502, 503, 504):
            raise problem(answer)
        line.pause(pauses, busy(answer), retry_after(answer))
        offset = _offset(line, address)
    return False


def _piece_sent(line: Line, address: str, file: Path, offset: int, length: int, moved: Moved) -> httpx.Response:
    def content() -> Iterator[bytes]:
        with file.open("rb") as opened:
            opened.seek(offset)
            left = length
            while left and (read := opened.read(min(READ, left))):
                yield read
                left -= len(read)
                moved(offset + length - left)

    headers = {"Tus-Resumable": VERSION, "Upload-Offset": str(offset), "Content-Length": str(length),
               "Content-Type": "application/offset+octet-stream"}  # fmt: skip
    return line.once("PATCH", address, headers=headers, content=content)


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
