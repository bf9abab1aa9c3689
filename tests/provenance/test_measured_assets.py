"""An asset is measured by its evidence before consent is confirmed; what is not as declared waits for a person's answer."""

import io
import json
from fractions import Fraction
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.utils import timezone
from PIL import Image

from provenance import audit, evidence, findings, intake, signing
from provenance.models import Asset, Credential, Measured, MeasuredAnswer, SigningJob, SigningPlan
from registry import journal
from registry.append_only import AppendOnlyError
from registry.errors import Conflict, Invalid
from registry.journal import ReasonRequired
from registry.models import Event
from tests import cast as people
from tests import shots
from tests.assets import build
from tests.provenance.test_evidence import offer

pytestmark = pytest.mark.django_db
WHY = "Looked at the picture and asked the vendor"
CORNER = {"id": "op-1.corner", "shape": {"type": "rectangle", "unit": "percent", "x": 0, "y": 0, "width": 10, "height": 10}}
BY_PLATE = {"difference": {"input": "plate"}}


@pytest.fixture
def send(studio, hatch):
    """`send(content, **operation)`: the shot with a plate as evidence of its one operation, taken in and tried once."""
    people.verified(studio, at=timezone.now())

    def sent(content=None, *, plate=None, name="harbor_sh114_v07.jpg", **operation):
        said = shots.de_aging(**{"evidence": BY_PLATE} | operation)
        said = shots.declaration(studio, operations=[{name: value for name, value in said.items() if value is not None}])
        answer = shots.send(hatch, content or build.result_jpg(), said, name=name, plate=plate or build.plate_jpg())
        assert answer.status_code == 202, answer.content
        shots.sign_at(answer.json()["id"], timezone.now())
        return Asset.objects.get(public_id=answer.json()["id"])

    return sent


def state(asset):
    return SigningJob.objects.get(asset=asset).state


def told(api, asset):
    return api.get(f"/api/v1/assets/{asset.public_id}").json()


def answer(studio, asset, stands, **told):
    rows = findings.unanswered(findings.of(asset))
    given = {"by": studio.ines, "at": timezone.now(), "reason": WHY} | told
    evidence.answer(asset, {one.public_id: stands for one in rows}, **given)


def extent():
    return Credential.objects.get().extent


# --- as declared --------------------------------------------------------------------------------------------------


def test_what_lies_within_the_declared_regions_is_signed_with_the_measured_numbers(send, hatch, client):
    asset = send()
    assert state(asset) == "signed", told(hatch, asset)["problem"]
    row = Measured.objects.get()
    (element,), (operation,) = extent()["elements"], extent()["operations"]
    assert row.finding == "agrees" and row.numbers["share"] == element["share"] == operation["share"]
    assert (element["method"], element["measured_by"]) == ("measured:difference", "registry")
    assert operation["regions"] == ["op-1.face"] and 0 < element["share"] < 0.112
    assert "easured" in extent()["headline"]["text"]
    report = shots.checked(client, shots.fetched(hatch, asset.public_id))
    (shown,) = report["extent"]["details"]["elements"]
    assert (shown["method"], shown["measured_by"], shown["error"]) == ("measured:difference", "registry", element["error"])


def test_an_operation_declared_without_extent_is_told_by_the_places_measured(send, client, hatch):
    asset = send(regions=None, share=0.9)
    assert state(asset) == "signed"
    (operation,) = extent()["operations"]
    assert operation["regions"] == ["op-1.measured-1"] and operation["method"] == "measured:difference"
    plan = SigningPlan.objects.get().manifest
    acts = next(one["data"] for one in plan["assertions"] if one["label"] == "c2pa.actions.v2")["actions"]
    (place,) = next(act["changes"] for act in acts if "changes" in act)
    assert place["identifier"] == "op-1.measured-1" and place["region"][0]["shape"]["unit"] == "percent"


