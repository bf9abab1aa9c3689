"""Signed and read back: every format, every way of tampering, and the history a file brings along."""

import datetime
import http.server
import io
import json
import threading

import pytest

from provenance.media.refusal import MediaRefused
from provenance.sandbox import Anchor, IngredientFile, Sandbox, SigningFailed
from tests.assets import bad, build
from tests.assets.studio import AI_COMPOSITE, REGISTRY_LIST, Studio, manifest

LIBRARY = build.library()
RESULT, PLATE = LIBRARY / "result.jpg", LIBRARY / "plate.jpg"


@pytest.fixture(scope="module")
def studio(tmp_path_factory):
    return Studio(tmp_path_factory.mktemp("keys"))


@pytest.fixture(scope="module")
def other(tmp_path_factory):
    return Studio(tmp_path_factory.mktemp("other"), "org_southgate", "Southgate Films")


@pytest.fixture(scope="module")
def box(studio):
    box = Sandbox(children=1, anchors=studio.anchors)
    yield box
    box.close()


@pytest.fixture(scope="module")
def signed(studio, box, tmp_path_factory):
    return studio.sign(box, RESULT, tmp_path_factory.mktemp("signed") / "signed.jpg")


def codes(found: dict, group: str = "failure") -> set[str]:
    return {code["code"] for code in found["codes"][group]}


@pytest.mark.parametrize("name", build.EMBEDDED)
def test_every_embedded_format_is_trusted_after_signing_and_after_signing_again(studio, box, tmp_path, name):
    once = studio.sign(box, LIBRARY / name, tmp_path / f"once-{name}")
    twice = studio.sign(box, once, tmp_path / f"twice-{name}")
    first, second = box.read(once), box.read(twice)

    assert (first["state"], first["trust_list_uri"], first["unreadable"]) == ("Trusted", REGISTRY_LIST, "")
    assert box.examine(once, name).active_manifest == first["active"]
    assert (second["state"], len(second["manifests"])) == ("Trusted", 2)
    assert [item["active_manifest"] for item in second["ingredients"] if item["relationship"] == "parentOf"][
        0
    ] == first["active"]


@pytest.mark.parametrize("name", build.EMBEDDED)
def test_one_changed_byte_of_the_content_is_found_in_every_format(studio, box, tmp_path, name):
    path = studio.sign(box, LIBRARY / name, tmp_path / name)
    data, original = bytearray(path.read_bytes()), (LIBRARY / name).read_bytes()
    # Content of the original, far from the credentials that were put in.
    place = data.rfind(original[-400:-380])
    data[place + 8] ^= 1
    path.write_bytes(data)

    found = box.read(path)

    assert place > 0
    assert found["state"] != "Trusted"


@pytest.mark.parametrize("name", build.BESIDE)
def test_every_other_format_has_a_sidecar_and_keeps_its_bytes(studio, box, tmp_path, name):
    original, sidecar = (LIBRARY / name).read_bytes(), tmp_path / f"{name}.c2pa"
    told = box.examine(LIBRARY / name, name)
    answer = box.sign(
        studio.request(LIBRARY / name, told.media_type, None, sidecar_destination=sidecar), studio.signer.sign
    )
    altered = tmp_path / name
    altered.write_bytes(original[:-1] + bytes([original[-1] ^ 1]))

    assert not told.embed
    assert (LIBRARY / name).read_bytes() == original
    found = box.read(LIBRARY / name, told.media_type, sidecar=sidecar)
    assert (found["state"], found["active"]) == ("Trusted", answer["manifest_label"])
    tampered = box.read(altered, told.media_type, sidecar=sidecar)
    assert (tampered["state"], codes(tampered)) == ("Invalid", {"assertion.dataHash.mismatch"})


def test_the_answer_of_a_signing_names_the_file_that_was_written(studio, box, tmp_path):
    import hashlib

    path = tmp_path / "signed.mp4"
    answer = box.sign(studio.request(LIBRARY / "result.mp4", "video/mp4", path), studio.signer.sign)

    assert answer == {"manifest_label": box.read(path)["active"], "size": path.stat().st_size,
                      "signed_sha256": hashlib.sha256(path.read_bytes()).hexdigest()}


