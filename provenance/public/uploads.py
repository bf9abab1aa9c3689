"""A file brought to the window: in a temporary file while it is read (FILE_UPLOAD_HANDLERS), gone with the answer."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.core.files.uploadedfile import TemporaryUploadedFile, UploadedFile
from django.http import HttpRequest

from registry.errors import Invalid
from registry.receiving import FileTooLarge, announced_length

PIECE = 1024 * 1024
LARGEST_SIDECAR = 64 * 1024 * 1024


class NoFile(Invalid):
    """The request carries no file under that name."""


def refuse_unfit(request: HttpRequest) -> None:
    """Refuse what announces itself as too large, or does not announce its size, before its body is touched."""
    if announced_length(request) > settings.MAX_UPLOAD_BYTES + LARGEST_SIDECAR:
        raise FileTooLarge


def kept_for_now(stream, *, name: str) -> TemporaryUploadedFile:
    """The rest of a request's body in a temporary file, never more than a piece of it in memory."""
    file, digest = TemporaryUploadedFile(name, "application/octet-stream", 0, None), hashlib.sha256()
    while piece := stream.read(PIECE):
        file.size += len(piece)
        if file.size > settings.MAX_UPLOAD_BYTES:
            file.close()
            raise FileTooLarge
        file.write(piece)
        digest.update(piece)
    file.flush()
    file.sha256 = digest.hexdigest()
    return file


@contextmanager
def brought(files) -> Iterator[tuple[UploadedFile, UploadedFile | None]]:
    """The file to check and, if there is one, the file with its credentials; both are deleted afterwards."""
    file, sidecar = files.get("file"), files.get("sidecar")
    try:
        if file is None:
            raise NoFile("verification.no_file", "No file was sent. Send one under the name “file”.")
        if file.size > settings.MAX_UPLOAD_BYTES or (sidecar and sidecar.size > LARGEST_SIDECAR):
            raise FileTooLarge
        yield file, sidecar or None
    finally:
        for held in files.values():
            held.close()
