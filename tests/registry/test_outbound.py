"""An address that somebody outside named is spoken to only if it is public, and no longer or larger than it may be."""

import datetime
import ipaddress
import ssl
import time

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from registry import outbound
from registry.errors import Invalid, Unavailable
from tests import receivers

PUBLIC = """8.8.8.8 1.1.1.1 2606:4700::1111 2002:0808:0808::1 64:ff9b::8.8.8.8 ::ffff:8.8.8.8""".split()
INSIDE = """127.0.0.1 127.8.8.8 10.0.0.1 172.16.0.1 192.168.1.1 169.254.169.254 100.64.0.1 0.0.0.0 0.1.2.3 224.0.0.1
    255.255.255.255 240.0.0.1 198.18.0.1 192.0.2.1 192.0.0.170 192.88.99.1 203.0.113.5 :: ::1 ::ffff:10.0.0.1
    ::ffff:127.0.0.1 ::127.0.0.1 ::8.8.8.8 64:ff9b::10.0.0.1 64:ff9b::169.254.169.254 64:ff9b:1::1 2002:7f00:1::1 2001::1
    2001:db8::1 fc00::1 fd00:ec2::254 fe80::1 fec0::1 ff02::1 100::1 5f00::1 3fff::1""".split()

REFUSED = (
    "http://hooks.example.com/", "ftp://hooks.example.com/", "file:///etc/passwd", "gopher://x.example/", "//x.example/",
    "hooks.example.com/x", "https://", "https:///x", "https://user@x.example/", "https://user:secret@x.example/",
    "https://x.example@127.0.0.1/", "https://x.example/#part", "https://x.example:22/", "https://x.example:25/",
    "https://x.example:0/", "https://x.example:99999/", "https://x.example:1a/", "https://x.example/a b",
    "https://x.example/\r\nHost: inside", "https://x.example\\@127.0.0.1/", "https://2130706433/", "https://0x7f000001/",
    "https://0x7f.1/", "https://0177.0.0.1/", "https://127.1/", "https://127.0.0.1/", "https://127.0.0.1./",
    "https://[::1]/", "https://[::ffff:127.0.0.1]/", "https://[fe80::1%25eth0]/", "https://[::ffff:7f00:1]/",
    "https://[64:ff9b::a00:1]/", "https://169.254.169.254/latest/meta-data/", "https://bücher.example/",
    "https://x。example/", "https://%6c%6f%63alhost/", "https://-x.example/", "https://x..example/", "https://①.1.1.1/",
    "https://x.example/" + "a" * 2000,
)  # fmt: skip


@pytest.mark.parametrize("address", PUBLIC)
def test_an_address_of_the_internet_is_public(address):
    assert outbound.is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", INSIDE)
def test_an_address_inside_is_not_public_however_it_is_written(address):
    assert not outbound.is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", REFUSED)
def test_what_is_no_public_https_address_is_refused_before_anything_is_looked_up(address):
    with pytest.raises(Invalid):
        outbound.destination(address)


def test_an_address_is_taken_apart():
    told = outbound.destination("https://Hooks.Example.com:8443/a/b?c=d")
    assert (told.host, told.port, told.target, told.authority) == (
        "hooks.example.com", 8443, "/a/b?c=d", "hooks.example.com:8443",
    )  # fmt: skip
    assert outbound.destination("https://8.8.8.8").authority == "8.8.8.8"
    assert outbound.destination("https://[2606:4700::1111]:4430/").authority == "[2606:4700::1111]:4430"


@pytest.mark.parametrize("name", ["localhost", "localhost.", "127.0.0.1.nip.example", "metadata"])
def test_a_name_that_leads_inside_is_refused_and_nothing_is_connected(name):
    with receivers.opened() as receiver:
        with pytest.raises(outbound.NotPublic):
            outbound.post(f"https://{name}:{receiver.port}/", b"{}", {}, resolve=lambda *_: ["127.0.0.1"])
    assert receiver.got == []


def test_one_address_inside_among_public_ones_refuses_the_whole_name():
    with pytest.raises(outbound.NotPublic):
        outbound.post("https://x.example/", b"", {}, resolve=lambda *_: ["8.8.8.8", "10.0.0.1"])


def test_a_name_is_resolved_once_and_its_second_answer_reaches_nobody():
    """DNS rebinding: the first answer passes the check, the second would lead inside. There is no second."""
    asked = []

    def rebinding(host, port):
        asked.append(host)
        return ["8.8.8.8"] if len(asked) == 1 else ["127.0.0.1"]

    to = outbound.destination("https://rebinding.example/")
    found = outbound.checked(to, wall=outbound.Wall(5), resolve=rebinding)
    assert [str(one) for one in found] == ["8.8.8.8"] and len(asked) == 1
    with pytest.raises(outbound.NotPublic):
        outbound.checked(to, wall=outbound.Wall(5), resolve=rebinding)


