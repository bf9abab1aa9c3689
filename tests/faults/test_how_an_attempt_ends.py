"""How an attempt ends when it does not end in a signature: put off for longer each time, refused, held, or buried.

Whatever it is, the vendor reads why, nothing was released, and the journal says it.
"""

import datetime
from datetime import timedelta

import pytest
from django.utils import timezone

from consent.models import Decision
from provenance import intake, keys, signing
from provenance.models import Asset, Credential, SigningJob, SigningPlan
from provenance.sandbox import SandboxBusy, SandboxCrashed
from registry import journal
from tests import cast as people
from tests import shots
from tests.assets.studio import Studio
from tests.faults import acts

pytestmark = pytest.mark.django_db


@pytest.fixture
def hatch(cast, program):
    cast.northlight.key_reference = f"dev:{cast.northlight.public_id}"
    cast.northlight.save()
    cast.grant = people.verified(cast, at=timezone.now())
    return program(cast.parallax)


@pytest.fixture
def asset_id(cast, hatch):
    answer = shots.send(hatch, acts.picture(1), shots.declaration(cast), plate=acts.picture(2))
    assert answer.status_code == 202, answer.content
    return answer.json()["id"]


def told(hatch, asset_id):
    return hatch.get(f"/api/v1/assets/{asset_id}").json()


def breaking(monkeypatch, step, error):
    def breaks(*_, **__):
        raise error

    monkeypatch.setattr(signing, step, breaks)


# ── Put off, and buried ──────────────────────────────────────────────────────────────────────────────────────────


def test_five_failures_are_put_off_for_longer_each_time_and_the_fifth_is_the_end(hatch, asset_id, monkeypatch):
    breaking(monkeypatch, "read_back", signing.NotTrusted("it reads Invalid"))
    at, pauses = timezone.now(), []
    for attempt in range(1, 6):
        shots.sign_at(asset_id, at)
        job = SigningJob.objects.get()
        assert job.attempt == attempt and job.problem["code"] == "signing.not_trusted" and job.step == "read back"
        if job.state == "received":
            pauses.append((job.not_before - at).total_seconds())
            shots.sign_at(asset_id, job.not_before - timedelta(milliseconds=1))
            assert SigningJob.objects.get().attempt == attempt, "not a moment before"
        at = job.not_before

    assert pauses == [5, 10, 20, 40]
    assert told(hatch, asset_id)["state"] == "dead" and shots.nothing_released()
    assert [one["event"] for one in told(hatch, asset_id)["history"]] == ["received", "dead"]
    assert SigningPlan.objects.count() == 5 and journal.broken_links() == []
    shots.sign_at(asset_id, at + timedelta(days=1))
    assert SigningJob.objects.get().attempt == 5 and signing.to_call(at=at + timedelta(days=1)) == []


def test_a_reader_that_dies_is_told_as_what_the_file_did(hatch, asset_id, monkeypatch):
    breaking(monkeypatch, "make", SandboxCrashed("media.crashed", "Reading this file used up its memory.", trace="secret"))
    shots.sign_at(asset_id, timezone.now())
    problem = told(hatch, asset_id)["problem"]
    assert problem["code"] == "media.crashed" and "secret" not in str(problem)


def test_what_nobody_expected_is_told_without_its_words(hatch, asset_id, monkeypatch):
    breaking(monkeypatch, "make", RuntimeError("password=hunter2 at /srv/keys"))
    shots.sign_at(asset_id, timezone.now())
    problem = told(hatch, asset_id)["problem"]
    assert problem["code"] == "signing.failed" and "hunter2" not in str(problem) and "/srv" not in str(problem)


def test_waiting_for_a_free_reader_is_put_off_shortly(hatch, asset_id, monkeypatch):
    breaking(monkeypatch, "make", SandboxBusy("media.busy", "Too many files are being read."))
    at = timezone.now()
    for _ in range(3):
        shots.sign_at(asset_id, at)
        job = SigningJob.objects.get()
        assert job.not_before - at == signing.FIRST_PAUSE
        at = job.not_before


def test_only_what_was_cut_off_five_times_is_buried(asset_id):
    at = timezone.now()
    for attempt in range(1, 6):
        assert signing.claim(asset_id, at=at).attempt == attempt
        assert signing.claim(asset_id, at=at) is None, "its lease is not over"
        assert signing.bury(at=at) == 0
        at = SigningJob.objects.get().leased_until + timedelta(milliseconds=1)
        assert signing.bury(at=at) == (attempt == 5)
    job = SigningJob.objects.get()
    assert (job.state, job.problem["code"], job.leased_until) == ("dead", "signing.cut_off", None)
    assert signing.claim(asset_id, at=at) is None and signing.bury(at=at) == 0
    assert [one.tag for one in journal.chain(asset_id)] == ["asset:received", "asset:dead"]


