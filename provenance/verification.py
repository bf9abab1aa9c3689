"""Say what is known of a file, a fingerprint or a credential: read it in the sandbox, ask the registry, conclude.

Read only. Nothing about the file or the question is kept.
"""

import hashlib
import re
import shutil
import tempfile
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

from django.core.files.storage import default_storage

from provenance import standing, trust
from provenance.conclusion import RegistryFacts
from provenance.media.refusal import MediaRefused
from provenance.models import Credential, KnownContent
from provenance.reading import Reading
from provenance.report import Report, conclude, recall
from registry.errors import Invalid, NotFound

SHA256 = re.compile(r"[0-9a-f]{64}")
AskedFor = tuple[Credential | None, str]


class EmptyFile(Invalid):
    """There are no bytes to say anything about."""


class NotAFingerprint(Invalid):
    """A fingerprint is 64 hexadecimal digits."""


class NoSuchCredential(NotFound):
    """No credential of that id was released."""


def verify(*, path: str | Path, name: str, at: datetime, sidecar: str | Path | None = None) -> Report:
    """The report on the file at `path`; its credentials may be in a `sidecar`, given along or kept here.

    Raises EmptyFile; SandboxBusy when no reader comes free. A file the reader refuses or dies of is unreadable.
    """
    path = Path(path)
    if path.stat().st_size == 0:
        raise EmptyFile("media.empty", f"“{name}” is empty: there is nothing to check.")
    # The reader hashes the file as well; side by side the two take the time of one.
    with ThreadPoolExecutor(max_workers=1) as beside:
        digest = beside.submit(_digest, path)
        reading = _read(path, sidecar)
    credential, found_by = _of_bytes(digest.result())
    if credential and credential.sidecar_key and found_by == "signed_bytes" and not (reading.active or sidecar):
        reading = _read_with_kept_sidecar(path, credential)
    if found_by != "signed_bytes" and reading.active:
        named = _released().filter(manifest_label=reading.active).first()
        credential, found_by = (named, "manifest") if named else (credential, found_by)
    return conclude(reading, _facts(credential, found_by, at), trust.lists(), file=name, at=at)


def by_hash(*, sha256: str, at: datetime) -> Report:
    """What the registry remembers of the bytes of that SHA-256. Two queries, whatever the answer."""
    digest = sha256.strip().lower().removeprefix("sha256:")
    if not SHA256.fullmatch(digest):
        raise NotAFingerprint("verification.fingerprint", "A SHA-256 fingerprint has 64 hexadecimal digits.")
    return recall(_facts(*_of_bytes(digest), at), trust.lists(), file=f"sha256:{digest}", at=at)


def by_credential(*, credential: str, at: datetime) -> Report:
    """What the registry remembers of one released credential; raises NoSuchCredential."""
    found = _released().filter(public_id=credential).first()
    if found is None:
        raise NoSuchCredential("credential.unknown", "There is no credential of that id.")
    return recall(_facts(found, "record", at), trust.lists(), file=found.title, at=at)


def crjson(*, path: str | Path, sidecar: str | Path | None = None) -> dict:
    """The C2PA JSON form of a file's credentials, for validators of validators; empty where there are none."""
    found = trust.sandbox().read(path, sidecar=sidecar, anchors=trust.anchors(), crjson=True)
    return found.get("crjson") or {}


def _read(path: Path, sidecar: str | Path | None) -> Reading:
    try:
        return Reading.of(trust.sandbox().read(path, sidecar=sidecar, anchors=trust.anchors()))
    except MediaRefused as refused:
        return Reading(unreadable=refused.detail, failure=(refused.code,))


def _read_with_kept_sidecar(path: Path, credential: Credential) -> Reading:
    with default_storage.open(credential.sidecar_key) as kept, tempfile.NamedTemporaryFile(suffix=".c2pa") as copy:
        shutil.copyfileobj(kept, copy)
        copy.flush()
        return _read(path, copy.name)


def _of_bytes(digest: str) -> AskedFor:
    """The released credential of these bytes, as signed or as received; an upload that was not released is unknown."""
    signed = _released().filter(sha256=digest).first()
    if signed:
        return signed, "signed_bytes"
    uploaded = {"asset__contents__sha256": digest, "asset__contents__kind": KnownContent.Kind.UPLOADED}
    received = _released().filter(**uploaded).first()
    return (received, "received_bytes") if received else (None, "")


def _released():
    return Credential.objects.select_related("asset__vendor", "producer").order_by("-id")


def _facts(credential: Credential | None, found_by: str, at: datetime) -> RegistryFacts:
    if credential is None:
        return RegistryFacts()
    at_signing = credential.consent.get("state_at_signing", "not_stated")
    today = standing.now(credential.decision_id, at_signing=at_signing, at=at)
    return RegistryFacts(
        found_by=found_by, credential=credential.public_id, asset=credential.asset.public_id, title=credential.title,
        producer=credential.producer.name, made_by=credential.asset.vendor.name, signed_at=credential.signed_at,
        certificate_fingerprint=credential.certificate_fingerprint, development=credential.development_key,
        time_stamped=credential.time_stamped, extent=credential.extent, consent_at_signing=at_signing,
        consent_now=today.state, may_continue=today.may_continue,
    )  # fmt: skip


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
