"""A process may be killed between any step of storage and of the database: no byte on record is lost, none stays for ever.

Uploads, results, refusals and papers, each killed where something is stored and not yet named, or is named no more.
"""

import importlib
import itertools
import os
import tempfile
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.db import OperationalError, connection
from django.utils import timezone

from consent import grants, paper
from consent.models import Evidence
from provenance import audit, intake, leftovers
from provenance.models import Asset, Credential, Ingredient, SigningJob
from registry import journal
from registry.models import ApiClient, Organisation, Person, Production, User
from tests import cast as people
from tests import databases
from tests.faults import acts
from tests.faults.house import House

numbers = itertools.count(20_000, 2)


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    """A house of our own: its clock is put forward, and no other test's worker may be at work in it."""
    folder = tmp_path_factory.mktemp("left")
    databases.begin(folder)
    with House(folder) as house:
        yield house


# ── What the processes do ────────────────────────────────────────────────────────────────────────────────────────


def dying(at, moment, call=1):
    """Be gone before or after the `call`-th call of a function, named with its module."""
    module, _, name = at.rpartition(".")
    where = default_storage if module == "storage" else importlib.import_module(module)
    whole, calls = getattr(where, name), itertools.count(1)

    def dies(*args, **given):
        last = next(calls) == call
        if last and moment == "before":
            os._exit(acts.KILLED)
        answer = whole(*args, **given)
        if last:
            os._exit(acts.KILLED)
        return answer

    setattr(where, name, dies)


def take_in(number, **death):
    dying(**death)
    acts.take_in(number)


def sign(asset_id, **death):
    dying(**death)
    acts.sign(asset_id)


def hold(number):
    """An upload that shows somebody whom nobody has named: a lawyer has to look at it."""
    said = acts.declared(f"take {number}")
    said["depictions"][0] = {"id": "mira", "unidentified": True, "role": "target_likeness", "modality": "face"}
    with tempfile.TemporaryDirectory() as folder:
        files = [acts.sent(folder, name, acts.picture(of)) for name, of in (("take.jpg", number), ("plate.jpg", number + 1))]
        client = ApiClient.objects.filter(organisation__name="Parallax VFX").first()
        asset = intake.receive(files[0], said, {"plate": files[1]}, client=client, at=timezone.now())
    assert asset.job.state == SigningJob.State.HELD
    return asset.public_id


def refuse(asset_id, **death):
    dying(**death)
    ines = User.objects.get(username="ines")
    intake.refuse(Asset.objects.get(public_id=asset_id), by=ines, at=timezone.now(), reason="Not hers")


def enter(**death):
    if death:
        dying(**death)
    grants.enter(
        person=Person.objects.get(alias="M. Vale"), studio=Organisation.objects.get(name="Northlight Pictures"),
        production=Production.objects.get(title="Harbor"), number=f"C-{next(numbers)}", kind="rider",
        terms=people.terms(), by=User.objects.get(username="ines"), at=timezone.now(), reason="Received by courier",
    )  # fmt: skip


def entered_and_not_told():
    """The database commits, and the connection is lost before it can say so."""
    whole, commit = paper.record, connection._commit

    def loses_the_answer():
        commit()
        connection._commit = commit
        raise OperationalError("server closed the connection unexpectedly")

    def records(*args, **given):
        connection._commit = loses_the_answer
        return whole(*args, **given)

    paper.record = records
    before = Evidence.objects.count()
    try:
        enter()
    except OperationalError:
        return Evidence.objects.count() - before


# ── What is found ────────────────────────────────────────────────────────────────────────────────────────────────


def stored():
    root = Path(default_storage.path(""))
    return {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()}


def named():
    """The files that rows name, but for those of refused assets."""
    assets = Asset.objects.exclude(job__state=SigningJob.State.REFUSED)
    rows = (assets, Ingredient.objects.filter(asset__in=assets), Credential.objects.all(), Evidence.objects.all())
    return {key for found in rows for key in found.values_list("storage_key", flat=True)}


def settled():
    """Somebody else goes on, and two days later the sweep passes. What was left over before, and is wrong after."""
    left = len(stored() - named())
    for asset_id in SigningJob.objects.filter(state__in=("received", "signing")).values_list("asset__public_id", flat=True):
        assert acts.finish(asset_id)["state"] == "signed"
    leftovers.clear(at=timezone.now() + timedelta(days=2))
    return {
        "left": left, "unnamed": sorted(stored() - named()), "lost": sorted(named() - stored()),
        "faults": list(audit.faults()), "broken": journal.broken_links(),
    }  # fmt: skip


def well(house, *, left):
    whole = {"unnamed": [], "lost": [], "faults": [], "broken": []}
    assert house.do(settled) == whole | {"left": left}


# ── Killed ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("death", "left"), [
    ({"at": "provenance.shelf.keep", "moment": "after"}, 1),
    ({"at": "provenance.shelf.keep", "moment": "after", "call": 2}, 2),
    ({"at": "provenance.intake.keeping.written", "moment": "after"}, 2),
    ({"at": "provenance.intake.kept", "moment": "after"}, 0),
])  # fmt: skip
def test_while_an_upload_is_taken_in(own, death, left):
    number = next(numbers)
    assert not own.begin(take_in, number=number, **death).ended()
    well(own, left=left)
    assert own.do(acts.finish, asset_id=own.do(acts.take_in, number=number))["state"] == "signed"
    well(own, left=0)


@pytest.mark.parametrize(("death", "left"), [
    ({"at": "provenance.shelf.keep", "moment": "after"}, 1),
    ({"at": "provenance.signing.releasing._release", "moment": "after"}, 1),
    ({"at": "provenance.signing.release", "moment": "after"}, 0),
])  # fmt: skip
def test_while_a_result_is_stored_and_released(own, death, left):
    asset_id = own.do(acts.take_in, number=next(numbers))
    assert not own.begin(sign, asset_id=asset_id, **death).ended()
    well(own, left=left)
    assert own.do(acts.found, asset_id=asset_id)["trusted"]


@pytest.mark.parametrize(("death", "state", "left"), [
    ({"at": "provenance.leftovers.let_go", "moment": "after"}, "held", 0),
    ({"at": "provenance.shelf.forget", "moment": "before"}, "refused", 2),
    ({"at": "storage.delete", "moment": "after"}, "refused", 1),
    ({"at": "storage.delete", "moment": "after", "call": 2}, "refused", 0),
])  # fmt: skip
def test_while_the_desk_refuses(own, death, state, left):
    asset_id = own.do(hold, number=next(numbers))
    assert not own.begin(refuse, asset_id=asset_id, **death).ended()
    assert own.do(acts.found, asset_id=asset_id)["state"] == state
    well(own, left=left)


@pytest.mark.parametrize("death", [
    {"at": "consent.paper.record", "moment": "before"}, {"at": "consent.paper.record", "moment": "after"},
])  # fmt: skip
def test_while_a_paper_is_put_on_record(own, death):
    assert not own.begin(enter, **death).ended()
    well(own, left=1)


def test_a_commit_whose_answer_is_lost_keeps_the_paper(own):
    """The file went although the row had come to stay: a lawyer could enter the consent again, and the first one stayed,
    with a paper that nobody could open."""
    assert own.do(entered_and_not_told) == 1
    well(own, left=0)
