"""What may be destroyed, and when: the day before, the day itself, and never under a legal hold."""

from datetime import date, timedelta

import pytest
from hypothesis import given, strategies

from consent.retention import Hold, fate

OVER = date(2028, 5, 3)
FREE = date(2034, 5, 3)
DAY = timedelta(days=1)
DAYS = strategies.dates(date(2020, 1, 1), date(2060, 1, 1))


@pytest.mark.parametrize(("over_on", "day", "may", "why", "on"), [
    (None, FREE, False, "in_force", None),
    (OVER, OVER - DAY, False, "in_force", None),
    (OVER, OVER, False, "kept", FREE),
    (OVER, FREE - DAY, False, "kept", FREE),
    (OVER, FREE, True, "over", FREE),
    (date(2028, 2, 29), date(2034, 2, 28), False, "kept", date(2034, 3, 1)),
    (date(2028, 2, 29), date(2034, 3, 1), True, "over", date(2034, 3, 1)),
])  # fmt: skip
def test_papers_are_kept_for_years_after_the_consent_is_over(over_on, day, may, why, on):
    found = fate(over_on=over_on, keep_years=6, holds=(), day=day)
    assert (found.may, found.why, found.on) == (may, why, on)


@pytest.mark.parametrize(("hold", "day", "may"), [
    (Hold(FREE), FREE - DAY, False), (Hold(FREE), FREE, False), (Hold(FREE + DAY), FREE, True),
    (Hold(OVER, FREE), FREE - DAY, False), (Hold(OVER, FREE), FREE, True),
])  # fmt: skip
def test_a_legal_hold_keeps_them_until_it_is_lifted(hold, day, may):
    assert fate(over_on=OVER, keep_years=6, holds=[hold], day=day).may == may


@given(over_on=strategies.none() | DAYS, years=strategies.integers(0, 50), day=DAYS,
       holds=strategies.lists(strategies.builds(Hold, DAYS, strategies.none() | DAYS), max_size=4))  # fmt: skip
def test_nothing_is_free_while_anything_rests_on_it_or_a_hold_lies_on_it(over_on, years, day, holds):
    found = fate(over_on=over_on, keep_years=years, holds=holds, day=day)
    if found.may:
        assert over_on is not None and over_on <= day and found.on <= day
        assert not any(hold.holds(day) for hold in holds)
    assert found == fate(over_on=over_on, keep_years=years, holds=holds[::-1], day=day)
