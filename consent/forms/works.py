"""Forms about productions and files: notices to unions, cultural review, disclosures, marks and labels, removal."""

from datetime import date, timedelta

from consent.forms.shape import (
    ASSET,
    PRODUCTION,
    RECORD,
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
    number,
    of,
    says,
    several,
    text,
    yes,
)

HOURS_TO_REMOVE = 48
NOTICES, WORK, FILE = "Notices", "The work", "The file"

REVIEWS = {
    "approved": "Approved", "approved_on_conditions": "Approved on conditions", "advised_against": "Advised against",
}  # fmt: skip
DISCLOSURES = {"full": "Shown plainly", "artistic": "In a way that does not hamper an evidently artistic work"}


def _reviewed(values: Values) -> bool:
    on_conditions = values["result"] == "approved_on_conditions"
    return values["result"] == "approved" or (on_conditions and bool(values.get("conditions_met")))


def _removal_due(values: Values) -> date | None:
    received = moment_in(values, "received_at")
    return (received + timedelta(hours=HOURS_TO_REMOVE)).date() if received and values.get("valid") else None


def _notice(code: str, title: str, fact: str, help: str, *more: States) -> Form:
    return Form(
        code, title, NOTICES, (PRODUCTION,),
        (several("to", "To"), moment("sent_at", "Sent at"), long("about", "What it says", required=False)),
        help, many=True, states=(always(fact), *more), ends="Nothing: it was sent.",
    )  # fmt: skip


