"""Uploads resume: what has arrived is kept, nothing is mixed, what is not as announced is refused, and all of it expires."""

import base64
import errno
import hashlib
from datetime import timedelta

import pytest
from django.utils import timezone

from provenance import growing, upload_keeping, uploads
from provenance.models import Upload
from provenance.uploads import arriving
from registry.lines import Still
from tests import shots

pytestmark = pytest.mark.django_db

CONTENT = bytes(range(256)) * 40
SIZE = len(CONTENT)
BYTES = "application/offset+octet-stream"
TUS = {"Tus-Resumable": "1.0.0"}


@pytest.fixture(autouse=True)
def _folder(settings, tmp_path):
    settings.UPLOADS_DIR = str(tmp_path / "uploads")


def coded(**said):
    return ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in said.items())


def begin(api, size=SIZE, *, content=None, **headers):
    more = {"data": content, "content_type": BYTES} if content is not None else {"data": b"", "content_type": ""}
    return api.generic("POST", "/api/v1/uploads", headers=TUS | {"Upload-Length": str(size)} | headers, **more)


def begun(api, size=SIZE, **headers):
    answer = begin(api, size, **headers)
    assert answer.status_code == 201, answer.content
    return answer["Location"]


def add(api, where, content, offset=0, **headers):
    return api.generic("PATCH", where, content, content_type=BYTES, headers=TUS | {"Upload-Offset": str(offset)} | headers)


def stand(api, where):
    return api.head(where, headers=TUS)


def kept(where):
    path = upload_keeping.path_of(Upload.objects.get(public_id=where.rpartition("/")[2]))
    return path.read_bytes() if path.exists() else None


def problem(answer, status, code):
    told = answer.json()
    assert (answer.status_code, told["code"]) == (status, code), told
    assert told["detail"].endswith(".") and answer["Tus-Resumable"] == "1.0.0"
    return told


def test_what_this_server_speaks_is_told_to_anybody(client, db):
    answer = client.options("/api/v1/uploads")
    assert answer.status_code == 204 and answer["Tus-Version"] == "1.0.0"
    assert set(answer["Tus-Extension"].split(",")) == {
        "creation", "creation-with-upload", "checksum", "termination", "expiration"
    }  # fmt: skip
    assert answer["Tus-Checksum-Algorithm"] == "sha1,sha256" and int(answer["Tus-Max-Size"]) == 64 * 1024**3


def test_a_file_comes_in_pieces_and_is_hashed_as_a_whole(hatch):
    metadata = coded(filename="C:\\shots\\sh114.mp4", sha256=hashlib.sha256(CONTENT).hexdigest())
    where = begun(hatch, **{"Upload-Metadata": metadata})
    first = add(hatch, where, CONTENT[:1000])
    assert (first.status_code, first["Upload-Offset"], first.content) == (204, "1000", b"") and "Upload-Expires" in first
    now = stand(hatch, where)
    assert (now.status_code, now["Upload-Offset"], now["Upload-Length"]) == (200, "1000", str(len(CONTENT)))
    assert now["Upload-Metadata"] == metadata and now["Cache-Control"] == "no-store"
    assert add(hatch, where, CONTENT[1000:], 1000)["Upload-Offset"] == str(len(CONTENT))
    told = hatch.get(where).json()
    assert (told["state"], told["filename"], told["sha256"]) == (
        "complete", "sh114.mp4", hashlib.sha256(CONTENT).hexdigest()
    )  # fmt: skip
    assert kept(where) == CONTENT and [one["id"] for one in hatch.get("/api/v1/uploads").json()["results"]] == [told["id"]]
    # The same again, as a program does that did not hear the answer.
    assert add(hatch, where, b"", len(CONTENT)).status_code == 204
    problem(add(hatch, where, b"more", len(CONTENT)), 413, "upload.more_than_announced")
    problem(add(hatch, where, b"more", 0), 409, "upload.offset")
    assert kept(where) == CONTENT


