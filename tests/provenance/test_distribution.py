"""What is out and has to stop: who, what and by when, from orders and endings; notices, evidence, and what need not stop."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from consent import endings, records
from consent.models import Evidence, Statement
from provenance import distribution
from provenance.distribution import NOT_NEEDED, NOTIFIED, SOMEBODY, STOPPED
from registry.models import Membership
from tests import cast as people
from tests.cast import NOON, RIDER
from tests.desk import at_the_desk, rider
from tests.provenance import signed

pytestmark = pytest.mark.django_db
PAGE = "/admin/distribution/"
DAY = timedelta(days=1)
ORDER = {"court": "LASC", "number": "26-114", "served_at": NOON, "zone": "UTC", "orders": "Cease all use of the likeness"}


@pytest.fixture
def made(cast):
    """Mira de-aged, signed on her consent. The upload is asked about by its hash, as intake does."""
    return signed.with_mira(cast)


def told(cast, **changes):
    return {"studio": cast.northlight, "by": cast.ines, "at": NOON, "reason": "Served by courier"} | changes


def ordered(cast, subject=None, **changes):
    return records.state("lock.court_order", subject=(subject or cast.mira).public_id, details=ORDER, **told(cast, **changes))


def ended(cast, made, mode, **changes):
    return endings.end(
        made.decision.revisions.get().grant, kind="revoked", mode=mode, received_at=NOON, effective_at=NOON, by=cast.ines,
        at=NOON, reason="Letter", **changes,
    )  # fmt: skip


def released(cast, made, *through):
    details = {"territories": ["US"], "released_on": "2026-08-01", "through": list(through)}
    return records.state("asset.released", subject=made.asset.sha256, details=details, **told(cast))


def errands(cast, at=NOON):
    return distribution.errands(cast.northlight, at=at)


def parties(cast, at=NOON):
    return {one.party: one for one in errands(cast, at)}


def where(errand, rest=""):
    return f"{PAGE}{errand.cause.id}/{errand.key}/{rest}"


def said(errand, answer=STOPPED, **changes):
    files = [one.file.public_id for one in errand.open]
    return {"files": files, "answer": answer, "moment": "2026-07-15T10:00", "words": "Taken down", "document": rider(),
            "reason": "Confirmed by mail"} | changes  # fmt: skip


def answers():
    return Statement.objects.filter(form__startswith="distribution.")


def test_nothing_has_to_stop_until_an_order_or_an_ending_reaches_it(cast, made):
    assert errands(cast) == []
    assert "Nothing that is out has to stop" in at_the_desk(cast.ines).get(PAGE).content.decode()
    assert "to stop distribution" not in at_the_desk(cast.ines).get("/admin/").content.decode()


@pytest.mark.parametrize("on", ["mira", "harbor"])
def test_a_court_order_is_to_be_complied_with_in_two_business_days(cast, made, on):
    """Served on Tuesday 14 July 2026 at noon: by noon of Thursday the 16th."""
    ordered(cast, getattr(cast, on))
    found = parties(cast)
    assert set(found) == {"Parallax VFX", SOMEBODY}
    assert all(one.cause.due == NOON + 2 * DAY and [each.file for each in one.tasks] == [made] for one in found.values())
    errand, second = found["Parallax VFX"], timedelta(seconds=1)
    assert not errand.overdue(NOON + 2 * DAY - second) and errand.overdue(NOON + 2 * DAY)


def test_distributors_and_platforms_are_those_that_the_record_of_its_release_names(cast, made):
    ordered(cast)
    released(cast, made, "Stream One", "Northern Cinemas")
    assert set(parties(cast)) == {"Parallax VFX", "Stream One", "Northern Cinemas"}


def test_an_order_about_other_acts_or_somebody_else_or_one_that_was_lifted_stops_nothing(cast, made):
    ordered(cast, acts=("generate",))
    ordered(cast, cast.jon)
    lock = ordered(cast)
    assert len(errands(cast)) == 2
    records.lift(lock, by=cast.tobi, at=NOON + DAY, reason="Over", details={"outcome": "over", "resolved_on": "2026-07-15"})
    assert len(errands(cast)) == 2 and errands(cast, NOON + DAY) == []


@pytest.mark.parametrize(("mode", "more", "due"), [
    ("cease_all", {}, NOON), ("run_off", {"run_off_to": date(2026, 9, 30)}, NOON.replace(month=10, day=1, hour=0)),
    ("prospective_new_use", {}, None), ("no_new_release", {}, None),
])  # fmt: skip
def test_of_endings_those_after_which_released_work_stops(cast, made, mode, more, due):
    ended(cast, made, mode, **more)
    assert {one.cause.due for one in errands(cast)} == ({due} if due else set())


def test_the_notice_says_what_by_when_and_neither_why_nor_of_whom(cast, made):
    ordered(cast)
    errand = parties(cast)["Parallax VFX"]
    notice = at_the_desk(cast.ines).get(where(errand, "notice.txt"))
    words = notice.content.decode()
    assert notice["Content-Disposition"].startswith("attachment") and notice["Content-Type"].startswith("text/plain")
    assert "To: Parallax VFX" in words and "16 July 2026, 12:00 UTC" in words and made.sha256 in words
    for secret in ("LASC", "26-114", "likeness", "M. Vale", "C-0142"):
        assert secret not in words


def test_a_notice_is_recorded_and_then_that_it_is_done_with_its_evidence(cast, made):
    ordered(cast)
    errand = parties(cast)["Parallax VFX"]
    desk = at_the_desk(cast.ines)
    assert desk.post(where(errand), said(errand, NOTIFIED, document="")).status_code == 302
    [notice] = answers()
    assert (notice.subject, notice.details["party"], notice.details["because_of"]) == (
        made.asset.sha256, "Parallax VFX", errand.cause.id)  # fmt: skip
    assert parties(cast)["Parallax VFX"].tasks[0].state == "notified" and parties(cast)["Parallax VFX"].open
    assert "Notice sent" in desk.get(PAGE).content.decode()
    assert desk.post(where(errand), said(errand)).status_code == 302
    done = parties(cast)["Parallax VFX"]
    assert not done.open and done.tasks[0].state == "stopped" and answers().last().evidence.sha256 == RIDER.sha256
    assert parties(cast)[SOMEBODY].open
    assert "all answered for" in desk.get(PAGE).content.decode()


@pytest.mark.parametrize(("answer", "changes", "words"), [
    (STOPPED, {"document": ""}, "needs its evidence"), (STOPPED, {"words": " "}, "This field is required"),
    (STOPPED, {"files": []}, "This field is required"), (STOPPED, {"reason": ""}, "Say why"),
    (STOPPED, {"moment": "2099-01-01T00:00"}, "lies in the future"), (STOPPED, {"files": ["crd_other"]}, "Select a valid choice"),
    ("asset.released", {}, "Select a valid choice"),
])  # fmt: skip
def test_what_is_incomplete_is_refused_and_nothing_is_recorded(cast, made, answer, changes, words):
    ordered(cast)
    errand, papers = parties(cast)["Parallax VFX"], Evidence.objects.count()
    page = at_the_desk(cast.ines).post(where(errand), said(errand, answer, **changes))
    assert page.status_code == 422 and words in page.content.decode()
    assert not answers().exists() and Evidence.objects.count() == papers


def test_it_need_not_stop_with_a_reason_and_once_that_is_lifted_it_must(cast, made):
    ordered(cast)
    errand = parties(cast)["Parallax VFX"]
    assert at_the_desk(cast.ines).post(where(errand), said(errand, NOT_NEEDED, document="")).status_code == 302
    assert parties(cast)["Parallax VFX"].tasks[0].state == "not_needed"
    records.lift(answers().get(), by=cast.ines, at=timezone.now(), reason="It was handed on after all")
    assert parties(cast)["Parallax VFX"].open


def test_two_who_answer_at_once_are_not_both_recorded(cast, made):
    ordered(cast)
    errand = parties(cast)["Parallax VFX"]
    answered = {"files": [made.public_id], "moment": NOON, "words": "Never sent on", "at": NOON + DAY, "reason": "Mail"}
    distribution.answer(errand, NOT_NEEDED, by=cast.ines, **answered)
    with pytest.raises(distribution.NotOpen):
        distribution.answer(errand, NOT_NEEDED, by=cast.tobi, **answered)
    assert answers().count() == 1


def test_who_only_reads_sees_it_and_answers_nothing_and_another_studio_finds_none(cast, made):
    ordered(cast)
    errand = parties(cast)["Parallax VFX"]
    reader = people.lawyer("uma", "Reed", cast.northlight, Membership.Role.BUSINESS_AFFAIRS)
    page = at_the_desk(reader).get(where(errand))
    assert page.status_code == 200 and "Put it on record" not in page.content.decode()
    assert at_the_desk(reader).post(where(errand), said(errand)).status_code == 403
    for rest in ("", "notice.txt"):
        assert at_the_desk(cast.sol).get(where(errand, rest)).status_code == 404
    assert "Parallax" not in at_the_desk(cast.sol).get(PAGE).content.decode()
    assert not answers().exists()


def test_the_front_page_counts_what_is_still_to_be_stopped(cast, made):
    ordered(cast)
    page = at_the_desk(cast.ines).get("/admin/").content.decode()
    assert "notices to stop distribution" in page and "overdue: 2" in page and PAGE in page
