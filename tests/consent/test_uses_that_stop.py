"""Where a consent ends so that all use has to stop, that stands among what is due until somebody records that it has (§6.5)."""

from datetime import UTC, date, datetime, timedelta

import pytest

from consent import deadlines, endings, records
from tests import cast as people
from tests.cast import NOON
from tests.consent.test_clocks import SECOND

pytestmark = pytest.mark.django_db
LAST_DAY = date(2026, 8, 31)
OVER = datetime(2026, 9, 1, tzinfo=UTC)


def due(cast, at=NOON + timedelta(hours=1)):
    return [(one.says, one.subject, one.at) for one in deadlines.of(cast.northlight, at=at)]


def ended(cast, mode, **changes):
    grant = people.verified(cast)
    return endings.end(
        grant, kind="withdrawn", mode=mode, received_at=NOON, effective_at=NOON, by=cast.ines, at=NOON,
        reason="Letter of the performer", **changes,
    ).grant  # fmt: skip


@pytest.mark.parametrize("mode, more, by", [
    ("cease_all", {}, NOON), ("run_off", {"run_off_to": LAST_DAY}, OVER), ("prospective_new_use", {}, None),
    ("no_new_release", {}, None),
])  # fmt: skip
def test_it_is_due_by_the_moment_the_ending_names(cast, mode, more, by):
    grant = ended(cast, mode, **more)
    assert due(cast) == ([("All use has to stop", grant.public_id, by)] if by else [])
    assert due(cast, NOON - SECOND) == []


def test_it_is_told_until_it_is_recorded_that_all_use_has_stopped(cast):
    grant = ended(cast, "cease_all")
    assert [one.overdue(NOON) for one in deadlines.of(cast.northlight, at=NOON)] == [True]
    told = {"stopped_on": "2026-07-14", "where": "Streaming; the trailer on two platforms"}
    row = records.state(
        "grant.stopped", studio=cast.northlight, subject=grant.public_id, details=told, by=cast.ines, at=NOON, reason="Seen"
    )
    assert due(cast) == []
    records.lift(row, by=cast.ines, at=NOON + timedelta(minutes=1), reason="One platform still shows it")
    assert [says for says, *_ in due(cast)] == ["All use has to stop"]
    assert deadlines.of(cast.southgate, at=NOON) == []
