"""The hatch reads what was sent, or says what it cannot read: nothing is passed over, replaced or guessed at."""

import json
from pathlib import Path

import pytest
from django.utils import timezone

from consent.models import Decision
from tests import cast as people
from tests import shots
from tests.assets import build

pytestmark = pytest.mark.django_db

BOUNDARY = "between-the-parts"
FORM = f"multipart/form-data; boundary={BOUNDARY}"


def part(name: str, content: bytes, filename: str | None = None) -> bytes:
    file = "" if filename is None else f'; filename="{filename}"'
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"{file}\r\n\r\n'
    return head.encode() + content + b"\r\n"


@pytest.fixture
def post(hatch, studio, settings, tmp_path):
    """`post(*parts)` → the answer to a form made of just these, closed as a form is unless `end` says otherwise."""
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path / "arriving")
    Path(settings.FILE_UPLOAD_TEMP_DIR).mkdir()
    people.verified(studio, at=timezone.now())

    def sent(*parts, to="/api/v1/assets", end=f"--{BOUNDARY}--\r\n", form=FORM, **headers):
        return hatch.generic("POST", to, b"".join(parts) + end.encode(), content_type=form, **headers)

    return sent


@pytest.fixture
def declared(studio):
    return json.dumps(shots.bare(studio, "harbor_sh114_v07.jpg")).encode()


@pytest.fixture
def nothing_left(settings):
    def holds():
        arriving = list(Path(settings.FILE_UPLOAD_TEMP_DIR).iterdir())
        return shots.nothing_kept() and not arriving and not Decision.objects.exists()

    return holds


def file(name="file", filename: str | None = "harbor_sh114_v07.jpg"):
    return part(name, build.result_jpg(), filename)


def refused(answer, status, code):
    assert answer["Content-Type"] == "application/problem+json", answer.content
    told = answer.json()
    assert (answer.status_code, told["code"]) == (status, code), told
    return told


# --- the declaration ----------------------------------------------------------------------------------------------

NUMBER = "This number is too large to be read."
UNREADABLE = {
    "NaN": (b'{"version": NaN}', "declaration.not_json", "NaN is no number there"),
    "infinity": (b'{"version": -Infinity}', "declaration.not_json", "-Infinity is no number there"),
    "a huge fraction": (b'{"version": 1e400}', "declaration.invalid", NUMBER),
    "a thousand digits": (b'{"version": %s}' % (b"7" * 1000), "declaration.invalid", NUMBER),
    "ten thousand digits": (b'{"version": -%s}' % (b"7" * 10_000), "declaration.invalid", NUMBER),
    "another encoding": ('{"title": "Müller"}'.encode("latin-1"), "declaration.not_json", "it is not in UTF-8 (byte 13)"),
    "wide letters": ('{"version": 1}'.encode("utf-16"), "declaration.not_json", "it is not in UTF-8 (byte 1)"),
    "half a character": (rb'{"title": "a\ud83db"}', "declaration.invalid", "half a character (a lone surrogate)"),
    "a name twice": (b'{"title": "a", "title": "b"}', "declaration.not_json", "the name 'title' is given twice"),
    "a name twice, inside": (b'{"unit": {"a": 1, "a": 1}}', "declaration.not_json", "the name 'a' is given twice"),
    "depth": (b"[" * 100_000, "declaration.not_json", "it is nested too deeply"),
    "a broken line": (b'{"version": 1,\n}', "declaration.not_json", "at line 2, column 1"),
}  # fmt: skip


@pytest.mark.parametrize("filename", [None, "declaration.json"], ids=["as text", "as a file"])
@pytest.mark.parametrize("what", UNREADABLE)
def test_what_makes_a_declaration_unreadable_is_told_as_what_it_is(post, nothing_left, what, filename):
    declared, code, sentence = UNREADABLE[what]
    told = refused(post(file(), part("declaration", declared, filename)), 422, code)
    assert sentence in told["detail"] and (what == "depth" or "deep" not in told["detail"])
    assert nothing_left()


