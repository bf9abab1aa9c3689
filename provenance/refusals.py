"""Why an asset is not signed, as its vendor is told: kept with the job, and answered at the door."""

from typing import Any

from consent import clearance
from consent.models import Decision
from provenance.declaration import Declaration


def not_covered(decision: Decision, declaration: Declaration) -> dict[str, Any]:
    """Consent does not permit it: every reason, with a pointer into the declaration and what would be needed."""
    pointers = {one.id: f"/depictions/{number}" for number, one in enumerate(declaration.depictions)}
    faults = clearance.faults(decision, pointers=pointers)
    more = f" ({len(faults) - 1} more)" if len(faults) > 1 else ""
    told = [{"pointer": one.pointer, "code": one.code, "detail": one.detail} for one in faults]
    return plain(faults[0].code, faults[0].detail + more, decision) | {
        "errors": told, "to_clear": clearance.told(decision)["to_clear"],
    }  # fmt: skip


def plain(code: str, detail: str, decision: Decision) -> dict[str, Any]:
    return {"code": code, "detail": detail, "errors": [], "decision": decision.public_id, "to_clear": []}
