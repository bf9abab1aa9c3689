"""The performer's own door: who comes in, what the letter says, what may be done, and that refusing is as easy as agreeing."""

import hashlib
import re
from datetime import date, datetime, timedelta

import pytest
from django.core import signing
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.utils import timezone

from consent import endings, grants, paper, worklists
from consent.models import (
    DeskAnswer,
    Ending,
    Evidence,
    Grant,
    PerformerLink,
    PerformerWord,
    Signature,
    Statement,
)
from consent.performer import agreement, links, words
from registry import journal, people
from registry.errors import Conflict, Invalid, NotAllowed
from registry.models import Authority, Event, Organisation, Person
from tests import cast as world
from tests import letters
from tests.desk import FILES, at_the_desk, line

pytestmark = pytest.mark.django_db
CLOSED = "This link opens no letter"
DAY = timedelta(days=1)


@pytest.fixture
def grant(cast):
    return world.verified(cast, at=timezone.now())


@pytest.fixture
def letter(cast, grant):
    return letters.made(cast)


def kept():
    """Everything that an act at the door might leave behind."""
    rows = (PerformerWord, Signature, Evidence, Statement, Ending, Event)
    return {model.__name__: model.objects.count() for model in rows}


def text(answer):
    return answer.content.decode()


# ── In ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_link_alone_opens_nothing_and_looking_writes_nothing(letter, grant):
    before = kept()
    page = Client().get(letter.opening)
    assert page.status_code == 200 and "Type the code" in text(page)
    for secret in ("Vale", "Miranda", "Northlight", "Harbor", grant.number, letter.link.public_id):
        assert secret not in text(page)
    assert kept() == before and PerformerLink.objects.get().last_used_at is None


def test_link_and_code_open_the_letter_in_this_browser_and_in_no_other(letter, grant):
    browser = letter.opened()
    page = browser.get(letter.home)
    assert page.status_code == 200 and grant.number in text(page)
    assert "You allow de-aging (face) in the whole world" in text(page)
    other = Client().get(letter.home)
    assert other.status_code == 404 and CLOSED in text(other) and grant.number not in text(other)
    assert letter.opened().get(letter.home).status_code == 200
    assert Event.objects.filter(tag="link:opened", chain=letter.link.person.public_id).count() == 2


def test_the_cookie_is_kept_from_scripts_and_sent_to_the_letter_alone(letter, settings):
    settings.SESSION_COOKIE_SECURE = True
    answer = Client().post(letter.opening, {"code": letter.code})
    cookie = answer.cookies[f"letter_{letter.link.public_id}"]
    assert cookie["httponly"] and cookie["secure"] and cookie["samesite"] == "Lax" and cookie["path"] == "/letter/"
    assert int(cookie["max-age"]) == DAY.total_seconds()


def test_a_cookie_of_one_letter_opens_no_other(cast, letter):
    other = letters.made(cast, cast.jon.authorities.get())
    browser = letter.opened()
    browser.cookies[f"letter_{other.link.public_id}"] = browser.cookies[f"letter_{letter.link.public_id}"].value
    assert browser.get(other.home).status_code == 404
    browser.cookies[f"letter_{other.link.public_id}"] = signing.get_cookie_signer(salt="guessed").sign(other.link.public_id)
    assert browser.get(other.home).status_code == 404


def test_the_code_may_be_typed_in_two_groups(letter):
    assert Client().post(letter.opening, {"code": f"{letter.code[:3]} {letter.code[3:]}"}).status_code == 302


@pytest.mark.parametrize("typed", ["", "12", "abcdef", "1234567", "１２３", "'; drop table"])
def test_what_is_no_code_is_said_to_be_none_and_is_not_counted(letter, typed):
    before = kept()
    answer = Client().post(letter.opening, {"code": typed})
    assert answer.status_code == 422 and "The code has six digits" in text(answer)
    assert PerformerLink.objects.get().wrong_codes == 0 and kept() == before and not answer.cookies.get(letter.home)


