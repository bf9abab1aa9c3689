"""What was uploaded before is submitted: one asset or a hundred at once, and evidence, by the ids of uploads.

The same submission again is the same asset, as with files sent in a form; so whoever did not hear an answer asks again.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import close_old_connections

from provenance import evidence, intake, sequences, shelf, uploads
from provenance.evidence import Cited
from provenance.intake import NotCovered
from provenance.models import Asset, OperationEvidence
from provenance.sequence_index import Listed, ListedFrame, Unlisted
from registry.errors import Fault, RegistryError, Unavailable
from registry.models import ApiClient

# After this many seconds of a batch no further item is begun: whoever asked waits, and so may a proxy in between.
BATCH_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Submission:
    """One file with its declaration, by the ids of uploads; `parts` is name → upload, as the declaration names them."""

    upload: str
    declaration: Any
    parts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SequenceSubmission:
    """A frame sequence with its declaration: every frame listed quotes an upload."""

    listed: Listed
    declaration: Any
    parts: Mapping[str, str] = field(default_factory=dict)

    def frames(self) -> dict[str, ListedFrame]:
        """Each frame by the place in the JSON sent at which its upload is quoted. Raises Unlisted where one quotes none."""
        found = {f"/sequence/frames/{place}/upload": one for place, one in enumerate(self.listed.frames)}
        without = [Fault(f"/frames/{place}", "sequence.no_upload", f"Frame {one.number} quotes no upload: send it first.")
                   for place, one in enumerate(self.listed.frames) if not one.upload]  # fmt: skip
        if without:
            raise Unlisted(without)
        return found


class NotReached(Unavailable):
    """Of a batch, for which the time was over."""

    def __init__(self) -> None:
        super().__init__("asset.not_reached", "The time of this batch was over before this item was begun. Send it again.")


def receive(given: Submission | SequenceSubmission, *, client: ApiClient, at: datetime) -> Asset:
    """Take in what was uploaded. Raises what intake.receive and uploads.sent raise; pointers lead into the JSON sent.

    Of a file that consent does not cover nothing is kept, so its upload goes too; after any other refusal it stays.
    """
    if isinstance(given, SequenceSubmission):
        return _receive_sequence(given, client=client, at=at)
    quoted = {"/upload": given.upload} | {_pointer(name): one for name, one in given.parts.items()}
    try:
        with uploads.sent(quoted, client=client, at=at) as files:
            parts = {name: files[_pointer(name)] for name in given.parts}
            asset = intake.receive(files["/upload"], given.declaration, parts, client=client, at=at)
    except NotCovered:
        uploads.let_go(given.upload)
        raise
    uploads.used(tuple(quoted.values()), at=at)
    return asset


def _receive_sequence(given: SequenceSubmission, *, client: ApiClient, at: datetime) -> Asset:
    frames = given.frames()
    quoted = {pointer: one.upload or "" for pointer, one in frames.items()}
    quoted |= {_pointer(name): one for name, one in given.parts.items()}
    try:
        with uploads.sent(quoted, client=client, at=at) as files, shelf.scratch() as folder:
            sent = sequences.numbered(given.listed, {one.number: files[pointer] for pointer, one in frames.items()})
            parts = {name: files[_pointer(name)] for name in given.parts}
            found = sequences.gathered(given.listed, sent, folder=folder)
            asset = intake.receive_sequence(found, given.declaration, parts, client=client, at=at)
    except NotCovered:
        for public_id in dict.fromkeys(one.upload or "" for one in frames.values()):
            uploads.let_go(public_id)
        raise
    uploads.used(tuple(quoted.values()), at=at)
    return asset


def receive_several(
    items: Sequence[Submission | SequenceSubmission], *, client: ApiClient, clock: Callable[[], datetime]
) -> Iterator[Asset | Exception]:
    """Each item by itself, in its order: an asset, or why not. What nobody expected of one item spoils no other."""
    until = time.monotonic() + BATCH_SECONDS
    for one in items:
        if time.monotonic() > until:
            yield NotReached()
            continue
        try:
            yield receive(one, client=client, at=clock())
        except RegistryError as refused:
            yield refused
        except Exception as failed:
            # A connection that was lost over one item is not used for the next.
            with suppress(Exception):
                close_old_connections()
            yield failed


def receive_evidence(
    asset: Asset, given: str | Cited, *, operation: str, kind: str, client: ApiClient, at: datetime, output: str = ""
) -> OperationEvidence:
    """Take in evidence that was uploaded, or an asset known here with an uploaded output."""
    quoted = {} if isinstance(given, Cited) else {"/upload": given}
    quoted |= {"/output": output} if output else {}
    with uploads.sent(quoted, client=client, at=at) as files:
        kept = evidence.receive(
            asset, given if isinstance(given, Cited) else files["/upload"], operation=operation, kind=kind,
            output=files.get("/output"), client=client, at=at,
        )  # fmt: skip
    uploads.used(tuple(quoted.values()), at=at)
    return kept


def _pointer(name: str) -> str:
    return "/parts/" + name.replace("~", "~0").replace("/", "~1")
