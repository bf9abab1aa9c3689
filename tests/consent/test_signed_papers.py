"""A decision is signed by the registry: as a file, inside its certificate, and checked by anybody; a changed one is refused."""

import hashlib
import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from threading import Thread

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from joserfc import jws
from joserfc.jwk import KeySet
from pypdf import PdfReader, PdfWriter

from consent import certificate, clearance, sheets
from consent.facts import Depiction
from consent.models import ReceiptKey
from consent.receipts import checking, keys
from tests import cast as people
from tests.consent.receipts import given, unpacked
from tests.desk import at_the_desk

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_keys(settings, tmp_path):
    settings.DATA_DIR = tmp_path


@pytest.fixture
def kept(cast):
    people.verified(cast)
    depicted = Depiction("mira", cast.mira.public_id, "target_likeness", "face", "de_aging")
    question = clearance.Question(act="release", depictions=(depicted,))
    return clearance.decide(
        question, production=cast.harbor, requester=cast.northlight, purpose="clearance", at=timezone.now()
    )


def address(decision, page):
    return f"/admin/consent/decision/{decision.public_id}/{page}"


def saved(cast, decision, page="decision.jws"):
    answer = at_the_desk(cast.ines).get(address(decision, page))
    assert answer.status_code == 200
    return answer.content


def bare(pdf):
    writer, out = PdfWriter(), BytesIO()
    for page in PdfReader(BytesIO(pdf)).pages:
        writer.add_page(page)
    writer.write(out)
    return out.getvalue()


def altered(token):
    header, payload, signature = token.split(".")
    there = 100
    return f"{header}.{payload[:there]}{'A' if payload[there] != 'A' else 'B'}{payload[there + 1 :]}.{signature}"


def told(capsys, *arguments):
    call_command("receipt_check", *map(str, arguments))
    return capsys.readouterr().out


def refused(capsys, *arguments):
    with pytest.raises(CommandError):
        call_command("receipt_check", *map(str, arguments))
    return capsys.readouterr().err


def test_the_decision_is_signed_with_a_key_that_the_published_document_resolves(cast, kept, client):
    answer = at_the_desk(cast.ines).get(address(kept, "decision.jws"))
    assert answer["Content-Type"] == "application/jose" and answer["Content-Disposition"].endswith('.jws"')
    header, document = unpacked(answer.content.decode())
    assert header["typ"] == keys.DECISION and header["alg"] == "ES256"
    did = client.get("/.well-known/did.json").json()
    assert header["kid"] in [one["id"] for one in did["verificationMethod"]] and document["iss"] == did["id"]
    published = KeySet.import_key_set(client.get("/.well-known/jwks.json").json())
    assert json.loads(jws.deserialize_compact(answer.content, published, algorithms=["ES256"]).payload) == document
    plain = json.loads(saved(cast, kept, "decision.json"))
    assert plain.items() <= document.items() and plain["hash"] == kept.decision_hash


def test_the_key_stays_published_when_another_follows_it(cast, kept, client, settings):
    header, _ = unpacked(saved(cast, kept).decode())
    (settings.DATA_DIR / "keys" / "receipt_key.pem").unlink()
    keys._opened.cache_clear()
    did = client.get("/.well-known/did.json").json()
    assert len(did["verificationMethod"]) == 2 and header["kid"] in [one["id"] for one in did["verificationMethod"]]
    assert ReceiptKey.objects.count() == 1


def test_the_certificate_carries_the_signed_decision_its_hash_and_how_to_check_it(cast, kept):
    pdf = saved(cast, kept, "certificate.pdf")
    token = sheets.carried(pdf, certificate.SIGNED)
    assert unpacked(token.decode())[1]["id"] == kept.public_id
    words = " ".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages).replace("\n", " ")
    assert hashlib.sha256(token).hexdigest() in words.replace(" ", "")
    assert "receipt_check" in words and "/.well-known/did.json" in words and "not for production" in words
    assert "by Ines Roth" in words and "what counts is the record" in words


def test_the_command_checks_receipt_decision_and_certificate(cast, kept, tmp_path, capsys):
    for name, content in {
        "decision.jws": saved(cast, kept), "certificate.pdf": saved(cast, kept, "certificate.pdf"),
        "receipt.jwt": given(cast, cast.mira.grants.get()).encode(),
    }.items():  # fmt: skip
        (tmp_path / name).write_bytes(content)
    out = told(capsys, tmp_path / "decision.jws", tmp_path / "certificate.pdf", tmp_path / "receipt.jwt")
    assert out.count(f"Decision {kept.public_id}") == out.count("It is the decision this registry keeps.") == 2
    assert "Cleared" in out and "de-aging (face)" in out


