"""Law and union rules as dated data: what a pack is, how its text is read, and the packs that are shipped.

A pack is known by the SHA-256 of its RFC 8785 form. A version, once shipped, stays: decisions that stood on it are
replayed with it. Whether a pack advises or decides is not in it; a named lawyer adopts it (consent.md §8 and §12).
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import jsonschema
import rfc8785

from consent.expressions import ALWAYS, Expression, Malformed, compiled
from consent.fact_dictionary import FACTS
from consent.rules import Case, Rule
from registry.errors import Fault, Invalid

CORE = "core"
# The acts that an unmet requirement stops at each gate; "after" stops nothing, it is a task.
GATES: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "capture": frozenset({"capture", "create_replica"}),
        "sign": frozenset({"sign", "release", "promote"}),
        "release": frozenset({"release", "promote"}),
        "after": frozenset(),
    }
)
ONLY_ADVISES = frozenset({"pending", "negotiating"})
_SHELVES = Path(__file__).with_name("packs")
_SCHEMA = json.loads(Path(__file__).with_name("schemas").joinpath("pack-1.json").read_text(encoding="utf-8"))


class PackRefused(Invalid):
    """A pack that cannot be read without guessing; `errors` say where, by JSON pointer."""

    def __init__(self, pointer: str, sentence: str, *, name: str):
        super().__init__(
            "pack.refused", f"The rule pack {name} is refused at {pointer or 'its root'}: {sentence}",
            errors=(Fault(pointer, "pack.refused", sentence),),
        )  # fmt: skip


class PackUnknown(Invalid):
    """Somebody adopted a text that is not here, so nothing can be decided by it."""

    def __init__(self, name: str, hash: str):
        super().__init__(
            "pack.unknown", f"The rule pack {name} with the hash {hash} is not among those loaded. Load that very version."
        )


@dataclass(frozen=True, slots=True, eq=False)
class PackRule:
    """A rule with where it comes from. `first` and `last` are the days from and to which it is in force, both included;
    `gate` where it must be met by, `due` the fact that says by which day. Of acts not among `acts` it says nothing; None:
    of any it may."""

    rule: Rule
    first: date | None
    last: date | None
    status: str
    needs_grant: bool
    gate: str
    due: str
    text: str
    to_clear: str
    citation: str
    certainty: str
    asks: Expression
    acts: frozenset[str] | None

    @property
    def id(self) -> str:
        return self.rule.id

    def speaks(self, act: str, day: date) -> bool:
        """Whether it is in force on that day and may say something of that act."""
        begun = self.first is None or self.first <= day
        in_force = begun and (self.last is None or day <= self.last) and self.status != "expired"
        return in_force and (self.acts is None or act in self.acts)


@dataclass(frozen=True, slots=True)
class Agreement:
    """The collective agreement a pack is of: what productions call it, the days it runs, both included, and the fact by
    whose date its version is chosen."""

    codes: frozenset[str]
    first: date | None
    last: date | None
    selected_by: str

    def covers(self, day: date) -> bool:
        return (self.first is None or self.first <= day) and (self.last is None or day <= self.last)


@dataclass(frozen=True, slots=True, eq=False)
class Pack:
    id: str
    version: str
    kind: str
    title: str
    hash: str
    connect: Expression
    agreement: Agreement | None
    rules: tuple[PackRule, ...]
    source: Mapping[str, Any]


def load(source: Mapping[str, Any], *, name: str = "") -> Pack:
    """The pack that a text says. Raises PackRefused with the JSON pointer of what cannot be understood."""
    name = name or str(source.get("id", "without an id"))
    for error in sorted(jsonschema.Draft202012Validator(_SCHEMA).iter_errors(source), key=lambda error: list(error.path)):
        raise PackRefused("".join(f"/{part}" for part in error.absolute_path), error.message[:300], name=name)
    try:
        return _pack(source)
    except Malformed as fault:
        raise PackRefused(fault.pointer, fault.sentence, name=name) from None


def _pack(source: Mapping[str, Any]) -> Pack:
    _day(source, "retrieved", "")
    _day(source, "reviewed_on", "")
    connect = compiled(source["connect"], "/connect", breaks=True) if "connect" in source else ALWAYS
    rules = tuple(_rule(rule, f"/rules/{at}", connect) for at, rule in enumerate(source["rules"]))
    return Pack(
        id=source["id"], version=source["version"], kind=source["kind"], title=source["title"],
        hash=hashlib.sha256(rfc8785.dumps(dict(source))).hexdigest(), connect=connect, rules=rules, source=source,
        agreement=_agreement(source["agreement"]) if "agreement" in source else None,
    )  # fmt: skip


def _rule(given: Mapping[str, Any], at: str, connect: Expression) -> PackRule:
    when = compiled(given["when"], f"{at}/when", breaks=True)
    require = compiled(given["require"], f"{at}/require", breaks=False) if "require" in given else None
    due = given.get("due", "")
    if due and (due not in FACTS or FACTS[due].type != "date"):
        raise Malformed(f"{at}/due", f"“{due}” is not a date in the dictionary of facts.")
    first, last = _day(given, "from", at), _day(given, "to", at)
    if first and last and last < first:
        raise Malformed(f"{at}/to", "The rule ends before it begins.")
    asked = [when, require] if require else [when]
    asks = Expression(
        when.truth,
        connect.facts.union(*(one.facts for one in asked)),
        connect.areas.union(*(one.areas for one in asked)),
    )
    return PackRule(
        rule=Rule(
            given["id"], "consent.rule", given["fail"], when.truth, require.truth if require else None,
            asks_for=lambda case: _missing(asked, case),
        ),
        first=first, last=last, status=given["status"], needs_grant=given.get("needs") == "grant",
        gate=given.get("gate") or ("after" if given["fail"] == "obligation" else ""), due=due, text=given["text"],
        to_clear=given["to_clear"], citation=given["citation"], certainty=given["certainty"], asks=asks, acts=_acts(given),
    )  # fmt: skip


def _acts(given: Mapping[str, Any]) -> frozenset[str] | None:
    """The acts outside of which the rule cannot apply: those its condition names outright, and those of its gate."""
    named = []
    for part in given["when"].get("all", [given["when"]]):
        if part.get("fact") == "request.act" and ("in" in part or "is" in part):
            named.append(frozenset(part["in"] if "in" in part else [part["is"]]))
    if "gate" in given and given["fail"] != "obligation":
        named.append(GATES[given["gate"]])
    return frozenset.intersection(*named) if named else None


def _missing(asked: Iterable[Expression], case: Case) -> tuple[str, ...]:
    """What is not stated in those of the expressions that nobody can answer."""
    return tuple(dict.fromkeys(name for one in asked if one.truth(case) is None for name in one.missing(case)))


def _agreement(given: Mapping[str, Any]) -> Agreement:
    first, last = _day(given, "from", "/agreement"), _day(given, "to", "/agreement")
    if first and last and last < first:
        raise Malformed("/agreement/to", "The agreement ends before it begins.")
    chosen = given["selected_by"]
    if chosen not in FACTS or FACTS[chosen].type != "date":
        raise Malformed("/agreement/selected_by", f"“{chosen}” is not a date in the dictionary of facts.")
    return Agreement(frozenset(given["codes"]), first, last, chosen)


def _day(given: Mapping[str, Any], name: str, at: str) -> date | None:
    if given.get(name) is None:
        return None
    try:
        return date.fromisoformat(given[name])
    except ValueError:
        raise Malformed(f"{at}/{name}", f"“{given[name]}” is not a date. Write it as 2026-07-01.") from None


# --- what is shipped -----------------------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def shipped() -> Mapping[str, Pack]:
    """Every version of every pack in the house, by its hash."""
    packs = [load(json.loads(path.read_text(encoding="utf-8")), name=path.stem) for path in sorted(_SHELVES.glob("*/*.json"))]
    return MappingProxyType({pack.hash: pack for pack in packs})


@lru_cache(maxsize=1)
def newest() -> tuple[Pack, ...]:
    """The newest version of each pack that is shipped, by id."""
    found: dict[str, Pack] = {}
    for pack in shipped().values():
        if pack.id not in found or _number(found[pack.id]) < _number(pack):
            found[pack.id] = pack
    return tuple(found[id] for id in sorted(found))


def _number(pack: Pack) -> tuple[int, ...]:
    return tuple(int(part) for part in pack.version.split("."))


def every_rule() -> Iterator[tuple[Pack, PackRule]]:
    """Every rule of the newest packs with its pack: what a library of rules shows."""
    return ((pack, rule) for pack in newest() for rule in pack.rules)
