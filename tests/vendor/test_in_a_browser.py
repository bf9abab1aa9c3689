"""The delivery board in a browser, on a desk and on a telephone: nothing runs that may not, and nothing scrolls sideways."""

import os
import socket
import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest

from tests import databases
from tests.assets import build
from tests.journeys.test_desk_in_a_browser import CHROMIUM, FLAGS, HOUSE, is_error, leaves, until_open

PASSWORD = "two shots before lunch"
FURNISHED = f"""
import django
django.setup()
from tests import cast as people
from tests.vendor.people import deliverer
from tests.vendor.test_the_board import HOSTILE, sent, shot
cast = people.assemble()
vera = deliverer("vera", "Lind", cast.parallax)
vera.set_password({PASSWORD!r})
vera.save()
sent(cast, shot(cast, "sh200"), "held", title=HOSTILE, problem={{"code": "consent.review", "detail": HOSTILE, "errors": [],
     "to_clear": [HOSTILE], "decision": ""}})
sent(cast, shot(cast, "sh201"), "received", title="under-way.exr")
"""

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium here")


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """The address of a web process with files and a cast of its own, and its database."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    folder, address = tmp_path_factory.mktemp("board"), f"http://127.0.0.1:{port}"
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
        yield address, folder / "countersign.sqlite3"
    finally:
        web.terminate()
        web.wait(timeout=120)


@pytest.mark.parametrize("width", [1280, 390])
def test_a_vendors_person_works_through_the_board(house, width):
    playwright = pytest.importorskip("playwright.sync_api")
    address, database = house
    faults = []
    with playwright.sync_playwright() as engine:
        chromium = engine.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = chromium.new_context(viewport={"width": width, "height": 900}).new_page()
        page.set_default_timeout(60_000)
        page.on("console", lambda said: faults.append(f"console: {said.text}") if is_error(said) else None)
        page.on("pageerror", lambda error: faults.append(f"script: {error}"))
        page.on("request", lambda asked: faults.append(f"left: {asked.url}") if leaves(asked.url) else None)
        comes_in(page, address)
        looks_around(page, address, width)
        asks(page)
        sends(page, address)
        waits(page, address, database)
        chromium.close()
    assert faults == []


def comes_in(page, address):
    page.goto(f"{address}/accounts/login/")
    page.locator("[name=login]").fill("vera")
    page.locator("[name=password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="What to do next").wait_for()


def looks_around(page, address, width):
    for link in ("Everything sent", "Programs", "Board", "Harbor"):
        page.get_by_role("link", name=link, exact=True).first.click()
        page.get_by_role("heading", level=1).wait_for()
        assert page.evaluate("document.documentElement.scrollWidth") <= width, page.url
        assert page.get_by_role("heading", level=1).count() == 1
    page.goto(f"{address}/vendor/sent/")
    page.locator("td a").last.click()
    assert page.evaluate("document.documentElement.scrollWidth") <= width, page.url


def asks(page):
    page.get_by_role("link", name="May I do this?", exact=True).first.click()
    page.get_by_label("Who", exact=True).select_option(label="M. Vale")
    page.get_by_label("Shots").fill("sh114")
    page.get_by_role("button", name="Ask", exact=True).press("Enter")
    page.get_by_role("heading", name="Not cleared everywhere").wait_for()


def sends(page, address):
    """Without consent: the file is refused at once, and the page says what would help."""
    page.goto(f"{address}/vendor/")
    page.get_by_role("link", name="Harbor", exact=True).first.click()
    page.get_by_role("link", name="Send a file").click()
    page.get_by_label("File", exact=True).set_input_files(
        {"name": "harbor_sh114.jpg", "mimeType": "image/jpeg", "buffer": build.result_jpg()}
    )
    page.get_by_label("What was done").first.select_option("de_aging")
    page.get_by_label("Tool").first.fill("AgeShift")
    page.get_by_label("M. Vale").first.press("Space")
    page.get_by_role("button", name="Send it").press("Enter")
    page.get_by_role("heading", name="Refused: nothing was signed").wait_for()


def waits(page, address, database):
    """Where a file stands is seen without loading the page again."""
    stands(database, "received")
    page.goto(f"{address}/vendor/sent/?q=under-way")
    page.get_by_role("link", name="under-way.exr").click()
    page.get_by_role("heading", name="it waits to be signed").wait_for()
    stands(database, "dead")
    page.get_by_role("heading", name="It could not be signed").wait_for()


def stands(database, state):
    with closing(sqlite3.connect(database, timeout=30)) as rows, rows:
        under_way = "SELECT id FROM provenance_asset WHERE title = 'under-way.exr'"
        rows.execute(f"UPDATE provenance_signingjob SET state = ? WHERE asset_id IN ({under_way})", [state])
