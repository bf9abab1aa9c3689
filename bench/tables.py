"""Plain tables, and what each bar says of a figure: PASS, or SHORT with nothing hidden."""

import sys
from collections.abc import Iterable, Sequence


def table(title: str, heads: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print a table with its numbers to the right."""
    lines = [[str(head) for head in heads], *([_cell(value) for value in row] for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(heads))]
    print(f"\n{title}")
    for line in lines:
        first, *rest = zip(line, widths, strict=True)
        print("  " + "  ".join([first[0].ljust(first[1]), *(text.rjust(width) for text, width in rest)]))
    sys.stdout.flush()


def _cell(value: object) -> str:
    return f"{value:.2f}" if isinstance(value, float) else str(value)


def at_least(value: float, bar: float) -> str:
    return _told(value >= bar, f"≥ {bar:g}")


def at_most(value: float, bar: float) -> str:
    return _told(value <= bar, f"≤ {bar:g}")


def _told(holds: bool, bar: str) -> str:
    return f"{'PASS' if holds else 'SHORT'} ({bar})"


def middle(values: Sequence[float], part: float = 0.5) -> float:
    """The value that `part` of the others lie below."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))]
