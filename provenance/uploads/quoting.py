"""Complete uploads quoted by their ids: given out as files, kept a day longer once they were used, or let go."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path

from provenance import growing, shelf, upload_keeping
from provenance.models import Upload
from provenance.sent_files import SentFile
from provenance.uploads.beginning import in_force
from registry.errors import Conflict, Fault, Gone, Invalid, NotFound, RegistryError
from registry.models import ApiClient

State = Upload.State
# How long a quoted upload is kept: whoever did not hear the answer quotes it again.
KEPT_AFTER_USE = timedelta(days=1)
AT_ONCE = 1_000  # ids in one question


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
        upload = in_force(found, at)
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