def test_a_reading_tells_who_signed_with_what_and_until_when(studio, box, signed):
    found = box.read(signed)
    info = found["manifests"][found["active"]]["signature_info"]

    assert (info["issuer"], info["alg"]) == ("Northlight Pictures", "Es256")
    assert found["certificate_fingerprint"] == studio.signer.fingerprint
    until = datetime.datetime.fromisoformat(found["certificate"]["validity"]["notAfter"])
    assert until == studio.signer.not_after.replace(microsecond=0)
    assert found["engine"] == {"name": "c2pa-rs", "version": "0.91.3"}
    assert "signingCredential.trusted" in codes(found, "success") and not codes(found)
    assert found["time_stamp"]["state"] == "absent"
    assert "crjson" not in found
    assert box.read(signed, crjson=True)["crjson"]["manifests"][0]["label"] == found["active"]


def test_a_file_without_credentials_is_absent_and_not_invalid(box):
    found = box.read(RESULT)

    assert (found["state"], found["active"], found["manifests"], found["unreadable"]) == ("absent", "", {}, "")
    assert not box.examine(RESULT).has_credentials


def test_a_signer_nobody_listed_is_valid_and_not_trusted(other, box, tmp_path):
    path = other.sign(box, RESULT, tmp_path / "signed.jpg", anchors=other.anchors)

    assert (box.read(path)["state"], box.read(path)["trust_list_uri"]) == ("Valid", "")
    assert "signingCredential.untrusted" in codes(box.read(path), "failure") | codes(box.read(path), "informational")
    assert box.read(path, anchors=other.anchors)["state"] == "Trusted"
    assert box.read(path)["state"] == "Valid"


def test_two_lists_are_told_apart_by_their_names(studio, other, box, tmp_path):
    both = (*studio.anchors, Anchor("https://c2pa.example/list", other.anchors[0].pem))
    path = other.sign(box, RESULT, tmp_path / "signed.jpg", anchors=both)

    found = box.read(path, anchors=both)
    assert (found["state"], found["trust_list_uri"]) == ("Trusted", "https://c2pa.example/list")


# ── Tampering ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_replayed_onto_another_picture_the_credentials_do_not_hold(studio, box, signed, tmp_path):
    """The segments that carry the manifest, moved into another JPEG."""
    path = tmp_path / "replay.jpg"
    path.write_bytes(_with_segments_of(signed.read_bytes(), PLATE.read_bytes()))

    found = box.read(path)

    assert (found["state"], codes(found)) == ("Invalid", {"assertion.dataHash.mismatch"})


def test_bytes_put_behind_the_end_are_found(box, signed, tmp_path):
    path = tmp_path / "longer.jpg"
    path.write_bytes(signed.read_bytes() + b"and more")

    assert codes(box.read(path)) == {"assertion.dataHash.mismatch"}


def test_stripped_credentials_are_absent(box, signed, tmp_path):
    path = tmp_path / "stripped.jpg"
    path.write_bytes(_without_segments(signed.read_bytes()))

    assert path.read_bytes() == RESULT.read_bytes()
    assert box.read(path)["state"] == "absent"


def test_damaged_credentials_are_unreadable_or_invalid_and_never_trusted(box, signed, tmp_path):
    data, path, states = signed.read_bytes(), tmp_path / "damaged.jpg", set()
    start = data.index(b"jumb")
    for step in range(0, 6_000, 150):
        path.write_bytes(data[:start + step] + b"\xff\xff\xff" + data[start + step + 3:])
        found = box.read(path)
        states.add(found["state"])
        assert found["state"] != "absent" or found["unreadable"]

    assert "Invalid" in states


def test_an_altered_ingredient_is_listed_although_the_library_trusts_the_whole(studio, box, signed, tmp_path):
    altered = tmp_path / "altered.jpg"
    data = bytearray(signed.read_bytes())
    data[-500] ^= 1
    altered.write_bytes(data)
    path = tmp_path / "signed.jpg"
    plate = IngredientFile(altered, "image/jpeg", "plate.jpg", "inputTo", "plate")
    box.sign(studio.request(RESULT, "image/jpeg", path, ingredients=[plate]), studio.signer.sign)

    found = box.read(path)
    listed = next(item for item in found["ingredients"] if item["title"] == "plate.jpg")

    assert found["state"] == "Trusted"
    assert listed["failure"] == ["assertion.dataHash.mismatch"]


