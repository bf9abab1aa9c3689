"""What only two lawyers find: each question once, with the fact it answers."""

from consent.forms.shape import (
    ASSET,
    DETERMINATION,
    GRANT,
    PERSON,
    PRODUCTION,
    Form,
    choice,
    long,
)

TOPIC = "Determinations by two lawyers"
YES_OR_NO = {"yes": "Yes", "no": "No"}


def _asks(question: str, title: str, *about: str, help: str = "") -> Form:
    name = question.rpartition(".")[2]
    return Form(
        f"determination.{name}", title, TOPIC, about,
        (choice("answer", "Answer", YES_OR_NO), long("rationale", "Because", private=True)),
        help or "It counts once a second lawyer agrees. A no counts at once.", DETERMINATION, people=2, many=True,
        question=question, ends="A later answer to the same question.",
    )  # fmt: skip


FORMS = (
    _asks("no_consent_needed", "No consent is needed", PERSON, ASSET),
    _asks("grant.reasonably_specific", "The description of use is reasonably specific", GRANT),
    _asks("grant.consistent_with_character", "The use fits the contract and the character as recorded", GRANT),
    _asks("grant.survival_determined", "The consent goes on after the performer’s death", GRANT),
    _asks("grant.capacity_ok", "Whoever signed was able to", GRANT),
    _asks("person.heir_threshold_met", "Whoever consented holds the share that is needed", PERSON),
    _asks("person.representative_search_diligent", "The search for a representative was diligent", PERSON),
    _asks("person.encumbrance_determined", "The prior grant or veto does not stand in the way", PERSON),
    _asks("person.preference_determined", "The consent stands against the preference registered elsewhere", PERSON),
    _asks("person.biometrics_allowed", "Processing of biometric data is allowed", PERSON),
    _asks("production.significant_value", "The synthetic performer adds significant additional value", PRODUCTION),
    _asks("production.evidently_artistic", "The work is evidently artistic", PRODUCTION, ASSET),
    _asks("production.disclosure_exempt", "The advertisement need not disclose a synthetic performer", PRODUCTION, ASSET),
    _asks("production.culture_reviewed", "The cultural review is sufficient", PRODUCTION, PERSON),
    _asks("asset.recognisable", "The person can be recognised", ASSET),
    _asks("asset.fleeting", "The depiction is fleeting", ASSET),
    _asks("asset.exception_determined", "An exception makes consent unnecessary", ASSET),
)  # fmt: skip
