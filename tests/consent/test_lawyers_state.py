"""Determinations, approvals and locks: who may state what, and what the decision makes of it."""

from datetime import timedelta

import pytest

from consent import clearance, determinations, subjects
from consent.facts import Depiction
from consent.models import Statement
from registry import journal
from registry.errors import Conflict, Invalid
from registry.journal import ReasonRequired
from registry.models import CollectiveAgreement, Event, Production
from tests import cast as people
from tests.consent import world

pytestmark = pytest.mark.django_db
FILE = "ab" * 32
LATER = people.NOON + timedelta(hours=1)


def asked(cast, *, at=LATER, sha256=FILE):
    face = Depiction("mira", cast.mira.public_id, "target_likeness", "face", "de_aging")
    question = clearance.Question(act="sign", depictions=(face,), asset_sha256=sha256)
    return clearance.decide(
        question, production=cast.harbor, requester=cast.parallax, purpose="clearance", at=at
    )


def codes(decision):
    return {reason["code"] for reason in decision.answer["reasons"]}


def proposed(cast, **changes):
    told = {"subject": cast.mira.public_id, "question": "no_consent_needed", "answer": "yes", "by": cast.ines,
            "at": people.NOON, "reason": "Fleeting, in the background of scene 3", **changes}  # fmt: skip
    return determinations.propose(studio=cast.northlight, **told)


def test_one_lawyers_determination_counts_for_nothing_and_two_lawyers_clear_it(cast):
    proposal = proposed(cast)
    assert asked(cast).outcome == "deny"
    determinations.second(proposal, by=cast.tobi, at=people.NOON, reason="Agreed")
    decision = asked(cast)
    assert decision.outcome == "permit" and codes(decision) == {"consent.determined"}
    tags = [event.tag for event in Event.objects.filter(chain=cast.mira.public_id)]
    assert tags == ["determination:proposed", "determination:made"] and journal.broken_links() == []


def test_the_lawyer_who_proposed_is_not_the_second(cast):
    proposal = proposed(cast, by=cast.tobi)
    with pytest.raises(determinations.OneLawyer):
        determinations.second(proposal, by=cast.tobi, at=people.NOON, reason="Agreed")
    assert Statement.objects.count() == 1 and asked(cast).outcome == "deny"


@pytest.mark.parametrize("who", ["ines", "ada", "sol"])
def test_only_a_verifier_of_this_studio_seconds(cast, who):
    proposal = proposed(cast, by=cast.tobi)
    with pytest.raises(determinations.NotYourDesk):
        determinations.second(proposal, by=getattr(cast, who), at=people.NOON, reason="Agreed")
    assert Statement.objects.count() == 1


def test_a_determination_is_seconded_once(cast):
    proposal = proposed(cast)
    determinations.second(proposal, by=cast.tobi, at=people.NOON, reason="Agreed")
    with pytest.raises(Conflict):
        determinations.second(proposal, by=cast.tobi, at=people.NOON, reason="Agreed again")
    assert Statement.objects.count() == 2


@pytest.mark.parametrize(
    "changes", [{"question": "is_it_nice"}, {"answer": "perhaps"}, {"subject": "per_nobody"}, {"acts": ["fly"]}]
)
def test_what_nobody_determines_here_is_refused(cast, changes):
    with pytest.raises(Invalid):
        proposed(cast, **changes)
    assert not Statement.objects.exists()


def test_a_statement_without_a_reason_leaves_nothing(cast):
    with pytest.raises(ReasonRequired):
        proposed(cast, reason=" ")
    assert not Statement.objects.exists() and not Event.objects.exists()


@pytest.mark.parametrize("what", ["mira", "harbor", "sh114", "grant", "global"])
def test_a_lock_stops_what_it_lies_on_until_it_is_lifted(cast, what):
    grant = people.verified(cast)
    subject = {"grant": grant.public_id, "global": "global"}.get(what) or getattr(cast, what).public_id
    question_units = ("sh114",)
    locked = determinations.lock(
        studio=cast.northlight, subject=subject, by=cast.ines, at=people.NOON, reason="Strike declared"
    )

    def outcome():
        face = Depiction("mira", cast.mira.public_id, "target_likeness", "face", "de_aging")
        question = clearance.Question(act="sign", depictions=(face,), units=question_units)
        return clearance.decide(
            question, production=cast.harbor, requester=cast.parallax, purpose="clearance", at=LATER
        )

    assert outcome().outcome == "deny" and "consent.locked" in codes(outcome())
    assert determinations.standing_locks(cast.northlight, at=LATER) == [locked]
    determinations.lift(locked, by=cast.tobi, at=people.NOON, reason="Strike over")
    assert outcome().outcome == "permit"
    assert determinations.standing_locks(cast.northlight, at=LATER) == []


def test_a_lock_of_another_studio_does_not_reach_here(cast):
    people.verified(cast)
    determinations.lock(studio=cast.southgate, subject="global", by=cast.sol, at=people.NOON, reason="Their strike")
    assert asked(cast).outcome == "permit"
    with pytest.raises(subjects.NotOnThisFile):
        determinations.lock(
            studio=cast.southgate, subject=cast.mira.public_id, by=cast.sol, at=people.NOON, reason="Not theirs"
        )


def test_an_approval_is_of_the_exact_file(cast):
    line = people.FACE_WORLD
    approval = type(line)(effect="approval_required", uses=line.uses, modalities=line.modalities, territories=("WORLD",))
    grant = people.verified(cast, lines=(line, approval))
    assert codes(asked(cast)) == {"consent.approval_missing"}
    determinations.approve(
        grant, asset_sha256=FILE, answer="approved", by=cast.ines, at=people.NOON, reason="Mail of her agent"
    )
    assert asked(cast).outcome == "permit"
    assert asked(cast, sha256="cd" * 32).outcome == "review"


@pytest.mark.parametrize(("flags", "outcome"), [((), "permit"), (("nudity",), "review")])
def test_two_lawyers_settle_who_is_seen_in_a_file_but_not_what_may_be_prohibited(flags, outcome):
    somebody = Depiction("somebody", None, "background", "face", "digital_makeup", content_flags=frozenset(flags))
    looked_at = world.statement("determination", world.ASSET, question="no_consent_needed", answer="yes")
    asked = world.question(somebody, asset_sha256=world.ASSET)
    assert world.ask(asked).outcome == "review"
    assert world.ask(asked, statements=(looked_at,)).outcome == outcome
    assert world.ask(world.question(somebody, asset_sha256="e" * 64), statements=(looked_at,)).outcome == "review"


def test_a_strike_called_under_an_agreement_stops_every_production_under_it(cast):
    people.verified(cast)
    agreement = CollectiveAgreement.objects.create(code="SAG-TV", version="2026", title="SAG-AFTRA TV/Theatrical")
    with pytest.raises(subjects.NotOnThisFile):
        determinations.lock(
            studio=cast.northlight, subject="agreement:DGA", by=cast.ines, at=people.NOON, reason="Strike declared"
        )
    locked = determinations.lock(
        studio=cast.northlight, subject="agreement:SAG-TV", by=cast.ines, at=people.NOON, reason="Strike declared"
    )
    assert asked(cast).outcome == "permit"
    series = Production.objects.create(studio=cast.northlight, title="Harbor, the series", kind="series")
    series.agreements.add(agreement)
    cast.harbor.parent = series
    cast.harbor.save()
    assert asked(cast).outcome == "deny" and codes(asked(cast)) == {"consent.locked"}
    determinations.lift(locked, by=cast.tobi, at=people.NOON, reason="Strike over")
    assert asked(cast).outcome == "permit"
