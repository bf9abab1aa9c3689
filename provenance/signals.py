"""The official signals of a manifest: how the content began, and which kinds of edits the manifest lists.

Pure. The fourteen predicates of the C2PA Asset Rubric 1.0 ("signals, local", as published in August 2026), unmodified:
each looks at one manifest, and of that at its first actions and its first ingredient only. Who vouches for a manifest is
left to report.py.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from provenance.bands import FULL, NONE_STATED
from provenance.reading import listing, mapping
from provenance.said import said
from provenance.techniques import COMPOSITE, EMPTY, SYNTHETIC, TRAINED, WITH_TRAINED

IPTC = "http://cv.iptc.org/newscodes/digitalsourcetype/"
RUBRIC = "C2PA Asset Rubric 1.0, signals"
ACTIONS, INGREDIENT = "c2pa.actions.v2", "c2pa.ingredient.v3"
INCEPTION_ACTIONS = frozenset({"c2pa.created", "c2pa.opened"})
NON_EDITORIAL_ACTIONS = frozenset({
    "c2pa.converted", "c2pa.published", "c2pa.repackaged", "c2pa.transcoded", "c2pa.resized.proportional",
    "c2pa.enhanced", "c2pa.edited.metadata", "c2pa.watermarked", "c2pa.watermarked.bound", "c2pa.watermarked.unbound",
    "c2pa.redacted",
})  # fmt: skip
GENERATIVE_TYPES = frozenset({
    TRAINED, WITH_TRAINED, SYNTHETIC, "http://c2pa.org/digitalsourcetype/trainedAlgorithmicData"
})  # fmt: skip
AMBIGUOUS_TYPES = frozenset({IPTC + "digitalArt", COMPOSITE})
IMPERCEPTIBLE = INCEPTION_ACTIONS | NON_EDITORIAL_ACTIONS

Predicate = Callable[[Mapping[str, Any]], bool]

# How each signal is told to a viewer; a signal says what a manifest lists, and nothing of what it leaves out.
WORDS: Mapping[str, str] = {
    "blankCanvas": said("It began as an empty canvas."),
    "capturedMedia": said("It began as a capture by a camera, a microphone or another device."),
    "capturedMediaStitched": said("It began as several captures put together."),
    "compositionMayContainGenAI": said("It began as a composition that may contain content made with AI."),
    "fullyGenAIMedia": said("It began as content made with AI."),
    "mediaUnknownProvenance": said("It began from media without Content Credentials."),
    "nonGenAIDigitalCreation": said("It began as a digital creation without generative AI."),
    "partlyGenAICreation": said("It began as a creation partly made with AI."),
    "screenCaptureMayContainGenAI": said("It began as a capture of a screen, which may show content made with AI."),
    "nonEditorial": said("Steps are listed that leave the content as it is."),
    "perceptibleGenAI": said("Edits are listed that used generative AI."),
    "perceptibleNonGenAI": said("Edits are listed that used no generative AI."),
    "perceptiblePossiblyGenAI": said("Edits are listed that may have used generative AI."),
    "ambiguousActions": said("Some edits may not be listed, or not in words that everybody knows."),
}


@dataclass(frozen=True, slots=True)
class Signals:
    """The signals of one manifest, each group in the rubric's own order."""

    inception: tuple[str, ...] = ()
    transformation: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, list[str]]:
        return {"inception": list(self.inception), "transformation": list(self.transformation)}

    @property
    def names(self) -> tuple[str, ...]:
        return (*self.inception, *self.transformation)


def of(manifest: Mapping[str, Any]) -> Signals:
    """The signals of a manifest as a reader gives it, or as one is about to be signed (its ingredients apart)."""
    return Signals(
        tuple(name for name, holds in INCEPTION.items() if holds(manifest)),
        tuple(name for name, holds in TRANSFORMATION.items() if holds(manifest)),
    )


def of_plain_ingredient(source_type: str) -> Signals:
    """The signals of an asset used that has no manifest of its own, by the source type its user states (2.4 §18.16)."""
    stated = {"action": "c2pa.created", "digitalSourceType": source_type}
    data = {"allActionsIncluded": True, "actions": [stated]}
    return of({"assertions": [{"label": ACTIONS, "data": data, "created": True}]})


