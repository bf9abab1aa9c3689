"""What holds of rule packs, whatever is asked, on file and adopted (§7, permanent properties)."""

from dataclasses import replace
from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from consent import policy, rulebook
from consent.decision import decide
from consent.fact_dictionary import FACTS
from consent.facts import Person, Record
from consent.vocabulary import ACTS, MODALITIES, USES
from tests.consent.strategies import PEOPLE, questions, records
from tests.consent.test_decision_properties import much, severity, shuffled
from tests.consent.world import ASSET, DAY, NOON, authority, fact, grant, harbor, line, revision, signature

PACKS = rulebook.newest()
OF_ONE_AGREEMENT = {"sag-aftra-tv-2023", "sag-aftra-tv-2026"}
SUBJECTS = {
    "person": PEOPLE, "grant": tuple(f"grt_{index}" for index in range(4)), "production": ("prd_harbor",), "asset": (ASSET,),
}  # fmt: skip
ANSWERS = {
    "bool": ("yes", "no"), "number": ("0", "3", "48", "60"), "date": ("2020-01-01", "2026-07-10", "2027-07-01"),
    "code": ("US-CA", "US-NY", "DE", "prd_other", "prd_harbor"), "codes": ("org_vendor", "org_other", ""),
}  # fmt: skip
ATTESTABLE = sorted(fact.name for fact in FACTS.values() if fact.about)


@st.composite
def facts_stated(draw):
    """A third of the facts, stated of whom they may be stated, some by one lawyer alone."""
    found = {}
    for name in draw(st.lists(st.sampled_from(ATTESTABLE), max_size=30, unique=True)):
        one = FACTS[name]
        for subject in SUBJECTS[draw(st.sampled_from(one.about))]:
            answer = draw(st.sampled_from(sorted(one.values) or ANSWERS[one.type]))
            found[subject, name] = fact(subject, name, answer, by=draw(st.sampled_from([("ines", "tobi"), ("ines",)])))
    return tuple(found.values())


productions = st.builds(
    harbor,
    kind=st.sampled_from(["feature", "commercial", "recording"]),
    jurisdictions=st.sampled_from([(), ("US-CA",), ("US",), ("DE", "CN"), ("US-NY", "US-IL", "US-TN", "US-TX")]),
    agreements=st.sampled_from([(), ("sag-tv",), ("sag-tv", "wga", "dga"), ("sag-src", "actra"), ("sag-ima", "sag-commercials")]),
    photography_starts_on=st.sampled_from([None, NOON.date() - 60 * DAY, NOON.date(), NOON.date() + 400 * DAY]),
)
adoptions = st.lists(
    st.tuples(st.sampled_from(PACKS), st.sampled_from(["enforcing", "advisory"])), max_size=8, unique_by=lambda one: one[0].id
)
uses = st.sampled_from([None, None, *sorted(USES)])


ANYTHING = {"uses": set(USES), "modalities": set(MODALITIES), "acts": set(ACTS)}
LIVES = (date(1974, 3, 2), None, "self"), (date(2007, 9, 1), None, "guardian"), (date(1940, 1, 1), date(2026, 6, 1), "self")
LIVES += ((date(1940, 1, 1), date(2022, 1, 1), "executor"),)


@st.composite
def in_order(draw):
    """A file on which core alone would mostly permit, so that the packs are what decides."""
    persons, grants = [], []
    for at, person in enumerate(PEOPLE):
        born, died, capacity = draw(st.sampled_from([LIVES[0], *LIVES]))
        persons.append(Person(person, "deceased" if died else "living", born, died))
        named = draw(st.sampled_from([(), ("prd_harbor",)]))
        granted = revision(
            line(f"lin_{at}", **ANYTHING, productions=named, languages=draw(st.sampled_from([(), ("en", "de", "fr")]))),
            id=f"rev_{at}", authority=None if capacity == "self" else authority(capacity),
            signatures=(replace(signature(capacity=capacity), separate=draw(st.booleans())),),
            term_end=draw(st.sampled_from([None, date(2030, 1, 1)])), effective_from=date(2026, 5, 3),
        )  # fmt: skip
        grants.append(grant(granted, id=f"grt_{at}", person=person))
    return Record(tuple(persons), tuple(grants))


@st.composite
def files(draw):
    """A file with facts stated, a production and packs adopted; the question is about one use in more than one way."""
    file = draw(st.one_of(records, in_order(), in_order(), in_order()))
    return replace(
        file, statements=(*file.statements, *draw(facts_stated())), production=draw(productions),
        adoptions=policy.standing(draw(adoptions)),
    )  # fmt: skip


