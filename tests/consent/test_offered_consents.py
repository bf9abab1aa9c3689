"""What is only offered waits for the performer, everywhere in the same words; a second lawyer has nothing to read yet."""

from datetime import timedelta

import pytest
from django.utils import timezone

from consent import clearance, facts, worklists
from consent.models import Grant, GrantRevision, PerformerWord
from consent.performer import agreement, words
from tests import cast as people
from tests import letters
from tests.consent.world import NOON, ON_FILE, ask, codes, grant, question, revision
from tests.desk import FILES, at_the_desk

WORDS = "Offered, awaiting the performer"
UNSIGNED = {"verified_by": None, "verified_at": None, "signatures": (), "evidence": ()}


@pytest.mark.parametrize("offered_at, signed, code", [
    (ON_FILE, False, "consent.offered"), (NOON, False, "consent.offered"),
    (NOON + timedelta(seconds=1), False, "consent.awaiting_verification"),
    (ON_FILE, True, "consent.awaiting_verification"), (None, False, "consent.awaiting_verification"),
], ids=["offered", "at this moment", "later", "signed since", "entered"])  # fmt: skip
def test_a_decision_tells_it_from_what_waits_for_a_second_lawyer(offered_at, signed, code):
    unverified = UNSIGNED if not signed else {"verified_by": None, "verified_at": None}
    decision = ask(question(), grant(revision(offered_at=offered_at, **unverified)))
    assert (decision.outcome, codes(decision)) == ("deny", {code})


@pytest.fixture
def put(cast):
    return agreement.offer_first(
        person=cast.mira, studio=cast.northlight, production=cast.harbor, number="C-0142", kind="rider",
        terms=people.terms(papers=()), by=cast.ines, at=timezone.now(), reason="A first offer",
    )  # fmt: skip


def state():
    return worklists.with_state(Grant.objects.all(), at=timezone.now()).get().state


def shown(cast):
    """The list of files, and the file."""
    desk, file = at_the_desk(cast.ines), Grant.objects.get()
    return [desk.get(address).content.decode() for address in (FILES, f"{FILES}?state=offered", f"{FILES}{file.public_id}/")]


@pytest.mark.django_db
def test_list_file_and_answer_say_the_same_of_it(cast, put):
    assert all(f">{WORDS}</span>" in page for page in shown(cast))
    assert not any("Awaiting verification</span>" in page for page in shown(cast))
    assert "C-0142" not in at_the_desk(cast.tobi).get(f"{FILES}?verification=waits").content.decode()
    depicted = facts.Depiction("mira", cast.mira.public_id, "target_likeness", "face", "de_aging")
    _, answer = clearance.ask(
        clearance.Question(act="sign", depictions=(depicted,)), production=cast.harbor, at=timezone.now()
    )
    [reason] = answer.reasons
    assert reason.code == "consent.offered" and reason.to_clear.endswith("agrees to it, and a second lawyer verifies it.")


@pytest.mark.django_db
def test_what_was_declined_is_told_so_and_what_was_agreed_to_waits_for_a_second_lawyer(cast, put):
    link = letters.made(cast).link
    words.decline(link, put, once="form-one", at=timezone.now())
    assert state() == worklists.DECLINED and PerformerWord.objects.get().kind == "declined"
    assert ">Declined by the performer</span>" in shown(cast)[0] and not GrantRevision.objects.get().signatures.exists()


@pytest.mark.django_db
def test_a_change_that_is_offered_leaves_what_is_in_force_as_it_is(cast):
    held = people.verified(cast, at=timezone.now())
    letters.offered(cast, held)
    assert state() == "active"
