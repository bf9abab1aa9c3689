"""`manage.py verify FOLDER`: a folder of frames is held against what was signed, and what differs is named."""

import io
import json
import zipfile
from io import StringIO
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command

from provenance.models import Credential
from tests import shots
from tests.assets import frames

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(hatch, cast, tmp_path):
    """What a vendor fetches of a signed sequence with a gap, unpacked."""
    files = {f"sh.{n:04d}.exr": frames.exr(n) for n in range(1001, 1013) if n != 1005}
    form = {name: SimpleUploadedFile(name, data) for name, data in files.items()}
    index = json.dumps({"missing": [{"first": 1005, "last": 1005}], "rate": "24000/1001"})
    answer = hatch.post("/api/v1/assets", form | {"sequence": index, "declaration": json.dumps(shots.bare(cast, "sh"))},
                        format="multipart")  # fmt: skip
    shots.work()
    kept = shots.fetched(hatch, answer.json()["id"])
    with zipfile.ZipFile(io.BytesIO(kept)) as archive:
        archive.extractall(tmp_path / "sh")
    return tmp_path / "sh"


def verified(*arguments):
    out = StringIO()
    try:
        call_command("verify", *map(str, arguments), "--json", stdout=out)
        whole = True
    except CommandError:
        whole = False
    told = json.loads(out.getvalue())
    assert told["frames"]["whole"] is whole
    return told


def span(first, last=None):
    return {"first": first, "last": last or first}


def test_a_folder_as_it_was_fetched_is_whole(folder):
    told = verified(folder)
    assert told["integrity"]["state"] == "intact" and told["registry"]["state"] == "registered_matching"
    assert told["frames"]["whole"] and told["frames"]["index_from"] == "folder"
    assert told["frames"]["root"] == told["frames"]["signed_root"] and not told["frames"]["missing"]


def test_missing_altered_and_added_frames_are_named(folder):
    (folder / "sh.1002.exr").unlink()
    (folder / "sh.1008.exr").write_bytes(frames.exr(7))
    (folder / "sh.1005.exr").write_bytes(frames.exr(1005))
    (folder / "notes.txt").write_text("a note")
    told = verified(folder)["frames"]
    assert (told["missing"], told["altered"], told["extra"]) == ([span(1002)], [span(1008)], [span(1005)])
    assert told["passed_over"] == ["notes.txt"] and told["root"] != told["signed_root"]

    out = StringIO()
    with pytest.raises(CommandError):
        call_command("verify", str(folder), stdout=out)
    for words in ("Frame 1002 – missing.", "Frame 1008 – altered.", "Frame 1005 – not of the sequence."):
        assert words in out.getvalue()


def test_without_the_index_the_record_names_what_differs(folder, tmp_path):
    sidecar = tmp_path / "kept.c2pa"
    (folder / "sequence.c2pa").rename(sidecar)
    (folder / "sequence.json").unlink()
    assert verified(folder, "--sidecar", sidecar)["frames"]["index_from"] == "record"
    (folder / "sh.1008.exr").write_bytes(frames.exr(7))
    assert verified(folder, "--sidecar", sidecar)["frames"]["altered"] == [span(1008)]


def test_where_nothing_is_on_record_the_index_is_made_anew_from_the_frames(folder, monkeypatch):
    """As at another registry: the credentials alone bind the root."""
    (folder / "sequence.json").unlink()
    monkeypatch.setattr("provenance.folder_check._on_record", lambda stated: None)
    told = verified(folder)
    assert told["frames"]["whole"] and told["frames"]["index_from"] == "frames" and told["integrity"]["state"] == "intact"

    (folder / "sh.1008.exr").write_bytes(frames.exr(7))
    told = verified(folder)
    assert told["frames"]["altered"] is None and told["frames"]["root"] != told["frames"]["signed_root"]
    assert told["integrity"]["state"] == "altered"


def test_a_forged_index_beside_the_frames_is_not_believed(folder):
    (folder / "sh.1008.exr").write_bytes(frames.exr(7))
    forged = json.loads((folder / "sequence.json").read_text())
    forged["frames"] = forged["frames"][:3]
    (folder / "sequence.json").write_text(json.dumps(forged))
    told = verified(folder)["frames"]
    assert told["index_from"] == "record" and told["altered"] == [span(1008)]


def test_a_folder_that_is_no_sequence_is_told(folder, tmp_path):
    (tmp_path / "empty").mkdir()
    err = StringIO()
    with pytest.raises(CommandError):
        call_command("verify", str(tmp_path / "empty"), stderr=err, stdout=StringIO())
    assert "no .c2pa file" in err.getvalue()
    assert Credential.objects.count() == 1 and Path(folder).is_dir()
