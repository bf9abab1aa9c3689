"""Once a dispute is resolved, a lock lifted or something found, what waited is asked again by itself; what is cleared goes on."""

from datetime import timedelta

import pytest
from django.utils import timezone

from consent import clearance, determinations, records, reopening, tasks
from consent.facts import Depiction
from consent.models import Decision, Reopening
from provenance import tasks as errands
from provenance import turning
from provenance.models import Asset, Credential, SigningJob, SigningPlan
from registry.models import Event
from tests import cast as people
from tests import shots
from tests.assets import build
from tests.desk import at_the_desk

pytestmark = pytest.mark.django_db
CONTESTED = {"claimant": "A niece", "position": "Forged", "opened_on": "2026-11-01"}
RESOLVED = {"outcome": "upheld", "resolved_on": "2026-11-02"}
RECORDS = "/admin/consent/statement/"


def told(cast, **changes):
    return {"studio": cast.northlight, "by": cast.ines, "at": timezone.now(), "reason": "Letter received"} | changes


def disputed(cast, subject):
    return records.state("lock.dispute", subject=subject.public_id, details=CONTESTED, **told(cast))


def resolved(cast, dispute):
    return records.lift(dispute, by=cast.tobi, at=timezone.now(), reason="Settled", details=RESOLVED)


def sent(hatch, cast, status=202):
    answer = shots.send(hatch, build.result_jpg(), shots.declaration(cast), plate=build.plate_jpg())
    assert answer.status_code == status, answer.content
    return answer.json()


def state(asset):
    return SigningJob.objects.get(asset__public_id=asset["id"]).state


def asked(cast, person=None, at=None, **changes):
    depicted = Depiction("1", (person or cast.mira).public_id, "target_likeness", "face", "de_aging")
    question = clearance.Question(act="release", depictions=(depicted,), **changes)
    return clearance.decide(question, production=cast.harbor, requester=cast.northlight, purpose="clearance",
                            at=at or timezone.now())  # fmt: skip


def newest(decision):
    return decision.later.order_by("-pk").first() or decision


def carried_out():
    for cause in Reopening.objects.filter(done_at=None).values_list("cause", flat=True):
        tasks.ask_again(cause)


@pytest.fixture
def held(studio, hatch):
    """Mira's consent is disputed, and a shot of her is held."""
    grant = people.verified(studio, at=timezone.now())
    dispute = disputed(studio, grant)
    asset = sent(hatch, studio)
    assert asset["state"] == "held" and asset["problem"]["code"] == "consent.disputed"
    return dispute, asset


def test_a_held_asset_goes_on_once_its_dispute_is_resolved_and_not_before(studio, held):
    dispute, asset = held
    shots.sweep()
    errands.sweep()
    assert state(asset) == "held" and shots.nothing_released() and not SigningPlan.objects.exists()
    resolved(studio, dispute)
    assert state(asset) == "held"
    shots.sweep()
    assert state(asset) == "signed" and Credential.objects.get().decision.permits
    [event] = Event.objects.filter(chain=asset["id"], tag="asset:released_to_signing")
    assert event.actor == "system:reopening"
    assert Decision.objects.get(purpose="reconsideration").outcome == "permit"


def test_the_desk_sends_the_message_and_a_lost_one_is_sent_by_the_sweep(
    studio, held, monkeypatch, django_capture_on_commit_callbacks
):  # fmt: skip
    dispute, asset = held
    calls = []
    monkeypatch.setattr(tasks.ask_again, "delay", calls.append)
    with django_capture_on_commit_callbacks(execute=True):
        answer = at_the_desk(studio.tobi).post(f"{RECORDS}{dispute.public_id}/lift/", RESOLVED | {"reason": "Settled"})
    assert answer.status_code == 302
    row = Reopening.objects.latest("pk")
    assert calls == [row.cause]
    assert row.cause not in reopening.to_call(at=row.recorded_at + timedelta(seconds=14))
    assert row.cause in reopening.to_call(at=row.recorded_at + timedelta(seconds=16))


def test_twice_asks_once_and_changes_nothing_more(studio, held):
    dispute, asset = held
    lift = resolved(studio, dispute)
    for _ in range(2):
        tasks.ask_again(lift.public_id)
    row, decisions = Reopening.objects.get(cause=lift.public_id), Decision.objects.count()
    assert (row.asked, row.changed) == (1, 1)
    assert turning.let_go_on(at=timezone.now()) == [asset["id"]] and turning.let_go_on(at=timezone.now()) == []
    Reopening.objects.update(done_at=None)
    tasks.ask_again(lift.public_id)
    assert Decision.objects.count() == decisions and Event.objects.filter(tag="decision:asked_again").count() == 1


def test_what_is_still_no_stays_held_and_is_told_anew(studio, hatch, held):
    dispute, asset = held
    second = disputed(studio, studio.mira)
    resolved(studio, dispute)
    shots.sweep()
    assert state(asset) == "held" and shots.nothing_released()
    resolved(studio, second)
    shots.sweep()
    assert state(asset) == "signed"


