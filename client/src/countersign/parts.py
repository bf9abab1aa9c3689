"""Sending a file to a bucket in parts, at addresses that the registry gives out, where its storage takes them itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx

from countersign import errors, operations
from countersign.line import Line, Pauses, document
from countersign.tus import GONE, Memory, Moved

READ = 1024 * 1024
AT_ONCE = 4
# As many addresses as are asked for at a time: they are good for an hour.
ADDRESSES = 100
FORBIDDEN = 403
SENTENCE = "{name} changed while it was sent. Send it again once it is finished."


def send(line: Line, file: Path, *, sha256: str, name: str, memory: Memory, moved: Moved) -> str:
    """As tus.send: from where it stopped; gives the id by which a declaration quotes it."""
    size = file.stat().st_size
    for _ in range(3):
        upload = _begun(line, memory, sha256=sha256, size=size, name=name)
        if upload is not None:
            break
        memory.upload_over(sha256, size)
    else:
        raise errors.Unavailable(f"The upload of {name} was lost three times on the registry's side. Try again later.")
    own, part_size, count = str(upload["id"]), int(upload["part_size"]), int(upload["parts"])
    if upload["state"] == "arriving":
        _Sending(line, file, own, part_size, memory, moved).all(range(1, count + 1), upload.get("addresses") or [])
        told = [{"number": number, "etag": etag} for number, etag in sorted(memory.parts_sent(own).items())]
        upload = line.told_by(operations.JOIN_PARTS, own, body=lambda: {"json": {"parts": told}})
    moved(size)
    _checked(line, upload, memory, sha256=sha256, size=size, name=name)
    return own


def _begun(line: Line, memory: Memory, *, sha256: str, size: int, name: str) -> dict[str, Any] | None:
    """The upload as the registry tells it: one begun before, or a new one; None where the former is gone."""
    known, key = memory.upload_begun(sha256, size)
    if not known:
        asked = {"filename": name, "size": size, "sha256": sha256, "parts": True}
        # Under a key of its own: under the other one tus was asked for, and refused.
        told: dict[str, Any] = line.told_by(operations.BEGIN_UPLOAD, body=lambda: {"json": asked}, key=f"{key}-parts")
        memory.upload_at(sha256, size, str(told["id"]))
        return told
    answer = line.send("GET", line.site + operations.READ_UPLOAD.address(known), accepted=GONE)
    told = {} if answer.status_code in GONE else document(answer)
    return told if told.get("state") in ("arriving", "checking", "complete") else None


class _Sending:
    def __init__(self, line: Line, file: Path, upload: str, part_size: int, memory: Memory, moved: Moved) -> None:
        self.line, self.file, self.upload, self.part_size, self.memory = line, file, upload, part_size, memory
        self._moved = moved
        self._size = file.stat().st_size
        self._arrived: dict[int, int] = {}

    def all(self, numbers: range, given: list[Mapping[str, Any]]) -> None:
        sent = self.memory.parts_sent(self.upload)
        self._arrived = {number: self._length(number) for number in sent}
        known = {int(one["number"]): str(one["url"]) for one in given}
        waiting = [number for number in numbers if number not in sent]
        with ThreadPoolExecutor(AT_ONCE) as pool:
            for start in range(0, len(waiting), ADDRESSES):
                some = waiting[start : start + ADDRESSES]
                missing = [number for number in some if number not in known]
                known.update(self._addresses(missing) if missing else {})
                list(pool.map(lambda number: self._one(number, known[number]), some))

    def _addresses(self, numbers: list[int]) -> dict[int, str]:
        told = self.line.told_by(operations.ADDRESS_PARTS, self.upload, body=lambda: {"json": {"numbers": numbers}})
        return {int(one["number"]): str(one["url"]) for one in told["addresses"]}

    def _one(self, number: int, url: str) -> None:
        pauses = Pauses(self.line.patience)
        while True:
            try:
                answer = self.line.put(url, self._content(number), self._length(number))
            except httpx.TransportError as error:
                self.line.pause(pauses, errors.Unavailable(f"The storage cannot be reached: {error}."))
                continue
            if answer.is_success and answer.headers.get("ETag"):
                self.memory.part_sent(self.upload, number, answer.headers["ETag"])
                return
            if answer.status_code < 500 and answer.status_code not in (FORBIDDEN, 408, 429):
                raise errors.Unavailable(f"The storage refused part {number}: it answered {answer.status_code}.")
            self.line.pause(pauses, errors.Unavailable(f"The storage answered {answer.status_code}."))
            url = self._addresses([number])[number]

    def _content(self, number: int) -> Iterator[bytes]:
        left, so_far = self._length(number), 0
        with self.file.open("rb") as content:
            content.seek((number - 1) * self.part_size)
            while left and (piece := content.read(min(READ, left))):
                yield piece
                left -= len(piece)
                so_far += len(piece)
                self._arrived[number] = so_far
                self._moved(sum(list(self._arrived.values())))

    def _length(self, number: int) -> int:
        return min(self.part_size, self._size - (number - 1) * self.part_size)


def _checked(line: Line, upload: Mapping[str, Any], memory: Memory, *, sha256: str, size: int, name: str) -> None:
    """Waits until the registry has read it back."""
    pauses = Pauses(max(line.patience, 3600))
    while upload["state"] == "checking":
        line.pause(pauses, errors.Unavailable(f"The registry is still reading {name}. Send it again later."))
        upload = line.told_by(operations.READ_UPLOAD, str(upload["id"]))
    if upload["state"] != "complete":
        memory.upload_over(sha256, size)
        raise errors.Misused(SENTENCE.format(name=name))
