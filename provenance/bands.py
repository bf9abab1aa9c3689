"""The bands an element's generative share falls into; their thresholds are dated data in bands.json."""

import json
from collections.abc import Iterable
from fractions import Fraction
from functools import cache
from importlib import resources
from typing import Any

NONE_STATED, FULL, UNKNOWN = "none_stated", "full", "unknown"
AT_LEAST = "at_least:"


@cache
def _data() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(resources.files("provenance").joinpath("bands.json").read_text("utf-8"))
    return loaded


def version() -> str:
    return str(_data()["version"])


def order() -> tuple[str, ...]:
    """The bands that say how much, from least to most."""
    return tuple(row["band"] for row in _data()["bands"] if row["band"] != UNKNOWN)


def every() -> tuple[str, ...]:
    """Every band that may be told."""
    return (UNKNOWN, *order(), *(AT_LEAST + band for band in order() if band not in (NONE_STATED, FULL)))


def band_of(share: Fraction | None, *, at_least: bool = False) -> str:
    """The band of a share: `unknown` for none, `at_least:<band>` where the share is a lower bound."""
    if share is None:
        return UNKNOWN
    reached = [row["band"] for row in _data()["bands"] if _reached(row, share)]
    if not reached:
        return UNKNOWN if at_least else NONE_STATED
    return AT_LEAST + reached[-1] if at_least and reached[-1] != FULL else str(reached[-1])


def highest(bands: Iterable[str]) -> str:
    """The highest band among an asset's elements: a lower bound wherever one of them may be higher than is known."""
    bands = tuple(bands)
    known = [band.removeprefix(AT_LEAST) for band in bands if band != UNKNOWN]
    top = max(known, key=order().index, default=UNKNOWN)
    open_ended = any(band == UNKNOWN or band.startswith(AT_LEAST) for band in bands)
    if not open_ended or top == FULL:
        return top
    return UNKNOWN if top in (UNKNOWN, NONE_STATED) else AT_LEAST + top


def _reached(row: dict[str, str], share: Fraction) -> bool:
    if "above" in row:
        return share > Fraction(row["above"])
    return "from" in row and share >= Fraction(row["from"])
