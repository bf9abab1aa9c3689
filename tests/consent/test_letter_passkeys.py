"""Passkeys at the performers' own doors: kept on a device, they open the letter again and confirm acts in it."""

import html
import json
import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from fido2.webauthn import AuthenticatorData
from hypothesis import HealthCheck, given
from hypothesis import settings as laws
from hypothesis import strategies as st

from consent.models import LetterPasskey, PerformerLink, PerformerWord, Statement
from consent.performer import links, passkeys
from registry.models import Event
from tests import cast as world
from tests import letters
from tests.authenticator import Device
from tests.desk import at_the_desk

pytestmark = pytest.mark.django_db
RETURN = "/letter/return"
DAY = timedelta(days=1)
YEAR = timedelta(days=365)
ASKED = re.compile(r'data-options="([^"]+)".*?name="note" value="([^"]+)"', re.DOTALL)


@pytest.fixture(autouse=True)
def _at_its_address(settings):
    settings.SITE_URL = "http://localhost:8000"


@pytest.fixture
def grant(cast):
    return world.verified(cast, at=timezone.now())


@pytest.fixture
def letter(cast, grant):
    return letters.made(cast)


@pytest.fixture
def device(letter):
    """A device that keeps a passkey for Mira's letter."""
    device = Device()
    keep(letter, device)
    return device


def asked(page) -> tuple[str, str]:
    options, note = ASKED.search(page.content.decode()).groups()
    return html.unescape(options), html.unescape(note)


def keep(letter, device, browser=None):
    browser = browser or letter.opened()
    options, note = asked(browser.get(f"{letter.home}passkeys"))
    return browser.post(f"{letter.home}passkeys", {"note": note, "passkey": device.created(options)})


def come_back(device, browser=None):
    browser = browser or Client()
    options, note = asked(browser.get(RETURN))
    return browser.post(RETURN, {"note": note, "passkey": device.got(options)})


def closed(answer) -> bool:
    let_in = [name for name in answer.cookies if name.startswith("letter_")]
    return answer.status_code == 404 and "This link opens no letter" in answer.content.decode() and not let_in


def age(letter, **changes):
    PerformerLink.objects.filter(pk=letter.link.pk).update(**changes)


# ── Kept, and opened with ────────────────────────────────────────────────────────────────────────────────────────


def test_a_passkey_kept_on_a_device_opens_the_letter_without_link_and_code(letter, device, grant):
    browser = Client()
    answer = come_back(device, browser)

    assert answer.status_code == 302 and answer.url == letter.home
    assert grant.number in browser.get(letter.home).content.decode()
    opened = Event.objects.filter(tag="link:opened").latest("id")
    assert LetterPasskey.objects.get().public_id in opened.body


def test_it_opens_the_letter_also_when_the_link_has_run_out(letter, device, grant):
    age(letter, expires_at=timezone.now() - DAY)

    assert closed(Client().post(letter.opening, {"code": letter.code}))
    browser = Client()
    come_back(device, browser)
    page = browser.get(letter.home).content.decode()
    assert grant.number in page and "Your link opens it until" not in page


def test_only_the_public_half_is_kept_and_nothing_that_names_anybody(letter, device):
    kept = LetterPasskey.objects.get()
    secret = device.key.private_numbers().private_value.to_bytes(32, "big")

    assert device.id in bytes(kept.credential) and secret not in bytes(kept.credential)
    assert Event.objects.filter(tag="link:passkey_kept", body__contains=kept.public_id).count() == 1


def test_the_page_tells_what_is_kept_and_removes_it(letter, device):
    browser = letter.opened()
    page = browser.get(f"{letter.home}passkeys").content.decode()
    kept = LetterPasskey.objects.get()
    assert "Kept on" in page and "/letter/return" in page

    browser.post(f"{letter.home}passkeys/{kept.public_id}/remove")

    assert not LetterPasskey.objects.exists()
    assert Event.objects.filter(tag="link:passkey_removed").count() == 1
    assert closed(come_back(device))


def test_five_are_kept_for_one_letter_and_no_sixth(letter):
    browser = letter.opened()
    for _ in range(5):
        assert keep(letter, Device(), browser).status_code == 302

    refused = keep(letter, Device(), browser)

    assert refused.status_code == 422 and "Remove one first" in refused.content.decode()
    assert LetterPasskey.objects.count() == 5


def test_where_browsers_keep_none_the_page_says_so(letter, settings):
    settings.SITE_URL = "http://192.0.2.7:8000"

    page = letter.opened().get(f"{letter.home}passkeys").content.decode()

    assert "Passkeys cannot be kept at this address." in page and "data-passkey" not in page


def test_the_desk_sees_them_and_revoking_the_link_ends_them(cast, letter, device):
    age(letter, expires_at=timezone.now() - DAY)
    row = at_the_desk(cast.ines).get(f"/admin/consent/performerlink/{letter.link.public_id}/").content.decode()
    assert "opens by passkey alone" in row and "kept on" in row

    links.revoke(letter.link, by=cast.ines, at=timezone.now(), reason="She asked for it")

    assert closed(come_back(device))


