"""A file checked in a visitor's own browser: nothing leaves the machine until asked, and both checks stand side by side."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests import databases
from tests.assets import build
from tests.journeys.test_a_report_in_a_browser import FURNISHED
from tests.journeys.test_desk_in_a_browser import CHROMIUM, FLAGS, HOUSE, until_open

READER = HOUSE / "registry/static/countersign/web/reader.js"
AXE = HOUSE / "registry/web/node_modules/axe-core/axe.min.js"
pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium here"),
    pytest.mark.skipif(not READER.exists() or not AXE.exists(), reason="the reader for browsers is not built (make web)"),
]
FIRST_VIEW = 100_000  # bytes, without the reader and its engine
STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
PATIENCE = 60_000  # milliseconds: the engine is compiled on a machine that others use, too
HANDED_OUT = """
import sys
from pathlib import Path
from django.core.files.storage import default_storage
from tests import letters
with default_storage.open(Credential.objects.get().storage_key) as kept:
    Path(sys.argv[1]).write_bytes(kept.read())
letter = letters.made(cast)
print(letter.opening, letter.code)
"""


class House:
    """A web process with one signed picture and one letter: their addresses, its files, and what its log says was asked."""

    def __init__(self, site, folder, report, title, letter, code):
        self.site, self.folder, self.report, self.title = site, folder, site + report, site + title
        self.letter, self.code = site + letter, code
        self.signed = folder / "signed.jpg"
        self.log = folder / "web.log"

    def asked(self):
        """The method and path of every request but for the pages' own files, oldest first."""
        lines = [json.loads(line) for line in self.log.read_text().splitlines() if line.startswith("{")]
        return [(line["method"], line["path"]) for line in lines if line.get("event") == "request"]


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    folder = tmp_path_factory.mktemp("window")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    site = f"http://127.0.0.1:{port}"
    told = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "COUNTERSIGN"))}
    told |= {"DATA_DIR": str(folder), "PORT": str(port), "SITE_URL": site, "DJANGO_SETTINGS_MODULE": "registry.settings"}
    databases.begin(folder)
    furnish = [sys.executable, "-c", FURNISHED + HANDED_OUT, str(folder / "signed.jpg")]
    made = subprocess.run(furnish, cwd=HOUSE, env=told, check=True, timeout=600, stdout=subprocess.PIPE, text=True)
    opened = House(site, folder, *made.stdout.split()[-4:])
    with opened.log.open("w") as written:
        web = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "registry.wsgi", "--bind", f"127.0.0.1:{port}", "--threads", "4"],
            cwd=HOUSE, env=told, stdout=written, stderr=subprocess.STDOUT,
        )  # fmt: skip
    try:
        until_open(f"{site}/health/live", web, opened.log)
        yield opened
    finally:
        web.terminate()
        web.wait(timeout=120)


@pytest.fixture(scope="module")
def browser():
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as engine:
        launched = engine.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield launched
        launched.close()


@pytest.fixture
def visit(browser, house):
    """`visit(**options)` → a page; at the end nothing may have been refused by its policy, nor asked of another origin."""
    contexts, faults, abroad = [], [], []

    def seen(request):
        where = urlsplit(request.url)
        if where.scheme not in ("blob", "data") and f"{where.scheme}://{where.netloc}" != house.site:
            abroad.append(request.url)

    def opened(**options):
        context = browser.new_context(**({"viewport": {"width": 1280, "height": 900}, "locale": "en-GB"} | options))
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("request", seen)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert (faults, abroad) == ([], [])


def bring(page, path):
    page.locator("input[name=file]").set_input_files(str(path))
    page.locator("section.browser h2").wait_for()
    return page.locator("section.browser")


def test_a_signed_file_is_read_by_the_browser_and_nothing_is_sent_until_asked(house, visit):
    page = visit()
    page.goto(f"{house.site}/verify")
    before = len(house.asked())
    read = bring(page, house.signed)
    assert [read.get_attribute(f"data-{name}") for name in ("integrity", "signature", "trust")] == ["intact", "valid", "registry"]
    assert page.evaluate("document.querySelector('.preview img').naturalWidth") > 0, "the viewer's own file is not shown"
    assert page.evaluate("document.activeElement.id") == "browser-says", "a screen reader is told nothing"
    assert read.get_by_text("Northlight Pictures").count() and read.get_by_text("c2pa-rs 0.").count()
    read.get_by_text("Assets used (").click()
    assert read.locator(".tree li").count() == 1
    read.get_by_text("Everything the reader found").click()
    assert read.get_by_text("claimSignature.validated").count()
    with page.expect_download() as handed:
        read.get_by_role("link", name="crJSON").click()
    assert json.loads(Path(handed.value.path()).read_text())["manifests"]
    assert house.asked()[before:] == [("GET", "/trust/registry")], "something was sent without being asked for"

    read.get_by_role("button", name="Ask this registry too").click()
    twice = page.locator("section.twice")
    twice.wait_for()
    assert twice.get_attribute("data-twice") == "recalled" and page.url == f"{house.site}/verify"
    assert house.asked()[before + 1 :] == [("POST", "/look-up")], "the fingerprint is in no address"
    assert page.locator("h1").inner_text().startswith("AI altered")

    twice.get_by_role("button", name="Have the server read it").click()
    page.locator("section.twice[data-twice=same]").wait_for()
    assert page.get_by_text("Both checks conclude the same.").is_visible()
    assert ("POST", "/verify") in house.asked()[before:]

    page.emulate_media(media="print")
    assert page.get_by_role("heading", name="Words for a label").is_visible() and page.get_by_text("Read with").is_visible()
    hidden = ("details pre", "form.keep", ".site nav", ".acts")
    assert not [one for one in hidden if page.locator(one).count() == 0 or page.locator(one).first.is_visible()]


