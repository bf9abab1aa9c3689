"""What cannot be asked of consent is told where it stands in the declaration, however the question is put together."""

import pytest
from django.utils import timezone

from tests import cast as people
from tests import shots
from tests.assets import build

pytestmark = pytest.mark.django_db

JON_FIRST = [
    {"id": "z", "person": None, "role": "target_likeness", "modality": "face"},
    {"id": "a", "person": "per_nobody", "role": "target_likeness", "modality": "face"},
]


def pointers(cast, api, **changes):
    people.verified(cast, at=timezone.now())
    answer = shots.send(api, build.result_jpg(), shots.declaration(cast, **changes), plate=build.plate_jpg())
    assert answer.status_code == 422 and shots.nothing_kept(), answer.content
    return [one["pointer"] for one in answer.json()["errors"]]


def test_somebody_unknown_is_pointed_at_among_others(studio, hatch):
    """The question sorts those depicted by their names, and asks of each once for every use made of them."""
    known, unknown = JON_FIRST[0] | {"person": studio.jon.public_id}, JON_FIRST[1] | {"use": "lip_sync_dub"}
    operations = [shots.de_aging(depicts=["z", "a"])]
    assert pointers(studio, hatch, depictions=[known, unknown], operations=operations) == ["/depictions/1/person"]


@pytest.mark.parametrize(("changes", "pointer"), [
    ({"unit": "sh999"}, "/unit"), ({"intended_release": {"territories": ["DE", "XX"]}}, "/intended_release/territories/1"),
])  # fmt: skip
def test_a_shot_or_a_place_that_nobody_knows_is_pointed_at(studio, hatch, changes, pointer):
    assert pointers(studio, hatch, **changes) == [pointer]


def test_of_several_shots_the_unknown_one_is_pointed_at(studio, hatch):
    declared = shots.declaration(studio, units=["sh114", "sh999"])
    del declared["unit"]
    answer = shots.send(hatch, build.result_jpg(), declared, plate=build.plate_jpg())
    assert [one["pointer"] for one in answer.json()["errors"]] == ["/units/1"] and shots.nothing_kept()


def test_a_production_that_says_nowhere_asks_for_a_place(studio, hatch):
    studio.harbor.default_territories = []
    studio.harbor.save()
    assert pointers(studio, hatch) == ["/intended_release/territories"]


def test_a_shot_goes_by_its_code_as_everything_published_says(studio, hatch, client):
    schema = client.get("/schemas/declaration-1.json").json()["properties"]
    assert "code" in schema["unit"]["description"] and "code" in schema["units"]["description"]
    assert "public id" not in schema["unit"]["description"] + schema["units"]["description"]
    described = client.get("/api/v1/openapi.json").json()["components"]["schemas"]
    assert "declarations" in described["UnitTold"]["properties"]["code"]["description"]
    people.verified(studio, at=timezone.now())
    declared = shots.declaration(studio, unit=studio.sh114.public_id)
    told = shots.send(hatch, build.result_jpg(), declared, plate=build.plate_jpg()).json()
    assert (told["code"], told["errors"][0]["pointer"]) == ("declaration.unknown_unit", "/unit")
    assert "of the code" in told["detail"] and shots.nothing_kept()
