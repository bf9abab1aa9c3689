"""A public report in a browser: without a script, on a telephone, in the dark and on paper, and small enough for a slow line."""

import os
import socket
import subprocess
import sys
from itertools import product

import pytest

from tests import databases
from tests.journeys.test_desk_in_a_browser import CHROMIUM, FLAGS, HOUSE, until_open

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium here")
FIRST_VIEW = 100_000  # bytes
FURNISHED = """
import django
django.setup()
from django.utils import timezone
from rest_framework.test import APIClient
from provenance import tasks
from provenance.models import Credential
from registry import clients
from registry.models import Production
from tests import cast as people, shots
from tests.assets import build
tasks.sign_asset.delay_on_commit = lambda *_: None
cast = people.assemble()
cast.northlight.key_reference = f"dev:{cast.northlight.public_id}"
cast.northlight.save()
people.verified(cast, at=timezone.now())
at = timezone.now()
client, secret = clients.register(name="Pipeline", organisation=cast.parallax, scopes=None, by=None, reason="", at=at)
api = APIClient()
asked = {"grant_type": "client_credentials", "client_id": client.client_id, "client_secret": secret}
token = api.post("/api/v1/oauth/token", asked, format="multipart").json()["access_token"]
api.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
sent = shots.send(api, build.result_jpg(), shots.declaration(cast), plate=build.plate_jpg())
assert sent.status_code == 202, sent.content
shots.work()
Production.objects.update(is_public=True, shows_places=True)
print(f"/c/{Credential.objects.get().public_id}", f"/t/{cast.harbor.public_id}", sep=chr(10))
"""


@pytest.fixture
def addresses(tmp_path):
    """The report and the title of one signed picture, on a web process of its own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    site = f"http://127.0.0.1:{port}"
    told = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "COUNTERSIGN"))}
    told |= {"DATA_DIR": str(tmp_path), "PORT": str(port), "SITE_URL": site, "DJANGO_SETTINGS_MODULE": "registry.settings"}
    databases.begin(tmp_path)
    furnish = [sys.executable, "-c", FURNISHED]
    made = subprocess.run(furnish, cwd=HOUSE, env=told, check=True, timeout=600, stdout=subprocess.PIPE, text=True)
    report, title = made.stdout.split()[-2:]
    log = tmp_path / "web.log"
    with log.open("w") as written:
        web = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "registry.wsgi", "--bind", f"127.0.0.1:{port}", "--threads", "4"],
            cwd=HOUSE, env=told, stdout=written, stderr=subprocess.STDOUT,
        )  # fmt: skip
    try:
        until_open(f"{site}/health/live", web, log)
        yield site + report, site + title
    finally:
        web.terminate()
        web.wait(timeout=120)


def test_the_extent_card_is_read_by_everybody(addresses):
    playwright = pytest.importorskip("playwright.sync_api")
    report, title = addresses
    with playwright.sync_playwright() as engine:
        browser = engine.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for width, scheme in product((1280, 390), ("light", "dark")):
            context = browser.new_context(
                viewport={"width": width, "height": 844}, java_script_enabled=False, color_scheme=scheme, locale="es-ES"
            )
            page, faults, sizes = watched(context)
            page.goto(report)
            page.get_by_text("La IA alteró el rostro de un intérprete (rejuvenecimiento)").first.wait_for()
            assert page.locator("svg .place").count() == 1 and page.locator("svg.bar rect").count() == 1
            assert page.locator("tbody tr").count() == 1, "the table says what the bar says"
            assert sum(sizes) < FIRST_VIEW, sizes
            fits(page, width)
            page.locator(".copy").first.click()
            assert page.evaluate("getSelection().toString()").strip().startswith("Algunas voces e imágenes")
            page.goto(title)
            page.get_by_text("1 plano firmado aquí").wait_for()
            fits(page, width)
            page.emulate_media(media="print")
            page.goto(f"{report}?lang=en")
            page.get_by_text("Words for a label").wait_for()
            assert not page.get_by_role("link", name="Check another file").is_visible()
            assert faults == []
            context.close()
        browser.close()


def watched(context):
    """A page, what its console complains of, and the sizes of what it loads."""
    page, faults, sizes = context.new_page(), [], []
    page.set_default_timeout(60_000)
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    page.on("response", lambda got: sizes.append(int(got.headers.get("content-length", 0))))
    return page, faults, sizes


def fits(page, width):
    assert page.evaluate("document.documentElement.scrollWidth") <= width
