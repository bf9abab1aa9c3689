"""Check a receipt or a decision with what is public: the keys of its issuer, and the two lists that a receipt names."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import rfc8785

from consent.receipts import bitstring, keys
from consent.receipts.bitstring import ListUnreadable
from registry.errors import Invalid


@dataclass(frozen=True, slots=True)
class Checked:
    """A receipt whose signature holds: what it says, and whether it holds now. `state` is valid, not_yet, expired,
    revoked or suspended."""

    document: dict[str, Any]
    state: str


def checked(token: str, *, key_set: dict[str, Any], status_list: Callable[[str], str], at: datetime) -> Checked:
    """The receipt, once its signature and those of its lists hold.

    `status_list` answers with the list at an address, a compact JWS. Raises `NotSignedHere`, `ListUnreadable`, and
    `Invalid` for a credential that is no receipt.
    """
    document = keys.verified(token, key_set)
    if "ConsentReceipt" not in document.get("type", ()):
        raise Invalid("receipt.kind", "This is signed, and is no receipt of a consent.")
    set_bits = {
        entry["statusPurpose"] for entry in document["credentialStatus"] if _is_set(entry, key_set, status_list, at)
    }
    if "revocation" in set_bits:
        return Checked(document, "revoked")
    if "validUntil" in document and at >= datetime.fromisoformat(document["validUntil"]):
        return Checked(document, "expired")
    if "suspension" in set_bits:
        return Checked(document, "suspended")
    return Checked(document, "not_yet" if at < datetime.fromisoformat(document["validFrom"]) else "valid")


def decision(token: str, *, key_set: dict[str, Any]) -> dict[str, Any]:
    """The decision inside a signed one, once its signature holds and its hash is that of its answer. Raises
    `NotSignedHere` and `Invalid`."""
    document = keys.verified(token, key_set, kind=keys.DECISION)
    if hashlib.sha256(rfc8785.dumps(document["answer"])).hexdigest() != document["hash"]:
        raise Invalid("decision.hash", "This is signed, and its hash is not that of the answer in it.")
    return document


def keys_in(published: dict[str, Any]) -> dict[str, Any]:
    """The JWK set in what an issuer publishes: one as it is (RFC 7517), or a did:web document."""
    if "keys" in published:
        return published
    methods = published.get("verificationMethod")
    if not isinstance(methods, list) or not methods:
        raise Invalid("key.file", "This holds no public keys. Give the issuer’s did.json or jwks.json.")
    return {"keys": [one["publicKeyJwk"] | {"kid": one["id"]} for one in methods]}


def _is_set(entry: dict[str, str], key_set: dict[str, Any], status_list: Callable[[str], str], at: datetime) -> bool:
    """Bitstring Status List v1.0, section 3.2."""
    listed = keys.verified(status_list(entry["statusListCredential"]), key_set)
    subject = listed["credentialSubject"]
    if listed.get("id") != entry["statusListCredential"] or subject.get("statusPurpose") != entry["statusPurpose"]:
        raise ListUnreadable("it is another list than the one the receipt names")
    if at >= datetime.fromisoformat(listed["validUntil"]):
        raise ListUnreadable("it is out of date")
    return bitstring.is_set(subject["encodedList"], int(entry["statusListIndex"]))
