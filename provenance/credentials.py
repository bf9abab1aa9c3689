"""Reading and writing Content Credentials: the only module that imports c2pa. It runs in the sandbox child alone.

Every Context comes from `_context`, which switches off all fetching: the library would otherwise request, from inside
our network, whatever address an uploaded file names. The figures behind the choices are in docs/adr.
"""

import base64
import hashlib
import io
import json
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, BinaryIO

import c2pa

from provenance.media import jumbf
from provenance.media.refusal import MediaRefused
from provenance.sandbox.errors import SigningFailed

Anchors = Sequence[tuple[str, ...]]

ANY = "application/octet-stream"
# emailProtection, documentSigning, C2PA claim signing. Only the top-level setting counts, not an anchor list's.
PURPOSES = "1.3.6.1.5.5.7.3.4\n1.3.6.1.5.5.7.3.36\n1.3.6.1.4.1.62558.2.1\n"
OWN = "org.countersign."
FIRST, SECOND = "c2pa.actions", "c2pa.actions.v2"
LONGEST_STRING = 4_096
MOST_PICTURES = 24
LARGEST_PICTURE = 4_000_000  # bytes
MOST_VALUES = 200_000
DEEPEST = 48

READABLE = frozenset(c2pa.Reader.get_supported_mime_types())
ENGINE = {"name": "c2pa-rs", "version": c2pa.sdk_version()}
INTENTS = {"edit": c2pa.C2paBuilderIntent.EDIT, "create": c2pa.C2paBuilderIntent.CREATE}


def _settings(anchors: Anchors, *, verify: bool) -> dict[str, Any]:
    return {
        "version": 1,
        "trust": {"trust_config": PURPOSES, "anchors": [
            {"trust_uri": uri, "trust_anchors": pem, "trust_kind": kind} for uri, pem, kind in anchors if pem.strip()]},
        "core": {"allowed_network_hosts": [], "allow_redirects": False, "decode_identity_assertions": False,
                 "max_decompressed_manifest_size_in_mb": 8, "backing_store_memory_threshold_in_mb": 64},
        "verify": {"remote_manifest_fetch": False, "ocsp_fetch": False, "verify_after_reading": verify,
                   "verify_after_sign": True, "verify_after_sign_hash": False},
        "builder": {"thumbnail": {"enabled": False}, "bmff_hash_exclude_free_and_skip_boxes": False},
    }


@lru_cache(maxsize=16)
def _reading_context(anchors: Anchors, verify: bool) -> c2pa.Context:
    return _context(anchors, verify=verify)


def _context(anchors: Anchors, *, verify: bool = True, signer: c2pa.Signer | None = None) -> c2pa.Context:
    return c2pa.Context.from_dict(_settings(anchors, verify=verify), signer=signer)


# ── Reading ──────────────────────────────────────────────────────────────────────────────────────────────────────


def look(file: BinaryIO, media_type: str) -> dict[str, Any]:
    """Whether a file carries credentials, without checking them: nothing is hashed, so the size hardly matters."""
    reader, told = _open(file, media_type, None, (), verify=False)
    found = {"has_credentials": False, "active_manifest": None, "remote_url": None, "unreadable": ""} | told
    if reader is not None:
        with reader:
            found |= {
                "has_credentials": True,
                "active_manifest": _cut(json.loads(reader.json()).get("active_manifest")),
            }
    return found


def read(file: BinaryIO, media_type: str, *, sidecar: BinaryIO | None = None, anchors: Anchors = (),
         crjson: bool = False, pictures: Callable[[bytes], bytes] | None = None) -> dict[str, Any]:
    """What the credentials of a file say and whether they hold.

    `state`: Trusted, Valid, Invalid, or absent (nothing there, kept elsewhere, or unreadable: `remote_only` and
    `unreadable` say which). Trusted only when the list that vouches for the signer is an anchor of kind `manifest`: the
    library also trusts a signer by a time-stamp list. All else is as the library tells it, with strings bounded.
    `pictures` draws anew those that manifests carry of the assets used; they are then under that key, in base64.
    """
    reader, told = _open(file, media_type, sidecar, anchors, verify=True)
    found: dict[str, Any] = {
        "state": "absent",
        "library_state": "",
        "trust_list_uri": "",
        "active": "",
        "manifests": {},
        "ingredients": [],
        "codes": {"success": [], "informational": [], "failure": []},
        "certificate": {},
        "certificate_fingerprint": "",
        "time_stamp": {"state": "absent", "time": ""},
        "remote_only": False,
        "remote_url": None,
        "unreadable": "",
        "media_type": media_type,
        "engine": ENGINE,
    } | told
    if reader is None:
        return found | {"remote_only": bool(found["remote_url"])}
    with reader:
        found |= _told(_bounded(json.loads(reader.json())), anchors)
        crj = json.loads(reader.crjson())
        _restore(found["manifests"], crj)
        found |= _certificate(reader, crj, found["active"])
        if crjson:
            found["crjson"] = crj
        if pictures:
            found["pictures"] = _pictures(reader, found["manifests"], pictures)
    return found


