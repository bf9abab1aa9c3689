"""A spreadsheet saved as CSV, from bytes to rows: how its letters are written, what parts its cells, which headings it has.

What cannot be told for certain is not guessed: then the answer is empty, and the reader is asked.
"""

import codecs
import csv
import io
import re
from dataclasses import dataclass

from consent.vocabulary import Vocabulary
from registry.errors import Invalid, TooLarge
from registry.spreadsheets import plain

LARGEST = 20 * 1024 * 1024
MOST_ROWS = 20_000
MOST_COLUMNS = 200
LONGEST_HEADING = 120

ENCODINGS: Vocabulary = {
    "utf-8-sig": "Unicode (UTF-8)",
    "utf-16": "Unicode (UTF-16)",
    "utf-16-le": "Unicode (UTF-16, little end first)",
    "utf-16-be": "Unicode (UTF-16, big end first)",
    "cp1252": "Windows, Western",
    "mac_roman": "Macintosh, Western",
}
# Written before Unicode, a file does not say which of these it is.
WITHOUT_A_MARK = ("cp1252", "mac_roman")
DELIMITERS: Vocabulary = {",": "Comma", ";": "Semicolon", "\t": "Tab"}
# Workbooks, old and new, which people send instead of a CSV file.
WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
# Letters and signs that stand in names and contracts; what else comes out of a wrong reading.
SIGNS = frozenset("“”„‘’‚«»–—…•€£§°®™©ªº´¿¡½ \u00a0")


class Unreadable(Invalid):
    """The file as a whole cannot be read; the sentence says what to do."""

    def __init__(self, sentence: str) -> None:
        super().__init__("import.unreadable", sentence)


@dataclass(frozen=True, slots=True)
class Row:
    """One row, counted as a spreadsheet program counts: the headings are row 1."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """Headings, each of its own, and rows of as many cells. A row of more cells than headings keeps them."""

    headings: tuple[str, ...]
    rows: tuple[Row, ...]


def read(content: bytes, *, encoding: str, delimiter: str) -> Sheet:
    """The rows that are not empty. Raises `Unreadable`, and TooLarge for more than is taken at once."""
    records = _records(_text(content, encoding), delimiter)
    if not records or not any(records[0]):
        raise Unreadable("The first row has no headings. Put a heading above each column and save the file again.")
    width = max(len(record) for record in records)
    if width > MOST_COLUMNS:
        raise Unreadable(f"A row has {width} cells. Files of up to {MOST_COLUMNS} columns are taken.")
    headings = _headings(records)
    rows = [Row(number, _filled(cells, headings)) for number, cells in enumerate(records[1:], 2) if any(cells)]
    if not rows:
        raise Unreadable("There are headings, and no row below them. Nothing can be imported from this file.")
    if len(rows) > MOST_ROWS:
        raise TooLarge("import.too_many_rows", f"The file has {len(rows)} rows. Send up to {MOST_ROWS} at once: split it.")
    return Sheet(headings, tuple(rows))


def check_size(content: bytes) -> None:
    if not content.strip(b"\0 \r\n\t" + codecs.BOM_UTF8 + codecs.BOM_UTF16_LE):
        raise Unreadable("The file is empty. Choose the spreadsheet again.")
    if len(content) > LARGEST:
        raise TooLarge("import.too_large", "The file is over 20 MB. Split it, and send the parts one after the other.")
    if content.startswith(WORKBOOKS):
        raise Unreadable("This is a workbook. Open it, choose “Save as”, take “CSV UTF-8”, and send that file.")


def guess_encoding(content: bytes) -> str:
    """One of ENCODINGS; "" where it could as well be another."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    even, odd = content[0:4000:2].count(0), content[1:4000:2].count(0)
    if max(even, odd) * 4 > len(content[:4000]):
        return "utf-16-be" if even > odd else "utf-16-le"
    if _decoded(content, "utf-8-sig") is not None:
        return "utf-8-sig"
    likely = [name for name in WITHOUT_A_MARK if _looks_written(_decoded(content, name))]
    return likely[0] if len(likely) == 1 else ""


