"""What one revision of a consent says, as a value from which receipts and exports are made. No name, no birth date."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from urllib.parse import urlsplit

from consent.facts import Line

ERASED = "erased"
NOT_ON_FILE = "not on file"

# Where a consent stands, as an export says it; the first of these that holds.
ANNULLED, WITHDRAWN, REVOKED, TERMINATED = "annulled", "withdrawn", "revoked", "terminated"
OFFERED, AWAITING, NOT_YET, EXPIRED = "offered", "awaiting_verification", "not_yet", "expired"
SUSPENDED, GIVEN = "suspended", "given"


@dataclass(frozen=True, slots=True)
class Party:
    """A studio or a vendor: its id here, its name, and its jurisdiction (ISO 3166) where one is on file."""

    id: str
    name: str
    jurisdiction: str = ""


@dataclass(frozen=True, slots=True)
class State:
    """Where the consent stands, and since when; the day is None where no day is known."""

    code: str
    since: date | None = None


@dataclass(frozen=True, slots=True)
class Agreed:
    """One revision: ids of this registry, its terms and who signed in what capacity. `description` is None once erased.

    `summary` tells the blocks and the term in sentences; `titles` names the productions in the lines by their id.
    The term is half-open: `term_end` is the first day no longer covered, None where no end is stated.
    """

    grant: str
    person: str
    number: int
    studio: Party
    production: str
    description: str | None
    effective_from: date
    term_end: date | None
    signed_on: date | None
    method: str
    capacity: str
    recorded_at: datetime
    verified_at: datetime | None
    lines: tuple[Line, ...]
    summary: tuple[str, ...]
    recipients: tuple[Party, ...] = ()
    titles: Mapping[str, str] = field(default_factory=dict)


def named(site: str, id: str) -> str:
    """A name for something of this registry that leads nowhere (a tag URI, RFC 4151): nobody can follow it."""
    return f"tag:{urlsplit(site).hostname},2026:{id}"


def vocabulary(site: str) -> str:
    """Where this registry's own terms are explained."""
    return f"{site}/vocabulary#"