def test_five_wrong_codes_lock_the_link_and_the_desk_sees_it(cast, letter):
    for left in (4, 3, 2):
        answer = Client().post(letter.opening, {"code": letter.wrong})
        assert answer.status_code == 422 and f"You can try {left} more times" in text(answer)
    assert "You can try once more" in text(Client().post(letter.opening, {"code": letter.wrong}))
    last = Client().post(letter.opening, {"code": letter.wrong})
    assert last.status_code == 404 and CLOSED in text(last)
    assert Client().post(letter.opening, {"code": letter.code}).status_code == 404
    assert Event.objects.filter(tag="link:locked").count() == 1 and not Event.objects.filter(tag="link:opened").exists()
    desk = text(at_the_desk(cast.ines).get("/admin/"))
    assert "Locked" in desk and "The link of M. Vale, after 5 wrong codes" in desk
    letters.made(cast)
    assert "after 5 wrong codes" not in text(at_the_desk(cast.ines).get("/admin/"))


def test_a_right_code_forgets_the_wrong_ones_before_it(letter):
    for _ in range(3):
        for _ in range(4):
            Client().post(letter.opening, {"code": letter.wrong})
        letter.opened()
    assert PerformerLink.objects.get().wrong_codes == 0


def test_a_locked_link_also_closes_the_browser_that_had_it_open(letter):
    browser = letter.opened()
    for _ in range(5):
        Client().post(letter.opening, {"code": letter.wrong})
    assert browser.get(letter.home).status_code == 404


# ── One answer for whatever does not open ────────────────────────────────────────────────────────────────────────


def revoked(cast, letter):
    links.revoke(letter.link, by=cast.ines, at=timezone.now(), reason="Sent to the wrong address")


def run_out(cast, letter):
    PerformerLink.objects.update(expires_at=timezone.now() - DAY)


def locked(cast, letter):
    PerformerLink.objects.update(wrong_codes=5, locked_at=timezone.now())


def replaced(cast, letter):
    letters.made(cast)


def died(cast, letter):
    people.record_death(cast.mira, died_on=timezone.now().date(), by=cast.ines, at=timezone.now(), reason="Notice")


def erased(cast, letter):
    dpo = world.lawyer("dee", "Poe", cast.northlight, "dpo")
    people.erase(cast.mira, by=dpo, at=timezone.now(), reason="Asked for it")


def altered(cast, letter):
    letter.token = letter.token[:-1] + ("a" if letter.token[-1] != "a" else "b")


def made_up(cast, letter):
    letter.token = signing.TimestampSigner(sep=".", salt="consent.performer.link").sign("never-given-out")


def unsigned(cast, letter):
    letter.token = letter.token.partition(".")[0]


@pytest.mark.parametrize("how", [revoked, run_out, locked, replaced, died, erased, altered, made_up, unsigned])
def test_every_link_that_does_not_open_is_answered_alike(cast, letter, how):
    nothing = Client().get("/letter/open/nothing-of-this-kind")
    browser = letter.opened()
    how(cast, letter)
    before = kept()
    for answer in (Client().get(letter.opening), Client().post(letter.opening, {"code": letter.code})):
        assert answer.status_code == 404
        assert re.sub(r'value="[^"]*"', "", text(answer)) == re.sub(r'value="[^"]*"', "", text(nothing))
        assert "Ask the studio’s lawyer for a new one. Nothing was changed." in text(answer)
    if how not in (altered, made_up, unsigned):
        assert browser.get(letter.home).status_code == 404
    assert kept() == before


def test_nothing_of_it_is_kept_by_stores_told_to_others_or_written_in_logs(letter, caplog):
    caplog.set_level("INFO")
    browser = letter.opened()
    for answer in (browser.get(letter.opening), browser.get(letter.home), Client().get(letter.home)):
        assert "no-store" in answer["Cache-Control"] and "private" in answer["Cache-Control"]
        assert answer["Referrer-Policy"] == "strict-origin" and 'name="referrer" content="strict-origin"' in text(answer)
        assert "noindex" in answer["X-Robots-Tag"]
        assert "default-src 'none'" in answer["Content-Security-Policy"]
    written = " ".join(str(vars(record)) for record in caplog.records if record.name == "registry.middleware")
    assert "/letter/…" in written
    assert letter.token not in written and letter.token.partition(".")[0] not in written and letter.link.public_id not in written


