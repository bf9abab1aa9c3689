"""The journal and the records of consent and signing are added, never changed, on any database."""

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from registry import journal
from registry.append_only import AppendOnly, AppendOnlyError
from registry.models import Event

pytestmark = pytest.mark.django_db

RECORDS = [model for model in apps.get_models() if issubclass(model, AppendOnly)]


def record(subject="grt_a", tag="grant:entered", reason="filed"):
    with transaction.atomic():
        return journal.record(
            actor=journal.by_system("test"),
            tag=tag,
            subject=subject,
            details={"n": 1},
            at=timezone.now(),
            reason=reason,
        )


@pytest.mark.parametrize("model", RECORDS, ids=lambda m: m._meta.label)
@pytest.mark.parametrize("verb", ["update", "delete"])
def test_the_database_holds_a_trigger_against_every_change(model, verb):
    name = f"{model._meta.db_table}_no_{verb}"
    query = {
        "sqlite": "SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND name = %s",
        "postgresql": "SELECT count(*) FROM pg_trigger WHERE tgname = %s",
    }[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(query, [name])
        assert cursor.fetchone()[0] == 1


@pytest.mark.parametrize("statement", ["UPDATE registry_event SET reason = 'other'", "DELETE FROM registry_event"])
def test_plain_sql_cannot_change_the_journal(statement):
    record()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert Event.objects.get().reason == "filed"


def test_the_models_refuse_before_the_database_has_to():
    event = record()
    with pytest.raises(AppendOnlyError):
        event.save()
    with pytest.raises(AppendOnlyError):
        event.delete()
    with pytest.raises(AppendOnlyError):
        Event.objects.update(reason="other")
    with pytest.raises(AppendOnlyError):
        Event.objects.all().delete()
    assert Event.objects.get().reason == "filed"
