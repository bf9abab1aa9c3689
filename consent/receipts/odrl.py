"""The terms of a revision in ODRL 2.2: permissions, prohibitions and duties, with what they are bound to. One way only.

Decisions are not made from it: ODRL resolves conflicts in its own ways. An exclusion wins (`conflict: prohibit`), and an
approval is a duty beside the permission, as it is no permission by itself.
"""

from collections.abc import Iterable
from datetime import date
from typing import Any

from consent.facts import Line
from consent.receipts.agreed import Agreed, vocabulary
from consent.vocabulary import ACTS, ACTS_TO_BE_NAMED, CONTENT_FLAGS, MODALITIES, USES, Vocabulary

CONTEXT = "http://www.w3.org/ns/odrl.jsonld"
RULES = {"grant": "permission", "exclude": "prohibition", "approval_required": "obligation"}
# What ODRL has no word for, as left operands of our own profile.
OPERANDS = {
    "modality": "The part of a person that is used",
    "production": "The production it is used in",
    "unit": "The scene or shot",
    "content": "What is shown along with it",
    "act": "The act before which a duty is due",
}


def document(agreed: Agreed, *, uid: str, assigner: str, assignee: str, site: str) -> dict[str, Any]:
    """The policy as a JSON-LD document of its own."""
    context = [CONTEXT, {"cs": vocabulary(site), "xsd": "http://www.w3.org/2001/XMLSchema#"}]
    return {"@context": context, **policy(agreed, uid=uid, assigner=assigner, assignee=assignee, site=site)}


def policy(agreed: Agreed, *, uid: str, assigner: str, assignee: str, site: str) -> dict[str, Any]:
    """The agreement; `assigner` and `assignee` are the URIs under which this document knows person and studio."""
    rules: dict[str, list[dict[str, Any]]] = {}
    for line in agreed.lines:
        rules.setdefault(RULES[line.effect], []).append(_rule(line, agreed, assigner))
    return {
        "@type": "Agreement",
        "uid": uid,
        "profile": vocabulary(site).rstrip("#"),
        "conflict": "prohibit",
        "assigner": assigner,
        "assignee": assignee,
        "target": f"{assigner}#likeness",
        **rules,
    }


def terms() -> dict[str, tuple[str, str]]:
    """Our own terms in these policies: name → what it is (in ODRL or DPV) and its label."""
    kinds: tuple[tuple[str, Vocabulary], ...] = (
        ("odrl:Action", ACTS), ("dpv:Purpose", USES), ("dpv:PersonalData", MODALITIES), ("skos:Concept", CONTENT_FLAGS),
    )  # fmt: skip
    told = {code: (kind, label) for kind, words in kinds for code, label in words.items()}
    return told | {name: ("odrl:LeftOperand", label) for name, label in OPERANDS.items()}


def _rule(line: Line, agreed: Agreed, assigner: str) -> dict[str, Any]:
    constraints = list(_constraints(line, agreed))
    if line.effect == "approval_required":
        before = _bound("cs:act", "isAnyOf", _acts(line))
        return {"action": "obtainConsent", "consentingParty": assigner, "constraint": [*constraints, before]}
    return {"action": _acts(line), "constraint": constraints}


def _acts(line: Line) -> list[str]:
    """An exclusion of no act in particular excludes every one; a permission does not reach acts that must be named."""
    every = set(ACTS) - ACTS_TO_BE_NAMED if line.effect == "grant" else set(ACTS)
    return _own(line.acts or every)


def _constraints(line: Line, agreed: Agreed) -> Iterable[dict[str, Any]]:
    yield _bound("purpose", "isAnyOf", _own(line.uses))
    yield _bound("cs:modality", "isAnyOf", _own(line.modalities))
    if line.territories != {"WORLD"}:
        yield _bound("spatial", "isAnyOf", sorted(line.territories))
    if line.territories_except:
        yield _bound("spatial", "isNoneOf", sorted(line.territories_except))
    if line.media:
        yield _bound("media", "isAnyOf", sorted(line.media))
    if line.languages:
        yield _bound("language", "isAnyOf", sorted(line.languages))
    if line.productions:
        yield _bound("cs:production", "isAnyOf", sorted(agreed.titles[one] for one in line.productions))
    if line.units:
        yield _bound("cs:unit", "isAnyOf", sorted(line.units))
    if line.content_excluded:
        yield _bound("cs:content", "isNoneOf", _own(line.content_excluded))
    yield _bound("dateTime", "gteq", _day(max(filter(None, (line.start, agreed.effective_from)))))
    ends = list(filter(None, (line.end, agreed.term_end)))
    if ends:
        yield _bound("dateTime", "lt", _day(min(ends)))


def _bound(operand: str, operator: str, value: Any) -> dict[str, Any]:
    return {"leftOperand": operand, "operator": operator, "rightOperand": value}


def _own(codes: Iterable[str]) -> list[str]:
    return [f"cs:{code}" for code in sorted(codes)]


def _day(day: date) -> dict[str, str]:
    return {"@value": day.isoformat(), "@type": "xsd:date"}
