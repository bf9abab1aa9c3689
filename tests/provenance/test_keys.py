"""Keys by reference: the development authority, key files, and a clear sentence whenever there is no key."""

import datetime
import multiprocessing
import os
import stat
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from provenance import keys
from provenance.keys import KeyUnavailable
from provenance.sandbox import Sandbox
from tests.assets import build
from tests.assets.studio import Studio, now

AT = datetime.datetime(2026, 7, 14, 9, 0, tzinfo=datetime.UTC)


def leaf_of(signer: keys.Signer) -> x509.Certificate:
    return x509.load_pem_x509_certificates(signer.chain_pem.encode())[0]


# ── The development authority ────────────────────────────────────────────────────────────────────────────────────


def test_a_development_key_is_made_on_demand_and_kept(tmp_path):
    first = keys.signer("dev:org_a", directory=tmp_path, at=AT, name="Northlight Pictures")
    again = keys.signer("dev:org_a", directory=tmp_path, at=AT + timedelta(days=1))

    assert first.chain_pem == again.chain_pem
    assert first.development and "development" in first.name
    assert (first.algorithm, first.fingerprint) == ("es256", leaf_of(first).fingerprint(hashes.SHA256()).hex())


def test_its_leaf_is_what_the_certificate_profile_asks_for(tmp_path):
    signer = keys.signer("dev:org_a", directory=tmp_path, at=AT, name="Northlight Pictures")
    leaf, intermediate = x509.load_pem_x509_certificates(signer.chain_pem.encode())
    root = x509.load_pem_x509_certificate(keys.root_pem(tmp_path).encode())
    usage = leaf.extensions.get_extension_for_class(x509.KeyUsage)
    purposes = leaf.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value

    leaf.verify_directly_issued_by(intermediate)
    intermediate.verify_directly_issued_by(root)
    assert (
        usage.critical
        and usage.value.digital_signature
        and usage.value.content_commitment
        and not usage.value.key_cert_sign
    )
    assert [purpose.dotted_string for purpose in purposes] == ["1.3.6.1.5.5.7.3.4", "1.3.6.1.4.1.62558.2.1"]
    assert leaf.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)[0].value == "Northlight Pictures"
    assert leaf.not_valid_after_utc - leaf.not_valid_before_utc <= timedelta(days=366)


def test_each_studio_has_a_leaf_of_its_own_under_one_root(tmp_path):
    ours, theirs = (keys.signer(f"dev:{name}", directory=tmp_path, at=AT) for name in ("org_a", "org_b"))

    assert ours.fingerprint != theirs.fingerprint
    assert ours.chain_pem.split("-----END")[1] == theirs.chain_pem.split("-----END")[1]


def test_the_root_key_is_forgotten_and_the_others_are_for_their_owner_only(tmp_path):
    keys.signer("dev:org_a", directory=tmp_path, at=AT)
    files = {path.name: path for path in (tmp_path / "development").iterdir()}

    assert set(files) == {"root.pem", "intermediate.pem", "org_a.pem"}
    assert "PRIVATE" not in files["root.pem"].read_text()
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in files.values())
    assert stat.S_IMODE((tmp_path / "development").stat().st_mode) == 0o700


def test_a_development_leaf_is_renewed_before_it_ends(tmp_path):
    first = keys.signer("dev:org_a", directory=tmp_path, at=AT)
    moments = {
        "the day before": first.not_after - timedelta(days=31),
        "the moment itself": first.not_after - timedelta(days=30),
        "long after": first.not_after + timedelta(days=400),
    }
    renewed = {
        when: keys.signer("dev:org_a", directory=tmp_path, at=at).fingerprint != first.fingerprint
        for when, at in moments.items()
    }

    assert renewed == {"the day before": False, "the moment itself": True, "long after": True}


def _ask(directory, told) -> None:
    told.put((keys.signer("dev:org_a", directory=directory, at=AT).fingerprint, keys.root_pem(directory)))


def test_processes_that_ask_at_once_get_one_authority_and_one_leaf(tmp_path):
    context = multiprocessing.get_context("fork")
    told = context.Queue()
    asking = [context.Process(target=_ask, args=(tmp_path, told)) for _ in range(8)]
    for process in asking:
        process.start()
    answers = {told.get(timeout=30) for _ in asking}
    for process in asking:
        process.join()

    assert len(answers) == 1


def test_signers_print_no_key(tmp_path):
    assert "sign=" not in repr(keys.signer("dev:org_a", directory=tmp_path, at=AT))


# ── Key files ────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def studio(tmp_path):
    return Studio(tmp_path / "keys")


