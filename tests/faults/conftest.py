"""Houses for the tests of faults: one that they share in each run, made when the first of them asks."""

import pytest

from tests.faults.house import House


@pytest.fixture(scope="session")
def house(tmp_path_factory):
    with House(tmp_path_factory.mktemp("house")) as house:
        yield house
