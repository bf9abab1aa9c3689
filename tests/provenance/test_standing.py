"""How consent stands today is read from the record at the moment of reading, and tells no more than a state."""

from datetime import UTC, date, datetime, timedelta

import pytest

from consent.forms.catalogue import FORMS
from consent.models import Decision, Statement
from provenance import reach, standing
from provenance.models import Credential
from provenance.standing import Standing
from registry.models import Authority, CollectiveAgreement, Organisation, Person, Production, Unit
from registry.private import new_data_key
from tests.provenance.registered import SIGNED_AT, credential, end, grant_behind

ENDED = datetime(2026, 9, 1, tzinfo=UTC)
DAY = timedelta(days=1)
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


def test_it_takes_two_queries(django_assert_num_queries):
    made = credential()
    end(grant_behind(made), at=ENDED)
    with django_assert_num_queries(2):
        today(made, ENDED)


def stopped(made, grant, on, form, acts=(), **changes):
    subject = {"grant": grant.public_id, "person": grant.person.public_id, "production": made.asset.production.public_id}[on]
    told = {"kind": "lock", "studio": grant.studio, "subject": subject, "form": form, "acts": list(acts)}
    return Statement.objects.create(effective_at=ENDED, recorded_at=ENDED, **told | changes)


@pytest.mark.parametrize("on", ["grant", "person", "production"])
@pytest.mark.parametrize(("form", "acts", "state"), [
    ("lock.court_order", (), "under_review"), ("lock.court_order", ("continue_distribution",), "under_review"),
    ("lock.court_order", ("generate",), "confirmed"), ("lock.dispute", FORMS["lock.dispute"].acts, "confirmed"),
    ("lock.dispute", ("release", "continue_distribution"), "under_review"), ("lock.strike", (), "confirmed"),
    ("lock.safety", (), "confirmed"), ("", (), "confirmed"),
])  # fmt: skip
def test_an_order_or_a_dispute_that_reaches_what_is_out_puts_it_under_review_and_no_other_lock_does(on, form, acts, state):
    made = credential()
    lock = stopped(made, grant_behind(made), on, form, acts)
    assert today(made, ENDED - timedelta(seconds=1)).state == "confirmed" and today(made, ENDED).state == state
    Statement.objects.create(
        kind="lift", studio=lock.studio, subject=lock.subject, refers_to=lock, effective_at=ENDED + DAY, recorded_at=ENDED
    )
    assert today(made, ENDED + DAY).state == "confirmed"


def test_a_court_order_holds_until_its_end_and_only_over_its_own():
    made = credential()
    grant = grant_behind(made)
    stopped(made, grant, "grant", "lock.court_order", until=ENDED + DAY)
    assert today(made, ENDED).state == "under_review" and today(made, ENDED + DAY).state == "confirmed"
    other = Decision.objects.get(pk=made.decision_id)
    other.pk, other.public_id, other._state.adding = None, "dec_other", True
    other.save()
    assert standing.now(other, at_signing="confirmed", at=ENDED).state == "confirmed"


@pytest.fixture
def wider():
    """A credential, and what else of its decision an order may name, each beside one of its kind that is not the decision's."""
    made = credential()
    work = made.asset.production
    season, other_season = (Production.objects.create(title=title, studio=work.studio) for title in ("Season 1", "Season 2"))
    Production.objects.filter(pk=work.pk).update(parent=season)
    for code in ("sag-aftra-tv", "dga-bta"):
        CollectiveAgreement.objects.create(code=code, version="2026", title=code)
    season.agreements.add(CollectiveAgreement.objects.get(code="sag-aftra-tv"))
    shot, other = (Unit.objects.create(production=work, code=code) for code in ("sh114", "sh115"))
    someone = Person.objects.create(studio=work.studio, alias="A guardian's child", data_key=new_data_key())
    told = {"person": someone, "kind": "guardian", "recorded_at": SIGNED_AT}
    entered, stranger = (Authority.objects.create(**told) for _ in range(2))
    grant_behind(made, authority=Authority.objects.create(**told, replaces=entered))
    return made, {
        "everything": ("global", None), "agreement": ("agreement:sag-aftra-tv", "agreement:dga-bta"),
        "season": (season.public_id, other_season.public_id), "shot": (shot.public_id, other.public_id),
        "file": (made.asset.sha256, "0" * 64), "authority": (entered.public_id, stranger.public_id),
    }  # fmt: skip


@pytest.mark.parametrize("what", ["everything", "agreement", "season", "shot", "file", "authority"])
def test_an_order_reaches_what_it_names_and_nothing_beside_it(wider, what):
    made, named = wider
    mine, other = named[what]
    elsewhere = Organisation.objects.create(kind="studio", name="Southgate Films")
    told = {"kind": "lock", "form": "lock.court_order", "effective_at": ENDED, "recorded_at": ENDED}
    if other:
        Statement.objects.create(studio=made.producer, subject=other, **told)
    if what in ("everything", "agreement", "file"):
        Statement.objects.create(studio=elsewhere, subject=mine, **told)
    assert today(made, ENDED).state == "confirmed"
    Statement.objects.create(studio=made.producer, subject=mine, **told)
    assert today(made, ENDED).state == "under_review"
    concerned = Credential.objects.filter(reach.reached(reach.ever(), through="decision__"))
    assert list(concerned.distinct()) == [made]
