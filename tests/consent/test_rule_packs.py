"""Rule packs are data: read strictly or refused, known by their hash, and never in force before a lawyer adopts them."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from consent import fact_dictionary, rulebook
from consent.decision import decide
from consent.expressions import Malformed, compiled
from consent.rules import Case
from consent.vocabulary import CERTAINTIES
from tests.consent.world import (
    DAY,
    MIRA,
    MIRA_FACE,
    NOON,
    adopted,
    ask,
    codes,
    fact,
    grant,
    harbor,
    line,
    question,
    record,
    revision,
)

SHELVES = Path(rulebook.__file__).with_name("packs")
CLONED = replace(MIRA_FACE, use="digital_double")
CLONE = grant(revision(line(uses={"digital_double"})))
IN_PERSON = fact("grt_1", "grant.replaces_work_in_person")
UNSPECIFIC = tuple(
    fact("grt_1", f"grant.{name}", answer)
    for name, answer in (
        ("reasonably_specific", "no"), ("consistent_with_character", "no"), ("represented_by", "none"),
    )
)  # fmt: skip

RULE = {
    "id": "X-1", "from": "2026-01-01", "to": None, "status": "in_force",
    "when": {"fact": "depiction.kind", "in": ["replica"]}, "require": {"fact": "grant.conspicuous", "is": True},
    "fail": "review", "text": "a replica is conspicuous", "to_clear": "State it.", "citation": "X", "certainty": "T",
}  # fmt: skip
PACK = {
    "id": "x", "title": "X", "kind": "law", "version": "1", "jurisdiction": "US", "source_urls": [],
    "text_read": "primary", "retrieved": "2026-11-23", "reviewed_by": None, "reviewed_on": None, "rules": [RULE],
}  # fmt: skip


# --- read or refused -----------------------------------------------------------------------------------------------


def with_rule(**changed):
    return PACK | {"rules": [{name: value for name, value in (RULE | changed).items() if value is not ...}]}


REFUSED = {
    "an unknown operator": (with_rule(when={"fact": "depiction.kind", "matches": "re.*"}), "/rules/0/when/matches"),
    "an unknown junction": (with_rule(when={"xor": [{"fact": "depiction.kind", "is": "replica"}]}), "/rules/0/when/xor"),
    "an unknown fact": (with_rule(require={"all": [{"fact": "person.mood", "is": True}]}), "/rules/0/require/all/0/fact"),
    "an unknown value": (with_rule(when={"fact": "depiction.kind", "in": ["robot"]}), "/rules/0/when/in"),
    "a number for a code": (with_rule(when={"fact": "depiction.kind", "is": 3}), "/rules/0/when/is"),
    "an order of codes": (with_rule(when={"fact": "depiction.kind", "lt": "replica"}), "/rules/0/when/lt"),
    "no expression": (with_rule(when={"any": []}), "/rules/0/when/any"),
    "two operators": (with_rule(when={"fact": "person.age", "lt": 3, "gte": 1}), "/rules/0/when"),
    "an unknown severity": (with_rule(fail="fatal"), "/rules/0/fail"),
    "an unknown status": (with_rule(status="rumoured"), "/rules/0/status"),
    "no citation": (with_rule(citation=...), "/rules/0"),
    "no certainty": (with_rule(certainty=...), "/rules/0"),
    "an unknown certainty": (with_rule(certainty="X"), "/rules/0/certainty"),
    "a day that is none": (with_rule(**{"from": "2026-02-30"}), "/rules/0/from"),
    "an end before the beginning": (with_rule(to="2025-01-01"), "/rules/0/to"),
    "a due day that is none": (with_rule(due="person.age"), "/rules/0/due"),
    "an agreement without its days": (PACK | {"kind": "cba"}, ""),
    "a mode of its own": (PACK | {"mode": "enforcing"}, ""),
    "a closed fact whose absence lets through": (
        with_rule(when={"fact": "production.director_consulted", "is": True}), "/rules/0/when/fact"
    ),
    "the same, turned twice": (
        with_rule(require={"not": {"fact": "production.director_consulted", "is": True}}), "/rules/0/require/not/fact"
    ),
}  # fmt: skip


@pytest.mark.parametrize("source, pointer", REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_understood_is_refused_by_name_and_place(source, pointer):
    assert rulebook.load(PACK).id == "x"
    with pytest.raises(rulebook.PackRefused) as refused:
        rulebook.load(source)
    [fault] = refused.value.errors
    assert fault.pointer == pointer
    assert "pack x" in str(refused.value)


def test_an_expression_is_no_deeper_than_can_be_read():
    deep = {"fact": "depiction.kind", "is": "replica"}
    for _ in range(2000):
        deep = {"not": deep}
    with pytest.raises(Malformed):
        compiled(deep, "", breaks=True)


def test_a_pack_is_known_by_its_text_and_not_by_its_order():
    turned = dict(reversed(PACK.items()))
    assert rulebook.load(turned).hash == rulebook.load(PACK).hash
    assert rulebook.load(with_rule(text="a replica is very conspicuous")).hash != rulebook.load(PACK).hash


TABLE = {  # consent.md §8, what is not code already
    "core": "CORE-MINOR-REAFFIRM CORE-GUARDIAN-OBJECTION CORE-ESTATE-AUTH CORE-PRIOR-VETO CORE-DEATH-SILENT CORE-TRAIN "
            "CORE-HCR-CONFLICT CORE-CULTURE CORE-DRIVER",
    "us-ca": "CA-927 CA-3344.1 CA-683-TRO CA-683-LOCK CA-942-KEEP",
    "us-ny": "NY-5-302 NY-50F NY-50F-NUMBER NY-396B",
    "us-il": "IL-ROPA IL-4762 IL-BIPA",
    "us-tx": "TX-CUBI",
    "us-tn": "TN-ELVIS",
    "us-federal": "US-TAKEITDOWN US-NOFAKES-TERM US-NOFAKES-MINOR US-NOFAKES-WRITING US-NOFAKES-ESTATE",
    "eu": "EU-50-4 EU-50-2 EU-GDPR-BASIS",
    "dk": "DK-73A",
    "cn": "CN-LABEL CN-SEPARATE",
    "in": "IN-SGI",
    "kr": "KR-LABEL",
    "sag-aftra-tv-2023": "SAG-48H SAG-SEPARATE-SIG SAG-REUSE",
    "sag-aftra-tv-2026": "SAG-48H SAG-SEPARATE-SIG SAG-REUSE SAG-ICDR SAG-ICDR-PAY SAG-DUB SAG-BIO SAG-STRIKE SAG-CUSTODY "
                         "SAG-TRANSFER SAG-REASON SAG-SYNTH SAG-TRAIN",
    "sag-commercials-2025": "SAG-COMM-ADVERTISER SAG-COMM-LINE SAG-COMM-PERIOD",
    "sag-ima-2025": "SAG-IMA-RTG SAG-IMA-RTG-PAY",
    "sag-src-2024": "SAG-SRC",
    "wga": "WGA-72 WGA-TRAIN",
    "dga": "DGA-CONSULT",
    "afm": "AFM-AI",
    "actra": "ACTRA-48H",
    "equity-pact": "EQUITY-SCOPE EQUITY-TRAIN EQUITY-DELETION",
}  # fmt: skip


def test_every_rule_of_the_table_is_shipped():
    shipped = {pack.id: " ".join(rule.id for rule in pack.rules) for pack in rulebook.newest()}
    assert shipped == TABLE
    assert all(rule.certainty in CERTAINTIES and rule.citation for _, rule in rulebook.every_rule())


def test_every_version_lies_under_its_id_and_its_number():
    for path in SHELVES.glob("*/*.json"):
        pack = rulebook.load(json.loads(path.read_text()))
        assert (pack.id, pack.version) == (path.parent.name, path.stem)
        assert rulebook.shipped()[pack.hash].id == pack.id


def test_every_fact_of_the_dictionary_is_asked_for_or_read_by_one_that_is():
    asked = set().union(*(rule.asks.facts for _, rule in rulebook.every_rule()))
    chosen = {pack.agreement.selected_by for pack in rulebook.newest() if pack.agreement}
    due = {rule.due for _, rule in rulebook.every_rule()}
    # What the dictionary offers to packs that studios write, and what other facts are computed from.
    offered = {"depiction.role", "depiction.content", "person.kind", "request.media", "grant.replica_origin",
               "grant.access_given_to"}
    assert set(fact_dictionary.FACTS) <= asked | chosen | due | offered
    assert set(fact_dictionary.published()) == set(fact_dictionary.FACTS)


# --- three answers -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("expression, stated, answer", [
    ({"fact": "grant.conspicuous", "is": True}, {}, None),
    ({"fact": "grant.conspicuous", "is": True}, {"grant.conspicuous": True}, True),
    ({"fact": "grant.access_list", "is": True}, {}, False),
    ({"not": {"fact": "grant.conspicuous", "is": True}}, {}, None),
    ({"not": {"fact": "production.strike", "is": True}}, {}, True),
    ({"all": [{"fact": "grant.conspicuous", "is": True}, {"fact": "grant.access_list", "is": True}]}, {}, False),
    ({"any": [{"fact": "grant.conspicuous", "is": True}, {"fact": "grant.access_list", "is": True}]}, {}, None),
    ({"fact": "grant.notice_hours", "gte": 48}, {"grant.notice_hours": 48.0}, True),
    ({"fact": "grant.notice_hours", "lt": 48}, {"grant.notice_hours": 48.0}, False),
    ({"fact": "grant.transfer_answer_due_on", "lte": "2026-07-01"}, {"grant.transfer_answer_due_on": date(2026, 7, 1)}, True),
    ({"fact": "production.jurisdictions", "overlaps": ["US-CA"]}, {}, True),
    ({"fact": "production.jurisdictions", "overlaps": ["EU"]}, {}, False),
])  # fmt: skip
def test_yes_no_and_cannot_tell(expression, stated, answer):
    kept = {("grt_1", name): value for name, value in stated.items()}
    case = Case(question(), MIRA_FACE, MIRA, grant="grt_1", production=harbor(), stated=kept)
    assert compiled(expression, "", breaks=False).truth(case) is answer


# --- adopted or not ------------------------------------------------------------------------------------------------


def asked_of(*adoptions, production=None, asked=None):
    file = replace(record(CLONE, statements=(IN_PERSON, *UNSPECIFIC)), production=production or harbor(), adoptions=adoptions)
    return decide(asked or question(CLONED), file)


def test_a_pack_that_is_not_adopted_is_not_asked_and_one_that_advises_changes_nothing():
    bare, [advising] = asked_of(), adopted("us-ca", mode="advisory")
    advised = asked_of(advising)
    assert (bare.outcome, bare.advice, [pack.id for pack in bare.packs]) == ("permit", (), ["core"])
    assert (advised.outcome, advised.reasons, advised.by_territory) == (bare.outcome, bare.reasons, bare.by_territory)
    assert [(one.rule, one.severity) for one in advised.advice] == [("CA-927", "review")]
    assert [(pack.id, pack.mode) for pack in advised.packs] == [("core", "enforcing"), ("us-ca", "advisory")]


def test_once_adopted_it_decides():
    decision = asked_of(*adopted("us-ca"))
    assert (decision.outcome, codes(decision)) == ("review", {"consent.rule"})
    assert [(reason.rule, reason.grant) for reason in decision.reasons] == [("CA-927", "grt_1")]
    assert "Cal. Lab. Code §927" in decision.reasons[0].text and "primary text read" in decision.reasons[0].text


@pytest.mark.parametrize("later, outcome", [(DAY, "permit"), (0 * DAY, "review"), (-DAY, "review")])
def test_an_adoption_counts_from_its_moment_and_once_it_is_known(later, outcome):
    [one] = adopted("us-ca")
    assert asked_of(replace(one, effective_at=NOON + later)).outcome == outcome
    assert asked_of(replace(one, recorded_at=NOON + later)).outcome == outcome


def test_the_latest_adoption_of_a_pack_counts():
    [one] = adopted("us-ca")
    back = replace(one, mode="advisory", effective_at=NOON)
    assert asked_of(one, back).outcome == asked_of(back, one).outcome == "permit"


def test_a_text_that_is_not_loaded_decides_nothing():
    [one] = adopted("us-ca")
    with pytest.raises(rulebook.PackUnknown):
        asked_of(replace(one, hash="0" * 64))


def test_core_decides_even_if_somebody_says_it_only_advises():
    vetoed = fact("per_mira", "person.encumbrance", "asserted")
    file = replace(record(grant(), statements=(vetoed,)), adoptions=adopted("core", mode="advisory"))
    assert decide(question(), file).outcome == "review"


# --- where the law has to do with the case -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "jurisdictions, outcome", [({"US-CA"}, "review"), ({"US"}, "review"), ({"GB"}, "permit"), ((), "review")]
)
def test_a_law_applies_where_there_is_a_link_and_where_nobody_said(jurisdictions, outcome):
    decision = asked_of(*adopted("us-ca"), production=harbor(jurisdictions=jurisdictions))
    assert decision.outcome == outcome
    assert decision.missing_facts == (("jurisdictions of the production",) if not jurisdictions else ())


def test_a_rule_that_would_be_met_anyway_asks_for_no_link():
    clear = fact("grt_1", "grant.reasonably_specific")
    file = replace(record(CLONE, statements=(clear,)), production=harbor(jurisdictions=()), adoptions=adopted("us-ca"))
    assert decide(question(CLONED), file).outcome == "permit"


# --- collective agreements -----------------------------------------------------------------------------------------

TV = ("sag-aftra-tv-2023", "sag-aftra-tv-2026")
SAG = {"agreements": {"sag-tv"}, "jurisdictions": {"GB"}}


@pytest.mark.parametrize("starts, cited", [
    (date(2026, 6, 30), "MOA 2023;"), (date(2026, 7, 1), "MOA 2023, continued 2026;"),
])  # fmt: skip
def test_the_version_is_chosen_by_the_first_day_of_photography_and_not_by_today(starts, cited):
    later = question(CLONED, as_of=NOON + 60 * DAY, known_at=NOON + 60 * DAY)
    decision = ask(later, CLONE, packs=TV, photography_starts_on=starts, **SAG)
    assert decision.outcome == "deny"
    [signature] = [one for one in decision.reasons if one.rule == "SAG-SEPARATE-SIG"]
    assert cited in signature.text


def test_where_no_first_day_is_stated_nobody_can_tell_which_version_governs():
    decision = ask(question(CLONED), CLONE, packs=TV, photography_starts_on=None, **SAG)
    assert decision.outcome == "review"
    assert "photography_starts_on of the production" in decision.missing_facts


def test_an_agreement_that_is_not_the_productions_has_no_say():
    assert ask(question(CLONED), CLONE, packs=TV, jurisdictions={"GB"}).outcome == "permit"


@pytest.mark.parametrize("recorded, outcome", [("2026-12-31", "permit"), ("2027-01-01", "review")])
def test_an_agreement_that_ran_out_without_a_successor_never_permits_in_silence(recorded, outcome):
    stated = (fact("prd_harbor", "production.recorded_on", recorded),)
    decision = ask(question(), grant(), packs=("sag-src-2024",), statements=stated, agreements={"sag-src"})
    assert decision.outcome == outcome
    if outcome == "review":
        assert codes(decision) == {"consent.agreement_expired"}
        assert "expired on 31 December 2026" in decision.reasons[0].text


def test_a_successor_that_only_advises_is_no_successor():
    both = (*adopted("sag-aftra-tv-2023"), *adopted("sag-aftra-tv-2026", mode="advisory"))
    work = harbor(photography_starts_on=date(2026, 9, 1), **SAG)
    assert codes(decide(question(), replace(record(grant()), production=work, adoptions=both))) == {"consent.agreement_expired"}


# --- what is still to be done --------------------------------------------------------------------------------------

AUTUMN = {"as_of": NOON + 60 * DAY, "known_at": NOON + 60 * DAY, "territories": ("DE", "US")}


def test_before_the_release_an_obligation_is_listed_and_signing_goes_on():
    decision = ask(question(**AUTUMN), grant(), packs=("eu",), jurisdictions={"US"})
    assert decision.outcome == "permit"
    assert [(one.rule, one.gate, one.territories) for one in decision.obligations] == [("EU-50-4", "release", ("DE",))]


@pytest.mark.parametrize("stated, outcome", [
    ((), "review"),
    ((fact("prd_harbor", "production.eu_disclosure", "full"),), "permit"),
    ((fact("prd_harbor", "production.eu_disclosure", "artistic"),), "review"),
    ((fact("prd_harbor", "production.eu_disclosure", "artistic"), fact("prd_harbor", "production.evidently_artistic")), "permit"),
])  # fmt: skip
def test_the_release_is_held_until_it_is_done_where_it_must_be(stated, outcome):
    marked = fact("prd_harbor", "asset.machine_readable_mark")
    asked = question(act="release", **AUTUMN)
    decision = ask(asked, grant(), packs=("eu",), statements=(marked, *stated), jurisdictions={"US"})
    assert dict(decision.by_territory) == {"DE": outcome, "US": "permit"}


def test_what_is_due_after_stops_nothing_and_tells_the_day():
    wanted = (fact("f" * 64, "asset.removal_requested"), fact("f" * 64, "asset.removal_due_on", "2026-07-16"))
    decision = ask(question(asset_sha256="f" * 64), grant(), packs=("us-federal",), statements=wanted)
    [due] = decision.obligations
    assert (decision.outcome, due.rule, due.gate, due.due) == ("permit", "US-TAKEITDOWN", "after", date(2026, 7, 16))


def test_what_is_pending_is_only_noted():
    endless = grant(revision(term_end=None))
    decision = ask(question(), endless, packs=("us-federal",))
    assert decision.outcome == "permit" and decision.reasons == ()
    assert ("US-NOFAKES-TERM", "note") in {(one.rule, one.severity) for one in decision.advice}


# --- who may say so ------------------------------------------------------------------------------------------------


def test_what_two_lawyers_must_find_counts_for_nothing_from_one_and_a_no_from_one_counts():
    alone = fact("grt_1", "grant.reasonably_specific", by=("ines",))
    both = fact("grt_1", "grant.reasonably_specific")
    against = fact("grt_1", "grant.reasonably_specific", "no", by=("ines",), effective_at=NOON)
    others = UNSPECIFIC[1:]
    for stated, outcome in (((alone,), "review"), ((both,), "permit"), ((both, against), "review")):
        assert ask(question(CLONED), CLONE, packs=("us-ca",), statements=(IN_PERSON, *others, *stated)).outcome == outcome


def test_a_value_that_is_none_is_not_taken_for_one():
    odd = fact("grt_1", "grant.notice_hours", "two days")
    asked = question(CLONED, act="create_replica")
    decision = ask(asked, CLONE, packs=TV[:1], statements=(odd,), photography_starts_on=date(2026, 5, 1), **SAG)
    assert "notice_hours of the consent in depiction mira" in decision.missing_facts
