"""Where files lie in a bucket, the parts of large ones go there themselves; what arrived is read once before it is believed."""

import hashlib
from datetime import timedelta

import pytest
import requests
from django.core.files.storage import default_storage
from django.utils import timezone

from provenance import upload_keeping
from provenance.models import Asset, Upload
from provenance.uploads import beginning
from registry import addresses
from tests import cast as people
from tests import shots
from tests.assets import build
from tests.large import servers

pytestmark = pytest.mark.django_db
# S3's own least for a part that is not the last.
PART = 5 * 1024**2


@pytest.fixture(autouse=True)
def _bucket(settings, monkeypatch):
    settings.STORAGES = settings.STORAGES | {"default": addresses.storage(servers.bucket())}
    settings.UPLOADS_DIR = ""
    monkeypatch.setattr(beginning, "SMALLEST_PART", PART)


def begin(hatch, content, **said):
    sha256 = hashlib.sha256(content).hexdigest()
    asked = {"filename": "harbor_sh114_v07.mp4", "size": len(content), "sha256": sha256, "parts": True}
    return hatch.post("/api/v1/uploads", asked | said)


def put(told, content):
    """Each part at its address, as a vendor's program does; number and ETag of each."""
    sent = []
    for one in told["addresses"]:
        piece = content[(one["number"] - 1) * told["part_size"] : one["number"] * told["part_size"]]
        answer = requests.put(one["url"], data=piece, timeout=60)
        assert answer.status_code == 200, answer.text
        sent.append({"number": one["number"], "etag": answer.headers["ETag"]})
    return sent


def checked(hatch, told):
    upload_keeping.check(told["id"], clock=timezone.now)
    return hatch.get(told["links"]["self"].partition("testserver")[2])


def test_parts_are_sent_to_the_bucket_joined_read_once_and_submitted(studio, hatch):
    people.verified(studio, at=timezone.now())
    content = build.padded_mp4(b"\0" * PART)
    told = begin(hatch, content).json()
    assert (told["parts"], told["part_size"], [one["number"] for one in told["addresses"]]) == (2, PART, [1, 2])
    complete = told["links"]["complete"]
    for wrong in ([], [{"number": 1, "etag": '"x"'}], [{"number": n, "etag": '"0"'} for n in (1, 2)]):
        answer = hatch.post(complete, {"parts": wrong})
        assert (answer.status_code, answer.json()["code"]) == (422, "upload.parts"), answer.content
    parts = put(told, content)
    for _ in range(2):  # the first answer was lost
        answer = hatch.post(complete, {"parts": parts})
        assert (answer.status_code, answer.json()["state"]) == (202, "checking"), answer.content
    assert hatch.post(told["links"]["parts"], {"numbers": [1]}).json()["code"] == "upload.joined"
    done = checked(hatch, told).json()
    assert (done["state"], done["sha256"], done["offset"]) == ("complete", hashlib.sha256(content).hexdigest(), len(content))
    answer = hatch.post("/api/v1/assets", {"upload": told["id"], "declaration": shots.bare(studio, "shot.mp4")})
    assert answer.status_code == 202, answer.content
    assert default_storage.open(Asset.objects.get().storage_key).read() == content
    upload_keeping.sweep(at=timezone.now() + timedelta(days=2))
    assert default_storage.listdir("uploads")[1] == [] and not Upload.objects.exists()


def test_what_is_not_as_announced_is_not_believed_and_leaves_nothing(studio, hatch):
    content = build.result_jpg()
    told = begin(hatch, content, sha256="0" * 64).json()
    hatch.post(told["links"]["complete"], {"parts": put(told, content)})
    answer = checked(hatch, told)
    assert (answer.status_code, answer.json()["code"]) == (410, "upload.broken")
    shorter = begin(hatch, content).json()
    parts = put(shorter, content[:-1])
    answer = hatch.post(shorter["links"]["complete"], {"parts": parts})
    assert (answer.status_code, answer.json()["code"]) == (460, "upload.sha256")
    quoted = {"upload": told["id"], "declaration": shots.bare(studio, "shot.jpg")}
    assert hatch.post("/api/v1/assets", quoted).status_code == 422 and shots.nothing_kept()
    assert all(default_storage.size_if_there(upload_keeping.key_of(one)) is None for one in Upload.objects.all())


def test_unfinished_parts_are_dropped_when_ended_when_expired_and_when_nobody_knows_of_them(hatch):
    content = b"x" * (PART + 1)
    ended, expired = begin(hatch, content).json(), begin(hatch, content).json()
    put(ended, content)
    assert hatch.delete(ended["links"]["self"]).status_code == 204
    default_storage.begin_parts("uploads/zz/upl_of_no_row")
    at = timezone.now()
    assert len(list(default_storage.unjoined("uploads"))) == 2
    assert upload_keeping.sweep(at=at + timedelta(days=4)) == 1
    assert list(default_storage.unjoined("uploads")) == [] and not Upload.objects.exists()
    answer = hatch.get(expired["links"]["self"])
    assert answer.status_code == 404


def test_addresses_are_the_ones_vendors_reach_and_as_many_as_are_asked_for(hatch, settings):
    address = f"{servers.bucket()}&public=https://files.example"
    settings.STORAGES = settings.STORAGES | {"default": addresses.storage(address)}
    told = begin(hatch, b"x", size=101 * PART).json()
    assert len(told["addresses"]) == 100
    more = hatch.post(told["links"]["parts"], {"numbers": [101, 3, 3]}).json()["addresses"]
    assert [one["number"] for one in more] == [3, 101]
    assert all(one["url"].startswith("https://files.example/countersign-") and "X-Amz-Expires=3600" in one["url"] for one in more)
    assert hatch.post(told["links"]["parts"], {"numbers": [102]}).json()["code"] == "upload.parts"
    answer = hatch.generic("PATCH", told["links"]["self"], b"x", content_type="application/offset+octet-stream",
                           headers={"Tus-Resumable": "1.0.0", "Upload-Offset": "0"})  # fmt: skip
    assert answer.json()["code"] == "upload.in_parts"
    assert begin(hatch, b"x", size=0).status_code == 422
