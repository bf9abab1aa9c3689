"""Files that are broken, trapped or two at once: each refused with its code, quickly, and with nothing signed."""

import io
import random
import time

import pytest

from provenance.media import structure
from provenance.media.bounds import Bounds
from provenance.media.refusal import MediaRefused
from provenance.sandbox import Sandbox
from tests.assets import bad, build
from tests.assets.studio import Studio


@pytest.fixture(scope="module")
def box():
    box = Sandbox(children=1)
    box.examine(build.library() / "result.jpg")
    yield box
    box.close()


@pytest.mark.parametrize("name", bad.BAD)
def test_every_bad_file_is_refused_with_its_code_and_a_sentence(box, tmp_path, name):
    made, code = bad.BAD[name]
    path = tmp_path / name
    path.write_bytes(made())
    began = time.monotonic()

    with pytest.raises(MediaRefused) as refusal:
        box.examine(path, name)

    assert refusal.value.code == code
    assert refusal.value.detail.endswith((".", ")"))
    assert "\0" not in refusal.value.detail and len(refusal.value.detail) < 400
    assert time.monotonic() - began < 3


@pytest.mark.parametrize("name", bad.BAD)
def test_no_bad_file_holds_a_reader_or_is_trusted(box, tmp_path, name):
    """Reading is for anyone's files, so faults are told there rather than refused; traps are refused here too."""
    path = tmp_path / name
    path.write_bytes(bad.BAD[name][0]())
    began = time.monotonic()

    try:
        assert box.read(path)["state"] == "absent"
    except MediaRefused as refusal:
        assert refusal.code in ("media.too_many_parts", "media.too_large_picture", "media.too_deep", "media.empty")
    assert time.monotonic() - began < 3


@pytest.mark.parametrize("name", ["boxes.mp4", "segments.jpg", "huge.png", "empty.jpg"])
def test_a_trap_is_refused_at_the_key_as_well(box, tmp_path, name):
    """Whoever forgot to examine the file first finds the same refusal at the signing."""
    studio = Studio(tmp_path / "keys")
    path, asked = tmp_path / name, []
    path.write_bytes(bad.BAD[name][0]())

    with pytest.raises(MediaRefused) as refusal:
        box.sign(
            studio.request(path, "video/mp4" if name.endswith("mp4") else "image/jpeg", tmp_path / "signed"),
            asked.append,
        )

    assert refusal.value.code == bad.BAD[name][1]
    assert asked == [] and not (tmp_path / "signed").exists()


def test_a_trap_among_the_ingredients_is_refused(box, tmp_path):
    studio = Studio(tmp_path / "keys")
    path = tmp_path / "plate.mp4"
    path.write_bytes(bad.many_boxes())
    plate = {"path": path, "media_type": "video/mp4", "title": "plate", "relationship": "inputTo", "label": "plate"}

    with pytest.raises(MediaRefused) as refusal:
        box.sign(
            studio.request(build.library() / "result.jpg", "image/jpeg", tmp_path / "signed", ingredients=[plate]),
            studio.signer.sign,
        )

    assert refusal.value.code == "media.too_many_parts"


def mutated(data: bytes, chance: random.Random) -> bytes:
    """A few bytes changed, taken out or put in; or the end cut off."""
    changed = bytearray(data)
    for _ in range(chance.choice((1, 1, 3, 10))):
        place = chance.randrange(max(1, min(len(changed), chance.choice((64, 2_000, len(changed) + 1)))))
        match chance.randrange(5):
            case 0:
                changed[place:place + 1] = bytes([chance.choice((0, 1, 127, 128, 255))])
            case 1:
                del changed[place:place + chance.randrange(1, 64)]
            case 2:
                changed[place:place] = chance.randbytes(chance.randrange(1, 40))
            case 3:
                changed[place : place + 4] = chance.choice(
                    (b"\xff\xff\xff\xff", bytes(4), b"\x7f\xff\xff\xff", b"\0\0\0\1")
                )
            case 4:
                del changed[max(1, place):]
    return bytes(changed)


@pytest.mark.parametrize("name", build.ASSETS)
def test_a_scan_ends_in_an_answer_or_a_refusal_whatever_the_bytes(name):
    data, chance = (build.library() / name).read_bytes(), random.Random(name)
    for number in range(40):
        try:
            structure.examine(
                io.BytesIO(mutated(data, chance)), name, Bounds(), strict=bool(number % 2), look=lambda *_: {}
            )
        except MediaRefused as refusal:
            assert refusal.code.startswith("media.")


@pytest.mark.parametrize("name", ["result.jpg", "result.png", "result.mp4", "result.tiff", "script.pdf", "voice.mp3"])
def test_the_reader_survives_damaged_credentials(box, tmp_path, name):
    studio, chance = Studio(tmp_path / "keys"), random.Random(name)
    signed = studio.sign(box, build.library() / name, tmp_path / f"signed-{name}", anchors=studio.anchors).read_bytes()
    path = tmp_path / name
    for _ in range(25):
        path.write_bytes(mutated(signed, chance))
        try:
            found = box.read(path, anchors=studio.anchors)
        except MediaRefused as refusal:
            assert refusal.code not in ("media.crashed", "media.unreadable", "media.too_slow")
        else:
            assert found["state"] in ("Trusted", "Invalid", "absent")