@pytest.mark.parametrize("filename", [None, "declaration.json"], ids=["as text", "as a file"])
def test_a_declaration_over_the_limit_is_one_answer_however_it_is_sent(post, nothing_left, declared, filename):
    for more in (1, 100_000):
        large = declared + b" " * (1024 * 1024 + more - len(declared))
        told = refused(post(file(), part("declaration", large, filename)), 413, "request.too_large")
        assert "1 MB" in told["detail"] and nothing_left()
    largest = declared + b" " * (1024 * 1024 - len(declared))
    assert post(file(), part("declaration", largest, filename)).status_code == 202


@pytest.mark.parametrize("filename", [None, "declaration.json"], ids=["as text", "as a file"])
def test_a_byte_order_mark_and_letters_of_any_script_are_read(post, studio, filename):
    told = shots.bare(studio, "湾の場面.jpg")
    sent = b"\xef\xbb\xbf" + json.dumps(told, ensure_ascii=False).encode()
    answer = post(file(filename="湾.jpg"), part("declaration", sent, filename), form=f"{FORM}; charset=utf-16")
    assert (answer.status_code, answer.json()["title"]) == (202, "湾の場面.jpg")


# --- the form -----------------------------------------------------------------------------------------------------


def test_of_two_parts_of_one_name_neither_is_taken(post, nothing_left, declared, studio):
    said = part("declaration", declared)
    other = json.dumps(shots.bare(studio, "another.jpg")).encode()
    for parts, name in (
        ((file(), file(), said), "file"),
        ((file(), said, part("declaration", other)), "declaration"),
        ((file(), part("declaration", other, "d.json"), said), "declaration"),
        ((part("file", b"abc"), file(), said), "file"),
        ((file(), said, file("plate"), file("plate")), "plate"),
    ):
        assert f"“{name}”" in refused(post(*parts), 422, "request.part_repeated")["detail"]
        assert nothing_left()


@pytest.mark.parametrize("filename", [None, ""], ids=["no filename", "an empty filename"])
def test_text_where_a_file_belongs_is_named(post, nothing_left, declared, studio, filename):
    made = json.dumps(shots.declaration(studio)).encode()
    for parts, name in (
        ((file(filename=filename), part("declaration", declared)), "file"),
        ((file(), part("declaration", made), file("plate", filename)), "plate"),
        ((file(), part("declaration", declared), part("note", b"for Mira", filename)), "note"),
    ):
        told = refused(post(*parts), 422, "request.part_not_a_file")
        assert f"“{name}”" in told["detail"] and "filename" in told["detail"]
        assert nothing_left()


def test_the_name_of_a_part_is_told_without_what_turns_or_breaks_it(post, nothing_left, declared):
    for sent in (file("a\u202egpj\x07.exe"), part("a\u202egpj\x07.exe", b"text")):
        told = post(file(), part("declaration", declared), sent).json()
        said = told["detail"] + "".join(one["detail"] for one in told["errors"])
        assert "“a[U+202E]gpj .exe”" in said and "\u202e" not in said and "\x07" not in said
        assert nothing_left()


def test_a_form_that_breaks_off_is_not_taken_for_a_whole_one(post, nothing_left, declared):
    cut = (part("declaration", declared), file()[:-20_000])
    for answer in (
        post(*cut, end=""), post(*cut, end=f"\r\n--{BOUNDARY}\r\n"), post(part("declaration", declared), file(), end=""),
        post(part("declaration", declared), file(), form="multipart/form-data; boundary=another"),
    ):  # fmt: skip
        assert "breaks off" in refused(answer, 400, "request.malformed")["detail"]
        assert nothing_left()
    assert "boundary" in refused(post(file(), form="multipart/form-data"), 400, "request.malformed")["detail"]
    assert nothing_left()


def test_a_file_whose_name_is_only_a_path_is_still_a_file(post, declared):
    for filename in ("../", "C:\\\\", "..", "."):
        assert post(part("declaration", declared), file(filename=filename)).status_code == 202