def test_a_new_link_ends_the_passkeys_of_the_one_before(cast, letter, device):
    age(letter, expires_at=timezone.now() - DAY)
    letters.made(cast)

    assert closed(come_back(device))


# ── What opens nothing ───────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "wrong",
    [
        Device(flags=AuthenticatorData.FLAG.UP),
        Device(origin="http://localhost:9999"),
        Device(origin="https://countersign.example"),
    ],
    ids=["nobody unlocked it", "another port", "another site"],
)
def test_a_device_that_is_not_unlocked_or_not_at_our_address_keeps_and_opens_nothing(letter, wrong):
    assert keep(letter, wrong).status_code == 422
    assert not LetterPasskey.objects.exists()

    keep(letter, Device(key=wrong.key, id=wrong.id))
    assert closed(come_back(wrong))
    assert LetterPasskey.objects.get().last_used_at == LetterPasskey.objects.get().made_at


def test_an_unknown_device_and_another_key_under_the_same_name_open_nothing(letter, device):
    assert closed(come_back(Device()))
    assert closed(come_back(Device(id=device.id)))


def test_an_answer_opens_once(device):
    options, note = asked(Client().get(RETURN))
    answer = {"note": note, "passkey": device.got(options)}
    assert Client().post(RETURN, answer).status_code == 302

    assert closed(Client().post(RETURN, answer))


def test_an_answer_to_another_question_opens_nothing(letter, device, grant):
    options, note = asked(letter.opened().get(letter.about(grant, "end")))

    assert closed(Client().post(RETURN, {"note": note, "passkey": device.got(options)}))


def test_a_question_is_good_for_ten_minutes(device, monkeypatch):
    options, note = asked(Client().get(RETURN))
    monkeypatch.setattr(passkeys, "ANSWERED_WITHIN", timedelta(seconds=-1))

    assert closed(Client().post(RETURN, {"note": note, "passkey": device.got(options)}))


@pytest.mark.parametrize("change", [{"revoked_at": timezone.now()}, {"locked_at": timezone.now()}], ids=["revoked", "locked"])
def test_a_link_that_lets_nobody_in_lets_no_passkey_in(letter, device, change):
    age(letter, **change)

    assert closed(come_back(device))


def test_a_guardians_passkey_ends_with_the_eighteenth_birthday(cast):
    today = timezone.now().date()
    kit = world.person(cast.northlight, "Kit Kern", "Kit K", today - 17 * YEAR)
    theirs, device = letters.made(cast, letters.speaker(cast, kit, "guardian")), Device()
    keep(theirs, device)
    assert come_back(device).status_code == 302

    kit.birth_date = today - 19 * YEAR
    kit.save()

    assert closed(come_back(device))


def test_one_that_was_not_used_for_long_opens_nothing(device):
    LetterPasskey.objects.update(last_used_at=timezone.now() - 401 * DAY)

    assert closed(come_back(device))


@given(st.one_of(st.text(max_size=200), st.just("[" * 16_000), st.just("x" * 20_000), st.dictionaries(
    st.sampled_from(["id", "rawId", "type", "response"]), st.one_of(st.none(), st.text(max_size=20), st.just({})))))  # fmt: skip
@laws(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
def test_whatever_else_a_device_answers_is_refused_in_a_sentence(letter, said):
    answer = said if isinstance(said, str) else json.dumps(said)
    _, note = asked(Client().get(RETURN))

    with pytest.raises(links.NoSuchLetter):
        passkeys.admit(note=note, answer=answer, at=timezone.now())
    with pytest.raises(links.Invalid):
        passkeys.keep(letter.link, note=passkeys.to_keep(letter.link).note, answer=answer, at=timezone.now())


# ── Acts ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_passkey_confirms_the_end_of_a_consent_in_place_of_the_code(letter, device, grant):
    browser = Client()
    come_back(device, browser)
    page = browser.get(letter.about(grant, "end"))
    options, note = asked(page)

    answer = browser.post(letter.about(grant, "end"), letters.filled(page, note=note, passkey=device.got(options)))

    assert answer.status_code == 302
    assert PerformerWord.objects.get().kind == "ends" and Statement.objects.filter(kind="lock").exists()


def test_it_confirms_that_act_on_that_consent_and_no_other(cast, letter, device, grant):
    browser = letter.opened()
    options, note = asked(browser.get(letter.about(grant, "end")))
    letters.offered(cast, grant)
    page = browser.get(letter.about(grant, "agree"))

    answer = browser.post(letter.about(grant, "agree"), letters.filled(page, note=note, passkey=device.got(options)))

    assert answer.status_code == 422 and "did not confirm it" in answer.content.decode()
    assert not PerformerWord.objects.exists()


def test_the_passkey_of_another_letter_confirms_nothing_in_this_one(cast, letter, device, grant):
    other = letters.made(cast, letters.speaker(cast, cast.mira, "agent"))
    stranger = Device()
    keep(other, stranger)
    browser = letter.opened()
    page = browser.get(letter.about(grant, "end"))
    options, note = asked(page)

    answer = browser.post(letter.about(grant, "end"), letters.filled(page, note=note, passkey=stranger.got(options)))

    assert answer.status_code == 422
    assert not PerformerWord.objects.exists() and not Statement.objects.exists()
