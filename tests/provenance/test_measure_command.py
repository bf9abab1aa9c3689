"""`manage.py measure`: the numbers of a pair as one JSON document or as sentences, measured in a killable child."""

import json
import os

import pytest
from django.core.management import CommandError, call_command

from provenance.sandbox import Limits, Sandbox, SandboxTimeout
from tests.assets import build

LIBRARY = build.library()
ORDER = ["element", "share", "time_share", "area_share", "error", "method", "ranges", "floor", "remarks"]


def told(capsys, *names, **options) -> str:
    call_command("measure", *(str(LIBRARY / name) for name in names), **options)
    return capsys.readouterr().out


def test_a_still_is_one_object_and_a_film_with_sound_a_list(capsys):
    still = json.loads(told(capsys, "plate.jpg", "result.jpg", json=True))
    picture, sound = json.loads(told(capsys, "plate.mp4", "result.mp4", json=True))

    assert list(still) == ORDER
    assert 0.04 < still["share"] < 0.08 and still["method"] == "measured:difference"
    assert picture["ranges"] == [{"start_s": 1.0, "end_s": 3.0, "start_frame": 24, "end_frame": 72}]
    assert (sound["element"], sound["share"]) == ("sound", 0.0)


def test_sentences_say_how_much_and_where_and_a_picture_shows_it(capsys, tmp_path):
    shown = tmp_path / "where.png"

    said = told(capsys, "plate.mp4", "result.mp4", picture=str(shown), element="picture")

    assert said.startswith("Picture: 2.8 % differs, give or take 0.")
    assert "1.000 to 3.000 s (frames 24 to 71)" in said
    assert shown.read_bytes().startswith(b"\x89PNG")


def test_what_cannot_be_measured_ends_with_its_sentence_and_no_number(capsys):
    for names, sentence in ((("plate.jpg", "result.mp4"), "still picture and the result a film"),
                            (("plate.jpg", "result.png"), "pixels"), (("plate.jpg", "nowhere.jpg"), "No such file")):
        with pytest.raises(CommandError, match=sentence):
            told(capsys, *names, json=True)
        assert not capsys.readouterr().out


def test_a_pair_that_takes_too_long_is_stopped_and_the_child_keeps_no_file_open():
    box = Sandbox(children=1)
    box.measure(LIBRARY / "plate.jpg", LIBRARY / "result.jpg")
    pid = box._idle[-1].pid
    before = len(os.listdir(f"/proc/{pid}/fd"))
    for _ in range(3):
        box.measure(LIBRARY / "script.txt", LIBRARY / "script.docx")
    assert box._idle[-1].pid == pid and len(os.listdir(f"/proc/{pid}/fd")) <= before
    box.close()

    hasty = Sandbox(children=1, limits=Limits(seconds=0.05, measuring_seconds=0))
    with pytest.raises(SandboxTimeout):
        hasty.measure(LIBRARY / "plate.mp4", LIBRARY / "result.mp4")
    hasty.close()
