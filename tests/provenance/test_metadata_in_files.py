"""XMP is written into a file without touching what the file shows, and read from one without trusting it."""

import io
import struct
import zlib

import av
import numpy
import pytest
from PIL import Image

from provenance.media import packets, sniff, structure, xmp
from provenance.media.bounds import Bounds
from provenance.signals import IPTC
from tests.assets import build

BOUNDS = Bounds()
TRAINED = IPTC + "trainedAlgorithmicMedia"
WANTED = {
    "Iptc4xmpExt:DigitalSourceType": IPTC + "compositeWithTrainedAlgorithmicMedia",
    "Iptc4xmpExt:AISystemUsed": "AgeShift <Größe & Co>",
    "Iptc4xmpExt:AISystemVersionUsed": "4.2",
    "plus:ModelReleaseStatus": "http://ns.useplus.org/ldf/vocab/MR-LMR",
    "plus:ModelReleaseID": ["urn:uuid:6f0d3f0e-5a5e-4f0c-9a3b-1f0a52c7b7aa"],
    "Iptc4xmpExt:RegistryId": [
        {"Iptc4xmpExt:RegOrgId": "https://registry.example", "Iptc4xmpExt:RegItemId": "crd_1"}
    ],
}  # fmt: skip
SAID = {
    "digital_source_type": IPTC + "compositeWithTrainedAlgorithmicMedia", "ai_system": "AgeShift <Größe & Co>",
    "ai_system_version": "4.2", "model_release_status": "http://ns.useplus.org/ldf/vocab/MR-LMR",
}  # fmt: skip
PACKET = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="A camera 1.0">
 <!-- kept, too -->
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about="uuid:1" xmlns:dc="http://purl.org/dc/elements/1.1/"
     xmlns:ext="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" ext:AISystemVersionUsed = '1>0' dc:format="image/jpeg">
   <dc:title><rdf:Alt><rdf:li xml:lang="x-default">Harbor &amp; quay</rdf:li></rdf:Alt></dc:title>
   <ext:DigitalSourceType>http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture</ext:DigitalSourceType>
   <ext:PersonInImage><rdf:Bag><rdf:li>somebody</rdf:li></rdf:Bag></ext:PersonInImage>
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
<?xpacket end="w"?>""".encode()
CARRIERS = (
    *("result.jpg", "turned.jpg", "result.png", "result.webp", "result.tiff", "result.gif", "result.svg"),
    *("result.mp4", "result.mov", "voice.m4a", "voice.wav", "result.avi", "voice.mp3"),
)
WITHOUT = ("result.avif", "voice.flac", "script.pdf", "result.exr", "script.docx")


def written(data, wanted=WANTED):
    source, copy = io.BytesIO(data), io.BytesIO()
    packets.write(source, copy, sniff.sniff(source), wanted, BOUNDS)
    return copy.getvalue()


def read(data):
    file = io.BytesIO(data)
    return packets.read(file, sniff.sniff(file), BOUNDS)


def shown(data):
    """What a viewer sees and hears: every pixel of every frame, every sample; of a drawing, its elements."""
    kind = sniff.sniff(io.BytesIO(data))
    if kind is sniff.SVG:
        return data.replace(data[data.find(b"<metadata>"):data.find(b"</metadata>") + 11], b"") if b"<metadata>" in data else data
    if kind.kind == "image":
        with Image.open(io.BytesIO(data)) as picture:
            frames = []
            for number in range(getattr(picture, "n_frames", 1)):
                picture.seek(number)
                frames.append(picture.convert("RGBA").tobytes())
            return frames
    with av.open(io.BytesIO(data)) as film:
        return [bytes(packet) for packet in film.demux() if packet.size]


@pytest.mark.parametrize("name", CARRIERS)
def test_a_file_says_it_and_shows_what_it_showed(name):
    before = build.ASSETS[name]()
    after = written(before)
    assert read(before) == {} and read(after) == SAID
    assert shown(after) == shown(before)
    kind, scan = structure._scan(io.BytesIO(after), BOUNDS, deep=True)
    assert kind == sniff.sniff(io.BytesIO(before)) and scan.faults == []


@pytest.mark.parametrize("name", CARRIERS)
def test_writing_again_replaces_what_is_ours_and_keeps_the_rest(name):
    once = written(build.ASSETS[name]())
    twice = written(once, {"Iptc4xmpExt:AISystemUsed": "Another"})
    assert read(twice) == SAID | {"ai_system": "Another"}
    assert shown(twice) == shown(once)
    # A TIFF's former directory and packet stay as bytes that nothing points to.
    assert twice.count(b"AISystemUsed>") == (4 if name == "result.tiff" else 2)


@pytest.mark.parametrize("name", WITHOUT)
def test_other_kinds_are_left_alone_with_a_reason(name):
    with pytest.raises(packets.Unwritable, match="this registry writes none"):
        written(build.ASSETS[name]())


def test_only_the_places_that_are_ours_change_in_a_packet():
    merged = xmp.merged(PACKET, WANTED)
    assert xmp.properties(merged) == SAID
    for kept in (b"A camera 1.0", b"<!-- kept, too -->", b"Harbor &amp; quay", b"somebody", b'dc:format="image/jpeg"'):
        assert kept in merged
    assert b"digitalCapture" not in merged and b"1>0" not in merged
    assert b'rdf:about="uuid:1"' in merged.partition(b"xmlns:plus")[0].rpartition(b"<rdf:Description")[2]
    assert xmp.merged(merged, WANTED) == merged


def test_a_packet_without_a_single_description_is_opened():
    empty = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><r:RDF xmlns:r="%s"/></x:xmpmeta>' % xmp.RDF.encode()
    merged = xmp.merged(empty, WANTED)
    assert xmp.properties(merged) == SAID and merged.endswith(b"</r:RDF></x:xmpmeta>")


def test_a_jpeg_keeps_its_other_segments_and_their_order():
    before = build.turned_jpg()
    after = written(before)
    start = after.index(b"\xff\xe1" + after[after.index(packets.XAP) - 2:after.index(packets.XAP)] + packets.XAP)
    length = int.from_bytes(after[start + 2:start + 4], "big")
    assert after[:start] + after[start + 2 + length:] == before
    assert after.index(b"Exif\0\0") < start


def test_a_film_moves_no_sample():
    before = build.result_mp4()
    assert written(before).startswith(before)
    box = struct.pack(">I4s", 24 + len(PACKET), b"uuid") + packets.XMP_BOX + PACKET
    free = struct.pack(">I4s", 16, b"free") + bytes(8)
    inside = before + box + free
    after = written(inside)
    assert len(after) > len(inside) and after[:len(before)] == before and read(after) == SAID
    assert after[len(before) + 4:len(before) + 8] == b"free" and shown(after) == shown(before)


def several_pictures():
    index = b"MPF\0" + bytes(20)
    data = build.result_jpg()
    return data[:2] + b"\xff\xe2" + struct.pack(">H", len(index) + 2) + index + data[2:]


def crowded_jpg():
    packet = PACKET.replace(b"A camera 1.0", b"x" * 64_000)
    body = packets.XAP + packet
    data = build.result_jpg()
    return data[:2] + b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body + data[2:]


def fragmented():
    return build.result_mp4() + struct.pack(">I4s", 8, b"moof")


def old_gif():
    return b"GIF87a" + build.result_gif()[6:]


def in_user_data():
    text = struct.pack(">I4s", 8 + len(PACKET), b"XMP_") + PACKET
    user = struct.pack(">I4s", 8 + len(text), b"udta") + text
    return build.result_mov() + struct.pack(">I4s", 8 + len(user), b"moov") + user


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (several_pictures, "further pictures"),
        (crowded_jpg, "fills the place"),
        (fragmented, "fragments"),
        (old_gif, "no place"),
        (in_user_data, "movie's own header"),
        (lambda: build.result_webp() + b"more", "no safe place"),
        (lambda: with_packet(b"<broken"), "not well-formed"),
        (lambda: with_packet(PACKET.decode().encode("utf-16")), "not written in UTF-8"),
        (lambda: with_packet(b"<a/>"), "holds no description"),
    ],
)
def test_where_it_would_do_harm_nothing_is_written(make, why):
    with pytest.raises(packets.Unwritable, match=why):
        written(make())


def with_packet(packet):
    """A JPEG that carries this as its XMP."""
    body = packets.XAP + packet
    data = build.small_jpeg()
    return data[:2] + b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body + data[2:]


# --- reading --------------------------------------------------------------------------------------------------------


def extended():
    name = b"0123456789ABCDEF0123456789ABCDEF"
    far = xmp.merged(None, {"Iptc4xmpExt:DigitalSourceType": TRAINED, "dc:x": "y" * 9}).replace(b"dc:x", b"plus:x")
    described = f'<rdf:Description xmlns:n="{xmp.NOTE}" n:HasExtendedXMP="{name.decode()}"/>'
    main = f'<rdf:RDF xmlns:rdf="{xmp.RDF}">{described}</rdf:RDF>'
    halves = [(0, far[:200]), (200, far[200:])]
    pieces = [packets.EXTENSION + name + struct.pack(">II", len(far), at) + part for at, part in reversed(halves)]
    data = with_packet(main.encode())
    more = b"".join(b"\xff\xe1" + struct.pack(">H", len(piece) + 2) + piece for piece in pieces)
    return data[:2] + more + data[2:]


def compressed_png():
    data = build.result_png()
    body = b"iTXt" + packets.KEYWORD + b"\1\0\0\0" + zlib.compress(xmp.merged(None, WANTED))
    return data[:33] + struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body)) + data[33:]


def test_metadata_in_other_places_and_forms_is_read():
    assert read(extended()) == {"digital_source_type": TRAINED}
    assert read(compressed_png()) == SAID
    assert read(in_user_data())["digital_source_type"].endswith("/digitalCapture")
    attributes = (
        f'<rdf:RDF xmlns:rdf="{xmp.RDF}"><rdf:Description xmlns:p="{xmp.PREFIXES["plus"]}" '
        f'xmlns:i="{xmp.PREFIXES["Iptc4xmpExt"]}" i:AISystemUsed="A" p:DataMining="DMI-PROHIBITED">'
        f'<i:DigitalSourceType rdf:resource="{TRAINED}"/></rdf:Description></rdf:RDF>'
    )
    assert read(with_packet(attributes.encode())) == {
        "ai_system": "A", "data_mining": "DMI-PROHIBITED", "digital_source_type": TRAINED
    }  # fmt: skip
    prompt = PACKET.replace(b"ext:PersonInImage", b"ext:AIPromptInformation")
    assert "somebody" not in str(read(with_packet(prompt)))


BOMB = (
    b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    b'<rdf:RDF xmlns:rdf="%s"><rdf:Description>&b;</rdf:Description></rdf:RDF>' % xmp.RDF.encode()
)
OUTSIDE = b'<!DOCTYPE x SYSTEM "file:///etc/passwd"><x/>'


@pytest.mark.parametrize(
    "packet",
    [
        BOMB, OUTSIDE, b"<a>" * 40_000, b"", b"\0\0", b"<a", b"\xff\xfe<", b"<!DOCTYPE a>" + PACKET,
        b"<r>" * 100 + b"</r>" * 100, b'<a b="1" b="2"/>', b"&undeclared;", PACKET[:300],
    ],
)  # fmt: skip
def test_hostile_packets_say_nothing(packet):
    assert read(with_packet(packet[:65_000])) == {}


@pytest.mark.parametrize("packet", [BOMB, OUTSIDE, b"<a/>" * 3, b"<r>" * 100 + b"</r>" * 100])
def test_hostile_packets_are_refused_by_name(packet):
    with pytest.raises(xmp.Unreadable):
        xmp.properties(packet)


def test_bounds_on_size_and_number():
    many = b'<rdf:RDF xmlns:rdf="%s">' % xmp.RDF.encode() + b"<a/>" * (xmp.MOST_ELEMENTS + 1) + b"</rdf:RDF>"
    with pytest.raises(xmp.Unreadable, match="more parts"):
        xmp.properties(many)
    with pytest.raises(xmp.Unreadable, match="larger"):
        xmp.properties(b" " * (xmp.LARGEST + 1))
    long = xmp.merged(None, {"Iptc4xmpExt:AISystemUsed": "x" * 100_000})
    assert len(xmp.properties(long)["ai_system"]) == xmp.LONGEST_VALUE
    bomb = b"iTXt" + packets.KEYWORD + b"\1\0\0\0" + zlib.compress(bytes(50_000_000), 9)
    data = build.result_png()
    assert read(data[:33] + struct.pack(">I", len(bomb) - 4) + bomb + struct.pack(">I", zlib.crc32(bomb)) + data[33:]) == {}


@pytest.mark.parametrize("name", CARRIERS)
def test_a_damaged_file_never_stops_the_reader(name):
    data = bytearray(written(build.ASSETS[name]()))
    chance = numpy.random.default_rng(7)
    for _ in range(60):
        bad = bytearray(data)
        for place in chance.integers(0, len(bad), 4):
            bad[place] = int(chance.integers(0, 256))
        read(bytes(bad))
        read(bytes(bad[: int(chance.integers(20, len(bad)))]))
