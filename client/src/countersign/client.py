"""A registry as a Python object: `Client.signed_in().send(Path("shot.mov"), declaration)`.

Every method raises one of `countersign.errors`; what they answer are the documents of the registry, typed in shapes.py.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from collections.abc import Sequence as Sequence_
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO, Any, cast
from urllib.parse import parse_qs, urlsplit

import httpx

from countersign import errors, operations, parts, profiles, tus
from countersign.fingerprints import hashed
from countersign.line import Line, Tokens, new_key
from countersign.operations import Operation
from countersign.sequences import Sequence, spans
from countersign.shapes import (
    Asset,
    AssetBrief,
    Clearance,
    ClearanceBoth,
    Clearances,
    DeclarationChecked,
    Disclosure,
    Evidence,
    Production,
    ProductionBrief,
    Proposal,
    Question,
    Report,
    Webhook,
    WebhookDelivery,
)

PAGE = 200
MOST_QUESTIONS = 500
# Below this a file goes in one request: to send it again costs less than to ask where it stopped.
RESUMED_FROM = 8 * 1024 * 1024
UNDER_WAY = ("received", "signing")
MANY = 20
ATTEMPTS = 4
# Where files go to a bucket in parts instead.
NO_TUS = "upload.tus_not_here"
PIECE = 1024 * 1024

Moved = Callable[[Path, int], None]


class Client:
    """`site` is the registry's address; `patience` the seconds for which it is asked again while it is away or busy."""

    def __init__(self, site: str, client_id: str = "", client_secret: str = "", *, patience: float = 60,
                 tokens: Tokens | None = None, allow_http: bool = False, resumed_from: int = RESUMED_FROM,
                 transport: httpx.BaseTransport | None = None, sleep: Callable[[float], None] = time.sleep) -> None:  # fmt: skip
        self.line = Line(site, client_id, client_secret, patience=patience, tokens=tokens, allow_http=allow_http,
                         transport=transport, sleep=sleep)  # fmt: skip
        self.sleep = sleep
        self.resumed_from = resumed_from
        self._resumes = True
        self._in_parts = False

    @classmethod
    def signed_in(cls, profile: str = "", **more: Any) -> Client:
        """As “countersign login” or the environment says."""
        found = profiles.chosen(profile)
        return cls(found.site, found.client_id, found.secret(), tokens=found.tokens(), allow_http=found.allow_http, **more)

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.line.close()

    # ── Productions and clearances ───────────────────────────────────────────────────────────────────────────────

    def productions(self) -> Iterator[ProductionBrief]:
        return cast("Iterator[ProductionBrief]", self._pages(operations.LIST_PRODUCTIONS))

    def production(self, production: str) -> Production:
        """Its scenes and shots, whom you may depict, and where it is to appear."""
        return cast(Production, self.line.told_by(operations.READ_PRODUCTION, production))

    def ask(self, question: Question) -> ClearanceBoth:
        """May this be done? The answer is kept, and can be quoted by its id."""
        return cast(ClearanceBoth, self.line.told_by(operations.ASK_CLEARANCE, body=lambda: {"json": question}))

    def ask_all(self, questions: Sequence_[Question]) -> Clearances:
        """Many at once, in the order given: one that cannot be asked spoils no other."""
        summary: dict[str, int] = {}
        results: list[Any] = []
        for start in range(0, len(questions), MOST_QUESTIONS):
            some = list(questions[start : start + MOST_QUESTIONS])
            told = self.line.told_by(operations.ASK_CLEARANCES, body=lambda some=some: {"json": {"questions": some}})
            results += [{**one, "index": one["index"] + start} for one in told["results"]]
            summary = {name: summary.get(name, 0) + count for name, count in told["summary"].items()}
        return cast(Clearances, {"summary": summary, "results": results})

    def ask_list(self, content: bytes, media_type: str, *, production: str = "", release_on: str = "") -> Clearances:
        """A shot list as the registry reads it: text/csv, or application/vnd.opentimelineio+json."""
        told = {"production": production, "release_on": release_on}
        return cast(Clearances, self.line.told_by(
            operations.ASK_CLEARANCES, query=told, body=lambda: {"content": content}, headers={"Content-Type": media_type}
        ))  # fmt: skip

    def clearance(self, clearance: str) -> Clearance:
        return cast(Clearance, self.line.told_by(operations.READ_CLEARANCE, clearance))

    # ── Assets ───────────────────────────────────────────────────────────────────────────────────────────────────

    def send(self, file: Path | Sequence, declaration: Mapping[str, Any], parts: Mapping[str, Path] | None = None, *,
             fingerprints: Callable[[Path], str] = hashed, memory: tus.Memory | None = None, key: str = "",
             moved: Moved = lambda file, arrived: None, at_once: int = 4) -> Asset:  # fmt: skip
        """Send a file or a sequence of frames with its declaration; `parts` are its ingredients' files.

        Raises Refused with what consent does not cover. `key` is the Idempotency-Key: the same for the same attempt.
        `moved` hears how many bytes of a file have arrived.
        """
        sending = _Sending(self, declaration, dict(parts or {}), fingerprints, memory or tus.NoMemory(), key or new_key(), moved)
        if isinstance(file, Sequence):
            return sending.sequence(file, at_once)
        return sending.file(file)

    def assets(self, *, state: str = "", production: str = "", sha256: str = "") -> Iterator[AssetBrief]:
        """Yours, the newest first."""
        chosen = {"state": state, "production": production, "sha256": sha256}
        return cast("Iterator[AssetBrief]", self._pages(operations.LIST_ASSETS, **chosen))

    def asset(self, asset: str) -> Asset:
        return cast(Asset, self.line.told_by(operations.READ_ASSET, asset))

    def wait(self, assets: Iterable[str], *, seconds: float = 3600, through_hold: bool = False) -> Iterator[Asset]:
        """Each asset as soon as it is signed, refused or held. Raises NotYet where some are not within `seconds`.

        `through_hold`: also until a lawyer has answered what is held.
        """
        pending = dict.fromkeys(assets)
        until, pause = time.monotonic() + seconds, 0.5
        while pending:
            # Of many, two lists tell which are still under way. Signing first: what goes on to it in between is in
            # neither, is read by itself, and is found not to be done.
            waited_for = (*UNDER_WAY, *(("held",) if through_hold else ()))
            going: set[str] = set()
            if len(pending) > MANY:
                going = {one["id"] for state in reversed(waited_for) for one in self.assets(state=state)}
            settled = False
            for name in [one for one in pending if one not in going]:
                asset = self.asset(name)
                if asset["state"] not in waited_for:
                    del pending[name]
                    settled = True
                    yield asset
            if not pending:
                return
            pause = 0.5 if settled else min(pause * 1.5, 15.0)
            if time.monotonic() + pause > until:
                left = "One is" if len(pending) == 1 else f"{len(pending)} are"
                raise errors.NotYet(f"{left} not done after {seconds:.0f} seconds. Run “countersign wait” to go on waiting.")
            self.sleep(pause)

    def fetch(self, asset: Asset, to: Path, *, moved: Moved = lambda file, arrived: None) -> str:
        """Write the signed file to `to`, whole or not at all; gives its SHA-256, compared with the registry's."""
        wanted = self.signed_sha256(asset)
        return self._fetched(operations.FETCH_CONTENT, asset["id"], to, wanted, moved)

    def fetch_content(self, asset: Asset, to: Path) -> str:
        """As `fetch`, compared with nothing: of a frame sequence a ZIP, for archives.compared."""
        return self._fetched(operations.FETCH_CONTENT, asset["id"], to, "", lambda file, arrived: None)

    def fetch_sidecar(self, asset: Asset, to: Path) -> str:
        """The credentials of a file whose format cannot carry them."""
        return self._fetched(operations.FETCH_SIDECAR, asset["id"], to, "", lambda file, arrived: None)

    def signed_sha256(self, asset: Asset) -> str:
        """What the signed file's SHA-256 must be, as its public record tells; "" where nothing is told."""
        credential = credential_of(asset)
        if not credential:
            return ""
        try:
            return self.disclosure(credential)["sha256"]
        except errors.NotThere:
            # Nothing is public of it, as of what a sandbox signed.
            return ""

    def fetch_index(self, asset: Asset, to: Path) -> str:
        """The index of a frame sequence, as it is signed in the frames' place; gives its SHA-256."""
        wanted = self.signed_sha256(asset)
        return self._fetched(operations.FETCH_SEQUENCE_INDEX, asset["id"], to, wanted, lambda file, arrived: None)

    def send_evidence(self, asset: str, *, operation: str, kind: str, file: Path | None = None, known: str = "",
                      output: Path | None = None) -> Evidence:  # fmt: skip
        """Evidence of one operation: a `file`, or a `known` asset; kind is difference or matte."""
        told = {"operation": operation, "kind": kind, **({"asset": known} if known else {})}
        files = {name: path for name, path in (("file", file), ("output", output)) if path}
        with _Form(told, files, lambda path, arrived: None) as form:
            return cast(Evidence, self.line.told_by(operations.SEND_EVIDENCE, asset, body=form.again))

    def evidence(self, asset: str) -> dict[str, Any]:
        return cast("dict[str, Any]", self.line.told_by(operations.LIST_EVIDENCE, asset))

    # ── Checking ─────────────────────────────────────────────────────────────────────────────────────────────────

    def disclosure(self, credential: str, *, lang: str = "") -> Disclosure:
        return cast(Disclosure, self.line.told_by(operations.READ_DISCLOSURE, credential, query={"lang": lang}))

    def check(self, file: Path, sidecar: Path | None = None) -> Report:
        """A report on anybody's file, which is sent, read once and discarded."""
        files = {"file": file, **({"sidecar": sidecar} if sidecar else {})}
        with _Form({}, files, lambda path, arrived: None) as form:
            return cast(Report, self.line.told_by(operations.CHECK_FILE, body=form.again))

    def check_fingerprint(self, sha256: str) -> Report:
        """A report by the SHA-256 alone."""
        return cast(Report, self.line.told_by(operations.CHECK_FINGERPRINT, sha256))

    def roots(self) -> str:
        """The root certificates that this registry's signatures chain to, as PEM."""
        return self.line.send("GET", f"{self.line.site}/trust/registry", public=True).text

    def check_declaration(self, declaration: Mapping[str, Any], parts: Iterable[str] = (), *,
                          file: Path | None = None) -> DeclarationChecked:  # fmt: skip
        """What is wrong with a declaration, all at once, and what would be assumed; nothing is kept."""
        if file:
            with _Form({"declaration": json.dumps(declaration)}, {"file": file}, lambda path, arrived: None) as form:
                return cast(DeclarationChecked, self.line.told_by(operations.CHECK_DECLARATION, body=form.again))
        asked = {"declaration": declaration, "parts": list(parts)}
        return cast(DeclarationChecked, self.line.told_by(operations.CHECK_DECLARATION, body=lambda: {"json": asked}))

    def suggest(self, file: Path) -> Proposal:
        """What a file tells of its making, for its declaration; nothing is kept, and nothing declared."""
        with _Form({}, {"file": file}, lambda path, arrived: None) as form:
            return cast(Proposal, self.line.told_by(operations.SUGGEST_DECLARATION, body=form.again))

    # ── Webhooks ─────────────────────────────────────────────────────────────────────────────────────────────────

    def webhooks(self) -> Iterator[Webhook]:
        return cast("Iterator[Webhook]", self._pages(operations.LIST_WEBHOOKS))

    def test_webhook(self, webhook: str) -> WebhookDelivery:
        """Have a test event sent, and hear what came of it."""
        return cast(WebhookDelivery, self.line.told_by(operations.TEST_WEBHOOK, webhook))

    def webhook_deliveries(self, webhook: str, *, state: str = "") -> Iterator[WebhookDelivery]:
        """The newest first; state is queued, delivered, dead …"""
        return cast("Iterator[WebhookDelivery]", self._pages(operations.LIST_WEBHOOK_DELIVERIES, webhook, state=state))

    # ── Within ───────────────────────────────────────────────────────────────────────────────────────────────────

    def _pages(self, operation: Operation, *given: str, **chosen: str) -> Iterator[Any]:
        cursor = ""
        while True:
            told = self.line.told_by(operation, *given, query={**chosen, "page_size": PAGE, "cursor": cursor})
            yield from told["results"]
            # Only the cursor of the address: behind a proxy the registry may know itself by another name.
            cursor = "".join(parse_qs(urlsplit(told.get("next") or "").query).get("cursor", [])[:1])
            if not cursor:
                return

    def _fetched(self, operation: Operation, asset: str, to: Path, wanted: str, moved: Moved) -> str:
        to.parent.mkdir(parents=True, exist_ok=True)
        making = to.with_name(f".{to.name[:100]}-{secrets.token_hex(4)}.part")
        for attempt in range(ATTEMPTS):
            try:
                with making.open("wb") as file:
                    self._received(operation, asset, file, lambda arrived: moved(to, arrived))
                    file.flush()
                    os.fsync(file.fileno())
                digest = hashed(making)
                if wanted and digest != wanted:
                    raise errors.Damaged(f"{to.name} did not arrive as it was signed: its SHA-256 is {digest} and must be "
                                         f"{wanted}. It was not kept.")  # fmt: skip
                making.replace(to)
                return digest
            except (httpx.TransportError, errors.Damaged) as error:
                if attempt == ATTEMPTS - 1:
                    if isinstance(error, errors.Damaged):
                        raise
                    raise errors.Unavailable(f"The line dropped while {to.name} was fetched: {error}.") from error
                self.sleep(2.0**attempt)
            finally:
                making.unlink(missing_ok=True)
        raise AssertionError("unreachable")

    def _received(self, operation: Operation, asset: str, file: IO[bytes], heard: Callable[[int], None]) -> None:
        answer = self.line.stream(operation, asset)
        arrived = 0
        try:
            for piece in answer.iter_bytes(PIECE):
                file.write(piece)
                arrived += len(piece)
                heard(arrived)
        finally:
            answer.close()


