"""Badges tell elsewhere what a credential's page tells: one label, harmless whatever a title says, and gone with a consent."""

import io
import json
import re
from datetime import timedelta
from xml.etree import ElementTree

import pytest
from django.conf import settings as house
from django.utils import timezone
from PIL import Image

from provenance import badge
from provenance.models import Concern, ConcernAnswer, KeptOut
from registry.private import new_data_key
from tests import cast as people
from tests.provenance import registered, signed

pytestmark = pytest.mark.django_db
HOSTILE = "</script><script>alert(1)</script>\"' ]]> <!-- & \u202egpj.exe"
OURS = ("badge.svg", "qr.svg", "preview.png", "credit.txt", "share")
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def made():
    return registered.credential()


def page_of(made) -> str:
    return f"{house.SITE_URL}/c/{made.public_id}"


def told_by(client, made, **asked):
    return client.get(f"/api/v1/disclosures/{made.public_id}", asked).json()["badge"]


def texts(svg: bytes) -> list[str]:
    return [one.text for one in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def concern_upheld(made, by):
    at = timezone.now()
    row = Concern(credential=made, kind="likeness", speaks_as="self", data_key=new_data_key(), contact_digest="0" * 64,
                  key_digest="0" * 64, due_at=at, recorded_at=at)  # fmt: skip
    row.name = row.contact = row.where = row.statement = "x"
    row.save()
    answer = ConcernAnswer.objects.create(concern=row, outcome="upheld", told="Rightly so.", by=by, recorded_at=at)
    KeptOut.objects.create(sha256=made.sha256, answer=answer)


def element(band, act=""):
    return {"element": "picture", "band": band, "done": [{"act": act}] if act else []}


@pytest.mark.parametrize(("elements", "generative", "consent", "upheld", "label"), [
    ([element("full", "generated")], True, "confirmed", False, "AI-generated"),
    ([element("minor", "altered")], True, "confirmed", False, "AI-edited"),
    ([element("unknown")], True, "confirmed", False, "AI was used"),
    ([element("none_stated")], False, "confirmed", False, ""),
    ([element("full", "generated")], True, "ended", False, "Consent has ended"),
    ([element("full", "generated")], True, "ended", True, "Concern upheld"),
])  # fmt: skip
def test_there_is_one_label_and_what_was_withdrawn_comes_first(elements, generative, consent, upheld, label):
    extent = {"elements": elements, "operations": [{"generative": generative}]}
    shown = badge.badge(extent, consent_now=consent, upheld=upheld, development=False, text="What was done.")
    assert (shown["name"], shown["label"], shown["note"]) == ("Content Credentials", label, "")


def test_every_badge_says_so_once_a_consent_has_ended(client, cast):
    grant = people.verified(cast)
    made = signed.with_mira(cast, grant)
    before = client.get(f"/c/{made.public_id}/badge.svg")
    had = {"if-none-match": before["ETag"]}
    assert texts(before.content) == ["Content Credentials", "AI-edited", "Development certificate"]
    again = client.get(f"/c/{made.public_id}/badge.svg", headers=had)
    assert again.status_code == 304 and again["ETag"] == before["ETag"] and again["Access-Control-Allow-Origin"] == "*"
    assert before["Cache-Control"] == "public, no-cache"
    people.ended(cast, grant, at=timezone.now() - timedelta(hours=1))
    after = client.get(f"/c/{made.public_id}/badge.svg", headers=had)
    assert after.status_code == 200 and texts(after.content)[1] == "Consent has ended"
    assert told_by(client, made)["state"] == "consent_ended"
    assert "AI-edited" not in client.get("/oembed", {"url": page_of(made)}).json()["html"]


def test_a_concern_that_was_upheld_stands_above_everything(client, cast, made):
    concern_upheld(made, cast.ines)
    shown = told_by(client, made, lang="es")
    assert shown["state"] == "concern_upheld" and shown["label"] == "Queja estimada" and "de-aging" not in shown["text"]


@pytest.mark.parametrize("name", OURS)
def test_of_what_was_not_released_there_is_no_badge(client, made, name):
    for unknown in ("crd_none", made.asset.public_id, "x" * 300):
        assert client.get(f"/c/{unknown}/{name}").status_code == 404


def test_a_title_cannot_become_markup_anywhere(client):
    made = registered.credential(title=HOSTILE)
    path = f"/c/{made.public_id}"
    page = client.get(path).content.decode()
    blocks = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.S)
    data = json.loads(blocks[0])
    assert len(blocks) == 1 and "<" not in blocks[0] and data["name"].startswith("</script><script>alert(1)")
    assert "\u202e" not in page and "[U+202E]" in data["name"]
    assert page.count("<script") == 1, "and it is data, which nobody runs"
    for name in ("badge.svg", "qr.svg"):
        drawn = client.get(f"{path}/{name}")
        tree = ElementTree.fromstring(drawn.content)
        assert {one.tag for one in tree.iter()} <= {f"{SVG}{tag}" for tag in ("svg", "title", "style", "rect", "text", "path")}
        assert not any(key.startswith("on") or "href" in key for one in tree.iter() for key in one.attrib)
        assert drawn["Content-Security-Policy"].startswith("default-src 'none'; style-src 'sha256-")
        assert drawn["X-Content-Type-Options"] == "nosniff" and b"\xe2\x80\xae" not in drawn.content
    embedded = client.get("/oembed", {"url": page_of(made)}).json()
    assert "<script" not in embedded["html"] and "[U+202E]" in embedded["title"]
    shared = client.get(f"{path}/share").content.decode()
    assert "<script>alert" not in shared and "&lt;countersign-badge" in shared and "\u202e" not in shared
    assert Image.open(io.BytesIO(client.get(f"{path}/preview.png").content)).size == (1200, 630)


