"""Whoever asks at the desk: strangers sign in, other studios find nothing, roles open their own, nobody deletes."""

import re

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import URLPattern, get_resolver

from consent.models import Evidence, Grant
from provenance.models import Asset, SigningJob
from registry import clients
from registry.models import Authority, Event, Membership, Person
from tests import cast as people
from tests.desk import at_the_desk
from tests.provenance import registered

pytestmark = pytest.mark.django_db
LISTS = {
    "/admin/consent/grant/": ("legal_enter", "legal_verify", "business_affairs", "auditor"),
    "/admin/registry/person/": ("legal_enter", "legal_verify", "business_affairs", "auditor", "dpo"),
    "/admin/registry/production/": ("legal_enter", "legal_verify", "business_affairs", "auditor", "dpo", "operator"),
    "/admin/provenance/asset/": ("legal_enter", "legal_verify", "business_affairs", "auditor", "operator"),
    "/admin/registry/event/": ("legal_verify", "auditor", "dpo"),
    "/admin/registry/membership/": ("operator",),
    "/admin/registry/apiclient/": ("operator",),
    "/admin/registry/organisation/": ("operator",),
    "/admin/running-out/": ("legal_enter", "legal_verify", "business_affairs", "auditor"),
}
DESK = ("legal_enter", "legal_verify", "business_affairs", "auditor", "dpo", "operator")


@pytest.fixture
def world(cast):
    """Something of Northlight's for every page of the desk."""
    grant = people.entered(cast)
    asset = registered.asset()
    SigningJob.objects.create(asset=asset, intake_key="k", state="held", not_before=people.NOON,
                              called_at=people.NOON, changed_at=people.NOON)  # fmt: skip
    lent = Authority.objects.create(person=cast.mira, kind="heir", recorded_by=cast.ines, recorded_at=people.NOON)
    client, _ = clients.register(name="Farm", organisation=cast.northlight, by=None, reason="", at=people.NOON)
    keys = {
        "/admin/consent/grant/": grant.public_id, "/admin/registry/person/": cast.mira.public_id,
        "/admin/registry/production/": cast.harbor.public_id, "/admin/provenance/asset/": asset.public_id,
        "/admin/registry/event/": Event.objects.first().hash, "/admin/registry/apiclient/": client.client_id,
        "/admin/registry/membership/": cast.ines.memberships.get().pk,
        "/admin/registry/organisation/": cast.northlight.public_id,
    }  # fmt: skip
    inner = {"document": Evidence.objects.get().public_id, "record": lent.public_id, "statement": "sta_unknown"}
    return keys, inner


def routes():
    """Every address of the desk as Django knows it, such as admin/consent/grant/<str:key>/amend/."""

    def walk(patterns, before):
        for one in patterns:
            route = before + str(one.pattern)
            if isinstance(one, URLPattern):
                yield "/" + route
            else:
                yield from walk(one.url_patterns, route)

    return sorted({route for route in walk(get_resolver().url_patterns, "") if route.startswith("/admin/")})


def addresses(world, *, keyed):
    """Those addresses, filled in with what is Northlight's."""
    keys, inner = world
    for route in routes():
        if ("<" in route) is keyed:
            base = next((base for base in keys if route.startswith(base)), "")
            filled = re.sub(r"<\w+:key>", str(keys.get(base, "")), route)
            yield re.sub(r"<\w+:(\w+)>", lambda found: inner[found[1]], filled)


def member(studio, role, name="reader"):
    return people.lawyer(name, "R", studio, role)


def test_a_stranger_is_led_to_the_sign_in(world):
    for address in [*addresses(world, keyed=True), *addresses(world, keyed=False)]:
        answer = Client().get(address)
        assert answer.status_code == 302 and ("/login/" in answer.url or address == "/admin/logout/"), address


def test_whoever_has_no_role_at_a_desk_comes_no_further(world, cast):
    for role in ("vendor", "performer"):
        desk = at_the_desk(member(cast.parallax, role, role))
        for address in addresses(world, keyed=False):
            if "login" not in address and "logout" not in address:
                assert desk.get(address).status_code in (302, 403), address


