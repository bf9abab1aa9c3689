"""A history of AI cannot be washed off: not by sending the bytes again, nor without their credentials, nor as a part.

Every no leaves nothing but an entry in the journal.
"""

import io
import tempfile
from types import SimpleNamespace

import pytest
from django.utils import timezone
from PIL import Image, PngImagePlugin

from consent import grants
from provenance import trust, trust_lists
from provenance.models import Asset, Credential
from registry import journal
from registry.models import Event, Organisation, Production
from tests import cast as people
from tests import shots
from tests.assets import build, foreign
from tests.assets.studio import Studio, manifest

pytestmark = pytest.mark.django_db

LINES = (
    people.FACE_WORLD,
    grants.Line(effect="grant", uses=("voice_clone",), modalities=("voice",), territories=("WORLD",)),
)
INPAINT = {"id": "op-9", "element": "picture", "technique": "inpaint", "tool": {"name": "Fill"},
           "model": {"type": "not_disclosed"}, "share": 0.01}  # fmt: skip


def asset(name: str) -> bytes:
    return (build.library() / name).read_bytes()


@pytest.fixture
def studio(studio):
    people.verified(studio, at=timezone.now(), lines=LINES)
    return studio


@pytest.fixture
def shot(studio, hatch):
    """sh114 as Parallax declared it, signed: its id."""
    sent = shots.send(hatch, asset("result.jpg"), shots.declaration(studio), plate=asset("plate.jpg"))
    shots.work()
    assert hatch.get(f"/api/v1/assets/{sent.json()['id']}").json()["state"] == "signed"
    return sent.json()["id"]


@pytest.fixture
def elsewhere(tmp_path):
    """`elsewhere(content, name, *actions)` → the file with credentials of an authority that nobody here knows."""
    other = Studio(tmp_path / "elsewhere", "org_elsewhere", "Elsewhere Inc.")

    def sign(content: bytes, name: str = "result.jpg", *actions: dict) -> bytes:
        (tmp_path / name).write_bytes(content)
        request = manifest("clip", *actions)
        signed = other.sign(trust.sandbox(), tmp_path / name, tmp_path / f"signed-{name}", manifest=request)
        return signed.read_bytes()

    return sign


def declared(cast, **changes) -> dict:
    """What was declared of sh114, without its plate."""
    return shots.declaration(cast, ingredients=[], **changes)


def smaller(cast) -> dict:
    told = shots.de_aging()
    told["regions"][0]["shape"] |= {"width": 2, "height": 2}
    return declared(cast, operations=[told])


def lesser(cast) -> list[dict]:
    """Three ways of declaring less than sh114 carries: nothing, something else, and a smaller place."""
    return [shots.bare(cast, "again.jpg"), shots.bare(cast, "again.jpg", operations=[INPAINT]), smaller(cast)]


def counts() -> tuple[int, int]:
    return Asset.objects.count(), Credential.objects.count()


def refused(answer, cast, pointer: str = "", times: int = 1) -> None:
    """The answer is a no to laundering, and the journal alone remembers it."""
    told = answer.json()
    assert (answer.status_code, told["code"]) == (403, "provenance.laundering"), told
    assert {one["pointer"] for one in told["errors"]} == {pointer}
    assert told["errors"][0]["detail"] == told["detail"]
    events = Event.objects.filter(chain=cast.harbor.public_id, tag="intake:laundering")
    assert events.count() == times and journal.broken_links() == []


def extent(hatch, answer) -> dict:
    """The extent of what was sent, once it is signed."""
    assert answer.status_code == 202, answer.json()
    shots.work()
    told = hatch.get(f"/api/v1/assets/{answer.json()['id']}").json()
    assert told["state"] == "signed", told
    return told["extent"]


# --- the same bytes -----------------------------------------------------------------------------------------------


def test_the_same_bytes_with_less_declared_are_refused(studio, hatch, shot):
    before = counts()
    for number, less in enumerate(lesser(studio), 1):
        refused(shots.send(hatch, asset("result.jpg"), less), studio, times=number)
    assert counts() == before


