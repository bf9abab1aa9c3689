"""Manifest stores by the name of their active manifest: of what was signed here, and what programs have kept and withdrawn.

Kept, bound and withdrawn things are added, never changed. What this registry signed is no program's to withdraw.
"""

import hashlib
from datetime import datetime
from io import BytesIO
from pathlib import Path
from urllib.parse import quote

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Q

from provenance import iscc, shelf, soft_bindings, trust
from provenance.fingerprint import keys
from provenance.media import jumbf
from provenance.media.refusal import MediaRefused
from provenance.models import Asset, Credential, ManifestWithdrawal, SoftBinding, SoftBindingChunk, StoredManifest
from provenance.printable import printable
from provenance.shelf import answering
from registry import journal
from registry.errors import Conflict, NotAllowed, NotFound, Unreadable
from registry.models import ApiClient

BASE = "/api/softbinding/v1"
LONGEST_LABEL = 200


class NoSuchManifest(NotFound):
    def __init__(self) -> None:
        super().__init__("softbinding.unknown_manifest", "There is no manifest of that id to be read here.")


class NoSuchBinding(NotFound):
    def __init__(self) -> None:
        super().__init__("softbinding.unknown_binding", "Your organisation has bound nothing to that value. Bind it by POST.")


class KeptAlready(Conflict):
    def __init__(self) -> None:
        super().__init__("softbinding.kept", "A manifest of that id is kept here already. One that is signed anew has a new id.")


class SignedHere(Conflict):
    def __init__(self) -> None:
        super().__init__(
            "softbinding.signed_here",
            "This registry signed that manifest, so no program withdraws it. Ask its producer, who can make the work private.",
        )


class NotAManifestStore(Unreadable):
    def __init__(self, detail: str) -> None:
        super().__init__("softbinding.no_store", f"{detail} Send a manifest store (JUMBF), as .c2pa files hold it.")


class OnlyTested(NotAllowed):
    def __init__(self) -> None:
        detail = "Of a sandbox nothing is found by anybody. Keep and bind manifests with a client that is none."
        super().__init__("softbinding.sandbox", detail)


# --- reading ------------------------------------------------------------------------------------------------------


def read(manifest_id: str, *, client: ApiClient | None, alone: bool = False) -> bytes:
    """The manifest store whose active manifest is called so; `alone` without those of its ingredients.

    Anybody reads what is public, and a program what it may see. Raises NoSuchManifest, FileDamaged, StorageAway.
    """
    may = Q(asset__sandbox=False, asset__production__is_public=True)
    if client is not None:
        may |= Q(asset__in=Asset.objects.seen_by(client))
    credential = Credential.objects.filter(may, manifest_label=manifest_id).first()
    stored = StoredManifest.objects.filter(manifest_id=manifest_id, withdrawal=None).first()
    if credential is None and stored is None:
        raise NoSuchManifest
    store = of_credential(credential) if credential else _kept(stored.storage_key, stored.sha256)
    return jumbf.alone(store, manifest_id) if alone else store


def of_credential(credential: Credential) -> bytes:
    """The store of what was signed here: its sidecar, or what the signed file carries, read once in the child and kept."""
    if credential.sidecar_key:
        return _kept(credential.sidecar_key, credential.sidecar_sha256)
    key = f"stores/{credential.sha256[:2]}/{credential.sha256}.c2pa"
    with answering():
        if default_storage.exists(key):
            with default_storage.open(key) as kept:
                return kept.read()
    with shelf.scratch() as folder:
        target = folder / "store.c2pa"
        with shelf.borrowed(credential.storage_key, credential.sha256, into=folder) as path:
            trust.sandbox().store(path, target)
        store = target.read_bytes()
    with answering():
        default_storage.save(key, BytesIO(store))
    return store


def _kept(key: str, sha256: str) -> bytes:
    with shelf.answering_for(key) as file:
        content = file.read()
    if hashlib.sha256(content).hexdigest() != sha256:
        raise shelf.FileDamaged(key)
    return content


def link(manifest_id: str) -> str:
    """The `Link` header by which a validator finds the manifest store of what an address gives (C2PA 2.4)."""
    return f'<{settings.SITE_URL}{BASE}/manifests/{quote(manifest_id, safe=":")}>; rel="c2pa-manifest"; type="application/c2pa"'


def announced(credential: str) -> dict[str, str]:
    """That header for an address that anybody may ask; none where the manifest is not for anybody to read."""
    found = soft_bindings.public().filter(public_id=credential).values_list("manifest_label", flat=True).first()
    return {"Link": link(found)} if found else {}


