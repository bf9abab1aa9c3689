"""Whom and what a spreadsheet names, among a studio's files: read once, and kept in step with what is entered."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from consent.imports import cells
from consent.imports.entries import Block, Entry, Trouble
from consent.imports.sheet import shown
from consent.models import Grant
from registry.models import Authority, Organisation, Person, Production
from registry.private import name_digest


@dataclass(frozen=True, slots=True)
class Settled:
    """Whom and what an entry means. Whoever is `new` is to be added; `gaps` are facts that the person's file lacks."""

    person: Person
    new: bool
    gaps: dict[str, Any]
    authority: Authority | None
    production: Production | None
    of_block: dict[Block, tuple[Production, ...]] = field(default_factory=dict)


class Files:
    """A studio's people, productions and numbers, by what they are called."""

    def __init__(self, studio: Organisation, headings: dict[str, str]) -> None:
        self.studio, self._headings = studio, headings
        self.numbers: set[str] = set(Grant.objects.filter(studio=studio).values_list("number", flat=True))
        self._by_alias: dict[str, dict[int, Person]] = defaultdict(dict)
        self._by_legal_name: dict[str, dict[int, Person]] = defaultdict(dict)
        for person in Person.objects.filter(studio=studio).exclude(data_key=b"").iterator():
            self._remember(person)
        self._productions: dict[str, list[Production]] = defaultdict(list)
        for production in Production.objects.filter(studio=studio):
            self._productions[_folded(production.title)].append(production)

    def entered(self, entry: Entry, settled: Settled, added: Person | None = None) -> None:
        """From here on the entry, and what it told of the person, count as on file; `added` is one who was new."""
        self.numbers.add(entry.number)
        person = added or settled.person
        for name, value in settled.gaps.items():
            setattr(person, name, value)
        if settled.new or settled.gaps:
            person.legal_name_digest = name_digest(person.legal_name or "")
            self._remember(person)

    def _remember(self, person: Person) -> None:
        self._by_alias[_folded(person.alias)][id(person)] = person
        if person.legal_name_digest:
            self._by_legal_name[person.legal_name_digest][id(person)] = person

    def settle(self, entry: Entry, *, at: datetime) -> tuple[Settled | None, list[Trouble]]:
        """Whom and what the entry means, or what must be cleared up first."""
        troubles: list[Trouble] = []
        person, new = self._person(entry, troubles, at)
        of_block = {block: self._named(block, troubles) for block in entry.blocks}
        authority = self._authority(entry, person, troubles) if person else None
        if troubles or person is None:
            return None, troubles
        named = {one for its in of_block.values() for one in its}
        alone = named.pop() if len(named) == 1 and all(of_block.values()) else None
        return Settled(person, new, {} if new else _gaps(person, entry), authority, alone, of_block), []

    # ── People ───────────────────────────────────────────────────────────────────────────────────────────────────

    def _person(self, entry: Entry, troubles: list[Trouble], at: datetime) -> tuple[Person | None, bool]:
        """Somebody on file whom the row describes and nothing in it contradicts; else somebody new, and then True."""
        digest = name_digest(entry.legal_name)
        if entry.birth_date and entry.birth_date > at.date():
            self._wrong(troubles, entry.row, "birth_date", "The day lies in the future. Check it.")
            return None, False
        known = self._by_alias[_folded(entry.alias)] if entry.alias else self._by_legal_name[digest]
        fitting = [one for one in known.values() if _fits(one, digest, entry)]
        if len(fitting) == 1:
            return fitting[0], False
        why = self._why_not_new(entry, digest, several=bool(fitting), known=bool(known))
        if why:
            self._wrong(troubles, entry.row, "alias" if entry.alias else "legal_name", why)
            return None, False
        return Person(
            studio=self.studio, alias=entry.alias, legal_name=entry.legal_name, legal_name_digest=digest,
            birth_date=entry.birth_date,
        ), True  # fmt: skip

    def _why_not_new(self, entry: Entry, digest: str, *, several: bool, known: bool) -> str:
        """Why the one that an entry names is neither known for certain nor new, or nothing."""
        if several:
            return "Several people on file are called so. Add the legal name or the date of birth."
        if known:
            return (
                "Somebody of this name is on file with another legal name or date of birth. Correct the row or the person’s "
                "file; for somebody else, add them under another alias first."
            )
        if not entry.alias:
            return "Nobody of this legal name is on file. Give the alias that vendors shall see."
        if digest and self._by_legal_name[digest]:
            return "This legal name is on file under another alias. Use that one."
        if entry.kind == Grant.Kind.ESTATE:
            return (
                "Nobody is on file under this alias. An estate’s consent needs the person, their death and who speaks for "
                "the estate on file: add them under People first."
            )
        return ""

    def _authority(self, entry: Entry, person: Person, troubles: list[Trouble]) -> Authority | None:
        """The verified record of who signed for the person, by what they are or what they are called."""
        if not entry.authority:
            return None
        kind, party = cells.AUTHORITY.find(entry.authority), _folded(entry.authority)
        fitting = [one for one in _verified(person) if kind == one.kind or party == _folded(one.party)]
        if len(fitting) != 1:
            found = "Several are" if fitting else "Nobody is"
            self._wrong(troubles, entry.row, "authority", f"{found} verified as speaking so for the performer. Record it on the "
                        "person’s page and have it verified, or name the party as it stands there.")  # fmt: skip
            return None
        return fitting[0]

    # ── Productions ──────────────────────────────────────────────────────────────────────────────────────────────

    def _named(self, block: Block, troubles: list[Trouble]) -> tuple[Production, ...]:
        found = []
        for title in block.productions:
            known = self._productions[_folded(title)]
            if len(known) == 1:
                found.append(known[0])
            else:
                which = "Several productions on file are" if known else "No production on file is"
                self._wrong(troubles, block.row, "productions", f"{which} called “{shown(title)}”. Correct the title, or add the "
                            "production first; put semicolons between several.")  # fmt: skip
        return tuple(found)

    def _wrong(self, troubles: list[Trouble], row: int, name: str, sentence: str) -> None:
        troubles.append(Trouble(row, self._headings.get(name, ""), sentence))


def _verified(person: Person) -> QuerySet[Authority]:
    if person.pk is None:
        return Authority.objects.none()
    return person.authorities.filter(verified_by__isnull=False, replaced_by=None)


def _fits(person: Person, digest: str, entry: Entry) -> bool:
    """Whether nothing that both say is said differently."""
    named = not digest or not person.legal_name_digest or digest == person.legal_name_digest
    return named and (not entry.birth_date or not person.birth_date or entry.birth_date == person.birth_date)


def _gaps(person: Person, entry: Entry) -> dict[str, Any]:
    stated = {"legal_name": entry.legal_name, "birth_date": entry.birth_date}
    return {name: value for name, value in stated.items() if value and not getattr(person, name)}


def _folded(name: str) -> str:
    return " ".join(name.casefold().split())
