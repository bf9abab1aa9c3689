"""What Parallax sends of Harbor: files made by tests/assets, declared, sent through the hatch, and signed by hand.

`work` does what a worker would, in this process, so that a test needs no broker; journeys with real workers have files
of their own.
"""

import copy
import json
from datetime import UTC, datetime
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from consent import reopening
from consent.models import Reopening
from provenance import signing, tasks, turning
from provenance.models import Asset, Credential, KnownContent, SigningJob, SigningPlan
from tests.assets import portrait

FACE = portrait.FACE  # left, top, width and height, in percent of the frame
MODEL = {"name": "facenet-da", "type": "c2pa.types.model.pytorch", "identifier": "pkg:generic/facenet-da@1.3"}


def face(**more: Any) -> dict[str, Any]:
    left, top, wide, tall = FACE
    shape = {"type": "rectangle", "unit": "percent", "x": left, "y": top, "width": wide, "height": tall}
    return {"id": "op-1.face", "shape": shape, **more}


def de_aging(**changes: Any) -> dict[str, Any]:
    """One operation: Mira's face made younger inside its region."""
    return {
        "id": "op-1", "element": "picture", "technique": "de_aging", "tool": {"name": "AgeShift", "version": "4.2"},
        "model": copy.deepcopy(MODEL), "oversight": "human_validated", "attested_by": "Parallax VFX",
        "regions": [face()], "depicts": ["mira"], **changes,
    }  # fmt: skip


def declaration(cast, **changes: Any) -> dict[str, Any]:
    """The declaration of sh114 as a still: a plate, one de-aging, Mira's face."""
    return {
        "version": 1, "production": cast.harbor.public_id, "unit": "sh114", "title": "harbor_sh114_v07.jpg",
        "ingredients": [{"id": "plate", "relation": "parentOf", "part": "plate", "title": "sh114_plate.jpg"}],
        "operations": [de_aging()],
        "depictions": [
            {"id": "mira", "person": cast.mira.public_id, "role": "target_likeness", "modality": "face"}
        ],
        **changes,
    }  # fmt: skip


def bare(cast, title: str, **changes: Any) -> dict[str, Any]:
    """A declaration that nothing was done by AI and nobody is depicted."""
    return {"version": 1, "production": cast.harbor.public_id, "title": title, **changes}


def send(api, content: bytes, declared: Any, *, name: str = "harbor_sh114_v07.jpg", **parts: bytes):
    """POST /api/v1/assets with the file, the declaration and the ingredients' files."""
    files = {part: SimpleUploadedFile(f"{part}.bin" if b"JFIF" not in data[:32] else f"{part}.jpg", data)
             for part, data in parts.items()}  # fmt: skip
    told = declared if isinstance(declared, str) else json.dumps(declared)
    return api.post(
        "/api/v1/assets", {"file": SimpleUploadedFile(name, content), "declaration": told, **files}, format="multipart"
    )


def fetched(api, asset_id: str, what: str = "content") -> bytes:
    """The signed file, or its sidecar, as the vendor fetches it: always as a file to keep."""
    answer = api.get(f"/api/v1/assets/{asset_id}/{what}")
    assert answer.status_code == 200, answer.content
    assert answer["Content-Disposition"].startswith("attachment")
    return b"".join(answer.streaming_content)


def checked(anyone, content: bytes, name: str = "signed.jpg", sidecar: bytes = b"") -> dict[str, Any]:
    """The report that anyone is given on a file, and on its sidecar where there is one."""
    files = {"file": SimpleUploadedFile(name, content)}
    if sidecar:
        files["sidecar"] = SimpleUploadedFile("signed.c2pa", sidecar)
    answer = anyone.post("/api/v1/verifications", files)
    assert answer.status_code == 200, answer.content
    report: dict[str, Any] = answer.json()
    return report


def work() -> None:
    """Whatever waits for a worker is done, once each."""
    for asset_id in SigningJob.objects.due(timezone.now()).values_list("asset__public_id", flat=True):
        tasks.sign_asset(asset_id)


def signed(api, content: bytes, declared: Any, name: str = "shot.jpg", **parts: bytes) -> dict:
    """What the vendor is told of an asset, sent and then signed."""
    sent = send(api, content, declared, name=name, **parts)
    assert sent.status_code == 202, sent.json()
    work()
    found = api.get(f"/api/v1/assets/{sent.json()['id']}").json()
    assert found["state"] == "signed", found
    return found


def sweep() -> None:
    """What was stated is asked again, held assets that are answered go on, and what waits for a worker is done."""
    at = timezone.now()
    for cause in Reopening.objects.filter(done_at=None).values_list("cause", flat=True):
        reopening.carry_out(cause, at=at)
    turning.let_go_on(at=at)
    work()


def sign_at(asset_id: str, at: datetime) -> None:
    signing.sign(asset_id, clock=lambda: at)


def nothing_released() -> bool:
    return not Credential.objects.exists() and not KnownContent.objects.filter(kind="signed").exists()


def nothing_kept() -> bool:
    """No asset, no plan, no credential, and no file in storage."""
    from django.core.files.storage import default_storage

    def files(folder: str) -> int:
        if not default_storage.exists(folder):
            return 0
        folders, names = default_storage.listdir(folder)
        return len(names) + sum(files(f"{folder}/{one}") for one in folders)

    rows = Asset.objects.exists() or SigningPlan.objects.exists() or Credential.objects.exists()
    return not rows and files("received") == 0 and files("signed") == 0


def now() -> datetime:
    return datetime.now(UTC)
