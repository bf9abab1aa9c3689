"""The key that signs receipts, status lists and decisions: P-256, from an encrypted PEM, or made on the spot for development.

It is not a key that signs works. Signing is JOSE (VC-JOSE-COSE, ES256, through joserfc); a key is known by its RFC 7638
thumbprint, which is the fragment of its id under the issuer's did:web.
"""

import json
import zlib
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet
from joserfc.registry import HeaderParameter

from registry import environment
from registry.errors import Invalid, Unavailable

ALGORITHM = "ES256"
# What is signed, told by the header (RFC 7515, section 4.1.9): a credential, or a decision of this registry.
CREDENTIAL, DECISION = "vc+jwt", "vnd.countersign.decision+jwt"
CONTENT = {CREDENTIAL: "vc", DECISION: "json"}
# What platforms hold of all that is public. Its payload is deflated (RFC 1951), which its header says as JWE does.
STATUS_LIST = "vnd.countersign.status-list+jws"
DEFLATED = {"alg": ALGORITHM, "typ": STATUS_LIST, "cty": "json", "zip": "DEF"}


class ReceiptKeyUnavailable(Unavailable):
    def __init__(self, why: str) -> None:
        super().__init__("key.receipts", f"Receipts cannot be signed: {why}. An operator sets RECEIPT_KEY.")


class NotSignedHere(Invalid):
    """A paper whose signature is by none of these keys, or that was changed since."""

    def __init__(self, why: str) -> None:
        super().__init__("receipt.signature", f"This was not signed by this registry as it stands: {why}.")


class _Papers(jws.JWSRegistry):
    """What may be read: a decision about many people in all the world is longer than the library's 128 KB."""

    max_payload_length = 16 * 1024 * 1024


class _Lists(jws.JWSRegistry):
    """A list of ten million files is some hundred and seventy megabytes long."""

    max_payload_length = 512 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A key that can sign. `public` are its public members as a JWK, without an id."""

    thumbprint: str
    public: dict[str, str]
    development: bool
    private: ECKey = field(repr=False)

    def sign(self, document: dict[str, Any], *, issuer: str, kind: str = CREDENTIAL) -> str:
        """The document as a compact JWS of that kind."""
        header = {"alg": ALGORITHM, "typ": kind, "cty": CONTENT[kind], "kid": key_id(issuer, self.thumbprint)}
        payload = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
        return jws.serialize_compact(header, payload, self.private, registry=_Papers(algorithms=[ALGORITHM]))

    def sign_list(self, document: dict[str, Any], *, issuer: str) -> str:
        """A status list as a compact JWS, its payload deflated."""
        deflate = zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS)
        payload = deflate.compress(json.dumps(document, separators=(",", ":")).encode()) + deflate.flush()
        header = DEFLATED | {"kid": key_id(issuer, self.thumbprint)}
        rules = _Lists({"zip": HeaderParameter("Compression", "str")}, algorithms=[ALGORITHM])
        return jws.serialize_compact(header, payload, self.private, registry=rules)


def given(pem: str, password: str) -> SigningKey:
    """The key in a PEM text. Raises `ReceiptKeyUnavailable`."""
    return _opened(pem, password, False)


def development(folder: Path) -> SigningKey:
    """The development key kept in the folder, made now if there is none. Of two that make it at once, one is kept."""
    return _opened(environment.made_once(folder / "receipt_key.pem", _new_pem), "", True)


def verified(token: str, jwks: dict[str, Any], *, kind: str = CREDENTIAL) -> dict[str, Any]:
    """The document inside a compact JWS of that kind, once a key of the set is found to have signed it. Raises
    `NotSignedHere`."""
    try:
        signed = jws.deserialize_compact(token.strip(), KeySet.import_key_set(jwks), registry=_Papers(algorithms=[ALGORITHM]))  # type: ignore[arg-type]
        document = json.loads(signed.payload)
    except JoseError as error:
        raise NotSignedHere(WHY.get(error.error, f"it is not a signed {NAMED[kind]}")) from error
    except (ValueError, UnicodeDecodeError) as error:
        raise NotSignedHere(f"it is not a signed {NAMED[kind]}") from error
    if not isinstance(document, dict) or signed.headers().get("typ") != kind:
        raise NotSignedHere(f"it is signed, and is not a {NAMED[kind]}")
    return document


def kind_of(token: str) -> str:
    """What a compact JWS says it is, whoever signed it; empty if it is none."""
    try:
        return str(jws.extract_compact(token.strip().encode(), registry=_Papers(algorithms=[ALGORITHM])).headers().get("typ", ""))
    except (JoseError, ValueError):
        return ""


NAMED = {CREDENTIAL: "receipt", DECISION: "decision"}


WHY = {
    "bad_signature": "it was changed after it was signed",
    "invalid_key_id": "its key is not among the keys published here",
}


def key_id(issuer: str, thumbprint: str) -> str:
    return f"{issuer}#{thumbprint}"


@lru_cache(maxsize=4)
def _opened(pem: str, password: str, development: bool) -> SigningKey:
    if not pem:
        raise ReceiptKeyUnavailable("no key is given")
    try:
        key = serialization.load_pem_private_key(pem.encode(), password.encode() or None)
    except (ValueError, TypeError) as error:
        raise ReceiptKeyUnavailable("the key does not open with the password given") from error
    if not isinstance(key, ec.EllipticCurvePrivateKey) or key.curve.name != "secp256r1":
        raise ReceiptKeyUnavailable("the key is of another kind than P-256")
    private = ECKey.import_key(key)
    return SigningKey(private.thumbprint(), dict(private.as_dict(private=False)), development, private)  # type: ignore[arg-type]


def _new_pem() -> str:
    return (
        ec.generate_private_key(ec.SECP256R1())
        .private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        .decode()
    )
