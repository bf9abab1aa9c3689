"""Say what is known of a file, a fingerprint or a credential: read it in the sandbox, ask the registry, conclude.

Read only. Nothing about the file or the question is kept.
"""

import hashlib
import re
import shutil
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from django.core.files.storage import default_storage
from django.db.models import QuerySet

from provenance import sequences, shelf, standing, trust
from provenance.conclusion import RegistryFacts, TrustLists
from provenance.copies import possible
from provenance.media.refusal import MediaRefused
from provenance.models import Credential, FrameSequence, KnownContent
from provenance.reading import Reading
from provenance.report import Report, conclude, recall, remembered
from provenance.sequence_index import MEDIA_TYPE
from registry.errors import Invalid, NotFound
from registry.prepared import Prepared

FRAME = "frame"
SHA256 = re.compile(r"[0-9a-f]{64}")
# As the vendor sent it, and as it was when the registry had written its metadata: a byte-identical strip of the signed.
# And a frame of a sequence, whose credentials are the sequence's.
WITHOUT_CREDENTIALS = (KnownContent.Kind.UPLOADED, KnownContent.Kind.DESCRIBED, KnownContent.Kind.FRAME)


class Released(NamedTuple):
    """What the window may know of one released credential. Only these columns are read: it is asked very often."""

    public_id: str
    asset__public_id: str
    title: str
    producer__name: str
    asset__vendor__name: str
    signed_at: datetime
    certificate_fingerprint: str
    development_key: bool
    time_stamped: bool
    extent: dict[str, Any]
    consent: dict[str, Any]
    decision_id: int
    sidecar_key: str
    media_type: str
    sha256: str
    storage_key: str
    asset_id: int


class EmptyFile(Invalid):
    """There are no bytes to say anything about."""


class NotAFingerprint(Invalid):
    """A fingerprint is 64 hexadecimal digits."""


class NoSuchCredential(NotFound):
    """No credential of that id was released."""


def verify(
    *, path: str | Path, name: str, at: datetime, sidecar: str | Path | None = None, sha256: str = "", copies: bool = False,
    pictures: int = 0,
) -> Report:  # fmt: skip
    """The report on the file at `path`; its credentials may be in a `sidecar`, given along or kept here.

    `sha256` is the file's, where it was hashed as it arrived. With `copies`, a file of which nothing surer is known is
    held against what is near to it; with `pictures`, the credentials' own of the assets used come along, so many pixels
    at most to a side.
    Raises EmptyFile; SandboxBusy when no reader comes free. A file the reader refuses or dies of is unreadable.
    """
    path = Path(path)
    if path.stat().st_size == 0:
        raise EmptyFile("media.empty", f"“{name}” is empty: there is nothing to check.")
    digest, reading = (sha256, _read(path, sidecar, pictures)) if sha256 else _hashed_and_read(path, sidecar, pictures)
    credential, found_by = _of_bytes(digest)
    if credential and found_by == FRAME:
        # What is signed is the sequence's index: it binds the frame, whatever came with it.
        reading = _read_kept(credential)
        return conclude(reading, _facts(credential, found_by, at, digest), trust.lists(), file=name, at=at)
    if credential and credential.sidecar_key and found_by == "signed_bytes" and not (reading.active or sidecar):
        reading = _read_with_kept_sidecar(path, credential.sidecar_key, pictures)
    if found_by != "signed_bytes" and reading.active:
        named = _released("manifest_label", reading.active)
        credential, found_by = (named, "manifest") if named else (credential, found_by)
    report = conclude(reading, _facts(credential, found_by, at), trust.lists(), file=name, at=at)
    return replace(report, possible=possible(path)) if copies and _nothing_surer(report) else report


def _nothing_surer(report: Report) -> bool:
    """Whether only likeness can still tell where a file comes from: not known here, and without credentials that hold."""
    return report.registry.state == "unknown" and report.integrity.state in ("absent", "altered", "elsewhere")


def by_hash(*, sha256: str, at: datetime) -> Report:
    """What the registry remembers of the bytes of that SHA-256. Two queries; of what was released here, one more."""
    digest = sha256.strip().lower().removeprefix("sha256:")
    if not SHA256.fullmatch(digest):
        raise NotAFingerprint("verification.fingerprint", "A SHA-256 fingerprint has 64 hexadecimal digits.")
    facts, lists = _facts(*_of_bytes(digest), at, digest), trust.lists()
    # The facts are read each time; what they amount to is concluded once.
    asked = (repr(facts), lists)
    if asked not in _concluded:
        if len(_concluded) >= MOST_CONCLUDED:
            _concluded.clear()
        _concluded[asked] = recall(facts, lists, file="", at=at)
    return remembered(_concluded[asked], file=f"sha256:{digest}", at=at)


