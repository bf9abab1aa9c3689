"""Whoever opens the desk without a role there is told what to do, in words for people and not for programs."""

import pytest

from registry.models import User
from registry.permissions import Role
from tests import cast as people
from tests.desk import at_the_desk

pytestmark = pytest.mark.django_db
DESK = "/admin/"


def test_a_vendor_s_person_is_led_to_the_vendor_s_own_page(cast):
    vera = people.lawyer("vera", "Lind", cast.parallax, Role.VENDOR)
    answer = at_the_desk(vera).get(DESK, follow=True)
    assert answer.redirect_chain[-1] == ("/vendor/", 302)
    assert "The desk is the studio’s own" in answer.content.decode()


def test_somebody_without_any_role_is_told_whom_to_ask(cast):
    answer = at_the_desk(User.objects.create_user("nobody")).get(DESK, follow=True)
    page = answer.content.decode()
    assert answer.status_code == 403
    assert "have no role at a legal desk. Ask whoever runs this registry for one." in page
    assert "program" not in page.lower().split("</header>")[1].split("</main>")[0]
    assert cast.harbor.title not in page


def test_a_lawyer_goes_straight_in(cast):
    assert at_the_desk(cast.ines).get(DESK).status_code == 200


def test_the_front_page_leads_vendors_to_their_own_page(client):
    assert '<a href="/vendor/">Your deliveries</a>' in client.get("/").content.decode()
    assert '<a href="/vendor/">Sus entregas</a>' in client.get("/?lang=es").content.decode()