def test_what_was_refused_for_want_of_consent_and_sent_again_is_told_by_what_is_measured(studio, hatch):
    """The regions that were declared of the same bytes at first are no more than what is declared of them now."""
    said = shots.declaration(studio, operations=[shots.de_aging(evidence=BY_PLATE)])
    refused = shots.send(hatch, build.result_jpg(), said, plate=build.plate_jpg())
    assert refused.status_code == 403 and not Credential.objects.exists()
    people.verified(studio, at=timezone.now())

    again = shots.send(hatch, build.result_jpg(), said, plate=build.plate_jpg()).json()["id"]
    shots.sign_at(again, timezone.now())

    (element,) = extent()["elements"]
    assert element["method"] == "measured:difference" and element["share"] == Measured.objects.get().numbers["share"]


def test_what_was_refused_is_no_less_when_less_is_declared(studio, hatch):
    said = shots.declaration(studio, operations=[shots.de_aging()])
    assert shots.send(hatch, build.result_jpg(), said, plate=build.plate_jpg()).status_code == 403
    people.verified(studio, at=timezone.now())
    less = shots.declaration(studio, operations=[shots.de_aging(regions=[CORNER])])

    answer = shots.send(hatch, build.result_jpg(), less, plate=build.plate_jpg())

    assert answer.status_code == 403 and answer.json()["code"] == "provenance.laundering", answer.content
    assert not Credential.objects.exists()


def test_it_is_measured_once_however_often_it_is_tried(send, studio, hatch, monkeypatch):
    whole = signing.confirm
    monkeypatch.setattr(signing, "confirm", lambda *args, **given: (_ for _ in ()).throw(RuntimeError("cut off")))
    asset = send()
    assert state(asset) == "received" and Measured.objects.count() == 1
    monkeypatch.setattr(signing, "confirm", whole)
    monkeypatch.setattr(findings, "_measured", None)
    shots.sign_at(asset.public_id, SigningJob.objects.get().not_before)
    assert state(asset) == "signed" and Measured.objects.count() == 1


def test_what_was_measured_is_added_and_never_changed(send):
    send()
    row = Measured.objects.get()
    for change in (row.save, row.delete, Measured.objects.all().delete):
        with pytest.raises(AppendOnlyError):
            change()
    assert default_storage.open(row.picture_key).read().startswith(b"\x89PNG") and list(audit.faults()) == []


# --- more than declared -------------------------------------------------------------------------------------------


@pytest.fixture
def held(send):
    """Only a corner was declared, and the face was changed."""
    asset = send(regions=[CORNER])
    assert state(asset) == "held"
    return asset


def test_more_than_declared_is_held_and_the_vendor_is_told_both_numbers(held, hatch):
    row = Measured.objects.get()
    problem = told(hatch, held)["problem"]
    assert problem["code"] == "extent.more_than_declared" and "declared 1.0 %" in problem["detail"]
    assert f"measured {row.numbers['share'] * 100:.1f} % of the picture" in problem["detail"]
    assert [one["pointer"] for one in problem["errors"]] == ["/operations/0"] and problem["to_clear"]
    listed = hatch.get(f"/api/v1/assets/{held.public_id}/evidence").json()["measured"]
    assert [(one["finding"], one["numbers"]["share"], one["stands"]) for one in listed] == [("more", row.numbers["share"], None)]
    assert shots.nothing_released() and not SigningPlan.objects.exists()
    assert [one["event"] for one in told(hatch, held)["history"]] == ["received", "measured", "held"]
    last = json.loads(journal.chain(held.public_id).last().body)["details"]["findings"][0]
    assert last["declared"] == row.declared["share"] and last["measured"] == row.numbers["share"]


def test_nothing_of_it_is_seen_at_the_window(held, client):
    assert held.public_id not in json.dumps(shots.checked(client, build.result_jpg()))


def test_asking_consent_again_does_not_answer_for_the_numbers(held, studio):
    intake.reconsider(held, by=studio.ines, at=timezone.now(), reason=WHY)
    shots.work()
    assert state(held) == "held" and shots.nothing_released() and Measured.objects.count() == 1


