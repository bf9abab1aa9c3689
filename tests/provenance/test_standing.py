"""How consent stands today is read from the record at the moment of reading, and tells no more than a state."""

from datetime import UTC, date, datetime, timedelta

import pytest

from provenance import standing
from provenance.standing import Standing
from tests.provenance.registered import credential, end, grant_behind

ENDED = datetime(2026, 9, 1, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def today(made, at):
    return standing.now(made.decision_id, at_signing="confirmed", at=at)


@pytest.mark.parametrize(
    ("after", "state"), [(timedelta(days=-1), "confirmed"), (timedelta(0), "ended"), (timedelta(days=1), "ended")]
)
def test_an_ending_counts_from_its_moment(after, state):
    made = credential()
    end(grant_behind(made), at=ENDED)
    assert today(made, ENDED + after).state == state


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        ("prospective_new_use", Standing("ended", True)),
        ("no_new_release", Standing("ended", True)),
        ("cease_all", Standing("under_review", True)),
        ("annul", Standing("under_review", True)),
    ],
)
def test_each_mode_of_ending(mode, expected):
    made = credential()
    end(grant_behind(made), mode=mode, at=ENDED)
    assert today(made, ENDED) == expected


@pytest.mark.parametrize(("day", "goes_on"), [(date(2026, 10, 31), True), (date(2026, 11, 1), False)])
def test_a_run_off_lets_finished_work_go_on_up_to_its_last_day(day, goes_on):
    made = credential()
    end(grant_behind(made), mode="run_off", run_off_to=date(2026, 10, 31), at=ENDED)
    assert today(made, datetime(day.year, day.month, day.day, tzinfo=UTC)) == Standing("ended", goes_on)


@pytest.mark.parametrize(("day", "state"), [(30, "confirmed"), (31, "ended")])
def test_a_term_runs_out(day, state):
    made = credential()
    grant_behind(made, term_end=date(2026, 10, 31))
    assert today(made, datetime(2026, 10, day, tzinfo=UTC)).state == state


def test_one_person_ending_is_enough():
    made = credential()
    grant_behind(made)
    end(grant_behind(made), at=ENDED)
    assert today(made, ENDED).state == "ended"


def test_an_ending_of_another_grant_changes_nothing():
    made, other = credential(), None
    grant = grant_behind(made)
    other = type(grant).objects.create(
        person=grant.person, studio=grant.studio, number="C-9", entered_by=grant.entered_by, recorded_at=ENDED
    )
    end(other, at=ENDED)
    assert today(made, ENDED).state == "confirmed"


@pytest.mark.parametrize("at_signing", ["not_required", "not_stated", "under_review"])
def test_what_was_not_confirmed_then_is_not_confirmed_now(at_signing):
    made = credential()
    assert standing.now(made.decision_id, at_signing=at_signing, at=ENDED).state == at_signing


def test_what_an_ending_would_touch():
    made = credential()
    grant = grant_behind(made)
    other = grant_behind(made)
    assert list(standing.standing_on(grant)) == [made] == list(standing.standing_on(other))
    assert not standing.standing_on(type(grant)(pk=0)).exists()


def test_it_takes_one_query(django_assert_num_queries):
    made = credential()
    end(grant_behind(made), at=ENDED)
    with django_assert_num_queries(1):
        today(made, ENDED)
