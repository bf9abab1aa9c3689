"""Web, worker, courier, beat and broker are killed at random while uploads come: none is lost, none is released twice.

The vendor's program does what docs/hatch.md says: what is not answered is sent again under the same key. A short round is an
ordinary test; `make faults` sends FAULTS_UPLOADS of them (1,000). Both print what they measured.
"""

import itertools
import json
import os
import random
import threading
import time
import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import psycopg
import pytest
import requests

from tests import databases, receivers
from tests.faults import acts, parts
from tests.faults.house import Hatch, until

MANY = int(os.environ.get("FAULTS_UPLOADS", 60))
FEW = 12
TERMINAL = {"signed", "refused", "dead", "held"}
# How many are under way at once: what is measured is how soon faults are got over, not how fast files are signed.
UNDER_WAY = 24
DONE_WITHIN = 60
# A message that a killed courier held is free again after a minute (courier.HELD).
TOLD_WITHIN = 120
numbers = itertools.count(3_000_001, 2)


@pytest.fixture
def embedded(tmp_path):
    databases.begin(tmp_path)
    with parts.embedded(tmp_path) as opened:
        yield opened


@pytest.fixture
def in_parts(tmp_path):
    for program in parts.missing():
        pytest.skip(f"not run: {program} is not installed")
    try:
        server = psycopg.connect(f"{databases.SERVER}/postgres", connect_timeout=3, autocommit=True)
    except psycopg.OperationalError as absent:
        pytest.skip(f"not run: no PostgreSQL at 127.0.0.1:5432 ({str(absent).splitlines()[0]})")
    name = f"countersign_{uuid.uuid4().hex[:12]}"
    with closing(server):
        server.execute(f"CREATE DATABASE {name} TEMPLATE {databases.on_server()}")
        try:
            with parts.in_parts(tmp_path, database=f"{databases.SERVER}/{name}") as opened:
                yield opened
        finally:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["embedded", "in_parts"])
def opened(request):
    return request.getfixturevalue(request.param)


class Persistent(Hatch):
    """A program that asks until it is answered: a line that breaks, 5xx, 429 and a key in use are asked again."""

    def __post_init__(self):
        self.again = Counter()
        until(self._signed_in, within=DONE_WITHIN, every=0.5)

    def _signed_in(self):
        try:
            super().__post_init__()
        except (requests.RequestException, AssertionError):
            return False
        return True

    def until_sent(self, number, declared):
        key = {"Idempotency-Key": f"take-{number}"}
        parts = {"file": acts.picture(number), "plate": acts.picture(number + 1)}
        files = {name: (f"{name}.jpg", content) for name, content in parts.items()}
        data = {"declaration": json.dumps(declared)}

        def answer():
            return requests.post(self._at("assets"), headers=self._header | key, files=files, data=data, timeout=30)

        return until(lambda: self._heard(answer), within=300, every=0.3)

    def _heard(self, ask, *wanted):
        """What was answered; nothing where it has to be asked again."""
        try:
            answer = ask()
        except requests.RequestException as broken:
            self.again[type(broken).__name__] += 1
            return None
        if answer.status_code in (wanted or (202,)):
            return answer.json()
        self.again[answer.status_code] += 1
        if answer.status_code == 401:
            self._signed_in()
        assert answer.status_code in (401, 409, 429) or answer.status_code >= 500, answer.text
        return None


