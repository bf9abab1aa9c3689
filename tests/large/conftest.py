"""A large installation to test: real servers, an authority that is not for development, and time-stamps from loopback."""

import time
from contextlib import nullcontext

import pytest

from tests.assets.authority import Authority
from tests.assets.timestamp_authority import TimestampAuthority
from tests.large import servers
from tests.large.house import House

BROKERS = ("rabbitmq", "redis")


class Unhurried(TimestampAuthority):
    """A time-stamp authority that may be told to take its time, so that signing lasts long enough to be interrupted."""

    takes = 0.0

    def stamp(self, query: bytes) -> bytes:
        time.sleep(self.takes)
        return super().stamp(query)


@pytest.fixture(params=BROKERS)
def house(request, tmp_path):
    """The whole topology over each broker; its files, its database and its servers are its own."""
    authority = Authority(tmp_path / "authority")
    with servers.redis(tmp_path) as cache, servers.database() as database, Unhurried(tmp_path / "time") as stamps:
        with broker_at(request.param, cache) as broker:
            addresses = {"database": database, "broker": broker, "cache": f"{cache}/1", "storage": servers.bucket()}
            with House(tmp_path, trust=authority, stamps=stamps, **addresses) as house:
                house.authority, house.stamps = authority, stamps
                house.open()
                yield house


def broker_at(name: str, cache: str):
    return servers.rabbitmq() if name == "rabbitmq" else nullcontext(f"{cache}/0")
