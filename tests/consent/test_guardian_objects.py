"""A parent or guardian objects: while the performer is a minor that is answered first; later it has no effect (§11.4)."""

from datetime import UTC, date, datetime, timedelta

import pytest

from consent import clearance, facts, grants, records
from consent.models import Decision, Statement
from registry import people
from tests import cast as world
from tests.consent.world import KIT_FACE, ask, authority, fact, grant, question, revision, signature
from tests.desk import at_the_desk

EIGHTEEN = datetime(2027, 9, 1, 12, tzinfo=UTC)  # Kit's birthday
OBJECTED = fact("grt_kit", "grant.guardian_objected")
REAFFIRMED = fact("grt_kit", "grant.reaffirmed")


def outcome(as_of, *statements, act="sign"):
    signed = revision(authority=authority("guardian"), signatures=(signature(capacity="guardian"),), term_end=None)
    kits = grant(signed, id="grt_kit", person="per_kit")
    decision = ask(question(KIT_FACE, as_of=as_of, known_at=as_of, act=act), kits, statements=statements)
    return decision.outcome, {reason.rule for reason in decision.reasons}


@pytest.mark.parametrize("at, found", [
    (EIGHTEEN - timedelta(days=300), ("review", {"CORE-GUARDIAN-OBJECTION"})),
    (EIGHTEEN - timedelta(days=1), ("review", {"CORE-GUARDIAN-OBJECTION"})),
    (EIGHTEEN, ("permit", set())), (EIGHTEEN + timedelta(days=1), ("permit", set())),
])  # fmt: skip
def test_it_counts_until_the_eighteenth_birthday(at, found):
    assert outcome(at, OBJECTED, REAFFIRMED) == found
    assert outcome(at, REAFFIRMED) == ("permit", set())


def test_from_then_on_only_the_performer_decides():
    assert outcome(EIGHTEEN, OBJECTED) == outcome(EIGHTEEN) == ("review", {"CORE-MINOR-REAFFIRM"})


@pytest.mark.parametrize("act", ["release", "continue_distribution"])
def test_what_was_made_before_goes_on(act):
    assert outcome(EIGHTEEN - timedelta(days=300), OBJECTED, act=act)[0] == "permit"


@pytest.mark.django_db
def test_it_is_recorded_on_a_form_and_lifted_when_it_is_answered(cast):
    kit = people.add(
        studio=cast.northlight, alias="K", by=cast.ines, at=world.NOON, reason="Cast", birth_date=date(2012, 1, 1)
    )
    cast.harbor.cast.add(kit)
    guardian = people.record_authority(
        kit, kind="guardian", party="Ana Hollis", basis="Birth certificate", by=cast.ines, at=world.NOON, reason="Seen"
    )
    verified = people.verify_authority(guardian, by=cast.tobi, at=world.NOON, reason="Compared")
    entered = grants.enter(
        person=kit, studio=cast.northlight, production=cast.harbor, number="C-0150", kind="rider", by=cast.ines,
        terms=world.terms(capacity="guardian", authority=verified), at=world.NOON, reason="Signed rider received",
    )  # fmt: skip
    grants.verify(entered.revisions.get(), by=cast.tobi, at=world.NOON, reason="Compared")
    about = f"/admin/consent/statement/about/{cast.northlight.public_id}/{entered.public_id}/state/grant.guardian_objection/"
    said = {"who": "Ana Hollis", "objected_on": "2026-07-14", "reason": "Her letter of today"}
    assert at_the_desk(cast.ines).post(about, said | {"objected_on": ""}).status_code == 422
    assert not Statement.objects.exists()
    assert at_the_desk(cast.ines).post(about, said).status_code == 302
    row = Statement.objects.get()
    assert "Ana Hollis" not in str(row.details) and cast.northlight == row.studio

    shown = facts.Depiction("k", kit.public_id, "target_likeness", "face", "de_aging")
    question = clearance.Question(act="sign", depictions=(shown,), territories=("US",))
    later = row.effective_at + timedelta(hours=1)
    _, answer = clearance.ask(question, production=cast.harbor, at=later)
    assert (answer.outcome, [reason.rule for reason in answer.reasons]) == ("review", ["CORE-GUARDIAN-OBJECTION"])
    records.lift(row, by=cast.ines, at=later, reason="She took it back")
    assert clearance.ask(question, production=cast.harbor, at=later)[1].outcome == "permit"
    assert not Decision.objects.exists()
