"""A performer's letter in a browser: on a telephone, by keyboard, without scripts, from the link to the end of a consent."""

import re

import pytest

from tests.journeys.test_desk_in_a_browser import (  # noqa: F401
    CHROMIUM,
    browser,
    choose,
    desk,
    enter,
    press,
    verify,
    write,
)

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium here")
TELEPHONE = {"width": 390, "height": 844}


def test_a_performer_ends_a_consent_on_a_telephone(browser):  # noqa: F811
    ines = browser("ines")
    enter(ines)
    verify(browser("tobi"))
    address, code = made(ines)
    page = ines.context.browser.new_context(viewport=TELEPHONE, java_script_enabled=False).new_page()
    page.set_default_timeout(60_000)

    page.goto(address)
    write(page.get_by_label("Su código, seis cifras"), code)
    page.keyboard.press("Enter")
    page.get_by_text("Usted permite rejuvenecimiento (rostro) en todo el mundo").wait_for()
    fits(page)
    press(page.get_by_role("button", name="English"))
    page.get_by_text("You allow de-aging (face) in the whole world").wait_for()
    fits(page)

    press(page.get_by_role("link", name="End my consent"))
    page.get_by_role("heading", name="End my consent: C-0777").wait_for()
    write(page.get_by_label("Your code, six digits"), "000000" if code != "000 000" else "000001")
    page.keyboard.press("Enter")
    page.get_by_text("That is not the code. You can try 4 more times").wait_for()
    fits(page)
    write(page.get_by_label("Your code, six digits"), code)
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Your consent is on hold from now on.").wait_for()
    press(page.get_by_role("link", name="Back to the letter"))
    page.get_by_text("On hold, because you want to end it.").wait_for()
    press(page.get_by_role("button", name="Close the letter"))
    page.get_by_text("Your letter is closed on this device").wait_for()

    ines.goto(re.match(r"http://[^/]+", address).group() + "/admin/")
    ines.get_by_text("C-0777 of M. Vale – on hold").first.wait_for()


def test_a_performer_comes_back_with_a_passkey_and_ends_a_consent_with_it(browser):  # noqa: F811
    ines = browser("ines")
    enter(ines, "C-0778")
    verify(browser("tobi"), "C-0778")
    address, code = made(ines, "English")
    context = ines.context.browser.new_context(viewport=TELEPHONE)
    page = context.new_page()
    page.set_default_timeout(10_000)
    keeps_passkeys(page)

    page.goto(address)
    write(page.get_by_label("Your code, six digits"), code)
    page.keyboard.press("Enter")
    press(page.get_by_role("link", name="Passkeys for this letter"))
    page.get_by_role("heading", name="Open this letter again without the link").wait_for()
    fits(page)
    press(page.get_by_role("button", name="Keep a passkey on this device"))
    page.get_by_role("button", name="Remove it").wait_for()
    fits(page)
    press(page.get_by_role("button", name="Close the letter"))
    press(page.get_by_role("link", name="Did you keep a passkey?"))
    press(page.get_by_role("button", name="Open the letter"))
    page.get_by_text("You allow de-aging (face)").first.wait_for()
    press(page.get_by_role("link", name="End my consent").first)
    page.get_by_role("heading", name="End my consent: C-0778").wait_for()
    fits(page)
    press(page.get_by_role("button", name="End it, confirmed with your passkey"))
    page.get_by_role("heading", name="Your consent is on hold from now on.").wait_for()


def keeps_passkeys(page):
    """A device behind the browser that keeps passkeys and whose owner always unlocks it (Chromium's virtual one)."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send("WebAuthn.addVirtualAuthenticator", {"options": {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": True, "automaticPresenceSimulation": True,
    }})  # fmt: skip


def made(page, language="Español"):
    """The link and the code, as they stand at the desk this once."""
    press(page.locator("summary", has_text="Cast and works"))
    press(page.get_by_role("link", name="Letters"))
    press(page.get_by_role("link", name="Make a link"))
    choose(page.get_by_label("Who opens it"), "M. Vale – The person")
    choose(page.get_by_label("Language"), language)
    write(page.get_by_label("Why"), "She asked for it")
    press(page.get_by_role("button", name="Make the link"))
    page.get_by_text("shown this once").wait_for()
    return [one.inner_text() for one in page.locator("code.secret").all()]


def fits(page):
    assert page.evaluate("document.documentElement.scrollWidth") <= TELEPHONE["width"]
