"""Signing keys by reference: authorities made on demand, PEM files, and whatever else a deployment adds.

A reference is `scheme:value`. `dev:<organisation id>` names a leaf of this registry's own development authority, and
`test:<organisation id>` one of the sandbox's, which nobody trusts and whose certificates say that it is a test;
`file:<path>` names a PEM file with a private key and its chain, leaf first. `SCHEMES` takes further ones, such as a
key service's. The key never leaves the process that asked for it: the sandbox child gets signatures, not keys.
"""

import datetime
import fcntl
import itertools
import os
import re
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

from provenance.soundness import TEST
from registry.errors import Unavailable

# C2PA 2.4 certificate profile, claim signing (c2pa-kp-claimSigning).
CLAIM_SIGNING = ObjectIdentifier("1.3.6.1.4.1.62558.2.1")
DOCUMENT_SIGNING = ObjectIdentifier("1.3.6.1.5.5.7.3.36")
# A reader that holds only the root accepts a leaf by emailProtection; one that knows C2PA's own usage accepts that.
ACCEPTED_USAGES = (ExtendedKeyUsageOID.EMAIL_PROTECTION, DOCUMENT_SIGNING, CLAIM_SIGNING)

WARN_BEFORE = timedelta(days=30)
AUTHORITY_LIVES = timedelta(days=3653)
LEAF_LIVES = timedelta(days=365)
DEVELOPMENT = "Countersign development"
# The authorities made here, each in a folder of its own: the scheme that names its leaves, and in whose name they are.
OWN = {"dev": ("development", DEVELOPMENT), "test": ("sandbox", TEST)}

PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey


class KeyUnavailable(Unavailable):
    """The key named by a reference cannot sign now; `detail` says why and what would be needed."""

    def __init__(self, detail: str, *, code: str = "key.unavailable"):
        super().__init__(code, detail)


@dataclass(frozen=True, slots=True)
class Signer:
    """What signs: a chain (PEM, leaf first), the COSE algorithm's name as c2pa spells it, and the act itself.

    `sign` takes the bytes to be signed and gives the raw signature (r‖s for elliptic curves). `fingerprint` is the
    SHA-256 of the leaf in hexadecimal. `not_after` is the earliest end of any certificate in the chain.
    """

    chain_pem: str
    algorithm: str
    not_after: datetime.datetime
    fingerprint: str
    development: bool
    name: str
    sign: Callable[[bytes], bytes] = field(repr=False)

    def expires_soon(self, at: datetime.datetime) -> bool:
        """True from thirty days before the chain ends."""
        return at >= self.not_after - WARN_BEFORE


def signer(reference: str, *, directory: str | os.PathLike[str], at: datetime.datetime, name: str = "",
           password_file: str | os.PathLike[str] | None = None) -> Signer:
    """The signer a reference names, ready to sign at `at`; raises `KeyUnavailable`.

    `directory` holds the authorities made here. `name` is the organisation's, for a leaf of theirs made now.
    The password of an encrypted `file:` key is in `password_file`, by default the key's path with `.password` added.
    """
    scheme, _, value = reference.partition(":")
    if scheme in SCHEMES:
        return SCHEMES[scheme](value, at)
    if scheme in OWN:
        return _own_signer(scheme, value, Path(directory), at, name)
    if scheme == "file":
        return _file_signer(Path(value), at, Path(password_file) if password_file else None)
    raise KeyUnavailable(f'The key reference "{reference}" begins with no known scheme; dev: and file: are known here.')


# Further schemes of a deployment, such as a key service: {"kms": factory(value, at) -> Signer}.
SCHEMES: dict[str, Callable[[str, datetime.datetime], Signer]] = {}


def root_pem(directory: str | os.PathLike[str], *, at: datetime.datetime | None = None, scheme: str = "dev") -> str:
    """The root certificate of the development authority, or of another one made here; made now if there is none."""
    folder = _authority(scheme, Path(directory), at or datetime.datetime.now(datetime.UTC))
    return (folder / "root.pem").read_text()


