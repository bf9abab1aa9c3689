"""What a page of the desk costs when a hundred thousand consents are on file: its queries, and the time until it is there."""

import time
from collections.abc import Iterator

from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bench.tables import at_most, table
from consent import worklists
from tests import cast as people
from tests import strangers
from tests.desk import at_the_desk
from tests.provenance import test_desk_roles as roles

MANY, QUICK = 100_000, 5_000
CONSENTS_OF_ONE = 10
QUERIES, SECONDS = 50, 1.0
TURNS = 3
FILES, PEOPLE = "admin:consent_grant_changelist", "admin:registry_person_changelist"
# The same lists as somebody uses them: looked through, narrowed, sorted, far down.
USED = {
    FILES: (
        *(f"?state={state}" for state in worklists.STATES), "?verification=waits", "?verification=paper", "?ends=90",
        "?kind__exact=rider", "?q=S-4711", "?q=vale", "?o=0", "?o=1", "?o=2", "?p=90",
    ),
    PEOPLE: ("?q=S. 4711", "?q=vale", "?authority=waits", "?o=0", "?p=9"),
    "running-out": ("?days=180", "?days=180&p=3"),
}  # fmt: skip


def run(*, quick: bool) -> None:
    held = QUICK if quick else MANY
    call_command("migrate", verbosity=0, interactive=False)
    cast = people.assemble()
    addresses = roles.furnished(cast)
    strangers.fill(cast, range(1, held), of_one=CONSENTS_OF_ONE, mixed=True)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    client = at_the_desk(cast.tobi)
    client.defaults["SERVER_NAME"] = "localhost"
    found = sorted((_opened(client, name, address) for name, address in _pages(addresses)), key=lambda one: -one[2])
    rows = [
        (name, queries, 1000 * wall, 1000 * spent, at_most(queries, QUERIES), at_most(wall, SECONDS))
        for name, queries, wall, spent in found
    ]
    heads = ("page", "queries", "ms", "CPU ms", "queries", "seconds")
    table(f"Every page of the desk, with {held:,} consents on file; the slowest first", heads, rows)


def _pages(addresses: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Every page a lawyer may open, and lists as they are used."""
    for name, address in addresses.items():
        if roles.Role.LEGAL_VERIFY in roles.MAY[name] and name not in roles.NO_PAGE and not name.endswith("export"):
            for asked in ("", *USED.get(name, ())):
                yield f"{name.removeprefix('admin:')}{asked}", f"{address}{asked}"


def _opened(client: Client, name: str, address: str) -> tuple[str, int, float, float]:
    """Its queries, and the best of a few times: what else the machine does is not the page's."""
    taken = []
    for _ in range(TURNS):
        with CaptureQueriesContext(connection) as asked:
            began, used = time.perf_counter(), time.process_time()
            answer = client.get(address)
            taken.append((time.perf_counter() - began, time.process_time() - used))
        if answer.status_code != 200:
            raise RuntimeError(f"{address} answered {answer.status_code}.")
    wall, spent = min(taken)
    return name, len(asked), wall, spent