class _Sending:
    """One asset on its way: by uploads that resume, or in one form where the registry or the size asks for that."""

    def __init__(self, client: Client, declaration: Mapping[str, Any], files: dict[str, Path],
                 fingerprints: Callable[[Path], str], memory: tus.Memory, key: str, moved: Moved) -> None:  # fmt: skip
        self.client, self.declaration, self.parts = client, declaration, files
        self.fingerprints, self.memory, self.key, self.moved = fingerprints, memory, key, moved
        self.used: list[tuple[str, int]] = []

    def file(self, file: Path) -> Asset:
        every = [file, *self.parts.values()]
        if self.client._resumes and sum(one.stat().st_size for one in every) >= self.client.resumed_from:
            try:
                told: dict[str, Any] = {"upload": self._upload(file), "declaration": self.declaration}
                if self.parts:
                    told["parts"] = {name: self._upload(path) for name, path in self.parts.items()}
                return self._quoted(told)
            except errors.Unknown:
                self.client._resumes = False
        return self._form({"file": file, **self.parts}, {})

    def sequence(self, sequence: Sequence, at_once: int) -> Asset:
        index = [{"number": number, "sha256": self.fingerprints(path), "size": path.stat().st_size}
                 for number, path in sequence.frames]  # fmt: skip
        paths = [path for _, path in sequence.frames]
        about: dict[str, Any] = {"pattern": sequence.pattern}
        if sequence.missing:
            about["missing"] = [{"first": first, "last": last} for first, last in spans(sequence.missing)]
        if sequence.rate:
            about["rate"] = sequence.rate
        if self.client._resumes and sum(one["size"] for one in index) >= self.client.resumed_from:  # type: ignore[misc]
            try:
                with ThreadPoolExecutor(at_once) as pool:
                    for frame, upload in zip(index, pool.map(self._upload, paths)):
                        frame["upload"] = upload
                told: dict[str, Any] = {"sequence": {**about, "frames": index}, "declaration": self.declaration}
                if self.parts:
                    told["parts"] = {name: self._upload(path) for name, path in self.parts.items()}
                return self._quoted(told)
            except errors.Unknown:
                self.client._resumes = False
        described = json.dumps({**about, "frames": index})
        try:
            return self._form({**{path.name: path for path in paths}, **self.parts}, {"sequence": described})
        except errors.Refused as refused:
            if refused.code == "asset.no_file":
                raise errors.Unknown("This registry takes no frame sequences yet: it is older than this client.") from refused
            raise

    def _upload(self, path: Path) -> str:
        digest, size = self.fingerprints(path), path.stat().st_size
        more: Any = {"sha256": digest, "name": path.name, "memory": self.memory,
                     "moved": lambda arrived: self.moved(path, arrived)}  # fmt: skip
        self.used.append((digest, size))
        if not self.client._in_parts:
            try:
                return tus.send(self.client.line, path, **more)
            except errors.Refused as refused:
                if refused.code != NO_TUS:
                    raise
                self.client._in_parts = True
        return parts.send(self.client.line, path, **more)

    def _quoted(self, told: Mapping[str, Any]) -> Asset:
        try:
            answer = cast(Asset, self.client.line.told_by(operations.SEND_ASSET, body=lambda: {"json": told}, key=self.key))
        except errors.Refused:
            # Whether the registry keeps what arrived after it refused it, is not promised: send it anew next time.
            self._over()
            raise
        self._over()
        return answer

    def _over(self) -> None:
        for digest, size in self.used:
            self.memory.upload_over(digest, size)

    def _form(self, files: Mapping[str, Path], texts: Mapping[str, str]) -> Asset:
        told = {"declaration": json.dumps(self.declaration), **texts}
        with _Form(told, files, self.moved) as form:
            return cast(Asset, self.client.line.told_by(operations.SEND_ASSET, body=form.again, key=self.key))