def test_the_same_bytes_with_as_much_declared_are_another_asset(studio, hatch, shot):
    again = shots.send(hatch, asset("result.jpg"), declared(studio, title="again.jpg"))
    assert extent(hatch, again) == Credential.objects.first().extent and counts() == (2, 2)


@pytest.mark.parametrize("name", ["voice.wav", "result.mp4"])
def test_a_cloned_voice_is_not_forgotten_by_naming_no_voice(studio, hatch, name):
    """A container tells that there is sound, not whose voice it is: that stood in the first declaration alone."""
    spoken = {"id": "op-1", "element": "voice", "technique": "voice_clone", "tool": {"name": "Larynx"},
              "model": {"type": "not_disclosed"}, "whole": True, "depicts": ["mira"]}  # fmt: skip
    mira = {"id": "mira", "person": studio.mira.public_id, "role": "voice_source", "modality": "voice"}
    first = shots.bare(studio, "voice", operations=[spoken], depictions=[mira])
    assert shots.send(hatch, asset(name), first, name=name).status_code == 202
    music = {"id": "op-1", "element": "music", "technique": "generated_music", "tool": {"name": "Tune"},
             "model": {"type": "not_disclosed"}, "whole": True}  # fmt: skip
    for times, less in enumerate(([], [music]), 1):
        again = shots.send(hatch, asset(name), shots.bare(studio, "voice", operations=less), name=name)
        refused(again, studio, times=times)
    assert Asset.objects.count() == 1


def test_a_file_nobody_looks_inside_is_known_again_all_the_same(studio, hatch):
    name = "scene.usda"
    made = {"id": "op-1", "element": "picture", "technique": "real_time_generation", "tool": {"name": "Forge"},
            "model": {"type": "not_disclosed"}, "whole": True}  # fmt: skip
    assert shots.send(hatch, asset(name), shots.bare(studio, "x", operations=[made]), name=name).status_code == 202
    refused(shots.send(hatch, asset(name), shots.bare(studio, "x"), name=name), studio)
    assert Asset.objects.count() == 1


def test_a_refused_upload_is_remembered_too(studio, hatch):
    """Declared honestly it was refused for want of consent; the same bytes do not pass by declaring nothing."""
    swapped = shots.de_aging(technique="face_replacement")
    first = shots.send(hatch, asset("result.jpg"), declared(studio, operations=[swapped]))
    assert first.status_code == 403 and first.json()["code"].startswith("consent.")
    before = counts()
    refused(shots.send(hatch, asset("result.jpg"), shots.bare(studio, "plain.jpg")), studio)
    assert counts() == before and shots.nothing_released()


def test_another_vendor_cannot_wash_them_either(studio, program, shot):
    studio.harbor.vendors.add(studio.umbra)
    umbra, before = program(studio.umbra), counts()
    refused(shots.send(umbra, asset("result.jpg"), shots.bare(studio, "umbra.jpg")), studio)
    assert counts() == before


# --- whose declarations bind --------------------------------------------------------------------------------------


@pytest.fixture
def strangers(studio, program):
    """Umbra's program, and the declaration of a painted corner in a production of Southgate's, the other studio."""
    Organisation.objects.filter(pk=studio.southgate.pk).update(key_reference=f"dev:{studio.southgate.public_id}")
    mist = Production.objects.create(studio=studio.southgate, title="Mist", default_territories=["WORLD"])
    mist.vendors.add(studio.umbra)
    told = {"version": 1, "production": mist.public_id, "title": "mist.jpg", "operations": [INPAINT]}
    return SimpleNamespace(api=program(studio.umbra), told=told, mist=mist)


def unmoved(cast, hatch, answer) -> None:
    """It is taken in and signed as it was declared, and nothing was said of anybody else's."""
    assert extent(hatch, answer)["headline"]["band"] == "none_stated"
    assert not Event.objects.filter(tag="intake:laundering").exists() and journal.broken_links() == []


def test_what_was_sent_to_another_studio_neither_refuses_nor_shows(studio, hatch, strangers):
    """Umbra says of a plate which Parallax has too that AI made some of it: that is between Umbra and Southgate."""
    assert shots.send(strangers.api, asset("plate.jpg"), strangers.told).status_code == 202
    unmoved(studio, hatch, shots.send(hatch, asset("plate.jpg"), shots.bare(studio, "plate.jpg")))


