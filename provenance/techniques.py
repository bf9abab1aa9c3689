"""The techniques an operation may name: how C2PA calls each act, where its content comes from, how a viewer is told.

Which technique needs whose consent is not said here: see `consent/`.
"""

from collections.abc import Iterator
from dataclasses import dataclass

ELEMENTS = ("picture", "voice", "music", "sound", "text")
SOUND_ELEMENTS = frozenset({"voice", "music", "sound"})
OVERSIGHT = ("fully_autonomous", "prompt_guided", "human_validated")  # C2PA 2.4 §18.28, humanOversightLevel

_IPTC = "http://cv.iptc.org/newscodes/digitalsourcetype/"  # http, not https: rubrics compare the string
_C2PA = "http://c2pa.org/digitalsourcetype/"

GENERATIVE = "generative"
ASSISTIVE = "assistive"
CONVENTIONAL = "conventional"

# What a digital source type says of a model's part in the content. `composite` says that it may or may not be there.
_INVOLVEMENT = {
    _IPTC + "trainedAlgorithmicMedia": GENERATIVE,
    _IPTC + "compositeWithTrainedAlgorithmicMedia": GENERATIVE,
    _IPTC + "compositeSynthetic": GENERATIVE,
    _IPTC + "virtualRecording": GENERATIVE,
    _C2PA + "trainedAlgorithmicData": GENERATIVE,
    _IPTC + "algorithmicallyEnhanced": ASSISTIVE,
    _IPTC + "computationalCapture": ASSISTIVE,
    _IPTC + "algorithmicMedia": CONVENTIONAL,
    _IPTC + "humanEdits": CONVENTIONAL,
    _IPTC + "digitalCreation": CONVENTIONAL,
    _IPTC + "dataDrivenMedia": CONVENTIONAL,
    _IPTC + "digitalCapture": CONVENTIONAL,
    _IPTC + "compositeCapture": CONVENTIONAL,
    _IPTC + "screenCapture": CONVENTIONAL,
    _IPTC + "negativeFilm": CONVENTIONAL,
    _IPTC + "positiveFilm": CONVENTIONAL,
    _IPTC + "print": CONVENTIONAL,
}

TRAINED = _IPTC + "trainedAlgorithmicMedia"
WITH_TRAINED = _IPTC + "compositeWithTrainedAlgorithmicMedia"
SYNTHETIC = _IPTC + "compositeSynthetic"
COMPOSITE = _IPTC + "composite"
ENHANCED = _IPTC + "algorithmicallyEnhanced"
HUMAN_EDITS = _IPTC + "humanEdits"
EMPTY = _C2PA + "empty"

OPERATION_SOURCE_TYPES = frozenset(_INVOLVEMENT)
CREATION_SOURCE_TYPES = OPERATION_SOURCE_TYPES | {COMPOSITE, EMPTY}

# C2PA 2.4 Table 12. They are formats of model files; `c2pa.types.model` is "not described by any other".
MODEL_TYPES = frozenset({"c2pa.types.model"}) | {
    f"c2pa.types.model.{name}"
    for name in (
        *("caffe", "caffe2", "catboost", "coreml", "flax", "huggingface.transformers", "jax", "keras", "lightgbm"),
        *("ml_net", "mxnet", "onnx", "openvino", "openvino.parameter", "openvino.topology", "paddle", "pytorch"),
        *("sklearn", "tensorflow", "tensorrt", "tflite", "torchscript", "xgboost"),
    )
}
NOT_DISCLOSED = "not_disclosed"  # what a vendor says who does not know, or may not tell, the model's type


@dataclass(frozen=True, slots=True)
class Technique:
    """One way of changing or making content.

    `label` is what an audience reads in brackets. `person` techniques change or make someone's likeness or voice, so
    an operation must say whose. `by_model` techniques cannot be done without a model; others may also be done by hand.
    """

    code: str
    label: str
    digital_source_type: str
    elements: frozenset[str]
    action: str = "c2pa.edited"
    person: bool = False
    by_model: bool = False

    @property
    def involvement(self) -> str:
        """What a model usually does in it: generative, assistive or conventional."""
        return involvement(self.digital_source_type)

    @property
    def generative(self) -> bool:
        return self.involvement == GENERATIVE


def involvement(digital_source_type: str) -> str:
    """What a model did, by the source type of an operation. Of `composite` nobody can tell; it counts as generative."""
    return _INVOLVEMENT.get(digital_source_type, GENERATIVE)


def source_type(term: str) -> str | None:
    """The full address of a digital source type given by address or by its last word; None when there is none such."""
    if term in CREATION_SOURCE_TYPES:
        return term
    return next((full for prefix in (_IPTC, _C2PA) if (full := prefix + term) in CREATION_SOURCE_TYPES), None)


