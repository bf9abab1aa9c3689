"""The journal: chained per subject, canonical, with a reason for every act of a person."""

import json

import pytest
from django.db import connection, transaction
from django.utils import timezone

from registry import journal
from registry.models import Event, User

pytestmark = pytest.mark.django_db


def record(subject, *, actor=None, reason="", **details):
    with transaction.atomic():
        return journal.record(
            actor=actor or journal.by_system("test"), tag="grant:entered", subject=subject, details=details,
            at=timezone.now(), reason=reason,
        )


def test_each_subject_has_a_chain_of_its_own():
    first, other, second = record("grt_a"), record("grt_b"), record("grt_a")
    assert (first.sequence, other.sequence, second.sequence) == (1, 1, 2)
    assert first.previous_hash == other.previous_hash == journal.GENESIS
    assert second.previous_hash == first.hash
    assert journal.broken_links() == []


def test_the_hash_covers_every_word_of_the_entry():
    event = record("grt_a", note="a")
    body = json.loads(event.body)
    assert body["details"] == {"note": "a"}
    assert journal.digest(event.previous_hash, event.body) == event.hash
    assert journal.digest(event.previous_hash, event.body.replace('"a"', '"b"')) != event.hash


def test_an_act_of_a_person_needs_a_reason_and_leaves_nothing_without_one():
    ines = User.objects.create_user("ines", first_name="Ines", last_name="Roth")
    with pytest.raises(journal.ReasonRequired):
        record("grt_a", actor=journal.by_user(ines), reason="  ")
    assert not Event.objects.exists()
    assert record("grt_a", actor=journal.by_user(ines), reason="Signed rider received").actor_name == "Ines Roth"


def test_an_entry_smuggled_in_behind_the_journal_is_found():
    record("grt_a")
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO registry_event (chain, sequence, tag, actor, actor_name, reason, body, previous_hash, hash,"
            " effective_at, recorded_at) SELECT chain, 2, tag, actor, actor_name, 'forged', body, hash, 'f', "
            "effective_at, recorded_at FROM registry_event"
        )
    assert journal.broken_links() == ["grt_a entry 2 does not follow from the one before it"]
