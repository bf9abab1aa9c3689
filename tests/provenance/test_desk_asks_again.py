"""Before a consent is ended or a secret given out, whoever has not shown lately who they are is asked; nothing is lost."""

import re
from html import unescape

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth

from consent import records
from consent.models import Ending, Statement
from registry.models import ApiClient, Event, Membership
from tests import cast as people
from tests.desk import at_the_desk, minutes_later
from tests.provenance.test_desk_ending import address, said

pytestmark = pytest.mark.django_db
PASSWORD = "copper-lantern-birch-27"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
HALF_MINUTE = 59_000_000
RECORDS = "/admin/consent/statement/"
PROGRAMS = "/admin/registry/apiclient/"
REASON = "Letter of the performer,\r\nsigned “M. Vale” <3 & 'kept'"


@pytest.fixture(autouse=True)
def _one_half_minute(monkeypatch):
    monkeypatch.setattr(auth, "yield_hotp_counters_from_time", lambda: iter([HALF_MINUTE]))


def known_by_password(user):
    user.set_password(PASSWORD)
    user.save()
    return user


def protected(user):
    """With a second factor; gives the recovery codes."""
    auth.TOTP.activate(user, SECRET)
    return RecoveryCodes.activate(user).get_unused_codes()


def code():
    return auth.format_hotp_value(auth.hotp_value(SECRET, HALF_MINUTE))


@pytest.fixture
def ines(cast):
    return known_by_password(cast.ines)


@pytest.fixture
def olga(cast):
    return known_by_password(people.lawyer("olga", "Petrov", cast.northlight, Membership.Role.OPERATOR))


def is_asked(answer):
    return 'name="again-password"' in answer.content.decode()


def answered(page, **given):
    """What the page sends once it is filled in: all that it keeps, and the answers."""
    kept = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', page.content.decode())
    sent = {}
    for name, value in kept:
        sent.setdefault(name, []).append(unescape(value))
    return sent | {f"again-{name}": value for name, value in ({"password": PASSWORD} | given).items()}


@pytest.mark.parametrize(("minutes", "asked"), [(0, False), (4.9, False), (5.1, True), (400, True)])
def test_it_is_asked_when_some_minutes_have_passed(cast, ines, minutes, asked):
    where = address(people.verified(cast))
    browser = minutes_later(at_the_desk(ines), minutes)
    assert is_asked(browser.get(where)) is asked
    assert ("Step 1 of 2" in browser.get(where).content.decode()) is not asked


def test_the_minutes_are_a_setting(cast, ines, settings):
    settings.CONFIRM_MINUTES = 60
    assert not is_asked(minutes_later(at_the_desk(ines), 59).get(address(people.verified(cast))))


def test_who_only_looked_is_led_on_once_confirmed(cast, ines):
    where = f"{address(people.verified(cast))}?from=letter"
    browser = minutes_later(at_the_desk(ines), 6)
    answer = browser.post(where, answered(browser.get(where)))
    assert (answer.status_code, answer.url) == (302, where)
    assert "Step 1 of 2" in browser.get(where).content.decode() and not Ending.objects.exists()


def test_an_ending_that_took_long_to_fill_in_is_kept_and_recorded_as_it_was_sent(cast, ines):
    where = address(people.verified(cast))
    browser = minutes_later(at_the_desk(ines), 6)
    page = browser.post(where, said(confirm="1", reason=REASON))
    assert is_asked(page) and "What you entered is kept" in page.content.decode() and not Ending.objects.exists()
    assert browser.post(where, answered(page)).status_code == 302
    assert Ending.objects.get().entered_by == ines
    assert Event.objects.get(tag="grant:ended").reason == REASON


def test_a_step_that_records_nothing_goes_on_as_well(cast, ines):
    where = address(people.verified(cast))
    browser = minutes_later(at_the_desk(ines), 6)
    page = browser.post(where, answered(browser.post(where, said())))
    assert "Step 2 of 2. Nothing is recorded yet." in page.content.decode() and not Ending.objects.exists()


def test_without_the_right_password_nothing_is_recorded_and_nothing_lost(cast, ines):
    where = address(people.verified(cast))
    browser = minutes_later(at_the_desk(ines), 6)
    page = browser.post(where, said(confirm="1", reason=REASON))
    for wrong in ("", "wrong", PASSWORD.upper()):
        page = browser.post(where, answered(page, password=wrong))
        assert page.status_code == 422 and is_asked(page) and not Ending.objects.exists()
    assert PASSWORD.upper() not in page.content.decode()
    assert browser.post(where, answered(page)).status_code == 302 and Ending.objects.exists()


def test_five_wrong_passwords_shut_it_for_a_while_even_to_the_right_one(cast, ines):
    where = address(people.verified(cast))
    browser = minutes_later(at_the_desk(ines), 6)
    page = browser.post(where, said(confirm="1"))
    statuses = [browser.post(where, answered(page, password=f"wrong-{number}")).status_code for number in range(5)]
    assert statuses == [422] * 4 + [429]
    refused = browser.post(where, answered(page))
    assert refused.status_code == 422 and "Too many attempts were wrong" in refused.content.decode()
    assert not Ending.objects.exists()


