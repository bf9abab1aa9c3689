"""Uploads that may be resumed: begun, continued where they stopped, ended, and quoted once they are complete.

An upload is nobody's record: it is a file on its way, kept for a few days after its last byte. Bytes are on disk before
they are counted; one request at a time adds to an upload, and one that breaks off leaves what it brought (growing.py,
registry/lines.py). Where they lie and how they are hashed is upload_keeping.py.
"""

import errno
import hashlib
import hmac
import os
import re
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Sum

from provenance import growing, shelf, upload_keeping
from provenance.growing import Growing
from provenance.models import Upload
from provenance.printable import printable
from provenance.sent_files import SentFile
from provenance.tasks import check_upload
from provenance.upload_keeping import UploadBroken
from registry.errors import (
    Altered,
    Conflict,
    Fault,
    Gone,
    Invalid,
    NotFound,
    Occupied,
    RegistryError,
    TooLarge,
    TooMany,
    Unavailable,
)
from registry.models import ApiClient
from registry.receiving import size_in_words

State = Upload.State
ALGORITHMS = ("sha1", "sha256")
HEX = re.compile(r"[0-9a-f]{64}")
LONGEST_NAME = 255
# Longer than a silent line is kept for somebody who comes again (registry/lines.py).
PATIENCE = 5.0
# How much may have to be sent again when the process is killed: so many bytes, or so many seconds.
SETTLED_EVERY, SETTLED_AFTER = 64 * 1024**2, timedelta(seconds=5)
# Up to this size the request that brings the last byte also answers for the hash of the whole.
HASHED_AT_ONCE = 1024**3
# How long a quoted upload is kept: whoever did not hear the answer quotes it again.
KEPT_AFTER_USE = timedelta(days=1)
ROOM_LEFT = 256 * 1024**2
FULL = (errno.ENOSPC, errno.EDQUOT)
# S3: the smallest part, and the most of one file.
SMALLEST_PART, MOST_PARTS = 64 * 1024**2, 10_000
PART_ADDRESS_SECONDS = 3600
AT_ONCE = 1_000  # ids in one question


class Body(Protocol):
    """What arrives, as registry.lines has it."""

    wanted: Callable[[], bool] | None

    @property
    def whole(self) -> bool: ...
    def some(self) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Announced:
    """What a program says of the file before it sends it. `metadata` is tus's Upload-Metadata, given back as it came."""

    size: int
    filename: str = ""
    sha256: str = ""
    metadata: str = ""


@dataclass(frozen=True, slots=True)
class Checksum:
    """Of the bytes of one request, by the program that sends them."""

    algorithm: str
    digest: bytes


class UploadUnknown(NotFound):
    def __init__(self) -> None:
        super().__init__("upload.unknown", "There is no upload of that id. It may have been ended, or expired and swept.")


class UploadExpired(Gone):
    def __init__(self, upload: Upload) -> None:
        detail = f"This upload expired on {upload.expires_at:%-d %B %Y at %H:%M} UTC. Begin a new one."
        super().__init__("upload.expired", detail, upload=upload.public_id)


class WrongOffset(Conflict):
    def __init__(self, asked: int, upload: Upload) -> None:
        detail = f"So far {upload.offset} bytes have arrived, not {asked}. Ask with HEAD, and go on from there."
        super().__init__("upload.offset", detail, offset=upload.offset)


class InUse(Occupied):
    def __init__(self) -> None:
        detail = "Another request is adding to this upload right now. Wait for it, or ask again in a few seconds."
        super().__init__("upload.in_use", detail, retry_after=3)


class ChecksumUnlike(Altered):
    def __init__(self, upload: Upload, algorithm: str) -> None:
        detail = f"The bytes that arrived do not have the {algorithm} checksum sent with them; none was kept. Send them again."
        super().__init__("upload.checksum", detail, offset=upload.offset)


class WholeUnlike(Altered):
    def __init__(self, upload: Upload) -> None:
        detail = "The file as it arrived does not have the SHA-256 that was announced; it was removed. Begin a new upload."
        super().__init__("upload.sha256", detail, upload=upload.public_id)


class BrokenOff(Unavailable):
    """The line ended, fell silent or dripped before all that was announced had come."""

    operators_care = False

    def __init__(self, upload: Upload) -> None:
        detail = f"The line was too slow or broke off. {upload.offset} bytes are kept: go on from there."
        super().__init__("upload.broken_off", detail, offset=upload.offset, retry_after=1)