@pytest.mark.parametrize("published", ["did.json", "jwks.json"])
def test_it_is_checked_without_the_registry_by_a_key_file(cast, kept, client, tmp_path, capsys, settings, published):
    (tmp_path / "decision.jws").write_bytes(saved(cast, kept))
    (tmp_path / published).write_bytes(client.get(f"/.well-known/{published}").content)
    out = told(capsys, "--keys", tmp_path / published, tmp_path / "decision.jws")
    assert "Cleared" in out and "this registry" not in out.lower()
    other = keys.development(tmp_path / "elsewhere")
    strange = {"keys": [other.public | {"kid": unpacked(saved(cast, kept).decode())[0]["kid"]}]}
    (tmp_path / "strange.json").write_text(json.dumps(strange))
    said = refused(capsys, "--keys", tmp_path / "strange.json", tmp_path / "decision.jws")
    assert "was not signed by this registry as it stands" in said


@pytest.fixture
def published(settings):
    """An address at which the document of `published.document` is read, as the registry's own site gives it out."""

    class Site(BaseHTTPRequestHandler):
        def do_GET(self):
            found = self.path == "/.well-known/did.json"
            self.send_response(200 if found else 404)
            self.end_headers()
            self.wfile.write(server.document if found else b"")

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    settings.SITE_URL = server.url = f"http://127.0.0.1:{server.server_port}"
    Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def test_it_is_checked_by_the_keys_its_issuer_publishes(cast, kept, client, published, tmp_path, capsys):
    (tmp_path / "decision.jws").write_bytes(saved(cast, kept))
    published.document = client.get("/.well-known/did.json").content
    did = "did:web:" + published.url.removeprefix("http://").replace(":", "%3A")
    assert "Cleared" in told(capsys, "--did", did, tmp_path / "decision.jws")
    with pytest.raises(CommandError, match="did:web"):
        call_command("receipt_check", "--did", published.url, str(tmp_path / "decision.jws"))


def test_a_changed_decision_is_refused_with_a_sentence(cast, kept, tmp_path, capsys):
    token = saved(cast, kept).decode()
    pdf = saved(cast, kept, "certificate.pdf")
    for name, content in {
        "changed.jws": altered(token).encode(), "plain.json": saved(cast, kept, "decision.json"),
        "changed.pdf": sheets.carrying(bare(pdf), "decision-x.jws", altered(token).encode()),
    }.items():  # fmt: skip
        (tmp_path / name).write_bytes(content)
    assert "it was changed after it was signed" in refused(capsys, tmp_path / "changed.jws")
    assert "it was changed after it was signed" in refused(capsys, tmp_path / "changed.pdf")
    assert "was not signed by this registry" in refused(capsys, tmp_path / "plain.json")
    (tmp_path / "bare.pdf").write_bytes(bare(pdf))
    assert "the PDF carries no signed decision" in refused(capsys, tmp_path / "bare.pdf")
    (tmp_path / "broken.pdf").write_bytes(b"%PDF-1.7 nothing")
    assert "the PDF carries no signed decision" in refused(capsys, tmp_path / "broken.pdf")


def test_a_receipt_is_no_decision_and_a_wrong_hash_is_seen_though_signed(cast, kept, tmp_path):
    key = keys.development(tmp_path / "elsewhere")
    key_set = {"keys": [key.public | {"kid": keys.key_id("did:web:x", key.thumbprint)}]}
    wrong = key.sign(certificate.as_dict(kept) | {"hash": "0" * 64}, issuer="did:web:x", kind=keys.DECISION)
    with pytest.raises(checking.Invalid, match="not that of the answer"):
        checking.decision(wrong, key_set=key_set)
    receipt = key.sign({"answer": {}, "hash": ""}, issuer="did:web:x")
    with pytest.raises(keys.NotSignedHere, match="is not a decision"):
        checking.decision(receipt, key_set=key_set)


def test_a_decision_longer_than_a_megabyte_is_signed_and_read(tmp_path):
    key = keys.development(tmp_path)
    document = {"answer": {"text": "x" * 2_000_000}}
    token = key.sign(document, issuer="did:web:x", kind=keys.DECISION)
    published = {"keys": [key.public | {"kid": keys.key_id("did:web:x", key.thumbprint)}]}
    assert keys.kind_of(token) == keys.DECISION and keys.verified(token, published, kind=keys.DECISION) == document


def test_another_studio_and_who_reads_nothing_are_given_none(cast, kept):
    for page in ("decision.jws", "certificate.pdf"):
        assert at_the_desk(cast.sol).get(address(kept, page)).status_code == 404
    assert not ReceiptKey.objects.exists()
