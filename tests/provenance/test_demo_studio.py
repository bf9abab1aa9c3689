"""`manage.py demo_studio` makes a studio to look around in, tells only a private file who signs in, and never makes two."""

import json
import re
import stat
from dataclasses import replace

import pytest
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command
from django.utils import timezone
from rest_framework.test import APIClient

from consent import clearance, facts, grants
from consent.models import Grant, PackAdoption
from provenance.management.commands import demo_studio
from registry import identifiers, journal
from registry.models import ApiClient, Event, Membership, Organisation, Person, Production, User
from tests import cast as world
from tests.assets import build

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def data_dir(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    return tmp_path


@pytest.fixture
def told(data_dir):
    call_command("demo_studio", stdout=open(data_dir / "said", "w"))
    return json.loads((data_dir / "sign-ins.json").read_text())


@pytest.fixture
def hatch_of(client):
    """`hatch_of(program)` → a client that speaks with a token of a program in the file."""

    def signed_in(one):
        asked = {"grant_type": "client_credentials", "client_id": one["client_id"], "client_secret": one["client_secret"]}
        api = APIClient()
        api.credentials(HTTP_AUTHORIZATION=f"Bearer {client.post('/api/v1/oauth/token', asked).json()['access_token']}")
        return api

    return signed_in


def nothing_is_there(data_dir):
    return not (User.objects.exists() or Person.objects.exists() or (data_dir / "sign-ins.json").exists())


def test_everybody_named_in_the_file_signs_in_and_has_the_role_it_says(told, rf):
    assert [who["username"] for who in told["people"]] == ["ines", "tobi", "ada", "olu", "vera"]
    for who in told["people"]:
        user = authenticate(rf.post("/accounts/login/"), username=who["username"], password=who["password"])
        assert user.is_staff is (who["username"] != "vera") and not user.is_superuser and user.display_name == who["name"]
        assert Membership.objects.get(user=user).role == who["role"]
    assert [who["role"] for who in told["people"]] == ["legal_enter", "legal_verify", "auditor", "operator", "vendor"]
    passwords = {who["password"] for who in told["people"]}
    assert len(passwords) == 5 and all(re.fullmatch(r"([a-z]+-){4}[0-9]{2}", one) for one in passwords)


def test_both_of_the_vendors_programs_fetch_a_token_for_every_scope(told, client, settings):
    assert {one["organisation"] for one in told["programs"]} == {"Parallax VFX"}
    assert [one["sandbox"] for one in told["programs"]] == [False, True]
    for one in told["programs"]:
        asked = {"grant_type": "client_credentials", "client_id": one["client_id"], "client_secret": one["client_secret"]}
        answer = client.post("/api/v1/oauth/token", asked)
        assert answer.status_code == 200 and set(answer.json()["scope"].split()) == set(settings.SCOPES)


def test_each_may_add_a_webhook_test_it_and_have_an_upload_read(told, hatch_of, settings, tmp_path):
    """What docs/hatch.md tells, with the sign-ins that `make run` prints."""
    settings.UPLOADS_DIR, settings.WEBHOOK_TEST_SECONDS = str(tmp_path / "uploads"), 0
    settings.OUTBOUND_ALLOWED_HOSTS = ["127.0.0.1"]
    content = build.result_jpg()
    for one in told["programs"]:
        api = hatch_of(one)
        added = api.post("/api/v1/webhooks", {"address": "http://127.0.0.1:9000/hook", "events": ["asset.signed"]}, format="json")
        assert added.status_code == 201 and added.json()["secret"].startswith("whsec_"), added.content
        assert api.post(f"/api/v1/webhooks/{added.json()['id']}/test").status_code == 202
        begun = api.generic(
            "POST", "/api/v1/uploads", content, content_type="application/offset+octet-stream",
            HTTP_TUS_RESUMABLE="1.0.0", HTTP_UPLOAD_LENGTH=str(len(content)),
        )  # fmt: skip
        upload = begun["Location"].rpartition("/")[2]
        proposed = api.post("/api/v1/suggestions", {"upload": upload}, format="json")
        assert proposed.status_code == 200 and proposed.json()["media_type"] == "image/jpeg", proposed.content
    webhooks = [hatch_of(one).get("/api/v1/webhooks").json()["results"] for one in told["programs"]]
    assert [len(some) for some in webhooks] == [1, 1] and webhooks[0][0]["id"] != webhooks[1][0]["id"]


def test_the_film_is_harbor_with_its_shots_its_vendor_and_its_cast(told):
    harbor = Production.objects.get(public_id=told["production"])
    assert (harbor.title, harbor.kind, harbor.studio.name) == ("Harbor", "feature", "Northlight Pictures")
    assert (harbor.default_territories, harbor.default_media) == (["US", "DE"], ["theatrical", "svod"])
    assert harbor.default_languages == ["en"]
    assert identifiers.eidr(harbor.eidr) == harbor.eidr
    assert [unit.code for unit in harbor.units.all()] == ["sh114", "sh115"]
    assert [vendor.name for vendor in harbor.vendors.all()] == ["Parallax VFX"]
    assert {person.alias for person in harbor.cast.all()} == {"M. Vale", "Jon Abara"}


def test_a_named_lawyer_has_adopted_three_packs_and_says_that_it_is_a_demonstration(told):
    adopted = PackAdoption.objects.all()
    assert {one.pack for one in adopted} == {"us-ca", "sag-aftra-tv-2026", "eu"}
    assert {(one.by.username, one.mode) for one in adopted} == {("tobi", "enforcing")}
    assert all("not read against the text" in one.reason for one in adopted)


@pytest.mark.parametrize("title, use, outcome, rules", [
    ("Harbor", "de_aging", "permit", set()), ("Harbor", "digital_double", "permit", set()),
    ("Harbor II", "de_aging", "review", {"CA-927", "SAG-BIO"}),
    ("Harbor II", "digital_double", "review", {"CA-927", "SAG-BIO", "SAG-SEPARATE-SIG", "SAG-REUSE", "SAG-ICDR-PAY"}),
])  # fmt: skip
def test_what_they_decide_differs_from_film_to_film(told, title, use, outcome, rules):
    film = Production.objects.get(title=title)
    mira, at = Person.objects.get(alias="M. Vale"), timezone.now()
    anywhere = replace(world.FACE_WORLD, uses=("de_aging", "digital_double"))
    grant = grants.enter(
        person=mira, studio=film.studio, production=film, number="C-0142", kind="rider", terms=world.terms(lines=(anywhere,)),
        by=User.objects.get(username="ines"), at=at, reason="Signed rider received",
    )  # fmt: skip
    grants.verify(grant.revisions.get(), by=User.objects.get(username="tobi"), at=at, reason="Compared with the paper")
    shown = facts.Depiction("mira", mira.public_id, "target_likeness", "face", use)
    _, answer = clearance.ask(clearance.Question(act="sign", depictions=(shown,)), production=film, at=timezone.now())
    assert (answer.outcome, {reason.rule for reason in answer.reasons}) == (outcome, rules)
    assert {(one.rule, one.gate, one.territories) for one in answer.obligations} == {("EU-50-4", "release", ("DE",))}


def test_the_people_are_found_by_the_alias_and_the_dead_are_spoken_for(told):
    kinds = {alias: Person.objects.get(public_id=found).kind for alias, found in told["people_depicted"].items()}
    assert kinds == {"M. Vale": "living", "Jon Abara": "living", "E. Lenz": "deceased"}
    assert Person.objects.named("Miranda Valeska").get().alias == "M. Vale"
    assert Person.objects.get(alias="E. Lenz").authorities.get().kind == "executor"


def test_the_studio_signs_with_a_development_key_of_its_own(told):
    studio = Organisation.objects.get(kind="studio", sandbox_of=None)
    assert (studio.jurisdiction, studio.key_reference) == ("US-CA", f"dev:{studio.public_id}")


def test_all_of_it_is_in_the_journal_without_a_private_name_and_no_consent_is_entered(told):
    sandbox = Organisation.objects.get(sandbox_of__name="Parallax VFX")
    tags = list(Event.objects.exclude(organisation=sandbox).values_list("tag", flat=True))
    assert {tag: tags.count(tag) for tag in tags} == {
        "organisation:registered": 2, "member:added": 5, "person:registered": 3, "production:registered": 2,
        "unit:registered": 2, "client:registered": 2, "pack:adopted": 3,
    }  # fmt: skip
    assert journal.broken_links() == []
    bodies = " ".join(Event.objects.values_list("body", flat=True))
    assert "Valeska" not in bodies and not any(who["password"] in bodies for who in told["people"])
    assert not Grant.objects.exclude(studio=sandbox).exists()


def test_the_file_is_for_its_owner_only_and_nothing_half_written_lies_beside_it(told, data_dir):
    assert stat.S_IMODE((data_dir / "sign-ins.json").stat().st_mode) == 0o600
    assert {path.name for path in data_dir.iterdir()} == {"sign-ins.json", "said", "storage"}
    assert not any(who["password"] in (data_dir / "said").read_text() for who in told["people"])


def test_a_second_studio_is_refused_and_the_first_keeps_its_sign_ins(told, data_dir):
    before = (data_dir / "sign-ins.json").read_bytes()
    with pytest.raises(CommandError, match="already"):
        call_command("demo_studio")
    assert (data_dir / "sign-ins.json").read_bytes() == before
    assert User.objects.filter(is_staff=True).count() == 4 and ApiClient.objects.count() == 2


def test_production_is_refused(settings, data_dir):
    settings.PRODUCTION = True
    with pytest.raises(CommandError, match="production"):
        call_command("demo_studio")
    assert nothing_is_there(data_dir)


def test_when_the_file_cannot_be_kept_there_is_no_studio_either(data_dir, monkeypatch):
    """A studio whose passwords nobody learnt could not be entered, nor made again."""

    def full(*_):
        raise OSError("No space left on device")

    monkeypatch.setattr(demo_studio, "keep", full)
    with pytest.raises(OSError):
        call_command("demo_studio")
    assert nothing_is_there(data_dir) and not Organisation.objects.exists()