def test_neither_the_link_nor_the_code_is_kept(letter):
    row = str(list(PerformerLink.objects.values())) + str(list(Event.objects.values()))
    assert letter.token.partition(".")[0] not in row and letter.code not in row
    assert hashlib.sha256(letter.code.encode()).hexdigest() not in row


# ── Made at the desk ─────────────────────────────────────────────────────────────────────────────────────────────


def test_a_lawyer_makes_a_link_that_is_shown_once(cast, grant):
    ines = at_the_desk(cast.ines)
    asked = {"authority": cast.mira.authorities.get().public_id, "language": "es", "days": "30"}
    refused = ines.post("/admin/consent/performerlink/add/", asked)
    assert refused.status_code == 422 and not PerformerLink.objects.exists()
    page = ines.post("/admin/consent/performerlink/add/", asked | {"reason": "She asked for it"})
    address = re.search(r"http://localhost:8000(/letter/open/[^<]+)<", text(page)).group(1)
    code = re.search(r'secret">(\d{3} \d{3})<', text(page)).group(1)
    assert "no-store" in page["Cache-Control"]
    assert Client().post(address, {"code": code}).status_code == 302
    link = PerformerLink.objects.get()
    row = text(ines.get(f"/admin/consent/performerlink/{link.public_id}/"))
    assert address not in row and code not in row and "M. Vale" in row
    made = Event.objects.get(tag="link:made")
    assert (made.reason, made.chain) == ("She asked for it", cast.mira.public_id)


def test_only_lawyers_of_the_studio_make_and_revoke_links(cast, letter):
    authority = cast.mira.authorities.get()
    for stranger in (cast.sol, cast.ada):
        with pytest.raises(NotAllowed):
            links.make(authority, language="en", days=7, by=stranger, at=timezone.now(), reason="No business of theirs")
        with pytest.raises(NotAllowed):
            links.revoke(letter.link, by=stranger, at=timezone.now(), reason="No business of theirs")
    assert PerformerLink.objects.count() == 1 and PerformerLink.objects.get().revoked_at is None
    assert at_the_desk(cast.sol).get(f"/admin/consent/performerlink/{letter.link.public_id}/").status_code == 404


def test_a_link_is_revoked_with_a_reason(cast, letter):
    browser, ines = letter.opened(), at_the_desk(cast.ines)
    where = f"/admin/consent/performerlink/{letter.link.public_id}/revoke/"
    assert ines.post(where, {}).status_code == 422 and browser.get(letter.home).status_code == 200
    assert ines.post(where, {"reason": "Lost telephone"}).status_code == 302
    assert browser.get(letter.home).status_code == 404
    assert Event.objects.get(tag="link:revoked").reason == "Lost telephone"
    assert ines.post(where, {"reason": "Again"}).status_code == 409


# ── Guardians and estates ────────────────────────────────────────────────────────────────────────────────────────


def kit(cast, birthday: date) -> Person:
    return world.person(cast.northlight, "Kit Kern", "Kit K", birthday)


def of_kit(cast, person, authority, **changes):
    """A consent for Kit, signed by the guardian."""
    return grants.enter(
        person=person, studio=cast.northlight, production=cast.harbor, number="C-0200", kind="individual",
        terms=world.terms(authority=authority, capacity="guardian", **changes), by=cast.ines, at=timezone.now(),
        reason="Received",
    )  # fmt: skip


def years_before(day: date, years: int) -> date:
    return day.replace(year=day.year - years, day=min(day.day, 28))


