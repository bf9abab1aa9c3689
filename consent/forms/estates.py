"""Forms for an estate: chain of title, what others were granted before, and what was searched."""

from collections.abc import Iterator

from consent.forms.shape import (
    AUTHORITY,
    GRANT,
    PERSON,
    Form,
    Values,
    always,
    choice,
    day,
    in_order,
    long,
    number,
    number_in,
    of,
    says,
    several,
    text,
)

TOPIC = "The estate"

ENCUMBRANCES = {
    "veto": "Veto", "exclusive": "Exclusive grant", "first_option": "First option", "holdback": "Holdback",
    "moral_condition": "Moral condition",
}  # fmt: skip
# The gravest first: of several, the one nobody has released is what a rule is told.
ENCUMBRANCE_STATUS = {
    "accepted": "Accepted: it binds", "disputed": "Disputed", "asserted": "Asserted by its holder", "released": "Released",
}  # fmt: skip
REGISTRIES_OF_CLAIMS = {
    "US-NY-DOS": "New York, Department of State", "US-CA-SOS": "California, Secretary of State",
    "USCO": "United States Copyright Office (pending)", "other": "Another register",
}  # fmt: skip


def _share(values: Values) -> Iterator[tuple[str, str]]:
    if not 0 < number_in(values, "share_percent") <= 100:
        yield "share_percent", "A share is more than 0 and at most 100 per cent. Check it against the document."


def _term(values: Values) -> Iterator[tuple[str, str]]:
    if not in_order(values, "from_on", "to_on"):
        yield "to_on", "It ends before it begins. Check both days against the source."


def _threshold(values: Values) -> Iterator[tuple[str, str]]:
    if not 0 <= number_in(values, "more_than_percent") < 100:
        yield "more_than_percent", "What is needed is more than some share from 0 to below 100 per cent."


FORMS = (
    Form(
        "authority.title", "Place in the chain of title", TOPIC, (AUTHORITY,),
        (
            number("share_percent", "Share in per cent", "Of all the rights that the group named below decides on."),
            text("group", "Group that decides together", "Such as “all heirs”. Shares are added up within it.", required=False),
            of(AUTHORITY, "derives_from", "Title comes from", "Empty: from the person directly."),
            long("title_words", "How the title passed", "The will, the assignment, the order: what it says.", private=True),
        ),
        "What share somebody holds, and from whom the title came to them.", evidence=True, people=2, check=_share,
        ends="A later assignment: correct the share, and record the place of whoever took it over.",
    ),
    Form(
        "person.estate_threshold", "Share needed for consent", TOPIC, (PERSON,),
        (
            text("group", "Group that decides together", required=False),
            number("more_than_percent", "More than so many per cent", "50 for a majority."),
            text("basis", "Under which law or instrument"),
        ),
        "How much of the shares must agree before the estate consents.", many=True, check=_threshold,
    ),
    Form(
        "person.estate_registration", "Registration of the successors’ claim", TOPIC, (PERSON,),
        (
            choice("register", "Register", REGISTRIES_OF_CLAIMS), text("number", "Registration number"),
            day("registered_on", "Registered on", required=False),
            of(AUTHORITY, "claimant", "Whose claim"),
        ),
        "The number under which successors have registered their claim.", many=True,
        states=(always("person.estate_registration"),), ends="The register strikes it out.",
    ),
    Form(
        "person.encumbrance", "Prior grant or veto", TOPIC, (PERSON,),
        (
            text("holder", "Held by", private=True), choice("encumbrance", "What it is", ENCUMBRANCES),
            long("scope", "What it reaches", "Works, uses and places, as the source says."),
            day("from_on", "From", required=False), day("to_on", "First day no longer", required=False),
            choice("status", "How it stands", ENCUMBRANCE_STATUS),
            text("source", "Source", "The letter, agreement or register it is known from."),
        ),
        "Rights of another party that came before. As long as one is not released, use needs counsel.", many=True,
        check=_term, states=(says("person.encumbrance", "status", gravest=tuple(ENCUMBRANCE_STATUS)),),
        ends="A release by its holder: correct its status, with the release as evidence.",
    ),
    Form(
        "person.encumbrance_search", "Search for prior grants and vetoes", TOPIC, (PERSON,),
        (
            several("searched", "What was searched", "Registers, files and people asked, with commas between."),
            day("searched_on", "Searched on"), long("found", "What was found", "“Nothing” is an answer too."),
        ),
        "What was looked through for rights of others, and what came of it.", many=True,
        states=(always("person.encumbrances_searched"),), ends="Nothing: a later search is another record.",
    ),
    Form(
        "person.representative_search", "Search for a representative", TOPIC, (PERSON,),
        (
            several("asked", "Who was asked", "Registers, courts, the union, agents, family."),
            day("from_on", "Begun on"), day("to_on", "Finished on", required=False), long("found", "What was found"),
        ),
        "For somebody who died and whose representative nobody could name: the effort to find one.", many=True, check=_term,
    ),
    Form(
        "person.death", "Death", TOPIC, (PERSON,),
        (
            day("died_on", "Died on"),
            text("domicile_at_death", "Home when they died", "US-NY, US-CA, DE …", required=False),
        ),
        "From then on consent asks what the paper says of death, and who speaks for the estate.", evidence=True,
        states=(says("person.domicile_at_death", "domicile_at_death"),), event="death_recorded",
        ends="Nothing but a correction.",
    ),
    Form(
        "person.public_use", "Public use of the likeness", TOPIC, (PERSON,),
        (long("shown", "What shows it", "Works and dates, for a renewal of rights after death."), day("used_on", "Last used on")),
        "Proof of public use, where a right after death is renewed by it.", many=True,
        states=(always("person.public_use_shown"),),
    ),
    Form(
        "grant.survival", "What the consent says of death", TOPIC, (GRANT,),
        (choice("survives_death", "It goes on after death",
                {"yes": "Yes", "no": "No", "silent": "The paper is silent"}),
         text("clause", "Clause", required=False)),
        "Whether the consent outlives the performer. Silence goes to counsel.",
        states=(says("grant.survives_death", "survives_death"),),
    ),
)  # fmt: skip
