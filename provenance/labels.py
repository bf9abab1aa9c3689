"""Words for a label: what laws on disclosure suggest to print beside a work, as dated data (labels.json).

Pure. A text is offered where the record says what it says, and nothing beyond: the half about consent only where every
depiction is confirmed today. Whether a law applies to a use is for its publisher to decide.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from typing import Any

from provenance.bands import AT_LEAST, FULL, NONE_STATED, UNKNOWN
from provenance.reading import listing, mapping
from provenance.said import Said, day, said
from provenance.techniques import TECHNIQUES

FULLY, PARTIALLY, BASIC, NO_ICON = "fully_ai_generated", "partially_ai_modified", "basic", "none"
NOTICE = said(
    "Suggested words, not legal advice. Which law applies to a use, and whether it does, is for its publisher to decide."
)
ICONS = {
    FULLY: said("Fully AI-generated"), PARTIALLY: said("Partially AI-modified"),
    BASIC: said("Basic: AI was used, and how much is not stated"), NO_ICON: said("None: no generative AI is stated"),
}  # fmt: skip
CERTAINTY = {
    "primary": said("its text was read"), "secondary": said("reports on it were read, not its text"),
    "mixed": said("a part of its text was read, and reports on the rest"),
}  # fmt: skip
# Their words are the law's; a label in a language it is not written in would be ours.
ORDER = ("en", "zh-Hans", "es")


@dataclass(frozen=True, slots=True)
class Shown:
    """What a record tells of a work, as far as labels go by it. `all_confirmed`: everyone real in it is on file today."""

    extent: Mapping[str, Any]
    advertisement: bool = False
    synthetic_performer: bool = False
    all_confirmed: bool = False


@cache
def _data() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(resources.files("provenance").joinpath("labels.json").read_text("utf-8"))
    return loaded


def labels(shown: Shown) -> dict[str, Any]:
    """The texts that fit, and the EU icon; with the version of their data, and where each comes from."""
    data = _data()
    fitting = {
        "generative": _generative(shown.extent),
        "performer_altered": _performer_altered(shown.extent),
        "synthetic_performer_in_advertisement": shown.advertisement and shown.synthetic_performer,
    }
    texts = [_text(one, shown) for one in data["texts"] if fitting[one["when"]]]
    icons = {**data["icons"], "eu": icon(shown.extent)}
    return {"version": data["version"], "dated": data["dated"], "notice": NOTICE, "icons": icons, "texts": texts}


def icon(extent: Mapping[str, Any]) -> str:
    """The EU icon: fully generated only where all of it is, partially where a part is known, basic where AI was used and
    how much is not stated; none where none is stated."""
    bands = [str(mapping(row).get("band")) for row in listing(extent.get("elements"))]
    if not _generative(extent):
        return NO_ICON
    if bands and all(band == FULL for band in bands) and _all_generated(extent):
        return FULLY
    known = [band for band in bands if band not in (UNKNOWN, NONE_STATED) and not band.startswith(AT_LEAST)]
    return PARTIALLY if known else BASIC


def told(found: Mapping[str, Any]) -> dict[str, Any]:
    """The same as a page shows it: the icon and how surely each law is known, in words."""
    texts = [{**one, "certainty": CERTAINTY[one["certainty"]]} for one in found["texts"]]
    return {**found, "texts": texts, "icon": ICONS[found["icons"]["eu"]], "dated": day(date.fromisoformat(found["dated"]))}


def _text(one: Mapping[str, Any], shown: Shown) -> dict[str, Any]:
    consented = shown.all_confirmed and "with_consent" in one
    wording = one["with_consent"] if consented else one["wording"]
    language = next(name for name in ORDER if name in wording)
    kept = ("code", "jurisdiction", "law", "in_force_from", "certainty", "source", "about")
    return {
        **{name: one[name] for name in kept},
        "language": Said(lambda speech: speech.language if speech.language in wording else language),
        "text": Said(lambda speech: str(wording.get(speech.language, wording[language]))),
        "states_consent": consented,
    }


def _operations(extent: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    rows = [mapping(one) for one in listing(extent.get("operations"))]
    return [one for one in rows if one.get("generative") is True]


def _generative(extent: Mapping[str, Any]) -> bool:
    bands = [str(mapping(row).get("band")) for row in listing(extent.get("elements"))]
    return bool(_operations(extent)) or any(band not in (NONE_STATED, UNKNOWN) for band in bands)


def _all_generated(extent: Mapping[str, Any]) -> bool:
    """Whether each element was made whole by a model, and not an existing one changed throughout."""
    deeds = [listing(mapping(row).get("done")) for row in listing(extent.get("elements"))]
    return all(any(mapping(one).get("act") == "generated" for one in done) for done in deeds)


def _performer_altered(extent: Mapping[str, Any]) -> bool:
    techniques = (TECHNIQUES.get(str(one.get("technique"))) for one in _operations(extent))
    return any(one is not None and one.person for one in techniques)