def test_a_guardians_letter_says_so_and_stops_at_the_18th_birthday(cast):
    today = timezone.now().date()
    person = kit(cast, years_before(today, 17))
    guardian = letters.speaker(cast, person, Authority.Kind.GUARDIAN)
    of_kit(cast, person, guardian)
    letter = letters.made(cast, guardian)
    closed = text(Client().get(letter.opening))
    assert "Kit" not in closed and "Kern" not in closed
    browser = letter.opened()
    page = text(browser.get(letter.home))
    assert "for whom you speak as a parent or guardian" in page and "C-0200" in page
    assert "Kern" not in page.partition("<title>")[2].partition("</title>")[0]
    Person.objects.filter(pk=person.pk).update(birth_date=born(person, years_before(today, 18)))
    assert browser.get(letter.home).status_code == 404 and Client().get(letter.opening).status_code == 404
    own = letters.made(cast, person.authorities.get(kind="self"))
    assert "what you have allowed" in text(own.opened().get(own.home))


def born(person, day):
    person.birth_date = day
    return person.__dict__["birth_date"]


@pytest.mark.parametrize(("days", "opens"), [(-1, True), (0, False), (1, False)])
def test_the_birthday_itself_is_the_first_day_of_age(cast, days, opens):
    birthday = date(2026, 9, 1)
    person = kit(cast, date(2008, 9, 1))
    guardian = Authority.objects.create(person=person, kind="guardian", party="Ana", basis="Order", recorded_by=cast.ines,
                                        verified_by=cast.tobi, recorded_at=world.NOON)  # fmt: skip
    at = datetime(2026, 9, 1, 0, 0, 1, tzinfo=world.UTC) + days * DAY
    assert (links.why_not(guardian, at=at) == "") == opens, birthday


def test_nobody_is_let_in_who_cannot_speak_for_the_person(cast):
    minor = kit(cast, years_before(timezone.now().date(), 12))
    unverified = people.record_authority(cast.mira, kind="agent", party="Bell & Co", basis="Letter", by=cast.ines,
                                         at=timezone.now(), reason="Received")  # fmt: skip
    living_heir = letters.speaker(cast, cast.jon, Authority.Kind.HEIR)
    grown_up = letters.speaker(cast, cast.jon, Authority.Kind.GUARDIAN)
    for authority in (minor.authorities.get(), unverified, living_heir, grown_up):
        with pytest.raises(Invalid):
            letters.made(cast, authority)
    assert not PerformerLink.objects.exists()


def test_an_estates_letter_says_in_what_capacity(cast, grant):
    people.record_death(cast.mira, died_on=timezone.now().date(), by=cast.ines, at=timezone.now(), reason="Notice")
    executor = letters.speaker(cast, cast.mira, Authority.Kind.EXECUTOR, party="Dr Lund")
    letter = letters.made(cast, executor)
    page = text(letter.opened().get(letter.home))
    assert "for whom you speak as executor" in page and "You” in this letter means you for the estate" in page


def test_one_speaker_does_not_read_what_another_said(cast, grant, letter):
    words.ask(letter.link, text="Is my voice in it?", once="x" * 20, at=timezone.now())
    agent = letters.made(cast, letters.speaker(cast, cast.mira, Authority.Kind.AGENT))
    page = text(agent.opened().get(agent.home))
    assert grant.number in page and "Is my voice in it?" not in page


# ── The letter ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_paper_is_read_in_the_letter_and_on_the_record(letter, grant):
    browser = letter.opened()
    address = re.search(r'href="(/letter/[^"]+/papers/[^"]+)"', text(browser.get(letter.home))).group(1)
    answer = browser.get(address)
    assert answer.content == world.RIDER.content and answer["Content-Type"] == "application/pdf"
    assert "no-store" in answer["Cache-Control"] and "sandbox" in answer["Content-Security-Policy"]
    seen = Event.objects.get(chain=grant.public_id, tag="evidence:viewed")
    assert (seen.actor, seen.actor_name) == (f"link:{letter.link.public_id}", "The person, by link")
    assert Client().get(address).status_code == 404
    assert Event.objects.filter(tag="evidence:viewed").count() == 1


