"""The feed of changes and what is disclosed, on a real PostgreSQL: there transactions commit in any order."""

import os
import subprocess
import sys

from tests.large import servers
from tests.large.house import ROOT

FILES = [f"tests/provenance/test_{name}.py" for name in ("changes", "disclosures", "titles")]


def test_nothing_is_missed_where_many_commit_at_once():
    with servers.database() as address:
        told = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")} | {"DATABASE_URL": address}
        command = [sys.executable, "-m", "pytest", "-q", "-n", "0", "--create-db", *FILES]
        run = subprocess.run(command, cwd=ROOT, env=told, capture_output=True, text=True, timeout=600)
    assert run.returncode == 0, run.stdout[-4000:] + run.stderr[-1000:]
    assert " passed" in run.stdout and "skipped" not in run.stdout
