"""Which column of a spreadsheet says what: the facts a consent is made of, and the headings lawyers give them."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from registry.errors import Invalid

# The column that a rejects file adds; when such a file is sent again, it is passed over.
REASON = "Why it was not imported"


@dataclass(frozen=True, slots=True)
class Field:
    """A fact: what it is called here, whether each consent must have it, and what spreadsheets call it."""

    label: str
    called: tuple[str, ...]
    needed: bool = False
    # Its cells are never repeated in a sentence: sentences are kept when the person has long been erased.
    private: bool = False


FIELDS: dict[str, Field] = {
    "number": Field("File number", (
        "number", "no", "nr", "ref", "reference", "id", "file", "file number", "file no", "consent number", "consent no",
        "consent id", "contract number", "contract no", "contract id", "agreement number", "agreement no",
    ), needed=True),
    "alias": Field("Performer", (
        "performer", "artist", "talent", "actor", "name", "alias", "stage name", "known as", "credited as", "performer name",
        "performer alias", "artist name", "talent name",
    )),
    "legal_name": Field("Legal name", ("legal name", "full legal name", "full name", "birth name"), private=True),
    "birth_date": Field("Date of birth", ("birth date", "date of birth", "dob", "d o b", "born", "born on"), private=True),
    "kind": Field("Kind of consent", ("kind", "type", "kind of consent", "consent type", "agreement type", "document type")),
    "effective_from": Field("In force from", (
        "effective from", "effective", "effective date", "in force from", "start", "start date", "from", "term start",
        "begin", "begins", "commencement",
    ), needed=True),
    "last_day": Field("Last day covered", (
        "term end", "end", "end date", "last day", "last day covered", "expires", "expiry", "expiry date", "expiration",
        "until", "to", "valid until", "end of term", "term",
    )),
    "effect": Field("Grants, excludes or needs approval", (
        "effect", "grant or exclude", "grants or excludes", "granted", "permission", "this block",
    )),
    "uses": Field("Uses", ("uses", "use", "permitted uses", "permitted use", "techniques", "technique"), needed=True),
    "modalities": Field("Of what (face, voice …)", (
        "modalities", "modality", "of what", "attributes", "likeness", "face voice",
    ), needed=True),
    "acts": Field("Acts", ("acts", "act", "actions", "activities")),
    "media": Field("Media", ("media", "medium", "channels", "platforms", "exploitation")),
    "territories": Field("Territories", ("territories", "territory", "countries", "country", "region"), needed=True),
    "territories_except": Field("Except in", (
        "except in", "territories except", "excluded territories", "territory exceptions", "exceptions", "except",
        "excluding", "holdbacks",
    )),
    "productions": Field("Productions", (
        "productions", "production", "picture", "pictures", "project", "projects", "title", "film", "show",
    )),
    "block_start": Field("This block from", ("block from", "this block from", "block start", "rights from", "rights start")),
    "block_last_day": Field("This block’s last day", (
        "block to", "block end", "block last day", "this block s last day", "rights to", "rights end",
    )),
    "description": Field("Description of the use, as signed", (
        "description", "description of use", "description of the use", "description of intended use", "purpose",
        "intended use", "use description", "scope of use",
    ), needed=True),
    "authority": Field("Who signed for the performer", (
        "authority", "signed by", "signatory", "signed for by", "on what authority", "guardian", "representative",
    )),
}  # fmt: skip
DAYS = ("birth_date", "effective_from", "last_day", "block_start", "block_last_day")

# Headings → field, "" for a column that is passed over.
Columns = Mapping[str, str]


def guess(headings: Iterable[str], remembered: Columns) -> dict[str, str]:
    """As it was said of the same headings before; of others, what their words say; no field twice."""
    headings = tuple(headings)
    before = {_words(heading): field for heading, field in remembered.items()}
    found = {heading: before[_words(heading)] for heading in headings if _words(heading) in before} | dict.fromkeys(
        (heading for heading in headings if heading == REASON), ""
    )
    free = set(FIELDS) - set(found.values())
    for likely in (_named_so, _named_like):
        for heading in headings:
            field = likely(_words(heading), free) if heading not in found else ""
            if field:
                found[heading] = field
                free.discard(field)
    return {heading: found.get(heading, "") for heading in headings}


def check(columns: Columns) -> None:
    """Raises Invalid: a field in two columns, or one missing that each consent must have."""
    chosen = [field for field in columns.values() if field]
    twice = [FIELDS[field].label for field in dict.fromkeys(chosen) if chosen.count(field) > 1]
    if twice:
        raise Invalid("import.column_twice", f"{_listed(twice)}: two columns say so. Keep one, and leave the other out.")
    missing = [field.label for name, field in FIELDS.items() if field.needed and name not in chosen]
    if not {"alias", "legal_name"} & set(chosen):
        missing.append("Performer, or Legal name")
    if missing:
        raise Invalid(
            "import.column_missing",
            f"No column says: {_listed(missing)}. Choose it below, or add the column to the spreadsheet and send it again.",
        )


def _named_so(words: str, free: set[str]) -> str:
    return next((name for name in FIELDS if name in free and words in FIELDS[name].called), "")


def _named_like(words: str, free: set[str]) -> str:
    """The field one of whose names stands in the heading; the longest name decides."""
    inside = [
        (len(name), field) for field in FIELDS if field in free for name in FIELDS[field].called if f" {name} " in f" {words} "
    ]
    return max(inside, default=(0, ""))[1]


def _words(heading: str) -> str:
    return " ".join(re.findall(r"\w+", heading.casefold().replace("_", " ")))


def _listed(labels: list[str]) -> str:
    return ", ".join(labels)
