"""What the examination of a file found, as the values that rules are held against."""

from collections.abc import Mapping
from dataclasses import asdict
from fractions import Fraction
from typing import Any

from provenance.declaration import Declaration
from provenance.geometry import Media
from provenance.sandbox import Examination
from provenance.techniques import SOUND_ELEMENTS

KEPT = (
    "kind", "extension", "embed", "width", "height", "orientation", "frames", "seconds", "audio_tracks", "words",
    "elements", "has_credentials", "active_manifest",
)  # fmt: skip


def kept(found: Examination) -> dict[str, Any]:
    """What is remembered of an examination, as JSON."""
    plain = asdict(found)
    rate = [found.fps.numerator, found.fps.denominator] if found.fps else None
    return {**{name: plain[name] for name in KEPT}, "elements": list(found.elements), "fps": rate}


def media(found: Mapping[str, Any], declaration: Declaration) -> Media:
    """The file's frame, clock and words. What a container cannot tell apart is taken from the declaration:
    sound may be voice or music, and a file of a kind not measured has the elements that something was done to."""
    return Media(
        kind=found["kind"] if found["kind"] in ("image", "video", "audio", "text") else "other",
        width=found["width"],
        height=found["height"],
        frames=found["frames"],
        fps=Fraction(*found["fps"]) if found["fps"] else None,
        seconds=found["seconds"],
        elements=_elements(tuple(found["elements"]), declaration),
        words=found["words"],
    )


def _elements(found: tuple[str, ...], declaration: Declaration) -> tuple[str, ...]:
    touched = tuple(dict.fromkeys(one.element for one in declaration.operations))
    heard = tuple(element for element in touched if element in SOUND_ELEMENTS)
    if not found:
        return touched
    if "sound" in found and heard:
        return (*(element for element in found if element != "sound"), *heard)
    return found
