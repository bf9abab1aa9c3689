"""The language of rule packs, made into functions once: `all`, `any`, `not`, and seven questions about one fact.

    {"all": [{"fact": "depiction.kind", "in": ["replica"]}, {"not": {"fact": "grant.training", "is": "prohibited"}}]}

Three answers: yes, no, cannot tell. There is no code in it, no pattern and no reckoning with dates; what would need one
is a fact of its own.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from consent import territories
from consent.fact_dictionary import FACTS, Fact
from consent.facts import Value
from consent.rules import Case, Truth

OPERATORS: Mapping[str, tuple[str, ...]] = {
    "is": ("bool", "code"),
    "in": ("code",),
    "has": ("codes",),
    "overlaps": ("codes", "place", "places"),
    "lt": ("number", "date"),
    "lte": ("number", "date"),
    "gte": ("number", "date"),
}
TAKING_A_LIST = ("in", "overlaps")
DEEPEST = 20

Asked = Callable[[Case], Truth]
Test = Callable[[Any], bool]


class Malformed(Exception):
    """The expression cannot be understood: where in it (a JSON pointer), and why."""

    def __init__(self, pointer: str, sentence: str):
        super().__init__(f"{pointer}: {sentence}")
        self.pointer = pointer
        self.sentence = sentence


@dataclass(frozen=True, slots=True, eq=False)
class Expression:
    """The question as a function, the facts it asks for, and the areas between which it tells territories apart."""

    truth: Asked
    facts: frozenset[str] = frozenset()
    areas: frozenset[frozenset[str]] = frozenset()

    def missing(self, case: Case) -> tuple[str, ...]:
        """The open facts it asks for and that nobody has stated."""
        wanted = (FACTS[name] for name in sorted(self.facts))
        missing = (fact.wanted(case) for fact in wanted if not fact.closed and fact.read(case) is None)
        return tuple(dict.fromkeys(missing))


ALWAYS = Expression(lambda case: True)


def compiled(given: Any, pointer: str, *, breaks: bool, depth: int = 0) -> Expression:
    """The expression at `pointer`. `breaks`: a yes of it counts towards a breach, so that a closed fact, whose absence
    is a no, may only stand there if it is one that speaks against the use. Raises Malformed."""
    if not isinstance(given, dict) or not given:
        raise Malformed(pointer, "This is no expression. Write all, any, not, or a fact with an operator.")
    if depth > DEEPEST:
        raise Malformed(pointer, f"The expression is nested more than {DEEPEST} deep.")
    if "fact" in given:
        return _about_a_fact(given, pointer, breaks=breaks)
    [(name, inner), *others] = given.items()
    if others or name not in ("all", "any", "not"):
        unknown = next((one for one in given if one not in ("all", "any", "not")), name)
        raise Malformed(f"{pointer}/{unknown}", f"“{unknown}” is not an operator. There are all, any, not, and those of facts.")
    if name == "not":
        found = compiled(inner, f"{pointer}/not", breaks=not breaks, depth=depth + 1)
        return Expression(_negated(found.truth), found.facts, found.areas)
    if not isinstance(inner, list) or not inner:
        raise Malformed(f"{pointer}/{name}", f"“{name}” takes a list of expressions.")
    parts = [
        compiled(part, f"{pointer}/{name}/{at}", breaks=breaks, depth=depth + 1) for at, part in enumerate(inner)
    ]
    joined = _every if name == "all" else _some
    return Expression(
        joined([part.truth for part in parts]),
        frozenset().union(*(part.facts for part in parts)),
        frozenset().union(*(part.areas for part in parts)),
    )


def _about_a_fact(given: Mapping[str, Any], pointer: str, *, breaks: bool) -> Expression:
    fact = FACTS.get(given["fact"]) if isinstance(given["fact"], str) else None
    if fact is None:
        raise Malformed(f"{pointer}/fact", f"“{given['fact']}” is not in the dictionary of facts.")
    operators = [name for name in given if name != "fact"]
    if len(operators) != 1:
        raise Malformed(pointer, f"A question about a fact has one operator: {', '.join(OPERATORS)}.")
    [operator] = operators
    if operator not in OPERATORS:
        raise Malformed(f"{pointer}/{operator}", f"“{operator}” is not an operator. There are {', '.join(OPERATORS)}.")
    if fact.type not in OPERATORS[operator]:
        raise Malformed(f"{pointer}/{operator}", f"“{operator}” cannot be asked of {fact.name}, which is a {fact.type}.")
    if breaks and fact.closed and not fact.speaks_against:
        raise Malformed(
            f"{pointer}/fact",
            f"{fact.name} is taken for a no when it is absent, so its absence would let the use through. "
            "Ask for it in what is required, or for its opposite.",
        )
    at = f"{pointer}/{operator}"
    listed = given[operator] if operator in TAKING_A_LIST else [given[operator]]
    if not isinstance(listed, list) or not listed:
        raise Malformed(at, f"“{operator}” takes a list of values.")
    values = [_value(fact, one, at) for one in listed]
    areas: frozenset[frozenset[str]] = frozenset({frozenset(map(str, values))} if fact.type == "place" else ())
    return Expression(_read(fact, _test(fact, operator, values)), frozenset({fact.name}), areas)


def _value(fact: Fact, given: Any, pointer: str) -> Value:
    """A value as the fact's type has it."""
    if fact.type == "bool" and isinstance(given, bool):
        return given
    if fact.type == "number" and isinstance(given, (int, float)) and not isinstance(given, bool):
        return given
    if fact.type == "date" and isinstance(given, str):
        try:
            return date.fromisoformat(given)
        except ValueError:
            raise Malformed(pointer, f"“{given}” is not a date. Write it as 2026-07-01.") from None
    if fact.type in ("place", "places") and isinstance(given, str) and territories.is_territory(given):
        return given
    if fact.type in ("code", "codes") and isinstance(given, str) and (not fact.values or given in fact.values):
        return given
    raise Malformed(pointer, f"“{given}” is not a value of {fact.name}, which is a {fact.type}.")


