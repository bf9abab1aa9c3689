"""A vendor's people come in by the ordinary door, land on their board, and never see the desk."""

import pytest
from django.test import Client

from registry.models import Membership, Organisation, Production, User
from tests import cast as people
from tests.desk import at_the_desk
from tests.registry.test_desk_members import MEMBERS, newcomer
from tests.vendor.people import page

pytestmark = pytest.mark.django_db
PASSWORD = "a long password for the vendor"


@pytest.fixture
def olga(cast):
    return people.lawyer("olga", "Petrov", cast.northlight, Membership.Role.OPERATOR)


def sign_in(user):
    user.set_password(PASSWORD)
    user.save()
    browser = Client()
    answer = browser.post("/accounts/login/", {"login": user.username, "password": PASSWORD})
    return browser, answer


def test_whoever_signs_in_lands_where_they_work(vera, cast):
    assert sign_in(vera)[1].url == "/vendor/"
    assert sign_in(cast.ines)[1].url == "/admin/"


def test_the_pages_of_the_account_lead_back_there(vera, cast):
    for user, home in ((vera, "/vendor/"), (cast.ines, "/admin/")):
        browser, _ = sign_in(user)
        for address in ("/accounts/2fa/", "/accounts/password/change/"):
            assert "/accounts/onward/" in page(browser, address) and "/admin/" not in page(browser, address)
        assert browser.get("/accounts/onward/").url == home
    assert Client().get("/accounts/onward/").url.startswith("/accounts/login/")


def test_a_vendors_person_sees_nothing_of_the_desk(vera):
    browser, _ = sign_in(vera)
    for address in ("/admin/", "/admin/registry/person/", "/admin/registry/apiclient/"):
        answer = browser.get(address, follow=True)
        assert answer.status_code in (403, 404) or "What waits for you" not in answer.content.decode(), address
        assert "Miranda" not in answer.content.decode()


def test_where_the_desk_asks_for_a_second_factor_the_board_does_too(vera, settings):
    settings.MFA_REQUIRED = True
    browser, _ = sign_in(vera)
    assert browser.get("/vendor/").url.startswith("/accounts/2fa/totp/activate/")


def test_an_operator_lets_somebody_of_a_vendor_in_who_chooses_a_password_first(cast, olga):
    told = newcomer(cast, organisation=cast.parallax.public_id, role="vendor")
    answer = at_the_desk(olga).post(f"{MEMBERS}add/", told)
    nadia = User.objects.get(username="nadia")
    assert answer.status_code == 200 and not nadia.is_staff and nadia.memberships.get().organisation == cast.parallax
    browser = Client()
    browser.force_login(nadia)
    assert browser.get("/vendor/").url.startswith("/accounts/password/change/")
    User.objects.filter(pk=nadia.pk).update(password_is_first=False)
    assert "Parallax VFX · deliveries" in page(browser, "/vendor/")


@pytest.mark.parametrize("role", ["legal_verify", "operator", "auditor"])
def test_at_a_vendor_no_other_role_is_given(cast, olga, role):
    before = User.objects.count()
    answer = at_the_desk(olga).post(f"{MEMBERS}add/", newcomer(cast, organisation=cast.parallax.public_id, role=role))
    assert answer.status_code == 422 and User.objects.count() == before


def test_nobody_lets_people_into_a_vendor_that_works_for_another_studio_too(cast, olga):
    Production.objects.create(studio=cast.southgate, title="Gate").vendors.add(cast.parallax)
    before = User.objects.count()
    told = newcomer(cast, organisation=cast.parallax.public_id, role="vendor")
    assert at_the_desk(olga).post(f"{MEMBERS}add/", told).status_code == 422 and User.objects.count() == before
    assert Organisation.objects.get(pk=cast.parallax.pk).memberships.count() == 0
