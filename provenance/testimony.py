"""Who says of a file that AI was used, in which words, and how far that can be relied on.

Pure. For files of producers who state no quantities. A statement is told with whoever made it: the file's signer, the
credentials of an asset used, a signer on no list known here, or metadata that anybody can change. It is never told as
more than that.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from provenance.printable import printable
from provenance.reading import Reading, Used, listing, mapping
from provenance.said import joined, said
from provenance.soundness import ABOUT_TRUST, signer_name

# What is said, the weightiest first. `may` and `captured` say nothing about whether AI was used.
MADE, EDITED, CONTAINS, USED, MAY, CAPTURED = "made", "edited", "contains", "used", "may", "captured"
SAYINGS = (MADE, EDITED, CONTAINS, USED, MAY, CAPTURED)
OF_AI = frozenset({MADE, EDITED, CONTAINS, USED})

# By whom, the strongest first.
SIGNER, INGREDIENT, UNLISTED_INGREDIENT = "signer", "ingredient", "unlisted_ingredient"
BOUND_METADATA, UNLISTED_SIGNER, UNSIGNED_METADATA = "bound_metadata", "unlisted_signer", "unsigned_metadata"
STRENGTHS = (SIGNER, INGREDIENT, UNLISTED_INGREDIENT, BOUND_METADATA, UNLISTED_SIGNER, UNSIGNED_METADATA)
VOUCHED = frozenset({SIGNER, INGREDIENT, UNLISTED_INGREDIENT, BOUND_METADATA})

MOST = 50
RELATIONS = ("parentOf", "componentOf", "inputTo")
METADATA_LABELS = ("c2pa.metadata", "cawg.metadata", "stds.iptc", "stds.iptc.photo-metadata")

_BY_SOURCE = {
    "trainedAlgorithmicMedia": MADE,
    "trainedAlgorithmicData": MADE,
    "compositeWithTrainedAlgorithmicMedia": EDITED,
    "compositeSynthetic": CONTAINS,
    "virtualRecording": CONTAINS,
    "composite": MAY,
    "digitalArt": MAY,
    "screenCapture": MAY,
    "digitalCapture": CAPTURED,
    "computationalCapture": CAPTURED,
    "compositeCapture": CAPTURED,
}
# The label of GB 45438-2025, appendix E: content is of AI, is possibly, is suspected to be.
_BY_LABEL = {"1": USED, "2": MAY, "3": MAY}
_PREFIXES = ("cv.iptc.org/newscodes/digitalsourcetype/", "c2pa.org/digitalsourcetype/")
_INCEPTION = frozenset({"c2pa.created", "c2pa.opened"})

_WORDS = {
    MADE: said("it was made with AI"),
    EDITED: said("it was edited with AI"),
    CONTAINS: said("it contains content made with AI"),
    USED: said("AI was used"),
    MAY: said("it may contain content made with AI"),
    CAPTURED: said("it was captured by a camera or another device"),
}
_OF_ASSETS = {
    "parentOf": said("The file this one was edited from"),
    "componentOf": said("An asset placed in this file"),
    "inputTo": said("A file used as input"),
}
_OF_ASSET = {
    MADE: said("was made with AI"),
    EDITED: said("was edited with AI"),
    CONTAINS: said("contains content made with AI"),
    USED: said("was made using AI"),
}
NOT_HOW_MUCH = said("How much of it is not stated.")
UNCERTAIN = said("Whether any of it is in this file is not stated.")


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement: what is `said`, how strongly it is backed, `by` whom and of which asset, with which tool."""

    says: str
    strength: str
    by: str = ""
    tool: str = ""
    source_type: str = ""
    asset: str = ""
    relation: str = ""

    def as_dict(self) -> dict[str, str]:
        told = {
            "says": self.says, "strength": self.strength, "by": self.by, "tool": self.tool,
            "digital_source_type": self.source_type, "asset": self.asset, "relation": self.relation,
        }  # fmt: skip
        return {name: value for name, value in told.items() if value}


