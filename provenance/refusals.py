"""Why an asset is not signed, as its vendor is told: kept with the job, and answered at the door."""

from dataclasses import replace
from typing import Any

from consent import clearance
from consent.clearance import Question
from consent.facts import Request
from consent.models import Decision
from provenance.declaration import Declaration
from registry.errors import Invalid


def not_covered(decision: Decision, declaration: Declaration) -> dict[str, Any]:
    """Consent does not permit it: every reason, with a pointer into the declaration and what would be needed."""
    pointers = {one.id: f"/depictions/{number}" for number, one in enumerate(declaration.depictions)}
    faults = clearance.faults(decision, pointers=pointers)
    more = f" ({len(faults) - 1} more)" if len(faults) > 1 else ""
    told = [{"pointer": one.pointer, "code": one.code, "detail": one.detail} for one in faults]
    return plain(faults[0].code, faults[0].detail + more, decision) | {
        "errors": told, "to_clear": clearance.told(decision)["to_clear"],
    }  # fmt: skip


def pointed(unknown: Invalid, question: Question | Request, declaration: Declaration, *, single_unit: bool) -> Invalid:
    """What could not be asked, with pointers into the declaration instead of the question that was made of it."""
    numbers = {one.id: number for number, one in enumerate(declaration.depictions)}

    def place(pointer: str) -> str:
        _, kind, *rest = pointer.split("/")
        if kind == "depictions":
            rest[0] = str(numbers[question.depictions[int(rest[0])].id])
        if kind == "units" and single_unit:
            kind, rest = "unit", []
        if kind in ("territories", "media", "languages"):
            kind = f"intended_release/{kind}"
        return "/".join(("", kind, *rest))

    faults = dict.fromkeys(replace(one, pointer=place(one.pointer)) for one in unknown.errors)
    return Invalid(unknown.code, unknown.detail, errors=tuple(faults))


def plain(code: str, detail: str, decision: Decision) -> dict[str, Any]:
    return {"code": code, "detail": detail, "errors": [], "decision": decision.public_id, "to_clear": []}
