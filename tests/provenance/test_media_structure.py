"""What a file is, by its bytes: kind, size, length, frames – and how little that costs."""

import io
import time
from fractions import Fraction

import pytest
from PIL import Image

from provenance.media import sniff, structure
from provenance.media.bounds import Bounds
from provenance.media.refusal import MediaRefused
from tests.assets import bad, build, films

LIBRARY = build.library()
NOTHING = {"has_credentials": False, "active_manifest": None, "remote_url": None, "unreadable": ""}


def examine(data: bytes, name: str = "", *, bounds: Bounds | None = None, strict: bool = True) -> dict:
    return structure.examine(io.BytesIO(data), name, bounds or Bounds(), strict=strict, look=lambda *_: NOTHING)


PICTURE, FILM, SOUND = (("picture",), ("picture", "sound"), ("sound",))
TOLD = {
    "plate.jpg": ("image/jpeg", "image", True, 1280, 720, None, 0, PICTURE),
    "turned.jpg": ("image/jpeg", "image", True, 360, 640, None, 0, PICTURE),
    "result.png": ("image/png", "image", True, 640, 360, None, 0, PICTURE),
    "result.webp": ("image/webp", "image", True, 640, 360, None, 0, PICTURE),
    "result.tiff": ("image/tiff", "image", True, 640, 360, None, 0, PICTURE),
    "result.gif": ("image/gif", "image", True, 640, 360, 1.2, 0, PICTURE),
    "result.avif": ("image/avif", "image", True, 640, 360, None, 0, PICTURE),
    "result.svg": ("image/svg+xml", "image", True, 640, 360, None, 0, PICTURE),
    "result.mp4": ("video/mp4", "video", True, 640, 360, 4.0, 1, FILM),
    "result.mov": ("video/quicktime", "video", True, 640, 360, 4.0, 1, FILM),
    "result.avi": ("video/x-msvideo", "video", True, 640, 360, 4.0, 1, FILM),
    "voice.m4a": ("audio/mp4", "audio", True, None, None, 4.0, 1, SOUND),
    "voice.mp3": ("audio/mpeg", "audio", True, None, None, 3.996735, 1, SOUND),
    "voice.wav": ("audio/wav", "audio", True, None, None, 4.0, 1, SOUND),
    "voice.flac": ("audio/flac", "audio", True, None, None, 4.0, 1, SOUND),
    "script.pdf": ("application/pdf", "text", True, None, None, None, 0, ("text",)),
    "result.exr": ("image/x-exr", "image", False, 160, 90, None, 0, PICTURE),
    "result.dpx": ("image/x-dpx", "image", False, 160, 90, None, 0, PICTURE),
    "script.txt": ("text/plain", "text", False, None, None, None, 0, ("text",)),
    "script.epub": ("application/epub+zip", "text", False, None, None, None, 0, ("text",)),
    "scene.usda": ("model/vnd.usd", "other", False, None, None, None, 0, ()),
    "scene.usdc": ("model/vnd.usd", "other", False, None, None, None, 0, ()),
    "scene.usdz": ("model/vnd.usdz+zip", "other", False, None, None, None, 0, ()),
    "project.nk": ("application/x-nuke-script", "other", False, None, None, None, 0, ()),
    "project.aep": ("application/vnd.adobe.aftereffects.project", "other", False, None, None, None, 0, ()),
    "project.drp": ("application/zip", "other", False, None, None, None, 0, ()),
    "project.zip": ("application/zip", "other", False, None, None, None, 0, ()),
    "project.tar": ("application/x-tar", "other", False, None, None, None, 0, ()),
    "track.ogg": ("application/ogg", "audio", False, None, None, None, 0, SOUND),
    "reel.mxf": ("application/mxf", "video", False, None, None, None, 0, PICTURE),
}


@pytest.mark.parametrize("name", TOLD)
def test_every_kind_is_known_by_its_bytes_alone(name):
    told = examine((LIBRARY / name).read_bytes())

    assert (
        told["media_type"],
        told["kind"],
        told["embed"],
        told["width"],
        told["height"],
        told["seconds"],
        told["audio_tracks"],
        tuple(told["elements"]),
    ) == TOLD[name]
    assert told["problems"] == [] and sniff.BY_EXTENSION[told["extension"]].media_type == told["media_type"]


def test_frames_and_rates_are_read_from_the_tracks():
    rates = {
        name: examine((LIBRARY / name).read_bytes())
        for name in ("result.mp4", "result.mov", "result.avi", "result.gif")
    }

    assert {name: (told["frames"], Fraction(*told["fps"])) for name, told in rates.items()} == {
        "result.mp4": (96, Fraction(24)),
        "result.mov": (12, Fraction(3)),
        "result.avi": (12, Fraction(3)),
        "result.gif": (2, Fraction(5, 3)),
    }


def test_an_exif_note_to_turn_the_picture_is_told():
    assert examine((LIBRARY / "turned.jpg").read_bytes())["orientation"] == 6
    assert examine((LIBRARY / "plate.jpg").read_bytes())["orientation"] == 1


def test_words_are_counted():
    assert {name: examine((LIBRARY / name).read_bytes())["words"] for name in ("script.txt", "script.docx")} == {
        "script.txt": 21, "script.docx": 21}
    assert examine("zwei Wörter".encode("utf-16"))["words"] == 2


