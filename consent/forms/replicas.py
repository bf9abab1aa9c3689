"""Forms for what was made of a person: the register of replicas, custody, access, transfer and destruction."""

from collections.abc import Iterator
from datetime import date

from consent.forms.grants import BIOMETRICS, REPLICA_CLASSES
from consent.forms.shape import (
    GRANT,
    PERSON,
    PRODUCTION,
    REPLICA,
    Clock,
    Form,
    States,
    Values,
    always,
    choice,
    day,
    long,
    moment,
    moment_in,
    of,
    says,
    several,
    text,
    vendors,
    yes,
)
from consent.legal_days import days_on

TOPIC = "Replicas"
DAYS_OF_THE_UNION = 21

KINDS = {
    "scan": "Scan", "photogrammetry": "Photogrammetry", "rig": "Rig", "voice_model": "Voice model", "lora": "Fine-tuned model",
    "mocap": "Motion capture", "texture": "Texture",
}  # fmt: skip
ANSWERS = {"pending": "Not yet answered", "approved": "Approved", "refused": "Refused"}


def _answered(values: Values) -> Iterator[tuple[str, str]]:
    submitted, answered = moment_in(values, "submitted_at"), moment_in(values, "answered_at")
    if (values.get("decision") in ("approved", "refused")) != (answered is not None):
        yield "answered_at", "Say when the union answered, and what: one goes with the other."
    if submitted and answered and answered < submitted:
        yield "answered_at", "The union cannot have answered before it was asked. Check both."


def _somebody(values: Values) -> Iterator[tuple[str, str]]:
    if not values.get("vendors") and not values.get("who"):
        yield "vendors", "Say who may use it: tick a vendor, or name somebody else."


def _due(values: Values) -> date | None:
    submitted = moment_in(values, "submitted_at")
    return days_on(submitted, DAYS_OF_THE_UNION).date() if submitted else None


FORMS = (
    Form(
        "replica.registered", "Replica, on the register", TOPIC, (PERSON,),
        (
            text("name", "Called", "As the vendor and you call it."), choice("kind", "Kind", KINDS),
            choice("replica_class", "Class", REPLICA_CLASSES), of(GRANT, "grant", "Made under which consent"),
            of(PRODUCTION, "origin", "Production it was made for"), day("made_on", "Made on", required=False),
            text("tool", "Tool and version", required=False), choice("biometrics", "Biometric data in it", BIOMETRICS),
            text("owner", "Owner", "Who owns it may not use it without consent."), text("custodian", "Held by"),
            text("country", "Stored in", "Country", required=False),
            day("destroy_by", "Last day it may be kept", "From the release or the consent.", required=False),
        ),
        "A scan, a rig, a voice model: what exists, who owns it, who holds it.", many=True,
        states=(
            says("grant.replica_class", "replica_class", about="grant"), says("grant.replica_origin", "origin", about="grant"),
        ),
        clocks=(Clock("The replica is to be destroyed", "destroy_by", answered_by="replica.destroyed"),),
        ends="Its destruction, with a certificate.",
    ),
    Form(
        "replica.custody", "Change of custody", TOPIC, (REPLICA,),
        (
            text("from_whom", "From"), text("to_whom", "To"), moment("handed_at", "Handed over at"),
            text("country", "Stored in", required=False), yes("attested", "The new holder attests its security"),
            of(GRANT, "grant", "Consent it concerns"),
        ),
        "Who holds it now.", many=True,
        states=(says("grant.custody_attested", "attested", about="grant", gravest=("no", "yes")),),
        ends="Nothing: it was handed over.",
    ),
    Form(
        "replica.access", "Access list", TOPIC, (REPLICA,),
        (
            vendors("vendors", "Vendors who may use it", "A vendor who is not ticked is not on the list."),
            several("who", "Who else may use it", "People or companies, with commas between.", required=False),
            long("need", "For which business need"), of(GRANT, "grant", "Consent it concerns"),
        ),
        "Only those with a legitimate business need.", check=_somebody,
        states=(
            always("grant.access_list", about="grant"),
            States("grant.access_given_to", lambda values: values.get("vendors", ()), about="grant", common=True),
        ),
        ends="A new list: correct this one.",
    ),
    Form(
        "replica.transfer", "Transfer to another producer", TOPIC, (REPLICA,),
        (
            text("to_whom", "To"), text("union", "Union asked", required=False),
            moment("submitted_at", "Submitted to the union at", required=False),
            choice("decision", "The union’s answer", ANSWERS), moment("answered_at", "Answered at", required=False),
            yes("commits", "The transferee commits in writing, arbitration included"),
            yes("stays_liable", "The producer acknowledges that it stays liable"), of(GRANT, "grant", "Consent it concerns"),
        ),
        "The union answers within 21 days; without its approval the producer stays liable.", many=True, check=_answered,
        states=(
            States("grant.union_approved_transfer", lambda values: values.get("decision") == "approved", about="grant",
                   gravest=("no", "yes")),
            says("grant.producer_stays_liable", "stays_liable", about="grant", gravest=("no", "yes")),
            States("grant.transfer_answer_due_on", _due, about="grant"),
        ),
        clocks=(Clock("The union’s answer is due", "submitted_at", days=DAYS_OF_THE_UNION, unless="answered_at"),),
        ends="Nothing: a later transfer is another record.",
    ),
    Form(
        "replica.destroyed", "Destruction, with certificate", TOPIC, (REPLICA,),
        (
            moment("destroyed_at", "Destroyed at"), text("how", "How"),
            text("certified_by", "Certified by"), yes("recordings_too", "The recordings it was made from, too"),
        ),
        "The certificate is the evidence; a second person confirms that it covers every copy.", people=2, evidence=True,
        ends="Nothing: it cannot be undone.",
    ),
)  # fmt: skip
