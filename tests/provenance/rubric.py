"""The signals rubric of the C2PA Conformance Program over crJSON, written down once more, to hold ours against it.

After asset-rubrics/composables/signal-*-local.yml of conformance-public (August 2026): the same expressions, one by one.
"""

IPTC, C2PA = "http://cv.iptc.org/newscodes/digitalsourcetype/", "http://c2pa.org/digitalsourcetype/"
NON_EDITORIAL = [
    *("c2pa.converted", "c2pa.published", "c2pa.repackaged", "c2pa.transcoded", "c2pa.resized.proportional"),
    *("c2pa.enhanced", "c2pa.edited.metadata", "c2pa.watermarked", "c2pa.watermarked.bound"),
    *("c2pa.watermarked.unbound", "c2pa.redacted"),
]
GENERATIVE = [
    *(IPTC + "trainedAlgorithmicMedia", IPTC + "compositeWithTrainedAlgorithmicMedia", IPTC + "compositeSynthetic"),
    C2PA + "trainedAlgorithmicData",
]
CREATED = {
    "blankCanvas": [C2PA + "empty"],
    "capturedMedia": [IPTC + "digitalCapture", IPTC + "computationalCapture"],
    "capturedMediaStitched": [IPTC + "compositeCapture"],
    "compositionMayContainGenAI": [IPTC + "composite"],
    "fullyGenAIMedia": [IPTC + "trainedAlgorithmicMedia"],
    "nonGenAIDigitalCreation": [IPTC + "digitalCreation"],
    "partlyGenAICreation": [IPTC + "compositeWithTrainedAlgorithmicMedia"],
    "screenCaptureMayContainGenAI": [IPTC + "screenCapture"],
}


def signals(manifest):
    """The names of the signals of one manifest of a crJSON document."""
    assertions = manifest.get("assertions", {})
    told = assertions.get("c2pa.actions.v2") or {}
    actions = told.get("actions") or []
    began = [one for one in actions if one["action"] in ("c2pa.created", "c2pa.opened")]
    edits = [one for one in actions if one not in began and one["action"] not in NON_EDITORIAL]
    sources = [one.get("digitalSourceType") for one in edits]
    gathered = manifest.get("claim.v2", {}).get("gathered_assertions") or []
    ingredient = assertions.get("c2pa.ingredient.v3")
    holds = {name: any(one.get("digitalSourceType") in wanted for one in began) for name, wanted in CREATED.items()}
    holds |= {
        "mediaUnknownProvenance": ingredient is not None and ingredient.get("activeManifest") is None,
        "ambiguousActions": not actions
        or told.get("allActionsIncluded") is not True
        or any(not one["action"].startswith("c2pa.") for one in actions)
        or any(one["action"] == "c2pa.unknown" for one in actions)
        or any("c2pa.actions" in one["url"] for one in gathered),
        "nonEditorial": any(one["action"] in NON_EDITORIAL for one in actions),
        "perceptibleGenAI": any(source in GENERATIVE for source in sources),
        "perceptibleNonGenAI": any(source is not None and source not in GENERATIVE for source in sources),
        "perceptiblePossiblyGenAI": any(source in (IPTC + "digitalArt", IPTC + "composite") for source in sources),
    }
    return {name for name, held in holds.items() if held}