def test_the_measured_numbers_let_stand_are_signed_with_the_places_measured(held, studio):
    answer(studio, held, "measured")
    assert state(held) == "received"
    shots.work()
    assert state(held) == "signed"
    (operation,) = extent()["operations"]
    assert (operation["method"], operation["measured_by"]) == ("measured:difference", "registry")
    assert operation["regions"] == ["op-1.measured-1"] and operation["share"] == Measured.objects.get().numbers["share"]
    assert held.declaration["operations"][0]["regions"][0]["id"] == "op-1.corner", "what was declared stays on record"
    said = next(one for one in journal.chain(held.public_id) if one.tag == "asset:measured_answered")
    assert said.reason == WHY and json.loads(said.body)["details"]["answers"][0]["stands"] == "measured"


def test_the_declared_numbers_let_stand_are_signed_as_the_producer_s(held, studio):
    answer(studio, held, "declared")
    shots.work()
    assert state(held) == "signed"
    (operation,) = extent()["operations"]
    assert (operation["method"], operation["measured_by"]) == ("derived:regions", "producer")
    assert operation["regions"] == ["op-1.corner"]


def test_a_refusal_ends_it_and_its_picture_goes(held, studio, django_capture_on_commit_callbacks):
    picture = Path(default_storage.path(Measured.objects.get().picture_key))
    assert picture.exists()
    with django_capture_on_commit_callbacks(execute=True):
        intake.refuse(held, by=studio.ines, at=timezone.now(), reason=WHY)
    shots.work()
    assert state(held) == "refused" and shots.nothing_released() and not picture.exists() and list(audit.faults()) == []


@pytest.mark.parametrize("who", ["ada", "sol"])
def test_only_those_who_enter_consents_answer(held, studio, who):
    with pytest.raises(intake.NotAtThisDesk):
        answer(studio, held, "measured", by=getattr(studio, who))
    assert state(held) == "held" and not MeasuredAnswer.objects.exists()


def test_no_answer_without_a_reason_nor_to_something_else_nor_twice(held, studio):
    since = Event.objects.count()
    with pytest.raises(ReasonRequired):
        answer(studio, held, "measured", reason=" ")
    with pytest.raises(Invalid):
        answer(studio, held, "half of it")
    for stands in ({}, {"msd_other": "measured"}):
        with pytest.raises(Conflict):
            evidence.answer(held, stands, by=studio.ines, at=timezone.now(), reason=WHY)
    assert state(held) == "held" and not MeasuredAnswer.objects.exists() and Event.objects.count() == since
    row = Measured.objects.get()
    answer(studio, held, "declared")
    with pytest.raises(Conflict):
        evidence.answer(held, {row.public_id: "measured"}, by=studio.tobi, at=timezone.now(), reason=WHY)
    assert MeasuredAnswer.objects.get().stands == "declared"


def test_better_evidence_is_measured_and_the_asset_goes_on_by_itself(send, hatch):
    """Against the finished shot a denoise of all of it counts as well; the operation's own before and after tell it alone."""
    asset = send(plate=brightened(build.plate_jpg()))
    assert state(asset) == "held"
    assert offer(hatch, asset, file=build.plate_jpg()).status_code == 201
    assert state(asset) == "received"
    shots.work()
    assert state(asset) == "signed" and [one.finding for one in Measured.objects.all()] == ["more", "agrees"]


def test_an_operation_among_others_is_measured_by_its_own_before_and_after(send, studio, hatch):
    """All of the finished shot was brightened after the face was made young; only the face is de-aging."""
    asset = send(brightened(build.result_jpg()))
    assert state(asset) == "held" and Measured.objects.get().finding == "more"
    assert offer(hatch, asset, file=build.plate_jpg(), output=build.result_jpg()).status_code == 201
    shots.work()
    assert state(asset) == "signed", told(hatch, asset)["problem"]
    assert extent()["operations"][0]["share"] == Measured.objects.last().numbers["share"] < 0.112