def shown_first(content: bytes) -> str:
    """The one of WITHOUT_A_MARK in which the file is shown until somebody has said which it is: one in which it can be read."""
    return next(name for name in WITHOUT_A_MARK if _decoded(content, name) is not None)


def guess_delimiter(content: bytes, encoding: str) -> str:
    """That of DELIMITERS which parts the headings into most."""
    first = (_decoded(content, encoding) or "").lstrip().partition("\n")[0]
    return max(DELIMITERS, key=first.count)


def unlike(content: bytes, *, most: int = 4) -> list[dict[str, str]]:
    """Words that read differently in each of WITHOUT_A_MARK, for whoever must say which is right."""
    words = [word for word in re.findall(rb"[^\s,;\"]+", content) if any(byte > 127 for byte in word)]
    return [{name: shown(word.decode(name, "replace"), 30) for name in WITHOUT_A_MARK} for word in dict.fromkeys(words)][:most]


def _text(content: bytes, encoding: str) -> str:
    text = _decoded(content, encoding)
    if text is None:
        raise Unreadable(f"The letters of this file are not written as {ENCODINGS[encoding]}. Choose another reading.")
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise Unreadable(
            f"Line {line} holds a character that is no text (NUL). The file is damaged or not CSV: save it again as CSV UTF-8."
        )
    return text.removeprefix("\ufeff")


def _decoded(content: bytes, encoding: str) -> str | None:
    try:
        return content.decode(encoding)
    except UnicodeError:
        return None


def _looks_written(text: str | None) -> bool:
    """Whether every letter beyond ASCII stands where people put such letters: no capital within a word."""
    if text is None:
        return False
    for before, letter in zip(" " + text, text, strict=False):
        if letter > "\x7f" and letter not in SIGNS and (not letter.isalpha() or (letter.isupper() and before.islower())):
            return False
    return True


def _records(text: str, delimiter: str) -> list[list[str]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        return [[plain(cell.strip()) for cell in record] for record in reader]
    except csv.Error as error:
        raise Unreadable(
            f"Line {reader.line_num} cannot be parted into cells ({error}). A quotation mark may be missing or one too many."
        ) from None


def _headings(records: list[list[str]]) -> tuple[str, ...]:
    """The first row; a column without a heading goes by its letters, and those at the end without any cell are left out."""
    first = [" ".join(shown(cell, LONGEST_HEADING).split()) for cell in records[0]]
    used = max((at for record in records for at, cell in enumerate(record[: len(first)], 1) if cell), default=0)
    named = [heading or f"Column {letters(at)}" for at, heading in enumerate(first[:used])]
    seen: dict[str, int] = {}
    for at, heading in enumerate(named):
        before = seen.setdefault(heading.casefold(), at)
        if before != at:
            raise Unreadable(
                f"The heading “{shown(heading)}” stands over columns {letters(before)} and {letters(at)}. "
                "Give each column a heading of its own."
            )
    return tuple(named)


def _filled(cells: list[str], headings: tuple[str, ...]) -> tuple[str, ...]:
    """As many cells as headings, and those beyond them that hold something."""
    beyond = [cell for cell in cells[len(headings) :] if cell]
    return tuple((cells + [""] * len(headings))[: len(headings)] + beyond)


def letters(at: int) -> str:
    """What a spreadsheet program calls the column: 0 is A, 26 is AA."""
    return (letters(at // 26 - 1) if at >= 26 else "") + chr(ord("A") + at % 26)


def shown(text: str, most: int = 60) -> str:
    """As much of a stranger's text as a sentence or a cell of a page bears, without what cannot be seen."""
    seen = "".join(letter if letter.isprintable() else " " for letter in text[: most + 1])
    return f"{seen[:most]}…" if len(seen) > most else seen
