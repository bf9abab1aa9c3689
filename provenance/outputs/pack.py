"""The evidence pack about a title or a performer, for an insurer or a court: a ZIP that explains and proves itself.

It is written as it is made, never whole in memory. What cannot be read – a damaged paper, a signed
file that is gone – is named on its page and leaves nothing else out.
"""

import hashlib
import json
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

from django.db import transaction
from django.template.loader import render_to_string

from consent import certificate, paper
from consent.models import Decision, Evidence
from provenance import shelf, trust
from provenance.media.refusal import MediaRefused
from provenance.models import Credential
from provenance.outputs import check_pack, evidence
from provenance.outputs.evidence import About
from provenance.printable import printable
from provenance.public.story import NOW, THEN
from registry import journal
from registry.models import User
from registry.permissions import ENTERS, insist

MOST = 2000  # credentials read from their files, and certificates printed; beyond it the record itself is given
ENDINGS = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png"}
TAGS = {"production": "production:evidence_packed", "person": "person:evidence_packed"}


@dataclass(slots=True)
class Pack:
    """The archive in the making, with the SHA-256 of each file in it and what could not be put in."""

    archive: zipfile.ZipFile
    at: datetime
    tell: Callable[[int, int], None]
    total: int = 0
    done: int = 0
    hashes: dict[str, str] = field(default_factory=dict)
    missing: list[tuple[str, str]] = field(default_factory=list)

    def add(self, name: str, content: bytes | str) -> None:
        with self.writing(name) as write:
            write(content.encode() if isinstance(content, str) else content)

    def add_json(self, name: str, value: Any) -> None:
        # In ASCII: whatever hides or turns the line around in a string of a file is seen for what it is.
        self.add(name, json.dumps(value, indent=2))

    @contextmanager
    def writing(self, name: str) -> Iterator[Any]:
        """A function that writes the next bytes of the file."""
        digest = hashlib.sha256()
        entry = zipfile.ZipInfo(name, date_time=self.at.astimezone(UTC).timetuple()[:6])
        entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
        with self.archive.open(entry, "w") as file:

            def write(content: bytes) -> None:
                digest.update(content)
                file.write(content)

            yield write
        self.hashes[name] = digest.hexdigest()

    def step(self) -> None:
        """One of the things to put in is in, or is named as missing."""
        self.done += 1
        self.tell(self.done, self.total)

    def lacks(self, what: str, why: str) -> None:
        self.missing.append((what, why))


def write(file: BinaryIO, about: About, *, by: User, at: datetime, reason: str, tell: Callable[[int, int], None]) -> None:
    """Write the pack into a file. Each paper opened for it goes on record, and so does the pack; `tell` is told how many
    of how many things are in.

    Raises NotYourDesk and ReasonRequired before anything is opened; SandboxBusy, when no reader comes free."""
    insist(by, about.studio, ENTERS, to="make an evidence pack")
    if not reason.strip():
        raise journal.ReasonRequired
    with zipfile.ZipFile(file, "w") as archive:
        _fill(Pack(archive, at, tell), about, by=by, at=at, reason=reason)


def _fill(pack: Pack, about: About, *, by: User, at: datetime, reason: str) -> None:
    papers = list(about.papers())
    pack.total = about.credentials().count() + about.decisions().count() + len(papers)
    pack.tell(0, pack.total)
    credentials = _credentials(pack, about.credentials(), at=at)
    decisions = list(_decisions(pack, about.decisions(), by=by, at=at))
    documents = list(_documents(pack, papers, by=by, at=at))
    with transaction.atomic():
        journal.record(
            actor=journal.by_user(by), tag=TAGS[about.kind], subject=about.subject.public_id, organisation=about.studio,
            at=at, reason=reason,
            details={"credentials": len(credentials), "decisions": len(decisions), "documents": len(documents)},
        )  # fmt: skip
    entries = _journal(pack, about)
    pack.add("check_pack.py", Path(check_pack.__file__).read_bytes())
    pack.add("index.html", render_to_string("provenance/outputs/pack.html", {
        "about": about, "at": at, "credentials": credentials, "decisions": decisions, "documents": documents,
        "grants": about.grants(), "works": about.works(), "entries": entries, "missing": pack.missing, "by": by,
        "development": any(one["development_key"] for one in credentials),
    }))  # fmt: skip
    pack.add("hashes.txt", "".join(f"{sha256}  {name}\n" for name, sha256 in sorted(pack.hashes.items())))


# --- credentials -----------------------------------------------------------------------------------------------------


