"""What a viewer is told of an extent: performers first, unit and method always, neutral words only."""

import re
from fractions import Fraction

import pytest

from provenance.declaration import DepictionStatement
from provenance.extent import measure
from provenance.extent_wording import percent
from provenance.geometry import Media, Region, WordRange
from provenance.techniques import TECHNIQUES, TRAINED
from tests.provenance.declared import CLIP, STILL, TRACK, operation, rectangle, region

MIRA = DepictionStatement("mira", "target_likeness", "face", person="per_mira")
JON = DepictionStatement("jon", "driving_performer", "performance", person="per_jon")
ELSA = DepictionStatement("elsa", "target_likeness", "face", person="per_elsa")
SINGER = DepictionStatement("singer", "voice_source", "voice", person="per_elsa")
NOBODY = DepictionStatement("nobody", "synthetic", "face")
CAST = (MIRA, JON, ELSA, SINGER, NOBODY)

FACE = (region("f", rectangle(10, 10, 10, 10), (41, 53)),)
DE_AGED = operation("op-1", technique="de_aging", regions=FACE, depicts=("mira", "jon"))
CLONED = operation("op-2", "voice", "voice_clone", regions=(region("v", time=(1, 11)),), depicts=("singer",))


def told(media, *operations, **more):
    return measure(media, operations, depictions=CAST, **more).text


def test_an_altered_face_is_told_with_its_time_its_area_and_its_source():
    assert told(CLIP, DE_AGED) == (
        "AI altered the face of one performer (de-aging) in 12.0 of 94.0 seconds, covering 0.1 % of the picture. "
        "Worked out from the regions its producer stated."
    )


def test_a_voice_is_told_beside_the_picture():
    text = told(CLIP, DE_AGED, CLONED)
    assert "AI generated the voice of one performer (voice cloning) in 10.0 of 94.0 seconds." in text
    assert text.count("Worked out from") == 1


def test_performers_are_counted_once_each_and_never_named():
    second = operation("op-3", technique="face_replacement", whole=True, depicts=("mira", "elsa"))
    text = told(CLIP, DE_AGED, second)
    assert "the faces of two performers (de-aging, face replacement)" in text
    assert not re.search("mira|elsa|jon|per_", text, re.IGNORECASE)


def test_whoever_drove_a_performance_was_not_altered_and_nobody_real_is_no_performer():
    text = told(STILL, operation(technique="digital_double", depicts=("nobody", "jon"), whole=True))
    assert text == "AI altered the picture (digital double), covering the whole picture. As stated by its producer."


@pytest.mark.parametrize("technique", [one for one in TECHNIQUES.values() if one.person], ids=lambda one: one.code)
def test_an_altered_performer_is_named_by_technique_however_tiny_the_share(technique):
    element = "picture" if "picture" in technique.elements else "voice"
    tiny = operation("t", element, technique.code, share=1e-7, depicts=("mira" if element == "picture" else "singer",))
    text = told(CLIP, tiny)
    assert "one performer" in text and f"({technique.label})" in text and "less than 0.1 %" in text


def test_performers_come_before_things():
    text = told(CLIP, operation("op-0", technique="inpaint", regions=FACE), DE_AGED)
    assert "altered the face of one performer (de-aging) and the picture (inpainting)" in text


def test_an_unknown_extent_is_said_to_be_unknown():
    assert told(STILL, operation(technique="de_aging", depicts=("mira",))) == (
        "AI altered the face of one performer (de-aging); how much is not stated."
    )


def test_a_lower_bound_is_told_as_one():
    text = told(CLIP, DE_AGED, operation("op-9", technique="inpaint"))
    assert "in at least 12.0 of 94.0 seconds, covering at least" in text


def test_different_sources_are_told_with_what_they_stand_for():
    text = told(CLIP, DE_AGED, operation("op-2", "voice", "voice_clone", share=0.5, depicts=("singer",)))
    assert text.endswith("for 50.0 % of its running time. As stated by its producer.")
    assert "picture. Worked out from" in text


@pytest.mark.parametrize(
    ("media", "operations", "more", "sentence"),
    [
        (STILL, [], {}, "The producer states that no generative AI was used."),
        (STILL, [], {"complete": False}, "How much AI was involved is not stated."),
        (
            STILL,
            [operation(technique="denoise", whole=True)],
            {},
            "The producer states that no generative AI was used. Existing content was processed: denoising.",
        ),
        (STILL, [], {"created_as": TRAINED}, "AI generated all of the picture. As stated by its producer."),
        (
            TRACK,
            [operation(element="music", technique="generated_music", whole=True)],
            {},
            "AI generated the music (generated music) throughout. As stated by its producer.",
        ),
        (
            Media("text", elements=("text",), words=1800),
            [operation(element="text", technique="generated_text", regions=(Region("r", words=WordRange(0, 324)),))],
            {},
            "AI generated the text (generated text) in 324 of 1,800 words. Worked out from the regions its producer stated.",
        ),
        (Media("other"), [], {}, "How much AI was involved is not stated."),
    ],
)
def test_other_cases(media, operations, more, sentence):
    assert told(media, *operations, **more) == sentence


def test_what_is_left_out_of_an_incomplete_declaration_is_said():
    assert told(CLIP, DE_AGED, complete=False).endswith("What was done to the voice is not stated.")


@pytest.mark.parametrize(
    ("thousandths", "text"),
    [(0, "0 %"), (0.5, "less than 0.1 %"), (1, "0.1 %"), (999.9, "more than 99.9 %"), (1000, "100 %")],
)
def test_percentages(thousandths, text):
    assert percent(Fraction(str(thousandths)) / 1000) == text


@pytest.mark.parametrize("media", [CLIP, STILL, TRACK])
def test_no_sentence_judges(media):
    for technique in TECHNIQUES.values():
        for element in technique.elements & set(media.elements):
            for extent in ({"whole": True}, {"share": 0.2}, {}):
                text = told(media, operation("o", element, technique.code, depicts=("mira", "singer"), **extent))
                assert not re.search(r"\b(true|real|authentic|fake|genuine)\b", text.replace("real-time", ""))
                assert " 0.0 %" not in text and "None" not in text
