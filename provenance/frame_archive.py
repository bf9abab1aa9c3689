"""A signed sequence as one ZIP archive, stored and not compressed: made while it is sent, and never held in memory."""

import io
import zipfile
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from provenance import sequences, shelf
from provenance.models import Credential, FrameSequence

PIECE = 1024 * 1024
# Beside the frames. No frame is called so: each has a number in its name.
INDEX, SIDECAR = "sequence.json", "sequence.c2pa"


class _Outbox(io.RawIOBase):
    """What was written and not yet taken."""

    def __init__(self) -> None:
        self._waiting: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._waiting.append(bytes(data))
        return len(data)

    def taken(self) -> bytes:
        found, self._waiting = b"".join(self._waiting), []
        return found


def pieces(credential: Credential, row: FrameSequence) -> Iterator[bytes]:
    """The archive, piece by piece: the index that is signed, its credentials, then every frame in order."""
    outbox = _Outbox()
    with zipfile.ZipFile(outbox, "w", zipfile.ZIP_STORED) as archive:  # type: ignore[call-overload]
        yield from _member(archive, outbox, INDEX, credential.storage_key, credential.size, credential.signed_at)
        yield from _member(archive, outbox, SIDECAR, credential.sidecar_key, None, credential.signed_at)
        for name, frame in sequences.walked(row):
            yield from _member(archive, outbox, name, frame.storage_key, frame.size, credential.signed_at)
    yield outbox.taken()


def _member(
    archive: zipfile.ZipFile, outbox: _Outbox, name: str, key: str, size: int | None, at: datetime
) -> Iterator[bytes]:
    about = zipfile.ZipInfo(name, at.timetuple()[:6])
    about.external_attr = 0o644 << 16
    about.file_size = size or 0  # whether 32 bits are enough for it is decided by this
    with shelf.opened(key) as file, archive.open(about, "w") as member:
        while piece := file.read(PIECE):
            member.write(piece)
            yield outbox.taken()