def test_once_it_is_signed_what_looks_like_it_waits_and_is_not_refused(studio, hatch, strangers):
    """The signed file shows what the plate shows, and anyone may ask the window of it; a lawyer here looks at both."""
    assert shots.send(strangers.api, asset("plate.jpg"), strangers.told).status_code == 202
    shots.work()
    before = Credential.objects.count()
    sent = shots.send(hatch, asset("plate.jpg"), shots.bare(studio, "plate.jpg"))
    shots.work()
    assert (sent.status_code, sent.json()["state"]) == (202, "held") and Credential.objects.count() == before
    assert hatch.get(f"/api/v1/assets/{sent.json()['id']}").json()["problem"]["code"] == "provenance.possible_likeness"
    assert not Event.objects.filter(tag="intake:laundering").exists() and journal.broken_links() == []


@pytest.mark.parametrize("relation", ["parentOf", "componentOf"])
def test_nor_does_it_as_an_ingredient(studio, hatch, strangers, relation):
    assert shots.send(strangers.api, asset("plate.jpg"), strangers.told).status_code == 202
    used = {"id": "plate", "relation": relation, "part": "plate"}
    told = shots.bare(studio, "made.png", ingredients=[used])
    unmoved(studio, hatch, shots.send(hatch, asset("result.png"), told, name="made.png", plate=asset("plate.jpg")))


def test_what_others_state_of_another_studios_asset_is_not_inherited(studio, hatch, strangers, elsewhere):
    """Southgate's asset has a lower bound from somebody else's credentials; of its parts alone nothing is told here."""
    used = {"id": "plate", "relation": "componentOf", "part": "plate"}
    sent = shots.send(strangers.api, asset("result.jpg"), strangers.told | {"ingredients": [used]},
                      plate=elsewhere(asset("plate.jpg"), "plate.jpg"))  # fmt: skip
    assert sent.status_code == 202 and Asset.objects.get().media["inherited"]
    unmoved(studio, hatch, shots.send(hatch, asset("result.jpg"), shots.bare(studio, "result.jpg")))


@pytest.mark.parametrize("where", ["inside", "beside"])
def test_what_was_signed_here_binds_every_studio(studio, hatch, strangers, where):
    """Anyone may ask the window of these bytes, and is told."""
    name, content = ("mist.jpg", asset("plate.jpg")) if where == "inside" else ("mist.usda", asset("scene.usda"))
    sent = shots.send(strangers.api, content, strangers.told, name=name)
    assert extent(strangers.api, sent)["headline"]["band"] != "none_stated"
    signed, before = shots.fetched(strangers.api, sent.json()["id"]), counts()
    assert (signed == content) == (where == "beside")
    refused(shots.send(hatch, signed, shots.bare(studio, name), name=name), studio)
    used = {"id": "part", "relation": "componentOf", "part": "part"}
    made = shots.bare(studio, "made.png", ingredients=[used])
    refused(shots.send(hatch, asset("result.png"), made, name="made.png", part=signed), studio, "/ingredients/0", times=2)
    assert counts() == before


def test_a_vendor_of_two_studios_is_held_to_what_it_told_each(studio, hatch, program, strangers):
    studio.harbor.vendors.add(studio.umbra)
    assert shots.send(strangers.api, asset("plate.jpg"), strangers.told).status_code == 202
    told, elsewhere = shots.bare(studio, "a.jpg"), strangers.told | {"operations": []}
    unmoved(studio, hatch, shots.send(hatch, asset("plate.jpg"), told))
    before = counts()
    again = shots.send(strangers.api, asset("plate.jpg"), elsewhere)
    assert (again.status_code, again.json()["code"]) == (403, "provenance.laundering") and counts() == before


