"""An ending is shown with every asset it touches before it is recorded, and recorded only when confirmed."""

from datetime import timedelta

import pytest
from django.utils import timezone

from consent import records
from consent.models import Ending, Statement
from provenance.models import SigningJob
from registry.models import Event
from tests import cast as people
from tests.desk import FILES, at_the_desk
from tests.provenance import registered

pytestmark = pytest.mark.django_db


def said(**changes):
    received = (timezone.now() - timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M")
    return {
        "kind": "withdrawn", "mode": "prospective_new_use", "received_at": received, "effective_at": received,
        "run_off_to": "", "reason": "Letter of the performer",
    } | changes  # fmt: skip


def address(grant):
    return f"{FILES}{grant.public_id}/ending/"


def asset_on(cast, grant, *, signed=False, title="harbor_sh114_v07.jpg"):
    """An asset of Harbor that stands on the grant: signed and released, or waiting to be signed."""
    made = registered.credential(title=title) if signed else None
    asset = made.asset if made else registered.asset(title=title)
    asset.decision.revisions.add(grant.revisions.first())
    SigningJob.objects.create(
        asset=asset, intake_key=title[:64], state="signed" if signed else "received", not_before=people.NOON,
        called_at=people.NOON, changed_at=people.NOON,
    )  # fmt: skip
    return asset


def test_the_preview_shows_what_it_touches_and_records_nothing(cast):
    grant = people.verified(cast)
    asset_on(cast, grant, signed=True)
    asset_on(cast, grant, title="harbor_sh115_v01.jpg")
    answer = at_the_desk(cast.ines).post(address(grant), said())
    page = answer.content.decode()
    assert answer.status_code == 200 and "harbor_sh114_v07.jpg" in page and "harbor_sh115_v01.jpg" in page
    assert "1 signed asset stands on this consent, and 1 is under way" in page
    assert "Stays signed and may go on being used" in page and "Is refused once the ending is in effect" in page
    assert not Ending.objects.exists() and not Event.objects.filter(tag="grant:ended").exists()


@pytest.mark.parametrize(("changes", "words"), [
    ({"mode": "no_new_release"}, "What is out already stays out"),
    ({"mode": "run_off", "run_off_to": "2027-01-31"}, "may be used until 31 January 2027"),
    ({"mode": "cease_all"}, "All use has to stop"),
    ({"mode": "annul"}, "Goes to review"),
    ({"kind": "annulled"}, "Goes to review"),
])  # fmt: skip
def test_each_effect_is_told_in_plain_words(cast, changes, words):
    grant = people.verified(cast)
    asset_on(cast, grant, signed=True)
    assert words in at_the_desk(cast.ines).post(address(grant), said(**changes)).content.decode()


def test_an_ending_that_touches_nothing_says_so(cast):
    assert "No asset stands on it" in at_the_desk(cast.ines).post(address(people.verified(cast)), said()).content.decode()


def test_confirmed_it_is_recorded(cast):
    grant = people.verified(cast)
    answer = at_the_desk(cast.ines).post(address(grant), said(confirm="1"))
    assert answer.status_code == 302 and answer.url == f"{FILES}{grant.public_id}/"
    ending = Ending.objects.get()
    assert (ending.grant, ending.kind, ending.mode, ending.entered_by) == (grant, "withdrawn", "prospective_new_use", cast.ines)
    assert Event.objects.get(tag="grant:ended").reason == "Letter of the performer"


@pytest.mark.parametrize("changes", [{"kind": "annulled"}, {"mode": "annul"}])
def test_that_it_never_was_valid_is_proposed_and_waits_for_a_second_lawyer(cast, changes):
    grant = people.verified(cast)
    desk = at_the_desk(cast.ines)
    assert desk.post(address(grant), said(confirm="1", **changes)).status_code == 302
    assert not Ending.objects.exists()
    assert "once a second lawyer confirms it" in desk.get(f"{FILES}{grant.public_id}/").content.decode()
    records.confirm(Statement.objects.get(), by=cast.tobi, at=timezone.now(), reason="The signature is forged")
    assert (Ending.objects.get().entered_by, Ending.objects.get().confirmed_by) == (cast.ines, cast.tobi)


def test_going_back_keeps_what_was_typed(cast):
    answer = at_the_desk(cast.ines).post(address(people.verified(cast)), said(back="1"))
    assert "Letter of the performer" in answer.content.decode() and not Ending.objects.exists()


FUTURE = (timezone.now() + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M")


@pytest.mark.parametrize("step", [{}, {"confirm": "1"}])
@pytest.mark.parametrize(("changes", "words"), [
    ({"reason": " "}, "Say why"),
    ({"received_at": FUTURE, "effective_at": FUTURE}, "cannot have been received in the future"),
    ({"effective_at": "2020-01-01T00:00"}, "takes effect when it is received, or later"),
    ({"mode": "run_off"}, "A run-off needs the last day of use"),
    ({"run_off_to": "2027-01-31"}, "Only a run-off has a last day of use"),
    ({"mode": "forgotten"}, "Select a valid choice"),
])  # fmt: skip
def test_what_cannot_be_is_refused_before_and_after_the_preview(cast, step, changes, words):
    answer = at_the_desk(cast.ines).post(address(people.verified(cast)), said(**changes, **step))
    assert answer.status_code == 422 and words in answer.content.decode()
    assert not Ending.objects.exists()


def test_a_reader_s_role_may_not_end_and_another_studio_finds_nothing(cast):
    grant = people.verified(cast)
    for user, status in ((cast.ada, 403), (cast.sol, 404)):
        assert at_the_desk(user).get(address(grant)).status_code == status
        assert at_the_desk(user).post(address(grant), said(confirm="1")).status_code == status
    assert not Ending.objects.exists()
