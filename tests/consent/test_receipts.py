"""A performer's receipt: signed once, naming nobody, and checked by anybody with what is public."""

import base64
import gzip
import json
import re
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import jsonschema
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from joserfc.errors import JoseError

from consent import determinations, grants
from consent.models import Receipt, ReceiptKey, StatusList, StatusListEntry
from consent.receipts import checking, issuer, issuing, keys, status
from consent.receipts.bitstring import ListUnreadable
from registry import journal
from registry import people as registry_people
from registry.errors import Invalid, NotAllowed
from registry.models import Event, Membership
from tests import cast as people
from tests.consent.receipts import WHY, believed, bit, given, unpacked

pytestmark = pytest.mark.django_db
SCHEMA = json.loads((Path(__file__).parents[2] / "consent" / "schemas" / "receipt-1.json").read_text())


@pytest.fixture(autouse=True)
def own_keys(settings, tmp_path):
    settings.DATA_DIR = tmp_path


def pem(password="a password for the test", curve=None):
    secret = serialization.BestAvailableEncryption(password.encode()) if password else serialization.NoEncryption()
    key = ec.generate_private_key(curve or ec.SECP256R1())
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, secret).decode()


# ── What it is ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_stranger_finds_the_key_by_its_id_and_believes_the_receipt(cast, client):
    token = given(cast, people.verified(cast))
    header, document = unpacked(token)
    assert header["alg"] == "ES256" and header["typ"] == "vc+jwt" and header["cty"] == "vc"
    assert believed(client, token) == document
    jsonschema.validate(document, SCHEMA)
    did = client.get("/.well-known/did.json").json()
    assert header["kid"] in did["assertionMethod"] and document["issuer"]["id"] == did["id"] == header["kid"].split("#")[0]
    assert not any("d" in method["publicKeyJwk"] for method in did["verificationMethod"])
    assert all("d" not in key for key in client.get("/.well-known/jwks.json").json()["keys"])


def test_it_says_what_was_agreed_in_sentences_and_in_odrl(cast):
    _, document = unpacked(given(cast, people.verified(cast)))
    said = document["credentialSubject"]
    assert document["@context"][0] == "https://www.w3.org/ns/credentials/v2"
    assert document["validFrom"] == "2026-05-03T00:00:00Z" and document["validUntil"] == "2028-05-03T00:00:00Z"
    assert said["studio"]["name"] == "Northlight Pictures" and said["production"] == "Harbor"
    assert said["description"].startswith("De-aging of the performer") and said["signedOn"] == "2026-05-03"
    assert any("de-aging (face)" in sentence for sentence in said["summary"])
    [permission] = said["terms"]["permission"]
    assert {"leftOperand": "purpose", "operator": "isAnyOf", "rightOperand": ["cs:de_aging"]} in permission["constraint"]
    assert "cs:train" not in permission["action"] and "cs:release" in permission["action"]


def test_a_development_key_says_so_and_anothers_does_not(cast, settings):
    _, document = unpacked(given(cast, people.verified(cast)))
    assert "not for production" in document["issuer"]["name"]
    settings.RECEIPT_KEY, settings.RECEIPT_KEY_PASSWORD = pem(), "a password for the test"
    _, document = unpacked(given(cast, people.verified(cast, number="C-2")))
    assert "development" not in document["issuer"]["name"]


def test_nobody_is_named_and_no_id_of_ours_stands_in_it(cast):
    grant = people.verified(cast)
    text = json.dumps(unpacked(given(cast, grant))[1], ensure_ascii=False)
    revision = grant.revisions.get()
    ids = [cast.mira.public_id, grant.public_id, grant.number, revision.public_id, revision.evidence.get().sha256,
           cast.harbor.public_id, *(line.public_id for line in revision.lines.all())]  # fmt: skip
    for private in ["Valeska", "Miranda", "M. Vale", "1974-03", "Roth", "Okafor", *ids]:
        assert private not in text


def test_two_receipts_of_one_person_share_no_id(cast):
    first, second = (unpacked(given(cast, people.verified(cast, number=n)))[1] for n in ("C-1", "C-2"))
    assert len(random_in(first)) == 5 and not random_in(first) & random_in(second)


def random_in(document):
    said = document["credentialSubject"]
    places = {(one["statusListCredential"], one["statusListIndex"]) for one in document["credentialStatus"]}
    return {document["id"], said["id"], said["terms"]["uid"]} | places


def test_it_is_made_once_and_the_same_ever_after(cast):
    grant = people.verified(cast)
    token = given(cast, grant)
    people.ended(cast, grant, at=people.NOON + timedelta(days=1))
    assert given(cast, grant, at=people.NOON + timedelta(days=2)) == token
    assert Receipt.objects.count() == 1 and StatusListEntry.objects.count() == 2
    assert [event.tag for event in journal.chain(grant.public_id)].count("receipt:issued") == 1


def test_it_lies_encrypted_under_the_persons_key(cast):
    token = given(cast, people.verified(cast))
    assert token.encode() not in bytes(Receipt.objects.get().sealed)
    assert issuing.opened(Receipt.objects.get()) == token


