"""What a file says of AI outside the places we write to: AVIF, PDF, ID3, EXIF, IIM, PNG texts, and the Chinese label."""

import io
import json
import struct
from datetime import UTC, datetime

import numpy
import pytest
from PIL import Image, PngImagePlugin
from pypdf import PdfReader, PdfWriter
from pypdf.generic import NameObject, StreamObject

from provenance import testimony
from provenance.conclusion import RegistryFacts, TrustLists
from provenance.media import id3, metadata, packets, sniff, xmp
from provenance.media.bounds import Bounds
from provenance.public import witnesses
from provenance.reading import Reading
from provenance.report import conclude
from tests.assets import build
from tests.provenance.test_metadata_in_files import SAID, WANTED, shown, written
from tests.provenance.test_metadata_in_files import read as of_xmp

BOUNDS = Bounds()
TRAINED = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
LABEL = json.dumps({"Label": "1", "ContentProducer": "00191110108MA01KP2T5U", "ProduceID": "p-1"})
SETTINGS = "a harbor\nNegative prompt: rain\nSteps: 20, Sampler: Euler a, Seed: 1, Model: harbor"


def read(data: bytes) -> dict:
    file = io.BytesIO(data)
    return metadata.read(file, sniff.sniff(file), BOUNDS)


# --- XMP where it is only read ------------------------------------------------------------------------------------


def picture(kind: str, **more) -> bytes:
    made = io.BytesIO()
    Image.linear_gradient("L").convert("RGB").save(made, kind, **more)
    return made.getvalue()


def avif() -> bytes:
    return picture("AVIF", xmp=xmp.merged(None, WANTED))


def document(data: bytes = b"", *, encrypted: bool = False) -> bytes:
    """A PDF whose catalogue names this as its XMP."""
    writer, made = PdfWriter(clone_from=PdfReader(io.BytesIO(build.script_pdf()))), io.BytesIO()
    stream = StreamObject()
    stream.set_data(data or xmp.merged(None, WANTED))
    stream |= {NameObject("/Type"): NameObject("/Metadata"), NameObject("/Subtype"): NameObject("/XML")}
    writer.root_object[NameObject("/Metadata")] = writer._add_object(stream)
    if encrypted:
        writer.encrypt("secret")
    writer.write(made)
    return made.getvalue()


def tagged(data: bytes, *frames: bytes, version: int = 3, flags: int = 0) -> bytes:
    inside = b"".join(frames)
    return b"ID3" + bytes([version, 0, flags]) + id3._syncsafe(len(inside)) + inside + data


def private(*, version: int = 3, owner: bytes = b"XMP\0") -> bytes:
    body = owner + xmp.merged(None, WANTED)
    return b"PRIV" + (id3._syncsafe(len(body)) if version == 4 else struct.pack(">I", len(body))) + b"\0\0" + body


TITLE = b"TIT2" + struct.pack(">I", 5) + b"\0\0" + b"\0Quay"
CARRYING = {
    "AVIF": avif, "PDF": document,
    "FLAC": lambda: tagged(build.voice_flac(), TITLE, private()),
    "MP3, tag 2.4": lambda: tagged(build.ASSETS["voice.mp3"](), private(version=4), bytes(64), version=4),
}  # fmt: skip


@pytest.mark.parametrize("name", CARRYING)
def test_xmp_is_read_where_the_format_keeps_it(name):
    assert read(CARRYING[name]()) == SAID


@pytest.mark.parametrize("name", ["AVIF", "FLAC", "PDF"])
def test_where_it_is_only_read_nothing_is_written(name):
    with pytest.raises(packets.Unwritable, match="this registry writes none"):
        written(CARRYING[name]())


