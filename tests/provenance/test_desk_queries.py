"""No page of the desk asks the database more than fifty questions, however many rows it shows: nothing is asked row by row."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from consent import records
from consent.models import Decision
from consent.performer import links, words
from provenance.models import SigningJob
from registry.models import Authority, Membership, Person, Production, Unit
from tests import cast as people
from tests import riders, spreadsheets, strangers
from tests.provenance import registered
from tests.provenance import test_desk_roles as roles

pytestmark = pytest.mark.django_db
MANY, MOST = 30, 50
LISTS = [name for name in roles.MAY if not name.endswith("export") and name not in roles.NO_PAGE]


@pytest.fixture
def addresses(cast):
    world = roles.furnished(cast)
    dozens(cast, Decision.objects.get(purpose="clearance"))
    return world


def dozens(cast, decision):
    """Some dozens of rows of each kind beside the one."""
    at = timezone.now()
    told = {"by": cast.ines, "at": at, "reason": "Letter received"}
    strangers.fill(cast, range(1, 4 * MANY), of_one=4, mixed=True)
    cast.harbor.cast.add(*Person.objects.filter(studio=cast.northlight))
    Unit.objects.bulk_create(Unit(production=cast.harbor, code=f"sh{number:03}") for number in range(200, 200 + MANY))
    for number in range(MANY):
        row = registered.asset(f"bytes {number}".encode(), title=f"harbor_sh{number:03}.jpg", decision=another(decision))
        state = ("held", "dead", "refused", "received")[number % 4]
        SigningJob.objects.create(asset=row, intake_key=f"k{number}", state=state, not_before=at, called_at=at, changed_at=at)
        row.depictions.create(label="mira", person=cast.mira, role="target_likeness", modality="face")
        Production.objects.create(studio=cast.northlight, title=f"Film {number}", parent=cast.harbor if number % 2 else None)
        records.state("person.external_id", studio=cast.northlight, subject=cast.mira.public_id,
                      details={"register": "IMDB", "number": f"nm{number}"}, **told)  # fmt: skip
        people.lawyer(f"l{number}", "Low", cast.northlight, Membership.Role.AUDITOR)
    for number, speaks in enumerate(Authority.objects.filter(kind="self").exclude(person=cast.mira)[:MANY]):
        link, _, _ = links.make(speaks, language="en", days=90, **told)
        words.ask(link, text="May I see it?", once=f"form-{number:020}", at=at + timedelta(seconds=number))
    for _ in range(5):
        riders.kept(cast)
        spreadsheets.sent_in(cast, spreadsheets.file(*(spreadsheets.row(f"C-{900 + n}") for n in range(3))))


def another(decision):
    """The same question, asked and answered once more."""
    fields = [field.name for field in Decision._meta.concrete_fields if field.name not in ("id", "public_id")]
    return Decision.objects.create(**{name: getattr(decision, name) for name in fields})


def test_every_page_asks_at_most_fifty_questions(cast, addresses):
    client = roles.everyone(cast)
    asked = {}
    for name in LISTS:
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(addresses[name])
            roles.told(answer)
        assert answer.status_code == 200, name
        asked[name] = len(queries)
    assert {name: count for name, count in asked.items() if count > MOST} == {}
