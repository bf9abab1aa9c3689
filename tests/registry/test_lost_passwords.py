"""A lost password or second factor: an operator's act with a reason, never across organisations, never on oneself."""

from io import StringIO

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.test import Client

from registry.models import Event, Membership, User
from tests import cast as people
from tests.desk import at_the_desk

pytestmark = pytest.mark.django_db
MEMBERS, LOGIN = "/admin/registry/membership/", "/accounts/login/"
PASSWORD = "copper-lantern-birch-27"
WHY = {"reason": "Asked in person"}
ACTS = ("password", "second-factor")


def operator(name, organisation):
    return people.lawyer(name, "Petrov", organisation, Membership.Role.OPERATOR)


@pytest.fixture
def olga(cast):
    return operator("olga", cast.northlight)


@pytest.fixture
def ines(cast):
    """With a password and a second factor."""
    return protected(cast.ines)


def protected(user):
    user.set_password(PASSWORD)
    user.save()
    TOTP.activate(user, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
    RecoveryCodes.activate(user)
    return user


def address(user, act, organisation=None):
    memberships = user.memberships.filter(organisation=organisation) if organisation else user.memberships
    return f"{MEMBERS}{memberships.get().pk}/{act}/"


def secret_in(answer):
    return answer.content.decode().partition('class="secret">')[2].partition("<")[0]


def sign_in(user, password):
    return Client().post(LOGIN, {"login": user.username, "password": password})


def access(user):
    """What lets the user in."""
    return User.objects.values("password", "password_is_first", "is_active").get(pk=user.pk), {
        one.type for one in Authenticator.objects.filter(user=user)
    }


def is_inside(browser):
    return browser.get("/admin/").status_code == 200


# ── A password ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_new_password_is_shown_this_once_and_has_to_be_changed(olga, ines):
    answer = at_the_desk(olga).post(address(ines, "password"), WHY)
    given = secret_in(answer)
    ines.refresh_from_db()
    assert len(given) > 20 and ines.check_password(given) and not ines.check_password(PASSWORD)
    assert "no-store" in answer["Cache-Control"]
    assert access(ines) == ({"password": ines.password, "password_is_first": True, "is_active": True}, {"totp", "recovery_codes"})
    event = Event.objects.get(tag="member:password_given")
    assert (event.reason, event.actor, event.chain) == ("Asked in person", f"user:{olga.pk}", f"user:{ines.pk}")
    assert given not in event.body


def test_the_second_factor_is_still_asked_for(olga, ines):
    given = secret_in(at_the_desk(olga).post(address(ines, "password"), WHY))
    assert sign_in(ines, given).url.startswith("/accounts/2fa/authenticate/")
    assert sign_in(ines, PASSWORD).status_code == 200


@pytest.mark.parametrize("act", ACTS)
def test_whoever_was_signed_in_with_it_is_not_any_more_and_others_are(cast, olga, ines, act):
    at_home, on_the_way, tobi = at_the_desk(ines), at_the_desk(ines), at_the_desk(cast.tobi)
    desk = at_the_desk(olga)
    assert all(map(is_inside, (at_home, on_the_way, tobi)))
    desk.post(address(ines, act), WHY)
    assert not is_inside(at_home) and not is_inside(on_the_way) and is_inside(tobi) and is_inside(desk)
    assert not [one for one in Session.objects.all() if one.get_decoded().get("_auth_user_id") == str(ines.pk)]


# ── A second factor ──────────────────────────────────────────────────────────────────────────────────────────────


def test_a_second_factor_is_taken_away_with_its_recovery_codes(olga, ines):
    password = ines.password
    assert at_the_desk(olga).post(address(ines, "second-factor"), WHY).status_code == 302
    assert access(ines) == ({"password": password, "password_is_first": False, "is_active": True}, set())
    assert Event.objects.get(tag="member:second_factor_taken").reason == "Asked in person"
    assert sign_in(ines, PASSWORD).url == "/admin/"


def test_where_one_is_demanded_another_is_set_up_before_the_desk_opens(olga, ines, settings):
    desk = at_the_desk(olga)
    desk.post(address(ines, "second-factor"), WHY)
    settings.MFA_REQUIRED = True
    browser = Client()
    browser.post(LOGIN, {"login": "ines", "password": PASSWORD})
    assert browser.get("/admin/").url.startswith("/accounts/2fa/totp/activate/")


def test_nobody_takes_their_own_away(ines):
    browser = at_the_desk(ines)
    browser.post("/accounts/reauthenticate/", {"password": PASSWORD})
    deactivate = "/accounts/2fa/totp/deactivate/"
    assert "an operator of your studio" in browser.get(deactivate).content.decode()
    assert browser.post(deactivate).status_code == 405
    assert access(ines)[1] == {"totp", "recovery_codes"}
    assert "Remove" not in browser.get("/accounts/2fa/").content.decode()


# ── Who may not ──────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("act", ACTS)
def test_without_a_reason_nothing_changes(olga, ines, act):
    before, desk = access(ines), at_the_desk(olga)
    assert desk.get(address(ines, act)).status_code == 200
    answer = desk.post(address(ines, act), {"reason": " "})
    assert answer.status_code == 422 and "Say why" in answer.content.decode() and not secret_in(answer)
    assert access(ines) == before and not Event.objects.exists()


@pytest.mark.parametrize("act", ACTS)
def test_nobody_does_it_to_themselves(olga, act):
    protected(olga)
    before = access(olga)
    answer = at_the_desk(olga).post(address(olga, act), WHY)
    assert answer.status_code == 409 and "Ask another operator" in answer.content.decode() and not secret_in(answer)
    assert access(olga) == before and not Event.objects.exists()


@pytest.mark.parametrize("act", ACTS)
def test_an_operator_of_another_organisation_finds_nobody(cast, ines, act):
    before, desk = access(ines), at_the_desk(operator("omar", cast.southgate))
    assert desk.get(address(ines, act)).status_code == desk.post(address(ines, act), WHY).status_code == 404
    assert access(ines) == before and not Event.objects.exists()


@pytest.mark.parametrize("act", ACTS)
def test_an_account_that_two_organisations_share_is_in_neither_s_hands(cast, olga, ines, act):
    """Who gave it a password could sign in with it, and see the other organisation's files."""
    Membership.objects.create(user=ines, organisation=cast.southgate, role="auditor")
    before = access(ines)
    for one, studio in ((olga, cast.northlight), (operator("omar", cast.southgate), cast.southgate)):
        answer = at_the_desk(one).post(address(ines, act, studio), WHY)
        assert answer.status_code == 409 and "Ask whoever runs the installation" in answer.content.decode()
        assert access(ines) == before and not Event.objects.exists()


@pytest.mark.parametrize("act", ACTS)
def test_an_operator_of_both_organisations_may(cast, olga, ines, act):
    Membership.objects.create(user=ines, organisation=cast.southgate, role="auditor")
    Membership.objects.create(user=olga, organisation=cast.southgate, role="operator")
    before = access(ines)
    assert at_the_desk(olga).post(address(ines, act, cast.southgate), WHY).status_code in (200, 302)
    assert access(ines) != before


def test_a_closed_account_gets_no_password_and_what_is_not_there_is_not_taken(cast, olga):
    desk = at_the_desk(olga)
    assert desk.post(address(cast.tobi, "second-factor"), WHY).status_code == 409
    User.objects.filter(pk=cast.tobi.pk).update(is_active=False)
    before = access(cast.tobi)
    answer = desk.post(address(cast.tobi, "password"), WHY)
    assert answer.status_code == 409 and not secret_in(answer)
    assert access(cast.tobi) == before and not Event.objects.exists()


def test_a_member_s_page_offers_what_can_be_done(cast, olga, ines):
    desk = at_the_desk(olga)
    pages = {who: desk.get(address(who, "")[:-1]).content.decode() for who in (ines, cast.tobi, olga)}
    assert "Give a new first password" in pages[ines] and "Take the second factor away" in pages[ines]
    assert "Give a new first password" in pages[cast.tobi] and "Take the second factor away" not in pages[cast.tobi]
    assert "Give a new first password" not in pages[olga]


@pytest.mark.parametrize("page", [LOGIN, "/accounts/2fa/authenticate/"])
def test_signing_in_says_what_to_do(ines, page):
    browser = Client()
    if page != LOGIN:
        browser.post(LOGIN, {"login": "ines", "password": PASSWORD})
    said = browser.get(page).content.decode()
    assert "perator of your studio" in said and "lost" in said


# ── Where no operator can ────────────────────────────────────────────────────────────────────────────────────────


def told(*words):
    said = StringIO()
    call_command("member", *words, stdout=said)
    return said.getvalue()


def test_whoever_runs_the_installation_helps_the_only_operator(olga):
    protected(olga)
    said = told("olga", "--password", "--second-factor", "--reason", "Called back by telephone")
    given = said.partition("signs in with ")[2].split()[0]
    olga.refresh_from_db()
    assert olga.check_password(given) and access(olga) == (
        {"password": olga.password, "password_is_first": True, "is_active": True}, set()
    )
    events = Event.objects.order_by("id")
    assert [event.tag for event in events] == ["member:second_factor_taken", "member:password_given"]
    assert {(event.actor, event.reason) for event in events} == {("system:installation", "Called back by telephone")}


def test_a_stranger_is_helped_to_nothing(cast):
    with pytest.raises(CommandError, match="There is no member nobody"):
        told("nobody", "--password", "--reason", "Asked")
    with pytest.raises(CommandError, match="has no second factor"):
        told("ines", "--second-factor", "--password", "--reason", "Asked")
    assert not Event.objects.exists() and not User.objects.get(username="ines").password_is_first