def test_other_peoples_consents_and_papers_are_not_in_it(cast, letter):
    theirs = grants.enter(
        person=cast.jon, studio=cast.northlight, production=cast.harbor, number="C-0300", kind="rider", terms=world.terms(),
        by=cast.ines, at=timezone.now(), reason="Received",
    )  # fmt: skip
    browser, before = letter.opened(), kept()
    assert "C-0300" not in text(browser.get(letter.home))
    document = Evidence.objects.get(revision__grant=theirs)
    for address in (
        f"{letter.home}papers/{document.public_id}", letter.about(theirs, "end"), letter.about(theirs, "ask"),
        letter.about(theirs, "agree"), f"{letter.home}said/wrd_nothing", f"{letter.home}consents/1/end", f"{letter.home}papers/1",
    ):  # fmt: skip
        for answer in (browser.get(address), browser.post(address, {"code": letter.code, "once": "y" * 20})):
            assert answer.status_code in (404, 405) and "C-0300" not in text(answer)
    assert kept() == before


@pytest.mark.parametrize(
    ("mode", "sentence"),
    [("prospective_new_use", "What was finished before may go on being shown"), ("cease_all", "All use has to stop"),
     ("annul", "It never was valid")],
)  # fmt: skip
def test_an_ended_consent_says_what_goes_on(cast, grant, letter, mode, sentence):
    endings.end(grant, kind="withdrawn", mode=mode, received_at=timezone.now(), effective_at=timezone.now(), by=cast.ines,
                confirmed_by=cast.tobi,
                at=timezone.now(), reason="Private reason of a lawyer")  # fmt: skip
    page = text(letter.opened().get(letter.home))
    assert sentence in page and "Private reason" not in page and "End my consent" not in page


def test_the_letter_can_be_closed(letter):
    browser = letter.opened()
    assert "closed on this device" in text(browser.post(f"{letter.home}leave"))
    assert browser.get(letter.home).status_code == 404


# ── Agreeing and declining ───────────────────────────────────────────────────────────────────────────────────────


def test_what_is_agreed_to_is_kept_word_for_word_and_waits_for_the_second_lawyer(cast, grant, letter):
    put = letters.offered(cast, grant)
    assert list(worklists.to_verify(Grant.objects.all(), at=timezone.now())) == []
    browser = letter.opened()
    page = browser.get(letter.about(grant, "agree"))
    assert "I allow de-aging (face)" in text(page) and "Miranda Valeska" in text(page)
    answer = browser.post(letter.about(grant, "agree"), letters.filled(page, code=letter.code))
    assert answer.status_code == 302 and "You have agreed." in text(browser.get(answer.url))

    signature = put.revision.signatures.get()
    assert (signature.method, signature.capacity, signature.separate_signature) == ("esign_simple", "self", True)
    content = paper.read(signature.evidence)
    assert signature.evidence.sha256 == hashlib.sha256(content).hexdigest()
    assert "I allow de-aging (face) in the whole world" in content.decode()
    assert agreement.words(put.revision, letter.link).content == content
    event = Event.objects.get(chain=grant.public_id, tag="performer:agreed")
    assert signature.evidence.sha256 in event.body and "Valeska" not in event.body
    assert list(worklists.to_verify(Grant.objects.all(), at=timezone.now())) == [put.revision]
    grants.verify(put.revision, by=cast.tobi, at=timezone.now(), reason="Compared with what was agreed to")
    assert journal.broken_links() == []


def test_a_text_offered_at_the_desk_stands_in_the_letter_and_holds_nothing(cast, grant, letter):
    ines = at_the_desk(cast.ines)
    said = {"effective_from": "2026-05-03", "last_day": "2029-05-02", "description": "Wider.", "reason": "Sequel",
            "lines-TOTAL_FORMS": "1", "lines-INITIAL_FORMS": "0"} | line(territories="Germany")  # fmt: skip
    where = f"/admin/consent/performerlink/offer/{grant.public_id}/"
    assert ines.post(where, said | {"reason": ""}).status_code == 422 and grant.revisions.count() == 1
    assert ines.post(where, said).status_code == 302
    page = text(letter.opened().get(letter.home))
    assert "What the studio offers you now" in page and "in Germany" in page
    assert "nobody has signed it yet" in text(at_the_desk(cast.tobi).get(f"{FILES}{grant.public_id}/verify/"))
    with pytest.raises(Invalid):
        grants.verify(grant.revisions.last(), by=cast.tobi, at=timezone.now(), reason="Too early")


