"""`make demo` ends by itself, and what it leaves is trusted by a plain reader that is given only the root."""

import json
import os
import subprocess
import sys
from pathlib import Path

import c2pa
import pytest

HOUSE = Path(__file__).resolve().parent.parent.parent
SIGNED = ("signed.jpg", "signed.mp4")
LEFT = ("plate.jpg", "plate.mp4", "tampered.jpg", "stripped.jpg", "root.pem", "report.json", *SIGNED)


@pytest.fixture(scope="module")
def played(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demonstration")
    told = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "COUNTERSIGN"))}
    done = subprocess.run(
        [sys.executable, "manage.py", "demo"], cwd=HOUSE, env=told | {"DATA_DIR": str(folder)}, timeout=900,
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return folder / "demo", done.stdout


def plainly(path: Path, root: str) -> dict:
    """The library by itself, fetching nothing, with one root and nothing else of ours."""
    settings = {
        "version": 1, "verify": {"remote_manifest_fetch": False}, "core": {"allowed_network_hosts": []},
        "trust": {"anchors": [{"trust_uri": "https://example.org/root", "trust_anchors": root, "trust_kind": "manifest"}]},
    }  # fmt: skip
    with c2pa.Context.from_dict(settings) as context, c2pa.Reader(str(path), context=context) as reader:
        return {"state": reader.get_validation_state(), "crjson": json.loads(reader.crjson()), **json.loads(reader.json())}


def test_it_leaves_its_files_and_tells_each_step(played):
    folder, told = played
    assert {path.name for path in folder.iterdir()} >= set(LEFT)
    for line in ("enters consent C-0142", "verifies C-0142", "not cleared", ": cleared", "signed.mp4 is fetched",
                 "has ended C-0142", "is refused", "tampered.jpg", "stripped.jpg"):  # fmt: skip
        assert line in told


@pytest.mark.parametrize("name", SIGNED)
def test_a_plain_reader_trusts_what_was_signed(played, name):
    folder, _ = played
    found = plainly(folder / name, (folder / "root.pem").read_text())
    assert found["state"] == "Trusted" and not found["validation_results"]["activeManifest"]["failure"]


def test_the_extent_in_the_file_is_the_extent_in_the_report(played):
    folder, _ = played
    found = plainly(folder / "signed.mp4", (folder / "root.pem").read_text())
    active = next(one for one in found["crjson"]["manifests"] if one["label"] == found["active_manifest"])
    stated = active["assertions"]["org.countersign.extent"]
    told = json.loads((folder / "report.json").read_text())["extent"]["details"]
    numbers = ("share", "error", "time_share", "area_share", "touched", "total")
    for inside, shown in zip(stated["elements"], told["elements"], strict=True):
        assert {name: inside[name] for name in numbers} == {name: shown[name] for name in numbers}
    assert stated["headline"] == told["headline"]


def test_copies_are_told_apart(played):
    _, told = played
    assert "tampered.jpg: This file was changed after it was signed." in told
    assert "stripped.jpg: This content is registered here; this copy lacks its Content Credentials." in told


def test_no_process_is_left(played):
    folder, _ = played
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                assert str(folder) not in (entry / "environ").read_bytes().decode(errors="replace")
            except (OSError, PermissionError):
                continue