def test_ntsc_rates_stay_exact():
    images = build.clip_images(False, 2)
    track = films.h264_track(images, 30)
    track.scale, track.durations = 30_000, [1_001, 1_001]

    assert examine(films.container(b"isom", [track]))["fps"] == [30_000, 1_001]


def test_a_film_without_pictures_is_sound():
    told = examine(films.container(b"isom", [films.flac_track(films.swell(0.2))]))

    assert (told["media_type"], told["kind"], told["elements"]) == ("video/mp4", "audio", ["sound"])


def test_a_fragmented_film_is_counted_by_its_runs():
    """Header without samples, then two fragments of 24 frames each."""
    track = films.h264_track(build.clip_images(False, 1), 24)
    empty = films.Track(track.handler, track.scale, track.entry, [], [], size=track.size)
    whole = films.container(b"isom", [empty])
    start = whole[:whole.index(b"mdat") - 4]
    run = films.box(b"moof", films.full(b"mfhd", 0, bytes(4)), films.box(
        b"traf", films.full(b"tfhd", 8, (1).to_bytes(4, "big"), (512).to_bytes(4, "big")),
        films.full(b"trun", 0, (24).to_bytes(4, "big"))))

    told = examine(start + (run + films.box(b"mdat", b"xx")) * 2)

    assert (told["frames"], told["fps"], told["seconds"]) == (48, [24, 1], 2.0)


def test_a_camera_s_further_pictures_are_not_trailing_data():
    """Multi-picture JPEGs hold a preview or a gain map behind the picture, and say so in an index."""
    first, second = Image.new("RGB", (64, 48), "teal"), Image.new("RGB", (32, 24), "navy")
    target = io.BytesIO()
    first.save(target, "MPO", save_all=True, append_images=[second])
    data = target.getvalue()

    assert examine(data)["problems"] == []
    assert [item["code"] for item in examine(data + b"PK", strict=False)["problems"]] == ["media.trailing_data"]
    assert [item["code"] for item in examine(data[:-4], strict=False)["problems"]] == ["media.trailing_data"]


def test_names_of_one_family_may_be_used_for_each_other():
    names = {
        "clip.m4v": "result.mp4",
        "clip.mov": "result.mp4",
        "take.mp4": "voice.m4a",
        "note.md": "script.txt",
        "plain": "result.png",
        "PLATE.JPEG": "plate.jpg",
        "a.b.tif": "result.tiff",
        "no.extension.xyz": "result.jpg",
    }

    assert all(examine((LIBRARY / asset).read_bytes(), name)["problems"] == [] for name, asset in names.items())


def test_what_nobody_knows_is_a_file_for_a_sidecar():
    told = examine(bytes(range(1, 256)) * 4, "take.r3d")

    assert (told["media_type"], told["kind"], told["embed"], told["extension"]) == (
        "application/octet-stream",
        "other",
        False,
        "bin",
    )


def test_without_strictness_faults_are_told_and_traps_are_still_refused():
    told = examine(bad.good("result.jpg") + bad.PAGE, "film.mp4", strict=False)

    assert [item["code"] for item in told["problems"]] == ["media.type_mismatch", "media.trailing_data"]
    assert told["width"] == 1280
    for made in (bad.many_boxes, bad.huge_picture, bad.nested_boxes):
        with pytest.raises(MediaRefused):
            examine(made(), strict=False)


@pytest.mark.parametrize("parts, refused", [(4_095, False), (4_096, False), (4_097, True)])
def test_parts_are_counted_to_the_limit(parts, refused):
    """The film has three boxes of its own."""
    data = bad.good("result.mp4") + films.box(b"free") * (parts - 3)

    assert (_code(data) == "media.too_many_parts") == refused


@pytest.mark.parametrize("width, refused", [(9_999, False), (10_000, False), (10_001, True)])
def test_pixels_are_counted_to_the_limit(width, refused):
    data = bad.good("result.jpg").replace(
        bytes.fromhex("02d00500"), (10_000).to_bytes(2, "big") + width.to_bytes(2, "big"), 1
    )

    assert (_code(data) == "media.too_large_picture") == refused


def test_a_deployment_may_allow_larger_pictures():
    assert examine(bad.huge_picture(), bounds=Bounds(picture_pixels=500_000_000))["width"] == 20_000


def test_the_scan_of_ten_megabytes_of_boxes_takes_milliseconds():
    """The library needs hours for them: its time grows with the square of their number."""
    data = films.box(b"ftyp", b"isom", bytes(4)) + films.box(b"free") * 1_250_000
    began = time.perf_counter()

    assert _code(data) == "media.too_many_parts"
    assert time.perf_counter() - began < 0.5


def test_credentials_kept_elsewhere_or_beyond_reading_are_a_fault():
    data = bad.good("result.jpg")
    told = {"remote_url": "http://127.0.0.1:9/a.c2pa"}, {"unreadable": "Decoding: bad box"}
    codes = []
    for found in told:
        with pytest.raises(MediaRefused) as refusal:
            structure.examine(io.BytesIO(data), "", Bounds(), strict=True, look=lambda *_, found=found: NOTHING | found)
        codes.append(refusal.value.code)

    assert codes == ["media.credentials_elsewhere", "media.credentials_unreadable"]


def _code(data: bytes) -> str:
    try:
        examine(data)
    except MediaRefused as refusal:
        return refusal.code
    return ""