def test_a_request_without_a_length_is_told_so(post, nothing_left, declared):
    parts = (file(), part("declaration", declared))
    for headers in ({"CONTENT_LENGTH": "", "HTTP_TRANSFER_ENCODING": "chunked"}, {"CONTENT_LENGTH": "much"}):
        refused(post(*parts, **headers), 422, "request.no_length")
        refused(post(file(), to="/api/v1/verifications", **headers), 422, "request.no_length")
        assert nothing_left()


def test_the_public_question_takes_a_form_no_less_strictly(post, nothing_left):
    def asked(*parts, **more):
        return post(*parts, to="/api/v1/verifications", **more)

    assert "“file”" in refused(asked(file(), file()), 422, "request.part_repeated")["detail"]
    assert "“sidecar”" in refused(asked(file(), part("sidecar", b"c2pa")), 422, "request.part_not_a_file")["detail"]
    refused(asked(file()[:-20_000], end=""), 400, "request.malformed")
    assert nothing_left() and asked(file()).status_code == 200


# --- a question, in JSON ------------------------------------------------------------------------------------------


@pytest.fixture
def ask(hatch, studio):
    """`ask(change)` → the answer to a question about Mira's face, its text changed."""
    depicted = {"person": studio.mira.public_id, "role": "target_likeness", "modality": "face", "use": "de_aging"}
    text = json.dumps({"production": studio.harbor.public_id, "units": ["sh114"], "depictions": [depicted]}).encode()

    def asked(change=lambda text: text, **headers):
        return hatch.generic("POST", "/api/v1/clearances", change(text), content_type="application/json", **headers)

    return asked


def into(name: bytes, value: bytes, *, after=b'"units"'):
    """With one name more, in the question itself or in its depiction."""
    return lambda text: text.replace(after, b'"%s": %s, %s' % (name, value, after), 1)


NOT_READ = {
    "NaN": (into(b"act", b"NaN"), 400, "NaN is no number there"),
    "ten thousand digits": (into(b"depicted_age", b"7" * 10_000, after=b'"person"'), 422, NUMBER),
    "a huge fraction": (into(b"depicted_age", b"1e400", after=b'"person"'), 422, NUMBER),
    "another encoding": (into(b"act", '"ü"'.encode("latin-1")), 400, "it is not in UTF-8"),
    "half a character": (into(b"act", rb'"\ud800"'), 422, "half a character"),
    "turned text": (into(b"languages", '["\u202eed"]'.encode()), 422, "direction marks"),
    "a name twice": (into(b"units", b"[]"), 400, "the name 'units' is given twice"),
    "depth": (into(b"act", b"[" * 100_000), 400, "nested too deeply"),
    "a misspelt name": (into(b"territory", b'["US"]'), 422, "see errors"),
    "a misspelt name, inside": (into(b"content_flag", b'["nudity"]', after=b'"person"'), 422, "see errors"),
}  # fmt: skip


@pytest.mark.parametrize("what", NOT_READ)
def test_a_question_that_cannot_be_read_as_it_stands_is_not_answered(ask, what):
    change, status, sentence = NOT_READ[what]
    told = refused(ask(change), status, "request.invalid" if status == 422 else "request.malformed")
    assert sentence in told["detail"], told
    assert not Decision.objects.exists()
    if "misspelt" in what:
        pointer = "/depictions/0/content_flag" if "inside" in what else "/territory"
        assert [(one["pointer"], one["detail"]) for one in told["errors"]] == [(pointer, "This name is not known here.")]
    assert "\u202e" not in ask(change).content.decode()


def test_a_question_is_read_with_a_byte_order_mark_and_needs_a_length(ask):
    assert ask(lambda text: b"\xef\xbb\xbf" + text).status_code == 201
    refused(ask(CONTENT_LENGTH="", HTTP_TRANSFER_ENCODING="chunked"), 422, "request.no_length")
    assert Decision.objects.count() == 1