# --- what programs keep, bind and withdraw ------------------------------------------------------------------------


def keep(path: Path, *, client: ApiClient, at: datetime) -> str:
    """Keep a manifest store that was signed elsewhere; gives its manifest's id. The same again is kept once.

    Raises NotAManifestStore, KeptAlready, OnlyTested, and what the sandbox raises when it is busy.
    """
    _insist_on_real(client)
    try:
        found = trust.sandbox().store_alone(path)
    except MediaRefused as refused:
        raise NotAManifestStore(refused.detail) from refused
    manifest_id = found["active"]
    if printable(manifest_id) != manifest_id or len(manifest_id) > LONGEST_LABEL:
        raise NotAManifestStore("The name of its manifest cannot be told.")
    content = path.read_bytes()
    sha256 = hashlib.sha256(content).hexdigest()
    standing = StoredManifest.objects.filter(manifest_id=manifest_id, withdrawal=None).first()
    if standing and standing.organisation_id == client.organisation_id and standing.sha256 == sha256:
        return manifest_id
    if standing or Credential.objects.filter(manifest_label=manifest_id).exists():
        raise KeptAlready
    key = shelf.keep_by_hash(path, "manifests", sha256)
    with transaction.atomic():
        StoredManifest.objects.create(
            manifest_id=manifest_id, organisation=client.organisation, client=client, sha256=sha256, size=len(content),
            storage_key=key, signed_by=printable(found["signed_by"], 200), recorded_at=at,
        )  # fmt: skip
        _journal("softbinding:manifest_kept", client, {"manifest": manifest_id, "sha256": sha256}, at)
    return manifest_id


@transaction.atomic
def withdraw(manifest_id: str, *, client: ApiClient, at: datetime) -> None:
    """Withdraw one's own stored manifest, and with it what is bound to it. Raises SignedHere and NoSuchManifest."""
    own = StoredManifest.objects.filter(manifest_id=manifest_id, organisation=client.organisation, withdrawal=None)
    rows = list(own)
    if not rows:
        raise SignedHere if _signed_for(client).filter(manifest_label=manifest_id).exists() else NoSuchManifest
    for row in rows:
        ManifestWithdrawal.objects.create(stored=row, client=client, recorded_at=at)
    _journal("softbinding:manifest_withdrawn", client, {"manifest": manifest_id}, at)


@transaction.atomic
def bind(manifest_id: str, value: str, *, alg: str, instead: bool, client: ApiClient, at: datetime) -> SoftBinding:
    """Bind a value to a manifest that is one's own: stored by one's organisation, or signed here for it.

    `instead` of whatever one's organisation had bound to the value. Raises NoSuchManifest, NoSuchBinding, NotAValue.
    """
    _insist_on_real(client)
    codes = soft_bindings.units(value) if alg == iscc.ALGORITHM else ()
    same = {"organisation": client.organisation, "alg": alg, "value_hash": soft_bindings.hash_of(value)}
    if instead and not SoftBinding.objects.filter(**same).exists():
        raise NoSuchBinding
    own = StoredManifest.objects.filter(manifest_id=manifest_id, organisation=client.organisation, withdrawal=None)
    stored, credential = own.first(), _signed_for(client).filter(manifest_label=manifest_id).first()
    if stored is None and credential is None:
        raise NoSuchManifest
    made = SoftBinding.objects.create(
        **same, client=client, value=value, credential=credential, stored=None if credential else stored, instead=instead,
        recorded_at=at,
    )  # fmt: skip
    SoftBindingChunk.objects.bulk_create(
        SoftBindingChunk(chunk_key=key, binding=made, digits=code.digits) for code in dict.fromkeys(codes) for key in keys(code)
    )
    tag = "softbinding:rebound" if instead else "softbinding:bound"
    _journal(tag, client, {"manifest": manifest_id, "alg": alg, "value_hash": same["value_hash"]}, at)
    return made


def _signed_for(client: ApiClient):
    """What was signed here of the assets that a program may see."""
    return Credential.objects.filter(asset__in=Asset.objects.seen_by(client))


def _insist_on_real(client: ApiClient) -> None:
    if client.sandbox:
        raise OnlyTested


def _journal(tag: str, client: ApiClient, details: dict[str, str], at: datetime) -> None:
    journal.record(
        actor=journal.by_client(client), tag=tag, subject=f"softbindings:{client.organisation.public_id}", details=details,
        at=at, organisation=client.organisation,
    )  # fmt: skip
