"""Forms about a person: where they live, what other registers say, data protection, publicity, offers, coming of age."""

from collections.abc import Iterator

from consent.forms.shape import (
    AUTHORITY,
    GRANT,
    PERSON,
    PRODUCTION,
    RECORD,
    Clock,
    Form,
    Values,
    always,
    choice,
    day,
    day_in,
    filled,
    long,
    moment,
    moment_in,
    of,
    says,
    text,
    yes,
)

TOPIC = "The person"

REGISTERS = {
    "HCR": "Human Consent Registry", "HAND": "HAND", "ISNI": "ISNI", "IPN": "IPN", "IMDB": "IMDb", "guild": "Guild or union",
    "other": "Another register",
}  # fmt: skip
# The gravest first.
PREFERENCES = {
    "prohibited": "Prohibited", "permitted_with_terms": "Permitted on terms", "permitted": "Permitted",
}  # fmt: skip
BASES = {
    "consent": "Consent", "contract": "Contract", "legal_obligation": "Legal obligation", "legit_interest": "Legitimate interest",
}  # fmt: skip
ARTICLE_9 = {
    "none": "No special category", "explicit_consent": "Explicit consent", "made_public": "Made public by the person",
    "legal_claims": "Legal claims", "other": "Another ground",
}  # fmt: skip


def _sent_then_due(values: Values) -> Iterator[tuple[str, str]]:
    sent, due = moment_in(values, "sent_at"), day_in(values, "answer_due_on")
    if sent and due and due < sent.date():
        yield "answer_due_on", "The answer would be due before the offer was sent. Check both."


FORMS = (
    Form(
        "person.residence", "Where the person lives", TOPIC, (PERSON,),
        (text("residence", "Country or state", "US-CA, DE, GB …"),),
        "Some laws follow the person.", states=(says("person.residence", "residence"),), ends="A move: correct it.",
    ),
    Form(
        "person.external_id", "Number in another register", TOPIC, (PERSON,),
        (choice("register", "Register", REGISTERS), text("number", "Number there", private=True)),
        "How the person is known elsewhere.", many=True,
    ),
    Form(
        "person.external_preference", "Preference in another register", TOPIC, (PERSON,),
        (
            choice("register", "Register", REGISTERS), text("number", "Number there", private=True, required=False),
            choice("preference", "It says", PREFERENCES), moment("checked_at", "Looked up at"),
        ),
        "What the person has declared elsewhere. A prohibition there against a consent here goes to counsel.", many=True,
        states=(says("person.external_preference", "preference", gravest=tuple(PREFERENCES)),),
        ends="A later look at the register: correct it.",
    ),
    Form(
        "person.processing_basis", "Basis for processing data", TOPIC, (PERSON,),
        (
            text("controller", "Controller"), text("purpose", "Purpose"), choice("basis", "Basis", BASES),
            choice("article_9", "Special categories", ARTICLE_9), day("notice_on", "Privacy notice given on", required=False),
        ),
        "Apart from the licence: withdrawing one is not ending the other.", many=True,
        states=(says("person.processing_basis", "basis"), filled("person.privacy_notice", "notice_on")),
        ends="Withdrawal by the person: lift it.",
    ),
    Form(
        "person.publicity", "May be named in public", TOPIC, (PERSON,),
        (
            text("name", "Named as"), of(PRODUCTION, "production", "For which work", "Empty: for all."),
            yes("by_estate", "The estate agreed, not the person"),
        ),
        "Nobody is named on a public page unless they, or their estate, agreed. Never a minor.", evidence=True,
        ends="The person changes their mind: lift it.",
    ),
    Form(
        "person.culture", "A community’s culture is concerned", TOPIC, (PERSON,),
        (text("community", "Community"), long("why", "Why", required=False)),
        "From then on no use is cleared until a cultural review is on record.", states=(always("person.culture_flagged"),),
        ends="A mistake, corrected or lifted; a review answers it but does not end it.",
    ),
    Form(
        "consent.offered", "Consent offered to the performer", TOPIC, (PERSON,),
        (
            of(PRODUCTION, "production", "For which work"), long("description", "Intended use, as offered"),
            text("document_sha256", "SHA-256 of the document sent", required=False), moment("sent_at", "Sent at"),
            day("answer_due_on", "Answer due on", required=False),
        ),
        "What was put before the performer, before anything is signed.", many=True, check=_sent_then_due,
        clocks=(Clock("The performer’s answer is due", "answer_due_on", answered_by="consent.answered"),),
        ends="The performer’s answer, or the day it was due.",
    ),
    Form(
        "consent.answered", "Performer’s answer to an offer", TOPIC, (PERSON,),
        (
            of(RECORD, "answers", "Which offer", required=True),
            choice("answer", "Answer", {"signed": "Signed", "declined": "Declined"}), day("answered_on", "Answered on"),
            of(GRANT, "grant", "The consent file, if signed"),
        ),
        "Declining is never public and must cost nothing.", many=True, ends="Nothing but a correction.",
    ),
    Form(
        "grant.reaffirmation", "Reaffirmation at 18", TOPIC, (GRANT,),
        (
            day("signed_on", "Signed on"), text("rider", "Which rider"), yes("own_counsel", "With counsel of their own"),
        ),
        "Somebody who was a minor when a guardian consented, now of age, signs for themselves.", evidence=True, people=2,
        states=(always("grant.reaffirmed"),), event="reaffirmed", ends="The end of the consent.",
    ),
    Form(
        "grant.guardian_objection", "Objection of a parent or guardian", TOPIC, (GRANT,),
        (
            text("who", "Who objects", private=True), of(AUTHORITY, "authority", "As whose guardian on file"),
            day("objected_on", "Objected on"), long("what", "What they object to", required=False, private=True),
        ),
        "While the performer is a minor, new uses wait until counsel has answered it or the consent has ended. From the "
        "eighteenth birthday on it has no effect: they decide for themselves.", many=True,
        states=(always("grant.guardian_objected"),), ends="It is taken back, or counsel has answered it: lift it.",
    ),
    Form(
        "grant.court_approval", "Approval of a minor’s contract by a court", TOPIC, (GRANT,),
        (text("court", "Court"), text("number", "File number"), day("approved_on", "Approved on")),
        "Where the law asks for it.", evidence=True, states=(always("grant.court_approved"),),
    ),
)  # fmt: skip
