"""Is the record whole: the journal's chains derived anew, and every stored file compared with the hash it was kept under.

For an operator, after a restore and every night. It finds what was lost or changed, not what was never written; that
the end of a chain was cut off shows only where something else on record names it, as each credential does.
"""

import hashlib
import json
from collections.abc import Iterator

from django.db.models import Q

from consent import paper
from consent.models import Evidence
from provenance import shelf
from provenance.models import Asset, Credential, Ingredient, Measured, OperationEvidence, SequenceFrame, SigningJob
from registry import journal

PIECE = 1024 * 1024
# An asset that is refused keeps its row and no bytes.
REFUSED = SigningJob.State.REFUSED


def faults(*, files: bool = True) -> Iterator[str]:
    """A sentence for each fault, as it is found; nothing is changed. Reads every stored file unless `files` is false."""
    yield from journal.broken_links()
    yield from _unrecorded()
    yield from _on_the_wrong_side()
    if files:
        yield from _papers()
        for named, key, sha256 in _kept():
            if fault := _of_file(key, sha256):
                yield f"{named}: the file {key} {fault}"


def _unrecorded() -> Iterator[str]:
    """Each credential's release stands in the chain of its asset, with the hash of what was signed."""
    for credential in Credential.objects.select_related("asset").order_by("pk").iterator():
        released = journal.chain(credential.asset.public_id).filter(tag="asset:signed").first()
        told = json.loads(released.body)["details"] if released else {}
        signed = credential.sidecar_sha256 or credential.sha256
        if (told.get("credential"), told.get("sha256")) != (credential.public_id, signed):
            yield f"{credential.public_id}: the journal does not tell of its release"


def _on_the_wrong_side() -> Iterator[str]:
    """What is of the sandbox was sent there by a program of it, for a studio nobody is behind; and nothing real was."""
    there = Q(sandbox=True) & (Q(client__sandbox=False) | Q(production__studio__sandbox_of=None))
    here = Q(sandbox=False) & (Q(client__sandbox=True) | Q(production__studio__sandbox_of__isnull=False))
    for asset in Asset.objects.filter(there | here).order_by("pk").iterator():
        yield f"{asset.public_id}: it stands on the wrong side between the sandbox and what is real"


def _papers() -> Iterator[str]:
    for evidence in Evidence.objects.filter(destruction=None).order_by("pk").iterator():
        try:
            paper.read(evidence)
        except paper.PaperDamaged:
            yield f"{evidence.public_id}: the paper {evidence.storage_key} is missing, damaged or locked under another key"


def _kept() -> Iterator[tuple[str, str, str]]:
    """Whose file it is, where it is kept, and the hash it must have."""
    for asset in Asset.objects.exclude(storage_key="").exclude(job__state=REFUSED).order_by("pk").iterator():
        yield asset.public_id, asset.storage_key, asset.sha256
    frames = SequenceFrame.objects.exclude(storage_key="").exclude(sequence__asset__job__state=REFUSED)
    for frame in frames.select_related("sequence__asset").order_by("pk").iterator():
        yield f"{frame.sequence.asset.public_id}, frame {frame.number}", frame.storage_key, frame.sha256
    sent = Ingredient.objects.filter(known=None).exclude(asset__job__state=REFUSED).select_related("asset")
    for ingredient in sent.order_by("pk").iterator():
        yield f"{ingredient.asset.public_id}, {ingredient.label}", ingredient.storage_key, ingredient.sha256
    evidence = OperationEvidence.objects.exclude(operation__asset__job__state=REFUSED)
    for one in evidence.order_by("pk").iterator():
        yield one.public_id, one.storage_key, one.sha256
        if one.output_key:
            yield one.public_id, one.output_key, one.output_sha256
    found = Measured.objects.exclude(picture_key="").exclude(operation__asset__job__state=REFUSED)
    for one in found.order_by("pk").iterator():
        yield one.public_id, one.picture_key, one.picture_sha256
    for credential in Credential.objects.order_by("pk").iterator():
        if credential.sidecar_key:
            yield credential.public_id, credential.sidecar_key, credential.sidecar_sha256
        else:
            yield credential.public_id, credential.storage_key, credential.sha256


def _of_file(key: str, sha256: str) -> str:
    """What is wrong with a stored file, as the end of a sentence; empty when nothing is."""
    found = hashlib.sha256()
    try:
        with shelf.opened(key) as file:
            while piece := file.read(PIECE):
                found.update(piece)
    except FileNotFoundError:
        return "is missing"
    return "" if found.hexdigest() == sha256 else "is not the one that was kept"
