"""A file, a fingerprint, a credential: each is answered from what is read and remembered, and nothing is kept."""

import json
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command

from provenance import keys, trust, verification
from provenance.conclusion import STATES
from provenance.sandbox import IngredientFile, SignRequest
from provenance.verification import EmptyFile, NoSuchCredential, NotAFingerprint
from tests.assets import build as assets
from tests.provenance.registered import asset, credential, end, grant_behind, sha256

NOW = datetime(2026, 11, 23, 22, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture
def here(settings, tmp_path):
    """An installation with a data folder of its own, and so with a development root of its own."""
    settings.DATA_DIR = tmp_path / "data"
    settings.SITE_URL = "https://registry.example"
    settings.STORAGES = settings.STORAGES | {"default": {"BACKEND": "django.core.files.storage.InMemoryStorage"}}
    return tmp_path


def signed(
    folder: Path, source: Path, name: str, media_type="image/jpeg", *, sidecar=False
) -> tuple[Path, str, keys.Signer]:
    """`source` signed by Northlight's development key: the signed file or sidecar, its manifest's label, the signer."""
    signer = keys.signer(
        "dev:org_n", directory=folder / "data" / "keys", at=datetime.now(UTC), name="Northlight Pictures"
    )
    target = folder / name
    actions = [{"action": "c2pa.opened", "parameters": {"ingredientIds": ["upload"]}}]
    manifest = {
        "title": name, "claim_generator_info": [{"name": "Countersign", "version": "0.1.0", "specVersion": "2.4.0"}],
        "assertions": [
            {"label": "c2pa.actions.v2", "created": True, "data": {"allActionsIncluded": True, "actions": actions}},
        ],
    }  # fmt: skip
    request = SignRequest(
        source, media_type, manifest, signer.chain_pem, signer.algorithm,
        destination=None if sidecar else target, sidecar_destination=target if sidecar else None,
        ingredients=[IngredientFile(source, media_type, "upload", "parentOf", "upload")],
    )  # fmt: skip
    made = trust.sandbox().sign(request, signer.sign)
    return target, made["manifest_label"], signer


@pytest.fixture
def released(here):
    """A picture of the cast, signed, released and registered; gives the folder, the path and the credential."""
    source = here / "result.jpg"
    source.write_bytes(assets.result_jpg())
    path, label, signer = signed(here, source, "signed.jpg")
    made = credential(
        path.read_bytes(), source.read_bytes(), manifest_label=label, certificate_fingerprint=signer.fingerprint
    )
    return here, path, made


def changed(path: Path, name: str, at=-40) -> Path:
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    copy = path.with_name(name)
    copy.write_bytes(bytes(data))
    return copy


def verify(path, **more):
    return verification.verify(path=path, name=Path(path).name, at=NOW, **more)


def states(report):
    return {name: getattr(report, name).state for name in STATES}


def test_a_released_file(released):
    _, path, made = released
    report = verify(path)
    assert states(report) == {
        "integrity": "intact", "signature": "valid", "trust": "registry", "time_stamp": "absent",
        "registry": "registered_matching", "extent": "stated", "consent": "confirmed", "ingredients": "intact",
    }  # fmt: skip
    assert report.registry.details == {"credential": made.public_id, "asset": made.asset.public_id}
    assert report.trust.details == {"development": True}
    assert report.signature.text == "Signed by Northlight Pictures."


def test_tampered_and_stripped_copies_are_told_apart(released):
    folder, path, made = released
    tampered = verify(changed(path, "tampered.jpg"))
    assert (tampered.integrity.state, tampered.registry.state) == ("altered", "registered_altered")
    assert tampered.registry.details["credential"] == made.public_id
    stripped = verify(folder / "result.jpg")
    assert (stripped.integrity.state, stripped.registry.state) == ("absent", "registered_stripped")
    assert (stripped.extent.state, stripped.consent.state) == ("stated", "confirmed")


def test_an_ending_shows_in_the_next_answer_and_the_file_stays_as_it_was(released):
    _, path, made = released
    grant = grant_behind(made)
    assert verify(path).consent.details["now"] == "confirmed"
    end(grant, at=NOW)
    report = verify(path)
    assert report.consent.details == {"at_signing": "confirmed", "now": "ended"}
    assert "Works made before may continue." in report.consent.text
    assert (report.integrity.state, report.signature.state) == ("intact", "valid")


def test_an_upload_that_was_not_released_is_unknown(here):
    asset(b"secret bytes")
    path = here / "secret.bin"
    path.write_bytes(b"secret bytes")
    stranger = here / "stranger.bin"
    stranger.write_bytes(b"other bytes!")
    answers = [verify(each).as_dict() | {"file": ""} for each in (path, stranger)]
    assert answers[0] == answers[1]
    assert answers[0]["registry"] == {"state": "unknown", "text": "Not known to this registry."}


def test_credentials_kept_here_are_found_for_a_file_that_cannot_carry_them(here):
    frame = here / "frame.exr"
    frame.write_bytes(assets.result_exr())
    sidecar, label, signer = signed(here, frame, "frame.c2pa", "image/x-exr", sidecar=True)
    kept = default_storage.save("sidecars/x", ContentFile(sidecar.read_bytes()))
    data = frame.read_bytes()
    credential(data, data, manifest_label=label, certificate_fingerprint=signer.fingerprint, sidecar_key=kept)
    report = verify(frame)
    assert (report.integrity.state, report.trust.state, report.registry.state) == (
        "intact",
        "registry",
        "registered_matching",
    )
    other = verify(changed(frame, "other.exr", at=-1), sidecar=sidecar)
    assert (other.integrity.state, other.registry.state) == ("altered", "registered_altered")


def test_an_empty_file_is_refused(here):
    path = here / "empty.jpg"
    path.touch()
    with pytest.raises(EmptyFile, match="is empty"):
        verify(path)


def test_a_file_built_to_do_harm_is_unreadable_and_says_why(here):
    path = here / "boxes.mp4"
    path.write_bytes(b"\0\0\0\x18ftypisom\0\0\0\0isommp42" + b"\0\0\0\x08free" * 60_000)
    report = verify(path)
    assert report.integrity.state == "unreadable"
    assert report.codes["failure"] == ["media.too_many_parts"]
    assert report.registry.state == "unknown"


def test_a_fingerprint_of_released_bytes(released, django_assert_num_queries):
    _, path, made = released
    with django_assert_num_queries(3):
        report = verification.by_hash(sha256=sha256(path.read_bytes()), at=NOW)
    assert (report.integrity.state, report.registry.state, report.extent.state) == (
        "intact",
        "registered_matching",
        "stated",
    )


def test_a_fingerprint_of_a_stripped_copy(released):
    folder, _, _ = released
    report = verification.by_hash(sha256=sha256((folder / "result.jpg").read_bytes()), at=NOW)
    assert (report.integrity.state, report.registry.state) == ("unreadable", "registered_stripped")


def test_fingerprints_of_unreleased_and_unknown_bytes_are_answered_alike(here, django_assert_num_queries):
    asset(b"secret bytes")
    answers = []
    for data in (b"secret bytes", b"never seen"):
        with django_assert_num_queries(2):
            report = verification.by_hash(sha256=sha256(data), at=NOW)
        answers.append(json.dumps(report.as_dict() | {"file": ""}))
    assert answers[0] == answers[1]


@pytest.mark.parametrize("text", ["", "abc", "g" * 64, "a" * 65, "a" * 64 + "\n\0"])
def test_what_is_no_fingerprint_is_refused(text, here):
    with pytest.raises(NotAFingerprint):
        verification.by_hash(sha256=text, at=NOW)


def test_a_credential_by_its_id(released):
    _, _, made = released
    report = verification.by_credential(credential=made.public_id, at=NOW)
    assert (report.file, report.registry.state) == (made.title, "registered_matching")
    with pytest.raises(NoSuchCredential):
        verification.by_credential(credential="crd_nobody", at=NOW)


def test_nothing_is_kept(released, settings):
    _, path, _ = released
    tables = [model.objects.count() for model in all_models()]
    before = sorted(str(each) for each in Path(settings.DATA_DIR).rglob("*"))
    verify(path)
    verify(changed(path, "tampered.jpg"))
    assert [model.objects.count() for model in all_models()] == tables
    assert sorted(str(each) for each in Path(settings.DATA_DIR).rglob("*")) == before


def all_models():
    from django.apps import apps

    return [model for name in ("registry", "consent", "provenance") for model in apps.get_app_config(name).get_models()]


def test_the_command_gives_one_json_document_a_line(released):
    folder, path, _ = released
    out = StringIO()
    call_command("verify", str(path), str(folder / "result.jpg"), "--json", stdout=out)
    first, second = map(json.loads, out.getvalue().splitlines())
    assert list(first)[:4] == ["file", "integrity", "signature", "trust"]
    assert (first["file"], second["registry"]["state"]) == ("signed.jpg", "registered_stripped")


def test_the_command_in_words_and_in_the_form_of_c2pa(released):
    _, path, made = released
    out = StringIO()
    call_command("verify", str(path), stdout=out)
    assert "registered_matching" in out.getvalue()
    out = StringIO()
    call_command("verify", str(path), "--crjson", stdout=out)
    assert made.manifest_label in out.getvalue()


def test_the_command_names_the_file_it_could_not_read(here):
    err = StringIO()
    with pytest.raises(CommandError):
        call_command("verify", str(here / "nowhere.jpg"), "--json", stderr=err, stdout=StringIO())
    assert "nowhere.jpg" in err.getvalue()
