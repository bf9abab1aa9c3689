"""“Can we use it?”: the desk asks, reads the answer in sentences, keeps it, and prints a certificate of it."""

import hashlib
import json
import re
from datetime import date, datetime, time, timedelta
from io import BytesIO
from urllib.parse import urlencode

import pytest
import rfc8785
from django.utils import timezone
from pypdf import PdfReader

from consent import clearance, facts, outlook
from consent.answer_in_words import outcome_in_words
from consent.models import Decision
from registry.models import Person
from tests import cast as people
from tests.desk import at_the_desk

pytestmark = pytest.mark.django_db
ASK = "/admin/consent/decision/ask/"
BUT_CHINA = people.grants.Line(effect="exclude", uses=("de_aging",), modalities=("face",), territories=("CN",))


@pytest.fixture
def cast(db):
    cast = people.assemble()
    people.verified(cast, at=timezone.now() - timedelta(days=1), lines=(people.FACE_WORLD, BUT_CHINA))
    return cast


@pytest.fixture
def desk(cast):
    return at_the_desk(cast.ines)


def asked(cast, *persons, **changes):
    """What the question form sends: the release of a de-aged face in four countries, today."""
    persons = persons or (who(cast),)
    said = {
        "production": cast.harbor.public_id, "act": "release", "day": f"{timezone.now():%Y-%m-%d}",
        "territories": "US, DE, FR, CN", "who-TOTAL_FORMS": str(len(persons)), "who-INITIAL_FORMS": "0", "ask": "1",
    }  # fmt: skip
    for number, one in enumerate(persons):
        said |= {f"who-{number}-{name}": value for name, value in one.items()}
    return said | changes


def who(cast, **changes):
    return {
        "person": cast.mira.public_id, "role": "target_likeness", "modality": "face", "use": "de_aging",
    } | changes  # fmt: skip


def text(response):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


# --- asking -----------------------------------------------------------------------------------------------------------


def test_the_page_begins_with_the_production_and_then_offers_its_cast(desk, cast):
    first = text(desk.get(ASK))
    assert "Choose the work first" in first and "M. Vale" not in first
    second = desk.get(ASK, {"production": cast.harbor.public_id}).content.decode()
    assert "M. Vale" in second and "Jon Abara" in second and 'id="answer"' not in second


def test_the_answer_comes_first_in_a_sentence_and_then_place_by_place(desk, cast):
    page = text(desk.get(ASK, asked(cast)))
    assert "Not cleared in China" in page
    assert "Cleared in France, Germany and United States." in page
    assert re.search(r"China Excluded Not cleared .*France, Germany and United States Cleared Cleared", page)
    assert "Consent C-0142 (revision 1) of M. Vale excludes de-aging (face) in China." in page
    assert "An amendment signed by M. Vale" in page


def test_asking_keeps_nothing_until_it_is_saved(desk, cast):
    desk.get(ASK, asked(cast))
    assert not Decision.objects.exists()


def test_what_is_saved_is_kept_with_what_it_stood_on_and_replays(desk, cast):
    said = asked(cast, territories="US, DE")
    response = desk.post(f"{ASK}?{_query(said)}")
    kept = Decision.objects.get()
    assert response.status_code == 302 and response["Location"] == f"/admin/consent/decision/{kept.public_id}/"
    assert (kept.outcome, kept.purpose, kept.requester) == ("permit", "clearance", cast.northlight)
    assert clearance.replay(kept) == kept.decision_hash
    page = text(desk.get(response["Location"]))
    assert "Cleared in Germany and United States" in page and "C-0142 , revision 1, of M. Vale" in page


def test_a_day_to_come_is_answered_from_the_file_as_it_stands(desk, cast):
    page = text(desk.get(ASK, asked(cast, day="2028-05-03", territories="US")))
    assert "Not cleared in United States" in page and "ran until 2 May 2028" in page and "Asked of 3 May 2028" in page


def test_the_page_says_from_when_the_answer_will_be_another(desk, cast):
    page = text(desk.get(ASK, asked(cast, territories="US, DE")))
    assert "From 3 May 2028 : Not cleared in Germany and United States" in page


@pytest.mark.parametrize("said, words", [
    ({"territories": "Atlantis"}, "is not a territory known here"),
    ({"day": ""}, "This field is required"),
    ({"day": "2026-13-41"}, "Enter a valid date"),
    ({"units": "sh999"}, "has no scene or shot of the code “sh999”"),
    ({"who-0-person": "per_someone-elses"}, "is not one of the available choices"),
    ({"who-0-use": "levitation"}, "is not one of the available choices"),
    ({"who-TOTAL_FORMS": "999999"}, "Please submit at most 40 forms"),
    ({"who-0-depicted_age": "-3"}, "greater than or equal to 0"),
])  # fmt: skip
def test_what_cannot_be_asked_is_said_beside_the_form_and_nothing_is_kept(desk, cast, said, words):
    response = desk.get(ASK, asked(cast, **said))
    assert response.status_code == 422 and words in text(response).replace("&quot;", "“")
    assert desk.post(f"{ASK}?{_query(asked(cast, **said))}").status_code == 422
    assert not Decision.objects.exists()


