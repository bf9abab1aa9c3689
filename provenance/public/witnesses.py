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

MOST = 100
SAID = {
    testimony.MADE: "Made with AI",
    testimony.EDITED: "Edited with AI",
    testimony.CONTAINS: "Contains content made with AI",
    testimony.USED: "AI was used",
    testimony.MAY: "May contain content made with AI",
    testimony.CAPTURED: "Captured by a camera or another device",
}
BACKED = {
    testimony.SIGNER: "stated by the file's maker",
    testimony.INGREDIENT: "stated by the credentials of an asset used",
    testimony.UNLISTED_INGREDIENT: "stated by the credentials of an asset used, whose signer is on no list known here",
    testimony.BOUND_METADATA: "stated in metadata, unchanged since the file was signed",
    testimony.UNLISTED_SIGNER: "stated by a signer on no list known here",
    testimony.UNSIGNED_METADATA: "stated only in metadata that is not signed",
}
CAME_IN = {
    "": "this file", "parentOf": "edited from this", "componentOf": "placed in the work", "inputTo": "used as input"
}  # fmt: skip
PROPERTIES = {
    "digital_source_type": "Digital source type", "ai_system": "AI system", "ai_system_version": "Version",
    "model_release_status": "Model release", "data_mining": "Data mining",
}  # fmt: skip

PURPOSES = {
    "ai_training": "Training of AI", "ai_generative_training": "Training of generative AI",
    "data_mining": "Data mining", "ai_inference": "As input to AI",
}  # fmt: skip
USES = {"allowed": "allowed", "notAllowed": "not allowed", "constrained": "allowed within limits"}

# PLUS LDF: data mining and model releases, by the last word of each term.
TERMS = {
    "DMI-UNSPECIFIED": "not stated", "DMI-ALLOWED": "allowed", "DMI-PROHIBITED": "not allowed",
    "DMI-PROHIBITED-AIMLTRAINING": "not allowed for training AI",
    "DMI-PROHIBITED-GENAIMLTRAINING": "not allowed for training generative AI",
    "DMI-PROHIBITED-EXCEPTSEARCHENGINEINDEXING": "allowed to search engines only",
    "DMI-PROHIBITED-SEECONSTRAINT": "not allowed, but for what its constraints name",
    "DMI-PROHIBITED-SEEEMBEDDEDRIGHTSEXPR": "not allowed, but for what its terms of rights name",
    "DMI-PROHIBITED-SEELINKEDRIGHTSEXPR": "not allowed, but for what its terms of rights name",
    "MR-NON": "none", "MR-NAP": "not applicable", "MR-UMR": "unlimited", "MR-LMR": "limited",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Said:
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


def statements(report: Report) -> list[Said]:
    rows = [mapping(row) for row in listing(_details(report).get("statements"))][:MOST]
    return [
        Said(
            SAID[str(row["says"])], BACKED[str(row["strength"])], printable(row.get("by")), printable(row.get("tool")),
            printable(row.get("asset")),
        )
        for row in rows
    ]  # fmt: skip


def listed(report: Report) -> list[Listed]:
    rows = [mapping(row) for row in listing(mapping(_details(report).get("signals")).get("manifests"))]
    return [
        Listed(
            printable(row.get("title")) or "untitled", CAME_IN.get(str(row.get("relation")), "used"),
            printable(row.get("signed_by")) or "nobody",
            tuple(signals.WORDS[str(name)] for group in ("inception", "transformation") for name in listing(row.get(group))),
        )
        for row in rows[:MOST]
    ]  # fmt: skip


def metadata(report: Report) -> list[tuple[str, str]]:
    """What the file's metadata says of AI and rights, by names and values."""
    told = mapping(_details(report).get("metadata"))
    return [(name, _last_word(told[key])) for key, name in PROPERTIES.items() if told.get(key)]


def uses(report: Report) -> list[tuple[str, str]]:
    """What the file may be used for by machines, as its credentials state."""
    told = mapping(_details(report).get("training_and_mining"))
    return [(name, USES[str(told[key])]) for key, name in PURPOSES.items() if key in told]


def _last_word(value: Any) -> str:
    """A term of a vocabulary in words, or by its last word; anything else as it stands."""
    text = printable(value)
    last = text.rpartition("/")[2] if text.startswith(("http://", "https://")) else text
    return TERMS.get(last, last)


def _details(report: Report) -> Mapping[str, Any]:
    return mapping(report.extent.details)
