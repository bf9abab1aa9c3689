"""The children that read and sign: killed when they hang, replaced when they die, and never in possession of a key."""

import multiprocessing
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization

from provenance.keys import KeyUnavailable
from provenance.media.refusal import MediaRefused
from provenance.sandbox import Limits, Sandbox, SandboxBusy, SandboxCrashed, SandboxTimeout, SigningFailed
from provenance.sandbox import child as one_child
from tests.assets import bad, build
from tests.assets.studio import Studio

LIBRARY = build.library()
RESULT = LIBRARY / "result.jpg"
# Lets a file through to the library that would otherwise be refused, and kills the child after a second.
OPEN_DOOR = Limits(seconds=1.0, parts=10**9, depth=10**9)


@pytest.fixture(scope="module")
def studio(tmp_path_factory):
    return Studio(tmp_path_factory.mktemp("keys"))


@pytest.fixture
def box():
    box = Sandbox(children=1)
    yield box
    box.close()


@pytest.fixture(scope="module")
def slow_file(tmp_path_factory):
    """40,000 boxes hold the library for five seconds and more."""
    path = tmp_path_factory.mktemp("slow") / "boxes.mp4"
    path.write_bytes(bad.many_boxes(60_000))
    return path


@pytest.fixture
def begins_with(tmp_path, monkeypatch):
    """`begins_with(code)`: children run this code before anything else."""

    def begin(code: str) -> None:
        for room in ("provenance", "registry", "consent"):
            (tmp_path / room).symlink_to(one_child.HOUSE / room)
        (tmp_path / "sitecustomize.py").write_text(code)
        monkeypatch.setattr(one_child, "HOUSE", tmp_path)

    return begin


def pid_of(box: Sandbox) -> int:
    box.examine(RESULT)
    return box._idle[-1].pid


def test_a_file_that_takes_too_long_is_stopped_and_the_next_one_is_read(slow_file):
    box = Sandbox(children=1, limits=OPEN_DOOR)
    first = pid_of(box)
    began = time.monotonic()

    with pytest.raises(SandboxTimeout) as refusal:
        box.read(slow_file)

    assert refusal.value.code == "media.too_slow"
    assert time.monotonic() - began < 30
    assert not alive(first)
    assert box.examine(RESULT).width == 1280
    assert pid_of(box) != first
    box.close()


def test_a_child_that_comes_up_slowly_is_not_held_against_the_file(begins_with):
    begins_with("import time; time.sleep(4)")
    box = Sandbox(children=1, limits=Limits(seconds=3.0))

    assert box.examine(RESULT).width == 1280
    box.close()


def test_a_child_that_does_not_come_up_is_no_fault_of_the_file(begins_with, caplog):
    begins_with("import os; os.write(2, b'no room on this machine'); os._exit(3)")
    box = Sandbox(children=1)

    with pytest.raises(SandboxBusy) as refusal:
        box.examine(RESULT)

    assert refusal.value.code == "media.busy"
    assert "no room on this machine" in caplog.text
    assert not box._idle
    box.close()


def test_the_processor_time_of_each_file_is_limited_by_itself(box):
    """A child that has long been at work is not killed for what it did for others."""
    for _ in range(5):
        box.examine(RESULT)
    limits = Path(f"/proc/{pid_of(box)}/limits").read_text()

    cpu = next(line for line in limits.splitlines() if line.startswith("Max cpu time")).split()[3]
    assert 30 < int(cpu) < 120


def test_a_child_killed_while_idle_is_replaced_without_a_word(box):
    first = pid_of(box)
    os.kill(first, signal.SIGKILL)
    assert within(30, lambda: not alive(first))

    assert box.examine(RESULT).frames == 1
    assert pid_of(box) != first


def test_an_interrupt_of_the_whole_terminal_leaves_a_child_at_work(box):
    first = pid_of(box)
    os.kill(first, signal.SIGINT)
    time.sleep(0.05)

    assert pid_of(box) == first


