"""Webhooks tell a vendor where its assets stand, which of its clearances and credentials changed, and nothing private."""

import json
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import jsonschema
import pytest
from django.utils import timezone

from consent import clearance, determinations, endings, records, reopening
from consent.facts import Depiction
from consent.models import Decision, Reopening
from provenance import intake, telling
from provenance import tasks as errands
from provenance.models import Asset, Credential, StandingTold
from registry.models import WebhookDelivery, WebhookMessage
from registry.webhooks import endpoints, events
from tests import cast as people
from tests import shots
from tests.assets import build
from tests.provenance import registered

pytestmark = pytest.mark.django_db
SCHEMAS = Path(__file__).resolve().parents[2] / "registry" / "schemas"
DAY = timedelta(days=1)


@cache
def schema(kind):
    return json.loads((SCHEMAS / events.schema(kind).rpartition("/")[2]).read_text())


@pytest.fixture
def hear(studio, program):
    """`hear(organisation)` → a function that gives what it was told since, as (type, data), each fitting its schema."""

    def listening(organisation, *kinds):
        client = program(organisation).registered
        endpoints.create(organisation, address="https://hooks.example.com/", events=kinds, by=client, at=timezone.now())
        heard = set()

        def told():
            rows = WebhookMessage.objects.filter(organisation=organisation).exclude(pk__in=heard).order_by("pk")
            rows = list(rows)
            heard.update(row.pk for row in rows)
            for row in rows:
                jsonschema.validate(json.loads(row.body), schema(row.type), format_checker=jsonschema.FormatChecker())
                assert WebhookDelivery.objects.filter(message=row).exists()
            return [(row.type, json.loads(row.body)["data"]) for row in rows]

        return told

    return listening


def sent(hatch, cast, status=202):
    answer = shots.send(hatch, build.result_jpg(), shots.declaration(cast), plate=build.plate_jpg())
    assert answer.status_code == status, answer.content
    return answer.json()


def cleared(cast, *, requester=None, **asked):
    depicted = Depiction("1", cast.mira.public_id, "target_likeness", "face", "de_aging")
    question = clearance.Question(act="release", depictions=(depicted,), **asked)
    return clearance.decide(question, production=cast.harbor, requester=requester or cast.parallax, purpose="clearance",
                            at=timezone.now())  # fmt: skip


def carried_out(at=None):
    for cause in reopening.to_call(at=at or timezone.now()):
        reopening.carry_out(cause, at=at or timezone.now())


def lawyer(cast, by=None):
    return {"by": by or cast.ines, "at": timezone.now(), "reason": "Letter received"}


def test_the_vendor_and_its_studio_are_told_that_a_shot_came_in_and_was_signed_and_nobody_else(studio, hatch, hear):
    people.verified(studio, at=timezone.now())
    vendor, owner, stranger = hear(studio.parallax), hear(studio.northlight), hear(studio.umbra)
    asset = sent(hatch, studio)
    assert [kind for kind, _ in vendor()] == ["asset.received"]
    shots.work()
    [(kind, told)] = vendor()
    credential = Credential.objects.get().public_id
    assert kind == "asset.signed" and (told["asset"], told["state"], told["credential"]) == (asset["id"], "signed", credential)
    content = hatch.get(told["links"]["content"].partition("localhost:8000")[2] or told["links"]["content"])
    assert content.status_code == 200
    assert [kind for kind, _ in owner()] == ["asset.received", "asset.signed"] and stranger() == []
    bodies = "".join(WebhookMessage.objects.values_list("body", flat=True))
    for private in ("harbor_sh114", "Vale", "Miranda", "Harbor", "C-0142", "sh114"):
        assert private not in bodies


def test_a_refusal_is_told_without_its_reason(studio, hatch, hear):
    told = hear(studio.parallax)
    assert sent(hatch, studio, 403)
    [(kind, data)] = told()
    assert kind == "asset.refused" and set(data) == {"asset", "production", "state", "links"}
    assert shots.nothing_released()