# ── History ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_edit_keeps_the_history_and_its_plates_are_inputs(studio, box, signed, tmp_path):
    path = tmp_path / "again.jpg"
    plate = IngredientFile(PLATE, "image/jpeg", "plate.jpg", "inputTo", "plate")
    box.sign(studio.request(signed, "image/jpeg", path, ingredients=[plate]), studio.signer.sign)

    found = box.read(path)
    mine = [item for item in found["ingredients"] if item["manifest"] == found["active"]]

    assert {item["relationship"]: item["active_manifest"] for item in mine} == {
        "inputTo": "", "parentOf": box.examine(signed).active_manifest}


def test_the_source_may_be_named_as_its_own_parent(studio, box, signed, tmp_path):
    path = tmp_path / "again.jpg"
    source = {
        "path": signed,
        "media_type": "image/jpeg",
        "title": "upload.jpg",
        "relationship": "parentOf",
        "label": "upload",
    }
    opened = {"action": "c2pa.opened", "parameters": {"ingredientIds": ["upload"]}}
    told = manifest("again", opened, {"action": "c2pa.edited", "digitalSourceType": AI_COMPOSITE})
    box.sign(studio.request(signed, "image/jpeg", path, manifest=told, ingredients=[source]), studio.signer.sign)

    assert len(box.read(path)["manifests"]) == 2


def test_a_plate_without_credentials_is_the_parent_of_an_upload_without(studio, box, tmp_path):
    path = tmp_path / "first.jpg"
    plate = IngredientFile(PLATE, "image/jpeg", "plate.jpg", "parentOf", "plate")
    opened = {"action": "c2pa.opened", "parameters": {"ingredientIds": ["plate"]}}
    told = manifest("first", opened, {"action": "c2pa.edited", "digitalSourceType": AI_COMPOSITE})
    box.sign(studio.request(RESULT, "image/jpeg", path, manifest=told, ingredients=[plate]), studio.signer.sign)

    found = box.read(path)

    assert [(item["title"], item["relationship"]) for item in found["ingredients"]] == [("plate.jpg", "parentOf")]


@pytest.mark.parametrize("intent, ingredients", [("create", []), ("", []), ("edit", [(PLATE, "parentOf")])])
def test_signing_that_would_drop_the_history_is_refused(studio, box, signed, tmp_path, intent, ingredients):
    """Each of these gives a file that the library calls Trusted, without the manifest it had before."""
    camera = "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture"
    created = {"action": "c2pa.created", "digitalSourceType": camera}
    told = manifest("fresh", created) if intent != "edit" else manifest()
    named = [IngredientFile(path, "image/jpeg", path.name, relationship, "plate") for path, relationship in ingredients]

    with pytest.raises(SigningFailed) as failure:
        box.sign(
            studio.request(
                signed, "image/jpeg", tmp_path / "washed.jpg", manifest=told, intent=intent, ingredients=named
            ),
            studio.signer.sign,
        )

    assert failure.value.code == "signing.history"
    assert not (tmp_path / "washed.jpg").exists()


def test_an_ingredient_may_be_of_any_kind(studio, box, tmp_path):
    path = tmp_path / "signed.jpg"
    named = [
        IngredientFile(LIBRARY / name, box.examine(LIBRARY / name).media_type, name, "inputTo", f"i{number}")
        for number, name in enumerate(
            ("result.exr", "script.txt", "scene.usda", "result.mp4", "script.docx", "track.ogg")
        )
    ]
    box.sign(studio.request(RESULT, "image/jpeg", path, ingredients=named), studio.signer.sign)

    assert {item["title"] for item in box.read(path)["ingredients"]} >= {item.title for item in named}


def test_statements_of_our_own_come_back_as_they_were(studio, box, tmp_path):
    """The library's own report gives `[3, 300, 1.5]` back as three bytes in base64."""
    extent = {
        "version": 1,
        "elements": [{"element": "picture", "share": 0.0764, "touched": {"pixels": 17602}, "text": "é – ü"}],
        "none": None,
        "numbers": [3, 300, 1.5],
        "empty": [],
    }
    told = manifest()
    told["assertions"].append({"label": "org.countersign.extent", "created": True, "data": extent})
    path = studio.sign(box, RESULT, tmp_path / "signed.jpg", manifest=told)

    found = box.read(path)

    assert {item["label"]: item["data"] for item in found["manifests"][found["active"]]["assertions"]}[
        "org.countersign.extent"
    ] == extent


