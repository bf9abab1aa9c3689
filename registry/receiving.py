"""Files as they arrive: written to the scratch folder and hashed on the way, never held in memory."""

import hashlib
import re
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.core.files.uploadedfile import TemporaryUploadedFile
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.http import HttpRequest

from registry.errors import Invalid, TooLarge

PIECE = 256 * 1024
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


class HashedUpload(TemporaryFileUploadHandler):
    """Gives each file an attribute `sha256`; stops at MAX_UPLOAD_BYTES."""

    # Django reads a body in pieces of this size. Its own 64 KB cost more in copying than the hash and the disk do.
    chunk_size = PIECE

    def new_file(self, *args, **kwargs) -> None:
        super().new_file(*args, **kwargs)
        self._hash, self._received = hashlib.sha256(), 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self._received += len(raw_data)
        if self._received > settings.MAX_UPLOAD_BYTES:
            self.file.close()
            raise FileTooLarge
        self._hash.update(raw_data)
        super().receive_data_chunk(raw_data, start)

    def file_complete(self, file_size: int) -> TemporaryUploadedFile:
        file = super().file_complete(file_size)
        file.sha256 = self._hash.hexdigest()
        file.flush()
        return file


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