def test_a_changed_file_is_changed_for_both(house, visit):
    changed = house.folder / "changed.jpg"
    content = bytearray(house.signed.read_bytes())
    content[-40] ^= 1
    changed.write_bytes(content)
    page = visit(viewport={"width": 390, "height": 844})
    page.goto(f"{house.site}/verify?lang=es")
    read = bring(page, changed)
    assert read.get_attribute("data-integrity") == "altered"
    assert read.locator("h2").inner_text() == "Este archivo se cambió después de firmarse."
    assert read.locator(".tree").count() == 0 and "Northlight" not in read.locator(".activity, .tree").all_inner_texts()
    read.get_by_role("button", name="Que lo lea el servidor").click()
    page.locator("section.twice[data-twice=same]").wait_for()
    assert page.locator("[data-report]").get_attribute("data-integrity") == "altered"
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_file_without_credentials_is_neutral_and_one_of_another_kind_is_left_to_the_server(house, visit):
    page = visit()
    page.goto(house.site)
    plain = house.folder / "plain.jpg"
    plain.write_bytes(build.plate_jpg())
    read = bring(page, plain)
    assert "No Content Credentials found. That says nothing" in read.locator("h2").inner_text()
    assert read.locator(".stop").count() == 0
    text = house.folder / "notes.txt"
    text.write_text("Nothing is known of this.")
    page.locator("input[name=file]").set_input_files(str(text))
    page.get_by_role("heading", name="A browser cannot read files of this kind").wait_for()
    pasted = "() => { const data = new DataTransfer(); data.items.add(new File(['x'], 'pasted.txt')); " \
        "document.dispatchEvent(new ClipboardEvent('paste', {clipboardData: data, bubbles: true})); }"  # fmt: skip
    page.evaluate(pasted)
    page.get_by_text("pasted.txt").wait_for()


def test_everything_can_be_read_by_everybody(house, visit):
    """No finding of axe on any public page, light and dark, in both languages, narrow and at 200 %."""
    axe = AXE.read_text()
    addresses = ["/", "/verify", "/how-to-read", urlsplit(house.report).path, urlsplit(house.title).path,
                 f"{urlsplit(house.report).path}/concern", f"{urlsplit(house.report).path}/share", "/transparency",
                 "/problems/media.empty"]  # fmt: skip
    for scheme, language in (("light", "en"), ("dark", "es")):
        # Twice as large on a window of 1280 is as wide as 640.
        page = visit(color_scheme=scheme, viewport={"width": 640, "height": 450})
        for address in addresses:
            page.goto(f"{house.site}{address}?lang={language}")
            looked_over(page, axe, f"{address} {scheme}")
        page.goto(f"{house.site}/verify?lang={language}")
        bring(page, house.signed)
        unfold(page)
        looked_over(page, axe, f"checked in the browser, {scheme}")
        page.locator(".asking .btn.plain").click()
        page.locator("section.twice").wait_for()
        unfold(page)
        looked_over(page, axe, f"checked twice, {scheme}")
        page.locator("form.keep button").click()
        page.wait_for_url("**/v/*")
        looked_over(page, axe, f"kept, {scheme}")


def test_a_performers_letter_can_be_read_by_everybody(house, visit):
    """Every page behind a link from the desk, in the dark and in Spanish as in daylight and in English."""
    axe = AXE.read_text()
    for scheme, language in (("dark", "es"), ("light", "en")):
        page = visit(color_scheme=scheme, viewport={"width": 640, "height": 450}, locale=language)
        page.context.add_cookies([{"name": "countersign_language", "value": language, "url": house.site}])
        page.goto(house.letter)
        assert page.locator("html").get_attribute("lang") == language
        looked_over(page, axe, f"the door, {scheme}")
        page.locator("[name=code]").fill(house.code)
        page.keyboard.press("Enter")
        page.wait_for_url("**/letter/*/")
        unfold(page)
        looked_over(page, axe, f"the letter, {scheme}")
        in_order(page)
        acts = page.locator("main a[href]").evaluate_all("(all) => all.map((one) => one.href)")
        for address in [one for one in dict.fromkeys(acts) if one.endswith(("/ask", "/end"))]:
            page.goto(address)
            looked_over(page, axe, f"{address}, {scheme}")
            in_order(page)


PLACED = """() => [...document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex='0']")]
    .indexOf(document.activeElement)"""