def test_a_first_consent_is_offered_and_agreed_to(cast):
    said = {"person": cast.mira.public_id, "production": cast.harbor.public_id, "number": "C-0500", "kind": "rider",
            "effective_from": "2026-05-03", "last_day": "", "description": "De-aging.", "reason": "Agreed by telephone",
            "lines-TOTAL_FORMS": "1", "lines-INITIAL_FORMS": "0"} | line()  # fmt: skip
    assert at_the_desk(cast.ines).post("/admin/consent/performerlink/offer/", said).status_code == 302
    grant, letter = Grant.objects.get(), letters.made(cast)
    browser = letter.opened()
    page = text(browser.get(letter.home))
    assert "Nothing of it holds before you agree" in page and "End my consent" not in page
    form = letters.filled(browser.get(letter.about(grant, "agree")), code=letter.code)
    browser.post(letter.about(grant, "agree"), form)
    grants.verify(grant.revisions.get(), by=cast.tobi, at=timezone.now(), reason="Compared")
    page = text(browser.get(letter.home))
    assert "In force." in page and "End my consent" in page


def test_a_declined_text_holds_nothing_and_the_desk_is_told(cast, grant, letter):
    letters.offered(cast, grant)
    browser = letter.opened()
    page = browser.get(letter.about(grant, "decline"))
    answer = browser.post(letter.about(grant, "decline"), letters.filled(page, text="Too wide for me."))
    assert "You have declined." in text(browser.get(answer.url))
    assert not grant.revisions.last().signatures.exists() and not worklists.to_verify(Grant.objects.all(), at=timezone.now())
    assert "Declined" in text(at_the_desk(cast.ines).get("/admin/"))
    assert "Too wide" not in str(list(Event.objects.values("body", "reason")))
    assert b"Too wide" not in bytes(PerformerWord.objects.get().__dict__["text"])


def test_refusing_takes_as_many_steps_as_agreeing_and_no_more(cast, grant, letter):
    """Each act is one button in the letter, all of one kind, then one form with one button, then it is done."""
    letters.offered(cast, grant)
    browser = letter.opened()
    page = text(browser.get(letter.home))
    buttons = re.findall(r'<li><a class="([^"]+)" href="consents/[^"/]+/([a-z]+)">', page)
    assert buttons == [("btn plain", one) for one in ("agree", "decline", "ask", "end")]
    steps, asked = {}, {}
    for act in ("agree", "decline", "end"):
        page = browser.get(letter.about(grant, act))
        form = text(page).partition("<main")[2]
        assert form.count("<form") == form.count("<button") == 1
        asked[act] = form.count(" required")
        answer = browser.post(letter.about(grant, act), letters.filled(page, code=letter.code))
        assert answer.status_code == 302 and browser.get(answer.url).status_code == 200
        steps[act] = [page.status_code, answer.status_code]
        if act == "agree":
            letters.offered(cast, grant)
    assert steps["agree"] == steps["decline"] == steps["end"]
    assert asked["decline"] <= asked["agree"] and asked["end"] <= asked["agree"]


@pytest.mark.parametrize("act", ["agree", "decline"])
def test_an_offer_is_answered_once(cast, grant, letter, act):
    letters.offered(cast, grant)
    browser = letter.opened()
    forms = {name: letters.filled(browser.get(letter.about(grant, name)), code=letter.code) for name in ("agree", "decline")}
    first = browser.post(letter.about(grant, act), forms[act])
    before = kept()
    again = browser.post(letter.about(grant, act), forms[act])
    assert again.status_code == 302 and again.url == first.url
    other = "decline" if act == "agree" else "agree"
    answer = browser.post(letter.about(grant, other), forms[other])
    assert answer.status_code == 409 and "answered already" in text(answer)
    assert kept() == before
    assert browser.get(letter.about(grant, act)).url == letter.home