def test_one_more_person_can_be_asked_about_without_a_script(desk, cast):
    said = {name: value for name, value in asked(cast).items() if name != "ask"} | {"more": "1"}
    page = desk.get(ASK, said).content.decode()
    assert 'name="who-1-person"' in page and 'id="answer"' not in page and "This field is required" not in page


def test_return_asks_and_does_not_add_a_person(desk, cast):
    """A browser presses the first button of the form."""
    page = desk.get(ASK, {"production": cast.harbor.public_id}).content.decode()
    assert re.findall(r"<button[^>]*", page[page.index("The question") :])[0] == '<button name="ask" value="1" hidden'


def test_of_two_people_the_worst_answer_counts_and_each_has_a_column(desk, cast):
    jon = who(cast, person=cast.jon.public_id, role="driving_performer", modality="performance", use="performance_transfer")
    page = text(desk.get(ASK, asked(cast, who(cast), jon, territories="US")))
    assert "M. Vale – face, de-aging" in page and "Jon Abara – performance, transfer of a performance" in page
    assert re.search(r"United States Cleared No consent on file Not cleared", page)


def test_somebody_not_identified_needs_counsel_and_nobody_real_needs_no_consent(desk, cast):
    somebody = who(cast, person="unidentified")
    assert "Needs counsel in United States" in text(desk.get(ASK, asked(cast, somebody, territories="US")))
    nobody = who(cast, person="nobody", use="synthetic_character")
    assert "somebody not identified" not in text(desk.get(ASK, asked(cast, nobody, territories="US")))


def test_another_studios_production_is_not_there_to_ask_about(cast):
    southgate = at_the_desk(cast.sol)
    response = southgate.get(ASK, asked(cast))
    assert "M. Vale" not in response.content.decode() and "Harbor" not in text(response)
    assert "No production is on file yet" in text(response)


# --- what was kept ------------------------------------------------------------------------------------------------------


@pytest.fixture
def kept(cast, desk):
    desk.post(f"{ASK}?{_query(asked(cast))}")
    return Decision.objects.get()


def test_the_certificate_is_a_pdf_that_names_the_decision_and_its_hash(desk, kept):
    response = desk.get(f"/admin/consent/decision/{kept.public_id}/certificate.pdf")
    assert response.status_code == 200 and response["Content-Type"] == "application/pdf"
    assert response.content.startswith(b"%PDF-") and response.content.rstrip().endswith(b"%%EOF")
    words = " ".join(page.extract_text() for page in PdfReader(BytesIO(response.content)).pages)
    assert kept.public_id in words and kept.decision_hash in words.replace("\n", "")


def test_a_hostile_name_stays_text_in_the_certificate(desk, cast, kept):
    Person.objects.filter(pk=cast.mira.pk).update(alias="<b>M</b> & \u202eelaV <img src=x>")
    assert desk.get(f"/admin/consent/decision/{kept.public_id}/certificate.pdf").status_code == 200


def test_names_and_labels_in_chinese_japanese_and_korean_are_written_in_the_certificate(desk, cast, kept):
    """The house's own font has no shapes for them: they were boxes on the page, and lost when copied from it."""
    Person.objects.filter(pk=cast.mira.pk).update(alias="梁朝偉 はるか 송강호")
    response = desk.get(f"/admin/consent/decision/{kept.public_id}/certificate.pdf")
    words = " ".join(page.extract_text() for page in PdfReader(BytesIO(response.content)).pages)
    assert "梁朝偉 はるか 송강호" in words and "人工智能生成" in words


def test_the_decision_as_data_carries_the_hash_of_its_answer(desk, kept):
    told = json.loads(desk.get(f"/admin/consent/decision/{kept.public_id}/decision.json").content)
    assert told["hash"] == hashlib.sha256(rfc8785.dumps(told["answer"])).hexdigest() == kept.decision_hash
    assert "Valeska" not in json.dumps(told)


def test_decisions_are_listed_found_and_filtered(desk, kept):
    assert "Not cleared" in text(desk.get("/admin/consent/decision/", {"outcome": "deny"}))
    assert "Harbor" not in desk.get("/admin/consent/decision/", {"outcome": "permit"}).content.decode().split("results", 1)[-1]
    assert kept.public_id in desk.get("/admin/consent/decision/", {"q": "harb"}).content.decode()