def test_a_lock_that_comes_meanwhile_stops_it_beside_the_key(studio, held):
    dispute, asset = held
    resolved(studio, dispute)
    carried_out()
    determinations.lock(subject=studio.mira.public_id, **told(studio))
    assert turning.let_go_on(at=timezone.now()) == []
    assert state(asset) == "held" and shots.nothing_released() and not SigningPlan.objects.exists()


def test_what_is_held_for_another_reason_does_not_go_on(studio, held):
    """Such as measuring more than was declared: the decision behind the problem is a yes."""
    dispute, asset = held
    resolved(studio, dispute)
    carried_out()
    permitted = Decision.objects.get(purpose="reconsideration")
    SigningJob.objects.update(problem={"code": "extent.more", "detail": "More than declared", "decision": permitted.public_id})
    assert turning.let_go_on(at=timezone.now()) == [] and state(asset) == "held"
    SigningJob.objects.update(problem=None)
    assert turning.let_go_on(at=timezone.now()) == []


@pytest.mark.parametrize("how", ["determination", "verification", "record"])
def test_a_determination_a_verification_and_a_record_ask_again_too(studio, hatch, how):
    if how == "record":
        grant = people.verified(studio, at=timezone.now())
        veto = {"holder": "A", "encumbrance": "veto", "scope": "Any", "status": "asserted", "source": "Letter"}
        dispute = disputed(studio, grant)
        record = records.state("person.encumbrance", subject=studio.mira.public_id, details=veto, **told(studio))
        resolved(studio, dispute)
        records.correct(record, details=veto | {"status": "released"}, by=studio.ines, at=timezone.now(), reason="Released")
        assert Reopening.objects.filter(done_at=None).count() == 4
        return
    decision = asked(studio)
    assert decision.outcome == "deny"
    if how == "determination":
        made = determinations.propose(
            subject=studio.mira.public_id, question="no_consent_needed", answer="yes", **told(studio)
        )
        carried_out()
        assert newest(decision).outcome == "deny"
        determinations.second(made, by=studio.tobi, at=timezone.now(), reason="Agreed")
    else:
        people.verified(studio, at=timezone.now() - timedelta(seconds=1))
    carried_out()
    assert newest(decision).outcome == "permit" and newest(decision).purpose == "reconsideration"


def test_only_what_it_concerns_is_asked(cast):
    grant = people.verified(cast, at=timezone.now())
    mira, jon = asked(cast), asked(cast, cast.jon)
    dispute = disputed(cast, grant)
    stopped = asked(cast)
    resolved(cast, dispute)
    row = Reopening.objects.latest("pk")
    tasks.ask_again(row.cause)
    row.refresh_from_db()
    assert (row.asked, row.changed) == (1, 1)
    assert mira.outcome == "permit" and not mira.later.exists() and not jon.later.exists()
    assert newest(stopped).outcome == "permit"


@pytest.mark.parametrize("on", ["studio", "production", "unit"])
def test_what_lay_on_a_work_or_on_everything_concerns_all_that_was_asked_of_it(cast, on):
    people.verified(cast, at=timezone.now())
    subject = {"studio": "global", "production": cast.harbor.public_id, "unit": cast.sh114.public_id}[on]
    lock = determinations.lock(subject=subject, **told(cast))
    stopped = asked(cast, units=("sh114",))
    assert stopped.outcome == "deny"
    determinations.lift(lock, by=cast.tobi, at=timezone.now(), reason="Over")
    carried_out()
    assert newest(stopped).outcome == "permit"


def test_a_question_about_a_day_to_come_is_asked_about_that_day(cast):
    grant = people.verified(cast, at=timezone.now())
    dispute, later = disputed(cast, grant), timezone.now() + timedelta(days=90)
    stopped = asked(cast, as_of=later)
    resolved(cast, dispute)
    carried_out()
    assert newest(stopped).as_of == later and newest(stopped).outcome == "permit"


def test_what_was_asked_long_ago_and_another_studios_questions_are_left_alone(cast):
    people.verified(cast, at=timezone.now())
    lock = determinations.lock(subject="global", **told(cast))
    stopped = asked(cast)
    lift = determinations.lift(lock, by=cast.tobi, at=timezone.now() + timedelta(days=181), reason="Over")
    tasks.ask_again(lift.public_id)
    assert not stopped.later.exists()
    other = determinations.lock(subject="global", **told(cast, studio=cast.southgate, by=cast.sol))
    determinations.lift(other, by=cast.sol, at=timezone.now(), reason="Over")
    carried_out()
    assert not stopped.later.exists()


def test_a_lock_asks_nothing(cast):
    determinations.lock(subject="global", **told(cast))
    disputed(cast, cast.mira)
    assert not Reopening.objects.exists() and not Asset.objects.exists()