def test_what_is_held_and_then_refused_by_the_desk_is_told_twice(studio, hatch, hear):
    told = hear(studio.parallax)
    grant = people.verified(studio, at=timezone.now())
    records.state("lock.dispute", subject=grant.public_id, studio=studio.northlight, **lawyer(studio),
                  details={"claimant": "A niece", "position": "Forged", "opened_on": "2026-11-01"})  # fmt: skip
    asset = sent(hatch, studio)
    assert [kind for kind, _ in told()] == ["asset.held"]
    intake.refuse(Asset.objects.get(public_id=asset["id"]), **lawyer(studio))
    assert [kind for kind, _ in told()] == ["asset.refused"]
    assert "niece" not in "".join(WebhookMessage.objects.values_list("body", flat=True))


def test_nobody_is_told_of_what_nobody_listens_to(studio, hatch, hear):
    people.verified(studio, at=timezone.now())
    told = hear(studio.parallax, "asset.signed")
    sent(hatch, studio)
    assert told() == [] and not WebhookMessage.objects.exists()


def test_the_same_file_signed_again_supersedes_and_names_the_later_only_to_whom_it_belongs(studio, hatch, program, hear):
    people.verified(studio, at=timezone.now())
    studio.harbor.vendors.add(studio.umbra)
    first = sent(hatch, studio)
    shots.work()
    vendor, other = hear(studio.parallax, "asset.superseded"), hear(studio.umbra, "asset.superseded")
    second = shots.send(program(studio.umbra), build.result_jpg(), shots.declaration(studio, title="again.jpg"),
                        plate=build.plate_jpg()).json()  # fmt: skip
    shots.work()
    [(_, told)] = vendor()
    assert told["asset"] == first["id"] and "superseded_by" not in told and other() == []
    assert second["id"] not in json.dumps(told)
    third = shots.send(program(studio.umbra), build.result_jpg(), shots.declaration(studio, title="third.jpg"),
                       plate=build.plate_jpg()).json()  # fmt: skip
    shots.work()
    [(_, told)] = other()
    assert (told["asset"], told["superseded_by"]["asset"]) == (second["id"], third["id"]) and vendor() == []


def test_an_ending_turns_a_clearance_and_tells_its_vendor_what_vendors_may_know(studio, hatch, hear):
    grant = people.verified(studio, at=timezone.now())
    clear = cleared(studio)
    asset = sent(hatch, studio)
    shots.work()
    vendor = hear(studio.parallax, "clearance.changed", "consent.ended", "credential.standing_changed")
    stranger = hear(studio.umbra)
    people.ended(studio, grant, at=timezone.now(), mode="cease_all")
    carried_out()
    errands.sweep()
    errands.note_changes()
    told = dict(vendor())
    assert told["clearance.changed"]["clearance"] == clear.public_id and told["clearance.changed"]["outcome"] == "deny"
    now = Decision.objects.get(public_id=told["clearance.changed"]["now"])
    assert now.original == clear and now.requester == studio.parallax
    assert told["consent.ended"]["assets"] == [asset["id"]] and told["consent.ended"]["person"] == studio.mira.public_id
    assert told["credential.standing_changed"]["consent"] == {"now": "under_review", "may_continue": True}
    for again in range(2):
        carried_out(timezone.now() + timedelta(minutes=again))
        errands.sweep()
        errands.note_changes()
    assert vendor() == [] and stranger() == []
    bodies = "".join(WebhookMessage.objects.values_list("body", flat=True))
    for private in ("withdrawn", "cease_all", "Letter", "C-0142", grant.public_id, "Vale", "ines"):
        assert private not in bodies


