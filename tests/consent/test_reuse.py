"""Sequel and re-use: everybody with a consent or a replica from one production, asked about another."""

import re
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from consent import clearance, grants, records, reuse
from consent.facts import Depiction
from consent.models import Decision
from registry.errors import Invalid
from registry.models import Production
from tests import cast as world
from tests.cast import FACE_WORLD, NOON
from tests.desk import at_the_desk

pytestmark = pytest.mark.django_db
REUSE = "/admin/consent/decision/reuse/"
VOICE = grants.Line(effect="grant", uses=("voice_clone",), modalities=("voice",), territories=("WORLD",))


@pytest.fixture
def sequel(cast):
    return Production.objects.create(studio=cast.northlight, title="Harbor Lights", default_territories=["WORLD"])


def only_in(production, line=FACE_WORLD):
    return grants.Line(line.effect, line.uses, line.modalities, line.territories, productions=(production,))


def scanned(cast, grant, name="Scan of May"):
    return records.state(
        "replica.registered", studio=cast.northlight, subject=grant.person.public_id, by=cast.ines, at=NOON, reason="Delivered",
        details={
            "name": name, "kind": "scan", "replica_class": "EBDR", "grant": grant.public_id, "biometrics": "face_geometry",
            "origin": cast.harbor.public_id, "owner": "Northlight", "custodian": "Parallax VFX",
        },
    )  # fmt: skip


def checked(cast, sequel, **how):
    return reuse.check(cast.harbor, sequel, **{"act": "generate", "at": timezone.now()} | how)


def outcomes(found):
    return {
        (somebody.person.alias, use.use): use.told.verdict.outcome for somebody in found.people for use in somebody.uses
    }  # fmt: skip


def page(answer):
    return re.sub(r"\s+", " ", answer.content.decode())


def test_a_consent_for_the_first_alone_clears_nothing_in_the_second(cast, sequel):
    grant = world.verified(cast, lines=(only_in(cast.harbor),))
    scanned(cast, grant)
    found = checked(cast, sequel)
    assert outcomes(found) == {("M. Vale", "de_aging"): "deny"}
    use = found.people[0].uses[0]
    assert use.replicas == ("Scan of May",) and use.consents == (grant,) and use.told.to_clear
    assert not Decision.objects.exists()


def test_a_new_consent_that_names_the_second_clears_it(cast, sequel):
    world.verified(cast, lines=(only_in(cast.harbor),))
    world.verified(cast, number="C-0143", lines=(only_in(sequel),))
    assert outcomes(checked(cast, sequel)) == {("M. Vale", "de_aging"): "permit"}


def test_it_answers_as_a_question_of_its_own_would(cast, sequel):
    """The file is read once for all; that changes no answer."""
    sequel.cast.add(cast.mira, cast.jon)
    world.verified(cast, lines=(FACE_WORLD, only_in(cast.harbor, VOICE)))
    consent_of(cast, cast.jon, "C-0200", only_in(cast.harbor))
    at = timezone.now()
    for somebody in checked(cast, sequel, at=at).people:
        for use in somebody.uses:
            role = "voice_source" if use.modality == "voice" else "target_likeness"
            who = Depiction("1", somebody.person.public_id, role, use.modality, use.use)
            question = clearance.Question(act="generate", depictions=(who,), territories=("WORLD",))
            _, alone = clearance.ask(question, production=sequel, at=at)
            assert alone.outcome == use.told.verdict.outcome
            assert [one.code for one in alone.reasons if one.severity not in ("note", "obligation")] == [
                one.code for one in use.told.reasons
            ]


def consent_of(cast, person, number, *lines):
    grant = grants.enter(
        person=person, studio=cast.northlight, production=cast.harbor, number=number, kind="rider",
        terms=world.terms(lines=lines), by=cast.ines, at=NOON, reason="Signed",
    )  # fmt: skip
    grants.verify(grant.revisions.get(), by=cast.tobi, at=NOON, reason="Compared")
    return grant


def test_who_is_not_in_the_cast_of_the_second_yet_is_answered_too(cast, sequel):
    world.verified(cast)
    assert not sequel.cast.exists()
    assert outcomes(checked(cast, sequel)) == {("M. Vale", "de_aging"): "permit"}


