"""Who turns eighteen soon, from birth dates that lie encrypted; counted as the decision counts ages."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consent import worklists
from consent.facts import age_on
from registry import people
from registry.models import Person

TODAY = datetime(2026, 11, 25, 15, tzinfo=UTC)


@given(st.dates(min_value=date(1900, 1, 1), max_value=date(2200, 1, 1)))
def test_on_the_day_one_is_of_age_and_on_the_day_before_a_minor(born):
    on = worklists.eighteenth_birthday(born)
    assert (age_on(born, on - timedelta(days=1)), age_on(born, on)) == (17, 18)


def test_whoever_was_born_on_29_february_comes_of_age_on_1_march():
    assert worklists.eighteenth_birthday(date(2008, 2, 29)) == date(2026, 3, 1)


def minor(cast, born, alias="K.", **more):
    return people.add(studio=cast.northlight, alias=alias, by=cast.ines, at=TODAY, reason="Cast", birth_date=born, **more)


def found(days, studio=None):
    theirs = Person.objects.filter(studio=studio) if studio else Person.objects.all()
    return [(one.person.alias, one.on) for one in worklists.coming_of_age(theirs, at=TODAY, days=days)]


@pytest.mark.django_db
@pytest.mark.parametrize(("born", "days", "listed"), [
    (date(2008, 11, 24), 180, False),  # was of age yesterday
    (date(2008, 11, 26), 0, False), (date(2008, 11, 26), 1, True),
    (date(2008, 12, 25), 29, False), (date(2008, 12, 25), 30, True),
    (date(2009, 2, 23), 89, False), (date(2009, 2, 23), 90, True),
    (date(2009, 5, 24), 179, False), (date(2009, 5, 24), 180, True),
    (date(2009, 5, 25), 180, False), (date(2020, 1, 1), 180, False),
])  # fmt: skip
def test_the_day_before_the_span_the_last_day_of_it_and_the_day_after(cast, born, days, listed):
    minor(cast, born)
    assert found(days) == ([("K.", worklists.eighteenth_birthday(born))] if listed else [])


@pytest.mark.django_db
def test_on_the_birthday_itself_it_is_still_told(cast):
    minor(cast, date(2008, 11, 26))
    at = TODAY + timedelta(days=1)
    assert [one.on for one in worklists.coming_of_age(Person.objects.all(), at=at, days=0)] == [at.date()]


@pytest.mark.django_db
def test_the_soonest_stands_first_and_only_the_living_whose_birth_date_is_known_are_listed(cast):
    minor(cast, date(2009, 2, 1), "L.")
    minor(cast, date(2009, 1, 1), "K.")
    people.record_death(minor(cast, date(2009, 1, 2), "D."), died_on=date(2026, 1, 1), by=cast.ines, at=TODAY, reason="Notice")
    minor(cast, None, "U.", never_public=True)
    minor(cast, date(1990, 1, 3), "A.", never_public=True)
    erased = minor(cast, date(2009, 1, 4), "E.")
    Person.objects.filter(pk=erased.pk).update(data_key=b"")
    assert found(180) == [("K.", date(2027, 1, 1)), ("L.", date(2027, 2, 1))]
    assert found(180, cast.southgate) == []
