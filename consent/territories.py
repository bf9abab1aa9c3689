"""The places a consent may name: ISO 3166 countries, parts of them, and the groups that contracts use.

A country code covers its parts ("US" covers "US-CA"); a part never covers its country. Where ISO gives one place two
codes ("US-PR" and "PR") they mean the same.
"""

import json
import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from registry.errors import Invalid

_DATA = json.loads(Path(__file__).with_name("territories.json").read_text(encoding="utf-8"))
_PART = re.compile(r"[A-Z]{2}-[A-Z0-9]{1,3}")
_SAME_PLACE: dict[str, str] = _DATA["same"]

TERRITORY_SET_VERSION: str = _DATA["version"]
COUNTRIES: dict[str, str] = _DATA["countries"]
GROUPS: dict[str, frozenset[str]] = {
    code: frozenset(COUNTRIES if group["members"] == "*" else group["members"])
    for code, group in _DATA["groups"].items()
}
WORLD = GROUPS["WORLD"]

# For forms: the groups first, then the countries by name. Parts of countries are typed in.
TERRITORIES: dict[str, str] = {code: group["name"] for code, group in _DATA["groups"].items()} | dict(
    sorted(COUNTRIES.items(), key=lambda country: country[1])
)


def named(text: str) -> str | None:
    """The code of the place that is called so: "Worldwide", "the European Union", "uk", "US-CA"; None if none is known."""
    code = text.strip().upper()
    return _NAMES.get(_bare(text)) or (code if is_territory(code) else None)


def is_territory(code: str) -> bool:
    """Whether the code is a group, a country, or has the form of a part of a known country (ISO 3166-2)."""
    return code in GROUPS or code in COUNTRIES or (bool(_PART.fullmatch(code)) and country_of(code) in COUNTRIES)


def country_of(code: str) -> str:
    return code[:2]


def label(code: str) -> str:
    """What a reader calls the place: "Germany", "the European Union", "US-CA (United States)"."""
    if code in TERRITORIES:
        return TERRITORIES[code]
    return f"{code} ({COUNTRIES[country_of(code)]})"


def expand(codes: Iterable[str], excepted: Iterable[str] = ()) -> frozenset[str]:
    """The countries, and parts of countries, that lie wholly within `codes` and touch nothing `excepted`.

    A country of which a part is excepted is left out, since not all of it is meant. Raises Invalid on an unknown code.
    """
    inside = _expanded(frozenset(codes))
    outside = _expanded(frozenset(excepted))
    return frozenset(code for code in inside if not overlaps(code, outside)) if outside else inside


def within(code: str, area: frozenset[str]) -> bool:
    """Whether the whole of a country or part lies within an expanded area."""
    return code in area or country_of(code) in area


def overlaps(code: str, area: frozenset[str]) -> bool:
    """Whether anything of a country or part lies within an expanded area."""
    return within(code, area) or (len(code) == 2 and code in _countries_touched(area))


def covers(codes: frozenset[str], excepted: frozenset[str], territory: str) -> bool:
    """Whether `codes` but for `excepted` reach all of the territory."""
    return within(territory, _expanded(codes)) and not overlaps(territory, _expanded(excepted))


def touches(codes: frozenset[str], excepted: frozenset[str], territory: str) -> bool:
    """Whether `codes` but for `excepted` reach any of the territory."""
    return overlaps(territory, _expanded(codes)) and not within(territory, _expanded(excepted))


def _bare(name: str) -> str:
    """A name as it is looked up: without case, accents, doubled spaces and a leading "the"."""
    letters = unicodedata.normalize("NFKD", name.replace("’", "'")).casefold()
    bare = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return " ".join(bare.split()).removeprefix("the ").removeprefix("whole ")


_NAMES = {_bare(name): code for code, name in TERRITORIES.items()} | {
    _bare(name): code for name, code in _DATA["called"].items()
}


@lru_cache(maxsize=4096)
def _expanded(codes: frozenset[str]) -> frozenset[str]:
    places: set[str] = set()
    for code in codes:
        if not is_territory(code):
            raise Invalid("consent.unknown_code", f"“{code}” is not a territory this registry knows.")
        places |= GROUPS.get(code) or {_SAME_PLACE.get(code, code)}
    return frozenset(places)


@lru_cache(maxsize=4096)
def _countries_touched(area: frozenset[str]) -> frozenset[str]:
    return frozenset(country_of(code) for code in area)
