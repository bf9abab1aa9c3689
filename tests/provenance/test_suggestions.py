"""What files tell of their making becomes suggestions with their sources: never a declaration, and prompts stay private."""

import io
import json
import struct
import time
import zlib

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image

from provenance.suggestions.reading import suggest
from tests import cast as people
from tests import shots
from tests.assets import build

# As ComfyUI writes the graph of its first example, with an inpainting branch as artists add one.
GRAPH = {
    "3": {"class_type": "KSampler", "inputs": {"seed": 156680208700286, "steps": 20, "cfg": 8.0, "sampler_name": "euler",
          "scheduler": "normal", "denoise": 1.0, "model": ["4", 0], "positive": ["6", 0], "negative": ["7", 0]}},
    "4": {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": "SDXL/sd_xl_base_1.0.safetensors"}},
    "5": {"class_type": "EmptyLatentImage", "inputs": {"width": 1024, "height": 1024, "batch_size": 1}},
    "6": {"class_type": "CLIPTextEncode", "inputs": {"text": "a harbour at dusk, unreleased character KESTREL"}},
    "7": {"class_type": "CLIPTextEncode", "inputs": {"text": "text, watermark"}},
    "10": {"class_type": "LoraLoader", "inputs": {"lora_name": "people\\mira_vale_v3.safetensors", "strength_model": 1.0}},
}  # fmt: skip
INPAINTED = GRAPH | {
    "11": {"class_type": "LoadImage", "inputs": {"image": "/mnt/jobs/harbor/sh114_plate.png"}},
    "12": {"class_type": "VAEEncodeForInpaint", "inputs": {"pixels": ["11", 0], "mask": ["11", 1]}},
}
CANVAS = {"last_node_id": 9, "version": 0.4, "links": [], "nodes": [
    {"id": 4, "type": "CheckpointLoaderSimple", "widgets_values": ["flux1-dev.safetensors"], "mode": 0},
    {"id": 3, "type": "KSampler", "widgets_values": [1, "randomize", 20, 8, "euler", "normal", 1], "mode": 0},
    {"id": 8, "type": "ReActorFaceSwap", "widgets_values": ["inswapper_128.onnx"], "mode": 4},
]}  # fmt: skip
WEB_UI = (
    "portrait of a fisherman <lora:mira:1>\nNegative prompt: blurry\n"
    'Steps: 30, Sampler: DPM++ 2M Karras, CFG scale: 7, Seed: 1234, Size: 512x768, Model hash: 6ce0161689, '
    'Model: v1-5-pruned-emaonly, Denoising strength: 0.55, Mask blur: 4, Lora hashes: "mira: 0af0b2c8e3ab", Version: v1.9.4'
)
INVOKE = {"app_version": "5.6.0", "generation_mode": "img2img", "positive_prompt": "waves", "seed": 1,
          "model": {"key": "…", "hash": "blake3:ab12", "name": "juggernaut-xl", "base": "sdxl", "type": "main"}}  # fmt: skip


def rational(value, rate=24):
    return {"OTIO_SCHEMA": "RationalTime.1", "value": value, "rate": rate}


def span(start, lasts):
    return {"OTIO_SCHEMA": "TimeRange.1", "start_time": rational(start), "duration": rational(lasts)}


def clip(name, start, lasts, *markers, **metadata):
    return {"OTIO_SCHEMA": "Clip.2", "name": name, "source_range": span(start, lasts), "markers": list(markers),
            "metadata": metadata}  # fmt: skip


def marker(name, start, lasts, colour="RED", **metadata):
    return {"OTIO_SCHEMA": "Marker.2", "name": name, "color": colour, "marked_range": span(start, lasts), "metadata": metadata}


def timeline(*clips):
    track = {"OTIO_SCHEMA": "Track.1", "kind": "Video", "children": list(clips), "markers": []}
    stack = {"OTIO_SCHEMA": "Stack.1", "children": [track]}
    return {"OTIO_SCHEMA": "Timeline.1", "name": "Harbor reel 2", "tracks": stack}


def png(**texts: str) -> bytes:
    """A picture with these texts in tEXt chunks, as generators write them."""
    whole = build.result_png()
    chunks = b""
    for name, text in texts.items():
        body = b"tEXt" + name.encode() + b"\0" + text.encode()
        chunks += struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
    return whole[:33] + chunks + whole[33:]


def told(notes, credentials=None):
    found = suggest(notes, credentials or {})
    values = {one["pointer"]: one for one in found["suggestions"]}
    return found, values


# --- texts into suggestions ---------------------------------------------------------------------------------------


def test_a_comfyui_graph_tells_its_model_and_not_what_the_picture_shows():
    found, values = told([("png", "prompt", json.dumps(GRAPH))])
    [operation] = found["declaration"]["operations"]
    assert operation["tool"] == {"name": "ComfyUI"}
    assert operation["model"] == {"name": "sd_xl_base_1.0", "type": "c2pa.types.model.pytorch"}
    assert operation["digital_source_type"] == "trainedAlgorithmicMedia" and "technique" not in operation
    named = values["/operations/0/model/name"]
    assert (named["source"], named["where"], named["sure"]) == ("png:prompt", "node 4 (CheckpointLoaderSimple)", "stated")
    assert {"/operations/0/technique", "/operations/0/depicts"} <= {one["pointer"] for one in found["missing"]}
    assert any("mira_vale_v3" in one and "likeness" in one for one in found["remarks"])


def test_a_picture_that_was_begun_from_is_an_ingredient_without_its_folders():
    found, values = told([("png", "prompt", json.dumps(INPAINTED))])
    [operation], [ingredient] = found["declaration"]["operations"], found["declaration"]["ingredients"]
    assert (operation["technique"], operation["digital_source_type"]) == ("inpaint", "compositeWithTrainedAlgorithmicMedia")
    assert values["/operations/0/technique"]["sure"] == "likely"
    assert ingredient["title"] == "sh114_plate.png" and "/mnt/jobs" not in json.dumps(found)


def test_the_canvas_is_read_where_the_graph_is_missing_and_what_was_bypassed_is_not():
    found, values = told([("png", "workflow", json.dumps(CANVAS))])
    assert found["declaration"]["operations"][0]["model"]["name"] == "flux1-dev"
    assert values["/operations/0/model/name"]["sure"] == "likely"
    assert "face_replacement" not in json.dumps(found["declaration"])


def test_web_ui_settings_are_read_from_png_and_from_exif():
    for place, name in (("png", "parameters"), ("exif", "UserComment")):
        found, _ = told([(place, name, WEB_UI)])
        [operation] = found["declaration"]["operations"]
        assert operation["tool"] == {"name": "Stable Diffusion web UI", "version": "v1.9.4"}
        assert operation["model"] == {
            "name": "v1-5-pruned-emaonly", "identifier": "autov2:6ce0161689", "type": "c2pa.types.model.pytorch"
        }  # fmt: skip
        assert (operation["technique"], operation["digital_source_type"]) == ("inpaint", "compositeWithTrainedAlgorithmicMedia")
        assert {one["name"]: one["value"] for one in found["private"]} == {
            "prompt": "portrait of a fisherman <lora:mira:1>", "negative prompt": "blurry"
        }  # fmt: skip


def test_invokeai_and_novelai_are_read():
    found, _ = told([("png", "invokeai_metadata", json.dumps(INVOKE))])
    [operation] = found["declaration"]["operations"]
    assert operation["tool"] == {"name": "InvokeAI", "version": "5.6.0"}
    assert (operation["model"]["name"], operation["model"]["identifier"]) == ("juggernaut-xl", "blake3:ab12")
    notes = [("png", "Software", "NovelAI"), ("png", "Source", "Stable Diffusion XL 4BDE2A90"),
             ("png", "Comment", json.dumps({"prompt": "lighthouse"}))]  # fmt: skip
    found, _ = told(notes)
    assert found["declaration"]["operations"][0]["tool"]["name"] == "NovelAI"
    assert found["private"][0]["value"] == "lighthouse"


def test_iptc_properties_and_programs_are_read():
    notes = [("xmp", "digital_source_type", "http://cv.iptc.org/newscodes/digitalsourcetype/compositeSynthetic"),
             ("xmp", "ai_system", "Firefly Image"), ("xmp", "ai_system_version", "4"), ("xmp", "ai_prompt", "fog bank"),
             ("exif", "Software", "Adobe Photoshop 26.1")]  # fmt: skip
    found, values = told(notes)
    assert found["declaration"]["digital_source_type"] == "compositeSynthetic"
    assert found["declaration"]["operations"][0]["tool"] == {"name": "Firefly Image", "version": "4"}
    assert values["/operations/0/tool/name"]["source"] == "xmp:Iptc4xmpExt:AISystemUsed"
    assert found["private"] == [{"name": "prompt", "value": "fog bank", "source": "xmp"}]
    assert any("Adobe Photoshop 26.1" in one for one in found["remarks"])


def test_nuke_says_in_an_exr_what_wrote_it_and_what_it_read():
    found, _ = told([("exr", "nuke/version", "15.1v3"), ("exr", "nuke/input/filename", "/show/sh114/plate.1001.exr")])
    assert found["declaration"]["ingredients"][0]["title"] == "plate.1001.exr" and "/show" not in json.dumps(found)
    assert any("Nuke 15.1v3" in one for one in found["remarks"])


def test_a_timeline_gives_shots_and_what_its_markers_name_at_their_times():
    said = {"countersign": {"technique": "de_aging", "tool": {"name": "AgeShift", "version": "4.2"}}}
    reel = timeline(
        clip("sh113", 1001, 48, countersign={"unit": "sh113"}),
        clip("sh114", 1001, 96, marker("AI", 1025, 24, **said), marker("Face swap", 1049, 12), marker("look at this", 1001, 1),
             countersign={"unit": "sh114"}),
    )  # fmt: skip
    found, values = told([("file", "", json.dumps(reel))])
    assert found["declaration"]["units"] == ["sh113", "sh114"]
    first, second = found["declaration"]["operations"]
    assert (first["technique"], first["tool"]) == ("de_aging", {"name": "AgeShift", "version": "4.2"})
    assert first["regions"][0]["time"] == {"start_s": 3.0, "end_s": 4.0}  # after 48 frames, 24 into the clip
    assert values["/operations/0/technique"]["sure"] == "stated"
    assert second["technique"] == "face_replacement" and values["/operations/1/technique"]["sure"] == "likely"
    assert {"pointer": "/operations/1/tool/name", "text": "Name the tool; markers seldom do."} in found["missing"]
    assert any("1 red" in one for one in found["remarks"])


def test_of_two_sources_the_surer_is_proposed_and_the_other_told_beside_it():
    notes = [("xmp", "ai_system", "Firefly"), ("exif", "Software", "Midjourney 7")]
    _, values = told(notes)
    tool = values["/operations/0/tool/name"]
    assert tool["value"] == "Firefly" and [one["value"] for one in tool["others"]] == ["Midjourney 7"]


def test_credentials_that_do_not_hold_propose_nothing():
    manifest = {"assertions": [{"label": "c2pa.actions.v2", "data": {"actions": [
        {"action": "c2pa.created", "softwareAgent": {"name": "Liar"},
         "digitalSourceType": "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"}]}}]}  # fmt: skip
    for state, count in (("Invalid", 0), ("Valid", 1), ("Trusted", 1)):
        found, _ = told([], {"state": state, "active": "m", "manifests": {"m": manifest}})
        assert len(found["declaration"].get("operations", ())) == count and found["remarks"]


HOSTILE = {
    "deep": "[" * 200_000 + "]" * 200_000,
    "deep objects": '{"a":' * 3_000 + "1" + "}" * 3_000,
    "no JSON": '{"3": {"class_type": ',
    "numbers": '{"3": 7, "4": {"class_type": 9}, "5": {"class_type": "KSampler", "inputs": [1]}}',
    "NaN": '{"3": {"class_type": "KSampler", "inputs": {"cfg": NaN}}}',
    "a list": "[1, 2]",
    "digits": '{"3": ' + "9" * 5_000 + "}",
}  # fmt: skip


@pytest.mark.parametrize("what", HOSTILE)
@pytest.mark.parametrize("name", ["prompt", "workflow", "invokeai_metadata"])
def test_hostile_texts_are_told_or_passed_over(what, name):
    found, _ = told([("png", name, HOSTILE[what])])
    assert isinstance(found["declaration"], dict)
    if what in ("deep", "deep objects", "no JSON", "digits"):
        assert any(name in one for one in found["remarks"])


def test_a_hundred_thousand_nodes_are_looked_at_no_further_than_told():
    graph = {str(n): {"class_type": "LoadImage", "inputs": {"image": f"a\u202e{n}\x00\x1b[2J.png"}} for n in range(100_000)}
    began = time.process_time()
    found, _ = told([("png", "prompt", json.dumps(graph))])
    assert time.process_time() - began < 10
    assert any("100,000 nodes" in one for one in found["remarks"])
    assert len(found["declaration"]["ingredients"]) == 20
    whole = json.dumps(found, ensure_ascii=False)
    assert "\x1b" not in whole and "\u202e" not in whole and len(whole) < 100_000


# --- through the hatch --------------------------------------------------------------------------------------------


@pytest.fixture
def read(hatch):
    def asked(content: bytes, name: str, **more):
        answer = hatch.post(
            "/api/v1/suggestions", {"file": SimpleUploadedFile(name, content), **more}, format="multipart"
        )  # fmt: skip
        assert shots.nothing_kept()
        return answer

    return asked


@pytest.mark.django_db
def test_a_picture_from_comfyui_is_read_at_the_hatch(read):
    answer = read(png(prompt=json.dumps(GRAPH), workflow=json.dumps(CANVAS)), "comfy_00001_.png")
    assert answer.status_code == 200, answer.content
    found = answer.json()
    assert found["declaration"]["operations"][0]["model"]["name"] == "sd_xl_base_1.0"
    assert found["media_type"] == "image/png" and "Nothing of this is declared" in found["confirm"]
    assert "KESTREL" in found["private"][0]["value"] and "KESTREL" not in json.dumps(found["declaration"])


@pytest.mark.django_db
def test_exif_of_a_jpeg_and_a_timeline_and_an_exr_are_read_at_the_hatch(read):
    picture, exif = Image.new("RGB", (64, 64), "navy"), Image.Exif()
    exif[305] = "Midjourney 7"
    exif.get_ifd(0x8769)[37510] = b"UNICODE\0" + WEB_UI.encode("utf-16-be")
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", exif=exif)
    found = read(buffer.getvalue(), "a.jpg").json()
    assert [one["tool"]["name"] for one in found["declaration"]["operations"]] == ["Midjourney 7", "Stable Diffusion web UI"]
    reel = json.dumps(timeline(clip("sh114", 0, 24, marker("roto", 0, 24)))).encode()
    found = read(reel, "reel.otio").json()
    assert found["declaration"]["operations"][0]["technique"] == "roto", found
    assert read(build.result_exr(), "a.exr").status_code == 200


@pytest.mark.django_db
def test_a_file_signed_here_tells_its_history(read, hatch, studio):
    people.verified(studio, at=timezone.now())
    asset = shots.send(hatch, build.result_jpg(), shots.declaration(studio), plate=build.plate_jpg()).json()["id"]
    shots.work()
    signed = shots.fetched(hatch, asset)
    answer = hatch.post("/api/v1/suggestions", {"file": SimpleUploadedFile("s.jpg", signed)}, format="multipart").json()
    assert "AgeShift" in {one.get("tool", {}).get("name") for one in answer["declaration"]["operations"]}
    assert any("comes along by itself" in one for one in answer["remarks"])


@pytest.mark.django_db
def test_a_text_that_unpacks_without_end_is_passed_over(read):
    body = b"zTXtprompt\0\0" + zlib.compress(b'{"a":"' + b"A" * (40 * 1024 * 1024) + b'"}', 9)
    whole = build.result_png()
    bomb = whole[:33] + struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body)) + whole[33:]
    answer = read(bomb, "bomb.png").json()
    assert answer["declaration"] == {} and any("longer than any program writes" in one for one in answer["remarks"])


@pytest.mark.django_db
def test_without_a_file_and_with_other_parts_it_is_refused(read, hatch):
    assert hatch.post("/api/v1/suggestions", {}, format="multipart").json()["code"] == "asset.no_file"
    assert read(png(), "a.png", other="x").json()["code"] == "request.part_unknown"
