"""The feed of changes: in one order, nothing left out and nothing told twice, and only of what is public."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction

from consent.models import Statement
from provenance import changes
from provenance.models import Change, Credential
from registry.append_only import AppendOnlyError
from registry.models import Production
from tests.provenance import registered

pytestmark = pytest.mark.django_db
AT = datetime(2026, 8, 1, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def made(db):
    made = registered.credential()
    Production.objects.update(is_public=True)
    return made


def kinds():
    return list(Change.objects.values_list("kind", "standing"))


def feed(client, **asked):
    answer = client.get("/api/v1/disclosures", asked)
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_what_was_signed_is_told_once(made):
    assert (changes.note(at=AT), changes.note(at=AT)) == (1, 0)
    assert kinds() == [("signed", "confirmed")]


def test_a_work_that_is_not_public_is_in_no_feed(client):
    made = registered.credential()
    assert changes.note(at=AT) == 0 and feed(client)["changes"] == []
    Production.objects.update(is_public=True)
    changes.note(at=AT)
    assert [one["credential"] for one in feed(client)["changes"]] == [made.public_id]
    Production.objects.update(is_public=False)
    assert feed(client)["changes"] == [], "what is private again is not told any more"


def test_an_ending_is_told_when_it_takes_effect_and_its_last_day_too(made):
    grant = registered.grant_behind(made)
    changes.note(at=AT)
    registered.end(grant, mode="run_off", at=AT + 2 * DAY, run_off_to=(AT + 4 * DAY).date())
    assert changes.note(at=AT + DAY) == 0, "it has not begun"
    assert changes.note(at=AT + 2 * DAY) == 1 and changes.note(at=AT + 3 * DAY) == 0
    assert changes.note(at=AT + 6 * DAY) == 1 and changes.note(at=AT + 7 * DAY) == 0
    assert list(Change.objects.values_list("standing", "may_continue")) == [
        ("confirmed", True), ("ended", True), ("ended", False),
    ]  # fmt: skip


def test_a_term_that_runs_out_is_told_although_nothing_was_recorded(made):
    registered.grant_behind(made, term_end=(AT + DAY).date())
    changes.note(at=AT)
    assert changes.note(at=AT + DAY) == 1 and kinds()[-1] == ("standing", "ended")


def test_an_ending_of_another_clock_is_not_looked_past(made):
    """It was recorded by a machine that goes behind, and committed after the feed had looked."""
    grant = registered.grant_behind(made)
    changes.note(at=AT)
    registered.end(grant, at=AT - timedelta(minutes=10))
    assert changes.note(at=AT + timedelta(seconds=1)) == 1


def test_an_order_of_a_court_is_told_and_that_it_was_lifted(made):
    grant = registered.grant_behind(made)
    changes.note(at=AT)
    order = Statement.objects.create(
        kind="lock", form="lock.court_order", studio=made.producer, subject=grant.public_id, effective_at=AT + DAY,
        recorded_at=AT,
    )  # fmt: skip
    assert changes.note(at=AT) == 0 and changes.note(at=AT + DAY) == 1 and changes.note(at=AT + DAY) == 0
    Statement.objects.create(
        kind="lift", studio=made.producer, subject=grant.public_id, refers_to=order, effective_at=AT + 2 * DAY, recorded_at=AT
    )
    assert changes.note(at=AT + 2 * DAY) == 1
    assert [standing for _, standing in kinds()] == ["confirmed", "under_review", "confirmed"]


def test_what_is_signed_again_is_superseded(client, made):
    changes.note(at=AT)
    second = registered.again(made, b"again")
    changes.note(at=AT)
    told = feed(client)["changes"]
    assert [(one["kind"], one["superseded_by"]) for one in told] == [
        ("signed", None), ("signed", None), ("superseded", second.public_id),
    ]  # fmt: skip


def test_a_cursor_leads_through_everything_in_order(client, made):
    for number in range(6):
        registered.credential(f"s{number}".encode(), f"r{number}".encode(), manifest_label=f"u{number}")
    changes.note(at=AT)
    seen, cursor, pages = [], None, 0
    while True:
        page = feed(client, limit=3, **({"since": cursor} if cursor else {}))
        seen += [one["credential"] for one in page["changes"]]
        cursor, pages = page["cursor"], pages + 1
        if not page["more"]:
            break
    assert pages == 3 and len(seen) == len(set(seen)) == 7
    assert feed(client, since=cursor)["changes"] == [] and feed(client, since=cursor)["cursor"] == cursor
    registered.again(made, b"later")
    changes.note(at=AT)
    assert [one["kind"] for one in feed(client, since=cursor)["changes"]] == ["signed", "superseded"]


@pytest.mark.parametrize(
    "asked", [{"since": "x"}, {"since": "MS0wMQ"}, {"since": ""}, {"limit": 0}, {"limit": "9999"}, {"page": 1}]
)
def test_a_cursor_or_limit_that_was_made_up_is_refused(client, asked):
    answer = client.get("/api/v1/disclosures", asked)
    assert answer.status_code == 400 and answer.json()["code"] == "request.parameter"


def test_positions_are_without_gaps_and_nothing_told_is_changed(made):
    for number in range(3):
        registered.again(made, f"again{number}".encode())
        changes.note(at=AT)
    assert list(Change.objects.values_list("position", flat=True)) == list(range(1, Change.objects.count() + 1))
    with pytest.raises(AppendOnlyError):
        Change.objects.update(position=9)


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time; tests/large runs it")
@pytest.mark.django_db(transaction=True)
def test_whoever_follows_while_others_commit_misses_nothing_and_hears_nothing_twice():
    """Transactions that began first commit last; two writers of the feed run at once; a reader asks all the while."""
    first = registered.credential(b"first", b"first")
    Production.objects.update(is_public=True)
    writing = threading.Event()

    def writer(name):
        for number in range(8):
            with transaction.atomic():
                one = f"{name}-{number}"
                registered.credential(one.encode(), one.encode(), manifest_label=one)
                time.sleep(0.002 * (7 - name))

    def noter():
        while not writing.is_set():
            changes.note(at=AT)

    def reader(heard):
        position = 0
        while not (writing.is_set() and position == changes.last()):
            page = changes.since(position, most=3)
            heard += [(one.position, one.credential.public_id) for one in page.changes]
            position = page.position

    heard: list[tuple[int, str]] = []
    with ThreadPoolExecutor() as pool:
        others = [pool.submit(_alone, noter), pool.submit(_alone, noter), pool.submit(_alone, reader, heard)]
        for one in [pool.submit(_alone, writer, name) for name in range(6)]:
            one.result()
        while changes.note(at=AT):
            pass
        writing.set()
        for one in others:
            one.result()
    assert [position for position, _ in heard] == list(range(1, 50))
    assert {credential for _, credential in heard} == set(Credential.objects.values_list("public_id", flat=True))
    assert first.public_id in {credential for _, credential in heard}


def _alone(act, *given):
    """In a thread, with a connection of its own."""
    try:
        return act(*given)
    finally:
        connection.close()
