"""People sign in by name and password; a second factor guards the desk where it must, and wrong guesses shut the door."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth
from django.test import Client

from registry.models import Membership, Organisation, User
from tests.environment import PRODUCTION

HOUSE = Path(__file__).resolve().parents[2]
LOGIN, LOGOUT, DESK = "/accounts/login/", "/accounts/logout/", "/admin/"
SECOND, ACTIVATE, CODES = "/accounts/2fa/authenticate/", "/accounts/2fa/totp/activate/", "/accounts/2fa/recovery-codes/"
PASSWORD = "copper-lantern-birch-27"
HALF_MINUTE = 59_000_000
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _one_half_minute(monkeypatch):
    """Codes change every thirty seconds; here no test meets the change."""
    monkeypatch.setattr(auth, "yield_hotp_counters_from_time", lambda: iter([HALF_MINUTE]))


@pytest.fixture
def ines(db):
    user = User.objects.create_user("ines", password=PASSWORD, first_name="Ines", last_name="Roth", is_staff=True)
    studio = Organisation.objects.create(kind="studio", name="Northlight Pictures")
    Membership.objects.create(user=user, organisation=studio, role=Membership.Role.LEGAL_ENTER)
    return user


@pytest.fixture
def required(settings):
    settings.MFA_REQUIRED = True


def sign_in(browser, password=PASSWORD, **more):
    return browser.post(LOGIN, {"login": "ines", "password": password} | more)


def inside(browser):
    """Whether the desk opens."""
    return browser.get(DESK).status_code == 200


def code(secret):
    """What the app shows."""
    return auth.format_hotp_value(auth.hotp_value(secret, HALF_MINUTE))


def wrong(right):
    return "000000" if right != "000000" else "111111"


def protect(browser):
    """Set up a second factor as a person does; gives its secret and the recovery codes."""
    browser.get(ACTIVATE)
    browser.post("/accounts/reauthenticate/", {"password": PASSWORD})
    secret = browser.get(ACTIVATE).context["form"].secret
    assert browser.post(ACTIVATE, {"code": code(secret)}).url == CODES
    return secret, browser.get(CODES).context["unused_codes"]


def test_name_and_password_open_the_desk_where_no_more_is_demanded(ines):
    browser = Client()
    assert browser.get(DESK).url.startswith("/admin/login/")
    answer = sign_in(browser, next=DESK)
    assert (answer.status_code, answer.url) == (302, DESK)
    assert inside(browser)


def test_a_form_from_our_own_page_is_taken_and_one_from_nowhere_is_not(ines):
    """Under “no-referrer” a browser sends its own site's forms with “Origin: null”, and nobody could sign in."""
    browser = Client(enforce_csrf_checks=True)
    page = browser.get(LOGIN)
    assert page["Referrer-Policy"] == "same-origin" and 'name="referrer" content="same-origin"' in page.content.decode()
    form = {"login": "ines", "password": PASSWORD, "csrfmiddlewaretoken": page.context["csrf_token"]}
    assert browser.post(LOGIN, form, headers={"Origin": "null"}).status_code == 403 and not inside(browser)
    assert browser.post(LOGIN, form, headers={"Origin": "http://testserver"}).status_code == 302 and inside(browser)


def test_nobody_is_led_to_another_site_by_signing_in(ines):
    assert sign_in(Client(), next="https://elsewhere.example/").url == DESK


@pytest.mark.parametrize(("name", "password"), [("ines", "wrong"), ("nobody", PASSWORD)])
def test_a_wrong_name_and_a_wrong_password_are_told_alike(ines, name, password):
    browser = Client()
    answer = browser.post(LOGIN, {"login": name, "password": password})
    assert answer.status_code == 200 and "do not belong together" in answer.content.decode()
    assert not inside(browser)


def test_an_account_that_was_closed_does_not_sign_in(ines):
    User.objects.update(is_active=False)
    browser = Client()
    sign_in(browser)
    assert not inside(browser)


def test_five_wrong_passwords_shut_the_door_for_a_while_even_to_the_right_one(ines, settings):
    browser = Client()
    answers = [sign_in(browser, password=f"wrong-{number}") for number in range(5)]
    assert [answer.status_code for answer in answers] == [200] * 4 + [429]
    assert 0 < int(answers[-1]["Retry-After"]) <= settings.AXES_COOLOFF_TIME.total_seconds()
    assert "Too many wrong passwords. Try again in 15 minutes" in answers[-1].content.decode()
    right = sign_in(browser)
    assert right.status_code == 429 and not inside(browser)


def test_another_name_at_the_same_address_is_not_shut_out_and_another_spelling_of_it_is(ines):
    User.objects.create_user("tobi", password=PASSWORD, is_staff=True)
    for number in range(5):
        sign_in(Client(), password=f"wrong-{number}", login=" INES"[number % 2:])
    assert sign_in(Client()).status_code == 429
    assert sign_in(Client(), login="tobi").status_code == 302


def test_who_knocks_too_fast_is_told_how_long_to_wait(ines, settings):
    settings.ACCOUNT_RATE_LIMITS = {"login": "2/m/ip"}
    answers = [sign_in(Client(), password="wrong") for _ in range(3)]
    assert answers[-1].status_code == 429 and answers[-1]["Retry-After"] == "60"
    assert "Too many attempts" in answers[-1].content.decode()


def test_signing_out_asks_first_and_closes_the_desk(ines):
    browser = Client()
    sign_in(browser)
    assert "Ines Roth" in browser.get(LOGOUT).content.decode() and inside(browser)
    assert browser.post(LOGOUT).url == "/"
    assert not inside(browser)