# ── Files ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _file_signer(path: Path, at: datetime.datetime, password_file: Path | None) -> Signer:
    try:
        pem = path.read_bytes()
    except OSError as error:
        raise KeyUnavailable(
            f"The signing key file {path} cannot be read: {error.strerror}.", code="key.missing"
        ) from error
    key = _private_key(pem, path, _password(path, password_file))
    return _checked(key, _chain(pem, path), at, where=f"the signing key file {path}", development=False)


def _password(path: Path, password_file: Path | None) -> bytes | None:
    beside = password_file or path.with_name(path.name + ".password")
    try:
        return beside.read_bytes().strip() or None
    except FileNotFoundError:
        if password_file is None:
            return None
        raise KeyUnavailable(f"The password file {beside} of the signing key is missing.", code="key.missing") from None
    except OSError as error:
        raise KeyUnavailable(
            f"The password file {beside} of the signing key cannot be read: {error.strerror}."
        ) from error


def _private_key(pem: bytes, path: Path, password: bytes | None) -> PrivateKey:
    block = re.search(rb"-----BEGIN ([A-Z ]*)PRIVATE KEY-----.*?-----END \1PRIVATE KEY-----", pem, re.DOTALL)
    if not block:
        raise KeyUnavailable(f"The signing key file {path} holds no private key.", code="key.missing")
    encrypted = b"ENCRYPTED" in block[0]
    if encrypted and password is None:
        raise KeyUnavailable(
            f"The signing key file {path} is encrypted and no password file is beside it.", code="key.password"
        )
    try:
        key = serialization.load_pem_private_key(block[0], password if encrypted else None)
    except (ValueError, TypeError) as error:
        reason = "its password is wrong" if encrypted else "its private key is damaged"
        raise KeyUnavailable(f"The signing key file {path} cannot be opened: {reason}.", code="key.password") from error
    if not isinstance(key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey):
        raise KeyUnavailable(f"The signing key file {path} holds a kind of key that C2PA does not allow.")
    return key


def _chain(pem: bytes, path: Path) -> list[x509.Certificate]:
    try:
        return x509.load_pem_x509_certificates(pem)
    except ValueError as error:
        raise KeyUnavailable(
            f"The signing key file {path} holds no readable certificate beside its key.", code="key.chain"
        ) from error


# ── What every signer must pass ──────────────────────────────────────────────────────────────────────────────────


def _checked(
    key: PrivateKey, chain: list[x509.Certificate], at: datetime.datetime, *, where: str, development: bool
) -> Signer:
    """A signer from a key and its chain, or the reason why there is none. The chain may leave out the root."""
    leaf = chain[0]
    if _spki(leaf.public_key()) != _spki(key.public_key()):
        raise KeyUnavailable(
            f"In {where} the first certificate belongs to another key; the leaf comes first.", code="key.chain"
        )

    for below, above in itertools.pairwise(chain):
        if not _issued(below, above):
            raise KeyUnavailable(
                f"In {where} the certificate of {_named(below)} was not issued by the next one, {_named(above)}; "
                "the chain goes from the leaf upwards.", code="key.chain")

    for certificate in chain:
        if at < certificate.not_valid_before_utc:
            raise KeyUnavailable(
                f"The certificate of {_named(certificate)} only holds from {_day(certificate.not_valid_before_utc)}.",
                code="key.not_yet",
            )
        if at >= certificate.not_valid_after_utc:
            raise KeyUnavailable(
                f"The certificate of {_named(certificate)} expired on {_day(certificate.not_valid_after_utc)}; "
                "nothing can be signed until it is renewed.", code="key.expired")

    fault = _profile_fault(leaf)
    if fault:
        raise KeyUnavailable(
            f"The certificate of {_named(leaf)} cannot sign Content Credentials: {fault}.", code="key.profile"
        )

    return Signer(
        chain_pem="".join(_pem(certificate) for certificate in chain),
        algorithm=_algorithm(key, leaf),
        not_after=min(certificate.not_valid_after_utc for certificate in chain),
        fingerprint=leaf.fingerprint(hashes.SHA256()).hex(),
        development=development,
        name=_named(leaf),
        sign=_signing(key),
    )


