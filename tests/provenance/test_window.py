"""The window over HTTP: a form without a script, JSON for programs, the same headers for every answer."""

import json
import re
from datetime import UTC, datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from provenance.public.problem_types import FAMILIES, TYPES
from tests.assets import build as assets
from tests.provenance.registered import EXTENT, asset, credential, end, grant_behind, sha256
from tests.provenance.test_disclosures import DE_AGED

pytestmark = pytest.mark.django_db
OWN = ("content-length", "expires", "x-request-id", "ratelimit")


@pytest.fixture(autouse=True)
def here(settings, tmp_path):
    settings.DATA_DIR = tmp_path / "data"
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path / "uploads"
    settings.FILE_UPLOAD_TEMP_DIR.mkdir()
    return tmp_path


def upload(data=None, name="plate.jpg"):
    return SimpleUploadedFile(name, assets.plate_jpg() if data is None else data)


@pytest.mark.parametrize(
    "address", ["/", "/verify", "/how-to-read", "/problems/consent.no_grant", "/schemas/report-1.json"]
)
def test_every_page_answers_and_is_small(client, address):
    answer = client.get(address)
    assert answer.status_code == 200
    assert len(answer.content) < 50_000


@pytest.mark.parametrize(
    "address", ["/c/crd_nobody", "/problems/nonsense.code", "/problems/..", "/schemas/secrets.json"]
)
def test_what_is_not_there_is_404(client, address):
    assert client.get(address).status_code == 404


def test_no_page_carries_inline_script_or_style(client):
    made = credential()
    for address in ("/", "/verify", "/how-to-read", f"/c/{made.public_id}"):
        page = client.get(address).content.decode()
        assert not re.search(r"<script(?![^>]*\b(?:src=|type=.application/ld\+json))|<style|\sstyle=|\son[a-z]+=", page), address


def test_the_form_answers_with_the_report_itself(client, here):
    answer = client.post("/verify", {"file": upload()})
    assert answer.status_code == 200
    assert "No Content Credentials found. That says nothing about whether AI was used." in answer.content.decode()
    assert not list((here / "uploads").iterdir()), "the upload was kept"


def test_the_form_needs_no_token(client):
    client.handler.enforce_csrf_checks = True
    assert client.post("/verify", {"file": upload()}).status_code == 200


@pytest.mark.parametrize(("data", "sentence"), [({}, "No file was sent."), ({"file": b""}, "is empty")])
def test_the_form_says_what_is_missing(client, data, sentence, here):
    answer = client.post("/verify", {name: upload(content) for name, content in data.items()})
    assert answer.status_code in (400, 422)
    assert sentence in answer.content.decode()
    assert not list((here / "uploads").iterdir())


def test_the_form_refuses_what_is_too_large(client, settings, here):
    settings.MAX_UPLOAD_BYTES = 1000
    answer = client.post("/verify", {"file": upload(b"x" * 2000)})
    assert answer.status_code == 413
    assert "files of up to 1000 bytes are accepted" in answer.content.decode()
    assert not list((here / "uploads").iterdir())


def test_a_program_sends_a_file(client, here):
    credential(received=assets.plate_jpg())
    answer = client.post("/api/v1/verifications", {"file": upload()})
    assert answer.status_code == 200
    report = answer.json()
    assert list(report) == [
        "file", "integrity", "signature", "trust", "time_stamp", "registry", "extent", "consent", "ingredients",
        "codes", "engine",
    ]  # fmt: skip
    assert (report["file"], report["registry"]["state"]) == ("plate.jpg", "registered_stripped")
    assert not list((here / "uploads").iterdir())


def test_a_program_sends_nothing_but_the_file(client, here):
    credential(received=assets.plate_jpg())
    how = {"content_type": "image/jpeg", "headers": {"content-disposition": 'attachment; filename="plate.jpg"'}}
    report = client.post("/api/v1/verifications", assets.plate_jpg(), **how).json()
    assert (report["file"], report["registry"]["state"]) == ("plate.jpg", "registered_stripped")
    assert not list((here / "uploads").iterdir())


def test_a_bare_file_that_is_empty_or_too_large_leaves_nothing(client, settings, here):
    assert client.post("/api/v1/verifications", b"", content_type="image/jpeg").status_code == 422
    settings.MAX_UPLOAD_BYTES = 1000
    assert client.post("/api/v1/verifications", b"x" * 2000, content_type="image/jpeg").status_code == 413
    assert not list((here / "uploads").iterdir())


def test_a_program_asks_by_fingerprint(client):
    credential(b"signed")
    report = client.get(f"/api/v1/verifications/by-hash/{sha256(b'signed')}").json()
    assert (report["registry"]["state"], report["consent"]["details"]["now"]) == ("registered_matching", "confirmed")


def test_answers_about_unreleased_and_unknown_bytes_differ_in_nothing(client):
    credential(b"signed")
    asset(b"an upload that waits")
    answers = {}
    for data in (b"an upload that waits", b"never seen", b"signed"):
        answer = client.get(f"/api/v1/verifications/by-hash/{sha256(data)}")
        body = re.sub(r'"(file|checked_at)": ?"[^"]*"', "", answer.content.decode())
        headers = {name: value for name, value in answer.headers.items() if name.lower() not in OWN}
        answers[data] = (answer.status_code, headers, body)
    waiting, unknown, signed = answers.values()
    assert waiting == unknown
    assert waiting[1].pop("ETag") != signed[1].pop("ETag"), "which stands for what is told"
    assert waiting[:2] == signed[:2]
    assert signed[1]["Cache-Control"] == "public, no-cache"


