"""Bytes of an upload as they arrive: on disk before they are counted, by one request at a time; or its end.

A request that breaks off leaves what it brought (growing.py, registry/lines.py), but for bytes under a checksum of their own.
"""

import errno
import hashlib
import hmac
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from provenance import growing, upload_keeping
from provenance.growing import Growing
from provenance.models import Upload
from provenance.tasks import check_upload
from provenance.upload_keeping import UploadBroken
from registry.errors import Altered, Conflict, NotFound, Occupied, TooLarge, Unavailable

State = Upload.State
ALGORITHMS = ("sha1", "sha256")
# Longer than a silent line is kept for somebody who comes again (registry/lines.py).
PATIENCE = 5.0
# How much may have to be sent again when the process is killed: so many bytes, or so many seconds.
SETTLED_EVERY, SETTLED_AFTER = 64 * 1024**2, timedelta(seconds=5)
# Up to this size the request that brings the last byte also answers for the hash of the whole.
HASHED_AT_ONCE = 1024**3
FULL = (errno.ENOSPC, errno.EDQUOT)


class Body(Protocol):
    """What arrives, as registry.lines has it."""

    wanted: Callable[[], bool] | None

    @property
    def whole(self) -> bool: ...
    def some(self) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Checksum:
    """Of the bytes of one request, by the program that sends them."""

    algorithm: str
    digest: bytes


class UploadUnknown(NotFound):
    def __init__(self) -> None:
        super().__init__("upload.unknown", "There is no upload of that id. It may have been ended, or expired and swept.")


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
    return sealed(row, clock=clock) if row.state == State.CHECKING else row


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


def sealed(upload: Upload, *, clock: Callable[[], datetime]) -> Upload:
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
