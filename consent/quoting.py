"""A clearance quoted in a declaration: is it this vendor's, of this production, a yes, and does it reach what is declared?

It never stands in for the decision at intake, nor for those at the key and at release: consent may have ended since. It
says that the work was asked about before it was made, and catches work that went beyond what was asked.
"""

from collections.abc import Iterable
from typing import Any

from consent.clearance import request_of
from consent.facts import Depiction, Request
from consent.models import Decision
from consent.territories import expand, within
from registry.errors import Fault, Invalid
from registry.models import Organisation

ASKED = "clearance"


class UnfitClearance(Invalid):
    """The clearance that is quoted does not reach what is declared; each fault says where it falls short."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        more = f" ({len(faults) - 1} more)" if len(faults) > 1 else ""
        super().__init__(faults[0].code, faults[0].detail + more, errors=faults)


def refuse_unfit(clearance: str, request: Request, *, requester: Organisation) -> Decision:
    """The clearance of that id. Raises UnfitClearance; its pointers lead into the question, and "" means the clearance."""
    stored = Decision.objects.filter(public_id=clearance, requester=requester, purpose=ASKED).first()
    if stored is None:
        raise UnfitClearance((_fault("", "unknown", "You asked nothing that was answered under this id."),))
    if not stored.permits:
        detail = f"This was answered “{stored.get_outcome_display().lower()}”: only what was cleared can be quoted."
        raise UnfitClearance((_fault("", "not_permitted", detail),))
    asked = request_of(stored.request)
    if faults := tuple(_short(asked, request)):
        raise UnfitClearance(faults)
    return stored


def _short(asked: Request, request: Request) -> Iterable[Fault]:
    """Where the question that was cleared falls short of the one that is declared."""
    if asked.production != request.production:
        yield _beyond("", "It was asked about another production.")
        return
    if asked.act != request.act:
        yield _beyond("/act", f"It was asked about the act “{asked.act}”, and this is “{request.act}”.")
    if asked.asset_sha256 and asked.asset_sha256 != request.asset_sha256:
        yield _beyond("", "It was asked about another file.")
    # What names no units was asked of the whole production.
    yield from _beyond_list("units", "unit", asked.units, request.units)
    yield from _beyond_list("media", "medium", asked.media, request.media)
    tongues = [one.lower() for one in request.languages]
    yield from _beyond_list("languages", "language", [one.lower() for one in asked.languages], tongues)
    area = expand(asked.territories)
    if left := sorted(place for place in expand(request.territories) if not within(place, area)):
        more = f" and {len(left) - 1} more" if len(left) > 1 else ""
        yield _beyond("/territories", f"It was not asked about the territory {left[0]}{more}.")
    known = {_told(one) for one in asked.depictions}
    for number, one in enumerate(request.depictions):
        if _told(one) not in known:
            detail = f"It was not asked about this use: {one.use} of the {one.modality}, {one.role}."
            yield _beyond(f"/depictions/{number}", detail)


def _beyond_list(name: str, what: str, asked: Iterable[str], declared: Iterable[str]) -> Iterable[Fault]:
    asked, declared = list(asked), list(declared)
    if asked and not declared:
        yield _beyond("", f"It was asked about {what} {', '.join(sorted(asked)[:5])} alone, and the declaration names none.")
    for number, one in enumerate(declared):
        if asked and one not in asked:
            yield _beyond(f"/{name}/{number}", f"It was not asked about the {what} “{one[:60]}”.")


def _told(one: Depiction) -> tuple[Any, ...]:
    """All that a decision is made from but the name it is called by."""
    return (one.person, one.role, one.modality, one.use, one.content_flags, one.depicted_age, one.routine_reason)


def _beyond(pointer: str, detail: str) -> Fault:
    return _fault(pointer, "not_covered", detail)


def _fault(pointer: str, kind: str, detail: str) -> Fault:
    return Fault(pointer, f"clearance.{kind}", f"The clearance that is quoted does not fit. {detail}")
