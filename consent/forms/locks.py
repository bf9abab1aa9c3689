"""Forms that stop use at once: strike, court order, dispute, legal hold, sanction, safety; and how each was resolved."""

from datetime import date

from consent.forms.shape import (
    AGREEMENT,
    ASSET,
    GRANT,
    LIFT,
    LOCK,
    PERSON,
    PRODUCTION,
    RECORD,
    STUDIO,
    UNIT,
    Clock,
    Field,
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
    text,
    zone,
    zone_in,
)
from consent.legal_days import business_days_on
from consent.vocabulary import ACTS

TOPIC = "Strikes, orders and holds"
BUSINESS_DAYS_TO_COMPLY = 2
ANYTHING = (STUDIO, AGREEMENT, PRODUCTION, UNIT, PERSON, GRANT, ASSET)
DISPUTE, COURT_ORDER = "lock.dispute", "lock.court_order"
# What a dispute is about unless its lawyers say otherwise: all that is still to be done. What is out stays out.
STILL_TO_BE_DONE = tuple(act for act in ACTS if act not in ("continue_distribution", "retain"))
ENDS = "Its lifting by a second lawyer, with how it was resolved."


def _due(values: Values) -> date | None:
    served = moment_in(values, "served_at")
    return business_days_on(served, BUSINESS_DAYS_TO_COMPLY, zone_in(values)).date() if served else None


def _lock(code: str, title: str, about: tuple[str, ...], help: str, *fields: Field, states: tuple[States, ...] = (),
          clocks: tuple[Clock, ...] = (), acts: tuple[str, ...] = (), event: str = "suspended") -> Form:
    return Form(
        code, title, TOPIC, about, fields, help, LOCK, many=True, states=states, clocks=clocks, acts=acts, event=event, ends=ENDS
    )


FORMS = (
    _lock("lock.strike", "Strike", (STUDIO, AGREEMENT, PRODUCTION, PERSON),
          "No use for which consent would be needed. It suspends consents; it does not end them.",
          text("union", "Union"), day("called_on", "Called on"), long("notice", "What the notice says", required=False),
          states=(always("production.strike", only=(PRODUCTION, PERSON)),)),
    _lock(COURT_ORDER, "Court order", ANYTHING,
          "A restraining order or injunction: comply within two business days of service. Holidays are not known here.",
          text("court", "Court"), text("number", "File number"), moment("served_at", "Served at"), zone(),
          long("orders", "What it orders", private=True),
          states=(always("person.court_order_served", only=(PERSON,)), States("person.court_order_due_on", _due, only=(PERSON,))),
          clocks=(Clock("Everything the court order names must have stopped", "served_at",
                        business_days=BUSINESS_DAYS_TO_COMPLY, answered_by="order.complied"),)),
    _lock(DISPUTE, "Dispute", (PERSON, GRANT),
          "Somebody contests the consent, or who may give it: lawyers look first. What is out already stays out, and nothing is "
          "said of it in public, unless you tick continued distribution too: then its page says “under review”.",
          text("claimant", "Claimant", private=True), long("position", "What they say", private=True),
          day("opened_on", "Opened on"), acts=STILL_TO_BE_DONE, event="disputed"),
    _lock("lock.legal_hold", "Legal hold", ANYTHING,
          "Nothing may be destroyed while a claim is expected. Other acts go on, unless you name them too.",
          text("matter", "Matter"), day("from_on", "From"), acts=("destroy",), event=""),
    _lock("lock.sanction", "Sanction", ANYTHING, "A party, a place or a payment is barred.",
          text("imposed_by", "Imposed by"), text("reference", "Reference", required=False)),
    _lock("lock.safety", "Safety", ANYTHING, "A threat, a leak, or harm to somebody.", long("concern", "Concern", private=True)),
    Form(
        "order.complied", "Court order complied with", TOPIC, ANYTHING,
        (of(RECORD, "answers", "Which order", required=True), moment("complied_at", "Complied at"),
         long("stopped", "What was stopped, and where")),
        "Everything the order names has ceased. The lock stays until the order is lifted.", many=True,
        ends="Nothing but a correction.",
    ),
)  # fmt: skip

RESOLUTION = Form(
    "lock.resolution", "How it was resolved", TOPIC, ANYTHING,
    (
        choice("outcome", "Outcome", {
            "over": "It is over", "upheld": "The consent stands", "changed": "Settled on terms", "withdrawn": "Withdrawn",
            "mistaken": "Set by mistake",
        }),
        long("terms", "On what terms", required=False, private=True), day("resolved_on", "Resolved on"),
    ),
    "The lock stays on the record, and no longer holds.", LIFT, ends="Nothing: another lock is another record.",
)  # fmt: skip