def test_another_studio_finds_no_decision_of_this_one(cast, kept):
    southgate = at_the_desk(cast.sol)
    for page in ("", "certificate.pdf", "decision.json"):
        assert southgate.get(f"/admin/consent/decision/{kept.public_id}/{page}").status_code == 404


# --- how an answer changes ------------------------------------------------------------------------------------------------


def _put(cast, **changes):
    depiction = facts.Depiction("1", cast.mira.public_id, "target_likeness", "face", "de_aging")
    question = clearance.Question(act="release", depictions=(depiction,), territories=("US",), **changes)
    return clearance.put(question, production=cast.harbor, at=timezone.now())


def test_an_ending_received_for_a_later_day_shows_before_it_comes(cast):
    grant = cast.mira.grants.get()
    later = timezone.now() + timedelta(days=40)
    people.endings.end(
        grant, kind="withdrawn", mode="cease_all", received_at=timezone.now(), effective_at=later, by=cast.ines,
        at=timezone.now(), reason="Letter of the performer",
    )  # fmt: skip
    put = _put(cast)
    found = outlook.changes(put, clearance.record_with_packs(put, cast.northlight))
    assert [one.day for one in found][0] == later.date() + timedelta(days=1)
    assert found[0].decision.outcome == "deny"


def test_every_change_told_is_what_the_question_answers_on_that_day_and_not_the_day_before(cast):
    put = _put(cast)
    for change in outlook.changes(put, clearance.record_with_packs(put, cast.northlight)):
        then = datetime.combine(change.day, time(), tzinfo=people.NOON.tzinfo)
        on = [_answered(cast, then), _answered(cast, then - timedelta(seconds=1))]
        assert on[0].by_territory == change.decision.by_territory != on[1].by_territory


def _answered(cast, as_of):
    put = _put(cast, as_of=as_of)
    return clearance.decision.decide(put, clearance.record_with_packs(put, cast.northlight))


def test_nothing_is_told_where_nothing_will_change(cast):
    put = _put(cast, as_of=datetime.combine(date(2040, 1, 1), time(), tzinfo=people.NOON.tzinfo))
    assert outlook.changes(put, clearance.record_with_packs(put, cast.northlight)) == ()


def test_each_outcome_has_one_phrase_with_its_places():
    assert outcome_in_words({"DE": "permit", "CN": "deny", "FR": "review"}) == (
        "Not cleared in China; needs counsel in France; cleared in Germany"
    )


def _query(said):
    return urlencode(said)


# --- finished work --------------------------------------------------------------------------------------------------------


def test_a_work_finished_before_the_consent_ran_out_may_still_be_released(desk, cast):
    said = asked(cast, day="2028-06-01", territories="US")
    assert "Not cleared in United States" in text(desk.get(ASK, said))
    page = text(desk.get(ASK, said | {"fixed_on": "2028-05-01"}))
    assert "Cleared in United States" in page
    assert "C-0142 (revision 1) of M. Vale ended on 2 May 2028; what was finished before may be released." in page


@pytest.mark.parametrize("said", [{"fixed_on": "2028-05-03"}, {"fixed_on": "2028-05-01", "act": "promote"},
                                  {"fixed_on": "2028-05-01", "act": "generate"}])  # fmt: skip
def test_what_was_finished_on_the_day_it_ended_or_is_made_anew_may_not(desk, cast, said):
    assert "Not cleared in United States" in text(desk.get(ASK, asked(cast, day="2028-06-01", territories="US") | said))


@pytest.mark.parametrize(("mode", "answer"), [("prospective_new_use", "Cleared"), ("no_new_release", "Not cleared"),
                                              ("cease_all", "Not cleared"), ("annul", "Needs counsel")])  # fmt: skip
def test_an_ending_leaves_of_finished_work_what_its_mode_leaves(desk, cast, mode, answer):
    at, kind = timezone.now(), "annulled" if mode == "annul" else "withdrawn"
    people.endings.end(
        cast.mira.grants.get(), kind=kind, mode=mode, received_at=at, effective_at=at, by=cast.ines, at=at,
        reason="Letter of the performer", **({"confirmed_by": cast.tobi} if mode == "annul" else {}),
    )  # fmt: skip
    later, before = f"{at + timedelta(days=9):%Y-%m-%d}", f"{at - timedelta(days=1):%Y-%m-%d}"
    page = text(desk.get(ASK, asked(cast, day=later, territories="US", fixed_on=before)))
    assert f"{answer} in United States" in page


def test_what_is_finished_after_the_day_asked_about_is_no_question(desk, cast):
    response = desk.get(ASK, asked(cast, fixed_on="2030-01-01"))
    assert response.status_code == 422 and "cannot have been finished after the day" in text(response)
