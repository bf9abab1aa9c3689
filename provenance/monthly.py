"""A month in figures: what was counted of it, and what of that is told to everybody.

Pure. All titles are counted together. Figures on files are told only where at least three titles stand behind them, and where
those of titles that are not public are none or at least three with ten files, so that what is known of the public ones leaves
no single one over.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from provenance.bands import AT_LEAST, UNKNOWN, order
from provenance.said import said
from provenance.suppression import SMALL, WITHHELD, Cell, count, table

RULES_VERSION = 1
TITLES = 3
BANDS = (*order(), UNKNOWN)
ELEMENTS = ("picture", "voice", "music", "sound", "text")
FILE, HASH, RECORD = "file", "hash", "record"
CHECKS = (FILE, HASH, RECORD)
UPHELD, NOT_UPHELD = "upheld", "not_upheld"
NOT_COUNTED: Cell = {"not_counted": True}
BAND_NAMES = {
    "none_stated": said("No generative AI, as its producer states"), "minor": said("Below 5 %"), "partial": said("5 to 50 %"),
    "substantial": said("50 % and more"), "full": said("All of it"), "unknown": said("Not known"),
}  # fmt: skip
CHECK_NAMES = {
    FILE: said("Files sent to be checked"), HASH: said("Fingerprints asked about"), RECORD: said("Records read on their page"),
}  # fmt: skip


@dataclass(slots=True)
class Month:
    """What was counted, as it is; `hidden` are files by title that is not public; `hours` how long each answer took."""

    files: int = 0
    titles: set[int] = field(default_factory=set)
    hidden: Counter[int] = field(default_factory=Counter)
    bands: Counter[str] = field(default_factory=Counter)
    elements: Counter[str] = field(default_factory=Counter)
    checks: Counter[str] | None = None
    received: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    in_time: int = 0
    hours: list[float] = field(default_factory=list)
    kept_out: int = 0

    def add_file(self, *, title: int, public: bool, band: str, elements: Mapping[str, str]) -> None:
        """`elements`: element → its band."""
        self.files += 1
        self.titles.add(title)
        if not public:
            self.hidden[title] += 1
        plain = band.removeprefix(AT_LEAST)
        self.bands[plain if plain in BANDS else UNKNOWN] += 1
        for element, amount in elements.items():
            if element in ELEMENTS and amount not in ("none_stated", UNKNOWN):
                self.elements[element] += 1

    @property
    def answered(self) -> int:
        return self.outcomes.total()

    @property
    def median_hours(self) -> float | None:
        return round(median(self.hours), 1) if self.hours else None


def told(month: Month) -> dict[str, Any]:
    """The month's figures for everybody; a figure is `{"count": n}`, `{"fewer_than": 10}`, `{"withheld": true}`, or
    `{"not_counted": true}` where nobody counted yet."""
    return {"files": _files(month), "checks": _checks(month.checks), "concerns": _concerns(month)}


def _files(month: Month) -> dict[str, Any]:
    if not _mixed(month):
        return {"signed": WITHHELD, "bands": dict.fromkeys(BANDS, WITHHELD), "elements": dict.fromkeys(ELEMENTS, WITHHELD)}
    signed, bands = table({name: month.bands[name] for name in BANDS})
    elements = {}
    for name in ELEMENTS:
        # With and without make up all files: told only where neither is small.
        of, both = table({"with": month.elements[name], "without": month.files - month.elements[name]})
        elements[name] = both["with"] if "count" in of and "count" in signed else _not_told(month.elements[name])
    return {"signed": signed, "bands": bands, "elements": elements}


def _mixed(month: Month) -> bool:
    if not month.files:
        return True
    hidden = month.hidden.total()
    return len(month.titles) >= TITLES and (not hidden or (len(month.hidden) >= TITLES and hidden >= SMALL))


def _not_told(value: int) -> Cell:
    cell = count(value)
    return WITHHELD if "count" in cell else cell


def _checks(checks: Counter[str] | None) -> dict[str, Any]:
    if checks is None:
        return {"answered": NOT_COUNTED, "kinds": dict.fromkeys(CHECKS, NOT_COUNTED)}
    answered, kinds = table({name: checks[name] for name in CHECKS})
    return {"answered": answered, "kinds": kinds}


def _concerns(month: Month) -> dict[str, Any]:
    answered, outcomes = table({name: month.outcomes[name] for name in (UPHELD, NOT_UPHELD)})
    _, times = table({"in": month.in_time, "late": month.answered - month.in_time})
    enough = "count" in answered
    return {
        "received": count(month.received),
        "answered": answered,
        "upheld": outcomes[UPHELD],
        "not_upheld": outcomes[NOT_UPHELD],
        "answered_in_48_hours": times["in"],
        "median_hours": {"hours": month.median_hours} if enough else _not_told(month.answered),
        # Each that is upheld keeps some out: their number would tell that there was one.
        "kept_out": count(month.kept_out) if "count" in outcomes[UPHELD] else _not_told(month.kept_out),
    }
