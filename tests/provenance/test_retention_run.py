"""What the retention rule lets go, once a day, and what it never touches; a hold keeps all; the page tells it beforehand."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.files.storage import default_storage
from django.db import IntegrityError, connection, transaction

from consent import grants, paper, records
from consent.forms.reading import NotFilledIn
from consent.models import Decision, Destruction, Evidence, Receipt, Statement
from consent.paper import PaperDestroyed
from provenance import leftovers, retiring, tasks
from registry import journal
from registry.models import Event, Membership, Person
from tests import cast as people
from tests.cast import NOON
from tests.desk import at_the_desk
from tests.provenance import signed

pytestmark = pytest.mark.django_db
PAGE = "/admin/retention/"
OVER = date(2028, 5, 3)
FREE = date(2034, 5, 3)
DAY = timedelta(days=1)


def moment(day):
    return datetime(day.year, day.month, day.day, 3, 30, tzinfo=UTC)


def stated(cast, years=6, at=NOON):
    told = {"studio": cast.northlight, "subject": "global", "details": {"years": str(years), "basis": "Policy of 2026"}}
    return records.state("studio.retention", by=cast.ines, at=at, reason="Decided", **told)


@pytest.fixture
def rule(cast):
    return records.confirm(stated(cast), by=cast.tobi, at=NOON, reason="Agreed")


@pytest.fixture
def grant(cast):
    return people.verified(cast)


def run(day):
    retiring.carry_out(clock=lambda: moment(day))


def there():
    return [one for one in Evidence.objects.all() if default_storage.exists(one.storage_key)]


def nothing_went():
    tags = ("evidence:destroyed", "person:erased", "studio:retention_carried_out")
    return (
        not Destruction.objects.exists() and len(there()) == Evidence.objects.count()
        and not Event.objects.filter(tag__in=tags).exists() and Person.objects.get(alias="M. Vale").data_key
    )  # fmt: skip


@pytest.fixture
def on_commit(django_capture_on_commit_callbacks):
    return lambda day: _run_and_commit(django_capture_on_commit_callbacks, day)


def _run_and_commit(captured, day):
    with captured(execute=True):
        run(day)


def test_without_a_rule_of_two_people_nothing_goes(cast, grant, on_commit):
    on_commit(FREE + 100 * DAY)
    stated(cast)
    on_commit(FREE + 100 * DAY)
    assert nothing_went()


@pytest.mark.parametrize(("day", "goes"), [(FREE - DAY, False), (FREE, True), (FREE + DAY, True)])
def test_the_papers_of_a_consent_go_on_their_day(cast, grant, rule, on_commit, day, goes):
    kept = grant.revisions.get().evidence.get()
    on_commit(day)
    assert default_storage.exists(kept.storage_key) is not goes
    if not goes:
        assert nothing_went()
        return
    destroyed = Destruction.objects.get()
    assert (destroyed.evidence, destroyed.rule, destroyed.over_on) == (kept, rule, OVER)
    event = Event.objects.get(tag="evidence:destroyed")
    assert (event.chain, event.actor) == (grant.public_id, "system:retention") and kept.sha256 in event.body
    with pytest.raises(PaperDestroyed, match="as the studio’s retention rule says"):
        paper.read(Evidence.objects.get(pk=kept.pk))
    page = at_the_desk(cast.ines).get(f"/admin/consent/grant/{grant.public_id}/papers/{kept.public_id}/")
    assert page.status_code in (404, 409)
    run_event = Event.objects.get(tag="studio:retention_carried_out")
    assert '"papers":1' in run_event.body and '"people":1' in run_event.body


def test_every_chain_verifies_every_decision_replays_and_no_row_goes(cast, grant, rule, on_commit):
    rows = {model: list(model.objects.order_by("pk").values()) for model in (Decision, Evidence, Statement)}
    events = list(Event.objects.order_by("pk").values_list("hash", flat=True))
    on_commit(FREE)
    assert Destruction.objects.exists() and journal.broken_links() == []
    assert rows == {model: list(model.objects.order_by("pk").values()) for model in rows}
    assert list(Event.objects.order_by("pk").values_list("hash", flat=True))[: len(events)] == events


def test_a_person_on_whose_consents_nothing_rests_is_erased_and_others_are_not(cast, grant, rule, on_commit):
    people.grants.enter(
        person=cast.jon, studio=cast.northlight, production=cast.harbor, number="C-9", kind="rider", by=cast.ines, at=NOON,
        terms=people.terms(term_end=date(2033, 1, 1)), reason="Signed rider",
    )  # fmt: skip
    on_commit(FREE)
    mira, jon = Person.objects.get(pk=cast.mira.pk), Person.objects.get(pk=cast.jon.pk)
    assert not mira.data_key and mira.legal_name in (None, "") and mira.alias == "Erased person"
    assert jon.data_key and jon.legal_name == "Jonathan Abara"
    event = Event.objects.get(tag="person:erased")
    assert event.actor == "system:retention" and "Retention rule: 6 years" in event.reason
    assert not Receipt.objects.exists() and journal.broken_links() == []


LEGAL_HOLD = ("lock.legal_hold", {"matter": "Vale v Northlight", "from_on": "2033-01-01"})
DISPUTE = ("lock.dispute", {"claimant": "A niece", "position": "Forged", "opened_on": "2033-01-01"})


@pytest.mark.parametrize(("lock", "on"), [
    *((LEGAL_HOLD, on) for on in ("grant", "person", "production", "studio")), (DISPUTE, "grant"), (DISPUTE, "person"),
])  # fmt: skip
def test_a_hold_keeps_all_of_it_until_it_is_lifted(cast, grant, rule, on_commit, lock, on):
    subjects = {"grant": grant.public_id, "person": cast.mira.public_id, "production": cast.harbor.public_id}
    form, details = lock
    told = {"studio": cast.northlight, "by": cast.ines, "at": NOON, "reason": "Letter"}
    hold = records.state(form, subject=subjects.get(on, "global"), details=details, **told)
    on_commit(FREE)
    assert nothing_went()
    resolved = {"outcome": "over", "resolved_on": "2035-01-01"}
    records.lift(hold, by=cast.tobi, at=moment(FREE), reason="Settled", details=resolved)
    on_commit(FREE + DAY)
    assert Destruction.objects.exists() and not there()


def test_a_lock_that_stops_no_destruction_keeps_nothing(cast, grant, rule, on_commit):
    records.state(
        "lock.strike", studio=cast.northlight, subject="global", details={"union": "SAG", "called_on": "2026-07-14"},
        acts=("generate",), by=cast.ines, at=NOON, reason="Called",
    )  # fmt: skip
    on_commit(FREE)
    assert Destruction.objects.exists()


def test_what_a_signed_file_still_rests_on_stays(cast, grant, rule, on_commit):
    """Finished work continues after the term: its consent may have to be shown as long as it is out."""
    signed.with_mira(cast, grant)
    on_commit(FREE + 1000 * DAY)
    assert nothing_went()
    people.ended(cast, grant, at=moment(FREE), mode="cease_all")
    on_commit(date(2040, 5, 3))
    assert Destruction.objects.get().over_on == FREE
    assert Person.objects.get(pk=cast.mira.pk).data_key, "a signed file shows her"


def test_what_goes_on_under_a_later_revision_stays(cast, grant, rule, on_commit):
    later = grants.amend(grant, terms=people.terms(term_end=None), by=cast.ines, at=NOON, reason="Extended")
    grants.verify(later, by=cast.tobi, at=NOON, reason="Compared")
    on_commit(FREE)
    assert nothing_went()


def test_a_consent_that_ended_is_over_from_its_ending(cast, grant, rule, on_commit):
    people.ended(cast, grant, at=NOON)
    on_commit(date(2032, 7, 13))
    assert nothing_went()
    on_commit(date(2032, 7, 14))
    assert Destruction.objects.get().over_on == date(2026, 7, 14)


def test_twice_a_day_is_harmless_and_a_file_left_over_is_found(cast, grant, rule, on_commit, monkeypatch):
    kept = grant.revisions.get().evidence.get()
    run(FREE)
    assert Destruction.objects.count() == 1 and default_storage.exists(kept.storage_key), "not committed yet"
    on_commit(FREE)
    assert Destruction.objects.count() == 1 and Event.objects.filter(tag="evidence:destroyed").count() == 1
    assert kept.storage_key not in leftovers._named([kept.storage_key])


def test_a_lifted_rule_destroys_nothing_more(cast, grant, rule, on_commit):
    records.lift(rule, by=cast.tobi, at=NOON + DAY, reason="To be thought over")
    on_commit(FREE)
    assert nothing_went()


@pytest.mark.parametrize("years", ["0", "2.5", "101", "-1"])
def test_a_rule_of_no_whole_years_is_refused(cast, years):
    with pytest.raises(NotFilledIn) as refused:
        stated(cast, years=years)
    assert "whole years" in refused.value.errors[0].detail
    assert not Statement.objects.exists()


def test_the_page_tells_what_will_go_and_what_a_hold_keeps_and_writes_nothing(cast, rule):
    long_ago = people.verified(cast, effective_from=date(2015, 1, 1), term_end=date(2016, 1, 1), signed_on=date(2015, 1, 1))
    page = at_the_desk(cast.ines).get(PAGE).content.decode()
    assert "C-0142" in page and "1 January 2016" in page and "1 January 2022" in page and "M. Vale" in page
    assert "6 years after a consent is over" in page and nothing_went()
    records.state(
        "lock.legal_hold", studio=cast.northlight, subject=long_ago.public_id, by=cast.ines, at=NOON, reason="Letter",
        details={"matter": "M", "from_on": "2026-01-01"}, acts=("destroy",),
    )  # fmt: skip
    page = at_the_desk(cast.ines).get(PAGE, {"in": "365"}).content.decode()
    assert "Kept by a hold" in page and "No paper." in page
    assert at_the_desk(cast.sol).get(PAGE).content.decode().count("C-0142") == 0


def test_the_page_asks_as_often_however_much_goes(cast, rule, django_assert_max_num_queries):
    for number in range(12):
        people.verified(
            cast, number=f"C-{number}", effective_from=date(2015, 1, 1), term_end=date(2016, 1, 1), signed_on=date(2015, 1, 1)
        )
    records.state(
        "lock.legal_hold", studio=cast.northlight, subject=cast.jon.public_id, by=cast.ines, at=NOON, reason="Letter",
        details={"matter": "M", "from_on": "2026-01-01"},
    )  # fmt: skip
    desk = at_the_desk(cast.ines)
    with django_assert_max_num_queries(45):
        page = desk.get(PAGE).content.decode()
    assert page.count("1 January 2022") == 12


def test_without_a_rule_the_page_says_so_and_leads_to_where_it_is_said(cast):
    where = f"/admin/consent/statement/about/{cast.northlight.public_id}/global/state/studio.retention/"
    page = at_the_desk(cast.ines).get(PAGE).content.decode()
    assert "Nothing is destroyed by itself" in page and where in page
    assert at_the_desk(cast.ines).get(where).status_code == 200
    reader = people.lawyer("uma", "Reed", cast.northlight, Membership.Role.DPO)
    assert where not in at_the_desk(reader).get(PAGE).content.decode()


def test_that_it_went_stays_on_record(cast, grant, rule, on_commit):
    on_commit(FREE)
    for statement in ("UPDATE consent_destruction SET over_on = over_on", "DELETE FROM consent_destruction"):
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_the_task_runs_it_today(cast, grant, rule):
    tasks.carry_out_retention()
    assert nothing_went()
