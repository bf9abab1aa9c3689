"""A certificate authority as a studio has one: a root, and a key file for the worker with a leaf after the C2PA profile."""

import datetime
from datetime import timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from provenance import keys


class Authority:
    """`roots` is what readers trust (TRUST_ANCHORS); `issue` writes what the worker signs with (`file:…`)."""

    def __init__(self, folder: Path, name: str = "Northlight trust"):
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.key = folder, ec.generate_private_key(ec.SECP256R1())
        now = datetime.datetime.now(datetime.UTC)
        subject = _name(f"{name} root")
        identifier = x509.SubjectKeyIdentifier.from_public_key(self.key.public_key())
        usage = dict.fromkeys(
            ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
             "encipher_only", "decipher_only"), False,
        )  # fmt: skip
        builder = x509.CertificateBuilder(
            issuer_name=subject, subject_name=subject, public_key=self.key.public_key(),
            serial_number=x509.random_serial_number(), not_valid_before=now - timedelta(days=1),
            not_valid_after=now + timedelta(days=3650),
        )  # fmt: skip
        for extension, critical in (
            (x509.BasicConstraints(ca=True, path_length=0), True), (identifier, False),
            (x509.KeyUsage(**usage, key_cert_sign=True, crl_sign=True), True),
        ):  # fmt: skip
            builder = builder.add_extension(extension, critical)
        self.root = builder.sign(self.key, hashes.SHA256())
        self.roots = folder / "roots.pem"
        self.roots.write_bytes(self.root.public_bytes(serialization.Encoding.PEM))

    def issue(self, studio: str) -> Path:
        """A key file for a studio: its private key, then its leaf."""
        key = ec.generate_private_key(ec.SECP256R1())
        leaf = keys.claim_signing_leaf(
            _name(studio), key.public_key(), self.root.subject, self.key, at=datetime.datetime.now(datetime.UTC),
            lives=timedelta(days=90),
        )  # fmt: skip
        path = self.folder / f"{studio.split()[0].lower()}.pem"
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        path.write_bytes(private + leaf.public_bytes(serialization.Encoding.PEM))
        return path


def _name(common: str) -> x509.Name:
    return x509.Name(
        [x509.NameAttribute(NameOID.ORGANIZATION_NAME, common), x509.NameAttribute(NameOID.COMMON_NAME, common)]
    )
