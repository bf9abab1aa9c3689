"""What waits at the desk is answered there: held assets decided, determinations made by two, dead letters queued again."""

import pytest
from django.utils import timezone

from consent.models import Statement
from provenance.models import SigningJob
from tests import shots
from tests.assets import build
from tests.desk import at_the_desk

pytestmark = pytest.mark.django_db
ASSETS = "/admin/provenance/asset/"


@pytest.fixture
def held(cast, program):
    """An asset in which a real person is depicted whom nobody has identified."""
    cast.northlight.key_reference = f"dev:{cast.northlight.public_id}"
    cast.northlight.save()
    somebody = {"id": "mira", "unidentified": True, "role": "target_likeness", "modality": "face"}
    declared = shots.declaration(cast, depictions=[somebody])
    answer = shots.send(program(cast.parallax), build.result_jpg(), declared, plate=build.plate_jpg())
    assert (answer.status_code, answer.json()["state"]) == (202, "held")
    return f"{ASSETS}{answer.json()['id']}/"


def job():
    return SigningJob.objects.get()


def test_the_page_of_a_held_asset_says_why_and_offers_the_answers(cast, held):
    page = at_the_desk(cast.ines).get(held).content.decode()
    assert "<td>De-aging</td>" in page and "Ageing" not in page
    assert "nobody has said who it is" in page and "Decide about it" in page and "no consent is needed" in page
    assert "Decide about it" not in at_the_desk(cast.ada).get(held).content.decode()


def test_asking_again_without_a_change_leaves_it_held(cast, held):
    answer = at_the_desk(cast.ines).post(f"{held}decide/", {"answer": "again", "reason": "Looked at it"}, follow=True)
    assert "so it stays held" in answer.content.decode() and job().state == "held"
    shots.work()
    assert shots.nothing_released()


def test_two_lawyers_determine_and_it_is_signed(cast, held):
    asset = job().asset
    proposing = {"subject": asset.sha256, "reason": "A passer-by, not recognisable"}
    at_the_desk(cast.ines).post(f"{held}determine/", proposing)
    proposal = Statement.objects.get()
    own = at_the_desk(cast.ines).post(f"{held}determine/{proposal.public_id}/", {"reason": "Agreed"})
    assert own.status_code == 403 and Statement.objects.count() == 1
    agreed = at_the_desk(cast.tobi).post(f"{held}determine/{proposal.public_id}/", {"reason": "Agreed"})
    assert agreed.status_code == 302 and Statement.objects.count() == 2


def test_a_refusal_is_told_to_the_vendor_without_its_reason(cast, held, program):
    at_the_desk(cast.ines).post(f"{held}decide/", {"answer": "refuse", "reason": "Her lawyer called"})
    assert job().state == "refused"
    told = program(cast.parallax).get(f"/api/v1/assets/{job().asset.public_id}")
    assert told.json()["problem"]["code"] == "consent.refused_by_desk" and "lawyer called" not in told.content.decode()
    shots.work()
    assert shots.nothing_released()


def test_a_dead_letter_is_queued_again_and_signed(cast, held):
    SigningJob.objects.update(state="dead", attempt=5)
    answer = at_the_desk(cast.tobi).post(f"{held}queue-again/", {"reason": "The key was renewed"})
    assert answer.status_code == 302 and (job().state, job().attempt) == ("received", 0)


@pytest.mark.parametrize("act", ["decide/", "queue-again/", "determine/"])
def test_nobody_else_answers_and_nothing_is_answered_without_a_reason(cast, held, act):
    whole = {"answer": "refuse", "subject": job().asset.sha256, "reason": "Because"}
    assert at_the_desk(cast.sol).post(f"{held}{act}", whole).status_code == 404
    assert at_the_desk(cast.ada).post(f"{held}{act}", whole).status_code == 403
    assert at_the_desk(cast.ines).post(f"{held}{act}", whole | {"reason": " "}).status_code == 422
    assert job().state == "held" and not Statement.objects.exists()


def test_an_answer_that_comes_too_late_is_told_so(cast, held):
    SigningJob.objects.update(state="refused", changed_at=timezone.now())
    answer = at_the_desk(cast.ines).post(f"{held}decide/", {"answer": "refuse", "reason": "No"})
    assert answer.status_code == 409 and "not where it was" in answer.content.decode()
