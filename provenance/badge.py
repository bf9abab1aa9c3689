"""The badge of a released credential: one label, the words beside it, a credit line and what search engines read.

Pure. All of it is made of the disclosure, so a badge never tells more than the page it leads to. One neutral label, as the
C2PA user-experience guidance has it; what ended or was withdrawn comes before how much AI there is.
"""

import json
from collections.abc import Mapping
from typing import Any

from provenance.labels import BASIC, FULLY, PARTIALLY, icon
from provenance.reading import listing, mapping
from provenance.said import Said, joined, said

NAME = said("Content Credentials")
CONCERN_UPHELD, CONSENT_ENDED, GENERATED, EDITED, USED, PLAIN = (
    "concern_upheld", "consent_ended", "ai_generated", "ai_edited", "ai_used", "none",
)  # fmt: skip
LABELS = {
    CONCERN_UPHELD: said("Concern upheld"), CONSENT_ENDED: said("Consent has ended"), GENERATED: said("AI-generated"),
    EDITED: said("AI-edited"), USED: said("AI was used"), PLAIN: "",
}  # fmt: skip
OF_ICON = {FULLY: GENERATED, PARTIALLY: EDITED, BASIC: USED}
DEVELOPMENT = said("Development certificate")
UPHELD = said("A concern about this file was upheld.")
TYPES = {"image": "ImageObject", "video": "VideoObject", "audio": "AudioObject"}
# schema.org's names of IPTC's digital source types, for a work as a whole.
SOURCE = "https://schema.org/{}DigitalSource"
SYNTHETIC_PARTS = ("trainedAlgorithmicMedia", "compositeSynthetic")


def badge(extent: Mapping[str, Any], *, consent_now: str, upheld: bool, development: bool, text: str) -> dict[str, str]:
    """`state`, the `name` that stands first, its one `label` (empty where there is nothing to say), a `note`, and the
    sentence that is read out with it."""
    state = _state(extent, consent_now, upheld)
    told = UPHELD if state == CONCERN_UPHELD else text
    return {
        "state": state, "name": NAME, "label": LABELS[state], "note": DEVELOPMENT if development else "", "text": told,
    }  # fmt: skip


def _state(extent: Mapping[str, Any], consent_now: str, upheld: bool) -> str:
    if upheld:
        return CONCERN_UPHELD
    if consent_now == "ended":
        return CONSENT_ENDED
    return OF_ICON.get(icon(extent), PLAIN)


def words(shown: Mapping[str, str]) -> Said:
    """The badge as one line of text, for whoever does not see it."""
    return joined([shown["name"], shown["label"], shown["note"]], " · ")


def credit_line(disclosure: Mapping[str, Any]) -> Said:
    """What stands in the end credits: the words that fit, in the first law's wording, and where to look."""
    texts = listing(mapping(disclosure["labels"]).get("texts"))
    first = mapping(texts[0]).get("text", "") if texts else ""
    address = said("Content Credentials: {page}", page=str(disclosure["page"]))
    return joined([first, address])


def linked_data(disclosure: Mapping[str, Any], *, site: str) -> str:
    """A schema.org MediaObject as JSON-LD, fit to stand in a data block of a page: nothing in it can end the block."""
    kind = str(disclosure["media_type"]).partition("/")[0]
    told: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": TYPES.get(kind, "MediaObject"),
        "@id": disclosure["page"],
        "url": disclosure["page"],
        "name": disclosure["title"],
        "description": mapping(disclosure["extent"])["text"],
        "encodingFormat": disclosure["media_type"],
        "sha256": disclosure["sha256"],
        "identifier": disclosure["credential"],
        "creditText": disclosure["signed_by"],
        "producer": {"@type": "Organization", "name": disclosure["signed_by"]},
        "sdPublisher": {"@type": "Organization", "name": "Countersign", "url": site},
        "sdDatePublished": str(disclosure["signed_at"])[:10],
    }
    if source := _source(disclosure):
        told["digitalSourceType"] = SOURCE.format(source)
    text = json.dumps({name: value for name, value in told.items() if value}, ensure_ascii=False, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def _source(disclosure: Mapping[str, Any]) -> str:
    """The whole work's digital source type where generative AI is stated; of the others the record says too little."""
    extent = mapping(disclosure["extent"])
    kind = icon(extent)
    if kind == FULLY:
        return "TrainedAlgorithmicMedia"
    if kind not in (PARTIALLY, BASIC):
        return ""
    sources = [str(mapping(one).get("digital_source_type", "")).rpartition("/")[2] for one in listing(extent["operations"])]
    return "CompositeSynthetic" if any(one in SYNTHETIC_PARTS for one in sources) else "CompositeWithTrainedAlgorithmicMedia"
