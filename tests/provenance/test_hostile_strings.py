"""Text that would do harm: refused where it comes in, or shown as what it is, on pages, in JSON, in headers and in logs."""

import io
import json
import logging
import re
from functools import cache
from html.parser import HTMLParser
from itertools import product

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone
from PIL import Image

from provenance import trust
from provenance.models import Asset
from provenance.printable import INVISIBLE
from provenance.sandbox import IngredientFile
from registry import logs
from registry import people as persons
from registry.errors import Invalid
from registry.models import Organisation, Production
from tests import cast as people
from tests import shots
from tests.assets.studio import AI_COMPOSITE, Studio, manifest
from tests.desk import at_the_desk

pytestmark = pytest.mark.django_db

MARKUP = "<script>alert(1)</script><img src=x onerror=alert(1)>"
QUOTES = "\"' onmouseover=\"alert(1)\" x='"
ADDRESS = "javascript:alert(document.domain)"
TEMPLATE = "{{ request }}{% include '404.html' %}&lt;b&gt;</title></pre></dd>"
TURNED = "gpj\u202eexe.\u2066evil\u2069 \u200fabc"
LINES = "one\r\nSet-Cookie: stolen=1\r\n\r\n{\"event\": \"forged\"}"
CONTROLS = "bell\x07 escape\x1b[2J delete\x7f csi\x9b nothing\x00"
LONG = "A" * 10_240
HIDDEN = "zero\u200bwidth\ufeff tag\U000e0041 word\u2060joined"

# What the door lets in is shown; the rest is refused there. Others sign whatever they like.
SHOWN = (MARKUP, QUOTES, ADDRESS, TEMPLATE)
REFUSED = (TURNED, LINES, CONTROLS, LONG, "a\n", "\ud800")
PAGES = "text/html; charset=utf-8"
OWN = re.compile(r"(?!//)[/#?]|[\w.-]*(/|$)")  # of this house: no scheme, and no other host
DRAWN_HERE = re.compile(r"data:image/(jpeg|png);base64,[A-Za-z0-9+/]+={0,2}")


@cache
def picture(shade: int) -> bytes:
    """A small one: here the words matter."""
    file = io.BytesIO()
    Image.new("RGB", (160, 90), (shade, shade, shade)).save(file, "JPEG")
    return file.getvalue()


class Structure(HTMLParser):
    """A page's elements with their attributes: what a browser would build and run."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, tuple[str, ...]]] = []
        self.addresses: list[str] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        # A block of data is run by no browser (HTML §4.12.1).
        block = tag == "script" and ("type", "application/ld+json") in attrs
        self.found.append(("data block" if block else tag, tuple(name for name, _ in attrs)))
        self.addresses += [value or "" for name, value in attrs if name in ("href", "src", "action", "data", "formaction")]

    def handle_data(self, data):
        self.text += data


def harmless(answer) -> Structure:
    """The page holds only elements of our own, leads only to our own addresses, and shows no character that obeys."""
    assert answer["Content-Type"] == PAGES and answer["X-Content-Type-Options"] == "nosniff"
    policy = dict(one.strip().partition(" ")[::2] for one in answer["Content-Security-Policy"].split(";"))
    # WebAssembly, where a file may be read in the visitor's own browser; it evaluates no script.
    scripts = policy.pop("script-src").replace(" 'wasm-unsafe-eval'", "")
    assert (scripts, policy["default-src"], policy["base-uri"]) == ("'self'", "'none'", "'none'")
    assert not [one for one in policy.values() if "unsafe" in one]
    page = answer.content.decode()
    assert "<script>" not in page and "<img src=x" not in page
    built = Structure(page)
    scripts = [attributes for tag, attributes in built.found if tag == "script"]
    assert all("src" in attributes for attributes in scripts)
    assert not [name for _, attributes in built.found for name in attributes if name.startswith("on") or name == "style"]
    own = [one.removeprefix(settings.SITE_URL) for one in built.addresses if not DRAWN_HERE.fullmatch(one)]
    assert all(OWN.match(one) for one in own), [one for one in own if not OWN.match(one)]
    seen = built.text.replace("\n", "").replace("\t", "")
    assert not logs.UNSEEN.search(seen) and not INVISIBLE & set(seen)
    return built


def strings(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from (text for pair in value.items() for one in pair for text in strings(one))
    elif isinstance(value, list):
        yield from (text for one in value for text in strings(one))


def plain(answer, *, longest=1024):
    """JSON that no browser takes for a page, in which nothing is turned, hidden, or without end."""
    assert re.fullmatch(r"application/([a-z.-]+\+)?json", answer["Content-Type"]), answer["Content-Type"]
    assert answer["X-Content-Type-Options"] == "nosniff"
    told = answer.json()
    for text in strings(told):
        assert not logs.UNSEEN.search(text.replace("\n", "")) and not INVISIBLE & set(text), text
        assert len(text) <= longest, text[:80]
    return told


@pytest.fixture
def written():
    """What has been written to the log, as an operator's terminal gets it."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(next(one for one in logging.getLogger().handlers if type(one) is logging.StreamHandler).formatter)
    logging.getLogger().addHandler(handler)
    yield stream.getvalue
    logging.getLogger().removeHandler(handler)


