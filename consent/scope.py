"""Does a scope line reach the question? Dimension by dimension, with what it leaves open told exactly.

A grant reaches what it covers wholly; an exclusion reaches whatever it touches. Where the question leaves a dimension
open (no language named, say) nobody can tell whether a line that is particular about it applies: that is None.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from typing import TypeVar

from consent import territories
from consent.answers import Gap
from consent.facts import Depiction, Line, Request
from consent.vocabulary import ACTS_TO_BE_NAMED

Truth = bool | None
Area = tuple[frozenset[str], frozenset[str]]
UNSTATED = ""  # the value of a dimension which the question leaves open

_Spec = TypeVar("_Spec")


@dataclass(frozen=True, slots=True)
class Cell:
    """A part of the question within which no line on file tells two values apart: any of them stands for all."""

    territories: frozenset[str]
    media: frozenset[str]
    languages: frozenset[str]
    units: frozenset[str]


# --- what is the same in every part of the question ----------------------------------------------------------------


def lasting_gaps(line: Line, request: Request, depiction: Depiction) -> tuple[Gap, ...]:
    """Where a granting line falls short of the question, whatever the territory, medium, language or unit."""
    named = request.act in line.acts if line.acts else request.act not in ACTS_TO_BE_NAMED
    barred = line.content_excluded & depiction.content_flags
    gaps = (
        None if depiction.use in line.uses else Gap("use", (depiction.use,)),
        None if depiction.modality in line.modalities else Gap("modality", (depiction.modality,)),
        None if named else Gap("act", (request.act,)),
        None if _reaches_production(line, request) else Gap("production", (request.production,)),
        Gap("content", tuple(sorted(barred))) if barred else None,
        None if _reaches_day(line, request) else Gap("date", (request.day.isoformat(),)),
    )
    return tuple(gap for gap in gaps if gap is not None)


def meets(line: Line, request: Request, depiction: Depiction) -> bool:
    """Whether a reservation may be about this, whatever the territory, medium, language or unit."""
    return (
        depiction.use in line.uses
        and depiction.modality in line.modalities
        and (not line.acts or request.act in line.acts)
        and _reaches_production(line, request)
        and _reaches_day(line, request)
    )


def excludes(line: Line, request: Request, depiction: Depiction) -> bool:
    """Whether an exclusion may be about this. Content named in an exclusion is the content that is excluded."""
    return meets(line, request, depiction) and (
        not line.content_excluded or bool(line.content_excluded & depiction.content_flags)
    )


def names_nothing(line: Line) -> bool:
    """Whether a reservation leaves blank what it is about, so that nobody can tell what it reserves."""
    return not (line.uses and line.modalities and line.territories)


def _reaches_production(line: Line, request: Request) -> bool:
    return not line.productions or not line.productions.isdisjoint((request.production, *request.production_line))


def _reaches_day(line: Line, request: Request) -> bool:
    return (line.start is None or line.start <= request.day) and (line.end is None or request.day < line.end)


# --- what may differ from part to part -----------------------------------------------------------------------------


def gaps_in(line: Line, cell: Cell) -> tuple[Gap, ...]:
    """The dimensions in which a granting line does not cover the cell, each with the cell's values of it."""
    gaps = (
        None if _listed(line.units, _any(cell.units)) else Gap("unit", tuple(sorted(cell.units))),
        None if _listed(line.media, _any(cell.media)) else Gap("medium", tuple(sorted(cell.media))),
        None if _speaks(line.languages, _any(cell.languages)) else Gap("language", tuple(sorted(cell.languages))),
        None if _lies_in(line, _any(cell.territories)) else Gap("territory", tuple(sorted(cell.territories))),
    )
    return tuple(gap for gap in gaps if gap is not None)


def reaches(line: Line, cell: Cell) -> Truth:
    """Whether a reservation touches the cell; None where the question does not say enough to tell."""
    answers = (
        territories.touches(line.territories, line.territories_except, _any(cell.territories)),
        _listed(line.units, _any(cell.units)),
        _listed(line.media, _any(cell.media)),
        _shares_language(line.languages, _any(cell.languages)),
    )
    if False in answers:
        return False
    return None if None in answers else True


def left_open(line: Line, cell: Cell) -> tuple[str, ...]:
    """The facts wanted: dimensions that a reservation is particular about and the question leaves open."""
    asked = (
        ("unit", line.units, cell.units),
        ("medium", line.media, cell.media),
        ("language", line.languages, cell.languages),
    )
    return tuple(f"{name} in the request" for name, named, values in asked if named and UNSTATED in values)


def cells(request: Request, lines: Iterable[Line], areas: Iterable[Area] = ()) -> Iterator[Cell]:
    """The question, cut only where some line, or rule with its areas, tells its values apart: each part is decided once."""
    found = list(lines)
    places = frozenset((line.territories, line.territories_except) for line in found).union(areas)
    media = {line.media for line in found}
    tongues = {line.languages for line in found}
    units = {line.units for line in found}
    parts = product(
        places_alike(territories.expand(request.territories), places),
        _alike(_stated(request.media), media, _listed),
        _alike(_stated(tag.lower() for tag in request.languages), tongues, _language_seen),
        _alike(_stated(request.units), units, _listed),
    )
    for part in parts:
        yield Cell(*part)


@lru_cache(maxsize=4096)
def places_alike(places: frozenset[str], areas: frozenset[Area]) -> tuple[frozenset[str], ...]:
    """The territories in groups of those that no area (what is named, what is excepted) tells apart."""
    return _alike(places, areas, _territory_seen)


def _alike(
    values: frozenset[str], specs: Iterable[_Spec], seen: Callable[[_Spec, str], object]
) -> tuple[frozenset[str], ...]:
    ordered = list(specs)
    groups: dict[tuple[object, ...], list[str]] = {}
    for value in sorted(values):
        groups.setdefault(tuple(seen(spec, value) for spec in ordered), []).append(value)
    return tuple(frozenset(group) for group in groups.values())


def _stated(values: Iterable[str]) -> frozenset[str]:
    return frozenset(values) or frozenset({UNSTATED})


def _any(values: frozenset[str]) -> str:
    return next(iter(values))


def _listed(named: frozenset[str], value: str) -> Truth:
    if not named:
        return True
    return None if value == UNSTATED else value in named


def _speaks(named: frozenset[str], tag: str) -> Truth:
    """Whether the languages named include this one: "en" includes "en-GB" (RFC 4647, basic filtering)."""
    if not named:
        return True
    return None if tag == UNSTATED else any(_includes(language, tag) for language in named)


def _shares_language(named: frozenset[str], tag: str) -> Truth:
    spoken = _speaks(named, tag)
    return any(_includes(tag, language) for language in named) if spoken is False else spoken


def _includes(general: str, particular: str) -> bool:
    return f"{particular.lower()}-".startswith(f"{general.lower()}-")


def _language_seen(named: frozenset[str], tag: str) -> tuple[Truth, Truth]:
    return _speaks(named, tag), _shares_language(named, tag)


def _lies_in(line: Line, territory: str) -> bool:
    return territories.covers(line.territories, line.territories_except, territory)


def _territory_seen(spec: Area, territory: str) -> tuple[bool, bool]:
    return territories.covers(*spec, territory), territories.touches(*spec, territory)
