"""What a page of the list of assets costs as the list grows, and what five hundred questions cost beside one."""

import json
import random
import sqlite3
import time
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils import timezone

from bench import world
from bench.house import House, ask, opened
from bench.tables import at_most, middle, table
from consent import clearance
from consent.facts import Depiction
from registry.models import Unit

COUNT, QUICK = 300, 40
BAR = 1.3
ASSETS = "/api/v1/assets"
# A page as a pipeline asks for it; the state of nearly all assets, and one of none.
ASKED = {
    "first page": "", "of one state": "?state=signed", "of a rare state": "?state=held",
    "of several": "?state=held,dead,refused",
    "of several, most": "?state=signed,held", "what changed": "?order=changed", "by hash": "?sha256={sha256}",
    "by title": "?title=nothing-is-called-so",
}  # fmt: skip
QUESTIONS = 500


def run(*, quick: bool) -> None:
    few, many = world.sizes(quick=quick)
    for held in (few, many):
        _seldom(held)
    with (opened(data=settings.DATA_DIR, database=world.made(few), worker=False) as small,
          opened(data=settings.DATA_DIR, database=world.made(many), worker=False) as large):  # fmt: skip
        found = _asked({few: small, many: large}, QUICK if quick else COUNT)
    rows = [
        (kind, 1000 * found[kind, few], 1000 * found[kind, many], (ratio := found[kind, many] / found[kind, few]),
         at_most(ratio, BAR))
        for kind in dict.fromkeys(kind for kind, _ in found)
    ]  # fmt: skip
    heads = ("page of fifty", f"p50 ms of {few:,}", f"of {many:,}", "ratio", "")
    table("The list of assets, as long as it is", heads, rows)
    _questions(few)


def _seldom(held: int) -> None:
    """Three of the assets wait for a lawyer."""
    connection.close()
    with sqlite3.connect(world.made(held)) as database:
        database.execute("UPDATE provenance_signingjob SET state='held' WHERE asset_id IN (5, 50, 500)")


def _asked(houses: dict[int, House], count: int) -> dict[tuple[str, int], float]:
    """In turns, so that a busy moment of the machine meets all of them."""
    walls: dict[tuple[str, int], list[float]] = {}
    talks = {}
    for held, house in houses.items():
        # The same program and secret at every size.
        client_id = _client_id(held)
        house.sign_in(client_id, (world.made(held).parent / world.SECRET).read_text())
        talks[held] = house.connection()
    chance = random.Random(7)
    far = {held: _far(talks[held], house, held) for held, house in houses.items()}
    for turn in range(-1, count):
        for held, house in houses.items():
            for kind, address in _addresses(held, chance, far[held]):
                began = time.perf_counter()
                status, answer = ask(talks[held], "GET", address, headers=house.tokens)
                taken = time.perf_counter() - began
                if status != 200:
                    raise RuntimeError(f"{address} was answered {status}: {answer[:300]!r}")
                if turn >= 0:
                    walls.setdefault((kind, held), []).append(taken)
    return {named: middle(taken) for named, taken in walls.items()}


def _addresses(held: int, chance: random.Random, far: str) -> Iterator[tuple[str, str]]:
    for kind, asked in ASKED.items():
        digest = world.hash_of(chance.randrange(10, held), signed=False)
        yield kind, ASSETS + asked.format(sha256=digest)
    yield "ten pages on", far


def _far(talk: Any, house: House, held: int) -> str:
    address = ASSETS
    for _ in range(10):
        told = json.loads(ask(talk, "GET", address, headers=house.tokens)[1])
        address = told["next"].partition("/api/")[2]
        address = f"/api/{address}"
    return address


def _client_id(held: int) -> str:
    with sqlite3.connect(world.made(held)) as database:
        return database.execute("SELECT client_id FROM registry_apiclient WHERE name=?", (world.PROGRAM,)).fetchone()[0]


def _questions(held: int) -> None:
    """In this process, so that only the decisions and what is read and kept for them are counted."""
    there = world.at(held)
    harbor = there.harbor
    Unit.objects.bulk_create(Unit(production=harbor, code=f"b{number:04}") for number in range(QUESTIONS))
    shown = (Depiction("1", there.mira.public_id, "target_likeness", "face", "de_aging"),)
    asked = [(clearance.Question(act="sign", units=(f"b{n:04}",), depictions=shown), harbor) for n in range(QUESTIONS)]
    given = {"requester": there.client.organisation, "purpose": "clearance"}
    clearance.decide_all(asked[:2], at=timezone.now(), **given)
    began = time.process_time()
    for question, production in asked[:50]:
        clearance.told(clearance.decide(question, production=production, at=timezone.now(), **given))
    alone = (time.process_time() - began) / 50
    began = time.process_time()
    stored = clearance.decide_all(asked, at=timezone.now(), **given)
    known = clearance.names_in((one.request, one.answer) for one in stored)
    for one in stored:
        clearance.told(one, known=known)
    together = time.process_time() - began
    each = together / QUESTIONS
    rows = [("one by one", 1000 * alone, 1.0), ("five hundred at once", 1000 * each, each / alone)]
    table("A question about consent, decided, kept and told", ("asked", "CPU ms each", "× one alone"), rows)