def test_a_text_that_changed_since_it_was_read_is_not_signed(cast, grant, letter):
    letters.offered(cast, grant)
    browser = letter.opened()
    form, before = letters.filled(browser.get(letter.about(grant, "agree")), code=letter.code), kept()
    for sha256 in ("", "0" * 64):
        answer = browser.post(letter.about(grant, "agree"), form | {"sha256": sha256})
        assert answer.status_code == 409 and "please read it again" in text(answer)
    assert kept() == before
    letters.offered(cast, grant, description="Something else altogether.")
    answer = browser.post(letter.about(grant, "agree"), form)
    assert answer.status_code == 409 and "put another text in its place" in text(answer)
    assert not Signature.objects.filter(method="esign_simple").exists() and not PerformerWord.objects.exists()


def test_what_is_offered_to_a_guardian_is_not_signed_by_another(cast, grant, letter):
    agent = letters.speaker(cast, cast.mira, Authority.Kind.AGENT)
    put = letters.offered(cast, grant, authority=agent)
    browser, before = letter.opened(), kept()
    assert "What the studio offers you now" not in text(browser.get(letter.home))
    form = {"once": "z" * 20, "code": letter.code, "revision": put.revision.public_id,
            "sha256": agreement.words(put.revision, letter.link).sha256}  # fmt: skip
    assert browser.post(letter.about(grant, "agree"), form).status_code == 404
    assert kept() == before
    theirs = letters.made(cast, agent)
    browser = theirs.opened()
    page = browser.get(theirs.about(grant, "agree"))
    assert "Ana Kern (agent), for Miranda Valeska" in text(page)
    browser.post(theirs.about(grant, "agree"), letters.filled(page, code=theirs.code))
    assert put.revision.signatures.get().capacity == "agent"


# ── Asking ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_question_is_kept_under_the_persons_key_and_answered_in_the_letter(cast, grant, letter):
    browser, ines = letter.opened(), at_the_desk(cast.ines)
    page = browser.get(letter.about(grant, "ask"))
    browser.post(letter.about(grant, "ask"), letters.filled(page, text="Is my voice <b>cloned</b>?\u202e"))
    word = PerformerWord.objects.get()
    assert word.text == "Is my voice <b>cloned</b>?" and b"voice" not in bytes(word.__dict__["text"])
    assert "Asked" in text(ines.get("/admin/"))
    row = f"/admin/consent/performerword/{word.public_id}/"
    assert "Is my voice &lt;b&gt;cloned&lt;/b&gt;?" in text(ines.get(row))
    assert ines.post(f"{row}answer/", {"text": ""}).status_code == 422 and not DeskAnswer.objects.exists()
    assert ines.post(f"{row}answer/", {"text": "No, only your face."}).status_code == 302
    assert ines.post(f"{row}answer/", {"text": "Or perhaps it is."}).status_code == 409
    page = text(browser.get(letter.home))
    assert "No, only your face." in page and "&lt;b&gt;cloned" in page and "Or perhaps" not in page
    assert "Asked" not in text(ines.get("/admin/"))
    dpo = world.lawyer("dee", "Poe", cast.northlight, "dpo")
    people.erase(cast.mira, by=dpo, at=timezone.now(), reason="Asked for it")
    assert PerformerWord.objects.get().text is None and DeskAnswer.objects.get().text is None


@pytest.mark.parametrize("written", ["", "  \n ", "\u202e\u200b"])
def test_an_empty_question_is_no_question(letter, written):
    browser, before = letter.opened(), kept()
    answer = browser.post(f"{letter.home}ask", letters.filled(browser.get(f"{letter.home}ask"), text=written))
    assert answer.status_code == 422 and "Write your question first" in text(answer) and kept() == before


