"""Minors who come of age are told at the desk, to those who may know when somebody was born, and to nobody else."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from registry import people as registry_people
from registry.models import Membership
from tests import cast as people
from tests.desk import FILES, at_the_desk

pytestmark = pytest.mark.django_db
Role = Membership.Role
PAGE = "/admin/turning-18/"


def born(days):
    """Of whoever turns eighteen in so many days."""
    on = timezone.now().date() + timedelta(days=days)
    return date(on.year - 18, 3, 1) if (on.month, on.day) == (2, 29) else on.replace(year=on.year - 18)


def minor(cast, days, alias="K. Lind", studio=None, by=None):
    return registry_people.add(
        studio=studio or cast.northlight, alias=alias, by=by or cast.ines, at=timezone.now(), reason="Cast",
        birth_date=born(days),
    )  # fmt: skip


def opened(user, days=""):
    return at_the_desk(user).get(PAGE, {"days": days} if days else {}).content.decode()


def front(user):
    return at_the_desk(user).get("/admin/").content.decode()


@pytest.mark.parametrize(("days", "within"), [(20, (30, 90, 180)), (60, (90, 180)), (170, (180,)), (200, ())])
def test_the_page_lists_who_turns_eighteen_within_each_span(cast, days, within):
    minor(cast, days)
    for span in (30, 90, 180):
        page = opened(cast.ines, str(span))
        assert ("K. Lind" in page) is (span in within)
        assert (f"No minor on your files turns 18 within {span} days." in page) is (span not in within)
    assert ("K. Lind" in opened(cast.ines, "everything")) is ("K. Lind" in opened(cast.ines)) is (180 in within)


def test_it_tells_the_day_and_which_consents_are_in_force(cast):
    kim = minor(cast, 20)
    cast.mira = kim
    grant = people.verified(cast, number="C-0900")
    people.entered(cast, number="C-0901")
    page = opened(cast.tobi)
    on = timezone.now().date() + timedelta(days=20)
    assert f"{on:%-d %B %Y}" in page and "20 days left" in page
    assert f"{FILES}{grant.public_id}/" in page and "C-0900" in page and "C-0901" not in page


def test_the_front_page_counts_them_and_tells_of_the_next(cast):
    assert "none comes of age soon" in front(cast.ines)
    kim = minor(cast, 20)
    minor(cast, 40, "L. Roy")
    page, on = front(cast.ines), timezone.now().date() + timedelta(days=20)
    assert "<b>2</b>minors turning 18 in 180 days" in page and f"the first on {on:%-d %B %Y}" in page and PAGE in page
    waiting = page.partition("<h2>Next</h2>")[2]
    assert waiting.index("K. Lind comes of age") < waiting.index("L. Roy comes of age")
    assert f"/admin/registry/person/{kim.public_id}/" in waiting


@pytest.mark.parametrize("role", Role.values)
def test_only_those_who_may_know_a_birth_date_are_told(cast, role):
    minor(cast, 20)
    user, may = people.lawyer("uma", "Reed", cast.northlight, role), role in (Role.LEGAL_ENTER, Role.LEGAL_VERIFY, Role.DPO)
    assert ("K. Lind" in opened(user)) is may
    assert ("turning 18" in front(user)) is ("K. Lind" in front(user)) is may


def test_who_reads_no_consents_is_told_of_none(cast):
    cast.mira = minor(cast, 20)
    people.verified(cast, number="C-0900")
    page = opened(people.lawyer("uma", "Reed", cast.northlight, Role.DPO))
    assert "K. Lind" in page and "C-0900" not in page and "Consents in force" not in page


def test_another_studio_s_minors_are_theirs_alone(cast):
    minor(cast, 20)
    minor(cast, 20, "S. Orr", studio=cast.southgate, by=cast.sol)
    assert "K. Lind" not in opened(cast.sol) + front(cast.sol) and "S. Orr" in opened(cast.sol)


def test_neither_page_asks_more_questions_for_more_minors(cast, django_assert_max_num_queries):
    for number in range(30):
        minor(cast, 20 + number, f"M. {number}")
    desk = at_the_desk(cast.ines)
    for address in ("/admin/", PAGE):
        with django_assert_max_num_queries(35):
            desk.get(address)
