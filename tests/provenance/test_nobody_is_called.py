"""No file makes a reader or a signer speak to anybody, whatever address stands in it: every call of theirs is watched."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HOUSE = Path(__file__).resolve().parents[2]
STRACE = shutil.which("strace")
pytestmark = pytest.mark.skipif(STRACE is None, reason="there is no strace here")

# Each file is examined, read, drawn, fingerprinted, looked into for suggestions, signed and used as an ingredient, or refused.
EVERY_FILE = """
import contextlib, sys
from pathlib import Path
from provenance.media.refusal import MediaRefused
from provenance.sandbox import IngredientFile, Sandbox, SigningFailed
from tests.assets import bad, build
from tests.assets.studio import Studio

folder = Path(sys.argv[1])
files = {name: made for name, (made, _) in bad.BAD.items()}
for number, address in enumerate((
    "http://127.0.0.1:9/never.c2pa", "https://localhost:9/never.c2pa", "http://[::1]:9/x", "http://169.254.169.254/latest/",
    "http://registry.invalid/x", "ftp://127.0.0.1:9/x", "file:///etc/passwd", "//127.0.0.1:9/x",
)):
    for kind, made in (("jpg", bad.remote_jpg), ("png", bad.remote_png)):
        files[f"elsewhere-{number}.{kind}"] = lambda at=address, made=made: made(at)
files["entity.svg"] = lambda: (
    b'<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY x SYSTEM "http://127.0.0.1:9/x">]>'
    b'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="9" height="9">'
    b'<image xlink:href="http://127.0.0.1:9/x.png" width="9" height="9"/><style>@import "http://127.0.0.1:9/x.css";</style><text>&x;</text></svg>'
)
studio, box = Studio(folder / "keys"), Sandbox(children=1)
good = build.library() / "result.jpg"
for name, made in files.items():
    path = folder / name
    path.write_bytes(made())
    deeds = (
        lambda: box.examine(path, name), lambda: box.read(path, anchors=studio.anchors, crjson=True, pictures=96),
        lambda: box.draw(path, side=96), lambda: box.fingerprint(path), lambda: box.suggest(path),
        lambda: box.sign(studio.request(path, "image/jpeg", folder / "signed"), studio.signer.sign),
        lambda: box.sign(studio.request(good, "image/jpeg", folder / "signed", ingredients=[
            IngredientFile(path, "image/jpeg", "used", "componentOf", "used")]), studio.signer.sign),
    )
    for deed in deeds:
        with contextlib.suppress(MediaRefused, SigningFailed):
            deed()
box.close()
print(len(files))
"""
CALLS = "import socket; socket.create_connection(('127.0.0.1', int(__import__('sys').argv[1])), 1)"


def calls(script: str, argument: str, folder: Path) -> tuple[list[str], subprocess.CompletedProcess]:
    """What was said to a network by a script and every process it started: each connection and each datagram."""
    told = folder / "calls.txt"
    watched = [str(STRACE), "-f", "-qq", "--seccomp-bpf", "-e", "trace=connect,sendto,sendmsg,sendmmsg", "-o", str(told)]
    run = [*watched, sys.executable, "-c", script, argument]
    done = subprocess.run(run, cwd=HOUSE, capture_output=True, text=True, timeout=900)
    return [line for line in told.read_text().splitlines() if "AF_INET" in line], done


def test_a_call_would_be_seen(tmp_path):
    (said,), _ = calls(CALLS, "9", tmp_path)
    assert "connect(" in said and "127.0.0.1" in said


def test_no_hostile_file_makes_anybody_call(tmp_path):
    said, done = calls(EVERY_FILE, str(tmp_path), tmp_path)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout.split()[-1]) > 60 and said == []
