"""The paper behind a consent: kept encrypted under a key of its own, known by its hash, opened only on the record."""

import hashlib
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date, datetime

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import DatabaseError, InterfaceError, transaction

from consent import marking
from consent.models import Destruction, Evidence, Statement
from registry import journal
from registry.errors import Conflict, Invalid, Unavailable
from registry.private import open_key, seal, unseal, wrap_key

LARGEST = 25 * 1024 * 1024
KINDS = {b"%PDF-": "application/pdf", b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png"}


@dataclass(frozen=True, slots=True)
class Paper:
    """A document as it was handed in: its name and its bytes (bounded by LARGEST)."""

    name: str
    content: bytes

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()

    @property
    def media_type(self) -> str:
        for magic, media_type in KINDS.items():
            if self.content.startswith(magic):
                return media_type
        raise Invalid("evidence.kind", f"“{self.name}” is not a PDF, JPEG or PNG. Scan or export the paper as a PDF.")


class PaperDamaged(Unavailable):
    def __init__(self, evidence):
        super().__init__(
            "evidence.damaged",
            f"The stored file of “{evidence.name}” does not match its hash. Restore it from a backup.",
        )


class PaperDestroyed(Conflict):
    def __init__(self, evidence):
        on = f"{evidence.destruction.recorded_at:%-d %B %Y}"
        super().__init__(
            "evidence.destroyed",
            f"The file of “{evidence.name}” was destroyed on {on}, as the studio’s retention rule says. Its hash is kept.",
        )


def check(paper: Paper) -> None:
    """Refuse an empty, oversized or unreadable kind of document before anything is kept."""
    if not paper.content:
        raise Invalid("evidence.empty", f"“{paper.name}” is empty. Choose the signed document again.")
    if len(paper.content) > LARGEST:
        raise Invalid("evidence.too_large", f"“{paper.name}” is over 25 MB. Send the agreement without its annexes.")
    _ = paper.media_type


@dataclass(frozen=True, slots=True)
class Shelved:
    """A paper whose encrypted file lies in storage, not yet on record."""

    paper: Paper
    storage_key: str
    sealed_key: bytes


@contextmanager
def shelved(papers: tuple[Paper, ...]) -> Iterator[list[Shelved]]:
    """Store papers encrypted around the transaction that records them; if that fails, the files go again."""
    kept: list[Shelved] = []
    try:
        for each in papers:
            check(each)
            key = AESGCM.generate_key(256)
            # Each file has a key of its own and so a name of its own; in a bucket an equal one would replace it.
            name = f"evidence/{each.sha256[:2]}/{each.sha256}-{secrets.token_hex(8)}"
            stored = default_storage.save(name, ContentFile(seal(key, each.content)))
            kept.append(Shelved(each, stored, wrap_key(key)))
        yield kept
    except BaseException:
        _let_go(kept)
        raise


def _let_go(kept: list[Shelved]) -> None:
    """Remove files that no row names. A commit may have come about although its answer was lost; where the database
    cannot be asked they stay: nobody can open them, and the sweep of leftovers finds them later."""
    with suppress(DatabaseError, InterfaceError):
        keys = {each.storage_key for each in kept}
        named = Evidence.objects.filter(storage_key__in=keys).values_list("storage_key", flat=True)
        for key in keys - set(named):
            default_storage.delete(key)


def record(shelved: Shelved, *, studio, by, at: datetime, revision=None, kind: str = "agreement") -> Evidence:
    """Put a shelved paper on the record of a studio: of a revision, or of a statement that names it."""
    each = shelved.paper
    return Evidence.objects.create(
        revision=revision, studio=studio, kind=kind, sha256=each.sha256, size=len(each.content),
        media_type=each.media_type, name=each.name[:200], storage_key=shelved.storage_key,
        sealed_key=shelved.sealed_key, uploaded_by=by, recorded_at=at,
    )  # fmt: skip


def read(evidence: Evidence) -> bytes:
    """The document's bytes, checked against its hash. Raises `PaperDestroyed`, `PaperDamaged`; writes nothing."""
    if Destruction.objects.filter(evidence=evidence).exists():
        raise PaperDestroyed(evidence)
    try:
        with default_storage.open(evidence.storage_key) as file:
            content = unseal(open_key(bytes(evidence.sealed_key)), file.read())
    except (OSError, InvalidTag):
        raise PaperDamaged(evidence)
    if hashlib.sha256(content).hexdigest() != evidence.sha256:
        raise PaperDamaged(evidence)
    return content


def destroy(evidence: Evidence, *, rule: Statement, over_on: date, at: datetime) -> None:
    """Write down that the file goes, and let it go once that is committed. Where storage does not answer, the sweep of
    leftovers finds it: no row asks for it any more."""
    Destruction.objects.create(evidence=evidence, rule=rule, over_on=over_on, recorded_at=at)
    transaction.on_commit(lambda: default_storage.delete(evidence.storage_key), robust=True)


def view(evidence: Evidence, *, subject: str, by, at: datetime) -> bytes:
    """Open the paper for a reader at the desk, with their name and the time on it; that they looked goes on the record of
    what it is about. Raises `PaperDestroyed`, `PaperDamaged`, `CannotBeMarked`; then nothing is shown, and nothing written."""
    mark = marking.mark_of(by.display_name, at)
    content = marking.marked(read(evidence), evidence.media_type, mark=mark, name=evidence.name)
    _viewed(evidence, journal.by_user(by), subject=subject, at=at)
    return content


def view_as(actor: journal.Actor, evidence: Evidence, *, subject: str, at: datetime) -> bytes:
    """Open the paper for whoever signed it, or speaks for them: theirs is the paper as it was signed."""
    content = read(evidence)
    _viewed(evidence, actor, subject=subject, at=at)
    return content


@transaction.atomic
def _viewed(evidence: Evidence, actor: journal.Actor, *, subject: str, at: datetime) -> None:
    journal.record(
        actor=actor, tag="evidence:viewed", subject=subject, details={"evidence": evidence.public_id},
        organisation=evidence.studio, at=at, reason="Document view",
    )  # fmt: skip
