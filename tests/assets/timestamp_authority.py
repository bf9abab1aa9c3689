"""An RFC 3161 time-stamp authority on loopback, with a root of its own; `openssl ts` makes the answers."""

import datetime
import subprocess
import threading
import time
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

CONFIGURATION = """
[tsa]
default_tsa = here
[here]
serial = {folder}/serial
crypto_device = builtin
signer_cert = {folder}/tsa.pem
certs = {folder}/root.pem
signer_key = {folder}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha384, sha512
accuracy = secs:1
ordering = yes
tsa_name = no
ess_cert_id_chain = no
ess_cert_id_alg = sha256
"""


class TimestampAuthority:
    """`with TimestampAuthority(folder) as authority:` – then `authority.url`, `.root_pem`, and `.requests`, a count.

    `mood` is "well"; set it to "ill" for answers that are no stamps, or to "silent" for none within `patience` seconds.
    """

    def __init__(self, folder: Path, *, patience: float = 60.0):
        self.folder, self.patience, self.requests, self.mood = folder, patience, 0, "well"
        folder.mkdir(parents=True, exist_ok=True)
        self._make_certificates()
        (folder / "serial").write_text("01\n")
        (folder / "openssl.cnf").write_text(CONFIGURATION.format(folder=folder))

    def __enter__(self) -> "TimestampAuthority":
        authority = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                authority.requests += 1
                query = self.rfile.read(int(self.headers["Content-Length"]))
                if authority.mood == "silent":
                    time.sleep(authority.patience)
                answer = authority.stamp(query) if authority.mood == "well" else b"no"
                self.send_response(200 if authority.mood == "well" else 500)
                self.send_header("Content-Type", "application/timestamp-reply")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def root_pem(self) -> str:
        return (self.folder / "root.pem").read_text()

    def stamp(self, query: bytes) -> bytes:
        asked, answered = self.folder / f"{threading.get_ident()}.tsq", self.folder / f"{threading.get_ident()}.tsr"
        asked.write_bytes(query)
        subprocess.run(
            ["openssl", "ts", "-reply", "-config", self.folder / "openssl.cnf", "-queryfile", asked, "-out", answered],
            check=True, capture_output=True,
        )
        return answered.read_bytes()

    def _make_certificates(self) -> None:
        now = datetime.datetime.now(datetime.UTC)
        root_key, key = (rsa.generate_private_key(65_537, 2_048) for _ in range(2))
        root_name, name = _name("Loopback time root"), _name("Loopback time-stamps")
        usage = dict.fromkeys(
            (
                "digital_signature",
                "content_commitment",
                "key_encipherment",
                "data_encipherment",
                "key_agreement",
                "key_cert_sign",
                "crl_sign",
                "encipher_only",
                "decipher_only",
            ),
            False,
        )
        root = _begun(root_name, root_key, root_name, root_key, now).add_extension(
            x509.BasicConstraints(True, None), True
        )
        root = root.add_extension(x509.KeyUsage(**usage | {"key_cert_sign": True, "crl_sign": True}), True)
        leaf = _begun(name, key, root_name, root_key, now).add_extension(x509.BasicConstraints(False, None), True)
        leaf = leaf.add_extension(x509.KeyUsage(**usage | {"digital_signature": True}), True)
        leaf = leaf.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), True)
        for file, made in (("root.pem", root), ("tsa.pem", leaf)):
            pem = made.sign(root_key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
            (self.folder / file).write_bytes(pem)
        (self.folder / "tsa.key").write_bytes(key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))


def _name(common: str) -> x509.Name:
    return x509.Name(
        [x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Loopback"), x509.NameAttribute(NameOID.COMMON_NAME, common)]
    )


def _begun(subject: x509.Name, key, issuer: x509.Name, issuer_key, now: datetime.datetime) -> x509.CertificateBuilder:
    builder = x509.CertificateBuilder(
        issuer_name=issuer,
        subject_name=subject,
        public_key=key.public_key(),
        serial_number=x509.random_serial_number(),
        not_valid_before=now - timedelta(hours=1),
        not_valid_after=now + timedelta(days=30),
    )
    builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
    return builder.add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), False)