@pytest.mark.parametrize(
    "data",
    [
        document(encrypted=True), document(b"<broken"), document(b"\0" * 5_000_000),
        b"%PDF-1.7\n" + b"1 0 obj<<" * 2_000 + b"%%EOF",
        tagged(build.voice_flac(), private(owner=b"AAA\0")), tagged(build.voice_flac(), private(), flags=0x80),
        tagged(build.voice_flac(), private(), version=2), build.result_avif(), build.script_pdf(),
    ],
)  # fmt: skip
def test_what_holds_none_that_can_be_read_says_nothing(data):
    assert read(data) == {}


@pytest.mark.parametrize("name", CARRYING)
def test_a_damaged_file_never_stops_the_reader(name):
    data, chance = CARRYING[name](), numpy.random.default_rng(7)
    for _ in range(40):
        bad = bytearray(data)
        for place in chance.integers(0, len(bad), 4):
            bad[place] = int(chance.integers(0, 256))
        read(bytes(bad))
        read(bytes(bad[: int(chance.integers(20, len(bad)))]))


# --- ID3 is changed, and the sound is not -------------------------------------------------------------------------


@pytest.mark.parametrize("version", [3, 4])
def test_a_frame_is_put_behind_those_there_are_and_the_sound_stays(version):
    sound = build.ASSETS["voice.mp3"]()
    sound = sound[sniff.id3_length(sound[:10]):]
    before = tagged(sound, TITLE, private(version=version), bytes(300), version=version)
    after = written(before, WANTED | {"Iptc4xmpExt:AISystemUsed": "Another"})
    assert after.endswith(bytes(300) + sound) and after[10:10 + len(TITLE)] == TITLE
    assert of_xmp(after)["ai_system"] == "Another" and after.count(b"PRIV") == 1 and shown(after) == shown(before)
    assert sniff.id3_length(after[:10]) == len(after) - len(sound)


@pytest.mark.parametrize(
    ("frames", "more", "why"),
    [
        ((TITLE,), {"flags": 0x80}, "no safe place"), ((TITLE,), {"flags": 0x40}, "no safe place"),
        ((TITLE,), {"version": 2}, "no safe place"), ((private(), private()), {}, "more metadata"),
        ((TITLE[:6],), {}, "no frame of it"), ((b"TIT2\0\0\xff\0\0\0",), {}, "beyond the tag"),
        ((b"TIT2\0\0\0\x80\0\0" + bytes(200),), {"version": 4}, "not of the lengths"),
    ],
)  # fmt: skip
def test_a_tag_that_leaves_no_safe_place_is_left_alone(frames, more, why):
    with pytest.raises(packets.Unwritable, match=why):
        written(tagged(build.ASSETS["voice.mp3"](), *frames, **more))


# --- in other words than XMP --------------------------------------------------------------------------------------


def texts(**named: str) -> bytes:
    held = PngImagePlugin.PngInfo()
    for name, text in named.items():
        held.add_text(name.replace("_", "-") if name == "sd_metadata" else name, text)
    return picture("PNG", pnginfo=held)


def comment(text: str, kind: str = "JPEG") -> bytes:
    exif = Image.Exif()
    exif[305] = "Camera 1.0"
    exif.get_ifd(0x8769)[37510] = b"ASCII\0\0\0" + text.encode()
    return picture(kind, exif=exif)


def credited(text: str) -> bytes:
    """A JPEG with a credit line in IPTC-IIM, as Photoshop's resource 0x0404 holds it."""
    dataset = b"\x1c\x02\x6e" + struct.pack(">H", len(text)) + text.encode()
    resource = b"8BIM\x04\x04\0\0" + struct.pack(">I", len(dataset)) + dataset + b"\0" * (len(dataset) & 1)
    body, data = b"Photoshop 3.0\0" + resource, build.small_jpeg()
    return data[:2] + b"\xff\xed" + struct.pack(">H", len(body) + 2) + body + data[2:]


