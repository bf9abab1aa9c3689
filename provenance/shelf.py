"""Files kept: uploads as they were received, results under their hash. Whole or not at all, whatever the storage.

A file in the making lies in the scratch folder and has no name in storage until it is complete and on disk.
"""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import default_storage

from registry.errors import Unavailable


class FileDamaged(Unavailable):
    def __init__(self, key: str):
        super().__init__(
            "storage.damaged", "A stored file is not the one that was received. An operator restores it from a backup."
        )
        self.key = key


class Moved(File):
    """A file that storage on the same disk may take over by a rename; elsewhere it is read as any other."""

    def temporary_file_path(self) -> str:
        return self.file.name


def keep(path: str | Path, key: str) -> str:
    """Put a complete file into storage under `key`; `path` may be gone afterwards. Gives the key it was kept under."""
    with open(path, "rb") as file:
        os.fsync(file.fileno())
        return default_storage.save(key, Moved(file))


def keep_by_hash(path: str | Path, folder: str, sha256: str) -> str:
    """Put a file under its own hash; one that is there already is the same file."""
    key = f"{folder}/{sha256[:2]}/{sha256}"
    if default_storage.exists(key):
        return key
    return keep(path, key)


def forget(*keys: str) -> None:
    for key in keys:
        if key:
            default_storage.delete(key)


def opened(key: str) -> BinaryIO:
    return default_storage.open(key)


@contextmanager
def borrowed(key: str, sha256: str, *, into: Path) -> Iterator[Path]:
    """A path at which the stored file can be read, once it is known to be the file of that hash.

    Raises FileDamaged. A local storage lends its own file, any other a copy in the folder `into`.
    """
    try:
        path = Path(default_storage.path(key))
    except NotImplementedError:
        path = into / hashlib.sha256(key.encode()).hexdigest()
        with opened(key) as kept, open(path, "wb") as copy:
            shutil.copyfileobj(kept, copy, 1024 * 1024)
    with open(path, "rb") as file:
        if hashlib.file_digest(file, "sha256").hexdigest() != sha256:
            raise FileDamaged(key)
    yield path


@contextmanager
def scratch() -> Iterator[Path]:
    """A folder for files in the making, gone afterwards; on the disk of a local storage, so that keeping is a rename."""
    with tempfile.TemporaryDirectory(prefix="work-", dir=settings.SCRATCH_DIR) as folder:
        yield Path(folder)
