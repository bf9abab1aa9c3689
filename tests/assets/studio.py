"""A studio with a development key, for tests that sign: its signer, the anchors that trust it, and a plain manifest."""

import datetime
from datetime import timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from provenance import keys
from provenance.sandbox import Anchor, Sandbox, SignRequest

REGISTRY_LIST = "https://registry.example/trust/development"
AI_COMPOSITE = "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia"


def now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)


class Studio:
    def __init__(self, directory: Path, organisation: str = "org_northlight", name: str = "Northlight Pictures"):
        self.directory = directory
        self.signer = keys.signer(f"dev:{organisation}", directory=directory, at=now(), name=name)
        self.anchors = (Anchor(REGISTRY_LIST, keys.root_pem(directory)),)

    def request(self, source: Path, media_type: str, destination: Path | None, **more) -> SignRequest:
        told = {
            "manifest": manifest(),
            "chain_pem": self.signer.chain_pem,
            "alg": self.signer.algorithm,
            "anchors": self.anchors,
        }
        return SignRequest(source=source, media_type=media_type, destination=destination, **(told | more))

    def sign(self, box: Sandbox, source: Path, destination: Path, *, name: str = "", **more) -> Path:
        """Sign a file that carries its credentials inside; gives the destination."""
        found = box.examine(source, name or source.name)
        box.sign(self.request(source, found.media_type, destination, **more), self.signer.sign)
        return destination

    def short_lived(self, seconds: float) -> Path:
        """A key file of the same authority whose leaf lives for seconds."""
        return self._issued("short.pem", timedelta(seconds=seconds))

    def for_another_purpose(self, purpose: x509.ObjectIdentifier) -> Path:
        """A key file of the same authority whose leaf is made for something else than signing claims, by its EKU."""
        return self._issued("other.pem", timedelta(days=90), x509.ExtendedKeyUsage([purpose]))

    def _issued(self, name: str, lives: timedelta, purposes: x509.ExtendedKeyUsage | None = None) -> Path:
        pem = (self.directory / "development" / "intermediate.pem").read_bytes()
        issuer, issuer_key = x509.load_pem_x509_certificates(pem)[0], serialization.load_pem_private_key(pem, None)
        key = ec.generate_private_key(ec.SECP256R1())
        leaf = keys.claim_signing_leaf(
            issuer.subject, key.public_key(), issuer.subject, issuer_key, at=now(), lives=lives
        )
        leaf = _with(leaf, purposes, issuer_key) if purposes else leaf
        path = self.directory / name
        path.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
            + leaf.public_bytes(serialization.Encoding.PEM)
            + issuer.public_bytes(serialization.Encoding.PEM)
        )
        return path


def _with(leaf: x509.Certificate, purposes: x509.ExtendedKeyUsage, issuer_key) -> x509.Certificate:
    """The same leaf, signed again for other purposes."""
    builder = x509.CertificateBuilder(
        leaf.issuer, leaf.subject, leaf.public_key(), leaf.serial_number, leaf.not_valid_before_utc, leaf.not_valid_after_utc
    )
    for extension in leaf.extensions:
        value = purposes if isinstance(extension.value, x509.ExtendedKeyUsage) else extension.value
        builder = builder.add_extension(value, extension.critical)
    return builder.sign(issuer_key, hashes.SHA256())


def manifest(title: str = "harbor_sh114", *actions: dict, **more) -> dict:
    edited = {
        "action": "c2pa.edited",
        "digitalSourceType": AI_COMPOSITE,
        "description": "De-aging of a performer's face",
    }
    return {
        "title": title, "claim_generator_info": [{"name": "Countersign", "version": "0.1.0", "specVersion": "2.4.0"}],
        "assertions": [{"label": "c2pa.actions.v2", "created": True,
                        "data": {"allActionsIncluded": True, "actions": list(actions) or [edited]}}],
    } | more
