"""Records at the desk: found by what they are about, stated on a form, confirmed beside the document, corrected, lifted."""

from datetime import date, timedelta
from io import BytesIO

import pytest
from django.utils import timezone
from pypdf import PdfReader

from consent import records
from consent.forms.catalogue import FORMS
from consent.models import Evidence, Statement
from registry.models import Authority, Event, Person
from tests import cast as world
from tests.cast import NOON, RIDER
from tests.desk import at_the_desk, rider

pytestmark = pytest.mark.django_db
RECORDS = "/admin/consent/statement/"
VETO = {
    "holder": "Tyburn Films", "encumbrance": "veto", "scope": "Any recreation", "status": "asserted", "source": "Letter of 1993",
}  # fmt: skip


def about(cast, subject, rest=""):
    return f"{RECORDS}about/{cast.northlight.public_id}/{getattr(subject, 'public_id', subject)}/{rest}"


def stated(cast, code="person.encumbrance", subject=None, details=VETO, by=None, **changes):
    return records.state(
        code, studio=cast.northlight, subject=(subject or cast.mira).public_id, details=details, by=by or cast.ines, at=NOON,
        reason="As the letter says", **changes,
    )  # fmt: skip


def reviewed(cast):
    details = {"community": "Iwi", "consultant": "H. Parata", "scope": "All", "result": "approved", "signed_on": "2026-07-01"}
    return stated(cast, "production.cultural_review", cast.harbor, details, evidence=RIDER)


def text(answer):
    return answer.content.decode()


def test_a_record_is_stated_on_its_form_and_shown_with_who_and_why(cast):
    desk = at_the_desk(cast.ines)
    address = about(cast, cast.mira, "state/person.encumbrance/")
    assert "Any recreation" not in text(desk.get(address)) and "Prior grant or veto" in text(desk.get(address))
    answer = desk.post(address, VETO | {"from_on": "1993-05-01", "reason": "Found in the estate’s papers"})
    record = Statement.objects.get()
    assert answer.status_code == 302 and answer.url == f"{RECORDS}{record.public_id}/"
    for page in (text(desk.get(answer.url)), text(desk.get(about(cast, cast.mira)))):
        for words in ("Tyburn Films", "1 May 1993", "In force", "Ines Roth", "Found in the estate’s papers", "Veto"):
            assert words in page


@pytest.mark.parametrize(("code", "said", "words"), [
    ("person.encumbrance", {"holder": ""}, "This field is required"),
    ("person.encumbrance", {"status": "forgotten"}, "not one of the available choices"),
    ("person.encumbrance", {"from_on": "2026-08-01", "to_on": "2026-07-01"}, "It ends before it begins"),
    ("person.encumbrance", {"reason": " "}, "Say why"),
    ("person.encumbrance", {"until": "2020-01-01T00:00"}, "It ends before it begins"),
    ("person.encumbrance", {"document": rider(content=b"MZ\x90")}, "is not a PDF, JPEG or PNG"),
    ("person.death", {"died_on": "2026-07-01"}, "This field is required"),
])  # fmt: skip
def test_what_cannot_be_is_refused_and_nothing_is_recorded(cast, code, said, words):
    answer = at_the_desk(cast.ines).post(about(cast, cast.mira, f"state/{code}/"), VETO | {"reason": "Letter"} | said)
    assert answer.status_code == 422 and words in text(answer)
    assert not Statement.objects.exists() and not Event.objects.exists() and not Evidence.objects.exists()


@pytest.mark.parametrize("about_what", sorted({form.about[0] for form in FORMS.values()} - {"asset"}))
def test_every_form_opens(cast, about_what):
    elsa = Person.objects.create(studio=cast.northlight, alias="E. Lenz", legal_name="Elsa Lenz", kind="deceased")
    subject = {
        "person": cast.mira, "production": cast.harbor, "studio": "global", "grant": None, "replica": None,
        "authority": Authority.objects.create(person=elsa, kind="heir", party="Ada", recorded_at=NOON),
    }[about_what]  # fmt: skip
    if about_what == "grant":
        subject = world.verified(cast)
    if about_what == "replica":
        subject = stated(cast, "replica.registered", details={
            "name": "Scan", "kind": "scan", "replica_class": "EBDR", "biometrics": "none", "owner": "N", "custodian": "P",
        })  # fmt: skip
    desk = at_the_desk(cast.ines)
    for code, form in FORMS.items():
        if form.about[0] == about_what:
            page = text(desk.get(about(cast, subject, f"state/{code}/")))
            assert form.title in page and all(f'name="{field.name}"' in page for field in form.fields), code


