"""What a file's metadata says of AI and of rights: its XMP, and what else says so in words that are agreed on.

EXIF and IPTC-IIM have no property for it. What counts there, and in a PNG's texts: a digital source type by its address;
the label of GB 45438-2025 (China), as JSON; the credit line that Google's editors write; and the settings that generators
leave in forms of their own. A program's name alone says nothing.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import BinaryIO

from PIL import Image

from provenance.media import notes, packets, xmp
from provenance.media.bounds import Bounds
from provenance.media.notes import Note
from provenance.media.small import UNREADABLE
from provenance.media.sniff import Kind

SOURCE_TYPE = re.compile(r"https?://cv\.iptc\.org/newscodes/digitalsourcetype/[A-Za-z]{3,60}")
CREDITS = {"made with google ai", "edited with google ai", "created with google ai"}
CREDIT = "2:110"
LONGEST_LABEL = 16_384
LABEL = "TC260:AIGC"
LABELS = frozenset("123")
NAMES = xmp.READ | {LABEL: "label"}


def read(file: BinaryIO, kind: Kind, bounds: Bounds) -> dict[str, str]:
    """The properties by the names used here; where XMP and others say the same thing, as XMP says it."""
    found = packets.read(file, kind, bounds, names=NAMES)
    label = _label(found.pop("label", ""))
    try:
        texts = notes.texts(file, kind, bounds)
    except (*UNREADABLE, AttributeError, Image.DecompressionBombError):
        texts = []
    return _of_texts(texts) | ({"ai_label": label} if label else {}) | found


def _of_texts(texts: Sequence[Note]) -> dict[str, str]:
    found: dict[str, str] = {}
    for text in texts:
        if address := SOURCE_TYPE.search(text.text[:LONGEST_LABEL]):
            found.setdefault("digital_source_type", address[0])
        if text.name in ("AIGC", "UserComment") and (label := _label(text.text)):
            found.setdefault("ai_label", label)
        if text.name == CREDIT and text.text.strip().lower() in CREDITS:
            found.setdefault("ai_system", "Google AI")
        if system := _generator(text):
            found.setdefault("ai_system", system)
    return found


def _label(text: str) -> str:
    """1, 2 or 3 – made with AI, possibly, suspected –; the rest of the label tells who, by numbers."""
    if not text.lstrip().startswith("{") or len(text) > LONGEST_LABEL:
        return ""
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        return ""
    told = told.get("AIGC", told) if isinstance(told, Mapping) else None
    label = told.get("Label") if isinstance(told, Mapping) else None
    return str(label) if isinstance(label, str | int) and str(label) in LABELS else ""


def _generator(text: Note) -> str:
    """The generator whose settings these are, by their form; empty where they are none that is known."""
    return next((system for name, system, fits in _FORMS if text.name == name and fits(text.text)), "")


def _web_ui(text: str) -> bool:
    # Knows the forms of many texts, which most files have no use for.
    known: bool = import_module("provenance.suggestions.generators").is_parameters(text)
    return known


_FORMS: tuple[tuple[str, str, Callable[[str], bool]], ...] = (
    ("parameters", "Stable Diffusion web UI", _web_ui),
    ("UserComment", "Stable Diffusion web UI", _web_ui),
    ("prompt", "ComfyUI", lambda text: text.lstrip().startswith("{") and '"class_type"' in text),
    ("invokeai_metadata", "InvokeAI", lambda text: text.lstrip().startswith("{")),
    ("sd-metadata", "InvokeAI", lambda text: text.lstrip().startswith("{")),
    ("Software", "NovelAI", lambda text: text.startswith("NovelAI")),
)