def test_a_child_that_dies_over_a_file_refuses_it_and_is_replaced(slow_file):
    box = Sandbox(children=1, limits=Limits(parts=10**9))
    first = pid_of(box)
    threading.Timer(0.4, os.kill, (first, signal.SIGKILL)).start()

    with pytest.raises(SandboxCrashed) as refusal:
        box.read(slow_file)

    assert refusal.value.code == "media.crashed"
    assert "exit -9" in refusal.value.trace
    assert box.examine(RESULT).frames == 1
    box.close()


def test_a_file_that_needs_too_much_memory_is_refused(tmp_path):
    path = tmp_path / "long.gif"
    path.write_bytes(b"GIF89a" + bytes([1, 0, 1, 0, 0, 0, 0]))
    os.truncate(path, 250 * 1024**2)
    box = Sandbox(children=1, limits=Limits(memory_bytes=300 * 1024**2))

    with pytest.raises(MediaRefused) as refusal:
        box.examine(path)

    assert refusal.value.code == "media.crashed"
    assert box.examine(RESULT).frames == 1
    box.close()


def test_children_are_replaced_after_a_number_of_files():
    box = Sandbox(children=1, limits=Limits(recycle_after=3))

    pids = [pid_of(box) if box.examine(RESULT) and box._idle else None for _ in range(4)]

    assert len({pid for pid in pids if pid}) > 1
    box.close()


