"""With thousands on file a form lists none of them: a name or an id is written, and what fits several or nobody is said so."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.html import escape

from consent.models import Decision, Grant
from registry.admin.choosing import MOST_LISTED
from registry.models import Person, Production
from tests.consent.test_desk_productions import PRODUCTIONS, said
from tests.desk import FILES, at_the_desk, entry, line

pytestmark = pytest.mark.django_db
MANY, MOST_QUERIES, MOST_BYTES = 10_000, 50, 100_000
ASK, RIDER, USAGE = "/admin/consent/decision/ask/", "/admin/consent/rider/add/", "/admin/usage/"


def crowd(cast, number):
    people = Person.objects.bulk_create(Person(studio=cast.northlight, alias=f"Extra {one:05}") for one in range(number))
    Production.objects.bulk_create(Production(studio=cast.northlight, title=f"Film {one:05}") for one in range(number))
    return people


@pytest.fixture
def many(cast):
    crowd(cast, MOST_LISTED + 1)
    return cast


def written(cast, **changes):
    """The production form with names where it has ids."""
    return said(cast, **changes) | {"cast": "m. vale\nExtra 00007\n"}


def add(cast, data):
    return at_the_desk(cast.ines).post(f"{PRODUCTIONS}add/", data)


def test_with_ten_thousand_on_file_forms_open_with_few_questions_and_list_nobody(cast):
    cast.harbor.cast.add(*crowd(cast, MANY))
    client = at_the_desk(cast.ines)
    harbor = f"{ASK}?production={cast.harbor.public_id}"
    for address in (f"{PRODUCTIONS}add/", f"{FILES}add/", f"{RIDER}", ASK, harbor, "/admin/consent/decision/reuse/"):
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(address)
        page = answer.content.decode()
        assert answer.status_code == 200 and len(queries) <= MOST_QUERIES, address
        assert len(page) < MOST_BYTES and "Extra 0" not in page and "Film 0" not in page, address


def test_while_there_are_few_they_are_listed(cast):
    page = at_the_desk(cast.ines).get(f"{PRODUCTIONS}add/").content.decode()
    assert f'value="{cast.mira.public_id}"' in page and "data-suggest" not in page


def test_people_and_works_are_written_by_name_whatever_their_capitals_or_by_id(many):
    answer = add(many, written(many, parent=many.harbor.public_id))
    made = Production.objects.get(title="Harbor II")
    assert answer.status_code == 302 and made.parent == many.harbor
    assert {one.alias for one in made.cast.all()} == {"M. Vale", "Extra 00007"}


def test_a_consent_is_entered_by_names(many):
    block = line(productions="Harbor\nFilm 00003")
    answer = at_the_desk(many.ines).post(f"{FILES}add/", entry(many, person="M. Vale", production="harbor", lines=[block]))
    grant = Grant.objects.get()
    assert answer.status_code == 302 and (grant.person, grant.production) == (many.mira, many.harbor)
    assert {one.title for one in grant.revisions.get().lines.get().productions.all()} == {"Harbor", "Film 00003"}


def test_a_link_s_id_is_shown_as_the_name(many):
    page = at_the_desk(many.ines).get(f"{FILES}add/").content.decode()
    assert many.mira.public_id not in page
    page = at_the_desk(many.ines).get(f"{RIDER}?person={many.mira.public_id}").content.decode()
    assert 'value="M. Vale"' in page


def test_a_name_nobody_has_is_said_with_what_was_probably_meant(many):
    page = add(many, said(many) | {"cast": "Vale\nNobody Such"}).content.decode()
    assert "“Vale” is not on file. Did you mean M. Vale?" in page and "“Nobody Such” is not on file." in page
    assert not Production.objects.filter(title="Harbor II").exists()


def test_a_name_that_several_have_is_asked_after_by_id_and_the_id_is_taken(many):
    twin = Person.objects.create(studio=many.northlight, alias="M. Vale")
    answer = add(many, said(many) | {"cast": "M. Vale"})
    page = answer.content.decode()
    assert answer.status_code == 422 and "Several are called “M. Vale”. Write the id of the one that is meant" in page
    assert twin.public_id in page and not Production.objects.filter(title="Harbor II").exists()
    assert add(many, said(many) | {"cast": twin.public_id}).status_code == 302
    assert list(Production.objects.get(title="Harbor II").cast.all()) == [twin]


@pytest.mark.parametrize("by", ["alias", "public_id"])
def test_nobody_on_another_studio_s_files_can_be_chosen_or_is_told_of(many, by):
    theirs = Person.objects.create(studio=many.southgate, alias="Hidden Star")
    client = at_the_desk(many.ines)
    answer = client.post(f"{FILES}add/", entry(many, person=getattr(theirs, by)))
    assert answer.status_code == 422 and f"“{getattr(theirs, by)}” is not on file.<" in answer.content.decode()
    assert add(many, said(many) | {"cast": getattr(theirs, by)}).status_code == 422
    assert "Did you mean" not in client.post(f"{FILES}add/", entry(many, person="Hidden")).content.decode()
    assert not Grant.objects.exists() and not Production.objects.filter(title="Harbor II").exists()


def test_what_was_written_stays_while_something_else_is_wrong(many):
    page = add(many, written(many, reason="", title="<b>")).content.decode()
    assert "m. vale\nExtra 00007" in page and escape("<b>") in page


def test_of_a_large_cast_it_is_written_who_is_depicted(many):
    many.harbor.cast.add(*Person.objects.filter(studio=many.northlight))
    for who, person in (("M. Vale", many.mira.public_id), ("unidentified", None)):
        question = {
            "production": many.harbor.public_id, "act": "release", "day": "2026-07-20", "territories": "DE", "ask": "1",
            "who-TOTAL_FORMS": "1", "who-INITIAL_FORMS": "0", "who-0-person": who, "who-0-role": "target_likeness",
            "who-0-modality": "face", "who-0-use": "de_aging",
        }  # fmt: skip
        answer = at_the_desk(many.ines).post(ASK, query_params=question)
        assert answer.status_code == 302
        assert Decision.objects.latest("pk").request["depictions"][0]["person"] == person


# ── What is proposed ─────────────────────────────────────────────────────────────────────────────────────────────────


def proposed(user, said, of="registry/person"):
    return at_the_desk(user).get(f"/admin/{of}/suggest/", {"said": said})


def test_names_are_proposed_a_few_at_a_time_and_twins_by_their_ids(many):
    Person.objects.create(studio=many.northlight, alias="M. Vale")
    found = proposed(many.ines, "vale").json()["found"]
    assert [one["words"] for one in found] == ["M. Vale", "M. Vale"] and all(one["write"].startswith("per_") for one in found)
    assert len(proposed(many.ines, "Extra").json()["found"]) == 10
    assert proposed(many.ines, "Harb", of="registry/production").json()["found"] == [{"write": "Harbor", "words": "Harbor"}]
    assert proposed(many.ines, " ").json()["found"] == []


def test_nothing_of_another_studio_is_proposed(many):
    Person.objects.create(studio=many.southgate, alias="Hidden Star")
    assert proposed(many.ines, "Hidden").json()["found"] == []