def test_no_log_line_says_what_was_asked_about(client, caplog):
    made = credential(b"signed")
    client.get(f"/c/{made.public_id}")
    client.get(f"/api/v1/verifications/by-hash/{sha256(b'signed')}")
    written = " ".join(f"{record.getMessage()} {vars(record)}" for record in caplog.records)
    assert "/c/…" in written
    assert made.public_id not in written and sha256(b"signed") not in written


def test_one_address_for_people_and_programs(client):
    made = credential()
    end(grant_behind(made), at=datetime(2026, 9, 1, tzinfo=UTC))
    page = client.get(f"/c/{made.public_id}", headers={"accept": "text/html,application/xhtml+xml,*/*;q=0.8"})
    assert page["Content-Type"].startswith("text/html")
    text = page.content.decode()
    assert "It has since ended. Works made before may continue" in text
    assert "development certificate" in text
    assert "AI altered the face of one performer (de-aging)" in text
    document = client.get(f"/c/{made.public_id}", headers={"accept": "application/json"})
    assert document.json()["consent"]["details"] == {"at_signing": "confirmed", "now": "ended"}
    assert "Accept" in document["Vary"]
    assert client.get(f"/c/{made.public_id}.json").json()["consent"] == document.json()["consent"]


def test_the_public_page_names_no_person_and_no_paper(client):
    made = credential()
    grant = grant_behind(made)
    page = client.get(f"/c/{made.public_id}").content.decode() + json.dumps(
        client.get(f"/c/{made.public_id}", headers={"accept": "application/json"}).json()
    )
    for private in (grant.person.alias, grant.number, grant.public_id, grant.person.public_id, made.decision.public_id):
        assert private not in page


@pytest.mark.parametrize("name", ["<script>alert(1)</script>.jpg", "a\u202egpj.exe", "a" * 300 + ".jpg"])
def test_hostile_file_names_stay_text(client, name):
    page = client.post("/verify", {"file": upload(name=name)}).content.decode()
    assert "<script>alert" not in page
    assert "\u202e" not in page
    assert "a" * 257 not in page


@pytest.mark.parametrize("code", [*TYPES, *(f"{family}.anything" for family in FAMILIES)])
def test_every_type_of_problem_has_a_page(client, code):
    assert client.get(f"/problems/{code}").status_code == 200


def test_published_schemas_are_schemas(client):
    answer = client.get("/schemas/report-1.json")
    assert answer["Content-Type"] == "application/schema+json"
    assert answer.json()["$id"] == "/schemas/report-1.json"


def test_a_page_is_in_the_language_of_its_visitor_throughout(client):
    made = credential(extent=EXTENT | {"elements": [DE_AGED]})
    end(grant_behind(made), at=datetime(2026, 9, 1, tzinfo=UTC))
    page = client.get(f"/c/{made.public_id}", headers={"accept-language": "es-MX,es;q=0.9", "accept": "text/html"})
    text = page.content.decode()
    assert page["Content-Language"] == "es" and "Accept-Language" in page["Vary"]
    assert '<html lang="es">' in text and "el 14 de julio de 2026" in text
    assert "La IA alteró el rostro de un intérprete (rejuvenecimiento)" in text
    assert "abarcó 3,1\u00a0% de la imagen" in text
    assert "Ha terminado desde entonces. Las obras hechas antes pueden continuar" in text
    words = re.sub(r'<[^>]*lang="en"[^>]*>.*?</|<[^>]+>', " ", text)
    for english in ("Signed", "How", "What", "Consent of", "Not stated", "none", "picture", " the ", "July"):
        assert english not in words, english
    english = client.get(f"/c/{made.public_id}", {"lang": "en"}, headers={"accept-language": "es"})
    assert '<html lang="en">' in english.content.decode()


@pytest.mark.parametrize("address", ["/", "/verify", "/how-to-read"])
def test_the_pages_around_it_are_too(client, address):
    page = client.get(address, {"lang": "es"}).content.decode()
    assert '<html lang="es">' in page and 'href="/verify?lang=es"' in page
    words = re.sub(r"<[^>]+>", " ", page)
    for english in ("Check", "How ", " the ", "Nothing", "signed"):
        assert english not in words, english
    assert '<html lang="en">' in client.get(address, {"lang": "xx"}).content.decode()


def test_a_program_is_answered_in_english_unless_it_asks(client):
    made = credential(b"signed")
    address = f"/api/v1/verifications/by-hash/{made.sha256}"
    assert client.get(address, headers={"accept-language": "es"}).json()["registry"]["text"] == "Registered here."
    spanish = client.get(address, {"lang": "es"})
    assert spanish.json()["registry"]["text"] == "Registrado aquí." and spanish["Content-Language"] == "es"


def test_the_words_for_a_label_can_be_copied_without_a_script(client):
    page = client.get(f"/c/{credential().public_id}", headers={"accept": "text/html"}).content.decode()
    assert '<dd class="copy" lang="en">Certain voices and appearances' in page
    assert "with the consent of the performers" not in page
    assert '<dd class="copy" lang="zh-Hans">由AI生成</dd>' in page