def action(technique: Technique, *, digital_source_type: str, translated: bool = False) -> str:
    """The C2PA 2.4 action for what was done.

    `c2pa.enhanced` is for changes nobody would call editorial, so new content made by a model is an edit instead;
    `c2pa.translated` is said only where both languages are known.
    """
    if technique.action == "c2pa.enhanced" and involvement(digital_source_type) == GENERATIVE:
        return "c2pa.edited"
    if technique.action == "c2pa.translated" and not translated:
        return "c2pa.edited"
    return technique.action


_PICTURE = frozenset({"picture"})
_VOICE = frozenset({"voice"})
_TEXT = frozenset({"text"})
_SEEN_OR_HEARD = frozenset({"picture", "voice"})
_SUNG = frozenset({"voice", "music"})
_SENSED = frozenset(ELEMENTS) - _TEXT
_ANY = frozenset(ELEMENTS)


def _techniques() -> Iterator[Technique]:
    def person(code: str, label: str, source: str, elements: frozenset[str], **more: object) -> Technique:
        return Technique(code, label, source, elements, person=True, **more)  # type: ignore[arg-type]

    yield person("de_aging", "de-aging", WITH_TRAINED, _SEEN_OR_HEARD)
    yield person("aging_up", "aging", WITH_TRAINED, _SEEN_OR_HEARD)
    yield person("face_replacement", "face replacement", WITH_TRAINED, _PICTURE)
    yield person("digital_double", "digital double", WITH_TRAINED, _PICTURE)
    yield person("stunt_double", "stunt double with a replaced likeness", WITH_TRAINED, _PICTURE)
    yield person("crowd_replica", "replicas in a crowd", WITH_TRAINED, _PICTURE)
    yield person("body_reshape", "reshaping of the body", WITH_TRAINED, _PICTURE)
    yield person("digital_makeup", "digital make-up", WITH_TRAINED, _PICTURE)
    yield person("voice_clone", "voice cloning", TRAINED, _VOICE, action="c2pa.dubbed", by_model=True)
    yield person("voice_conversion", "voice conversion", WITH_TRAINED, _VOICE, action="c2pa.dubbed", by_model=True)
    yield person("singing_voice", "generated singing", TRAINED, _SUNG, action="c2pa.dubbed", by_model=True)
    yield person("dialogue_alteration", "altered dialogue", WITH_TRAINED, _SEEN_OR_HEARD, action="c2pa.dubbed")
    yield person("lip_sync_dub", "lip synchronisation", WITH_TRAINED, _SEEN_OR_HEARD, action="c2pa.dubbed")
    yield person("translated_voice_dub", "translated dubbing", TRAINED, _SEEN_OR_HEARD, action="c2pa.dubbed")
    yield person("performance_transfer", "transfer of a performance", WITH_TRAINED, _SEEN_OR_HEARD)
    yield person("posthumous", "recreation of a deceased performer", TRAINED, _SEEN_OR_HEARD)
    yield person("historical_figure", "recreation of a historical figure", TRAINED, _SEEN_OR_HEARD)
    yield person("likeness_reference_prompt", "generation from a likeness", TRAINED, _SEEN_OR_HEARD, by_model=True)
    yield Technique("archival_restoration", "restoration", ENHANCED, _ANY, "c2pa.enhanced")
    yield Technique("synthetic_character", "synthetic character", TRAINED, _SEEN_OR_HEARD)
    yield Technique("real_time_generation", "real-time generation", TRAINED, _ANY, by_model=True)
    yield Technique("marketing_cutdown", "shortened for marketing", HUMAN_EDITS, _ANY, "c2pa.trimmed")
    yield Technique("merchandising", "prepared for merchandise", HUMAN_EDITS, _ANY)
    yield Technique("previs_internal", "previsualisation", TRAINED, _ANY)
    yield Technique("other", "another technique", WITH_TRAINED, _ANY)
    yield Technique("denoise", "denoising", ENHANCED, _SENSED, "c2pa.enhanced")
    yield Technique("upscale", "upscaling", ENHANCED, _PICTURE, "c2pa.enhanced")
    yield Technique("roto", "rotoscoping", ENHANCED, _PICTURE)
    yield Technique("tracking", "tracking", ENHANCED, _PICTURE)
    yield Technique("colour_grade", "colour grading", HUMAN_EDITS, _PICTURE, "c2pa.adjustedColor")
    yield Technique("cleanup", "clean-up", ENHANCED, _SENSED)
    yield Technique("inpaint", "inpainting", WITH_TRAINED, _SENSED)
    yield Technique("background_generation", "generated background", WITH_TRAINED, _PICTURE, by_model=True)
    yield Technique("generated_music", "generated music", TRAINED, frozenset({"music"}), "c2pa.mixed", by_model=True)
    yield Technique("generated_sound", "generated sound", TRAINED, frozenset({"sound"}), "c2pa.mixed", by_model=True)
    yield Technique("generated_text", "generated text", TRAINED, _TEXT, "c2pa.addedText", by_model=True)
    yield Technique("translation", "machine translation", TRAINED, _TEXT, "c2pa.translated")
    yield Technique("routine_post", "routine post-production", HUMAN_EDITS, _ANY)


TECHNIQUES = {technique.code: technique for technique in _techniques()}
