"""What is due when: 48 hours, 21 days, two business days, destruction, coming of age, running out; half-open at midnight."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consent.clocks import BEFORE_OF_AGE, RUNNING_OUT, Born, Term, comes_of_age, coming_of_age, due, running_out
from consent.facts import age_on
from consent.forms.catalogue import FORMS
from consent.forms.reading import checked
from consent.holding import Stated
from consent.legal_days import business_days_on, day_of, days_on, midnight, zone_named
from registry.errors import Invalid

NOON = datetime(2026, 7, 14, 12, tzinfo=UTC)
SECOND, DAY = timedelta(seconds=1), timedelta(days=1)
ZONES = [ZoneInfo("America/Los_Angeles"), UTC, ZoneInfo("Pacific/Auckland")]

zones = st.sampled_from(ZONES)
moments = st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1)).map(lambda at: at.replace(tzinfo=UTC))
days = st.dates(date(2020, 1, 1), date(2035, 1, 1))


def stated(code, details, *, id="sta_1", subject="per_mira", at=NOON, **changes):
    form = FORMS[code]
    told = {
        "kind": form.kind, "by": ("ines", "tobi"), "refers_to": None, "effective_at": at, "until": None, "recorded_at": at,
    } | changes  # fmt: skip
    return Stated(id=id, form=code, subject=subject, details=checked(form, details), **told)


def moment_due(record, *others, at=NOON, **changed):
    return [one.at for one in due([record, *others], at, **changed)]


def replica(destroy_by="2026-12-31", **changes):
    return stated("replica.registered", {
        "name": "Scan", "kind": "scan", "replica_class": "EBDR", "biometrics": "none", "owner": "N", "custodian": "P",
        "destroy_by": destroy_by,
    }, **changes)  # fmt: skip


def order(served_at, id="sta_1", **changes):
    details = {"court": "LASC", "number": "1", "served_at": served_at, "orders": "Stop"}
    return stated("lock.court_order", details | changes, id=id)


# --- the clocks of records -----------------------------------------------------------------------------------------


def test_48_hours_before_the_services_until_the_notice_is_sent():
    services = NOON + 5 * DAY
    unsent = stated("notice.replica_creation", {"services_at": services}, subject="grt_1")
    [found] = due([unsent], NOON)
    assert (found.at, found.subject, found.record) == (services - timedelta(hours=48), "grt_1", "sta_1")
    assert not found.overdue(found.at - SECOND) and found.overdue(found.at)
    sent = stated("notice.replica_creation", {"services_at": services, "sent_at": NOON}, subject="grt_1")
    assert due([sent], NOON) == []


def test_21_days_after_submission_until_the_union_answers():
    asked = {"to_whom": "Southgate", "submitted_at": NOON, "decision": "pending"}
    assert moment_due(stated("replica.transfer", asked, subject="sta_9")) == [datetime(2026, 8, 4, 12, tzinfo=UTC)]
    answered = asked | {"decision": "refused", "answered_at": NOON + DAY}
    assert moment_due(stated("replica.transfer", answered, subject="sta_9")) == []
    assert moment_due(stated("replica.transfer", {"to_whom": "S", "decision": "pending"}, subject="sta_9")) == []


@pytest.mark.parametrize(("served", "by"), [
    (datetime(2026, 11, 19, 17, tzinfo=UTC), datetime(2026, 11, 23, 17, tzinfo=UTC)),
    (datetime(2026, 11, 20, 17, tzinfo=UTC), datetime(2026, 11, 24, 17, tzinfo=UTC)),
    (datetime(2026, 11, 21, 10, tzinfo=UTC), datetime(2026, 11, 24, 10, tzinfo=UTC)),
    (datetime(2026, 11, 22, 10, tzinfo=UTC), datetime(2026, 11, 24, 10, tzinfo=UTC)),
    (datetime(2026, 11, 23, 0, tzinfo=UTC), datetime(2026, 11, 25, 0, tzinfo=UTC)),
])  # fmt: skip
def test_two_business_days_after_service(served, by):
    """Thursday, Friday, Saturday, Sunday and the first moment of Monday. Holidays are not known."""
    assert moment_due(order(served)) == [by]


def test_the_days_are_those_of_the_place_the_order_names():
    """Friday evening in Los Angeles is Saturday in UTC, and already business there the whole Friday."""
    served = datetime(2026, 11, 21, 6, tzinfo=UTC)
    assert moment_due(order(served)) == [datetime(2026, 11, 24, 6, tzinfo=UTC)]
    assert moment_due(order(served, zone="America/Los_Angeles")) == [datetime(2026, 11, 25, 6, tzinfo=UTC)]


def test_an_order_complied_with_or_lifted_is_due_no_longer():
    served = order(NOON)
    done = stated("order.complied", {"answers": "sta_1", "complied_at": NOON, "stopped": "All"}, id="sta_2")
    other = stated("order.complied", {"answers": "sta_8", "complied_at": NOON, "stopped": "All"}, id="sta_3")
    lifted = Stated("sta_4", "lift", "", "per_mira", {}, ("tobi",), "sta_1", NOON, None, NOON)
    assert len(moment_due(served)) == len(moment_due(served, other)) == 1
    assert moment_due(served, done) == moment_due(served, lifted) == []


@pytest.mark.parametrize("zone", ZONES, ids=str)
def test_a_replica_may_be_kept_through_its_last_day(zone):
    [found] = due([replica()], NOON, zone=zone)
    assert found.at == datetime(2027, 1, 1, tzinfo=zone)
    assert not found.overdue(found.at - SECOND) and found.overdue(found.at)


def test_a_replica_destroyed_is_due_no_longer_once_two_say_so():
    gone = {"destroyed_at": NOON, "how": "Wiped", "certified_by": "P"}
    one = stated("replica.destroyed", gone, id="sta_2", subject="sta_1", by=("ines",))
    both = stated("replica.destroyed", gone, id="sta_3", subject="sta_1", refers_to="sta_2")
    assert len(moment_due(replica(), one)) == 1 and moment_due(replica(), one, both) == []


def test_a_corrected_record_is_due_by_its_correction_alone_and_an_answer_still_finds_it():
    later = replica("2027-06-30", id="sta_2", refers_to="sta_1")
    assert moment_due(replica(), later) == [datetime(2027, 7, 1, tzinfo=UTC)]
    gone = stated("replica.destroyed", {"destroyed_at": NOON, "how": "W", "certified_by": "P"}, id="sta_3", subject="sta_1")
    assert moment_due(replica(), later, gone) == []


def test_what_is_due_comes_soonest_first_and_only_of_what_holds_and_was_known():
    records = [replica(), order(NOON, id="sta_2")]
    assert [one.record for one in due(records, NOON)] == ["sta_2", "sta_1"]
    assert due(records, NOON - SECOND) == []
    assert due([replica(until=NOON + DAY)], NOON + DAY) == [] != due([replica(until=NOON + DAY)], NOON + DAY - SECOND)


@given(records=st.permutations([replica(), replica("2026-08-01", id="sta_2"), replica("2026-08-01", id="sta_3")]), zone=zones)
def test_the_order_in_which_records_come_changes_nothing(records, zone):
    assert [one.record for one in due(records, NOON, zone=zone)] == ["sta_2", "sta_3", "sta_1"]


# --- days ----------------------------------------------------------------------------------------------------------


@given(at=moments, count=st.integers(0, 30), zone=zones)
def test_business_days_are_so_many_days_that_are_no_weekend(at, count, zone):
    end = business_days_on(at, count, zone)
    first, last = day_of(at, zone), day_of(end, zone)
    between = [first + n * DAY for n in range(1, (last - first).days + 1)]
    assert sum(day.weekday() < 5 for day in between) == count
    assert count == 0 or last.weekday() < 5


@given(at=moments, count=st.integers(0, 400), zone=zones)
def test_days_keep_the_time_of_day_there(at, count, zone):
    start, end = at.astimezone(zone), days_on(at, count, zone).astimezone(zone)
    assert (end.date() - start.date()).days == count
    # An hour that the clocks leave out in spring is told as the hour after.
    assert abs(datetime.combine(date.min, end.time()) - datetime.combine(date.min, start.time())) <= timedelta(hours=1)


@given(day=days, zone=zones)
def test_a_day_begins_at_its_midnight_and_not_before(day, zone):
    begins = midnight(day, zone)
    assert day_of(begins, zone) == day and day_of(begins - SECOND, zone) == day - DAY
    assert begins.astimezone(zone).time() == time()


@pytest.mark.parametrize("name", ["Mars/Olympus", "../../etc/passwd", "x" * 300, "America"])
def test_a_zone_nobody_knows_is_refused(name):
    with pytest.raises(Invalid):
        zone_named(name)


# --- coming of age and running out ---------------------------------------------------------------------------------


@given(born=st.dates(date(1990, 1, 1), date(2020, 1, 1)))
def test_the_day_of_coming_of_age_is_the_first_of_eighteen_years(born):
    day = comes_of_age(born)
    assert age_on(born, day) == 18 and age_on(born, day - DAY) == 17


def test_somebody_born_on_29_february_comes_of_age_on_1_march():
    assert comes_of_age(date(2008, 2, 29)) == date(2026, 3, 1) and comes_of_age(date(2008, 2, 28)) == date(2026, 2, 28)


@pytest.mark.parametrize("zone", ZONES, ids=str)
@pytest.mark.parametrize(("before", "within"), [
    (181, None), (180, 180), (91, 180), (90, 90), (31, 90), (30, 30), (1, 30), (0, None),
])  # fmt: skip
def test_reminders_come_180_90_and_30_days_before_eighteen(zone, before, within):
    kit = Born("per_kit", date(2009, 9, 1))
    first = midnight(date(2027, 9, 1) - before * DAY, zone)
    last = midnight(date(2027, 9, 2) - before * DAY, zone) - SECOND
    told = [[one.within for one in coming_of_age([kit], at, zone=zone)] for at in (first, last)]
    assert told == [[within] if within else []] * 2


@pytest.mark.parametrize("zone", ZONES, ids=str)
@pytest.mark.parametrize(("before", "within"), [
    (181, None), (180, 180), (91, 180), (90, 90), (61, 90), (60, 60), (31, 60), (30, 30), (1, 30), (0, None), (-1, None),
])  # fmt: skip
def test_what_runs_out_is_told_by_the_narrowest_span(zone, before, within):
    term = Term("grt_1", date(2027, 1, 1))
    first = midnight(date(2027, 1, 1) - before * DAY, zone)
    found = running_out([term], first, zone=zone)
    assert [one.within for one in found] == ([within] if within else [])
    assert all(one.at == midnight(date(2027, 1, 1), zone) for one in found)


@given(ends=days, at=moments, zone=zones)
def test_what_has_run_out_is_never_said_to_run_out_and_spans_only_narrow(ends, at, zone):
    found, later = (running_out([Term("grt_1", ends)], when, zone=zone) for when in (at, at + DAY))
    assert bool(found) == (0 < (ends - day_of(at, zone)).days <= max(RUNNING_OUT))
    assert not (found and later) or later[0].within <= found[0].within
    assert set(BEFORE_OF_AGE) <= set(RUNNING_OUT)
