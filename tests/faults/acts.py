"""What the processes of these tests do: take in, sign, sweep, and die at a named place. Each is asked for by its name."""

import hashlib
import io
import os
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from django.conf import settings
from django.core.files.storage import default_storage
from django.utils import timezone
from PIL import Image

from provenance import intake, signing, tasks, trust
from provenance.models import Asset, Credential, KnownContent, SigningJob
from registry import clients, journal
from registry.models import ApiClient, Organisation, Person, Production
from tests import cast as people
from tests import shots

STEPS = ("claim", "examine", "confirm", "plan", "make", "read_back", "store", "release", "tell")
KILLED = 137


def open_house() -> None:
    """The cast, its rider, and Parallax's program; nothing where they are there already."""
    if Organisation.objects.exists():
        return
    cast = people.assemble()
    Organisation.objects.filter(pk=cast.northlight.pk).update(key_reference=f"dev:{cast.northlight.public_id}")
    people.verified(cast, at=timezone.now())
    for vendor in (cast.parallax, cast.umbra):
        program(vendor)
    cast.harbor.vendors.add(cast.umbra)


def program(vendor: Organisation) -> tuple[str, str]:
    client, secret = clients.register(
        name=f"pipeline of {vendor.name}", organisation=vendor, by=None, reason="", at=timezone.now()
    )
    return client.client_id, secret


def new_program(vendor: str = "Parallax VFX") -> tuple[str, str]:
    return program(Organisation.objects.get(name=vendor))


def known() -> SimpleNamespace:
    return SimpleNamespace(harbor=Production.objects.get(title="Harbor"), mira=Person.objects.get(alias="M. Vale"))


def declared(title: str) -> dict[str, Any]:
    return shots.declaration(known(), title=title)


def picture(number: int) -> bytes:
    """A small photograph that no other number gives."""
    frame = Image.new("RGB", (96, 64), (number % 256, number // 256 % 256, number // 65536 % 256))
    target = io.BytesIO()
    frame.save(target, "JPEG", comment=f"take {number}".encode())
    return target.getvalue()


# ── What a web process does ──────────────────────────────────────────────────────────────────────────────────────


def take_in_some(numbers: list[int]) -> list[str]:
    return [take_in(number) for number in numbers]


def take_in(number: int, vendor: str = "Parallax VFX", person: str = "") -> str:
    """One upload, received; gives the asset's id."""
    said = declared(f"take {number}")
    if person:
        said["depictions"][0]["person"] = person
    with tempfile.TemporaryDirectory() as folder:
        files = [sent(folder, name, picture(of)) for name, of in (("take.jpg", number), ("plate.jpg", number + 1_000_000))]
        client = ApiClient.objects.filter(organisation__name=vendor).first()
        asset = intake.receive(files[0], said, {"plate": files[1]}, client=client, at=timezone.now())
    return asset.public_id


def sent(folder: str, name: str, content: bytes) -> intake.SentFile:
    path = Path(folder) / name
    path.write_bytes(content)
    return intake.SentFile(name, path, hashlib.sha256(content).hexdigest(), len(content))


# ── What workers do ──────────────────────────────────────────────────────────────────────────────────────────────


def sign(asset_id: str) -> None:
    tasks.sign_asset(asset_id)


def sign_and_die(asset_id: str, step: str, moment: str) -> None:
    """Sign, and be gone as if killed before the step, or once it has done all it does."""
    dying_at(signing, step, moment)
    tasks.sign_asset(asset_id)


def dying_at(module: Any, name: str, moment: str) -> None:
    whole = getattr(module, name)

    def dies(*args: Any, **given: Any) -> Any:
        if moment == "before":
            os._exit(KILLED)
        whole(*args, **given)
        os._exit(KILLED)

    setattr(module, name, dies)


def finish(asset_id: str, within: float = 240) -> dict[str, Any]:
    """A healthy worker that gets the message again: it signs as soon as the lease of whoever was killed is over."""
    deadline = time.monotonic() + within
    while SigningJob.objects.get(asset__public_id=asset_id).state in ("received", "signing"):
        assert time.monotonic() < deadline, "nobody finished it"
        sign(asset_id)
        time.sleep(0.05)
    return found(asset_id) | {"house": whole()}


def work() -> list[str]:
    """What the sweep calls out, signed at once; gives the ids called."""
    signing.bury(at=timezone.now())
    called = signing.to_call(at=timezone.now())
    for asset_id in called:
        signing.sign(asset_id, clock=timezone.now)
    return called


@contextmanager
def wrapped(module: Any, name: str, other: Any):
    whole = getattr(module, name)
    setattr(module, name, other(whole))
    try:
        yield
    finally:
        setattr(module, name, whole)


# ── What is found afterwards ─────────────────────────────────────────────────────────────────────────────────────


def found(asset_id: str) -> dict[str, Any]:
    """Where an asset stands, all that was recorded of it, and whether the file released for it is the one signed."""
    asset = Asset.objects.get(public_id=asset_id)
    job = SigningJob.objects.get(asset=asset)
    return {
        "state": job.state, "attempt": job.attempt, "problem": job.problem, "step": job.step,
        "credentials": Credential.objects.filter(asset=asset).count(),
        "signed_hashes": KnownContent.objects.filter(asset=asset, kind=KnownContent.Kind.SIGNED).count(),
        "plans": asset.plans.count(),
        "events": [one.tag for one in journal.chain(asset_id)],
        "trusted": _trusted(asset),
    }  # fmt: skip


def all_found(asset_ids: list[str]) -> list[dict[str, Any]]:
    return [found(asset_id) for asset_id in asset_ids]


def _trusted(asset: Asset) -> bool | None:
    credential = Credential.objects.filter(asset=asset).first()
    if credential is None:
        return None
    path = Path(default_storage.path(credential.storage_key))
    told = trust.sandbox().read(path, credential.media_type, anchors=trust.anchors())
    return told["state"] == "Trusted" and hashlib.sha256(path.read_bytes()).hexdigest() == credential.sha256


def stored_files(folder: str) -> list[Path]:
    return sorted(path for path in Path(default_storage.path(folder)).rglob("*") if path.is_file())


def scratch() -> list[str]:
    return sorted(os.listdir(settings.SCRATCH_DIR))


def whole() -> dict[str, Any]:
    """What holds of the whole house: its chains, and that files nobody released are known to nobody."""
    signed = {path.name for path in stored_files("signed")}
    released = {Path(key).name for key in Credential.objects.values_list("storage_key", flat=True)}
    return {
        "broken": journal.broken_links(),
        "credentials": Credential.objects.count(),
        "orphans_known": KnownContent.objects.filter(sha256__in=signed - released).count(),
        "missing": sorted(released - signed),
    }
