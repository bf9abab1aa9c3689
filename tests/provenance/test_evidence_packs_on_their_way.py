"""An evidence pack is made by a worker: the row tells how far it is, it lies sealed, is fetched on record, and goes in time."""

import hashlib
import io
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.utils import timezone

from provenance import tasks
from provenance.models import EvidencePack
from provenance.outputs import pack as packs
from provenance.outputs import packing
from provenance.outputs.evidence import About
from registry import sealed_files
from registry.models import Event, Membership
from registry.permissions import NotYourDesk
from tests import cast as people
from tests.desk import at_the_desk
from tests.provenance import signed
from tests.provenance.test_evidence_pack import address, asked, where

pytestmark = pytest.mark.django_db
State = EvidencePack.State
WHY = "Asked for by the insurer"
DAY = timedelta(days=1)


@pytest.fixture
def pack(cast):
    signed.with_mira(cast)
    return asked(cast.ines, cast.harbor)


def now(pack):
    return EvidencePack.objects.get(pk=pack.pk)


def stored():
    root = Path(default_storage.path("packs"))
    return [path for path in root.rglob("*") if path.is_file()] if root.exists() else []


def page(user, pack):
    return at_the_desk(user).get(where(pack)).content.decode()


def tags():
    return list(Event.objects.filter(tag__startswith="production:evidence").order_by("pk").values_list("tag", flat=True))


def test_asking_opens_nothing_and_the_page_says_that_it_waits(cast, pack):
    assert pack.state == State.WAITING and tags() == ["production:evidence_asked"]
    assert not Event.objects.filter(tag="evidence:viewed").exists() and stored() == []
    shown = page(cast.ines, pack)
    assert "Waits for a worker" in shown and 'http-equiv="refresh"' in shown and "progress.js" in shown
    assert at_the_desk(cast.ines).get(where(pack, "pack.zip")).status_code == 409
    assert where(pack) in at_the_desk(cast.tobi).get(address(cast.harbor)).content.decode()


def test_asked_twice_by_one_it_is_one_and_by_another_another(cast, pack):
    assert asked(cast.ines, cast.harbor) == pack and asked(cast.tobi, cast.harbor) != pack


def test_a_worker_makes_it_and_it_is_fetched_on_record(cast, pack):
    tasks.pack_evidence(pack.public_id)
    row = now(pack)
    assert (row.state, row.done, row.total) == (State.DONE, 3, 3)
    shown = page(cast.tobi, pack)
    assert "Ready" in shown and "refresh" not in shown and row.sha256 in shown
    answer = at_the_desk(cast.tobi).get(where(pack, "pack.zip"))
    content = b"".join(answer.streaming_content)
    assert hashlib.sha256(content).hexdigest() == row.sha256 and int(answer["Content-Length"]) == len(content) == row.size
    assert zipfile.ZipFile(io.BytesIO(content)).testzip() is None
    assert tags() == ["production:evidence_asked", "production:evidence_packed", "production:evidence_fetched"]
    assert Event.objects.get(tag="production:evidence_fetched").actor == f"user:{cast.tobi.pk}"


def test_it_lies_sealed_and_a_changed_file_is_not_handed_out_whole(cast, pack):
    tasks.pack_evidence(pack.public_id)
    [path] = stored()
    assert b"PK" not in path.read_bytes()[:8] and b"index.html" not in path.read_bytes()
    path.write_bytes(path.read_bytes()[:-1] + b"\0")
    answer = at_the_desk(cast.ines).get(where(pack, "pack.zip"))
    with pytest.raises(sealed_files.Damaged):
        b"".join(answer.streaming_content)


def test_made_twice_or_at_once_it_is_made_once(cast, pack):
    for _ in range(2):
        tasks.pack_evidence(pack.public_id)
    assert tags().count("production:evidence_packed") == 1 and len(stored()) == 1


def test_what_fails_tells_why_and_can_be_asked_again(cast, pack, monkeypatch):
    def broken(*args, **told):
        raise ZeroDivisionError("a secret of ours")

    with monkeypatch.context() as patched:
        patched.setattr(packs, "_documents", broken)
        tasks.pack_evidence(pack.public_id)
    assert now(pack).state == State.FAILED and stored() == [] and tags()[-1] == "production:evidence_failed"
    shown = page(cast.ines, pack)
    assert "It was not made" in shown and "Something failed here" in shown and "a secret of ours" not in shown
    again = asked(cast.ines, cast.harbor)
    assert again != pack
    tasks.pack_evidence(again.public_id)
    assert now(again).state == State.DONE


def test_whoever_lost_the_role_meanwhile_gets_none(cast, pack):
    Membership.objects.filter(user=cast.ines).delete()
    tasks.pack_evidence(pack.public_id)
    assert now(pack).state == State.FAILED and "does not let you" in now(pack).trouble
    assert not Event.objects.filter(tag="evidence:viewed").exists() and stored() == []


