"""Every technique has an act of C2PA, a nature, elements and words for an audience."""

import re

import pytest

from provenance import techniques
from provenance.techniques import ENHANCED, HUMAN_EDITS, TECHNIQUES, TRAINED, WITH_TRAINED, action, source_type

# Actions C2PA 2.4 still allows, without those about the file rather than its content.
ALLOWED_ACTIONS = {
    *("c2pa.addedText", "c2pa.adjustedColor", "c2pa.dubbed", "c2pa.edited", "c2pa.enhanced", "c2pa.mixed"),
    *("c2pa.translated", "c2pa.trimmed"),
}


@pytest.mark.parametrize("technique", TECHNIQUES.values(), ids=TECHNIQUES)
def test_a_technique_is_told_in_terms_of_the_standard_and_in_plain_words(technique):
    assert technique.action in ALLOWED_ACTIONS
    assert technique.digital_source_type in techniques.OPERATION_SOURCE_TYPES
    assert technique.elements and technique.elements <= set(techniques.ELEMENTS)
    assert re.fullmatch(r"[a-z][a-z -]+", technique.label)


def test_what_changes_somebody_is_generative_unless_it_is_said_otherwise():
    assert all(technique.generative for technique in TECHNIQUES.values() if technique.person or technique.by_model)


def test_a_source_type_is_known_by_its_address_and_by_its_last_word():
    assert source_type("trainedAlgorithmicMedia") == TRAINED
    assert source_type(TRAINED) == TRAINED
    assert source_type("empty") == "http://c2pa.org/digitalsourcetype/empty"


@pytest.mark.parametrize(
    "term",
    [
        *("softwareImage", "minorHumanEdits", "digitalArt"),  # deprecated by the IPTC
        "https://cv.iptc.org/newscodes/digitalsourcetype/humanEdits",  # the scheme is part of the name
        *("", "real", "humanedits"),
    ],
)
def test_no_other_source_type_is_known(term):
    assert source_type(term) is None


def test_new_content_is_an_edit_and_no_enhancement():
    assert action(TECHNIQUES["upscale"], digital_source_type=ENHANCED) == "c2pa.enhanced"
    assert action(TECHNIQUES["upscale"], digital_source_type=WITH_TRAINED) == "c2pa.edited"


def test_translated_is_said_only_where_both_languages_are_known():
    translation = TECHNIQUES["translation"]
    assert action(translation, digital_source_type=TRAINED, translated=True) == "c2pa.translated"
    assert action(translation, digital_source_type=TRAINED) == "c2pa.edited"


def test_processing_by_people_is_neither_generative_nor_assistive():
    assert techniques.involvement(HUMAN_EDITS) == techniques.CONVENTIONAL
    assert techniques.involvement(ENHANCED) == techniques.ASSISTIVE


def test_what_nobody_can_tell_counts_as_generative():
    assert techniques.involvement(techniques.COMPOSITE) == techniques.GENERATIVE
    assert techniques.involvement("http://example.org/unheard-of") == techniques.GENERATIVE
