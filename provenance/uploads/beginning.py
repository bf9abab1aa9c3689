"""An upload begun, and found again by its program: within its program's share, and where there is room for it."""

import os
import re
import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Sum

from provenance import shelf, upload_keeping
from provenance.models import Upload
from provenance.printable import printable
from provenance.upload_keeping import UploadBroken
from provenance.uploads.arriving import NoRoom, UploadUnknown, sealed
from provenance.uploads.in_parts import MOST_PARTS, SMALLEST_PART
from registry.errors import Fault, Gone, Invalid, TooLarge, TooMany
from registry.models import ApiClient
from registry.receiving import size_in_words

State = Upload.State
HEX = re.compile(r"[0-9a-f]{64}")
LONGEST_NAME = 255
ROOM_LEFT = 256 * 1024**2


@dataclass(frozen=True, slots=True)
class Announced:
    """What a program says of the file before it sends it. `metadata` is tus's Upload-Metadata, given back as it came."""

    size: int
    filename: str = ""
    sha256: str = ""
    metadata: str = ""


class UploadExpired(Gone):
    def __init__(self, upload: Upload) -> None:
        detail = f"This upload expired on {upload.expires_at:%-d %B %Y at %H:%M} UTC. Begin a new one."
        super().__init__("upload.expired", detail, upload=upload.public_id)


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
    return sealed(upload, clock=lambda: at) if said.size == 0 else upload


def found(public_id: str, *, client: ApiClient, at: datetime) -> Upload:
    """An upload that a program may know of. Raises UploadUnknown, also for somebody else's, UploadExpired and UploadBroken."""
    rows = Upload.objects.seen_by(client).select_related("client")
    return in_force(rows.filter(public_id=public_id).first(), at)


def in_force(upload: Upload | None, at: datetime) -> Upload:
    if upload is None:
        raise UploadUnknown
    if upload.expires_at <= at:
        raise UploadExpired(upload)
    if upload.state == State.BROKEN:
        raise UploadBroken(upload)
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