def in_order(page):
    """By the keyboard alone one comes to everything that can be pressed or filled in, in the order in which it is read."""
    page.evaluate("document.activeElement?.blur(); window.scrollTo(0, 0)")
    came_to = []
    for _ in range(60):
        page.keyboard.press("Tab")
        place = page.evaluate(PLACED)
        if place < 0 or place in came_to:
            break
        came_to.append(place)
    assert len(came_to) > 2 and came_to == sorted(came_to), came_to


def unfold(page):
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")


def looked_over(page, axe, where):
    # By the protocol, past the page's own policy, which lets no script in.
    page.evaluate(axe)
    found = page.evaluate("(tags) => axe.run({runOnly: tags})", STANDARDS)["violations"]
    told = [(one["id"], [node["html"][:160] for node in one["nodes"]][:4]) for one in found]
    assert told == [], where
    for width in (640, 320):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{where} at {width}"
    page.set_viewport_size({"width": 640, "height": 450})


def test_the_first_view_is_small_and_the_keyboard_comes_to_everything_in_order(house, visit):
    page = visit()
    sizes = {}
    page.on("response", lambda got: sizes.__setitem__(urlsplit(got.url).path, len(got.body())))
    page.goto(f"{house.site}/verify", wait_until="networkidle")
    assert sum(sizes.values()) < FIRST_VIEW, sizes
    assert not [path for path in sizes if path.endswith(".wasm")], "the engine is fetched before there is a file"
    order = []
    for _ in range(10):
        page.keyboard.press("Tab")
        order.append(page.evaluate("document.activeElement.name || document.activeElement.textContent.trim()"))
    assert order[0] == "Skip to the content"
    assert [one for one in order if one in ("file", "record", "Check this file")] == ["file", "Check this file", "record"]


PLAYS = """async (shown) => {
    shown.muted = true;
    await shown.play();
    const waits = () => new Promise((on) => setTimeout(on, 100));
    for (let tries = 0; tries < 100 && shown.currentTime === 0 && !shown.ended; tries += 1) await waits();
    return [shown.error, shown.currentTime > 0, shown.videoWidth > 0];
}"""


@pytest.mark.parametrize(("name", "tag", "seen"), [
    ("result.mp4", "video", True), ("voice.wav", "audio", None), ("voice.mp3", "audio", None), ("voice.flac", "audio", None),
])  # fmt: skip
def test_the_viewers_own_film_and_recording_play(house, visit, name, tag, seen):
    page = visit()
    page.goto(f"{house.site}/verify")
    before = len(house.asked())
    bring(page, build.library() / name)
    shown = page.locator(f".preview {tag}")
    shown.wait_for()
    assert shown.evaluate("(one) => one.controls && one.src.startsWith('blob:')")
    fault, played, picture = shown.evaluate(PLAYS)
    assert (fault, played, picture or None) == (None, True, seen)
    assert not [path for method, path in house.asked()[before:] if method == "POST"], "it is played from where it is"


@pytest.mark.parametrize("name", ["voice.m4a", "result.avi"])
def test_a_player_that_could_not_play_is_not_shown(house, visit, name):
    """Apple's lossless sound, and a container that browsers do not open."""
    page = visit()
    page.goto(f"{house.site}/verify")
    bring(page, build.library() / name)
    page.locator(".preview").wait_for(state="hidden")
    assert page.locator("section.browser h2").is_visible() and page.locator(".preview").count() == 1


@pytest.mark.parametrize("width", [1280, 390])
def test_pictures_of_it(house, visit, width):
    """Only where somebody asks for pictures (PICTURES, a folder)."""
    folder = os.environ.get("PICTURES")
    if not folder:
        pytest.skip("no folder for pictures is named")
    page = visit(viewport={"width": width, "height": 900}, color_scheme=os.environ.get("SCHEME", "light"))
    page.goto(f"{house.site}/verify")
    page.screenshot(path=f"{folder}/1-form-{width}.png", full_page=True)
    bring(page, house.signed)
    page.screenshot(path=f"{folder}/2-browser-{width}.png", full_page=True)
    unfold(page)
    page.screenshot(path=f"{folder}/3-unfolded-{width}.png", full_page=True)
    page.locator(".asking .btn.plain").click()
    page.locator("section.twice").wait_for()
    page.screenshot(path=f"{folder}/4-twice-{width}.png", full_page=True)
    on_paper(page, f"{folder}/4-twice.pdf")
    unfold(page)
    page.screenshot(path=f"{folder}/5-server-{width}.png", full_page=True)
    page.locator("form.keep button").click()
    page.wait_for_url("**/v/*")
    page.screenshot(path=f"{folder}/6-kept-{width}.png", full_page=True)
    on_paper(page, f"{folder}/6-kept.pdf")
    for address, name in ((house.report, "7-report"), (f"{house.site}/verify", "8-verify")):
        page.goto(address)
        on_paper(page, f"{folder}/{name}.pdf")


def on_paper(page, path):
    page.emulate_media(media="print")
    page.pdf(path=path, format="A4")
    page.emulate_media(media="screen")
