"""No name of anybody depicted is signed by way of what an asset was made from: a title that was harmless may name them now."""

import pytest
from django.utils import timezone

from provenance.models import Asset, Credential
from registry import people as persons
from tests import cast as people
from tests import shots
from tests.assets import build

pytestmark = pytest.mark.django_db


@pytest.fixture
def signed(studio, hatch):
    """`signed(title)` → the id of a signed asset of that title, in which nobody is depicted."""
    people.verified(studio, at=timezone.now())

    def made(title):
        asset = shots.send(hatch, build.plate_jpg(), shots.bare(studio, title)).json()["id"]
        shots.work()
        return asset

    return made


def send(studio, hatch, *used):
    plate = shots.declaration(studio)["ingredients"][0]
    declared = shots.declaration(studio, ingredients=[plate, *used])
    return shots.send(hatch, build.result_jpg(), declared, plate=build.plate_jpg())


@pytest.mark.parametrize("title", ["Miranda Valeska on the pier.jpg", "m_vale_sh113.jpg"])
@pytest.mark.parametrize("relation", ["inputTo", "componentOf"])
def test_the_title_of_a_known_asset_may_not_name_who_is_depicted(studio, hatch, signed, title, relation):
    answer = send(studio, hatch, {"id": "src", "relation": relation, "asset": signed(title)})
    assert answer.status_code == 422, answer.content
    told = answer.json()
    assert told["code"] == "manifest.personal_data"
    assert [one["pointer"] for one in told["errors"]] == ["/ingredients/1/asset"]
    assert title not in answer.content.decode() and "another title" in told["errors"][0]["detail"]
    assert Asset.objects.count() == Credential.objects.count() == 1


def test_under_a_title_of_its_own_the_same_asset_can_be_used(studio, hatch, signed):
    used = {"id": "src", "relation": "inputTo", "asset": signed("Miranda Valeska on the pier.jpg"), "title": "sh113.jpg"}
    answer = send(studio, hatch, used)
    shots.work()
    asset = Asset.objects.get(public_id=answer.json()["id"])
    assert answer.status_code == 202 and asset.job.state == "signed"
    assert [one.title for one in asset.ingredients.order_by("label")] == ["sh114_plate.jpg", "sh113.jpg"]


def test_the_id_of_an_ingredient_may_not_name_who_is_depicted(studio, hatch, signed):
    used = {"id": "M.Vale", "relation": "inputTo", "asset": signed("sh113.jpg")}
    answer = send(studio, hatch, used)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/ingredients/1/id")
    assert Asset.objects.count() == 1


def test_a_title_that_names_somebody_only_at_signing_is_not_signed(studio, hatch, signed):
    answer = send(studio, hatch, {"id": "src", "relation": "inputTo", "asset": signed("pier_sh113.jpg")})
    persons.correct(studio.mira, alias="Pier", by=studio.ines, at=timezone.now(), reason="As on the rider")
    shots.work()
    asset = Asset.objects.get(public_id=answer.json()["id"])
    assert (asset.job.state, asset.job.problem["code"]) == ("received", "manifest.personal_data")
    assert Credential.objects.count() == 1
