"""The rows of a spreadsheet as consents: all rows of one number are one grant, each of them a rights block.

A grant is read whole or not at all: one bad row and none of its rows is taken. Whom the rows name is not looked up here.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, TypeVar

from consent import territories
from consent.imports import cells
from consent.imports.columns import DAYS, FIELDS, Columns
from consent.imports.sheet import Row, Sheet, shown
from registry import legible
from registry.errors import Invalid
from registry.spreadsheets import calculates

LONGEST_NUMBER = 40
LONGEST_NAME = 200
LONGEST_DESCRIPTION = 20_000
# As many as the form that amends a consent takes.
MOST_BLOCKS = 60
Codes = tuple[str, ...]
NONE: Codes = ()
NOWHERE: tuple[Codes, Codes] = ((), ())

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a row is not taken: in which column, and what to do."""

    row: int
    column: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Block:
    """One row's rights: codes of `consent.vocabulary`, productions as they are called; [start, end) as everywhere."""

    row: int
    effect: str
    uses: Codes
    modalities: Codes
    acts: Codes
    media: Codes
    territories: Codes
    territories_except: Codes
    productions: Codes
    start: date | None
    end: date | None


@dataclass(frozen=True, slots=True)
class Entry:
    """One consent as the rows state it; `authority` as it is written, "" where the performer signed."""

    number: str
    row: int
    alias: str
    legal_name: str
    birth_date: date | None
    kind: str
    effective_from: date
    term_end: date | None
    description: str
    authority: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """The rows of one number, in their order; a row without a number stands alone."""

    number: str
    rows: tuple[Row, ...]


def grouped(sheet: Sheet, columns: Columns) -> list[Group]:
    at = _places(sheet.headings, columns)["number"]
    rows: dict[object, list[Row]] = {}
    for row in sheet.rows:
        number = " ".join(row.cells[at].split())
        rows.setdefault(number or row.number, []).append(row)
    return [Group(" ".join(its[0].cells[at].split()), tuple(its)) for its in rows.values()]


def asked_for_order(sheet: Sheet, columns: Columns) -> Trouble | None:
    """The first day that could be read in two orders, if there is one: then the order must be said, once for the file."""
    at = {name: place for name, place in _places(sheet.headings, columns).items() if name in DAYS}
    for row in sheet.rows:
        for name, place in at.items():
            if cells.ambiguous(row.cells[place]):
                said = "" if FIELDS[name].private else row.cells[place].strip()
                return Trouble(row.number, sheet.headings[place], said)
    return None


class Reader:
    """Reads the groups of one file. What a cell says is worked out once: in a spreadsheet most say the same."""

    def __init__(self, headings: tuple[str, ...], columns: Columns, order: str) -> None:
        self.headings, self.places, self.order = headings, _places(headings, columns), order
        self._known: dict[tuple[str, str], Any] = {}

    def read(self, group: Group) -> tuple[Entry | None, list[Trouble]]:
        """The consent that the rows state, or what is wrong with them."""
        reading = _Reading(self)
        reading.check_formulas(group)
        if reading.troubles:
            return None, reading.troubles
        number = reading.number(group)
        facts = reading.facts(group)
        blocks = [block for row in group.rows[:MOST_BLOCKS] if (block := reading.block(row))]
        if not reading.troubles:
            reading.check_blocks(blocks, facts["effective_from"], facts["last_day"])
        if reading.troubles:
            return None, reading.troubles
        return Entry(
            number=number, row=group.rows[0].number, alias=facts["alias"] or "", legal_name=facts["legal_name"] or "",
            birth_date=facts["birth_date"], kind=facts["kind"] or "individual", effective_from=facts["effective_from"],
            term_end=facts["last_day"], description=facts["description"], authority=facts["authority"] or "",
            blocks=tuple(blocks),
        ), []  # fmt: skip

    def left_open(self, group: Group) -> Iterator[str]:
        """For each row, the fields it leaves open: an empty cell, or no column, of what may be narrowed."""
        for row in group.rows:
            for name in ("acts", "media", "productions"):
                if cells.is_nothing(self.cell(row, name)):
                    yield name

    def cell(self, row: Row, name: str) -> str:
        place = self.places.get(name)
        return "" if place is None else row.cells[place]

    def value(self, name: str, text: str, read: Callable[[str], Value]) -> Value:
        """What the cell states. Raises `cells.Unread`."""
        if (name, text) not in self._known:
            try:
                self._known[name, text] = read(text)
            except cells.Unread as unread:
                self._known[name, text] = unread
        found: Value | cells.Unread = self._known[name, text]
        if isinstance(found, cells.Unread):
            raise found
        return found