def test_the_tables_keep_what_was_given(cast):
    given(cast, people.verified(cast))
    for model in (Receipt, ReceiptKey, StatusList, StatusListEntry):
        for statement in ("UPDATE {} SET recorded_at = recorded_at", "DELETE FROM {}"):
            with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement.format(model._meta.db_table))
        assert model.objects.exists()


# ── What gets none ───────────────────────────────────────────────────────────────────────────────────────────────


def refused(cast, grant, code, *, at=people.NOON, number=1, by=None):
    before = Event.objects.count()
    with pytest.raises((issuing.NoReceipt, issuing.Erased, NotAllowed)) as refusal:
        issuing.issue(grant.revisions.get(number=number), by=by or cast.ines, at=at, reason=WHY)
    assert refusal.value.code == code
    assert not Receipt.objects.exists() and not StatusListEntry.objects.exists() and Event.objects.count() == before


def test_none_before_a_second_lawyer_has_verified(cast):
    refused(cast, people.entered(cast), "receipt.not_verified")


def test_none_once_the_consent_is_over(cast):
    grant = people.verified(cast)
    refused(cast, grant, "receipt.not_in_force", at=people.NOON.replace(year=2028))
    people.ended(cast, grant, at=people.NOON)
    refused(cast, grant, "receipt.not_in_force")


def test_none_of_a_revision_that_another_has_replaced(cast):
    grant = people.verified(cast)
    later = grants.amend(grant, terms=people.terms(), by=cast.ines, at=people.NOON, reason="Longer")
    grants.verify(later, by=cast.tobi, at=people.NOON, reason="Compared")
    refused(cast, grant, "receipt.replaced")
    assert given(cast, grant, number=2)


def test_none_by_another_studios_lawyer_nor_by_a_reader(cast):
    grant = people.verified(cast)
    refused(cast, grant, "desk.role", by=cast.sol)
    refused(cast, grant, "desk.role", by=cast.ada)


def test_none_without_a_key_in_production(cast, settings):
    settings.PRODUCTION = True
    grant = people.verified(cast)
    with pytest.raises(keys.ReceiptKeyUnavailable):
        given(cast, grant)
    assert not Receipt.objects.exists()


@pytest.mark.parametrize(("key", "password"), [
    (pem("right"), "wrong"), (pem("right"), ""), (pem("x", ec.SECP384R1()), "x"), ("-----BEGIN", "x"), ("no key", ""),
])  # fmt: skip
def test_a_key_that_does_not_open_is_told(settings, key, password):
    settings.RECEIPT_KEY, settings.RECEIPT_KEY_PASSWORD = key, password
    with pytest.raises(keys.ReceiptKeyUnavailable, match="RECEIPT_KEY"):
        issuer.key()


# ── Checking ─────────────────────────────────────────────────────────────────────────────────────────────────────


def state(token, *, at=people.NOON):
    return checking.checked(
        token, key_set=issuer.key_set(), at=at, status_list=lambda address: status.served(address.rpartition("/")[2], at=at).body
    ).state


def test_its_state_follows_the_record(cast):
    grant = people.verified(cast)
    token = given(cast, grant)
    assert state(token) == "valid"
    assert state(token, at=people.NOON.replace(month=5, day=2)) == "not_yet"
    assert state(token, at=people.NOON.replace(year=2028)) == "expired"
    people.ended(cast, grant, at=people.NOON)
    cache.clear()
    assert state(token) == "revoked"


def test_after_a_rotation_old_receipts_check_by_their_keys_id(cast, client, settings):
    old = given(cast, people.verified(cast))
    settings.RECEIPT_KEY, settings.RECEIPT_KEY_PASSWORD = pem(), "a password for the test"
    new = given(cast, people.verified(cast, number="C-2"))
    assert unpacked(old)[0]["kid"] != unpacked(new)[0]["kid"]
    assert len(client.get("/.well-known/jwks.json").json()["keys"]) == 2
    for token in (old, new):
        document = believed(client, token)
        assert bit(client, document, "revocation") == 0
        assert state(token) == "valid"


def test_a_key_that_signed_no_receipt_is_not_published_once_it_is_gone(client, settings):
    settings.RECEIPT_KEY, settings.RECEIPT_KEY_PASSWORD = pem(), "a password for the test"
    [before] = client.get("/.well-known/jwks.json").json()["keys"]
    settings.RECEIPT_KEY = pem()
    [after] = client.get("/.well-known/jwks.json").json()["keys"]
    assert before["kid"] != after["kid"]


def changed(token):
    """The same receipt with a longer term, under the old signature."""
    header, _, signature = token.split(".")
    document = unpacked(token)[1] | {"validUntil": "2099-01-01T00:00:00Z"}
    return ".".join([header, packed(document), signature])


def packed(document):
    return base64.urlsafe_b64encode(json.dumps(document).encode()).decode().rstrip("=")


