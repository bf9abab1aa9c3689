"""Where: a country covers its parts, a part never its country, and what is carved out is decided apart (scenario 5)."""

import pytest

from consent.territories import COUNTRIES, GROUPS, covers, expand, is_territory, touches
from registry.errors import Invalid
from tests.consent.world import ask, codes, grant, line, question, revision


def answers(asked, *lines):
    decision = ask(question(territories=tuple(asked)), grant(revision(*lines)))
    return dict(decision.by_territory)


def test_the_sequel_is_cleared_everywhere_but_where_it_is_carved_out():
    asked = question(territories=("US", "DE", "CN"))
    worldwide = line(territories_except={"CN"})
    decision = ask(asked, grant(revision(worldwide)))
    assert decision.outcome == "deny"
    assert dict(decision.by_territory) == {"CN": "deny", "DE": "permit", "US": "permit"}
    [reason] = decision.reasons
    assert (reason.code, reason.territories) == ("consent.out_of_scope", ("CN",))
    assert "China" in reason.text and "Germany" not in reason.text
    assert decision.revisions == ("rev_1",)
    with_china = ask(asked, grant(revision(worldwide, line("lin_cn", territories={"CN"}))))
    assert with_china.outcome == "permit"


# What a line granted in `named` but for `excepted` answers where `asked`.
GRANTED = {
    "the country": ({"US"}, (), "US", "permit"),
    "a part of it": ({"US"}, (), "US-CA", "permit"),
    "the country of a part": ({"US-CA"}, (), "US", "deny"),
    "another part": ({"US-CA"}, (), "US-NY", "deny"),
    "another country": ({"US"}, (), "CA", "deny"),
    "a group": ({"EU"}, (), "DE", "permit"),
    "a part within a group": ({"EU"}, (), "DE-BY", "permit"),
    "outside a group": ({"EU"}, (), "NO", "deny"),
    "a wider group": ({"EEA"}, (), "NO", "permit"),
    "the world": ({"WORLD"}, (), "AQ", "permit"),
    "excepted": ({"WORLD"}, {"CN"}, "CN", "deny"),
    "a part of what is excepted": ({"WORLD"}, {"US"}, "US-CA", "deny"),
    "a country of which a part is excepted": ({"US"}, {"US-CA"}, "US", "deny"),
    "a part beside the excepted one": ({"US"}, {"US-CA"}, "US-NY", "permit"),
    "in an excepted group": ({"WORLD"}, {"EU"}, "FR", "deny"),
    "beside an excepted group": ({"WORLD"}, {"EU"}, "CH", "permit"),
    "one place by its other code": ({"PR"}, (), "US-PR", "permit"),
    "excepted by its other code": ({"WORLD"}, {"US-PR"}, "PR", "deny"),
}


@pytest.mark.parametrize("named, excepted, asked, answer", GRANTED.values(), ids=GRANTED)
def test_where_a_line_grants(named, excepted, asked, answer):
    found = answers([asked], line(territories=named, territories_except=excepted))
    assert set(found.values()) == {answer}


EXCLUDED = {
    "the country": ({"US"}, (), "US", "deny"),
    "a part of it": ({"US"}, (), "US-CA", "deny"),
    "the country of an excluded part": ({"US-CA"}, (), "US", "deny"),
    "another part": ({"US-CA"}, (), "US-NY", "permit"),
    "another country": ({"US"}, (), "CA", "permit"),
    "a group": ({"EU"}, (), "DE-BY", "deny"),
    "excepted from the exclusion": ({"WORLD"}, {"US"}, "US", "permit"),
    "a part excepted with its country": ({"WORLD"}, {"US"}, "US-CA", "permit"),
    "a country of which a part is excepted": ({"WORLD"}, {"US-CA"}, "US", "deny"),
    "one place by its other code": ({"US-PR"}, (), "PR", "deny"),
}


@pytest.mark.parametrize("named, excepted, asked, answer", EXCLUDED.values(), ids=EXCLUDED)
def test_where_a_line_excludes(named, excepted, asked, answer):
    found = answers([asked], line(), line("lin_out", "exclude", territories=named, territories_except=excepted))
    assert set(found.values()) == {answer}


def test_a_group_is_answered_country_by_country():
    decision = ask(question(territories=("EU",)), grant(revision(line(territories_except={"DE"}))))
    found = dict(decision.by_territory)
    assert list(found) == sorted(GROUPS["EU"])
    assert {place for place, answer in found.items() if answer == "deny"} == {"DE"}


def test_the_world_is_every_country():
    found = answers(["WORLD"], line())
    assert set(found) == set(COUNTRIES)
    assert set(found.values()) == {"permit"}


def test_a_country_and_its_part_are_answered_apart():
    assert answers(["US", "US-CA"], line(territories={"US-CA"})) == {"US": "deny", "US-CA": "permit"}


def test_the_reason_names_the_places_together():
    decision = ask(question(territories=("EEA",)), grant(revision(line(territories_except={"EU"}))))
    [reason] = decision.reasons
    assert reason.territories == tuple(sorted(GROUPS["EU"]))
    assert "the territory the European Union." in reason.text


@pytest.mark.parametrize("code", ["us", "UK", "USA", "US-", "XX", "XX-AB", "US-CALI", "", "EARTH"])
def test_a_place_nobody_knows_is_refused_in_a_question_and_in_a_line(code):
    assert not is_territory(code)
    with pytest.raises(Invalid):
        ask(question(territories=(code,)), grant())
    with pytest.raises(Invalid):
        ask(question(), grant(revision(line(territories={code}))))


@pytest.mark.parametrize("place", ["US", "US-CA", "PR", "HK", "CN", "DE"])
@pytest.mark.parametrize("named, excepted", [({"WORLD"}, {"US"}), ({"US", "CN"}, ()), ({"EU", "PR"}, {"DE-BY"})])
def test_what_covers_a_place_touches_it(place, named, excepted):
    spec = frozenset(named), frozenset(excepted)
    [same] = expand([place])
    assert not covers(*spec, same) or touches(*spec, same)


def test_an_exception_inside_a_country_leaves_the_country_out_when_expanded():
    assert expand(["US", "DE"], ["US-CA"]) == {"DE"}


def test_nothing_asked_nowhere():
    assert codes(ask(question(territories=("FR",)), grant(revision(line(territories={"DE"}))))) == {
        "consent.out_of_scope"
    }