def _pictures(
    reader: c2pa.Reader, manifests: Mapping[str, Any], draw: Callable[[bytes], bytes]
) -> dict[str, dict[str, str]]:
    """By manifest and the place of each asset in its list: the picture it carries of that asset, else the one by which
    the asset's own manifest shows it. What cannot be drawn is left out; the tree says the same without it."""
    drawn: dict[str, str] = {}
    found: dict[str, dict[str, str]] = {}
    for label, manifest in manifests.items():
        for place, ingredient in enumerate(manifest.get("ingredients") or []):
            of_its_own = (manifests.get(ingredient.get("active_manifest")) or {}).get("thumbnail")
            address = str((ingredient.get("thumbnail") or of_its_own or {}).get("identifier") or "")
            if address and address not in drawn and len(drawn) < MOST_PICTURES:
                drawn[address] = _drawn(reader, address, draw)
            if drawn.get(address):
                found.setdefault(label, {})[str(place)] = drawn[address]
    return found


def _drawn(reader: c2pa.Reader, address: str, draw: Callable[[bytes], bytes]) -> str:
    carried = Within(LARGEST_PICTURE)
    try:
        reader.resource_to_stream(address, carried)
        return base64.b64encode(draw(carried.getvalue())).decode()
    except (c2pa.C2paError, MediaRefused):
        return ""


def marks_places(told: Mapping[str, Any]) -> bool:
    """Whether an action of the active manifest says where in the file it was done."""
    assertions = (told["manifests"].get(told["active"]) or {}).get("assertions") or []
    data = [one.get("data") for one in assertions if str(one.get("label")).startswith(FIRST)]
    acts = [act for one in data if isinstance(one, dict) for act in one.get("actions") or []]
    return any(isinstance(act, dict) and act.get("changes") for act in acts)


def store_of(file: BinaryIO, media_type: str) -> bytes:
    """The manifest store that a file carries (JUMBF), as it lies there; it is not checked."""
    reader, _ = _open(file, media_type, None, (), verify=False)
    if reader is None:
        raise MediaRefused("media.no_credentials", "This file carries no Content Credentials.")
    with reader:
        active, store = json.loads(reader.json()).get("active_manifest"), io.BytesIO()
        reader.resource_to_stream(f"self#jumbf=/c2pa/{active}/c2pa.signature", store)
    return store.getvalue()


def of_store(store: bytes) -> dict[str, str]:
    """Whose a manifest store is that came without its content: `active`, `signed_by`. Only its signature is checked."""
    refused = MediaRefused("media.no_manifest_store", "This is no C2PA manifest store, or its signature does not hold.")
    try:
        with c2pa.Reader("application/c2pa", io.BytesIO(store), context=_reading_context((), True)) as reader:
            document = _bounded(json.loads(reader.json()))
    except c2pa.C2paError as error:
        raise refused from error
    told = _told(document, ())
    active = jumbf.active_label(store)
    if not active or told["active"] != active or "claimSignature.validated" not in _named(told["codes"]["success"]):
        raise refused
    signature = (told["manifests"].get(active) or {}).get("signature_info") or {}
    return {"active": active, "signed_by": str(signature.get("issuer") or signature.get("common_name") or "")}


def _named(codes: Sequence[Mapping[str, Any]]) -> set[str]:
    return {str(code.get("code")) for code in codes}


def _open(file: BinaryIO, media_type: str, sidecar: BinaryIO | None, anchors: Anchors, *,
          verify: bool) -> tuple[c2pa.Reader | None, dict[str, Any]]:
    """A reader, or what is known where there is none. Absent, elsewhere and unreadable are three answers.

    A sidecar of ours binds the plain bytes; another's may bind the parts of a format, so that is tried second.
    """
    context, store = _reading_context(tuple(anchors), verify), None
    if sidecar is not None:
        sidecar.seek(0)
        store = sidecar.read()
    file.seek(0)
    try:
        reader = c2pa.Reader(ANY if store else media_type or ANY, file, store, context=context)
        if store and reader.get_validation_state() == "Invalid" and media_type in READABLE:
            file.seek(0)
            reader = c2pa.Reader(media_type, file, store, context=context)
        return reader, {}
    except (c2pa.C2paError.ManifestNotFound, c2pa.C2paError.NotSupported):
        return None, {}
    except c2pa.C2paError as error:
        return None, _elsewhere_or_unreadable(str(error))


