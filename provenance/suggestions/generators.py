"""What other generators write: Stable Diffusion web UI (`parameters`), InvokeAI and NovelAI (JSON in PNG chunks)."""

import re
from collections.abc import Mapping
from typing import Any

from provenance.suggestions.graphs import unsaid
from provenance.suggestions.said import LIKELY, POSSIBLE, Findings, bare_name, names

PAIR = re.compile(r'\s*([A-Za-z0-9][\w \-/+]{0,60}):\s*("(?:\\.|[^"\\]){0,20000}"|[^,]{0,500})(?:,|$)')
LONGEST_SETTINGS = 40_000
WEB_UI = "Stable Diffusion web UI"


def is_parameters(text: str) -> bool:
    """Whether a text has the form that web UI and its descendants write."""
    last = text[-LONGEST_SETTINGS:].rstrip().rpartition("\n")[2]
    return last.startswith("Steps: ") and "Sampler: " in last


def web_ui(text: str, found: Findings, source: str) -> None:
    """A prompt, a negative prompt, and a line of settings: `Steps: 20, Sampler: Euler a, …, Model: name, Version: v1.9`."""
    head, _, last = text.rstrip().rpartition("\n")
    told = {name.strip(): value.strip().strip('"') for name, value in PAIR.findall(last[:LONGEST_SETTINGS])}
    prompt, _, negative = head.partition("\nNegative prompt:")
    found.keep_private("prompt", prompt, source)
    found.keep_private("negative prompt", negative, source)
    key, version = "op-webui", told.get("Version", "")
    found.say("operations", key, "element", "picture", source, "it makes pictures", LIKELY)
    found.say("operations", key, "tool.name", "Stable Diffusion web UI Forge" if version.startswith("f") else WEB_UI, source,
              "the form of the text", LIKELY)  # fmt: skip
    found.say("operations", key, "tool.version", version, source, "Version")
    found.say("operations", key, "model.name", bare_name(told.get("Model", "")), source, "Model")
    if told.get("Model hash"):
        found.say("operations", key, "model.identifier", f"autov2:{told['Model hash']}", source, "Model hash")
    if told.get("Model") or told.get("Model hash"):
        found.say("operations", key, "model.type", "c2pa.types.model.pytorch", source, "what it loads", LIKELY)
    hires = "Hires upscale" in told or "Hires upscaler" in told
    from_picture = "Denoising strength" in told and not hires
    if "Mask blur" in told or "Masked content" in told or "Inpaint area" in told:
        found.say("operations", key, "technique", "inpaint", source, "Mask blur", LIKELY)
        from_picture = True
    term = "compositeWithTrainedAlgorithmicMedia" if from_picture else "trainedAlgorithmicMedia"
    found.say("operations", key, "digital_source_type", term, source, "Denoising strength" if from_picture else "Sampler", LIKELY)
    if told.get("Lora hashes"):
        loras = [pair.partition(":")[0].strip() for pair in told["Lora hashes"].split(",")][:20]
        found.remark(f"LoRA were used as well: {names(loras)}. A likeness may come from one: declare who is depicted.")
    unsaid(found, key)


def invoke(data: Any, found: Findings, source: str) -> None:
    """InvokeAI's `invokeai_metadata`, or the older `sd-metadata`."""
    if not isinstance(data, Mapping):
        return
    inner = data.get("image") if isinstance(data.get("image"), Mapping) else {}
    key, mode = "op-invokeai", str(data.get("generation_mode") or (inner or {}).get("type") or "")
    found.say("operations", key, "element", "picture", source, "it makes pictures", LIKELY)
    found.say("operations", key, "tool.name", "InvokeAI", source, "the name of the chunk")
    found.say("operations", key, "tool.version", data.get("app_version"), source, "app_version")
    model = data.get("model")
    name = (model.get("name") or model.get("model_name")) if isinstance(model, Mapping) else data.get("model_weights") or model
    if isinstance(name, str):
        found.say("operations", key, "model.name", bare_name(name), source, "model")
        found.say("operations", key, "model.type", "c2pa.types.model.pytorch", source, "what it loads", LIKELY)
    if isinstance(model, Mapping) and isinstance(model.get("hash"), str):
        found.say("operations", key, "model.identifier", model["hash"], source, "model.hash")
    if "inpaint" in mode or "outpaint" in mode:
        found.say("operations", key, "technique", "inpaint", source, "generation_mode", LIKELY)
    made_from = any(word in mode for word in ("img2img", "inpaint", "outpaint"))
    term = "compositeWithTrainedAlgorithmicMedia" if made_from else "trainedAlgorithmicMedia"
    found.say("operations", key, "digital_source_type", term, source, "generation_mode", LIKELY if mode else POSSIBLE)
    for name, told in (("positive_prompt", "prompt"), ("negative_prompt", "negative prompt")):
        found.keep_private(told, data.get(name), source)
    unsaid(found, key)


def novel(data: Any, notes: Mapping[str, str], found: Findings) -> None:
    """NovelAI's chunks: Software, Source (its model), Comment (JSON) and Description (the prompt)."""
    key, source = "op-novelai", "png:Software"
    found.say("operations", key, "element", "picture", source, "it makes pictures", LIKELY)
    found.say("operations", key, "tool.name", "NovelAI", source, "Software")
    found.say("operations", key, "model.name", notes.get("Source"), "png:Source", "Source")
    found.say("operations", key, "model.type", "not_disclosed", "png:Source", "its service tells no type", POSSIBLE)
    found.say("operations", key, "digital_source_type", "trainedAlgorithmicMedia", source, "Software", LIKELY)
    prompt = data.get("prompt") if isinstance(data, Mapping) else None
    found.keep_private("prompt", prompt or notes.get("Description"), "png:Comment")
    unsaid(found, key)
