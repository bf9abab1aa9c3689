"""Where a time-stamp authority is named, nothing is released without its stamp; what is stamped outlives its certificate."""

import time
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from provenance import keys, signing, trust
from provenance.models import Credential, SigningJob
from tests import cast as people
from tests import shots
from tests.assets.studio import Studio, now
from tests.assets.timestamp_authority import TimestampAuthority
from tests.faults import acts

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    with TimestampAuthority(tmp_path_factory.mktemp("tsa")) as authority:
        yield authority


@pytest.fixture
def hatch(cast, program):
    cast.northlight.key_reference = f"dev:{cast.northlight.public_id}"
    cast.northlight.save()
    people.verified(cast, at=timezone.now())
    return program(cast.parallax)


@pytest.fixture
def stamped(settings, authority):
    settings.TIMESTAMP_URL, settings.TIMESTAMP_ANCHORS = authority.url, str(authority.folder / "root.pem")
    authority.mood = "well"
    return authority


def sent(cast, hatch, number):
    answer = shots.send(hatch, acts.picture(number), shots.declaration(cast), plate=acts.picture(number + 1))
    assert answer.status_code == 202, answer.content
    return answer.json()["id"]


def signed(hatch, asset_id):
    signing.sign(asset_id, clock=timezone.now)
    assert (told := hatch.get(f"/api/v1/assets/{asset_id}").json())["state"] == "signed", told
    return b"".join(hatch.get(f"/api/v1/assets/{asset_id}/content").streaming_content)


def check(client, content):
    answer = client.post("/api/v1/verifications", {"file": SimpleUploadedFile("signed.jpg", content)})
    assert answer.status_code == 200, answer.content
    return answer.json()


def read(content, path):
    path.write_bytes(content)
    return trust.sandbox().read(path, anchors=trust.anchors())


def test_a_stamped_asset_reads_stamped_all_the_way(cast, hatch, stamped, client, tmp_path):
    content = signed(hatch, sent(cast, hatch, 1))
    assert Credential.objects.get().time_stamped
    found = read(content, tmp_path / "signed.jpg")
    assert (found["state"], found["time_stamp"]["state"]) == ("Trusted", "trusted")
    assert check(client, content)["signature"]["state"] == "valid"


@pytest.mark.parametrize("mood", ["ill", "gone", "stranger"])
def test_nothing_is_released_without_a_stamp_and_it_is_once_the_authority_is_well(
    cast, hatch, stamped, settings, mood, tmp_path
):
    asset_id, at = sent(cast, hatch, 3), timezone.now()
    with Unwell(mood, stamped, settings, tmp_path):
        shots.sign_at(asset_id, at)
    job = SigningJob.objects.get()
    wanted = "signing.not_trusted" if mood == "stranger" else "signing.time_stamp"
    assert (job.state, job.problem["code"]) == ("received", wanted), job.problem
    assert "time-stamp" in job.problem["detail"] and shots.nothing_released()

    shots.sign_at(asset_id, job.not_before)
    assert Credential.objects.get().time_stamped


class Unwell:
    """An authority that answers with no stamp, one that is away, or one that nobody here trusts."""

    def __init__(self, mood, authority, settings, tmp_path):
        self.mood, self.authority, self.settings, self.tmp_path = mood, authority, settings, tmp_path

    def __enter__(self):
        self.before = self.settings.TIMESTAMP_URL, self.settings.TIMESTAMP_ANCHORS
        if self.mood == "ill":
            self.authority.mood = "ill"
        elif self.mood == "gone":
            self.settings.TIMESTAMP_URL = "http://127.0.0.1:9/"
        else:
            self.settings.TIMESTAMP_ANCHORS = str(TimestampAuthority(self.tmp_path / "other").folder / "root.pem")

    def __exit__(self, *_):
        self.authority.mood = "well"
        self.settings.TIMESTAMP_URL, self.settings.TIMESTAMP_ANCHORS = self.before


def test_a_stamped_asset_stays_trusted_after_its_certificate_expired_and_an_unstamped_one_does_not(
    cast, hatch, stamped, settings, client, tmp_path
):
    began = time.monotonic()
    check(client, signed(hatch, sent(cast, hatch, 9)))
    first = Credential.objects.get()
    # The same follows twice, with a leaf that outlives it on this machine.
    path = Studio(trust.key_directory()).short_lived(2 + 4 * (time.monotonic() - began))
    cast.northlight.key_reference = f"file:{path}"
    cast.northlight.save()
    with_stamp = signed(hatch, sent(cast, hatch, 5))
    settings.TIMESTAMP_URL = ""
    without = signed(hatch, sent(cast, hatch, 7))
    assert [one.time_stamped for one in Credential.objects.exclude(pk=first.pk).order_by("pk")] == [True, False]
    assert [check(client, one)["trust"]["state"] for one in (with_stamp, without)] == ["registry", "registry"]

    expired(path)

    assert read(with_stamp, tmp_path / "a.jpg")["time_stamp"]["state"] == "trusted"
    assert read(without, tmp_path / "b.jpg")["time_stamp"]["state"] == "absent"
    stamped_report, bare_report = check(client, with_stamp), check(client, without)
    assert (stamped_report["signature"]["state"], stamped_report["trust"]["state"]) == ("valid", "registry")
    assert bare_report["trust"]["state"] != "registry", bare_report["trust"]
    # Unstamped, it is not told as trusted; it is still known here.
    assert bare_report["registry"]["state"] == "registered_matching"


def expired(path):
    """Wait until nothing can be signed with the key any more, and a second on: certificates count whole seconds."""
    while True:
        try:
            keys.signer(f"file:{path}", directory=trust.key_directory(), at=now() - timedelta(seconds=1))
        except keys.KeyUnavailable:
            return
        time.sleep(0.05)
