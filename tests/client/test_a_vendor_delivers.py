"""A vendor's night by the command line, against a house that runs: ask, deliver, be refused, be killed, go on, fetch, verify."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import wave
from pathlib import Path
from urllib.parse import urlsplit

import countersign as package
import httpx
import pytest
from countersign import Client
from PIL import Image

from provenance.management.demonstration import material
from provenance.management.demonstration.desk import Desk
from tests import databases
from tests.assets import build
from tests.shots import FACE

HOUSE = Path(__file__).resolve().parents[2]
SOURCE = Path(package.__file__).parents[1]
LONG = 400
LARGE = 12 * 1024 * 1024


class Vendor:
    """Parallax at a house of its own, with Mira's consent on file and none of Jon's."""

    def __init__(self, site, told, folder):
        self.site = site
        self.passwords = {one["username"]: one["password"] for one in told["people"]}
        self.id, self.secret = (told["programs"][0][name] for name in ("client_id", "client_secret"))
        self.production, self.people = told["production"], told["people_depicted"]
        self.environment = {"COUNTERSIGN_SITE": self.site, "COUNTERSIGN_CLIENT_ID": self.id,
                            "COUNTERSIGN_CLIENT_SECRET": self.secret}  # fmt: skip
        self.shots = folder / "shots"
        self.shots.mkdir()
        build.write(str(folder), ["plate.jpg", "result.jpg", "rider.pdf"])
        self.made = folder

    def client(self):
        return Client(self.site, self.id, self.secret)

    def declared(self, title, person, **more):
        left, top, wide, tall = FACE
        shape = {"type": "rectangle", "unit": "percent", "x": left, "y": top, "width": wide, "height": tall}
        return {
            "production": self.production, "unit": "sh114", "title": title,
            "operations": [{"id": "op-1", "element": "picture", "technique": "de_aging", "tool": {"name": "AgeShift"},
                            "model": {"type": "c2pa.types.model.pytorch"}, "oversight": "human_validated",
                            "regions": [{"id": "op-1.face", "shape": shape}], "depicts": ["who"]}],
            "depictions": [{"id": "who", "person": self.people[person], "role": "target_likeness", "modality": "face"}],
            **more,
        }  # fmt: skip

    def record_consent(self):
        paper = self.made / "rider.pdf"
        ines, tobi = (Desk(self.site, name, self.passwords[name]) for name in ("ines", "tobi"))
        file = ines.enter_consent(
            number="C-0142", person=self.people["M. Vale"], production=self.production, kind="rider", paper=paper,
            signed_on="2026-05-03", effective_from="2026-05-03", method="wet_ink", capacity="self",
            description="De-aging of the performer's face in scenes 110 to 118, to an apparent age of thirty.",
            line={"effect": "grant", "uses": ["de_aging"], "modalities": ["face"], "territories": "World"},
            reason="Signed rider received by courier",
        )  # fmt: skip
        tobi.verify_consent(file, reason="Compared with the paper, line by line")


@pytest.fixture(scope="module")
def vendor(tmp_path_factory):
    folder = tmp_path_factory.mktemp("vendor")
    data = folder / "house"
    databases.begin(data)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    site = f"http://localhost:{port}"
    environment = os.environ | {"DATA_DIR": str(data), "PORT": str(port), "SITE_URL": site, "WEB_WORKERS": "1",
                                "WORKER_CHILDREN": "1", "RATE_TOKEN": "0"}  # fmt: skip
    with (folder / "house.log").open("w") as log:
        process = subprocess.Popen([sys.executable, "manage.py", "start"], cwd=HOUSE, env=environment, stdout=log, stderr=log,
                                   stdin=subprocess.DEVNULL, start_new_session=True)  # fmt: skip
        try:
            _until_open(process, site, folder / "house.log")
            found = Vendor(site, json.loads((data / "sign-ins.json").read_text()), folder)
            found.record_consent()
            yield found
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=LONG)


def _until_open(process, site, log):
    until = time.monotonic() + LONG
    while time.monotonic() < until:
        assert process.poll() is None, log.read_text()[-2000:]
        with contextlib.suppress(httpx.TransportError):
            if httpx.get(f"{site}/health/ready", timeout=10).status_code == 200:
                return
        time.sleep(0.3)
    raise AssertionError(log.read_text()[-2000:])


@pytest.fixture
def parallax(vendor, countersign):
    """The command line, signed in by the environment as a farm is."""

    def run(*words):
        return countersign(*words, **{name.removeprefix("COUNTERSIGN_"): value for name, value in vendor.environment.items()})

    return run


def test_who_signs_in_is_remembered_and_the_secret_is_nobody_elses(vendor, countersign, places, tmp_path, monkeypatch):
    secret = tmp_path / "secret"
    secret.write_text("wrong\n")
    refused = countersign("login", vendor.site, "--client-id", vendor.id, "--secret-file", secret, "--no-keyring")
    assert refused.code == 6 and "wrong, or the client was revoked" in refused.err
    assert not list(places.rglob("profiles.json"))
    assert countersign("status").code == 6
    secret.write_text(vendor.secret + "\n")
    assert countersign("login", vendor.site, "--client-id", vendor.id, "--secret-file", secret, "--no-keyring").code == 0
    kept = [path for path in places.rglob("*.json")]
    assert {path.name.partition("-")[0].removesuffix(".json") for path in kept} == {"profiles", "token"}
    assert all(path.stat().st_mode & 0o777 == 0o600 for path in kept)
    assert "Harbor" in countersign("productions").out
    assert "M. Vale" in countersign("productions", vendor.production).out
    assert countersign("logout").code == 0
    assert countersign("productions").code == 6


def test_what_is_covered_is_told_before_it_is_made(vendor, parallax, tmp_path):
    asked = ("clear", "--production", vendor.production, "--use", "de_aging", "--modality", "face", "--unit", "sh114")
    yes = parallax(*asked, "--person", "m. vale")
    assert yes.code == 0 and yes.out.startswith("Yes: M. Vale")
    no = parallax(*asked, "--person", "Jon Abara")
    assert no.code == 3 and "consent.no_grant" in no.out and "To clear it: A consent signed by Jon Abara" in no.out
    shots = tmp_path / "shots.csv"
    shots.write_text("Shot,Role,Person,Use,Modality\nsh114,target_likeness,M. Vale,de_aging,face\n"
                     "sh115,target_likeness,Jon Abara,de_aging,face\n")  # fmt: skip
    table = parallax("clear", shots, "--production", vendor.production, "--json")
    if "operation_unknown" not in table.out:  # of an older registry
        assert table.code == 3 and [one.get("outcome") for one in table.events] == ["permit", "deny", None]
    nobody = parallax(*asked, "--person", "Greta Garbo")
    assert nobody.code == 2 and "jon abara" in nobody.err.lower()


def test_a_folder_is_delivered_once_and_what_is_refused_says_why(vendor, parallax, tmp_path):
    shots, got = tmp_path / "shots", tmp_path / "got"
    shots.mkdir()
    jpg = (vendor.made / "result.jpg").read_bytes()
    (shots / "sh114_v01.jpg").write_bytes(jpg)
    (shots / "sh114_v01.plate.jpg").write_bytes((vendor.made / "plate.jpg").read_bytes())
    plate = {"ingredients": [{"id": "plate", "relation": "parentOf", "part": "plate"}]}
    (shots / "sh114_v01.json").write_text(json.dumps(vendor.declared("sh114_v01.jpg", "M. Vale", **plate)))
    # Another picture, or the two would wait for a lawyer to compare them.
    Image.radial_gradient("L").resize((640, 360)).save(shots / "sh115_v01.png")
    (shots / "sh115_v01.json").write_text(json.dumps({"production": vendor.production, "unit": "sh115"}))
    (shots / "notes.txt").write_text("Slate 12, take 3.\n")
    (shots / "notes.json").write_text(json.dumps({"production": vendor.production}))

    sent = parallax("upload", shots, "--json", "--wait", "--wait-for", LONG)
    assert sent.code == 0, sent.out + sent.err
    assert sorted(one["event"] for one in sent.events) == ["asset"] * 3 + ["done"] + ["sent"] * 3
    again = parallax("upload", shots, "--json")
    assert again.code == 0 and [one["event"] for one in again.events] == ["already"] * 3 + ["done"]
    with vendor.client() as client:
        assert len(list(client.assets())) == 3

    fetched = parallax("download", shots, "--to", got, "--json")
    assert fetched.code == 0, fetched.out
    assert all(one["compared"] and one["read_by_c2pa"] for one in fetched.events)
    assert {path.name for path in got.iterdir()} == {"sh114_v01.jpg", "sh115_v01.png", "notes.txt", "notes.c2pa"}
    assert (got / "notes.txt").read_bytes() == (shots / "notes.txt").read_bytes()
    assert {one["event"] for one in parallax("download", shots, "--to", got, "--json").events} == {"already"}

    checked = parallax("verify", got / "sh114_v01.jpg", got / "sh115_v01.png", got / "notes.txt", "--json")
    assert checked.code == 0 and all(one["good"] for one in checked.events), checked.out
    asked = parallax("verify", got / "sh114_v01.jpg", "--online", "--json")
    assert asked.code == 0 and asked.events[0]["report"]["registry"]["state"] == "registered_matching"
    material.tampered(got / "sh114_v01.jpg", tmp_path / "tampered.jpg")
    for way in ("--offline", "--online"):
        tampered = parallax("verify", tmp_path / "tampered.jpg", way)
        assert tampered.code == 7 and "changed after it was signed" in tampered.out
    (got / "sh115_v01.png").write_bytes(b"other")
    other = parallax("download", shots, "--to", got)
    assert other.code == 2 and "--force" in other.err and (got / "sh115_v01.png").read_bytes() == b"other"

    (shots / "sh116_v01.jpg").write_bytes(jpg)
    (shots / "sh116_v01.json").write_text(json.dumps(vendor.declared("sh116_v01.jpg", "Jon Abara")))
    refused = parallax("upload", shots)
    assert refused.code == 3 and "3 sent before, 1 refused." in refused.out
    assert "code: consent.no_grant" in refused.err and "to clear it: A consent signed by Jon Abara" in refused.err
    assert "at /depictions/0" in refused.err
    table = tmp_path / "report.csv"
    assert parallax("report", "--production", vendor.production, "--to", table).code == 0
    assert "sh114_v01.jpg" in table.read_text() and "A consent signed by Jon Abara" in table.read_text()


def test_who_is_killed_on_the_way_goes_on_where_it_stopped(vendor, countersign, places, tmp_path):
    """Asked to stop, and kill -9, while a large file is on its way over a line that stands still; the same command goes on."""
    shots = tmp_path / "night"
    shots.mkdir()
    with wave.open(str(shots / "sh120.wav"), "wb") as sound:
        sound.setparams((2, 2, 48000, 0, "NONE", ""))
        sound.writeframes(os.urandom(LARGE))
    for name in ("sh118.txt", "sh119.txt"):
        (shots / name).write_text(f"{name}: slate\n")
    (tmp_path / "all.json").write_text(json.dumps({"production": vendor.production, "title": "night {file}"}))
    words = ["upload", str(shots), "--declaration", str(tmp_path / "all.json"), "--parallel", "1", "--json"]
    with Dropping(vendor.site) as line:
        environment = {**vendor.environment, "COUNTERSIGN_SITE": line.site}
        code, events = stopped(line, words, environment, LARGE // 4, signal.SIGTERM)
        assert code == 130 and events == ["sent", "sent", "failed"]
        code, events = stopped(line, words, environment, LARGE // 4, signal.SIGKILL)
        assert code == -9 and events == ["already", "already"]
        line.goes_on()
        before = line.passed
        told = countersign(*words, **{name.removeprefix("COUNTERSIGN_"): value for name, value in environment.items()})
        assert told.code == 0, told.out + told.err
        assert [one["event"] for one in told.events] == ["already", "already", "sent", "done"]
        with vendor.client() as client:
            found = sorted(one["title"] for one in client.assets() if one["title"].startswith("night"))
        assert found == ["night sh118.txt", "night sh119.txt", "night sh120.wav"]
        resumed(vendor, line.passed - before)


def stopped(line, words, environment, after, by):
    """The command, until the line stands still after so many bytes; its exit code, and what it told."""
    line.stands_still_after(after)
    running = subprocess.Popen(
        [sys.executable, "-m", "countersign", *words], stdout=subprocess.PIPE, text=True,
        env={**os.environ, **environment, "PYTHONPATH": str(SOURCE)},
    )  # fmt: skip
    try:
        assert line.stands_still.wait(LONG)
        running.send_signal(by)
        said, _ = running.communicate(timeout=LONG)
    finally:
        running.kill()
        running.wait()
    line.goes_on()
    return running.returncode, [json.loads(one)["event"] for one in said.splitlines()]


def resumed(vendor, passed):
    """Where the registry takes uploads that resume, less was sent the second time than the whole."""
    with vendor.client() as client:
        there = client.line.send("GET", f"{vendor.site}/api/v1/uploads", accepted=(404,)).status_code != 404
    assert not there or passed < LARGE


class Dropping:
    """A line to a house that can be made to stand still after so many bytes towards it."""

    def __init__(self, site):
        to = urlsplit(site)
        self._to = (to.hostname, to.port)
        self._open = socket.create_server(("127.0.0.1", 0))
        self.site = f"http://127.0.0.1:{self._open.getsockname()[1]}"
        self.stands_still, self._left, self.passed = threading.Event(), None, 0
        self._sockets = [self._open]

    def __enter__(self):
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_):
        for one in self._sockets:
            one.close()

    def stands_still_after(self, count):
        self.stands_still.clear()
        self._left = count

    def goes_on(self):
        self._left = None

    def _accept(self):
        while True:
            try:
                near, _ = self._open.accept()
            except OSError:
                return
            far = socket.create_connection(self._to)
            self._sockets += [near, far]
            for way, to, counted in ((near, far, True), (far, near, False)):
                threading.Thread(target=self._pass, args=(way, to, counted), daemon=True).start()

    def _pass(self, way, to, counted):
        try:
            while piece := way.recv(65536):
                if counted:
                    self.passed += len(piece)
                    if self._left is not None:
                        self._left -= len(piece)
                        if self._left < 0:
                            self.stands_still.set()
                            break
                to.sendall(piece)
        except OSError:
            pass
        if not (counted and self.stands_still.is_set() and self._left is not None):
            for one in (way, to):
                one.close()
