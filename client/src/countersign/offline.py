"""Reading a file's credentials on this machine, where c2pa-python is installed; nothing is fetched and nothing is sent."""

from __future__ import annotations

import json
import mimetypes
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from countersign.errors import CountersignError

# What the validator says where bytes, or what is stated of them, are other than they were when they were signed.
ALTERED = ("mismatch", "hashedURI", "dataHash", "bmffHash", "boxesHash")
SIDECARS = {".exr": "image/x-exr", ".dpx": "image/x-dpx"}


@dataclass(frozen=True)
class Found:
    """`integrity` is intact, altered, absent or unreadable; `trusted` where the signature chains to the roots given."""

    integrity: str
    trusted: bool
    text: str
    signed_by: str = ""
    title: str = ""


def there() -> bool:
    return find_spec("c2pa") is not None


def read(file: Path, sidecar: Path | None = None, *, roots: str) -> Found:
    """What the credentials of a file say, and whether it is as it was signed; `roots` are certificates (PEM)."""
    import c2pa

    told: dict[str, Any] = {
        "version": 1,
        "verify": {"remote_manifest_fetch": False, "ocsp_fetch": False, "verify_trust": bool(roots)},
        "core": {"allowed_network_hosts": []},
    }
    if roots:
        told["trust"] = {"anchors": [{"trust_uri": "urn:countersign:registry", "trust_anchors": roots, "trust_kind": "manifest"}]}
    try:
        with c2pa.Context.from_dict(told) as context:
            if sidecar:
                with file.open("rb") as content:
                    reader = c2pa.Reader(_kind(file), content, manifest_data=sidecar.read_bytes(), context=context)
                    return _found(reader)
            return _found(c2pa.Reader(str(file), context=context))
    except Exception as error:  # the library has a family of its own, which other versions name otherwise
        said = str(error)
        if any(word in said for word in ("ManifestNotFound", "no JUMBF", "JumbfNotFound")):
            return Found("absent", False, "It carries no Content Credentials.")
        if isinstance(error, OSError):
            raise CountersignError(f"{file} cannot be read: {error}.") from error
        return Found("unreadable", False, f"Its credentials cannot be read here: {said[:200]}")


def _found(reader: Any) -> Found:
    with reader:
        document = json.loads(reader.json())
        state = reader.get_validation_state()
    active = document["manifests"].get(document.get("active_manifest"), {})
    failures = document.get("validation_results", {}).get("activeManifest", {}).get("failure", [])
    signer = active.get("signature_info") or {}
    signed_by = str(signer.get("issuer") or signer.get("common_name") or "")
    broken = [one for one in failures if any(word in one.get("code", "") for word in ALTERED)]
    title = str(active.get("title") or "")
    if broken:
        return Found("altered", False, "This file was changed after it was signed.", signed_by, title)
    if state == "Invalid" and [one for one in failures if not str(one.get("code", "")).startswith("signingCredential.")]:
        return Found("unreadable", False, f"Its signature is not valid: {failures[0].get('code')}.", signed_by, title)
    if state == "Trusted":
        return Found("intact", True, f"Unchanged since {signed_by} signed it.", signed_by, title)
    return Found("intact", False, f"Unchanged since it was signed; whether {signed_by or 'its signer'} signed it is not known "
                 "here.", signed_by, title)  # fmt: skip


def _kind(file: Path) -> str:
    return SIDECARS.get(file.suffix.lower()) or mimetypes.guess_type(file.name)[0] or "application/octet-stream"