@st.composite
def asked(draw):
    """Of the uses that the pool of depictions has too few of, too, and of acts that rules ask about."""
    put, use = draw(questions), draw(uses)
    if use is not None:
        put = replace(put, depictions=tuple(replace(one, use=use) for one in put.depictions))
    plain = tuple(replace(one, content_flags=frozenset(), person=one.person or PEOPLE[0]) for one in put.depictions)
    put = replace(put, depictions=draw(st.sampled_from([put.depictions, plain])))
    return replace(put, act=draw(st.sampled_from([put.act, put.act, "create_replica", "capture", "transfer", "generate"])))


@much
@given(asked(), files(), st.data())
def test_no_order_of_packs_rules_facts_or_places_changes_the_hash(put, file, data):
    turned = {
        one.hash: replace(one, rules=shuffled(data.draw, one.rules))
        for one in shuffled(data.draw, tuple(rulebook.shipped().values()))
    }
    again = replace(
        file, adoptions=shuffled(data.draw, file.adoptions), statements=shuffled(data.draw, file.statements),
        grants=shuffled(data.draw, file.grants),
    )  # fmt: skip
    other = replace(put, territories=shuffled(data.draw, put.territories), depictions=shuffled(data.draw, put.depictions))
    assert decide(other, again, turned).hash == decide(put, file).hash


@much
@given(asked(), files())
def test_packs_that_only_advise_change_nothing_that_counts(put, file):
    advising = policy.standing((pack, "advisory") for pack in PACKS if pack.id not in {one.pack for one in file.adoptions})
    bare, advised = decide(put, file), decide(put, replace(file, adoptions=(*file.adoptions, *advising)))
    for name in ("outcome", "reasons", "by_territory", "findings", "obligations", "missing_facts", "to_clear", "revisions"):
        assert getattr(advised, name) == getattr(bare, name)


@much
@given(asked(), files(), st.sampled_from(PACKS))
def test_a_pack_adopted_besides_loosens_nothing(put, file, pack):
    """But for the next version of an agreement, which takes the place of one that ran out."""
    if pack.id in OF_ONE_AGREEMENT & {one.pack for one in file.adoptions}:
        return
    others = tuple(one for one in file.adoptions if one.pack != pack.id)
    if pack.id in OF_ONE_AGREEMENT and OF_ONE_AGREEMENT & {one.pack for one in others}:
        return
    before = decide(put, replace(file, adoptions=others))
    after = decide(put, replace(file, adoptions=(*others, *policy.standing([(pack, "enforcing")]))))
    assert severity(after) >= severity(before)
    there = dict(after.by_territory)
    assert all({"permit": 0, "review": 1, "deny": 2}[there[place]] >= {"permit": 0, "review": 1, "deny": 2}[answer]
               for place, answer in before.by_territory)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(asked(), files())
def test_no_fact_taken_away_turns_a_no_into_a_yes(put, file):
    """But for what speaks against a use, which holds once it is on record like a lock; and for a no, which may hide a yes."""
    before = severity(decide(put, file))
    if before == 0:
        return
    for index, one in enumerate(file.statements):
        known = FACTS.get(one.question)
        if known is not None and not known.speaks_against and one.answer != "no":
            poorer = replace(file, statements=file.statements[:index] + file.statements[index + 1 :])
            assert severity(decide(put, poorer)) > 0
    work = file.production
    for poorer in (replace(work, jurisdictions=frozenset()), replace(work, photography_starts_on=None)):
        assert severity(decide(put, replace(file, production=poorer))) > 0
    for index, one in enumerate(file.persons):
        for less in (replace(one, birth_date=None), replace(one, death_date=None)):
            persons = (*file.persons[:index], less, *file.persons[index + 1 :])
            assert severity(decide(put, replace(file, persons=persons))) > 0


@much
@given(asked(), files())
def test_what_was_decided_is_decided_again_by_the_packs_it_names(put, file):
    decision = decide(put, file)
    library = rulebook.shipped()
    named = policy.standing((library[one.hash], one.mode) for one in decision.packs)
    assert decide(put, replace(file, adoptions=named)).hash == decision.hash


@much
@given(asked(), files())
def test_what_is_told_is_a_sentence_and_says_what_would_clear_it(put, file):
    decision = decide(put, file)
    words = " ".join(reason.text for reason in decision.reasons)
    assert all(wanted in words for wanted in decision.missing_facts)
    for reason in (*decision.reasons, *decision.advice):
        assert reason.text.endswith(".") and reason.text[0].isupper() and "None" not in reason.text
    assert all(bool(one.to_clear) == (one.severity not in ("note", "obligation")) for one in decision.reasons)
    assert all(one.text.endswith(".") and one.gate in rulebook.GATES for one in decision.obligations)
    for place, answer in decision.by_territory:
        told = [reason for reason in decision.reasons if place in reason.territories]
        assert (answer == "permit") == all(reason.severity in ("note", "obligation") for reason in told)

