"""Each reason is a sentence: what was found, and what would clear it. None tells what its reader must not learn."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from consent import wording
from consent.answers import DIMENSIONS, Gap, Ground
from consent.decision import decide
from consent.facts import Depiction, Person
from consent.territories import COUNTRIES, GROUPS
from consent.vocabulary import ACT_PHRASES, ACTS, REASONS
from tests.consent.world import (
    ASSET,
    JON_DRIVES,
    KIT_FACE,
    MIRA_FACE,
    ON_FILE,
    PAPER,
    ask,
    authority,
    ending,
    fact,
    grant,
    line,
    question,
    record,
    revision,
    signature,
    statement,
)

AGENT = (signature(capacity="agent"),)
LOCK = statement("lock", "per_mira", question="strike of the other union", by=("ines",))
NUDE = frozenset({"nudity"})
UNDER = question(asset_sha256=ASSET)
GONE = date(2026, 7, 1)
STRANGER = Depiction("stranger", None, "background", "face", "crowd_replica")
AGELESS = record(grant(), persons=(Person("per_mira", "living"),))
DISPUTE = statement("dispute", "per_mira", question="a niece", by=("ines",))
CONFIRMED = statement("determination", "per_mira", question="no_consent_needed", answer="yes")
MIRA_CLONED = replace(MIRA_FACE, use="digital_double")
CLONE_LINE = line(uses={"digital_double"})
CLONING = grant(revision(CLONE_LINE, signatures=(signature(),)))
RELEASED_IN_EUROPE = question(act="release", territories=("DE",), as_of=datetime(2026, 9, 1, tzinfo=UTC))
UNDER_SAG = {"agreements": {"sag-tv"}, "photography_starts_on": date(2026, 5, 1)}
RECORDED = fact("prd_harbor", "production.recorded_on", "2027-01-01")
EXPIRED = {"packs": ("sag-src-2024",), "statements": (RECORDED,), "agreements": {"sag-src"}}
REFUSED = statement("approval", ASSET, question="lin_1", answer="refused")
APPROVED_ONLY = grant(revision(line(effect="approval_required")))

# One answer for each code, so that each of its sentences is read.
ANSWERS = {
    "consent.prohibited": ask(question(replace(KIT_FACE, content_flags=NUDE, depicted_age=16))),
    "consent.locked": ask(question(), grant(), statements=(LOCK,)),
    "consent.disputed": ask(question(), grant(), statements=(DISPUTE,)),
    "consent.excluded": ask(question(), grant(revision(line(), line("lin_2", "exclude")))),
    "consent.no_grant": ask(question()),
    "consent.out_of_scope": ask(question(), grant(revision(line(productions={"prd_secret"}, media={"airline"})))),
    "consent.not_yet": ask(question(), grant(revision(effective_from=date(2026, 9, 1)))),
    "consent.expired": ask(question(), grant(revision(term_end=GONE))),
    "consent.ended": ask(question(), grant(endings=(ending("cease_all"),))),
    "consent.offered": ask(question(), grant(revision(signatures=(), verified_by=None, verified_at=None, offered_at=ON_FILE))),
    "consent.awaiting_verification": ask(question(), grant(revision(verified_by=None, verified_at=None))),
    "consent.evidence_missing": ask(question(), grant(revision(evidence=()))),
    "consent.authority": ask(question(), grant(revision(signatures=AGENT, authority=authority("heir")))),
    "consent.guardian": ask(question(KIT_FACE), grant(person="per_kit")),
    "consent.approval_missing": ask(UNDER, APPROVED_ONLY),
    "consent.approval_refused": ask(UNDER, APPROVED_ONLY, statements=(REFUSED,)),
    "consent.unidentified": ask(question(STRANGER)),
    "consent.needs_counsel": decide(question(), AGELESS),
    "consent.rule": ask(question(MIRA_CLONED), CLONING, packs=("sag-aftra-tv-2023",), **UNDER_SAG),
    "consent.rule_unclear": ask(question(MIRA_CLONED), grant(revision(CLONE_LINE)), packs=("us-ca",)),
    "consent.obligation": ask(RELEASED_IN_EUROPE, grant(), packs=("eu",), jurisdictions=("US",)),
    "consent.agreement_expired": ask(question(), grant(), **EXPIRED),
    "consent.routine": ask(question(replace(MIRA_FACE, use="cleanup", routine_reason="continuity"))),
    "consent.determined": ask(question(), statements=(CONFIRMED,)),
    "consent.continues": ask(question(act="continue_distribution"), grant(revision(term_end=GONE))),
}
REFUSALS = sorted(set(ANSWERS) - {"consent.routine", "consent.determined", "consent.continues"})


def told(decision):
    return " ".join(f"{reason.text} {reason.to_clear}" for reason in decision.reasons)


def test_a_production_goes_by_its_title_where_the_reader_knows_it():
    [reason] = ANSWERS["consent.out_of_scope"].reasons
    text = wording.named(reason.text, {"prd_harbor": "Harbor", "mira": "M. Vale", "grt_1": "C-0142"})
    assert "does not cover: the production “Harbor”" in text and "prd_" not in text
    assert "the production “Harbor”" in wording.named(reason.to_clear, {"prd_harbor": "Harbor"})


def test_every_code_is_in_the_table():
    assert set(ANSWERS) == set(REASONS)


@pytest.mark.parametrize("code", ANSWERS)
def test_each_reason_is_one_sentence_that_says_what_was_found(code):
    [reason] = [one for one in ANSWERS[code].reasons if one.code == code]
    assert reason.text[0].isupper()
    assert reason.text.endswith(".")
    assert ".." not in reason.text and "  " not in reason.text and "None" not in reason.text
    assert (reason.depiction or "everybody") in reason.text  # whoever it is about, by the name of the depiction


@pytest.mark.parametrize("code", REFUSALS)
def test_each_no_says_what_would_clear_it(code):
    [reason] = [one for one in ANSWERS[code].reasons if one.code == code]
    assert reason.to_clear[0].isupper()
    assert reason.to_clear.endswith(".")
    assert reason.to_clear in ANSWERS[code].to_clear


@pytest.mark.parametrize("code", sorted(set(ANSWERS) - set(REFUSALS)))
def test_a_mere_note_has_nothing_to_clear(code):
    assert ANSWERS[code].outcome == "permit"
    assert ANSWERS[code].to_clear == ()


SECRETS = ("ines", "tobi", "per_", "prd_secret", "strike", "airline", "1974", "2009", "aut_1", PAPER, ASSET, "rev_")


@pytest.mark.parametrize("code", ANSWERS)
def test_no_reason_names_a_lawyer_a_birth_date_a_paper_or_what_else_a_consent_is_about(code):
    words = told(ANSWERS[code])
    assert not [secret for secret in SECRETS if secret in words]


@pytest.mark.parametrize("code", ["consent.expired", "consent.ended", "consent.no_grant"])
def test_no_reason_tells_of_the_consent_of_somebody_else(code):
    other = grant(revision(line("lin_j"), id="rev_j"), id="grt_jon", person="per_jon")
    on_file = {
        "consent.expired": (grant(revision(term_end=GONE)),),
        "consent.ended": (grant(endings=(ending("cease_all"),)),),
        "consent.no_grant": (),
    }[code]
    assert told(ask(question(), *on_file, other)) == told(ANSWERS[code])


def test_the_sentences_of_a_plain_refusal():
    [reason] = ANSWERS["consent.no_grant"].reasons
    assert reason.text == (
        "No consent of the person depicted as “mira” is on file that could cover de-aging (face)"
        " in Germany and United States."
    )
    assert reason.to_clear == (
        "A consent signed by the person depicted as “mira” that covers de-aging (face)"
        " in Germany and United States, verified by two lawyers."
    )


SAID = {
    "consent.locked": "The use of the person depicted as “mira” is locked (sta_1).",
    "consent.disputed": "The consent of the person depicted as “mira” is disputed (sta_1).",
    "consent.expired": "Consent grt_1 (revision 1) of the person depicted as “mira” ran until 30 June 2026.",
    "consent.ended": "Consent grt_1 (revision 1) of the person depicted as “mira” ended on 14 July 2026.",
    "consent.unidentified": "The person depicted as “stranger” is real, and nobody has said who it is.",
    "consent.continues": (
        "Consent grt_1 (revision 1) of the person depicted as “mira” ended on 30 June 2026;"
        " what was released before may continue."
    ),
}


@pytest.mark.parametrize("code, text", SAID.items(), ids=SAID)
def test_what_was_found_in_its_own_words(code, text):
    assert [reason.text for reason in ANSWERS[code].reasons] == [text]


def test_what_is_missing_is_named_where_nobody_can_tell():
    [reason] = ANSWERS["consent.needs_counsel"].reasons
    assert "birth_date of the person in depiction mira" in reason.text
    assert reason.to_clear == "State the birth_date of the person in depiction mira."


@pytest.mark.parametrize(
    "dimension, what", [("units", "scene or shot"), ("media", "medium"), ("languages", "language")]
)
def test_a_question_that_named_nothing_is_told_to_name_something(dimension, what):
    """The remedy read "An amendment that covers every language, and the question names none. Or leave that out": no
    sentence, and not the smallest change that would clear it (§7.5)."""
    particular = grant(revision(line(**{dimension: {"sh114", "svod", "en"}})))
    [reason] = ask(question(**{dimension: ()}), particular).reasons
    assert reason.text.endswith(f"does not cover: every {what}, and the question names none.")
    assert reason.to_clear == f"Name the {what} in the question."


def test_a_gap_named_beside_one_left_open_is_told_with_it():
    particular = grant(revision(line(languages={"de"}, territories={"US"})))
    [reason] = ask(question(languages=()), particular).reasons
    assert reason.to_clear == (
        "Name the language in the question. An amendment signed by the person depicted as “mira” that covers the"
        " territory Germany. Or leave that out."
    )


@pytest.mark.parametrize("dimension", DIMENSIONS)
def test_every_dimension_has_its_words(dimension):
    values = {"use": "de_aging", "modality": "face", "act": "sign", "content": "nudity", "date": "2026-07-14",
              "medium": "svod", "territory": "DE"}  # fmt: skip
    ground = Ground("consent.out_of_scope", "CORE-NO-CONSENT", "deny", MIRA_FACE, "grt_1", 1,
                    gaps=(Gap(dimension, (values.get(dimension, "x"),)),))  # fmt: skip
    text, _ = wording.sentences(ground, ("DE",))
    assert "does not cover: the " in text


def test_every_act_reads_inside_a_sentence():
    assert set(ACT_PHRASES) == set(ACTS)


# --- places --------------------------------------------------------------------------------------------------------

WORLD = frozenset(COUNTRIES)
PLACES = [
    (WORLD, "everywhere"),
    (WORLD - {"CU"}, "everywhere except Cuba"),
    (WORLD - {"CU", "CN"}, "everywhere except China and Cuba"),
    ({"DE"}, "Germany"),
    ({"DE", "FR", "IT"}, "France, Germany and Italy"),
    ({"US-CA"}, "US-CA (United States)"),
    (GROUPS["EU"], "the European Union"),
    (GROUPS["EEA"], "the European Economic Area"),
    (GROUPS["EU"] | {"CH"}, "the European Union and Switzerland"),
    (
        {"AT", "BE", "CH", "DE", "DK", "FR", "IT", "NL"},
        "Austria, Belgium, Denmark, France, Germany and 3 other territories",
    ),
]


@pytest.mark.parametrize("places, words", PLACES, ids=[words for _, words in PLACES])
def test_places_are_said_as_a_reader_would(places, words):
    assert wording.places_in_words(places) == words


# --- names ---------------------------------------------------------------------------------------------------------


def test_people_and_consents_are_named_only_to_those_who_may_read_the_names():
    [reason] = ANSWERS["consent.expired"].reasons
    assert wording.named(reason.text, {"mira": "M. Vale", "grt_1": "“Rider of May”"}) == (
        "Consent “Rider of May” (revision 1) of M. Vale ran until 30 June 2026."
    )
    assert wording.named(reason.text, {}) == reason.text


def test_a_person_named_first_in_the_sentence_is_named_too():
    [reason] = ANSWERS["consent.unidentified"].reasons
    assert wording.named(reason.text, {"stranger": "A passer-by"}).startswith("A passer-by is real")


# --- in what order -------------------------------------------------------------------------------------------------


def test_the_gravest_reason_is_told_first_and_each_remedy_once():
    young = replace(KIT_FACE, content_flags=NUDE, depicted_age=16)
    unproven = grant(revision(signatures=AGENT), id="grt_1")
    decision = ask(question(MIRA_FACE, young, JON_DRIVES, STRANGER), unproven)
    assert [reason.severity for reason in decision.reasons] == ["absolute", "deny", "review", "review"]
    assert len(decision.to_clear) == len(set(decision.to_clear)) == 4


def test_territories_with_the_same_reason_are_told_together():
    decision = ask(question(territories=("EU", "US")), grant(revision(line(territories={"US"}))))
    [reason] = decision.reasons
    assert reason.territories == tuple(sorted(GROUPS["EU"]))