def parts(path) -> tuple[bytes, list[bytes]]:
    """The private key of a PEM file, and its certificates."""
    blocks = [
        block + b"-----\n"
        for block in path.read_bytes().replace(b"-----\n-----BEGIN", b"-----\n\0-----BEGIN").split(b"\0")
    ]
    blocks = [block.replace(b"-----\n-----\n", b"-----\n") for block in blocks]
    return blocks[0], blocks[1:]


def write(path, *pieces: bytes):
    path.write_bytes(b"".join(pieces))
    return f"file:{path}"


def ask(reference, at=None, **more):
    return keys.signer(reference, directory="unused", at=at or now(), **more)


def refusal(reference, at=None, **more) -> tuple[str, str]:
    with pytest.raises(KeyUnavailable) as raised:
        ask(reference, at, **more)
    return raised.value.code, raised.value.detail


def test_a_key_file_with_its_chain_signs(studio, tmp_path):
    signer = ask(f"file:{studio.directory / 'development' / 'org_northlight.pem'}")
    signature = signer.sign(b"bytes")
    der = encode_dss_signature(int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big"))

    leaf_of(signer).public_key().verify(der, b"bytes", ec.ECDSA(hashes.SHA256()))
    assert not signer.development
    assert signer.not_after == leaf_of(signer).not_valid_after_utc


def test_an_encrypted_key_is_opened_with_the_password_beside_it(studio, tmp_path):
    key, chain = parts(studio.directory / "development" / "org_northlight.pem")
    sealed = serialization.load_pem_private_key(key, None).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.BestAvailableEncryption(b"sesame"))
    reference = write(tmp_path / "studio.pem", sealed, *chain)

    assert refusal(reference)[0] == "key.password"
    (tmp_path / "elsewhere").write_text("sesame\n")
    assert ask(reference, password_file=tmp_path / "elsewhere").fingerprint == studio.signer.fingerprint
    (tmp_path / "studio.pem.password").write_text("wrong")
    assert refusal(reference) == (
        "key.password",
        f"The signing key file {tmp_path / 'studio.pem'} cannot be opened: its password is wrong.",
    )
    (tmp_path / "studio.pem.password").write_text("sesame")
    assert ask(reference).fingerprint == studio.signer.fingerprint
    assert refusal(reference, password_file=tmp_path / "nowhere")[0] == "key.missing"


def test_what_is_missing_is_said(studio, tmp_path):
    key, chain = parts(studio.directory / "development" / "org_northlight.pem")

    assert refusal(f"file:{tmp_path / 'none.pem'}") == (
        "key.missing", f"The signing key file {tmp_path / 'none.pem'} cannot be read: No such file or directory.")
    assert refusal(write(tmp_path / "a.pem", *chain))[0] == "key.missing"
    assert refusal(write(tmp_path / "b.pem", key))[0] == "key.chain"
    assert "begins with no known scheme" in refusal("vault:northlight")[1]
    assert refusal("dev:../../etc/passwd")[0] == "key.unavailable"


def test_a_chain_in_the_wrong_order_or_of_another_key_is_said(studio, tmp_path):
    key, (leaf, intermediate) = parts(studio.directory / "development" / "org_northlight.pem")
    other = Studio(tmp_path / "other")
    _, (_, stranger) = parts(other.directory / "development" / "org_northlight.pem")
    mine, _ = parts(other.directory / "development" / "org_northlight.pem")

    assert refusal(write(tmp_path / "a.pem", key, intermediate, leaf)) [0] == "key.chain"
    assert refusal(write(tmp_path / "b.pem", key, leaf, stranger))[0] == "key.chain"
    assert refusal(write(tmp_path / "c.pem", mine, leaf, intermediate))[0] == "key.chain"


def test_a_certificate_that_has_ended_or_not_begun_refuses_to_sign(studio):
    reference = f"file:{studio.directory / 'development' / 'org_northlight.pem'}"
    leaf = leaf_of(ask(reference))
    begins, ends = leaf.not_valid_before_utc, leaf.not_valid_after_utc

    assert refusal(reference, begins - timedelta(seconds=1))[0] == "key.not_yet"
    assert ask(reference, begins)
    assert ask(reference, ends - timedelta(seconds=1))
    code, detail = refusal(reference, ends)
    assert code == "key.expired" and f"expired on {ends.strftime('%-d %B %Y')}" in detail


def test_a_warning_is_due_thirty_days_before_the_end(studio):
    ends = studio.signer.not_after
    table = {timedelta(days=31): False, timedelta(days=30): True, timedelta(days=1): True, timedelta(days=-1): True}

    assert {before: studio.signer.expires_soon(ends - before) for before in table} == table


