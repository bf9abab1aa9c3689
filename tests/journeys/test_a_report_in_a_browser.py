"""A public report in a browser: without a script, on a telephone, in the dark and on paper, and small enough for a slow line."""

from itertools import product

import pytest
from django.utils import timezone

from provenance.models import Credential
from registry.models import Production
from tests import cast as people
from tests import shots
from tests.assets import build
from tests.journeys.test_desk_in_a_browser import CHROMIUM, FLAGS

pytestmark = [pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium here"), pytest.mark.django_db(transaction=True)]
FIRST_VIEW = 100_000  # bytes


def test_the_extent_card_is_read_by_everybody(studio, hatch, live_server):
    people.verified(studio, at=timezone.now())
    answer = shots.send(hatch, build.result_jpg(), shots.declaration(studio), plate=build.plate_jpg())
    assert answer.status_code == 202, answer.content
    shots.work()
    Production.objects.update(is_public=True, shows_places=True)
    report = f"{live_server.url}/c/{Credential.objects.get().public_id}"
    title = f"{live_server.url}/t/{studio.harbor.public_id}"

    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for width, scheme in product((1280, 390), ("light", "dark")):
            context = browser.new_context(
                viewport={"width": width, "height": 844}, java_script_enabled=False, color_scheme=scheme, locale="es-ES"
            )  # fmt: skip
            page, faults, sizes = watched(context)
            page.goto(report)
            page.get_by_text("La IA alteró el rostro de un intérprete (rejuvenecimiento)").first.wait_for()
            assert page.locator("svg .place").count() == 1 and page.locator("svg.bar rect").count() == 1
            assert page.get_by_role("row").count() == 2, "the table says what the bars say"
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
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    page.on("response", lambda got: sizes.append(int(got.headers.get("content-length", 0))))
    return page, faults, sizes


def fits(page, width):
    assert page.evaluate("document.documentElement.scrollWidth") <= width