def _profile_fault(leaf: x509.Certificate) -> str:
    """What the C2PA certificate profile forbids in a leaf, as the end of a sentence; empty when all is well."""
    extensions = {extension.oid: extension.value for extension in leaf.extensions}
    constraints = extensions.get(x509.BasicConstraints.oid)
    if constraints is not None and constraints.ca:
        return "it is a certificate authority's"
    usage = extensions.get(x509.KeyUsage.oid)
    if usage is None or not usage.digital_signature or usage.key_cert_sign:
        return "its key usage must be digitalSignature and not keyCertSign"
    purposes = list(extensions.get(x509.ExtendedKeyUsage.oid, ()))
    if ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE in purposes or not set(purposes) & set(ACCEPTED_USAGES):
        return "its extended key usage must name emailProtection, documentSigning or C2PA claim signing"
    if x509.AuthorityKeyIdentifier.oid not in extensions:
        return "it has no authority key identifier"
    return ""


def _algorithm(key: PrivateKey, leaf: x509.Certificate) -> str:
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return "ed25519"
    if isinstance(key, ec.EllipticCurvePrivateKey) and key.curve.name in CURVES:
        return CURVES[key.curve.name][0]
    if isinstance(key, rsa.RSAPrivateKey) and key.key_size >= 2048:
        return "ps256"
    raise KeyUnavailable(
        f"The key of {_named(leaf)} is of a kind or size that C2PA does not allow.", code="key.profile"
    )


CURVES = {
    "secp256r1": ("es256", hashes.SHA256()),
    "secp384r1": ("es384", hashes.SHA384()),
    "secp521r1": ("es512", hashes.SHA512()),
}


def _signing(key: PrivateKey) -> Callable[[bytes], bytes]:
    def sign(data: bytes) -> bytes:
        if isinstance(key, ed25519.Ed25519PrivateKey):
            return key.sign(data)
        if isinstance(key, rsa.RSAPrivateKey):
            return key.sign(
                data, padding.PSS(padding.MGF1(hashes.SHA256()), hashes.SHA256().digest_size), hashes.SHA256()
            )
        # COSE wants the two numbers side by side, not the DER that X.509 uses (RFC 9053, section 2.1).
        r, s = decode_dss_signature(key.sign(data, ec.ECDSA(CURVES[key.curve.name][1])))
        length = (key.curve.key_size + 7) // 8
        return r.to_bytes(length, "big") + s.to_bytes(length, "big")

    return sign


def _issued(below: x509.Certificate, above: x509.Certificate) -> bool:
    try:
        below.verify_directly_issued_by(above)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def _spki(key: Any) -> bytes:
    return key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def _named(certificate: x509.Certificate) -> str:
    names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(names[0].value) if names else certificate.subject.rfc4514_string()


def _day(moment: datetime.datetime) -> str:
    return moment.strftime("%-d %B %Y")


# ── The authorities made here ────────────────────────────────────────────────────────────────────────────────────


def _own_signer(scheme: str, organisation: str, directory: Path, at: datetime.datetime, name: str) -> Signer:
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", organisation):
        raise KeyUnavailable(f'"{scheme}:{organisation}" names no organisation.')
    folder, title = OWN[scheme]
    path = _authority(scheme, directory, at) / f"{organisation}.pem"
    if not _lasts(path, at):
        with _alone(directory):
            if not _lasts(path, at):
                _issue_leaf(path, title, name or organisation, at)
    pem = path.read_bytes()
    return _checked(
        _private_key(pem, path, None), _chain(pem, path), at, where=f"the {folder} key {path}", development=True
    )


def _lasts(path: Path, at: datetime.datetime) -> bool:
    """Whether a leaf made here exists and need not be renewed; a clock set back makes it anew."""
    if not path.exists():
        return False
    leaf = x509.load_pem_x509_certificates(path.read_bytes())[0]
    return leaf.not_valid_before_utc <= at < leaf.not_valid_after_utc - WARN_BEFORE


def _authority(scheme: str, directory: Path, at: datetime.datetime) -> Path:
    """The folder of an authority made here: root.pem, and intermediate.pem with its key."""
    own, title = OWN[scheme]
    folder = directory / own
    if not (folder / "root.pem").exists():
        with _alone(directory):
            if not (folder / "root.pem").exists():
                _found_authority(folder, title, at)
    return folder