def test_the_list_of_forms_fits_the_subject_and_is_searched(cast):
    desk = at_the_desk(cast.ines)
    page = text(desk.get(about(cast, cast.mira, "state/")))
    assert "Prior grant or veto" in page and "Cultural review" not in page
    found = text(desk.get(about(cast, cast.mira, "state/?q=veto")))
    assert "Prior grant or veto" in found and "Publicity" not in found and "May be named in public" not in found
    assert "says “xyz”" in text(desk.get(about(cast, cast.mira, "state/?q=xyz")))


def test_a_second_person_confirms_beside_the_document_and_the_first_may_not(cast):
    record = reviewed(cast)
    address = f"{RECORDS}{record.public_id}/"
    assert "Waits for a second person" in text(at_the_desk(cast.tobi).get(address))
    assert "confirm/" not in text(at_the_desk(cast.ines).get(address))
    assert at_the_desk(cast.ines).post(f"{address}confirm/", {"reason": "Mine"}).status_code == 403
    assert Statement.objects.count() == 1
    desk = at_the_desk(cast.tobi)
    assert "I have compared it with the document" in text(desk.get(f"{address}confirm/"))
    answer = desk.post(f"{address}confirm/", {"reason": "Read the opinion"})
    page = text(desk.get(answer.url))
    assert answer.status_code == 302 and "In force" in page and "Ines Roth and Tobi Okafor" in page
    assert "Corrected" not in page and "confirm/" not in page


def test_who_stated_and_may_verify_is_told_to_leave_it_to_another(cast):
    details = {"signed_on": "2026-07-01", "rider": "R"}
    grant = world.verified(cast)
    record = stated(cast, "grant.reaffirmation", grant, details, by=cast.tobi, evidence=RIDER)
    answer = at_the_desk(cast.tobi).post(f"{RECORDS}{record.public_id}/confirm/", {"reason": "Mine"})
    assert answer.status_code == 403 and "once somebody else confirms it" in text(answer)
    assert Statement.objects.count() == 1


def test_a_correction_begins_with_what_is_on_record_and_strikes_it_through(cast):
    record = stated(cast, evidence=RIDER)
    desk = at_the_desk(cast.ines)
    address = f"{RECORDS}{record.public_id}/correct/"
    page = text(desk.get(address))
    assert 'value="Tyburn Films"' in page and 'value="Letter of 1993"' in page and "The document on record stays" in page
    answer = desk.post(address, VETO | {"status": "released", "reason": "Released in writing"})
    shown = text(desk.get(about(cast, cast.mira)))
    assert answer.status_code == 302 and "<s>Prior grant or veto</s>" in shown and "Released in writing" in shown
    again = desk.post(address, VETO | {"reason": "Once more"})
    assert again.status_code == 409 and Statement.objects.count() == 2


def test_a_lock_is_lifted_by_a_verifier_with_how_it_was_resolved(cast):
    lock = stated(cast, "lock.strike", cast.harbor, {"union": "SAG-AFTRA", "called_on": "2026-07-14"})
    address = f"{RECORDS}{lock.public_id}/lift/"
    said = {"outcome": "over", "resolved_on": "2026-07-20", "reason": "Ratified"}
    assert at_the_desk(cast.ines).post(address, said).status_code == 403
    assert at_the_desk(cast.tobi).post(address, said | {"outcome": ""}).status_code == 422
    assert Statement.objects.count() == 1
    assert at_the_desk(cast.tobi).post(address, said).status_code == 302
    assert "Lifted" in text(at_the_desk(cast.tobi).get(about(cast, cast.harbor)))
    assert at_the_desk(cast.ines).get(f"{RECORDS}{lock.public_id}/correct/").status_code == 404


def test_the_document_is_opened_on_the_record(cast):
    record = reviewed(cast)
    answer = at_the_desk(cast.ada).get(f"{RECORDS}{record.public_id}/paper/")
    assert b"%PDF" in answer.content and "Shown to Ada" in PdfReader(BytesIO(answer.content)).pages[0].extract_text()
    assert "sandbox" in answer["Content-Security-Policy"]
    assert Event.objects.get(tag="evidence:viewed").chain == cast.harbor.public_id
    assert at_the_desk(cast.ines).get(f"{RECORDS}{stated(cast).public_id}/paper/").status_code == 404


def test_what_is_private_is_read_only_by_those_who_may(cast):
    record = stated(cast)
    page = text(at_the_desk(cast.ada).get(f"{RECORDS}{record.public_id}/"))
    assert "Tyburn" not in page and "kept private" in page
    assert "Tyburn Films" in text(at_the_desk(cast.tobi).get(f"{RECORDS}{record.public_id}/"))


