"""Where sound was replaced, to 40 ms, and which words are new, exactly."""

import io
import zipfile

import numpy as np
import pytest

from provenance.media.bounds import Bounds
from provenance.media.measuring import pairs as measuring
from provenance.media.measuring import words
from provenance.media.refusal import MediaRefused
from tests.assets import build, pairs
from tests.assets.pairs import RATE, recording, voice

SECONDS = 10
START, END = 3.013, 6.487
SPOKEN = voice(1, SECONDS)
REPLACED = SPOKEN.copy()
REPLACED[round(START * RATE):round(END * RATE)] = voice(7, SECONDS)[round(START * RATE):round(END * RATE)]


def measured(before: bytes, after: bytes, element=None):
    [one] = measuring.measure(io.BytesIO(before), io.BytesIO(after), element=element, bounds=Bounds()).measurements
    return one


def refusal(before: bytes, after: bytes, **how) -> MediaRefused:
    with pytest.raises(MediaRefused) as refused:
        measured(before, after, **how)
    assert refused.value.detail.endswith(".")
    return refused.value


def assert_found(one, start=START, end=END):
    [told] = one.ranges
    assert abs(told["start_s"] - start) <= 0.04 and abs(told["end_s"] - end) <= 0.04
    assert abs(float(one.share) - (end - start) / SECONDS) <= one.error


@pytest.mark.parametrize("form", pairs.FORMS)
def test_a_replaced_voice_is_found_to_forty_milliseconds(form):
    assert_found(measured(recording(SPOKEN, "wav24"), recording(REPLACED, form), "voice"))


@pytest.mark.parametrize("form", pairs.FORMS)
def test_recompression_alone_is_no_change_of_sound(form):
    one = measured(recording(SPOKEN, "wav24"), recording(SPOKEN, form))

    assert one.share <= 0.005 and one.share <= one.error


def test_gain_offset_rate_and_channels_are_no_change():
    plate = recording(SPOKEN)
    late = np.concatenate([np.zeros(4_800, np.float32), REPLACED[:-4_800]])

    assert measured(plate, recording(SPOKEN * 0.4)).share == 0
    assert_found(measured(plate, recording(REPLACED * np.linspace(1, 0.5, len(REPLACED), dtype=np.float32))))
    assert_found(measured(plate, recording(late)), START + 0.1, END + 0.1)
    assert_found(measured(plate, recording(REPLACED, rate=44_100)))
    assert_found(measured(plate, recording(np.stack([REPLACED, REPLACED]))))


def test_what_is_silenced_or_laid_over_is_changed():
    silenced, laid_over = SPOKEN.copy(), SPOKEN.copy()
    here = slice(round(START * RATE), round(END * RATE))
    silenced[here] = 0
    laid_over[here] += 0.3 * voice(7, SECONDS)[here]

    assert_found(measured(recording(SPOKEN), recording(silenced)))
    assert_found(measured(recording(SPOKEN), recording(laid_over)))


def test_wholly_other_sound_is_all_changed():
    assert measured(recording(SPOKEN), recording(voice(7, SECONDS))).share >= 0.98


def test_sound_of_another_length_or_kind_is_refused():
    plate = recording(SPOKEN)
    assert "lasts 10.00 s and that of the result 9.00 s" in refusal(plate, recording(SPOKEN[:-RATE])).detail
    assert refusal(plate, plate, element="picture").code in ("media.mismatch", "media.unmeasurable")
    assert refusal(plate, b"INT. HARBOR - DAY").code == "media.mismatch"
    nothing = recording(np.full(RATE, np.nan, np.float32), "float")
    assert "NaN" in refusal(nothing, nothing).detail


# ── Words ────────────────────────────────────────────────────────────────────────────────────────────────────────

SCRIPT = "INT. WHEELHOUSE – DUSK\n\nMIRA takes the wheel. In the glass she is thirty again.\n\n\tMIRA\n\tHarbor soon.\n"


def ranges(one) -> list[tuple[int, int]]:
    return [(told["start_word"], told["end_word"]) for told in one.ranges]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_changed_words_are_told_exactly_in_every_encoding(encoding):
    changed = SCRIPT.replace("thirty again", "twenty once more").replace("Harbor", "Harbour")

    one = measured(SCRIPT.encode(), changed.encode(encoding))

    told = changed.split()
    assert [told[start:end] for start, end in ranges(one)] == [["twenty", "once", "more."], ["Harbour"]]
    assert (one.share, one.error) == (pytest.approx(4 / len(told)), 0)


def test_spacing_composition_and_invisible_marks_are_no_change():
    assert measured("A café\nat  dusk".encode(), "A cafe\u0301 at\u200b du\u00adsk".encode()).share == 0


def test_words_left_out_touch_nothing_and_are_remarked():
    one = measured(b"one two three four", b"one four")
    assert one.share == 0 and one.remarks == ("2 words of the input were left out.",)


def test_a_script_is_the_same_as_text_and_as_a_word_document():
    assert measured(build.script_txt(), build.script_docx()).share == 0
    assert measured(build.script_pdf(), build.script_pdf()).share == 0


@pytest.mark.parametrize("table", [0, 200, 1 << 25])
def test_the_longest_common_row_is_found_in_halves_too(monkeypatch, table):
    monkeypatch.setattr(words, "LARGEST_TABLE", table)
    chance = np.random.default_rng(4)
    for size in (0, 1, 7, 30, 60):
        one, other = (list(map(str, chance.integers(0, 6, size + more))) for more in (0, 3))
        lengths = np.zeros((len(one) + 1, len(other) + 1), int)
        for row, word in enumerate(one):
            for column, its in enumerate(other):
                lengths[row + 1, column + 1] = (
                    lengths[row, column] + 1 if word == its else max(lengths[row, column + 1], lengths[row + 1, column])
                )
        found = words.common(one, other)
        assert len(found) == lengths[-1, -1] and found == sorted(set(found))


def test_a_document_that_unpacks_without_end_or_declares_entities_is_refused():
    def document(xml: bytes) -> bytes:
        target = io.BytesIO()
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as package:
            package.writestr("[Content_Types].xml", "<Types/>")
            package.writestr("word/document.xml", xml)
        return target.getvalue()

    bomb = document(b"<w:t>" + b" " * (40 * 1024 * 1024))
    entities = document(b'<!DOCTYPE a [<!ENTITY b "c">]><w:document xmlns:w="w"><w:t>&b;</w:t></w:document>')
    assert "unpacks to more than" in refusal(build.script_docx(), bomb).detail
    assert "document type" in refusal(build.script_docx(), entities).detail
    assert refusal(build.script_docx(), b"    \n").code == "media.unmeasurable"