def test_what_was_refused_at_the_door_binds_only_who_sent_it(studio, hatch, program):
    """Nobody has seen a byte of it: else any vendor could have another's plate refused by a declaration of its own."""
    studio.harbor.vendors.add(studio.umbra)
    umbra = program(studio.umbra)
    swapped = shots.declaration(studio, ingredients=[], operations=[shots.de_aging(technique="face_replacement")])
    sent = shots.send(umbra, asset("plate.jpg"), swapped)
    assert sent.status_code == 403 and sent.json()["code"].startswith("consent.")
    refused(shots.send(umbra, asset("plate.jpg"), shots.bare(studio, "a.jpg")), studio)
    told = extent(hatch, shots.send(hatch, asset("plate.jpg"), shots.bare(studio, "plate.jpg")))
    assert told["headline"]["band"] == "none_stated"


# --- what only its metadata says ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "said",
    [{"Iptc4xmpExt_DigitalSourceType": foreign.TRAINED}, {"Iptc4xmpExt_AISystemUsed": "Lumen Image"}],
    ids=["source type", "system"],
)
def test_a_file_whose_own_metadata_states_ai_is_not_declared_without_any(studio, hatch, said):
    before = counts()
    upload = foreign.described(build.result_jpg(), **said)
    answer = shots.send(hatch, upload, shots.bare(studio, "clean.jpg"))
    refused(answer, studio)
    assert answer.json()["detail"] == (
        "This file’s own history states in its metadata that AI was used; the declaration names none."
    )
    assert counts() == before


def test_a_picture_with_a_generators_settings_in_it_is_not_declared_without_any(studio, hatch):
    held, upload, before = PngImagePlugin.PngInfo(), io.BytesIO(), counts()
    held.add_text("parameters", "a harbor\nSteps: 20, Sampler: Euler a, Seed: 1")
    Image.linear_gradient("L").save(upload, "PNG", pnginfo=held)
    refused(shots.send(hatch, upload.getvalue(), shots.bare(studio, "clean.png"), name="clean.png"), studio)
    assert counts() == before


def test_metadata_that_states_a_capture_or_what_is_declared_refuses_nothing(studio, hatch):
    captured = foreign.described(build.result_jpg(), Iptc4xmpExt_DigitalSourceType=foreign.CAMERA)
    assert shots.send(hatch, captured, shots.bare(studio, "clean.jpg")).status_code == 202
    edited = foreign.described(build.result_jpg(), Iptc4xmpExt_DigitalSourceType=foreign.EDITED)
    answer = shots.send(hatch, edited, shots.declaration(studio), plate=build.plate_jpg())
    assert answer.status_code == 202, answer.content


# --- the signed file ----------------------------------------------------------------------------------------------


def test_the_signed_file_with_less_declared_is_refused(studio, hatch, shot):
    signed, before = shots.fetched(hatch, shot), counts()
    for number, less in enumerate(lesser(studio), 1):
        refused(shots.send(hatch, signed, less), studio, times=number)
    assert counts() == before


def test_the_signed_file_stripped_of_its_credentials_is_refused(studio, hatch, shot):
    """Without them it is what was about to be signed, byte for byte: the file that was sent, with its metadata."""
    signed = shots.fetched(hatch, shot)
    stripped = without_credentials(signed)
    assert stripped != signed
    refused(shots.send(hatch, stripped, shots.bare(studio, "clean.jpg")), studio)


def test_the_signed_file_with_as_much_declared_is_signed_again_and_keeps_its_history(studio, hatch, client, shot):
    signed = shots.fetched(hatch, shot)
    again = shots.send(hatch, signed, declared(studio, title="harbor_sh114_v08.jpg"))
    told = extent(hatch, again)
    assert told["elements"][0]["share"] == pytest.approx(Credential.objects.last().extent["elements"][0]["share"])
    assert told["elements"][0]["at_least"] is False
    content = shots.fetched(hatch, again.json()["id"])
    found = read(content)
    labels = set(Credential.objects.values_list("manifest_label", flat=True))
    assert set(found["manifests"]) == labels and len(labels) == 2
    report = shots.checked(client, content)
    assert report["trust"]["state"] == "registry" and report["ingredients"]["state"] == "intact"


def test_the_signed_file_under_the_credentials_of_another_tool_is_known_again(studio, hatch, shot, elsewhere):
    """Somebody opened the signed file and signed over it: what this registry signed lies one layer down."""
    opened = elsewhere(shots.fetched(hatch, shot), "over.jpg", {"action": "c2pa.color_adjustments"})
    before = counts()
    refused(shots.send(hatch, opened, shots.bare(studio, "x.jpg", operations=[INPAINT])), studio)
    refused(shots.send(hatch, opened, smaller(studio)), studio, times=2)
    assert counts() == before
    assert extent(hatch, shots.send(hatch, opened, declared(studio)))["elements"][0]["share"] > 0.01