@pytest.mark.parametrize("rest", ["", "state/", "state/person.encumbrance/", "estate/"])
def test_another_studio_finds_nothing_and_a_reader_enters_nothing(cast, rest):
    record = stated(cast)
    for address in (about(cast, cast.mira, rest), f"{RECORDS}{record.public_id}/", f"{RECORDS}{record.public_id}/correct/"):
        assert at_the_desk(cast.sol).get(address).status_code == 404
    assert at_the_desk(cast.ada).get(about(cast, cast.mira, rest)).status_code == (403 if rest.startswith("state/") else 200)
    theirs = f"{RECORDS}about/{cast.southgate.public_id}/{cast.mira.public_id}/{rest}"
    assert at_the_desk(cast.sol).get(theirs).status_code == 404
    for act in ("correct", "lift", "confirm"):
        assert at_the_desk(cast.ada).post(f"{RECORDS}{record.public_id}/{act}/", {"reason": "R"}).status_code == 403
    assert Statement.objects.count() == 1


def test_a_form_that_does_not_fit_the_subject_is_no_page(cast):
    for code in ("production.cultural_review", "lock.resolution", "nothing"):
        assert at_the_desk(cast.ines).get(about(cast, cast.mira, f"state/{code}/")).status_code == 404


def test_the_list_says_what_about_whom_and_filters_what_waits(cast):
    stated(cast)
    reviewed(cast)
    page = text(at_the_desk(cast.ada).get(RECORDS))
    assert "Prior grant or veto" in page and "M. Vale" in page and "Cultural review" in page and "Harbor" in page
    waits = text(at_the_desk(cast.ada).get(f"{RECORDS}?second=waits"))
    assert "Cultural review" in waits and "Prior grant or veto" not in waits
    estate = text(at_the_desk(cast.ada).get(f"{RECORDS}?topic=The+estate"))
    assert "Prior grant or veto" in estate and "Cultural review</a>" not in estate
    assert "Prior grant or veto" in b"".join(at_the_desk(cast.ada).get(f"{RECORDS}export/").streaming_content).decode()
    assert "Nothing is on record yet" in text(at_the_desk(cast.sol).get(RECORDS))


def test_what_is_due_is_told_soonest_first_and_overdue_in_words(cast):
    kit = world.person(cast.northlight, "Kit Moreau", "K.", timezone.now().date().replace(year=timezone.now().year - 18))
    Person.objects.filter(pk=kit.pk).update(never_public=True)
    order = {"court": "LASC", "number": "1", "served_at": "2026-07-01T12:00:00Z", "orders": "Stop"}
    stated(cast, "lock.court_order", details=order)
    page = text(at_the_desk(cast.ada).get(f"{RECORDS}due/"))
    assert "Overdue" in page and "Everything the court order names must have stopped" in page and "M. Vale" in page
    assert "Nothing is due" in text(at_the_desk(cast.sol).get(f"{RECORDS}due/"))


def test_an_estate_is_a_list_within_a_list_with_shares_and_what_was_searched(cast):
    elsa = Person.objects.create(
        studio=cast.northlight, alias="E. Lenz", legal_name="Elsa Lenz", kind="deceased", death_date=date(2001, 2, 3)
    )
    ada, ben = (Authority.objects.create(person=elsa, kind="heir", party=who, recorded_at=NOON) for who in ("Ada", "Ben"))
    for subject, share, source in ((ada, "60", ""), (ben, "20", ada.public_id)):
        details = {"share_percent": share, "title_words": "Will", "derives_from": source, "group": "heirs"}
        draft = stated(cast, "authority.title", subject, details, evidence=RIDER)
        records.confirm(draft, by=cast.tobi, at=NOON + timedelta(hours=1), reason="Read")
    stated(cast, subject=elsa)
    page = text(at_the_desk(cast.ada).get(about(cast, elsa, "estate/")))
    assert page.index("Heir, Ada") < page.index("Heir, Ben") and "80 per cent on record" in page and "60 %" in page
    assert "Prior grant or veto" in page and "No search is on record" in page and "No registration number" in page


@pytest.mark.parametrize("page", ["registry/person/{mira}/", "registry/production/{harbor}/", "consent/grant/{grant}/"])
def test_records_are_one_step_from_what_they_are_about(cast, page):
    named = {"mira": cast.mira, "harbor": cast.harbor, "grant": world.verified(cast)}
    address = "/admin/" + page.format(**{name: row.public_id for name, row in named.items()})
    [subject] = [row for name, row in named.items() if name in page]
    assert about(cast, subject) in text(at_the_desk(cast.ada).get(address))
