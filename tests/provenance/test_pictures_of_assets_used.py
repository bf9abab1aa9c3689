"""The pictures that credentials carry of assets used: drawn anew, small and few; what is no picture is not passed on."""

import base64
import io
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from provenance import credentials, trust
from tests.assets import build, pictured
from tests.assets.studio import Studio

pytestmark = pytest.mark.django_db
DRAWN = re.compile(r'<img class="thumb" src="data:image/jpeg;base64,([A-Za-z0-9+/]+={0,2})" alt="">')
MARKUP = b"<script>alert(1)</script>"


@pytest.fixture
def known():
    """A studio whom this registry's readers know."""
    return Studio(trust.key_directory(), name="Northlight Pictures")


def shown(client, content):
    page = client.post("/verify", {"file": SimpleUploadedFile("shot.jpg", content)}).content.decode()
    return page, [Image.open(io.BytesIO(base64.b64decode(one))) for one in DRAWN.findall(page)]


def png(width, height, mode="1"):
    file = io.BytesIO()
    Image.new(mode, (width, height)).save(file, "PNG")
    return file.getvalue()


def test_an_asset_used_is_shown_small_and_drawn_anew(client, known):
    marked = build.plate_jpg()[:2] + b"\xff\xfe\x00\x1b" + MARKUP + build.plate_jpg()[2:]
    content = pictured.signed(known, build.result_jpg(), {"plate": marked}, carried={"plate": ("image/jpeg", marked)})
    assert MARKUP in content, "the picture carried holds a comment of its own"
    page, pictures = shown(client, content)
    assert [(one.format, max(one.size)) for one in pictures] == [("JPEG", 128)]
    assert MARKUP not in base64.b64decode(DRAWN.findall(page)[0]) and len(DRAWN.findall(page)[0]) < 10_000


def test_one_with_credentials_of_its_own_is_shown_by_its_own_picture(client, known):
    within = pictured.signed(known, build.plate_jpg(), {})
    _, pictures = shown(client, pictured.signed(known, build.result_jpg(), {"plate": within}))
    assert len(pictures) == 1


CARRIED = {
    "markup": ("image/jpeg", MARKUP), "a drawing": ("image/svg+xml", b'<svg xmlns="http://www.w3.org/2000/svg" onload="x()"/>'),
    "a drawing called a picture": ("image/png", b'<svg xmlns="http://www.w3.org/2000/svg" onload="x()"/>'),
    "nothing": ("image/jpeg", b"\xff"), "half of one": ("image/jpeg", build.plate_jpg()[:600]),
    "far too many pixels": ("image/png", png(20_000, 20_000)),
    "far too many bytes": ("image/jpeg", build.plate_jpg() + bytes(credentials.LARGEST_PICTURE)),
}  # fmt: skip


@pytest.mark.parametrize("what", CARRIED)
def test_what_is_no_small_picture_is_left_out_and_the_asset_is_told_all_the_same(client, known, what):
    content = pictured.signed(known, build.result_jpg(), {"plate": build.plate_jpg()}, carried={"plate": CARRIED[what]})
    page, pictures = shown(client, content)
    assert pictures == [] and "Assets used (1)" in page and MARKUP.decode() not in page


def test_so_many_and_no_more_are_drawn(client, known):
    plate = build.plate_jpg()
    used = {f"plate {number}": plate for number in range(credentials.MOST_PICTURES + 6)}
    page, pictures = shown(client, pictured.signed(known, build.result_jpg(), used))
    assert len(pictures) == credentials.MOST_PICTURES and f"Assets used ({len(used)})" in page
    assert len(page) < 150_000


def test_nothing_is_shown_of_an_asset_that_was_altered_nor_by_whom_nobody_knows(client, known, tmp_path):
    altered = bytearray(pictured.signed(known, build.plate_jpg(), {}))
    altered[-40] ^= 1
    page, pictures = shown(client, pictured.signed(known, build.result_jpg(), {"plate": bytes(altered)}))
    assert pictures == [] and "changed after it was signed" in page
    stranger = Studio(tmp_path / "elsewhere", "org_elsewhere", "Elsewhere")
    page, pictures = shown(client, pictured.signed(stranger, build.result_jpg(), {"plate": build.plate_jpg()}))
    assert pictures == [] and "Assets used" not in page


def test_programs_are_told_without_pictures(client, known):
    content = pictured.signed(known, build.result_jpg(), {"plate": build.plate_jpg()})
    answer = client.post("/api/v1/verifications", {"file": SimpleUploadedFile("shot.jpg", content)})
    assert answer.json()["ingredients"]["state"] == "intact" and "base64" not in answer.content.decode()
