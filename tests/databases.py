"""A database with all its tables, made by the migrations, kept while they stay as they are, and copied wherever wanted."""

import fcntl
import hashlib
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

HOUSE = Path(__file__).resolve().parent.parent
IN_MEMORY = "file:countersign-tests?mode=memory&cache=shared"
# With the password of the environment, if the server wants one.
SERVER = f"postgresql://postgres:{quote(os.environ.get('PGPASSWORD', ''))}@127.0.0.1:5432"


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


def on_server() -> str:
    """The name of a database on this machine's PostgreSQL, which must answer, to be copied: CREATE DATABASE … TEMPLATE."""
    folder = _folder()
    name = folder.name.replace("-", "_")
    with _alone(folder):
        made = folder / "on-server"
        if not made.exists():
            with psycopg.connect(f"{SERVER}/postgres", autocommit=True) as server:
                server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
            _migrate(f"{SERVER}/{name}")
            made.touch()
    return name


def forget(folder: Path) -> None:
    """At the end of the run: nothing of it is left on the server."""
    if (folder / "on-server").exists():
        with psycopg.connect(f"{SERVER}/postgres", autocommit=True) as server:
            name = sql.Identifier(folder.name.replace("-", "_"))
            server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))


def _copy(new: sqlite3.Connection) -> None:
    """Of the one that is kept from run to run, which is made where there is none for these migrations."""
    folder = _folder()
    made, making = _kept() / f"{_name()}.sqlite3", folder / "making.sqlite3"
    with _alone(folder):
        if not made.exists():
            _migrate(f"sqlite:///{making}")
            shutil.move(making, made)
    with closing(sqlite3.connect(f"file:{made}?mode=ro", uri=True)) as kept:
        kept.backup(new)


def _kept() -> Path:
    folder = Path(tempfile.gettempdir()) / f"countersign-tests-of-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def _name() -> str:
    """Of what the tables are made by: migrations, the triggers they call for, and the libraries that bring their own."""
    made_by = [*HOUSE.glob("*/migrations/*.py"), HOUSE / "registry" / "append_only.py", HOUSE / "requirements.txt"]
    return hashlib.sha256(b"".join(path.read_bytes() for path in sorted(made_by))).hexdigest()[:16]


def _folder() -> Path:
    return Path(os.environ["COUNTERSIGN_TESTS"])


def _alone(folder: Path):
    """Of the workers of pytest-xdist the first makes what all of them need, and the others wait."""
    lock = (folder / "databases.lock").open("w")
    fcntl.flock(lock, fcntl.LOCK_EX)
    return lock


def _migrate(address: str) -> None:
    given = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "COUNTERSIGN"))}
    command = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
    subprocess.run(command, cwd=HOUSE, env=given | {"DATABASE_URL": address}, check=True, timeout=900)