def one_line_each(written, *, entries=None):
    """Each entry is one line of plain ASCII, so that nothing in it moves a terminal or forges an entry."""
    *lines, rest = written.split("\n")
    assert lines and rest == "" and len(lines) == (entries or len(lines))
    for line in lines:
        assert line.isascii() and line.isprintable(), line
        entry = json.loads(line)
        assert entry["level"] and entry["event"] != "forged"
        for text in strings(entry):
            assert not logs.UNSEEN.search(text.replace("\n", "")), text


# --- at the door --------------------------------------------------------------------------------------------------

# Where free text stands in a declaration: its pointer, and a function that puts it there.
PLACES = {
    "/title": lambda told, text: told.update(title=text),
    "/unit": lambda told, text: told.update(unit=text),
    "/production": lambda told, text: told.update(production=text),
    "/ingredients/0/id": lambda told, text: told["ingredients"][0].update(id=text),
    "/ingredients/0/title": lambda told, text: told["ingredients"][0].update(title=text),
    "/ingredients/0/part": lambda told, text: told["ingredients"][0].update(part=text),
    "/operations/0/id": lambda told, text: told["operations"][0].update(id=text),
    "/operations/0/technique": lambda told, text: told["operations"][0].update(technique=text),
    "/operations/0/tool/name": lambda told, text: told["operations"][0]["tool"].update(name=text),
    "/operations/0/tool/version": lambda told, text: told["operations"][0]["tool"].update(version=text),
    "/operations/0/model/name": lambda told, text: told["operations"][0]["model"].update(name=text),
    "/operations/0/model/type": lambda told, text: told["operations"][0]["model"].update(type=text),
    "/operations/0/model/identifier": lambda told, text: told["operations"][0]["model"].update(identifier=text),
    "/operations/0/description": lambda told, text: told["operations"][0].update(description=text),
    "/operations/0/attested_by": lambda told, text: told["operations"][0].update(attested_by=text),
    "/operations/0/at": lambda told, text: told["operations"][0].update(at=text),
    "/operations/0/regions/0/name": lambda told, text: told["operations"][0]["regions"][0].update(name=text),
    "/depictions/0/id": lambda told, text: told["depictions"][0].update(id=text),
    "/depictions/0/person": lambda told, text: told["depictions"][0].update(person=text),
}  # fmt: skip
# Here markup is as good as any other name; in the other places only a code is.
FREE = (
    "/title", "/ingredients/0/title", "/ingredients/0/part", "/operations/0/tool/name", "/operations/0/tool/version",
    "/operations/0/model/name", "/operations/0/model/identifier", "/operations/0/description",
    "/operations/0/attested_by", "/operations/0/regions/0/name",
)  # fmt: skip