class NoRoom(Unavailable):
    def __init__(self, upload: Upload | None = None) -> None:
        kept = f" {upload.offset} bytes are kept: go on from there." if upload else ""
        detail = f"There is no room for more of this file at the moment.{kept} Try again later; the operator was told."
        super().__init__("upload.no_room", detail, retry_after=60, **({"offset": upload.offset} if upload else {}))


class MoreThanAnnounced(TooLarge):
    def __init__(self, upload: Upload) -> None:
        detail = f"More came than the {upload.size} bytes announced. {upload.offset} bytes are kept; send only what is missing."
        super().__init__("upload.more_than_announced", detail, offset=upload.offset)


class StillArriving(Conflict):
    def __init__(self, upload: Upload, pointer: str) -> None:
        detail = f"Of upload {upload.public_id} {upload.offset} of {upload.size} bytes have arrived. Send the rest first."
        super().__init__("upload.incomplete", detail, errors=(Fault(pointer, "upload.incomplete", detail),), offset=upload.offset)


class StillChecked(Conflict):
    def __init__(self, upload: Upload, pointer: str) -> None:
        detail = f"Upload {upload.public_id} has arrived and is being hashed. Ask again in a few seconds."
        super().__init__("upload.being_checked", detail, errors=(Fault(pointer, "upload.being_checked", detail),), retry_after=5)


class NotQuotable(Invalid):
    def __init__(self, pointer: str, error: RegistryError) -> None:
        super().__init__(error.code, error.detail, errors=(Fault(pointer, error.code, error.detail),))


# --- begun and ended -----------------------------------------------------------------------------------------------


