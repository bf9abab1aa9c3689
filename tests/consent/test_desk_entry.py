"""A lawyer enters a consent at the desk with its paper; what is unclear is said, and nothing of it is stored."""

from datetime import date

import pytest
from django.core.files.storage import default_storage

from consent.models import Evidence, Grant, ScopeLine
from registry.models import Event
from tests import cast as people
from tests.desk import FILES, at_the_desk, entry, line, rider

pytestmark = pytest.mark.django_db


def nothing_stored():
    kept = Grant.objects.exists() or Evidence.objects.exists() or Event.objects.exists() or ScopeLine.objects.exists()
    return not kept and not (default_storage.exists("evidence") and default_storage.listdir("evidence")[0])


def test_a_consent_is_entered_with_its_blocks_and_its_paper(cast):
    blocks = [
        line(0, territories="the European Union, US-CA; Germany", units="sh114, sh115", languages="en, de-AT",
             productions=[cast.harbor.public_id], last_day="2027-12-31"),
        line(1, effect="exclude", uses=["voice_clone", "singing_voice"], modalities=["voice"], territories="world"),
    ]  # fmt: skip
    answer = at_the_desk(cast.ines).post(f"{FILES}add/", entry(cast, lines=blocks))
    grant = Grant.objects.get()
    assert answer.status_code == 302 and answer.url == f"{FILES}{grant.public_id}/"
    revision = grant.revisions.get()
    assert (grant.person, grant.studio, grant.entered_by) == (cast.mira, cast.northlight, cast.ines)
    assert (revision.effective_from, revision.term_end) == (date(2026, 5, 3), date(2028, 5, 3))
    first, second = revision.lines.all()
    assert (first.territories, first.units, first.languages) == (["EU", "US-CA", "DE"], ["sh114", "sh115"], ["en", "de-AT"])
    assert list(first.productions.all()) == [cast.harbor] and first.end == date(2028, 1, 1)
    assert (second.effect, second.uses, second.territories) == ("exclude", ["voice_clone", "singing_voice"], ["WORLD"])
    assert Evidence.objects.get().sha256 == people.RIDER.sha256
    assert Event.objects.get(tag="grant:entered").reason == "Signed rider received by courier"


def test_blocks_left_blank_are_not_stored(cast):
    data = entry(cast) | {"lines-TOTAL_FORMS": "3", "lines-1-effect": "grant", "lines-2-effect": "grant"}
    at_the_desk(cast.ines).post(f"{FILES}add/", data)
    assert ScopeLine.objects.count() == 1


@pytest.mark.parametrize(("changes", "said"), [
    ({"reason": None}, "Say why"),
    ({"reason": "   "}, "Say why"),
    ({"papers": None}, "This field is required"),
    ({"papers": rider("rider.docx", b"PK\x03\x04 not a paper")}, "is not a PDF, JPEG or PNG"),
    ({"person": "per_unknown"}, "“per_unknown” is not on file."),
    ({"description": " "}, "This field is required"),
    ({"last_day": "2026-05-01"}, "The term ends before it begins"),
    ({"effective_from": "soon"}, "Enter a valid date"),
    ({"lines": []}, "Add at least one rights block"),
    ({"lines": [line(territories="Atlantis")]}, "is not a territory known here"),
    ({"lines": [line(uses=["mind_reading"])]}, "mind_reading is not one of the available choices"),
    ({"lines": [line(languages="klingon!")]}, "is not a language tag"),
    ({"lines": [line(start="2027-01-01", last_day="2026-12-31")]}, "The last day lies before the first"),
    ({"lines-TOTAL_FORMS": "x"}, "ManagementForm data is missing"),
])  # fmt: skip
def test_what_is_missing_or_unclear_is_said_and_nothing_is_stored(cast, changes, said):
    answer = at_the_desk(cast.ines).post(f"{FILES}add/", entry(cast, **changes))
    assert answer.status_code == 422 and said in answer.content.decode()
    assert nothing_stored()


def test_a_number_that_is_taken_is_refused(cast):
    people.entered(cast)
    answer = at_the_desk(cast.ines).post(f"{FILES}add/", entry(cast))
    assert answer.status_code == 409 and "There is a consent file C-0142 already" in answer.content.decode()
    assert Grant.objects.count() == 1 and Evidence.objects.count() == 1


def test_asking_for_one_more_block_keeps_what_was_typed_and_finds_no_fault(cast):
    answer = at_the_desk(cast.ines).post(f"{FILES}add/", entry(cast, reason=None) | {"more": "1"})
    page = answer.content.decode()
    assert answer.status_code == 200 and "lines-1-effect" in page and "C-0142" in page
    assert "faults" not in page and nothing_stored()


def test_return_enters_and_does_not_open_the_look_at_the_description(cast):
    """A browser presses the first button of the form."""
    page = at_the_desk(cast.ines).get(f"{FILES}add/").content.decode()
    assert page[page.index("data-entry") :].split("<button", 1)[1].startswith(" hidden>")


def test_somebody_else_s_authority_is_refused(cast):
    other = people.person(cast.northlight, "Ada Other", "A. Other", date(1950, 1, 1))
    lent = other.authorities.create(kind="executor", party="Estate", verified_by=cast.tobi, recorded_at=people.NOON)
    answer = at_the_desk(cast.ines).post(f"{FILES}add/", entry(cast, authority=lent.public_id, capacity="executor"))
    assert answer.status_code == 422 and "may speak for somebody else" in answer.content.decode()
    assert nothing_stored()


def test_an_amendment_begins_with_what_is_on_file_and_becomes_the_next_revision(cast):
    grant = people.verified(cast)
    desk = at_the_desk(cast.ines)
    page = desk.get(f"{FILES}{grant.public_id}/amend/").content.decode()
    assert 'value="World"' in page and 'value="2028-05-02"' in page and people.terms().description in page.replace("&#x27;", "'")
    struck = line(0) | {"lines-0-DELETE": "on"}
    data = entry(cast, lines=[struck, line(1, territories="Germany")], last_day="2029-05-02") | {"lines-INITIAL_FORMS": "1"}
    answer = desk.post(f"{FILES}{grant.public_id}/amend/", data)
    assert answer.status_code == 302
    latest = grant.revisions.last()
    assert (latest.number, latest.term_end) == (2, date(2029, 5, 3))
    assert [one.territories for one in latest.lines.all()] == [["DE"]]
    assert grant.revisions.first().lines.get().territories == ["WORLD"]


def test_an_amendment_without_a_reason_stores_nothing(cast):
    grant = people.verified(cast)
    answer = at_the_desk(cast.ines).post(f"{FILES}{grant.public_id}/amend/", entry(cast, reason=""))
    assert answer.status_code == 422 and grant.revisions.count() == 1 and Evidence.objects.count() == 1


def test_without_a_script_the_form_offers_a_blank_block_and_each_field_a_label(cast):
    page = at_the_desk(cast.ines).get(f"{FILES}add/").content.decode()
    assert "lines-0-territories" in page and 'name="more"' in page
    assert 'for="id_description"' in page and "<legend>Uses</legend>" in page