@pytest.mark.parametrize("place", PLACES)
def test_a_declaration_is_refused_where_its_text_turns_breaks_hides_or_never_ends(studio, hatch, place, written):
    people.verified(studio, at=timezone.now())
    for text in REFUSED if place in FREE else (*REFUSED, *SHOWN):
        declared = shots.declaration(studio)
        PLACES[place](declared, text)
        answer = shots.send(hatch, picture(90), declared, plate=picture(40))
        assert answer.status_code == 422, (text, answer.content)
        told = plain(answer)
        assert place in [one["pointer"] for one in told["errors"]], told
        assert LONG not in answer.content.decode()
    assert shots.nothing_kept()
    one_line_each(written())


def hostile(cast, text, **more):
    """A declaration with the text wherever a declaration may be free with its words."""
    declared = shots.declaration(cast, **more)
    for place in FREE:
        PLACES[place](declared, text)
    if '"' in text:
        # No form can carry a part of this name; HTTP's own quoting changes it.
        declared["ingredients"][0]["part"] = "plate"
    return declared


def sent(api, declared, name):
    part = declared["ingredients"][0]["part"]
    answer = shots.send(api, picture(90), declared, name=name, **{part: picture(40)})
    assert answer.status_code == 202, answer.content
    return answer


def signed(api, client, declared, name):
    """What was sent and signed, and its public page."""
    part = declared["ingredients"][0]["part"]
    answer = shots.send(api, picture(90), declared, name=name, **{part: picture(40)})
    assert answer.status_code == 202, answer.content
    shots.work()
    asset = Asset.objects.select_related("credential").get(public_id=answer.json()["id"])
    return asset, harmless(client.get(f"/c/{asset.credential.public_id}", headers={"accept": "text/html"}))


def test_what_a_vendor_may_write_is_shown_as_written_and_runs_nowhere(studio, hatch, client, written):
    people.verified(studio, at=timezone.now())
    _, usual = signed(hatch, client, hostile(studio, "harmless"), "usual.jpg")
    Production.objects.update(is_public=True, shows_places=True)
    _, usual = signed(hatch, client, hostile(studio, "harmless, with its picture"), "usual.jpg")
    desk = at_the_desk(studio.ines)
    for text in (*SHOWN, HIDDEN):
        asset, page = signed(hatch, client, hostile(studio, text), text)
        assert page.found == usual.found, f"{text} built something of its own"
        if text != HIDDEN:
            assert page.text.count(text) >= 3
            plain(hatch.get(f"/api/v1/assets/{asset.public_id}"))
        credential = asset.credential
        for address in (f"/c/{credential.public_id}.json", f"/api/v1/verifications/by-hash/{credential.sha256}"):
            plain(client.get(address))
        plain(client.get(f"/api/v1/disclosures/{credential.public_id}"))
        harmless(desk.get(f"/admin/provenance/asset/{asset.public_id}/"))
        harmless(client.get(f"/t/{studio.harbor.public_id}", headers={"accept": "text/html"}))
        plain(client.get(f"/t/{studio.harbor.public_id}.json"))
        statement = desk.get(f"/admin/provenance/asset/{asset.public_id}/copyright.txt")
        assert statement["Content-Type"] == "text/plain; charset=utf-8"
        assert statement["Content-Disposition"].startswith("attachment")
        assert not logs.UNSEEN.search(statement.content.decode().replace("\n", ""))
        content = hatch.get(f"/api/v1/assets/{asset.public_id}/content")
        assert content["Content-Type"] == "application/octet-stream" and content["X-Content-Type-Options"] == "nosniff"
        disposition = content["Content-Disposition"]
        assert disposition.startswith("attachment; filename") and disposition.isascii() and disposition.isprintable()
        copy = SimpleUploadedFile(text, b"".join(content.streaming_content))
        assert harmless(client.post("/verify", {"file": copy})).found[-1:] == usual.found[-1:]
    one_line_each(written())


# --- names --------------------------------------------------------------------------------------------------------


