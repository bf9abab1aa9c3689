"""Lists of whom to trust are dated and versioned: taken over whole, never emptied in silence, each kind by itself."""

from datetime import UTC, date, datetime, timedelta
from io import StringIO

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.core.management import CommandError, call_command
from django.utils import timezone

from provenance import trust, trust_lists, verification
from provenance.models import TrustList
from provenance.trust_lists import Kind, NotAList, Shrinks
from registry import journal
from tests import receivers
from tests.assets.foreign import CAMERA, Makers, act

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 25, 12, tzinfo=UTC)
DAY = date(2026, 8, 5)


def root(name: str, *, days: int = 3650) -> str:
    key = ec.generate_private_key(ec.SECP256R1())
    called = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = x509.CertificateBuilder(
        issuer_name=called, subject_name=called, public_key=key.public_key(), serial_number=x509.random_serial_number(),
        not_valid_before=AT - timedelta(days=4000), not_valid_after=AT + timedelta(days=days),
    ).add_extension(x509.BasicConstraints(True, None), True)
    return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()


def refreshed(*pems: str, kind: str = Kind.SIGNERS, **more):
    return trust_lists.refresh(kind, "".join(pems).encode(), source="list.pem", listed_on=DAY, at=AT, **more)


@pytest.fixture
def four():
    return [root(f"Root {number}") for number in range(4)]


def test_each_version_stays_and_the_latest_is_in_use(four):
    first = refreshed(*four)
    second = refreshed(*four[1:], root("Root 4"))
    assert (second.came, second.went) == (("CN=Root 4",), ("CN=Root 0",))
    assert trust_lists.in_use(Kind.SIGNERS) == second.now != first.now and TrustList.objects.count() == 2
    assert [one.tag for one in journal.chain("trust:signers")] == ["trust:refreshed"] * 2 and not journal.broken_links()


def test_the_same_certificates_in_another_order_are_no_new_version(four):
    first = refreshed(*four)
    again = refreshed(*reversed(four), "# a comment\n")
    assert again.now == first.now and not again.came and TrustList.objects.count() == 1


@pytest.mark.parametrize("content", [
    b"", b"hello", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", b"<html>404</html>", b"x" * 6_000_000,
    b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
], ids=lambda content: str(content[:28]))  # fmt: skip
def test_what_is_no_list_changes_nothing(four, content):
    before = refreshed(*four).now
    with pytest.raises(NotAList, match="was not changed"):
        trust_lists.refresh(Kind.SIGNERS, content, source="x", listed_on=None, at=AT)
    assert trust_lists.in_use(Kind.SIGNERS) == before


def test_a_list_that_loses_most_of_its_certificates_is_taken_only_on_purpose(four):
    before = refreshed(*four).now
    with pytest.raises(Shrinks, match="3 of the 4"):
        refreshed(four[0])
    assert trust_lists.in_use(Kind.SIGNERS) == before
    assert refreshed(four[0], fewer=True).now.certificates == 1


def test_giving_a_list_up_is_said_with_a_reason(four):
    refreshed(*four)
    trust_lists.give_up(Kind.SIGNERS, at=AT, reason="Its publisher was broken into.")
    assert not trust_lists.in_use(Kind.SIGNERS).pem
    assert journal.chain("trust:signers").last().reason == "Its publisher was broken into."


def test_certificates_that_end_soon_are_named(four):
    change = refreshed(four[0], root("Soon", days=30), root("Gone", days=-1))
    assert change.expired == ("CN=Gone",)
    assert [(name, last) for _, name, last in trust_lists.ending(AT)] == [
        ("CN=Gone", (AT - timedelta(days=1)).date()), ("CN=Soon", (AT + timedelta(days=30)).date()),
    ]  # fmt: skip


@pytest.fixture
def camera(tmp_path, settings):
    """A file of another maker, its root, and a registry that may read the lists on record."""
    makers = Makers(tmp_path)
    settings.DATA_DIR = tmp_path / "data"
    file = makers.put(makers.second("Leica", [act("created", CAMERA)]))
    trust.forget()
    yield file, makers.anchors[0].pem
    makers.box.close()
    trust.remember({})


def concluded(file):
    trust.forget()
    return verification.verify(path=file, name="leica.jpg", at=timezone.now())


def test_a_signer_is_listed_once_its_root_is_on_the_list_and_the_verdict_names_the_day(camera):
    file, pem = camera
    assert concluded(file).trust.state == "untrusted"
    refreshed(pem)
    report = concluded(file)
    assert (report.trust.state, report.trust.text) == ("listed", "On the C2PA trust list of 5 August 2026.")
    assert report.engine["trust_list"] == "2026-08-05"
    trust_lists.give_up(Kind.SIGNERS, at=AT, reason="Test")
    assert concluded(file).trust.state == "untrusted"


def test_a_root_of_time_stamps_vouches_for_no_signer(camera):
    file, pem = camera
    refreshed(pem, kind=Kind.STAMPS)
    assert concluded(file).trust.state == "untrusted"


def test_the_interim_list_is_named_as_what_it_is(camera):
    file, pem = camera
    refreshed(pem, kind=Kind.INTERIM)
    found = concluded(file).trust
    assert found.state == "listed" and "interim trust list, which is closed" in found.text and found.details == {"interim": True}


def said(*words: str) -> str:
    out = StringIO()
    call_command("trust", *words, stdout=out)
    return out.getvalue()


def test_the_command_tells_what_came_and_what_is_in_use(four, tmp_path):
    path = tmp_path / "signers.pem"
    path.write_text("".join(four))
    assert "4 certificates, 4 new, 0 gone" in said("refresh", "signers", "--from", str(path), "--listed-on", "2026-08-05")
    assert "the same as before" in said("refresh", "signers", "--from", str(path))
    told = said("list")
    assert "C2PA trust list: of 5 August 2026, 4 certificates" in told and "Time-stamp authorities: none on record" in told


@pytest.mark.parametrize("source", ["http://127.0.0.1:9/list.pem", "https://10.0.0.1/list.pem", "/no/such/file.pem"])
def test_the_command_speaks_to_nobody_inside_and_says_so(four, source):
    before = refreshed(*four).now
    with pytest.raises(CommandError):
        said("refresh", "signers", "--from", source)
    assert trust_lists.in_use(Kind.SIGNERS) == before


def test_a_list_is_fetched_from_where_an_operator_allows(four, settings):
    with receivers.opened(receivers.status(200, body="".join(four).encode())) as there:
        settings.OUTBOUND_ALLOWED_HOSTS = ["127.0.0.1"]
        assert "4 certificates" in said("refresh", "signers", "--from", there.address)
    assert trust_lists.in_use(Kind.SIGNERS).source == there.address