# --- as an ingredient ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("relation", ["parentOf", "componentOf"])
@pytest.mark.parametrize("known_by", ["id", "signed bytes", "received bytes"])
def test_a_signed_asset_brings_its_history_into_what_is_made_of_it(studio, hatch, shot, relation, known_by):
    parts = {"signed bytes": {"plate": shots.fetched(hatch, shot)}, "received bytes": {"plate": asset("result.jpg")}}
    used = {"id": "shot", "relation": relation} | ({"asset": shot} if known_by == "id" else {"part": "plate"})
    told, before = shots.bare(studio, "derived.png", ingredients=[used]), counts()
    sent = parts.get(known_by, {})
    refused(shots.send(hatch, asset("result.png"), told, name="derived.png", **sent), studio, "/ingredients/0")
    assert counts() == before

    enough = declared(studio, title="derived.png") | {"ingredients": [used]}
    found = extent(hatch, shots.send(hatch, asset("result.png"), enough, name="derived.png", **sent))
    assert found["operations"][0]["technique"] == "de_aging"


def test_a_plate_without_a_history_brings_nothing(studio, hatch, shot):
    """The plate of a signed shot went into it; it is not the shot."""
    plain = shots.bare(studio, "plate_graded.jpg")
    found = extent(hatch, shots.send(hatch, asset("plate.jpg"), plain))
    assert found["headline"]["band"] == "none_stated"


# --- credentials from elsewhere -----------------------------------------------------------------------------------


def test_credentials_from_elsewhere_that_state_ai_are_not_contradicted(studio, hatch, elsewhere):
    refused(shots.send(hatch, elsewhere(asset("result.png"), "a.png"), shots.bare(studio, "a.png"), name="a.png"), studio)
    assert shots.nothing_kept()


def test_credentials_from_elsewhere_make_the_extent_a_lower_bound(studio, hatch, elsewhere):
    found = extent(hatch, shots.send(hatch, elsewhere(asset("result.jpg")), declared(studio)))
    assert found["elements"][0]["at_least"] is True
    assert [one["technique"] for one in found["operations"]] == ["de_aging", "other"]


@pytest.fixture
def listed(tmp_path, settings):
    """Ember Creative, whose root is on the list of signers: a function that signs a file with its acts."""
    makers = foreign.Makers(tmp_path / "makers")
    trust_lists.refresh(
        "signers", makers.anchors[0].pem.encode(), source="list.pem", listed_on=timezone.now().date(), at=timezone.now()
    )
    trust.forget()
    yield lambda *acts: makers.second("Ember Creative", acts, data=asset("result.jpg"), complete=True)
    makers.close()
    trust.remember({})


def marked(width: float) -> dict:
    shape = {"type": "rectangle", "unit": "percent", "origin": {"x": 0.0, "y": 50.0}, "width": width, "height": 50.0}
    place = {"region": [{"type": "spatial", "shape": shape}], "name": "Mira Solano", "identifier": "mira-solano"}
    return foreign.act("edited", foreign.EDITED, changes=[place])


def test_places_marked_by_a_signer_known_here_are_counted_once_and_in_full(studio, hatch, listed):
    opened = foreign.act("created", foreign.CAMERA)
    content = listed(opened, marked(50.0), marked(100.0))
    found = extent(hatch, shots.send(hatch, content, declared(studio)))
    row, own, *came = found["elements"][0], *found["operations"]
    assert (row["at_least"], row["method"]) == (False, "derived:regions")
    assert [one["inherited"] for one in came] == [True, True]
    assert [one["share"] for one in came] == pytest.approx([0.25, 0.5], abs=0.01)
    assert 0.5 <= row["share"] <= 0.5 + own["share"] + 0.001
    stated = Credential.objects.get().extent["operations"]
    assert [one["regions"] for one in stated[1:]] == [[], []] and "olano" not in str(stated)
    again = extent(hatch, shots.send(hatch, content, declared(studio, title="v08.jpg")))
    assert again["elements"] == found["elements"]


