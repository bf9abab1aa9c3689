"""A studio with a development key, for tests that sign: its signer, the anchors that trust it, and a plain manifest."""

import datetime
from datetime import timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import serialization
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
        pem = (self.directory / "development" / "intermediate.pem").read_bytes()
        issuer = x509.load_pem_x509_certificates(pem)[0]
        key = ec.generate_private_key(ec.SECP256R1())
        leaf = keys.claim_signing_leaf(
            issuer.subject, key.public_key(), issuer.subject, serialization.load_pem_private_key(pem, None), at=now(),
            lives=timedelta(seconds=seconds),
        )
        path = self.directory / "short.pem"
        path.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
            + leaf.public_bytes(serialization.Encoding.PEM)
            + issuer.public_bytes(serialization.Encoding.PEM)
        )
        return path


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
