"""What an ending leaves of a work by how far it had come, cell by cell (consent.md §6.5)."""

from datetime import UTC, date, datetime, timedelta

import pytest

from consent.lifecycle import LEFT_OF_WORK, PUBLIC_AFTER_ENDING, STAGES, left_of_work, public_after, to_stop_by
from consent.vocabulary import ENDING_MODES
from tests.consent.world import NOON, ending

SECOND = timedelta(seconds=1)
LAST_DAY = date(2026, 8, 31)
OVER = datetime(2026, 9, 1, tzinfo=UTC)
# The table of §6.5, once the ending is in effect; of a run-off, before its last day is over and after.
CELLS = {
    "prospective_new_use": ("deny", "review", "permit", "permit"),
    "no_new_release": ("deny", "deny", "deny", "permit"),
    "run_off": ("deny", "deny", "deny", "deny"),
    "cease_all": ("deny", "deny", "deny", "deny"),
    "annul": ("deny", "review", "review", "review"),
}


def ended(mode, **changes):
    return ending(mode, **({"run_off_to": LAST_DAY} if mode == "run_off" else {}) | changes)


def test_the_table_has_every_mode_and_every_stage():
    assert set(CELLS) == set(LEFT_OF_WORK) == set(PUBLIC_AFTER_ENDING) == set(ENDING_MODES)
    assert all(set(left) == set(STAGES) for left in LEFT_OF_WORK.values())


@pytest.mark.parametrize(("number", "stage"), list(enumerate(STAGES)))
@pytest.mark.parametrize("mode", ENDING_MODES)
def test_each_cell(mode, number, stage):
    from_when = OVER if mode == "run_off" else NOON
    assert left_of_work(ended(mode), stage, from_when) == CELLS[mode][number]
    before = left_of_work(ended(mode), stage, from_when - SECOND)
    assert before == (CELLS["annul"][number] if mode == "annul" else "permit")


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("mode", ENDING_MODES)
def test_what_never_was_valid_is_reviewed_whatever_the_mode_says(mode, stage):
    both = left_of_work(ended(mode, kind="annulled"), stage, OVER)
    order = ("permit", "review", "deny")
    assert both == max(LEFT_OF_WORK["annul"][stage], LEFT_OF_WORK[mode][stage], key=order.index)
    assert left_of_work(ended(mode, kind="annulled"), stage, NOON - SECOND) != "permit"


@pytest.mark.parametrize(("mode", "moment"), [
    ("prospective_new_use", None), ("no_new_release", None), ("annul", None), ("cease_all", NOON), ("run_off", OVER),
])  # fmt: skip
def test_by_when_a_released_work_must_have_stopped(mode, moment):
    assert to_stop_by(ended(mode), "released") == moment
    assert all(to_stop_by(ended(mode), stage) is None for stage in STAGES if stage != "released")
    assert to_stop_by(ended(mode, kind="annulled"), "released") is None


@pytest.mark.parametrize(("mode", "state"), [
    ("prospective_new_use", "ended"), ("no_new_release", "ended"), ("run_off", "ended"), ("cease_all", "under_review"),
    ("annul", "under_review"),
])  # fmt: skip
def test_what_a_public_page_may_say(mode, state):
    assert public_after(ended(mode)) == state
    assert public_after(ended(mode, kind="annulled")) == "under_review"
