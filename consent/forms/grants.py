"""Forms about a consent: who advised, how it was given, what it allows of training and biometrics, pay by reference."""

import re
from collections.abc import Iterator
from decimal import Decimal

from consent.forms.shape import (
    ASSET,
    GRANT,
    PERSON,
    PRODUCTION,
    Clock,
    Form,
    States,
    Values,
    always,
    choice,
    day,
    day_in,
    long,
    moment,
    moment_in,
    number,
    number_in,
    of,
    says,
    several,
    text,
    yes,
)

TOPIC, PAY = "The consent", "Pay and use"

REPRESENTED = {
    "counsel": "A lawyer", "union": "A union whose agreement covers replicas", "agent": "An agent only", "none": "Nobody",
}  # fmt: skip
TRAINING = {
    "prohibited": "Prohibited", "production_model_only": "A model of this production only", "vendor_model": "A vendor’s model",
    "third_party": "Models of third parties", "unstated": "The paper does not say",
}  # fmt: skip
REPLICA_CLASSES = {
    "EBDR": "Made with the performer, on this picture", "ICDR": "Made without the performer", "BADR": "Background performer",
    "DIGITAL_ALTERATION": "Digital alteration", "SYNTHETIC": "Synthetic performer", "ROUTINE_POST": "Routine post-production",
}  # fmt: skip
BIOMETRICS = {
    "none": "None", "face_geometry": "Face geometry", "voiceprint": "Voiceprint", "iris": "Iris", "finger": "Fingerprint",
    "palm": "Palm print",
}  # fmt: skip
UNITS_OF_WORK = {
    "production_day": "Production days", "line": "Lines", "session": "Sessions", "side": "Sides",
    "minute": "Minutes", "commercial": "Commercials",
}  # fmt: skip
CATEGORIES = {"minimum": "Minimum", "negotiated": "Negotiated", "residual": "Residual", "pension_health": "Pension and health"}
ENOUGH_HOURS = 48
LANGUAGE_OF_MONEY = re.compile(r"[$€£¥₩₹]|\b(USD|EUR|GBP|CAD|JPY|dollars?|euros?|pounds?)\b", re.IGNORECASE)


def _no_amounts(values: Values) -> Iterator[tuple[str, str]]:
    for name in ("system", "number"):
        if LANGUAGE_OF_MONEY.search(str(values.get(name, ""))):
            yield name, "Amounts are not kept here. Give the reference under which payroll finds them."


def _some(values: Values) -> Iterator[tuple[str, str]]:
    if number_in(values, "quantity") <= 0:
        yield "quantity", "Say how many, more than none."


def _dated_before(values: Values) -> bool | None:
    dated, requested = moment_in(values, "dated_at"), moment_in(values, "requested_at")
    return dated <= requested if dated and requested else None


def _within_maximum_period(values: Values) -> bool | None:
    starts, ends = day_in(values, "starts_on"), day_in(values, "maximum_period_ends_on")
    return starts < ends if starts and ends else None


