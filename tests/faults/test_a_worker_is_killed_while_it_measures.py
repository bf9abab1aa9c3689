"""A worker may be killed before, while and after it measures: another finishes, and nothing is measured or signed twice.

Measuring takes as long as a film does, so its lease is renewed meanwhile, and nobody else takes the asset.
"""

import itertools
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from django.conf import settings
from django.utils import timezone

from provenance import findings, intake
from provenance.models import Measured, SigningJob
from registry.models import ApiClient
from tests import shots
from tests.faults import acts
from tests.faults.house import until

CASES = list(itertools.product(("_measured", "_keep"), ("before", "after")))
numbers = itertools.count(50_000)


def take_in(number):
    """A shot that was changed all over, with its plate as evidence of that."""
    operation = shots.de_aging(whole=True, evidence={"difference": {"input": "plate"}})
    del operation["regions"]
    said = acts.declared(f"take {number}") | {"operations": [operation]}
    with TemporaryDirectory() as folder:
        files = [
            acts.sent(folder, name, acts.picture(of)) for name, of in (("take.jpg", number), ("plate.jpg", number + 1_000_000))
        ]
        client = ApiClient.objects.filter(organisation__name="Parallax VFX").first()
        return intake.receive(files[0], said, {"plate": files[1]}, client=client, at=timezone.now()).public_id


def sign_and_die(asset_id, name, moment):
    acts.dying_at(findings, name, moment)
    acts.sign(asset_id)


def sign_slowly(asset_id, lease, until_there_is):
    def slowly(whole):
        return lambda *args, **given: until(Path(until_there_is).exists, within=240) and whole(*args, **given)

    settings.LEASE_SECONDS = lease
    with acts.wrapped(findings, "_measured", slowly):
        acts.sign(asset_id)


def leased_until(asset_id):
    return SigningJob.objects.get(asset__public_id=asset_id).leased_until.timestamp()


def measured(asset_id):
    return Measured.objects.filter(operation__asset__public_id=asset_id).count()


@pytest.mark.parametrize(("name", "moment"), CASES)
def test_a_worker_killed_while_it_measures_loses_nothing_and_measures_nothing_twice(house, name, moment):
    asset_id = house.do(take_in, number=next(numbers))
    assert not house.begin(sign_and_die, asset_id=asset_id, name=name, moment=moment).ended()
    assert house.do(acts.found, asset_id=asset_id)["state"] == "signing"
    assert house.do(measured, asset_id=asset_id) == ((name, moment) == ("_keep", "after"))

    told = house.do(acts.finish, asset_id=asset_id)

    assert told["state"] == "signed" and told["trusted"] and (told["credentials"], told["attempt"]) == (1, 2), told
    assert house.do(measured, asset_id=asset_id) == 1
    assert told["events"] == ["asset:received", "asset:measured", "asset:signed"]
    assert (told["house"]["broken"], told["house"]["missing"]) == ([], [])


def test_the_lease_is_renewed_for_as_long_as_it_measures(house, tmp_path):
    """It measures for longer than a lease; a second worker that is called meanwhile steps aside."""
    asset_id, enough = house.do(take_in, number=next(numbers)), tmp_path / "enough"
    slow = house.begin(sign_slowly, asset_id=asset_id, lease=3, until_there_is=str(enough))
    until(lambda: house.do(acts.found, asset_id=asset_id)["state"] == "signing", within=240)
    first = house.do(leased_until, asset_id=asset_id)
    until(lambda: time.time() > first, within=240)
    house.do(acts.sign, asset_id=asset_id)
    assert house.do(acts.found, asset_id=asset_id)["state"] == "signing"
    assert house.do(leased_until, asset_id=asset_id) > first
    enough.touch()
    slow.answer()
    told = house.do(acts.found, asset_id=asset_id)
    assert (told["state"], told["attempt"], told["credentials"]) == ("signed", 1, 1)