def test_a_manifest_the_library_does_not_take_is_a_failure_with_its_reason(studio, box, tmp_path):
    told = manifest("bad", {"action": "c2pa.opened", "parameters": {"ingredientIds": ["nobody"]}})

    with pytest.raises(SigningFailed, match="nobody"):
        studio.sign(box, RESULT, tmp_path / "signed.jpg", manifest=told)
    assert not (tmp_path / "signed.jpg").exists()


# ── Hostile content ──────────────────────────────────────────────────────────────────────────────────────────────


def test_hostile_strings_come_back_bounded(studio, box, tmp_path):
    for text in bad.HOSTILE:
        told = manifest(text.replace("\0", "\\0"))
        told["assertions"].append({"label": "org.example.note", "data": {"text": text, text[:60]: [text]}})
        path = studio.sign(box, RESULT, tmp_path / "signed.jpg", manifest=told)

        found = box.read(path)

        assert found["state"] == "Trusted"
        assert max(map(len, _strings(found))) <= 4_096
        assert len(json.dumps(found)) < 100_000


def test_credentials_with_too_many_statements_are_refused(studio, box, tmp_path):
    told = manifest()
    told["assertions"].append({"label": "org.example.flood", "data": {"all": [[0]] * 150_000}})
    path = studio.sign(box, RESULT, tmp_path / "signed.jpg", manifest=told)

    with pytest.raises(Exception) as refusal:
        box.read(path)
    assert refusal.value.code == "media.too_many_parts"


@pytest.fixture
def listener():
    """A server on loopback that counts who comes."""
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.server.hits.append(self.path)
            self.send_response(404)
            self.end_headers()

        do_POST = do_HEAD = do_GET

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.hits = []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def test_nobody_calls_the_address_that_a_file_names(studio, box, tmp_path, listener):
    """Reading it, signing it and using it as an ingredient: nothing leaves, and the reader says where the rest is."""
    address = f"http://127.0.0.1:{listener.server_port}/stolen.c2pa"
    for name, made in (("a.jpg", bad.remote_jpg), ("a.png", bad.remote_png)):
        path = tmp_path / name
        path.write_bytes(made(address))
        found, told = box.read(path), box.examine(path, strict=False)
        ingredient = IngredientFile(path, told.media_type, name, "inputTo", "plate")
        box.sign(
            studio.request(RESULT, "image/jpeg", tmp_path / "with.jpg", ingredients=[ingredient]), studio.signer.sign
        )
        with pytest.raises(SigningFailed) as failure:
            box.sign(studio.request(path, told.media_type, tmp_path / f"over-{name}"), studio.signer.sign)
        with pytest.raises(MediaRefused) as refusal:
            box.examine(path)
        assert (failure.value.code, refusal.value.code) == ("signing.history", "media.credentials_elsewhere")

        assert (found["state"], found["remote_only"], found["remote_url"]) == ("absent", True, address)
        assert told.remote_url == address and not told.has_credentials
    assert listener.hits == []


def test_the_whole_corpus_calls_nobody(studio, box, tmp_path, listener, monkeypatch):
    """Every bad file, with the addresses in it turned to our listener."""
    for name, (made, _) in bad.BAD.items():
        path = tmp_path / name
        path.write_bytes(made().replace(b"127.0.0.1:9/", b"127.0.0.1:%d/" % listener.server_port))
        for look in (box.examine, box.read):
            try:
                look(path)
            except Exception as refusal:
                assert refusal.code.startswith("media.")
        path.unlink()

    assert listener.hits == []


def _strings(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield key
            yield from _strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from _strings(item)


def _segments(data: bytes):
    """The APP11 segments of a JPEG, where the credentials are: start and end of each."""
    position = 2
    while data[position + 1] != 0xDA:
        length = int.from_bytes(data[position + 2:position + 4], "big")
        if data[position + 1] == 0xEB:
            yield position, position + 2 + length
        position += 2 + length


def _without_segments(data: bytes) -> bytes:
    left, last = io.BytesIO(), 0
    for start, end in _segments(data):
        left.write(data[last:start])
        last = end
    return left.getvalue() + data[last:]


def _with_segments_of(donor: bytes, data: bytes) -> bytes:
    first = next(_segments(donor))[0]
    return data[:first] + b"".join(donor[start:end] for start, end in _segments(donor)) + data[first:]
