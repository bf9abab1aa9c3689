"""Who made what: declared by element and role, signed with the extent, told as stated, and written down for registration."""

import pytest
from django.utils import timezone

from provenance.declaration import parse
from provenance.models import Asset
from registry.errors import Invalid
from tests import cast as people
from tests import shots
from tests.assets import build
from tests.desk import at_the_desk
from tests.provenance.declared import HARBOR

SCRIPT = {"element": "text", "human_share": 0.82, "ai_share": 0.18, "method": "measured:difference",
          "contributors": [{"role": "writer", "people": 2}]}  # fmt: skip
PICTURE = {"element": "picture", "human_share": 0.9, "contributors": [{"role": "director"}, {"role": "performer", "people": 3}]}


def declared(*authorship):
    return HARBOR | {"authorship": list(authorship)}


def test_authorship_is_read_and_written_again():
    one = parse(declared(SCRIPT, PICTURE))
    assert parse(one.as_dict()) == one and one.authorship[1].ai_share is None
    assert parse(HARBOR).canonical_hash() != one.canonical_hash()


@pytest.mark.parametrize(
    ("authorship", "pointer"),
    [
        ([SCRIPT | {"ai_share": 0.2}], "/authorship/0"),
        ([SCRIPT, SCRIPT], "/authorship/1/element"),
        ([{"element": "text"}], "/authorship/0"),
        ([SCRIPT | {"human_share": 1.2}], "/authorship/0/human_share"),
        ([SCRIPT | {"method": "felt"}], "/authorship/0/method"),
        ([SCRIPT | {"contributors": [{"role": "writer", "name": "Mira Vale"}]}], "/authorship/0/contributors/0/name"),
    ],
)
def test_what_cannot_be_so_is_refused_where_it_stands(authorship, pointer):
    with pytest.raises(Invalid) as refused:
        parse(declared(*authorship))
    assert pointer in [fault.pointer for fault in refused.value.errors]


@pytest.fixture
def asset(studio, hatch):
    people.verified(studio, at=timezone.now())
    told = shots.declaration(studio, authorship=[PICTURE])
    answer = shots.send(hatch, build.result_jpg(), told, plate=build.plate_jpg())
    assert answer.status_code == 202, answer.content
    shots.work()
    return Asset.objects.get(public_id=answer.json()["id"])


def test_it_is_signed_with_the_extent_and_told_as_its_producer_states_it(asset, client):
    (told,) = client.get(f"/api/v1/disclosures/{asset.credential.public_id}").json()["authorship"]
    assert (told["human_share"], told["ai_share"], told["method"], told["measured_by"]) == (0.9, None, "declared", "producer")
    page = client.get(f"/c/{asset.credential.public_id}", headers={"accept": "text/html"}).content.decode()
    assert "90.0 % by people" in page and "a number stated by the producer" in page
    assert "direction, performance: 3" in page and "by AI" not in page


def test_the_desk_writes_a_statement_that_says_what_is_declared_and_no_more(asset, studio):
    address = f"/admin/provenance/asset/{asset.public_id}/copyright.txt"
    text = at_the_desk(studio.ines).get(address).content.decode()
    created, excluded = text.split("MATERIAL EXCLUDED")
    assert "Picture: 90.0 % by people (as its producer states); direction, performance (3)" in created
    assert "Picture altered with AI: de-aging, with AgeShift 4.2; in 1 marked place" in excluded
    assert "This is not legal advice." in text
    assert at_the_desk(studio.sol).get(address).status_code == 404


def test_a_statement_about_a_file_of_which_little_is_declared_says_so(studio, hatch):
    people.verified(studio, at=timezone.now())
    answer = shots.send(hatch, build.plate_jpg(), shots.bare(studio, "plate.jpg", complete=False))
    text = at_the_desk(studio.ines).get(f"/admin/provenance/asset/{answer.json()['id']}/copyright.txt").content.decode()
    assert text.count("Not stated.") == 2 and "%" not in text
