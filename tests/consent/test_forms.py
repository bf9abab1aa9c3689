"""The catalogue of forms: whole, in itself without contradiction, and stating only facts that the dictionary knows."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from consent.fact_dictionary import FACTS
from consent.forms.catalogue import ASKED_BY_NO_RULE, FORMS, STATED_BY_NONE, NoSuchForm, form_named
from consent.forms.reading import NotFilledIn, checked, values_of
from consent.forms.shape import DETERMINATION, LOCK, RECORD, REPLICA
from consent.holding import spelt
from consent.vocabulary import ACTS

CODES = sorted(FORMS)
TYPES = {"text", "long", "choice", "date", "moment", "number", "bool", "list", "zone",
         "person", "authority", "grant", "production", "replica", "record", "vendors"}  # fmt: skip
# What consent.md §6.1 asks to be kept, by the form that keeps it.
ASKED_FOR = {
    "authority.title", "person.encumbrance", "person.encumbrance_search", "person.estate_registration",
    "person.estate_threshold", "grant.reaffirmation", "person.death", "grant.survival", "lock.strike", "lock.court_order",
    "lock.dispute", "lock.legal_hold", "lock.sanction", "lock.safety", "notice.replica_creation", "notice.synthetic",
    "notice.union", "notice.director", "notice.training_licence", "replica.registered", "replica.custody",
    "replica.access", "replica.transfer", "replica.destroyed", "grant.training", "production.cultural_review",
    "grant.usage", "grant.compensation", "person.processing_basis", "person.external_id", "person.external_preference",
    "grant.guardian_objection", "grant.representation", "grant.business_reason", "person.publicity", "consent.offered",
}  # fmt: skip
QUESTIONS = {
    "reasonably_specific", "consistent_with_character", "evidently_artistic", "recognisable", "significant_value",
    "no_consent_needed", "fleeting", "representative_search_diligent", "heir_threshold_met", "capacity_ok", "culture_reviewed",
}  # fmt: skip


def filled(field):
    """A value that may stand in the field."""
    return {
        "date": "2026-07-14", "moment": "2026-07-14T12:00:00Z", "number": "10", "list": ["One", "Two"], "bool": True,
        "vendors": ["org_1"],
        "choice": field.choices[0][0] if field.choices else "", "zone": "Europe/Berlin",
    }.get(field.type, "Something")  # fmt: skip


def entered(form, **changes):
    details = {field.name: filled(field) for field in form.fields} | changes
    # What comes first in such a form is not answered yet.
    if form.code == "replica.transfer" and not changes:
        details.pop("answered_at")
    if form.code in ("person.encumbrance", "person.representative_search"):
        details["to_on"] = "2026-08-01"
    return details


def test_what_the_domain_asks_for_has_a_form():
    assert set(FORMS) >= ASKED_FOR
    assert {code.removeprefix("determination.") for code in FORMS if code.startswith("determination.")} >= QUESTIONS


@pytest.mark.parametrize("code", CODES)
def test_a_form_is_whole(code):
    form = FORMS[code]
    names = [field.name for field in form.fields]
    assert form.code == code and form.title and form.topic and form.about and form.ends and names
    assert not set(names) & {"reason", "document", "effective_at", "until", "acts"}
    assert len(set(names)) == len(names) and {field.type for field in form.fields} <= TYPES
    assert all(field.label and bool(field.choices) == (field.type == "choice") for field in form.fields)
    assert set(form.acts) <= set(ACTS) and form.people in (1, 2) and form.kind in (RECORD, LOCK, DETERMINATION)
    assert form.kind != DETERMINATION or (form.people == 2 and form.question)
    for clock in form.clocks:
        assert clock.since in names and (not clock.unless or clock.unless in names)
        if clock.answered_by:
            answer = FORMS[clock.answered_by]
            assert "answers" in [field.name for field in answer.fields] or REPLICA in answer.about
    for states in form.states:
        assert not states.about or dict((one.name, one.type) for one in form.fields)[states.about] == "grant"


@pytest.mark.parametrize("code", CODES)
def test_what_is_entered_is_kept_and_read_again(code):
    form = FORMS[code]
    kept = checked(form, entered(form))
    assert checked(form, kept) == kept
    values = values_of(form, kept)
    kinds = {"date": date, "moment": datetime, "number": Decimal, "bool": bool, "list": tuple, "vendors": tuple}
    for field in form.fields:
        assert field.name not in values or isinstance(values[field.name], kinds.get(field.type, str))


@pytest.mark.parametrize("code", CODES)
def test_what_is_needed_is_asked_for_and_named(code):
    form = FORMS[code]
    needed = {f"/details/{field.name}" for field in form.fields if field.required}
    if not needed:
        assert checked(form, {}) == {field.name: False for field in form.fields if field.type == "bool"}
        return
    with pytest.raises(NotFilledIn) as refused:
        checked(form, {})
    assert {fault.pointer for fault in refused.value.errors} == needed


@pytest.mark.parametrize("code", [code for code in CODES if FORMS[code].states])
def test_no_private_field_and_no_empty_one_makes_a_fact(code):
    form = FORMS[code]
    values = values_of(form, checked(form, entered(form)))
    shown = {name: value for name, value in values.items() if name not in form.private}
    assert [states.of(values) for states in form.states] == [states.of(shown) for states in form.states]
    assert all(states.of(shown) is None or spelt(states.of(shown)) for states in form.states)


@pytest.mark.parametrize("code", CODES)
def test_facts_are_those_of_the_dictionary(code):
    form = FORMS[code]
    values = values_of(form, checked(form, entered(form)))
    for states in form.states:
        fact, value = FACTS[states.fact], states.of(values)
        assert fact.owner == "attested" and fact.lawyers <= form.people
        assert set(states.only or form.about) & set(fact.about) or states.about in fact.about
        if value is not None and states.fact != "grant.replica_origin":
            assert value == "Something" or fact.values == () or spelt(value) in fact.values
        assert set(states.gravest) <= set(fact.values or {"yes", "no"})
    for field in form.fields:
        for states in form.states:
            answers = {spelt(given) for code, _ in field.choices if (given := states.of(values | {field.name: code}))}
            if field.choices and answers > {spelt(states.of(values) or "")} and FACTS[states.fact].values:
                assert answers <= set(FACTS[states.fact].values)


def test_every_fact_that_somebody_states_stands_on_a_form_about_each_of_its_subjects():
    attested = {(name, of) for name, fact in FACTS.items() if fact.owner == "attested" for of in fact.about}
    stated = {(form.question, of) for form in FORMS.values() for of in form.about}
    for form in FORMS.values():
        for states in form.states:
            stated |= {(states.fact, of) for of in (("grant",) if states.about else states.only or form.about)}
    assert {name for name, _ in attested - stated} == set(STATED_BY_NONE)
    assert not {name for name, _ in stated} & set(STATED_BY_NONE)


def test_every_question_is_a_fact_that_two_lawyers_find_or_is_named_with_its_reason():
    questions = {form.question for form in FORMS.values() if form.kind == DETERMINATION}
    asked = {name for name in questions if name in FACTS}
    assert all(FACTS[name].lawyers == 2 for name in asked) and questions - asked == set(ASKED_BY_NO_RULE)


@pytest.mark.parametrize(("code", "changes", "wrong"), [
    ("grant.compensation", {"number": "USD 4,000"}, "number"),
    ("grant.compensation", {"system": "four thousand dollars"}, "system"),
    ("authority.title", {"share_percent": "0"}, "share_percent"),
    ("authority.title", {"share_percent": "100.01"}, "share_percent"),
    ("authority.title", {"share_percent": "NaN"}, "share_percent"),
    ("authority.title", {"share_percent": True}, "share_percent"),
    ("person.encumbrance", {"from_on": "2026-08-01", "to_on": "2026-08-01"}, "to_on"),
    ("person.encumbrance", {"status": "forgotten"}, "status"),
    ("consent.offered", {"answer_due_on": "2026-07-01"}, "answer_due_on"),
    ("replica.transfer", {"decision": "approved", "answered_at": None}, "answered_at"),
    ("replica.transfer", {"decision": "approved", "answered_at": "2026-07-13T12:00:00Z"}, "answered_at"),
    ("notice.synthetic", {"sent_at": "2026-07-14T12:00:00"}, "sent_at"),
    ("notice.synthetic", {"to": "a string"}, "to"),
    ("person.residence", {"residence": "US\u202eCA"}, "residence"),
    ("person.residence", {"salary": "4000"}, "salary"),
    ("lock.court_order", {"zone": "Mars/Olympus"}, "zone"),
    ("grant.manner", {"conspicuous": "perhaps"}, "conspicuous"),
])  # fmt: skip
def test_what_cannot_be_is_refused_by_field(code, changes, wrong):
    form = FORMS[code]
    with pytest.raises(NotFilledIn) as refused:
        checked(form, entered(form, **changes))
    assert [fault.pointer for fault in refused.value.errors] == [f"/details/{wrong}"]


def test_a_code_nobody_knows_is_no_form():
    with pytest.raises(NoSuchForm):
        form_named("person.shoe_size")


@pytest.mark.parametrize(("sent", "engaged", "hours", "at_engagement"), [
    (datetime(2026, 7, 12, 12, tzinfo=UTC), None, "48", None),
    (datetime(2026, 7, 12, 12, 1, tzinfo=UTC), None, "47.98", "no"),
    (datetime(2026, 7, 14, 8, tzinfo=UTC), datetime(2026, 7, 14, 9, tzinfo=UTC), None, "yes"),
    (datetime(2026, 7, 14, 10, tzinfo=UTC), datetime(2026, 7, 14, 9, tzinfo=UTC), "2", "no"),
    (None, None, None, None),
])  # fmt: skip
def test_notice_is_counted_to_the_services_or_to_a_later_engagement(sent, engaged, hours, at_engagement):
    form = FORMS["notice.replica_creation"]
    kept = checked(form, {"services_at": datetime(2026, 7, 14, 12, tzinfo=UTC), "sent_at": sent, "engaged_at": engaged})
    told = [states.of(values_of(form, kept)) for states in form.states]
    assert [None if value is None else spelt(value) for value in told] == [hours, at_engagement]