def certificate(key, *, purposes=(ExtendedKeyUsageOID.EMAIL_PROTECTION,), ca=False, signs=True):
    """A self-signed certificate that keeps the profile but for what is asked for."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Oddity")])
    builder = x509.CertificateBuilder(
        issuer_name=name, subject_name=name, public_key=key.public_key(), serial_number=7,
        not_valid_before=now() - timedelta(days=1), not_valid_after=now() + timedelta(days=90))
    builder = builder.add_extension(x509.BasicConstraints(ca, None), True)
    builder = builder.add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), False)
    builder = builder.add_extension(keys._usage(digital_signature=signs, content_commitment=True), True)
    if purposes:
        builder = builder.add_extension(x509.ExtendedKeyUsage(purposes), False)
    made = builder.sign(key, None if isinstance(key, ed25519.Ed25519PrivateKey) else hashes.SHA256())
    return made.public_bytes(serialization.Encoding.PEM)


@pytest.mark.parametrize("fault", [
    {"ca": True}, {"signs": False}, {"purposes": ()}, {"purposes": (ExtendedKeyUsageOID.CLIENT_AUTH,)},
    {"purposes": (ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE, ExtendedKeyUsageOID.EMAIL_PROTECTION)},
], ids=str)
def test_a_certificate_outside_the_profile_is_refused_before_anything_is_signed(tmp_path, fault):
    key = ec.generate_private_key(ec.SECP256R1())

    code, detail = refusal(write(tmp_path / "odd.pem", keys._key_pem(key).encode(), certificate(key, **fault)))

    assert code == "key.profile" and detail.startswith("The certificate of Oddity cannot sign Content Credentials")


@pytest.mark.parametrize(
    "make, algorithm",
    [
        (lambda: ec.generate_private_key(ec.SECP256R1()), "es256"),
        (lambda: ec.generate_private_key(ec.SECP384R1()), "es384"),
        (lambda: ec.generate_private_key(ec.SECP521R1()), "es512"),
        (lambda: rsa.generate_private_key(65_537, 2_048), "ps256"),
        (ed25519.Ed25519PrivateKey.generate, "ed25519"),
    ],
)
def test_every_kind_of_key_that_c2pa_allows_signs_a_file(studio, tmp_path, make, algorithm):
    issuer_pem = (studio.directory / "development" / "intermediate.pem").read_bytes()
    issuer, key = x509.load_pem_x509_certificates(issuer_pem)[0], make()
    leaf = keys.claim_signing_leaf(
        issuer.subject,
        key.public_key(),
        issuer.subject,
        serialization.load_pem_private_key(issuer_pem, None),
        at=now(),
        lives=timedelta(days=90),
    )
    signer = ask(
        write(tmp_path / "key.pem", keys._key_pem(key).encode(), keys._pem(leaf).encode(), keys._pem(issuer).encode())
    )
    box, path = Sandbox(children=1, anchors=studio.anchors), tmp_path / "signed.jpg"
    request = studio.request(
        build.library() / "turned.jpg", "image/jpeg", path, chain_pem=signer.chain_pem, alg=signer.algorithm
    )
    box.sign(request, signer.sign)

    assert signer.algorithm == algorithm
    assert box.read(path)["state"] == "Trusted"
    box.close()


@pytest.mark.parametrize(
    "make", [lambda: ec.generate_private_key(ec.SECP256K1()), lambda: rsa.generate_private_key(65_537, 1_024)]
)
def test_other_kinds_of_key_are_refused(tmp_path, make):
    key = make()

    assert refusal(write(tmp_path / "key.pem", keys._key_pem(key).encode(), certificate(key)))[0] == "key.profile"


def test_a_deployment_may_add_a_scheme_of_its_own(monkeypatch):
    made = keys.Signer("pem", "es256", AT, "00", False, "Service", lambda data: data[::-1])
    monkeypatch.setitem(keys.SCHEMES, "kms", lambda value, at: made if value == "northlight" else None)

    assert ask("kms:northlight").sign(b"abc") == b"cba"


def test_pss_is_what_rsa_signs_with(tmp_path):
    key = rsa.generate_private_key(65_537, 2_048)
    signer = ask(write(tmp_path / "key.pem", keys._key_pem(key).encode(), certificate(key)))

    key.public_key().verify(signer.sign(b"x"), b"x", padding.PSS(padding.MGF1(hashes.SHA256()), 32), hashes.SHA256())


def test_nothing_half_written_is_left_beside_the_keys(tmp_path):
    keys.signer("dev:org_a", directory=tmp_path, at=AT)

    assert not [name for name in os.listdir(tmp_path / "development") if name.startswith(".making")]
