"""A vendor's sandbox: opened with its first program, by the ordinary acts, with people whose answers never change."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from consent import sandboxes
from consent.models import Decision, Grant
from registry import clients
from registry.errors import Invalid
from registry.models import ApiClient, Event, Organisation, Production, User
from tests import cast as people
from tests.desk import at_the_desk


@pytest.fixture
def trying(cast, program):
    """Parallax's program of the sandbox."""
    return program(cast.parallax, sandbox=True)


def asked(api, alias: str, **more):
    """Asked of a younger face of that person, in the sandbox's own production."""
    [work] = api.get("/api/v1/productions").json()["results"]
    people = {one["alias"]: one["id"] for one in api.get(f"/api/v1/productions/{work['id']}").json()["people"]}
    depiction = {"person": people[alias], "role": "target_likeness", "modality": "face", "use": "de_aging"}
    return api.post("/api/v1/clearances", {"production": work["id"], "depictions": [depiction], **more}, format="json")


def test_everybody_in_it_answers_as_they_are_called(trying):
    for one in sandboxes.PEOPLE:
        told = asked(trying, one.alias, territories=["US", "DE"]).json()
        assert told["outcome"] == one.outcome, told
        assert [reason["code"] for reason in told["reasons"]] == ([one.code] if one.code else [])


def test_the_one_who_keeps_a_country_out_is_permitted_elsewhere(trying):
    assert asked(trying, "Excluded Territory Person", territories=["US"]).json()["outcome"] == "permit"
    both = asked(trying, "Excluded Territory Person", territories=["DE", "US"]).json()
    assert both["by_territory"] == {"DE": "deny", "US": "permit"}


def test_nothing_in_it_runs_out_by_itself(trying, cast):
    production = Production.objects.get(studio__sandbox_of=cast.parallax)
    later = timezone.now() + timedelta(days=5 * 365)
    about = {"as_of": later.isoformat(), "territories": ["DE"]}
    answers = {one.alias: asked(trying, one.alias, **about).json()["outcome"] for one in sandboxes.PEOPLE}
    assert answers == {one.alias: one.outcome for one in sandboxes.PEOPLE}
    assert production.title == sandboxes.TITLE


def test_it_is_made_by_two_lawyers_acts_with_a_reason_and_once(trying, cast, program):
    studio = cast.parallax.sandbox_studio
    verified = Grant.objects.filter(studio=studio, revisions__verification__isnull=False)
    assert {(one.revisions.get().verification.entered_by.username, one.revisions.get().verification.verified_by.username)
            for one in verified} == {(sandboxes.ENTERS, sandboxes.VERIFIES)}  # fmt: skip
    rows = Event.objects.filter(chain=verified.first().public_id)
    assert [one.tag for one in rows.order_by("sequence")] == ["grant:entered", "grant:verified"]
    program(cast.parallax, sandbox=True)
    assert Organisation.objects.filter(sandbox_of=cast.parallax).count() == 1
    assert Grant.objects.filter(studio=studio).count() == len(sandboxes.PEOPLE) - 1


def test_each_vendor_has_a_sandbox_of_its_own(trying, cast, program):
    other = program(cast.umbra, sandbox=True)
    own = {api: api.get("/api/v1/productions").json()["results"] for api in (trying, other)}
    assert [len(found) for found in own.values()] == [1, 1] and own[trying] != own[other]
    assert other.get(f"/api/v1/productions/{own[trying][0]['id']}").status_code == 404


def test_neither_side_sees_the_other(trying, cast, program):
    real = program(cast.parallax)
    [harbor] = real.get("/api/v1/productions").json()["results"]
    [sandbox] = trying.get("/api/v1/productions").json()["results"]
    assert (harbor["title"], sandbox["title"]) == ("Harbor", "The sandbox")
    for api, other in ((real, sandbox), (trying, harbor)):
        assert api.get(f"/api/v1/productions/{other['id']}").status_code == 404
    answered = asked(trying, "Permit Person").json()["id"]
    assert trying.get(f"/api/v1/clearances/{answered}").status_code == 200
    assert real.get(f"/api/v1/clearances/{answered}").json()["code"] == "clearance.unknown"
    kept = Decision.objects.count()
    depiction = {"person": cast.mira.public_id, "role": "target_likeness", "modality": "face", "use": "de_aging"}
    about_harbor = trying.post("/api/v1/clearances", {"production": harbor["id"], "depictions": [depiction]}, format="json")
    assert about_harbor.json()["code"] == "production.unknown"
    about_mira = trying.post("/api/v1/clearances", {"production": sandbox["id"], "depictions": [depiction]}, format="json")
    assert about_mira.json()["code"] == "declaration.unknown_person"
    assert Decision.objects.count() == kept


def test_which_side_a_program_is_on_never_changes(trying):
    registered = trying.registered
    with pytest.raises(DatabaseError, match="settled"), transaction.atomic():
        ApiClient.objects.filter(pk=registered.pk).update(sandbox=False)
    registered.refresh_from_db()
    assert registered.sandbox
    clients.renew_secret(registered, by=None, reason="", at=timezone.now())


def test_nobody_signs_in_as_those_who_act_there_and_no_program_acts_for_their_studio(trying, cast):
    for user in User.objects.filter(username__in=(sandboxes.ENTERS, sandboxes.VERIFIES)):
        assert not user.has_usable_password() and not user.is_staff and not user.email
    with pytest.raises(Invalid) as refused:
        clients.register(name="x", organisation=cast.parallax.sandbox_studio, by=None, reason="", at=timezone.now())
    assert refused.value.code == "client.sandbox_studio"


def test_operators_choose_it_at_the_desk_and_see_it_there(cast):
    """A sandbox does not take a vendor out of the reach of the studio that it works for."""
    client = at_the_desk(people.lawyer("olga", "Petrov", cast.northlight, "operator"))
    page = "/admin/registry/apiclient/"
    form = {"organisation": cast.parallax.public_id, "name": "Try-outs", "scopes": ["assets:write"], "sandbox": "on",
            "reason": "To try the farm out"}  # fmt: skip
    assert b"is registered" in client.post(f"{page}add/", form).content
    made = ApiClient.objects.get(name="Try-outs")
    assert made.sandbox and cast.parallax.sandbox_studio
    assert "the sandbox" in client.get(page).content.decode()
    assert "the sandbox" in client.get(f"{page}{made.client_id}/").content.decode()
    assert b"is registered" in client.post(f"{page}add/", form | {"name": "Farm", "sandbox": ""}).content
    assert not ApiClient.objects.get(name="Farm").sandbox
    found = at_the_desk(cast.ines).get("/admin/registry/production/").content.decode()
    assert "The sandbox" not in found and "Harbor" in found
