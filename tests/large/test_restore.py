"""What docs/operations.md says to copy is enough: restored elsewhere, the record is whole, and what was signed verifies."""

import hashlib
import json
import shutil
import subprocess

import psycopg
import pytest

from tests import cast as people
from tests.assets.authority import Authority
from tests.assets.timestamp_authority import TimestampAuthority
from tests.large import servers
from tests.large.house import House


@pytest.fixture
def house(tmp_path):
    """An installation with a signed shot, and the way to open another one beside it."""
    if not shutil.which("pg_dump"):
        pytest.skip("not run: pg_dump is not installed")
    authority = Authority(tmp_path / "authority")
    with servers.redis(tmp_path) as redis, TimestampAuthority(tmp_path / "time") as stamps:

        def another(name: str, database: str, storage: str, **more: str) -> House:
            (tmp_path / name).mkdir()
            return House(tmp_path / name, database=database, broker=f"{redis}/0", cache=f"{redis}/1", storage=storage,
                         trust=authority, stamps=stamps, **more)  # fmt: skip

        with servers.database() as database, another("first", database, servers.bucket()) as house:
            house.another, house.signed = another, tmp_path / "signed.jpg"
            known = house.acts("assemble", key=str(authority.issue("Northlight Pictures")))
            house.sha256 = house.acts("sign_a_shot", path=str(house.signed), **known)
            yield house


def test_a_restored_house_has_an_unbroken_journal_opens_its_papers_and_knows_what_it_signed(house, tmp_path):
    before = house.acts("kept")
    backup, files = tmp_path / "countersign.dump", tmp_path / "files"
    # The database first: files are only ever added, so every file it names is there when they are copied after it.
    subprocess.run(["pg_dump", "--format", "custom", "--file", backup, house.kept("DATABASE_URL")], check=True)
    assert servers.copied(house.kept("STORAGE_URL"), files) == 4  # the paper, the upload, its plate, the signed file

    with servers.database(empty=True) as elsewhere:
        subprocess.run(["pg_restore", "--exit-on-error", "--no-owner", "--dbname", elsewhere, backup], check=True)
        secret = house.kept("PERSON_KEYS")
        with house.another("restored", elsewhere, str(files), person_keys=secret) as restored:
            assert "unbroken" in restored.manage("audit") and "unapplied" not in restored.manage("migrate", "--check")
            after = restored.acts("kept")
            assert after == before and after["broken_links"] == []
            assert after["papers"] == [people.RIDER.sha256] and after["names"] == ["Miranda Valeska", "Jonathan Abara"]

            report = json.loads(restored.manage("verify", str(house.signed), "--json"))
            assert {report[name]["state"] for name in ("signature", "integrity")} == {"valid", "intact"}
            assert (report["registry"]["state"], report["consent"]["state"]) == ("registered_matching", "confirmed")
            assert hashlib.sha256(house.signed.read_bytes()).hexdigest() == house.sha256

            # The promises of the tables came along.
            with psycopg.connect(elsewhere) as line, pytest.raises(psycopg.errors.IntegrityError, match="append-only"):
                line.execute("UPDATE registry_event SET reason = 'forged'")

        with house.another("locked", elsewhere, str(files)) as locked:
            assert locked.acts("kept_names") == [None, None], "legal names opened without their key"
