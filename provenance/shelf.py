"""Files kept: uploads as they were received, results under their hash. Whole or not at all, whatever the storage.

A file in the making lies in the scratch folder and has no name in storage until it is complete and on disk.
"""

import hashlib
import logging
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import default_storage

from registry.errors import Unavailable

# Our own folders in a scratch folder that may be a whole machine's.
IN_THE_MAKING = "countersign-work-"
FAILURES: tuple[type[Exception], ...] = (OSError,)
with suppress(ImportError):
    from botocore.exceptions import BotoCoreError, ClientError

    FAILURES += (BotoCoreError, ClientError)

log = logging.getLogger(__name__)


class FileDamaged(Unavailable):
    def __init__(self, key: str):
        super().__init__(
            "storage.damaged", "A stored file is not the one that was received. An operator restores it from a backup."
        )
        self.key = key


class StorageAway(Unavailable):
    """The disk is full, or the storage does not answer; what it did with the file is not known, and not relied on."""

    def __init__(self) -> None:
        super().__init__("storage.unavailable", "Files cannot be kept or read at the moment. Try again soon.")


@contextmanager
def answering() -> Iterator[None]:
    """What a storage raises when it cannot do its work, as StorageAway. A bucket's errors are no OSErrors."""
    try:
        yield
    except FAILURES as error:
        raise StorageAway from error


class Moved(File):
    """A file that storage on the same disk may take over by a rename; elsewhere it is read as any other."""

    def temporary_file_path(self) -> str:
        return self.file.name


def keep(path: str | Path, key: str) -> str:
    """Put a complete file into storage under `key`; `path` may be gone afterwards. Gives the key it was kept under.

    It is as old as this moment, also where storage takes the file over as it is: what nobody names goes by its age.
    """
    with answering(), open(path, "rb") as file:
        os.utime(file.fileno())
        os.fsync(file.fileno())
        return default_storage.save(key, Moved(file))


def keep_by_hash(path: str | Path, folder: str, sha256: str) -> str:
    """Put a file under its own hash, or beside one that is there already and may be about to be cleared away."""
    return keep(path, f"{folder}/{sha256[:2]}/{sha256}")


def forget(*keys: str) -> bool:
    """Remove files. False where storage does not let us: what stays is found again by the sweep of leftovers."""
    try:
        for key in filter(None, keys):
            default_storage.delete(key)
        return True
    except FAILURES:
        log.warning("files could not be removed; they are tried again", extra={"files": keys}, exc_info=True)
        return False


def listed(folder: str) -> tuple[list[str], list[str]]:
    """The names of the folders and of the files in a folder; none where there is no such folder. Raises StorageAway."""
    with answering(), suppress(FileNotFoundError):
        folders, files = default_storage.listdir(folder)
        return folders, files
    return [], []


def kept_at(key: str) -> datetime:
    """When a file was kept. Raises StorageAway, also where it is gone."""
    with answering():
        return default_storage.get_modified_time(key)


def opened(key: str) -> BinaryIO:
    return default_storage.open(key)


@contextmanager
def answering_for(key: str) -> Iterator[BinaryIO]:
    """A stored file that is read at once. Raises FileDamaged where it is gone, and StorageAway."""
    try:
        with answering(), opened(key) as file:
            yield file
    except StorageAway as away:
        raise FileDamaged(key) if isinstance(away.__cause__, FileNotFoundError) else away


@contextmanager
def borrowed(key: str, sha256: str, *, into: Path) -> Iterator[Path]:
    """A path at which the stored file can be read, once it is known to be the file of that hash.

    Raises FileDamaged and StorageAway. A local storage lends its own file, any other a copy in the folder `into`.
    """
    try:
        with answering():
            path = _lent(key, into)
            with open(path, "rb") as file:
                found = hashlib.file_digest(file, "sha256").hexdigest()
    except StorageAway as away:
        raise FileDamaged(key) if isinstance(away.__cause__, FileNotFoundError) else away
    if found != sha256:
        raise FileDamaged(key)
    yield path


def _lent(key: str, into: Path) -> Path:
    try:
        return Path(default_storage.path(key))
    except NotImplementedError:
        path = into / hashlib.sha256(key.encode()).hexdigest()
        with opened(key) as kept, open(path, "wb") as copy:
            shutil.copyfileobj(kept, copy, 1024 * 1024)
        return path


@contextmanager
def scratch() -> Iterator[Path]:
    """A folder for files in the making, gone afterwards; on the disk of a local storage, so that keeping is a rename."""
    with tempfile.TemporaryDirectory(prefix=IN_THE_MAKING, dir=settings.SCRATCH_DIR) as folder:
        yield Path(folder)


def clear_scratch(*, at: datetime) -> int:
    """Remove what killed workers left in the scratch folder, once nobody can be at work on it. Gives how many."""
    removed = 0
    for left in Path(settings.SCRATCH_DIR).glob(f"{IN_THE_MAKING}*"):
        with suppress(FileNotFoundError):
            if at.timestamp() - left.stat().st_mtime > 2 * settings.TASK_TIME_LIMIT:
                shutil.rmtree(left)
                removed += 1
    return removed
