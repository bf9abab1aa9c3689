"""What XMP, EXIF, IIM and EXR headers say of how a picture was made."""

from collections.abc import Mapping

from provenance.suggestions.said import LIKELY, POSSIBLE, Findings
from provenance.techniques import source_type

# Programs that make pictures with a model, by a word in their name.
GENERATORS = ("midjourney", "dall", "firefly", "stable diffusion", "imagen", "flux", "runway", "ideogram", "gpt-image")


def read(place: str, notes: Mapping[str, str], found: Findings) -> None:
    """The properties of one place (xmp, exif, iim, exr), by their names."""
    if place == "xmp":
        _iptc(notes, found)
    software = {"xmp": "creator_tool", "exif": "Software", "iim": "2:65", "exr": "software"}[place]
    name, version = notes.get(software, ""), notes.get("2:70", "") if place == "iim" else ""
    if place == "exr" and notes.get("nuke/version"):
        name, version, software = "Nuke", notes["nuke/version"], "nuke/version"
    if not name:
        return
    source = f"{place}:{software}"
    if any(word in name.lower() for word in GENERATORS):
        _operation(found, name, source, version)
    else:
        found.remark(f"It was last written by {name[:80]} {version[:40]}".rstrip() + f" ({source}); what that did is not said.")
    if place == "exr" and notes.get("nuke/input/filename"):
        title = notes["nuke/input/filename"].replace("\\", "/").rpartition("/")[2]
        found.say("ingredients", "nuke-input", "title", title, "exr:nuke/input/filename", "what the script read first")
        found.say("ingredients", "nuke-input", "relation", "parentOf", "exr:nuke/input/filename", "what it read", POSSIBLE)
        found.lack("ingredients", "nuke-input", "part", "Send the file along under a name, or name it as an asset known here.")


def _iptc(notes: Mapping[str, str], found: Findings) -> None:
    """IPTC Photo Metadata 2025.1: AI System Used, its version, the prompt, and how the picture began."""
    term = source_type(notes.get("digital_source_type", ""))
    if term:
        at = "Iptc4xmpExt:DigitalSourceType"
        found.say("", "", "digital_source_type", term.rpartition("/")[2], f"xmp:{at}", at)
    elif notes.get("digital_source_type"):
        found.remark("The digital source type in its XMP is none of IPTC's or C2PA's that may still be used.")
    if notes.get("ai_system"):
        _operation(found, notes["ai_system"], "xmp:Iptc4xmpExt:AISystemUsed", notes.get("ai_system_version", ""))
    for name, told in (("ai_prompt", "prompt"), ("ai_prompt_writer", "writer of the prompt")):
        found.keep_private(told, notes.get(name), "xmp")


def _operation(found: Findings, name: str, source: str, version: str = "") -> None:
    key = "op-metadata"
    found.say("operations", key, "element", "picture", source, "the metadata of a picture", LIKELY)
    found.say("operations", key, "tool.name", name, source, source.rpartition(":")[2])
    found.say("operations", key, "tool.version", version, source, source.rpartition(":")[2])
    found.lack("operations", key, "technique", "Say what was done; the metadata names only the program.")
    found.lack("operations", key, "model", "Name the model, where new content was made; its type may be not_disclosed.")