class _Form:
    """A form of texts and files (multipart/form-data), given anew for each attempt and never held in memory."""

    def __init__(self, texts: Mapping[str, str], files: Mapping[str, Path], moved: Moved) -> None:
        self._texts, self._files, self._moved = texts, files, moved
        self._open: list[_Watched] = []

    def __enter__(self) -> _Form:
        return self

    def __exit__(self, *_: object) -> None:
        self._close()

    def again(self) -> dict[str, Any]:
        self._close()
        parts: list[tuple[str, Any]] = [(name, (None, text)) for name, text in self._texts.items()]
        for name, path in self._files.items():
            content = _Watched(path, self._moved)
            self._open.append(content)
            parts.append((name, (path.name, content)))
        return {"files": parts}

    def _close(self) -> None:
        for content in self._open:
            content.close()
        self._open.clear()


class _Watched:
    """A file that tells how much of it was read."""

    def __init__(self, path: Path, moved: Moved) -> None:
        self._path, self._moved = path, moved
        self._file = path.open("rb")

    def read(self, size: int = -1) -> bytes:
        piece = self._file.read(max(size, PIECE) if size > 0 else size)
        self._moved(self._path, self._file.tell())
        return piece

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()

    def fileno(self) -> int:
        return self._file.fileno()

    def close(self) -> None:
        self._file.close()


def credential_of(asset: Asset) -> str:
    """The id of an asset's credential, from the address of its page; "" before it is signed."""
    found = re.search(r"/(crd_[A-Za-z0-9_-]+)$", urlsplit(asset.get("links", {}).get("credential", "")).path)
    return found[1] if found else ""