def test_a_password_is_changed_and_the_old_one_opens_nothing(ines):
    browser, new = Client(), "marble-fennel-ribbon-61"
    sign_in(browser)
    asked = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    refused = browser.post("/accounts/password/change/", asked | {"oldpassword": "wrong"})
    assert "not your present password" in refused.content.decode()
    browser.post("/accounts/password/change/", asked)
    assert not inside(closed := Client()) and sign_in(closed).status_code == 200
    assert sign_in(Client(), password=new).status_code == 302


@pytest.mark.django_db(transaction=True)
def test_without_a_second_factor_one_is_led_to_make_it_and_does_not_enter_before(ines, required):
    browser = Client()
    sign_in(browser)
    answer = browser.get(DESK)
    assert (answer.status_code, answer.url) == (302, f"{ACTIVATE}?next=%2Fadmin%2F")
    assert not inside(browser)
    refused = browser.get(ACTIVATE, follow=True)
    assert "needs a second factor" in refused.content.decode()
    protect(browser)
    assert inside(browser)


def test_a_wrong_code_sets_up_nothing(ines, required):
    browser = Client()
    sign_in(browser)
    browser.post("/accounts/reauthenticate/", {"password": PASSWORD})
    secret = browser.get(ACTIVATE).context["form"].secret
    answer = browser.post(ACTIVATE, {"code": wrong(code(secret))})
    assert "This code is not right" in answer.content.decode()
    assert not Authenticator.objects.exists() and not inside(browser)


def test_who_has_one_is_asked_for_it_and_each_code_opens_once(ines, required):
    secret, _ = protect(signed_in(ines))
    browser = Client()
    assert sign_in(browser, next=DESK).url.startswith(SECOND)
    assert not inside(browser)
    refused = browser.post(SECOND, {"code": wrong(code(secret))})
    assert "This code is not right" in refused.content.decode() and not inside(browser)
    now = code(secret)
    assert browser.post(SECOND, {"code": now}).url == DESK
    assert inside(browser)
    again = Client()
    sign_in(again)
    assert again.post(SECOND, {"code": now}).status_code == 200 and not inside(again)


def test_it_is_asked_for_also_where_it_is_not_demanded(ines):
    protect(signed_in(ines))
    browser = Client()
    assert sign_in(browser).url.startswith(SECOND)
    assert not inside(browser)


def test_a_recovery_code_opens_once(ines, required):
    _, codes = protect(signed_in(ines))
    for turn, opens in ((1, True), (2, False)):
        browser = Client()
        sign_in(browser)
        browser.post(SECOND, {"code": codes[0]})
        assert inside(browser) is opens, turn


def test_a_session_from_before_the_account_was_protected_is_asked_for_the_code(ines, required):
    """Whoever had come in with the password alone would otherwise stay inside once the owner set up a second factor."""
    before = signed_in(ines)
    secret, _ = protect(signed_in(ines))
    assert before.get(DESK).url.startswith("/accounts/2fa/reauthenticate/") and not inside(before)
    before.post("/accounts/2fa/reauthenticate/?next=/admin/", {"code": code(secret)})
    assert inside(before)


def test_nobody_who_reads_the_database_can_make_codes(ines):
    secret, codes = protect(signed_in(ines))
    kept = str(list(Authenticator.objects.values_list("data", flat=True)))
    assert secret not in kept and not any(one in kept for one in codes)


def signed_in(user):
    browser = Client()
    sign_in(browser)
    return browser


@pytest.mark.parametrize("address", [
    LOGIN, LOGOUT, "/accounts/inactive/", "/accounts/reauthenticate/", "/accounts/password/change/", "/accounts/2fa/",
    ACTIVATE, "/accounts/2fa/reauthenticate/", CODES, f"{CODES}generate/", "/accounts/2fa/totp/deactivate/",
])  # fmt: skip
def test_every_page_is_ours_opens_with_one_heading_and_runs_nothing_of_its_own(ines, address):
    browser = Client() if address == LOGIN else signed_in(ines)
    if address == ACTIVATE:
        browser.post("/accounts/reauthenticate/", {"password": PASSWORD})
    elif "2fa" in address or "reauthenticate" in address:
        protect(browser)
    answer = browser.get(address)
    page = answer.content.decode()
    assert answer.status_code == 200 and "countersign/site.css" in page
    assert len(re.findall("<h1", page)) == 1
    assert not re.search(r"<script|<style|\sstyle=|\son[a-z]+=", page.replace("data:image", ""))
    assert "unsafe" not in answer["Content-Security-Policy"]


def test_in_production_the_session_cookie_is_secure_bound_to_the_host_and_ends_with_the_day():
    asked = "from django.conf import settings as s; print(s.SESSION_COOKIE_NAME, s.SESSION_COOKIE_SECURE, " \
            "s.SESSION_COOKIE_HTTPONLY, s.SESSION_COOKIE_SAMESITE, s.SESSION_COOKIE_AGE, s.CSRF_COOKIE_SECURE, s.MFA_REQUIRED)"
    environment = {"PATH": "/usr/bin:/bin", **PRODUCTION}
    done = subprocess.run([sys.executable, "manage.py", "shell", "--no-imports", "-c", asked], cwd=HOUSE, env=environment,
                          capture_output=True, text=True, timeout=300)  # fmt: skip
    assert done.stdout.split() == ["__Host-session", "True", "True", "Lax", "28800", "True", "True"], done.stderr


def test_a_session_lasts_eight_hours_and_no_script_reads_its_cookie(ines, settings):
    browser = signed_in(ines)
    cookie = browser.cookies[settings.SESSION_COOKIE_NAME]
    assert cookie["httponly"] and cookie["samesite"] == "Lax" and int(cookie["max-age"]) == 8 * 3600
