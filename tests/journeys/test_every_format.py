"""Every kind of file the registry handles is signed through the hatch and reads back whole through the window.

Where a format carries its credentials inside they are in the file; elsewhere they lie beside it, and whoever asks with
the registered bytes alone is answered as well.
"""

from dataclasses import dataclass

import pytest
from django.utils import timezone

from consent import grants
from tests import cast as people
from tests import shots
from tests.assets import build

pytestmark = pytest.mark.django_db

FACE = shots.FACE[2] * shots.FACE[3] / 10_000
VOICE = grants.Line(effect="grant", uses=("voice_clone",), modalities=("voice",), territories=("WORLD",))
WELL = {"integrity": "intact", "signature": "valid", "trust": "registry", "registry": "registered_matching",
        "extent": "stated"}  # fmt: skip


@dataclass(frozen=True)
class Kind:
    """A file, what is declared of it, and the share of each element that is expected in the report."""

    name: str
    operations: tuple[dict, ...]
    shares: dict[str, float]


def face(**more) -> dict:
    return shots.de_aging(regions=[shots.face(**more)])


def voice(**where) -> dict:
    return {
        "id": "op-voice", "element": "voice", "technique": "voice_clone", "tool": {"name": "Larynx"},
        "model": {"type": "not_disclosed"}, "depicts": ["mira-voice"], **where,
    }  # fmt: skip


def words(**where) -> dict:
    return {
        "id": "op-words", "element": "text", "technique": "generated_text", "tool": {"name": "Quill"},
        "model": {"type": "not_disclosed"}, **where,
    }  # fmt: skip


def during(start: float, end: float) -> dict:
    return {"time": {"start_s": start, "end_s": end}}


SPOKEN = voice(regions=[{"id": "r-voice", **during(1, 3)}])
SCENE = {"id": "op-1", "element": "picture", "technique": "synthetic_character", "tool": {"name": "Forge"},
         "model": {"type": "not_disclosed"}, "whole": True}  # fmt: skip
TYPED = words(regions=[{"id": "r-words", "words": {"start": 0, "end": 7}}])
KINDS = (
    *(Kind(f"result.{suffix}", (face(),), {"picture": FACE})
      for suffix in ("jpg", "png", "webp", "tiff", "gif", "avif", "svg", "exr", "dpx")),
    *(Kind(f"result.{suffix}", (face(**during(1, 3)), SPOKEN), {"picture": FACE / 2, "voice": 0.5})
      for suffix in ("mp4", "mov", "avi")),
    *(Kind(f"voice.{suffix}", (SPOKEN,), {"voice": 0.5}) for suffix in ("m4a", "mp3", "wav", "flac")),
    Kind("script.pdf", (words(whole=True),), {"text": 1.0}),
    Kind("script.txt", (TYPED,), {"text": 1 / 3}),
    Kind("script.docx", (TYPED,), {"text": 1 / 3}),
    Kind("script.epub", (words(share=0.4),), {"text": 0.4}),
    *(Kind(f"scene.{suffix}", (SCENE,), {"picture": 1.0}) for suffix in ("usda", "usdc", "usdz")),
    *(Kind(f"project.{suffix}", (SCENE,), {"picture": 1.0}) for suffix in ("nk", "aep", "drp", "zip", "tar")),
    Kind("track.ogg", (voice(whole=True),), {"voice": 1.0}),
    Kind("reel.mxf", (shots.de_aging(regions=[shots.face()]),), {"picture": FACE}),
)  # fmt: skip


def declared(cast, kind: Kind) -> dict:
    depicted = {name for one in kind.operations for name in one.get("depicts", ())}
    everyone = (
        {"id": "mira", "person": cast.mira.public_id, "role": "target_likeness", "modality": "face"},
        {"id": "mira-voice", "person": cast.mira.public_id, "role": "voice_source", "modality": "voice"},
    )
    return shots.bare(
        cast, kind.name, operations=list(kind.operations), depictions=[one for one in everyone if one["id"] in depicted]
    )


@pytest.fixture
def signed(studio, hatch):
    """`signed(kind)` → the asset as its vendor reads it once a worker was there."""
    people.verified(studio, at=timezone.now(), lines=(people.FACE_WORLD, VOICE))

    def sign(kind: Kind) -> dict:
        content = (build.library() / kind.name).read_bytes()
        sent = shots.send(hatch, content, declared(studio, kind), name=kind.name)
        assert sent.status_code == 202, sent.json()
        shots.work()
        told = hatch.get(f"/api/v1/assets/{sent.json()['id']}").json()
        assert told["state"] == "signed", told
        return told

    return sign


def states(report: dict) -> dict[str, str]:
    return {name: report[name]["state"] for name in WELL}


def shares(report: dict) -> dict[str, float]:
    return {one["element"]: one["share"] for one in report["extent"]["details"]["elements"]}


@pytest.mark.parametrize("kind", [one for one in KINDS if one.name in build.EMBEDDED], ids=lambda one: one.name)
def test_a_format_that_carries_its_credentials_is_signed_inside(signed, hatch, client, kind):
    told = signed(kind)
    assert "sidecar" not in told["links"]
    assert hatch.get(f"/api/v1/assets/{told['id']}/sidecar").json()["code"] == "asset.no_sidecar"

    report = shots.checked(client, shots.fetched(hatch, told["id"]), kind.name)
    assert states(report) == WELL, report
    assert shares(report) == pytest.approx(kind.shares, abs=0.01)
    assert shares({"extent": {"details": told["extent"]}}) == shares(report)


@pytest.mark.parametrize("kind", [one for one in KINDS if one.name in build.BESIDE], ids=lambda one: one.name)
def test_a_format_that_cannot_carry_them_has_them_beside_it_and_its_bytes_stay(signed, hatch, client, kind):
    told = signed(kind)
    content = shots.fetched(hatch, told["id"])
    assert content == (build.library() / kind.name).read_bytes()
    sidecar = shots.fetched(hatch, told["id"], "sidecar")

    for report in (shots.checked(client, content, kind.name, sidecar), shots.checked(client, content, kind.name)):
        assert states(report) == WELL, report
        assert shares(report) == pytest.approx(kind.shares, abs=0.01)


def test_every_format_that_is_built_is_tried():
    others = {"plate.jpg", "plate.mp4", "turned.jpg"}
    assert {one.name for one in KINDS} == set(build.ASSETS) - others