# ── What else cannot be undone ───────────────────────────────────────────────────────────────────────────────────


def test_before_a_lock_is_lifted_it_is_asked_and_before_another_record_is_lifted_it_is_not(cast):
    tobi = known_by_password(cast.tobi)
    told = {"studio": cast.northlight, "by": cast.ines, "at": people.NOON, "reason": "Letter"}
    strike = {"union": "SAG-AFTRA", "called_on": "2026-07-14"}
    lock = records.state("lock.strike", subject=cast.harbor.public_id, details=strike, **told)
    engaged = records.state(
        "production.engagement", subject=cast.harbor.public_id, details={"engaged_on": "2026-07-14"}, **told
    )
    browser = minutes_later(at_the_desk(tobi), 6)
    assert not is_asked(browser.get(f"{RECORDS}{engaged.public_id}/lift/"))
    page = browser.post(f"{RECORDS}{lock.public_id}/lift/", {"outcome": "over", "resolved_on": "2026-07-20", "reason": REASON})
    assert is_asked(page) and not Statement.objects.filter(kind="lift").exists()
    assert browser.post(f"{RECORDS}{lock.public_id}/lift/", answered(page)).status_code == 302
    assert Statement.objects.get(kind="lift").refers_to == lock and Event.objects.get(tag="lock:lifted").reason == REASON


def test_before_somebody_is_erased_it_is_asked(cast):
    dana = known_by_password(people.lawyer("dana", "Prior", cast.northlight, Membership.Role.DPO))
    where = f"/admin/registry/person/{cast.mira.public_id}/erase/"
    browser = minutes_later(at_the_desk(dana), 6)
    page = browser.post(where, {"reason": REASON})
    cast.mira.refresh_from_db()
    assert is_asked(page) and cast.mira.alias == "M. Vale" and cast.mira.data_key
    assert browser.post(where, answered(page)).status_code == 302
    cast.mira.refresh_from_db()
    assert cast.mira.alias == "Erased person" and not cast.mira.data_key


# ── With a second factor ─────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("stale", ["password", "mfa"])
def test_who_has_a_second_factor_is_asked_for_both(cast, ines, stale):
    protected(ines)
    where = address(people.verified(cast))
    browser = minutes_later(at_the_desk(ines), 6, stale)
    page = browser.post(where, said(confirm="1"))
    assert is_asked(page) and "your password and a code" in page.content.decode()
    for given in ({}, {"code": ""}, {"code": "000000" if code() != "000000" else "111111"}, {"code": code(), "password": "x"}):
        assert browser.post(where, answered(page, **given)).status_code == 422 and not Ending.objects.exists()
    assert browser.post(where, answered(page, code=code())).status_code == 302 and Ending.objects.exists()


def test_a_session_whose_user_never_gave_the_code_is_asked_for_it(cast, ines):
    """Such a session began before the account was protected."""
    browser = at_the_desk(ines)
    session = browser.session
    session["account_authentication_methods"] = session["account_authentication_methods"][:1]
    session.save()
    where = address(people.verified(cast))
    assert not is_asked(browser.get(where))
    protected(ines)
    assert is_asked(browser.get(where))


def test_beside_a_wrong_password_no_recovery_code_is_used_up(cast, ines):
    codes = protected(ines)
    where = address(people.verified(cast))
    browser = minutes_later(at_the_desk(ines), 6)
    page = browser.post(where, said(confirm="1"))
    assert browser.post(where, answered(page, password="wrong", code=codes[0])).status_code == 422
    kept = Authenticator.objects.get(type="recovery_codes").wrap()
    assert codes[0] in kept.get_unused_codes() and not Ending.objects.exists()
    assert browser.post(where, answered(page, code=codes[0])).status_code == 302


# ── Secrets of programs ──────────────────────────────────────────────────────────────────────────────────────────


def test_a_program_s_secret_is_given_out_once_confirmed_with_everything_chosen(cast, olga):
    browser = minutes_later(at_the_desk(olga), 6)
    chosen = {"organisation": cast.parallax.public_id, "name": "Render farm", "reason": "Delivers Harbor",
              "scopes": ["assets:write", "clearances"]}  # fmt: skip
    page = browser.post(f"{PROGRAMS}add/", chosen)
    assert is_asked(page) and not ApiClient.objects.exists()
    shown = browser.post(f"{PROGRAMS}add/", answered(page))
    client = ApiClient.objects.get()
    assert 'class="secret"' in shown.content.decode() and client.allowed_scopes == "assets:write clearances"
    renew = f"{PROGRAMS}{client.client_id}/renew/"
    page = minutes_later(browser, 6).post(renew, {"reason": "Laptop stolen"})
    assert is_asked(page) and ApiClient.objects.get().client_secret == client.client_secret
    assert 'class="secret"' in browser.post(renew, answered(page)).content.decode()
    assert ApiClient.objects.get().client_secret != client.client_secret