def _elsewhere_or_unreadable(message: str) -> dict[str, Any]:
    marker = "must fetch remote manifests from url "
    if "Remote" in message.partition(":")[0] or marker in message:
        return {"remote_url": _cut(message.partition(marker)[2] or message)}
    return {"unreadable": _cut(message)}


def _told(document: dict[str, Any], anchors: Anchors) -> dict[str, Any]:
    """The library's own document in this registry's shape."""
    results = document.get("validation_results") or {}
    active, manifests = document.get("active_manifest") or "", document.get("manifests") or {}
    codes = {
        group: list((results.get("activeManifest") or {}).get(group) or [])
        for group in ("success", "informational", "failure")
    }
    state, uri = document.get("validation_state") or "Invalid", results.get("trustListUri") or ""
    listed = {uri for uri, _, kind in anchors if kind == "manifest"}
    return {
        "state": "Valid" if state == "Trusted" and uri not in listed else state,
        "library_state": state, "trust_list_uri": uri, "active": active, "manifests": manifests, "codes": codes,
        "ingredients": _ingredients(active, manifests),
        "time_stamp": _time_stamp(codes, (manifests.get(active) or {}).get("signature_info") or {}),
    }


def _restore(manifests: Mapping[str, Any], crjson: Mapping[str, Any]) -> None:
    """Our own statements as they were written: `json()` turns each list of numbers into base64 of lowest bytes.

    And actions of the first version under their own label: `json()` calls them those of the second.
    """
    for manifest in crjson.get("manifests") or []:
        written = manifest.get("assertions") or {}
        for assertion in (manifests.get(manifest.get("label")) or {}).get("assertions") or []:
            if assertion["label"].startswith(OWN) and assertion["label"] in written:
                assertion["data"] = _bounded(written[assertion["label"]])
            elif assertion["label"] not in written and assertion["label"].replace(SECOND, FIRST) in written:
                assertion["label"] = assertion["label"].replace(SECOND, FIRST)


def _time_stamp(codes: Mapping[str, list[dict[str, Any]]], signature: Mapping[str, Any]) -> dict[str, str]:
    named = {group: {code.get("code", "") for code in found} for group, found in codes.items()}
    if "timeStamp.trusted" in named["success"]:
        state = "trusted"
    elif any(code.startswith("timeStamp.") for group in named.values() for code in group):
        state = "untrusted"
    else:
        state = "absent"
    return {"state": state, "time": str(signature.get("time") or "")}


