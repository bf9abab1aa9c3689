"""The life of a consent, folded from what happened to it; where it stands is never written down (consent.md §6.3).

What suspends a consent, and what disputes it, lies on top of where it stands: each is over when the last one is.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType

from registry.errors import Conflict

NONE, DRAFT, OFFERED, DECLINED, LAPSED = "none", "draft", "offered", "declined", "lapsed"
EXECUTED, SCHEDULED, ACTIVE, NEEDS_REVIEW = "executed", "scheduled", "active", "needs_review"
SUSPENDED, DISPUTED = "suspended", "disputed"
EXPIRED, ENDED, EXHAUSTED, ANNULLED = "expired", "ended", "exhausted", "annulled"

STATES: Mapping[str, str] = MappingProxyType(
    {
        NONE: "Not begun", DRAFT: "Draft", OFFERED: "Offered", DECLINED: "Declined", LAPSED: "Lapsed",
        EXECUTED: "Awaiting verification", SCHEDULED: "Not yet begun", ACTIVE: "Active", SUSPENDED: "Suspended",
        DISPUTED: "Disputed", NEEDS_REVIEW: "Needs counsel", EXPIRED: "Expired", ENDED: "Ended", EXHAUSTED: "Exhausted",
        ANNULLED: "Never valid",
    }
)  # fmt: skip

_IN_USE = frozenset({ACTIVE, SUSPENDED, DISPUTED, NEEDS_REVIEW})
_ON_FILE = _IN_USE | {EXECUTED, SCHEDULED, EXPIRED, ENDED, EXHAUSTED}

# From which states something may happen. A signed paper that comes in is its own offer. An ending is heard wherever a
# consent is on file: a second one may leave less than the first. People die and terms run out during a strike too.
FROM: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "drafted": frozenset({NONE}),
        "sent_to_performer": frozenset({DRAFT}),
        "declined": frozenset({OFFERED}),
        "lapsed": frozenset({OFFERED}),
        "executed": frozenset({NONE, DRAFT, OFFERED}),
        "returned_for_correction": frozenset({EXECUTED}),
        "verified": frozenset({EXECUTED}),
        "begun": frozenset({SCHEDULED}),
        "suspended": _IN_USE | {SCHEDULED},
        "lifted": frozenset({SUSPENDED, DISPUTED, SCHEDULED, NEEDS_REVIEW}),
        "disputed": frozenset({ACTIVE, SUSPENDED, DISPUTED, NEEDS_REVIEW}),
        "resolved": frozenset({DISPUTED}),
        "amended": frozenset({ACTIVE}),
        "reaffirmed": frozenset({ACTIVE}),
        "expired": _IN_USE | {SCHEDULED},
        "ended": _ON_FILE,
        "annulled": _ON_FILE | {OFFERED, DECLINED, LAPSED},
        "exhausted": _IN_USE,
        "death_recorded": _IN_USE,
    }
)  # fmt: skip

EVENTS: Mapping[str, str] = MappingProxyType(
    {
        "drafted": "drafted", "sent_to_performer": "sent to the performer", "declined": "declined", "lapsed": "let lapse",
        "executed": "executed", "returned_for_correction": "returned for correction", "verified": "verified",
        "begun": "begun", "suspended": "suspended", "lifted": "resumed", "disputed": "disputed", "resolved": "resolved",
        "amended": "amended", "reaffirmed": "reaffirmed", "expired": "let expire", "ended": "ended",
        "annulled": "annulled", "exhausted": "exhausted", "death_recorded": "asked what it says of death",
    }
)  # fmt: skip

_LEADS_TO: Mapping[str, str] = MappingProxyType(
    {
        "drafted": DRAFT, "sent_to_performer": OFFERED, "declined": DECLINED, "lapsed": LAPSED, "executed": EXECUTED,
        "returned_for_correction": DRAFT, "verified": ACTIVE, "begun": ACTIVE, "expired": EXPIRED, "ended": ENDED,
        "annulled": ANNULLED, "exhausted": EXHAUSTED,
    }
)  # fmt: skip
_SURVIVAL: Mapping[str, str] = MappingProxyType({"yes": ACTIVE, "silent": NEEDS_REVIEW, "no": ENDED})
_WAY_OUT: Mapping[str, str] = MappingProxyType(
    {
        NONE: "Enter the consent first.", DRAFT: "Send it to the performer, or enter the signed paper, first.",
        OFFERED: "Wait for the performer’s answer.", DECLINED: "A new offer is a new consent.",
        LAPSED: "A new offer is a new consent.", EXECUTED: "A second lawyer compares it with the paper first.",
        SCHEDULED: "It has not begun.", SUSPENDED: "Lift what suspends it first.", DISPUTED: "Resolve the dispute first.",
        NEEDS_REVIEW: "Two lawyers determine first whether it goes on.", EXPIRED: "What goes on needs a new consent.",
        ENDED: "What goes on needs a new consent.", EXHAUSTED: "What goes on needs a new consent.",
        ANNULLED: "It never was valid, and nothing brings it back.", ACTIVE: "It is in force.",
    }
)  # fmt: skip


class IllegalTransition(Conflict):
    """What is to happen to the consent cannot happen in the state it is in."""

    def __init__(self, state: str, event: str) -> None:
        super().__init__(
            "consent.transition",
            f"A consent in the state “{STATES[state].lower()}” cannot be {EVENTS[event]}. {_WAY_OUT[state]}",
            state=state, event=event,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Happened:
    """Something that happened to a consent. `cause` is the lock or dispute that it sets or lifts; `detail` what more
    matters: "scheduled" of a verification, "yes", "no" or "silent" of a death, "annulled" of a resolution."""

    event: str
    at: datetime
    cause: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Life:
    """Where a consent stands: its `stage`, what suspends and what disputes it, and whether it was reaffirmed."""

    stage: str = NONE
    suspended_by: frozenset[str] = frozenset()
    disputed_by: frozenset[str] = frozenset()
    reaffirmed: bool = False
    revisions: int = 0

    @property
    def state(self) -> str:
        if self.stage not in (ACTIVE, NEEDS_REVIEW):
            return self.stage
        return DISPUTED if self.disputed_by else SUSPENDED if self.suspended_by else self.stage


def fold(happened: Iterable[Happened]) -> Life:
    """Where all that leads, in the order of time. Raises `IllegalTransition`."""
    life = Life()
    for one in sorted(happened, key=lambda one: one.at):
        life = step(life, one)
    return life


def fold_possible(happened: Iterable[Happened]) -> Life:
    """The same of a file as it is: what could not happen, such as a lock on what had expired, is passed over."""
    life = Life()
    for one in sorted(happened, key=lambda one: one.at):
        if life.state in FROM[one.event]:
            life = step(life, one)
    return life


def step(life: Life, happened: Happened) -> Life:
    """What comes of it when this happens."""
    event, cause = happened.event, frozenset({happened.cause})
    if life.state not in FROM[event]:
        raise IllegalTransition(life.state, event)
    match event:
        case "suspended":
            return replace(life, suspended_by=life.suspended_by | cause)
        case "lifted":
            return replace(life, suspended_by=life.suspended_by - cause)
        case "disputed":
            return replace(life, disputed_by=life.disputed_by | cause)
        case "resolved":
            resolved = replace(life, disputed_by=life.disputed_by - cause)
            return replace(resolved, stage=ANNULLED) if happened.detail == "annulled" else resolved
        case "reaffirmed":
            return replace(life, reaffirmed=True)
        case "amended":
            return replace(life, revisions=life.revisions + 1)
        case "death_recorded":
            return replace(life, stage=_SURVIVAL[happened.detail or "silent"])
        case "verified":
            stage = SCHEDULED if happened.detail == "scheduled" else ACTIVE
            return replace(life, stage=stage, revisions=life.revisions + 1)
    return replace(life, stage=_LEADS_TO[event])