def disagreement(extent: Mapping[str, Any], signals: Signals) -> str:
    """How an extent and the signals of the manifest that would carry it contradict each other; empty where they agree.

    A signal that something may be so contradicts nothing. Inherited operations stand in the manifests they came with.
    """
    headline = mapping(extent.get("headline")).get("band")
    elements = [mapping(element) for element in listing(extent.get("elements"))]
    made = any(
        mapping(one).get("generative") is True and not mapping(one).get("inherited")
        for one in listing(extent.get("operations"))
    )
    told = {"fullyGenAIMedia", "partlyGenAICreation", "perceptibleGenAI"} & set(signals.names)
    if headline == NONE_STATED and told:
        return "the extent states that no generative AI was used, and the actions state that some was"
    if headline == NONE_STATED and "ambiguousActions" in signals.transformation:
        return "the extent states that no generative AI was used, and the actions leave some edits out"
    if made and not told:
        return "the extent states that generative AI was used, and no action does in words that are read as saying so"
    if "fullyGenAIMedia" in signals.inception and any(element.get("band") != FULL for element in elements):
        return "the actions state that all of it was made with AI, and the extent states less"
    return ""


# --- what the predicates look at ----------------------------------------------------------------------------------


def _labelled(manifest: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for assertion in map(mapping, listing(manifest.get("assertions"))):
        yield str(assertion.get("label")), assertion


def _told(manifest: Mapping[str, Any]) -> Mapping[str, Any]:
    """The first actions assertion of version 2. Those of version 1 are not read by the rubric."""
    return next((mapping(one.get("data")) for label, one in _labelled(manifest) if label == ACTIONS), {})


def _actions(manifest: Mapping[str, Any]) -> list[tuple[str, str | None]]:
    """Each action's name and source type; what is no text is told as a word that nobody knows."""
    found = [mapping(action) for action in listing(_told(manifest).get("actions"))]
    return [(_word(one.get("action")) or "", _word(one.get("digitalSourceType"))) for one in found]


def _word(value: Any) -> str | None:
    return value if isinstance(value, str) or value is None else "?"


def _began_as(*source_types: str) -> Predicate:
    def holds(manifest: Mapping[str, Any]) -> bool:
        return any(name in INCEPTION_ACTIONS and source in source_types for name, source in _actions(manifest))

    return holds


def _from_unknown_media(manifest: Mapping[str, Any]) -> bool:
    ingredients = [mapping(one) for one in listing(manifest.get("ingredients"))]
    return any(one.get("label") == INGREDIENT and not one.get("active_manifest") for one in ingredients)


def _edited_as(fits: Callable[[str | None], bool]) -> Predicate:
    """Whether an action that can be perceived has a source type that fits."""

    def holds(manifest: Mapping[str, Any]) -> bool:
        perceptible = (source for name, source in _actions(manifest) if name and name not in IMPERCEPTIBLE)
        return any(fits(source) for source in perceptible)

    return holds


def _non_editorial(manifest: Mapping[str, Any]) -> bool:
    return any(name in NON_EDITORIAL_ACTIONS for name, _ in _actions(manifest))


def _ambiguous(manifest: Mapping[str, Any]) -> bool:
    names = [name for name, _ in _actions(manifest)]
    if not names or _told(manifest).get("allActionsIncluded") is not True:
        return True
    # Claims before version 2 do not tell created statements from gathered ones.
    gathered = manifest.get("claim_version") != 1 and any(
        "c2pa.actions" in label and one.get("created") is not True for label, one in _labelled(manifest)
    )
    return gathered or any(name and not name.startswith("c2pa.") or name == "c2pa.unknown" for name in names)


INCEPTION: Mapping[str, Predicate] = {
    "blankCanvas": _began_as(EMPTY),
    "capturedMedia": _began_as(IPTC + "digitalCapture", IPTC + "computationalCapture"),
    "capturedMediaStitched": _began_as(IPTC + "compositeCapture"),
    "compositionMayContainGenAI": _began_as(COMPOSITE),
    "fullyGenAIMedia": _began_as(TRAINED),
    "mediaUnknownProvenance": _from_unknown_media,
    "nonGenAIDigitalCreation": _began_as(IPTC + "digitalCreation"),
    "partlyGenAICreation": _began_as(WITH_TRAINED),
    "screenCaptureMayContainGenAI": _began_as(IPTC + "screenCapture"),
}
TRANSFORMATION: Mapping[str, Predicate] = {
    "ambiguousActions": _ambiguous,
    "nonEditorial": _non_editorial,
    "perceptibleGenAI": _edited_as(lambda source: source in GENERATIVE_TYPES),
    "perceptibleNonGenAI": _edited_as(lambda source: source is not None and source not in GENERATIVE_TYPES),
    "perceptiblePossiblyGenAI": _edited_as(lambda source: source in AMBIGUOUS_TYPES),
}