def _ingredients(active: str, manifests: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Every ingredient of every manifest, the active one's first, with the failures found when it was added.

    The library leaves an asset Trusted when an ingredient was altered: the failures stand only here.
    """
    walked = []
    for label in (active, *(label for label in manifests if label != active)):
        for ingredient in (manifests.get(label) or {}).get("ingredients") or []:
            results = ingredient.get("validation_results") or {}
            failure = list((results.get("activeManifest") or {}).get("failure") or [])
            for delta in results.get("ingredientDeltas") or []:
                failure += (delta.get("validationDeltas") or {}).get("failure") or []
            walked.append(
                {
                    "manifest": label,
                    "title": ingredient.get("title") or "",
                    "relationship": ingredient.get("relationship") or "",
                    "label": ingredient.get("label") or "",
                    "format": ingredient.get("format") or "",
                    "active_manifest": ingredient.get("active_manifest") or "",
                    "failure": list(dict.fromkeys(code.get("code", "") for code in failure)),
                }
            )
    return walked


def _certificate(reader: c2pa.Reader, crjson: Mapping[str, Any], active: str) -> dict[str, Any]:
    """The signer's certificate: names, serial number and validity, and the SHA-256 of its bytes."""
    told = next(
        (
            manifest.get("signature") or {}
            for manifest in crjson.get("manifests") or []
            if manifest.get("label") == active
        ),
        {},
    )
    store = io.BytesIO()
    try:
        reader.resource_to_stream(f"self#jumbf=/c2pa/{active}/c2pa.signature", store)
        der = jumbf.signing_certificate(store.getvalue(), active)
    except c2pa.C2paError:
        der = None
    return {"certificate": _bounded(told.get("certificateInfo") or {}),
            "certificate_fingerprint": hashlib.sha256(der).hexdigest() if der else ""}


# ── Signing ──────────────────────────────────────────────────────────────────────────────────────────────────────


def sign(source: BinaryIO, destination: BinaryIO, *, media_type: str, manifest: Mapping[str, Any], intent: str,
         ingredients: Sequence[tuple[Mapping[str, Any], BinaryIO]], chain_pem: str, algorithm: str, tsa_url: str | None,
         sidecar: bool, anchors: Anchors, sign: Callable[[bytes], bytes]) -> dict[str, Any]:
    """Sign file to file. A sidecar is written to `destination` and binds the source's bytes as they are.

    Answers `{"manifest_label", "signed_sha256", "size"}` of what was written.
    """
    history = {} if sidecar else look(source, media_type)
    _keep_history(history, intent, ingredients)
    signer = c2pa.Signer.from_callback(sign, c2pa.C2paSigningAlg[algorithm.upper()], chain_pem, tsa_url)
    try:
        with (
            _context(tuple(anchors), signer=signer) as context,
            c2pa.Builder(dict(manifest), context=context) as builder,
        ):
            if intent:
                builder.set_intent(INTENTS[intent])
            for described, file in ingredients:
                _add_ingredient(builder, described, file)
            source.seek(0)
            if sidecar:
                builder.set_no_embed()
                destination.write(builder.sign(ANY, source, Nowhere()))
                store = None
            else:
                store = builder.sign(media_type, source, destination)
    except c2pa.C2paError as error:
        raise _signing_failure(str(error), tsa_url) from error
    destination.flush()
    return _written(destination, store)


def _keep_history(
    history: Mapping[str, Any], intent: str, ingredients: Sequence[tuple[Mapping[str, Any], BinaryIO]]
) -> None:
    """Refuse each way by which the library drops a file's history and still calls the result Trusted."""
    if history.get("remote_url") or history.get("unreadable"):
        raise SigningFailed(
            "signing.history", "This file has credentials that cannot be read here, so they could not be kept."
        )
    if not history.get("has_credentials"):
        return
    if intent != "edit":
        raise SigningFailed(
            "signing.history", "This file carries credentials, so it must be signed as an edit that keeps them."
        )
    for described, file in ingredients:
        if (
            described["relationship"] == "parentOf"
            and look(file, described["media_type"])["active_manifest"] != history["active_manifest"]
        ):
            raise SigningFailed(
                "signing.history",
                "This file carries credentials and is its own parent; a plate beside it is an input (inputTo).",
            )


def _add_ingredient(builder: c2pa.Builder, described: Mapping[str, Any], file: BinaryIO) -> None:
    told = {key: described[key] for key in ("title", "relationship", "label") if described.get(key)}
    file.seek(0)
    try:
        builder.add_ingredient(told, described["media_type"] or ANY, file)
    except c2pa.C2paError.NotSupported:
        file.seek(0)
        builder.add_ingredient(told, ANY, file)


def _signing_failure(message: str, tsa_url: str | None) -> SigningFailed:
    if tsa_url and any(word in message.lower() for word in ("timestamp", "time stamp", "tsa", "http", "network")):
        return SigningFailed(
            "signing.time_stamp", "The time-stamp authority gave no usable answer, so nothing was signed."
        )
    return SigningFailed("signing.failed", f"The credentials could not be made: {_cut(message, 500)}")


def _written(file: BinaryIO, store: bytes | None) -> dict[str, Any]:
    file.seek(0)
    digest = hashlib.file_digest(file, "sha256")  # type: ignore[arg-type]
    size = file.seek(0, io.SEEK_END)
    if store is None:
        file.seek(0)
        store = file.read()
    return {"manifest_label": jumbf.active_label(store), "signed_sha256": digest.hexdigest(), "size": size}


class Nowhere(io.RawIOBase):
    """Where the copy goes that the library makes beside a sidecar: it wants a stream, and nobody wants the copy."""

    def __init__(self) -> None:
        self._position = self._end = 0

    def writable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._position += len(data)
        self._end = max(self._end, self._position)
        return len(data)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._position = offset + (0, self._position, self._end)[whence]
        return self._position

    def tell(self) -> int:
        return self._position


class Within(io.BytesIO):
    """What the library writes of a resource, as long as it is of a size that anybody would want."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self._most = most

    def write(self, data: Any) -> int:
        if self.tell() + len(data) > self._most:
            raise OSError("more than it may hold")
        return super().write(data)


# ── Bounds ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _cut(text: Any, limit: int = LONGEST_STRING) -> str | None:
    if not isinstance(text, str):
        return None
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _bounded(value: Any) -> Any:
    """A document with its strings cut, or the refusal of one with more values in it than a page could show."""
    left = MOST_VALUES

    def walk(value: Any, depth: int) -> Any:
        nonlocal left
        left -= 1
        if left < 0 or depth > DEEPEST:
            raise MediaRefused(
                "media.too_many_parts", "The credentials in this file hold more statements than this registry reads."
            )
        if isinstance(value, str):
            return _cut(value)
        if isinstance(value, dict):
            return {_cut(key): walk(item, depth + 1) for key, item in value.items()}
        if isinstance(value, list):
            return [walk(item, depth + 1) for item in value]
        return value

    return walk(value, 0)
