"""The client's wheel holds all it needs and nothing of the house; its examples and its README say what is so."""

import importlib.util
import json
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import jsonschema
import pytest
from countersign import errors
from countersign.declarations import filled
from countersign.version import VERSION

ROOT = Path(__file__).resolve().parents[2]
CLIENT = ROOT / "client"
README = (CLIENT / "README.md").read_text()


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """The wheel, taken apart as pip would."""
    folder = tmp_path_factory.mktemp("wheel")
    build = "import sys; from flit_core import buildapi; print(buildapi.build_wheel(sys.argv[1]))"
    done = subprocess.run([sys.executable, "-c", build, str(folder)], cwd=CLIENT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    with zipfile.ZipFile(folder / done.stdout.strip()) as wheel:
        wheel.extractall(folder / "site")
    return folder / "site"


def test_the_wheel_runs_without_the_house(installed):
    told = next(installed.glob("*.dist-info"))
    assert told.name == f"countersign-{VERSION}.dist-info"
    assert (told / "entry_points.txt").read_text().split() == [
        "[console_scripts]", "countersign=countersign.commands:run",
    ]  # fmt: skip
    assert (installed / "countersign" / "py.typed").exists() and list(told.rglob("LICENSE"))
    code = (
        "import sys, countersign.commands\n"
        "strangers = {'django', 'registry', 'rest_framework', 'celery', 'requests', 'c2pa'} & set(sys.modules)\n"
        "assert not strangers, strangers\nassert countersign.__file__.startswith(sys.argv[1])\n"
        "print(countersign.commands.ended(['--version']))"
    )
    done = subprocess.run([sys.executable, "-c", code, str(installed)], cwd=installed, capture_output=True, text=True,
                          env={"PATH": os.environ["PATH"], "PYTHONPATH": str(installed)})  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["countersign", VERSION, "0"]


def test_the_licence_is_the_houses():
    assert (CLIENT / "LICENSE").read_bytes() == (ROOT / "LICENSE").read_bytes()


def test_every_exit_code_is_explained_and_no_other():
    codes = {value for name, value in vars(errors).items() if name.isupper() and isinstance(value, int)}
    assert {int(code) for code in re.findall(r"^\| (\d+) \|", README, re.M)} == codes == set(errors.GRAVEST_FIRST)


@pytest.fixture(scope="module")
def valid():
    schema = json.loads((ROOT / "provenance/schemas/declaration-1.json").read_text())
    return jsonschema.Draft202012Validator(schema)


def example(name):
    spec = importlib.util.spec_from_file_location(name, CLIENT / "examples" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_what_the_examples_declare_is_a_declaration(valid):
    nuke = example("nuke_after_render")
    valid.validate(nuke.declaration("sh010.exr", "prd_1", "sh010", [{"technique": "de_aging", "tool": "AgeShift"}]))
    told = json.loads(re.search(r"```json\n(.*?)```", README, re.S)[1])
    told["production"] = "prd_1"
    fields = {"shot": "sh114", "stem": "sh114_v01"}
    valid.validate({"version": 1, **filled(told, fields, CLIENT / "README.md")})


def test_resolve_tells_the_files_of_jobs_that_are_complete():
    class Project:
        def GetRenderJobList(self):
            return [{"JobId": name, "TargetDir": "/r", "OutputFilename": f"{name}.mov"} for name in ("a", "b")]

        def GetRenderJobStatus(self, job):
            return {"JobStatus": "Complete" if job == "a" else "Failed"}

    assert example("resolve_after_render").rendered(Project()) == [Path("/r/a.mov")]


def test_the_farm_needs_ten_lines():
    example("farm")
    lines = (CLIENT / "examples" / "farm.py").read_text().split('"""', 2)[2].splitlines()
    assert len([line for line in lines if line.strip() and '"""' not in line]) <= 12