def test_what_is_made_of_it_in_another_frame_is_a_lower_bound_again(studio, hatch, listed):
    sent = shots.send(hatch, listed(foreign.act("created", foreign.CAMERA), marked(50.0)), declared(studio))
    assert extent(hatch, sent)["elements"][0]["at_least"] is False
    cropped = {"crop": {"type": "rectangle", "unit": "percent", "x": 0, "y": 0, "width": 50, "height": 50}}
    told = declared(studio, title="derived.png") | {
        "ingredients": [{"id": "shot", "relation": "parentOf", "asset": sent.json()["id"], "placement": cropped}]
    }
    told["operations"][0] |= {"whole": True}
    del told["operations"][0]["regions"]
    found = extent(hatch, shots.send(hatch, asset("result.png"), told, name="derived.png"))
    came = next(one for one in found["operations"] if one["inherited"])
    assert (came["share"], came["method"]) == (None, "unknown")


def test_sending_the_same_again_does_not_turn_a_lower_bound_into_a_whole(studio, hatch, elsewhere):
    """The second time the bytes were known here, and what others had said of them was no longer read."""
    content = elsewhere(asset("result.jpg"))
    first = extent(hatch, shots.send(hatch, content, declared(studio)))
    again = extent(hatch, shots.send(hatch, content, declared(studio, title="v08.jpg")))
    assert again["elements"] == first["elements"] and again["elements"][0]["at_least"] is True


@pytest.mark.parametrize("known_by", ["id", "signed bytes"])
def test_a_lower_bound_stays_one_in_what_is_made_of_it(studio, hatch, elsewhere, known_by):
    sent = shots.send(hatch, elsewhere(asset("result.jpg")), declared(studio))
    extent(hatch, sent)
    ingredient = {"id": "shot", "relation": "parentOf"}
    ingredient |= {"asset": sent.json()["id"]} if known_by == "id" else {"part": "plate"}
    parts = {} if known_by == "id" else {"plate": shots.fetched(hatch, sent.json()["id"])}
    told = declared(studio, title="derived.png") | {"ingredients": [ingredient]}
    found = extent(hatch, shots.send(hatch, asset("result.png"), told, name="derived.png", **parts))
    assert found["elements"][0]["at_least"] is True
    assert [one["technique"] for one in found["operations"]] == ["de_aging", "other"]


def test_credentials_from_elsewhere_in_an_ingredient_count_as_well(studio, hatch, elsewhere):
    plate = elsewhere(asset("plate.jpg"), "plate.jpg")
    sent = shots.send(hatch, asset("result.jpg"), shots.bare(studio, "a.jpg", ingredients=[
        {"id": "plate", "relation": "parentOf", "part": "plate"}]), plate=plate)  # fmt: skip
    refused(sent, studio, "/ingredients/0")
    assert shots.nothing_kept()
    found = extent(hatch, shots.send(hatch, asset("result.jpg"), shots.declaration(studio), plate=plate))
    assert found["elements"][0]["at_least"] is True


def test_credentials_from_elsewhere_that_state_no_ai_bring_none(studio, hatch, elsewhere):
    graded = {"action": "c2pa.color_adjustments"}
    found = extent(hatch, shots.send(hatch, elsewhere(asset("result.jpg"), "g.jpg", graded), shots.bare(studio, "g.jpg")))
    assert found["headline"]["band"] == "none_stated"


def read(content: bytes) -> dict:
    with tempfile.NamedTemporaryFile(suffix=".jpg") as file:
        file.write(content)
        file.flush()
        return trust.sandbox().read(file.name, anchors=trust.anchors())


def without_credentials(data: bytes) -> bytes:
    """A JPEG without its APP11 segments, where the credentials are."""
    kept, position = bytearray(data[:2]), 2
    while data[position + 1] != 0xDA:
        end = position + 2 + int.from_bytes(data[position + 2 : position + 4], "big")
        if data[position + 1] != 0xEB:
            kept += data[position:end]
        position = end
    return bytes(kept) + data[position:]