def test_a_replica_under_a_consent_that_allows_no_use_is_listed_all_the_same(cast, sequel):
    grant = world.verified(cast, lines=(grants.Line("exclude", ("de_aging",), ("face",), ("WORLD",)),))
    scanned(cast, grant)
    (somebody,) = checked(cast, sequel).people
    assert somebody.unnamed == ("Scan of May",) and somebody.uses == ()


def test_a_consent_for_nothing_in_particular_that_names_it_counts_and_others_do_not(cast, sequel):
    other = Production.objects.create(studio=cast.northlight, title="Quay", default_territories=["WORLD"])
    grants.enter(
        person=cast.jon, studio=cast.northlight, production=None, number="C-0300", kind="rider", reason="Signed",
        terms=world.terms(lines=(only_in(cast.harbor),)), by=cast.ines, at=NOON,
    )  # fmt: skip
    grants.enter(
        person=cast.mira, studio=cast.northlight, production=other, number="C-0301", kind="rider", reason="Signed",
        terms=world.terms(), by=cast.ines, at=NOON,
    )  # fmt: skip
    assert [one.person for one in checked(cast, sequel).people] == [cast.jon]


def test_the_same_production_or_another_studio_s_is_refused(cast, sequel):
    theirs = Production.objects.create(studio=cast.southgate, title="Quay")
    for production in (cast.harbor, theirs):
        with pytest.raises(Invalid):
            checked(cast, production)


def test_the_file_is_read_in_as_many_queries_for_many_as_for_one(cast, sequel):
    def queries():
        with CaptureQueriesContext(connection) as made:
            checked(cast, sequel)
        return len(made)

    scanned(cast, consent_of(cast, cast.mira, "C-1", FACE_WORLD))
    one = queries()
    for number in range(5):
        person = world.person(cast.northlight, f"Extra {number}", f"Extra {number}", date(1980, 1, 1))
        scanned(cast, consent_of(cast, person, f"C-1{number}", FACE_WORLD, only_in(cast.harbor, VOICE)))
    assert queries() <= one and one < 45


def test_the_number_of_questions_is_bounded_and_the_rest_is_named(cast, sequel, monkeypatch):
    monkeypatch.setattr(reuse, "MOST_QUESTIONS", 1)
    world.verified(cast)
    consent_of(cast, cast.jon, "C-0200", FACE_WORLD)
    found = checked(cast, sequel)
    assert [one.person for one in found.people] == [cast.jon] and found.left == (cast.mira,)
    alone = checked(cast, sequel, person=cast.mira.public_id)
    assert [one.person for one in alone.people] == [cast.mira] and not alone.left


# --- at the desk ------------------------------------------------------------------------------------------------------


@pytest.fixture
def desk(cast):
    return at_the_desk(cast.ines)


def asked(cast, sequel, **changes):
    return {"made_for": cast.harbor.public_id, "wanted_in": sequel.public_id} | changes


def test_the_page_says_what_may_be_used_and_leads_to_the_rider(cast, sequel, desk):
    world.verified(cast, at=timezone.now() - timedelta(days=1), lines=(only_in(cast.harbor),))
    told = page(desk.get(REUSE, asked(cast, sequel)))
    assert "M. Vale" in told and "C-0142" in told and "Not cleared" in told
    (rider,) = re.findall(r'href="([^"]*consent/rider/add/[^"]*)"', told)
    form = page(desk.get(rider.replace("&amp;", "&")))
    assert re.search(rf'value="{cast.mira.public_id}" selected', form)
    assert re.search(rf'value="{sequel.public_id}" selected', form)
    assert re.search(r'value="de_aging"[^>]* checked', form)


def test_who_only_reads_is_offered_no_rider(cast, sequel):
    world.verified(cast, lines=(only_in(cast.harbor),))
    told = page(at_the_desk(cast.ada).get(REUSE, asked(cast, sequel)))
    assert "Not cleared" in told and "consent/rider/add" not in told


def test_an_empty_file_says_so(cast, sequel, desk):
    assert "Nobody has a consent or a replica from Harbor" in page(desk.get(REUSE, asked(cast, sequel)))
    assert desk.get(REUSE, asked(cast, cast.harbor)).status_code == 422


def test_another_studio_s_works_are_not_there_to_choose(cast, sequel):
    world.verified(cast)
    told = page(at_the_desk(cast.sol).get(REUSE, asked(cast, sequel)))
    assert "No production is on file yet" in told and "Harbor" not in told and "M. Vale" not in told
