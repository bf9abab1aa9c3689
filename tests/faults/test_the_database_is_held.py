"""Somebody holds the database: uploads are answered 503 with Retry-After, nothing stays half done, and it goes on at once.

The web is the one that everybody has: a visitor waits for another writer of SQLite for less than two seconds.
"""

import itertools
import random
import sqlite3
import time
from contextlib import closing, contextmanager

import pytest

from consent.models import Decision
from provenance.models import Asset, KnownContent, SigningJob
from registry.models.journal import Event
from tests.faults import acts
from tests.faults.house import Hatch, Web

numbers = itertools.count(12_000_000 + random.randrange(10**5) * 100, 2)
# Seconds, beside what the same takes while nobody holds it.
ANSWERED_WITHIN = 2


@pytest.fixture(scope="module")
def web(house):
    with Web(house) as web:
        yield web


@contextmanager
def held(house):
    with closing(sqlite3.connect(house.folder / "countersign.sqlite3", timeout=10, isolation_level=None)) as database:
        database.execute("BEGIN EXCLUSIVE")
        try:
            yield
        finally:
            database.execute("ROLLBACK")


def counted():
    return {"assets": Asset.objects.count(), "jobs": SigningJob.objects.count(), "decisions": Decision.objects.count(),
            "events": Event.objects.count(), "known": KnownContent.objects.count(),
            "files": len(acts.stored_files("received")), "scratch": len(acts.scratch())}  # fmt: skip


def taken_in(hatch, said):
    """How long an upload takes, once the web has a reader for it."""
    for _ in range(2):
        number, begun = next(numbers), time.monotonic()
        assert hatch.send(said, file=acts.picture(number), plate=acts.picture(number + 1)).status_code == 202
    return time.monotonic() - begun


@pytest.mark.parametrize("seen", [False, True], ids=["the program is written down", "the upload is written down"])
def test_an_upload_while_the_database_is_held_is_a_503_and_leaves_nothing(house, web, seen):
    number = next(numbers)
    hatch, said = Hatch(web.port, house.do(acts.new_program)), house.do(acts.declared, title="held")
    if seen:
        # When a program was last seen is written down once a minute: what is waited for then is the upload's own rows.
        hatch.get("assets")
    usual = taken_in(Hatch(web.port, house.do(acts.new_program)), said)
    before = house.do(counted)

    with held(house):
        begun = time.monotonic()
        answer = hatch.send(said, file=acts.picture(number), plate=acts.picture(number + 1))
        waited = time.monotonic() - begun

    assert answer.status_code == 503 and int(answer.headers["Retry-After"]) > 0, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == "service.unavailable"
    assert house.do(counted) == before

    begun = time.monotonic()
    again = hatch.send(said, file=acts.picture(number), plate=acts.picture(number + 1))
    took = time.monotonic() - begun
    assert again.status_code == 202
    assert waited <= ANSWERED_WITHIN + 2 * max(usual, took), f"answered after {waited:.1f} s, taken in within {took:.1f} s"
    assert house.do(acts.finish, asset_id=again.json()["id"])["state"] == "signed"


def test_reading_goes_on_while_the_database_is_held(house, web):
    hatch = Hatch(web.port, house.do(acts.new_program))
    # When a program was last seen is written down once a minute, and only then.
    hatch.get("assets")
    with held(house):
        # Whoever waits for it gets a 503: it is held until this is answered.
        assert hatch.get("assets").status_code == 200


def test_a_worker_that_meets_a_held_database_leaves_the_job_to_the_next(house):
    asset_id = house.do(acts.take_in, number=next(numbers))
    with held(house):
        worker = house.begin(sign_with_little_patience, asset_id=asset_id)
        assert "locked" in worker.answer()
    assert house.do(acts.finish, asset_id=asset_id)["credentials"] == 1


def sign_with_little_patience(asset_id):
    from django.db import OperationalError, connection

    connection.ensure_connection()
    connection.cursor().execute("PRAGMA busy_timeout = 200")
    try:
        acts.sign(asset_id)
    except OperationalError as error:
        return str(error)
