"""“May I do this to this person in this shot?”: the programs' own question, asked in a form, kept and answered in words."""

import pytest
from django.utils import timezone

from consent.models import Decision
from tests import cast as people
from tests.vendor.people import page

pytestmark = pytest.mark.django_db


def address(cast):
    return f"/vendor/productions/{cast.harbor.public_id}/ask/"


def question(cast, **changes):
    return {
        "person": cast.mira.public_id, "use": "de_aging", "modality": "face", "role": "target_likeness", "units": "sh114",
        "territories": "Germany, US", "act": "release", "day": "", "routine_reason": "",
    } | changes  # fmt: skip


def test_an_answer_is_kept_linked_and_told_in_words_and_again_as_it_is_today(cast, board):
    answer = board.post(address(cast), question(cast))
    kept = Decision.objects.get(purpose="clearance")
    assert answer.url == f"/vendor/clearances/{kept.public_id}/" and kept.requester == cast.parallax
    told = page(board, answer.url)
    assert "Not cleared in Germany and United States" in told and "No consent of M. Vale is on file" in told
    assert "the answer is the same" in told
    people.verified(cast, at=timezone.now())
    told = page(board, answer.url)
    assert "Not cleared in Germany" in told and "the answer is another" in told and "Cleared" in told
    production = page(board, f"/vendor/productions/{cast.harbor.public_id}/")
    assert answer.url in production and '<span class="tag ">Cleared</span> today' in production
    assert Decision.objects.count() == 1


def test_the_answer_names_no_contract(cast, board):
    people.verified(cast, at=timezone.now())
    told = page(board, board.post(address(cast), question(cast)).url)
    assert "Cleared" in told and "C-0142" not in told and "rider" not in told.lower()


@pytest.mark.parametrize(("changes", "words"), [
    ({"person": ""}, "Who"), ({"units": "sh999"}, "has no scene or shot"), ({"territories": "Atlantis"}, "not a territory"),
    ({"day": "soon"}, "valid date"), ({"use": "magic"}, "Select a valid choice"),
])  # fmt: skip
def test_what_cannot_be_asked_is_told_on_the_form_and_nothing_is_kept(cast, board, changes, words):
    answer = board.post(address(cast), question(cast, **changes))
    assert answer.status_code == 422 and words in answer.content.decode() and not Decision.objects.exists()


def test_a_link_fills_the_question_in(cast, board):
    told = page(board, f"{address(cast)}?person={cast.mira.public_id}&units=sh114")
    assert f'value="{cast.mira.public_id}" selected' in told and 'value="sh114"' in told


def test_an_answer_to_the_studio_is_not_a_vendors_to_read(cast, board):
    board.post(address(cast), question(cast))
    kept = Decision.objects.get()
    theirs = Decision.objects.create(**{
        field.name: getattr(kept, field.name) for field in Decision._meta.concrete_fields
        if field.name not in ("id", "public_id", "requester")}, requester=cast.northlight)  # fmt: skip
    assert page(board, f"/vendor/clearances/{theirs.public_id}/", 404)
