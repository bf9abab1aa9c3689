"""Operators let people and programs in, and out again, with a reason; nobody changes their own access."""

import pytest

from registry.models import ApiClient, Event, Membership, Production, User
from registry.permissions import organisations_where
from tests import cast as people
from tests.desk import at_the_desk

pytestmark = pytest.mark.django_db
MEMBERS = "/admin/registry/membership/"
PROGRAMS = "/admin/registry/apiclient/"
WHY = {"reason": "Joins the legal department"}


@pytest.fixture
def olga(cast):
    return people.lawyer("olga", "Petrov", cast.northlight, Membership.Role.OPERATOR)


def newcomer(cast, **changes):
    return WHY | {
        "organisation": cast.northlight.public_id, "username": "nadia", "first_name": "Nadia", "last_name": "Ferri",
        "email": "", "role": "legal_enter",
    } | changes  # fmt: skip


def membership_of(user):
    return user.memberships.get()


def test_a_member_is_added_and_the_password_shown_this_once(cast, olga):
    answer = at_the_desk(olga).post(f"{MEMBERS}add/", newcomer(cast))
    nadia = User.objects.get(username="nadia")
    password = answer.content.decode().partition('class="secret">')[2].partition("<")[0]
    assert len(password) > 20 and nadia.check_password(password) and nadia.is_staff
    assert list(organisations_where(nadia)) == [cast.northlight]
    event = Event.objects.get(tag="member:added")
    assert event.reason == WHY["reason"] and password not in event.body
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize("changes", [
    {"reason": ""}, {"username": "to bi"}, {"username": "INES"}, {"role": "emperor"}, {"organisation": "org_unknown"},
])  # fmt: skip
def test_who_cannot_be_let_in_is_not(cast, olga, changes):
    before = User.objects.count()
    assert at_the_desk(olga).post(f"{MEMBERS}add/", newcomer(cast, **changes)).status_code in (409, 422)
    assert User.objects.count() == before and not Event.objects.exists()


def test_a_role_is_given_and_taken_back(cast, olga):
    desk, address = at_the_desk(olga), f"{MEMBERS}{membership_of(cast.ines).pk}/"
    assert desk.post(f"{address}role/", {"role": "legal_verify"}).status_code == 422
    assert desk.post(f"{address}role/", {"role": "legal_verify"} | WHY).status_code == 302
    assert desk.post(f"{address}role/", {"role": "legal_verify"} | WHY).status_code == 409
    assert desk.post(f"{address}take/", {}).status_code == 422 and cast.ines.memberships.count() == 2
    assert desk.post(f"{address}take/", WHY).status_code == 302
    assert cast.ines.memberships.get().role == "legal_verify"
    assert set(Event.objects.values_list("tag", flat=True)) == {"member:role_given", "member:role_taken"}


def test_a_closed_account_enters_no_more(cast, olga):
    ines, address = at_the_desk(cast.ines), f"{MEMBERS}{membership_of(cast.ines).pk}/close/"
    assert ines.get("/admin/").status_code == 200
    assert at_the_desk(olga).post(address, {}).status_code == 422 and ines.get("/admin/").status_code == 200
    assert at_the_desk(olga).post(address, {"reason": "Left"}).status_code == 302
    assert ines.get("/admin/").status_code == 302


@pytest.mark.parametrize("act", ["role", "take", "close"])
def test_nobody_changes_their_own_access(cast, olga, act):
    address = f"{MEMBERS}{membership_of(olga).pk}/{act}/"
    assert at_the_desk(olga).post(address, {"role": "legal_verify"} | WHY).status_code == 409
    assert membership_of(olga).role == "operator" and User.objects.get(pk=olga.pk).is_active
    assert not Event.objects.exists()


