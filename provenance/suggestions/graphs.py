"""ComfyUI's graphs, as it writes them into PNG: which models, which sampler, from which picture.

`prompt` is the graph as it ran (node id → class_type, inputs), `workflow` the canvas (nodes with type, widgets_values).
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from provenance.suggestions.said import LIKELY, POSSIBLE, STATED, Findings, bare_name, model_type, names

KEY, SOURCE = "op-comfyui", "ComfyUI"
MOST_NODES = 20_000
MODEL_INPUTS = ("ckpt_name", "unet_name", "model_name", "gguf_name", "diffusion_model", "model")
MODEL_FILE = re.compile(r"\.(safetensors|ckpt|pt|pth|bin|gguf|onnx)$", re.IGNORECASE)
# What a node's class says was done, the most telling first: technique, how sure.
NODES = (
    (re.compile(r"reactor|faceswap|face_swap|inswapper|deepfacelive", re.I), "face_replacement", LIKELY),
    (re.compile(r"liveportrait|wav2lip|latentsync|musetalk", re.I), "lip_sync_dub", POSSIBLE),
    (re.compile(r"inpaint|setlatentnoisemask|differentialdiffusion", re.I), "inpaint", LIKELY),
    (re.compile(r"rembg|birefnet|removebackground|matting|segmentanything|samdetector|sam2", re.I), "roto", POSSIBLE),
)  # fmt: skip
UPSCALERS = re.compile(r"upscalemodelloader|ultimatesdupscale|supir", re.I)
PICTURES = re.compile(r"^(loadimage|vhs_loadvideo|loadvideo)", re.I)
TEXTS = re.compile(r"textencode|cliptext", re.I)


def read(graph: Any, found: Findings) -> None:
    """The graph as it ran."""
    if not isinstance(graph, Mapping):
        return
    nodes = [
        (str(name), str(node["class_type"]), _mapping(node.get("inputs")))
        for name, node in list(graph.items())[:MOST_NODES]
        if isinstance(node, Mapping) and isinstance(node.get("class_type"), str)
    ]
    if len(graph) > MOST_NODES:
        found.remark(f"The ComfyUI graph has {len(graph):,} nodes; the first {MOST_NODES:,} were looked at.")
    _told(nodes, found, "prompt", STATED)


def read_canvas(canvas: Any, found: Findings) -> None:
    """The canvas, where the graph as it ran is not there: widgets have values and no names, so less is sure."""
    listed = canvas.get("nodes") if isinstance(canvas, Mapping) else None
    if not isinstance(listed, list):
        return
    if len(listed) > MOST_NODES:
        found.remark(f"The ComfyUI workflow has {len(listed):,} nodes; the first {MOST_NODES:,} were looked at.")
    _told(list(_from_canvas(listed[:MOST_NODES])), found, "workflow", LIKELY)


def _from_canvas(listed: list[Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for node in listed:
        if not isinstance(node, Mapping) or not isinstance(node.get("type"), str) or node.get("mode") in (2, 4):
            continue  # muted or bypassed
        values = node.get("widgets_values")
        texts = [value for value in values if isinstance(value, str)] if isinstance(values, list) else []
        inputs: dict[str, Any] = {}
        for text in texts:
            if MODEL_FILE.search(text):
                inputs.setdefault("lora_name" if "lora" in node["type"].lower() else "ckpt_name", text)
            elif TEXTS.search(node["type"]):
                inputs.setdefault("text", text)
            elif PICTURES.match(node["type"]):
                inputs.setdefault("image", text)
        yield str(node.get("id", "")), node["type"], inputs


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _told(nodes: list[tuple[str, str, Mapping[str, Any]]], found: Findings, chunk: str, sure: str) -> None:
    if not nodes:
        return
    source = f"png:{chunk}"
    found.say("operations", KEY, "element", "picture", source, "ComfyUI makes pictures", LIKELY)
    found.say("operations", KEY, "tool.name", SOURCE, source, f"the chunk {chunk}")
    models, loras, pictures = [], [], []
    for name, kind, inputs in nodes:
        where = f"node {name} ({kind})"
        for key in MODEL_INPUTS:
            value = inputs.get(key)
            if isinstance(value, str) and MODEL_FILE.search(value) and not re.search("upscale|vae|controlnet|clip", kind, re.I):
                models.append((value, where))
        if isinstance(inputs.get("lora_name"), str):
            loras.append(inputs["lora_name"])
        picture = inputs.get("image") or inputs.get("video")
        if PICTURES.match(kind) and isinstance(picture, str):
            pictures.append((picture, where))
        if TEXTS.search(kind) and isinstance(inputs.get("text"), str):
            found.keep_private("prompt", inputs["text"], f"{source}, {where}")
        for pattern, technique, how in NODES:
            if pattern.search(kind):
                found.say("operations", KEY, "technique", technique, source, where, how)
                break
    _models(models, loras, found, source, sure)
    if any("sampler" in kind.lower() for _, kind, _ in nodes):
        composite = any(PICTURES.match(kind) for _, kind, _ in nodes)
        term = "compositeWithTrainedAlgorithmicMedia" if composite else "trainedAlgorithmicMedia"
        found.say("operations", KEY, "digital_source_type", term, source, "a sampler ran", LIKELY)
    for number, (picture, where) in enumerate(dict(pictures).items(), start=1):
        key = f"comfyui-input-{number}"
        found.say("ingredients", key, "title", bare_name(picture), source, where, sure)
        found.say("ingredients", key, "relation", "inputTo", source, where, POSSIBLE)
        found.lack("ingredients", key, "part", "Send the file along under a name, or name it as an asset known here.")
        if number == 20:
            break
    for name, kind, inputs in nodes:
        model = inputs.get("model_name")
        if UPSCALERS.search(kind):
            where = f"node {name} ({kind})"
            found.say("operations", "op-upscale", "element", "picture", source, where, LIKELY)
            found.say("operations", "op-upscale", "technique", "upscale", source, where, LIKELY)
            found.say("operations", "op-upscale", "tool.name", SOURCE, source, where, LIKELY)
            if isinstance(model, str):
                found.say("operations", "op-upscale", "model.name", bare_name(model), source, where, sure)
                found.say("operations", "op-upscale", "model.type", model_type(model), source, where, LIKELY)
            break
    unsaid(found, KEY)


def _models(models: list[tuple[str, str]], loras: list[str], found: Findings, source: str, sure: str) -> None:
    for value, where in models[:8]:
        found.say("operations", KEY, "model.name", bare_name(value), source, where, sure)
        found.say("operations", KEY, "model.type", model_type(value), source, "the ending of its file", LIKELY)
    if loras:
        text = f"LoRA were used as well: {names(bare_name(one) for one in dict.fromkeys(loras[:20]))}."
        found.remark(f"{text} A likeness may come from one: declare who is depicted, and the model that it is.")


def unsaid(found: Findings, key: str) -> None:
    """What a generator's settings never tell: what is shown, and who."""
    choices = "inpaint, background_generation, synthetic_character, digital_double, …"
    found.lack("operations", key, "technique", f"Say what was done: {choices} What the picture shows cannot be read here.")
    found.lack("operations", key, "model.type", "Name the model; its type may be not_disclosed.")
    found.lack("operations", key, "depicts", "Name whoever is depicted, where somebody is.")
