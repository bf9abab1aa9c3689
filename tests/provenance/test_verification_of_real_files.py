"""Real files, signed by a development signer and read in the sandbox, come out with the right conclusions."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from provenance import keys
from provenance.conclusion import STATES, RegistryFacts, TrustLists
from provenance.public.story import told
from provenance.reading import Reading
from provenance.report import conclude
from provenance.sandbox import Anchor, IngredientFile, Sandbox, SignRequest
from tests.assets import build as assets

HERE = "https://registry.example/trust/registry"
LISTS = TrustLists(registry_uri=HERE, development=True)
NOW = datetime.now(UTC)
SOURCE = "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia"


@pytest.fixture(scope="module")
def studio(tmp_path_factory):
    folder = tmp_path_factory.mktemp("studio")
    signer = keys.signer("dev:org_northlight", directory=folder / "keys", at=NOW, name="Northlight Pictures")
    sandbox = Sandbox(children=1, anchors=[Anchor(HERE, keys.root_pem(folder / "keys"))])
    yield Studio(folder, signer, sandbox)
    sandbox.close()


class Studio:
    def __init__(self, folder, signer, sandbox):
        self.folder, self.signer, self.sandbox = folder, signer, sandbox

    def put(self, name, data):
        path = self.folder / name
        path.write_bytes(data)
        return path

    def sign(self, source, name, media_type, *, title="harbor", sidecar=False):
        """Sign `source` as an AI edit of itself; gives the signed file, or the sidecar."""
        actions = [
            {"action": "c2pa.opened", "parameters": {"ingredientIds": ["upload"]}},
            {"action": "c2pa.edited", "digitalSourceType": SOURCE, "description": "De-aging"},
        ]
        manifest = {
            "title": title,
            "claim_generator_info": [{"name": "Countersign", "version": "0.1.0", "specVersion": "2.4.0"}],
            "assertions": [
                {"label": "c2pa.actions.v2", "created": True, "data": {"allActionsIncluded": True, "actions": actions}}
            ],
        }
        target = self.folder / name
        request = SignRequest(
            source, media_type, manifest, self.signer.chain_pem, self.signer.algorithm,
            destination=None if sidecar else target, sidecar_destination=target if sidecar else None,
            ingredients=[IngredientFile(source, media_type, "upload", "parentOf", "upload")], intent="edit",
        )  # fmt: skip
        self.sandbox.sign(request, self.signer.sign)
        return target

    def report(self, path, facts=None, **how):
        reading = Reading.of(self.sandbox.read(path, **how))
        return conclude(reading, facts or RegistryFacts(), LISTS, file=path.name, at=NOW)


def states(report, *names):
    return tuple(getattr(report, name).state for name in names)


@pytest.fixture(scope="module")
def signed(studio):
    return studio.sign(studio.put("result.jpg", assets.result_jpg()), "signed.jpg", "image/jpeg")


def test_a_signed_picture(studio, signed):
    report = studio.report(signed)
    assert states(report, *STATES) == (
        "intact", "valid", "registry", "absent", "unknown", "partly_stated", "not_stated", "intact",
    )  # fmt: skip
    assert report.sentence == (
        "Stated by the file's maker, Northlight Pictures: it was edited with AI. How much of it is not stated."
    )
    assert report.signature.details["signed_by"]
    assert report.reading.fingerprint == studio.signer.fingerprint
    page = told(report)
    assert page["development"] and [step.what for step in page["activity"]] == ["Opened", "Edited"]
    assert [item["state"] for item in page["used"]] == ["no Content Credentials"]


def test_a_flipped_pixel(studio, signed):
    data = bytearray(signed.read_bytes())
    data[-40] ^= 1
    report = studio.report(studio.put("tampered.jpg", bytes(data)))
    assert states(report, "integrity", "signature", "extent") == ("altered", "valid", "not_stated")
    assert "assertion.dataHash.mismatch" in report.codes["failure"]


def test_another_certificate_under_the_same_name(studio, signed, tmp_path):
    stranger = keys.signer("dev:org_northlight", directory=tmp_path / "keys", at=NOW, name="Northlight Pictures")
    other = Studio(studio.folder, stranger, studio.sandbox)
    path = other.sign(studio.folder / "result.jpg", "stranger.jpg", "image/jpeg")
    report = other.report(path, RegistryFacts(found_by="manifest", certificate_fingerprint=studio.signer.fingerprint))
    assert states(report, "integrity", "trust", "registry", "extent") == (
        "intact",
        "untrusted",
        "registered_altered",
        "not_stated",
    )


def test_a_clip(studio):
    path = studio.sign(studio.put("result.mp4", assets.result_mp4()), "signed.mp4", "video/mp4")
    assert states(studio.report(path), "integrity", "trust") == ("intact", "registry")
    data = bytearray(path.read_bytes())
    data[-200] ^= 1
    assert studio.report(studio.put("tampered.mp4", bytes(data))).integrity.state == "altered"


def test_credentials_beside_the_file(studio):
    frame = studio.put("frame.exr", assets.result_exr())
    sidecar = studio.sign(frame, "frame.c2pa", "image/x-exr", sidecar=True)
    assert states(studio.report(frame), "integrity", "signature") == ("absent", "absent")
    assert states(studio.report(frame, sidecar=sidecar), "integrity", "trust") == ("intact", "registry")
    data = bytearray(frame.read_bytes())
    data[-1] ^= 1
    assert studio.report(studio.put("other.exr", bytes(data)), sidecar=sidecar).integrity.state == "altered"


def test_a_tampered_parent_shows_in_a_file_that_reads_trusted(studio, signed):
    data = bytearray(signed.read_bytes())
    data[-40] ^= 1
    path = studio.sign(studio.put("tampered.jpg", bytes(data)), "second.jpg", "image/jpeg")
    report = studio.report(path)
    assert states(report, "integrity", "trust", "ingredients") == ("intact", "registry", "altered")


@pytest.mark.parametrize("title", ["<script>alert(1)</script>", "a\u202egpj.exe", "x" * 200_000])
def test_hostile_titles_stay_text(studio, title):
    path = studio.sign(studio.folder / "result.jpg", "hostile.jpg", "image/jpeg", title=title)
    raw = told(studio.report(path))["raw"]
    assert "\u202e" not in raw and len(raw) < 50_000


@pytest.mark.parametrize("data", [b"\xff\xd8\xff\xe0garbage", b"plain text", b"%PDF-1.7 broken", b"\0" * 5000])
def test_bytes_without_credentials_are_never_called_intact(studio, data):
    report = studio.report(studio.put("odd.bin", data))
    assert report.integrity.state in ("absent", "unreadable")
    assert report.registry.state == "unknown"
    assert replace(report, file="x").as_dict()["extent"]["state"] == "not_stated"