def test_an_account_shared_with_another_organisation_is_not_closed_from_here(cast, olga):
    Membership.objects.create(user=cast.ines, organisation=cast.southgate, role="auditor")
    address = f"{MEMBERS}{cast.ines.memberships.get(organisation=cast.northlight).pk}/close/"
    assert at_the_desk(olga).post(address, {"reason": "Left"}).status_code == 409
    assert User.objects.get(pk=cast.ines.pk).is_active


@pytest.mark.parametrize("who", ["ines", "tobi", "ada", "sol"])
def test_only_operators_let_people_and_programs_in(cast, who):
    desk, before = at_the_desk(getattr(cast, who)), User.objects.count()
    for address in (MEMBERS, f"{MEMBERS}add/", PROGRAMS, f"{PROGRAMS}add/", "/admin/registry/organisation/"):
        assert desk.get(address).status_code == 403
    assert desk.post(f"{MEMBERS}add/", newcomer(cast)).status_code == 403 and User.objects.count() == before
    assert desk.post(f"{MEMBERS}{membership_of(cast.ines).pk}/take/", WHY).status_code == 403
    assert cast.ines.memberships.exists()


# ── Programs ─────────────────────────────────────────────────────────────────────────────────────────────────────


def program(cast, **changes):
    return {
        "organisation": cast.parallax.public_id, "name": "Render farm", "scopes": ["assets:write"], "reason": "Delivers Harbor",
    } | changes  # fmt: skip


def secret_in(answer):
    return answer.content.decode().partition('class="secret">')[2].partition("<")[0]


def test_a_program_is_registered_renewed_and_revoked(cast, olga):
    desk = at_the_desk(olga)
    first = secret_in(desk.post(f"{PROGRAMS}add/", program(cast)))
    client = ApiClient.objects.get()
    assert len(first) == 64 and (client.organisation, client.allowed_scopes) == (cast.parallax, "assets:write")
    address = f"{PROGRAMS}{client.client_id}/"
    assert first not in desk.get(address).content.decode()
    second = secret_in(desk.post(f"{address}renew/", {"reason": "Laptop stolen"}))
    assert len(second) == 64 and second != first
    assert desk.post(f"{address}revoke/", {"reason": "Contract over"}).status_code == 302
    assert ApiClient.objects.get().revoked_at
    assert desk.post(f"{address}renew/", {"reason": "Again"}).status_code == 409
    tags = list(Event.objects.values_list("tag", flat=True))
    assert tags == ["client:registered", "client:secret_renewed", "client:revoked"]


@pytest.mark.parametrize("changes", [{"reason": ""}, {"scopes": ["everything"]}, {"scopes": []}, {"name": " "}])
def test_a_program_that_does_not_fit_is_not_registered(cast, olga, changes):
    assert at_the_desk(olga).post(f"{PROGRAMS}add/", program(cast, **changes)).status_code == 422
    assert not ApiClient.objects.exists() and not Event.objects.exists()


def test_a_renewal_or_revocation_without_a_reason_changes_nothing(cast, olga):
    desk = at_the_desk(olga)
    desk.post(f"{PROGRAMS}add/", program(cast))
    before = ApiClient.objects.values().get()
    for act in ("renew", "revoke"):
        assert desk.post(f"{PROGRAMS}{before['client_id']}/{act}/", {"reason": " "}).status_code == 422
    assert ApiClient.objects.values().get() == before


def test_a_vendor_of_two_studios_is_in_neither_s_hands(cast, olga):
    """A program acts for the whole vendor: whoever registered one would see the other studio's assets with it."""
    desk = at_the_desk(olga)
    desk.post(f"{PROGRAMS}add/", program(cast))
    client = ApiClient.objects.get()
    Production.objects.create(studio=cast.southgate, title="Fog").vendors.add(cast.parallax)
    assert desk.get(f"{PROGRAMS}{client.client_id}/").status_code == 404
    assert desk.post(f"{PROGRAMS}{client.client_id}/revoke/", WHY).status_code == 404
    assert desk.post(f"{PROGRAMS}add/", program(cast)).status_code == 422
    assert ApiClient.objects.get().revoked_at is None