# ── Consent is no longer there ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("before", ["examine", "make", "store", "release"])
def test_an_ending_at_any_step_means_not_released(cast, hatch, asset_id, monkeypatch, before):
    whole = getattr(signing, before)

    def ends_first(*args, **given):
        people.ended(cast, cast.grant, at=timezone.now())
        whole(*args, **given)

    monkeypatch.setattr(signing, before, ends_first)
    signing.sign(asset_id, clock=timezone.now)

    found = told(hatch, asset_id)
    assert (found["state"], found["problem"]["code"]) == ("refused", "consent.ended")
    assert [one["event"] for one in found["history"]] == ["received", "refused"]
    assert shots.nothing_released() and hatch.get(f"/api/v1/assets/{asset_id}/content").status_code == 409
    last = journal.chain(asset_id).last()
    assert last.tag == "asset:refused"
    asked = Decision.objects.order_by("-pk").first()
    assert not asked.permits and asked.purpose == ("signing" if before == "examine" else "release")
    assert SigningPlan.objects.count() == (0 if before == "examine" else 1), "what was planned stays on record"


def test_a_consent_that_changed_but_still_permits_is_asked_and_signed_again(cast, hatch, asset_id, monkeypatch):
    """A second rider comes while the file is signed: the decision stands on other revisions than the manifest says."""
    whole = signing.store

    def changes(work):
        monkeypatch.setattr(signing, "store", whole)
        people.verified(cast, at=timezone.now(), number="C-0143")
        people.ended(cast, cast.grant, at=timezone.now())
        whole(work)

    monkeypatch.setattr(signing, "store", changes)
    signing.sign(asset_id, clock=timezone.now)
    found = told(hatch, asset_id)
    assert (found["state"], found["problem"]["code"]) == ("received", "consent.changed") and shots.nothing_released()

    later = SigningJob.objects.get().not_before
    shots.sign_at(asset_id, later)
    credential = Credential.objects.get()
    assert told(hatch, asset_id)["state"] == "signed"
    assert credential.decision.purpose == "release" and cast.grant.public_id not in credential.grant_heads
    assert Decision.objects.count() == 2, "the answer that was found at release is the one confirmed afterwards"


# ── The key ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_expired_key_is_told_clearly_and_the_asset_is_signed_once_it_is_renewed(cast, hatch, asset_id, tmp_path):
    studio = Studio(tmp_path / "keys")
    path = studio.short_lived(3600)
    cast.northlight.key_reference = f"file:{path}"
    cast.northlight.save()
    at = timezone.now() + timedelta(days=1)
    for _ in range(5):
        shots.sign_at(asset_id, at)
        at += timedelta(minutes=1)

    found = told(hatch, asset_id)
    assert (found["state"], found["problem"]["code"]) == ("dead", "key.expired")
    assert str(path) not in str(found), "where a key lies is nobody's business"
    assert shots.nothing_released() and not SigningPlan.objects.exists(), "no plan without a key to sign it"

    cast.northlight.key_reference = f"dev:{cast.northlight.public_id}"
    cast.northlight.save()
    intake.try_again(Asset.objects.get(), by=cast.ines, at=timezone.now(), reason="The certificate was renewed")
    signing.sign(asset_id, clock=timezone.now)
    assert told(hatch, asset_id)["state"] == "signed"


def test_where_a_key_should_lie_is_told_to_no_vendor(cast, hatch, asset_id, tmp_path):
    cast.northlight.key_reference = f"file:{tmp_path / 'none.pem'}"
    cast.northlight.save()
    signing.sign(asset_id, clock=timezone.now)
    problem = told(hatch, asset_id)["problem"]
    assert problem["code"] == "key.missing" and str(tmp_path) not in str(problem)


def test_a_development_key_says_so_wherever_its_work_is_shown(hatch, asset_id, client):
    signing.sign(asset_id, clock=timezone.now)
    credential = Credential.objects.get()
    assert credential.development_key
    assert "development" in client.get(f"/c/{credential.public_id}", HTTP_ACCEPT="text/html").content.decode().lower()


def test_the_clock_of_the_key_is_that_of_the_attempt(asset_id, monkeypatch):
    asked: list[datetime.datetime] = []
    whole = keys.signer
    monkeypatch.setattr(keys, "signer", lambda *args, at, **given: asked.append(at) or whole(*args, at=at, **given))
    at = timezone.now() + timedelta(hours=1)
    shots.sign_at(asset_id, at)
    assert asked == [at]