def _credentials(pack: Pack, credentials: Iterable[Credential], *, at: datetime) -> list[dict[str, Any]]:
    """The list, and of each its manifest: as planned before the key was used, and as its file carries it."""
    rows = []
    for number, one in enumerate(credentials, start=1):
        row = evidence.told(one, at=at)
        read, why = _manifests(one) if number <= MOST else ({}, f"only the first {MOST} files of a pack are read")
        if why:
            pack.lacks(f"The manifest of {one.public_id} as its file carries it", why)
        planned = {"manifest": one.plan.manifest, "sha256": one.plan.manifest_hash}
        file = f"manifests/{one.public_id}.json"
        pack.add_json(file, {"credential": one.public_id, "planned": planned, "read": read, "not_read": why})
        rows.append(row | {"file": file, "words": (THEN.get(row["consent_at_signing"]), NOW.get(row["consent_now"]))})
        pack.step()
    pack.add_json("credentials.json", [{name: value for name, value in row.items() if name != "words"} for row in rows])
    return rows


def _manifests(credential: Credential) -> tuple[dict[str, Any], str]:
    """What the credentials in the stored file say and whether they hold; or why that cannot be told."""
    try:
        with (
            shelf.scratch() as folder,
            shelf.borrowed(credential.storage_key, credential.sha256, into=folder) as path,
            _sidecar(credential, folder) as sidecar,
        ):
            told = trust.sandbox().read(path, sidecar=sidecar, anchors=trust.anchors())
    except (shelf.FileDamaged, shelf.StorageAway, MediaRefused) as fault:
        return {}, fault.detail
    names = ("state", "active", "manifests", "ingredients", "codes", "certificate_fingerprint", "time_stamp")
    return {name: told.get(name) for name in names}, ""


@contextmanager
def _sidecar(credential: Credential, folder: Path) -> Iterator[Path | None]:
    if not credential.sidecar_key:
        yield None
        return
    with shelf.borrowed(credential.sidecar_key, credential.sidecar_sha256, into=folder) as path:
        yield path


# --- decisions -------------------------------------------------------------------------------------------------------


def _decisions(pack: Pack, decisions: Iterable[Decision], *, by: User, at: datetime) -> Iterator[dict[str, Any]]:
    """Each as it is kept, as the registry signs it, and as its certificate, which carries the signed one."""
    for number, one in enumerate(decisions, start=1):
        token = certificate.signed(one, at=at)
        files = [f"decisions/{one.public_id}.json", f"decisions/{one.public_id}{certificate.SIGNED}"]
        pack.add_json(files[0], certificate.as_dict(one))
        pack.add(files[1], token)
        if number <= MOST:
            told = certificate.in_words(one.request, one.answer)
            files.append(f"decisions/{one.public_id}.pdf")
            pack.add(files[2], certificate.as_pdf(one, told, token=token, by=by.display_name, at=at))
        else:
            pack.lacks(f"The certificate of {one.public_id}", f"only the first {MOST} are printed; the decision itself is there")
        pack.step()
        yield {"decision": one, "files": files}


# --- documents -------------------------------------------------------------------------------------------------------


def _documents(
    pack: Pack, papers: Iterable[tuple[Evidence, str, str]], *, by: User, at: datetime
) -> Iterator[dict[str, Any]]:
    """Each paper, opened on the record. Its own name may be anything, so the file is called by its id."""
    for one, subject, what in papers:
        pack.step()
        name = printable(one.name) or "untitled"
        try:
            content = paper.view_as(journal.by_user(by), one, subject=subject, at=at)
        except (paper.PaperDamaged, paper.PaperDestroyed) as fault:
            pack.lacks(f"{what}: “{name}”", fault.detail)
            continue
        file = f"documents/{one.public_id}.{ENDINGS.get(one.media_type, 'bin')}"
        pack.add(file, content)
        yield {"paper": one, "name": name, "what": what, "file": file}


# --- what happened ---------------------------------------------------------------------------------------------------


def _journal(pack: Pack, about: About) -> dict[str, Any]:
    """The entries as lines of JSON, each with the text its hash covers; how many, and which do not follow."""
    count, chains = 0, set()

    def written() -> Iterator[Any]:
        nonlocal count
        for event in about.entries():
            line = {name: getattr(event, name) for name in ("chain", "sequence", "previous_hash", "hash", "body")}
            write(json.dumps(line).encode() + b"\n")
            count += 1
            chains.add(event.chain)
            yield event

    with pack.writing("journal.jsonl") as write:
        faults = journal.broken_links(written())
    return {"count": count, "chains": len(chains), "faults": faults}
