"""The front page of the desk is what waits for this reader, soonest first; the queues behind it tell why."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.utils import timezone

from consent import determinations, records
from provenance.models import SigningJob
from registry import people as registry_people
from tests import cast as people
from tests.consent.test_records import RESOLVED
from tests.desk import FILES, at_the_desk
from tests.provenance import registered

pytestmark = pytest.mark.django_db
ASSETS = "/admin/provenance/asset/"
HOSTILE = "evil\u202egpj.<script>alert(1)</script>"


def asset(state, *, title="harbor_sh114_v07.jpg", detail="Declared 3 % of the picture, measured 14 %.", at=people.NOON):
    made = registered.asset(title.encode(), title=title)
    SigningJob.objects.create(
        asset=made, intake_key=title[:64], state=state, problem={"code": "extent.more", "detail": detail, "errors": []},
        not_before=at, called_at=at, changed_at=at,
    )  # fmt: skip
    return made


def front(user):
    return at_the_desk(user).get("/admin/").content.decode()


def test_with_nothing_to_do_it_says_so(cast):
    page = front(cast.tobi)
    assert "Nothing waits for you" in page and f"{timezone.now():%A}" in page and "Northlight Pictures" in page


def test_what_somebody_else_entered_waits_for_the_second_lawyer_alone(cast):
    people.entered(cast, number="C-1")
    people.entered(cast, number="C-2", by=cast.tobi)
    assert "C-1 of M. Vale, revision 1 – entered by Ines Roth" in front(cast.tobi)
    assert "C-2" not in front(cast.tobi) and "to verify" not in front(cast.ines) and "C-1" not in front(cast.ada)


def test_the_soonest_stands_first(cast):
    now = timezone.now()
    people.verified(cast, number="C-1", term_end=now.date() + timedelta(days=9))
    people.entered(cast, number="C-2", at=now - timedelta(days=3))
    asset("held", title="sh1.jpg", at=now - timedelta(days=2))
    asset("dead", title="sh2.jpg", at=now - timedelta(days=5), detail="It could not be read back.")
    page = front(cast.tobi).partition("<h2>Next</h2>")[2]
    places = [page.index(words) for words in ("sh2.jpg", "C-2 of", "sh1.jpg", "C-1 of")]
    assert places == sorted(places)
    assert "It could not be read back." in page and "measured 14 %" in page


@pytest.mark.parametrize(("state", "words"), [
    ("held", "These wait for a decision here"), ("refused", "These were refused"), ("dead", "Dead letters"),
])  # fmt: skip
def test_each_queue_shows_its_own_and_why(cast, state, words):
    asset(state, title="its.jpg")
    asset("received", title="other.jpg")
    page = at_the_desk(cast.tobi).get(ASSETS, {"state": state}).content.decode()
    assert words in page and "its.jpg" in page and "other.jpg" not in page and "measured 14 %" in page


def test_an_asset_is_found_by_its_bytes(cast):
    made = asset("received")
    desk = at_the_desk(cast.ada)
    assert made.title in desk.get(ASSETS, {"q": made.sha256.upper()}).content.decode()
    assert made.title not in desk.get(ASSETS, {"q": "0" * 64}).content.decode()


def test_hostile_titles_are_shown_for_what_they_are(cast):
    made = asset("held", title=HOSTILE, detail="“<img src=x onerror=alert(1)>” cannot be read.")
    desk = at_the_desk(cast.tobi)
    for address in ("/admin/", ASSETS, f"{ASSETS}{made.public_id}/"):
        page = desk.get(address).content.decode()
        assert "<script>alert" not in page and "<img src=x" not in page and "\u202e" not in page, address
        assert "evil[U+202E]gpj.&lt;script&gt;" in page, address


def test_consents_that_run_out_tell_what_stands_on_them(cast):
    grant = people.verified(cast, term_end=timezone.now().date() + timedelta(days=40))
    made = asset("received")
    made.decision.revisions.add(grant.revisions.get())
    desk = at_the_desk(cast.ada)
    assert "No consent runs out within 30 days" in desk.get("/admin/running-out/").content.decode()
    page = desk.get("/admin/running-out/", {"days": "60"}).content.decode()
    assert f"{FILES}{grant.public_id}/" in page and "Harbor: 1 asset of Parallax VFX" in page and "40 days left" in page
    assert desk.get("/admin/running-out/", {"days": "everything"}).status_code == 200


def cards(user):
    """Of the front page: words → what stands below them and where the card leads."""
    found = re.findall(r'<a href="([^"]+)"><b>(\d+)</b>([^<]+)<br><small>([^<]*)</small>', front(user))
    return {words: (int(count), more, unescape(address)) for address, count, words, more in found}


def test_with_nothing_to_do_each_worklist_says_so_in_words(cast):
    assert {words: (count, more) for words, (count, more, _) in cards(cast.tobi).items()} == {
        "to verify": (0, "no consent waits for you"), "authorities to verify": (0, "none waits for you"),
        "determinations proposed": (0, "none waits for you"), "consents ending in 30 days": (0, "none runs out soon"),
        "minors turning 18 in 180 days": (0, "none comes of age soon"), "assets held": (0, "none waits for a decision"),
        "assets refused": (0, "none was refused"), "assets not signed": (0, "nothing failed"),
        "assets measured otherwise than declared": (0, "none waits for an answer"),
    }  # fmt: skip


def test_each_worklist_is_counted_and_leads_to_what_it_counts(cast):
    now = timezone.now()
    people.entered(cast, number="C-1")
    people.verified(cast, number="C-2", term_end=now.date() + timedelta(days=9))
    registry_people.record_authority(cast.jon, kind="agent", party="Bell & Co", basis="Letter", by=cast.ines, at=now, reason="R")
    for state in ("held", "refused", "dead"):
        asset(state, title=f"{state}.jpg")
    of_file, of_somebody = asset("held", title="proposed.jpg"), asset("held", title="of_mira.jpg")
    of_somebody.depictions.create(label="mira", person=cast.mira, role="target_likeness", modality="face")
    for subject in (of_file.sha256, cast.mira.public_id):
        propose(cast, subject, by=cast.ines)
    desk = at_the_desk(cast.tobi)
    shown = {
        "to verify": ("C-1", "C-2"), "authority to verify": ("Jon Abara", "M. Vale"),
        "determinations proposed": ("proposed.jpg", "held.jpg"), "consent ending in 30 days": ("C-2", "C-1"),
        "assets held": ("held.jpg", "dead.jpg"), "asset refused": ("refused.jpg", "held.jpg"),
        "asset not signed": ("dead.jpg", "held.jpg"),
    }  # fmt: skip
    found = cards(cast.tobi)
    for words, (there, elsewhere) in shown.items():
        page = desk.get(found[words][2]).content.decode().partition("<main")[2]
        assert there in page and f">{elsewhere}<" not in page, words
    counted = {words: count for words, (count, _, _) in found.items()}
    assert counted == dict.fromkeys(shown, 1) | {
        "determinations proposed": 2, "assets held": 3, "minors turning 18 in 180 days": 0,
        "assets measured otherwise than declared": 0,
    }  # fmt: skip


def propose(cast, subject, *, by, studio=None):
    return determinations.propose(
        studio=studio or cast.northlight, subject=subject, question="no_consent_needed", answer="yes", by=by,
        at=timezone.now(), reason="A passer-by",
    )  # fmt: skip


def test_a_determination_waits_for_a_second_lawyer_until_one_has_agreed(cast):
    made = asset("held")
    proposal = propose(cast, made.sha256, by=cast.tobi)
    uma = people.lawyer("uma", "Reed", cast.northlight, "legal_verify")
    assert cards(cast.tobi)["determinations proposed"][0] == 0 and cards(uma)["determination proposed"][0] == 1
    determinations.second(proposal, by=uma, at=timezone.now(), reason="So it is")
    assert cards(uma)["determinations proposed"][0] == 0


def test_a_lock_that_stands_is_counted_until_it_is_lifted(cast):
    lock = records.state(
        "lock.strike", studio=cast.northlight, subject=cast.harbor.public_id, by=cast.ines, at=timezone.now(), reason="Called",
        details={"union": "SAG-AFTRA", "called_on": "2026-07-14"},
    )  # fmt: skip
    assert cards(cast.ines)["strike, order or hold stands"][0] == 1
    records.lift(lock, by=cast.tobi, at=timezone.now(), reason="Over", details=RESOLVED)
    assert "strike, order or hold stands" not in cards(cast.ines)


def test_the_front_page_asks_a_bounded_number_of_questions(cast, django_assert_max_num_queries):
    for number in range(20):
        people.entered(cast, number=f"C-{number}")
        asset("held", title=f"sh{number}.jpg")
    desk = at_the_desk(cast.tobi)
    with django_assert_max_num_queries(50):
        desk.get("/admin/")