def test_an_alias_that_turns_or_breaks_is_refused_and_markup_is_told_as_text(studio, hatch):
    for text in (TURNED, LINES, CONTROLS):
        with pytest.raises(Invalid):
            persons.correct(studio.mira, alias=text, by=studio.ines, at=timezone.now(), reason="As on the rider")
    persons.correct(studio.mira, alias=MARKUP, by=studio.ines, at=timezone.now(), reason="As on the rider")
    asked = {"production": studio.harbor.public_id, "depictions": [
        {"person": studio.mira.public_id, "role": "target_likeness", "modality": "face", "use": "de_aging"}]}  # fmt: skip
    answer = hatch.post("/api/v1/clearances", asked)
    assert MARKUP in plain(answer)["reasons"][0]["text"]
    assert MARKUP in [one["alias"] for one in plain(hatch.get(f"/api/v1/productions/{studio.harbor.public_id}"))["people"]]
    harmless(at_the_desk(studio.ines).get(f"/admin/registry/person/{studio.mira.public_id}/"))


def test_an_organisation_is_not_registered_by_a_name_that_would_be_shown_otherwise(db):
    for name in (TURNED, LINES, CONTROLS, HIDDEN, LONG, " ", ""):
        with pytest.raises(CommandError):
            call_command("organisation", name)
    assert not Organisation.objects.exists()
    for name in ("Elsewhere  Pictures ", "Elsewhere Pictures"):
        call_command("organisation", name)
    assert Organisation.objects.get().name == "Elsewhere Pictures"


def test_a_name_with_markup_is_shown_as_a_name(studio, hatch, client):
    people.verified(studio, at=timezone.now())
    asset, usual = signed(hatch, client, hostile(studio, "harmless"), "usual.jpg")
    Organisation.objects.filter(pk=studio.parallax.pk).update(name=MARKUP)
    Organisation.objects.filter(pk=studio.northlight.pk).update(name=QUOTES)
    page = harmless(client.get(f"/c/{asset.credential.public_id}", headers={"accept": "text/html"}))
    assert page.found == usual.found and MARKUP in page.text and QUOTES in page.text


# --- what others signed -------------------------------------------------------------------------------------------


def foreign(tmp_path, text, *, known=False):
    """A file whose credentials say the text wherever they can, signed under this registry's root or under another."""
    signer = Studio(trust.key_directory() if known else tmp_path / "elsewhere", name="Elsewhere Pictures")
    plate = tmp_path / "plate.jpg"
    plate.write_bytes(picture(40))
    says = manifest(
        text,
        {"action": "c2pa.opened", "parameters": {"ingredientIds": ["plate"]}},
        {"action": "c2pa.edited", "digitalSourceType": AI_COMPOSITE, "description": text, "when": text,
         "softwareAgent": {"name": text, "version": text}, "parameters": {"com.example.note": text}},
        {"action": f"com.example.{text}"[:9000], "description": text, "softwareAgent": text},
        claim_generator_info=[{"name": text, "version": text, "specVersion": "2.4.0"}],
    )  # fmt: skip
    says["assertions"].append({"label": "com.example.note", "data": {"said": text, text: [text]}})
    says["assertions"].append({"label": "org.countersign.extent", "data": {
        "version": 1, "headline": {"band": text, "text": text}, "elements": [{"element": text, "band": text, "share": 0.5}],
        "operations": [{"id": text, "element": text, "technique": text, "generative": True, "oversight": text,
                        "tool": {"name": text, "version": text}, "model": {"name": text}, "method": text,
                        "attested_by": text, "measured_by": text}]}})  # fmt: skip
    says["assertions"].append({"label": "org.countersign.consent", "data": {"state_at_signing": text, "status": text}})
    result = tmp_path / f"foreign-{known}.jpg"
    result.write_bytes(picture(90))
    ingredients = [IngredientFile(plate, "image/jpeg", text, "parentOf", "plate")]
    return signer.sign(
        trust.sandbox(), result, tmp_path / f"signed-{known}.jpg", manifest=says, ingredients=ingredients, intent="edit"
    ).read_bytes()


FOREIGN = {
    "markup": MARKUP, "quotes": QUOTES, "address": ADDRESS, "template": TEMPLATE, "turned": TURNED, "lines": LINES,
    "controls": CONTROLS.replace("\x00", ""), "long": LONG, "hidden": HIDDEN,
}  # fmt: skip