# --- as functions --------------------------------------------------------------------------------------------------


def _read(fact: Fact, test: Test) -> Asked:
    read, absent = fact.read, False if fact.closed else None

    def asked(case: Case) -> Truth:
        value = read(case)
        return absent if value is None else test(value)

    return asked


def _test(fact: Fact, operator: str, values: Sequence[Any]) -> Test:
    one, several = values[0], frozenset(values)
    if fact.type in ("place", "places"):
        area = territories.expand(several)
        if fact.type == "place":
            return lambda place: territories.overlaps(place, area)
        return lambda places: _meet(places, area)
    tests: Mapping[str, Test] = {
        "is": lambda value: bool(value == one),
        "in": lambda value: value in several,
        "has": lambda value: one in value,
        "overlaps": lambda value: not several.isdisjoint(value),
        "lt": lambda value: bool(value < one),
        "lte": lambda value: bool(value <= one),
        "gte": lambda value: bool(value >= one),
    }
    return tests[operator]


@lru_cache(maxsize=4096)
def _meet(places: frozenset[str], area: frozenset[str]) -> bool:
    known = (code for code in places if territories.is_territory(code))
    return any(territories.overlaps(place, area) for place in territories.expand(known))


def _every(parts: Sequence[Asked]) -> Asked:
    return _unless(parts, decided_by=False)


def _some(parts: Sequence[Asked]) -> Asked:
    return _unless(parts, decided_by=True)


def _unless(parts: Sequence[Asked], *, decided_by: bool) -> Asked:
    """One part that answers so decides; else one that does not know leaves it open, and all others together mean the opposite."""

    def asked(case: Case) -> Truth:
        answer: Truth = not decided_by
        for part in parts:
            found = part(case)
            if found is decided_by:
                return decided_by
            if found is None:
                answer = None
        return answer

    return asked


def _negated(part: Asked) -> Asked:
    def asked(case: Case) -> Truth:
        found = part(case)
        return None if found is None else not found

    return asked
