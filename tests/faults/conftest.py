"""Houses for the tests of faults: one on a database file and one on a server, made when the first test asks."""

import uuid

import psycopg
import pytest

from tests import databases
from tests.faults.house import House

SERVER = "postgresql://postgres@127.0.0.1:5432/"


@pytest.fixture(scope="session")
def house(tmp_path_factory):
    folder = tmp_path_factory.mktemp("house")
    databases.begin(folder)
    with House(folder) as house:
        yield house


@pytest.fixture(scope="session")
def postgresql(tmp_path_factory):
    """A house on a real server, in a database of its own."""
    try:
        server = psycopg.connect(SERVER + "postgres", connect_timeout=3, autocommit=True)
    except psycopg.OperationalError as absent:
        pytest.skip(f"not run: no PostgreSQL at 127.0.0.1:5432 ({str(absent).splitlines()[0]})")
    name = f"countersign_{uuid.uuid4().hex[:12]}"
    server.execute(f"CREATE DATABASE {name} TEMPLATE {databases.on_server()}")
    try:
        with House(tmp_path_factory.mktemp("postgresql"), {"DATABASE_URL": SERVER + name}) as house:
            yield house
    finally:
        server.execute(f"DROP DATABASE {name} WITH (FORCE)")
        server.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def either(request):
    return request.getfixturevalue("house" if request.param == "sqlite" else "postgresql")
