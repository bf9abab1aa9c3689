"""Where uploads lie: in a folder or in the bucket, hashed once they are complete, and gone when their time is over.

Whether an upload may be begun, continued and quoted is `uploads`; here is what a worker does, too. The hash is made
from what lies there, once, so that it is told of the bytes that were kept and not of those that passed by.
"""

import hashlib
import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.storage import default_storage
from django.db.models import Q

from provenance import growing, shelf
from provenance.models import Upload
from registry.errors import Gone

State = Upload.State
FOLDER = "uploads"
PIECE = 1024**2
# A worker hashes at least so much a second; after that time another is called.
HASHED_PER_SECOND = 20_000_000
CALLED_AGAIN_AFTER = timedelta(seconds=60)
# Files that no row names go when nobody can be about to name them; of one run, so many rows.
MARGIN = timedelta(days=1)
MOST_SWEPT = 1_000

log = logging.getLogger(__name__)


class UploadBroken(Gone):
    """Its bytes are not those that were announced, or were lost; it has to be sent anew."""

    def __init__(self, upload: Upload) -> None:
        detail = "What arrived of this upload is not the file that was announced, and was removed. Begin a new upload."
        super().__init__("upload.broken", detail, upload=upload.public_id)


def path_of(upload: Upload) -> Path:
    return Path(settings.UPLOADS_DIR) / upload.public_id[4:6] / upload.public_id


def key_of(upload: Upload) -> str:
    return f"{FOLDER}/{upload.public_id[4:6]}/{upload.public_id}"


def by_tus() -> bool:
    """Whether this installation has a folder in which uploads grow."""
    return bool(settings.UPLOADS_DIR)


def in_parts() -> bool:
    """Whether parts can go to the storage themselves: it is a bucket."""
    return hasattr(default_storage, "begin_parts")


def remove(upload: Upload) -> None:
    """Its bytes go, whatever has arrived of them. Raises StorageAway where the bucket does not let us."""
    if upload.in_parts:
        with shelf.answering():
            default_storage.drop_parts(key_of(upload), upload.bucket_id)
            default_storage.delete(key_of(upload))
    elif by_tus():
        growing.remove(path_of(upload))


def terminate(upload: Upload, *, patience: float) -> None:
    """Nothing stays of an upload. Raises growing.Busy while bytes of it arrive."""
    if upload.in_parts or not by_tus():
        remove(upload)
        upload.delete()
        return
    with growing.held(path_of(upload), patience=patience):
        remove(upload)
        upload.delete()


# --- hashing -------------------------------------------------------------------------------------------------------


def to_check(*, at: datetime) -> list[str]:
    """Uploads that wait for their hash and that nobody seems to be at; they count as called from now on."""
    due = []
    silent = Q(called_at=None) | Q(called_at__lt=at - CALLED_AGAIN_AFTER)
    for upload in Upload.objects.filter(silent, state=State.CHECKING):
        if upload.called_at is None or upload.called_at < at - _time_to_hash(upload):
            due.append(upload.public_id)
            Upload.objects.filter(pk=upload.pk).update(called_at=at)
    return due


def _time_to_hash(upload: Upload) -> timedelta:
    return CALLED_AGAIN_AFTER + timedelta(seconds=upload.size / HASHED_PER_SECOND)


def check(upload_id: str, *, clock: Callable[[], datetime]) -> Upload | None:
    """Hash an upload that has arrived, and hold it against what was announced. Twice is harmless."""
    upload = Upload.objects.filter(public_id=upload_id).first()
    if upload is None or upload.state != State.CHECKING:
        return upload
    found, length = hashlib.sha256(), 0
    for piece in _pieces(upload):
        found.update(piece)
        length += len(piece)
    sha256 = found.hexdigest()
    if length != upload.size or upload.announced_sha256 not in ("", sha256):
        return break_off(upload, why=f"{length} bytes with the hash {sha256}")
    waiting = Upload.objects.filter(pk=upload.pk, state=State.CHECKING)
    waiting.update(state=State.COMPLETE, sha256=sha256, offset=upload.size, expires_at=clock() + kept_for())
    upload.refresh_from_db()
    return upload