def _found_authority(folder: Path, title: str, at: datetime.datetime) -> None:
    """A root that signs one intermediate and whose key is then forgotten; root.pem comes last, when all is there."""
    root_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    root_name, name = _subject(f"{title} root", title), _subject(f"{title} intermediate", title)
    # A year back, so that a clock set back finds the authority valid.
    at -= timedelta(days=365)
    root = _authority_certificate(root_name, root_key, root_name, root_key, at, path_length=1)
    intermediate = _authority_certificate(name, key, root_name, root_key, at, path_length=0)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _write(folder / "intermediate.pem", _key_pem(key) + _pem(intermediate))
    _write(folder / "root.pem", _pem(root))


def _authority_certificate(subject: x509.Name, key: Any, issuer: x509.Name, issuer_key: Any, at: datetime.datetime, *,
                           path_length: int) -> x509.Certificate:
    builder = _certificate(subject, key.public_key(), issuer, issuer_key.public_key(), at, AUTHORITY_LIVES)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=path_length), critical=True)
    builder = builder.add_extension(_usage(key_cert_sign=True, crl_sign=True), critical=True)
    return builder.sign(issuer_key, hashes.SHA256())


def _issue_leaf(path: Path, title: str, name: str, at: datetime.datetime) -> None:
    pem = (path.parent / "intermediate.pem").read_bytes()
    issuer_key, issuer = serialization.load_pem_private_key(pem, None), x509.load_pem_x509_certificates(pem)[0]
    key = ec.generate_private_key(ec.SECP256R1())
    # A reader shows the organisation: of a test, that it is one.
    subject = _subject(f"{title} – {name}", organisation=title if title == TEST else name)
    lives = min(LEAF_LIVES, issuer.not_valid_after_utc - at)
    leaf = claim_signing_leaf(subject, key.public_key(), issuer.subject, issuer_key, at=at, lives=lives)
    _write(path, _key_pem(key) + _pem(leaf) + _pem(issuer))


def claim_signing_leaf(subject: x509.Name, public_key: Any, issuer: x509.Name, issuer_key: Any, *,
                       at: datetime.datetime, lives: timedelta) -> x509.Certificate:
    """A leaf after the C2PA certificate profile, signed by `issuer_key`."""
    builder = _certificate(subject, public_key, issuer, issuer_key.public_key(), at, lives)
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    builder = builder.add_extension(_usage(digital_signature=True, content_commitment=True), critical=True)
    purposes = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION, CLAIM_SIGNING])
    return builder.add_extension(purposes, critical=False).sign(issuer_key, hashes.SHA256())


def _certificate(subject: x509.Name, public_key: Any, issuer: x509.Name, issuer_public_key: Any,
                 at: datetime.datetime, lives: timedelta) -> x509.CertificateBuilder:
    builder = x509.CertificateBuilder(
        issuer_name=issuer, subject_name=subject, public_key=public_key, serial_number=x509.random_serial_number(),
        not_valid_before=at - min(lives, timedelta(hours=1)), not_valid_after=at + lives,
    )
    builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
    return builder.add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_public_key), critical=False)


def _usage(**allowed: bool) -> x509.KeyUsage:
    names = ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
             "key_cert_sign", "crl_sign", "encipher_only", "decipher_only")
    return x509.KeyUsage(**{name: allowed.get(name, False) for name in names})


def _subject(common_name: str, organisation: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, _cut(organisation)),
            x509.NameAttribute(NameOID.COMMON_NAME, _cut(common_name)),
        ]
    )


def _cut(name: str) -> str:
    """As much of a name as a certificate has room for, which counts bytes (RFC 5280, ub-common-name)."""
    return name.encode()[:64].decode(errors="ignore")


def _key_pem(key: Any) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()).decode()


@contextmanager
def _alone(directory: Path) -> Iterator[None]:
    """One process at a time makes keys in `directory`; the lock goes with the process if that dies."""
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    with open(directory / ".lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _write(path: Path, text: str) -> None:
    """Whole or not at all, and readable by the owner only (mkstemp's mode)."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".making-")
    with os.fdopen(handle, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, path)
