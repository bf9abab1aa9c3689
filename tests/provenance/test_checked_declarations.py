"""A declaration checked before anything is sent: every fault at once, what would be assumed, and nothing kept."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from consent.models import Decision
from provenance.declaration import look_through
from registry.models import Event
from tests import cast as people
from tests import shots
from tests.assets import build

CHECK = "/api/v1/declarations/check"


@pytest.fixture
def check(hatch):
    """`check(declaration, …)` → what the hatch finds; nothing is ever kept of it."""

    def asked(declaration, **more):
        before = Event.objects.count()
        answer = hatch.post(CHECK, {"declaration": declaration, **more})
        assert answer.status_code == 200, answer.content
        assert shots.nothing_kept() and not Decision.objects.exists() and Event.objects.count() == before
        return answer.json()

    return asked


def faults(told):
    return {one["pointer"]: (one["code"], one["detail"]) for one in told["errors"]}


def test_a_declaration_without_fault_is_valid_and_shows_what_is_assumed(check, studio):
    studio.harbor.default_media = ["svod"]
    studio.harbor.save()
    told = check(shots.declaration(studio))
    assert (told["valid"], told["errors"]) == (True, [])
    assumed = {one["pointer"]: (one["value"], one["source"]) for one in told["assumed"]}
    assert assumed["/intended_release/territories"] == (["WORLD"], "production")
    assert assumed["/intended_release/media"] == (["svod"], "production")
    assert assumed["/act"] == ("sign", "schema")
    assert assumed["/operations/0/digital_source_type"][1] == "technique"
    assert told["declaration"]["intended_release"] == {"territories": ["WORLD"], "media": ["svod"]}


def test_what_is_declared_is_not_assumed(check, studio):
    told = check(shots.declaration(studio, intended_release={"territories": ["GB"]}, act="sign", complete=True))
    assert not {"/intended_release/territories", "/act", "/complete"} & {one["pointer"] for one in told["assumed"]}
    assert told["declaration"]["intended_release"]["territories"] == ["GB"]


def test_the_completed_declaration_is_itself_without_fault(check, studio):
    completed = check(shots.declaration(studio))["declaration"]
    assert check(completed)["valid"]


def test_faults_of_every_kind_are_told_at_once(check, studio):
    declared = shots.declaration(studio, unit="SH-114", intended_release={"from": "2026-02-30"})
    declared["operations"][0] |= {"digital_source_type": "AI generated", "depicts": ["Mira"]}
    declared["depictions"][0]["person"] = "per_nobody"
    declared["ingredients"].append({"id": "bg", "relation": "componentOf", "asset": "ast_nothing"})
    told = faults(check(declared, file={"kind": "image", "width": 100, "height": 100}, parts=[]))
    assert set(told) >= {
        "/unit", "/intended_release/from", "/operations/0/digital_source_type", "/operations/0/depicts/0",
        "/ingredients/0/part", "/ingredients/1/asset",
    }  # fmt: skip
    assert "did you mean sh114" in told["/unit"][1]
    assert "Did you mean 'mira'?" in told["/operations/0/depicts/0"][1]


def test_places_and_times_are_held_against_what_is_said_of_the_file(check, studio):
    declared = shots.declaration(studio)
    declared["operations"][0]["regions"][0]["frames"] = {"start": 1001, "end": 1048}
    told = faults(check(declared, file={"kind": "video", "width": 1920, "height": 1080, "frames": 48, "rate": [24, 1]}))
    [(code, detail)] = told.values()
    assert code == "declaration.region_outside_frame"
    assert detail == (
        "The region reaches frame 1048; the file has 48 frames, counted from 0. "
        "Take the number of the shot's first frame from yours: 1001 may be 0."
    )
    assert check(declared)["valid"], "without a file nothing is said of its frames"


def test_with_the_file_itself_it_is_measured(hatch, studio):
    declared = shots.declaration(studio)
    declared["operations"][0]["regions"][0]["time"] = {"start_s": 1, "end_s": 2}
    file = SimpleUploadedFile("sh114.jpg", build.result_jpg())
    answer = hatch.post(CHECK, {"declaration": json.dumps(declared), "file": file}, format="multipart").json()
    told = faults(answer)
    assert told["/operations/0/regions/0"][1] == "A still picture has no time."
    assert told["/ingredients/0/part"][0] == "declaration.part_missing"
    assert shots.nothing_kept()


def test_another_tenants_production_is_unknown(program, studio):
    umbra = program(studio.umbra)
    told = umbra.post(CHECK, {"declaration": shots.declaration(studio)}).json()
    assert [one["code"] for one in told["errors"]] == ["production.unknown"] and not told["assumed"]


def test_who_was_depicted_in_the_same_shot_before_is_offered_and_never_assumed(hatch, check, studio):
    people.verified(studio, at=timezone.now())
    earlier = shots.send(hatch, build.result_jpg(), shots.declaration(studio), plate=build.plate_jpg()).json()
    told = hatch.post(CHECK, {"declaration": shots.bare(studio, "sh114_v08.jpg", unit="sh114")}).json()
    [offered] = told["offered"]
    assert (offered["asset"], offered["depiction"]["person"]) == (earlier["id"], studio.mira.public_id)
    assert "depictions" not in told["declaration"]
    elsewhere = hatch.post(CHECK, {"declaration": shots.bare(studio, "other.jpg")}).json()
    assert elsewhere["offered"] == []


# --- told so that a compositor understands ------------------------------------------------------------------------

TYPICAL = [
    ({"technique": "deaging"}, "/technique", "did you mean de_aging?"),
    ({"technique": "face swap"}, "/technique", "did you mean face_replacement?"),
    ({"technique": "rotoscoping"}, "/technique", "did you mean roto?"),
    ({"technique": "zzz"}, "/technique", "Known are aging_up, "),
    ({"element": "video"}, "/element", "did you mean picture?"),
    ({"tool": "Nuke"}, "/tool", 'An object is needed here, such as {"name": "Nuke", "version": "15.1"}.'),
    ({"tool": {}}, "/tool", "'name' is missing: what it is called."),
    ({"tool": {"nme": "Nuke"}}, "/tool/nme", "did you mean 'name'?"),
    ({"tool": None}, "/tool", "Nothing (null) cannot stand here"),
    ({"depicts": "mira"}, "/depicts", "A list is needed here: put the text in [ ]."),
    ({"share": 40}, "/share", "0.4 for 40 percent"),
    ({"whole": False}, "/whole", "leave it out where it is not so"),
    ({"id": "op 1"}, "/id", "without spaces"),
    ({"model": {"type": "pytorch"}}, "/model/type", "did you mean c2pa.types.model.pytorch?"),
    ({"digital_source_type": "AI generated"}, "/digital_source_type", "Did you mean trainedAlgorithmicMedia?"),
    ({"languages": {"source": "en_US", "target": "de"}}, "/languages/source", "de or en-GB, with hyphens"),
    ({"regions": []}, "/regions", "Leave this out, or list at least one."),
    ({"regions": [{"id": "r", "time": {"start": 1}}]}, "/regions/0/time/start", "did you mean 'start_s'?"),
    ({"regions": [{"id": "r", "time": {"start_s": "00:00:01:00"}}]}, "/regions/0/time/start_s", "not a timecode"),
    ({"evidence": {"difference": "plate"}}, "/evidence/difference", 'such as {"input": "plate"}'),
    ({"evidence": {"difference": {"input": "plat"}}}, "/evidence/difference/input", "Did you mean 'plate'?"),
]


def _declared(**operation):
    given = {
        "id": "op-1", "element": "picture", "technique": "cleanup", "tool": {"name": "Nuke"}, **operation,
    }  # fmt: skip
    return {
        "version": 1, "production": "prd_x", "title": "a.jpg", "operations": [given],
        "ingredients": [{"id": "plate", "relation": "parentOf", "part": "plate"}],
        "depictions": [{"id": "mira", "person": "per_x", "role": "target_likeness", "modality": "face", "use": "cleanup"}],
    }  # fmt: skip


@pytest.mark.parametrize(("mistake", "at", "said"), TYPICAL)
def test_a_typical_mistake_is_told_where_it_is_and_what_would_be_right(mistake, at, said):
    _, found = look_through(_declared(**mistake))
    told = {one.pointer.removeprefix("/operations/0"): one.detail for one in found}
    assert said in told.get(at, ""), told


@pytest.mark.parametrize(
    ("wrong", "at", "said"),
    [
        ({"production": "Harbor"}, "/production", "GET /api/v1/productions"),
        ({"version": "1"}, "/version", "This must be 1, without quotes."),
        ({"operation": []}, "/operation", "did you mean 'operations'?"),
        ({"unit": 114}, "/unit", "Text is needed here."),
        ({"intended_release": {"territories": ["usa"]}}, "/intended_release/territories/0", "did you mean US?"),
        ({"intended_release": {"media": ["streaming"]}}, "/intended_release/media/0", "did you mean svod or avod?"),
        ({"intended_release": {"from": "14.07.2026"}}, "/intended_release/from", "YYYY-MM-DD"),
    ],
)
def test_so_is_one_at_the_top(wrong, at, said):
    _, found = look_through(_declared() | wrong)
    assert said in {one.pointer: one.detail for one in found}.get(at, ""), found
