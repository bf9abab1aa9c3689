"""Uploads whose parts go to the bucket themselves: where each may be put, and one file made of all of them."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.core.files.storage import default_storage
from django.db import transaction

from provenance import shelf, upload_keeping
from provenance.models import Upload
from provenance.tasks import check_upload
from provenance.uploads.arriving import WholeUnlike
from registry.errors import Conflict, Fault, Invalid

State = Upload.State
# S3: the smallest part, and the most of one file.
SMALLEST_PART, MOST_PARTS = 64 * 1024**2, 10_000
PART_ADDRESS_SECONDS = 3600


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