def test_its_own_after_may_be_an_ingredient_that_the_declaration_names(studio, hatch):
    people.verified(studio, at=timezone.now())
    pair = {"difference": {"input": "plate", "output": "young"}}
    ingredients = [
        {"id": "plate", "relation": "parentOf", "part": "plate"}, {"id": "young", "relation": "inputTo", "part": "young"},
    ]  # fmt: skip
    said = shots.declaration(studio, operations=[shots.de_aging(evidence=pair)], ingredients=ingredients)
    answer = shots.send(hatch, brightened(build.result_jpg()), said, plate=build.plate_jpg(), young=build.result_jpg())
    shots.sign_at(answer.json()["id"], timezone.now())
    assert SigningJob.objects.get().state == "signed", SigningJob.objects.get().problem


def test_an_output_of_another_size_is_told_and_not_measured(send, hatch):
    asset = send(brightened(build.result_jpg()))
    assert offer(hatch, asset, file=build.turned_jpg(), output=build.turned_jpg()).status_code == 201
    shots.work()
    assert state(asset) == "held" and "must have the size" in told(hatch, asset)["problem"]["detail"]
    assert Measured.objects.last().numbers is None


def brightened(content):
    out = io.BytesIO()
    Image.open(io.BytesIO(content)).point(lambda value: min(255, value + 40)).save(out, "JPEG", quality=90)
    return out.getvalue()


# --- nothing found, and what cannot be measured -------------------------------------------------------------------


def test_a_declared_technique_of_which_nothing_is_found_is_held(send, hatch):
    asset = send(build.plate_jpg())
    problem = told(hatch, asset)["problem"]
    assert state(asset) == "held" and problem["code"] == "extent.nothing_found" and "measured nothing" in problem["detail"]
    assert shots.nothing_released()


def test_evidence_that_does_not_fit_is_told_and_shows_no_number(send, hatch, studio):
    asset = send(plate=build.turned_jpg())
    problem = told(hatch, asset)["problem"]
    assert state(asset) == "held" and problem["code"] == "extent.not_measured"
    assert "could not be measured on the picture" in problem["detail"]
    row = Measured.objects.get()
    assert row.numbers is None and row.picture_key == "" and not bytes(row.exactly) and shots.nothing_released()
    (listed,) = hatch.get(f"/api/v1/assets/{asset.public_id}/evidence").json()["measured"]
    assert listed["numbers"] is None and listed["declared"]["beyond"] is None
    with pytest.raises(Invalid, match="could not be measured"):
        answer(studio, asset, "measured")
    answer(studio, asset, "declared")
    shots.work()
    assert state(asset) == "signed" and extent()["operations"][0]["method"] == "derived:regions"


@pytest.mark.parametrize(("level", "code"), [(0, "extent.nothing_found"), (255, "extent.more_than_declared")])
def test_a_matte_of_nothing_and_a_matte_of_everything_wait_for_a_person(send, hatch, level, code):
    matte = io.BytesIO()
    Image.new("L", Image.open(io.BytesIO(build.result_jpg())).size, level).save(matte, "PNG")
    asset = send(plate=matte.getvalue(), evidence={"matte": {"input": "plate"}})
    assert (state(asset), told(hatch, asset)["problem"]["code"]) == ("held", code) and shots.nothing_released()


def test_a_film_is_told_by_the_frames_in_which_it_was_touched(send, hatch):
    """Nothing was declared of where or when: it is told where and when the two clips differ."""
    asset = send(build.result_mp4(), plate=build.plate_mp4(), name="harbor_sh114_v07.mp4", regions=None)
    assert state(asset) == "signed", told(hatch, asset)["problem"]
    (operation,) = extent()["operations"]
    places = [f"op-1.measured-{number}" for number in range(1, len(Measured.objects.get().numbers["ranges"]) + 1)]
    assert operation["method"].startswith("measured:difference") and operation["regions"] == places
    plan = SigningPlan.objects.get().manifest
    acts = next(one["data"] for one in plan["assertions"] if one["label"] == "c2pa.actions.v2")["actions"]
    changes = next(act["changes"] for act in acts if "changes" in act)
    assert [one["identifier"] for one in changes] == places
    assert all({part["type"] for part in one["region"]} == {"spatial", "frame"} for one in changes)


def test_a_tolerance_of_the_house_decides_what_is_beyond(send, settings):
    settings.EXTENT_TOLERANCE = Fraction(99, 100)
    assert state(send(regions=[CORNER])) == "signed"
