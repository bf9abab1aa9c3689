"""Rule packs as a lawyer reads them: what connects a law to a case, when a rule is asked and what it requires."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from consent import territories
from consent.fact_dictionary import FACTS, Fact
from consent.rulebook import Agreement, Pack, PackRule
from consent.vocabulary import (
    ACT_PHRASES,
    CERTAINTIES,
    CONTENT_FLAGS,
    MEDIA,
    MODALITIES,
    RULE_STATUSES,
    TEXTS_READ,
    USES,
    Vocabulary,
)
from consent.wording import day_in_words

_JOINED = {"all": "All of these:", "any": "At least one of these:", "not": "Not this:"}
_ASKED = {
    "is": "is", "in": "is one of", "has": "among them", "overlaps": "one of them", "lt": "less than", "lte": "at most",
    "gte": "at least",
}  # fmt: skip
_OF_ONE = {"in": "is", "overlaps": "among them"}
_ON_DAYS = {"lt": "before", "lte": "by", "gte": "from"}
_CALLED: Mapping[str, Vocabulary] = {
    "request.act": ACT_PHRASES, "request.media": MEDIA, "depiction.use": USES, "depiction.modality": MODALITIES,
    "depiction.content": CONTENT_FLAGS,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Clause:
    """A condition in words; `parts` are what it joins."""

    words: str
    parts: tuple["Clause", ...] = ()


EVERYTHING = Clause("Every use, everywhere")


def clause(given: Mapping[str, Any]) -> Clause:
    """An expression of a pack (expressions.py) in words."""
    if "fact" in given:
        return Clause(_about_a_fact(given))
    [(name, inner)] = given.items()
    parts = inner if isinstance(inner, list) else [inner]
    return Clause(_JOINED[name], tuple(clause(part) for part in parts))


def connection(pack: Pack) -> Clause:
    """When the pack is asked at all."""
    parts = [clause(pack.source["connect"])] if "connect" in pack.source else []
    if pack.agreement is not None:
        parts.append(_under(pack.agreement))
    if not parts:
        return EVERYTHING
    return parts[0] if len(parts) == 1 else Clause(_JOINED["all"], tuple(parts))


def conditions(pack: Pack, rule: PackRule) -> tuple[tuple[str, Clause], ...]:
    """When the rule is asked, and what it then requires."""
    [given] = [one for one in pack.source["rules"] if one["id"] == rule.id]
    asked = (("It is asked when", clause(given["when"])),)
    return (*asked, ("It is met when", clause(given["require"]))) if "require" in given else asked


def span(first: date | None, last: date | None) -> str:
    """The days a rule runs, both included."""
    if first and last:
        return f"from {day_in_words(first)} to {day_in_words(last)}"
    return f"since {day_in_words(first)}" if first else f"until {day_in_words(last)}" if last else "always"


def text_read(pack: Pack) -> str:
    """How far the text itself was read, and when."""
    return f"{TEXTS_READ[pack.source['text_read']]}, on {day_in_words(date.fromisoformat(pack.source['retrieved']))}"


def jurisdiction(pack: Pack) -> str:
    """The territory, or the union whose agreement it is."""
    code = pack.source["jurisdiction"]
    return territories.label(code) if territories.is_territory(code) else code or "the house"


def certainty(rules: Iterable[PackRule]) -> str:
    """How sure the least certain of the rules is."""
    order = list(CERTAINTIES)
    return CERTAINTIES[max((rule.certainty for rule in rules), key=order.index)]


def status(rule: PackRule) -> str:
    return RULE_STATUSES[rule.status]


def _under(agreement: Agreement) -> Clause:
    codes, by = ", ".join(sorted(agreement.codes)), FACTS[agreement.selected_by].help
    days = span(agreement.first, agreement.last)
    return Clause(f"The production is made under {codes}. “{by}” chooses the version: this one runs {days}")


def _about_a_fact(given: Mapping[str, Any]) -> str:
    fact = FACTS[given["fact"]]
    [operator] = [name for name in given if name != "fact"]
    value = given[operator]
    if fact.type == "bool":
        return f"{fact.help}: {'yes' if value else 'no'}"
    values = value if isinstance(value, list) else [value]
    return f"{fact.help}: {_asked(fact, operator, len(values))} {', '.join(_value(fact, one) for one in values)}"


def _asked(fact: Fact, operator: str, many: int) -> str:
    if fact.type == "date":
        return _ON_DAYS[operator]
    if fact.type == "place":
        return "in"
    return _OF_ONE.get(operator, _ASKED[operator]) if many == 1 else _ASKED[operator]


def _value(fact: Fact, value: Any) -> str:
    if fact.type == "date":
        return day_in_words(date.fromisoformat(value))
    if fact.type in ("place", "places"):
        return territories.label(value)
    return _CALLED.get(fact.name, {}).get(value, str(value).replace("_", " "))