def test_threads_share_the_children(tmp_path):
    box, seen = Sandbox(children=2), []
    threads = [
        threading.Thread(target=lambda: seen.extend(box.examine(RESULT).width for _ in range(10))) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert seen == [1280] * 80
    assert len(box._idle) <= 2
    box.close()


def test_a_file_without_a_name_is_read_by_its_descriptor(studio, box, tmp_path):
    """Uploads to be verified have no name on the disk."""
    with tempfile.TemporaryFile() as unnamed, tempfile.TemporaryFile() as signed:
        unnamed.write(RESULT.read_bytes())
        assert box.examine(unnamed, "upload.jpg").width == 1280
        box.sign(studio.request(unnamed, "image/jpeg", signed), studio.signer.sign)
        assert box.read(signed, anchors=studio.anchors)["state"] == "Trusted"


def test_when_every_child_is_at_work_the_next_caller_is_told_so(slow_file):
    box = Sandbox(children=1, limits=Limits(seconds=2.0, parts=10**9, wait_seconds=0.2))
    thread = threading.Thread(target=lambda: pytest.raises(SandboxTimeout, box.read, slow_file))
    thread.start()
    assert within(30, lambda: box._free._value == 0)

    with pytest.raises(SandboxBusy) as refusal:
        box.examine(RESULT)

    assert refusal.value.code == "media.busy"
    thread.join()
    box.close()


def _in_a_fork(box: Sandbox, told) -> None:
    told.put((box.examine(RESULT).width, box._idle[-1].pid))
    box.close()


def test_a_fork_starts_children_of_its_own_and_leaves_its_parents_alone(box):
    """Celery's workers are forked and daemonic: they may not use multiprocessing themselves."""
    ours = pid_of(box)
    context = multiprocessing.get_context("fork")
    told = context.Queue()
    process = context.Process(target=_in_a_fork, args=(box, told), daemon=True)
    process.start()
    width, theirs = told.get(timeout=240)
    process.join()

    assert width == 1280
    assert theirs != ours
    assert box.examine(RESULT).width == 1280
    assert pid_of(box) == ours


def test_children_leave_when_their_parent_is_killed(slow_file):
    """Also from the middle of a file, where they do not hear the socket close."""
    code = (
        "from provenance.sandbox import *; box = Sandbox(children=1, limits=Limits(parts=10**9)); "
        f"box.examine({str(RESULT)!r}); print(box._idle[-1].pid, flush=True); box.read({str(slow_file)!r})"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", code], cwd=one_child.HOUSE, stdout=subprocess.PIPE, text=True
    )
    child = int(parent.stdout.readline())
    time.sleep(0.3)
    parent.kill()
    parent.wait()

    assert within(60, lambda: not alive(child))


def test_the_child_has_neither_our_environment_nor_our_directory(box, monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "hush")
    fresh = Sandbox(children=1)
    child = Path("/proc") / str(pid_of(fresh))

    names = {line.partition(b"=")[0] for line in (child / "environ").read_bytes().split(b"\0") if line}
    ours = b"PATH LANG PYTHONPATH MALLOC_ARENA_MAX OPENBLAS_NUM_THREADS PYTHONDONTWRITEBYTECODE TMPDIR"
    assert names <= set(ours.split())
    assert (child / "cwd").resolve() == one_child.PACKAGE
    assert len(list((child / "fd").iterdir())) < 10
    fresh.close()


def test_the_child_never_holds_the_key(studio, box, tmp_path):
    """Neither the number nor its text is anywhere in the memory of a child that has just had something signed."""
    child = pid_of(box)
    studio.sign(box, RESULT, tmp_path / "signed.jpg")
    pem = (studio.directory / "development" / "org_northlight.pem").read_bytes()
    key = serialization.load_pem_private_key(pem, None)
    number = key.private_numbers().private_value.to_bytes(32, "big")
    text = pem.split(b"\n")[1]

    memory = memory_of(child)

    assert pid_of(box) == child
    assert b"Northlight Pictures" in memory
    assert number not in memory and number[::-1] not in memory and text not in memory


def test_an_error_of_the_key_comes_out_as_it_is_and_leaves_no_file(studio, box, tmp_path):
    def gone(_data):
        raise KeyUnavailable("The key service does not answer.")

    with pytest.raises(KeyUnavailable, match="does not answer"):
        box.sign(studio.request(RESULT, "image/jpeg", tmp_path / "signed.jpg"), gone)

    assert not (tmp_path / "signed.jpg").exists()
    assert box.examine(RESULT).width == 1280


def test_a_signature_by_another_key_is_refused(studio, box, tmp_path):
    other = Studio(tmp_path / "other")

    with pytest.raises(SigningFailed) as failure:
        box.sign(studio.request(RESULT, "image/jpeg", tmp_path / "signed.jpg"), other.signer.sign)

    assert failure.value.code == "signing.failed"
    assert not (tmp_path / "signed.jpg").exists()


def test_a_full_disk_is_a_failure_and_not_a_signature(studio, tmp_path):
    small = Sandbox(children=1, limits=Limits(file_bytes=20_000))
    with pytest.raises(SigningFailed):
        small.sign(studio.request(RESULT, "image/jpeg", tmp_path / "signed.jpg"), studio.signer.sign)
    with open("/dev/full", "w+b", buffering=0) as full, pytest.raises(SigningFailed):
        small.sign(studio.request(RESULT, "image/jpeg", full), studio.signer.sign)

    assert list(tmp_path.iterdir()) == []
    small.close()


def test_a_reader_cannot_get_a_signature(box):
    """Only a call to sign has somebody who signs; a child that asked during a reading would get nothing."""
    signature, error = one_child._asked(None, b"please")

    assert signature is None and isinstance(error, RuntimeError)


def alive(pid: int) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return False


def within(seconds: float, done) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if done():
            return True
        time.sleep(0.05)
    return False


def memory_of(pid: int) -> bytes:
    """Everything the process can write to."""
    pieces = []
    with open(f"/proc/{pid}/maps") as maps, open(f"/proc/{pid}/mem", "rb", buffering=0) as memory:
        for line in maps:
            if line.split()[1].startswith("rw") and "[v" not in line:
                start, end = (int(number, 16) for number in line.split()[0].split("-"))
                memory.seek(start)
                try:
                    pieces.append(memory.read(end - start))
                except OSError:
                    continue
    return b"".join(pieces)