def create(said: Announced, *, client: ApiClient, at: datetime, in_parts: bool = False) -> Upload:
    """Begin an upload. Raises Invalid, FileTooLarge, TooMany for a client with too much open, and NoRoom."""
    _refuse_unfit(said)
    _refuse_beyond_share(client, said)
    if not in_parts:
        _refuse_without_room(said)
    upload = Upload(
        client=client, filename=_name(said.filename), metadata=said.metadata, size=said.size, announced_sha256=said.sha256,
        created_at=at, expires_at=at + upload_keeping.kept_for(),
    )  # fmt: skip
    if in_parts:
        upload.part_size = max(SMALLEST_PART, -(-said.size // MOST_PARTS))
        with shelf.answering():
            upload.bucket_id = default_storage.begin_parts(upload_keeping.key_of(upload))
    with transaction.atomic():
        # Two that begin at once are counted one after the other.
        ApiClient.objects.select_for_update().get(pk=client.pk)
        _refuse_beyond_share(client, said)
        upload.save()
    return _sealed(upload, clock=lambda: at) if said.size == 0 else upload


def found(public_id: str, *, client: ApiClient, at: datetime) -> Upload:
    """An upload that a program may know of. Raises UploadUnknown, also for somebody else's, UploadExpired and UploadBroken."""
    rows = Upload.objects.seen_by(client).select_related("client")
    return _in_force(rows.filter(public_id=public_id).first(), at)


def _in_force(upload: Upload | None, at: datetime) -> Upload:
    if upload is None:
        raise UploadUnknown
    if upload.expires_at <= at:
        raise UploadExpired(upload)
    if upload.state == State.BROKEN:
        raise UploadBroken(upload)
    return upload


def terminate(upload: Upload) -> None:
    """Nothing stays of it; what became of it already is not touched. Raises InUse."""
    with _not_busy():
        upload_keeping.terminate(upload, patience=PATIENCE)


def settled(upload: Upload) -> Upload:
    """The upload as it stands once nobody adds to it: a request whose line has fallen silent makes room. Raises InUse."""
    if upload.state == State.ARRIVING and not upload.in_parts:
        with _held(upload) as (row, _):
            return row
    return upload


def _refuse_unfit(said: Announced) -> None:
    if said.size > settings.MAX_RESUMABLE_BYTES:
        limit = size_in_words(settings.MAX_RESUMABLE_BYTES)
        raise TooLarge("upload.too_large", f"This file is too large: uploads of up to {limit} are accepted.")
    if said.sha256 and not HEX.fullmatch(said.sha256):
        detail = "A SHA-256 fingerprint has 64 hexadecimal digits."
        raise Invalid("upload.metadata", detail, errors=(Fault("/sha256", "upload.metadata", detail),))


def _refuse_without_room(said: Announced) -> None:
    folder = Path(settings.UPLOADS_DIR)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if shutil.disk_usage(folder).free < said.size + ROOM_LEFT:
        raise NoRoom


def _refuse_beyond_share(client: ApiClient, said: Announced) -> None:
    mine = Upload.objects.open().filter(client=client)
    if mine.count() >= settings.UPLOADS_OPEN:
        detail = f"This program has {settings.UPLOADS_OPEN} uploads open. Submit or end some of them before beginning more."
        raise TooMany("upload.too_many", detail, retry_after=60)
    if (mine.aggregate(sum=Sum("size"))["sum"] or 0) + said.size > settings.UPLOADS_OPEN_BYTES:
        limit = size_in_words(settings.UPLOADS_OPEN_BYTES)
        detail = f"The open uploads of this program would be more than {limit}. Submit or end some of them first."
        raise TooMany("upload.too_much", detail, retry_after=60)


def _name(filename: str) -> str:
    return printable(os.path.basename(filename.replace("\\", "/")), LONGEST_NAME)


# --- continued -----------------------------------------------------------------------------------------------------


def append(
    upload: Upload, body: Body, *, offset: int, checksum: Checksum | None, clock: Callable[[], datetime]
) -> Upload:
    """Add what arrives, from `offset` on, which has to be where the upload stands. Gives it as it is afterwards.

    Whatever ends the request, what had arrived is on disk and counted, but for bytes under a checksum that was not seen
    to be right. Raises WrongOffset, InUse, BrokenOff, MoreThanAnnounced, NoRoom, and Altered for a hash that is not right.
    """
    if upload.in_parts:
        raise Conflict("upload.in_parts", "The parts of this upload go to the addresses given out, not here.")
    with _held(upload) as (row, file):
        if offset != row.offset:
            raise WrongOffset(offset, row)
        if row.state == State.ARRIVING:
            body.wanted = file.wanted
            _Arrival(row, file, body, checksum, clock).take_in()
        elif body.some():
            raise MoreThanAnnounced(row)
    return _sealed(row, clock=clock) if row.state == State.CHECKING else row


class _Arrival:
    """The bytes of one request, on their way into a file that is held."""

    def __init__(self, row: Upload, file: Growing, body: Body, checksum: Checksum | None, clock: Callable[[], datetime]):
        self.row, self.file, self.body, self.checksum, self.clock = row, file, body, checksum, clock
        self.digest = hashlib.new(checksum.algorithm) if checksum else None
        self.written, self.settled_at = 0, clock()

    def take_in(self) -> None:
        try:
            self._write_down()
            if self.digest and self.checksum and not hmac.compare_digest(self.digest.digest(), self.checksum.digest):
                self._forget()
                raise ChecksumUnlike(self.row, self.checksum.algorithm)
            self._settle()
        except OSError as error:
            if error.errno not in FULL:
                raise
            self._settle_what_fits()
            raise NoRoom(self.row) from error

    def _write_down(self) -> None:
        while piece := self.body.some():
            if self.row.offset + self.written + len(piece) > self.row.size:
                self._settle_or_forget()
                raise MoreThanAnnounced(self.row)
            self.file.write(piece)
            self.written += len(piece)
            if self.digest:
                self.digest.update(piece)
            elif self.written >= SETTLED_EVERY or self.clock() - self.settled_at > SETTLED_AFTER:
                self._settle()
        if not self.body.whole:
            self._settle_or_forget()
            raise BrokenOff(self.row)

    def _settle_or_forget(self) -> None:
        self._forget() if self.digest else self._settle()

    def _settle_what_fits(self) -> None:
        """The disk is full: a piece may be there in part, and what is there may not come to rest either."""
        try:
            self.file.cut(self.row.offset + self.written)
            self._settle_or_forget()
        except OSError:
            self._forget()

    def _forget(self) -> None:
        self.file.cut(self.row.offset)
        self.written = 0

    def _settle(self) -> None:
        """On disk first, then counted."""
        if not self.written:
            return
        self.file.settle()
        at, offset = self.clock(), self.row.offset + self.written
        state = State.CHECKING if offset == self.row.size else State.ARRIVING
        # Whoever brought the last byte hashes it; a worker is called when that did not come about.
        now = {"offset": offset, "state": state, "expires_at": at + upload_keeping.kept_for(), "called_at": at}
        if not Upload.objects.filter(pk=self.row.pk, offset=self.row.offset, state=State.ARRIVING).update(**now):
            raise UploadUnknown
        for name, value in now.items():
            setattr(self.row, name, value)
        self.written, self.settled_at = 0, at


@contextmanager
def _held(upload: Upload) -> Iterator[tuple[Upload, Growing]]:
    """The upload as it is while nobody else adds to it, its file cut to what is counted. Raises InUse, UploadUnknown."""
    path = upload_keeping.path_of(upload)
    with _not_busy(), ExitStack() as stack:
        file = stack.enter_context(growing.held(path, patience=PATIENCE))
        row = Upload.objects.filter(pk=upload.pk).first()
        if row is None:
            growing.remove(path)
            raise UploadUnknown
        if row.state == State.ARRIVING:
            if file.size < row.offset:
                raise UploadBroken(upload_keeping.break_off(row, why="its file is shorter than what was counted"))
            # A killed process may have left more, of which nobody knows whether all of it is on disk.
            file.cut(row.offset)
        yield row, file


@contextmanager
def _not_busy() -> Iterator[None]:
    try:
        yield
    except growing.Busy:
        raise InUse from None


def _sealed(upload: Upload, *, clock: Callable[[], datetime]) -> Upload:
    """All of it is here: hashed now where that takes a second or two, else by a worker. Raises WholeUnlike."""
    if upload.state == State.ARRIVING:
        Upload.objects.filter(pk=upload.pk, state=State.ARRIVING).update(state=State.CHECKING, called_at=clock())
    if upload.size > HASHED_AT_ONCE or upload.in_parts:
        check_upload.delay_on_commit(upload.public_id)
        upload.refresh_from_db()
        return upload
    checked = upload_keeping.check(upload.public_id, clock=clock)
    if checked is None:
        raise UploadUnknown
    if checked.state == State.BROKEN:
        raise WholeUnlike(checked)
    return checked


# --- in parts, to the bucket itself --------------------------------------------------------------------------------


def part_count(upload: Upload) -> int:
    return max(1, -(-upload.size // (upload.part_size or upload.size or 1)))


def part_addresses(upload: Upload, numbers: Sequence[int]) -> dict[int, str]:
    """Where these parts may be PUT, for an hour. Raises Invalid for parts that the file does not have."""
    _refuse_unless_in_parts(upload)
    if wrong := [one for one in numbers if not 1 <= one <= part_count(upload)]:
        detail = f"This file has the parts 1 to {part_count(upload)}; there is no part {wrong[0]}."
        raise Invalid("upload.parts", detail, errors=(Fault("/numbers", "upload.parts", detail),))
    key = upload_keeping.key_of(upload)
    return {
        one: default_storage.part_address(key, upload.bucket_id, one, seconds=PART_ADDRESS_SECONDS) for one in numbers
    }


def join(upload: Upload, parts: Mapping[int, str], *, at: datetime) -> Upload:
    """All parts are in the bucket: have it make one file of them, which a worker reads once to hash it. Twice is once.

    `parts` is number → ETag. Raises Invalid where a part is missing or is not what the bucket has, and StorageAway.
    """
    if upload.in_parts and upload.state != State.ARRIVING:
        return upload
    _refuse_unless_in_parts(upload)
    key = upload_keeping.key_of(upload)
    missing = sorted(set(range(1, part_count(upload) + 1)) - set(parts))
    if missing or len(parts) != part_count(upload):
        detail = f"This file has the parts 1 to {part_count(upload)}; tell the ETag of each, also of part {[*missing, 1][0]}."
        raise Invalid("upload.parts", detail, errors=(Fault("/parts", "upload.parts", detail),))
    with shelf.answering():
        try:
            default_storage.join_parts(key, upload.bucket_id, sorted(parts.items()))
        except shelf.FAILURES as error:
            # The answer to the first asking may have been lost; then the file is there.
            if default_storage.size_if_there(key) is None:
                _refuse_parts(error)
        size = default_storage.size_if_there(key)
    with transaction.atomic():
        arriving = Upload.objects.filter(pk=upload.pk, state=State.ARRIVING)
        if arriving.update(state=State.CHECKING, called_at=at, expires_at=at + upload_keeping.kept_for()):
            check_upload.delay_on_commit(upload.public_id)
    upload.refresh_from_db()
    if size != upload.size:
        raise WholeUnlike(upload_keeping.break_off(upload, why=f"{size} bytes in the bucket"))
    return upload


def _refuse_parts(error: Exception) -> None:
    """What the bucket says of parts that do not fit is the vendor's to mend; all else is raised again."""
    answered = getattr(error, "response", {}).get("ResponseMetadata", {}).get("HTTPStatusCode")
    if answered not in (400, 404):
        raise error
    detail = "The parts in the bucket are not those told here: one is missing, or has another ETag. Send what is missing."
    raise Invalid("upload.parts", detail, errors=(Fault("/parts", "upload.parts", detail),)) from error


def _refuse_unless_in_parts(upload: Upload) -> None:
    if not upload.in_parts:
        raise Conflict("upload.not_in_parts", "This upload is continued with PATCH (tus 1.0); it has no parts.")
    if upload.state != State.ARRIVING:
        raise Conflict("upload.joined", "All of this upload has arrived; it takes no more parts.")


# --- quoted --------------------------------------------------------------------------------------------------------


@contextmanager
def sent(quoted: Mapping[str, str], *, client: ApiClient, at: datetime) -> Iterator[dict[str, SentFile]]:
    """Complete uploads as files: JSON pointer → upload id becomes pointer → SentFile, which may be taken from its path.

    The files are there inside the `with` only; the uploads stay. Raises NotQuotable (unknown, somebody else's, expired,
    broken), StillArriving, StillChecked, each with its pointer, and StorageAway.
    """
    known = _known(dict.fromkeys(quoted.values()), client)
    rows = {pointer: _quotable(known.get(public_id), pointer, at) for pointer, public_id in quoted.items()}
    with ExitStack() as stack:
        bucket = any(row.in_parts for row in rows.values())
        folder = stack.enter_context(shelf.scratch()) if bucket else Path()
        files = {}
        for number, (pointer, row) in enumerate(rows.items()):
            into = folder / str(number)
            if row.in_parts:
                into.mkdir()
            path = stack.enter_context(upload_keeping.brought(row, into))
            files[pointer] = SentFile(row.filename or "upload", path, row.sha256, row.size)
        yield files


def _known(public_ids: Iterable[str], client: ApiClient) -> dict[str, Upload]:
    """Those that a client may know of, by a question for every thousand: a sequence quotes one upload for each frame."""
    mine = Upload.objects.seen_by(client).select_related("client")
    asked = list(public_ids)
    rows = (mine.filter(public_id__in=asked[start : start + AT_ONCE]) for start in range(0, len(asked), AT_ONCE))
    return {one.public_id: one for some in rows for one in some}


def _quotable(found: Upload | None, pointer: str, at: datetime) -> Upload:
    try:
        upload = _in_force(found, at)
    except (NotFound, Gone) as error:
        raise NotQuotable(pointer, error) from error
    if upload.state == State.ARRIVING:
        raise StillArriving(upload, pointer)
    if upload.state == State.CHECKING:
        raise StillChecked(upload, pointer)
    if not upload.size:
        detail = f"“{upload}” is empty: it has no bytes at all. Send it again."
        raise Invalid("media.empty", detail, errors=(Fault(pointer, "media.empty", detail),))
    return upload


def used(public_ids: Sequence[str], *, at: datetime) -> None:
    """They became an asset, or evidence of one: their own room is given back, and a day is left to ask again."""
    for start in range(0, len(public_ids), AT_ONCE):
        fresh = Upload.objects.filter(public_id__in=public_ids[start : start + AT_ONCE], used_at=None)
        fresh.update(used_at=at, expires_at=at + KEPT_AFTER_USE)


def let_go(public_id: str) -> None:
    """Of a file that consent does not cover nothing is kept, on the way it came either."""
    with suppress(growing.Busy, shelf.StorageAway):
        for upload in Upload.objects.filter(public_id=public_id):
            upload_keeping.terminate(upload, patience=0)