def statements(reading: Reading, *, relied_on: bool, signed: bool) -> tuple[Statement, ...]:
    """All that is said of AI, the strongest first.

    `relied_on`: the active manifest is intact and its signer on a list known here. `signed`: it is intact and properly
    signed, by whomever; then its own statements are told as that signer's, and nothing of what went before.
    """
    found: list[Statement] = []
    if relied_on:
        found += _of_manifest(reading, reading.active, SIGNER)
        found += [one for step in history(reading)[1:] for one in _of_asset(reading, step)]
        found += _of_plain_ingredients(reading)
        found += _of_bound_metadata(reading)
    elif signed:
        found += _of_manifest(reading, reading.active, UNLISTED_SIGNER)
    found += _of_metadata(reading.metadata, BOUND_METADATA if relied_on else UNSIGNED_METADATA)
    return tuple(sorted(dict.fromkeys(found), key=_weight)[:MOST])


def metadata_states_ai(metadata: Mapping[str, Any]) -> bool:
    """Whether a file's metadata alone says that AI was used."""
    return any(one.says in OF_AI for one in _of_metadata(metadata, UNSIGNED_METADATA))


def told(given: Sequence[Statement], marked: str = "") -> str:
    """The strongest statement in a sentence or two; empty where nothing is said. `marked` says how much of the file its
    own maker marked, and stands where that maker is whom the statement is of."""
    return _sentence(given[0], marked) if given else ""


def _weight(one: Statement) -> tuple[bool, int, int, int]:
    relation = RELATIONS.index(one.relation) if one.relation in RELATIONS else 0
    return one.says not in OF_AI, STRENGTHS.index(one.strength), relation, SAYINGS.index(one.says)


def _sentence(one: Statement, marked: str) -> str:
    if one.strength in (INGREDIENT, UNLISTED_INGREDIENT) and one.says in _OF_ASSET:
        return _of_asset_in_words(one)
    if one.strength == SIGNER and marked:
        return joined([_attributed(one, _WORDS[one.says]), marked])
    places = marked if one.strength == UNLISTED_SIGNER else ""
    return joined([_attributed(one, _WORDS[one.says]), places, _and_how_sure(one)])


def _attributed(one: Statement, what: str) -> str:
    if one.strength == SIGNER and one.by:
        return said("Stated by the file's maker, {name}: {what}.", name=one.by, what=what)
    if one.strength == SIGNER:
        return said("Stated by the file's maker: {what}.", what=what)
    if one.strength == BOUND_METADATA:
        return said("The file's metadata, unchanged since it was signed, states that {what}.", what=what)
    if one.strength == UNLISTED_SIGNER:
        return said("The credentials in this file state that {what}.", what=what)
    return said("The file's metadata states that {what}.", what=what) if one.strength == UNSIGNED_METADATA else ""


def _and_how_sure(one: Statement) -> str:
    if one.strength == UNSIGNED_METADATA:
        return said("It is not signed, and anybody can change it.")
    if one.strength == UNLISTED_SIGNER and one.by:
        return said(
            "They are signed in the name of {name} by someone on no list known here, so nobody known here vouches for that.",
            name=one.by,
        )
    if one.strength == UNLISTED_SIGNER:
        return said("They are signed by someone on no list known here, so nobody known here vouches for that.")
    return NOT_HOW_MUCH if one.says in OF_AI and one.strength in VOUCHED else ""


def _of_asset_in_words(one: Statement) -> str:
    asset, what = _OF_ASSETS.get(one.relation, said("An asset used in this file")), _OF_ASSET[one.says]
    by = said(" ({name})", name=one.by) if one.by else ""
    doubt = said(", whose signer is on no list known here") if one.strength == UNLISTED_INGREDIENT else ""
    stated = said("{asset} {what}, as its own credentials state{by}{doubt}.", asset=asset, what=what, by=by, doubt=doubt)
    rest = UNCERTAIN if one.relation == "inputTo" else said("How much of this file that is, is not stated.")
    return joined([stated, rest])


# --- what manifests say -------------------------------------------------------------------------------------------


def _of_manifest(reading: Reading, label: str, strength: str, asset: str = "", relation: str = "") -> Iterator[Statement]:
    by = signer_name(mapping(reading.manifests.get(label)))
    for action in reading.actions(of=label):
        says = says_of(action)
        if says:
            yield Statement(says, strength, by, agent(action), printable(action.get("digitalSourceType")), asset, relation)
    for disclosed in reading.assertions("c2pa.ai-disclosure", of=label):
        yield Statement(USED, strength, by, printable(disclosed.get("modelName")), "", asset, relation)


