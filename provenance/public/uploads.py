"""A file brought to the window: in a temporary file while it is read (FILE_UPLOAD_HANDLERS), gone with the answer."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest

from registry.errors import Invalid, TooLarge

LARGEST_SIDECAR = 64 * 1024 * 1024


class NoFile(Invalid):
    """The request carries no file under that name."""


class FileTooLarge(TooLarge):
    """More than MAX_UPLOAD_BYTES."""


def refuse_too_large(request: HttpRequest) -> None:
    """Refuse what announces itself as too large, before its body is touched."""
    length = int(request.META.get("CONTENT_LENGTH") or 0)
    if length > settings.MAX_UPLOAD_BYTES + LARGEST_SIDECAR:
        raise _too_large()


@contextmanager
def brought(files) -> Iterator[tuple[UploadedFile, UploadedFile | None]]:
    """The file to check and, if there is one, the file with its credentials; both are deleted afterwards."""
    file, sidecar = files.get("file"), files.get("sidecar")
    try:
        if file is None:
            raise NoFile("verification.no_file", "No file was sent. Send one under the name “file”.")
        if file.size > settings.MAX_UPLOAD_BYTES or (sidecar and sidecar.size > LARGEST_SIDECAR):
            raise _too_large()
        yield file, sidecar or None
    finally:
        for held in files.values():
            held.close()


def _too_large() -> FileTooLarge:
    limit = size_in_words(settings.MAX_UPLOAD_BYTES)
    return FileTooLarge("media.too_large", f"This file is too large: files of up to {limit} can be checked.")


def size_in_words(size: int) -> str:
    """2147483648 as 2 GB, 67108864 as 64 MB: the largest whole unit."""
    for unit, name in ((1024**3, "GB"), (1024**2, "MB"), (1024, "KB")):
        if size >= unit:
            return f"{size / unit:.3g} {name}"
    return f"{size} bytes"