def test_a_question_that_is_far_too_long_is_refused(letter):
    browser, before = letter.opened(), kept()
    answer = browser.post(f"{letter.home}ask", letters.filled(browser.get(f"{letter.home}ask"), text="x" * 5000))
    assert answer.status_code == 422 and "longer than 4000 characters" in text(answer) and kept() == before


def test_a_question_sent_twice_is_one_and_a_form_without_its_number_is_none(letter):
    browser = letter.opened()
    form = letters.filled(browser.get(f"{letter.home}ask"), text="When?")
    first, second = browser.post(f"{letter.home}ask", form), browser.post(f"{letter.home}ask", form)
    assert first.url == second.url and PerformerWord.objects.count() == 1
    for once in ("", "short", "x" * 100, "<script>alert(1)</script>"):
        answer = browser.post(f"{letter.home}ask", form | {"once": once})
        assert answer.status_code == 422 and "send it again" in text(answer) and "<script>" not in text(answer)
    assert PerformerWord.objects.count() == 1


# ── Ending ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_ending_needs_the_code_again(grant, letter):
    browser, before = letter.opened(), kept()
    form = letters.filled(browser.get(letter.about(grant, "end")))
    for code in ("", letter.wrong):
        answer = browser.post(letter.about(grant, "end"), form | {"code": code, "text": "I am done"})
        assert answer.status_code == 422 and "I am done" in text(answer)
    assert kept() == before and not Statement.objects.exists()


def test_five_wrong_codes_while_ending_lock_the_link_and_hold_nothing(cast, grant, letter):
    browser = letter.opened()
    form = letters.filled(browser.get(letter.about(grant, "end")), code=letter.wrong)
    answers = [browser.post(letter.about(grant, "end"), form).status_code for _ in range(6)]
    assert answers == [422, 422, 422, 422, 404, 404]
    assert not Statement.objects.exists() and not PerformerWord.objects.exists()


def test_ending_twice_holds_once(grant, letter):
    browser = letter.opened()
    forms = [letters.filled(browser.get(letter.about(grant, "end")), code=letter.code) for _ in range(2)]
    first = browser.post(letter.about(grant, "end"), forms[0])
    assert browser.post(letter.about(grant, "end"), forms[0]).url == first.url
    answer = browser.post(letter.about(grant, "end"), forms[1])
    assert answer.status_code == 409 and "Nothing is left to do" in text(answer)
    hold = Statement.objects.get()
    assert (hold.kind, hold.subject) == ("lock", grant.public_id)
    assert "sign" in hold.acts and "continue_distribution" not in hold.acts


def test_an_ending_is_taken_back_by_the_performer_until_it_is_recorded(cast, grant, letter):
    browser = letter.opened()

    def say(act):
        page = browser.get(letter.about(grant, act))
        return browser.post(letter.about(grant, act), letters.filled(page, code=letter.code)) if page.status_code == 200 else page

    say("end")
    assert "On hold, because you want to end it" in text(browser.get(letter.home))
    assert say("stay").status_code == 302
    assert [one.kind for one in Statement.objects.order_by("pk")] == ["lock", "lift"]
    assert "In force." in text(browser.get(letter.home)) and not words.waiting(Organisation.objects.all()).exists()
    say("end")
    assert words.waiting(Organisation.objects.all()).count() == 1
    world.ended(cast, grant, at=timezone.now())
    assert not words.waiting(Organisation.objects.all()).exists()
    assert say("stay").url == letter.home
    with pytest.raises(Conflict):
        words.stay(letter.link, grant, confirm=lambda: None, once="q" * 20, at=timezone.now())


def test_words_and_answers_are_added_and_never_changed(letter):
    words.ask(letter.link, text="When?", once="w" * 20, at=timezone.now())
    for statement in ("UPDATE consent_performerword SET kind = 'stays'", "DELETE FROM consent_performerword"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    assert PerformerWord.objects.get().kind == "asked"
