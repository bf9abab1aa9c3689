"""The picture on a public report, with the places AI altered: only if its producer allows it, and never of a minor.

It is drawn in the killable child from the signed file once somebody asks, and kept under that file's hash.
"""

from io import BytesIO
from typing import Any, NamedTuple

from django.core.files.storage import default_storage

from provenance import concerns, sequences, shelf, trust
from provenance.declaration import Declaration, remembered
from provenance.media.refusal import MediaRefused
from provenance.models import Credential, Depiction
from provenance.places import Place, places
from provenance.reading import listing, mapping
from provenance.shelf import answering
from registry.errors import NotFound

ADULT = 18
SYNTHETIC = "synthetic"
DRAWN = ("image", "video")


class NotShown(NotFound):
    """There is no picture for anybody to see."""

    def __init__(self) -> None:
        super().__init__("credential.no_picture", "No picture is shown of this.")


class Shown(NamedTuple):
    """The size of the frame in pixels, and the places marked in it."""

    width: int
    height: int
    places: list[Place]


def of(public_id: str) -> Shown | None:
    """What may be shown of a credential's picture; None where its producer does not show it, or nobody may."""
    found = _allowed(public_id)
    if found is None:
        return None
    if sequences.of(found.asset) and not sequences.picture_key(found.asset, None):
        return None
    media = found.asset.media
    width, height = media.get("width"), media.get("height")
    if not width or not height:
        return None
    return Shown(width, height, places(remembered(found.asset.declaration), width, height))


def drawn(public_id: str) -> bytes:
    """The picture as JPEG; raises NotShown, StorageAway and SandboxBusy."""
    found = _allowed(public_id)
    if found is None:
        raise NotShown
    key = f"pictures/{found.sha256[:2]}/{found.sha256}.jpg"
    with answering():
        if default_storage.exists(key):
            with default_storage.open(key) as kept:
                return kept.read()
    content = _draw(found)
    with answering():
        default_storage.save(key, BytesIO(content))
    return content


def _draw(credential: Credential) -> bytes:
    asset = credential.asset
    seconds = _moment(remembered(asset.declaration), asset.media) if asset.media.get("kind") == "video" else None
    key, sha256 = credential.storage_key, credential.sha256
    if sequences.of(asset):
        frame = sequences.picture_key(asset, seconds)
        if frame is None:
            raise NotShown
        (key, sha256), seconds = frame, None
    try:
        with shelf.scratch() as folder, shelf.borrowed(key, sha256, into=folder) as path:
            return trust.sandbox().draw(path, seconds=seconds)
    except MediaRefused as refused:
        raise NotShown from refused


def _moment(declaration: Declaration, media: dict[str, Any]) -> float:
    """The middle of the first time that something was generated or altered, else the beginning."""
    spans = [region.time for one in declaration.operations if one.generative for region in one.regions if region.time]
    if not spans:
        return 0.0
    first = min(spans, key=lambda span: span.start_s)
    end = first.end_s if first.end_s is not None else media.get("seconds") or first.start_s
    return (first.start_s + end) / 2


# --- who may be seen ----------------------------------------------------------------------------------------------


def _allowed(public_id: str) -> Credential | None:
    rows = Credential.objects.real().filter(public_id=public_id, asset__production__shows_places=True)
    found = rows.select_related("asset").first()
    if found is None or found.asset.media.get("kind") not in DRAWN:
        return None
    return found if _adults_only(found) and concerns.upheld_on(public_id) is None else None


def _adults_only(credential: Credential) -> bool:
    """Whether everyone real in it is known, of age, and shown in nothing that is flagged. Of what came along with an
    ingredient nobody here says who is in it."""
    asset, day = credential.asset, credential.signed_at.date()
    if any(mapping(one).get("inherited") is True for one in listing(credential.extent.get("operations"))):
        return False
    seen = Depiction.objects.filter(asset=asset).exclude(role=SYNTHETIC).select_related("person")
    ages = [one.person.age_on(day) if one.person else None for one in seen]
    declared = asset.declaration.get("depictions", ())
    flagged = any(who.get("content_flags") or who.get("depicted_age", ADULT) < ADULT for who in declared)
    return not flagged and all(age is not None and age >= ADULT for age in ages)
