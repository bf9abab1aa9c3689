"""The library of rules at the desk: what was read, who adopted it, and an adoption shown with the answers it would turn."""

from datetime import timedelta

import pytest
from django.utils import timezone

from consent import adoptions, clearance, facts, rulebook
from consent.fact_dictionary import FACTS
from consent.models import Decision, PackAdoption
from provenance import affected
from provenance.models import SigningJob
from registry.models import Event, Production
from tests import cast as people
from tests.desk import at_the_desk
from tests.provenance import registered

pytestmark = pytest.mark.django_db
RULES = "/admin/rules/"
CALIFORNIA = next(pack for pack in rulebook.newest() if pack.id == "us-ca")


def address(cast, rest="", pack="us-ca", version="1"):
    return f"{RULES}{cast.northlight.public_id}/{pack}/{version}/{rest}"


def text(answer):
    return answer.content.decode()


def adopt(cast, mode="enforcing", at=None, by=None):
    return adoptions.adopt(
        CALIFORNIA.hash, studio=cast.northlight, mode=mode, by=by or cast.tobi, at=at or timezone.now(),
        reason="Read against the code",
    )  # fmt: skip


def under_way(cast, title="harbor_sh114_v07.jpg"):
    """An asset that waits, cleared as long as California does not decide."""
    Production.objects.filter(pk=cast.harbor.pk).update(jurisdictions=["US-CA"])
    cast.harbor.refresh_from_db()
    shown = facts.Depiction("mira", cast.mira.public_id, "target_likeness", "face", "de_aging")
    question = clearance.Question(act="sign", depictions=(shown,), territories=("US",))
    decision = clearance.decide(
        question, production=cast.harbor, requester=cast.parallax, purpose="intake", at=timezone.now()
    )
    asset = registered.asset(title=title, decision=decision)
    SigningJob.objects.create(
        asset=asset, intake_key=title, state="held", not_before=people.NOON, called_at=people.NOON, changed_at=people.NOON
    )


def test_every_pack_stands_in_the_library_with_how_it_was_read_and_who_adopted_it(cast):
    desk = at_the_desk(cast.ada)
    page = text(desk.get(RULES))
    assert all(pack.title in page for pack in rulebook.newest())
    assert "Accounts of the text" in page and "from memory, not checked" in page and "Tobi Okafor" not in page
    adopt(cast)
    page = text(desk.get(RULES))
    assert "Tobi Okafor" in page and f"{timezone.now():%-d %B %Y}" in page


def test_a_rule_is_found_by_its_words(cast):
    desk = at_the_desk(cast.ines)
    page = text(desk.get(RULES, {"q": "biometric"}))
    assert "Illinois" in page and "Denmark" not in page
    assert "No rule says “nowhere”" in text(desk.get(RULES, {"q": "nowhere"}))


@pytest.mark.parametrize("pack", rulebook.newest(), ids=lambda pack: pack.id)
def test_the_page_of_a_pack_tells_each_rule_in_plain_text(cast, pack):
    page = text(at_the_desk(cast.ines).get(address(cast, pack=pack.id, version=pack.version)))
    for rule in pack.rules:
        assert rule.id in page and rule.citation.replace("&", "&amp;").replace("'", "&#x27;") in page
    assert pack.hash in page and "Adopt as enforcing" not in page


def test_every_fact_of_the_dictionary_is_told(cast):
    page = text(at_the_desk(cast.ines).get(f"{RULES}facts/"))
    assert all(f"<code>{name}</code>" in page for name in FACTS) and "Who represented the performer" in page


def test_before_it_is_adopted_the_answers_that_would_turn_are_shown_and_nothing_is_kept(cast):
    people.verified(cast)
    under_way(cast)
    before = Decision.objects.count()
    page = text(at_the_desk(cast.tobi).get(address(cast, "enforcing/")))
    assert "All 1 under way was asked about again" in page and "harbor_sh114_v07.jpg" in page and "CA-927" in page
    assert not PackAdoption.objects.exists() and not Event.objects.filter(tag="pack:adopted").exists()
    assert Decision.objects.count() == before


def test_a_lawyer_adopts_it_with_a_reason_and_returns_it(cast):
    desk = at_the_desk(cast.tobi)
    assert "Adopt as enforcing" in text(desk.get(address(cast)))
    answer = desk.post(address(cast, "enforcing/"), {"reason": "Read against the code"})
    assert answer.status_code == 302 and answer.url == address(cast)
    page = text(desk.get(address(cast)))
    assert "Decides at Northlight" in page and "Read against the code" in page and "Return to advisory" in page
    desk.post(address(cast, "advisory/"), {"reason": "A court has spoken"})
    page = text(desk.get(address(cast)))
    assert "Only advises at Northlight" in page and "A court has spoken" in page and "Read against the code" in page
    assert [row.mode for row in PackAdoption.objects.order_by("id")] == ["enforcing", "advisory"]


@pytest.mark.parametrize(("who", "said", "status"), [
    ("tobi", {}, 422), ("tobi", {"reason": " "}, 422), ("ines", {"reason": "Read"}, 403), ("sol", {"reason": "Read"}, 404),
])  # fmt: skip
def test_without_the_role_or_a_reason_nothing_is_adopted(cast, who, said, status):
    assert at_the_desk(getattr(cast, who)).post(address(cast, "enforcing/"), said).status_code == status
    assert not PackAdoption.objects.exists() and not Event.objects.filter(tag="pack:adopted").exists()


@pytest.mark.parametrize("rest", ["sometimes/", "delete/"])
def test_there_is_no_third_way(cast, rest):
    desk = at_the_desk(cast.tobi)
    assert desk.post(address(cast, rest), {"reason": "Read"}).status_code == 404
    assert desk.post(address(cast, "enforcing/", pack="core"), {"reason": "Read"}).status_code == 404
    assert desk.get(address(cast, pack="us-xx")).status_code == 404
    assert not PackAdoption.objects.exists()


def test_what_stands_already_is_not_adopted_twice(cast):
    adopt(cast, at=timezone.now() - timedelta(days=1))
    answer = at_the_desk(cast.tobi).post(address(cast, "enforcing/"), {"reason": "Again"})
    assert answer.status_code == 409 and "That is how it stands already" in text(answer)
    assert PackAdoption.objects.count() == 1


def test_no_more_are_looked_at_than_told(cast, monkeypatch):
    people.verified(cast)
    under_way(cast)
    under_way(cast, "harbor_sh115_v01.jpg")
    monkeypatch.setattr(affected, "LOOKED_AT", 1)
    page = text(at_the_desk(cast.tobi).get(address(cast, "enforcing/")))
    assert "The newest 1 of 2 under way were asked about again" in page and "1 asset under way would be answered" in page
