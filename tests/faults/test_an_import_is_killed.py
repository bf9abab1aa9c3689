"""A worker that brings in a spreadsheet is killed, again and again: another goes on, nothing comes twice or by half."""

import itertools

from django.utils import timezone

from consent.imports import runs
from consent.models import Grant, Import, ImportResult, ScopeLine
from registry import journal
from registry.models import Event, Organisation, User
from tests import spreadsheets
from tests.faults.house import until

ROWS = 240


def begin(prefix):
    """A spreadsheet of so many consents, a third of them of somebody new, ready to be carried on."""
    studio, ines = Organisation.objects.get(name="Northlight Pictures"), User.objects.get(username="ines")
    rows = [
        spreadsheets.row(f"{prefix}-{number:03}", birth_date="", alias="M. Vale" if number % 3 else f"{prefix} {number}")
        for number in range(ROWS)
    ]
    run = runs.receive(studio=studio, name="old.csv", content=spreadsheets.file(*rows), by=ines, at=timezone.now())
    runs.explain(run, said=runs.proposed(run), order="", by=ines)
    return runs.begin(run, by=ines, at=timezone.now(), reason="Moving").public_id


def carry_on(import_id):
    while runs.carry_on(import_id, clock=timezone.now):
        pass


def stood(import_id):
    return Import.objects.values_list("done", "state").get(public_id=import_id)


def found(import_id, prefix):
    grants = Grant.objects.filter(number__startswith=f"{prefix}-")
    return {
        "grants": grants.count(), "lines": ScopeLine.objects.filter(revision__grant__in=grants).count(),
        "entered": Event.objects.filter(tag="grant:entered", chain__in=grants.values("public_id")).count(),
        "results": ImportResult.objects.filter(of__public_id=import_id, outcome="imported").count(),
        "people": Organisation.objects.get(name="Northlight Pictures").people.filter(alias__startswith=f"{prefix} ").count(),
        "broken": journal.broken_links(),
    }  # fmt: skip


def test_an_import_whose_worker_is_killed_again_and_again_comes_in_whole_and_once(either):
    import_id = either.do(begin, prefix="K")
    for wanted in itertools.count(1, 50):
        running = either.begin(carry_on, import_id=import_id)
        until(lambda: either.do(stood, import_id=import_id)[0] >= wanted, within=240)  # noqa: B023
        running.kill()
        running.ended()
        done, state = either.do(stood, import_id=import_id)
        now = either.do(found, import_id=import_id, prefix="K")
        assert now["grants"] == now["lines"] == now["entered"] == now["results"] == done and not now["broken"]
        if state == "done" or done > ROWS / 2:
            break
    either.do(carry_on, import_id=import_id)
    assert either.do(stood, import_id=import_id) == [ROWS, "done"]
    assert either.do(found, import_id=import_id, prefix="K") == {
        "grants": ROWS, "lines": ROWS, "entered": ROWS, "results": ROWS, "people": ROWS // 3, "broken": []
    }  # fmt: skip


def test_two_workers_at_one_import_enter_nothing_twice(either):
    import_id = either.do(begin, prefix="T")
    both = [either.begin(carry_on, import_id=import_id) for _ in range(2)]
    assert all(one.ended() for one in both)
    assert either.do(stood, import_id=import_id) == [ROWS, "done"]
    assert either.do(found, import_id=import_id, prefix="T")["grants"] == ROWS