def says_of(action: Mapping[str, Any]) -> str:
    """Content that a model made and that was put into existing content is something this contains."""
    says = said_of_source(action.get("digitalSourceType"))
    if printable(action.get("action")) in _INCEPTION:
        return CONTAINS if says == EDITED else says
    if says == CAPTURED:
        return ""
    return CONTAINS if says == MADE else says


def said_of_source(source: Any) -> str:
    """What a digital source type says, by its address (with https, too, as some write it) or its last word."""
    if not isinstance(source, str):
        return ""
    text = source.strip()
    address = text.partition("://")[2] if text.startswith(("http://", "https://")) else ""
    word = next((address.removeprefix(prefix) for prefix in _PREFIXES if address.startswith(prefix)), "")
    return _BY_SOURCE.get(word or text, "")


def agent(action: Mapping[str, Any]) -> str:
    """The tool an action names: text in C2PA 1.x, an object with a name and a version since."""
    told = action.get("softwareAgent")
    if isinstance(told, Mapping):
        return " ".join(filter(None, (printable(told.get("name")), printable(told.get("version")))))
    return printable(told)


@dataclass(frozen=True, slots=True)
class Step:
    """A manifest in the history of a file: how it came in, under which title, and whether its signer is known."""

    label: str
    relation: str = ""
    title: str = ""
    listed: bool = True


def history(reading: Reading) -> list[Step]:
    """The active manifest and those of the assets used, all the way down, except below an asset that was changed.

    What came in through an input stays an input, however it went on from there.
    """
    below: dict[str, list[Used]] = {}
    for item in reading.used():
        if item.manifest and not changed(item):
            below.setdefault(item.within, []).append(item)
    seen = {reading.active: Step(reading.active)}
    waiting = [reading.active]
    while waiting:
        above = seen[waiting.pop(0)]
        for item in below.get(above.label, []):
            if item.manifest not in seen:
                relation = max((above.relation, item.relationship), key=_distance)
                listed = above.listed and not any(code.startswith(ABOUT_TRUST) for code in item.failure)
                seen[item.manifest] = Step(item.manifest, relation, item.title, listed)
                waiting.append(item.manifest)
    return list(seen.values())


def changed(item: Used) -> bool:
    return any(not code.startswith(ABOUT_TRUST) for code in item.failure)


def _distance(relation: str) -> int:
    return RELATIONS.index(relation) if relation in RELATIONS else -1


def _of_asset(reading: Reading, step: Step) -> Iterator[Statement]:
    strength = INGREDIENT if step.listed else UNLISTED_INGREDIENT
    for one in _of_manifest(reading, step.label, strength, step.title, step.relation):
        if one.says in OF_AI:
            yield one


def _of_plain_ingredients(reading: Reading) -> Iterator[Statement]:
    """Assets without credentials of which the signer states how they came about (2.4 §18.16)."""
    for ingredient in map(mapping, listing(reading.manifest.get("ingredients"))):
        says = said_of_source(ingredient.get("digital_source_type"))
        if says in OF_AI and not ingredient.get("active_manifest"):
            source, title = printable(ingredient.get("digital_source_type")), printable(ingredient.get("title"))
            by, relation = signer_name(reading.manifest), printable(ingredient.get("relationship"))
            yield Statement(CONTAINS if relation != "inputTo" else USED, SIGNER, by, "", source, title, relation)


# --- what metadata says -------------------------------------------------------------------------------------------


def _of_bound_metadata(reading: Reading) -> Iterator[Statement]:
    """IPTC's properties in the manifest itself: gathered there, and not stated by the signer."""
    for label in METADATA_LABELS:
        for data in reading.assertions(label):
            named = {str(name).rpartition(":")[2]: value for name, value in list(data.items())[:200]}
            found = {
                "digital_source_type": named.get("DigitalSourceType"), "ai_system": named.get("AISystemUsed"),
                "ai_system_version": named.get("AISystemVersionUsed"),
            }  # fmt: skip
            yield from _of_metadata(found, BOUND_METADATA)


def _of_metadata(found: Mapping[str, Any], strength: str) -> Iterator[Statement]:
    source = found.get("digital_source_type")
    system = " ".join(filter(None, (printable(found.get("ai_system")), printable(found.get("ai_system_version")))))
    says = said_of_source(source) or (USED if system else _BY_LABEL.get(printable(found.get("ai_label")), ""))
    if says == CAPTURED and (system or found.get("ai_label") == "1"):
        says = USED
    if says:
        yield Statement(says, strength, "", system, printable(source))