FORMS = (
    _notice("notice.synthetic", "Notice of a synthetic performer", "production.synthetic_notice",
            "To the union, where a synthetic performer replaces a human one."),
    _notice("notice.training_licence", "Notice of a licence for training", "production.training_notice",
            "In writing, when performances or scripts are licensed to train a model."),
    _notice("notice.union", "Notice to the union before production", "production.union_told", "Such as to ACTRA."),
    _notice("notice.director", "Consultation of the director", "production.director_consulted",
            "Before AI is used in a creative element."),
    Form(
        "notice.script_material", "AI material given to a writer", NOTICES, (PRODUCTION,),
        (
            text("writer", "Writer"), moment("given_at", "Given at"),
            moment("disclosed_at", "Writer told which part was made with AI at", "Empty: still to be told.", required=False),
        ),
        "A writer is told which material was made with AI.", many=True,
        states=(
            always("production.ai_script_material"),
            States("production.ai_script_disclosed", lambda values: bool(values.get("disclosed_at")), gravest=("no", "yes")),
        ),
        clocks=(Clock("The writer is to be told which material was made with AI", "given_at", unless="disclosed_at"),),
    ),
    Form(
        "production.cultural_review", "Cultural review", WORK, (PRODUCTION,),
        (
            text("community", "Community"), text("consultant", "Consultant who signed"), long("scope", "What was reviewed"),
            choice("result", "Result", REVIEWS), long("conditions", "Conditions", required=False),
            yes("conditions_met", "The conditions are met"), day("signed_on", "Signed on"),
            yes("may_be_named", "The community may be named in public", "As the consultant agreed. The consultant never is."),
        ),
        "With the consultant’s signed opinion. Until it is on record and confirmed, nothing concerned is cleared.",
        people=2, evidence=True, many=True,
        states=(States("production.culture_reviewed", _reviewed, gravest=("no", "yes")),),
    ),
    Form(
        "production.engagement", "Day of the engagement", WORK, (PRODUCTION,), (day("engaged_on", "Engaged on"),),
        "Some agreements go by it.", states=(says("production.engaged_on", "engaged_on"),),
    ),
    Form(
        "production.recording", "Day of the recording", WORK, (PRODUCTION,), (day("recorded_on", "Recorded on"),),
        states=(says("production.recorded_on", "recorded_on"),),
    ),
    Form(
        "production.creative_element", "AI in a creative element", WORK, (PRODUCTION,), (long("element", "Which"),),
        many=True, states=(always("production.ai_creative_element"),),
    ),
    Form(
        "production.music", "Music generated with AI", WORK, (PRODUCTION,),
        (
            yes("prompted", "Prompted by a musician’s work"), number("minutes", "Minutes generated"),
            text("pay_reference", "Reference to the pay", "Amounts are not kept here.", required=False),
        ),
        many=True,
        states=(
            says("production.ai_music_prompted", "prompted", gravest=("yes", "no")),
            States("production.ai_music_minutes", lambda values: bool(values.get("pay_reference")), gravest=("no", "yes")),
        ),
    ),
    Form(
        "production.disclosure", "Disclosure of a deepfake", WORK, (PRODUCTION, ASSET),
        (choice("mode", "How", DISCLOSURES), long("wording", "Text"), text("where", "Where it stands")),
        "European Union, Article 50.", states=(says("production.eu_disclosure", "mode"),),
    ),
    Form(
        "production.synthetic_disclosure", "Disclosure of a synthetic performer", WORK, (PRODUCTION, ASSET),
        (long("wording", "Text"), text("where", "Where it stands")), "Advertisements in New York.",
        states=(always("production.synthetic_disclosed"),),
    ),
    Form(
        "production.marks", "Mark that everything made for the work carries", WORK, (PRODUCTION,),
        (yes("readable", "Its output carries a machine-readable mark"), text("system", "System that sets it", required=False)),
        "European Union, Article 50. What is recorded of a file goes before it.",
        states=(says("asset.machine_readable_mark", "readable"),),
    ),
    Form(
        "asset.marks", "Marks in the file", FILE, (ASSET,),
        (
            yes("upstream", "It came with a latent mark"), yes("kept", "The mark is kept in an ingredient"),
            yes("readable", "The output carries a machine-readable mark"), text("system", "System that set it", required=False),
        ),
        states=(says("asset.upstream_mark", "upstream"), says("asset.upstream_mark_kept", "kept"),
                says("asset.machine_readable_mark", "readable")),
    ),
    Form(
        "asset.labels", "Labels for China, India and Korea", FILE, (ASSET, PRODUCTION),
        (
            yes("cn_label", "China: explicit label"), yes("cn_metadata", "China: AIGC metadata"),
            yes("in_label", "India: prominent label"), yes("in_metadata", "India: permanent metadata identifier"),
            yes("kr_plan", "Korea: plan for the label"),
        ),
        states=(
            says("asset.cn_label", "cn_label"), says("asset.cn_metadata", "cn_metadata"), says("asset.in_label", "in_label"),
            says("asset.in_metadata", "in_metadata"), says("asset.kr_label_plan", "kr_plan"),
        ),
    ),
    Form(
        "asset.released", "First release", FILE, (ASSET,),
        (
            several("territories", "Where", "Codes: US, DE, GB …"), day("released_on", "On"),
            several("through", "Through whom", "Distributors and platforms, with commas between.", required=False),
        ),
        "When, where and through whom it came out. Whoever is named here is told to stop when an order or an ending asks for it.",
        many=True, ends="Nothing but a correction.",
    ),
    Form(
        "asset.removal_request", "Request for removal (48 hours)", FILE, (ASSET,),
        (
            moment("received_at", "Received at"), text("from_whom", "From"),
            yes("valid", "Signed, located and stated in good faith"),
        ),
        "An intimate depiction is removed within 48 hours of a valid request.", many=True,
        states=(
            States("asset.removal_requested", lambda values: values.get("valid") or None),
            States("asset.removal_due_on", _removal_due),
        ),
        clocks=(Clock("The file is to be removed", "received_at", hours=HOURS_TO_REMOVE, answered_by="asset.removed"),),
        ends="The removal.",
    ),
    Form(
        "asset.removed", "Removal", FILE, (ASSET,),
        (of(RECORD, "answers", "Which request", required=True), moment("removed_at", "Removed at"), long("where", "From where")),
        many=True, ends="Nothing but a correction.",
    ),
)  # fmt: skip