@pytest.mark.parametrize("known", [True, False], ids=["known here", "known nowhere"])
def test_what_others_signed_is_shown_as_text_and_runs_nowhere(studio, client, tmp_path, known, written):
    usual = None
    for text in ("harmless", *FOREIGN.values()):
        content = foreign(tmp_path, text, known=known)
        page = client.post("/verify", {"file": SimpleUploadedFile("shot.jpg", content)})
        told = plain(client.post("/api/v1/verifications", {"file": SimpleUploadedFile("shot.jpg", content)}))
        assert told["integrity"]["state"] == "intact"
        assert told["trust"]["state"] == ("registry" if known else "untrusted")
        built = harmless(page)
        usual = usual or built
        assert built.found == usual.found, f"{text[:40]} built something of its own"
        assert LONG not in built.text and "Set-Cookie" not in page.headers
        assert text not in SHOWN or built.text.count(text) > (2 if known else 0)
    one_line_each(written())


def test_what_others_signed_stays_text_in_what_is_signed_here(studio, hatch, client, tmp_path):
    people.verified(studio, at=timezone.now())
    desk = at_the_desk(studio.ines)
    for number, text in enumerate(FOREIGN.values()):
        declared = shots.declaration(studio, title=f"take {number}")
        answer = shots.send(hatch, foreign(tmp_path, text), declared, plate=picture(40))
        assert answer.status_code == 202, answer.content
        shots.work()
        asset = Asset.objects.get(public_id=answer.json()["id"])
        assert asset.job.state == "signed", asset.job.problem
        harmless(client.get(f"/c/{asset.credential.public_id}", headers={"accept": "text/html"}))
        plain(client.get(f"/c/{asset.credential.public_id}.json"))
        again = SimpleUploadedFile("a.jpg", shots.fetched(hatch, asset.public_id))
        harmless(client.post("/verify", {"file": again}))
        harmless(desk.get(f"/admin/provenance/asset/{asset.public_id}/"))
        plain(hatch.get(f"/api/v1/assets/{asset.public_id}"))


# --- addresses, headers and logs ----------------------------------------------------------------------------------


def test_addresses_and_headers_of_a_request_are_text_too(studio, hatch, written):
    visitor = Client(raise_request_exception=False)
    for text, start in product((MARKUP, TURNED, CONTROLS, LINES), ("/", "/c/", "/problems/", "/schemas/", "/admin/")):
        answer = visitor.get(f"{start}{text}", headers={"accept": "text/html", "user-agent": "x", "x-request-id": text})
        assert answer.status_code in (302, 404), (start, text, answer.status_code)
        assert answer["X-Request-ID"].startswith("req_")
        if answer.status_code == 404:
            harmless(answer)
    for text in (MARKUP, TURNED.replace("\u202e", ""), QUOTES):
        how = {"content_type": "image/jpeg", "headers": {"content-disposition": f'attachment; filename="{text}"'}}
        plain(visitor.post("/api/v1/verifications", picture(40), **how))
        plain(visitor.post("/api/v1/oauth/token", {"grant_type": text, "client_id": text, "client_secret": text}))
        plain(visitor.get(f"/api/v1/verifications/by-hash/{text}"))
        answer = hatch.get("/api/v1/assets", {"state": text, "production": text, "sha256": text})
        assert answer.status_code == 400 and plain(answer)["code"] == "request.parameter"
        plain(hatch.get(f"/api/v1/assets/{text}".replace("?", "")))
    one_line_each(written())


def test_what_an_error_quotes_is_one_line_without_a_control_character(written):
    quoted = [MARKUP, TURNED, LINES, CONTROLS, HIDDEN]
    for text in quoted:
        try:
            raise ValueError(text)
        except ValueError as error:
            logging.getLogger("provenance.signing").error(
                "signing stopped at “%s”", text, exc_info=error,
                extra={"asset": text, "found": {"title": text, "more": [text, (text,)]}},
            )  # fmt: skip
    one_line_each(written(), entries=len(quoted))
