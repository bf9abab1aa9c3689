"""The official signals of a manifest are the rubric's own, and what this registry signs never contradicts them."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provenance import signals
from provenance.declaration import Model, parse
from provenance.extent import measure
from provenance.geometry import Media
from provenance.manifest import EXTENT_LABEL, ConsentFacts, IngredientFact, ManifestFacts, build, creation_source_type
from provenance.signals import IPTC, WORDS, Signals
from provenance.techniques import OPERATION_SOURCE_TYPES, TECHNIQUES, TRAINED, involvement
from registry.errors import Invalid
from tests.provenance.declared import harbor, operation

C2PA = "http://c2pa.org/digitalsourcetype/"
TRAINED_COMPOSITE = IPTC + "compositeWithTrainedAlgorithmicMedia"


def manifest(*actions, complete=True, created=True, label="c2pa.actions.v2", **more):
    data = {"allActionsIncluded": complete, "actions": list(actions)}
    return {"claim_version": 2, "assertions": [{"label": label, "data": data, "created": created}], **more}


def act(name, source=None):
    return {"action": f"c2pa.{name}", **({"digitalSourceType": source} if source else {})}


# --- the predicates, one by one


@pytest.mark.parametrize(
    ("source", "signal"),
    [
        (C2PA + "empty", "blankCanvas"),
        (IPTC + "digitalCapture", "capturedMedia"),
        (IPTC + "computationalCapture", "capturedMedia"),
        (IPTC + "compositeCapture", "capturedMediaStitched"),
        (IPTC + "composite", "compositionMayContainGenAI"),
        (IPTC + "trainedAlgorithmicMedia", "fullyGenAIMedia"),
        (IPTC + "digitalCreation", "nonGenAIDigitalCreation"),
        (TRAINED_COMPOSITE, "partlyGenAICreation"),
        (IPTC + "screenCapture", "screenCaptureMayContainGenAI"),
    ],
)
def test_how_it_began(source, signal):
    assert signals.of(manifest(act("created", source))) == Signals((signal,), ())
    assert signals.of(manifest(act("opened", source))).inception == (signal,)
    assert signals.of(manifest(act("edited", source))).inception == ()


@pytest.mark.parametrize("source", [IPTC + "algorithmicMedia", IPTC + "virtualRecording", "capture", None])
def test_other_beginnings_have_no_signal(source):
    assert signals.of(manifest(act("created", source))) == Signals((), ())


@pytest.mark.parametrize(
    ("action", "told"),
    [
        (act("edited", TRAINED_COMPOSITE), ("perceptibleGenAI",)),
        (act("edited", C2PA + "trainedAlgorithmicData"), ("perceptibleGenAI",)),
        (act("placed", IPTC + "compositeSynthetic"), ("perceptibleGenAI",)),
        (act("cropped", IPTC + "humanEdits"), ("perceptibleNonGenAI",)),
        (act("edited", IPTC + "composite"), ("perceptibleNonGenAI", "perceptiblePossiblyGenAI")),
        (act("edited", IPTC + "digitalArt"), ("perceptibleNonGenAI", "perceptiblePossiblyGenAI")),
        (act("placed"), ()),
        (act("enhanced", TRAINED_COMPOSITE), ("nonEditorial",)),
        (act("watermarked.bound"), ("nonEditorial",)),
        (act("unknown"), ("ambiguousActions",)),
        ({"action": "com.example.dodged"}, ("ambiguousActions",)),
    ],
)
def test_what_was_done(action, told):
    assert signals.of(manifest(act("opened"), action)) == Signals((), told)


def test_what_leaves_something_open_is_ambiguous():
    assert signals.of({}).transformation == ("ambiguousActions",)
    assert signals.of(manifest()).transformation == ("ambiguousActions",)
    assert signals.of(manifest(act("opened"), complete=False)).transformation == ("ambiguousActions",)
    assert signals.of(manifest(act("opened"), complete="yes")).transformation == ("ambiguousActions",)
    assert signals.of(manifest(act("opened"), created=False)).transformation == ("ambiguousActions",)
    assert signals.of(manifest(act("opened"), created=None, claim_version=1)).transformation == ()


def test_actions_of_the_first_version_are_not_read():
    told = signals.of(manifest(act("created", TRAINED), label="c2pa.actions", claim_version=1))
    assert told == Signals((), ("ambiguousActions",))


def test_only_the_first_ingredient_decides():
    bare, signed = {"label": "c2pa.ingredient.v3"}, {"label": "c2pa.ingredient.v3", "active_manifest": "urn:a"}
    assert signals.of(manifest(act("opened"), ingredients=[bare])).inception == ("mediaUnknownProvenance",)
    assert signals.of(manifest(act("opened"), ingredients=[signed])).inception == ()
    second = {"label": "c2pa.ingredient.v3__1"}
    assert signals.of(manifest(act("opened"), ingredients=[signed, second])).inception == ()


def test_an_asset_without_credentials_is_told_by_the_source_type_its_user_states():
    assert signals.of_plain_ingredient(TRAINED) == Signals(("fullyGenAIMedia",), ())


@pytest.mark.parametrize(
    "hostile",
    [
        {"assertions": 3},
        {"assertions": [None, 1, {"label": ["c2pa.actions.v2"]}, {"label": "c2pa.actions.v2", "data": []}]},
        manifest(None, 7, {"action": ["c2pa.created"], "digitalSourceType": {"a": 1}}),
        manifest({"action": "c2pa.edited", "digitalSourceType": [TRAINED]}),
        {"ingredients": [None, 4, {"label": {}}]},
    ],
)
def test_a_manifest_of_any_shape_has_signals(hostile):
    assert set(signals.of(hostile).names) <= set(WORDS)


def test_every_signal_has_words():
    assert set(WORDS) == {*signals.INCEPTION, *signals.TRANSFORMATION}
    assert (len(signals.INCEPTION), len(signals.TRANSFORMATION)) == (9, 5)


# --- our own statement


PICTURE = Media("image", 640, 360, elements=("picture",))
PLATE = (IngredientFact("plate", "parentOf"),)


def facts(operations, *, ingredients=PLATE, complete=True, began=None):
    little = {"version": 1, "production": "prd_1", "title": "a.jpg", "complete": complete}
    declaration = replace(parse(little), operations=tuple(operations), digital_source_type=began)
    created_as = TRAINED if not ingredients and creation_source_type(declaration) == TRAINED else None
    extent = measure(PICTURE, declaration.operations, complete=complete, created_as=created_as)
    return ManifestFacts("a.jpg", "1", declaration, extent, ConsentFacts("not_required", "core-1"), ingredients)


on_pictures = sorted(code for code, technique in TECHNIQUES.items() if "picture" in technique.elements)
plain = OPERATION_SOURCE_TYPES - {IPTC + "virtualRecording"}


@st.composite
def done(draw):
    source = draw(st.sampled_from([None, *sorted(plain)]))
    technique = TECHNIQUES[draw(st.sampled_from(on_pictures))]
    how = draw(st.sampled_from([{"whole": True}, {"share": 0.2}, {}]))
    source = source or technique.digital_source_type
    return operation("op", "picture", technique.code, digital_source_type=source, model=Model("c2pa.types.model"), **how)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(done(), max_size=4),
    st.sampled_from([PLATE, ()]),
    st.booleans(),
    st.sampled_from([None, TRAINED, IPTC + "digitalCapture", IPTC + "composite"]),
)
def test_extent_and_signals_of_what_is_signed_always_agree(operations, ingredients, complete, began):
    numbered = [replace(one, id=f"op-{number}") for number, one in enumerate(operations)]
    built = build(facts(numbered, ingredients=ingredients, complete=complete, began=began))
    extent = next(one["data"] for one in built["assertions"] if one["label"] == EXTENT_LABEL)
    told = set(signals.of(built).names)
    generative = any(involvement(one.digital_source_type) == "generative" for one in numbered)
    assert signals.disagreement(extent, signals.of(built)) == ""
    assert generative == ("perceptibleGenAI" in told)
    if extent["headline"]["band"] == "none_stated":
        assert not told & {"fullyGenAIMedia", "partlyGenAICreation", "perceptibleGenAI", "ambiguousActions"}


def test_an_operation_that_everybody_would_read_as_done_without_ai_is_refused():
    """A recording of a virtual event counts as generative here, and for the rubric an edit of that kind does not."""
    recorded = operation(digital_source_type=IPTC + "virtualRecording", model=Model("c2pa.types.model"))
    with pytest.raises(Invalid) as caught:
        build(facts([recorded]))
    assert caught.value.code == "manifest.signals"
    assert "no action does" in caught.value.detail


@pytest.mark.parametrize(
    ("band", "operations", "told", "why"),
    [
        ("none_stated", (), Signals((), ("perceptibleGenAI",)), "no generative AI was used"),
        ("none_stated", (), Signals(("fullyGenAIMedia",)), "no generative AI was used"),
        ("none_stated", (), Signals((), ("ambiguousActions",)), "leave some edits out"),
        ("minor", ({"generative": True},), Signals((), ("perceptibleNonGenAI",)), "no action does"),
        ("minor", (), Signals(("fullyGenAIMedia",)), "all of it"),
        ("none_stated", (), Signals(("compositionMayContainGenAI",)), ""),
        ("minor", ({"generative": True, "inherited": True},), Signals(("mediaUnknownProvenance",)), ""),
        ("minor", ({"generative": True},), Signals((), ("perceptibleGenAI",)), ""),
    ],
)
def test_what_contradicts_what(band, operations, told, why):
    extent = {"headline": {"band": band}, "elements": [{"band": band}], "operations": list(operations)}
    found = signals.disagreement(extent, told)
    assert (why in found) if why else (found == "")


def test_the_usual_case():
    declaration = parse(harbor())
    media = Media("video", 1920, 1080, elements=("picture", "sound"))
    extent = measure(media, declaration.operations, depictions=declaration.depictions)
    consent = ConsentFacts("not_required", "core-1")
    built = build(ManifestFacts(declaration.title, "1", declaration, extent, consent, PLATE))
    assert signals.of(built).as_dict() == {"inception": [], "transformation": ["nonEditorial", "perceptibleGenAI"]}
