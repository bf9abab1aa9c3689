"""The same upload sent many times at once is one asset, one job and one stored file; each vendor sees its own."""

import hashlib
import itertools
import os
import random
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.files import move
from django.db import OperationalError, connection

from provenance.intake import keeping
from provenance.models import SigningJob
from tests.faults import acts
from tests.faults.house import Hatch, Web

# Each test has a take and its plate.
numbers = itertools.count(random.randrange(10**5) * 100, 2)


@pytest.fixture(scope="module")
def web(house):
    with Web(house) as web:
        yield web


def of(number):
    return acts.picture(number), acts.picture(number + 1)


def stored_of(number):
    """How many stored files hold the bytes of that picture, and of which assets."""
    wanted = hashlib.sha256(acts.picture(number)).hexdigest()
    files = [
        path for path in acts.stored_files("received") if hashlib.sha256(path.read_bytes()).hexdigest() == wanted
    ]  # fmt: skip
    jobs = SigningJob.objects.filter(asset__sha256=wanted)
    return {"files": len(files), "jobs": jobs.count(), "assets": list(jobs.values_list("asset__public_id", flat=True))}


def test_twenty_at_once_are_one_asset_with_one_job_and_one_file(house, web):
    number = next(numbers)
    hatch, said = Hatch(web.port, house.do(acts.new_program)), house.do(acts.declared, title="the same")
    file, plate = of(number)

    with ThreadPoolExecutor(20) as pool:
        sent = [pool.submit(hatch.send, said, file=file, plate=plate) for _ in range(20)]
        answers = [one.result() for one in sent]

    assert {one.status_code for one in answers} == {202}, [one.text for one in answers if one.status_code != 202]
    assert len({one.json()["id"] for one in answers}) == 1
    asset_id = answers[0].json()["id"]
    assert house.do(stored_of, number=number) == {"files": 1, "jobs": 1, "assets": [asset_id]}
    assert house.do(acts.finish, asset_id=asset_id)["state"] == "signed"


def test_the_same_file_from_two_vendors_is_two_assets_and_each_sees_its_own(house, web):
    number = next(numbers)
    said = house.do(acts.declared, title="the same of two")
    file, plate = of(number)
    hatches = [Hatch(web.port, house.do(acts.new_program, vendor=name)) for name in ("Parallax VFX", "Umbra Effects")]

    with ThreadPoolExecutor(10) as pool:
        sent = [(mine, pool.submit(hatches[mine].send, said, file=file, plate=plate)) for mine in (0, 1) * 5]
        ids = [{one.result().json()["id"] for whose, one in sent if whose == mine} for mine in (0, 1)]

    assert [len(one) for one in ids] == [1, 1] and ids[0] != ids[1]
    for mine, hatch in enumerate(hatches):
        (own,), (other,) = ids[mine], ids[1 - mine]
        assert hatch.get(f"assets/{own}").status_code == 200
        assert hatch.get(f"assets/{other}").status_code == 404
        listed = {one["id"] for one in hatch.get("assets").json()["results"]}
        assert own in listed and other not in listed
    assert house.do(stored_of, number=number)["files"] == 2


def sent_between_the_look_and_the_move(number):
    """Storage looks whether a name is free and then moves the file there; in between, the same upload comes whole."""
    rename, others = os.rename, []

    def late(*names):
        move.os.rename = rename
        others.append(acts.take_in(number))
        return rename(*names)

    move.os.rename = late
    return acts.take_in(number), others[0]


def test_one_of_two_never_takes_the_others_file_away(house):
    """The one that came second removed “its” file, which had the same name as that of the first."""
    number = next(numbers)
    mine, theirs = house.do(sent_between_the_look_and_the_move, number=number)
    assert mine == theirs
    assert house.do(stored_of, number=number) == {"files": 1, "jobs": 1, "assets": [mine]}
    assert house.do(acts.finish, asset_id=mine)["state"] == "signed"


def committed_and_not_told(number):
    """The database commits, and the connection is lost before it can say so."""
    whole, commit = keeping.written, connection._commit

    def loses_the_answer():
        commit()
        connection._commit = commit
        raise OperationalError("server closed the connection unexpectedly")

    def written(*args, **given):
        connection._commit = loses_the_answer
        return whole(*args, **given)

    keeping.written = written
    try:
        acts.take_in(number)
    except OperationalError:
        keeping.written = whole
        return acts.take_in(number)


def test_a_commit_whose_answer_is_lost_keeps_the_file(house):
    """The bytes went although the rows had come to stay: sent again it was known, and could never be signed."""
    number = next(numbers)
    asset_id = house.do(committed_and_not_told, number=number)
    assert house.do(stored_of, number=number) == {"files": 1, "jobs": 1, "assets": [asset_id]}
    assert house.do(acts.finish, asset_id=asset_id)["state"] == "signed"
