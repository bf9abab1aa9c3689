"""A password given by somebody else opens nothing but the page on which its owner chooses another."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.test import Client

from registry.models import Membership, Person, User
from tests import cast as people
from tests.desk import at_the_desk

pytestmark = pytest.mark.django_db
MEMBERS, CHANGE, LOGIN = "/admin/registry/membership/", "/accounts/password/change/", "/accounts/login/"
OWN = "marble-fennel-ribbon-61"


def secret_in(answer):
    return answer.content.decode().partition('class="secret">')[2].partition("<")[0]


@pytest.fixture
def given(cast):
    """Nadia's first password, as the operator was shown it."""
    olga = at_the_desk(people.lawyer("olga", "Petrov", cast.northlight, Membership.Role.OPERATOR))
    return secret_in(olga.post(f"{MEMBERS}add/", {
        "organisation": cast.northlight.public_id, "username": "nadia", "first_name": "Nadia", "last_name": "Ferri",
        "email": "", "role": "legal_enter", "reason": "Joins the legal department",
    }))  # fmt: skip


def signed_in(password):
    browser = Client()
    browser.post(LOGIN, {"login": "nadia", "password": password})
    return browser


def change(browser, old, new, again=None):
    return browser.post(f"{CHANGE}?next=/admin/", {"oldpassword": old, "password1": new, "password2": again or new})


@pytest.mark.parametrize("address", [
    "/admin/", "/admin/registry/person/add/", "/admin/nowhere/", "/accounts/2fa/", "/accounts/2fa/totp/activate/",
    "/accounts/reauthenticate/",
])  # fmt: skip
def test_everything_else_is_closed(given, address):
    browser = signed_in(given)
    for answer in (browser.get(address), browser.post(address, {})):
        assert answer.status_code == 302 and answer.url.startswith(f"{CHANGE}?next=")


def test_what_is_sent_changes_nothing(cast, given):
    adding = {"studio": cast.northlight.public_id, "kind": "living", "alias": "K.", "reason": "Cast"}
    assert signed_in(given).post("/admin/registry/person/add/", adding).url.startswith(CHANGE)
    assert not Person.objects.filter(alias="K.").exists()


def test_the_page_says_why_and_leads_out_or_on(given):
    page = signed_in(given).get(CHANGE).content.decode()
    assert "somebody else has seen it" in page and 'form="leave"' in page and "/admin/" not in page


def test_what_everybody_may_see_stays_open(given):
    browser = signed_in(given)
    assert browser.get("/").status_code == browser.get("/health/live").status_code == 200
    assert browser.post("/accounts/logout/").url == "/" and browser.get("/admin/").url.startswith("/admin/login/")


@pytest.mark.parametrize(("new", "again", "words"), [
    (None, None, "This is the password you have now"),
    ("short", None, "too short"),
    (OWN, f"{OWN}2", "same password each time"),
])  # fmt: skip
def test_another_has_to_be_chosen(given, new, again, words):
    browser = signed_in(given)
    answer = change(browser, given, new or given, again)
    assert answer.status_code == 200 and words in answer.content.decode()
    assert browser.get("/admin/").status_code == 302 and User.objects.get(username="nadia").password_is_first


def test_once_chosen_it_opens_everything_and_the_given_one_nothing(given):
    browser = signed_in(given)
    assert change(browser, given, OWN).url == "/admin/"
    assert browser.get("/admin/").status_code == signed_in(OWN).get("/admin/").status_code == 200
    assert signed_in(given).get("/admin/").url.startswith("/admin/login/")


def test_the_second_factor_is_asked_for_afterwards(given, settings):
    settings.MFA_REQUIRED = True
    browser = signed_in(given)
    assert browser.get("/admin/").url.startswith(CHANGE)
    change(browser, given, OWN)
    assert browser.get("/admin/").url.startswith("/accounts/2fa/totp/activate/")


def test_the_first_operator_s_password_is_a_first_one_too(cast):
    said = StringIO()
    call_command("organisation", "Umbra Effects", operator=["olu", "Olu", "Adeyemi"], stdout=said)
    password = said.getvalue().partition("signs in with ")[2].split()[0]
    browser = Client()
    browser.post(LOGIN, {"login": "olu", "password": password})
    assert browser.get("/admin/").url.startswith(CHANGE)
