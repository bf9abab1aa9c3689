"""How a record is told: in force, to come, over, lifted, waiting for a second person, or corrected and struck through."""

from datetime import UTC, date, datetime, timedelta

import pytest

from consent import deadlines, estates, records
from consent.forms.catalogue import FORMS
from consent.forms.reading import checked
from consent.holding import Stated, holding, threads, told
from registry.models import Authority, Person
from tests import cast as world
from tests.cast import NOON, RIDER

HOUR = timedelta(hours=1)


def stated(id, *, by=("ines",), refers_to=None, at=NOON, where="US-CA", form="person.residence", **changes):
    details = checked(FORMS[form], {"residence": where} if form == "person.residence" else dict(changes.pop("details")))
    told = {"kind": "record", "effective_at": at, "until": None, "recorded_at": at} | changes
    return Stated(id=id, form=form, subject="per_mira", details=details, by=by, refers_to=refers_to, **told)


def lift(id, refers_to, at=NOON):
    return Stated(id, "lift", "", "per_mira", {}, ("tobi",), refers_to, at, None, at)


def review(id, *, result="approved", **changes):
    details = {"community": "C", "consultant": "H", "scope": "S", "result": result, "signed_on": "2026-07-01"}
    return stated(id, form="production.cultural_review", details=details, **changes)


def seen(*statements, at=NOON + 5 * HOUR):
    [thread] = threads(statements, known_at=at)
    return [(one.record.id, one.state) for one in told(thread, at)]


def test_a_record_by_its_time():
    one = stated("a", until=NOON + HOUR)
    assert seen(one, at=NOON) == [("a", "in_force")] and seen(one, at=NOON + HOUR) == [("a", "over")]
    assert seen(stated("a", effective_at=NOON + HOUR), at=NOON) == [("a", "to_come")]


def test_corrected_and_lifted():
    first, second = stated("a"), stated("b", refers_to="a", at=NOON + HOUR, where="DE")
    assert seen(first, second) == [("b", "in_force"), ("a", "corrected")]
    gone = lift("c", "b", NOON + 2 * HOUR)
    assert seen(first, second, gone) == [("b", "lifted"), ("a", "corrected")]
    assert seen(first, second, gone, at=NOON + HOUR) == [("b", "in_force"), ("a", "corrected")]


def test_a_draft_waits_is_told_as_one_with_its_confirmation_and_strikes_nothing_before():
    draft, confirmed = review("a"), review("b", refers_to="a", by=("ines", "tobi"), at=NOON + HOUR)
    assert seen(draft) == [("a", "waiting")] and seen(draft, confirmed) == [("b", "in_force")]
    changed = review("c", refers_to="b", result="advised_against", at=NOON + 2 * HOUR)
    assert seen(draft, confirmed, changed) == [("c", "waiting"), ("b", "in_force")]
    agreed = review("d", refers_to="c", result="advised_against", by=("ines", "tobi"), at=NOON + 3 * HOUR)
    assert seen(draft, confirmed, changed, agreed) == [("d", "in_force"), ("b", "corrected")]


def test_a_draft_corrected_or_lifted_waits_no_longer():
    draft, other = review("a"), review("b", refers_to="a", result="advised_against", at=NOON + HOUR)
    assert seen(draft, other) == [("b", "waiting"), ("a", "corrected")]
    assert seen(draft, lift("b", "a", NOON + HOUR)) == [("a", "lifted")]


def test_what_is_told_in_force_is_what_holds():
    """However far a thread has gone, at each of its moments."""
    steps = [
        review("a"), review("b", refers_to="a", by=("ines", "tobi"), at=NOON + HOUR),
        review("c", refers_to="b", result="advised_against", at=NOON + 2 * HOUR),
        review("d", refers_to="c", result="advised_against", by=("tobi", "ines"), at=NOON + 3 * HOUR),
        lift("e", "d", NOON + 4 * HOUR),
    ]  # fmt: skip
    for count in range(1, len(steps) + 1):
        for hours in range(6):
            at = NOON + hours * HOUR
            held = [one.record.id for one in holding(steps[:count], as_of=at, known_at=at)]
            shown = [one for thread in threads(steps[:count], known_at=at) for one in told(thread, at)]
            assert held == [one.record.id for one in shown if one.state == "in_force"]


# --- read from the file --------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_what_is_due_in_a_studio_is_its_own_and_soonest_first(cast):
    kit = world.person(cast.northlight, "Kit Moreau", "K.", date(2008, 9, 1))
    Person.objects.filter(pk=kit.pk).update(never_public=True)
    told = {"studio": cast.northlight, "by": cast.ines, "at": NOON, "reason": "Served by courier"}
    order = {"court": "LASC", "number": "1", "served_at": datetime(2026, 7, 13, 17, tzinfo=UTC), "orders": "Stop"}
    served = records.state("lock.court_order", subject=cast.mira.public_id, details=order, **told)
    assert [(one.subject, one.within) for one in deadlines.of(cast.northlight, at=NOON)] == [
        (cast.mira.public_id, None), (kit.public_id, 90),
    ]  # fmt: skip
    assert deadlines.of(cast.southgate, at=NOON) == []
    resolved = {"outcome": "withdrawn", "resolved_on": "2026-07-14"}
    records.lift(served, by=cast.tobi, at=NOON, reason="Order lifted", details=resolved)
    assert [one.subject for one in deadlines.of(cast.northlight, at=NOON)] == [kit.public_id]


@pytest.mark.django_db
def test_an_estate_is_read_as_its_chain_with_shares_and_what_is_needed(cast):
    elsa = Person.objects.create(
        studio=cast.northlight, alias="E. Lenz", legal_name="Elsa Lenz", kind="deceased", death_date=date(2001, 2, 3)
    )
    executor, heir, _ = (
        Authority.objects.create(person=elsa, kind=kind, party=party, recorded_at=NOON, share_percent=share)
        for kind, party, share in (("executor", "Ada", None), ("heir", "Ben", None), ("heir", "Cleo", 40))
    )
    for subject, share, source in ((executor, "60", None), (heir, "10", executor.public_id)):
        details = {"share_percent": share, "title_words": "Will", "derives_from": source, "group": "heirs"}
        draft = records.state(
            "authority.title", studio=cast.northlight, subject=subject.public_id, details=details, by=cast.ines, at=NOON,
            reason="Probate", evidence=RIDER,
        )  # fmt: skip
        records.confirm(draft, by=cast.tobi, at=NOON, reason="Read")
    records.state(
        "person.estate_threshold", studio=cast.northlight, subject=elsa.public_id, by=cast.ines, at=NOON, reason="Law",
        details={"group": "heirs", "more_than_percent": "50", "basis": "Civil Code"},
    )  # fmt: skip
    estate = estates.of(elsa, at=NOON)
    assert [(one.authority.party, one.share) for one in estate.chain] == [("Ada", 60), ("Cleo", 40)]
    assert [(one.authority.party, one.share) for one in estate.chain[0].below] == [("Ben", 10)]
    assert [(one.name, one.total, one.needed) for one in estate.groups] == [("heirs", 70, 50)]
    assert (estate.registrations, estate.encumbrances, estate.searches) == ((), (), ())
