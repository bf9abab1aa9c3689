"""What is signed is also in the file's own metadata, unless that would harm what the file came with; the plan says so."""

import io

import pytest
from django.utils import timezone

from provenance import trust
from provenance.media import packets, sniff
from provenance.media.bounds import Bounds
from provenance.media.refusal import MediaRefused
from provenance.models import KnownContent, SigningPlan
from tests import cast as people
from tests import shots
from tests.assets import build, foreign
from tests.provenance.test_heritage import without_credentials

pytestmark = pytest.mark.django_db


def said(data):
    file = io.BytesIO(data)
    return packets.read(file, sniff.sniff(file), Bounds())


def signed(hatch, content, declared, *, name="harbor_sh114_v07.jpg", what="content", **parts):
    sent = shots.send(hatch, content, declared, name=name, **parts)
    assert sent.status_code == 202, sent.content
    shots.work()
    return shots.fetched(hatch, sent.json()["id"], what)


def test_a_signed_file_says_it_in_its_metadata_and_keeps_what_was_there(studio, hatch, client):
    people.verified(studio, at=timezone.now())
    upload = foreign.described(
        build.result_jpg(), Iptc4xmpExt_DigitalSourceType=foreign.CAMERA, Iptc4xmpExt_PersonInImage="kept"
    )
    data = signed(hatch, upload, shots.declaration(studio), plate=build.plate_jpg())

    plan = SigningPlan.objects.get()
    assert plan.metadata["written"] and plan.metadata["properties"]["Iptc4xmpExt:AISystemUsed"] == "AgeShift"
    assert said(data) == {
        "digital_source_type": foreign.EDITED, "ai_system": "AgeShift", "ai_system_version": "4.2",
        "model_release_status": "http://ns.useplus.org/ldf/vocab/MR-LMR",
    }  # fmt: skip
    assert b"kept" in data and plan.credential_id.encode() in data
    assert studio.mira.legal_name.encode() not in data and studio.mira.public_id.encode() not in data
    report = shots.checked(client, data)
    assert (report["integrity"]["state"], report["registry"]["state"]) == ("intact", "registered_matching")
    assert report["extent"]["details"]["signals"]["transformation"] == ["perceptibleGenAI"]

    stripped = without_credentials(data)
    assert said(stripped) == said(data) and stripped != upload
    assert shots.checked(client, stripped)["registry"]["state"] == "registered_stripped"
    assert KnownContent.objects.filter(kind=KnownContent.Kind.DESCRIBED).count() == 1


def test_a_file_that_carries_credentials_is_not_touched(studio, hatch, client):
    """Its own signature would no longer fit it, and that is its history."""
    people.verified(studio, at=timezone.now())
    first = signed(hatch, build.result_jpg(), shots.declaration(studio), plate=build.plate_jpg())
    again = shots.declaration(studio, title="second.jpg")
    data = signed(hatch, first, again, name="second.jpg", plate=build.plate_jpg())
    plan = SigningPlan.objects.order_by("pk").last()
    assert plan.metadata == {"written": False, "why": "it carries credentials, which would no longer fit it"}
    report = shots.checked(client, data)
    assert (report["integrity"]["state"], report["ingredients"]["state"]) == ("intact", "intact")
    assert [row["listed"] for row in report["extent"]["details"]["signals"]["manifests"]] == [True, True]


def test_a_file_with_its_credentials_beside_it_keeps_its_bytes(studio, hatch):
    people.verified(studio, at=timezone.now())
    declared = shots.declaration(studio, title="frame.exr", ingredients=[])
    assert signed(hatch, build.result_exr(), declared, name="frame.exr") == build.result_exr()
    assert SigningPlan.objects.get().metadata["why"].startswith("its bytes stay as they were received")


def test_a_file_that_leaves_no_safe_place_is_signed_as_it_is(studio, hatch, client):
    people.verified(studio, at=timezone.now())
    declared = shots.declaration(studio, title="frame.avif", ingredients=[])
    data = signed(hatch, build.result_avif(), declared, name="frame.avif")
    why = "in files of this kind (AVIF) this registry writes none"
    assert SigningPlan.objects.get().metadata == {"written": False, "why": why}
    assert shots.checked(client, data, "frame.avif")["integrity"]["state"] == "intact"


def test_a_writer_that_breaks_off_keeps_nothing_from_being_signed(studio, hatch, client, monkeypatch):
    def broken(*_):
        raise MediaRefused("media.crashed", "Reading this file made the reader stop.")

    people.verified(studio, at=timezone.now())
    monkeypatch.setattr(trust.sandbox(), "describe", broken)
    data = signed(hatch, build.result_jpg(), shots.declaration(studio), plate=build.plate_jpg())
    assert said(data) == {} and not SigningPlan.objects.get().metadata["written"]
    assert shots.checked(client, data)["registry"]["state"] == "registered_matching"
