"""How long after an event its webhook arrives, on a machine that does little else, and what one receiver that hangs costs."""

import json
import os
import time
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.utils import timezone

from bench import files, world
from bench.house import opened, send
from bench.tables import at_most, middle, table
from provenance import trust
from registry.webhooks import endpoints
from tests import receivers

COUNT, QUICK, WARM = 60, 12, 4
ARRIVES_WITHIN = 2.0
WAITS = 120
KINDS = ("asset.received", "asset.signed")


def run(*, quick: bool) -> None:
    os.environ["OUTBOUND_ALLOWED_HOSTS"] = "127.0.0.1"
    settings.OUTBOUND_ALLOWED_HOSTS = ["127.0.0.1"]
    here, count = world.empty(), QUICK if quick else COUNT
    paths = files.write(files.SMALL, 2 * count + WARM, Path(settings.SCRATCH_DIR), mark="hook")
    trust.sandbox().close()
    arrivals: list[tuple[str, float]] = []

    def note(spoken, receiver) -> None:
        arrived, told = time.time(), json.loads(receiver.got[-1].body)
        arrivals.append((told["type"], arrived - datetime.fromisoformat(told["timestamp"]).timestamp()))
        spoken.sendall(receivers.OK)

    rows = []
    with receivers.opened(note) as receiver, receivers.opened(receivers.hanging) as hanging:
        _listen(here, receiver.address)
        connection.close()
        with opened(data=settings.DATA_DIR) as house:
            house.sign_in(here.client.client_id, here.secret)
            # Every process of the house has made its children before anything is counted.
            _told(house, here, paths[2 * count :], arrivals)
            rows += _rows("alone", _told(house, here, paths[:count], arrivals))
            _listen(here, hanging.address)
            connection.close()
            rows += _rows("beside one that hangs", _told(house, here, paths[count : 2 * count], arrivals))
    heads = ("receiver", "event", "n", "p50 s", "p95 s", "")
    table("From the event to the arrival of its webhook, one upload at a time", heads, rows)


def _listen(here: world.World, address: str) -> None:
    endpoints.create(here.client.organisation, address=address, events=KINDS, by=here.client, at=timezone.now())


def _told(house, here: world.World, paths: list[Path], arrivals: list[tuple[str, float]]) -> list[tuple[str, float]]:
    arrivals.clear()
    for number, path in enumerate(paths, start=1):
        send(house, [path], files.TYPES[files.SMALL], here.declaration, clients=1)
        if not receivers.until(lambda: len(arrivals) >= len(KINDS) * number, seconds=WAITS):  # noqa: B023
            raise RuntimeError(f"of {number} uploads {len(arrivals)} messages arrived within {WAITS} s")
    return list(arrivals)


def _rows(receiver: str, arrivals: list[tuple[str, float]]) -> list[tuple[object, ...]]:
    rows = []
    for kind in KINDS:
        taken = [seconds for one, seconds in arrivals if one == kind]
        late = middle(taken, 0.95)
        rows.append((receiver, kind, len(taken), middle(taken), late, at_most(late, ARRIVES_WITHIN)))
    return rows
