"""A page of somebody else's, under a strict policy, shows a badge: the component by keyboard and by ear, and the picture."""

import re
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from tests.journeys.test_desk_in_a_browser import CHROMIUM, FLAGS
from tests.provenance import registered

pytestmark = [pytest.mark.django_db, pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium here")]
NEVER = "crd_neverreleased"
HOST = """<!doctype html><html lang="{language}"><title>A magazine</title><link rel="icon" href="data:,">
<script async src="{registry}/badge.js"></script>
<p id="known"><countersign-badge credential="{known}"><a href="{registry}/c/{known}">plain link</a></countersign-badge></p>
<p id="none"><countersign-badge credential="no id"><a href="{registry}/c/x">plain link</a></countersign-badge></p>
<p><a href="{registry}/c/{known}"><img src="{registry}/c/{known}/badge.svg?lang={language}" alt="Content Credentials"></a></p>"""


@contextmanager
def serving(answers):
    """What lies in `answers` – path and query → headers and body – on a port of this machine; and what was asked for."""
    asked = []

    class Shelf(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append((self.path, dict(self.headers)))
            headers, body = answers.get(self.path, ({"Access-Control-Allow-Origin": "*"}, None))
            self.send_response(404 if body is None else 200)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            with suppress(BrokenPipeError):  # a page that was left does not wait for it
                self.wfile.write(body or b"")

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Shelf)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        server.server_close()


def kept(client, address):
    """What the registry answers, to be given to a browser as it was, from an address of its own."""
    answer = client.get(address)
    assert answer.status_code == 200
    return dict(answer.headers), answer.content


def test_a_strict_page_shows_the_component_and_the_picture(client, settings):
    playwright = pytest.importorskip("playwright.sync_api")
    made = registered.credential()
    answers, pages = {}, {}
    with serving(answers) as (registry, asked), serving(pages) as (magazine, _):
        settings.SITE_URL = registry
        told = f"/api/v1/disclosures/{made.public_id}"
        pictures = [f"/c/{made.public_id}/badge.svg?lang={language}" for language in ("en", "es")]
        for address in ("/badge.js", f"{told}?lang=en", f"{told}?lang=es", *pictures):
            answers[address] = kept(client, address)
        policy = f"default-src 'none'; script-src {registry}; connect-src {registry}; img-src {registry} data:; base-uri 'none'"
        for language in ("en", "es"):
            page = HOST.format(language=language, registry=registry, known=made.public_id)
            pages[f"/{language}"] = {"Content-Type": "text/html", "Content-Security-Policy": policy}, page.encode()
        with playwright.sync_playwright() as engine:
            browser = engine.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
            context = browser.new_context(viewport={"width": 390, "height": 844}, color_scheme="dark")
            page, faults = context.new_page(), []
            page.set_default_timeout(60_000)
            page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
            page.on("pageerror", lambda error: faults.append(str(error)))
            page.goto(f"{magazine}/en")
            link = page.get_by_role("link", name=re.compile("^Content Credentials AI-edited Development certificate AI altered"))
            link.wait_for()
            assert link.get_attribute("href") == f"{registry}/c/{made.public_id}?lang=en"
            assert page.locator("#known").get_by_text("plain link").is_hidden()
            assert page.locator("#none").get_by_text("plain link").is_visible()
            page.keyboard.press("Tab")
            assert page.evaluate("document.activeElement.credential ?? document.activeElement.getAttribute('credential')") == (
                made.public_id
            )
            assert page.evaluate("document.querySelector('img').naturalWidth") > 200
            assert page.evaluate("document.documentElement.scrollWidth") <= 390
            page.goto(f"{magazine}/es")
            page.get_by_role("link", name=re.compile("Editado con IA")).first.wait_for()
            page.evaluate(f"document.querySelector('countersign-badge').setAttribute('credential', {NEVER!r})")
            page.locator("#known").get_by_text("plain link").wait_for()
            assert [one for one in faults if "404" not in one] == [], "no policy was broken"
            faults.clear()
            page.goto(registry + pictures[0])
            assert faults == [], "opened alone, it is drawn with the style that stands in it"
            assert context.cookies() == []
            browser.close()
    for path, headers in asked:
        if path.startswith("/api/"):
            assert not {"Cookie", "Referer"} & set(headers), "nothing is told of the page that asks, beyond its origin"