@pytest.mark.parametrize("spoil", [
    changed,
    lambda token: token[:-6] + ("A" if token[-6] != "A" else "B") + token[-5:],
    lambda token: token.rpartition(".")[0] + ".",
    lambda token: packed({"alg": "none"}) + "." + token.split(".")[1] + ".",
    lambda token: packed({"alg": "HS256", "typ": "vc+jwt"}) + "." + token.split(".", 1)[1],
    lambda token: token[: len(token) // 2],
    lambda token: "",
    lambda token: "{}",
    lambda token: "\x00\u202e" * 40,
])  # fmt: skip
def test_a_tampered_receipt_is_believed_by_nobody(cast, client, spoil):
    bad = spoil(given(cast, people.verified(cast)))
    with pytest.raises(keys.NotSignedHere):
        state(bad)
    with pytest.raises((JoseError, ValueError)):
        believed(client, bad)


def test_a_receipt_of_another_registry_is_not_ours(cast, tmp_path):
    _, document = unpacked(given(cast, people.verified(cast)))
    stranger = keys.development(tmp_path / "elsewhere")
    with pytest.raises(keys.NotSignedHere, match="not among the keys"):
        state(stranger.sign(document, issuer="did:web:elsewhere.example"))


def test_a_status_list_is_no_receipt(cast):
    given(cast, people.verified(cast))
    listed = status.served(StatusListEntry.objects.first().list.public_id, at=people.NOON).body
    with pytest.raises(Invalid) as refusal:
        state(listed)
    assert refusal.value.code == "receipt.kind"


def test_the_command_says_what_it_is_and_refuses_what_is_not(cast, tmp_path, capsys):
    good, bad = tmp_path / "receipt.vc.jwt", tmp_path / "bad.vc.jwt"
    good.write_text(given(cast, people.verified(cast)) + "\n")
    bad.write_text(changed(good.read_text().strip()))
    call_command("receipt_check", str(good))
    told = capsys.readouterr().out
    assert "not for production" in told and "de-aging (face)" in told
    with pytest.raises(CommandError):
        call_command("receipt_check", str(bad), str(tmp_path / "none"))
    assert "changed after it was signed" in capsys.readouterr().err


# ── Erasing ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_erasing_the_person_erases_the_receipt_and_leaves_the_chain_whole(cast):
    grant = people.verified(cast)
    given(cast, grant)
    Membership.objects.create(user=cast.ada, organisation=cast.northlight, role=Membership.Role.DPO)
    registry_people.erase(cast.mira, by=cast.ada, at=people.NOON, reason="Asked for in writing")
    with pytest.raises(issuing.Erased):
        issuing.issue(grant.revisions.get(), by=cast.ines, at=people.NOON, reason=WHY)
    with pytest.raises(issuing.Erased):
        issuing.opened(Receipt.objects.get())
    assert journal.broken_links() == []


def test_two_processes_make_one_development_key(tmp_path):
    program = "from pathlib import Path; from consent.receipts import keys; print(keys.development(Path('{0}')).thumbprint)"
    started = [subprocess.Popen([sys.executable, "-c", program.format(tmp_path)], stdout=subprocess.PIPE, text=True,
                                cwd=Path(__file__).parents[2]) for _ in range(3)]  # fmt: skip
    assert len({one.communicate(timeout=60)[0] for one in started}) == 1
    assert (tmp_path / "receipt_key.pem").stat().st_mode & 0o077 == 0
    assert [path.name for path in tmp_path.iterdir()] == ["receipt_key.pem"]


# ── The way that the documentation tells ─────────────────────────────────────────────────────────────────────────


@pytest.fixture
def documented(client, settings):
    """`check` of docs/receipts.md, which fetches from the pages here."""
    text = (Path(__file__).parents[2] / "docs" / "receipts.md").read_text()
    told = {}
    exec(re.search(r"```python\n(.*?)```", text, re.DOTALL)[1], told)
    site = settings.SITE_URL
    fetch = lambda address: client.get(address.removeprefix(site)).content
    return lambda token, fetch=fetch: told["check"](token, site, fetch)


def test_the_documented_way_follows_the_record(cast, documented):
    now = timezone.now()
    grant = people.verified(cast, at=now)
    token = given(cast, grant, at=now)
    assert documented(token) == "valid"
    determinations.lock(studio=cast.northlight, subject=grant.public_id, by=cast.ines, at=now, reason="Dispute")
    cache.clear()
    assert documented(token) == "suspension"
    people.ended(cast, grant, at=now)
    cache.clear()
    assert documented(token) == "revocation"
    with pytest.raises(JoseError):
        documented(changed(token))


def test_the_documented_way_refuses_a_list_cut_short(cast, documented, client, settings):
    now = timezone.now()
    token = given(cast, people.verified(cast, at=now), at=now)
    short = "u" + base64.urlsafe_b64encode(gzip.compress(bytes(64))).decode().rstrip("=")

    def fetch(address):
        content = client.get(address.removeprefix(settings.SITE_URL)).content
        if "/status/" not in address:
            return content
        document = unpacked(content.decode())[1]
        document["credentialSubject"]["encodedList"] = short
        return issuer.signed(document).encode()

    with pytest.raises(AssertionError, match="cut short"):
        documented(token, fetch)
    with pytest.raises(ListUnreadable, match="fewer places"):
        checking.checked(token, key_set=issuer.key_set(), at=now, status_list=lambda address: fetch(address).decode())
