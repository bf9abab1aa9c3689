"""The desk's front page warns of a silent worker and of signing keys that end or fail, and leads to the reader's account."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from provenance import key_warnings, silence, trust_lists
from provenance.models import SigningJob
from registry.models import Heartbeat, Organisation
from tests import cast as people
from tests.desk import at_the_desk
from tests.provenance import registered
from tests.provenance.test_trust_lists import AT, DAY, root

pytestmark = pytest.mark.django_db
WELL = {"state": "usable", "usable": 1, "expiring": 0, "unusable": 0, "not_after": "2027-12-04T00:00:00+00:00"}


def told(**key):
    Heartbeat.objects.update_or_create(name="worker@one", defaults={"seen_at": timezone.now(), "details": {"key": WELL | key}})


def front(user):
    return at_the_desk(user).get("/admin/").content.decode()


@pytest.mark.parametrize("role", ["legal_enter", "legal_verify", "operator"])
def test_lawyers_and_operators_read_of_a_key_that_ends(cast, role):
    told(state="expiring", usable=0, expiring=1, not_after="2026-12-04T10:00:00+00:00")
    page = front(people.lawyer("uma", "Reed", cast.northlight, role))
    assert "A signing key expires on 4 December 2026." in page


@pytest.mark.parametrize("role", ["auditor", "business_affairs", "dpo"])
def test_others_are_not_troubled_with_it(cast, role):
    told(state="unusable", unusable=1, expiring=1)
    assert "signing key" not in front(people.lawyer("uma", "Reed", cast.northlight, role)).lower()


def test_a_key_that_cannot_be_used_is_told_before_one_that_ends(cast):
    told(state="unusable", unusable=1, expiring=2, not_after="2026-12-04T10:00:00+00:00")
    page = front(cast.ines)
    assert page.index("A signing key cannot be used") < page.index("2 signing keys expire soon, the first on 4 December 2026")


@pytest.mark.parametrize("details", [{}, {"key": None}, {"key": {}}, {"key": WELL}, {"key": {"expiring": "two"}}])
def test_nothing_is_said_when_nothing_is_wrong_or_nothing_known(cast, details):
    Heartbeat.objects.create(name="worker@one", seen_at=timezone.now(), details=details)
    assert "signing key" not in front(cast.ines).lower()


def listed(at, *ending):
    pem = "".join(root(name, days=(at - AT).days + days) for name, days in ending)
    trust_lists.refresh("signers", pem.encode(), source="list.pem", listed_on=DAY, at=at)


@pytest.mark.parametrize(("role", "reads"), [("operator", True), ("legal_enter", False), ("auditor", False)])
def test_an_operator_reads_which_certificates_on_a_list_end_soon(cast, role, reads):
    listed(timezone.now(), ("Long", 3650), ("Sooner", 20), ("Soon", 30), ("Over", -3))
    page = front(people.lawyer("uma", "Reed", cast.northlight, role))
    assert ("2 certificates end soon, the first: CN=Sooner ends on" in page) is reads
    assert "CN=Over" not in page and "CN=Long" not in page


def test_only_the_freshest_worker_is_believed(cast):
    told(unusable=1)
    Heartbeat.objects.create(name="worker@two", seen_at=timezone.now() + timedelta(seconds=5), details={"key": WELL})
    assert "cannot be used" not in front(cast.ines)


@pytest.mark.parametrize("not_after", [None, "soon", 7])
def test_a_day_that_cannot_be_read_is_left_out(not_after):
    (said,) = key_warnings.sentences({"expiring": 1, "not_after": not_after})
    assert said.startswith("A signing key expires within thirty days.")


def test_under_the_reader_s_name_lie_the_second_factor_the_password_and_the_way_out(cast):
    page = front(cast.ines)
    assert "<summary>Ines Roth</summary>" in page and 'rel="icon"' in page
    for address in ("/accounts/2fa/", "/accounts/password/change/", 'action="/accounts/logout/"'):
        assert address in page


# ── A silent worker ──────────────────────────────────────────────────────────────────────────────────────────────

MORNING = datetime(2026, 11, 25, 9, 12, tzinfo=UTC)


def heard_of(at):
    Heartbeat.objects.update_or_create(name="worker@one", defaults={"seen_at": at})


def waits(state, title):
    job = {"intake_key": title, "not_before": people.NOON, "called_at": people.NOON, "changed_at": people.NOON}
    return SigningJob.objects.create(asset=registered.asset(title.encode(), title=title), state=state, **job)


def silent(at, *, operates=False, studio="Northlight Pictures"):
    return silence.sentence(Organisation.objects.filter(name=studio), operates=operates, at=at)


@pytest.mark.parametrize(("seconds", "told"), [(0, False), (59, False), (62, True)])
def test_the_front_page_says_so_as_soon_as_readiness_does(cast, client, seconds, told):
    heard_of(timezone.now() - timedelta(seconds=seconds))
    assert ("Nothing has been signed since" in front(cast.ines)) is told
    assert (client.get("/health/ready").json()["worker"]["state"] == "silent") is told


def test_it_tells_since_when_and_how_many_wait(cast):
    heard_of(MORNING)
    for number, state in enumerate(("received", "signing", "held", "refused", "dead", "signed")):
        waits(state, f"sh{number}")
    at = MORNING + timedelta(minutes=20)
    assert silent(at) == "Nothing has been signed since 09:12. 2 assets wait; tell an operator."
    assert "2 assets wait; start the worker again" in silent(at, operates=True)
    assert "No asset waits yet" in silent(at, studio="Southgate Films")
    SigningJob.objects.filter(state="signing").update(state="held")
    assert silent(at + timedelta(days=1)) == (
        "Nothing has been signed since 09:12 on 25 November 2026. 1 asset waits; tell an operator."
    )


def test_a_signature_made_after_the_worker_s_last_word_counts(cast):
    registered.credential()
    heard_of(registered.SIGNED_AT - timedelta(minutes=5))
    assert "since 09:41" in silent(registered.SIGNED_AT + timedelta(minutes=20))
    assert "since 09:36" in silent(registered.SIGNED_AT + timedelta(minutes=20), studio="Southgate Films")


def test_a_worker_that_never_spoke_is_not_said_to_have_signed(cast):
    assert silent(MORNING).startswith("No worker has been heard of yet. No asset waits yet;")
    assert "No worker has been heard of yet" in front(cast.ines)


@pytest.mark.parametrize("role", ["legal_enter", "auditor", "operator", "dpo"])
def test_it_is_told_to_those_who_see_what_waits(cast, role):
    page = front(people.lawyer("uma", "Reed", cast.northlight, role))
    assert ("No worker has been heard of" in page) is (role != "dpo")
    assert ("start the worker again" in page) is (role == "operator")