@dataclass(slots=True)
class _Reading:
    """One grant's rows being read: what was found wrong is kept, so that a row is told all its faults at once."""

    of_file: Reader
    troubles: list[Trouble] = field(default_factory=list)

    def check_formulas(self, group: Group) -> None:
        """What a formula comes to is not known here, and text that looks like one is on no paper."""
        for row in group.rows:
            for name in self.of_file.places:
                if calculates(self.cell(row, name)):
                    self.wrong(row, name, "The cell holds a formula. Write what it comes to, as it stands on the paper.")

    def number(self, group: Group) -> str:
        if len(group.rows) > MOST_BLOCKS:
            self.wrong(group.rows[0], "number", f"A consent has up to {MOST_BLOCKS} rows here, and this one {len(group.rows)}.")
        for row in group.rows:
            if len(row.cells) > len(self.of_file.headings):
                self.wrong(row, "", "It has more cells than there are headings. A separator within a text needs quotation marks.")
        first = group.rows[0]
        if not group.number:
            self.wrong(first, "number", "Give the consent its number. Each consent file needs one of its own.")
        elif len(group.number) > LONGEST_NUMBER:
            self.wrong(first, "number", f"Shorten the number to {LONGEST_NUMBER} characters.")
        return self.line(first, "number", group.number)

    def facts(self, group: Group) -> dict[str, Any]:
        """What is true of the whole consent. Later rows may leave it out, and may not say otherwise."""
        readers: dict[str, Callable[[str], Any]] = {
            "alias": self.name("alias"), "legal_name": self.name("legal_name"), "authority": _authority,
            "birth_date": lambda text: cells.day(text, self.of_file.order), "kind": lambda text: cells.code(text, cells.KIND),
            "effective_from": lambda text: cells.day(text, self.of_file.order),
            "last_day": lambda text: cells.first_day_after(text, self.of_file.order),
        }  # fmt: skip
        facts = {name: self.agreed(group, name, reader) for name, reader in readers.items()}
        facts["description"] = self.description(group)
        first = group.rows[0]
        if not self.said(group, "alias") and not self.said(group, "legal_name"):
            self.wrong(first, "alias" if "alias" in self.of_file.places else "legal_name", "Say whose consent it is.")
        if not self.said(group, "effective_from"):
            self.wrong(first, "effective_from", "Say from which day the consent is in force.")
        start, end = facts["effective_from"], facts["last_day"]
        if start and end and end <= start:
            self.wrong(first, "last_day", "The term ends before it begins. Check both days against the paper.")
        return facts

    def block(self, row: Row) -> Block | None:
        before = len(self.troubles)
        among, apart = self.of(row, "territories", cells.places, NOWHERE)
        block = Block(
            row=row.number,
            effect=self.of(row, "effect", lambda text: cells.code(text, cells.EFFECT), "grant"),
            uses=self.needed(row, "uses", lambda text: cells.codes(text, cells.USE)),
            modalities=self.needed(row, "modalities", lambda text: cells.codes(text, cells.MODALITY)),
            acts=self.of(row, "acts", lambda text: cells.codes_or_any(text, cells.ACT), NONE),
            media=self.of(row, "media", lambda text: cells.codes_or_any(text, cells.MEDIUM), NONE),
            territories=among,
            territories_except=tuple(dict.fromkeys(apart + self.of(row, "territories_except", cells.places_except, NONE))),
            productions=self.of(row, "productions", _titles, NONE),
            start=self.of(row, "block_start", lambda text: cells.day(text, self.of_file.order), None),
            end=self.of(row, "block_last_day", lambda text: cells.first_day_after(text, self.of_file.order), None),
        )
        if len(self.troubles) == before:
            self.check_places(row, block)
        return block if len(self.troubles) == before else None

    def check_places(self, row: Row, block: Block) -> None:
        if not block.territories:
            self.wrong(row, "territories", "Say where: World, European Union, a country’s name or its code.")
            return
        area = territories.expand(block.territories)
        strangers = [
            code for code in block.territories_except
            if not any(territories.overlaps(one, area) for one in territories.expand([code]))
        ]  # fmt: skip
        column = "territories_except" if self.cell(row, "territories_except") else "territories"
        if strangers:
            names = ", ".join(territories.label(code) for code in strangers)
            self.wrong(row, column, f"It excepts what it does not name: {names}. Put a semicolon between places, or name them.")
        elif not territories.expand(block.territories, block.territories_except):
            self.wrong(row, column, "The exceptions leave no whole country of the territories named.")

    def check_blocks(self, blocks: list[Block], start: date, end: date | None) -> None:
        """Days within the term, and no two rows that say the same of overlapping days."""
        seen: dict[Block, list[Block]] = {}
        for block in blocks:
            row = Row(block.row, ())
            if block.start and block.end and block.end <= block.start:
                self.wrong(row, "block_last_day", "The block ends before it begins. Check both days against the paper.")
            elif block.start and (block.start < start or (end and block.start >= end)):
                self.wrong(row, "block_start", "The block begins outside the term of the consent.")
            elif block.end and (block.end <= start or (end and block.end > end)):
                self.wrong(row, "block_last_day", "The block ends outside the term of the consent.")
            alike = seen.setdefault(replace(block, row=0, start=None, end=None), [])
            for other in alike:
                if (block.start or start) < (other.end or date.max) and (other.start or start) < (block.end or date.max):
                    same = (block.start, block.end) == (other.start, other.end)
                    self.wrong(row, "number", f"It says the same as row {other.row}{'' if same else ', and their days overlap'}. "
                               "Leave one of them out, or correct it.")  # fmt: skip
                    break
            alike.append(block)

    # ── One cell ─────────────────────────────────────────────────────────────────────────────────────────────────

    def cell(self, row: Row, name: str) -> str:
        return self.of_file.cell(row, name)

    def said(self, group: Group, name: str) -> bool:
        return any(not cells.is_nothing(self.cell(row, name)) for row in group.rows)

    def of(self, row: Row, name: str, reader: Callable[[str], Value], absent: Value) -> Value:
        """What the cell states; `absent` where it is empty, and where it cannot be read, which is then told."""
        text = self.cell(row, name)
        if cells.is_nothing(text):
            return absent
        try:
            return self.of_file.value(name, text, reader)
        except cells.Unread as unread:
            found = "" if FIELDS[name].private or not unread.shown else f"“{shown(unread.shown)}” cannot be taken. "
            self.wrong(row, name, f"{found}{unread.advice}")
            return absent

    def needed(self, row: Row, name: str, reader: Callable[[str], Codes]) -> Codes:
        before = len(self.troubles)
        found = self.of(row, name, reader, NONE)
        if not found and len(self.troubles) == before:
            self.wrong(row, name, "This is empty, and an empty cell would grant nothing. Fill it in from the paper.")
        return found

    def agreed(self, group: Group, name: str, reader: Callable[[str], Value]) -> Value | None:
        """The one value that all rows state, or leave out."""
        first: Row | None = None
        found: Value | None = None
        for row in group.rows:
            if cells.is_nothing(self.cell(row, name)):
                continue
            before = len(self.troubles)
            value = self.of(row, name, reader, None)
            if len(self.troubles) > before:
                continue
            if first is None:
                first, found = row, value
            elif value != found:
                self.wrong(row, name, f"Row {first.number} of the same number says otherwise. Let them agree, or part them.")
        return found

    def description(self, group: Group) -> str:
        """All that the rows say of the use, each sentence once."""
        said = "\n".join(dict.fromkeys(text for row in group.rows if (text := self.cell(row, "description"))))
        if not said:
            self.wrong(group.rows[0], "description", "Copy the description of the intended use from the paper.")
        elif len(said) > LONGEST_DESCRIPTION:
            self.wrong(group.rows[0], "description", f"Shorten the description to {LONGEST_DESCRIPTION} characters.")
        return said

    def name(self, name: str) -> Callable[[str], str]:
        def reader(text: str) -> str:
            try:
                found = legible.line(text, FIELDS[name].label.lower())
            except Invalid as illegible:
                raise cells.Unread(illegible.detail) from None
            if len(found) > LONGEST_NAME:
                raise cells.Unread(f"Shorten the name to {LONGEST_NAME} characters.")
            return found

        return reader

    def line(self, row: Row, name: str, text: str) -> str:
        try:
            return legible.line(text, FIELDS[name].label.lower())
        except Invalid as illegible:
            self.wrong(row, name, illegible.detail)
            return text

    def wrong(self, row: Row, name: str, sentence: str) -> None:
        at = self.of_file.places.get(name)
        column = "" if at is None else self.of_file.headings[at]
        self.troubles.append(Trouble(row.number, column, sentence))


def _places(headings: Iterable[str], columns: Columns) -> dict[str, int]:
    """Where each field stands in a row."""
    return {columns[heading]: at for at, heading in enumerate(headings) if columns.get(heading)}


def _authority(text: str) -> str:
    return "" if cells.AUTHORITY.find(text) == "self" else " ".join(text.split())


def _titles(text: str) -> Codes:
    """Titles may have commas in them: only semicolons and line breaks part them here."""
    if cells.means_any(text):
        return ()
    return tuple(dict.fromkeys(" ".join(title.split()) for title in text.replace("\n", ";").split(";") if title.strip()))