def test_an_ending_that_is_yet_to_take_effect_is_told_when_it_does(studio, hatch, hear):
    grant = people.verified(studio, at=timezone.now())
    cleared(studio)
    sent(hatch, studio)
    shots.work()
    vendor = hear(studio.parallax, "clearance.changed", "consent.ended", "credential.standing_changed")
    at = timezone.now()
    endings.end(grant, kind="terminated", mode="prospective_new_use", received_at=at, effective_at=at + 3 * DAY,
                by=studio.ines, at=at, reason="Term agreed")  # fmt: skip
    carried_out(at + 2 * DAY)
    assert telling.endings(at=at + 2 * DAY) == telling.standings(at=at + 2 * DAY) == 0 and vendor() == []
    late = at + 3 * DAY + timedelta(seconds=5)
    carried_out(late)
    assert (telling.endings(at=late), telling.standings(at=late)) == (1, 1)
    told = dict(vendor())
    assert set(told) == {"clearance.changed", "consent.ended", "credential.standing_changed"}
    assert told["credential.standing_changed"]["consent"] == {"now": "ended", "may_continue": True}


def test_a_lock_turns_a_clearance_and_its_lifting_turns_it_back(studio, hear):
    people.verified(studio, at=timezone.now())
    cleared(studio)
    told = hear(studio.parallax)
    lock = determinations.lock(subject=studio.harbor.public_id, studio=studio.northlight, **lawyer(studio))
    carried_out()
    [(_, first)] = told()
    records_at = timezone.now()
    determinations.lift(lock, by=studio.tobi, at=records_at, reason="Settled")
    carried_out(records_at + timedelta(seconds=20))
    [(_, second)] = told()
    assert first["outcome"] != "permit" and second["outcome"] == "permit"


def test_a_term_that_runs_out_turns_a_clearance_once_and_a_credentials_standing(studio, hear):
    at = timezone.now()
    day = at.date() + timedelta(days=10)
    people.verified(studio, at=at, effective_from=date(2026, 5, 3), term_end=day)
    cleared(studio)
    told = hear(studio.parallax, "clearance.changed")
    assert reopening.run_out(at=at + 9 * DAY) == 0
    late = at + 10 * DAY
    assert (reopening.run_out(at=late), reopening.run_out(at=late)) == (1, 0)
    assert [data["outcome"] for _, data in told()] == ["deny"]


def test_where_nobody_wants_to_be_told_no_clearance_is_asked_again(studio):
    grant = people.verified(studio, at=timezone.now())
    cleared(studio)
    decisions, causes = Decision.objects.count(), Reopening.objects.count()
    people.ended(studio, grant, at=timezone.now())
    carried_out()
    assert (Decision.objects.count(), Reopening.objects.count()) == (decisions, causes)


def test_a_standing_is_told_when_it_changes_and_not_when_it_is_only_looked_at(studio, hear):
    """A term, a run-off, an order and its end, each told once; what a second ending leaves as it was is told to nobody."""
    made = registered.credential()
    vendor = hear(made.asset.vendor, "credential.standing_changed")
    at = registered.SIGNED_AT + 20 * DAY
    grant = registered.grant_behind(made, term_end=(at + DAY).date())
    assert telling.standings(at=at) == 0 and not StandingTold.objects.exists()
    assert [telling.standings(at=at + DAY) for _ in range(2)] == [1, 0]
    registered.end(grant, mode="prospective_new_use", at=at + 2 * DAY)
    assert telling.standings(at=at + 2 * DAY) == 0, "ended it was before"
    registered.end(grant, mode="run_off", at=at + 3 * DAY, run_off_to=(at + 4 * DAY).date())
    assert [telling.standings(at=at + days * DAY) for days in (3, 4, 5, 6)] == [0, 0, 1, 0]
    assert [(data["consent"]["now"], data["consent"]["may_continue"]) for _, data in vendor()] == [
        ("ended", True), ("ended", False),
    ]  # fmt: skip


def test_every_event_is_published_with_a_schema_whose_example_fits(client):
    for kind in (*events.EVENTS, events.TEST):
        answer = client.get(events.schema(kind))
        assert answer.status_code == 200 and answer["Content-Type"] == "application/schema+json"
        found = json.loads(answer.content)
        jsonschema.Draft202012Validator.check_schema(found)
        assert found["$id"] == events.schema(kind) and kind in found["properties"]["type"]["enum"]
        for example in found["examples"]:
            jsonschema.validate(example, found)