def test_the_page_says_to_programs_what_it_says_to_people(client, made):
    page = client.get(f"/c/{made.public_id}").content.decode()
    data = json.loads(re.search(r"ld\+json\">(.*?)</script>", page)[1])
    assert (data["@type"], data["creditText"], data["sha256"]) == ("ImageObject", "Northlight Pictures", made.sha256)
    assert data["digitalSourceType"] == "https://schema.org/CompositeWithTrainedAlgorithmicMediaDigitalSource"
    assert data["sdPublisher"]["name"] == "Countersign"
    assert f'<meta property="og:image" content="{page_of(made)}/preview.png?lang=en">' in page
    found = re.search(r'<link rel="alternate" type="application/json\+oembed" href="([^"]+)"', page)[1].replace("&amp;", "&")
    assert client.get(found.removeprefix(house.SITE_URL)).json()["type"] == "rich"


def test_oembed_keeps_to_the_room_it_is_given(client, made):
    def asked(**more):
        return client.get("/oembed", {"url": page_of(made), **more}).json()

    whole = asked()
    assert whole["type"] == "rich" and whole["thumbnail_width"] == 1200 and "<script" not in whole["html"]
    narrow = asked(maxwidth=200)
    assert (narrow["width"], narrow["type"]) == (200, "rich") and narrow["height"] < whole["height"]
    assert "thumbnail_url" not in narrow and 'width="200"' in narrow["html"]
    assert asked(maxwidth=100)["type"] == "link" and "html" not in asked(maxheight=5)
    assert "?lang=es" in client.get("/oembed", {"url": f"{page_of(made)}?lang=es"}).json()["html"]


@pytest.mark.parametrize(("asked", "status", "code"), [
    ({"format": "xml"}, 501, "oembed.format"), ({"maxwidth": "wide"}, 400, "oembed.malformed"),
    ({"url": "https://evil.example/c/{id}"}, 404, "oembed.unknown"), ({"url": "{page}/share"}, 404, "oembed.unknown"),
    ({"url": "http://[::1/c/{id}"}, 404, "oembed.unknown"), ({"url": ""}, 404, "oembed.unknown"),
    ({"url": "{site}/c/crd_none"}, 404, "oembed.unknown"),
])  # fmt: skip
def test_oembed_refuses_with_a_reason(client, made, asked, status, code):
    values = {"id": made.public_id, "page": page_of(made), "site": house.SITE_URL}
    sent = {"url": page_of(made)} | {name: value.format(**values) for name, value in asked.items()}
    answer = client.get("/oembed", sent)
    assert (answer.status_code, answer.json()["code"]) == (status, code) and "html" not in answer.json()


def test_the_qr_code_is_drawn_with_its_quiet_zone_and_its_address(client, made):
    tree = ElementTree.fromstring(client.get(f"/c/{made.public_id}/qr.svg").content)
    assert [one.text for one in tree.iter(f"{SVG}text")] == [page_of(made)]
    wide = int(tree.get("viewBox").split()[2])
    dark = [tuple(map(int, run)) for run in re.findall(r"M(\d+) (\d+)h(\d+)", tree.find(f"{SVG}path").get("d"))]
    assert min(x for x, _, _ in dark) == 4 and max(x + run for x, _, run in dark) == wide - 4
    assert min(y for _, y, _ in dark) == 4 and (4, 4, 7) in dark, "the corner that a camera looks for"


def test_no_badge_sets_a_cookie_or_tells_where_a_visitor_is(client, made):
    for name in (*OURS, ""):
        answer = client.get(f"/c/{made.public_id}/{name}".rstrip("/"))
        assert answer.status_code == 200 and not answer.cookies
    script = client.get("/badge.js")
    assert script["Content-Type"].startswith("text/javascript") and script["Access-Control-Allow-Origin"] == "*"
    assert not script.cookies
    assert b"cookie" not in script.content.split(b'"use strict"')[1].lower() and b"localStorage" not in script.content


def test_in_spanish_they_speak_spanish(client, made):
    assert texts(client.get(f"/c/{made.public_id}/badge.svg?lang=es").content)[1:] == [
        "Editado con IA", "Certificado de desarrollo",
    ]  # fmt: skip
    page = client.get(f"/c/{made.public_id}/share?lang=es").content.decode()
    assert "Compartir e incrustar" in page and "Share" not in page and "For posters" not in page
