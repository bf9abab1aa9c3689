"""A second look at a description of use: signs, where in the text, and never a judgement."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consent import description_lint
from consent.description_lint import OPEN_WORDS, around, look_over
from consent.models import Grant
from tests.desk import at_the_desk, entry

GOOD = "De-aging of the performer's face in scenes 110 to 118 of “Harbor” to an apparent age of thirty."
ABSENT = ["no_use", "no_act", "no_scene", "no_production"]


def found(text, **known):
    return [(one.code, text[one.start : one.end]) for one in look_over(text, **known)]


def codes(text, **known):
    return [one.code for one in look_over(text, **known)]


def test_a_description_that_names_everything_has_nothing_to_look_at():
    assert look_over(GOOD) == ()


@pytest.mark.parametrize(
    "words, code",
    [
        ("for any and all purposes", "purposes"),
        ("for any purpose whatsoever", "purposes"),
        ("for all purposes", "purposes"),
        ("for any lawful purpose", "purposes"),
        ("in perpetuity", "perpetuity"),
        ("perpetually", "perpetuity"),
        ("forever", "perpetuity"),
        ("in media now known or hereafter devised", "future_media"),
        ("whether now known", "future_media"),
        ("in any and all media", "future_media"),
        ("throughout the universe", "universe"),
        ("Throughout The UNIVERSE", "universe"),
        ("in its sole discretion", "discretion"),
        ("in Producer’s sole discretion", "discretion"),
        ("as Producer sees fit", "discretion"),
        ("including but not limited to posters", "not_a_list"),
        ("including, without limitation, posters", "not_a_list"),
        ("in any manner whatsoever", "any_manner"),
        ("and any future productions", "works_to_come"),
        ("and sequels, prequels and remakes", "works_to_come"),
        ("by any means", "any_technology"),
        ("using any technology", "any_technology"),
    ],
)
def test_words_that_leave_it_open_are_found_where_they_stand(words, code):
    text = f"{GOOD[:-1]}, {words}."
    findings = look_over(text)
    assert {one.code for one in findings} == {code}
    assert all(text[one.start : one.end] in words for one in findings)


@pytest.mark.parametrize(
    "text, code",
    [
        ("Release of scenes 110 to 118 of “Harbor”.", "no_use"),
        ("Voice model for the lines of scene 4 of “Harbor”.", "no_act"),
        (GOOD.replace("in scenes 110 to 118 ", ""), "no_scene"),
        (GOOD.replace("of “Harbor” ", ""), "no_production"),
    ],
)
def test_what_is_not_named_is_said_of_the_whole_text(text, code):
    assert found(text) == [(code, "")]


def test_a_title_on_file_names_the_production_without_quotation_marks():
    plain = GOOD.replace("“Harbor”", "HARBOR")
    assert codes(plain) == ["no_production"]
    assert codes(plain, titles=["Harbor"]) == []
    assert codes(plain, titles=["", " "]) == ["no_production"]


def test_the_worst_description_is_told_word_by_word():
    text = (
        "Producer may do as it sees fit, for any and all purposes, in all media now known or hereafter devised, throughout the "
        "universe, in perpetuity."
    )
    assert found(text) == [
        ("discretion", "as it sees fit"), ("purposes", "any and all purposes"), ("future_media", "all media"),
        ("future_media", "now known or hereafter devised"), ("universe", "throughout the universe"),
        ("perpetuity", "in perpetuity"), *((code, "") for code in ABSENT),
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["", "  \n"])
def test_of_nothing_written_nothing_is_said(text):
    assert look_over(text) == ()


def test_no_sentence_judges():
    said = [says for _, _, says in (*OPEN_WORDS, *description_lint.NOTHING_NAMED)] + [description_lint.NO_PRODUCTION]
    for sentence in said:
        assert not re.search(r"\b(specific|valid|invalid|enforceable|unenforceable|sufficient|must|illegal)\b", sentence)


words = st.sampled_from([
    "any and all purposes", "in perpetuity", "now known or hereafter devised", "throughout the universe", "scene", "“Harbor”",
    "any manner", "including", "without limitation", "sequels,", "\n", "De-aging", "as it sees fit", "İ", "\u202e",
])  # fmt: skip


@given(st.text() | st.lists(words | st.text(max_size=8), max_size=12).map(" ".join), st.lists(words, max_size=3))
def test_it_never_fails_and_every_place_lies_in_the_text(text, titles):
    for one in look_over(text, titles=titles):
        assert 0 <= one.start <= one.end <= len(text)
        assert (one.start == one.end) is (one.code in ABSENT)
        before, quoted, after = around(text, one)
        assert before + quoted + after in text
        assert one.says


@pytest.mark.parametrize("piece", ["sequels ", "any and all ", "now known or ", "any ", "a" * 50, "“", "in its sole "])
def test_a_long_text_is_read_at_once(piece):
    """The longest that the form takes; a pattern that goes back and forth would not end."""
    look_over((piece * 20_000)[:20_000])


# --- at the desk ------------------------------------------------------------------------------------------------------

OPEN = "Any and all purposes, in perpetuity."
FILE = "/admin/consent/grant/"


def page(answer):
    return re.sub(r"\s+", " ", answer.content.decode())


@pytest.mark.django_db
class TestAtTheDesk:
    @pytest.fixture
    def desk(self, cast):
        return at_the_desk(cast.ines)

    def test_it_is_looked_over_before_it_is_entered_and_nothing_is_stored(self, cast, desk):
        told = page(desk.post(f"{FILE}description/", {"description": OPEN}))
        assert "<mark>Any and all purposes</mark>" in told and "<mark>in perpetuity</mark>" in told
        assert "No production is named" in told and "a lawyer’s determination" in told
        assert not Grant.objects.exists()

    def test_what_names_everything_is_told_so(self, cast, desk):
        told = page(desk.post(f"{FILE}description/", {"description": GOOD}))
        assert "It names a use, an act, a scene and a production" in told and "Worth a second look" not in told

    def test_hostile_text_stays_text(self, cast, desk):
        told = page(desk.post(f"{FILE}description/", {"description": "<script>alert(1)</script> in perpetuity"}))
        assert "<mark>in perpetuity</mark>" in told and "<script>alert" not in told

    def test_it_never_blocks_and_stands_with_the_consent_and_for_the_second_lawyer(self, cast, desk):
        assert desk.post(f"{FILE}add/", entry(cast, description=OPEN)).status_code == 302
        grant = Grant.objects.get()
        told = page(desk.get(f"{FILE}{grant.public_id}/"))
        assert "<mark>in perpetuity</mark>" in told
        assert "<mark>in perpetuity</mark>" in page(desk.get(f"{FILE}{grant.public_id}/amend/"))
        second = at_the_desk(cast.tobi)
        assert "<mark>in perpetuity</mark>" in page(second.get(f"{FILE}{grant.public_id}/verify/"))
        assert second.post(f"{FILE}{grant.public_id}/verify/", {"reason": "Compared"}).status_code == 302
        assert grant.revisions.get().verification.verified_by == cast.tobi

    def test_a_form_that_comes_back_has_it_too(self, cast, desk):
        answer = desk.post(f"{FILE}add/", entry(cast, description=OPEN, reason=""))
        assert answer.status_code == 422 and "<mark>in perpetuity</mark>" in page(answer)
        assert not Grant.objects.exists()

    def test_only_who_enters_has_the_page(self, cast, desk):
        assert at_the_desk(cast.ada).post(f"{FILE}description/", {"description": OPEN}).status_code == 403
