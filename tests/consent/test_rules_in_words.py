"""Rules as a lawyer reads them: each condition of a pack in words, and the days it runs."""

from datetime import date

import pytest

from consent import rulebook, rules_in_words
from consent.rules_in_words import Clause, clause, conditions, connection, span


@pytest.mark.parametrize(("given", "words"), [
    ({"fact": "person.deceased", "is": True}, "Whether the person has died: yes"),
    ({"fact": "person.deceased", "is": False}, "Whether the person has died: no"),
    ({"fact": "person.residence", "is": "US-CA"}, "Where the person lives: is US-CA"),
    ({"fact": "request.act", "in": ["sign"]}, "The act asked about: is signing"),
    ({"fact": "request.act", "in": ["sign", "create_replica"]}, "The act asked about: is one of signing, creating a replica"),
    ({"fact": "request.territory", "overlaps": ["DE", "AT"]}, "The territory asked about: in Germany, Austria"),
    ({"fact": "production.jurisdictions", "overlaps": ["DE"]}, "The key jurisdictions of the production: among them Germany"),
    ({"fact": "person.age", "lt": 18}, "The dates of the person's life, which give the age: less than 18"),
    ({"fact": "person.death_date", "gte": "2021-05-29"}, "The day of death: from 29 May 2021"),
])  # fmt: skip
def test_a_question_about_a_fact_reads_as_words(given, words):
    assert clause(given) == Clause(words)


def test_what_is_joined_is_told_part_by_part():
    dead, here = {"fact": "person.deceased", "is": True}, {"fact": "person.residence", "is": "DE"}
    told = clause({"all": [dead, {"not": here}]})
    assert told.words == "All of these:" and told.parts[1].words == "Not this:"
    assert told.parts[1].parts == (Clause("Where the person lives: is DE"),)


@pytest.mark.parametrize(("first", "last", "words"), [
    (None, None, "always"), (date(2025, 1, 1), None, "since 1 January 2025"), (None, date(2026, 6, 30), "until 30 June 2026"),
    (date(2025, 1, 1), date(2026, 6, 30), "from 1 January 2025 to 30 June 2026"),
])  # fmt: skip
def test_the_days_it_runs(first, last, words):
    assert span(first, last) == words


@pytest.mark.parametrize("pack", rulebook.shipped().values(), ids=lambda pack: f"{pack.id}-{pack.version}")
def test_every_pack_that_is_shipped_can_be_read(pack):
    assert connection(pack).words and rules_in_words.text_read(pack) and rules_in_words.certainty(pack.rules)
    for rule in pack.rules:
        told = [words for words, _ in conditions(pack, rule)]
        assert told == ["It is asked when", "It is met when"][: 1 if rule.rule.require is None else 2]
