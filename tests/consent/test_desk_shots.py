"""A scene's or shot's description can be corrected; its code only while nothing on record calls it by that."""

import pytest
from django.utils import timezone

from consent import determinations
from consent.grants import Line
from consent.models import Decision
from registry import productions
from registry.errors import Conflict
from registry.models import Event, Production, Unit
from tests import cast as people
from tests.desk import at_the_desk

pytestmark = pytest.mark.django_db
PRODUCTIONS = "/admin/registry/production/"


def address(unit, production=None):
    return f"{PRODUCTIONS}{(production or unit.production).public_id}/unit/{unit.public_id}/"


def said(**changes):
    return {"code": "sh114A", "description": "The quay at night", "reason": "Turnover list"} | changes


def asked_about(cast, production, *units):
    Decision.objects.create(
        production=production, requester=cast.parallax, purpose="clearance", request={"units": list(units)},
        request_hash="0" * 64, outcome="deny", answer={}, decision_hash="0" * 64, engine_version="1",
        as_of=people.NOON, known_at=people.NOON, recorded_at=people.NOON,
    )  # fmt: skip


def entered(cast, number, *units, productions=()):
    line = Line(effect="grant", uses=("de_aging",), modalities=("face",), territories=("WORLD",), units=units,
                productions=productions)  # fmt: skip
    people.entered(cast, number=number, lines=(line,))


def test_a_shot_nobody_has_named_yet_is_corrected_whole(cast):
    desk = at_the_desk(cast.ines)
    page = desk.get(f"{PRODUCTIONS}{cast.harbor.public_id}/").content.decode()
    assert address(cast.sh114) in page
    answer = desk.post(address(cast.sh114), said())
    assert answer.status_code == 302 and answer.url == f"{PRODUCTIONS}{cast.harbor.public_id}/"
    cast.sh114.refresh_from_db()
    assert (cast.sh114.code, cast.sh114.description) == ("sh114A", "The quay at night")
    event = Event.objects.get(tag="production:unit_corrected")
    assert event.reason == "Turnover list" and event.chain == cast.harbor.public_id
    assert '"code":"sh114A"' in event.body and '"code_before":"sh114"' in event.body


def in_a_consent(cast):
    entered(cast, "C-1", "sh113", "sh114")


def in_a_consent_for_it(cast):
    entered(cast, "C-1", "sh114", productions=(cast.harbor,))


def in_a_consent_for_the_whole(cast):
    series = Production.objects.create(studio=cast.northlight, title="Harbor, the series")
    Production.objects.filter(pk=cast.harbor.pk).update(parent=series)
    entered(cast, "C-1", "sh114", productions=(series,))


def in_a_question(cast):
    asked_about(cast, cast.harbor, "sh114")


def in_a_lock(cast):
    determinations.lock(
        studio=cast.northlight, subject=cast.sh114.public_id, by=cast.ines, at=timezone.now(), reason="Reshoot"
    )


@pytest.mark.parametrize("named", [
    in_a_consent, in_a_consent_for_it, in_a_consent_for_the_whole, in_a_question, in_a_lock,
])  # fmt: skip
def test_once_it_is_named_on_record_only_the_description_changes(cast, named):
    named(cast)
    desk = at_the_desk(cast.ines)
    page = desk.get(address(cast.sh114)).content.decode()
    assert "only the description can change" in page and "disabled" in page
    assert desk.post(address(cast.sh114), said()).status_code == 302
    cast.sh114.refresh_from_db()
    assert (cast.sh114.code, cast.sh114.description) == ("sh114", "The quay at night")


def test_the_act_itself_refuses_another_code(cast):
    """The page may have been opened before the vendor asked."""
    in_a_question(cast)
    with pytest.raises(Conflict, match="called sh114 on record"):
        productions.correct_unit(
            cast.sh114, code="sh9", description="", by=cast.ines, at=timezone.now(), reason="Turnover list"
        )
    assert Unit.objects.get().code == "sh114" and not Event.objects.exists()


def test_what_names_another_s_shot_of_the_same_code_is_no_hindrance(cast):
    other = Production.objects.create(studio=cast.northlight, title="Fog")
    Unit.objects.create(production=other, code="sh114")
    asked_about(cast, other, "sh114")
    entered(cast, "C-1", "sh114", productions=(other,))
    entered(cast, "C-2", "sh115")
    asked_about(cast, cast.harbor, "sh1140")
    assert at_the_desk(cast.ines).post(address(cast.sh114), said()).status_code == 302
    assert Unit.objects.get(pk=cast.sh114.pk).code == "sh114A"


@pytest.mark.parametrize(("changes", "status", "words"), [
    ({"reason": " "}, 422, "Say why"),
    ({"code": "  "}, 422, "This field is required"),
    ({"code": "sh115"}, 409, "has a scene or shot sh115 already"),
    ({"code": "sh\u202e114"}, 422, "characters that cannot be seen"),
    ({"description": "x" * 301}, 422, "at most 300"),
])  # fmt: skip
def test_what_cannot_be_is_refused_and_nothing_changes(cast, changes, status, words):
    Unit.objects.create(production=cast.harbor, code="sh115")
    before = list(Unit.objects.values())
    answer = at_the_desk(cast.ines).post(address(cast.sh114), said(**changes))
    assert answer.status_code == status, answer.content.decode()
    assert words in answer.content.decode()
    assert list(Unit.objects.values()) == before and not Event.objects.exists()


@pytest.mark.parametrize(("who", "status"), [("ada", 403), ("sol", 404)])
def test_who_may_not_enter_corrects_nothing(cast, who, status):
    desk = at_the_desk(getattr(cast, who))
    assert desk.post(address(cast.sh114), said()).status_code == status
    assert Unit.objects.get().code == "sh114" and not Event.objects.exists()
    assert address(cast.sh114) not in desk.get(f"{PRODUCTIONS}{cast.harbor.public_id}/").content.decode()


def test_a_shot_is_found_below_its_own_production_only(cast):
    other = Production.objects.create(studio=cast.northlight, title="Fog")
    assert at_the_desk(cast.ines).post(address(cast.sh114, other), said()).status_code == 404
    assert Unit.objects.get().code == "sh114"
