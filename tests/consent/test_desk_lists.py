"""Consent files as a list: their state as the rules fold it, searched, filtered, sorted, paged, and saved as a spreadsheet."""

import csv
import io
from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone

from consent import grants, worklists
from consent.models import Grant
from registry.admin.lists import UpTo
from registry.models import Person
from registry.spreadsheets import harmless
from tests import cast as people
from tests.desk import FILES, at_the_desk

pytestmark = pytest.mark.django_db
TODAY = datetime(2026, 7, 14, 12, tzinfo=UTC)


def state(grant, *, at=TODAY):
    return worklists.with_state(Grant.objects.filter(pk=grant.pk), at=at).get().state


def shown(desk, **query):
    return desk.get(FILES, query).content.decode()


def spreadsheet(desk, **query):
    answer = desk.get(f"{FILES}export/", query)
    assert answer.status_code == 200 and answer["Content-Disposition"].startswith("attachment")
    return list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))


# ── States ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("day", "expected"), [
    (date(2026, 5, 2), "not_yet"), (date(2026, 5, 3), "active"), (date(2028, 5, 2), "active"), (date(2028, 5, 3), "expired"),
])  # fmt: skip
def test_a_term_turns_on_its_days(cast, day, expected):
    grant = people.verified(cast)
    assert state(grant, at=datetime.combine(day, datetime.min.time(), UTC)) == expected


def test_unverified_it_waits_and_an_unverified_amendment_leaves_what_governs(cast):
    grant = people.entered(cast)
    assert state(grant) == "awaiting_verification"
    grants.verify(grant.revisions.get(), by=cast.tobi, at=people.NOON, reason="Compared")
    grants.amend(grant, terms=people.terms(), by=cast.ines, at=people.NOON, reason="Longer")
    assert state(grant) == "active"
    assert [one.number for one in worklists.to_verify(Grant.objects.all(), at=TODAY)] == [2]


@pytest.mark.parametrize(("mode", "moment", "expected"), [
    ("prospective_new_use", TODAY + timedelta(days=1), "active"),
    ("prospective_new_use", TODAY, "ended"),
    ("cease_all", TODAY, "ended"),
    ("annul", TODAY + timedelta(days=1), "ended"),
])  # fmt: skip
def test_an_ending_counts_from_its_moment_and_an_annulment_from_ever(cast, mode, moment, expected):
    grant = people.verified(cast)
    people.ended(cast, grant, at=moment, mode=mode)
    assert state(grant) == expected


def test_what_has_ended_waits_for_nobody(cast):
    grant = people.entered(cast)
    people.ended(cast, grant, at=TODAY)
    assert not worklists.to_verify(Grant.objects.all(), at=TODAY).exists()


@pytest.mark.parametrize(("days", "found"), [(29, False), (30, True), (180, True)])
def test_a_term_runs_out_within_so_many_days(cast, days, found):
    people.verified(cast, term_end=TODAY.date() + timedelta(days=30))
    assert worklists.running_out(Grant.objects.all(), at=TODAY, days=days).exists() is found


# ── The list ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def desk(cast):
    """Three files: one verified, one waiting, one that runs out in twenty days."""
    soon = timezone.now().date() + timedelta(days=20)
    people.verified(cast, number="C-1", effective_from=date(2020, 1, 1), term_end=date(2090, 1, 1))
    people.entered(cast, number="C-2")
    people.verified(cast, number="C-3", effective_from=date(2020, 1, 1), term_end=soon)
    return at_the_desk(cast.tobi)


@pytest.mark.parametrize(("query", "numbers"), [
    ({}, {"C-1", "C-2", "C-3"}),
    ({"q": "c-2"}, {"C-2"}),
    ({"q": "vale"}, {"C-1", "C-2", "C-3"}),
    ({"q": "Miranda Valeska"}, set()),
    ({"state": "active"}, {"C-1", "C-3"}),
    ({"state": "awaiting_verification"}, {"C-2"}),
    ({"verification": "waits"}, {"C-2"}),
    ({"ends": "30"}, {"C-3"}),
    ({"ends": "soon"}, {"C-1", "C-2", "C-3"}),
    ({"kind__exact": "estate"}, set()),
])  # fmt: skip
def test_it_is_searched_and_filtered_and_the_spreadsheet_says_the_same(desk, query, numbers):
    page = shown(desk, **query)
    assert {number for number in ("C-1", "C-2", "C-3") if f">{number}</a>" in page} == numbers
    assert {row["Number"] for row in spreadsheet(desk, **query)} == numbers


def test_it_is_sorted_and_paged(desk, cast):
    # `o` names a column, counted from nought.
    page = shown(desk, o="0")
    assert page.index(">C-1<") < page.index(">C-2<") < page.index(">C-3<")
    for number in range(4, 58):
        people.entered(cast, number=f"D-{number}", papers=())
    assert "57 consent files" in shown(desk) and ">C-1<" not in shown(desk) and ">C-1<" in shown(desk, p="2")
    assert len(spreadsheet(desk)) == 57


def test_by_state_rows_are_counted_up_to_where_nobody_turns_pages_to(desk, monkeypatch):
    assert "2 consent files" in shown(desk, state="active") and "at least" not in shown(desk, state="active")
    monkeypatch.setattr(UpTo, "MOST", 2)
    page = shown(desk, state="active")
    assert "at least 2 consent files" in page and page.index(">C-3<") < page.index(">C-1<")
    assert "at least" not in shown(desk)


@pytest.mark.parametrize("state", worklists.STATES)
def test_each_state_lists_those_that_stand_so_and_no_others(desk, cast, state):
    held = people.verified(cast, number="C-4")
    people.ended(cast, held, at=timezone.now())
    people.verified(cast, number="C-5", effective_from=date(2090, 1, 1), term_end=None)
    people.verified(cast, number="C-6", term_end=date(2026, 6, 1))
    told = {row["Number"] for row in spreadsheet(desk, state=state)}
    of_all = worklists.with_state(Grant.objects.all(), at=timezone.now())
    assert told == {one.number for one in of_all if one.state == state}


def test_an_empty_list_says_what_to_do(cast):
    assert "Enter the first one with its signed paper" in shown(at_the_desk(cast.tobi))
    assert "Nothing fits" in shown(at_the_desk(cast.tobi), q="C-9")


# ── Hostile text ─────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "\n=1"])
def test_no_cell_is_a_formula(text):
    assert harmless(text) == f"'{text}" and harmless("C-1") == "C-1"


def test_a_hostile_alias_is_a_formula_in_no_spreadsheet_and_a_script_on_no_page(desk, cast):
    Person.objects.filter(pk=cast.mira.pk).update(alias='=HYPERLINK("http://x")<script>alert(1)</script>')
    assert {row["Person"] for row in spreadsheet(desk)} == {"'=HYPERLINK(\"http://x\")<script>alert(1)</script>"}
    grant = Grant.objects.first()
    for address in (FILES, f"{FILES}{grant.public_id}/", f"{FILES}{grant.public_id}/verify/", f"{FILES}add/", "/admin/"):
        page = desk.get(address).content.decode()
        assert "<script>alert" not in page and (address == "/admin/" or "&lt;script&gt;alert(1)" in page), address


def test_states_go_into_the_spreadsheet_as_words(desk):
    assert {row["State"] for row in spreadsheet(desk)} == {"Active", "Awaiting verification"}