class Campaign:
    """The uploads, what became of each, and the faults meanwhile."""

    def __init__(self, opened, uploads, faults, receiver):
        self.opened, self.faults, self.receiver = opened, faults, receiver
        self.chance = random.Random(uploads)
        self.hatch = Persistent(opened.port, opened.house.do(acts.new_program))
        self.wanted = list(itertools.islice(numbers, uploads))
        self.template = opened.house.do(acts.declared, title="take")
        self.room = threading.Semaphore(UNDER_WAY)
        self.acknowledged, self.states = {}, {}
        self.stopped = threading.Event()
        self.listen()

    def listen(self):
        asked = {"address": self.receiver.address, "events": ["asset.signed"]}
        answer = requests.post(self.hatch._at("webhooks"), headers=self.hatch._header, json=asked, timeout=30)
        assert answer.status_code == 201, answer.text

    def send(self, number):
        self.room.acquire()
        said = self.template | {"title": f"take {number}"}
        self.acknowledged[number] = self.hatch.until_sent(number, said)["id"]

    def follow(self):
        while not self.stopped.wait(0.5):
            for one in [one for one in list(self.acknowledged.values()) if one not in self.states]:
                told = self.hatch._heard(lambda: self.hatch.get(f"assets/{one}"), 200)  # noqa: B023
                if told and told["state"] in TERMINAL:
                    self.states[one] = told["state"]
                    self.room.release()

    def keep(self):
        while not self.stopped.wait(1):
            self.opened.keep()

    def run(self):
        keeping = [threading.Thread(target=one, daemon=True) for one in (self.follow, self.keep)]
        for one in keeping:
            one.start()
        killed = Counter()
        with ThreadPoolExecutor(4) as pool:
            sending = [pool.submit(self.send, number) for number in self.wanted]
            for number, part in enumerate(self.faults, 1):
                due = number * len(self.wanted) // (len(self.faults) + 1)
                until(lambda: len(self.acknowledged) >= due, within=300)  # noqa: B023
                time.sleep(self.chance.uniform(0, 1))
                self.opened.kill(part, self.chance)
                killed[part] += 1
            self.last_fault = time.monotonic()
            for one in sending:
                one.result()
        until(lambda: len(self.states) == len(self.wanted), within=3 * DONE_WITHIN)
        self.done = time.monotonic() - self.last_fault
        until(lambda: self.told() >= set(self.states), within=2 * TOLD_WITHIN)
        self.heard = time.monotonic() - self.last_fault
        self.stopped.set()
        for one in keeping:
            one.join()
        return killed

    def told(self):
        messages = [json.loads(one.body) for one in list(self.receiver.got)]
        return {one["data"]["asset"] for one in messages if one["type"] == "asset.signed"}


def withstood(opened, *, uploads, faults):
    with receivers.opened() as receiver:
        campaign = Campaign(opened, uploads, faults, receiver)
        began = time.monotonic()
        killed = campaign.run()
        took = campaign.last_fault - began
    found = opened.house.begin(acts.all_found, asset_ids=list(campaign.states)).answer(within=900)
    whole = opened.house.do(acts.whole)
    twice = sum(one["credentials"] > 1 or one["events"].count("asset:signed") > 1 for one in found)
    print(f"{uploads} uploads; killed -9 in {took:.0f} s: {dict(killed)}; {dict(Counter(campaign.states.values()))}, "
          f"{twice} twice, {len(set(campaign.acknowledged.values()) - set(campaign.states))} lost; all done "
          f"{campaign.done:.1f} s and all told {campaign.heard:.1f} s after the last; at most "
          f"{max(one['attempt'] for one in found)} attempts; asked again {dict(campaign.hatch.again)}")  # fmt: skip
    assert len(set(campaign.acknowledged.values())) == uploads and set(campaign.states.values()) == {"signed"}
    assert all(one["credentials"] == one["signed_hashes"] == 1 and one["trusted"] for one in found)
    assert all(one["events"].count("asset:signed") == 1 for one in found)
    assert (whole["credentials"], whole["broken"], whole["missing"], whole["orphans_known"]) == (uploads, [], [], 0)
    assert campaign.done <= DONE_WITHIN and campaign.heard <= TOLD_WITHIN


def test_each_part_is_killed_once_while_a_dozen_uploads_come(opened):
    withstood(opened, uploads=FEW, faults=opened.parts)


@pytest.mark.faults
def test_parts_are_killed_all_the_time_while_many_uploads_come(opened):
    chance = random.Random(MANY)
    withstood(opened, uploads=MANY, faults=[chance.choice(opened.parts) for _ in range(MANY // 10)])