def break_off(upload: Upload, *, why: str) -> Upload:
    """What arrived cannot be used, and nobody knows from where on: it goes, and the row says so until it expires."""
    log.warning("an upload is not what was announced: %s", why, extra={"upload": upload.public_id})
    Upload.objects.filter(pk=upload.pk).exclude(state=State.COMPLETE).update(state=State.BROKEN)
    upload.refresh_from_db()
    if upload.state == State.BROKEN:
        remove(upload)
    return upload


def kept_for() -> timedelta:
    return timedelta(hours=settings.UPLOAD_HOURS)


def _pieces(upload: Upload) -> Iterator[bytes]:
    with shelf.answering():
        if upload.in_parts:
            yield from default_storage.pieces(key_of(upload))
            return
        with suppress(FileNotFoundError), open(path_of(upload), "rb") as file:
            while piece := file.read(PIECE):
                yield piece


@contextmanager
def brought(upload: Upload, into: Path) -> Iterator[Path]:
    """A path at which a complete upload lies, and from which it may be taken. Raises UploadBroken, StorageAway."""
    if not upload.in_parts:
        try:
            path = growing.lent(path_of(upload), os.urandom(8).hex())
        except FileNotFoundError:
            raise UploadBroken(upload) from None
        try:
            yield path
        finally:
            path.unlink(missing_ok=True)
        return
    path, found = into / upload.public_id, hashlib.sha256()
    with open(path, "wb") as file:
        for piece in _pieces(upload):
            found.update(piece)
            file.write(piece)
    if found.hexdigest() != upload.sha256:
        raise UploadBroken(upload)
    yield path


# --- swept ---------------------------------------------------------------------------------------------------------


def sweep(*, at: datetime) -> int:
    """What has expired goes, and what processes that were killed left behind. Gives how many uploads went."""
    gone = 0
    for upload in Upload.objects.filter(expires_at__lte=at)[:MOST_SWEPT]:
        # Bytes of it arrive this moment, or the bucket is away: the next sweep sees it again.
        with suppress(growing.Busy, shelf.StorageAway):
            terminate(upload, patience=0)
            gone += 1
    if by_tus():
        _clear_folder(at)
    if in_parts():
        with suppress(shelf.StorageAway), shelf.answering():
            _clear_bucket(at)
    return gone


def _clear_folder(at: datetime) -> None:
    for path in _files(Path(settings.UPLOADS_DIR)):
        with suppress(FileNotFoundError):
            old = at.timestamp() - path.stat().st_mtime > MARGIN.total_seconds()
            if old and (growing.LENT in path.name or not _named(path.name.removesuffix(growing.SIGN))):
                path.unlink()
                log.info("a file of no upload was removed", extra={"file": path.name})


def _files(folder: Path) -> Iterator[Path]:
    with suppress(FileNotFoundError):
        for shard in os.scandir(folder):
            if shard.is_dir():
                yield from (Path(one.path) for one in os.scandir(shard.path))


def _clear_bucket(at: datetime) -> None:
    """Parts that nobody joined and files that no row names: between bucket and database, a process was killed."""
    storage: Any = default_storage
    for name, parts_id, began_at in storage.unjoined(FOLDER):
        if at - began_at > MARGIN and not _named(name.rpartition("/")[2]):
            storage.drop_parts(f"{FOLDER}/{name}", parts_id)
    for shard in storage.listdir(FOLDER)[0]:
        for name in storage.listdir(f"{FOLDER}/{shard}")[1]:
            key = f"{FOLDER}/{shard}/{name}"
            if not _named(name) and at - storage.get_modified_time(key) > MARGIN:
                storage.delete(key)


def _named(public_id: str) -> bool:
    return Upload.objects.filter(public_id=public_id).exists()
