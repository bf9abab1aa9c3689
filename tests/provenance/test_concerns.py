"""Anybody may report a misuse; lawyers answer within 48 hours; nothing changes before, and nobody is named in public."""

from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from provenance import concerns, tasks
from provenance.models import Asset, Concern, ConcernAnswer, ConcernMail, KeptOut
from registry import journal
from registry.models import Organisation
from tests import cast as people
from tests import shots
from tests.assets import build
from tests.desk import at_the_desk

pytestmark = pytest.mark.django_db
SAID = {
    "kind": "likeness", "speaks_as": "self", "statement": "This is my face.\nI never agreed <script>alert(1)</script>",
    "where": "https://clips.example/1", "name": "Miranda Valeska", "contact": "Mira@Example.com", "in_good_faith": "on",
}  # fmt: skip


@pytest.fixture
def made(studio, hatch, settings):
    """A signed file of Northlight's, whose picture its producer shows."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    people.verified(studio, at=timezone.now())
    studio.harbor.shows_places = True
    studio.harbor.save()
    assert shots.send(hatch, content(), shots.declaration(studio, ingredients=[])).status_code == 202
    shots.work()
    return Asset.objects.get().credential


def content() -> bytes:
    return (build.library() / "result.jpg").read_bytes()


def reported(client, made, **changes):
    return client.post(f"/c/{made.public_id}/concern", {name: value for name, value in (SAID | changes).items() if value})


def mailed() -> list[str]:
    """What leaves by mail once a worker sweeps."""
    for concern, about in concerns.to_mail(at=timezone.now()):
        tasks.mail_about_concern(concern, about)
    return [one.body for one in mail.outbox]


def test_it_is_received_with_a_clock_of_48_hours_and_changes_nothing_in_public(client, made):
    before = client.get(f"/c/{made.public_id}").content
    sent = reported(client, made)
    assert sent.status_code == 302
    page = client.get(sent["Location"]).content.decode()
    assert "waits for its answer" in page and "Miranda" not in page
    row = Concern.objects.get()
    assert row.due_at - row.recorded_at == timedelta(hours=48)
    assert client.get(f"/c/{made.public_id}").content == before
    assert journal.chain(row.public_id).get().tag == "concern:received"


def test_who_sent_it_is_ciphertext_at_rest_and_in_no_journal(client, made):
    reported(client, made)
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT name, contact, statement FROM provenance_concern")
        assert all(b"Miranda" not in bytes(value) and b"example" not in bytes(value) for value in cursor.fetchone())
    told = journal.chain(Concern.objects.get().public_id).get().body
    assert "Miranda" not in told and "example.com" not in told and "clips" not in told


@pytest.mark.parametrize(("missing", "sentence"), [
    ({"name": ""}, "Sign it"), ({"contact": ""}, "e-mail address"), ({"contact": "nobody"}, "e-mail address"),
    ({"statement": ""}, "Say who is shown"), ({"in_good_faith": ""}, "good faith"), ({"kind": "made up"}, "Say what it is about"),
    ({"statement": "x" * 4001}, "Say who is shown"), ({"name": "a‮b"}, "cannot be seen"),
])  # fmt: skip
def test_a_notice_that_lacks_something_is_told_what_and_nothing_is_kept(client, made, missing, sentence):
    answer = reported(client, made, **missing)
    assert answer.status_code == 422 and sentence in answer.content.decode()
    assert not Concern.objects.exists() and not mailed()


def test_of_a_file_that_is_not_registered_nothing_can_be_reported(client, made):
    assert client.post("/c/crd_nobody/concern", SAID).status_code == 404 and not Concern.objects.exists()


def test_it_cannot_be_used_to_flood(client, made, studio):
    reported(client, made)
    again = reported(client, made, contact="mira@example.com ")
    assert again.status_code == 403 and "already" in again.content.decode() and Concern.objects.count() == 1
    desk(studio.ines, Concern.objects.get(), outcome="unfounded")
    later = reported(client, made)
    assert later.status_code == 403 and "thirty days" in later.content.decode() and Concern.objects.count() == 1


def test_one_address_sends_no_more_than_a_few_a_minute(client, made, settings):
    settings.RATES = settings.RATES | {"concern": 2}
    for number in range(3):
        answer = reported(client, made, contact=f"someone{number}@example.com")
    assert answer.status_code == 429 and Concern.objects.count() == 2


def desk(user, concern, *, outcome: str, told: str = "We looked at it.", reason: str = "Compared with the paper."):
    address = f"/admin/concerns/{concern.public_id}/"
    return at_the_desk(user).post(address, {"outcome": outcome, "told": told, "reason": reason})


def test_upheld_the_picture_is_no_longer_shown_and_the_bytes_are_kept_out(client, made, studio, hatch):
    assert client.get(f"/c/{made.public_id}/picture.jpg").status_code == 200
    sent = reported(client, made)
    assert desk(studio.ines, Concern.objects.get(), outcome="upheld").status_code == 200
    assert client.get(f"/c/{made.public_id}/picture.jpg").status_code == 404
    page = client.get(f"/c/{made.public_id}").content.decode()
    assert "A concern about this file was upheld" in page and "Miranda" not in page
    assert KeptOut.objects.filter(sha256=made.sha256).exists()
    again = shots.send(hatch, content(), shots.declaration(studio, ingredients=[], title="again.jpg"))
    assert (again.status_code, again.json()["code"]) == (403, "provenance.kept_out") and Asset.objects.count() == 1
    assert "It was upheld" in client.get(sent["Location"]).content.decode()


def test_an_answer_goes_by_mail_once_and_stands_on_the_senders_page(client, made, studio):
    sent = reported(client, made)
    desk(studio.tobi, Concern.objects.get(), outcome="not_upheld", told="Ms Vale agreed on 3 May.\nSee the letter.")
    bodies = mailed()
    assert len(bodies) == 2 and "was received" in bodies[0] and "Ms Vale agreed on 3 May.\nSee the letter." in bodies[1]
    assert [one.to for one in mail.outbox] == [["mira@example.com"]] * 2
    mailed()
    assert len(mail.outbox) == 2 and ConcernMail.objects.count() == 2
    assert "Ms Vale agreed" in client.get(sent["Location"]).content.decode() and not KeptOut.objects.exists()


def test_a_mail_that_cannot_leave_is_tried_again(client, made, settings):
    reported(client, made)
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    with pytest.raises(OSError):
        mailed()
    assert not ConcernMail.objects.exists()
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert len(mailed()) == 1


def test_only_one_answer_and_only_of_the_producers_lawyers(client, made, studio):
    reported(client, made)
    row = Concern.objects.get()
    elsewhere = people.lawyer("eve", "Stone", Organisation.objects.get(name="Southgate Films"), "legal_verify")
    assert desk(elsewhere, row, outcome="upheld").status_code == 404
    assert desk(studio.ada, row, outcome="upheld").status_code in (403, 404)
    assert desk(studio.ines, row, outcome="upheld", reason="").status_code == 422
    assert not ConcernAnswer.objects.exists() and not KeptOut.objects.exists()
    desk(studio.ines, row, outcome="not_upheld")
    with pytest.raises(concerns.Answered):
        concerns.answer(row, outcome="upheld", told="x", by=studio.tobi, at=timezone.now(), reason="Second thoughts")
    assert not KeptOut.objects.exists()


def test_the_desk_shows_it_safely_with_its_clock(client, made, studio):
    reported(client, made)
    Concern.objects.all()
    browser = at_the_desk(studio.ines)
    assert "concern to answer" in browser.get("/admin/").content.decode()
    assert "Waits for an answer" in browser.get("/admin/concerns/").content.decode()
    page = browser.get(f"/admin/concerns/{Concern.objects.get().public_id}/").content.decode()
    assert "Miranda Valeska" in page and "&lt;script&gt;" in page and "<script>alert" not in page


def test_its_page_opens_by_its_own_address_only(client, made):
    address = reported(client, made)["Location"]
    assert client.get(address[:-1]).status_code == 404 and client.get("/concern/cnc_x/y").status_code == 404


def test_in_spanish(made):
    browser = Client(headers={"accept-language": "es"})
    page = browser.get(f"/c/{made.public_id}/concern").content.decode()
    assert "Díganos qué está mal" in page and "Soy la persona" in page and "Send it" not in page
