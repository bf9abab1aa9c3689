"""Small counts are not told, nor what would give them away: the cells of a table whose total is told beside them.

Pure. A count below ten reads “fewer than ten”, nought as well. Where the total less what is told would show a small count
closely, another is withheld too that makes it hard enough, and so on; where nothing else is left, the total is (HES Handbook of
Statistical Disclosure Control, primary and secondary suppression).
"""

from collections.abc import Mapping
from math import inf
from typing import Any

SMALL = 10
# How far apart the least and the most must lie that anybody could work out of a small count.
SPREAD = 5
FEWER: dict[str, Any] = {"fewer_than": SMALL}
WITHHELD: dict[str, Any] = {"withheld": True}
BOUNDS: dict[str, tuple[float, float]] = {"fewer_than": (0, SMALL - 1), "withheld": (SMALL, inf)}
Cell = dict[str, Any]


def count(value: int) -> Cell:
    """One count that stands alone."""
    return {"count": value} if value >= SMALL else FEWER


def table(cells: Mapping[str, int]) -> tuple[Cell, dict[str, Cell]]:
    """The total, and each of the cells that make it, as they may be told side by side."""
    total = sum(cells.values())
    hidden = {name: FEWER for name, value in cells.items() if value < SMALL}
    if total < SMALL:
        return FEWER, hidden
    shown = {name: value for name, value in cells.items() if name not in hidden}
    while hidden and not _safe(cells, hidden):
        if not shown:
            return WITHHELD, hidden
        fit = [name for name in shown if _safe(cells, hidden | {name: WITHHELD})]
        # The smallest that is enough by itself; where none is, the largest, so that few have to follow it.
        name = min(fit, key=shown.__getitem__) if fit else max(shown, key=shown.__getitem__)
        hidden[name] = WITHHELD
        del shown[name]
    return {"count": total}, {name: hidden.get(name, {"count": value}) for name, value in cells.items()}


def _safe(cells: Mapping[str, int], hidden: Mapping[str, Cell]) -> bool:
    """Whether every small count may still be this or that, for somebody who knows what the hidden ones come to."""
    rest = sum(cells[name] for name in hidden)
    bounds = [BOUNDS[next(iter(cell))] for cell in hidden.values()]
    least, most = sum(low for low, _ in bounds), sum(high for _, high in bounds)
    for low, high in bounds:
        if high != inf:
            lowest = max(low, rest - (most - high)) if most != inf else low
            if min(high, rest - (least - low)) - lowest < SPREAD:
                return False
    return True
