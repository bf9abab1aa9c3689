"""What an import would do with each consent of a file, asked before anything is written and again when it is."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from consent.imports import columns, entries, sheet, shelf
from consent.imports.entries import Entry, Group, Trouble
from consent.imports.files import Files, Settled
from consent.models import Import, ImportResult

Outcome = ImportResult.Outcome


@dataclass(frozen=True, slots=True)
class Weighed:
    """One consent of the file: what is to come of it, and whom and what it means if it can be imported."""

    group: Group
    outcome: str
    troubles: tuple[Trouble, ...] = ()
    entry: Entry | None = None
    settled: Settled | None = None

    def told(self) -> Iterator[Trouble]:
        """What each of its rows is told; one that is sound itself is told which other kept it out."""
        own: dict[int, list[Trouble]] = {}
        for trouble in self.troubles:
            own.setdefault(trouble.row, []).append(trouble)
        for row in self.group.rows:
            if its := own.get(row.number):
                named = tuple(dict.fromkeys(one.column for one in its if one.column))
                yield Trouble(row.number, ", ".join(named), " ".join(dict.fromkeys(one.sentence for one in its)))
            else:
                yield Trouble(row.number, "", self._of_the_whole())

    def _of_the_whole(self) -> str:
        if self.outcome == Outcome.ON_FILE:
            return f"{self.group.number} is on file already. Amend it there if the paper says otherwise."
        if self.troubles:
            return (
                f"Row {self.troubles[0].row} has the same number and cannot be imported: one consent is imported whole or "
                "not at all."
            )
        return ""


@dataclass(slots=True)
class Preview:
    """What an import would do now. `left_open` counts the rows that narrow neither acts, media nor productions."""

    rows: int = 0
    consents: Counter[str] = field(default_factory=Counter)
    new_people: int = 0
    left_open: Counter[str] = field(default_factory=Counter)
    refused: list[tuple[str, Trouble]] = field(default_factory=list)
    on_file: list[str] = field(default_factory=list)


class Scales:
    """A file with its columns, and the studio's files as they are now."""

    def __init__(self, run: Import) -> None:
        self.run, self.sheet = run, sheet.read(shelf.read(run), encoding=run.encoding, delimiter=run.delimiter)
        self.groups = entries.grouped(self.sheet, run.columns)
        self.reader = entries.Reader(self.sheet.headings, run.columns, run.order)
        self.files = Files(run.studio, {name: heading for heading, name in run.columns.items() if name})

    def weigh(self, group: Group, *, at: datetime) -> Weighed:
        if group.number in self.files.numbers:
            return Weighed(group, Outcome.ON_FILE)
        entry, troubles = self.reader.read(group)
        settled = None
        if entry:
            settled, troubles = self.files.settle(entry, at=at)
        if entry is None or settled is None:
            return Weighed(group, Outcome.REFUSED, tuple(troubles))
        return Weighed(group, Outcome.IMPORTED, (), entry, settled)

    def preview(self, *, at: datetime) -> Preview:
        """Weigh everything; those who would be added count as known to the rows after them."""
        found = Preview(rows=len(self.sheet.rows))
        for group in self.groups:
            weighed = self.weigh(group, at=at)
            found.consents[weighed.outcome] += 1
            if weighed.entry and weighed.settled:
                found.left_open.update(self.reader.left_open(group))
                found.new_people += weighed.settled.new
                self.files.entered(weighed.entry, weighed.settled)
            elif weighed.outcome == Outcome.ON_FILE:
                found.on_file.append(group.number)
            else:
                found.refused += [(sheet.shown(group.number), trouble) for trouble in weighed.told()]
        return found

    def rejects(self, sentences: dict[int, str]) -> Iterator[list[str]]:
        """The rows that were refused, as they were sent, each with the reason behind it."""
        kept = [at for at, heading in enumerate(self.sheet.headings) if heading != columns.REASON]
        yield [self.sheet.headings[at] for at in kept] + [columns.REASON]
        for row in self.sheet.rows:
            if row.number in sentences:
                yield [row.cells[at] for at in kept] + [sentences[row.number]]
