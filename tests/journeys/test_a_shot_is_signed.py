"""The main job, through the three doors: consent at the desk, a shot through the hatch, a look through the window."""

import pytest
from django.utils import timezone

from consent.models import Decision
from provenance import trust
from provenance.models import Asset, Credential, SigningJob, SigningPlan
from registry import journal
from tests import cast as people
from tests import shots
from tests.assets import build

pytestmark = pytest.mark.django_db


def test_a_consented_shot_is_signed_and_anyone_can_read_how_much(studio, hatch, client):
    people.verified(studio, at=timezone.now())

    sent = shots.send(hatch, build.result_jpg(), shots.declaration(studio), plate=build.plate_jpg())
    assert sent.status_code == 202, sent.content
    asset_id = sent.json()["id"]
    assert sent.json()["state"] == "received" and sent["Location"].endswith(asset_id)
    shots.work()

    told = hatch.get(f"/api/v1/assets/{asset_id}").json()
    assert told["state"] == "signed", told
    assert [step["event"] for step in told["history"]] == ["received", "signed"]
    report = shots.checked(client, shots.fetched(hatch, asset_id))
    assert {name: report[name]["state"] for name in ("integrity", "signature", "trust", "registry", "extent", "consent")} == {
        "integrity": "intact", "signature": "valid", "trust": "registry", "registry": "registered_matching",
        "extent": "stated", "consent": "confirmed",
    }  # fmt: skip
    share = report["extent"]["details"]["elements"][0]["share"]
    assert share == pytest.approx(shots.FACE[2] * shots.FACE[3] / 10_000, abs=0.01)
    assert journal.broken_links() == []


def test_what_is_not_consented_to_is_refused_and_leaves_no_file(studio, hatch):
    answer = shots.send(hatch, build.result_jpg(), shots.declaration(studio), plate=build.plate_jpg())
    assert answer.status_code == 403 and answer["Content-Type"] == "application/problem+json"
    told = answer.json()
    assert told["code"] == "consent.no_grant" and told["errors"][0]["pointer"] == "/depictions/0"
    asset = Asset.objects.get(public_id=told["asset"])
    assert asset.job.state == SigningJob.State.REFUSED and asset.storage_key == ""
    assert not Decision.objects.get(public_id=told["decision"]).permits
    assert shots.nothing_released() and not SigningPlan.objects.exists()
    shots.work()
    assert shots.nothing_released()


def test_a_consent_that_ends_while_the_job_waits_is_not_signed(studio, hatch):
    grant = people.verified(studio, at=timezone.now())
    asset_id = shots.send(hatch, build.result_jpg(), shots.declaration(studio), plate=build.plate_jpg()).json()["id"]
    people.ended(studio, grant, at=timezone.now())
    shots.work()
    told = hatch.get(f"/api/v1/assets/{asset_id}").json()
    assert told["state"] == "refused" and told["problem"]["code"] == "consent.ended"
    assert shots.nothing_released() and not SigningPlan.objects.exists()
    assert hatch.get(f"/api/v1/assets/{asset_id}/content").status_code == 409


def test_the_same_again_is_the_same_asset(studio, hatch):
    people.verified(studio, at=timezone.now())
    first, second = (
        shots.send(hatch, build.result_jpg(), shots.declaration(studio), plate=build.plate_jpg()) for _ in range(2)
    )
    assert first.json()["id"] == second.json()["id"] and second.status_code == 202
    shots.work()
    third = shots.send(hatch, build.result_jpg(), shots.declaration(studio), plate=build.plate_jpg())
    assert third.json()["id"] == first.json()["id"] and third.json()["state"] == "signed"
    assert Credential.objects.count() == 1 and Asset.objects.count() == 1


def test_ending_changes_what_the_page_says_and_not_the_signature(studio, hatch, client):
    grant = people.verified(studio, at=timezone.now())
    asset_id = shots.send(hatch, build.result_jpg(), shots.declaration(studio), plate=build.plate_jpg()).json()["id"]
    shots.work()
    content = shots.fetched(hatch, asset_id)
    people.ended(studio, grant, at=timezone.now())
    report = shots.checked(client, content)
    assert report["integrity"]["state"] == "intact" and report["signature"]["state"] == "valid"
    assert report["consent"]["details"] == {"at_signing": "confirmed", "now": "ended"}
    credential = Credential.objects.get()
    page = client.get(f"/c/{credential.public_id}", HTTP_ACCEPT="text/html").content.decode()
    assert "It has since ended" in page
    assert "Vale" not in page and grant.number not in page


def test_a_tampered_and_a_stripped_copy_are_told_apart(studio, hatch, client):
    people.verified(studio, at=timezone.now())
    asset_id = shots.send(hatch, build.result_jpg(), shots.declaration(studio), plate=build.plate_jpg()).json()["id"]
    shots.work()
    signed = bytearray(shots.fetched(hatch, asset_id))
    signed[-2000] ^= 1
    tampered = shots.checked(client, bytes(signed), "tampered.jpg")
    stripped = shots.checked(client, build.result_jpg(), "stripped.jpg")
    assert (tampered["integrity"]["state"], tampered["registry"]["state"]) == ("altered", "registered_altered")
    assert (stripped["integrity"]["state"], stripped["registry"]["state"]) == ("absent", "registered_stripped")


def test_another_vendor_and_another_studio_find_nothing(studio, hatch, program):
    people.verified(studio, at=timezone.now())
    asset_id = shots.send(hatch, build.result_jpg(), shots.declaration(studio), plate=build.plate_jpg()).json()["id"]
    shots.work()
    for stranger in (studio.umbra, studio.southgate):
        door = program(stranger)
        for address in ("", "/content", "/sidecar"):
            assert door.get(f"/api/v1/assets/{asset_id}{address}").status_code == 404
        assert door.get("/api/v1/assets").json()["results"] == []
        assert door.get(f"/api/v1/productions/{studio.harbor.public_id}").status_code == 404
        assert shots.send(door, build.result_png(), shots.declaration(studio), name="a.png").status_code == 422
    own = program(studio.northlight)
    assert own.get(f"/api/v1/assets/{asset_id}").json()["state"] == "signed"


def test_the_same_extent_stands_in_the_file_for_any_reader(studio, hatch, tmp_path):
    people.verified(studio, at=timezone.now())
    asset_id = shots.send(hatch, build.result_jpg(), shots.declaration(studio), plate=build.plate_jpg()).json()["id"]
    shots.work()
    path = tmp_path / "signed.jpg"
    path.write_bytes(shots.fetched(hatch, asset_id))
    found = trust.sandbox().read(path, anchors=trust.anchors())
    assert found["state"] == "Trusted"
    assertions = {one["label"]: one["data"] for one in found["manifests"][found["active"]]["assertions"]}
    assert assertions["org.countersign.extent"] == Credential.objects.get().extent
    assert studio.mira.public_id not in str(found) and "Vale" not in str(found)
