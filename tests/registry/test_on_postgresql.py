"""What the tables promise on SQLite they promise on PostgreSQL: the same tests, run again on a real server."""

import os
import subprocess
import sys

import psycopg
import pytest

SERVER = "postgresql://postgres@127.0.0.1:5432/postgres"
FILES = [
    "tests/registry/test_append_only.py", "tests/registry/test_journal.py", "tests/registry/test_private.py",
    "tests/consent/test_two_lawyers.py",
]  # fmt: skip


def test_records_are_as_safe_on_postgresql():
    try:
        psycopg.connect(SERVER, connect_timeout=3).close()
    except psycopg.OperationalError as absent:
        pytest.skip(f"not run: no PostgreSQL at 127.0.0.1:5432 ({str(absent).splitlines()[0]})")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "--create-db", *FILES],
        env=environment | {"DATABASE_URL": SERVER}, capture_output=True, text=True, timeout=900,
    )  # fmt: skip
    assert run.returncode == 0, run.stdout[-3000:] + run.stderr[-1000:]
    assert " passed" in run.stdout