@pytest.mark.parametrize("role", DESK)
def test_another_studio_finds_nothing(world, cast, role):
    """With every role at once, so that it is the studio and not the role that is missing."""
    sol = member(cast.southgate, role)
    for other in DESK:
        Membership.objects.get_or_create(user=sol, organisation=cast.southgate, role=other)
    desk, before = at_the_desk(sol), Event.objects.count()
    for address in addresses(world, keyed=True):
        assert desk.get(address).status_code == 404, address
        # A page that nothing is ever sent to says so to everybody.
        assert desk.post(address, {"reason": "Curious", "confirm": "1", "answer": "refuse"}).status_code in (404, 405), address
    assert Event.objects.count() == before


@pytest.mark.parametrize("role", DESK)
def test_another_studio_s_lists_show_nothing_of_this_one(world, cast, role):
    desk = at_the_desk(member(cast.southgate, role))
    for address in ["/admin/", *LISTS, *(f"{one}export/" for one in LISTS if "running" not in one)]:
        answer = desk.get(address)
        shown = b"".join(answer).decode()
        for secret in ("M. Vale", "Harbor", "C-0142", "harbor_sh114", "Farm", "Northlight", "Roth"):
            assert secret not in shown, (address, secret)


@pytest.mark.parametrize("role", DESK)
@pytest.mark.parametrize("address", LISTS)
def test_each_role_opens_its_own_lists(world, cast, role, address):
    desk = at_the_desk(member(cast.northlight, role))
    may = role in LISTS[address]
    assert desk.get(address).status_code == (200 if may else 403)
    if address != "/admin/running-out/":
        assert (f'href="{address}"' in desk.get("/admin/").content.decode()) is may
        assert desk.get(f"{address}export/").status_code == (200 if may else 403)
        key = world[0][address]
        assert desk.get(f"{address}{key}/").status_code == (200 if may else 403)


@pytest.mark.parametrize("role", DESK)
def test_nothing_is_deleted_or_edited_by_the_stock_pages(world, cast, role):
    desk = at_the_desk(member(cast.northlight, role))
    counts = Grant.objects.count(), Asset.objects.count(), Person.objects.count(), Membership.objects.count()
    for base, key in world[0].items():
        for act in ("delete", "history", "change"):
            assert desk.post(f"{base}{key}/{act}/", {"post": "yes"}).status_code == 404
        desk.post(base, {"action": "delete_selected", "_selected_action": [1, key], "post": "yes"})
        desk.post(f"{base}{key}/", {"alias": "Other", "title": "Other"})
    assert counts == (Grant.objects.count(), Asset.objects.count(), Person.objects.count(), Membership.objects.count())
    assert Person.objects.filter(alias="M. Vale").exists()


def test_a_superuser_has_no_more_than_their_roles(world, cast):
    root = member(cast.southgate, "auditor", "root")
    root.is_superuser = True
    root.save()
    for address in addresses(world, keyed=True):
        assert at_the_desk(root).get(address).status_code in (403, 404), address


def test_libraries_bring_no_pages_of_their_own():
    assert {model._meta.app_label for model in admin.site._registry} == {"registry", "consent", "provenance"}
    assert all(not rows.has_delete_permission(None) for rows in admin.site._registry.values())


def test_no_page_of_the_desk_carries_a_script_or_a_style_of_its_own(world, cast):
    """What the policy forbids would not work; so nothing is written in the page itself."""
    tobi = cast.tobi
    Membership.objects.create(user=tobi, organisation=cast.northlight, role="operator")
    Membership.objects.create(user=tobi, organisation=cast.northlight, role="dpo")
    desk = at_the_desk(tobi)
    for address in [*addresses(world, keyed=True), *addresses(world, keyed=False)]:
        answer = desk.get(address)
        if answer.status_code == 200 and "text/html" in answer["Content-Type"]:
            page = answer.content.decode()
            assert not re.search(r"<style|<script(?![^>]*\ssrc=\"/static/)|\sstyle=|\son\w+=|javascript:", page), address
            assert "default-src 'none'" in answer["Content-Security-Policy"], address
            assert not re.search(r"'unsafe|https?:", answer["Content-Security-Policy"]), address
