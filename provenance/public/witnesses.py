"""Who says what about AI in a file, and the official signals of each manifest in it, in a visitor's words.

Pure. Everything here was bounded and made printable by the report; the template escapes it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from provenance import signals, testimony
from provenance.printable import printable
from provenance.reading import listing, mapping
from provenance.report import Report
from provenance.said import said

MOST = 100
SAID = {
    testimony.MADE: said("Made with AI"),
    testimony.EDITED: said("Edited with AI"),
    testimony.CONTAINS: said("Contains content made with AI"),
    testimony.USED: said("AI was used"),
    testimony.MAY: said("May contain content made with AI"),
    testimony.CAPTURED: said("Captured by a camera or another device"),
}
BACKED = {
    testimony.SIGNER: said("stated by the file's maker"),
    testimony.INGREDIENT: said("stated by the credentials of an asset used"),
    testimony.UNLISTED_INGREDIENT: said("stated by the credentials of an asset used, whose signer is on no list known here"),
    testimony.BOUND_METADATA: said("stated in metadata, unchanged since the file was signed"),
    testimony.UNLISTED_SIGNER: said("stated by a signer on no list known here"),
    testimony.UNSIGNED_METADATA: said("stated only in metadata that is not signed"),
}
CAME_IN = {
    "": said("this file"), "parentOf": said("edited from this"), "componentOf": said("placed in the work"),
    "inputTo": said("used as input"),
}  # fmt: skip
PROPERTIES = {
    "digital_source_type": said("Digital source type"), "ai_system": said("AI system"), "ai_system_version": said("Version"),
    "ai_label": said("Label of GB 45438-2025"),
    "model_release_status": said("Model release"), "data_mining": said("Data mining"),
}  # fmt: skip

PURPOSES = {
    "ai_training": said("Training of AI"), "ai_generative_training": said("Training of generative AI"),
    "data_mining": said("Data mining"), "ai_inference": said("As input to AI"),
}  # fmt: skip
USES = {"allowed": said("allowed"), "notAllowed": said("not allowed"), "constrained": said("allowed within limits")}

# GB 45438-2025, appendix E.
LABELS = {"1": said("made with AI"), "2": said("possibly made with AI"), "3": said("suspected to be made with AI")}

# PLUS LDF: data mining and model releases, by the last word of each term.
TERMS = {
    "DMI-UNSPECIFIED": said("not stated"), "DMI-ALLOWED": said("allowed"), "DMI-PROHIBITED": said("not allowed"),
    "DMI-PROHIBITED-AIMLTRAINING": said("not allowed for training AI"),
    "DMI-PROHIBITED-GENAIMLTRAINING": said("not allowed for training generative AI"),
    "DMI-PROHIBITED-EXCEPTSEARCHENGINEINDEXING": said("allowed to search engines only"),
    "DMI-PROHIBITED-SEECONSTRAINT": said("not allowed, but for what its constraints name"),
    "DMI-PROHIBITED-SEEEMBEDDEDRIGHTSEXPR": said("not allowed, but for what its terms of rights name"),
    "DMI-PROHIBITED-SEELINKEDRIGHTSEXPR": said("not allowed, but for what its terms of rights name"),
    "MR-NON": said("none"), "MR-NAP": said("not applicable"), "MR-UMR": said("unlimited"), "MR-LMR": said("limited"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Witness:
    what: str
    backed: str
    by: str
    tool: str
    asset: str


@dataclass(frozen=True, slots=True)
class Listed:
    """The signals of one manifest: `of` which asset, how that came in, and who signed it."""

    of: str
    came_in: str
    signed_by: str
    words: tuple[str, ...]


def statements(report: Report) -> list[Witness]:
    rows = [mapping(row) for row in listing(_details(report).get("statements"))][:MOST]
    return [
        Witness(
            SAID[str(row["says"])], BACKED[str(row["strength"])], printable(row.get("by")), printable(row.get("tool")),
            printable(row.get("asset")),
        )
        for row in rows
    ]  # fmt: skip


def listed(report: Report) -> list[Listed]:
    rows = [mapping(row) for row in listing(mapping(_details(report).get("signals")).get("manifests"))]
    return [
        Listed(
            printable(row.get("title")) or said("untitled"), CAME_IN.get(str(row.get("relation")), said("used")),
            printable(row.get("signed_by")) or said("nobody"),
            tuple(signals.WORDS[str(name)] for group in ("inception", "transformation") for name in listing(row.get(group))),
        )
        for row in rows[:MOST]
    ]  # fmt: skip


def metadata(report: Report) -> list[tuple[str, str]]:
    """What the file's metadata says of AI and rights, by names and values."""
    told = mapping(_details(report).get("metadata"))
    return [(name, _in_words(key, told[key])) for key, name in PROPERTIES.items() if told.get(key)]


def uses(report: Report) -> list[tuple[str, str]]:
    """What the file may be used for by machines, as its credentials state."""
    told = mapping(_details(report).get("training_and_mining"))
    return [(name, USES[str(told[key])]) for key, name in PURPOSES.items() if key in told]


def _in_words(key: str, value: Any) -> str:
    return LABELS.get(str(value), printable(value)) if key == "ai_label" else _last_word(value)


def _last_word(value: Any) -> str:
    """A term of a vocabulary in words, or by its last word; anything else as it stands."""
    text = printable(value)
    last = text.rpartition("/")[2] if text.startswith(("http://", "https://")) else text
    return TERMS.get(last, last)


def _details(report: Report) -> Mapping[str, Any]:
    return mapping(report.extent.details)
