"""Two lawyers at the desk in a browser, by keyboard: a consent entered with its paper, verified, and ended."""

import io
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from PIL import Image, ImageDraw

from tests import databases

HOUSE = Path(__file__).resolve().parents[2]
CHROMIUM = shutil.which("chromium")
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
PASSWORD = "two lawyers, one paper"
FURNISHED = f"""
import django
django.setup()
from tests import cast as people
cast = people.assemble()
for user in (cast.ines, cast.tobi):
    user.set_password({PASSWORD!r})
    user.save()
"""
# What the browser's own viewer of papers is made of, and what a page holds in itself.
WITHIN = ("chrome-extension", "chrome", "blob", "data", "about")
TODAY = date.today()

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium here")


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    """The address of a web process with files and a cast of its own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    folder, address = tmp_path_factory.mktemp("desk"), f"http://localhost:{port}"
    told = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "COUNTERSIGN"))}
    told |= {"DATA_DIR": str(folder), "PORT": str(port), "SITE_URL": address, "DJANGO_SETTINGS_MODULE": "registry.settings"}
    databases.begin(folder)
    subprocess.run([sys.executable, "-c", FURNISHED], cwd=HOUSE, env=told, check=True, timeout=600)
    with (folder / "web.log").open("w") as log:
        web = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "registry.wsgi", "--bind", f"127.0.0.1:{port}", "--threads", "4"],
            cwd=HOUSE, env=told, stdout=log, stderr=subprocess.STDOUT,
        )  # fmt: skip
    try:
        until_open(f"{address}/health/live", web, folder / "web.log")
        yield address
    finally:
        web.terminate()
        web.wait(timeout=120)


def until_open(address, web, log, within=240):
    deadline = time.monotonic() + within
    while True:
        try:
            return urllib.request.urlopen(address, timeout=20).close()
        except OSError:
            assert web.poll() is None and time.monotonic() < deadline, log.read_text()
            time.sleep(0.1)


@pytest.fixture
def browser(desk):
    """`browser(user)` → a page of somebody who has signed in; at the end nothing may have gone wrong on any."""
    playwright = pytest.importorskip("playwright.sync_api")
    faults = []

    def watch(page):
        page.on("console", lambda said: faults.append(f"console: {said.text}") if is_error(said) else None)
        page.on("pageerror", lambda error: faults.append(f"script: {error}"))
        page.on("request", lambda asked: faults.append(f"left the machine: {asked.url}") if leaves(asked.url) else None)

    with playwright.sync_playwright() as engine:
        chromium = engine.chromium.launch(executable_path=CHROMIUM, args=FLAGS)

        def signed_in(user):
            page = chromium.new_context(viewport={"width": 1280, "height": 900}).new_page()
            page.set_default_timeout(60_000)
            watch(page)
            page.goto(f"{desk}/admin/")
            page.locator("[name=login]").fill(user)
            page.locator("[name=password]").fill(PASSWORD)
            page.keyboard.press("Enter")
            page.get_by_text("What waits for you, soonest first.").wait_for()
            return page

        yield signed_in
        chromium.close()
    assert faults == []


def is_error(said):
    """A form that is refused comes back as a page with status 422, which the browser writes down as well."""
    return said.type == "error" and "status of 422" not in said.text


def leaves(url):
    parts = urlsplit(url)
    return parts.scheme not in WITHIN and parts.hostname not in ("localhost", "127.0.0.1")


def paper():
    sheet = Image.new("RGB", (600, 800), "white")
    ImageDraw.Draw(sheet).text((60, 80), "RIDER: I allow the de-aging of my face.", fill="black")
    kept = io.BytesIO()
    sheet.save(kept, "PDF")
    return {"name": "rider.pdf", "mimeType": "application/pdf", "buffer": kept.getvalue()}


def test_a_consent_is_entered_verified_and_ended(browser):
    ines = browser("ines")
    enter(ines)
    tobi = browser("tobi")
    verify(tobi)
    end(ines)


def enter(page, number="C-0777"):
    press(page.get_by_role("link", name="Consent files"))
    press(page.get_by_role("link", name="Enter a consent"))
    page.get_by_label("The signed document").set_input_files(paper())
    page.locator("iframe[title='The document just chosen']").wait_for()
    page.get_by_label("Signed on").fill(TODAY.isoformat())
    choose(page.get_by_label("Person", exact=True), "M. Vale")
    choose(page.get_by_label("Production (optional)"), "Harbor")
    write(page.get_by_label("File number"), number)
    page.get_by_label("In force from").fill(TODAY.isoformat())
    page.get_by_label("Last day covered").fill((TODAY + timedelta(days=400)).isoformat())
    write(page.get_by_label("Description of the intended use"), "De-aging of the face in scenes 110 to 118.")
    tick(page.get_by_label("De-aging").first)
    tick(page.get_by_label("Face", exact=True).first)
    write(page.get_by_label("Territories", exact=True).first, "World")
    press(page.get_by_role("button", name="Enter the consent"))
    assert "Say why" in page.get_by_role("alert").inner_text() and page.get_by_label("File number").input_value() == number
    page.get_by_label("The signed document").set_input_files(paper())
    write(page.get_by_label("Why"), "Rider received by courier")
    press(page.get_by_role("button", name="Enter the consent"))
    page.get_by_text(f"{number} is entered.").wait_for()
    assert page.get_by_role("link", name="Compare and verify").count() == 0


def verify(page, number="C-0777"):
    press(page.get_by_role("link", name="Read paper beside form"))
    page.locator("iframe[title='The signed document rider.pdf']").wait_for()
    press(page.get_by_role("link", name="Compare and verify"))
    page.get_by_text("Verify only if they say the same.").wait_for()
    write(page.get_by_label("Why"), "Compared word for word")
    press(page.get_by_role("button", name="I have compared it: verify"))
    page.get_by_text(f"{number}, revision 1, is verified.").wait_for()


def end(page):
    page.reload()
    press(page.get_by_role("link", name="Record an ending"))
    write(page.get_by_label("Why"), "Letter of the performer")
    press(page.get_by_role("button", name="Show what it touches"))
    page.get_by_text("Step 2 of 2. Nothing is recorded yet.").wait_for()
    assert "No asset stands on it." in page.inner_text("main")
    press(page.get_by_role("button", name="Record the ending"))
    page.get_by_text("The ending of C-0777 is recorded.").wait_for()
    assert "Withdrawn" in page.inner_text("main") and "Ending recorded" in page.inner_text("main")


# ── By keyboard ──────────────────────────────────────────────────────────────────────────────────────────────────


def press(what):
    what.focus()
    what.page.keyboard.press("Enter")
    what.page.wait_for_load_state()


def write(where, words):
    where.focus()
    where.page.keyboard.type(words)


def choose(where, words):
    write(where, words)
    assert words in where.locator("option:checked").inner_text()


def tick(box):
    box.focus()
    box.page.keyboard.press("Space")
    assert box.is_checked()
