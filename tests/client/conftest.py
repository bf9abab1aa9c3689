"""The vendors' command line as it is run: each call in this process, with places of its own, and what it said."""

import json
from dataclasses import dataclass

import pytest
from countersign.commands import ended
from countersign.screen import SCREEN

SETTINGS = ("SITE", "CLIENT_ID", "CLIENT_SECRET", "CLIENT_SECRET_FILE", "PROFILE", "ALLOW_HTTP", "DEBUG")


@dataclass(frozen=True)
class Ran:
    code: int
    out: str
    err: str

    @property
    def events(self) -> list[dict]:
        """Every line of --json."""
        return [json.loads(line) for line in self.out.splitlines()]


@pytest.fixture
def places(tmp_path, monkeypatch):
    """Settings, state and cache of nobody."""
    for name in SETTINGS:
        monkeypatch.delenv(f"COUNTERSIGN_{name}", raising=False)
    for name in ("CONFIG", "STATE", "CACHE"):
        monkeypatch.setenv(f"COUNTERSIGN_{name}", str(tmp_path / "places" / name.lower()))
    return tmp_path / "places"


@pytest.fixture
def countersign(places, capsys, monkeypatch):
    """`countersign("clear", …)` → its exit code and what it said."""

    def run(*words, **environment):
        for name, value in environment.items():
            monkeypatch.setenv(f"COUNTERSIGN_{name}", value)
        capsys.readouterr()
        SCREEN.json = SCREEN.quiet = False
        SCREEN.renew()
        code = ended([str(word) for word in words])
        said = capsys.readouterr()
        return Ran(code, said.out, said.err)

    return run
