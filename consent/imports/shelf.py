"""The spreadsheet itself: it names people and the days they were born, so it is kept encrypted, and not for long."""

import hashlib
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from consent.models import Import
from registry.errors import Conflict, Unavailable
from registry.private import open_key, seal, unseal, wrap_key


class Forgotten(Conflict):
    def __init__(self) -> None:
        super().__init__("import.forgotten", "The file itself has been forgotten; only what came of its rows is kept.")


class FileAway(Unavailable):
    def __init__(self) -> None:
        super().__init__("import.file_away", "The file cannot be read at the moment. Try again soon, or send it again.")


def keep(content: bytes) -> tuple[str, bytes]:
    """Store it encrypted; gives where it lies and its key, wrapped."""
    key = AESGCM.generate_key(256)
    stored = default_storage.save(f"imports/{secrets.token_hex(16)}", ContentFile(seal(key, content)))
    return stored, wrap_key(key)


def read(run: Import) -> bytes:
    """The bytes as they were sent. Raises `Forgotten` and `FileAway`."""
    if not run.storage_key:
        raise Forgotten
    try:
        with default_storage.open(run.storage_key) as file:
            content = unseal(open_key(bytes(run.sealed_key)), file.read())
    except (OSError, InvalidTag):
        raise FileAway from None
    if hashlib.sha256(content).hexdigest() != run.sha256:
        raise FileAway
    return content


def forget(run: Import) -> None:
    """Destroy the key, then the file; what came of the rows stays."""
    storage_key, run.storage_key, run.sealed_key = run.storage_key, "", b""
    run.save(update_fields=["storage_key", "sealed_key"])
    default_storage.delete(storage_key)