def test_what_is_counted_on_the_way_is_counted_once(hatch, monkeypatch):
    """The last byte was counted on the way, so the end of the request counted nothing more: that was taken for an ended one."""
    monkeypatch.setattr(arriving, "SETTLED_EVERY", SIZE // 4)
    monkeypatch.setattr(Still.some, "__defaults__", (SIZE // 4,))
    where = begun(hatch)
    assert add(hatch, where, CONTENT)["Upload-Offset"] == str(SIZE) and hatch.get(where).json()["state"] == "complete"


def test_the_beginning_may_come_with_the_creation_and_post_may_stand_for_patch(hatch):
    answer = begin(hatch, content=CONTENT[:500])
    assert (answer.status_code, answer["Upload-Offset"]) == (201, "500")
    instead = TUS | {"Upload-Offset": "500", "X-HTTP-Method-Override": "PATCH"}
    answer = hatch.generic("POST", answer["Location"], CONTENT[500:], content_type=BYTES, headers=instead)
    assert (answer.status_code, answer["Upload-Offset"]) == (204, str(len(CONTENT)))


def test_bytes_for_another_place_are_refused_with_the_right_one(hatch):
    where = begun(hatch)
    add(hatch, where, CONTENT[:100])
    for offset in (0, 99, 101):
        answer = add(hatch, where, b"x" * 10, offset)
        assert problem(answer, 409, "upload.offset")["offset"] == 100 and answer["Upload-Offset"] == "100"
    answer = add(hatch, where, CONTENT[100:] + b"and more", 100)
    problem(answer, 413, "upload.more_than_announced")
    assert kept(where)[:100] == CONTENT[:100] and Upload.objects.get().state == "arriving"


@pytest.mark.parametrize("algorithm", ["sha1", "sha256"])
def test_a_piece_with_a_wrong_checksum_is_not_kept(hatch, algorithm):
    where = begun(hatch)
    right = base64.b64encode(hashlib.new(algorithm, CONTENT[:100]).digest()).decode()
    wrong = base64.b64encode(hashlib.new(algorithm, b"other").digest()).decode()
    problem(add(hatch, where, CONTENT[:100], **{"Upload-Checksum": f"{algorithm} {wrong}"}), 460, "upload.checksum")
    assert stand(hatch, where)["Upload-Offset"] == "0" and kept(where) == b""
    assert add(hatch, where, CONTENT[:100], **{"Upload-Checksum": f"{algorithm} {right}"}).status_code == 204
    assert kept(where) == CONTENT[:100]
    for unknown, status in (("md5 AAAA", 400), ("sha1 ###", 400), ("sha1", 460)):
        answer = add(hatch, where, b"x", 100, **{"Upload-Checksum": unknown})
        assert answer.status_code == status and kept(where) == CONTENT[:100]


def test_a_file_that_is_not_the_one_announced_is_removed_and_told(hatch):
    where = begun(hatch, **{"Upload-Metadata": coded(sha256="0" * 64)})
    problem(add(hatch, where, CONTENT), 460, "upload.sha256")
    assert kept(where) is None
    assert stand(hatch, where).status_code == 410
    problem(add(hatch, where, CONTENT), 410, "upload.broken")


def test_a_line_that_breaks_off_leaves_what_it_brought_but_nothing_under_a_checksum(hatch):
    where = begun(hatch)
    upload = Upload.objects.get()
    broken = Still(Torn(CONTENT[:700]), 5000)
    with pytest.raises(uploads.BrokenOff):
        uploads.append(upload, broken, offset=0, checksum=None, clock=timezone.now)
    assert stand(hatch, where)["Upload-Offset"] == "700" and kept(where) == CONTENT[:700]
    checksum = uploads.Checksum("sha1", b"")
    with pytest.raises(uploads.BrokenOff):
        uploads.append(upload, Still(Torn(CONTENT[700:900]), 5000), offset=700, checksum=checksum, clock=timezone.now)
    assert stand(hatch, where)["Upload-Offset"] == "700" and kept(where) == CONTENT[:700]


class Torn:
    def __init__(self, content):
        self.content = content

    def read(self, size):
        piece, self.content = self.content[:size], self.content[size:]
        return piece


def test_a_full_disk_keeps_what_arrived_and_says_so(hatch, monkeypatch):
    where = begun(hatch)
    write = growing.Growing.write

    def full(self, piece):
        write(self, piece[:10])
        raise OSError(errno.ENOSPC, "No space left on device")

    add(hatch, where, CONTENT[:200])
    monkeypatch.setattr(growing.Growing, "write", full)
    answer = add(hatch, where, CONTENT[200:], 200)
    assert problem(answer, 503, "upload.no_room")["offset"] == 200 and answer["Retry-After"] == "60"
    monkeypatch.undo()
    assert kept(where) == CONTENT[:200] and add(hatch, where, CONTENT[200:], 200).status_code == 204
    assert Upload.objects.get().state == "complete" and kept(where) == CONTENT


def test_what_a_killed_process_left_uncounted_is_cut_away(hatch):
    where = begun(hatch)
    add(hatch, where, CONTENT[:100])
    path = upload_keeping.path_of(Upload.objects.get())
    path.write_bytes(CONTENT[:100] + b"\0" * 50)
    assert stand(hatch, where)["Upload-Offset"] == "100" and kept(where) == CONTENT[:100]
    path.write_bytes(CONTENT[:50])
    assert stand(hatch, where).status_code == 410


def test_while_one_adds_another_is_told_to_wait(hatch, monkeypatch):
    monkeypatch.setattr(arriving, "PATIENCE", 0.2)
    where = begun(hatch)
    with growing.held(upload_keeping.path_of(Upload.objects.get()), patience=0) as file:
        for answer in (add(hatch, where, CONTENT), hatch.delete(where, headers=TUS)):
            problem(answer, 423, "upload.in_use")
            assert int(answer["Retry-After"])
        assert stand(hatch, where).status_code == 423 and file.size == 0
    assert add(hatch, where, CONTENT).status_code == 204


def test_another_tenants_uploads_are_unknown_and_scopes_are_asked_for(hatch, studio, program):
    where = begun(hatch)
    add(hatch, where, CONTENT[:10])
    stranger, reader = program(studio.umbra), program(studio.parallax, "assets:read")
    for answer in (add(stranger, where, b"x", 10), stranger.delete(where, headers=TUS), stranger.get(where)):
        problem(answer, 404, "upload.unknown")
    assert stand(stranger, where).status_code == 404 and stranger.get("/api/v1/uploads").json()["results"] == []
    assert begin(reader).status_code == 403 and add(reader, where, b"x", 10).status_code == 403
    # Another program of the same vendor goes on where the first one stopped.
    assert add(program(studio.parallax), where, CONTENT[10:], 10).status_code == 204


def test_what_was_ended_or_has_expired_leaves_nothing(hatch, settings):
    ended, expired, fresh = (begun(hatch) for _ in range(3))
    for where in (ended, expired, fresh):
        add(hatch, where, CONTENT[:10])
    path = upload_keeping.path_of(Upload.objects.get(public_id=ended.rpartition("/")[2]))
    assert hatch.delete(ended, headers=TUS).status_code == 204 and not path.exists()
    assert stand(hatch, ended).status_code == 404
    at = timezone.now()
    Upload.objects.filter(public_id=expired.rpartition("/")[2]).update(expires_at=at)
    problem(add(hatch, expired, b"x", 10), 410, "upload.expired")
    assert upload_keeping.sweep(at=at) == 1
    assert Upload.objects.count() == 1 and kept(fresh) == CONTENT[:10]
    left = [one for one in upload_keeping._files(upload_keeping.Path(settings.UPLOADS_DIR))]
    assert len(left) == 1
    left[0].with_name("upl_of_no_row").touch()
    upload_keeping.sweep(at=at + timedelta(days=2))
    assert [one.name for one in upload_keeping._files(left[0].parent.parent)] == [left[0].name]


def test_a_program_has_its_share_and_no_more(hatch, settings):
    settings.UPLOADS_OPEN, settings.UPLOADS_OPEN_BYTES, settings.MAX_RESUMABLE_BYTES = 2, 100, 90
    begun(hatch, 60)
    problem(begin(hatch, 91), 413, "upload.too_large")
    problem(begin(hatch, 41), 429, "upload.too_much")
    begun(hatch, 40)
    problem(begin(hatch, 0), 429, "upload.too_many")
    assert Upload.objects.count() == 2


@pytest.mark.parametrize(("headers", "status"), [
    ({"Upload-Length": "-1"}, 400), ({"Upload-Length": ""}, 400), ({"Tus-Resumable": "0.2.2"}, 412),
    ({"Upload-Metadata": "filename"}, 201), ({"Upload-Metadata": "filename ###"}, 400),
    ({"Upload-Metadata": "filename /w=="}, 400), ({"Upload-Metadata": "a YQ==,a YQ=="}, 400),
    ({"Upload-Metadata": "sha256 YQ=="}, 422), ({"Upload-Metadata": "filename AA=="}, 400),
])  # fmt: skip
def test_headers_that_cannot_be_read_are_told(hatch, headers, status):
    answer = begin(hatch, **headers)
    assert answer.status_code == status, answer.content
    assert Upload.objects.count() == (status == 201) and answer["Tus-Resumable"] == "1.0.0"


def test_bytes_come_as_bytes_and_in_the_version_that_is_spoken(hatch):
    where = begun(hatch)
    offset = {"Upload-Offset": "0"}
    problem(hatch.generic("PATCH", where, CONTENT, content_type=BYTES, headers=offset), 412, "upload.version")
    problem(hatch.generic("PATCH", where, CONTENT, content_type="text/plain", headers=TUS | offset), 415, "request.media_type")
    problem(hatch.generic("PATCH", where, CONTENT, content_type=BYTES, headers=TUS), 400, "upload.header")
    assert not kept(where)


def test_a_large_file_is_hashed_by_a_worker_and_meanwhile_not_quotable(studio, hatch, monkeypatch):
    monkeypatch.setattr(arriving, "HASHED_AT_ONCE", 100)
    where = begun(hatch)
    assert add(hatch, where, CONTENT).status_code == 204
    told = hatch.get(where).json()
    assert (told["state"], told["offset"], told["sha256"]) == ("checking", len(CONTENT), "")
    quoted = {"upload": told["id"], "declaration": shots.bare(studio, "shot.jpg")}
    problem_of = hatch.post("/api/v1/assets", quoted)
    assert (problem_of.status_code, problem_of.json()["code"]) == (409, "upload.being_checked") and problem_of["Retry-After"]
    at = timezone.now()
    assert upload_keeping.to_check(at=at) == []
    assert upload_keeping.to_check(at=at + timedelta(hours=1)) == [told["id"]]
    assert upload_keeping.to_check(at=at + timedelta(hours=1)) == []
    upload_keeping.check(told["id"], clock=timezone.now)
    assert hatch.get(where).json()["sha256"] == hashlib.sha256(CONTENT).hexdigest()


def test_parts_are_not_for_a_folder_and_tus_is_not_for_a_bucket_without_one(hatch, settings):
    asked = {"filename": "sh114.mp4", "size": 10, "sha256": "0" * 64, "parts": True}
    problem(hatch.post("/api/v1/uploads", asked), 409, "upload.parts_not_here")
    where = begun(hatch)
    problem(hatch.post(f"{where}/parts", {"numbers": [1]}), 409, "upload.not_in_parts")
    problem(hatch.post(f"{where}/complete", {"parts": []}), 409, "upload.not_in_parts")
    settings.UPLOADS_DIR = ""
    problem(begin(hatch), 409, "upload.tus_not_here")
    assert Upload.objects.count() == 1
