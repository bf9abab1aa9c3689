"""The SHA-256 of files, read in pieces."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

ROOM = 1024 * 1024


def hashed(path: Path, heard: Callable[[int], None] | None = None) -> str:
    """In hexadecimal digits; `heard` is called with the length of each piece."""
    digest, room = hashlib.sha256(), bytearray(ROOM)
    view = memoryview(room)
    with path.open("rb", buffering=0) as file:
        while read := file.readinto(view):
            digest.update(view[:read])
            if heard:
                heard(read)
    return digest.hexdigest()