def test_an_operators_host_may_be_inside_and_speak_http_but_never_be_the_clouds_own_metadata():
    with receivers.opened(receivers.status(200, body=b"well")) as receiver:
        answer = outbound.post(
            f"http://hooks.internal:{receiver.port}/x?y=z", b"{}", {"Content-Type": "application/json"},
            allowed=["hooks.internal"], resolve=lambda *_: ["127.0.0.1"],
        )  # fmt: skip
    assert (answer.status, answer.body, answer.cut) == (200, b"well", False)
    [got] = receiver.got
    assert (got.line, got.headers["host"], got.body) == (
        "POST /x?y=z HTTP/1.1", f"hooks.internal:{receiver.port}", b"{}",
    )  # fmt: skip
    for inside in ("169.254.169.254", "::ffff:169.254.169.254", "0.0.0.0", "fe80::1"):
        with pytest.raises(outbound.NotPublic):
            outbound.post("http://hooks.internal/", b"", {}, allowed=["hooks.internal"], resolve=lambda *_, at=inside: [at])
    with pytest.raises(Invalid):
        outbound.destination("http://hooks.internal:81/", allowed=["hooks.internal:80"])


def test_proxies_of_the_environment_are_not_asked(monkeypatch):
    with receivers.opened() as proxy, receivers.opened() as receiver:
        for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        outbound.post(receiver.address, b"", {}, allowed=["127.0.0.1"])
    assert len(receiver.got) == 1 and proxy.got == []


def test_a_redirect_to_loopback_is_an_answer_and_nothing_follows_it():
    with receivers.opened() as inside:
        with receivers.opened(receivers.status(307, Location=inside.address)) as receiver:
            assert outbound.post(receiver.address, b"", {}, allowed=["127.0.0.1"]).status == 307
    assert inside.got == []


@pytest.mark.parametrize("manner", [receivers.hanging, receivers.dripping])
def test_who_hangs_or_drips_meets_the_wall(manner):
    with receivers.opened(manner) as receiver:
        began = time.monotonic()
        with pytest.raises(outbound.TooSlow):
            outbound.post(receiver.address, b"", {}, allowed=["127.0.0.1"], seconds=0.4)
        assert 0.3 < time.monotonic() - began < 20


def test_of_ten_megabytes_no_more_is_read_than_is_asked_for():
    with receivers.opened(receivers.endless) as receiver:
        answer = outbound.post(receiver.address, b"", {}, allowed=["127.0.0.1"], most=65536)
    assert answer.status == 200 and answer.cut and 60_000 < len(answer.body) < 65536


def test_headers_without_end_are_no_answer():
    with receivers.opened(receivers.answering(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 20_000)) as receiver:
        with pytest.raises(Unavailable):
            outbound.post(receiver.address, b"", {}, allowed=["127.0.0.1"])


def test_what_speaks_no_http_and_who_is_not_there_are_told_in_a_sentence():
    with receivers.opened(receivers.answering(b"220 mail.example ESMTP\r\n")) as receiver:
        with pytest.raises(outbound.NoAnswer):
            outbound.post(receiver.address, b"", {}, allowed=["127.0.0.1"])
    with pytest.raises(outbound.NotReached, match="connection refused"):
        outbound.post("http://127.0.0.1:1/", b"", {}, allowed=["127.0.0.1"])
    with pytest.raises(outbound.NotReached, match="not known"):
        outbound.post("https://nowhere.invalid/", b"", {}, resolve=lambda *_: [])


def test_a_resolver_that_is_silent_is_left_behind(monkeypatch):
    monkeypatch.setattr(outbound, "CONNECT_SECONDS", 0.2)
    with pytest.raises(outbound.NotReached, match="was not resolved"):
        outbound.post("https://slow.example/", b"", {}, resolve=lambda *_: time.sleep(1) or [])


def test_a_header_cannot_smuggle_another():
    with receivers.opened() as receiver, pytest.raises(ValueError):
        outbound.post(receiver.address, b"", {"X": "a\r\nHost: b"}, allowed=["127.0.0.1"])


def test_the_certificate_must_be_of_the_name_although_the_address_was_checked(tmp_path):
    """The connection goes to the address, the handshake asks for the name (SNI), and the certificate is held against it."""
    pem = certificate("hooks.internal", tmp_path)
    server, client = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context(cafile=pem)
    server.load_cert_chain(pem)
    names = []
    server.sni_callback = lambda _, name, __: names.append(name)
    with receivers.opened(wrap=lambda plain: server.wrap_socket(plain, server_side=True)) as receiver:
        asked = {"resolve": lambda *_: ["127.0.0.1"], "allowed": ["hooks.internal", "other.internal"]}
        address = f"https://hooks.internal:{receiver.port}/"
        assert outbound.post(address, b"{}", {}, tls=client, **asked).status == 204
        assert names == ["hooks.internal"] and receiver.got[0].headers["host"] == f"hooks.internal:{receiver.port}"
        with pytest.raises(outbound.NotReached, match="certificate is not trusted"):
            outbound.post(address.replace("hooks", "other"), b"{}", {}, tls=client, **asked)
        with pytest.raises(outbound.NotReached, match="certificate is not trusted"):
            outbound.post(address, b"{}", {}, **asked)
    assert len(receiver.got) == 1


def certificate(name, folder):
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    day, now = datetime.timedelta(days=1), datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(now - day).not_valid_after(now + day)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True).sign(key, hashes.SHA256())
    )  # fmt: skip
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path = folder / "hooks.pem"
    path.write_bytes(key.private_bytes(*form) + made.public_bytes(serialization.Encoding.PEM))
    return path
