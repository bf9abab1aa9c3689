"""Files as they arrive: written to the scratch folder and hashed on the way, never held in memory."""

import hashlib
import os
import re
import weakref
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.core.exceptions import TooManyFilesSent
from django.core.files.uploadedfile import TemporaryUploadedFile, UploadedFile
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.http import HttpRequest

from registry.errors import Invalid, TooLarge

PIECE = 256 * 1024
# Of one form; the setting DATA_UPLOAD_MAX_NUMBER_FILES is what any form may be allowed to hold at most.
MOST_FILES = 20
HELD_OPEN = MOST_FILES
LARGEST_TEXT = 1024 * 1024
LENGTH = re.compile("[0-9]{1,18}")
# As Django names them in a scratch folder that may be a whole machine's.
ARRIVING = "tmp*.upload*"
# The first of several files waits for the last, and nobody knows how slowly that comes.
LONGEST = timedelta(days=1)
UNITS = ((1024**3, "GB"), (1024**2, "MB"), (1024, "KB"))


class FileTooLarge(TooLarge):
    """More than MAX_UPLOAD_BYTES."""

    def __init__(self) -> None:
        limit = size_in_words(settings.MAX_UPLOAD_BYTES)
        super().__init__("media.too_large", f"This file is too large: files of up to {limit} are accepted.")


class TextTooLarge(TooLarge):
    """More than LARGEST_TEXT, as parts that are text or as a file that is read as text."""

    def __init__(self) -> None:
        limit = size_in_words(LARGEST_TEXT)
        detail = f"More than {limit} was sent as text. A declaration holds less (a matte says more); all else is a file."
        super().__init__("request.too_large", detail)


class NoLength(Invalid):
    """The request does not say how long it is, so nothing of it is read."""


def announced_length(request: HttpRequest) -> int:
    """How long a request says its body is, in bytes. Raises NoLength."""
    said = request.META.get("CONTENT_LENGTH") or ""
    if said and not LENGTH.fullmatch(said) or not said and request.headers.get("Transfer-Encoding"):
        raise NoLength("request.no_length", "Say how long the request is, in bytes (Content-Length), and send it in one piece.")
    return int(said or 0)


class SetDown(UploadedFile):
    """A file that lies in the scratch folder and is closed, so that thousands hold no descriptors; opened when it is read,
    and gone with whoever holds it."""

    def __init__(self, file: TemporaryUploadedFile) -> None:
        # Still named as one that is arriving, so that what a killed process leaves is found (`clear_scratch`).
        self.path = f"{file.temporary_file_path()}.down"
        os.rename(file.temporary_file_path(), self.path)
        self._opened = None
        super().__init__(None, file.name, file.content_type, file.size, file.charset, file.content_type_extra)
        self.sha256 = file.sha256
        self._gone = weakref.finalize(self, _remove, self.path)
        file.close()

    @property
    def file(self):
        if self._opened is None:
            self._opened = open(self.path, "rb")  # noqa: SIM115 - closed with the file itself
        return self._opened

    @file.setter
    def file(self, value) -> None:
        self._opened = value

    def temporary_file_path(self) -> str:
        return self.path

    def close(self) -> None:
        if self._opened is not None:
            self._opened.close()
        self._gone()


def _remove(path: str) -> None:
    with suppress(FileNotFoundError):
        os.unlink(path)


class HashedUpload(TemporaryFileUploadHandler):
    """Gives each file an attribute `sha256`; stops at MAX_UPLOAD_BYTES, and at `most_files`.

    Who takes in thousands of files at once says so by `most_files`; all but the first of them are set down.
    """

    most_files = MOST_FILES
    files = 0

    # Django reads a body in pieces of this size. Its own 64 KB cost more in copying than the hash and the disk do.
    chunk_size = PIECE

    def new_file(self, *args, **kwargs) -> None:
        self.files += 1
        if self.files > self.most_files:
            raise TooManyFilesSent(f"More than {self.most_files} files were sent in one form.")
        super().new_file(*args, **kwargs)
        self._hash, self._received = hashlib.sha256(), 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self._received += len(raw_data)
        if self._received > settings.MAX_UPLOAD_BYTES:
            self.file.close()
            raise FileTooLarge
        self._hash.update(raw_data)
        super().receive_data_chunk(raw_data, start)

    def file_complete(self, file_size: int) -> TemporaryUploadedFile | SetDown:
        file = super().file_complete(file_size)
        file.sha256 = self._hash.hexdigest()
        file.flush()
        return file if self.files <= HELD_OPEN else SetDown(file)


def size_in_words(size: int) -> str:
    """2147483648 as 2 GB, 67108864 as 64 MB: the largest whole unit."""
    for unit, name in UNITS:
        if size >= unit:
            return f"{size / unit:.3g} {name}"
    return f"{size} bytes"


def clear_scratch(*, at: datetime) -> int:
    """Remove what killed processes left of files that were arriving. Gives how many."""
    removed = 0
    for left in Path(settings.FILE_UPLOAD_TEMP_DIR).glob(ARRIVING):
        with suppress(FileNotFoundError, PermissionError):
            if at.timestamp() - left.stat().st_mtime > LONGEST.total_seconds():
                left.unlink()
                removed += 1
    return removed
