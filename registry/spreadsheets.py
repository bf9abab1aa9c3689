"""Tables as spreadsheet programs write and read them: no cell that we write is taken for a formula."""

import csv
import re
from collections.abc import Iterable, Iterator

# A spreadsheet takes a cell that begins like this for a formula (or cuts the cell in two).
FORMULA = ("=", "+", "-", "@", "\t", "\r")
CALCULATION = re.compile(r"\s*(=|[@+-]\s*([\d.(=]|\w+[(!|]))")


def written(rows: Iterable[Iterable[str]], *, delimiter: str = ",") -> Iterator[str]:
    """The rows as lines of a CSV file, every cell harmless."""
    writer = csv.writer(_Line(), delimiter=delimiter)
    # A spreadsheet program reads UTF-8 when the file begins with this mark.
    yield "\ufeff"
    for row in rows:
        yield writer.writerow([harmless(cell) for cell in row])


def harmless(text: str) -> str:
    """The text as a cell that no spreadsheet takes for a formula."""
    return f"'{text}" if text.lstrip(" \n").startswith(FORMULA) else text


def calculates(cell: str) -> bool:
    """Whether a spreadsheet would work out the cell: a name such as -M- or a dash before a text is no formula."""
    return bool(CALCULATION.match(cell))


def plain(cell: str) -> str:
    """The text that `harmless` made a cell of; any other cell is its own text."""
    return cell[1:] if cell.startswith("'") and harmless(cell[1:]) != cell[1:] else cell


class _Line:
    def write(self, line: str) -> str:
        return line
