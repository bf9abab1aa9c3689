"""What anybody has checked is read by readers of its own: a flood of hostile files keeps no vendor waiting, and stays small."""

import os
import threading
from dataclasses import replace

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from provenance import trust, verification
from provenance.media.refusal import MediaRefused
from provenance.models import Asset
from provenance.sandbox import Sandbox, SandboxBusy, SandboxTimeout
from tests.assets import bad, build
from tests.provenance.registered import SIGNED_AT

RESULT = build.library() / "result.jpg"
FLOOD = 20
SECONDS = 1.0


@pytest.fixture(scope="module")
def slow_file(tmp_path_factory):
    """It holds the library for many seconds, where nothing refuses it before."""
    path = tmp_path_factory.mktemp("slow") / "boxes.mp4"
    path.write_bytes(bad.many_boxes(60_000))
    return path


@pytest.fixture
def open_window(monkeypatch):
    """The readers of the window as they are, but with nothing that refuses such files at once, and a shorter time for each."""
    standing = trust.window()
    box = Sandbox(children=2, waiting=4, limits=replace(standing.limits, seconds=SECONDS, parts=10**9, depth=10**9))
    monkeypatch.setattr(trust, "window", lambda: box)
    yield box
    box.close()


def test_twenty_hostile_files_at_once_keep_no_vendor_waiting(open_window, slow_file):
    trust.sandbox().examine(RESULT, "result.jpg")  # warm
    told, begin = [], threading.Barrier(FLOOD + 1)

    def hostile():
        begin.wait()
        try:
            told.append(open_window.read(slow_file))
        except (SandboxTimeout, SandboxBusy) as refused:
            told.append(refused)

    flood = [threading.Thread(target=hostile) for _ in range(FLOOD)]
    for one in flood:
        one.start()
    begin.wait()
    for _ in range(3):
        assert trust.sandbox().examine(RESULT, "result.jpg").media_type == "image/jpeg"
    assert any(one.is_alive() for one in flood), "the vendor's file had to wait for all of the others"
    for one in flood:
        one.join()
    stopped = [one for one in told if isinstance(one, SandboxTimeout)]
    busy = [one for one in told if isinstance(one, SandboxBusy)]
    assert len(stopped) + len(busy) == FLOOD
    assert len(stopped) >= 2 and busy, "two are read, four wait, and the others are told to come again"
    # What was stopped is gone, and the next honest file is read as before.
    assert open_window.examine(RESULT).frames == 1


def test_a_file_that_takes_too_long_is_answered_as_unreadable(client, db, open_window, slow_file):
    sent = SimpleUploadedFile("boxes.mp4", slow_file.read_bytes(), "video/mp4")
    answer = client.post("/api/v1/verifications", {"file": sent})
    assert answer.status_code == 200 and answer.json()["integrity"]["state"] == "unreadable"
    assert answer.json()["codes"]["failure"] == ["media.too_slow"]
    assert not Asset.objects.exists()


def test_where_no_reader_comes_free_the_visitor_is_told_to_come_again(client, db, monkeypatch):
    box = Sandbox(children=1, waiting=0, limits=replace(trust.window().limits, wait_seconds=0.1))
    monkeypatch.setattr(trust, "window", lambda: box)
    with box._child():
        answer = client.post("/api/v1/verifications", {"file": SimpleUploadedFile("a.jpg", RESULT.read_bytes())})
        assert answer.status_code == 503 and answer.json()["code"] == "media.busy"
        assert trust.sandbox().examine(RESULT).frames == 1, "the house's own readers are free"
    assert client.post("/api/v1/verifications", {"file": SimpleUploadedFile("a.jpg", RESULT.read_bytes())}).status_code == 200
    box.close()


def test_a_reader_of_the_window_has_half_a_gigabyte_three_seconds_and_gives_way(tmp_path, db):
    """A picture of 100 million pixels in a few hundred kilobytes: as large as may be, and 300 MB once it is decoded."""
    path = tmp_path / "large.png"
    path.write_bytes(bad.huge_picture(side=9_990))
    box = trust.window()
    assert box is not trust.sandbox() and box.limits.wall(0) == 3
    try:
        box.fingerprint(path)
    except MediaRefused:
        pass  # more than it may have, or longer than it may take: either is an answer
    assert verification.verify(path=RESULT, name="result.jpg", at=SIGNED_AT).integrity.state == "absent"
    with box._child() as child:
        child.come_up()
        assert os.getpriority(os.PRIO_PROCESS, child.pid) == min(19, os.getpriority(os.PRIO_PROCESS, 0) + 10)
        with open(f"/proc/{child.pid}/limits") as limits:
            [space] = [line.split() for line in limits if line.startswith("Max address space")]
        assert space[3] == str(512 * 1024**2)
