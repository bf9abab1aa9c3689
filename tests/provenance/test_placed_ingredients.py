"""What a known asset carries comes along to where it is placed in another, and cannot be left out there.

Every no leaves nothing but an entry in the journal.
"""

import io

import pytest
from django.utils import timezone
from PIL import Image

from provenance.models import Asset, Credential, SigningPlan
from registry import journal
from registry.models import Event
from tests import cast as people
from tests import shots
from tests.assets import build

pytestmark = pytest.mark.django_db

LEFT, TOP, WIDE, TALL = shots.FACE
FRAME = {"type": "rectangle", "unit": "percent", "x": LEFT, "y": TOP, "width": WIDE, "height": TALL}
FILL = {"type": "rectangle", "unit": "percent", "x": 50, "y": 0, "width": 50, "height": 50}


def asset(name: str) -> bytes:
    return (build.library() / name).read_bytes()


@pytest.fixture
def studio(studio):
    people.verified(studio, at=timezone.now())
    return studio


def saved_anew(content: bytes) -> bytes:
    """A mirrored copy, which nothing takes for the picture it was."""
    target = io.BytesIO()
    Image.open(io.BytesIO(content)).transpose(Image.Transpose.FLIP_TOP_BOTTOM).save(target, "JPEG", quality=90)
    return target.getvalue()


@pytest.fixture
def shot(studio, hatch):
    """sh114 as a still, the face declared by its region: its id."""
    return shots.signed(hatch, asset("result.jpg"), shots.declaration(studio, ingredients=[]), "shot.jpg")["id"]


@pytest.fixture
def clip(studio, hatch):
    """sh114 as a film of four seconds, the face altered from the first to the third."""
    told = shots.declaration(studio, title="shot.mp4", ingredients=[], operations=[
        shots.de_aging(regions=[shots.face(time={"start_s": 1, "end_s": 3})])])  # fmt: skip
    return shots.signed(hatch, asset("result.mp4"), told, "shot.mp4")["id"]


def made_of(cast, known: str, placement: dict | None, relation: str = "componentOf", **changes) -> dict:
    """A declaration that names the known asset, where it is placed, and nothing else."""
    used = {"id": "shot", "relation": relation, "asset": known} | ({"placement": placement} if placement else {})
    return shots.bare(cast, changes.pop("title", "made"), ingredients=[used], **changes)


def again(cast, **extent) -> dict:
    """Mira's face, declared once more."""
    told = shots.de_aging(**extent)
    if "regions" not in extent:
        del told["regions"]
    return {"operations": [told], "depictions": shots.declaration(cast)["depictions"]}


def counts() -> tuple[int, int, int]:
    return Asset.objects.count(), SigningPlan.objects.count(), Credential.objects.count()


def refused(hatch, content: bytes, told: dict, name: str, code: str = "provenance.laundering") -> dict:
    """The answer, a no: nothing was signed or stored, and the journal holds together."""
    before = counts()
    answer = shots.send(hatch, content, told, name=name)
    found = answer.json()
    assert answer.status_code in (403, 422) and found["code"] == code, found
    assert counts() == before and journal.broken_links() == []
    assert Event.objects.filter(tag="intake:laundering").exists() == (code == "provenance.laundering")
    return found


def test_a_component_counts_where_it_is_placed(studio, hatch, shot):
    """A quarter of the frame: the face in it is a quarter as large, and of half of it nothing less will do."""
    half = {**FILL, "x": FILL["x"] + LEFT / 2, "y": TOP / 2, "width": WIDE / 4, "height": TALL / 2}
    face = {**half, "width": WIDE / 2}
    told = made_of(studio, shot, {"region": FILL})
    refused(hatch, asset("plate.jpg"), told | again(studio, regions=[{"id": "r", "shape": half}]), "made.jpg")
    found = shots.signed(hatch, asset("plate.jpg"), told | again(studio, regions=[{"id": "r", "shape": face}]), "made.jpg")
    share = found["extent"]["elements"][0]["share"]
    assert share == pytest.approx(WIDE * TALL / 40_000, abs=found["extent"]["elements"][0]["error"])


def test_without_a_placement_it_is_enough_to_name_what_was_done(studio, hatch, shot):
    found = shots.signed(hatch, asset("plate.jpg"), made_of(studio, shot, None) | again(studio), "made.jpg")
    assert found["extent"]["elements"][0]["band"] == "unknown"


def test_a_component_that_is_left_out_is_refused_and_so_is_a_place_elsewhere(studio, hatch, shot):
    told = made_of(studio, shot, {"region": FILL})
    refused(hatch, asset("plate.jpg"), told, "made.jpg")
    elsewhere = {**FILL, "x": 0}
    refused(hatch, asset("plate.jpg"), told | again(studio, regions=[{"id": "r", "shape": elsewhere}]), "made.jpg")


def test_a_crop_to_the_face_is_all_face(studio, hatch, shot):
    told = made_of(studio, shot, {"crop": FRAME}, "parentOf")
    refused(hatch, asset("result.png"), told | again(studio, regions=[shots.face()]), "made.png")
    found = shots.signed(hatch, asset("result.png"), told | again(studio, whole=True), "made.png")
    assert found["extent"]["elements"][0]["share"] == 1


def test_a_crop_beside_the_face_carries_nothing(studio, hatch, shot):
    beside = {**FRAME, "x": 0, "width": LEFT - 2}
    found = shots.signed(hatch, asset("result.png"), made_of(studio, shot, {"crop": beside}, "parentOf"), "made.png")
    assert found["extent"]["headline"]["band"] == "none_stated"


