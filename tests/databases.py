"""A database with all its tables, made once in a run of the tests by the migrations, and copied wherever one is wanted."""

import fcntl
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

HOUSE = Path(__file__).resolve().parent.parent
IN_MEMORY = "file:countersign-tests?mode=memory&cache=shared"


def begin(folder: Path) -> None:
    """Give a house that is not yet open, and stands in this folder, its tables; it finds nothing left to migrate."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with closing(sqlite3.connect(folder / "countersign.sqlite3")) as new:
        _copy(new)


def in_memory() -> sqlite3.Connection:
    """The tests' own database, which lasts as long as somebody is connected to it."""
    new = sqlite3.connect(IN_MEMORY, uri=True)
    _copy(new)
    return new


def _copy(new: sqlite3.Connection) -> None:
    with closing(sqlite3.connect(_migrated())) as made:
        made.backup(new)


def _migrated() -> Path:
    folder = Path(os.environ["COUNTERSIGN_TESTS"])
    made = folder / "migrated.sqlite3"
    with (folder / "migrated.lock").open("w") as lock:
        # Of the workers of pytest-xdist the first makes it, and the others wait.
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            making = folder / "making.sqlite3"
            given = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "COUNTERSIGN"))}
            subprocess.run(
                [sys.executable, "manage.py", "migrate", "--verbosity", "0"], cwd=HOUSE, check=True, timeout=300,
                env=given | {"DATA_DIR": str(folder), "DATABASE_URL": f"sqlite:///{making}"},
            )  # fmt: skip
            making.rename(made)
    return made
