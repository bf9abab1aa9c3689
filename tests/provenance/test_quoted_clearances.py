"""A declaration may quote what was cleared before the work: it must reach what is declared, and it decides nothing."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from consent.models import Decision
from provenance.models import Asset
from registry.models import Production, Unit
from tests import cast as people
from tests import shots
from tests.assets import build

pytestmark = pytest.mark.django_db


@pytest.fixture
def cleared(studio):
    studio.grant = people.verified(studio, at=timezone.now() - timedelta(minutes=1), effective_from=date(2026, 5, 3))
    Unit.objects.create(production=studio.harbor, code="sh115")
    return studio


def ask(api, cast, **changes):
    mira = {"person": cast.mira.public_id, "role": "target_likeness", "modality": "face", "use": "de_aging"}
    asked = {"production": cast.harbor.public_id, "units": ["sh114"], "depictions": [mira], **changes}
    answer = api.post("/api/v1/clearances", asked, format="json")
    assert answer.status_code == 201, answer.content
    return answer.json()


def send(api, cast, clearance, **changes):
    declared = shots.declaration(cast, clearance=clearance, **changes)
    return shots.send(api, build.result_jpg(), declared, plate=build.plate_jpg())


def refused(answer, code, *pointers):
    assert answer.status_code == 422, answer.content
    told = answer.json()
    assert (told["code"], [one["pointer"] for one in told["errors"]]) == (code, list(pointers))
    assert shots.nothing_kept() and not Decision.objects.exclude(purpose="clearance").exists()


def test_what_was_cleared_is_quoted_and_kept_with_the_asset(cleared, hatch):
    asked = ask(hatch, cleared)
    answer = send(hatch, cleared, asked["id"])
    assert answer.status_code == 202, answer.content
    asset = Asset.objects.get()
    assert asset.declaration["clearance"] == asked["id"] and asset.decision.public_id != asked["id"]


def test_a_clearance_asked_of_a_whole_production_reaches_each_shot(cleared, hatch):
    assert send(hatch, cleared, ask(hatch, cleared, units=[])["id"]).status_code == 202


def test_it_never_stands_in_for_the_decision(cleared, hatch):
    asked = ask(hatch, cleared)
    people.ended(cleared, cleared.grant, at=timezone.now())
    answer = send(hatch, cleared, asked["id"])
    assert answer.status_code == 403 and answer.json()["code"] == "consent.ended"
    assert shots.nothing_released()


def test_only_ones_own_and_only_a_yes(cleared, hatch, program):
    refused(send(hatch, cleared, "dec_none"), "clearance.unknown", "/clearance")
    theirs = ask(program(cleared.northlight), cleared)
    refused(send(hatch, cleared, theirs["id"]), "clearance.unknown", "/clearance")
    no = ask(hatch, cleared, depictions=[
        {"person": cleared.jon.public_id, "role": "target_likeness", "modality": "face", "use": "de_aging"}])  # fmt: skip
    refused(send(hatch, cleared, no["id"]), "clearance.not_permitted", "/clearance")


@pytest.mark.parametrize(("asked", "declared", "pointers"), [
    ({"units": ["sh115"]}, {}, ["/unit"]),
    ({"act": "alter"}, {}, ["/act"]),
    ({"territories": ["DE"]}, {"intended_release": {"territories": ["DE", "FR"]}}, ["/intended_release/territories"]),
    ({"media": ["svod"]}, {}, ["/clearance"]),
    ({"media": ["svod"]}, {"intended_release": {"media": ["svod", "game"]}}, ["/intended_release/media/1"]),
    ({"asset_sha256": "0" * 64}, {}, ["/clearance"]),
])  # fmt: skip
def test_what_goes_beyond_it_is_pointed_to(cleared, hatch, asked, declared, pointers):
    clearance = ask(hatch, cleared, **asked)
    assert clearance["outcome"] == "permit"
    refused(send(hatch, cleared, clearance["id"], **declared), "clearance.not_covered", *pointers)


def test_another_use_of_another_production_is_pointed_to(cleared, hatch):
    asked = ask(hatch, cleared)["id"]
    other = Production.objects.create(studio=cleared.northlight, title="Pier", default_territories=["WORLD"])
    other.vendors.add(cleared.parallax)
    other.cast.add(cleared.mira)
    Unit.objects.create(production=other, code="sh114")
    refused(send(hatch, cleared, asked, production=other.public_id), "clearance.not_covered", "/clearance")
    older = [{"id": "mira", "person": cleared.mira.public_id, "role": "target_likeness", "modality": "face", "depicted_age": 30}]
    refused(send(hatch, cleared, asked, depictions=older), "clearance.not_covered", "/depictions/0")
