"""What the desk says of the signing keys, from what a worker told of them (provenance/key_states.py); never whose they are."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any


def sentences(told: Mapping[str, Any]) -> list[str]:
    """One sentence for keys that cannot be used, one for those that soon cannot; none when all is well."""
    said = []
    if unusable := _count(told, "unusable"):
        many = unusable > 1
        said.append(
            f"{'Signing keys' if many else 'A signing key'} cannot be used{f' ({unusable})' if many else ''}: nothing is signed "
            f"with {'them' if many else 'it'} until an operator has renewed {'them' if many else 'it'}."
        )
    if expiring := _count(told, "expiring"):
        until, many = _day(told.get("not_after")), expiring > 1
        end = f" on {until}" if until else " within thirty days"
        first = f"{expiring} signing keys expire soon, the first{end}" if many else f"A signing key expires{end}"
        them = "them" if many else "it"
        said.append(f"{first}. Nothing is signed with {them} afterwards; an operator renews {them} before.")
    return said


def _count(told: Mapping[str, Any], name: str) -> int:
    found = told.get(name)
    return found if isinstance(found, int) else 0


def _day(moment: object) -> str:
    try:
        return f"{datetime.fromisoformat(str(moment)):%-d %B %Y}"
    except ValueError:
        return ""
