"""A device that keeps passkeys, in software: answers what a page asks as a browser would hand it on (WebAuthn Level 3)."""

import json
import secrets
from dataclasses import dataclass, field

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2.cose import ES256
from fido2.utils import sha256, websafe_decode, websafe_encode
from fido2.webauthn import (
    AttestationObject,
    AttestedCredentialData,
    AuthenticatorData,
    CollectedClientData,
)

ORIGIN = "http://localhost:8000"
VERIFIED = AuthenticatorData.FLAG.UP | AuthenticatorData.FLAG.UV


@dataclass
class Device:
    """One passkey. `flags` without UV is a device that nobody unlocked; `origin` another one's is a page that pretends."""

    origin: str = ORIGIN
    flags: AuthenticatorData.FLAG = VERIFIED
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    id: bytes = field(default_factory=lambda: secrets.token_bytes(32))

    def created(self, options: str) -> str:
        asked = json.loads(options)
        public = ES256.from_cryptography_key(self.key.public_key())
        data = AuthenticatorData.create(
            sha256(asked["rp"]["id"].encode()), self.flags | AuthenticatorData.FLAG.AT, 0,
            bytes(AttestedCredentialData.create(b"\0" * 16, self.id, public)),
        )  # fmt: skip
        told = self._told(CollectedClientData.TYPE.CREATE, asked)
        return self._answer(told, attestationObject=bytes(AttestationObject.create("none", data, {})))

    def got(self, options: str) -> str:
        asked = json.loads(options)
        data = AuthenticatorData.create(sha256(asked["rpId"].encode()), self.flags, 0)
        told = self._told(CollectedClientData.TYPE.GET, asked)
        signature = self.key.sign(bytes(data) + told.hash, ec.ECDSA(hashes.SHA256()))
        return self._answer(told, authenticatorData=bytes(data), signature=signature)

    def _told(self, kind: str, asked: dict) -> CollectedClientData:
        return CollectedClientData.create(kind, websafe_decode(asked["challenge"]), self.origin)

    def _answer(self, told: CollectedClientData, **parts: bytes) -> str:
        name = websafe_encode(self.id)
        response = {"clientDataJSON": told, **parts}
        encoded = {key: websafe_encode(bytes(value)) for key, value in response.items()}
        return json.dumps({
            "id": name, "rawId": name, "type": "public-key", "response": encoded, "clientExtensionResults": {},
        })  # fmt: skip