def _hours(values: Values) -> Decimal | None:
    """Hours of notice; none where it was given at an engagement that came later."""
    sent, services = moment_in(values, "sent_at"), moment_in(values, "services_at")
    if sent is None or services is None or _by_engagement(values):
        return None
    return Decimal(int((services - sent).total_seconds()) // 36) / 100


def _by_engagement(values: Values) -> bool:
    sent, engaged = moment_in(values, "sent_at"), moment_in(values, "engaged_at")
    return sent is not None and engaged is not None and sent <= engaged


def _at_engagement(values: Values) -> bool | None:
    """Whether a notice of less than 48 hours was given by the time of the engagement."""
    hours = _hours(values)
    return True if _by_engagement(values) else False if hours is not None and hours < ENOUGH_HOURS else None


FORMS = (
    Form(
        "grant.representation", "Who represented the performer", TOPIC, (GRANT,),
        (
            choice("represented_by", "Represented by", REPRESENTED), text("party", "Name", required=False, private=True),
            yes("terms_signed", "The commercial terms, clear and conspicuous, were signed or initialled"),
            yes("agreement_addresses_replicas", "The union’s agreement expressly addresses digital replicas"),
            text("agreement", "Which agreement", required=False),
        ),
        "With the description of use, what California, New York and Illinois ask first.",
        states=(
            says("grant.represented_by", "represented_by"), says("grant.terms_signed_or_initialled", "terms_signed"),
            says("grant.agreement_addresses_replicas", "agreement_addresses_replicas"),
        ),
    ),
    Form(
        "grant.manner", "How the consent was given", TOPIC, (GRANT,),
        (
            yes("conspicuous", "Clear and conspicuous, not buried in other terms"),
            yes("replaces_work", "The replica replaces work the performer would do in person"),
            yes("signed_on_set", "Signed on set"), yes("condition_of_engagement", "Made a condition of the engagement"),
            text("clause", "Clause", required=False),
        ),
        "The circumstances of the signature.",
        states=(says("grant.conspicuous", "conspicuous"), says("grant.replaces_work_in_person", "replaces_work")),
    ),
    Form(
        "grant.collective_agreement", "Collective agreement that governs the consent", TOPIC, (GRANT,),
        (yes("governed", "A collective agreement governs it"), text("agreement", "Which, and version", required=False)),
        states=(says("grant.under_collective_agreement", "governed"),),
    ),
    Form(
        "grant.governing_law", "Governing law", TOPIC, (GRANT,),
        (text("law", "Law", "US-CA, US-NY, GB …"), text("clause", "Clause", required=False)),
        states=(says("grant.governing_law", "law"),),
    ),
    Form(
        "grant.replica_class", "Class of the replica", TOPIC, (GRANT,),
        (
            choice("replica_class", "Class", REPLICA_CLASSES),
            of(PRODUCTION, "origin", "Production it was made for", "Another production needs a consent that names it."),
        ),
        states=(says("grant.replica_class", "replica_class"), says("grant.replica_origin", "origin")),
    ),
    Form(
        "grant.business_reason", "Business reason for asking", TOPIC, (GRANT,),
        (long("why", "Reason"), moment("dated_at", "Written down at"), moment("requested_at", "Consent asked for at")),
        "Why a scan is asked for, written down before it is asked for.",
        states=(States("grant.business_reason_before_request", _dated_before),), ends="Nothing but a correction.",
    ),
    Form(
        "grant.training", "Training of models", TOPIC, (GRANT,),
        (
            choice("training", "The consent says", TRAINING), several("models", "Models named", required=False),
            text("retention", "How long training data is kept", required=False),
            text("output_reuse", "Re-use of what the model makes", required=False), text("clause", "Clause", required=False),
        ),
        "Silence is not permission.",
        states=(
            says("grant.training", "training"),
            States("grant.training_excluded", lambda values: values["training"] == "prohibited"),
        ),
    ),
    Form(
        "grant.biometric_release", "Biometric release", TOPIC, (GRANT,),
        (
            choice("biometrics", "What is taken", BIOMETRICS), text("purpose", "Purpose"), text("retention", "Retention"),
            yes("picture_only", "Used for this picture alone"),
            number("destroyed_within_years", "Destroyed within so many years", required=False),
            number("kept_years", "Kept so many years after its purpose", required=False),
        ),
        "A written release for scans of face or voice, with purpose and retention.", evidence=True,
        states=(
            says("grant.biometric_class", "biometrics"), always("grant.biometric_release"),
            says("grant.biometrics_for_the_picture_only", "picture_only"),
            says("grant.destroyed_within_years", "destroyed_within_years"),
            says("grant.kept_years_after_purpose", "kept_years"),
        ),
    ),
    Form(
        "grant.deletion", "Deletion of the replica, as agreed", TOPIC, (GRANT,),
        (yes("stated", "The consent says when the replica is deleted"), text("clause", "Clause", required=False)),
        states=(says("grant.deletion_due_stated", "stated"),),
    ),
    Form(
        "grant.editing", "Separate consent to editing (China)", TOPIC, (GRANT,),
        (day("told_on", "The person was told on"), day("consented_on", "Consented on")),
        "The person edited is told, and consents separately.", evidence=True,
        states=(always("grant.separate_consent_to_editing"),),
    ),
    Form(
        "grant.real_time", "Real-time generation", TOPIC, (GRANT,),
        (yes("described", "Real-time generation is expressly described"), text("clause", "Clause", required=False)),
        states=(says("grant.describes_real_time_generation", "described"),),
    ),
    Form(
        "grant.commercial", "Advertiser and product", TOPIC, (GRANT,),
        (
            text("advertiser", "Advertiser named in the consent"), text("product_line", "Product line"),
            yes("same_advertiser", "The commercial is for that advertiser"), yes("same_product_line", "And that product line"),
            day("maximum_period_ends_on", "Maximum period of use ends on", required=False),
            day("starts_on", "Production starts on", required=False),
        ),
        "What a consent for commercials may cover in advance.",
        states=(
            says("grant.same_advertiser", "same_advertiser"), says("grant.same_product_line", "same_product_line"),
            States("grant.within_maximum_period", _within_maximum_period),
        ),
    ),
    Form(
        "grant.returned", "Returned for correction", TOPIC, (GRANT,),
        (long("wrong", "What is wrong"), text("clause", "Where", required=False)),
        "The second lawyer found that record and paper differ. It waits until an amendment is entered.", many=True,
        event="returned_for_correction", ends="The next revision.",
    ),
    Form(
        "grant.proposed_ending", "Ending that takes two lawyers", TOPIC, (GRANT,),
        (
            choice("ending", "How it ends", {
                "withdrawn": "Withdrawn by the performer", "revoked": "Revoked by another party",
                "terminated": "Terminated under the agreement", "annulled": "Never valid",
            }),
            choice("mode", "With what effect", {
                "prospective_new_use": "No new use; finished work continues",
                "no_new_release": "Nothing unreleased is released; released work stays", "run_off": "Allowed until a date",
                "cease_all": "All use stops", "annul": "Never valid – everything goes to review",
            }),
            moment("received_at", "Notice received"), moment("ended_at", "In effect from", "May lie before the notice."),
            day("run_off_to", "Last day of use", required=False),
        ),
        "For an ending that reaches back before its notice, or says that the consent never was valid. It has effect once a "
        "second lawyer confirms it.", people=2, many=True, ends="Nothing: an ending is not undone.",
    ),
    Form(
        "grant.stopped", "All use has stopped", TOPIC, (GRANT,),
        (day("stopped_on", "Stopped on"), long("where", "Where it was taken down", "Distributors, platforms, media.")),
        "After an ending by which released work may not go on: until this is on record, the consent stands among what is due.",
        ends="A use that goes on after all: lift it.",
    ),
    Form(
        "grant.compensation", "Reference to the pay", PAY, (GRANT,),
        (
            text("system", "System"), text("number", "Document number", "The reference only. Amounts are not kept here."),
            choice("category", "Category", CATEGORIES), choice("status", "Status", {"due": "Due", "evidenced": "Evidenced"}),
            number("scale_multiple", "As a multiple of scale", required=False),
        ),
        "Where payroll finds it; never how much.", many=True, check=_no_amounts,
        states=(
            States("grant.compensation_reference", lambda values: True if values["status"] == "evidenced" else None),
            says("grant.pay_scale_multiple", "scale_multiple"),
        ),
    ),
    Form(
        "grant.cap", "Limit on quantity", PAY, (GRANT,),
        (choice("unit", "Counted in", UNITS_OF_WORK), number("quantity", "At most"), text("clause", "Clause", required=False)),
        "Once so much is used, the consent is exhausted.", check=_some,
    ),
    Form(
        "grant.usage", "Work a replica stood in for", PAY, (GRANT, ASSET, PRODUCTION),
        (
            choice("unit", "Counted in", UNITS_OF_WORK), number("quantity", "How many"),
            day("used_on", "Used on", required=False), of(PERSON, "person", "Whose work"),
            text("reported_in", "Reported in", "The usage report it went into.", required=False),
        ),
        "Days, lines or sessions that a person would have worked.", many=True, check=_some, ends="Nothing but a correction.",
    ),
    Form(
        "notice.replica_creation", "Notice before a replica is made (48 hours)", "Notices", (GRANT,),
        (
            several("to", "To", required=False), moment("services_at", "Services begin at"),
            moment("sent_at", "Sent at", "Empty: still to be sent.", required=False),
            moment("engaged_at", "Engaged at", "If the engagement came later than 48 hours before.", required=False),
        ),
        "48 hours before the services, or at the engagement if that came later.", many=True,
        states=(
            States("grant.notice_hours", _hours, least=True),
            States("grant.notice_at_engagement", _at_engagement, gravest=("no", "yes")),
        ),
        clocks=(Clock("The notice before making a replica is due", "services_at", hours=-ENOUGH_HOURS, unless="sent_at"),),
        ends="Nothing: it was sent or it was not.",
    ),
)  # fmt: skip