def test_a_trim_carries_the_seconds_that_are_left(studio, hatch, clip):
    """Half a second of the altered two is kept, at half the speed: it lasts one."""
    placement = {"trim": {"start_s": 2.5, "end_s": 4}, "speed": 0.5, "time": {"start_s": 1}}
    told = made_of(studio, clip, placement)
    short = again(studio, regions=[shots.face(time={"start_s": 1, "end_s": 1.5})])
    refused(hatch, asset("plate.mp4"), told | short, "made.mp4")
    enough = again(studio, regions=[shots.face(time={"start_s": 1, "end_s": 2})])
    found = shots.signed(hatch, asset("plate.mp4"), told | enough, "made.mp4")
    assert found["extent"]["elements"][0]["time_share"] == pytest.approx(0.25)


def test_a_trim_beside_what_was_altered_carries_nothing(studio, hatch, clip):
    found = shots.signed(hatch, asset("plate.mp4"), made_of(studio, clip, {"trim": {"end_s": 1}}), "made.mp4")
    assert found["extent"]["headline"]["band"] == "none_stated"


def test_a_parent_that_is_said_to_be_trimmed_is_as_long_as_what_was_kept(studio, hatch, clip):
    """A trim to a second without AI does not explain a film of four seconds."""
    told = made_of(studio, clip, {"trim": {"end_s": 1}}, "parentOf")
    found = refused(hatch, asset("plate.mp4"), told, "made.mp4", "declaration.invalid")
    assert found["errors"][0]["pointer"] == "/ingredients/0/placement" and "lasts 1.000 seconds" in found["detail"]


@pytest.mark.parametrize(
    ("placement", "pointer"),
    [
        ({"crop": {**FILL, "x": 60}}, "crop"),
        ({"region": {**FILL, "y": 70}}, "region"),
        ({"trim": {"start_s": 5}}, "trim"),
        ({"time": {"start_s": 3, "end_s": 9}}, "time"),
    ],
)
def test_a_placement_outside_a_file_is_refused(studio, hatch, clip, placement, pointer):
    told = made_of(studio, clip, placement)
    found = refused(hatch, asset("plate.mp4"), told, "made.mp4", "declaration.region_outside_frame")
    assert found["errors"][0]["pointer"] == f"/ingredients/0/placement/{pointer}"


def test_an_input_is_placed_nowhere(studio, hatch, shot):
    told = made_of(studio, shot, {"region": FILL}, "inputTo")
    assert "appears nowhere" in refused(hatch, asset("plate.jpg"), told, "made.jpg", "declaration.invalid")["detail"]


def test_placements_are_told_in_the_credentials(studio, hatch, clip, client):
    """The actions name the crop, the trim, the speed and the place, and the place has an identifier."""
    placement = {"crop": {**FILL, "x": 0}, "trim": {"end_s": 1}, "region": FILL, "time": {"start_s": 1, "end_s": 2}}
    made = shots.signed(hatch, asset("plate.mp4"), made_of(studio, clip, placement), "made.mp4")
    planned = SigningPlan.objects.get(asset__public_id=made["id"]).manifest
    acts = next(one["data"]["actions"] for one in planned["assertions"] if one["label"] == "c2pa.actions.v2")
    (placed,) = [one for one in acts if one["action"] == "c2pa.placed"]
    assert placed["parameters"]["ingredientIds"] == ["shot"] and placed["changes"][0]["identifier"] == "shot.placed"
    assert placed["parameters"]["org.countersign.placement"]["trim"] == {"start_s": 0.0, "end_s": 1}
    assert shots.checked(client, shots.fetched(hatch, made["id"]), "made.mp4")["trust"]["state"] == "registry"

    cut = shots.signed(hatch, asset("plate.mp4"), made_of(studio, clip, {
        "crop": {**FILL, "x": 0, "width": 10, "height": 10}, "speed": 1}, "parentOf", title="cut.mp4"), "cut.mp4")  # fmt: skip
    planned = SigningPlan.objects.get(asset__public_id=cut["id"]).manifest
    acts = next(one["data"]["actions"] for one in planned["assertions"] if one["label"] == "c2pa.actions.v2")
    assert [one["action"] for one in acts] == ["c2pa.opened", "c2pa.cropped", "c2pa.changedSpeed"]
    assert shots.checked(client, shots.fetched(hatch, cut["id"]), "cut.mp4")["trust"]["state"] == "registry"


def test_what_is_made_of_what_was_made_still_carries_it(studio, hatch, shot):
    """The shot in a quarter of a picture, and that in a quarter of another: a sixteenth, and never nothing."""
    first = made_of(studio, shot, {"region": FILL}) | again(studio, regions=[{"id": "r", "shape": FILL}])
    middle = shots.signed(hatch, asset("plate.jpg"), first, "first.jpg")["id"]
    second = made_of(studio, middle, {"region": FILL}, title="second")
    refused(hatch, saved_anew(asset("plate.jpg")), second, "second.jpg")
    inner = {**FILL, "x": 75, "width": 25, "height": 25}
    told = second | again(studio, regions=[{"id": "r", "shape": inner}])
    found = shots.signed(hatch, saved_anew(asset("plate.jpg")), told, "second.jpg")
    assert found["extent"]["elements"][0]["share"] == pytest.approx(1 / 16, abs=0.002)
