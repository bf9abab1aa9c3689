"""The usage report: what is on record per performer and production in a period; what is not recorded is not stated."""

import csv
import io
from datetime import timedelta

import pytest

from consent import records
from consent.models import Statement
from registry.models import Membership, Person
from tests import cast as people
from tests.desk import at_the_desk
from tests.provenance import signed

pytestmark = pytest.mark.django_db
JULY = {"first": "2026-07-01", "last": "2026-07-31"}
LATER = people.NOON + timedelta(hours=1)


def rows(user, **asked):
    answer = at_the_desk(user).get("/admin/usage/usage.csv", JULY | asked)
    assert answer.status_code == 200, answer.content
    sheet = b"".join(answer.streaming_content).decode().removeprefix("\ufeff")
    return list(csv.DictReader(io.StringIO(sheet, newline="")))


def state(cast, code, subject, **details):
    return records.state(
        code, studio=cast.northlight, subject=subject.public_id, details=details, by=cast.ines, at=LATER, reason="From payroll"
    )


def test_what_was_signed_and_what_work_it_stood_in_for_is_added_up(cast):
    grant = people.verified(cast)
    signed.with_mira(cast, grant)
    for quantity, day in (("2", "2026-07-10"), ("1.5", "2026-07-20"), ("9", "2026-08-01")):
        state(cast, "grant.usage", grant, unit="production_day", quantity=quantity, used_on=day)
    state(cast, "grant.usage", cast.harbor, unit="line", quantity="12", person=cast.mira.public_id)
    state(cast, "grant.replica_class", grant, replica_class="ICDR")
    state(cast, "grant.compensation", grant, system="Payroll", number="P-1", category="minimum", status="evidenced")
    [row] = rows(cast.ines)
    assert (row["Performer"], row["Production"], row["Files signed"]) == ("M. Vale", "Harbor", "1")
    assert row["Kinds of alteration"] == "de-aging (1)"
    assert (row["Production days"], row["Lines"], row["Records with no day of use"]) == ("3.5", "12", "1")
    assert (row["Class of replica"], row["References to the pay"]) == ("Made without the performer", "Minimum: evidenced (1)")
    assert "P-1" not in str(row)
    page = at_the_desk(cast.ines).get("/admin/usage/", JULY).content.decode()
    assert all(f"<td>{cell}</td>" in page for cell in ("3.5", "de-aging (1)", "Minimum: evidenced (1)"))


def test_what_nobody_recorded_is_not_stated_and_not_nought(cast):
    signed.with_mira(cast)
    [row] = rows(cast.ada)
    for name in ("Production days", "Sessions", "Minutes", "Class of replica", "References to the pay"):
        assert row[name] == "not stated", name


def test_a_corrected_record_counts_once_and_as_corrected(cast):
    grant = people.verified(cast)
    row = state(cast, "grant.usage", grant, unit="session", quantity="4", used_on="2026-07-10")
    records.correct(row, details={"unit": "session", "quantity": "3", "used_on": "2026-07-10"}, by=cast.ines, at=LATER,
                    reason="Counted again")  # fmt: skip
    assert Statement.objects.count() == 2 and [one["Sessions"] for one in rows(cast.ines)] == ["3"]


@pytest.mark.parametrize(("first", "last", "count"), [
    ("2026-07-14", "2026-07-14", 1), ("2026-07-15", "2026-07-31", 0), ("2026-07-01", "2026-07-13", 0),
])  # fmt: skip
def test_both_days_of_the_period_are_in_it(cast, first, last, count):
    signed.with_mira(cast)
    assert len(rows(cast.ines, first=first, last=last)) == count


def test_it_is_asked_of_one_performer(cast):
    signed.with_mira(cast)
    assert rows(cast.ines, person=cast.mira.public_id) and not rows(cast.ines, person=cast.jon.public_id)


def test_no_cell_is_a_formula(cast):
    signed.with_mira(cast)
    Person.objects.filter(pk=cast.mira.pk).update(alias="=cmd|' /C calc'!A0")
    assert rows(cast.ines)[0]["Performer"].startswith("'=")


def test_another_studio_reads_nothing_of_it_and_other_roles_no_page(cast):
    signed.with_mira(cast)
    assert rows(cast.sol) == []
    assert at_the_desk(cast.sol).get("/admin/usage/", JULY | {"person": cast.mira.public_id}).status_code == 422
    for role in (Membership.Role.DPO, Membership.Role.OPERATOR):
        user = people.lawyer(role, "Reed", cast.northlight, role)
        answer = at_the_desk(user).get("/admin/usage/usage.csv", JULY)
        assert answer.status_code == 403 and b"M. Vale" not in answer.content


@pytest.mark.parametrize("asked", [{"first": "2026-08-01"}, {"first": "soon"}, {"last": ""}, {"production": "prd_x"}])
def test_a_period_that_cannot_be_is_said_beside_its_field(cast, asked):
    for address in ("/admin/usage/", "/admin/usage/usage.csv"):
        answer = at_the_desk(cast.ines).get(address, JULY | asked)
        assert answer.status_code == 422 and b'class="fault"' in answer.content