def in_xmp(label: str) -> bytes:
    packet = (
        f'<rdf:RDF xmlns:rdf="{xmp.RDF}"><rdf:Description xmlns:T="http://www.tc260.org.cn/ns/AIGC/1.0/">'
        f"<T:AIGC>{label}</T:AIGC></rdf:Description></rdf:RDF>"
    ).encode()
    body, data = packets.XAP + packet, build.small_jpeg()
    return data[:2] + b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body + data[2:]


SAYING = {
    "the label in XMP": (in_xmp(LABEL.replace('"', "&quot;")), {"ai_label": "1"}, "used"),
    "the label in a PNG": (texts(AIGC=LABEL.replace('"1"', '"2"')), {"ai_label": "2"}, "may"),
    "the label in EXIF": (comment(f'{{"AIGC": {LABEL}}}'), {"ai_label": "1"}, "used"),
    "a source type in EXIF": (comment(f"made: {TRAINED}"), {"digital_source_type": TRAINED}, "made"),
    "a credit line": (credited("Made with Google AI"), {"ai_system": "Google AI"}, "used"),
    "web UI": (texts(parameters=SETTINGS), {"ai_system": "Stable Diffusion web UI"}, "used"),
    "web UI in EXIF": (comment(SETTINGS), {"ai_system": "Stable Diffusion web UI"}, "used"),
    "web UI in a PNG's EXIF": (comment(SETTINGS, "PNG"), {"ai_system": "Stable Diffusion web UI"}, "used"),
    "web UI in a WebP's EXIF": (comment(SETTINGS, "WEBP"), {"ai_system": "Stable Diffusion web UI"}, "used"),
    "ComfyUI": (texts(prompt='{"1": {"class_type": "KSampler", "inputs": {}}}'), {"ai_system": "ComfyUI"}, "used"),
    "InvokeAI": (texts(invokeai_metadata='{"app_version": "5"}'), {"ai_system": "InvokeAI"}, "used"),
}


@pytest.mark.parametrize("name", SAYING)
def test_agreed_words_are_heard_and_told_as_unsigned(name):
    data, found, says = SAYING[name]
    assert read(data) == found
    (told,) = testimony._of_metadata(found, testimony.UNSIGNED_METADATA)
    assert (told.says, told.strength) == (says, "unsigned_metadata")
    assert testimony.metadata_states_ai(found) is (says != "may")


def test_xmp_comes_first_where_others_say_it_too():
    said = written(comment(f"made: {TRAINED}"))
    assert read(said)["digital_source_type"] == SAID["digital_source_type"] != TRAINED


@pytest.mark.parametrize(("label", "words"), [("1", "made with AI"), ("2", "possibly made with AI"), ("9", "9")])
def test_the_label_is_shown_in_words(label, words):
    reading = Reading(metadata={"ai_label": label})
    report = conclude(reading, RegistryFacts(), TrustLists(), file="a.png", at=datetime(2026, 11, 25, tzinfo=UTC))
    assert witnesses.metadata(report) == [("Label of GB 45438-2025", words)]


SILENT = {
    "a program's name": texts(Software="Adobe Photoshop 26.1"), "a prompt that is a word": texts(prompt="make it rain"),
    "another credit": credited("Photo: Mira Solano, with Google AI in mind"),
    "a label of nothing": texts(AIGC="{}"), "a label in words": texts(AIGC=LABEL.replace('"1"', '"yes"')),
    "a list": texts(AIGC="[1]"), "no JSON": texts(AIGC="{" * 5_000), "a nest": texts(AIGC='{"AIGC":' * 5_000),
    "a long label": texts(AIGC=LABEL + " " * 20_000), "true for a label": texts(AIGC='{"Label": true}'),
    "another list of source types": comment("http://evil.example/newscodes/digitalsourcetype/trainedAlgorithmicMedia"),
    "numbers": comment("Steps: 20"), "nothing": picture("PNG"),
}  # fmt: skip


@pytest.mark.parametrize("name", SILENT)
def test_anything_else_says_nothing(name):
    assert read(SILENT[name]) == {}
