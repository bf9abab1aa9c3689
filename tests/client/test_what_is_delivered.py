"""Which files are meant, which declaration and parts go with each, and what is a sequence; nothing is sent on a doubt."""

import json
import re
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from countersign import Misused
from countersign.declarations import Wanted, planned
from countersign.record import Record
from countersign.sequences import grouped

OWN = {"production": "prd_1"}


def put(folder: Path, *names: str, **declared) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(declared or OWN) if name.endswith(".json") else name)


def titles(found):
    return [(one.path.name, one.declaration["title"]) for one in found.deliveries]


def test_each_file_goes_with_the_declaration_beside_it(tmp_path):
    put(tmp_path, "a.mov", "a.json", "b.mov", "b.mov.json", "sub/c.mov", "sub/c.json", ".hidden.mov", "old.c2pa")
    found = planned([str(tmp_path)], Wanted())
    assert titles(found) == [("a.mov", "a.mov"), ("b.mov", "b.mov"), ("c.mov", "c.mov")]
    assert found.deliveries[0].declaration == {"version": 1, "production": "prd_1", "title": "a.mov"}


def test_one_declaration_for_all_takes_what_the_names_say(tmp_path):
    put(tmp_path, "sh010_v03.mov", "sh020_v01.mov")
    put(tmp_path, "all.json", production="prd_1", title="{stem} of {folder}", unit="{shot}", note="{{as it is}}")
    match = re.compile(r"(?P<shot>sh\d+)_v(?P<version>\d+)")
    found = planned([str(tmp_path)], Wanted(tmp_path / "all.json", match=match))
    assert [one.declaration["unit"] for one in found.deliveries] == ["sh010", "sh020"]
    assert found.deliveries[0].declaration["title"] == f"sh010_v03 of {tmp_path.name}"
    assert found.deliveries[0].declaration["note"] == "{as it is}"
    put(tmp_path, "wrong.json", production="prd_1", unit="{take}")
    with pytest.raises(Misused, match=r"\{take\}.*Known are \{file\}"):
        planned([str(tmp_path)], Wanted(tmp_path / "wrong.json"))


def test_without_a_declaration_nothing_is_sent(tmp_path):
    put(tmp_path, "a.mov", "a.json", "b.mov")
    with pytest.raises(Misused, match="Nothing was sent: no declaration was found for b.mov"):
        planned([str(tmp_path)], Wanted())
    found = planned([str(tmp_path)], Wanted(skip_undeclared=True))
    assert len(found.deliveries) == 1 and [one.name for one in found.skipped] == ["b.mov"]


def test_a_plate_goes_along_with_its_shot_and_is_no_shot_itself(tmp_path):
    put(tmp_path, "sh010.mov", "sh010.plate.mov", "plates/x.mov")
    put(tmp_path, "sh010.json", production="prd_1", ingredients=[{"id": "plate", "relation": "parentOf", "part": "plate"}])
    found = planned([str(tmp_path / "sh010.mov"), str(tmp_path / "sh010.plate.mov")], Wanted())
    assert [one.parts for one in found.deliveries] == [{"plate": tmp_path / "sh010.plate.mov"}]
    elsewhere = Wanted(parts={"plate": str(tmp_path / "plates" / "x.mov")})
    assert planned([str(tmp_path / "sh010.mov")], elsewhere).deliveries[0].parts["plate"].name == "x.mov"
    (tmp_path / "sh010.plate.mov").unlink()
    with pytest.raises(Misused, match="part “plate”, and its file is not known"):
        planned([str(tmp_path / "sh010.mov")], Wanted())


def test_numbered_frames_are_one_asset(tmp_path):
    put(tmp_path, *(f"sh010.{number:04d}.exr" for number in range(1001, 1005)), "sh010.json", "poster_01.jpg", "poster_02.jpg")
    put(tmp_path, "poster_01.json", "poster_02.json")
    found = planned([str(tmp_path)], Wanted())
    assert [title for _, title in titles(found)] == ["poster_01.jpg", "poster_02.jpg", "sh010.exr"]
    assert found.deliveries[-1].path.name == "sh010.%04d.exr"
    assert [number for number, _ in found.deliveries[-1].thing.frames] == [1001, 1002, 1003, 1004]
    (tmp_path / "sh010.1002.exr").unlink()
    (tmp_path / "sh010.1003.exr").unlink()
    with pytest.raises(Misused, match="frames are missing: 1002-1003"):
        planned([str(tmp_path)], Wanted())
    assert len(planned([str(tmp_path)], Wanted(gaps=True)).deliveries) == 3


def test_two_files_of_one_number_are_named(tmp_path):
    put(tmp_path, "f.7.dpx", "f.0007.dpx", "f.8.dpx")
    sequences, _ = grouped(sorted(tmp_path.iterdir()))
    assert sequences[0].doubled == (7,)


# ── The record of what was sent ──────────────────────────────────────────────────────────────────────────────────


def test_an_attempt_nobody_heard_of_keeps_its_key_and_an_answer_ends_it(tmp_path):
    record = Record(tmp_path)
    first, unheard = record.begin("k", Path("a.mov"))
    assert not unheard
    record.close()
    record = Record(tmp_path)
    assert record.begin("k", Path("a.mov")) == (first, True)
    record.answered("k", state="refused", problem={"code": "consent.no_grant"})
    second, unheard = record.begin("k", Path("a.mov"))
    assert second != first and not unheard


def test_two_at_once_do_not_send_the_same_and_a_killed_one_is_in_nobodys_way(tmp_path):
    holds = (
        "import sys, time; from pathlib import Path; from countersign.record import Record\n"
        f"record = Record(Path({str(tmp_path)!r}))\n"
        "with record.claimed('k'):\n    print('held', flush=True); time.sleep(600)"
    )
    import countersign

    source = Path(countersign.__file__).parents[1]
    other = subprocess.Popen([sys.executable, "-c", holds], stdout=subprocess.PIPE, text=True, env={"PYTHONPATH": str(source)})
    try:
        assert other.stdout.readline() == "held\n"
        record, done = Record(tmp_path), threading.Event()

        def waits():
            with record.claimed("k"):
                done.set()

        waiting = threading.Thread(target=waits)
        waiting.start()
        with record.claimed("another"):
            assert not done.wait(0.5)
        other.kill()
        assert done.wait(30)
        waiting.join()
    finally:
        other.kill()
        other.wait()
        other.stdout.close()


def test_a_file_that_changed_is_hashed_again(tmp_path):
    import os

    record, file = Record(tmp_path / "state"), tmp_path / "a.mov"
    file.write_bytes(b"one")
    os.utime(file, (1, 1))
    first = record.sha256_of(file)
    file.write_bytes(b"two")
    os.utime(file, (2, 2))
    assert record.sha256_of(file) != first