def test_what_a_killed_worker_left_is_begun_anew_and_given_up_after_three(pack):
    at = timezone.now()
    for attempt in range(3):
        assert packing._claimed(pack.public_id, at=at) is not None
        assert packing._claimed(pack.public_id, at=at) is None and packing.to_call(at=at + timedelta(minutes=1)) == []
        at += packing.LEASE + timedelta(minutes=1)
        assert packing.to_call(at=at) == ([pack.public_id] if attempt < 2 else [])
    assert now(pack).state == State.FAILED and "cut off three times" in now(pack).trouble


def test_a_lost_message_is_sent_again(pack):
    at = pack.asked_at + timedelta(seconds=11)
    assert packing.to_call(at=at) == [pack.public_id] and packing.to_call(at=at) == []


def test_a_worker_that_was_overtaken_finishes_nothing(cast, pack, monkeypatch):
    whole = packs.write

    def overtaken(*args, **told):
        EvidencePack.objects.update(token="another")
        whole(*args, **told)

    monkeypatch.setattr(packs, "write", overtaken)
    tasks.pack_evidence(pack.public_id)
    assert now(pack).state == State.MAKING and stored() == []


@pytest.mark.parametrize(("after", "state"), [(7 * DAY - timedelta(seconds=1), State.DONE), (7 * DAY, State.GONE)])
def test_it_is_destroyed_after_seven_days(cast, pack, after, state):
    tasks.pack_evidence(pack.public_id)
    ended = now(pack).ended_at
    packing.forget_old(at=ended + after)
    packing.forget_old(at=ended + after)
    row = now(pack)
    assert row.state == state and bool(row.sealed_key) is bool(stored()) is (state == State.DONE)
    assert tags().count("production:evidence_destroyed") == (state == State.GONE)
    if state == State.GONE:
        assert at_the_desk(cast.ines).get(where(pack, "pack.zip")).status_code == 409
        assert "It is gone" in page(cast.ines, pack)


def test_an_expired_one_is_not_handed_out_though_the_sweep_has_not_come(cast, pack):
    tasks.pack_evidence(pack.public_id)
    EvidencePack.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert at_the_desk(cast.ines).get(where(pack, "pack.zip")).status_code == 409
    assert "production:evidence_fetched" not in tags()


def test_nobody_else_sees_or_fetches_it(cast, pack):
    tasks.pack_evidence(pack.public_id)
    reader = people.lawyer("uma", "Reed", cast.northlight, Membership.Role.BUSINESS_AFFAIRS)
    for file in ("", "pack.zip"):
        assert at_the_desk(cast.sol).get(where(pack, file)).status_code == 404
        assert at_the_desk(reader).get(where(pack, file)).status_code == 403
    assert "production:evidence_fetched" not in tags()


def test_without_a_reason_none_is_asked_for_even_while_one_is_on_its_way(cast, pack):
    assert at_the_desk(cast.ines).post(address(cast.harbor), {}).status_code == 422
    with pytest.raises(packing.journal.ReasonRequired):
        packing.ask(About(cast.harbor), by=cast.tobi, at=timezone.now(), reason=" ")
    assert EvidencePack.objects.count() == 1


# ── Sealed files ─────────────────────────────────────────────────────────────────────────────────────────────────────

KEY = b"k" * 32
SIZES = [0, 1, sealed_files.PIECE - 1, sealed_files.PIECE, sealed_files.PIECE + 1, 3 * sealed_files.PIECE]


def sealed(content):
    into = io.BytesIO()
    sealed_files.seal(KEY, io.BytesIO(content), into)
    return into.getvalue()


@pytest.mark.parametrize("size", SIZES)
def test_a_sealed_file_opens_to_what_was_sealed(size):
    content = bytes(index % 251 for index in range(size))
    assert b"".join(sealed_files.opened(KEY, io.BytesIO(sealed(content)))) == content


WHOLE = sealed_files.NONCE + sealed_files.PIECE + sealed_files.TAG


@pytest.mark.parametrize("tampered", [
    lambda file: file[:WHOLE], lambda file: file[WHOLE:], lambda file: file[WHOLE : 2 * WHOLE] + file[:WHOLE] + file[2 * WHOLE :],
    lambda file: file[:-1], lambda file: file + b"\0", lambda file: b"", lambda file: bytes([file[0] ^ 1]) + file[1:],
])  # fmt: skip
def test_what_was_cut_moved_or_changed_does_not_open(tampered):
    with pytest.raises(sealed_files.Damaged):
        b"".join(sealed_files.opened(KEY, io.BytesIO(tampered(sealed(b"x" * (2 * sealed_files.PIECE + 5))))))


def test_another_key_opens_nothing():
    with pytest.raises(sealed_files.Damaged):
        b"".join(sealed_files.opened(b"o" * 32, io.BytesIO(sealed(b"x"))))


def test_asking_is_refused_to_who_only_reads(cast):
    with pytest.raises(NotYourDesk):
        packing.ask(About(cast.harbor), by=cast.ada, at=timezone.now(), reason=WHY)
    assert not EvidencePack.objects.exists()
