"""An audit names what was lost or changed behind the record's back, and says nothing of a record that is whole."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from consent.models import Evidence
from provenance import audit
from provenance.models import Asset, Credential
from registry import journal
from tests import cast as people
from tests import shots
from tests.assets import build

pytestmark = pytest.mark.django_db


@pytest.fixture
def record(cast, program):
    """A verified rider, a signed shot with its plate, and a table whose credentials lie beside it."""
    cast.northlight.key_reference = f"dev:{cast.northlight.public_id}"
    cast.northlight.save()
    people.verified(cast, at=timezone.now())
    hatch = program(cast.parallax)
    shots.send(hatch, build.result_jpg(), shots.declaration(cast), plate=build.plate_jpg())
    shots.send(hatch, b"Scene 114. Mira enters.\n", shots.bare(cast, "scene.txt"), name="scene.txt")
    shots.work()
    assert Credential.objects.count() == 2 and Credential.objects.exclude(sidecar_key="").count() == 1
    return cast


def told(*arguments: str) -> str:
    said = StringIO()
    call_command("audit", *arguments, stdout=said)
    return said.getvalue()


def forced(statement: str, *values) -> None:
    """What only somebody with the database's own password could do: past the triggers."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER IF EXISTS registry_event_no_update")
        cursor.execute("DROP TRIGGER IF EXISTS registry_event_no_delete")
        cursor.execute(statement, values)


def test_a_whole_record_has_no_faults(record):
    assert told() == "The journal is unbroken, and every stored file is the one that was kept.\n"
    assert "no stored file was read" in told("--without-files")


def test_a_changed_and_a_lost_file_are_named_each_and_the_exit_code_is_one(record):
    signed = Credential.objects.get(sidecar_key="")
    plate = signed.asset.ingredients.get()
    Path(default_storage.path(signed.storage_key)).write_bytes(b"another")
    default_storage.delete(plate.storage_key)
    said = StringIO()
    with pytest.raises(CommandError, match="2 faults"):
        call_command("audit", stdout=said)
    assert said.getvalue().splitlines() == [
        f"{signed.asset.public_id}, plate: the file {plate.storage_key} is missing",
        f"{signed.public_id}: the file {signed.storage_key} is not the one that was kept",
    ]
    assert list(audit.faults(files=False)) == []


@pytest.mark.parametrize("which", ["sidecar", "upload"])
def test_the_sidecar_and_the_untouched_bytes_are_compared_too(record, which):
    beside = Credential.objects.exclude(sidecar_key="").get()
    key = beside.sidecar_key if which == "sidecar" else beside.storage_key
    Path(default_storage.path(key)).write_bytes(b"another")
    [fault] = audit.faults()
    assert key in fault and "is not the one that was kept" in fault


@pytest.mark.parametrize("how", ["lost", "changed", "another key"])
def test_a_paper_that_does_not_open_is_named(record, how, settings):
    evidence = Evidence.objects.get()
    if how == "lost":
        default_storage.delete(evidence.storage_key)
    elif how == "changed":
        Path(default_storage.path(evidence.storage_key)).write_bytes(b"x" * 100)
    else:
        settings.PERSON_KEYS = "another master key, as after a restore without the right one"
    [fault] = audit.faults()
    assert fault.startswith(evidence.public_id) and "another key" in fault


def test_a_rewritten_entry_is_named_by_its_hash_or_by_what_it_says(record):
    asset = Asset.objects.first().public_id
    forced("UPDATE registry_event SET reason = 'nothing to see' WHERE chain = %s AND sequence = 1", asset)
    assert list(audit.faults(files=False)) == [f"{asset} entry 1 says otherwise than what was hashed"]
    forced("UPDATE registry_event SET body = '{}' WHERE chain = %s AND sequence = 1", asset)
    assert list(audit.faults(files=False)) == [f"{asset} entry 1 does not follow from the one before it"]


def test_a_release_that_was_cut_off_the_end_of_its_chain_is_missed(record):
    signed = Credential.objects.get(sidecar_key="")
    forced("DELETE FROM registry_event WHERE tag = 'asset:signed' AND chain = %s", signed.asset.public_id)
    assert journal.broken_links() == []
    assert list(audit.faults(files=False)) == [f"{signed.public_id}: the journal does not tell of its release"]
