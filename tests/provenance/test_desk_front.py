"""The desk's front page warns of signing keys that end or fail, and leads to the reader's own account."""

from datetime import timedelta

import pytest
from django.utils import timezone

from provenance import key_warnings
from registry.models import Heartbeat
from tests import cast as people
from tests.desk import at_the_desk

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