MOST_CONCLUDED = 2_000
_concluded: dict[tuple[str, TrustLists], Report] = {}


def by_credential(*, credential: str, at: datetime) -> Report:
    """What the registry remembers of one released credential; raises NoSuchCredential."""
    found = _released("public_id", credential)
    if found is None:
        raise NoSuchCredential("credential.unknown", "There is no credential of that id.")
    return recall(_facts(found, "record", at), trust.lists(), file=found.title, at=at)


def crjson(*, path: str | Path, sidecar: str | Path | None = None) -> dict:
    """The C2PA JSON form of a file's credentials, for validators of validators; empty where there are none."""
    found = trust.window().read(path, sidecar=sidecar, anchors=trust.anchors(), crjson=True)
    return found.get("crjson") or {}


def _hashed_and_read(path: Path, sidecar: str | Path | None, pictures: int) -> tuple[str, Reading]:
    """The reader hashes the file as well; side by side the two take the time of one."""
    with ThreadPoolExecutor(max_workers=1) as beside:
        digest = beside.submit(_digest, path)
        reading = _read(path, sidecar, pictures)
    return digest.result(), reading


def _read(path: Path, sidecar: str | Path | None, pictures: int = 0) -> Reading:
    try:
        return Reading.of(trust.window().read(path, sidecar=sidecar, anchors=trust.anchors(), pictures=pictures))
    except MediaRefused as refused:
        return Reading(unreadable=refused.detail, failure=(refused.code,))


def _read_kept(credential: Released) -> Reading:
    """The index of a sequence, as it is kept, with the credentials kept beside it."""
    with shelf.scratch() as folder, shelf.borrowed(credential.storage_key, credential.sha256, into=folder) as path:
        return _read_with_kept_sidecar(path, credential.sidecar_key)


def _read_with_kept_sidecar(path: Path, key: str, pictures: int = 0) -> Reading:
    with default_storage.open(key) as kept, tempfile.NamedTemporaryFile(suffix=".c2pa") as copy:
        shutil.copyfileobj(kept, copy)
        copy.flush()
        return _read(path, copy.name, pictures)


def _of_bytes(digest: str) -> tuple[Released | None, str]:
    """The released credential of these bytes, as signed or as received; an upload that was not released is unknown."""
    signed = _released("sha256", digest)
    if signed:
        return signed, "signed_bytes"
    if not (rows := RECEIVED(digest)):
        return None, ""
    [(kind, *columns)] = rows
    return Released(*columns), FRAME if kind == KnownContent.Kind.FRAME else "received_bytes"


def _released(name: str, value: str) -> Released | None:
    """The newest released credential of which that column holds that value."""
    rows = RELEASED[name](value)
    return Released(*rows[0]) if rows else None


def _newest(*columns: str, **where: Any) -> QuerySet:
    return Credential.objects.real().filter(**where).order_by("-id").values_list(*columns, *Released._fields)[:1]


# Asked by everybody who holds a file: put into SQL once.
RELEASED = {
    name: Prepared(lambda value, name=name: _newest(**{name: value})) for name in ("sha256", "manifest_label", "public_id")
}
RECEIVED = Prepared(
    lambda digest: _newest(
        "asset__contents__kind", asset__contents__sha256=digest, asset__contents__kind__in=WITHOUT_CREDENTIALS
    )
)


def _facts(credential: Released | None, found_by: str, at: datetime, digest: str = "") -> RegistryFacts:
    if credential is None:
        return RegistryFacts()
    at_signing = credential.consent.get("state_at_signing", "not_stated")
    today = standing.now(credential.decision_id, at_signing=at_signing, at=at)
    return RegistryFacts(
        found_by=found_by, credential=credential.public_id, asset=credential.asset__public_id, title=credential.title,
        producer=credential.producer__name, made_by=credential.asset__vendor__name, signed_at=credential.signed_at,
        certificate_fingerprint=credential.certificate_fingerprint, development=credential.development_key,
        time_stamped=credential.time_stamped, extent=credential.extent, consent_at_signing=at_signing,
        consent_now=today.state, may_continue=today.may_continue, **_of_frames(credential, found_by, digest),
    )  # fmt: skip


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _of_frames(credential: Released, found_by: str, digest: str) -> dict[str, Any]:
    """What is told of a sequence, and of the frame that was asked about; nothing for a file."""
    if credential.media_type != MEDIA_TYPE:
        return {}
    row = FrameSequence.objects.get(asset=credential.asset_id)
    frames = sequences.proofs(row, digest) if found_by == FRAME else ()
    return {"sequence": sequences.told(row), "frames": tuple(frames)}
